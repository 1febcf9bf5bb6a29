/** The record page: which record one signs, that one is asked, and that one can decide and look again there. */
import assert from 'node:assert/strict';
import type { Browser, Route } from 'playwright-core';
import { doctor, nurse, staffMe } from '../../fixtures/people.ts';
import { queue, twoCalls } from '../../fixtures/queue.ts';
import { record, recordings, thread } from '../../fixtures/record.ts';
import { asNurse, scenes } from '../../fixtures/scenes.ts';
import { at, play } from './play.ts';

const unsigned = { ...record, version: null, signedBy: null, signedAt: null, digest: null, maySign: true };

export async function signing(browser: Browser, base: string): Promise<void> {
  for (const [app, me] of [
    ['desk', staffMe(nurse, 'desk')],
    ['phone', staffMe(doctor, 'dutyDoctor')],
  ] as const) {
    const { page, heard, sent } = await play(browser, base, app, me);
    await page.click(at('go-on-duty'));
    let held = (_first: Route): void => undefined;
    const onItsWay = new Promise<Route>((resolve) => {
      held = resolve;
    });
    let first = true;
    let gone = false;
    const give = (route: Route, session: string) =>
      route.fulfill({
        contentType: 'application/json',
        body: JSON.stringify({
          ...unsigned,
          session,
          findings: { ...record.findings, note: `記録 ${session}` },
        }),
      });
    await page.route('**/api/v1/encounters/session-8', (route) => give(route, 'session-8'));
    await page.route('**/api/v1/encounters/session-7', (route) => {
      if (gone) return route.abort();
      if (!first) return give(route, 'session-7');
      first = false;
      return held(route);
    });
    const open = (session: string) =>
      page.evaluate((s) => {
        location.hash = `#/record/${s}`;
      }, session);
    await open('session-8');
    await page.getByText('記録 session-8').waitFor();
    await page.click(at('enc-sign'));
    await page.click(at('sign-no'));
    await page.waitForSelector(at('sign-dialog'), { state: 'detached' });
    // Another record, still on its way: the one before must not stand there to be signed.
    await open('session-7');
    await page.waitForSelector(at('screen-loading'));
    assert.equal(await page.getByText('記録 session-8').count(), 0);
    await give(await onItsWay, 'session-7');
    await page.getByText('記録 session-7').waitFor();
    assert.ok(!sent.some((m) => m.type === 'sign'), 'nothing is signed by one tap');
    await page.click(at('enc-sign'));
    gone = true;
    await page.click(at('sign-yes'));
    const signed = await heard('sign');
    assert.deepEqual([signed.session, signed.seen], ['session-7', 7], 'what stood on the screen');
    // It could not be read again: what one signs must be seen first.
    await page.waitForSelector(at('record-outdated'));
    assert.ok(await page.isDisabled(at('enc-sign')));
    await page.context().close();
  }
}

/** What was recorded is fetched when it is wanted; what did not come says so, and is asked for again by whoever wants it. */
export async function listening(browser: Browser, base: string): Promise<void> {
  const { page } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const here = '**/api/v1/encounters/session-7';
  const give = (body: object) => (route: Route) =>
    route.fulfill({ contentType: 'application/json', body: JSON.stringify(body) });
  await page.route(here, give({ ...record, session: 'session-7', case: 'case-7' }));
  await page.route('**/api/v1/cases/case-7', give({ ...thread, case: 'case-7' }));
  await page.route(`${here}/recordings`, give(recordings));
  await page.route(`${here}/recordings/readings`, give([]));
  const asked: string[] = [];
  let broken = true;
  await page.route(`${here}/recordings/leg-*`, (route) => {
    asked.push('sight');
    return route.fulfill(broken ? { status: 500 } : { contentType: 'video/webm', body: 'picture' });
  });
  await page.route(`${here}/recordings/mix`, (route) => {
    asked.push('mix');
    return route.fulfill(broken ? { status: 500 } : { contentType: 'audio/ogg', body: 'voices' });
  });
  await page.evaluate(() => {
    location.hash = '#/record/session-7';
  });
  const playback = page.locator(at('playback'));
  await page.click(at('play-open'));
  await playback.getByText('通信を確かめて、もう一度試してください。').waitFor();
  await page.click(at('play-sight-leg-nurse'));
  await page.waitForSelector(at('play-sight-unreadable'));
  assert.deepEqual(asked, ['mix', 'sight'], 'a server that failed is not asked again at once');
  broken = false;
  await page.click(at('play-sight-unreadable-retry'));
  await page.waitForSelector(at('play-sight-unreadable'), { state: 'detached' });
  await playback.locator('video').waitFor();
  await page.click(at('play-open'));
  await page.waitForSelector(at('play-sound'));
  assert.deepEqual(asked, ['mix', 'sight', 'sight', 'mix']);
  await page.context().close();
}

