//! The canonical line read back. Strict: a line that parses but is not written as this program would write it is refused.

use super::clock::Stamp;
use super::revision::{Act, Argument, Revision, digest_of, unhex};
use crate::value::{Decimal, FileRef, Value, is_record_id, write_array, write_object, write_string};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// No line is longer than this.
pub const MAX_LINE: usize = 16 << 20;

/// Why a line is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineProblem {
    /// Longer than [`MAX_LINE`].
    TooLong,
    /// Not UTF-8.
    NotText,
    /// Not JSON, or not of this shape.
    NotALine,
    /// Written otherwise than canonically.
    NotCanonical,
    /// Its content does not have the hash that it names.
    Altered,
}

/// Reads a revision's line (without LF) and checks its hash.
///
/// # Errors
/// Why it is refused.
pub fn parse(line: &[u8]) -> Result<Revision, LineProblem> {
    if line.len() > MAX_LINE {
        return Err(LineProblem::TooLong);
    }
    let text = std::str::from_utf8(line).map_err(|_| LineProblem::NotText)?;
    let json: Json = serde_json::from_str(text).map_err(|_| LineProblem::NotALine)?;
    let revision = shape(&json).ok_or(LineProblem::NotALine)?;
    if revision.line() != text || !is_nfc(&json) {
        return Err(LineProblem::NotCanonical);
    }
    if digest_of(line) != revision.id {
        return Err(LineProblem::Altered);
    }
    Ok(revision)
}

/// Whether every string and key is NFC. Looked at unescaped: behind an escaped line feed a combining mark stands alone.
fn is_nfc(json: &Json) -> bool {
    let text = |text: &str| text.is_ascii() || unicode_normalization::is_nfc(text);
    match json {
        Json::String(string) => text(string),
        Json::Array(items) => items.iter().all(is_nfc),
        Json::Object(entries) => entries.iter().all(|(key, entry)| text(key) && is_nfc(entry)),
        _ => true,
    }
}

/// Numbers beyond this are not exact in every JSON reader, and no laptop will ever come near.
pub const MAX_SEQ: u64 = 1 << 53;

