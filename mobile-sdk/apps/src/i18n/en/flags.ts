import type { flags as ja } from '../ja/flags.ts';
import type { Message } from '../text.ts';

export const flags: Record<keyof typeof ja, Message> = {
  'flag.futureStamped': 'Device clock runs ahead',
  'flag.implausible': 'Impossible value',
  'flag.clockUnset': 'Device clock not set',
  'flag.questionable': 'Questionable',
  'flag.invalid': 'Invalid measurement',
  'flag.earlyEstimate': 'Early estimate',
  'flag.ongoing': 'Measuring',
  'flag.fromMemory': 'From device memory',
  'flag.notOnUser': 'Sensor not on patient',
  'flag.noContact': 'No skin contact',
  'flag.lowPerfusion': 'Low perfusion',
  'flag.poorSignal': 'Poor signal',
  'flag.sensorFault': 'Sensor fault',
  'flag.cuffLoose': 'Cuff too loose',
  'flag.movement': 'Movement',
  'flag.wrongPosition': 'Cuff position',
  'flag.irregularPulse': 'Irregular pulse',
  'flag.pulseOutOfRange': "Pulse beyond cuff's range",
  'flag.outOfDeviceRange': 'Beyond device range',
  'flag.demo': 'Demo value',
  'flag.test': 'Test value',
};
