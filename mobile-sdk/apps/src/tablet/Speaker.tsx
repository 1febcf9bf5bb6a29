import type { VNode } from 'preact';
import type { MediaControls, MediaView } from '../app/media.ts';
import { T, t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Choices, Dialog } from '../ui/parts.tsx';

/** Where the sound comes out. A browser that cannot choose says so by offering its one speaker. */
export function SpeakerDialog(props: {
  media: MediaView;
  controls: MediaControls;
  onClose: () => void;
}): VNode {
  const { media } = props;
  const known = media.speakers.length
    ? media.speakers.map((s) => ({ value: s.id, text: s.label || <T k="control.speakerDefault" /> }))
    : [{ value: '', text: <T k="control.speakerDefault" /> }];
  // One that was taken away is not in use either: the device falls back to its own.
  const used = (id: string) => known.find((s) => s.value === id)?.value;
  const chosen = used(media.speaker) ?? used('default') ?? known[0]?.value ?? '';
  return (
    <Dialog
      testid="speaker-dialog"
      title={<T k="control.speaker" />}
      onClose={props.onClose}
      actions={
        <Button kind="primary" onClick={props.onClose}>
          {t('ok')}
        </Button>
      }
    >
      <div style={{ marginTop: '20px' }}>
        <Choices
          name="speaker"
          label={t('control.speaker')}
          options={known}
          value={chosen}
          onChange={props.controls.speaker}
        />
      </div>
    </Dialog>
  );
}