/** A record that tonight's list does not lead to, for instance an earlier call of its case: it names its case itself. */
export async function ofNoLine(browser: Browser, base: string): Promise<void> {
  for (const [app, me] of [
    ['desk', staffMe(nurse, 'desk')],
    ['phone', staffMe(doctor, 'dutyDoctor')],
  ] as const) {
    const { page } = await play(browser, base, app, me);
    await page.click(at('go-on-duty'));
    const give = (body: object) => (route: Route) =>
      route.fulfill({ contentType: 'application/json', body: JSON.stringify(body) });
    await page.route(
      '**/api/v1/encounters/session-77',
      give({ ...record, session: 'session-77', case: 'case-77' }),
    );
    await page.route('**/api/v1/cases/case-77', give({ ...thread, case: 'case-77' }));
    await page.evaluate(() => {
      location.hash = '#/record/session-77';
    });
    await page.getByText('橘 健一 を呼び出し').waitFor();
    await page.context().close();
  }
}

/** Put aside and decided; then a sudden illness is found: the call comes back, and its old words stand in the form. */
export async function takenBack(browser: Browser, base: string): Promise<void> {
  const call = asNurse(scenes.undecided);
  const decided = {
    outcome: { outcome: 'advice' },
    advice: '温かくしてお休みください',
    reasonOnline: null,
  } as const;
  const { page, say, sent } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  say({ type: 'call', call: { ...call, disposition: decided, version: 1 } });
  await page.click(at('to-list'));
  await page.waitForSelector(at('to-list'), { state: 'detached' });
  const found = { ...call, disposition: null, takenBack: 'suddenIllness', former: decided };
  say({ type: 'call', call: { ...found, version: 2 } });
  await page.click(at('tab-finish'));
  // Why it is asked again is said, to whoever hears the page too.
  const why = page
    .getByRole('status')
    .filter({ hasText: '急病急変とわかったため、前の転帰は取り消されました' });
  await why.waitFor();
  assert.equal(await page.inputValue(at('disp-advice')), decided.advice);
  assert.ok(!sent.some((m) => m.type === 'dispose'), 'it stands only once it is decided again');
  // Put aside again it stays there.
  await page.click(at('to-list'));
  await page.waitForSelector(at('to-list'), { state: 'detached' });
  say({ type: 'call', call: { ...found, version: 3 } });
  say({ type: 'queue', items: queue });
  await page.waitForSelector(at('open-record'));
  assert.equal(await page.locator(at('to-list')).count(), 0);
  // The record says it as well, and begins with the same words.
  await page.route('**/api/v1/encounters/session-1', (route) =>
    route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify({
        ...unsigned,
        disposition: null,
        maySign: false,
        mayDecide: { sudden: true, cancelled: false, takenBack: 'suddenIllness', former: decided },
      }),
    }),
  );
  await page.evaluate(() => {
    location.hash = '#/record/session-1';
  });
  await why.waitFor();
  assert.equal(await page.inputValue(at('disp-advice')), decided.advice);
  await page.context().close();
}

