//! Answers as nested JSON: in through the same engine and checks as the screen, out with rows in order.

use super::entry;
use super::{Around, Interview};
use crate::form::instance::{Answers, Instance, ROOT_ROW, RowId};
use crate::form::{Form, Kind, NodeId, ScopeId};
use crate::locale::{Lang, Text, fold, say};
use crate::value::{Decimal, FileRef, Value, ValueType};
use serde_json::{Map, Value as Json};

/// A problem with the input, at a path as the person wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputProblem {
    /// `energy[2]/after`
    pub path: String,
    /// What is wrong.
    pub message: Text,
}

/// The key under which notes (reasons and remarks) come in and go out, by path.
pub const NOTES: &str = "#notes";

/// Gives row keys; must not repeat. Where there is a file system, takes files in as well.
pub trait Keys {
    /// A new key.
    fn key(&mut self) -> String;

    /// Attaches the file at a path.
    ///
    /// # Errors
    /// A sentence.
    fn file(&mut self, path: &str) -> Result<FileRef, Text> {
        Err(Text::both(|lang| say::asking::file_absent(lang, path)))
    }
}

/// Answers an interview from a JSON object. Choices that depend on earlier answers see them, since questions are
/// answered in the form's order.
///
/// # Errors
/// All problems; the interview is then not to be saved.
pub fn fill(interview: &mut Interview, input: &Json, keys: &mut dyn Keys, around: Around<'_>) -> Result<(), Vec<InputProblem>> {
    let Json::Object(object) = input else {
        return Err(vec![InputProblem { path: String::new(), message: Text::both(say::form::not_an_object) }]);
    };
    let mut filler = Filler { interview, keys, around, problems: Vec::new() };
    filler.object(object, "", "", ScopeId(0), None);
    if let Some(Json::Object(notes)) = object.get(NOTES) {
        for (path, note) in notes {
            let path = canonical_path(filler.interview.form(), filler.interview.answers(), path).unwrap_or_else(|| path.clone());
            filler.interview.note(&path, note.as_str().unwrap_or_default());
        }
    }
    if filler.problems.is_empty() { Ok(()) } else { Err(filler.problems) }
}

struct Filler<'a, 'k> {
    interview: &'a mut Interview,
    keys: &'k mut dyn Keys,
    around: Around<'a>,
    problems: Vec<InputProblem>,
}

impl Filler<'_, '_> {
    fn problem(&mut self, path: String, message: Text) {
        self.problems.push(InputProblem { path, message });
    }

    /// `prefix` is the path as kept (`energy/k3f9/`), `shown` as the person wrote it (`energy[2]/`).
    fn object(&mut self, object: &Map<String, Json>, prefix: &str, shown: &str, scope: ScopeId, parent: Option<NodeId>) {
        let form = self.interview.form().clone();
        let mut entries: Vec<(Option<NodeId>, &String, &Json)> =
            object.iter().filter(|(name, _)| !name.starts_with('#')).map(|(name, json)| (form.find(name).filter(|id| form.node(*id).scope == scope), name, json)).collect();
        entries.sort_by_key(|(id, ..)| *id);
        for (id, name, json) in entries {
            let Some(id) = id else {
                self.problem(format!("{shown}{name}"), Text::both(|lang| say::form::unknown_answer(lang, name)));
                continue;
            };
            match (form.node(id).kind, json) {
                (Kind::Group, Json::Object(inner)) => self.object(inner, prefix, shown, scope, Some(id).or(parent)),
                (Kind::Repeat(inner), Json::Array(rows)) => {
                    self.rows(rows, &format!("{prefix}{name}"), &format!("{shown}{name}"), inner, form.node(id).logic.repeat_count.is_some())
                }
                (Kind::Repeat(_) | Kind::Group, Json::Null) => {}
                (Kind::Repeat(_), _) => self.problem(format!("{shown}{name}"), Text::both(say::form::not_rows)),
                (Kind::Group, _) => self.problem(format!("{shown}{name}"), Text::both(say::form::not_an_object)),
                (Kind::Calculate | Kind::Note, _) => self.problem(format!("{shown}{name}"), Text::both(say::form::computed)),
                _ if form.node(id).logic.calculation.is_some() => self.problem(format!("{shown}{name}"), Text::both(say::form::computed)),
                _ => self.answer(id, &format!("{prefix}{name}"), &format!("{shown}{name}"), json),
            }
        }
    }

