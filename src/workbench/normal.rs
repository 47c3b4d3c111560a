//! What people typed in the one form of its letters (NFC): a canonical line holds no other.

use crate::locale::fold::{is_kept, nfc};
use crate::record::revision::Argument;
use crate::value::Value;

/// A value with its texts in that form.
pub fn normal(value: Value) -> Value {
    match value {
        Value::Text(text) if !is_kept(&text) => Value::Text(nfc(&text)),
        Value::Choices(names) if !names.iter().all(|name| is_kept(name)) => Value::Choices(names.iter().map(|name| nfc(name)).collect()),
        other => other,
    }
}

/// The same of an argument.
pub fn normal_argument(argument: Argument) -> Argument {
    match argument {
        Argument::Text(text) if !is_kept(&text) => Argument::Text(nfc(&text)),
        other => other,
    }
}
