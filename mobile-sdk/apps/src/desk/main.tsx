import { render } from 'preact';
import { boot } from '../app/boot.ts';
import { watchRoute } from '../app/route.ts';
import '../styles/clinical.css';
import '../styles/clinical-work.css';
import '../styles/record.css';
import '../styles/desk.css';
import '../styles/desk-call.css';
import { Boundary } from '../ui/Boundary.tsx';
import { DeskApp } from './DeskApp.tsx';

const root = document.getElementById('app');
if (root) {
  root.className = 'staff desk';
  const live = boot('desk');
  watchRoute();
  render(
    <Boundary phone={() => live.state.value.me?.deskPhone ?? ''}>
      <DeskApp live={live} />
    </Boundary>,
    root,
  );
}
