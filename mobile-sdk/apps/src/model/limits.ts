/** What the server takes of a text, in characters (`LONGEST_TEXT` in domain/src/session/input.rs). */
export const LONGEST_TEXT = 4_000;

/** From here on the field says how much room is left. Earlier: noise; later: the end comes as a surprise. */
export const NEAR_THE_END = 500;

/** Counted as a browser counts `maxlength`: a rare character takes two, so that the server's limit holds as well. */
export const roomIn = (text: string): number => LONGEST_TEXT - text.length;
