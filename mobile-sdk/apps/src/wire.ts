/** The shapes the server sends, as the screens use them. Times are milliseconds since 1970, UTC. */

export type Id = string;
export type Timestamp = number;
export type Span = number;

export type Role = 'deskNurse' | 'doctor' | 'visitingNurse' | 'administrator';
export type LegRole = 'patient' | 'deskNurse' | 'dutyDoctor' | 'visitingNurse' | 'device';
export type Line = 'desk' | 'dutyDoctor' | 'visitingNurse';
export type Sex = 'female' | 'male' | 'other' | 'unknown';
export type SourceState = 'on' | 'off' | 'denied' | 'inUse' | 'absent' | 'held';
export type DeclineReason = 'withPatient' | 'travelling' | 'unavailable' | 'other';
export type RecordingAnswer = 'none' | 'yes' | 'no' | 'withdrawn';
export type ServiceKind =
  | 'nurseAdvice'
  | 'doctorAdvice'
  | 'onlineReferral'
  | 'onlineExamination'
  | 'phoneRevisit';
export type MediaMode = 'none' | 'audio' | 'videoAudio';
export type IdentityMethod = 'tabletAndFace' | 'nameAndBirthDate' | 'known' | 'byProxy' | 'notYet';
export type RedFlag = 'breathing' | 'consciousness' | 'chestPain' | 'bleeding' | 'headInjury' | 'seizure';
export type Urgency = 'red' | 'orange' | 'yellow' | 'green' | 'blue';

export interface Name {
  kanji: string;
  kana: string;
  latin: string;
}

export interface PersonCard {
  person: Id;
  role: Role;
  name: Name;
  institution: string;
  institutionEn: string;
  registeredYear?: number | null;
}

export type State =
  | { state: 'waiting'; since: Timestamp }
  | { state: 'active'; since: Timestamp; checkAt: Timestamp; aloneUntil?: Timestamp | null }
  | { state: 'closing'; by: Id; since: Timestamp; until: Timestamp }
  | {
      state: 'ended';
      at: Timestamp;
      reason: 'completed' | 'cancelledByPatient';
      remindAt: Timestamp;
      overdue: boolean;
    };

export interface DeskRing {
  round: number;
  until: Timestamp;
  ringing: boolean;
  fallback: boolean;
}

export type LegState =
  | { state: 'invited' | 'ringing' | 'away'; since: Timestamp; until: Timestamp }
  | { state: 'accepted' | 'left' | 'timedOut'; at: Timestamp }
  | { state: 'joined'; since: Timestamp }
  | { state: 'declined'; at: Timestamp; reason: DeclineReason }
  | { state: 'withdrawn'; at: Timestamp; takenBy?: Id | null };

export type JoinConsent =
  | { consent: 'byTap' | 'notAsked' }
  | { consent: 'asked' | 'refused'; at: Timestamp }
  | { consent: 'given'; at: Timestamp; how: { how: 'onTablet' } | { how: 'spoken'; heardBy: Id } };

export type RecordingPhase =
  | { phase: 'off' | 'on' | 'refused' | 'withdrawn' | 'stopped' | 'failed' }
  | { phase: 'asking' | 'paused'; waitingFor: Id[] };

/** A camera or display in a call. */
export interface EquipmentCard {
  device: Id;
  kind: 'bedsideCamera' | 'wallDisplay';
  name: string;
  nameEn: string;
}

export interface Participant {
  leg: Id;
  role: LegRole;
  card?: PersonCard | null;
  equipment?: EquipmentCard | null;
  name?: Name | null;
  legState: LegState;
  join: JoinConsent;
  gateOpen: boolean;
  recording: RecordingAnswer;
  microphone: SourceState;
  camera: SourceState;
  /** Why this person has sound without picture. */
  audioOnly?: 'codec' | null;
}

export interface Summary {
  conditions: string[];
  allergies: string[];
  medications: string[];
  wishes: string[];
  notices: string[];
}

export interface PatientCard {
  patient: Id;
  name: Name;
  birthDate: string;
  age: number;
  sex: Sex;
  address: string;
  phone: string;
  summary: Summary;
  primaryDoctor?: PersonCard | null;
  hasPlan: boolean;
  emergencyInstitution?: string | null;
}

export interface Sbar {
  situation: string;
  background: string;
  assessment: string;
  recommendation: string;
}

