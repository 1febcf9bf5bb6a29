//! Small multiples as inline SVG: one kind of vital sign each, all on the same time axis.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use yoban_domain::id::ReadingId;
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::vitals::Measure;
use yoban_domain::vitals::feed::TrendPoint;

use super::clock::Clock;

/// Size in user units; the page scales it to its column.
const WIDTH: f64 = 260.0;
const HEIGHT: f64 = 104.0;
const LEFT: f64 = 30.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 18.0;

/// One plot's contents.
pub(super) struct Plot<'a> {
    /// Oldest first.
    pub(super) points: &'a [TrendPoint],
    /// Which of them a simulated sensor made: drawn hollow, so that nobody takes them for the patient's.
    pub(super) simulated: &'a BTreeSet<ReadingId>,
    /// Which numbers are drawn, each its own line.
    pub(super) measures: &'a [Measure],
    /// First and last instant of the axis.
    pub(super) window: (Timestamp, Timestamp),
    /// The range always shown, so that noise does not look like a cliff. Wider data widen it.
    pub(super) usual: (f64, f64),
    /// Read aloud by screen readers.
    pub(super) label: &'a str,
}

impl Plot<'_> {
    pub(super) fn svg(&self, clock: &Clock) -> String {
        let (low, high) = self.range();
        let y = |value: f64| {
            let part = ((value - low) / (high - low)).clamp(0.0, 1.0);
            (HEIGHT - BOTTOM) - part * (HEIGHT - BOTTOM - TOP)
        };
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
            super::html::escape(self.label)
        );
        for value in ticks(low, high) {
            let at = y(value);
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
                 <text class=\"axis\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>",
                WIDTH - RIGHT,
                LEFT - 4.0,
                at + 3.0,
            );
        }
        self.time_axis(clock, &mut svg);
        for (i, measure) in self.measures.iter().enumerate() {
            let class = if i == 0 { "line" } else { "line second" };
            self.line(*measure, class, &y, &mut svg);
        }
        svg.push_str("</svg>");
        svg
    }

    fn x(&self, at: Timestamp) -> f64 {
        let (from, to) = self.window;
        let whole = float(to.since(from).0).max(1.0);
        let part = (float(at.since(from).0) / whole).clamp(0.0, 1.0);
        LEFT + part * (WIDTH - LEFT - RIGHT)
    }

    /// The usual range, widened by every value that is not doubtful.
    fn range(&self) -> (f64, f64) {
        let clean = self.points.iter().filter(|p| !p.doubtful);
        let (mut low, mut high) = self.usual;
        for value in clean.flat_map(|p| &p.values).filter(|v| self.measures.contains(&v.measure)) {
            let value = value.value.to_f64();
            low = low.min(value);
            high = high.max(value);
        }
        let air = (high - low) * 0.06;
        (low - air, high + air)
    }

    fn time_axis(&self, clock: &Clock, svg: &mut String) {
        let (from, to) = self.window;
        let minute = 60_000;
        let length = to.since(from).0.max(1);
        let step = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480]
            .into_iter()
            .map(|m| m * minute)
            .find(|step| length / step <= 4)
            .unwrap_or_else(|| (length / 4).max(1_440 * minute));
        let base = HEIGHT - BOTTOM;
        let _ = write!(
            svg,
            "<line class=\"base\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{base}\" y2=\"{base}\"/>",
            WIDTH - RIGHT
        );
        // Whole steps of the hour: zones differ from UTC by whole quarters of an hour at least.
        let first = Timestamp(from.0.div_euclid(step).saturating_mul(step));
        // Four steps fit; two more cover both edges. The bound also holds for a clock at the end of time.
        for n in 0..=6 {
            let at = first.plus(Span(step.saturating_mul(n)));
            if at < from || at > to {
                continue;
            }
            let x = self.x(at);
            let _ = write!(
                svg,
                "<line class=\"base\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{base}\" y2=\"{:.1}\"/>\
                 <text class=\"axis\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                base + 3.0,
                HEIGHT - 5.0,
                clock.tick(at),
            );
        }
    }

    /// Clean values joined where nothing is missing between them; doubtful ones as crosses beside the line.
    fn line(&self, measure: Measure, class: &str, y: &impl Fn(f64) -> f64, svg: &mut String) {
        let mut path = String::new();
        let mut dots = String::new();
        let mut pen_up = true;
        for point in self.points {
            let value = point.values.iter().find(|v| v.measure == measure);
            let Some(value) = value else {
                pen_up = true;
                continue;
            };
            let (x, at) = (self.x(point.at), y(value.value.to_f64()));
            if point.doubtful {
                let _ = write!(
                    dots,
                    "<g class=\"doubt\"><path d=\"M{:.1} {:.1}l6 6m0 -6l-6 6\"/></g>",
                    x - 3.0,
                    at - 3.0
                );
                continue;
            }
            let stroke = if pen_up || point.gap_before { 'M' } else { 'L' };
            let dot = if self.simulated.contains(&point.id) { "sim" } else { "dot" };
            let _ = write!(path, "{stroke}{x:.1} {at:.1}");
            let _ = write!(dots, "<circle class=\"{dot}\" cx=\"{x:.1}\" cy=\"{at:.1}\" r=\"2.2\"/>");
            pen_up = false;
        }
        let _ = write!(svg, "<g class=\"{class}\"><path d=\"{path}\"/>{dots}</g>");
    }
}

/// Two to four round numbers inside the range.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let step = [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]
        .into_iter()
        .find(|step| (high - low) / step <= 4.0)
        .unwrap_or(200.0);
    let mut found = Vec::new();
    let mut value = (low / step).ceil() * step;
    while value <= high && found.len() < 8 {
        found.push(value);
        value += step;
    }
    found
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a night on a plot two hundred units wide")]
const fn float(ms: i64) -> f64 {
    ms as f64
}
