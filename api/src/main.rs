//! The Yoban server.
fn main() {}
