import { useEffect, useRef, useState } from 'preact/hooks';

/** Follows a text that changes often: at once after a pause, and otherwise once in so many milliseconds. */
export function useSeldom(text: string, everyMs: number): string {
  const [said, setSaid] = useState(text);
  const last = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (text === said) return;
    const say = () => {
      last.current = Date.now();
      setSaid(text);
    };
    const wait = last.current + everyMs - Date.now();
    if (wait <= 0) return say();
    const timer = setTimeout(say, wait);
    return () => clearTimeout(timer);
  }, [text, said, everyMs]);
  return said;
}