export interface Interval {
  from: Timestamp;
  until?: Timestamp | null;
  kind: ServiceKind;
  mode: MediaMode;
  nursePresent: boolean;
}

export interface Findings {
  identity?: IdentityMethod | null;
  redFlags?: RedFlag[] | null;
  urgency?: Urgency | null;
  sbar?: Sbar | null;
  note?: string | null;
  ledger: Interval[];
  examinationRefused?: string | null;
}

export type Outcome =
  | {
      outcome:
        | 'advice'
        | 'prescription'
        | 'nurseVisit'
        | 'houseCall'
        | 'ambulance'
        | 'hospital'
        | 'nextDay'
        | 'cancelledAndChecked';
    }
  | { outcome: 'recheckAt'; at: Timestamp };
export type OutcomeKind = Outcome['outcome'];

export interface Disposition {
  outcome: Outcome;
  advice: string;
  reasonOnline?: string | null;
}

export interface CheckIn {
  leg: Id;
  askedAt: Timestamp;
  answerBy: Timestamp;
}

export interface CallView {
  session: Id;
  case: Id;
  version: number;
  now: Timestamp;
  requestedAt: Timestamp;
  state: State;
  desk?: DeskRing | null;
  /** Somebody in charge is asked whether the call still goes on. */
  checkIn?: CheckIn | null;
  you?: Id | null;
  people: Participant[];
  recording: RecordingPhase;
  kind: ServiceKind;
  mode: MediaMode;
  patient?: PatientCard | null;
  findings?: Findings | null;
  disposition?: Disposition | null;
  signed?: number | null;
  waitingBesides: number;
}

export type Owner = { owner: 'line'; line: Line } | { owner: 'person'; person: Id };

export interface QueueItem {
  case: Id;
  session: Id;
  patient: Name;
  age: number;
  requestedAt: Timestamp;
  state: State;
  unattended: boolean;
  owner?: Owner | null;
  ownerName?: string | null;
  deadline?: Timestamp | null;
  urgency?: Urgency | null;
  disposition?: Outcome | null;
  signed: boolean;
}

export type VitalKind =
  | 'spo2'
  | 'pulse'
  | 'heartRate'
  | 'bloodPressure'
  | 'temperature'
  | 'respiratoryRate'
  | 'weight'
  | 'glucose'
  | 'consciousness'
  | 'oxygen';
export type Measure =
  | 'spo2'
  | 'pulse'
  | 'heartRate'
  | 'systolic'
  | 'diastolic'
  | 'mean'
  | 'temperature'
  | 'respiratoryRate'
  | 'weight'
  | 'glucose'
  | 'oxygenFlow';
export type ConsciousnessLevel = 'alert' | 'confusion' | 'voice' | 'pain' | 'unresponsive';
export type Supply = { kind: 'air' } | { kind: 'oxygen'; flow?: { value: string; unit: 'L/min' } | null };

export type Site =
  | 'axilla'
  | 'body'
  | 'ear'
  | 'finger'
  | 'gastroIntestinal'
  | 'mouth'
  | 'rectum'
  | 'toe'
  | 'tympanum';

export type Vital =
  | { kind: 'spo2'; value: string; unit: '%' }
  | { kind: 'pulse' | 'heartRate' | 'respiratoryRate'; value: string; unit: '/min' }
  | {
      kind: 'bloodPressure';
      systolic: string;
      diastolic?: string | null;
      mean?: string | null;
      unit: 'mm[Hg]' | 'kPa';
    }
  | { kind: 'temperature'; value: string; unit: 'Cel' | '[degF]'; site?: Site | null }
  | { kind: 'weight'; value: string; unit: 'kg' | '[lb_av]' }
  | { kind: 'glucose'; value: string; unit: 'mg/dL' | 'mmol/L' }
  | { kind: 'consciousness'; level: ConsciousnessLevel }
  | { kind: 'oxygen'; supply: Supply };

export type Flag =
  | 'futureStamped'
  | 'implausible'
  | 'clockUnset'
  | 'questionable'
  | 'invalid'
  | 'earlyEstimate'
  | 'ongoing'
  | 'fromMemory'
  | 'notOnUser'
  | 'noContact'
  | 'lowPerfusion'
  | 'poorSignal'
  | 'sensorFault'
  | 'cuffLoose'
  | 'movement'
  | 'wrongPosition'
  | 'irregularPulse'
  | 'pulseOutOfRange'
  | 'outOfDeviceRange'
  | 'demo'
  | 'test';

