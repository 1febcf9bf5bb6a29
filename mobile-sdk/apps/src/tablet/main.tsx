import { render } from 'preact';
import { boot } from '../app/boot.ts';
import '../styles/tablet.css';
import '../styles/tablet-call.css';
import '../styles/tablet-pages.css';
import '../styles/tablet-upright.css';
import { readings } from '../i18n/index.tsx';
import { Boundary } from '../ui/Boundary.tsx';
import { TabletApp } from './TabletApp.tsx';

const root = document.getElementById('app');
if (root) {
  root.className = 'tablet';
  readings.value = true;
  const live = boot('tablet');
  render(
    <Boundary phone={() => live.state.value.me?.deskPhone ?? ''}>
      <TabletApp live={live} />
    </Boundary>,
    root,
  );
}
