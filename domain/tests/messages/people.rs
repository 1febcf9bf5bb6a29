//! Who and what the samples speak of. Nobody lives.

use std::str::FromStr;

use uuid::Uuid;
use yoban_domain::equipment::{EquipmentCard, EquipmentKind};
use yoban_domain::people::{Name, Role};
use yoban_domain::time::Timestamp;
use yoban_domain::wire::view::PersonCard;

/// The evening of 18 May 2033.
pub const NOW: Timestamp = Timestamp(2_000_000_000_000);

pub fn at(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1000)
}

/// The `n`th id of a kind.
pub fn id<T: FromStr>(n: u128) -> T
where
    T::Err: std::fmt::Debug,
{
    Uuid::from_u128((0x0193_a000_0000_7000_8000 << 48) + n).to_string().parse().unwrap()
}

pub const SESSION: u128 = 1;
pub const CASE: u128 = 2;
pub const PATIENT: u128 = 3;
pub const NURSE: u128 = 11;
pub const DOCTOR: u128 = 12;
pub const PATIENT_LEG: u128 = 21;
pub const NURSE_LEG: u128 = 22;
pub const DOCTOR_LEG: u128 = 23;
pub const VISITOR_LEG: u128 = 24;
pub const EQUIPMENT_LEG: u128 = 25;
pub const CONNECTION: u128 = 31;
pub const READING: u128 = 41;
pub const DEVICE: u128 = 51;
pub const TABLET: u128 = 52;
pub const PHONE: u128 = 53;

pub fn name(kanji: &str, kana: &str, latin: &str) -> Name {
    Name { kanji: kanji.to_owned().into(), kana: kana.to_owned().into(), latin: latin.to_owned().into() }
}

pub fn nurse() -> PersonCard {
    PersonCard {
        person: id(NURSE),
        role: Role::DeskNurse,
        name: name("月岡 灯", "ツキオカ アカリ", "Akari Tsukioka"),
        institution: "星見区夜間連絡窓口".into(),
        institution_en: "Hoshimi night desk".into(),
        registered_year: None,
    }
}

pub fn doctor() -> PersonCard {
    PersonCard {
        person: id(DOCTOR),
        role: Role::Doctor,
        name: name("朝永 理", "トモナガ オサム", "Osamu Tomonaga"),
        institution: "ひばり診療所".into(),
        institution_en: "Hibari Clinic".into(),
        registered_year: Some(2005),
    }
}

pub fn camera() -> EquipmentCard {
    EquipmentCard {
        device: id(DEVICE),
        kind: EquipmentKind::BedsideCamera,
        name: "ベッドサイドカメラ".into(),
        name_en: "Bedside camera".into(),
    }
}

pub fn display() -> EquipmentCard {
    EquipmentCard {
        device: id(DEVICE + 1),
        kind: EquipmentKind::WallDisplay,
        name: "窓口の壁面ディスプレイ".into(),
        name_en: "Wall display at the desk".into(),
    }
}
