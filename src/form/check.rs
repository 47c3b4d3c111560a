//! A [`Draft`] becomes a [`Form`], or all its problems are listed.
//!
//! Three steps: lay the nodes out (names, types, scopes), gather the lists, resolve the expressions (`check_logic`).

use super::check_lists::parameter;
use super::draft::{Cell, Draft, Row};
use super::expression::compile::nearest;
use super::list::hex_digest;
use super::plan::Plan;
use super::problem::{Problem, Severity};
use super::{Choices, Form, Kind, Logic, Meta, Node, NodeId, ROOT, Scope, ScopeId};
use super::{check_author, check_logic};
use crate::locale::{Text, say};
use crate::value::ValueType;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Gives the text of a list file by its name (`lists/energy.csv`).
pub trait ListSource {
    /// The file's text, if there is one.
    fn list(&self, name: &str) -> Option<Arc<str>>;
}

impl<F: Fn(&str) -> Option<Arc<str>>> ListSource for F {
    fn list(&self, name: &str) -> Option<Arc<str>> {
        self(name)
    }
}

/// A form with the warnings that do not keep it from being used, or all problems.
pub type Checked = Result<(Form, Vec<Problem>), Vec<Problem>>;

/// Question types as written.
pub const TYPES: &[(&str, Kind, ValueType)] = {
    use ValueType as V;
    &[
        ("text", Kind::Question, V::Text),
        ("barcode", Kind::Question, V::Text),
        ("integer", Kind::Question, V::Integer),
        ("decimal", Kind::Question, V::Decimal),
        ("range", Kind::Question, V::Decimal),
        ("percent", Kind::Question, V::Percent),
        ("money", Kind::Question, V::Money),
        ("year", Kind::Question, V::Year),
        ("date", Kind::Question, V::Date),
        ("month", Kind::Question, V::Month),
        ("time", Kind::Question, V::Time),
        ("datetime", Kind::Question, V::Moment),
        ("select_one", Kind::Question, V::SelectOne),
        ("select_multiple", Kind::Question, V::SelectMultiple),
        ("rank", Kind::Question, V::Rank),
        ("acknowledge", Kind::Question, V::Acknowledge),
        ("geopoint", Kind::Question, V::Point),
        ("geotrace", Kind::Question, V::Trace),
        ("geoshape", Kind::Question, V::Shape),
        ("file", Kind::Question, V::File),
        ("image", Kind::Question, V::File),
        ("audio", Kind::Question, V::File),
        ("video", Kind::Question, V::File),
        ("reference", Kind::Question, V::Reference),
        ("note", Kind::Note, V::Text),
        ("calculate", Kind::Calculate, V::Text),
        ("hidden", Kind::Hidden, V::Text),
        ("start", Kind::Meta(Meta::Start), V::Moment),
        ("end", Kind::Meta(Meta::End), V::Moment),
        ("today", Kind::Meta(Meta::Today), V::Date),
        ("deviceid", Kind::Meta(Meta::Device), V::Text),
        ("username", Kind::Meta(Meta::Person), V::Text),
        ("email", Kind::Meta(Meta::Email), V::Text),
        ("phonenumber", Kind::Meta(Meta::Phone), V::Text),
        ("group", Kind::Group, V::Text),
        ("repeat", Kind::Repeat(ROOT), V::Text),
    ]
};

/// More nodes than this are refused.
const MAX_NODES: usize = 20_000;

/// Checks a draft, with all that its author would want to know. A form that speaks neither Vietnamese nor English speaks
/// its default language.
pub fn check(draft: &Draft, lists: &dyn ListSource) -> Checked {
    in_a_language(draft, &|spoken| check_spoken(spoken, lists, true))
}

/// The same for whoever only uses the form: refuses what [`check`] refuses, and does not look for what could be better.
pub fn load(draft: &Draft, lists: &dyn ListSource) -> Checked {
    in_a_language(draft, &|spoken| check_spoken(spoken, lists, false))
}

