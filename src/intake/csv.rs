//! Submissions as CSV tables: one for the form and one for every repeat, as Central, Briefcase, Kobo and our own export write
//! them. Rows of repeats find the row around them by `PARENT_KEY` and `KEY`, or by Kobo's `_parent_index` and `_index`.

use super::{File, Incoming, Intake, MAX_TEXT, Unreadable, shape, text};
use crate::export::layout::{COORDINATES, groups};
use crate::form::expression::compile::nearest;
use crate::form::expression::function::KEPT;
use crate::form::{Form, Kind, NodeId, ROOT, ScopeId};
use crate::interview::json::InputProblem;
use crate::locale::{Text, say};
use crate::value::ValueType;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Between the names of groups and a question.
const SEPARATORS: [&str; 5] = ["-", "/", ".", ":", "__"];

/// Under which headers a row's own key and its parent's stand, and the instance id.
const KEYS: [&str; 2] = ["KEY", "_index"];
const PARENTS: [&str; 2] = ["PARENT_KEY", "_parent_index"];
const INSTANCE: [&str; 8] = ["KEY", "meta/rootUuid", "meta-instanceID", "meta/instanceID", "meta.instanceID", "meta:instanceID", "_uuid", "instanceID"];

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Answer(NodeId),
    /// One number of a position.
    Coordinate(NodeId, usize),
    /// Whether a choice was taken.
    Choice(NodeId, String),
    Nothing,
}

/// A parsed table.
struct Table {
    /// The file, as shown.
    name: String,
    headers: Vec<String>,
    targets: Vec<Target>,
    rows: Vec<(u64, csv::StringRecord)>,
}

/// Rows of repeats: by the repeat's scope and the key of the row around it.
type Waiting = BTreeMap<(ScopeId, String), Vec<(String, Map<String, Json>)>>;

/// Reads the table of a form and those of its repeats.
///
/// # Errors
/// One of the files cannot be read.
pub fn read(form: &Form, main: File<'_>, repeats: &[(String, File<'_>)]) -> Result<Intake, Unreadable> {
    let mut intake = Intake::default();
    let mut waiting = Waiting::new();
    let mut given = Vec::new();
    // Innermost first, so that every row finds its own rows ready.
    for (at, scope) in form.scopes.iter().enumerate().skip(1).rev() {
        let Some(name) = scope.repeat.map(|id| &form.node(id).key) else { continue };
        let Some((_, file)) = repeats.iter().find(|(repeat, _)| repeat == name) else { continue };
        let scope = ScopeId(at as u16);
        let table = Table::read(form, *file, scope, &mut intake)?;
        given.push(scope);
        for (line, row) in &table.rows {
            let object = table.object(form, scope, row, &mut waiting);
            match table.first(row, &PARENTS) {
                Some(parent) => waiting.entry((scope, parent)).or_default().push((format!("{}:{line}", table.name), object)),
                None => intake.problems.push(problem(format!("{}:{line}", table.name), say::data::row_without_parent)),
            }
        }
    }
    for (repeat, _) in repeats {
        if !form.find(repeat).is_some_and(|id| matches!(form.node(id).kind, Kind::Repeat(_))) {
            intake.problems.push(problem(repeat.clone(), |l| say::data::no_repeat(l, repeat)));
        }
    }
    let table = Table::read(form, main, ROOT, &mut intake)?;
    for (line, row) in &table.rows {
        let tree = table.object(form, ROOT, row, &mut waiting);
        let mut unknown = Intake::default();
        let incoming = shape::record(form, &tree, &mut unknown);
        intake.records.push(Incoming { place: format!("{}:{line}", table.name), instance: table.first(row, &INSTANCE), ..incoming });
    }
    let orphans: Vec<String> = waiting.into_values().flatten().map(|(place, _)| place).collect();
    intake.problems.extend(orphans.into_iter().map(|place| problem(place, say::data::orphan_row)));
    for (at, scope) in form.scopes.iter().enumerate().skip(1) {
        if let Some(name) = scope.repeat.map(|id| &form.node(id).key).filter(|_| !given.contains(&ScopeId(at as u16))) {
            intake.remarks.push(Text::both(|l| say::data::no_table(l, name)));
        }
    }
    Ok(intake)
}

fn problem(path: String, say: impl Fn(crate::locale::Lang) -> String) -> InputProblem {
    InputProblem { path, message: Text::both(say) }
}

