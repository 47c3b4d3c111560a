//! One record laid out in the tables of its form.

use super::layout::{Layout, Source, Table, groups};
use crate::form::instance::{Instance, ROOT_ROW, RowId};
use crate::form::{Form, NodeId, ROOT, ScopeId};
use crate::locale::Lang;
use crate::value::{Decimal, Value, ValueType};

/// What a cell holds; a workbook gets numbers and dates as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing: blank, or not relevant.
    Blank,
    /// Text, choices, anything else.
    Text(String),
    /// An exact number.
    Number(Decimal),
    /// `2026-07-01`
    Day(String),
    /// `2026-07-01T14:05:00+07:00`
    Moment(String),
}

impl Cell {
    /// As text files hold it.
    pub fn text(&self) -> &str {
        match self {
            Self::Blank => "",
            Self::Text(text) | Self::Day(text) | Self::Moment(text) => text,
            Self::Number(number) => number.as_str(),
        }
    }

    fn some(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Blank } else { Self::Text(text) }
    }
}

/// What is told of a record beside its answers.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Its id.
    pub record: String,
    /// When it was first handed in.
    pub submitted: String,
    /// One line.
    pub summary: String,
    /// Who wrote it last.
    pub person: String,
    /// On which laptop.
    pub device: String,
    /// Where its review stands, in Central's words.
    pub review: String,
    /// How often it was saved again after it was first handed in.
    pub edits: u64,
}

/// A record with its form.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// About it.
    pub head: &'a Head,
    /// The form that its answers are laid out in.
    pub form: &'a Form,
    /// Its answers and results.
    pub instance: &'a Instance,
}

/// A record's key: ODK's instance id.
pub fn key(record: &str) -> String {
    format!("uuid:{record}")
}

/// Gives every row of a record with its table: first its own, then those of repeats, in order.
///
/// # Errors
/// The first one of `emit`.
pub fn rows<E>(layout: &Layout, entry: Entry<'_>, mut emit: impl FnMut(usize, &[Cell]) -> Result<(), E>) -> Result<(), E> {
    let form = entry.form;
    for (at, scope) in form.scopes.iter().enumerate() {
        let repeat = scope.repeat.map(|id| &form.node(id).key);
        let Some(table) = layout.tables.iter().position(|t| t.repeat.as_ref() == repeat) else { continue };
        for row in entry.instance.rows_of(form, ScopeId(at as u16)) {
            let parent = entry.instance.row(row).parent;
            if scope.repeat.is_some_and(|id| !entry.instance.is_relevant(form, parent, id)) {
                continue;
            }
            let cells: Vec<Cell> = layout.tables[table].columns.iter().map(|column| cell(layout, &layout.tables[table], entry, row, &column.source)).collect();
            emit(table, &cells)?;
        }
    }
    Ok(())
}

fn cell(layout: &Layout, table: &Table, entry: Entry<'_>, row: RowId, source: &Source) -> Cell {
    let Entry { head, form, instance } = entry;
    match source {
        Source::SubmissionDate => Cell::some(&head.submitted),
        Source::InstanceId => Cell::Text(key(&head.record)),
        Source::InstanceName => Cell::some(&head.summary),
        Source::SubmitterName => Cell::some(&head.person),
        Source::Device => Cell::some(&head.device),
        Source::ReviewState => Cell::some(&head.review),
        Source::Edits => Cell::Number(Decimal::from(head.edits as i64)),
        Source::Version => Decimal::canonical(&form.written_version).map_or_else(|| Cell::some(&form.written_version), Cell::Number),
        // A store has no numbered accounts and encrypts nothing; files stay beside the central file.
        Source::SubmitterId | Source::Status => Cell::Blank,
        Source::AttachmentsPresent => Cell::Number(Decimal::from(0)),
        Source::AttachmentsExpected => Cell::Number(Decimal::from(files(form, instance))),
        Source::Key => Cell::Text(row_key(entry, row)),
        Source::ParentKey => Cell::Text(row_key(entry, instance.row(row).parent)),
        Source::OwnSet => form.scope(instance.row(row).scope).repeat.map_or(Cell::Blank, |id| Cell::Text(set_key(entry, instance.row(row).parent, id))),
        Source::Set(name) => {
            let repeat = find(form, table, name).filter(|id| instance.is_relevant(form, row, *id));
            repeat.map_or(Cell::Blank, |id| Cell::Text(set_key(entry, row, id)))
        }
        Source::Answer(name) => find(form, table, name).map_or(Cell::Blank, |id| answer(form, instance, (row, id), layout.labels)),
        Source::Choice(name, choice) => match value(form, table, instance, row, name) {
            Some(Value::Choices(names)) => Cell::Number(Decimal::from(i64::from(names.contains(choice)))),
            _ => Cell::Blank,
        },
        Source::Coordinate(name, part) => match value(form, table, instance, row, name) {
            Some(Value::Point(numbers)) => numbers.get(*part).map_or(Cell::Blank, |n| Cell::Number(n.clone())),
            _ => Cell::Blank,
        },
    }
}

