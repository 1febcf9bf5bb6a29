/** A message: one text, or one per plural category of its `n`. */
export type Message = string | { one?: string; other: string };

export type Params = Record<string, string | number>;

/** A piece of a text: plain, or with its reading above it. */
export interface Piece {
  text: string;
  ruby?: string;
}

const RUBY = /\{([^{}|]+)\|([^{}|]+)\}/g;
const HOLE = /\{([a-zA-Z]+)\}/g;

/** Chooses the plural form and puts the parameters in; a hole without a parameter stays visible as it is. */
export function fill(message: Message, params: Params, locale: string): string {
  const n = params.n;
  const text =
    typeof message === 'string'
      ? message
      : typeof n === 'number' && new Intl.PluralRules(locale).select(n) === 'one'
        ? (message.one ?? message.other)
        : message.other;
  return text.replace(HOLE, (hole, name: string) => String(params[name] ?? hole));
}

/** Splits a text at its furigana. */
export function pieces(text: string): Piece[] {
  const out: Piece[] = [];
  let at = 0;
  for (const hit of text.matchAll(RUBY)) {
    if (hit.index > at) out.push({ text: text.slice(at, hit.index) });
    out.push({ text: hit[1] ?? '', ruby: hit[2] ?? '' });
    at = hit.index + hit[0].length;
  }
  if (at < text.length) out.push({ text: text.slice(at) });
  return out;
}

/** The text without furigana. */
export const plain = (text: string): string => text.replace(RUBY, '$1');