/** A call that nobody was in, because the patient took it back: the desk decides about it from the list. */
export async function deciding(browser: Browser, base: string): Promise<void> {
  const { page, heard } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const open = { ...unsigned, session: 'session-9', disposition: null, maySign: false };
  let decided = false;
  const give = (route: Route) =>
    route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify(
        decided
          ? {
              ...open,
              maySign: true,
              disposition: { outcome: { outcome: 'cancelledAndChecked' }, advice: '無事' },
            }
          : { ...open, mayDecide: { sudden: false, cancelled: true } },
      ),
    });
  /** Once it is decided the record is asked for, and waits until the line is said to be there or gone. */
  const waiting: Route[] = [];
  let line: ((route: Route) => Promise<void>) | null = give;
  const become = (next: typeof line) => {
    line = next;
    for (const route of next ? waiting.splice(0) : []) void next?.(route);
  };
  await page.route('**/api/v1/encounters/session-9', (route) =>
    line ? line(route) : void waiting.push(route),
  );
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.click(at('outcome-cancelledAndChecked'));
  await page.fill(at('disp-advice'), '電話で無事を確かめました');
  decided = true;
  become(null);
  await page.click(at('disp-save'));
  const said = await heard('dispose');
  assert.equal(said.session, 'session-9');
  assert.deepEqual((said.disposition as { outcome: unknown }).outcome, { outcome: 'cancelledAndChecked' });
  // The record is on its way: what was decided stands there, and the form is not seen empty in between.
  await page.waitForSelector(at('decided'));
  assert.match((await page.textContent(at('decided'))) ?? '', /無事を確認[\s\S]*電話で無事/);
  assert.equal(await page.locator(at('disp-save')).count(), 0, 'it stands, and the form is gone');
  assert.equal(await page.locator(at('record-outdated')).count(), 0);
  // It does not come: that is said, what was decided stays, and one can ask again.
  become((route) => route.abort());
  await page.waitForSelector(at('record-outdated'));
  assert.equal(await page.locator(at('decided')).count(), 1);
  assert.equal(await page.locator(at('disp-save')).count(), 0);
  become(null);
  await page.click(at('record-retry'));
  await page.waitForSelector(at('record-outdated'), { state: 'detached' });
  become(give);
  await page.waitForSelector(at('enc-sign'));
  assert.equal(await page.locator(at('disp-save')).count(), 0);
  await page.context().close();
}

/** A prescription is offered on the record to the doctor who examined online, and else it is said why not. */
export async function prescribing(browser: Browser, base: string): Promise<void> {
  for (const [app, me, from, why] of [
    ['desk', staffMe(nurse, 'desk'), null, /オンライン診療をした医師だけ/],
    ['phone', staffMe(doctor, 'dutyDoctor'), null, /この通話でのオンライン診療が必要/],
    ['phone', staffMe(doctor, 'dutyDoctor'), Date.now() - 60_000, null],
  ] as const) {
    const { page, heard } = await play(browser, base, app, me);
    await page.click(at('go-on-duty'));
    const mayDecide = { sudden: false, cancelled: false, ...(from ? { prescribesFrom: from } : {}) };
    const body = { ...unsigned, session: 'session-9', disposition: null, maySign: false, mayDecide };
    await page.route('**/api/v1/encounters/session-9', (route) =>
      route.fulfill({ contentType: 'application/json', body: JSON.stringify(body) }),
    );
    await page.evaluate(() => {
      location.hash = '#/record/session-9';
    });
    await page.waitForSelector(at('outcome-prescription'), { state: 'attached' });
    if (why) {
      assert.ok(await page.isDisabled(at('outcome-prescription')), app);
      assert.match((await page.textContent(at('no-prescription'))) ?? '', why);
    } else {
      assert.equal(await page.locator(at('no-prescription')).count(), 0);
      await page.click(at('outcome-prescription'));
      await page.fill(at('disp-advice'), 'お薬が出ます');
      await page.click(at('disp-save'));
      const { outcome } = (await heard('dispose')).disposition as { outcome: unknown };
      assert.deepEqual(outcome, { outcome: 'prescription' });
    }
    await page.context().close();
  }
}

