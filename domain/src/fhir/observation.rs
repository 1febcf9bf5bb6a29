//! Readings as Observations. A value that is no measurement of the patient is withheld with a reason and told in
//! a note; a doubtful one is `preliminary`; nothing is dropped.

use std::collections::BTreeSet;

use super::bundle::Resource;
use super::datatype::{
    Annotation, CodeableConcept, Coding, DateTime, Derived, Extension, ExtensionValue, Id, Identifier,
    Instant, Meta, Quantity, Reference, Text,
};
use super::people::Book;
use super::resource::{
    Component, ComponentValue, Device, Observation, ObservationStatus, ObservationValue, Somebody,
};
use super::{jp, own};
use crate::vitals::rules::{self, LOINC_SYSTEM, MEDIS_SYSTEM, MeasureRule, Rule};
use crate::vitals::score::Spo2Scale;
use crate::vitals::{Amount, EnteredBy, Flag, Reading, Source, Supply, Vital, VitalKind};
use crate::words::{self, Words};

const JP_CATEGORY: &str = "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS";
const JP_VITAL_CATEGORY: &str = "http://jpfhir.jp/fhir/core/CodeSystem/JP_ObservationVitalSignsCategory_CS";
const BASE_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
const ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";

macro_rules! base {
    ($profile:literal) => {
        concat!("http://hl7.org/fhir/StructureDefinition/", $profile)
    };
}

pub(super) fn observations(book: &Book<'_>) -> Vec<Resource> {
    let mut seen = BTreeSet::new();
    book.record
        .encounter
        .readings
        .iter()
        .map(|r| r.reveal())
        .filter(|r| seen.insert(r.id))
        .map(|r| observation(book, r))
        .chain(scale(book))
        .map(|observation| Resource::Observation(Box::new(observation)))
        .collect()
}

/// Which SpO2 scale of NEWS2 a clinician set, by whom, when and why: without it a saturation of 90 % cannot be judged. Where
/// nobody chose, scale 1 goes without saying.
fn scale(book: &Book<'_>) -> Option<Observation> {
    let chosen = book.record.encounter.oxygen_scale.as_ref();
    let (two, by, at) = match (chosen, book.record.oxygen_scale()) {
        (Some(set), _) => (set.scale2, set.by, set.at),
        (None, Spo2Scale::Two { set_by, set_at }) => (true, set_by, set_at),
        (None, Spo2Scale::One) => return None,
    };
    let scale = if two {
        Words { code: "scale-2", ja: "スケール2（目標 88–92 %）", en: "Scale 2 (target 88–92 %)" }
    } else {
        Words { code: "scale-1", ja: "スケール1", en: "Scale 1" }
    };
    let reason = chosen.and_then(|set| Text::new(set.reason.reveal()));
    let category = [Coding::new(JP_CATEGORY, "survey"), Coding::new(BASE_CATEGORY, "survey")];
    Some(Observation {
        id: Id::derived(Derived::OxygenScale, book.record.encounter.session.0),
        meta: Meta::profiles(vec![jp::OBSERVATION]),
        extension: Vec::new(),
        identifier: vec![Identifier::row(own::SID_OXYGEN_SCALE, book.record.encounter.session.0)],
        status: ObservationStatus::Final,
        category: category.into_iter().map(|coding| CodeableConcept::coded(vec![coding])).collect(),
        code: CodeableConcept::own(
            own::CS_NEWS2,
            Words { code: "spo2-scale", ja: "NEWS2のSpO2スケール", en: "SpO2 scale of NEWS2" },
        ),
        subject: book.patient(),
        encounter: book.encounter(),
        effective_date_time: DateTime::At(at),
        issued: Instant(at),
        performer: vec![book.practitioner(by).among()],
        value: ObservationValue::Concept(CodeableConcept::own(own::CS_NEWS2, scale)),
        note: reason.map(|text| Annotation { text }).into_iter().collect(),
        body_site: None,
        device: None,
    })
}

