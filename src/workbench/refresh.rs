//! Bringing what is derived up to date: history → merged answers → form → the line and values that lists and reports read.

use super::Desk;
use super::library::Library;
use super::lookalikes::{self, Known};
use super::upgrade::Standing;
use crate::error::Failure;
use crate::form::Form;
use crate::form::Kind;
use crate::form::instance::{Answers, ROOT_ROW};
use crate::form::list::hex_digest;
use crate::form::world::Nowhere;
use crate::interview::Around;
use crate::interview::derive::{Derived, Severity, derive};
use crate::interview::order::walk;
use crate::locale::{Lang, date, fold};
use crate::record::history::{History, State};
use crate::record::links::pairings;
use crate::record::revision::{Act, Revision};
use crate::store::spread::spread_in_order;
use crate::store::view::View;
use crate::store::{Current, IndexRow, Packer, Part, StoreProblem};
use crate::value::{Value, ValueType};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

impl Desk {
    /// Derives the records that changed since they were derived last.
    ///
    /// # Errors
    /// The store's.
    pub fn refresh_stale(&mut self) -> Result<usize, Failure> {
        let stale: Vec<String> = self.store().view().stale()?.into_iter().collect();
        self.refresh_all(&stale)?;
        Ok(stale.len())
    }

    /// Derives records, on every core. A mark without a record (the view came back without it) must not keep the store shut.
    fn refresh_all(&mut self, records: &[String]) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        let now = self.settings.clock.now();
        // Each thread has forms of its own: what they found they keep.
        let library = Mutex::new(self.library.clone());
        let own = || library.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut rows, mut paired) = (Packer::default(), Vec::new());
        let view = self.store.changing()?;
        let pieces: Vec<&[String]> = records.chunks(PIECE).collect();
        // With about how many bytes it was read from.
        let fresh = |library: &Library, record: &str| -> Result<(usize, Option<Fresh>), StoreProblem> {
            let revisions = view.history(record)?;
            let weight = revisions.iter().map(Revision::weight).sum();
            Ok((weight, (!revisions.is_empty()).then(|| Fresh::of(library.standing(History::new(revisions), now)))))
        };
        let derive = |library: &mut Library, at: usize| {
            let mut piece = Piece { fresh: Vec::new(), weight: 0, left: &[] };
            for (done, record) in pieces[at].iter().enumerate() {
                if piece.weight > HEAVY {
                    piece.left = &pieces[at][done..];
                    break;
                }
                let (weight, derived) = fresh(library, record)?;
                piece.weight += weight;
                piece.fresh.extend(derived);
            }
            Ok(piece)
        };
        let mut keep = |Fresh { standing, row, current }| {
            if self.pairings.get(&*row.record).map_or(&[][..], Vec::as_slice) != pairings(&standing.history).as_slice() {
                paired.push(row.record.to_string());
                return Ok(());
            }
            rows.lay(&row);
            put(view, &row, &current, &standing)
        };
        spread_in_order(pieces.len(), own, derive, |piece: Result<Piece<'_>, StoreProblem>| {
            let Piece { fresh: derived, mut weight, left } = piece?;
            derived.into_iter().try_for_each(&mut keep)?;
            for record in left {
                if weight > HEAVY {
                    view.relieve();
                    weight = 0;
                }
                let (more, derived) = fresh(&self.library, record)?;
                weight += more;
                derived.map_or(Ok(()), &mut keep)?;
            }
            if weight > HEAVY {
                view.relieve();
            }
            Ok::<_, StoreProblem>(())
        })?;
        rows.rows().into_iter().for_each(|row| self.remember(row));
        // What is decided about pairs changes how others are shown: one after the other.
        paired.iter().try_for_each(|record| self.refresh(record))
    }

    /// Derives the records again whose forms at hand came, went or changed, as far as those show records of earlier versions.
    ///
    /// # Errors
    /// The store's.
    pub fn refresh_upgraded(&mut self) -> Result<(), Failure> {
        let noted = self.store().view().forms_seen()?;
        let mut found = noted.clone();
        let forms: BTreeSet<&str> = self.rows().values().map(|row| row.form.as_str()).collect();
        for id in forms.into_iter().map(str::to_owned).collect::<Vec<_>>() {
            let text = hex_digest(self.library().text(&format!("{id}.toml")).unwrap_or_default().as_bytes());
            let before = noted.get(&id);
            // Most forms migrate nothing and need not be read for this: their text is enough.
            if before.is_some_and(|(same, migrates)| *same == text && migrates.is_empty()) {
                continue;
            }
            let migrates = self.form(&id).ok().filter(|form| !form.migrations.is_empty()).map(|form| form.of.clone()).unwrap_or_default();
            if before.map_or("", |(_, of)| of) != migrates {
                let records: Vec<String> = self.rows().values().filter(|row| row.form == id).map(|row| row.record.to_string()).collect();
                self.refresh_all(&records)?;
            }
            found.insert(id, (text, migrates));
        }
        if found != noted {
            self.store().view().set_forms_seen(&found)?;
        }
        Ok(())
    }

    /// Derives one record.
    ///
    /// # Errors
    /// The store's. A record whose form is not here keeps a line without a summary.
    pub fn refresh(&mut self, record: &str) -> Result<(), Failure> {
        let Fresh { standing, row, current } = Fresh::of(self.standing(record)?);
        // Before the record counts as derived: what stops in between does it again.
        self.note_pairings(record, &standing.history)?;
        put(self.store.changing()?, &row, &current, &standing)?;
        self.remember(row.into());
        Ok(())
    }
}

