//! The rules of the night, without any input or output: every function here is a function of its arguments,
//! `now` included. Servers and phones share this crate.

pub mod id;
pub mod private;
pub mod time;
