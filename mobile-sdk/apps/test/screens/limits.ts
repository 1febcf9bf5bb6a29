/** What the rules ask of each app, in numbers. */
import { WRITTEN } from '../../fixtures/written.ts';

export interface Rules {
  /** Smallest side of anything that is pressed, px. */
  target: number;
  /** Smallest text, px; furigana apart, the word below it is large. */
  text: number;
  /** Lowest contrast of text against any ground it can stand on. */
  contrast: number;
  /** Kanji have their reading above them, but for these texts, which people wrote. Not asked for: none. */
  readings?: readonly string[];
  /** The page must fit the screen: a patient does not scroll. */
  oneScreen: boolean;
}

/** The tablet's are for old eyes and unsteady hands. */
export const RULES: Record<string, Rules> = {
  tablet: { target: 72, text: 24, contrast: 7, oneScreen: true, readings: WRITTEN },
  phone: { target: 44, text: 12, contrast: 4.5, oneScreen: false },
  desk: { target: 36, text: 12, contrast: 4.5, oneScreen: false },
  start: { target: 36, text: 13, contrast: 4.5, oneScreen: false },
};