impl Table {
    fn read(form: &Form, file: File<'_>, scope: ScopeId, intake: &mut Intake) -> Result<Self, Unreadable> {
        let text = text(file.bytes)?;
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(&text)).flexible(true).from_reader(text.as_bytes());
        let headers: Vec<String> = reader.headers().map_err(|_| Unreadable::Csv(1))?.iter().map(|h| h.trim().to_owned()).collect();
        let known = known(form, scope);
        let mut targets = Vec::new();
        for header in &headers {
            let target = known.get(header).cloned();
            match &target {
                Some(Target::Answer(id) | Target::Coordinate(id, _)) => note_node(form, *id, header, intake),
                None if header.is_empty() || shape::is_metadata(header) => drop(intake.ignored.insert(header.clone())),
                None => intake.problems.push(unknown(form, file.name, header)),
                Some(_) => {}
            }
            targets.push(target.unwrap_or(Target::Nothing));
        }
        intake.ignored.remove("");
        twice(&targets, &headers, file.name, form, intake);
        let mut rows = Vec::new();
        let mut lines = Lines::of(&text);
        for record in reader.records() {
            let record = record.map_err(|e| Unreadable::Csv(e.position().map_or(0, csv::Position::line)))?;
            let (line, _) = lines.place(&record);
            if record.iter().any(|cell| cell.len() > MAX_TEXT) {
                return Err(Unreadable::TooLong(line));
            }
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push((line, record));
            }
        }
        Ok(Self { name: file.name.to_owned(), headers, targets, rows })
    }

    /// The first of these columns that holds something.
    fn first(&self, row: &csv::StringRecord, names: &[&str]) -> Option<String> {
        let cell = |name: &&str| self.headers.iter().position(|h| h == name).and_then(|at| row.get(at)).map(str::trim).filter(|cell| !cell.is_empty());
        names.iter().find_map(cell).map(str::to_owned)
    }

    /// A row with the rows of its own repeats.
    fn object(&self, form: &Form, scope: ScopeId, row: &csv::StringRecord, waiting: &mut Waiting) -> Map<String, Json> {
        let mut object = Map::new();
        let mut chosen: BTreeMap<NodeId, Vec<Json>> = BTreeMap::new();
        let mut points: BTreeMap<NodeId, Vec<&str>> = BTreeMap::new();
        for (target, cell) in self.targets.iter().zip(row) {
            match target {
                Target::Answer(id) => drop(object.insert(form.node(*id).key.clone(), if cell.trim().is_empty() { Json::Null } else { Json::String(cell.to_owned()) })),
                Target::Coordinate(id, at) => {
                    let numbers = points.entry(*id).or_default();
                    numbers.resize(numbers.len().max(at + 1), "");
                    numbers[*at] = cell.trim();
                }
                Target::Choice(id, name) => {
                    let names = chosen.entry(*id).or_default();
                    if matches!(cell.trim().to_ascii_lowercase().as_str(), "1" | "true" | "yes") {
                        names.push(Json::String(name.clone()));
                    }
                }
                Target::Nothing => {}
            }
        }
        for (id, names) in chosen {
            object.entry(form.node(id).key.clone()).or_insert(Json::Array(names));
        }
        for (id, numbers) in points {
            let given: Vec<&str> = numbers.into_iter().take_while(|n| !n.is_empty()).collect();
            let text = given.join(" ");
            object.insert(form.node(id).key.clone(), if text.is_empty() { Json::Null } else { Json::String(text) });
        }
        for inner in &form.scope(scope).inner {
            let rows = KEYS.iter().filter_map(|key| self.first(row, &[key])).find_map(|key| waiting.remove(&(*inner, key)));
            if let (Some(rows), Some(repeat)) = (rows, form.scope(*inner).repeat) {
                object.insert(form.node(repeat).key.clone(), rows.into_iter().map(|(_, row)| Json::Object(row)).collect());
            }
        }
        object
    }
}

/// Finds where records really begin: the reader's own positions lie before the blank lines that it skips.
pub struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    /// Of the text that is read.
    pub fn of(text: &'t str) -> Self {
        Self { text: text.as_bytes(), at: 0, line: 1 }
    }

    /// A record's line, and how many blank lines stand before it. Records are to be asked for in order.
    pub fn place(&mut self, record: &csv::StringRecord) -> (u64, usize) {
        let start = record.position().map_or(self.at, |p| p.byte() as usize).clamp(self.at, self.text.len());
        let skipped = self.text[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let newlines = |range: std::ops::Range<usize>| self.text[range].iter().filter(|b| **b == b'\n').count();
        // The end of the line before may not have been passed yet.
        let rest = usize::from(start > 0 && self.text[start - 1] == b'\r' && self.text.get(start) == Some(&b'\n'));
        let blank = newlines(start..start + skipped) - rest;
        self.line += newlines(self.at..start + skipped) as u64;
        self.at = start + skipped;
        (self.line, blank)
    }
}

