/**
 * Held by the type checker: what the server's schema says fits the shapes the screens use. A line that does not
 * compile names the type that moved.
 */
import type * as sdk from '@yoban/sdk';
import type * as own from '../src/wire.ts';

const fits = <Wide, _Narrow extends Wide>(): true => true;

export const held = [
  fits<own.CallView, sdk.CallView>(),
  fits<own.QueueItem, sdk.QueueItem>(),
  // Not `VitalsView` as a whole: the schema has no type for the numbers of a reading (`values: unknown[]`).
  fits<own.Reading, sdk.Reading>(),
  fits<own.Score, sdk.Score>(),
  fits<Omit<own.TrendPoint, 'values'>, Omit<sdk.TrendPoint, 'values'>>(),
  fits<own.Me, sdk.Me>(),
  fits<own.OnDuty, sdk.OnDuty>(),
  fits<own.EncounterView, sdk.EncounterView>(),
  fits<own.CaseView, sdk.CaseView>(),
  fits<own.Recording, sdk.Recording>(),
  fits<own.DemoPerson, sdk.DemoPerson>(),
  // And the other way: what the screens send is what the server takes.
  fits<sdk.Finding, own.Finding>(),
  fits<sdk.Disposition, own.Disposition>(),
  fits<sdk.NewReading, own.NewReading>(),
];
