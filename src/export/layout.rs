//! Which tables and columns a form gives.

use super::Options;
use crate::form::{Form, Kind, Node, NodeId, ROOT, ScopeId};
use crate::value::ValueType;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What stands in a column. Questions are meant by their keys: records of several versions of a form share one table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Source {
    SubmissionDate,
    InstanceId,
    InstanceName,
    Key,
    ParentKey,
    /// Which set of rows this row belongs to: what a `Set` column of the table around it holds.
    OwnSet,
    SubmitterId,
    SubmitterName,
    AttachmentsPresent,
    AttachmentsExpected,
    Status,
    ReviewState,
    Device,
    Edits,
    Version,
    /// The answer to, or result of, a question.
    Answer(String),
    /// Whether a choice (second) is among the answers to a question (first).
    Choice(String, String),
    /// One number of a position: its question and its place.
    Coordinate(String, usize),
    /// Which rows of a repeat belong to this row.
    Set(String),
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its first line.
    pub header: String,
    /// What it holds.
    pub source: Source,
}

/// A table: the form's own, or a repeat's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The repeat's key; `None` for the form's own.
    pub repeat: Option<String>,
    /// Its name: `shop`, `shop-energy`.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// The tables of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Whether labels are wanted, and how groups are joined.
    pub labels: Option<crate::locale::Lang>,
    /// Between groups and a question.
    pub separator: String,
    /// The form's own table first, then repeats in document order.
    pub tables: Vec<Table>,
}

/// The four numbers of a position, as ODK names their columns.
pub const COORDINATES: [&str; 4] = ["Latitude", "Longitude", "Altitude", "Accuracy"];

/// The columns behind the answers in the form's own table, as Central orders them. Kept under these names whatever the language.
const TAIL: [(&str, Source); 10] = [
    ("KEY", Source::Key),
    ("SubmitterID", Source::SubmitterId),
    ("SubmitterName", Source::SubmitterName),
    ("AttachmentsPresent", Source::AttachmentsPresent),
    ("AttachmentsExpected", Source::AttachmentsExpected),
    ("Status", Source::Status),
    ("ReviewState", Source::ReviewState),
    ("DeviceID", Source::Device),
    ("Edits", Source::Edits),
    ("FormVersion", Source::Version),
];

impl Layout {
    /// The tables of a form in the versions that records were made with, the newest first: a column that only an older one
    /// has stands behind the others.
    pub fn new(id: &str, versions: &[Arc<Form>], options: &Options) -> Self {
        let mut layout = Self { labels: options.labels, separator: options.separator.clone(), tables: Vec::new() };
        for form in versions {
            for (at, scope) in form.scopes.iter().enumerate() {
                let table = layout.table(id, scope.repeat.map(|id| form.node(id)));
                layout.tables[table].add(form, ScopeId(at as u16), options);
            }
        }
        layout.number();
        for table in &mut layout.tables {
            table.close(options);
        }
        layout
    }

    /// The place of a repeat's table, made when it is not there.
    fn table(&mut self, id: &str, repeat: Option<&Node>) -> usize {
        let key = repeat.map(|node| &node.key);
        if let Some(at) = self.tables.iter().position(|t| t.repeat.as_ref() == key) {
            return at;
        }
        let name = repeat.map_or_else(|| id.to_owned(), |node| format!("{id}-{}", node.name));
        self.tables.push(Table { repeat: key.cloned(), name, columns: Vec::new() });
        self.tables.len() - 1
    }

    /// Repeats of one name get numbers in document order, all of them, as Central gives them. Files of names that differ in
    /// case only are one file to some systems.
    fn number(&mut self) {
        let names: Vec<String> = self.tables.iter().map(|t| t.name.to_lowercase()).collect();
        for (at, table) in self.tables.iter_mut().enumerate() {
            let count = |names: &[String]| names.iter().filter(|name| **name == table.name.to_lowercase()).count();
            let (before, all) = (count(&names[..at]), count(&names));
            if all > 1 {
                table.name = format!("{}~{}", table.name, before + 1);
            }
        }
    }
}

impl Table {
    fn add(&mut self, form: &Form, scope: ScopeId, options: &Options) {
        for id in &form.scope(scope).nodes {
            for column in columns(form, *id, options) {
                if !self.columns.iter().any(|c| c.source == column.source) {
                    self.columns.push(column);
                }
            }
        }
    }

