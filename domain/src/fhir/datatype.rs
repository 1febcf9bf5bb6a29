//! FHIR R4 data types, as small as Yoban needs them. What the conformance gate cannot see is made impossible
//! here: a period that ends before it starts, an empty string, a reference to the wrong type, a unit that is not
//! UCUM, a decimal with float noise.

use std::marker::PhantomData;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::time::Timestamp;
use crate::vitals::Decimal;

/// A logical id: `[A-Za-z0-9\-.]{1,64}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// The id of something that has a UUID.
    pub fn of(uuid: Uuid) -> Self {
        Self(uuid.to_string())
    }

    /// The id of something that follows from a thing with a UUID.
    pub fn derived(what: Derived, uuid: Uuid) -> Self {
        Self(match what {
            Derived::Everything => format!("everything-{uuid}"),
            Derived::Findings => format!("findings-{uuid}"),
            Derived::OxygenScale => format!("oxygen-scale-{uuid}"),
            Derived::Join(n) => format!("join-{uuid}-{n}"),
            Derived::Recording(n) => format!("recording-{uuid}-{n}"),
            Derived::Signature(version) => format!("signature-{uuid}-{version}"),
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an id is derived for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// The bundle of a session.
    Everything,
    /// The clinicians' findings of a session.
    Findings,
    /// The SpO2 scale that goes for a session.
    OxygenScale,
    /// The n-th answer about the joining of a leg, from 1.
    Join(usize),
    /// The n-th answer of a leg about recording, from 1.
    Recording(usize),
    /// The signature under a version of a session's record.
    Signature(u32),
}

/// Text that is not empty and carries no control characters, as FHIR wants every string.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// Takes over what can be said; `None` when nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let kept = kept.trim();
        (!kept.is_empty()).then(|| Self(kept.to_owned()))
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

// Names and findings pass through here.
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// A point in time, or a year where no more is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateTime {
    /// An instant.
    At(Timestamp),
    /// A Gregorian year.
    Year(u16),
}

/// The first instant FHIR can write: 0001-01-01T00:00:00Z.
const FIRST: Timestamp = Timestamp(-62_135_596_800_000);

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::At(at) => serializer.serialize_str(&(*at).max(FIRST).rfc3339()),
            Self::Year(year) => serializer.serialize_str(&format!("{:04}", (*year).clamp(1, 9999))),
        }
    }
}

/// An instant: always to the millisecond, always in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant(pub Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        DateTime::At(self.0).serialize(serializer)
    }
}

/// A calendar day.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Date(String);

impl Date {
    /// Reads `YYYY-MM-DD`; `None` when there is no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let day: jiff::civil::Date = text.parse().ok()?;
        (day.year() > 0).then(|| Self(day.to_string()))
    }
}

impl std::fmt::Debug for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// From a start to an end that does not lie before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    start: DateTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<DateTime>,
}

impl Period {
    /// An end before the start is moved up to the start: two clocks disagreed, and nothing took negative time.
    pub fn new(start: Timestamp, end: Option<Timestamp>) -> Self {
        Self { start: DateTime::At(start), end: end.map(|end| DateTime::At(end.max(start))) }
    }

    /// Since a year.
    pub const fn since_year(year: u16) -> Self {
        Self { start: DateTime::Year(year), end: None }
    }
}

/// A code of some system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coding {
    /// Whose code.
    pub system: &'static str,
    /// The code.
    pub code: &'static str,
    /// What the system calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<&'static str>,
}

impl Coding {
    /// A code without its system's words.
    pub const fn new(system: &'static str, code: &'static str) -> Self {
        Self { system, code, display: None }
    }

    /// A code with its system's words.
    pub const fn named(system: &'static str, code: &'static str, display: &'static str) -> Self {
        Self { system, code, display: Some(display) }
    }
}

/// A concept: codes of one meaning, and plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CodeableConcept {
    /// Codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coding: Vec<Coding>,
    /// Plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
}

impl CodeableConcept {
    /// Codes alone.
    pub const fn coded(coding: Vec<Coding>) -> Self {
        Self { coding, text: None }
    }

    /// One of our own codes, with the Japanese words as text.
    pub fn own(system: &'static str, words: crate::words::Words) -> Self {
        Self { coding: vec![Coding::named(system, words.code, words.en)], text: Some(words.ja.into()) }
    }
}

/// An identifier; never without system and value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identifier {
    /// Whose numbers.
    pub system: String,
    /// The number.
    pub value: Text,
}

impl Identifier {
    /// One of our own rows.
    pub fn row(system: &'static str, uuid: Uuid) -> Self {
        Self { system: system.to_owned(), value: Text(uuid.to_string()) }
    }
}

/// A type a reference can point to.
pub trait Target {
    /// The resource type's name.
    const TYPE: &'static str;
}

/// `Self` is one of the types a reference to `G` may point to.
pub trait Among<G> {}

