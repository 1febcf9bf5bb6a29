import type { VNode } from 'preact';
import { T } from '../i18n/index.tsx';

/** The desk's telephone number, for a finger on another telephone. Stands in the foot of each page that waits. */
export const DeskPhone = ({ phone }: { phone: string }): VNode => (
  <div class="deskphone">
    <span class="soft">
      <T k="tab.desk.phone" />
    </span>
    <b class="num">{phone}</b>
  </div>
);
