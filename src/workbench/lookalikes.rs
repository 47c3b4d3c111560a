//! Records that may be one: by what identifies them, their phone, and their name within a commune. Suspected, never joined.

use super::Desk;
use super::refresh::identity_text;
use crate::form::instance::Answers;
use crate::locale::fold;
use crate::record::Definition;
use crate::record::history::State;
use crate::record::links::{Pairing, pair};
use crate::store::IndexRow;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What stands before a name and does not tell two apart: folded, longer ones first where one begins with another.
const PREFIXES: [&str; 26] = [
    "co so san xuat kinh doanh",
    "co so san xuat",
    "co so sx",
    "co so",
    "cs",
    "doanh nghiep tu nhan",
    "doanh nghiep",
    "dntn",
    "hop tac xa",
    "htx",
    "to hop tac",
    "tht",
    "cong ty trach nhiem huu han",
    "cong ty tnhh",
    "cong ty co phan",
    "cong ty cp",
    "cong ty",
    "cty tnhh",
    "cty cp",
    "cty",
    "tnhh",
    "mot thanh vien",
    "mtv",
    "ho kinh doanh",
    "hkd",
    "xuong",
];

/// What people write where there is no number; as it is compared. It tells nothing apart.
const NOTHING: [&str; 9] = ["khong", "khongco", "khongcoso", "chuaco", "khongro", "none", "no", "n/a", "na"];

/// A name without marks, case, separators and what only says which kind of establishment it is.
pub fn bare_name(name: &str) -> String {
    let folded = fold::fold(name);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut rest = words.join(" ");
    while let Some(shorter) = PREFIXES.iter().find_map(|prefix| rest.strip_prefix(prefix)?.strip_prefix(' ')) {
        rest = shorter.to_owned();
    }
    rest.replace(' ', "")
}

/// A telephone number as it is compared: its digits, `+84` written as `0`.
fn bare_phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix("84").filter(|rest| text.trim_start().starts_with('+') && !rest.is_empty()).map(|rest| format!("0{rest}"));
    Some(national.unwrap_or(digits)).filter(|digits| digits.len() >= 8)
}

/// What a form says about telling its records apart.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The questions that identify a record, at the top or in a repeat.
    pub identity: Vec<String>,
    /// The question that names what a record is about. A form without one is about a thing itself, which has one phone and
    /// one name; others only mention them.
    pub subject: Option<String>,
    /// The question that says of which day a record is.
    pub date: Option<String>,
}

impl Known {
    /// What a form's source says.
    pub fn of(definition: &Definition) -> Option<(String, Self)> {
        let Definition::Form { id, source, .. } = definition else { return None };
        let (draft, _) = crate::form::toml::read(id, source).ok()?;
        let head = |key: &str| draft.head.get(key).map(|cell| cell.text.clone());
        Some((id.clone(), Self { subject: head("subject"), date: head("date"), identity: draft.identity.iter().map(|cell| cell.text.clone()).collect() }))
    }
}

/// By what a record may be told to be another: `(question, key)`, each once; of a question in a repeat `repeat/question`.
pub fn keys(form: &Known, answers: &Answers, is_asked: &dyn Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut found = BTreeSet::new();
    for (path, value) in answers.iter().filter(|(path, _)| is_asked(path)) {
        let name = path.split('/').step_by(2).last();
        let is_identity = form.identity.iter().any(|identity| Some(identity.as_str()) == name);
        let key = is_identity.then(|| identity_text(value)).filter(|key| !key.is_empty() && !NOTHING.contains(&key.as_str()));
        if let Some(key) = key {
            let names: Vec<&str> = path.split('/').step_by(2).collect();
            found.insert((names.join("/"), key));
        } else if form.subject.is_none()
            && path == "phone"
            && let Some(phone) = bare_phone(&value.plain())
        {
            found.insert((path.clone(), phone));
        }
    }
    let text = |path: &str| answers.get(path).filter(|_| form.subject.is_none() && is_asked(path)).map(Value::plain);
    if let (Some(name), Some(commune)) = (text("name"), text("commune")) {
        let bare = bare_name(&name);
        if !bare.is_empty() {
            found.insert(("name".to_owned(), format!("{commune} {bare}")));
        }
    }
    found.into_iter().collect()
}

/// A record's answer to a question by which it may be told from others.
struct Told<'r> {
    form: &'r str,
    question: &'r str,
    answer: &'r str,
    row: &'r IndexRow,
}