    fn rows(&mut self, rows: &[Json], start: &str, shown: &str, scope: ScopeId, counted: bool) {
        for (at, row) in rows.iter().enumerate() {
            let shown = format!("{shown}[{}]/", at + 1);
            let Json::Object(object) = row else {
                self.problem(shown, Text::both(say::form::not_an_object));
                continue;
            };
            let there = self.interview.rows(start).get(at).map(|row| self.interview.derived().instance.row(*row).key().to_owned());
            let key = match (counted, there) {
                (true, Some(key)) => key,
                (true, None) => {
                    let count = self.interview.rows(start).len();
                    self.problem(shown, Text::both(|lang| say::form::too_many_rows(lang, count)));
                    continue;
                }
                (false, _) => {
                    // A key that a row has already would make two rows one.
                    let key = std::iter::repeat_with(|| self.keys.key()).find(|key| !self.interview.has_row(start, key)).unwrap_or_default();
                    self.interview.add_row(start, &key, self.around);
                    key
                }
            };
            self.object(object, &format!("{start}/{key}/"), &shown, scope, None);
        }
    }

    fn answer(&mut self, id: NodeId, path: &str, shown: &str, json: &Json) {
        let Some((row, _)) = self.interview.derived().instance.locate(self.interview.form(), path) else { return };
        let kind = self.interview.form().node(id).value;
        let value = match json {
            Json::String(file) if kind == ValueType::File && !file.trim().is_empty() => self.keys.file(file.trim()).map(|file| Some(Value::File(file))),
            json => read(json, self.interview, (row, id), self.around),
        };
        match value {
            Ok(value) => self.interview.answer(path, value, self.around),
            Err(message) => self.problem(shown.to_owned(), message),
        }
    }
}

/// A JSON value for a question. Text goes through the same reading as typed text, with numbers plain or as people write them.
///
/// # Errors
/// A sentence.
pub fn read(json: &Json, interview: &Interview, at: (RowId, NodeId), around: Around<'_>) -> Result<Option<Value>, Text> {
    let form = interview.form();
    let kind = form.node(at.1).value;
    let typed = |text: &str| entry::read(text, form, interview.derived(), at, around);
    match json {
        Json::Null => Ok(None),
        Json::String(text) if kind.is_number() => match Decimal::parse(text.trim()) {
            Some(number) => whole_if_needed(number, kind),
            None => typed(text),
        },
        Json::String(text) if matches!(kind, ValueType::Text | ValueType::SelectOne) => {
            let text = fold::nfc(text);
            Ok((!text.is_empty()).then_some(Value::Text(text)))
        }
        Json::String(text) => typed(text),
        Json::Number(number) if kind.is_number() => {
            let number = Decimal::parse(&number.to_string()).ok_or_else(|| Text::both(say::form::not_a_number))?;
            whole_if_needed(number, kind)
        }
        Json::Number(number) if matches!(kind, ValueType::SelectOne | ValueType::Text) => Ok(Some(Value::text(number.to_string()))),
        Json::Bool(true) if kind == ValueType::Acknowledge => Ok(Some(Value::text("OK"))),
        // Not acknowledged is not answered.
        Json::Bool(false) if kind == ValueType::Acknowledge => Ok(None),
        Json::Object(file) if kind == ValueType::File => file_ref(file).map(|file| Some(Value::File(file))).ok_or_else(|| Text::both(say::asking::not_a_file)),
        Json::Array(items) if matches!(kind, ValueType::Trace | ValueType::Shape) => typed(&line(items)),
        Json::Array(items) if matches!(kind, ValueType::SelectMultiple | ValueType::Rank) => choices(items, interview, at, around),
        // Numbers or texts of numbers, within what a position can be.
        Json::Array(items) if kind == ValueType::Point => typed(&point(items)),
        _ => Err(Text::both(say::form::wrong_json)),
    }
}

/// An array of numbers as they are typed.
fn point(items: &[Json]) -> String {
    items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect::<Vec<_>>().join(" ")
}

/// An array of points as it is typed.
fn line(items: &[Json]) -> String {
    items.iter().map(|item| item.as_array().map_or_else(|| item.to_string(), |numbers| point(numbers))).collect::<Vec<_>>().join("; ")
}

/// A file that was attached before: `{"sha256","bytes","name"}`.
pub fn file_ref(object: &Map<String, Json>) -> Option<FileRef> {
    let text = |key: &str| object.get(key).and_then(Json::as_str);
    let sha256 = text("sha256").filter(|hash| hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))?;
    let name = text("name").filter(|name| !name.is_empty() && !name.contains(['/', '\\']))?;
    Some(FileRef { sha256: sha256.to_owned(), bytes: object.get("bytes")?.as_u64()?, name: name.to_owned() })
}

