import { useEffect, useState } from 'preact/hooks';

/**
 * A question takes the focus, so that a keyboard or switch user is not left behind it, and gives it back when it goes:
 * a browser that removes what has the focus forgets where one was.
 */
export function useFocus(take: () => void, giveUp: () => void = () => undefined): void {
  // Of before it is drawn: what lies behind is out of reach from then on, and a browser lets go of it at once.
  const [before] = useState(() => document.activeElement);
  useEffect(() => {
    take();
    return () => {
      giveUp();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}