fn observation(book: &Book<'_>, reading: &Reading) -> Observation {
    let kind = reading.vital.kind();
    let simulated = matches!(reading.source, Source::Simulated { .. });
    let mut meta = Meta::profiles(profiles(kind).to_vec());
    if simulated || reading.flags.contains(&Flag::Demo) || reading.flags.contains(&Flag::Test) {
        meta.security.push(Coding::named(
            "http://terminology.hl7.org/CodeSystem/v3-ActReason",
            "HTEST",
            "test health data",
        ));
    }
    let (value, as_measured) = value(reading);
    let flags = reading
        .flags
        .iter()
        .map(|f| CodeableConcept::own(own::CS_FLAG, words::flag(*f)))
        .map(|concept| Extension::new(own::EXT_FLAG, ExtensionValue::Concept(concept)));
    Observation {
        id: Id::of(reading.id.0),
        meta,
        extension: flags.chain(as_measured).collect(),
        identifier: vec![Identifier::row(own::SID_READING, reading.id.0)],
        status: status(reading),
        category: categories(kind),
        code: code(&reading.vital),
        subject: book.patient(),
        encounter: book.encounter(),
        effective_date_time: DateTime::At(reading.at()),
        issued: Instant(reading.received_at),
        performer: performer(book, &reading.source).into_iter().collect(),
        value,
        note: notes(reading),
        body_site: site(&reading.vital),
        device: device(&reading.source),
    }
}

/// Profiles claimed. Base R4's blood pressure profile is not: the one gate we have rejects correct ones, so the
/// components are asserted by our own tests instead.
const fn profiles(kind: VitalKind) -> &'static [&'static str] {
    match kind {
        VitalKind::Spo2 => &[jp::VITAL_SIGNS, base!("oxygensat")],
        VitalKind::Pulse | VitalKind::HeartRate => &[jp::VITAL_SIGNS, base!("heartrate")],
        VitalKind::Temperature => &[jp::VITAL_SIGNS, base!("bodytemp")],
        VitalKind::RespiratoryRate => &[jp::VITAL_SIGNS, base!("resprate")],
        VitalKind::BloodPressure | VitalKind::Consciousness | VitalKind::Oxygen => {
            &[jp::VITAL_SIGNS, base!("vitalsigns")]
        }
        VitalKind::Weight => &[jp::BODY_MEASUREMENT, base!("bodyweight")],
        VitalKind::Glucose => &[jp::OBSERVATION],
    }
}

/// JP Core's first, base R4's, and JP Core's finer one where its list has a code that fits without doubt.
fn categories(kind: VitalKind) -> Vec<CodeableConcept> {
    let (simple, standard) = match kind {
        VitalKind::Weight => ("body-measurement", "vital-signs"),
        VitalKind::Glucose => ("laboratory", "laboratory"),
        VitalKind::Spo2
        | VitalKind::Pulse
        | VitalKind::HeartRate
        | VitalKind::BloodPressure
        | VitalKind::Temperature
        | VitalKind::RespiratoryRate
        | VitalKind::Consciousness
        | VitalKind::Oxygen => ("vital-signs", "vital-signs"),
    };
    let fine = match kind {
        VitalKind::Spo2 | VitalKind::RespiratoryRate => Some("respiratory-function"),
        VitalKind::BloodPressure => Some("blood-pressure"),
        VitalKind::Temperature => Some("temperature"),
        VitalKind::Pulse => Some("pulse-rate"),
        VitalKind::Consciousness => Some("consciousness-evaluation"),
        VitalKind::HeartRate | VitalKind::Oxygen | VitalKind::Weight | VitalKind::Glucose => None,
    };
    [
        Some(Coding::new(JP_CATEGORY, simple)),
        Some(Coding::new(BASE_CATEGORY, standard)),
        fine.map(|fine| Coding::new(JP_VITAL_CATEGORY, fine)),
    ]
    .into_iter()
    .flatten()
    .map(|coding| CodeableConcept::coded(vec![coding]))
    .collect()
}

fn code(vital: &Vital) -> CodeableConcept {
    let rule = rules::rule(vital.kind());
    match *vital {
        // 3151-8 names a flow. Whether a patient breathes air or an unknown amount of oxygen has no code in the
        // table, so it goes under our own.
        Vital::Oxygen { supply: Supply::Air | Supply::Oxygen { flow: None } } => {
            CodeableConcept::own(own::CS_OXYGEN, SUPPLY)
        }
        Vital::Spo2 { .. }
        | Vital::Pulse { .. }
        | Vital::HeartRate { .. }
        | Vital::BloodPressure { .. }
        | Vital::Temperature { .. }
        | Vital::RespiratoryRate { .. }
        | Vital::Weight { .. }
        | Vital::Glucose { .. }
        | Vital::Consciousness { .. }
        | Vital::Oxygen { .. } => concept(rule.medis, rule.loinc, rule.ja),
    }
}