fn whole_if_needed(number: Decimal, kind: ValueType) -> Result<Option<Value>, Text> {
    let whole = matches!(kind, ValueType::Integer | ValueType::Money | ValueType::Year);
    if whole && !number.is_whole() { Err(Text::both(say::form::not_whole)) } else { Ok(Some(Value::Number(number))) }
}

fn choices(items: &[Json], interview: &Interview, at: (RowId, NodeId), around: Around<'_>) -> Result<Option<Value>, Text> {
    let names: Option<Vec<String>> = items.iter().map(|n| n.as_str().map(str::to_owned)).collect();
    let mut names = names.ok_or_else(|| Text::both(say::form::wrong_json))?;
    if interview.form().node(at.1).value == ValueType::SelectMultiple {
        let set = interview.derived().choices(interview.form(), around, at.0, at.1);
        names.sort_by_key(|name| set.list.position(name).unwrap_or(usize::MAX));
        names.dedup();
    }
    Ok((!names.is_empty()).then_some(Value::Choices(names)))
}

/// `energy[2]/after` → `energy/k3f9/after`; a path that is canonical already stays.
pub fn canonical_path(form: &Form, answers: &Answers, path: &str) -> Option<String> {
    let mut out = String::new();
    for (at, part) in path.split('/').enumerate() {
        if at > 0 {
            out.push('/');
        }
        match part.strip_suffix(']').and_then(|p| p.split_once('[')) {
            None => out.push_str(part),
            Some((repeat, number)) => {
                let start = format!("{out}{repeat}/");
                let keys = crate::form::instance::row_keys(answers, &start);
                let key = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).and_then(|at| keys.get(at).cloned())?;
                out = start + &key;
            }
        }
    }
    (out.ends_with("/#") || form.node_of_path(&out).is_some()).then_some(out)
}

/// `energy/k3f9/after` → `energy[2]/after`.
pub fn shown_path(answers: &Answers, path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let (mut kept, mut shown) = (String::new(), String::new());
    for pair in parts.chunks(2) {
        let (name, key) = (pair[0], pair.get(1));
        let separator = if shown.is_empty() { "" } else { "/" };
        shown.push_str(&format!("{separator}{name}"));
        let Some(key) = key else { break };
        kept.push_str(&format!("{name}/"));
        let at = crate::form::instance::row_keys(answers, &kept).iter().position(|k| k == key);
        shown.push_str(&at.map_or_else(|| format!("[{key}]"), |at| format!("[{}]", at + 1)));
        kept.push_str(&format!("{key}/"));
    }
    shown
}

/// Which values to write out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What people answered and what is relevant.
    Answers,
    /// What was computed.
    Computed,
}

/// Relevant answers or computed values as nested JSON; every row carries `#key`.
pub fn write(form: &Form, instance: &Instance, part: Part) -> Json {
    Json::Object(write_row(form, instance, ROOT_ROW, part))
}

fn write_row(form: &Form, instance: &Instance, row: RowId, part: Part) -> Map<String, Json> {
    let mut object = Map::new();
    for id in &form.scope(instance.row(row).scope).nodes {
        let node = form.node(*id);
        let relevant = instance.is_relevant(form, row, *id);
        match node.kind {
            Kind::Group | Kind::Note => {}
            Kind::Repeat(scope) if relevant => {
                let rows: Vec<Json> = instance.children(form, row, scope).iter().map(|inner| write_keyed(form, instance, *inner, part)).collect();
                if rows.iter().any(|r| r.as_object().is_some_and(|o| part == Part::Answers || o.len() > 1)) {
                    object.insert(node.key.clone(), Json::Array(rows));
                }
            }
            Kind::Repeat(_) => {}
            kind => {
                let wanted = (kind == Kind::Calculate) == (part == Part::Computed);
                let value = instance.read(form, row, *id).to_value(node.value).filter(|_| wanted && relevant);
                if let Some(value) = value {
                    object.insert(node.key.clone(), to_json(&value));
                } else if wanted && relevant && part == Part::Computed {
                    object.insert(node.key.clone(), Json::Null);
                }
            }
        }
    }
    object
}

fn write_keyed(form: &Form, instance: &Instance, row: RowId, part: Part) -> Json {
    let mut object = Map::new();
    object.insert("#key".to_owned(), Json::String(instance.row(row).key().to_owned()));
    object.extend(write_row(form, instance, row, part));
    Json::Object(object)
}

/// The canonical JSON as a tree; numbers keep every digit.
pub fn to_json(value: &Value) -> Json {
    serde_json::from_str(&value.to_json()).unwrap_or(Json::Null)
}

/// A problem as one line: `path: message`.
pub fn problem_line(problem: &InputProblem, lang: Lang) -> String {
    format!("{}: {}", problem.path, problem.message.get(lang))
}
