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

mod addresses;
mod administrator;
mod answered;
mod bad_input;
mod closing;
mod consent;
mod edge;
mod equipment;
mod five;
mod kill;
mod nobody;
mod out_of_order;
mod postgres;
mod prescription;
mod raw;
mod real;
mod rechecked;
mod recorded;
mod refuses_to_start;
mod resume;
mod rights;
mod stale;
mod taps;
mod terminal;
mod tls;
mod two_calls;
mod two_devices;
