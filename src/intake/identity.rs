//! Ids of records that were not begun here: the same submission must give the same record, on every laptop and every time.

use crate::value::is_record_id;
use sha2::{Digest, Sha256};

/// The id of the record for an ODK instance id. One that is a UUIDv7 stays as it is: it was begun by this program. Any other
/// gives a UUIDv7 that is made of it alone: no time, since not every format tells one, and 74 bits of its hash.
pub fn record_of(instance: &str) -> String {
    let bare = instance.trim().to_lowercase();
    let bare = bare.strip_prefix("uuid:").unwrap_or(&bare);
    if is_record_id(bare) && bare.as_bytes()[14] == b'7' && matches!(bare.as_bytes()[19], b'8' | b'9' | b'a' | b'b') {
        return bare.to_owned();
    }
    derived("instance", bare)
}

/// A UUIDv7 that is made of a text; `space` keeps the same text of two kinds apart.
pub fn derived(space: &str, text: &str) -> String {
    let digest = Sha256::new().chain_update(space).chain_update([0]).chain_update(text).finalize();
    let mut random = [0; 10];
    random.copy_from_slice(&digest[..10]);
    uuid::Builder::from_unix_timestamp_millis(0, &random).into_uuid().hyphenated().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_ids_stay_and_others_give_the_same_id_each_time() {
        assert_eq!(record_of("uuid:0192F3C0-7A10-7C3E-9D52-3F1F6A2B4C5D"), "0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d");
        let other = record_of("uuid:b8f1c9d2-1111-4222-8333-444455556666");
        assert_eq!(other, record_of(" b8f1c9d2-1111-4222-8333-444455556666"));
        assert_eq!((&other[..15], is_record_id(&other)), ("00000000-0000-7", true));
        assert_ne!(other, record_of("uuid:b8f1c9d2-1111-4222-8333-444455556667"));
        assert_ne!(derived("instance", "a"), derived("row", "a"));
    }
}