export type Source =
  | { kind: 'device' | 'simulated'; model?: string | null }
  | { kind: 'manual'; by: { kind: 'clinician'; person: Id } | { kind: 'household' } };

export type Origin = { kind: 'device' | 'simulated'; model?: string | null } | { kind: 'manual' };

export interface NewReading {
  id: Id;
  vital: Vital;
  takenAt?: Timestamp | null;
  origin: Origin;
  flags: Flag[];
}

export interface Reading {
  id: Id;
  vital: Vital;
  takenAt: Timestamp;
  receivedAt: Timestamp;
  source: Source;
  flags: Flag[];
}

export interface MeasureValue {
  measure: Measure;
  value: string;
}
export interface Latest {
  kind: VitalKind;
  reading: Reading;
  values: MeasureValue[];
  age: Span;
  stale: boolean;
  counts: boolean;
}
export interface TrendPoint {
  id: Id;
  at: Timestamp;
  values: MeasureValue[];
  flags: Flag[];
  doubtful: boolean;
  gapBefore: boolean;
}
export interface Trend {
  kind: VitalKind;
  points: TrendPoint[];
}

export type Item = 'respiration' | 'spo2' | 'oxygen' | 'systolic' | 'pulse' | 'consciousness' | 'temperature';
export type Band = 'low' | 'lowMedium' | 'medium' | 'high';
export interface ItemScore {
  item: Item;
  min: number;
  max: number;
  scoredValue?: string | null;
  reading?: Id | null;
}
export interface Score {
  min: number;
  max: number;
  bandMin: Band;
  bandMax: Band;
  singleThree: 'yes' | 'no' | 'open';
  deciding: Item[];
  items: ItemScore[];
  scale: { kind: 'one' } | { kind: 'two'; setBy: Id; setAt: Timestamp };
}

export interface VitalsView {
  session: Id;
  patient: Id;
  now: Timestamp;
  latest: Latest[];
  score?: Score | null;
  notScored?: 'tooYoung' | 'pregnant' | null;
  trends: Trend[];
}

export type MeWho =
  | { kind: 'tablet'; patient: Id; name: string; nameLatin: string }
  | { kind: 'staff'; card: PersonCard; onDuty: Line[] }
  | { kind: 'equipment'; card: EquipmentCard };

export interface Me {
  device: Id;
  association: string;
  associationEn: string;
  deskPhone: string;
  zone: string;
  demo: boolean;
  who: MeWho;
}

export interface OnDuty {
  line: Line;
  card: PersonCard;
  busy: boolean;
  reachable: boolean;
}

export interface EncounterView {
  session: Id;
  patient: PatientCard;
  people: Participant[];
  version?: number | null;
  digest?: string | null;
  signedBy?: PersonCard | null;
  signedAt?: Timestamp | null;
  disposition?: Disposition | null;
  note?: string | null;
  maySign: boolean;
}

/** One file of a recording; file time runs as the clock did. */
export interface RecordedFile {
  file: string;
  startedAt: Timestamp;
  duration: Span;
}
export interface RecordedTrack extends RecordedFile {
  leg: Id;
  kind: 'audio' | 'video';
  gaps: { from: Timestamp; to: Timestamp; reason: string }[];
}
export interface Recording {
  tracks: RecordedTrack[];
  mix?: RecordedFile | null;
  interrupted: boolean;
}

export interface TimelineEntry {
  seq: number;
  at: Timestamp;
  fact: string;
  text: string;
  textEn: string;
}
export interface CaseView {
  case: Id;
  patient: PatientCard;
  openedAt: Timestamp;
  owner?: Owner | null;
  deadline?: Timestamp | null;
  sessions: Id[];
  timeline: TimelineEntry[];
}

export interface DemoPerson {
  person?: Id | null;
  role?: Role | null;
  name: string;
  app: string;
  code: string;
}

export interface Problem {
  type: string;
  code: string;
  status: number;
  title: string;
  titleEn: string;
  next: string;
  nextEn: string;
  takenBy?: Id | null;
  errors?: { pointer: string; detail: string }[];
  traceId?: string | null;
}

export type Finding =
  | { part: 'identity'; method: IdentityMethod }
  | { part: 'redFlags'; found: RedFlag[] }
  | { part: 'urgency'; urgency: Urgency }
  | { part: 'sbar'; sbar: Sbar }
  | { part: 'note'; text: string };