/// So many records are derived at once: handing each over by itself would cost as much as is gained.
const PIECE: usize = 64;

/// With records of more bytes than this a thread does not go further ahead.
const HEAVY: usize = 4 << 20;

/// Records that were derived, and those of a piece that were too heavy to be derived ahead.
struct Piece<'r> {
    fresh: Vec<Fresh>,
    weight: usize,
    left: &'r [String],
}

/// A record that was just derived.
struct Fresh {
    standing: Standing,
    row: IndexRow,
    current: Current,
}

impl Fresh {
    fn of(standing: Standing) -> Self {
        let (row, current) = match &standing.form {
            Ok(form) => derived_row(&standing, form),
            Err(_) => bare_row(&standing),
        };
        Self { standing, row, current }
    }
}

fn put(view: &View, row: &IndexRow, current: &Current, standing: &Standing) -> Result<(), StoreProblem> {
    view.put_current(row, current)?;
    // Every start looks again, so that two machines with the same file and the same day show the same.
    if standing.merged.is_early { view.mark_outdated(&BTreeSet::from([row.record.to_string()])) } else { Ok(()) }
}

/// The revision whose form the record opens with: the latest that handed answers in.
pub fn newest_writer(history: &History) -> &Revision {
    let revisions = history.revisions();
    let writes = |at: &usize| revisions[*at].is_write() || matches!(revisions[*at].act, Act::Submit | Act::Save);
    // A clock that was ahead does not make a revision later than one whose writer had seen it.
    let is_last = |at: &usize| !(0..revisions.len()).filter(writes).any(|later| history.descends(later, *at));
    (0..revisions.len()).rev().filter(writes).find(is_last).map_or_else(|| revisions.last().expect("a history has a revision"), |at| &revisions[at])
}

fn bare_row(standing: &Standing) -> (IndexRow, Current) {
    let (Standing { history, merged, .. }, seen) = (standing, standing.seen());
    let newest = newest_writer(history);
    let row = IndexRow {
        record: (&newest.record).into(),
        form: newest.form().into(),
        version: newest.version(),
        state: seen.state(),
        lapsed: seen.is_lapsed(),
        conflicts: merged.conflicts.len() as u32,
        person: (&newest.person).into(),
        device: (&newest.device).into(),
        at: newest.at,
        summary: (&newest.of).into(),
        search: fold::fold(&newest.of).into(),
        ..IndexRow::default()
    };
    let current = Current { of: newest.of.clone(), answers: merged.answers.clone(), notes: merged.notes.clone(), ..Current::default() };
    (row, current)
}

