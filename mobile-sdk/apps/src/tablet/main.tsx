import { render } from 'preact';
import { boot } from '../app/boot.ts';
import '../styles/tablet.css';
import '../styles/tablet-call.css';
import '../styles/tablet-pages.css';
import { TabletApp } from './TabletApp.tsx';

const root = document.getElementById('app');
if (root) {
  root.className = 'tablet';
  render(<TabletApp live={boot('tablet')} />, root);
}
