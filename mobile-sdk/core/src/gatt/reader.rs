//! Little-endian reading that cannot run past the end.

use super::{AbsentReason, DecodeError, medfloat};
use yoban_domain::vitals::Decimal;

pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        self.bytes().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecodeError> {
        self.bytes().map(u16::from_le_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, DecodeError> {
        self.bytes().map(i16::from_le_bytes)
    }

    pub(super) fn u24(&mut self) -> Result<u32, DecodeError> {
        let [a, b, c] = self.bytes()?;
        Ok(u32::from_le_bytes([a, b, c, 0]))
    }

    pub(super) fn sfloat(&mut self) -> Result<Result<Decimal, AbsentReason>, DecodeError> {
        self.u16().map(medfloat::sfloat)
    }

    pub(super) fn float(&mut self) -> Result<Result<Decimal, AbsentReason>, DecodeError> {
        self.bytes().map(u32::from_le_bytes).map(medfloat::float)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) const fn finish(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::Trailing) }
    }
}

/// Bit `n` of a flags field, b0 lowest.
pub(super) fn bit(flags: impl Into<u32>, n: u32) -> bool {
    flags.into() & (1 << n) != 0
}
