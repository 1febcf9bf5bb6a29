/**
 * The browser's Back during a call: an everyday slip on a tablet, which must not take a person out of it. While something
 * holds the page, an entry of history lies above the one the page came by; Back lands on that floor, which is told.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

type Mark = 'floor' | 'guard' | null;

export const markOf = (state: unknown): Mark => {
  const mark = typeof state === 'object' && state !== null && 'back' in state ? state.back : null;
  return mark === 'floor' || mark === 'guard' ? mark : null;
};

/**
 * What a step through history means. Only the floor is below the call: an open record lies above it and closes first.
 * On the floor of a call that is over Back does what the person meant: it goes on past it.
 */
export function onStep(mark: Mark, holds: boolean): 'nothing' | 'ask' | 'goOn' {
  if (mark !== 'floor') return 'nothing';
  return holds ? 'ask' : 'goOn';
}

/** Puts the guard above this entry, unless one lies there already: a reload keeps both. */
function guard(): void {
  if (markOf(history.state) === 'guard') return;
  history.replaceState({ back: 'floor' }, '');
  history.pushState({ back: 'guard' }, '');
}

/**
 * Whether Back asks now, and how to put the question away. A second Back takes the question away, as Escape does: two
 * swipes in a row are no yes. Chromium leaves a page all the same where it is told Back twice and the page was not
 * touched in between; what was lived through until then is on the server, and opening the page goes on with it.
 * `held` names what holds the page: a question about a ring is none about the call that it became. `first` closes what
 * lies over the call, and is true where it did.
 */
export function useBack(held: string | null, first: () => boolean = () => false): [boolean, () => void] {
  const [asked, setAsked] = useState<string | null>(null);
  const now = useRef({ held, first });
  now.current = { held, first };
  useEffect(() => {
    if (held !== null) guard();
    setAsked(null);
  }, [held]);
  useEffect(() => {
    const step = (event: PopStateEvent) => {
      const does = onStep(markOf(event.state), now.current.held !== null);
      if (does === 'goOn') {
        history.replaceState(null, '');
        history.back();
      }
      if (does !== 'ask') return;
      guard();
      const { held, first } = now.current;
      if (!first()) setAsked((before) => (before === held ? null : held));
    };
    window.addEventListener('popstate', step);
    return () => window.removeEventListener('popstate', step);
  }, []);
  return [held !== null && asked === held, () => setAsked(null)];
}
