import { common } from './ja/common.ts';
import { equipment } from './ja/equipment.ts';
import { flags } from './ja/flags.ts';
import { record } from './ja/record.ts';
import { staff } from './ja/staff.ts';
import { tablet } from './ja/tablet.ts';
import { vitals } from './ja/vitals.ts';

/** Japanese comes first: its keys are the keys there are. */
export const ja = { ...common, ...equipment, ...flags, ...tablet, ...staff, ...record, ...vitals } as const;

export type Key = keyof typeof ja;
