import { render } from 'preact';
import { boot } from '../app/boot.ts';
import { watchRoute } from '../app/route.ts';
import '../styles/clinical.css';
import '../styles/clinical-work.css';
import '../styles/phone.css';
import { PhoneApp } from './PhoneApp.tsx';

const root = document.getElementById('app');
if (root) {
  root.className = 'staff phone';
  const live = boot('phone');
  watchRoute();
  render(<PhoneApp live={live} />, root);
}
