/** Values from real devices' bytes by Web Bluetooth and from the keypad: how old, how doubtful, and as a line. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { pressure, radio, saturation, temperature } from '../lib/bluetooth.mjs';
import { Night, steps, talk } from '../lib/night.mjs';

let night;
let tablet;
let desk;

before(async () => {
  night = await Night.begin();
  await night.falls();
});
after(() => night?.end());

const step = steps();
const MINUTE = 60_000;
const sends = ([id, hex]) => tablet.page.evaluate(([id, hex]) => window.air(id, hex), [id, hex]);
/** Waits until a tile at the desk says this. */
const says = (kind, words) =>
  desk.page.waitForFunction(
    ([id, source]) => new RegExp(source).test(document.querySelector(`[data-testid=${id}]`)?.innerText.replace(/\s+/g, ' ') ?? ''),
    [`vital-${kind}`, words.source],
  );
/** Points of the trend plot that are not its background. */
const inked = () =>
  desk.page.evaluate(() => {
    const canvas = document.querySelector('.trend canvas');
    if (!canvas) return 0;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const want = getComputedStyle(document.documentElement).getPropertyValue('--plot-1').trim();
    const probe = Object.assign(document.createElement('canvas').getContext('2d', { willReadFrequently: true }), { fillStyle: want });
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] > 200 && Math.hypot(data[i] - r, data[i + 1] - g, data[i + 2] - b) < 24) count += 1;
    }
    return count;
  });

step('real devices are connected from the tablet, and their bytes become values at the desk', async () => {
  ({ tablet, desk } = await night.bedsideAndDesk({ tablet: { init: radio } }));
  await talk(tablet, desk);
  assert.equal(await inked(), 0);
  await tablet.taps('measure');
  await tablet.taps('connect-bloodPressure');
  await tablet.sees('stop-bloodPressure');
  // A cuff alone: its pulse is a value like any other.
  await sends(pressure(126, 74, Date.now(), 86));
  await says('pulse', /86.*前.*機器/);
  for (const sensor of ['oximeter', 'thermometer']) {
    await tablet.taps(`connect-${sensor}`);
    await tablet.sees(`stop-${sensor}`);
  }
  assert.equal(await sends(temperature(365, Date.now())), 3, 'all three listen');
  await sends(pressure(128, 76, Date.now()));
  await sends(saturation(95, 88));
  await says('temperature', /36\.5.*前.*機器/);
  await says('bloodPressure', /128\/76.*前.*機器/);
  await says('spo2', /95.*前.*機器/);
  await says('pulse', /88/);
  assert.match(await tablet.text('sensor-bloodPressure'), /128\/76/);
  assert.doesNotMatch(await tablet.text('sensor-bloodPressure'), /模擬/);
});

step('the course is drawn', async () => {
  await desk.page.waitForFunction(() => document.querySelector('.trend canvas'));
  const few = await inked();
  for (const [spo2, pulse] of [[94, 90], [93, 93], [92, 95], [90, 99], [89, 104]]) {
    await sends(saturation(spo2, pulse));
    await says('spo2', new RegExp(`${spo2}`));
  }
  const more = await inked();
  assert.ok(few > 0 && more > few, `points of SpO2 on the plot: ${few}, then ${more}`);
});

step('a value that comes late does not take the place of a newer one', async () => {
  await sends(pressure(131, 80, Date.now() - 20 * MINUTE));
  await sends(saturation(88, 105));
  await says('spo2', /88/);
  assert.match(await desk.text('vital-bloodPressure'), /128\/76/);
});

step('an impossible value and one from the future are shown with what is wrong, and not scored', async () => {
  await sends(temperature(520, Date.now() + 1000));
  await says('temperature', /52\.0.*ありえない値/);
  assert.doesNotMatch(await desk.text('news2'), /体温/, 'the clean value before it still counts');
  await sends(pressure(133, 81, Date.now() + 10 * MINUTE));
  await says('bloodPressure', /133\/81.*時刻が未来/);
});

step('a device that is gone comes back by itself', async () => {
  await tablet.page.evaluate(() => window.air.gone());
  await tablet.page.waitForFunction((hex) => window.air(0x2a5f, hex) > 0, saturation(97, 71)[1]);
  await says('spo2', /97/);
});

step('by hand, on the large keypad: what cannot be is refused, what is typed is the household’s', async () => {
  await tablet.taps('manual');
  await tablet.taps('entry-spo2');
  for (const key of ['9', 'send']) await tablet.taps(`key-${key}`);
  await tablet.page.getByText('30から100までの数字を入れてください').first().waitFor();
  for (const key of ['6', 'send']) await tablet.taps(`key-${key}`);
  await says('spo2', /96.*家族の入力/);
  await tablet.taps('entry-bloodPressure');
  for (const key of ['1', '4', '2', 'send', '8', '4', 'send']) await tablet.taps(`key-${key}`);
  await tablet.taps('entry-temperature');
  for (const key of ['3', '7', '8', 'send']) await tablet.taps(`key-${key}`);
  await says('temperature', /37\.8.*家族の入力/);
  await tablet.taps('back');
  await tablet.taps('back');
  await tablet.sees('screen-incall');
});

step('another bedside: the only pressure is from long ago, and is shown as old', async () => {
  await desk.taps('end');
  await desk.taps('end-yes');
  await tablet.sees('screen-after');
  await desk.taps('to-list');
  tablet = await night.open('tablet', 1, { init: radio });
  await talk(tablet, desk);
  await tablet.taps('measure');
  await tablet.taps('connect-bloodPressure');
  await tablet.sees('stop-bloodPressure');
  await sends(pressure(131, 80, Date.now() - 45 * MINUTE));
  await says('bloodPressure', /131\/80.*古い値.*4\d分前/);
  assert.match(await desk.text('news2'), /7項目ともまだありません/);
  await sends(pressure(132, 82, Date.now()));
  await says('bloodPressure', /132\/82/);
  assert.doesNotMatch(await desk.text('vital-bloodPressure'), /古い値/);
  await desk.by('news2').getByText(/足りない項目/).waitFor();
  assert.doesNotMatch(await desk.text('news2'), /収縮期血圧/);
});

step('no page threw an error on the way', async () => {
  assert.deepEqual(await night.over(), []);
});
