//! The rules of the night, without any input or output: every function here is a function of its arguments,
//! `now` included. Servers and phones share this crate.

pub mod case;
pub mod directory;
pub mod duty;
pub mod encounter;
pub mod equipment;
pub mod fact;
pub mod fhir;
pub mod grant;
pub mod id;
pub mod mode;
pub mod org;
pub mod people;
pub mod plan;
pub mod private;
pub mod session;
pub mod time;
pub mod timeline;
pub mod vitals;
pub mod wire;
pub mod words;
