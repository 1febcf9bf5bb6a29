/** The stage of every story: one server, one browser per person, and the steps that stories share. */
import { mkdirSync } from 'node:fs';
import test from 'node:test';
import { clips as makeClips } from './clips.mjs';
import { peopleSeen } from './media.mjs';
import { Window, browserOf, onDuty } from './people.mjs';
import { Server } from './server.mjs';

const VAR = new URL('../../../var/', import.meta.url).pathname;

export const clips = makeClips(`${VAR}clips`);
mkdirSync(`${VAR}screens/live`, { recursive: true });

/** Whose picture and voice each app's browser has. */
const CLIPS = { tablet: clips.patient, desk: clips.nurse, phone: clips.doctor };

export class Night {
  browsers = {};
  windows = [];
  server = null;

  /** Opens the browsers that a file needs; they serve every story of it. */
  static async begin(apps = Object.keys(CLIPS)) {
    const night = new Night();
    const opened = apps.map(async (app) => [app, await browserOf(CLIPS[app])]);
    night.browsers = Object.fromEntries(await Promise.all(opened));
    return night;
  }

  /** A new district on a server of its own: no story sees what another left behind. */
  async falls(options, disk) {
    this.server = await Server.start(options, disk);
  }

  /** The n-th person of an app, as the server lists the demo's people. */
  person(app, n = 0) {
    return this.server.people.filter((p) => p.app === app)[n];
  }

  async open(app, n = 0, options = {}) {
    const { browser = this.browsers[app], base, ...rest } = options;
    const window = await Window.open(browser, app, this.server.link(app, n, base), rest);
    this.windows.push(window);
    return window;
  }

  /** A patient's tablet and a nurse who is on duty; `patient` and `nurse`: which of them. */
  async bedsideAndDesk({ patient = 0, nurse = 0, ...options } = {}) {
    const [tablet, desk] = await Promise.all([this.open('tablet', patient, options.tablet), this.open('desk', nurse, options.desk)]);
    await Promise.all([tablet.sees('screen-idle'), onDuty(desk)]);
    return { tablet, desk };
  }

  /** Closes the windows and the server of a story. Gives the errors that pages threw meanwhile. */
  async over() {
    const windows = this.windows.splice(0);
    await Promise.all(windows.map((window) => window.close().catch(() => undefined)));
    await this.server?.close();
    this.server = null;
    return windows.flatMap((window) => window.problems.map((problem) => `${window.app}: ${problem}`));
  }

  async end() {
    await this.over();
    await Promise.all(Object.values(this.browsers).map((browser) => browser.close().catch(() => undefined)));
  }
}

/** The patient taps, the nurse answers, and both see each other. */
export async function talk(tablet, desk) {
  await tablet.taps('call');
  await desk.taps('answer');
  await Promise.all([tablet.sees('screen-incall'), desk.sees('tile-patient')]);
}

/** The nurse rings the doctors on duty; this one answers and the patient says yes. */
export async function bringDoctor(tablet, desk, phone) {
  await desk.taps('tab-doctor');
  await desk.taps('invite-doctor');
  await phone.taps('accept');
  await tablet.taps('join-yes');
  await phone.sees('screen-call');
}

/** How long a step may take before it counts as standing still: several waits of `PATIENCE`, and never needed. */
export const STEP = 480_000;

/**
 * The steps of one story, in order. After one has failed the others cannot tell anything: they are not run, and the
 * file is red by the one that failed.
 */
export function steps() {
  let broken = false;
  return (name, run) =>
    test(name, { timeout: STEP }, async (t) => {
      if (broken) return t.skip('an earlier step failed');
      broken = true;
      await run();
      broken = false;
      return undefined;
    });
}

/** Who is seen live under a test id. */
export const live = async (window, tile, count = 1) => [...(await peopleSeen(window.page, `[data-testid=${tile}]`, { count }))];

/** What the tablet's card says of a measurement that gave no value; between the signs stands their furigana. */
const FAILED = /測\S*れませんでした/;
/** The same, or that it has to be measured again. */
const NO_VALUE = /測\S*(れませんでした|ってください)/;

/** The cuff fails at times, as cuffs do: measured again until the desk has a value that counts. */
export async function cleanPressure(tablet, desk) {
  const card = tablet.by('sensor-bloodPressure');
  const value = card.getByText(/\d{2,3}\/\d{2,3}/);
  for (let tries = 12; tries > 0; tries -= 1) {
    await tablet.taps('start-bloodPressure');
    await value.or(card.getByText(NO_VALUE)).first().waitFor();
    if (await value.count()) {
      const [measured] = (await value.first().innerText()).match(/\d{2,3}\/\d{2,3}/);
      await desk.by('vital-bloodPressure').getByText(measured).waitFor();
      if (!/体動|ゆるみ/.test(await desk.text('vital-bloodPressure'))) return;
    }
    if (await tablet.by('stop-bloodPressure').count()) await tablet.taps('stop-bloodPressure');
  }
  throw new Error('the cuff never measured cleanly');
}

/** Measures until the cuff fails, and gives what its card says then. The kit's luck is the patient's own. */
export async function failedPressure(tablet) {
  return tablet.page.evaluate(
    async ({ source, tries }) => {
      const card = document.querySelector('[data-testid=sensor-bloodPressure]');
      for (let i = 0; i < tries; i += 1) {
        card.querySelector('[data-testid=stop-bloodPressure], [data-testid=start-bloodPressure]').click();
        for (let frame = 0; frame < 2; frame += 1) await new Promise((done) => requestAnimationFrame(done));
        if (new RegExp(source).test(card.textContent)) return card.textContent;
      }
      throw new Error('the cuff never failed');
    },
    { source: FAILED.source, tries: 200 },
  );
}

/** A figure among the lines of a run; a number is milliseconds between two notes. */
export function figure(name, value) {
  console.log(`# ${name}: ${typeof value === 'number' ? `${value} ms` : value}`);
}
