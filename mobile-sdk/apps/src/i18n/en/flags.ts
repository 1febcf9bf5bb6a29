import type { flags as ja } from '../ja/flags.ts';
import type { Message } from '../text.ts';

export const flags: Record<keyof typeof ja, Message> = {
  'flag.futureStamped': 'Future time',
  'flag.implausible': 'Impossible',
  'flag.clockUnset': 'Clock unset',
  'flag.questionable': 'Check',
  'flag.invalid': 'Invalid',
  'flag.earlyEstimate': 'Too early',
  'flag.ongoing': 'Measuring',
  'flag.fromMemory': 'From memory',
  'flag.notOnUser': 'Sensor off',
  'flag.noContact': 'No contact',
  'flag.lowPerfusion': 'Weak flow',
  'flag.poorSignal': 'Weak signal',
  'flag.sensorFault': 'Sensor fault',
  'flag.cuffLoose': 'Cuff loose',
  'flag.movement': 'Movement',
  'flag.wrongPosition': 'Cuff height',
  'flag.irregularPulse': 'Irregular',
  'flag.pulseOutOfRange': 'Pulse range',
  'flag.outOfDeviceRange': 'Out of range',
  'flag.demo': 'Demo value',
  'flag.test': 'Test value',
};