/** A promised second look: the list says when, the alarm that it is time, and the record takes what was found. */
export async function lookingAgain(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const promised = queue.filter((i) => i.session === 'session-5');
  const soon = Date.now() + 3_600_000;
  const hour = new Intl.DateTimeFormat('ja-JP', {
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'Asia/Tokyo',
  }).format(soon);
  let looked = false;
  await page.route('**/api/v1/cases/case-5', (route) =>
    route.fulfill({ contentType: 'application/json', body: JSON.stringify({ ...thread, case: 'case-5' }) }),
  );
  let line = true;
  await page.route('**/api/v1/encounters/session-5', (route) => {
    if (!line) return route.abort();
    return route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify({
        ...record,
        session: 'session-5',
        case: 'case-5',
        ...(looked ? { rechecked: { at: soon, by: nurse, note: 'よく眠っている' } } : { mayRecheck: true }),
      }),
    });
  });
  say({ type: 'queue', items: promised.map((i) => ({ ...i, recheck: { at: soon, due: false } })) });
  await page.getByText(`再確認 ${hour}`).waitFor();
  assert.equal(await page.locator(at('recheck-due')).count(), 0, 'not yet');
  say({ type: 'queue', items: promised.map((i) => ({ ...i, recheck: { at: soon, due: true } })) });
  assert.equal(await page.textContent(at('recheck-due')), '再確認の時刻です');
  await page.click(at('open-record'));
  await page.click(at('recheck-save'));
  await page.getByText('わかったことを書いてください').waitFor();
  assert.ok(!sent.some((m) => m.type === 'rechecked'), 'without a word nothing is said');
  await page.fill(at('recheck-note'), ' よく眠っている ');
  looked = true;
  line = false;
  await page.click(at('recheck-save'));
  const said = await heard('rechecked');
  assert.deepEqual([said.session, said.note], ['session-5', 'よく眠っている']);
  // Said and stored; read again it cannot be.
  await page.waitForSelector(at('record-outdated'));
  assert.match((await page.textContent(at('rechecked'))) ?? '', /よく眠っている/);
  assert.equal(await page.locator(at('recheck-save')).count(), 0);
  line = true;
  await page.click(at('record-retry'));
  await page.getByText(/森下 奈緒 が .* に再確認/).waitFor();
  assert.match((await page.textContent(at('rechecked'))) ?? '', /よく眠っている/);
  assert.equal(await page.locator(at('recheck-save')).count(), 0, 'it was taken, and the form is gone');
  await page.context().close();
}

/** A record of another night: tonight's list knows nothing of its case, and the way to the other calls is there all the same. */
export async function ofAnotherNight(browser: Browser, base: string): Promise<void> {
  for (const [app, me] of [
    ['desk', staffMe(nurse, 'desk')],
    ['phone', staffMe(doctor, 'dutyDoctor')],
  ] as const) {
    const { page } = await play(browser, base, app, me);
    await page.click(at('go-on-duty'));
    const [later] = twoCalls.calls ?? [];
    const shut = { ...later, session: 'session-9', mayOpen: false };
    for (const [session, calls] of [
      ['session-7', [later, shut]],
      ['session-8', []],
    ] as const) {
      await page.route(`**/api/v1/encounters/${session}`, (route) =>
        route.fulfill({
          contentType: 'application/json',
          body: JSON.stringify({ ...record, session, calls }),
        }),
      );
    }
    await page.evaluate(() => {
      location.hash = '#/record/session-7';
    });
    await page.waitForSelector(at('case-call-session-8'));
    assert.match(await page.innerText(at('case-call-session-8')), /救急/);
    assert.equal(await page.locator(`${at('case-call-session-9')} button`).count(), 0, 'not theirs to open');
    await page.click(`${at('case-call-session-8')} ${at('case-call')}`);
    await page.waitForURL(/#\/record\/session-8$/);
    await page.waitForSelector(at('case-calls'), { state: 'detached' });
    await page.context().close();
  }
}