fn in_a_language(draft: &Draft, check: &dyn Fn(&Draft) -> Checked) -> Checked {
    match draft.languages.first() {
        Some(default) if !draft.languages.iter().any(|language| matches!(language.as_str(), "vi" | "en")) => {
            let mut spoken = draft.clone();
            spoken.speak(default);
            check(&spoken)
        }
        _ => check(draft),
    }
}

fn check_spoken(draft: &Draft, lists: &dyn ListSource, for_author: bool) -> Checked {
    let mut checker = Checker::new(draft, lists);
    checker.gather_lists();
    checker.gather_instances();
    checker.lay_out(&draft.rows, None, ROOT);
    checker.head_names();
    let Checker { mut form, mut problems, cells, .. } = checker;
    check_logic::resolve(&mut form, draft, &cells, &mut problems);
    form.migrations = super::migrate::check::migrations(&form, draft, lists, &mut problems);
    if for_author {
        check_author::check(&form, draft, &cells, &mut problems);
    }
    if problems.iter().any(|p| p.severity == Severity::Error) {
        return Err(problems);
    }
    form.of = of(&form);
    Ok((form, problems))
}

/// `id@version@` and 12 digits of the SHA-256 of the hashes of source and list files.
fn of(form: &Form) -> String {
    let mut files: Vec<String> = form.lists.iter().filter(|l| l.source.is_some()).map(|l| format!("{} {}\n", l.name, l.hash)).collect();
    files.sort();
    let digest = hex_digest(format!("{}\n{}", form.hash, files.concat()).as_bytes());
    format!("{}@{}@{}", form.id, form.version, &digest[..12])
}

pub(super) struct Checker<'d> {
    pub(super) draft: &'d Draft,
    pub(super) lists: &'d dyn ListSource,
    pub(super) form: Form,
    problems: Vec<Problem>,
    /// The row of each node, for its cells and places.
    cells: Vec<&'d Row>,
}

impl<'d> Checker<'d> {
    fn new(draft: &'d Draft, lists: &'d dyn ListSource) -> Self {
        let form = Form {
            id: draft.id.text.clone(),
            version: draft.version,
            title: draft.title.clone(),
            root: draft.settings.get("root").map_or_else(|| draft.id.text.clone(), |cell| cell.text.clone()),
            documents: Vec::new(),
            document_lists: Vec::new(),
            instances: BTreeMap::new(),
            keys: HashMap::new(),
            written_version: draft.settings.get("version").map_or_else(|| draft.version.to_string(), |cell| cell.text.clone()),
            itext: draft.itext.clone(),
            itext_templates: BTreeMap::new(),
            languages: draft.languages.clone(),
            initial: draft.initial.clone(),
            subject: None,
            date: None,
            summary: None,
            identity: Vec::new(),
            nodes: Vec::new(),
            scopes: vec![Scope { parent: ROOT, repeat: None, nodes: Vec::new(), inner: Vec::new() }],
            plan: Plan::default(),
            lists: Vec::new(),
            choice_templates: BTreeMap::new(),
            migrations: Vec::new(),
            names: HashMap::new(),
            hash: hex_digest(draft.source.text.as_bytes()),
            source: draft.source.text.clone(),
            of: String::new(),
        };
        let mut checker = Self { draft, lists, form, problems: Vec::new(), cells: Vec::new() };
        checker.id(&draft.id);
        checker
    }

    fn id(&mut self, cell: &Cell) {
        // A record names its form as `id@version@hash`.
        let odd = |c: char| c.is_control() || (c.is_whitespace() && c != ' ') || c == '@';
        if cell.text.is_empty() || cell.text.contains(odd) {
            self.error(cell, Text::both(|lang| say::form::bad_id(lang, &cell.text)));
        }
    }

