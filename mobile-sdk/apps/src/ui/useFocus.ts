import { useEffect } from 'preact/hooks';

/**
 * A question takes the focus, so that a keyboard or switch user is not left behind it, and gives it back when it goes:
 * a browser that removes what has the focus forgets where one was.
 */
export function useFocus(take: () => void, giveUp: () => void = () => undefined): void {
  useEffect(() => {
    const before = document.activeElement;
    take();
    return () => {
      giveUp();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}
