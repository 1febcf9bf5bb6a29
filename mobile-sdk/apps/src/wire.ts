/** The wire types under the names the screens use. They are the SDK's, which come from the server's contract. */
import type { Latest, Outcome, VitalsView as Sent } from '@yoban/sdk';

export type {
  Attended,
  Band,
  CallView,
  CaseView,
  Consciousness as ConsciousnessLevel,
  Decided,
  DeclineReason,
  DemoPerson,
  Disposition,
  EncounterView,
  EquipmentCard,
  Finding,
  Findings,
  Flag,
  IdentityMethod,
  Interval,
  Item,
  Latest,
  LegRole,
  LegState,
  Line,
  Me,
  Measure,
  Measured,
  Name,
  NewReading,
  OnDuty,
  Outcome,
  Participant,
  PatientCard,
  PersonCard,
  PlacedReading,
  Problem,
  QueueItem,
  Reading,
  RecordedFile,
  RecordedTrack,
  Recording,
  RedFlag,
  Sbar,
  Score,
  ServiceKind,
  SessionState as State,
  Source,
  SourceState,
  TimelineEntry,
  Timestamp,
  Trend,
  TrendPoint,
  Urgency,
  Vital,
  VitalKind,
} from '@yoban/sdk';

/** Of a person, leg, session or whatever has one. */
export type Id = string;
export type MeasureValue = Latest['values'][number];
/** `outlived`: the score counts a value that has grown too old since it was sent (`model/aging.ts`). */
export type VitalsView = Sent & { readonly outlived?: boolean };
export type OutcomeKind = Outcome['outcome'];
