//! Answers as other programs nest and write them → as this program takes them.

use super::{Incoming, Intake};
use crate::form::expression::function::KEPT;
use crate::form::{Form, Kind, Meta, NodeId, ROOT, ScopeId};
use crate::interview::json::{InputProblem, file_ref};
use crate::locale::{Text, date, say};
use crate::value::{Decimal, ValueType};
use serde_json::{Map, Value as Json};

/// Deeper nesting belongs to no form.
pub const MAX_DEPTH: usize = 64;

/// What ODK tools keep beside the questions of a form, when the form does not ask for it under that name.
const METADATA: [&str; 24] = [
    "KEY",
    "PARENT_KEY",
    "SubmissionDate",
    "SubmitterID",
    "SubmitterName",
    "AttachmentsPresent",
    "AttachmentsExpected",
    "Status",
    "ReviewState",
    "DeviceID",
    "Edits",
    "FormVersion",
    "isValidated",
    "meta",
    "instanceID",
    "instanceName",
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "phonenumber",
    "simserial",
    "subscriberid",
];

/// Whether a column or key belongs to the program that wrote it.
pub fn is_metadata(key: &str) -> bool {
    let parts = ["formhub", "meta"].iter().any(|start| key.strip_prefix(start).is_some_and(|rest| rest.starts_with(['/', '-', '.', ':'])));
    parts
        || key.starts_with('_')
        || key.starts_with("SET-OF-")
        || key.contains("@odata.")
        || METADATA.contains(&key)
        || key.rsplit('/').next().is_some_and(|last| last.starts_with('_'))
}

/// Shapes one record of `form`.
pub fn record(form: &Form, from: &Map<String, Json>, into: &mut Intake) -> Incoming {
    let mut shaper = Shaper { form, intake: into, kept: Vec::new() };
    let mut answers = Map::new();
    shaper.object(from, (ROOT, None), "", &mut answers, 0);
    Incoming { kept: shaper.kept, answers, ..Incoming::default() }
}

struct Shaper<'a> {
    form: &'a Form,
    intake: &'a mut Intake,
    kept: Vec<(String, Json)>,
}

impl Shaper<'_> {
    /// `element` is the group or repeat whose inside this is; `shown` the path of the row: `energy[2]/`.
    fn object(&mut self, from: &Map<String, Json>, (scope, element): (ScopeId, Option<NodeId>), shown: &str, into: &mut Map<String, Json>, depth: usize) {
        for (key, value) in from {
            match self.meant(key, scope, element) {
                Some(id) => self.node(id, (key, value), shown, into, depth),
                None if is_metadata(key) => self.metadata(key, from, scope, element),
                // A group that this form does not have: its questions may still be there.
                None => match value {
                    Json::Object(inner) if depth < MAX_DEPTH => self.object(inner, (scope, element), shown, into, depth + 1),
                    value => drop(into.insert(key.clone(), value.clone())),
                },
            }
        }
    }

    /// The node that a key means: by its whole path, as a child of what is around it, by the key under which answers are
    /// kept, or by a name that only one node of the scope has.
    fn meant(&self, key: &str, scope: ScopeId, element: Option<NodeId>) -> Option<NodeId> {
        let form = self.form;
        let name = key.rsplit('/').next().unwrap_or(key);
        let here = |id: &NodeId| form.node(*id).scope == scope;
        let whole = key.contains('/').then(|| key.split('/').try_fold(None, |at, name| form.child(at, name).map(Some)).flatten()).flatten();
        let named = || {
            let mut all = form.names.get(name)?.iter().copied().filter(here);
            all.next().filter(|_| all.next().is_none())
        };
        whole.filter(here).or_else(|| form.child(element, name).filter(here)).or_else(|| form.find(name).filter(here)).or_else(named)
    }

    fn metadata(&mut self, key: &str, from: &Map<String, Json>, scope: ScopeId, element: Option<NodeId>) {
        // Central leaves the rows of repeats out unless asked; a record without them would pass for whole.
        let repeat = key.strip_suffix("@odata.navigationLink").filter(|name| !from.contains_key(*name));
        if let Some(name) = repeat.filter(|name| self.meant(name, scope, element).is_some()) {
            let message = Text::both(|l| say::data::not_expanded(l, name));
            let problem = InputProblem { path: name.to_owned(), message };
            if !self.intake.problems.contains(&problem) {
                self.intake.problems.push(problem);
            }
        }
        self.intake.ignored.insert(key.to_owned());
    }

    fn node(&mut self, id: NodeId, (key, value): (&str, &Json), shown: &str, into: &mut Map<String, Json>, depth: usize) {
        let node = self.form.node(id);
        match node.kind {
            Kind::Group => match value {
                Json::Object(inner) if depth < MAX_DEPTH => self.object(inner, (node.scope, Some(id)), shown, into, depth + 1),
                Json::Null => {}
                Json::String(text) if text.trim().is_empty() => {}
                value => drop(into.insert(node.key.clone(), value.clone())),
            },
            Kind::Repeat(scope) => self.rows(id, value, scope, shown, into, depth),
            Kind::Note => drop(self.intake.ignored.insert(key.to_owned())),
            Kind::Calculate | Kind::Question if node.logic.calculation.as_ref().is_some_and(|code| code.calls(KEPT)) => self.keep(id, value, shown),
            Kind::Question if node.logic.calculation.is_none() => self.question(id, key, value, into),
            Kind::Calculate | Kind::Question => drop(self.intake.computed.insert(key.to_owned())),
            Kind::Meta(Meta::End) => self.keep(id, value, shown),
            _ => drop(into.insert(node.key.clone(), shaped(node.value, value))),
        }
    }

    /// An answer. Of files only those that are attached already: the names in other programs' records name nothing here.
    fn question(&mut self, id: NodeId, key: &str, value: &Json, into: &mut Map<String, Json>) {
        let node = self.form.node(id);
        if node.value != ValueType::File || value.as_object().is_some_and(|file| file_ref(file).is_some()) {
            into.insert(node.key.clone(), shaped(node.value, value));
        } else if !is_blank(value) {
            self.intake.ignored.insert(key.to_owned());
        }
    }

    fn keep(&mut self, id: NodeId, value: &Json, shown: &str) {
        if !is_blank(value) {
            let node = self.form.node(id);
            self.kept.push((format!("{shown}{}", node.key), shaped(node.value, value)));
        }
    }

    fn rows(&mut self, id: NodeId, value: &Json, scope: ScopeId, shown: &str, into: &mut Map<String, Json>, depth: usize) {
        let name = &self.form.node(id).key;
        let one = std::slice::from_ref(value);
        let rows = match value {
            Json::Array(rows) => rows.as_slice(),
            Json::Object(_) => one,
            value if is_blank(value) => &[],
            value => return drop(into.insert(name.clone(), value.clone())),
        };
        let mut shaped = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let mut inner = Map::new();
            match row {
                Json::Object(row) if depth < MAX_DEPTH => self.object(row, (scope, Some(id)), &format!("{shown}{name}[{}]/", at + 1), &mut inner, depth + 1),
                _ => {}
            }
            shaped.push(Json::Object(inner));
        }
        into.insert(name.clone(), Json::Array(shaped));
    }
}

