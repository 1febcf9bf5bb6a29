/** Short names for the wire types. Everything here comes from the server's OpenAPI document. */
import type { components } from './schema.ts';

type Schemas = components['schemas'];

export type Attended = Schemas['Attended'];
export type Band = Schemas['Band'];
export type CallView = Schemas['CallView'];
export type CaseView = Schemas['CaseView'];
export type ClientFrame = Schemas['ClientFrame'];
export type ClientMessage = Schemas['ClientMessage'];
export type Consciousness = Schemas['Consciousness'];
export type Decided = Schemas['Decided'];
export type DeclineReason = Schemas['DeclineReason'];
export type DemoPerson = Schemas['DemoPerson'];
export type DeskRing = Schemas['DeskRing'];
export type Disposition = Schemas['Disposition'];
export type EquipmentCard = Schemas['EquipmentCard'];
export type EncounterView = Schemas['EncounterView'];
export type EndReason = Schemas['EndReason'];
export type FieldProblem = Schemas['FieldProblem'];
export type Finding = Schemas['Finding'];
export type Findings = Schemas['Findings'];
export type Found = Schemas['Found'];
export type Flag = Schemas['Flag'];
export type IdentityMethod = Schemas['IdentityMethod'];
export type Interval = Schemas['Interval'];
export type Item = Schemas['Item'];
export type JoinConsent = Schemas['JoinConsent'];
export type Latest = Schemas['Latest'];
export type LegRole = Schemas['LegRole'];
export type LegState = Schemas['LegState'];
export type Line = Schemas['Line'];
export type Me = Schemas['Me'];
export type MeWho = Schemas['MeWho'];
export type Measure = Schemas['Measure'];
export type Measured = Schemas['Measured'];
export type MediaMode = Schemas['MediaMode'];
export type Name = Schemas['Name'];
export type NewReading = Schemas['NewReading'];
export type NewReadings = Schemas['NewReadings'];
export type OnDuty = Schemas['OnDuty'];
export type Origin = Schemas['Origin'];
export type Outcome = Schemas['Outcome'];
export type Owner = Schemas['Owner'];
export type Participant = Schemas['Participant'];
export type PatientCard = Schemas['PatientCard'];
export type PersonCard = Schemas['PersonCard'];
export type PlacedReading = Schemas['PlacedReading'];
export type Problem = Schemas['Problem'];
export type QueueItem = Schemas['QueueItem'];
export type CaseCall = Schemas['CaseCall'];
export type Reading = Schemas['Reading'];
export type ReadingsStored = Schemas['ReadingsStored'];
export type RecordedTrack = Schemas['RecordedTrack'];
export type Recording = Schemas['Recording'];
export type RecordingAnswer = Schemas['RecordingAnswer'];
export type RecordingPhase = Schemas['Phase'];
export type RedFlag = Schemas['RedFlag'];
export type Requested = Schemas['Requested'];
export type Role = Schemas['Role'];
export type Sbar = Schemas['Sbar'];
export type Score = Schemas['Score'];
export type ServerFrame = Schemas['ServerFrame'];
export type ServerMessage = Schemas['ServerMessage'];
export type ServiceKind = Schemas['ServiceKind'];
export type SessionState = Schemas['State'];
export type Sex = Schemas['Sex'];
export type SignedIn = Schemas['SignedIn'];
export type Source = Schemas['Source'];
export type SourceState = Schemas['SourceState'];
export type StreamPosition = Schemas['StreamPosition'];
export type TimelineEntry = Schemas['TimelineEntry'];
export type Trend = Schemas['Trend'];
export type TrendPoint = Schemas['TrendPoint'];
export type Urgency = Schemas['Urgency'];
export type Vital = Schemas['Vital'];
export type VitalKind = Schemas['VitalKind'];
export type VitalsView = Schemas['VitalsView'];

export type CaseId = string;
export type ConnectionId = string;
export type LegId = string;
export type PersonId = string;
export type SessionId = string;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Timestamp = number;

/** Any file of a recording: a track, or all voices together. */
export type RecordedFile = Schemas['RecordedMix'];

/** What an app may send; the link says `hello`, `ping` and `renew` by itself. */
export type Command = Exclude<ClientMessage, { type: 'hello' | 'ping' | 'renew' }>;

/** The server message of one type. */
export type ServerMessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;
