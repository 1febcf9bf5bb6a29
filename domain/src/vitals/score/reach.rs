//! What totals and bands the missing items leave open. Exact: every outcome named is reached by some completion.

use std::collections::BTreeSet;

use super::{Band, Item};

/// Points of the items of one [`Group`] for one choice of both.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub row: u8,
    pub column: u8,
}

/// Items that move independently of all other groups: one item, or two that move together. Rows are the choices
/// of the first, columns those of the second.
pub(super) struct Group {
    pub row: Item,
    pub column: Option<Item>,
    pub cells: Vec<Vec<Cell>>,
}

/// A total, and whether one item alone gave 3.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Outcome {
    pub total: u8,
    pub three: bool,
}

impl Outcome {
    const NOTHING: Self = Self { total: 0, three: false };

    fn with(self, cell: Cell) -> Self {
        let three = self.three || cell.row == 3 || cell.column == 3;
        Self { total: self.total.saturating_add(cell.row).saturating_add(cell.column), three }
    }

    pub(super) fn band(&self) -> Band {
        match (self.total, self.three) {
            (7.., _) => Band::High,
            (5..=6, _) => Band::Medium,
            (..=4, true) => Band::LowMedium,
            (..=4, false) => Band::Low,
        }
    }
}

/// Every outcome some completion reaches.
pub(super) fn outcomes<'a>(groups: impl IntoIterator<Item = &'a Group>) -> BTreeSet<Outcome> {
    let start = BTreeSet::from([Outcome::NOTHING]);
    groups.into_iter().fold(start, |reached, group| {
        reached.iter().flat_map(|o| group.cells.iter().flatten().map(|cell| o.with(*cell))).collect()
    })
}

/// The least and the most `item` itself can give.
pub(super) fn range(groups: &[Group], item: Item) -> (u8, u8) {
    let cells = |group: &Group| group.cells.iter().flatten().copied().collect::<Vec<_>>();
    let points: BTreeSet<u8> = groups
        .iter()
        .flat_map(|group| {
            let own = |cell: Cell| if group.row == item { cell.row } else { cell.column };
            let concerned = group.row == item || group.column == Some(item);
            cells(group).into_iter().filter(move |_| concerned).map(own).collect::<Vec<_>>()
        })
        .collect();
    (points.first().copied().unwrap_or_default(), points.last().copied().unwrap_or_default())
}

/// Whether `item` could change the band: some completion of the *other* missing items leaves two bands open that
/// this item decides between. A known item never does.
pub(super) fn decides(groups: &[Group], item: Item) -> bool {
    groups.iter().filter(|group| group.row == item || group.column == Some(item)).any(|group| {
        let others = outcomes(groups.iter().filter(|other| other.row != group.row));
        let slices = if group.row == item { columns(&group.cells) } else { group.cells.clone() };
        slices.iter().any(|slice| {
            others.iter().any(|other| {
                let bands: BTreeSet<Band> = slice.iter().map(|cell| other.with(*cell).band()).collect();
                bands.len() > 1
            })
        })
    })
}

fn columns(rows: &[Vec<Cell>]) -> Vec<Vec<Cell>> {
    let width = rows.first().map_or(0, Vec::len);
    (0..width).map(|c| rows.iter().filter_map(|row| row.get(c).copied()).collect()).collect()
}
