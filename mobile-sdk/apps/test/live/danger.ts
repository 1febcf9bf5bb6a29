/** What a sudden illness asks of nurse and doctor: nothing that cannot count, and the danger in sight. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { doctor, nurse, staffMe } from '../../fixtures/people.ts';
import { asDoctor, asNurse, scenes } from '../../fixtures/scenes.ts';
import { at, play } from './play.ts';

export async function suddenIllness(browser: Browser, base: string): Promise<void> {
  const desk = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await desk.page.click(at('go-on-duty'));
  const call = asNurse(scenes.notSudden);
  desk.say({ type: 'call', call: { ...call, version: 1 } });
  await desk.page.click(at('tab-finish'));
  await desk.page.check(at('outcome-advice'), { force: true });
  await desk.page.fill(at('disp-advice'), '温かくしてお休みください');
  assert.equal(await desk.page.locator(at('doctor-only')).count(), 0);
  // It turns out to be sudden: what was chosen cannot be, no reason of hers would count, and the doctor is one press away.
  desk.say({ type: 'call', call: { ...asNurse(scenes.twoWay), version: 2 } });
  await desk.page.waitForSelector(at('doctor-only'));
  for (const kind of ['advice', 'recheckAt', 'nextDay', 'prescription'])
    assert.ok(await desk.page.isDisabled(at(`outcome-${kind}`)), kind);
  assert.ok(await desk.page.isEnabled(at('outcome-houseCall')));
  assert.ok(await desk.page.isDisabled(at('disp-save')));
  assert.equal(await desk.page.locator(at('disp-reason')).count(), 0);
  assert.equal(await desk.page.inputValue(at('disp-advice')), '温かくしてお休みください');
  await desk.page.click(at('disp-call-doctor'));
  await desk.page.waitForSelector(`${at('tab-doctor')}[aria-selected=true]`);
  // The crew asks for it: it stands in what is read out.
  desk.say({ type: 'call', call: { ...asNurse(scenes.redFound), version: 3 } });
  await desk.page.click(at('tab-check'));
  const script = (await desk.page.innerText(at('panel-119'))).replaceAll('\u2060', '');
  for (const word of ['ペニシリン', 'アピキサバン', '入院はできるだけ避けたい', '医師会病院 救急'])
    assert.ok(script.includes(word), word);
  await desk.page.waitForSelector(at('urgency-red-missing'));
  await desk.page.context().close();

  const phone = await play(browser, base, 'phone', staffMe(doctor, 'dutyDoctor'));
  await phone.page.click(at('go-on-duty'));
  phone.say({ type: 'call', call: { ...asDoctor(scenes.threeWay, scenes.redFlag), version: 1 } });
  // Over the picture on every tab, and in the story of the case.
  await phone.page.getByTestId('red-chips').getByText('胸の痛み').waitFor();
  await phone.page.click(at('tab-sbar'));
  await phone.page.getByTestId('red-found').getByText('胸の痛み').waitFor();
  await phone.page.waitForSelector(at('red-chips'));
  assert.equal(await phone.page.locator(at('doctor-only')).count(), 0);
  await phone.page.click(at('tab-decide'));
  await phone.page.check(at('outcome-advice'), { force: true });
  await phone.page.waitForSelector(at('disp-reason'));
  await phone.page.context().close();
}