const SUPPLY: Words = Words { code: "supply", ja: "酸素投与", en: "Oxygen supply" };

fn concept(medis: Option<&'static str>, loinc: &[&'static str], text: &'static str) -> CodeableConcept {
    let medis = medis.map(|code| Coding::new(MEDIS_SYSTEM, code));
    let loinc = loinc.iter().map(|code| Coding::new(LOINC_SYSTEM, code));
    CodeableConcept { coding: medis.into_iter().chain(loinc).collect(), text: Some(text.into()) }
}

/// What makes a number no measurement of this patient. Such a number never leaves as a value.
const fn voids(flag: Flag) -> Option<&'static str> {
    match flag {
        Flag::Demo | Flag::Test => Some("not-performed"),
        Flag::Implausible | Flag::Invalid | Flag::SensorFault | Flag::NotOnUser | Flag::NoContact => {
            Some("error")
        }
        Flag::FutureStamped
        | Flag::ClockUnset
        | Flag::Questionable
        | Flag::EarlyEstimate
        | Flag::Ongoing
        | Flag::FromMemory
        | Flag::LowPerfusion
        | Flag::PoorSignal
        | Flag::CuffLoose
        | Flag::Movement
        | Flag::WrongPosition
        | Flag::IrregularPulse
        | Flag::PulseOutOfRange
        | Flag::OutOfDeviceRange => None,
    }
}

/// Final unless simulated or marked with what keeps a value out of the score. A value from a device's memory is
/// an old one, with its own time; that does not make it doubtful.
fn status(reading: &Reading) -> ObservationStatus {
    let kind = reading.vital.kind();
    let doubted = reading.flags.iter().any(|f| *f != Flag::FromMemory && f.excludes(kind));
    if doubted || matches!(reading.source, Source::Simulated { .. }) {
        ObservationStatus::Preliminary
    } else {
        ObservationStatus::Final
    }
}

fn absent(code: &'static str) -> CodeableConcept {
    CodeableConcept::coded(vec![Coding::new(ABSENT, code)])
}

/// The value, and the number as measured where the unit was converted.
fn value(reading: &Reading) -> (ObservationValue, Option<Extension>) {
    let rule = rules::rule(reading.vital.kind());
    let void = reading.flags.iter().find_map(|f| voids(*f));
    let plain = |value| (value, None);
    match reading.vital {
        Vital::BloodPressure { diastolic, .. } => {
            let mut components: Vec<Component> = reading
                .vital
                .amounts()
                .iter()
                .filter_map(|amount| Some(component(amount, rule.measure(amount.measure)?, void)))
                .collect();
            if diastolic.is_none()
                && let Some(measure) = rule.measure(crate::vitals::Measure::Diastolic)
            {
                components.push(Component {
                    extension: Vec::new(),
                    code: concept(measure.medis, measure.loinc, measure.ja),
                    value: ComponentValue::Absent(absent("not-performed")),
                });
            }
            plain(ObservationValue::Components(components))
        }
        _ if void.is_some() => plain(ObservationValue::Absent(absent(void.unwrap_or("error")))),
        Vital::Consciousness { level } => {
            plain(ObservationValue::Concept(CodeableConcept::own(own::CS_ACVPU, words::consciousness(level))))
        }
        Vital::Oxygen { supply: Supply::Air } => plain(ObservationValue::Concept(CodeableConcept::own(
            own::CS_OXYGEN,
            Words { code: "air", ja: "室内気", en: "Room air" },
        ))),
        Vital::Oxygen { supply: Supply::Oxygen { flow: None } } => {
            plain(ObservationValue::Concept(CodeableConcept::own(
                own::CS_OXYGEN,
                Words {
                    code: "oxygen", ja: "酸素投与あり（流量不明）", en: "On oxygen, flow unknown"
                },
            )))
        }
        Vital::Spo2 { .. }
        | Vital::Pulse { .. }
        | Vital::HeartRate { .. }
        | Vital::Temperature { .. }
        | Vital::RespiratoryRate { .. }
        | Vital::Weight { .. }
        | Vital::Glucose { .. }
        | Vital::Oxygen { .. } => single(&reading.vital, rule),
    }
}

