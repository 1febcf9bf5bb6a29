/** The record page: which record one signs, that one is asked, and that one can decide and look again there. */
import assert from 'node:assert/strict';
import type { Browser, Route } from 'playwright-core';
import { doctor, nurse, staffMe } from '../../fixtures/people.ts';
import { queue } from '../../fixtures/queue.ts';
import { record, thread } from '../../fixtures/record.ts';
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
    const give = (route: Route, session: string) =>
      route.fulfill({
        contentType: 'application/json',
        body: JSON.stringify({ ...unsigned, session, note: `記録 ${session}` }),
      });
    await page.route('**/api/v1/encounters/session-8', (route) => give(route, 'session-8'));
    await page.route('**/api/v1/encounters/session-7', (route) => {
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
    await page.click(at('sign-yes'));
    const signed = await heard('sign');
    assert.deepEqual([signed.session, signed.seen], ['session-7', 7], 'what stood on the screen');
    await page.context().close();
  }
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

/** A call that nobody was in, because the patient took it back: the desk decides about it from the list. */
export async function deciding(browser: Browser, base: string): Promise<void> {
  const { page, heard } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const open = { ...unsigned, session: 'session-9', disposition: null, note: null, maySign: false };
  let decided = false;
  await page.route('**/api/v1/encounters/session-9', (route) =>
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
    }),
  );
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.click(at('outcome-cancelledAndChecked'));
  await page.fill(at('disp-advice'), '電話で無事を確かめました');
  decided = true;
  await page.click(at('disp-save'));
  const said = await heard('dispose');
  assert.equal(said.session, 'session-9');
  assert.deepEqual((said.disposition as { outcome: unknown }).outcome, { outcome: 'cancelledAndChecked' });
  await page.waitForSelector(at('decided'));
  await page.waitForSelector(at('enc-sign'));
  assert.equal(await page.locator(at('disp-save')).count(), 0, 'it stands, and the form is gone');
  await page.context().close();
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
  await page.route('**/api/v1/encounters/session-5', (route) =>
    route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify({
        ...record,
        session: 'session-5',
        case: 'case-5',
        ...(looked ? { rechecked: { at: soon, by: nurse, note: 'よく眠っている' } } : { mayRecheck: true }),
      }),
    }),
  );
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
  await page.click(at('recheck-save'));
  const said = await heard('rechecked');
  assert.deepEqual([said.session, said.note], ['session-5', 'よく眠っている']);
  await page.waitForSelector(at('rechecked'));
  assert.match((await page.textContent(at('rechecked'))) ?? '', /森下 奈緒[\s\S]*よく眠っている/);
  assert.equal(await page.locator(at('recheck-save')).count(), 0, 'it was taken, and the form is gone');
  await page.context().close();
}