/// A reference to a `T`. It resolves inside the bundle, or it names by identifier what is not in it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(bound(serialize = ""))]
pub struct Reference<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display: Option<Text>,
    #[serde(skip)]
    target: PhantomData<fn() -> T>,
}

impl<T> Clone for Reference<T> {
    fn clone(&self) -> Self {
        Self {
            reference: self.reference.clone(),
            kind: self.kind,
            identifier: self.identifier.clone(),
            display: self.display.clone(),
            target: PhantomData,
        }
    }
}

impl<T> Reference<T> {
    /// The same reference where several types are allowed, this one among them.
    pub fn among<G>(self) -> Reference<G>
    where
        T: Among<G>,
    {
        Reference {
            reference: self.reference,
            kind: self.kind,
            identifier: self.identifier,
            display: self.display,
            target: PhantomData,
        }
    }

    /// Only a name: for a thing that has no resource, such as a sensor without a serial number.
    pub const fn named(display: Text) -> Self {
        Self { reference: None, kind: None, identifier: None, display: Some(display), target: PhantomData }
    }

    /// By what it is known as elsewhere.
    pub const fn known_as(identifier: Identifier, display: Option<Text>) -> Self {
        Self { reference: None, kind: None, identifier: Some(identifier), display, target: PhantomData }
    }
}

impl<T: Target> Reference<T> {
    /// To a resource beside this one.
    pub fn to(id: &Id) -> Self {
        Self {
            reference: Some(format!("{}/{}", T::TYPE, id.as_str())),
            kind: None,
            identifier: None,
            display: None,
            target: PhantomData,
        }
    }
}

impl Reference<super::resource::Anything> {
    /// To a resource of any type beside this one.
    pub(super) fn at(kind: &'static str, id: &Id) -> Self {
        Self {
            reference: Some(format!("{kind}/{}", id.as_str())),
            kind: None,
            identifier: None,
            display: None,
            target: PhantomData,
        }
    }
}

/// A number with a UCUM unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quantity {
    value: Exact,
    unit: &'static str,
    system: &'static str,
    code: &'static str,
}

impl Quantity {
    /// `code` is UCUM; `unit` is how people write it.
    pub const fn new(value: Decimal, unit: &'static str, code: &'static str) -> Self {
        Self { value: Exact(value), unit, system: "http://unitsofmeasure.org", code }
    }
}

/// Writes the digits as they were given: 36.50 stays 36.50.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Exact(Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::value::RawValue::from_string(self.0.text())
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// Plain text.
    pub text: Text,
}

/// Profiles, security labels and tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// Profiles the resource claims.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<&'static str>,
    /// Security labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<Coding>,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<Coding>,
}

impl Meta {
    /// Profiles alone.
    pub const fn profiles(profile: Vec<&'static str>) -> Self {
        Self { profile, security: Vec::new(), tag: Vec::new() }
    }

    pub(in crate::fhir) const fn is_empty(&self) -> bool {
        self.profile.is_empty() && self.security.is_empty() && self.tag.is_empty()
    }
}

/// An extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extension {
    /// Which.
    pub url: &'static str,
    /// Its value or its parts.
    #[serde(flatten)]
    pub value: ExtensionValue,
}

/// What an extension holds: one value, or parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ExtensionValue {
    /// Parts, each an extension.
    #[serde(rename = "extension")]
    Parts(Vec<Extension>),
    /// Yes or no.
    #[serde(rename = "valueBoolean")]
    Boolean(bool),
    /// A code.
    #[serde(rename = "valueCode")]
    Code(&'static str),
    /// A coding.
    #[serde(rename = "valueCoding")]
    Coding(OwnedCoding),
    /// A concept.
    #[serde(rename = "valueCodeableConcept")]
    Concept(CodeableConcept),
    /// A point in time.
    #[serde(rename = "valueDateTime")]
    DateTime(DateTime),
    /// An identifier.
    #[serde(rename = "valueIdentifier")]
    Identifier(Identifier),
    /// A whole number from 1.
    #[serde(rename = "valuePositiveInt")]
    PositiveInt(u32),
    /// A period.
    #[serde(rename = "valuePeriod")]
    Period(Period),
    /// A quantity.
    #[serde(rename = "valueQuantity")]
    Quantity(Quantity),
    /// A member of staff.
    #[serde(rename = "valueReference")]
    Practitioner(Reference<super::resource::Practitioner>),
    /// Text.
    #[serde(rename = "valueString")]
    String(Text),
}

/// A coding whose code is read from a number, such as the digits of an institution's code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OwnedCoding {
    /// Whose code.
    pub system: &'static str,
    /// The code.
    pub code: Text,
}

impl Extension {
    /// One value.
    pub const fn new(url: &'static str, value: ExtensionValue) -> Self {
        Self { url, value }
    }

    /// Several parts.
    pub const fn parts(url: &'static str, parts: Vec<Self>) -> Self {
        Self { url, value: ExtensionValue::Parts(parts) }
    }
}
