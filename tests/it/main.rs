//! Stories: the real server, scripted people, real media.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a story tells what it measures, and a surprise shall end it"
)]
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "tests"
)]

mod answered;
mod bad_input;
mod consent;
mod kill;
mod nobody;
mod resume;
mod taps;
