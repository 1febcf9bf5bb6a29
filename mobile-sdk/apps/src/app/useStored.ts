import { useRef, useState } from 'preact/hooks';

/**
 * What was just stored, until a newer version of the call is here: the server's answer may come before the view that
 * shows it, and a record may not be read again at all.
 */
export function useStored<T>(version: number): [T | null, (value: T) => void] {
  const [stored, setStored] = useState<{ value: T; over: number } | null>(null);
  // As it is when the answer comes, not when it was asked for.
  const shown = useRef(version);
  shown.current = version;
  return [
    stored?.over === version ? stored.value : null,
    (value) => setStored({ value, over: shown.current }),
  ];
}
