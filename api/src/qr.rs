//! QR codes of our links: for the terminal and, as SVG, for pages.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder, QRCode};

/// Light modules around the code on each side (ISO/IEC 18004 wants four). Scanners miss codes with less.
const QUIET_ZONE: usize = 4;

/// The text does not fit into a QR code (about 2,300 bytes at the level used).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

/// A square of dark and light modules, quiet zone included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    side: usize,
    dark: Vec<bool>,
}

impl Code {
    /// The code of `text`, at error correction M (15 %): links are short and a screen is clean, so fewer and larger
    /// modules read better across a table than stronger correction.
    ///
    /// # Errors
    /// The text is too long.
    pub fn of(text: &str) -> Result<Self, TooLong> {
        let qr = QRBuilder::new(text).ecl(ECL::M).build().map_err(|_| TooLong)?;
        Ok(Self::framed(&qr))
    }

    fn framed(qr: &QRCode) -> Self {
        let side = qr.size + 2 * QUIET_ZONE;
        let mut dark = vec![false; side * side];
        for (index, slot) in dark.iter_mut().enumerate() {
            let (row, column) = (index / side, index % side);
            if let (Some(r), Some(c)) = (row.checked_sub(QUIET_ZONE), column.checked_sub(QUIET_ZONE))
                && r < qr.size
                && c < qr.size
            {
                *slot = qr.data.get(r * qr.size + c).is_some_and(|m| m.value());
            }
        }
        Self { side, dark }
    }

    /// Modules per side, quiet zone included.
    pub const fn side(&self) -> usize {
        self.side
    }

    /// Whether a module is dark; outside of the square nothing is.
    pub fn is_dark(&self, row: usize, column: usize) -> bool {
        row < self.side
            && column < self.side
            && self.dark.get(row * self.side + column).copied().unwrap_or(false)
    }

    /// Two modules per character, black on white by explicit colours, so that it reads on dark and light terminals.
    /// Each line ends with a colour reset.
    pub fn terminal(&self) -> String {
        let mut out = String::new();
        for top in (0..self.side).step_by(2) {
            out.push_str("\u{1b}[30;107m");
            out.push_str(&self.line(top));
            out.push_str("\u{1b}[0m\n");
        }
        out
    }

    /// The same without colours, for a pipe or a terminal with dark letters on light ground.
    pub fn plain(&self) -> String {
        (0..self.side).step_by(2).map(|top| self.line(top) + "\n").collect()
    }

    fn line(&self, top: usize) -> String {
        (0..self.side)
            .map(|column| match (self.is_dark(top, column), self.is_dark(top + 1, column)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            })
            .collect()
    }

    /// A stand-alone SVG, one unit per module; black on white in night mode too, since scanners want it so.
    pub fn svg(&self) -> String {
        let side = self.side;
        let mut path = String::new();
        for row in 0..side {
            let mut column = 0;
            while column < side {
                let length = (column..side).take_while(|c| self.is_dark(row, *c)).count();
                if length > 0 {
                    // Writing into a String cannot fail.
                    let _ = write!(path, "M{column} {row}h{length}v1h-{length}z");
                }
                column += length.max(1);
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\" role=\"img\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path fill=\"#000\" d=\"{path}\"/></svg>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://192.168.1.20:8443/tablet#k=0123456789abcdef0123456789abcdef";

    #[test]
    fn the_frame_is_light_and_the_three_finders_are_there() {
        let code = Code::of(LINK).unwrap();
        let last = code.side() - 1;
        for i in 0..code.side() {
            for edge in 0..4 {
                let spots = [(edge, i), (i, edge), (last - edge, i), (i, last - edge)];
                assert!(spots.iter().all(|(r, c)| !code.is_dark(*r, *c)), "quiet zone at {edge},{i}");
            }
        }
        // A finder is a 7x7 dark ring round a 3x3 dark heart; only three corners have one.
        let finder = |row: usize, column: usize| {
            (0..7).all(|i| code.is_dark(row, column + i) && code.is_dark(row + 6, column + i))
                && (1..6).all(|i| !code.is_dark(row + 1, column + i))
                && code.is_dark(row + 3, column + 3)
        };
        let far = code.side() - QUIET_ZONE - 7;
        assert!(finder(QUIET_ZONE, QUIET_ZONE) && finder(QUIET_ZONE, far) && finder(far, QUIET_ZONE));
        assert!(!finder(far, far));
    }

    #[test]
    fn terminal_lines_show_every_module() {
        let code = Code::of(LINK).unwrap();
        let plain = code.plain();
        let lines: Vec<Vec<char>> = plain.lines().map(|l| l.chars().collect()).collect();
        assert_eq!(lines.len(), code.side().div_ceil(2));
        for (row, column) in (0..code.side() * code.side()).map(|i| (i / code.side(), i % code.side())) {
            let shown = match lines[row / 2][column] {
                '█' => true,
                '▀' => row % 2 == 0,
                '▄' => row % 2 == 1,
                _ => false,
            };
            assert_eq!(shown, code.is_dark(row, column), "{row},{column}");
        }
        assert_eq!(code.terminal().matches("\u{1b}[0m\n").count(), lines.len());
    }

    #[test]
    fn the_svg_paints_as_many_modules_as_are_dark() {
        let code = Code::of(LINK).unwrap();
        let dark =
            (0..code.side() * code.side()).filter(|i| code.is_dark(i / code.side(), i % code.side())).count();
        let svg = code.svg();
        let painted: usize = svg
            .split("<path fill=\"#000\"")
            .nth(1)
            .unwrap()
            .split('h')
            .filter_map(|part| part.split('v').next().unwrap().parse::<usize>().ok())
            .sum();
        assert_eq!(painted, dark);
        assert!(dark > 300);
    }

    #[test]
    fn other_links_give_other_codes_and_novels_are_refused() {
        assert_ne!(Code::of("https://a/").unwrap(), Code::of("https://b/").unwrap());
        assert_eq!(Code::of(&"夜".repeat(2_000)), Err(TooLong));
    }
}