    /// A name of a question: any XML name, since XLSForm allows them.
    fn name(&mut self, cell: &Cell) {
        let starts = |c: char| c.is_alphabetic() || c == '_';
        let inside = |c: char| c.is_alphanumeric() || "_-.:".contains(c) || matches!(c, '\u{b7}' | '\u{300}'..='\u{36f}');
        // An attribute of an element of a submission is a question as well: `@id`.
        let text = cell.text.strip_prefix('@').unwrap_or(&cell.text);
        if !text.starts_with(starts) || !text.chars().all(inside) {
            self.error(cell, Text::both(|lang| say::form::bad_name(lang, &cell.text)));
        }
    }

    /// The first node of a name keeps it as its key; later ones put the names around before it.
    fn key(&self, name: &str, parent: Option<NodeId>) -> String {
        let mut key = name.to_owned();
        let mut above = parent;
        while self.form.keys.contains_key(&key) {
            match above {
                Some(id) => {
                    key = format!("{}.{key}", self.form.node(id).name);
                    above = self.form.node(id).parent;
                }
                None => key.push('_'),
            }
        }
        key
    }

    pub(super) fn error(&mut self, cell: &Cell, what: Text) {
        self.problems.push(Problem::error(cell.place.clone(), what));
    }

    pub(super) fn warn(&mut self, cell: &Cell, what: Text) {
        self.problems.push(Problem::warning(cell.place.clone(), what));
    }

    fn lay_out(&mut self, rows: &'d [Row], parent: Option<NodeId>, scope: ScopeId) {
        for row in rows {
            if self.form.nodes.len() >= MAX_NODES {
                return self.error(&row.name, Text::both(say::form::too_many));
            }
            self.lay_out_row(row, parent, scope);
        }
    }

    fn lay_out_row(&mut self, row: &'d Row, parent: Option<NodeId>, scope: ScopeId) {
        let known = TYPES.iter().find(|(name, ..)| *name == row.kind.text);
        if known.is_none() {
            let near = nearest(&row.kind.text, TYPES.iter().map(|(name, ..)| *name));
            let what = Text::both(|lang| say::form::unknown_type(lang, &row.kind.text));
            self.problems.push(Problem::error(row.kind.place.clone(), what).near(near));
        }
        // A row of unknown type still has its name, so that what reads it is not told to be wrong as well.
        let fallback = if row.children.is_empty() { Kind::Question } else { Kind::Group };
        let (kind, value) = known.map_or((fallback, ValueType::Text), |(_, kind, value)| (*kind, *value));
        self.name(&row.name);
        let id = NodeId(self.form.nodes.len() as u32);
        if self.form.child(parent, &row.name.text).is_some() {
            self.error(&row.name, Text::both(|lang| say::form::duplicate_name(lang, &row.name.text)));
        }
        self.form.names.entry(row.name.text.clone()).or_default().push(id);
        let key = self.key(&row.name.text, parent);
        self.form.keys.insert(key.clone(), id);
        let mut node = Node { key, ..self.node(row, kind, value, parent, scope) };
        let inner = match kind {
            Kind::Repeat(_) => {
                let inner = ScopeId(self.form.scopes.len() as u16);
                self.form.scopes.push(Scope { parent: scope, repeat: Some(id), nodes: Vec::new(), inner: Vec::new() });
                self.form.scopes[scope.index()].inner.push(inner);
                node.kind = Kind::Repeat(inner);
                inner
            }
            _ => scope,
        };
        self.form.scopes[scope.index()].nodes.push(id);
        self.form.nodes.push(node);
        self.cells.push(row);
        if let Some(parent) = parent {
            self.form.nodes[parent.index()].children.push(id);
        }
        match (kind, row.children.is_empty()) {
            (Kind::Group | Kind::Repeat(_), true) => self.warn(&row.name, Text::both(say::form::needs_children)),
            (Kind::Group | Kind::Repeat(_), false) => self.lay_out(&row.children, Some(id), inner),
            (_, false) => self.error(&row.name, Text::both(say::form::only_groups_hold)),
            _ => {}
        }
    }