/// A question of this form that belongs in `table`: another version may have it elsewhere.
fn find(form: &Form, table: &Table, key: &str) -> Option<NodeId> {
    let id = form.find(key)?;
    let scope = form.node(id).scope;
    let repeat = form.scope(scope).repeat.filter(|_| scope != ROOT).map(|id| &form.node(id).key);
    (repeat == table.repeat.as_ref()).then_some(id)
}

fn value(form: &Form, table: &Table, instance: &Instance, row: RowId, name: &str) -> Option<Value> {
    let id = find(form, table, name)?;
    instance.read(form, row, id).to_value(form.node(id).value)
}

fn answer(form: &Form, instance: &Instance, (row, id): (RowId, NodeId), labels: Option<Lang>) -> Cell {
    let kind = form.node(id).value;
    let Some(value) = instance.read(form, row, id).to_value(kind) else { return Cell::Blank };
    let label = |name: &str| match (labels, form.list(id)) {
        (Some(lang), Some(list)) => list.label(name, lang).to_owned(),
        _ => name.to_owned(),
    };
    match (value, kind) {
        (Value::Number(number), _) => Cell::Number(number),
        (Value::Text(text), ValueType::Date) => Cell::Day(text),
        (Value::Text(text), ValueType::Moment) => Cell::Moment(text),
        (Value::Text(text), ValueType::SelectOne) => Cell::some(label(&text)),
        // A label may hold spaces: they cannot part labels as they part names.
        (Value::Choices(names), _) => Cell::some(names.iter().map(|name| label(name)).collect::<Vec<_>>().join(if labels.is_some() { ", " } else { " " })),
        (Value::File(file), _) => Cell::some(file.name),
        (value, _) => Cell::some(value.plain()),
    }
}

/// `uuid:…/group/energy[2]`: Central's key of a row, with its number as the order stands now.
fn row_key(entry: Entry<'_>, row: RowId) -> String {
    let mut parts = Vec::new();
    let mut at = row;
    while at != ROOT_ROW {
        let here = entry.instance.row(at);
        if let Some(id) = entry.form.scope(here.scope).repeat {
            parts.push(format!("{}[{}]", step(entry.form, id), here.position));
        }
        at = here.parent;
    }
    parts.push(key(&entry.head.record));
    parts.reverse();
    parts.join("/")
}

/// `uuid:…/group/energy`: all rows of a repeat in one row around it.
fn set_key(entry: Entry<'_>, row: RowId, repeat: NodeId) -> String {
    format!("{}/{}", row_key(entry, row), step(entry.form, repeat))
}

/// A repeat with the groups around it.
fn step(form: &Form, repeat: NodeId) -> String {
    let node = form.node(repeat);
    let mut path = groups(form, node);
    path.push(&node.name);
    path.join("/")
}

/// How many files are among the answers.
fn files(form: &Form, instance: &Instance) -> i64 {
    let questions = form.ids().filter(|id| form.node(*id).value == ValueType::File);
    questions.map(|id| instance.rows_of(form, form.node(id).scope).into_iter().filter(|row| !instance.read(form, *row, id).is_blank()).count() as i64).sum()
}
