//! What `latest` and `rows` see: other records about the same reference.

use super::Desk;
use super::chance::Chance;
use crate::form::expression::compile::{Site, compile};
use crate::form::expression::evaluate::{Frame, evaluate};
use crate::form::expression::{Code, Datum, syntax};
use crate::form::instance::{Instance, RowId};
use crate::form::list::ChoiceList;
use crate::form::world::{Nowhere, Taken, World};
use crate::form::{Form, Kind, NodeId};
use crate::interview::json::{self, Part};
use crate::locale::{Lang, Text, date};
use crate::record::history::State;
use crate::store::{Current, IndexRow};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A record laid out to be read.
pub struct Related {
    /// Its line.
    pub row: IndexRow,
    /// Its form.
    pub form: Arc<Form>,
    /// Its answers and results.
    pub instance: Instance,
}

impl Related {
    /// From what the store keeps of it.
    pub fn new(row: IndexRow, form: Arc<Form>, current: &Current) -> Self {
        let instance = Instance::restore(&form, &current.answers, &current.computed, &current.hidden);
        Self { row, form, instance }
    }

    /// The record as scripts read it: one line of `record list --format jsonl`.
    pub fn to_json(&self) -> Json {
        let row = &self.row;
        let mut json = json!({
            "record": row.record, "form": row.form, "version": row.version, "state": row.state.word(), "conflicts": row.conflicts,
            "person": row.person, "device": row.device, "at": row.at.to_string(), "summary": row.summary,
            "answers": json::write(&self.form, &self.instance, Part::Answers),
            "computed": json::write(&self.form, &self.instance, Part::Computed),
        });
        if row.lapsed {
            json["lapsed"] = true.into();
        }
        json
    }

    fn frame<'a>(&'a self, row: RowId) -> Frame<'a> {
        Frame::new(&self.form, &self.instance, &Nowhere, chrono::NaiveDateTime::default(), Lang::Vi, row)
    }

    fn day(&self) -> Option<i64> {
        date::parse_iso(&self.row.date).map(date::days)
    }

    /// The rows in which `condition` holds, of the scope in which `question` is answered.
    fn rows_where(&self, question: NodeId, condition: Option<&str>) -> Vec<RowId> {
        let scope = self.form.node(question).scope;
        let code: Option<Option<Code>> = condition.map(|text| {
            let site = Site { scope, ..Site::at(&self.form, question) };
            syntax::parse(text).ok().and_then(|s| compile(&s, site).whole().ok())
        });
        let holds = |row: &RowId| match &code {
            None => true,
            Some(None) => false,
            Some(Some(code)) => evaluate(code, &self.frame(*row)).to_boolean(),
        };
        self.instance.rows_of(&self.form, scope).into_iter().filter(holds).collect()
    }

    fn take(&self, question: &str, condition: Option<&str>) -> Option<Taken> {
        let id = self.form.find(question)?;
        let kind = self.form.node(id).value;
        let row = *self.rows_where(id, condition).first()?;
        let value = self.instance.read(&self.form, row, id).to_value(kind);
        value.map(|value| Taken { value, kind, form: self.form.id.clone(), date: self.row.date.to_string() })
    }
}

/// The records known about each reference; the reference's own record is among them.
#[derive(Default)]
pub struct Relations {
    by_reference: BTreeMap<String, Vec<Arc<Related>>>,
}

impl Relations {
    /// Notes what is known about a reference.
    pub fn insert(&mut self, reference: String, records: Vec<Arc<Related>>) {
        self.by_reference.insert(reference, records);
    }

    /// Whether a reference was gathered.
    pub fn knows(&self, reference: &str) -> bool {
        self.by_reference.contains_key(reference)
    }

    /// A record's line, if it was gathered.
    pub fn row(&self, record: &str) -> Option<&IndexRow> {
        self.by_reference.get(record)?.iter().find(|r| r.row.record == record).map(|r| &r.row)
    }
}

/// Newest first: by date, then by when it was saved. `own` (the record being edited) is never among them.
fn newest<'r>(records: &'r [Arc<Related>], form: &str, reference: &str, own: &str, day: i64) -> Vec<&'r Arc<Related>> {
    let fits = |r: &&Arc<Related>| {
        let is_reference = r.row.record == reference;
        r.row.form == form && r.row.record != own && r.row.state != State::Void && (is_reference || r.day().is_none_or(|d| d <= day))
    };
    let mut found: Vec<_> = records.iter().filter(fits).collect();
    found.sort_by(|a, b| (&b.row.date, b.row.at).cmp(&(&a.row.date, a.row.at)));
    found
}

/// A world of gathered records, for an interview of `own`.
pub struct Surroundings<'a> {
    /// The records.
    pub relations: &'a Relations,
    /// The record being edited.
    pub own: &'a str,
    /// Chance.
    pub chance: &'a Chance,
}

