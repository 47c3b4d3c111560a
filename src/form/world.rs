//! What an expression may ask of the world outside its record. Comes in as an argument, so that the engine stays pure.

use super::list::ChoiceList;
use crate::value::{Value, ValueType};
use std::sync::Arc;

/// A value taken from another record, with its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The value.
    pub value: Value,
    /// Its type.
    pub kind: ValueType,
    /// The form that it comes from.
    pub form: String,
    /// The date of the record that it comes from, `2026-07-01` or empty.
    pub date: String,
}

/// Other records and chance.
pub trait World {
    /// The answer to `question` in the newest submitted record of `form` about `reference`, dated not after `day`
    /// (days since 1970-01-01) and meeting `condition`.
    fn latest(&self, form: &str, reference: &str, question: &str, condition: Option<&str>, day: i64) -> Option<Taken>;

    /// The rows of `repeat` in that newest record.
    fn rows(&self, form: &str, reference: &str, repeat: &str, day: i64) -> Option<Arc<ChoiceList>>;

    /// A random number from 0 up to 1.
    fn random(&self) -> f64;

    /// A new UUID.
    fn uuid(&self) -> String;
}

/// A world without other records and without chance.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nowhere;

impl World for Nowhere {
    fn latest(&self, _: &str, _: &str, _: &str, _: Option<&str>, _: i64) -> Option<Taken> {
        None
    }

    fn rows(&self, _: &str, _: &str, _: &str, _: i64) -> Option<Arc<ChoiceList>> {
        None
    }

    fn random(&self) -> f64 {
        0.0
    }

    fn uuid(&self) -> String {
        String::new()
    }
}