fn shape(json: &Json) -> Option<Revision> {
    let object = json.as_object()?;
    let text = |key: &str| object.get(key)?.as_str().map(str::to_owned);
    let texts = |key: &str| object.get(key)?.as_array()?.iter().map(|t| t.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
    let record = text("record").filter(|r| is_record_id(r))?;
    let prev = text("prev")?;
    Some(Revision {
        record,
        at: Stamp::parse(&text("at")?)?,
        id: unhex(&text("id")?)?,
        device: text("device")?,
        seq: object.get("seq")?.as_u64().filter(|s| (1..=MAX_SEQ).contains(s))?,
        prev: if prev.is_empty() { None } else { Some(unhex(&prev)?) },
        person: text("person")?,
        of: text("of")?,
        parents: sorted(texts("parents")?.iter().map(|p| unhex(p)).collect::<Option<_>>()?)?,
        act: Act::parse(&text("act")?),
        args: object.get("args")?.as_object()?.iter().map(|(k, v)| (k.clone(), argument(v))).collect(),
        wrote: sorted(texts("wrote")?)?,
        answers: object.get("answers")?.as_object()?.iter().map(|(k, v)| value(v).map(|v| (k.clone(), v))).collect::<Option<_>>()?,
        notes: object.get("notes")?.as_object()?.iter().map(|(k, v)| v.as_str().map(|v| (k.clone(), v.to_owned()))).collect::<Option<_>>()?,
    })
}

fn sorted<T: Ord>(items: Vec<T>) -> Option<Vec<T>> {
    items.is_sorted_by(|a, b| a < b).then_some(items)
}

fn argument(json: &Json) -> Argument {
    match json {
        Json::String(text) => Argument::Text(text.clone()),
        other => Argument::Other(canonical(other)),
    }
}

/// Any JSON in canonical form: no white space, keys sorted, numbers exact.
pub fn canonical(json: &Json) -> String {
    fn write(json: &Json, out: &mut String) {
        match json {
            Json::String(text) => write_string(text, out),
            Json::Number(number) => out.push_str(Decimal::parse(&number.to_string()).as_ref().map_or("null", |n| n.as_str())),
            Json::Array(items) => write_array(items, out, write),
            Json::Object(entries) => write_object(entries.iter().collect::<BTreeMap<_, _>>(), out, write),
            other => out.push_str(&other.to_string()),
        }
    }
    let mut out = String::new();
    write(json, &mut out);
    out
}

/// An answer from canonical JSON.
pub fn value(json: &Json) -> Option<Value> {
    match json {
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Number(number) => Decimal::canonical(&number.to_string()).map(Value::Number),
        Json::Array(items) if items.iter().all(Json::is_string) => Some(Value::Choices(items.iter().filter_map(|t| t.as_str().map(str::to_owned)).collect())),
        Json::Array(items) => {
            let numbers: Option<Vec<_>> = items.iter().map(|n| n.as_number().and_then(|n| Decimal::canonical(&n.to_string()))).collect();
            numbers.filter(|n| (2..=4).contains(&n.len())).map(Value::Point)
        }
        Json::Object(file) => Some(Value::File(FileRef {
            sha256: file.get("sha256")?.as_str().filter(|h| unhex(h).is_some())?.to_owned(),
            bytes: file.get("bytes")?.as_u64()?,
            name: file.get("name")?.as_str()?.to_owned(),
        })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the format's description.
    const WORKED: &str = r##"{"record":"0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d","at":"2026-11-23T02:56:21.123Z-0003","id":"7d85818cfb5a76fee9379d3e656eb9525f6569ce7be75e660a7ba6bac0182ace","device":"lt07-k3f9q2","seq":1,"prev":"","person":"Nguyễn Thử Nghiệm","of":"shop@1@3f2a9c0d1e4b","parents":[],"act":"save","args":{},"wrote":["energy/a7q2/#","energy/a7q2/after","name","workers"],"answers":{"energy/a7q2/#":"V","energy/a7q2/after":31500.5,"name":"Cơ sở khô \"Thử\"","workers":12},"notes":{}}"##;

    #[test]
    fn the_worked_line_is_read_and_written_byte_for_byte() {
        let revision = parse(WORKED.as_bytes()).unwrap();
        assert_eq!(revision.line(), WORKED);
        assert_eq!(revision.clone().seal().id, revision.id);
        assert_eq!(&WORKED[super::super::revision::ID_AT..][..8], "7d85818c");
    }

    #[test]
    fn anything_not_canonical_is_refused() {
        for (change, to) in [
            ("\"seq\":1", "\"seq\": 1"),
            ("31500.5", "31500.50"),
            ("\"person\":\"Nguyễn", "\"person\":\"Nguye\u{302}\u{303}n"),
            ("\"args\":{},", ""),
            ("\"V\"", "\"\\u0056\""),
            ("\"notes\":{}", "\"notes\":{},\"more\":1"),
            ("\"wrote\":[\"energy/a7q2/#\",", "\"wrote\":[\"energy/a7q2/#\",\"energy/a7q2/#\","),
        ] {
            let line = WORKED.replacen(change, to, 1);
            assert_ne!(line, WORKED);
            assert!(matches!(parse(line.as_bytes()), Err(LineProblem::NotCanonical | LineProblem::NotALine)), "{to}");
        }
        assert_eq!(parse(WORKED.replace("12}", "13}").as_bytes()), Err(LineProblem::Altered));
        assert_eq!(parse(b"\xff"), Err(LineProblem::NotText));
    }

    #[test]
    fn acts_and_arguments_of_a_newer_program_pass_through() {
        let newer = WORKED.replace(r#""act":"save","args":{}"#, r#""act":"bless","args":{"how":{"deep":[1,2.5,null],"x":true}}"#);
        let mut revision = shape(&serde_json::from_str(&newer).unwrap()).unwrap();
        assert_eq!(revision.line(), newer);
        let line = revision.seal_line();
        assert_eq!((&line, parse(line.as_bytes())), (&revision.line(), Ok(revision.clone())));
        revision.record = "short".to_owned();
        let line = revision.seal_line();
        assert_eq!((line, revision.id), (revision.line(), revision.clone().seal().id), "also where the name stands elsewhere");
    }
}