impl World for Surroundings<'_> {
    fn latest(&self, form: &str, reference: &str, question: &str, condition: Option<&str>, day: i64) -> Option<Taken> {
        let records = self.relations.by_reference.get(reference)?;
        newest(records, form, reference, self.own, day)
            .into_iter()
            .filter(|r| condition.is_none() || r.form.find(question).is_some_and(|id| !r.rows_where(id, condition).is_empty()))
            .find_map(|r| r.take(question, condition))
    }

    fn rows(&self, form: &str, reference: &str, repeat: &str, day: i64) -> Option<Arc<ChoiceList>> {
        let records = self.relations.by_reference.get(reference)?;
        newest(records, form, reference, self.own, day).into_iter().find_map(|r| table(r, repeat)).map(Arc::new)
    }

    fn random(&self) -> f64 {
        self.chance.random()
    }

    fn uuid(&self) -> String {
        self.chance.uuid_v4()
    }
}

/// A repeat of a record as a table: a row is named by its first question.
fn table(record: &Related, repeat: &str) -> Option<ChoiceList> {
    let form = &record.form;
    let Kind::Repeat(scope) = form.node(form.find(repeat)?).kind else { return None };
    let questions: Vec<NodeId> = form.scope(scope).nodes.iter().copied().filter(|id| !matches!(form.node(*id).kind, Kind::Group | Kind::Repeat(_) | Kind::Note)).collect();
    let first = form.node(*questions.first()?).name.clone();
    let columns: Vec<String> = questions.iter().map(|id| form.node(*id).name.clone()).chain(["name".to_owned()]).collect();
    let at = columns.iter().position(|c| *c == first)?;
    let rows = record.instance.rows_of(form, scope).into_iter().map(|row| {
        let mut cells: Vec<Arc<str>> = questions.iter().map(|id| record.instance.read(form, row, *id).to_text()).collect();
        cells.push(cells[at].clone());
        (Text::plain(&*cells[at]), cells)
    });
    Some(ChoiceList::new("", columns, rows.filter(|(_, cells)| !cells[at].is_empty()).collect()))
}

impl Desk {
    /// Everything known about a reference: the record itself (of linked ones that which they read as, under the name that
    /// was asked for) and the records that name it.
    pub fn gather(&self, reference: &str) -> Vec<Arc<Related>> {
        let own = self.row(self.links().principal(reference)).and_then(|row| self.related(row)).map(|mut own| {
            own.row.record = reference.into();
            own
        });
        own.into_iter().chain(self.about(reference).filter_map(|row| self.related(row))).map(Arc::new).collect()
    }

    /// One record laid out to be read: a reference to a linked record names that which it reads as.
    pub fn related(&self, row: &IndexRow) -> Option<Related> {
        let mut current = self.store().view().current(&row.record).ok().flatten()?;
        self.follow_links(&mut current);
        let form = self.form_of(&current.of).ok()?;
        Some(Related::new(row.clone(), form, &current))
    }
}

/// A world that gathers from the store when asked, for commands.
pub struct Gathering<'a> {
    desk: &'a Desk,
    own: String,
    relations: RefCell<Relations>,
    chance: Chance,
}

impl<'a> Gathering<'a> {
    /// For an interview of `own`.
    pub fn new(desk: &'a Desk, own: &str) -> Self {
        Self { desk, own: own.to_owned(), relations: RefCell::default(), chance: Chance::of_record(desk.settings(), desk.store(), own) }
    }

    fn ask<T>(&self, reference: &str, ask: impl FnOnce(&Surroundings<'_>) -> Option<T>) -> Option<T> {
        if !self.relations.borrow().knows(reference) {
            let records = self.desk.gather(reference);
            self.relations.borrow_mut().insert(reference.to_owned(), records);
        }
        ask(&Surroundings { relations: &self.relations.borrow(), own: &self.own, chance: &self.chance })
    }
}

impl World for Gathering<'_> {
    fn latest(&self, form: &str, reference: &str, question: &str, condition: Option<&str>, day: i64) -> Option<Taken> {
        self.ask(reference, |world| world.latest(form, reference, question, condition, day))
    }

    fn rows(&self, form: &str, reference: &str, repeat: &str, day: i64) -> Option<Arc<ChoiceList>> {
        self.ask(reference, |world| world.rows(form, reference, repeat, day))
    }

    fn random(&self) -> f64 {
        self.chance.random()
    }

    fn uuid(&self) -> String {
        self.chance.uuid_v4()
    }
}

/// The references that an interview's answers name: what has to be gathered for it.
pub fn references(form: &Form, instance: &Instance) -> Vec<String> {
    let mut found = Vec::new();
    for id in form.ids().filter(|id| form.node(*id).value == crate::value::ValueType::Reference) {
        for row in instance.rows_of(form, form.node(id).scope) {
            if let Datum::Text(text) = instance.read(form, row, id) {
                found.push(text.to_string());
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
