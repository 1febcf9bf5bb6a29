/** Temperature Measurement (0x2A1C). */
import { readDateTime } from './date-time.ts';
import { FrameBuilder, type Site, type Vital } from './frame.ts';
import { float, floatText } from './medfloat.ts';
import { bit, type Reader } from './reader.ts';

/** Temperature Type values 1 to 9. */
const SITES: readonly (Site | undefined)[] = [
  undefined,
  'axilla',
  'body',
  'ear',
  'finger',
  'gastroIntestinal',
  'mouth',
  'rectum',
  'toe',
  'tympanum',
];

export function readThermometer(reader: Reader): FrameBuilder {
  const frame = new FrameBuilder();
  const flags = reader.u8();
  const unit = bit(flags, 0) ? '[degF]' : 'Cel';
  const value = frame.number('temperature', floatText(float(reader.u32())));
  if (bit(flags, 1)) frame.clock(readDateTime(reader));
  const site = bit(flags, 2) ? SITES[reader.u8()] : undefined;
  if (value !== undefined) {
    const vital: Vital = { kind: 'temperature', value, unit };
    if (site !== undefined) vital.site = site;
    frame.vitals.push(vital);
  }
  return frame;
}