fn is_blank(value: &Json) -> bool {
    matches!(value, Json::Null) || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// One answer as ODK writes it → as this program's JSON has it. What is not understood stays, to be told as a problem.
pub fn shaped(kind: ValueType, value: &Json) -> Json {
    match (kind, value) {
        (_, value) if is_blank(value) => Json::Null,
        (ValueType::SelectMultiple | ValueType::Rank, Json::String(text)) => text.split_whitespace().map(|name| Json::String(name.to_owned())).collect(),
        (ValueType::Point, Json::String(text)) => numbers(text.split_whitespace()).unwrap_or_else(|| value.clone()),
        (ValueType::Point, Json::Object(geo)) => position(geo).unwrap_or_else(|| value.clone()),
        // `2026-07-01T00:00:00.000+07:00` for a day, `2026-07-01` for a month or a year.
        (ValueType::Date | ValueType::Month | ValueType::Year, Json::String(text)) => {
            let length = match kind {
                ValueType::Date => 10,
                ValueType::Month => 7,
                _ => 4,
            };
            let is_day = text.get(..10).is_some_and(|day| date::parse_iso(day).is_some());
            Json::String(if is_day { text.chars().take(length).collect() } else { text.clone() })
        }
        // `14:05:00.000+07:00`
        (ValueType::Time, Json::String(text)) => {
            let is_odk = text.len() > 8 && text.as_bytes()[2] == b':' && text.as_bytes()[5] == b':';
            Json::String(text.get(..5).filter(|_| is_odk).unwrap_or(text).to_owned())
        }
        (_, value) => value.clone(),
    }
}

fn numbers<'t>(texts: impl Iterator<Item = &'t str>) -> Option<Json> {
    let number = |text: &str| Decimal::parse(text).and_then(|n| serde_json::from_str::<Json>(n.as_str()).ok());
    texts.map(number).collect::<Option<Vec<_>>>().map(Json::Array)
}

/// A GeoJSON point: longitude first, the accuracy among its properties.
fn position(geo: &Map<String, Json>) -> Option<Json> {
    let mut numbers: Vec<Json> = geo.get("coordinates")?.as_array()?.iter().filter(|n| n.is_number()).cloned().collect();
    if numbers.len() < 2 {
        return None;
    }
    numbers.swap(0, 1);
    numbers.truncate(3);
    let accuracy = geo.get("properties").and_then(|p| p.get("accuracy")).filter(|n| n.is_number());
    if let (3, Some(accuracy)) = (numbers.len(), accuracy) {
        numbers.push(accuracy.clone());
    }
    Some(Json::Array(numbers))
}
