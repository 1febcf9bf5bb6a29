/** What keeps its place when the state changes: pairs of screens, and the regions that must not move between them. */

export interface Steady {
  app: string;
  /** The first screen is compared with each of the others. */
  screens: [string, ...string[]];
  keep: string[];
}

const id = (...names: string[]) => names.map((name) => `[data-testid="${name}"]`);

export const STEADY: Steady[] = [
  {
    app: 'tablet',
    screens: ['idle', 'idleOffline', 'idleConnecting', 'idleAfter'],
    keep: [...id('call', 'measure'), '.foot'],
  },
  {
    app: 'tablet',
    screens: ['calling', 'callingAgain'],
    keep: ['h1', '.pulse', '.mirrorbox', ...id('cancel'), '.deskphone'],
  },
  // An answered ring: the screen is another, its frame is the same.
  {
    app: 'tablet',
    screens: [
      'incall',
      'muted',
      'unseen',
      'deniedAnswered',
      'mutedUnseen',
      'reconnecting',
      'askJoin',
      'askRecording',
      'recorded',
      'withCamera',
    ],
    keep: id('stage', 'own', 'mic', 'camera', 'flip', 'speaker', 'measure', 'leave'),
  },
  // Whoever comes: the picture before makes room beside or below it, and nothing else moves.
  {
    app: 'tablet',
    screens: ['incall', 'threeWay', 'threeWayUnseen', 'threeWayDenied', 'recFailed', 'full', 'lineLost'],
    keep: ['.stagebox', ...id('own', 'mic', 'camera', 'flip', 'speaker', 'measure', 'leave')],
  },
  {
    app: 'tablet',
    screens: ['threeWay', 'threeWayUnseen', 'threeWayDenied', 'recPaused', 'recFailed', 'full', 'fullSeen'],
    keep: id('stage'),
  },
  // No key under a finger goes elsewhere, whatever is said of the number and whatever was sent before.
  {
    app: 'tablet',
    screens: [
      'keypad',
      'keypadPressure',
      'keypadSent',
      'keypadCorrected',
      'keypadRange',
      'keypadInverted',
      'keypadEqual',
      'keypadOld',
      'keypadKept',
    ],
    keep: [...id('entry-temperature', 'entry-pulse', 'key-1', 'key-send'), '.readout', '.keysaid'],
  },
  {
    app: 'desk',
    screens: ['empty', 'loading', 'dutyUnreadable', 'ringing', 'first', 'threeWay', 'closing', 'problem'],
    keep: ['.topbar', '.left', '.mid', '.right', ...id('stop-duty', 'help')],
  },
  {
    app: 'desk',
    screens: [
      'first',
      'unmeasured',
      'assessed',
      'missed',
      'cameraDenied',
      'soundBlocked',
      'equipmentAsked',
      'reconnecting',
      'recorded',
      'recAsking',
      'consent',
      'closing',
      'checkIn',
      'checkInMissed',
    ],
    keep: [
      '.callhead',
      '.callhead h1',
      '.callbar',
      ...id('mic', 'end', 'tile-patient'),
      '.centre .vitals',
      ...id('vital-spo2', 'vital-consciousness', 'vital-oxygen'),
      '.scorerow',
      '.scorerow .trend',
      '.scorerow .score',
    ],
  },
  {
    app: 'phone',
    screens: [
      'call',
      'reconnecting',
      'unrecorded',
      'recAsked',
      'closing',
      'checkIn',
      'checkInMissed',
      'cameraAbsent',
      'soundBlocked',
    ],
    keep: ['.picture', '.callbar', '.phonetabs', ...id('mic', 'leave', 'tile-patient')],
  },
];

/** Where things stand: rounded rectangles of what the selectors find first. Runs in the browser. */
export function places(selectors: string[]): (string | null)[] {
  return selectors.map((selector) => {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    return box
      ? `${Math.round(box.width)}x${Math.round(box.height)} at ${Math.round(box.left)},${Math.round(box.top)}`
      : null;
  });
}

/** Where the regions of a group stand on each screen, in the group's order. */
export type Standing = Map<string, (string | null)[]>;

/** What moved between the group's screens. What one of two screens does not have cannot have moved; but one must have it. */
export function moved(group: Steady, standing: Standing): string[] {
  const [first, ...others] = group.screens;
  const before = standing.get(first) ?? [];
  const found: string[] = [];
  group.keep.forEach((selector, i) => {
    for (const other of others) {
      const after = standing.get(other)?.[i];
      if (before[i] && after && before[i] !== after)
        found.push(`${selector} moved between ${first} and ${other}: ${before[i]}, then ${after}`);
    }
    if (!before[i] && others.length === 1) found.push(`${first} has no ${selector}`);
  });
  return found;
}
