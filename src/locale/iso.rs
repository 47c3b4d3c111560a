//! Days in files: their canonical text, `2026-06-14`.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// Writes a day.
///
/// # Errors
/// The writer's.
pub fn serialize<S: Serializer>(day: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(day)
}

/// Reads a day.
///
/// # Errors
/// There is no such day.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(from)?;
    super::date::parse_iso(&text).ok_or_else(|| D::Error::custom(format!("{text} is no day")))
}

/// A day that may be missing.
pub mod option {
    use super::{Deserialize, Deserializer, Error, NaiveDate, Serializer};

    /// Writes the day, or nothing.
    ///
    /// # Errors
    /// The writer's.
    pub fn serialize<S: Serializer>(day: &Option<NaiveDate>, to: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => super::serialize(day, to),
            None => to.serialize_none(),
        }
    }

    /// Reads a day, or nothing.
    ///
    /// # Errors
    /// There is no such day.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| super::super::date::parse_iso(&text).ok_or_else(|| D::Error::custom(format!("{text} is no day")))).transpose()
    }
}
