//! Opening a store: with the forms, the records' lines and the decisions about them.

use super::chance::Chance;
use super::library::Library;
use super::{Desk, Settings};
use crate::error::Failure;
use crate::record::links::Links;
use crate::store::{Glimpsed, Identity, Notice, Rows, Store};
use std::collections::{BTreeMap, BTreeSet};

/// What can be shown of a store that is still being opened or looked through: nothing of it may be changed yet.
pub struct Glimpse {
    /// Who works here.
    pub identity: Identity,
    /// The forms.
    pub library: Library,
    /// The lines of all records.
    pub rows: Rows,
    /// The last end was a clean one: it is only being opened.
    pub is_clean: bool,
}

impl Glimpse {
    /// `None` where it cannot be read.
    fn of(settings: &Settings, Glimpsed { rows, definitions, is_clean }: Glimpsed) -> Option<Self> {
        let identity = Identity::load(&settings.data_dir).ok()?;
        let mut library = Library::new(settings);
        definitions.into_iter().for_each(|definition| library.add(definition));
        Some(Self { identity, library, rows, is_clean })
    }
}

impl Desk {
    /// Opens the store and brings what is derived up to date.
    ///
    /// # Errors
    /// Why the store cannot be opened, as a sentence.
    pub fn open(settings: Settings) -> Result<(Self, Vec<Notice>), Failure> {
        Store::open(&settings.data_dir, settings.clock.now()).map_err(Failure::from).and_then(|opened| Self::begin(settings, opened))
    }

    /// The same; `show` gets the lines of all records, where they can be had before, while the store is being opened or looked through.
    ///
    /// # Errors
    /// Why the store cannot be opened, as a sentence.
    pub fn open_showing(settings: Settings, show: impl FnOnce(Glimpse) + Send + 'static) -> Result<(Self, Vec<Notice>), Failure> {
        let glimpsed = settings.clone();
        let glimpse = move |seen: Glimpsed| {
            if let Some(glimpse) = Glimpse::of(&glimpsed, seen) {
                show(glimpse);
            }
        };
        let opened = Store::open_showing(&settings.data_dir, settings.clock.now(), Box::new(glimpse));
        opened.map_err(Failure::from).and_then(|opened| Self::begin(settings, opened))
    }

    pub(super) fn begin(settings: Settings, (store, notices): (Store, Vec<Notice>)) -> Result<(Self, Vec<Notice>), Failure> {
        let mut desk = Self::bare(settings, store)?;
        desk.rows = desk.store.view().index()?;
        desk.knows_all = true;
        desk.about = desk.rows.values().flat_map(|row| row.references.iter().map(|reference| (reference.clone(), row.record.clone()))).collect();
        desk.relink();
        desk.refresh_stale()?;
        desk.refresh_upgraded()?;
        desk.end_handed_in()?;
        if notices.iter().any(Notice::is_loss) {
            // Others may know revisions of this laptop that it lost: their numbers must not be given again.
            desk.renew_device()?;
        }
        Ok((desk, notices))
    }

    /// With the forms and the decisions about pairs, but without the records' lines: enough to take lines in.
    pub(super) fn bare(settings: Settings, store: Store) -> Result<Self, Failure> {
        let (library, chance) = (Library::new(&settings), Chance::new(&settings, &store));
        let mut desk = Self {
            settings,
            store,
            library,
            chance,
            rows: Rows::default(),
            knows_all: false,
            about: BTreeSet::new(),
            pairings: BTreeMap::new(),
            links: Links::default(),
            defined: BTreeSet::new(),
            scanner: Default::default(),
            watch: Default::default(),
        };
        for definition in desk.store.view().definitions()? {
            desk.library.add(definition);
        }
        desk.read_pairings()?;
        Ok(desk)
    }
}