fn derived_row(standing: &Standing, form: &Form) -> (IndexRow, Current) {
    let (mut row, mut current) = bare_row(standing);
    let around = Around { world: &Nowhere, now: date::local(row.at.time()), lang: Lang::Vi };
    let derived = derive(form, &standing.merged.answers, around);
    let findings = derived.findings(form);
    let hard: BTreeSet<&String> = findings.iter().filter(|f| f.severity == Severity::Hard).map(|f| &f.path).collect();
    row.version = form.version;
    row.warnings = (findings.len() - hard.len()) as u32;
    // What a migration could not carry over counts once, also where the form says so itself.
    row.problems = hard.union(&standing.problems().keys().collect()).count() as u32;
    row.subject = form.subject.map_or_else(String::new, |id| derived.instance.read(form, ROOT_ROW, id).to_text().to_string()).into();
    row.date = day(form, &derived).unwrap_or_default().into();
    row.summary = beginning(&derived.summary(form, around)).into();
    row.references = super::related::references(form, &derived.instance).into_iter().map(Part::from).collect();
    row.search = search(form, &derived, &row).into();
    row.identity = identity(form, &standing.merged.answers, &derived).into_iter().map(|(question, value)| (question.into(), value.into())).collect();
    (current.hidden, current.computed) = hidden_and_computed(form, &derived);
    current.of = form.of.clone();
    (row, current)
}

/// The day of the record's date question.
fn day(form: &Form, derived: &Derived) -> Option<String> {
    let day = derived.instance.read(form, ROOT_ROW, form.date?).to_day()?;
    date::from_days(day).map(|d| d.to_string())
}

/// Of a text what a line of a list shows, or a search looks into: an answer may have megabytes, and every line is in memory.
pub(super) fn beginning(text: &str) -> &str {
    const MOST: usize = 1000;
    text.char_indices().nth(MOST).map_or(text, |(end, _)| &text[..end])
}

/// What a record is found by: words, each once, since each word that is typed is looked for by itself.
fn search(form: &Form, derived: &Derived, row: &IndexRow) -> String {
    let mut words = vec![row.summary.to_string(), row.person.to_string(), row.date.to_string()];
    for id in form.ids().filter(|id| form.node(*id).scope == crate::form::ROOT) {
        let node = form.node(id);
        let Some(value) = derived.value(form, ROOT_ROW, id) else { continue };
        match (node.kind, node.value) {
            (Kind::Question, ValueType::Text) => words.push(beginning(&value.plain()).to_owned()),
            // Lists bring their own search text: a commune is found by the names of the units that it was formed from.
            (Kind::Question, ValueType::SelectOne) => {
                words.extend(form.list(id).filter(|l| l.columns.iter().any(|c| c == "search")).and_then(|l| l.get(&value.plain())).map(|c| c.search.clone()))
            }
            _ => {}
        }
    }
    let folded = fold::fold(&words.join(" "));
    let mut once: Vec<&str> = Vec::new();
    for word in folded.split(' ') {
        if !once.iter().any(|known| known.contains(word)) {
            once.push(word);
        }
    }
    once.join(" ")
}

/// What other records of the form may be told to be the same by, as far as it is answered and asked.
fn identity(form: &Form, answers: &Answers, derived: &Derived) -> Vec<(String, String)> {
    let name = |id: &crate::form::NodeId| form.node(*id).name.clone();
    let known = Known { identity: form.identity.iter().map(name).collect(), subject: form.subject.as_ref().map(name), date: form.date.as_ref().map(name) };
    let asked = |path: &str| derived.instance.locate(form, path).is_some_and(|(row, id)| derived.instance.is_relevant(form, row, id));
    lookalikes::keys(&known, answers, &asked)
}

/// An identifying answer as it is compared: without marks, case and separators.
pub fn identity_text(value: &Value) -> String {
    fold::fold(&value.plain()).replace([' ', '-', '.'], "")
}

fn hidden_and_computed(form: &Form, derived: &Derived) -> (Vec<String>, Answers) {
    let mut hidden = Vec::new();
    let mut computed: BTreeMap<String, Value> = BTreeMap::new();
    walk(form, &derived.instance, &mut |row, id| {
        let node = form.node(id);
        let path = derived.instance.path(form, row, id);
        if !derived.instance.is_relevant(form, row, id) {
            hidden.push(path);
        } else if node.kind == Kind::Calculate
            && let Some(value) = derived.value(form, row, id)
        {
            computed.insert(path, value);
        }
    });
    hidden.sort();
    (hidden, computed)
}

/// Whether a record counts as handed in.
pub fn is_handed_in(state: State) -> bool {
    !matches!(state, State::Draft | State::Void)
}
