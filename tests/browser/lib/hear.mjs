/** Whose voice is this? Compares a heard loudness curve with the curves of the clips. */

/** Loudness is felt by its ratio; the floor keeps silence from being all noise. */
const felt = (curve) => curve.map((v) => Math.log10(v + 0.003));

/** Pearson's r of `heard` against the endlessly repeated `clip`, at the best shift. */
export function likeness(heard, clip) {
  const a = felt(heard);
  const b = felt(clip);
  const mean = (values) => values.reduce((s, v) => s + v, 0) / values.length;
  const ma = mean(a);
  const va = a.reduce((s, v) => s + (v - ma) ** 2, 0);
  if (a.length < 120 || va / a.length < 0.01) return 0;
  let best = 0;
  for (let shift = 0; shift < b.length; shift += 1) {
    let sb = 0;
    let sbb = 0;
    let sab = 0;
    for (let i = 0; i < a.length; i += 1) {
      const v = b[(i + shift) % b.length];
      sb += v;
      sbb += v * v;
      sab += (a[i] - ma) * v;
    }
    const vb = sbb - (sb * sb) / a.length;
    if (vb > 0) best = Math.max(best, sab / Math.sqrt(va * vb));
  }
  return best;
}

/** At least this alike. A call's own voice scores about 0.8 and more, another person's below 0.5. */
const ALIKE = 0.6;
/** And this much more alike than anybody else. */
const MARGIN = 0.12;

/** Name of the clip that was heard, or null: silence, noise, or not clearly one of them. */
export function whoIsHeard(heard, clips) {
  const scores = Object.entries(clips)
    .map(([name, clip]) => ({ name, score: likeness(heard, clip.curve) }))
    .sort((x, y) => y.score - x.score);
  const [first, second] = scores;
  const clear = first.score >= ALIKE && first.score - (second?.score ?? 0) >= MARGIN;
  return { who: clear ? first.name : null, scores };
}
