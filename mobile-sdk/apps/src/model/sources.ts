/** One's own microphone and camera that do not work, and which of them the patient goes on without. */
import type { SourceState } from '../wire.ts';

export type Trouble = 'denied' | 'inUse' | 'absent';
/** What it is about: by its name people know which cable or which lock to look at. */
export type Source = 'camera' | 'microphone' | 'both';
export type Waived = readonly Source[];

const bad = (state: SourceState): Trouble | null =>
  state === 'denied' || state === 'inUse' || state === 'absent' ? state : null;

/** What has to be said. A source that was given up for this call is not asked about again; the other one still is. */
export function troubleOf(
  media: { microphone: SourceState; camera: SourceState },
  waived: Waived,
): { trouble: Trouble; source: Source } | null {
  const given = (source: Source) => waived.includes(source) || waived.includes('both');
  const microphone = given('microphone') ? null : bad(media.microphone);
  const camera = given('camera') ? null : bad(media.camera);
  if (microphone) return { trouble: microphone, source: microphone === camera ? 'both' : 'microphone' };
  return camera ? { trouble: camera, source: 'camera' } : null;
}

/** It is asked about again, the other one is not. */
export const unwaived = (waived: Waived, source: 'camera' | 'microphone'): Waived =>
  waived.flatMap((w): Source[] => {
    if (w === source) return [];
    return w === 'both' ? [source === 'camera' ? 'microphone' : 'camera'] : [w];
  });
