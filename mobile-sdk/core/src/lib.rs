//! What every phone and tablet shares, whatever its platform: decoding sensors.

pub mod gatt;
