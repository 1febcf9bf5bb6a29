/** What the signal machine's steps are made of: saying what to do, giving a socket up, coming to a halt. */
import { BACK_OFF_LIMIT_MS, BACK_OFF_MS, DEAD, NORMAL } from './signal-state.ts';
import type { SignalOutput, SignalState, SignalTimer, StepContext } from './signal-types.ts';
import type { ClientMessage, Problem } from './types.ts';

export class Workbench {
  s: SignalState;
  readonly out: SignalOutput[] = [];
  protected readonly now: number;
  protected readonly random: number;

  constructor(before: SignalState, { now, random }: StepContext) {
    this.s = { ...before };
    this.now = now;
    this.random = random;
  }

  /** Gives the socket up without waiting for the browser to notice. */
  protected drop(): void {
    this.out.push({ out: 'close', attempt: this.s.attempt, code: DEAD });
    this.backOff();
  }

  protected backOff(): void {
    this.quiet();
    // News of the socket that was given up carries the old number from here on.
    this.s.attempt += 1;
    this.s.phase = 'waiting';
    const longest = Math.min(BACK_OFF_MS * 2 ** this.s.failures, BACK_OFF_LIMIT_MS);
    this.s.failures = Math.min(this.s.failures + 1, 16);
    const jittered = Math.round(longest / 2 + (this.random * longest) / 2);
    this.schedule('retry', this.s.comeBackMs === null ? jittered : this.s.comeBackMs + jittered);
  }

  protected halt(phase: 'stopped' | 'replaced' | 'signed-out', problem: Problem): void {
    if (['opening', 'greeting', 'live'].includes(this.s.phase)) {
      this.out.push({ out: 'close', attempt: this.s.attempt, code: NORMAL });
    }
    this.quiet();
    this.cancel('retry');
    this.cancel('expiry');
    for (const { key } of this.s.pending) this.out.push({ out: 'settled', key, problem });
    Object.assign(this.s, { phase, pending: [], failures: 0, refused: false, comeBackMs: null });
    this.s.attempt += 1;
    // Another person may come next: being ready to ring is not theirs. A device that was replaced is still the same.
    if (phase !== 'replaced') Object.assign(this.s, { everLive: false, duty: null });
    // Whoever comes back after this starts from a full picture.
    this.s.stream = null;
  }

  protected quiet(): void {
    this.s.probe = null;
    for (const timer of ['opening', 'heartbeat', 'probe'] as const) this.cancel(timer);
  }

  protected send(message: ClientMessage): number {
    const id = this.s.nextId;
    this.s.nextId += 1;
    this.out.push({ out: 'send', attempt: this.s.attempt, frame: { id, message } });
    return id;
  }

  protected schedule(timer: SignalTimer, afterMs: number): void {
    this.out.push({ out: 'schedule', timer, afterMs });
  }

  protected scheduleExpiry(): void {
    const times = this.s.pending.flatMap((p) => (p.expiresAt === null ? [] : [p.expiresAt]));
    if (times.length === 0) this.cancel('expiry');
    else this.schedule('expiry', Math.max(0, Math.min(...times) - this.now));
  }

  protected cancel(timer: SignalTimer): void {
    this.out.push({ out: 'cancel', timer });
  }
}
