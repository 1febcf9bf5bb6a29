/**
 * The apps joined to the SDK, against a server played by this script: that taps and keys become the right commands
 * and views the right screens, in the turns of a night that tests/browser does not play.
 *
 *   npm run live -w @yoban/apps [-- --only=patient,deskNurse]
 */
import { availableParallelism } from 'node:os';
import { withBrowsers } from '../browser.ts';
import { anotherPatient, arrival, leftUnsent, switchedOnAgain } from './arrival.ts';
import { twoWhoChoose, twoWhoDecide, twoWhoDecideLater, twoWhoWrite } from './at-once.ts';
import { back } from './back.ts';
import {
  addressBar,
  answeredAllTheSame,
  callsAgain,
  measuresOnce,
  seldomAloud,
  settings,
} from './bedside.ts';
import { bothPictures } from './both.ts';
import { quickerColleague } from './colleague.ts';
import { suddenIllness } from './danger.ts';
import { deskNurse, ringWins, valuesGrowOld } from './desk.ts';
import { doctorOffDuty, goingOffDuty, leavingAlone, patientHangsUp } from './duty.ts';
import { measuringGivesWay, seenEarlier, sentIsShown, typedOffline } from './measuring.ts';
import { cameraStaysShut, mediaBreaks } from './media.ts';
import { everyOutcome } from './outcomes.ts';
import { lateIsHeard } from './owed.ts';
import { asksToRecord, dutyDoctor, recordedWithoutLine } from './phone.ts';
import {
  deciding,
  listening,
  lookingAgain,
  ofAnotherNight,
  ofNoLine,
  prescribing,
  signing,
  takenBack,
} from './record.ts';
import { soundHeldBack } from './sound.ts';
import { behindAQuestion, brokenScreen, decidedLater, patient, questionsInTurn } from './tablet.ts';
import { goesNowhere } from './words.ts';
import { secondThoughts, twoWhoCheck, twoWriters, typedOnThePhone, typedStays } from './writing.ts';

const FAKE_MEDIA = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // One story plays the server's end of a media connection in a page beside.
  '--allow-loopback-in-peer-connection',
];
const STORIES = [
  arrival,
  switchedOnAgain,
  anotherPatient,
  leftUnsent,
  patient,
  decidedLater,
  questionsInTurn,
  behindAQuestion,
  typedOffline,
  sentIsShown,
  measuringGivesWay,
  seenEarlier,
  mediaBreaks,
  bothPictures,
  cameraStaysShut,
  soundHeldBack,
  settings,
  seldomAloud,
  measuresOnce,
  addressBar,
  answeredAllTheSame,
  callsAgain,
  brokenScreen,
  deskNurse,
  valuesGrowOld,
  ringWins,
  goingOffDuty,
  patientHangsUp,
  leavingAlone,
  suddenIllness,
  goesNowhere,
  doctorOffDuty,
  dutyDoctor,
  recordedWithoutLine,
  asksToRecord,
  typedStays,
  typedOnThePhone,
  twoWriters,
  secondThoughts,
  twoWhoCheck,
  twoWhoWrite,
  twoWhoChoose,
  twoWhoDecide,
  twoWhoDecideLater,
  signing,
  listening,
  ofNoLine,
  ofAnotherNight,
  takenBack,
  deciding,
  prescribing,
  lookingAgain,
  quickerColleague,
  everyOutcome,
  lateIsHeard,
  back,
];
const only = process.argv
  .find((a) => a.startsWith('--only='))
  ?.slice(7)
  .split(',');
const waiting = STORIES.filter((s) => !only || only.includes(s.name));
// Side by side, for most of a story is waiting: each with a browser of its own, shut up again when the story is told,
// since a page that is left open goes on ringing and moving, and slows all that come after it.
await withBrowsers(Math.max(2, Math.min(4, availableParallelism())), FAKE_MEDIA, async (browser, base) => {
  for (let story = waiting.shift(); story; story = waiting.shift()) {
    const start = Date.now();
    await story(browser, base);
    for (const context of browser.contexts()) await context.close();
    console.log(`ok ${story.name} ${Math.round((Date.now() - start) / 1000)} s`);
  }
});
