import { YobanClient, YobanProblem } from '@yoban/sdk';
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import '@fontsource/biz-udpgothic/400.css';
import '@fontsource/biz-udpgothic/700.css';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/ui.css';
import '../styles/messages.css';
import '../styles/forms.css';
import '../styles/video.css';
import '../styles/start.css';
import { startClock } from '../app/clock.ts';
import { applyTheme } from '../app/theme.ts';
import { chooseLang, lang } from '../i18n/index.tsx';
import type { DemoPerson } from '../wire.ts';
import { Start } from './Start.tsx';

const client = new YobanClient({ baseUrl: location.origin });

function App() {
  const [people, setPeople] = useState<DemoPerson[] | null | 'unreadable'>(null);
  const read = () => {
    setPeople(null);
    client.rest.demoPeople().then(setPeople, (error: unknown) => {
      // Outside demo mode the list is refused: the page then says how one signs in.
      const refused = error instanceof YobanProblem && error.status < 500;
      setPeople(refused ? [] : 'unreadable');
    });
  };
  useEffect(read, []);
  return <Start people={people} onRetry={read} />;
}

const root = document.getElementById('app');
if (root) {
  root.className = 'start';
  startClock();
  applyTheme();
  chooseLang(lang.value);
  render(<App />, root);
}
