import { render } from 'preact';
import { boot } from '../app/boot.ts';
import { watchRoute } from '../app/route.ts';
import '../styles/clinical.css';
import '../styles/clinical-work.css';
import '../styles/record.css';
import '../styles/phone.css';
import '../styles/phone-call.css';
import { Boundary } from '../ui/Boundary.tsx';
import { PhoneApp } from './PhoneApp.tsx';

const root = document.getElementById('app');
if (root) {
  root.className = 'staff phone';
  const live = boot('phone');
  watchRoute();
  render(
    <Boundary phone={() => live.state.value.me?.deskPhone ?? ''}>
      <PhoneApp live={live} />
    </Boundary>,
    root,
  );
}
