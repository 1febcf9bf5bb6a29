/** Wire values for tests, whole and lawful. */
import type { CallView, Me, Participant } from '../src/types.ts';

export const me: Me = {
  device: '0193a000-0000-7000-8000-000000000001',
  association: '湊町医師会',
  associationEn: 'Minato-machi Medical Association',
  deskPhone: '03-0000-0119',
  zone: 'Asia/Tokyo',
  demo: true,
  who: { kind: 'tablet', patient: 'p', name: '佐藤 ハル', nameLatin: 'Haru Sato' },
};

export function callView(change: Partial<CallView> = {}): CallView {
  return {
    session: 's',
    case: 'c',
    version: 1,
    now: 0,
    requestedAt: 0,
    state: { state: 'waiting', since: 0 },
    desk: null,
    missedCheckIn: false,
    you: 'me',
    people: [],
    recording: { phase: 'off' },
    kind: 'nurseAdvice',
    mode: 'none',
    patient: null,
    findings: null,
    disposition: null,
    signed: null,
    waitingBesides: 0,
    ...change,
  };
}

export function participant(leg: string, change: Partial<Participant> = {}): Participant {
  return {
    leg,
    role: 'deskNurse',
    card: null,
    name: null,
    legState: { state: 'joined', since: 0 },
    join: { consent: 'byTap' },
    gateOpen: true,
    recording: 'none',
    microphone: 'on',
    camera: 'on',
    ...change,
  };
}
