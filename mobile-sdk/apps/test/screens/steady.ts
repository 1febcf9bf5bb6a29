/** What keeps its place when the state changes: pairs of screens, and the regions that must not move between them. */

export interface Steady {
  app: string;
  /** The first screen is compared with each of the others. */
  screens: [string, ...string[]];
  keep: string[];
}

const id = (...names: string[]) => names.map((name) => `[data-testid="${name}"]`);

export const STEADY: Steady[] = [
  { app: 'tablet', screens: ['idle', 'idleOffline', 'idleAfter'], keep: [...id('call', 'measure'), '.foot'] },
  {
    app: 'tablet',
    screens: ['calling', 'callingAgain'],
    keep: ['h1', '.pulse', '.mirrorbox', ...id('cancel'), '.deskphone'],
  },
  // An answered ring: the screen is another, its frame is the same.
  {
    app: 'tablet',
    screens: ['incall', 'reconnecting', 'askJoin', 'askRecording', 'recorded'],
    keep: id('stage', 'mic', 'camera', 'flip', 'speaker', 'measure', 'leave'),
  },
  {
    app: 'desk',
    screens: ['empty', 'ringing', 'first', 'threeWay', 'closing', 'problem'],
    keep: ['.topbar', '.left', '.mid', '.right', ...id('stop-duty', 'help')],
  },
  {
    app: 'desk',
    screens: [
      'first',
      'unmeasured',
      'missed',
      'reconnecting',
      'recorded',
      'recAsking',
      'consent',
      'closing',
      'checkIn',
    ],
    keep: [
      '.callhead',
      '.callhead h1',
      '.callbar',
      ...id('mic', 'end', 'tile-patient'),
      '.centre .vitals',
      '.scorerow',
      '.scorerow .trend',
      '.scorerow .score',
    ],
  },
  {
    app: 'phone',
    screens: ['call', 'reconnecting', 'unrecorded', 'recAsked', 'closing', 'checkIn'],
    keep: ['.picture', '.callbar', '.phonetabs', ...id('mic', 'leave', 'tile-patient')],
  },
];
