//! Every sled value in its envelope: `KC`, schema, length, CRC-32, then bincode with a limit. sled finds bytes; whether
//! they are the bytes that were stored is decided here.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cmp::Ordering;

const MAGIC: [u8; 2] = *b"KC";
const HEAD: usize = 12;
/// No value decodes to more than this.
const LIMIT: usize = 64 << 20;

/// Why a value cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeProblem {
    /// Its bytes changed.
    Damaged,
    /// Written by a newer program.
    Newer(u16),
    /// Written by an older program: whole, but of an earlier schema.
    Older(u16),
}

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<LIMIT>()
}

/// Wraps a value.
pub fn seal<T: Serialize>(schema: u16, value: &T) -> Vec<u8> {
    // Only maps of unknown length and values beyond the limit fail to encode; the schemas have neither.
    let payload = bincode::serde::encode_to_vec(value, config()).unwrap_or_default();
    wrap(schema, &payload)
}

/// The envelope around a payload, whatever it is.
pub fn wrap(schema: u16, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + payload.len());
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&schema.to_le_bytes());
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&crc(schema, payload).to_le_bytes());
    out.extend_from_slice(payload);
    out
}

fn crc(schema: u16, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&schema.to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

/// Unwraps a value of a schema.
///
/// # Errors
/// [`EnvelopeProblem`]; never a wrong value.
pub fn open<T: DeserializeOwned>(schema: u16, bytes: &[u8]) -> Result<T, EnvelopeProblem> {
    match bincode::serde::decode_from_slice(payload(schema, bytes)?, config()) {
        Ok((value, consumed)) if consumed + HEAD == bytes.len() => Ok(value),
        _ => Err(EnvelopeProblem::Damaged),
    }
}

/// What an envelope of a schema holds, unaltered.
pub(super) fn payload(schema: u16, bytes: &[u8]) -> Result<&[u8], EnvelopeProblem> {
    let field = |from: usize, to: usize| bytes.get(from..to).ok_or(EnvelopeProblem::Damaged);
    let found = u16::from_le_bytes(field(2, 4)?.try_into().map_err(|_| EnvelopeProblem::Damaged)?);
    let length = u32::from_le_bytes(field(4, 8)?.try_into().map_err(|_| EnvelopeProblem::Damaged)?) as usize;
    let sum = u32::from_le_bytes(field(8, HEAD)?.try_into().map_err(|_| EnvelopeProblem::Damaged)?);
    let payload = &bytes[HEAD..];
    if field(0, 2)? != MAGIC || payload.len() != length || crc(found, payload) != sum {
        return Err(EnvelopeProblem::Damaged);
    }
    match found.cmp(&schema) {
        Ordering::Greater => Err(EnvelopeProblem::Newer(found)),
        Ordering::Less => Err(EnvelopeProblem::Older(found)),
        Ordering::Equal => Ok(payload),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let sealed = seal(1, &("Cơ sở".to_owned(), 42u64));
        assert_eq!(open(1, &sealed), Ok(("Cơ sở".to_owned(), 42u64)));
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut bad = sealed.clone();
                bad[at] ^= 1 << bit;
                assert!(open::<(String, u64)>(1, &bad).is_err(), "byte {at} bit {bit}");
            }
            assert!(open::<(String, u64)>(1, &sealed[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(open::<(String, u64)>(1, &seal(2, &("x".to_owned(), 1u64))), Err(EnvelopeProblem::Newer(2)));
        assert_eq!(open::<(String, u64)>(2, &sealed), Err(EnvelopeProblem::Older(1)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = open::<Vec<String>>(1, &bytes);
        }
    }
}
