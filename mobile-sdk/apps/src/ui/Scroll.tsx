import type { ComponentChildren, VNode } from 'preact';

/** A part of the page that scrolls by itself. A keyboard must be able to reach it, or what is below stays unread. */
export function Scroll(props: {
  class: string;
  label?: string;
  /** Set where tabs choose what is in it. */
  tab?: { panel: string; by: string };
  children: ComponentChildren;
}): VNode {
  const { tab } = props;
  const names = tab ? { id: tab.panel, 'aria-labelledby': tab.by } : { 'aria-label': props.label };
  return (
    <div class={props.class} role={tab ? 'tabpanel' : 'region'} tabIndex={0} {...names}>
      {props.children}
    </div>
  );
}