    fn node(&mut self, row: &'d Row, kind: Kind, value: ValueType, parent: Option<NodeId>, scope: ScopeId) -> Node {
        let text = |column: &str| row.texts.get(column).map(|(text, _)| text.clone()).unwrap_or_default();
        let cell = |column: &str| row.cells.get(column).map(|cell| cell.text.clone());
        let label = text("label");
        let silent = matches!(kind, Kind::Calculate | Kind::Hidden | Kind::Meta(_));
        if label.is_empty() && !silent {
            self.warn(&row.name, Text::both(say::form::needs_label));
        }
        Node {
            name: row.name.text.clone(),
            key: String::new(),
            kind,
            value: self.value_type(row, kind, value),
            parent,
            children: Vec::new(),
            scope,
            slot: self.form.scopes[scope.index()].nodes.len() as u32,
            label,
            hint: text("hint"),
            guidance: text("guidance_hint"),
            appearance: cell("appearance").unwrap_or_default(),
            to: cell("to"),
            range: self.range(row),
            personal: row.personal,
            fixed_rows: row.extra.get("jr:noAddRemove").is_some_and(|cell| cell.text.trim().starts_with("true")),
            indicator: cell("indicator").unwrap_or_default(),
            choices: Choices::None,
            logic: Logic {
                required_message: text("required_message"),
                constraint_message: text("constraint_message"),
                warning_message: text("warning_message"),
                ..Logic::default()
            },
        }
    }

    fn value_type(&mut self, row: &Row, kind: Kind, value: ValueType) -> ValueType {
        if value == ValueType::Reference && !row.cells.contains_key("to") {
            self.error(&row.name, Text::both(say::form::needs_to));
        }
        let Some(cell) = row.cells.get("value").filter(|_| matches!(kind, Kind::Calculate | Kind::Hidden)) else { return value };
        match TYPES.iter().find(|(name, kind, _)| *name == cell.text && *kind == Kind::Question) {
            Some((_, _, value)) => *value,
            None => {
                self.error(cell, Text::both(|lang| say::form::unknown_type(lang, &cell.text)));
                value
            }
        }
    }

    fn range(&mut self, row: &Row) -> Option<[f64; 3]> {
        if row.kind.text != "range" {
            return None;
        }
        let text = row.cells.get("parameters").map_or("", |cell| cell.text.as_str());
        let get = |key: &str, otherwise: f64| parameter(text, key).map_or(Some(otherwise), |value| value.parse::<f64>().ok());
        match (get("start", 1.0), get("end", 10.0), get("step", 1.0)) {
            (Some(start), Some(end), Some(step)) if step != 0.0 && start != end => Some([start, end, step]),
            _ => {
                self.error(row.cells.get("parameters").unwrap_or(&row.name), Text::both(say::form::bad_parameters));
                None
            }
        }
    }

    fn head_names(&mut self) {
        self.form.subject = self.head_name("subject");
        self.form.date = self.head_name("date");
        if let (Some(subject), Some(cell)) = (self.form.subject, self.draft.head.get("subject"))
            && self.form.node(subject).value != ValueType::Reference
        {
            self.error(cell, Text::both(|lang| say::form::not_a_reference(lang, &cell.text)));
        }
        let identity: Vec<_> = self.draft.identity.iter().filter_map(|cell| self.question(cell)).collect();
        self.form.identity = identity;
    }

    fn head_name(&mut self, key: &str) -> Option<NodeId> {
        let cell = self.draft.head.get(key)?;
        self.top_question(cell)
    }

    fn top_question(&mut self, cell: &Cell) -> Option<NodeId> {
        let found = self.question(cell);
        if found.is_some_and(|id| self.form.node(id).scope != ROOT) {
            self.error(cell, Text::both(|lang| say::form::not_a_head_question(lang, &cell.text)));
        }
        found
    }

    fn question(&mut self, cell: &Cell) -> Option<NodeId> {
        let found = self.form.find(&cell.text);
        if found.is_none() {
            let near = nearest(&cell.text, self.form.keys.keys().map(String::as_str));
            let what = Text::both(|lang| say::form::unknown_question(lang, &cell.text));
            self.problems.push(Problem::error(cell.place.clone(), what).near(near));
        }
        found
    }
}