impl Told<'_> {
    fn key(&self) -> (&str, &str, &str) {
        (self.form, self.question, self.answer)
    }
}

/// One of so many records with the same answer is paired with the first only: what all share tells none apart.
pub const MOST_ALIKE: usize = 20;

/// Two records that may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Their form.
    pub form: String,
    /// The record begun first.
    pub one: String,
    /// The other.
    pub other: String,
    /// The questions that both answer alike.
    pub by: BTreeSet<String>,
    /// Decisions that contradict each other; empty where nobody has decided.
    pub disputed: Vec<Pairing>,
}

impl Desk {
    /// Pairs of records that may be one and about which nobody has decided, and those about which people decided differently.
    pub fn duplicates(&self) -> Vec<Pair> {
        let rows = self.rows().values().filter(|row| row.state != State::Void && !self.links().is_linked(&row.record));
        let mut told: Vec<Told> = rows.flat_map(|row| row.identity.iter().map(move |(question, answer)| Told { form: &row.form, question, answer, row })).collect();
        // Those of one answer stay by record.
        told.sort_by(|a, b| a.key().cmp(&b.key()));
        let mut pairs: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for same in told.chunk_by(|a, b| a.key() == b.key()) {
            for (at, later) in same.iter().enumerate() {
                for first in &same[..if at > MOST_ALIKE { 1 } else { at }] {
                    if !self.is_seen_again(first, later) {
                        pairs.entry(pair(&first.row.record, &later.row.record)).or_default().insert(later.question.to_owned());
                    }
                }
            }
        }
        let disputed = self.links().disputed();
        pairs.retain(|(one, other), _| !self.links().is_decided(one, other));
        pairs.extend(disputed.iter().map(|pair| (pair.clone(), BTreeSet::new())));
        let form = |record: &str| self.row(record).map(|row| row.form.to_string()).unwrap_or_default();
        let decided = |one: &String, other: &String| self.pairings_of(one).filter(|p| p.pair() == pair(one, other)).cloned().collect();
        pairs.into_iter().map(|((one, other), by)| Pair { form: form(&one), disputed: decided(&one, &other), one, other, by }).collect()
    }

    /// The same machine seen again on another day at the same place is no second record.
    fn is_seen_again(&self, one: &Told<'_>, later: &Told<'_>) -> bool {
        let place = |told: &Told<'_>| self.links().principal(&told.row.subject).to_owned();
        let (one_at, later_at) = (&one.row.subject, &later.row.subject);
        one.question.contains('/') && !one_at.is_empty() && !later_at.is_empty() && one.row.date != later.row.date && place(one) == place(later)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_compared_without_what_kind_of_establishment_it_is() {
        let alike = ["Cơ sở Minh Phát", "DNTN Minh Phát", "HTX Minh-Phát", "Công ty TNHH MTV Minh Phát", "CƠ SỞ SẢN XUẤT MINH PHÁT", "minh phat"];
        assert!(alike.iter().all(|name| bare_name(name) == "minhphat"), "{:?}", alike.map(bare_name));
        assert_eq!(bare_name("Cơ sở"), "coso", "nothing is left to take away");
        assert_ne!(bare_name("Cơ sở Minh Phát 2"), "minhphat");
        assert_eq!(bare_name("Xưởngmay"), "xuongmay", "only whole words");
    }

    #[test]
    fn saying_that_there_is_no_number_tells_nothing_apart() {
        let known = Known { identity: vec!["serial".to_owned()], subject: Some("establishment".to_owned()), date: None };
        let answers = |serial: &str| Answers::from([("machines/a7q2/serial".to_owned(), Value::text(serial))]);
        assert_eq!(keys(&known, &answers("SN-4711"), &|_| true), [("machines/serial".to_owned(), "sn4711".to_owned())]);
        for serial in ["không có", "Không có.", "KHÔNG CÓ SỐ", "chưa có"] {
            assert_eq!(keys(&known, &answers(serial), &|_| true), [], "{serial}");
        }
    }

    #[test]
    fn a_phone_is_compared_by_its_digits() {
        assert_eq!(bare_phone("+84 912 345 678"), bare_phone("0912.345.678"));
        assert_eq!(bare_phone("không có"), None);
        assert_eq!(bare_phone("8491234567").as_deref(), Some("8491234567"), "without the plus it is a number of its own");
    }
}
