import type { FieldProblem, PersonId, Problem } from './types.ts';

/** The same words in both languages. */
export interface Bilingual {
  ja: string;
  en: string;
}

/** A refusal or failure. Programs branch on `code`; people read `title` and do `next`. */
export class YobanProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: Bilingual;
  readonly next: Bilingual;
  readonly takenBy: PersonId | null;
  readonly errors: FieldProblem[];
  readonly traceId: string | null;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.titleEn}`);
    this.name = 'YobanProblem';
    this.code = problem.code;
    this.status = problem.status;
    this.title = { ja: problem.title, en: problem.titleEn };
    this.next = { ja: problem.next, en: problem.nextEn };
    this.takenBy = problem.takenBy ?? null;
    this.errors = problem.errors ?? [];
    this.traceId = problem.traceId ?? null;
  }

  /** Nobody said no: the network or the server is away or busy, and the same may succeed later. */
  get mayPass(): boolean {
    // In flight: the first try of this request still waits for its answer, perhaps on a network that is gone.
    return this.status >= 500 || [408, 425, 429].includes(this.status) || this.code === 'request-in-flight';
  }
}

function local(status: number, code: string, texts: [string, string, string, string]): Problem {
  const [title, titleEn, next, nextEn] = texts;
  return { type: `urn:yoban:problem:${code}`, code, status, title, titleEn, next, nextEn };
}

/** Problems only a client can see. */
export const clientProblems = {
  noConnection: local(503, 'no-connection', [
    'サーバーにつながりません',
    'The server cannot be reached',
    '電波や Wi-Fi を確かめて、もう一度押してください',
    'Check the network, then try again',
  ]),
  unanswered: local(504, 'unanswered', [
    'サーバーから返事がありません',
    'The server did not answer',
    '画面の表示を確かめてから、もう一度押してください',
    'Look at the screen, then try again',
  ]),
  signedOut: local(401, 'signed-out', [
    'サインインが切れました',
    'You are signed out',
    'リンクか QR コードからもう一度入ってください',
    'Sign in again by the link or QR code',
  ]),
  tooLarge: local(413, 'too-large', [
    '送られた内容が長すぎます',
    'What was sent is too long',
    '短くして、もう一度送ってください',
    'Shorten it, then send it again',
  ]),
  notReadable: local(502, 'not-readable', [
    'サーバーの返事を読めませんでした',
    'The answer could not be read',
    '少し待ってもう一度お試しください',
    'Wait a moment and try again',
  ]),
} as const;

/** Whether `value` looks like a problem of the server. */
export function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const v = value as Record<string, unknown>;
  return typeof v.code === 'string' && typeof v.status === 'number' && typeof v.title === 'string';
}
