import { common } from './en/common.ts';
import { equipment } from './en/equipment.ts';
import { flags } from './en/flags.ts';
import { record } from './en/record.ts';
import { staff } from './en/staff.ts';
import { tablet } from './en/tablet.ts';
import { vitals } from './en/vitals.ts';
import type { Key } from './messages.ja.ts';
import type { Message } from './text.ts';

export const en: Record<Key, Message> = {
  ...common,
  ...equipment,
  ...flags,
  ...tablet,
  ...staff,
  ...record,
  ...vitals,
};
