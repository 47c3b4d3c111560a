//! What all screens see: who works here, the forms, records and drafts, what waits.

use super::listing::Listing;
use super::message::{Behind, FormLine, Overview};
use super::screen::filter::Sort;
use super::typing::Composer;
use crate::locale::Lang;
use crate::record::revision::RevisionId;
use crate::store::{Draft, Identity, IndexRow, Rows};
use crate::workbench::chance::Chance;
use crate::workbench::related::Relations;
use crate::workbench::waiting::Waits;
use chrono::NaiveDateTime;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// All records in an order; the names of forms are those of a language.
type Order = (Sort, Lang, Rc<Vec<u32>>);

/// What all screens see.
pub struct Shared {
    /// The language.
    pub lang: Lang,
    /// Who works here.
    pub identity: Identity,
    /// The forms at hand.
    pub forms: Vec<FormLine>,
    /// All records, by id.
    pub rows: Rows,
    /// Their orders, and what filters ask of them.
    pub listing: Arc<Listing>,
    /// All drafts.
    pub drafts: Vec<Draft>,
    /// Revisions that no sync has carried away.
    pub unsynced: usize,
    /// When something was last made durable.
    pub saved_at: Option<NaiveDateTime>,
    /// What is known about references.
    pub relations: Relations,
    /// Ids of rows.
    pub chance: Chance,
    /// A line for the person: what was done, or why not.
    pub notice: Option<String>,
    /// What still goes on before the store is open: what is shown may be old, or lack something.
    pub behind: Option<Behind>,
    /// The worker is at something that takes long.
    pub busy: bool,
    /// How much the worker has looked at, of what takes long.
    pub progress: Option<u64>,
    /// A form is being tried: nothing is kept.
    pub trying: bool,
    /// Typing Vietnamese without an input method.
    pub composer: Composer,
    /// What waits for whoever works here.
    pub waits: Waits,
    /// The decisions that were made last, to be taken back.
    pub decided: Vec<RevisionId>,
    /// Orders of all records that were asked for.
    orders: RefCell<Vec<Order>>,
    /// Grows whenever the records are others.
    generation: u64,
}

impl Shared {
    /// Before the store is open.
    pub(super) fn new(lang: Lang, chance: Chance) -> Self {
        Self {
            lang,
            identity: Identity::default(),
            forms: Vec::new(),
            rows: Rows::default(),
            listing: Arc::default(),
            drafts: Vec::new(),
            unsynced: 0,
            saved_at: None,
            relations: Relations::default(),
            chance,
            notice: None,
            behind: None,
            busy: false,
            progress: None,
            trying: false,
            composer: Composer::default(),
            waits: Waits::default(),
            decided: Vec::new(),
            orders: RefCell::default(),
            generation: 0,
        }
    }

    /// A form's title.
    pub fn title(&self, form: &str) -> String {
        self.forms.iter().find(|f| f.id == form).map_or_else(|| form.to_owned(), |f| f.title.get(self.lang).to_owned())
    }

    /// One line for a record.
    pub fn summary(&self, record: &str) -> String {
        self.rows.get(record).map_or_else(|| record.chars().take(13).collect(), |row| row.summary.to_string())
    }

    /// One line for a record and what it is about.
    pub fn about(&self, row: &IndexRow) -> String {
        let subject = if row.subject.is_empty() { String::new() } else { self.summary(&row.subject) };
        if subject.is_empty() { row.summary.to_string() } else { format!("{} · {subject}", row.summary) }
    }

    /// All records in an order; worked out once while they are the same.
    pub fn order(&self, sort: Sort) -> Rc<Vec<u32>> {
        let mut orders = self.orders.borrow_mut();
        if let Some((.., order)) = orders.iter().find(|(known, lang, _)| (*known, *lang) == (sort, self.lang)) {
            return order.clone();
        }
        let order = Rc::new(sort.order(self));
        orders.push((sort, self.lang, order.clone()));
        order
    }

    /// A number that is another one whenever the records are others.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Takes in what records there are now.
    pub fn take(&mut self, overview: Overview) {
        self.generation += 1;
        self.orders.take();
        self.rows = overview.listing.rows().clone();
        self.listing = overview.listing;
        self.drafts = overview.drafts;
        self.unsynced = overview.unsynced;
    }
}