fn single(vital: &Vital, rule: &Rule) -> (ObservationValue, Option<Extension>) {
    let quantity = vital.amounts().first().and_then(|amount| quantity(amount, rule.measure(amount.measure)?));
    quantity.map_or_else(
        || (ObservationValue::Absent(absent("error")), None),
        |(quantity, raw)| (ObservationValue::Quantity(quantity), raw),
    )
}

/// The amount in the table's unit, which R4's profiles fix; the digits as given where no conversion is needed.
fn quantity(amount: &Amount, rule: &MeasureRule) -> Option<(Quantity, Option<Extension>)> {
    let value = Quantity::new(amount.canonical(rule.decimals)?, rule.unit, rule.ucum);
    let raw = (amount.ucum != rule.ucum).then(|| {
        let raw = Quantity::new(amount.raw, amount.ucum, amount.ucum);
        Extension::new(own::EXT_AS_MEASURED, ExtensionValue::Quantity(raw))
    });
    Some((value, raw))
}

fn component(amount: &Amount, rule: &'static MeasureRule, void: Option<&'static str>) -> Component {
    let measured = quantity(amount, rule);
    let (value, raw) = match (void, measured) {
        (Some(reason), _) => (ComponentValue::Absent(absent(reason)), None),
        (None, None) => (ComponentValue::Absent(absent("error")), None),
        (None, Some((quantity, raw))) => (ComponentValue::Quantity(quantity), raw),
    };
    Component { extension: raw.into_iter().collect(), code: concept(rule.medis, rule.loinc, rule.ja), value }
}

/// What a person must know before using the value, Japanese first.
fn notes(reading: &Reading) -> Vec<Annotation> {
    let mut lines: Vec<String> = Vec::new();
    match &reading.source {
        Source::Simulated { .. } => {
            lines.push("模擬センサーの値 / Simulated sensor, not a patient's value".into())
        }
        Source::Manual { by: EnteredBy::Household } => {
            lines.push("患者または家族が入力 / Entered by the patient or the family".into())
        }
        Source::Device { .. } | Source::Manual { by: EnteredBy::Clinician { .. } } => {}
    }
    for flag in &reading.flags {
        let words = words::flag(*flag);
        let clock = if *flag == Flag::FutureStamped {
            format!(" ({})", reading.taken_at.rfc3339())
        } else {
            String::new()
        };
        lines.push(format!("{}{clock} / {}", words.ja, words.en));
    }
    if reading.flags.iter().any(|f| voids(*f).is_some()) {
        let shown: Vec<String> =
            reading.vital.amounts().iter().map(|a| format!("{} {}", a.raw.text(), a.ucum)).collect();
        if !shown.is_empty() {
            lines
                .push(format!("値として扱わない表示値 / Number shown, not to be used: {}", shown.join(", ")));
        }
    }
    lines.iter().filter_map(|line| Text::new(line).map(|text| Annotation { text })).collect()
}

fn performer(book: &Book<'_>, source: &Source) -> Option<Reference<Somebody>> {
    match source {
        Source::Manual { by: EnteredBy::Clinician { person } } => Some(book.practitioner(*person).among()),
        Source::Manual { by: EnteredBy::Household } => Some(book.patient().among()),
        Source::Device { .. } | Source::Simulated { .. } => None,
    }
}

fn device(source: &Source) -> Option<Reference<Device>> {
    let name = match source {
        Source::Device { model } => Text::new(model.as_deref()?)?,
        Source::Simulated { model } => {
            let model = model.as_deref().unwrap_or_default();
            Text::new(&format!("模擬センサー / simulated {model}"))?
        }
        Source::Manual { .. } => return None,
    };
    Some(Reference::named(name))
}

fn site(vital: &Vital) -> Option<CodeableConcept> {
    match *vital {
        Vital::Temperature { site, .. } => {
            site.map(|site| CodeableConcept::own(own::CS_SITE, words::site(site)))
        }
        Vital::Spo2 { .. }
        | Vital::Pulse { .. }
        | Vital::HeartRate { .. }
        | Vital::BloodPressure { .. }
        | Vital::RespiratoryRate { .. }
        | Vital::Weight { .. }
        | Vital::Glucose { .. }
        | Vital::Consciousness { .. }
        | Vital::Oxygen { .. } => None,
    }
}