/// The separator that stands most often in the first line, outside of quotes.
pub fn delimiter(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| *sign == byte && !quoted) {
            *count += 1;
        }
    }
    // The first of several equal ones: a comma.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| sign)
}

/// Every header that a column of this table may have.
fn known(form: &Form, scope: ScopeId) -> BTreeMap<String, Target> {
    let mut known = BTreeMap::new();
    let asked = || form.scope(scope).nodes.iter().copied().filter(|id| !matches!(form.node(*id).kind, Kind::Group | Kind::Repeat(_)));
    for id in asked() {
        headers(form, id).iter().for_each(|header| columns(form, id, header, &mut known));
    }
    // A bare name means its own question, whatever the groups of another one spell; of several of one name the first, whose
    // key it is.
    asked().for_each(|id| columns(form, id, &form.node(id).key, &mut known));
    known
}

/// The columns of a question that is called `header`.
fn columns(form: &Form, id: NodeId, header: &str, known: &mut BTreeMap<String, Target>) {
    let node = form.node(id);
    if node.value == ValueType::Point {
        for joint in SEPARATORS.iter().chain(&["_"]) {
            known.extend(COORDINATES.iter().enumerate().map(|(at, part)| (format!("{header}{joint}{part}"), Target::Coordinate(id, at))));
        }
    }
    if node.value == ValueType::SelectMultiple {
        let choices = form.list(id).into_iter().flat_map(|list| &list.choices);
        known.extend(choices.map(|choice| (format!("{header}/{}", choice.name), Target::Choice(id, choice.name.to_string()))));
    }
    known.insert(header.to_owned(), Target::Answer(id));
}

/// What a question may be called: behind the groups of its table, or behind all that is around it. (Alone, see [`known`].)
fn headers(form: &Form, id: NodeId) -> Vec<String> {
    let node = form.node(id);
    let mut inner = groups(form, node);
    inner.push(&node.name);
    let mut outer = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        outer.push(form.node(id).name.as_str());
        next = form.node(id).parent;
    }
    outer.reverse();
    let paths = |separator: &&str| [inner.join(separator), outer.join(separator)];
    SEPARATORS.iter().flat_map(paths).collect()
}

fn note_node(form: &Form, id: NodeId, header: &str, intake: &mut Intake) {
    let node = form.node(id);
    match node.kind {
        Kind::Calculate if !form.is_kept(id) => drop(intake.computed.insert(header.to_owned())),
        Kind::Question if node.logic.calculation.as_ref().is_some_and(|code| !code.calls(KEPT)) => drop(intake.computed.insert(header.to_owned())),
        Kind::Note => drop(intake.ignored.insert(header.to_owned())),
        _ if node.value == ValueType::File => drop(intake.ignored.insert(header.to_owned())),
        _ => {}
    }
}

fn unknown(form: &Form, file: &str, header: &str) -> InputProblem {
    let last = header.rsplit(['-', '/', '.', ':']).next().unwrap_or(header);
    let near = nearest(last, form.keys.keys().map(String::as_str));
    let message = Text::both(|l| {
        let what = say::form::unknown_answer(l, header);
        near.as_ref().map_or(what.clone(), |near| format!("{what}; {}", say::form::did_you_mean(l, near)))
    });
    InputProblem { path: format!("{file}:1: {header}"), message }
}

/// Two columns for one question: which of them would be meant?
fn twice(targets: &[Target], headers: &[String], file: &str, form: &Form, intake: &mut Intake) {
    for (at, target) in targets.iter().enumerate().filter(|(_, target)| **target != Target::Nothing) {
        if let Some(first) = targets[..at].iter().position(|t| t == target) {
            let (Target::Answer(id) | Target::Coordinate(id, _) | Target::Choice(id, _)) = target else { continue };
            let name = &form.node(*id).key;
            intake.problems.push(problem(format!("{file}:1: {}", headers[at]), |l| say::data::two_columns(l, &headers[first], &headers[at], name)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_their_own_lines_whatever_ends_them() {
        for text in ["a,b\n1,2\n\n\n\"3\n\",4\n5,6\n", "a,b\r\n1,2\r\n\r\n\r\n\"3\r\n\",4\r\n5,6\r\n"] {
            let mut lines = Lines::of(text);
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
            let places: Vec<_> = reader.records().map(|record| lines.place(&record.unwrap())).collect();
            assert_eq!(places, [(2, 0), (5, 2), (7, 0)], "{text:?}");
        }
    }

    #[test]
    fn the_separator_is_the_one_that_is_used_most() {
        assert_eq!(["a,b", "a;b;\"c,d,e\"", "a\tb", "abc"].map(delimiter), [b',', b';', b'\t', b',']);
    }
}
