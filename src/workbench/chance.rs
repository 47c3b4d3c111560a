//! The clock and randomness, real or fixed by `KHUYENCONG_NOW` and `KHUYENCONG_SEED`.

use super::Settings;
use crate::interview::json::Keys;
use crate::locale::date;
use crate::store::Store;
use chrono::{DateTime, TimeZone, Utc};
use sha2::{Digest, Sha256};
use std::cell::Cell;

/// What time it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The system's.
    #[default]
    System,
    /// Always this.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// Now.
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Fixed(now) => now,
        }
    }

    /// Reads `2026-11-23T09:56:21+07:00`, `2026-11-23T09:56` (local) or `2026-11-23`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::Fixed(moment.with_timezone(&Utc)));
        }
        let local = date::parse_date_time(text, chrono::NaiveDateTime::default()).or_else(|| date::parse_iso(text)?.and_hms_opt(8, 0, 0))?;
        date::zone().from_local_datetime(&local).single().map(|m| Self::Fixed(m.with_timezone(&Utc)))
    }
}

/// Crockford's base 32, lower case: no letter that looks like a digit.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A source of ids. With a seed it repeats itself, but differs between devices and after every save.
#[derive(Debug)]
pub struct Chance {
    seed: Option<[u8; 32]>,
    count: Cell<u64>,
}

impl Chance {
    /// For a store.
    pub fn new(settings: &Settings, store: &Store) -> Self {
        let drafts: Vec<&str> = store.draft_list().map(|d| d.record.as_str()).collect();
        Self::seeded(settings, &format!("{}\n{}\n{}", store.identity().device, store.journal_bytes(), drafts.join(" ")))
    }

    /// For the interview of one record, so that two interviews begun before the next save differ.
    pub fn of_record(settings: &Settings, store: &Store, record: &str) -> Self {
        Self::seeded(settings, &format!("{}\n{}\n{record}", store.identity().device, store.journal_bytes()))
    }

    /// Before there is a store.
    pub fn before_store(settings: &Settings, label: &str) -> Self {
        Self::seeded(settings, label)
    }

    fn seeded(settings: &Settings, more: &str) -> Self {
        let seed = settings.seed.as_ref().map(|seed| Sha256::digest(format!("{seed}\n{more}").as_bytes()).into());
        Self { seed, count: Cell::new(0) }
    }

    /// Random bytes. A system that has none left would make ids collide, so that is the one thing that ends the program.
    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self.seed {
            None => getrandom::fill(&mut bytes).expect("the system gives random numbers"),
            Some(seed) => {
                self.count.set(self.count.get() + 1);
                let digest = Sha256::new().chain_update(seed).chain_update(self.count.get().to_be_bytes()).finalize();
                bytes.iter_mut().zip(digest.iter().cycle()).for_each(|(b, d)| *b = *d);
            }
        }
        bytes
    }

    /// A UUIDv7.
    pub fn uuid(&self, now: DateTime<Utc>) -> String {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>()).into_uuid().hyphenated().to_string()
    }

    /// A random UUID (version 4), as ODK's `uuid()` gives.
    pub fn uuid_v4(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().hyphenated().to_string()
    }

    /// `length` characters of base 32.
    pub fn key(&self, length: usize) -> String {
        self.bytes::<16>().iter().take(length).map(|b| DIGITS[(b % 32) as usize] as char).collect()
    }

    /// From 0 up to 1.
    pub fn random(&self) -> f64 {
        (u64::from_be_bytes(self.bytes::<8>()) >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl Keys for Chance {
    fn key(&mut self) -> String {
        Chance::key(self, 4)
    }
}
