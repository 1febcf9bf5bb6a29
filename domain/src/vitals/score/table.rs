//! The NEWS2 chart (RCP 2017): points of one item, and what the items can give together.

use super::{
    Consciousness, Inputs, Item, Spo2Scale,
    reach::{Cell, Group},
};

fn respiration(per_minute: i64) -> u8 {
    match per_minute {
        ..=8 => 3,
        9..=11 => 1,
        12..=20 => 0,
        21..=24 => 2,
        25.. => 3,
    }
}

fn spo2(scale: Spo2Scale, percent: i64, on_oxygen: bool) -> u8 {
    match (scale, percent) {
        (Spo2Scale::One, ..=91) => 3,
        (Spo2Scale::One, 92..=93) => 2,
        (Spo2Scale::One, 94..=95) => 1,
        (Spo2Scale::One, 96..) => 0,
        (Spo2Scale::Two { .. }, ..=83) => 3,
        (Spo2Scale::Two { .. }, 84..=85) => 2,
        (Spo2Scale::Two { .. }, 86..=87) => 1,
        (Spo2Scale::Two { .. }, 88..=92) => 0,
        // Above the target of 88–92 % only the oxygen given is at fault.
        (Spo2Scale::Two { .. }, 93..) if !on_oxygen => 0,
        (Spo2Scale::Two { .. }, 93..=94) => 1,
        (Spo2Scale::Two { .. }, 95..=96) => 2,
        (Spo2Scale::Two { .. }, 97..) => 3,
    }
}

fn oxygen(on_oxygen: bool) -> u8 {
    if on_oxygen { 2 } else { 0 }
}

fn systolic(mmhg: i64) -> u8 {
    match mmhg {
        ..=90 => 3,
        91..=100 => 2,
        101..=110 => 1,
        111..=219 => 0,
        220.. => 3,
    }
}

fn pulse(per_minute: i64) -> u8 {
    match per_minute {
        ..=40 => 3,
        41..=50 => 1,
        51..=90 => 0,
        91..=110 => 1,
        111..=130 => 2,
        131.. => 3,
    }
}

fn consciousness(level: Consciousness) -> u8 {
    match level {
        Consciousness::Alert => 0,
        Consciousness::Confusion
        | Consciousness::Voice
        | Consciousness::Pain
        | Consciousness::Unresponsive => 3,
    }
}

fn temperature(tenths: i64) -> u8 {
    match tenths {
        ..=350 => 3,
        351..=360 => 1,
        361..=380 => 0,
        381..=390 => 1,
        391.. => 2,
    }
}

/// One value of each step of both SpO2 columns.
const SPO2_STEPS: [i64; 10] = [83, 85, 87, 88, 91, 92, 94, 96, 97, 100];

/// What the items can give. Known items have one possibility; a missing one has every value it can score. SpO2
/// and air/oxygen are one group, because on scale 2 they move together.
pub(super) fn groups(inputs: &Inputs, scale: Spo2Scale) -> [Group; 6] {
    let saturations = inputs.spo2.map_or(SPO2_STEPS.to_vec(), |percent| vec![percent]);
    let supplies = inputs.on_oxygen.map_or(vec![false, true], |on| vec![on]);
    let cell = |percent: i64, on: bool| Cell { row: spo2(scale, percent, on), column: oxygen(on) };
    let air = Group {
        row: Item::Spo2,
        column: Some(Item::Oxygen),
        cells: saturations.iter().map(|p| supplies.iter().map(|on| cell(*p, *on)).collect()).collect(),
    };
    [
        single(Item::Respiration, inputs.respiration.map(respiration), &[0, 1, 2, 3]),
        air,
        single(Item::Systolic, inputs.systolic.map(systolic), &[0, 1, 2, 3]),
        single(Item::Pulse, inputs.pulse.map(pulse), &[0, 1, 2, 3]),
        single(Item::Consciousness, inputs.consciousness.map(consciousness), &[0, 3]),
        single(Item::Temperature, inputs.temperature_tenths.map(temperature), &[0, 1, 2, 3]),
    ]
}

fn single(item: Item, known: Option<u8>, every: &[u8]) -> Group {
    let options = known.map_or(every.to_vec(), |points| vec![points]);
    Group {
        row: item,
        column: None,
        cells: options.iter().map(|&row| vec![Cell { row, column: 0 }]).collect(),
    }
}
