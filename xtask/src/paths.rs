//! Nothing in the tree names a place on somebody's machine.

use crate::File;

/// Written in halves, so that this file does not find itself.
const PLACES: [&str; 6] = [
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/tmp/tar", "get"),
    concat!("C:", "\\Users"),
];

/// Lines that name such a place. `https://host/home/` and `$X/home/` are not absolute paths and pass.
pub fn check(files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            if PLACES.iter().any(|place| names(line, place)) {
                faults.push(format!("{}:{}: {}", file.path, number + 1, shortened(line)));
            }
        }
    }
    faults
}

fn names(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '*' | '~'))
    })
}

fn shortened(line: &str) -> String {
    line.trim().chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> usize {
        check(&[File { path: "x.md".to_owned(), text: text.to_owned() }]).len()
    }

    #[test]
    fn absolute_places_are_found_and_others_pass() {
        let place = PLACES[0];
        assert_eq!(faults(&format!("see {place}anna/yoban\nand \"{}bob\"", PLACES[1])), 2);
        assert_eq!(faults(&format!("{}x", PLACES[3])), 1);
        assert_eq!(faults(&format!("https://example.com{place}page")), 0);
        assert_eq!(faults(&format!("src{}mod.rs ${{X}}{place}", PLACES[3])), 0);
        assert_eq!(faults("home/work"), 0);
    }
}
