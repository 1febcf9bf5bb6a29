//! The program: REST and socket on HTTPS, sign-in, and the one place that puts all crates together.

pub mod addresses;
pub mod preflight;
pub mod qr;
pub mod tls;