    /// Puts what every record has around the answers, and makes all headers different.
    fn close(&mut self, options: &Options) {
        let column = |header: &str, source: &Source| Column { header: header.to_owned(), source: source.clone() };
        if let Some(repeat) = &self.repeat {
            let set = format!("SET-OF-{repeat}");
            self.columns.extend([column("PARENT_KEY", &Source::ParentKey), column("KEY", &Source::Key), column(&set, &Source::OwnSet)]);
        } else {
            let meta = |name: &str| if options.separator.is_empty() { name.to_owned() } else { format!("meta{}{name}", options.separator) };
            self.columns.insert(0, column("SubmissionDate", &Source::SubmissionDate));
            self.columns.extend([column(&meta("instanceID"), &Source::InstanceId), column(&meta("instanceName"), &Source::InstanceName)]);
            self.columns.extend(TAIL.iter().map(|(header, source)| column(header, source)));
        }
        self.tell_apart();
    }

    /// Headers that would be the same get the question's name; what every record has keeps its own.
    fn tell_apart(&mut self) {
        let question = |source: &Source| match source {
            Source::Answer(name) | Source::Choice(name, _) | Source::Coordinate(name, _) => Some(name.clone()),
            _ => None,
        };
        let mut taken: BTreeSet<String> = self.columns.iter().filter(|c| question(&c.source).is_none()).map(|c| c.header.clone()).collect();
        for column in &mut self.columns {
            let Some(name) = question(&column.source) else { continue };
            if !taken.insert(column.header.clone()) {
                column.header = format!("{} ({name})", column.header);
                taken.insert(column.header.clone());
            }
        }
    }
}

/// The columns of one node.
fn columns(form: &Form, id: NodeId, options: &Options) -> Vec<Column> {
    let node = form.node(id);
    match node.kind {
        Kind::Group | Kind::Note => Vec::new(),
        Kind::Repeat(_) => vec![Column { header: format!("SET-OF-{}", node.key), source: Source::Set(node.key.clone()) }],
        _ if node.value == ValueType::Point => {
            let joint = if options.separator.is_empty() { "-" } else { &options.separator };
            let header = |part: &str| format!("{}{joint}{part}", header(form, node, options));
            let column = |(at, part): (usize, &&str)| Column { header: header(part), source: Source::Coordinate(node.key.clone(), at) };
            COORDINATES.iter().enumerate().map(column).collect()
        }
        _ => {
            let whole = Column { header: header(form, node, options), source: Source::Answer(node.key.clone()) };
            let choices = if options.split { choices(form, id, options) } else { Vec::new() };
            std::iter::once(whole).chain(choices).collect()
        }
    }
}

/// One column for every choice of a question with several answers, `question/choice`.
fn choices(form: &Form, id: NodeId, options: &Options) -> Vec<Column> {
    let node = form.node(id);
    let Some(list) = form.list(id).filter(|_| node.value == ValueType::SelectMultiple) else { return Vec::new() };
    let column = |choice: &crate::form::list::Choice| {
        let shown = options.labels.map_or(&*choice.name, |lang| choice.label.get(lang));
        Column { header: format!("{}/{shown}", header(form, node, options)), source: Source::Choice(node.key.clone(), choice.name.to_string()) }
    };
    list.choices.iter().map(column).collect()
}

/// `group-question`, or the label.
fn header(form: &Form, node: &Node, options: &Options) -> String {
    match options.labels.map(|lang| node.label.get(lang)).filter(|label| !label.is_empty()) {
        Some(label) => label.to_owned(),
        None if options.separator.is_empty() => node.key.clone(),
        None => {
            let mut path = groups(form, node);
            path.push(&node.name);
            path.join(&options.separator)
        }
    }
}

/// The names of the groups around a node, outermost first, up to the repeat (or form) that it is answered in.
pub fn groups<'f>(form: &'f Form, node: &Node) -> Vec<&'f str> {
    let own = (node.scope != ROOT).then(|| form.scope(node.scope).repeat).flatten();
    let mut path = Vec::new();
    let mut next = node.parent;
    while let Some(id) = next.filter(|id| Some(*id) != own) {
        path.push(form.node(id).name.as_str());
        next = form.node(id).parent;
    }
    path.reverse();
    path
}
