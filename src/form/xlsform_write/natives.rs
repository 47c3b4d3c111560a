//! What our dialect says in one way and XLSForm in another.

use crate::form::check_lists::LAST_SAVED;
use crate::form::draft::{Cell, Set, When};
use crate::form::expression::syntax::{self, Start, Syntax, SyntaxKind};
use crate::form::list::ChoiceList;
use crate::form::xlsform::words;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// Functions that only this program knows.
const OURS: [&str; 4] = ["lookup", "latest", "rows", "words_vi"];
/// Functions that this program takes and Collect does not.
const UNKNOWN_TO_COLLECT: [&str; 4] = ["floor", "ceiling", "substring", "last"];

/// The names of all functions that an expression calls; none of what cannot be parsed.
fn functions(text: &str) -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    let parsed = syntax::parse(text);
    let mut left: Vec<&Syntax> = parsed.iter().collect();
    while let Some(syntax) = left.pop() {
        match &syntax.kind {
            SyntaxKind::Call(name, arguments) => {
                called.insert(name.clone());
                left.extend(arguments);
            }
            SyntaxKind::Binary(_, a, b) => left.extend([&**a, &**b]),
            SyntaxKind::Negate(a) => left.push(a),
            SyntaxKind::Path(start, steps) => {
                left.extend(steps.iter().flat_map(|step| &step.predicates));
                match start {
                    Start::Call(name, arguments) => {
                        called.insert(name.clone());
                        left.extend(arguments);
                    }
                    Start::Group(inner) => left.push(inner),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    called
}

/// Whether other tools can compute an expression.
pub(super) fn is_native(text: &str) -> bool {
    functions(text).iter().all(|name| !OURS.contains(&name.as_str()))
}

/// Whether an expression calls what Collect does not know.
pub(super) fn is_unknown_to_collect(text: &str) -> bool {
    functions(text).iter().any(|name| UNKNOWN_TO_COLLECT.contains(&name.as_str()))
}

/// The name in an expression that is `${name}` and nothing else.
pub(super) fn only_question(text: &str) -> Option<String> {
    match syntax::parse(text).map(|syntax| syntax.kind) {
        Ok(SyntaxKind::Path(Start::Question(name), steps)) if steps.is_empty() && text == format!("${{{name}}}") => Some(name),
        _ => None,
    }
}

/// A default as XLSForm has it.
pub(super) enum Default {
    /// A plain value, which is read back as a quoted text.
    Plain(String),
    /// A plain value, which would be read back as something else.
    Other(String),
    /// An expression.
    Computed,
    /// Would be misread.
    No,
}

/// What a default is in XLSForm, for a question of this native type.
pub(super) fn default(text: &str, kind: &str) -> Default {
    let Some(value) = literal(text) else {
        return if words::is_dynamic(text, kind) { Default::Computed } else { Default::No };
    };
    let survives = !value.is_empty() && value.trim() == value && !value.contains("  ") && !words::is_dynamic(&value, kind);
    match survives {
        true if words::quoted(&value) == text => Default::Plain(value),
        true => Default::Other(value),
        false => Default::No,
    }
}

/// The value of an expression that is nothing but a value.
fn literal(text: &str) -> Option<String> {
    let plain = |syntax: &Syntax| match &syntax.kind {
        SyntaxKind::Text(value) => Some(value.clone()),
        _ => None,
    };
    let syntax = syntax::parse(text).ok()?;
    match &syntax.kind {
        SyntaxKind::Number(_) => Some(text.trim().to_owned()),
        SyntaxKind::Negate(inner) if matches!(inner.kind, SyntaxKind::Number(_)) => Some(text.trim().to_owned()),
        SyntaxKind::Call(name, arguments) if name == "concat" => arguments.iter().map(plain).collect(),
        _ => plain(&syntax),
    }
}

/// The column of a list file that holds the labels in a language, where it is not called `label`.
pub(super) fn label_column(list: &ChoiceList, language: &str) -> Option<&'static str> {
    let has = |column: &str| list.columns.iter().any(|c| c == column);
    let wanted = if language == "en" { ["label_en", "label_vi"] } else { ["label_vi", "label_en"] };
    if has("label") { None } else { wanted.into_iter().find(|column| has(column)) }
}

/// Whether an instance is a file beside the form rather than XML inside it.
pub(super) fn is_file(source: &str) -> bool {
    external_type(source).is_some()
}

/// The type of the row that declares an instance in a file.
pub(super) fn external_type(source: &str) -> Option<&'static str> {
    let address = source.strip_prefix("src:")?;
    if address.starts_with("jr://file-csv/") {
        return Some("csv-external");
    }
    address.starts_with("jr://file/").then_some("xml-external")
}

/// Actions as text, one a line: `load: now()`, `changed a: ${b} + 1`.
pub(super) fn actions(sets: &[Set]) -> String {
    let line = |set: &Set| {
        let when = match &set.when {
            When::FirstLoad => "first-load".to_owned(),
            When::Load => "load".to_owned(),
            When::NewRow => "new-row".to_owned(),
            When::Changed(of) => format!("changed {}", of.text),
        };
        format!("{when}: {}", set.value.text.replace(['\n', '\r'], " "))
    };
    sets.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads what a column of actions says; lines of another form are passed over.
pub fn read_actions(text: &str, place: &Range<usize>) -> Vec<Set> {
    let read = |line: &str| {
        let (when, value) = line.split_once(": ")?;
        let when = match when.split_once(' ').unwrap_or((when, "")) {
            ("first-load", "") => When::FirstLoad,
            ("load", "") => When::Load,
            ("new-row", "") => When::NewRow,
            ("changed", of) if !of.is_empty() => When::Changed(Cell::made(of, place.clone())),
            _ => return None,
        };
        Some(Set { when, value: Cell::made(value, place.clone()) })
    };
    text.lines().filter_map(read).collect()
}

/// `${name}` of what is no question here becomes `#{name}`: other tools look for references in every column.
pub(super) fn shield(text: &str, known: &dyn Fn(&str) -> bool) -> String {
    let mut parts = text.split("${");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let name = part.split_once('}').map_or("", |(name, _)| name);
        out.push_str(if known(name) { "${" } else { "#{" });
        out.push_str(part);
    }
    out
}

/// `${last-saved#name}` for the path into the last saved record: in a text XLSForm knows no other way to say it.
pub(super) fn last_saved(text: &str) -> Cow<'_, str> {
    let start = format!("${{instance('{LAST_SAVED}')/");
    if !text.contains(&start) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(&start);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (path, rest) = part.split_once('}').unwrap_or((part, ""));
        let name = path.rsplit('/').next().unwrap_or(path);
        out += &format!("${{last-saved#{name}}}{rest}");
    }
    Cow::Owned(out)
}

/// What a column of ours says, as it was before it was shielded from other tools.
pub fn unshield(text: &str) -> String {
    text.replace("#{", "${")
}
