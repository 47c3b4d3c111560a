//! Doors for the fuzz targets to what the store keeps to itself: stored values and the journal's reader.

use super::dictionary::Dictionary;
use super::envelope;
use super::journal;
use super::packed::{Packed, Scratch};
use super::part::Packer;
use super::schema::{CurrentV2, IndexRowV3, RevisionV1, RevisionV2, SCHEMA, unpack, unpack_body};
use super::sums::Sums;
use crate::record::clock::Stamp;
use std::io;

/// Opens bytes as every kind of stored value, as they are and in an envelope that vouches for them; gives how many of the
/// kinds they could be.
pub fn stored_value(bytes: &[u8]) -> usize {
    let dictionary = Dictionary::new(["name", "lt01-k3f9q2", "save", "shop@1@3f2a9c0d1e4b"].map(str::to_owned).to_vec());
    let key = || (String::new(), Stamp { millis: 0, counter: 0 }, [0; 32]);
    let (first, second) = (envelope::wrap(1, bytes), envelope::wrap(SCHEMA, bytes));
    let revision = |bytes: &[u8]| {
        let act = envelope::open::<RevisionV2>(SCHEMA, bytes).ok().and_then(|packed| unpack(packed, key(), &dictionary)).map(|revision| revision.act);
        let seen = envelope::open_borrowed::<RevisionV2<&str>>(SCHEMA, bytes).ok().and_then(|packed| packed.act(&dictionary));
        assert_eq!(seen, act, "what is looked at where it lies is what could be unpacked");
        act.is_some()
    };
    let current = |bytes: &[u8]| {
        let in_place = |payload| Packed::new(payload).read(&dictionary, &mut Scratch::default(), &[true; 4], &mut |_| ()).is_some();
        envelope::payload(SCHEMA, bytes).is_ok_and(in_place) && envelope::open::<CurrentV2>(SCHEMA, bytes).ok().and_then(|packed| packed.unpack(&dictionary)).is_some()
    };
    let kinds = [
        revision(bytes),
        revision(&second),
        envelope::open::<RevisionV1>(1, &first).ok().and_then(|packed| unpack_body(packed, key(), &dictionary)).is_some(),
        current(bytes),
        current(&second),
        envelope::open_borrowed::<IndexRowV3<&str>>(SCHEMA, &second).map(|row| row.unpack(&mut Packer::default())).is_ok(),
        envelope::open::<String>(SCHEMA, &second).is_ok(),
    ];
    kinds.iter().filter(|is_it| **is_it).count()
}

/// Reads bytes as a journal; gives the number of entries and of damaged lines.
///
/// # Errors
/// None that bytes can cause.
pub fn journal(mut bytes: &[u8]) -> io::Result<(u64, usize)> {
    let mut entries = 0;
    let scan = journal::read(&mut bytes, &Sums::none(), &mut |_, _| entries += 1)?;
    Ok((entries, scan.damaged.len()))
}
