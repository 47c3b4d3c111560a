//! Opening a store for a person at work, or for a report only.

use super::chance::Chance;
use super::library::Library;
use super::{Desk, Settings};
use crate::error::Failure;
use crate::record::links::Links;
use crate::store::{Notice, Store, StoreProblem};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::Path;

/// A desk with what was repaired while it was opened.
pub type Opened = Result<(Desk, Vec<Notice>), Failure>;

/// A way of opening a store.
type OpenStore = fn(&Path, DateTime<Utc>) -> Result<(Store, Vec<Notice>), StoreProblem>;

impl Desk {
    /// Opens the store and brings what is derived up to date.
    ///
    /// # Errors
    /// Why the store cannot be opened, as a sentence.
    pub fn open(settings: Settings) -> Result<(Self, Vec<Notice>), Failure> {
        Self::opened(settings, Store::open, true)
    }

    /// The same for a report, which reads no histories and asks no record what is about it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_to_read(settings: Settings) -> Result<(Self, Vec<Notice>), Failure> {
        // What the view should have lost shows only while it is read: then everything is looked at.
        Self::opened(settings.clone(), Store::open_to_read, false).or_else(|_| Self::open(settings))
    }

    fn opened(settings: Settings, open: OpenStore, with_about: bool) -> Result<(Self, Vec<Notice>), Failure> {
        let (store, notices) = open(&settings.data_dir, settings.clock.now())?;
        let library = Library::new(&settings);
        let chance = Chance::new(&settings, &store);
        let mut desk =
            Self { settings, store, library, chance, rows: BTreeMap::new(), about: BTreeMap::new(), pairings: BTreeMap::new(), links: Links::default(), watch: Default::default() };
        for definition in desk.store.view().definitions()? {
            desk.library.add(definition);
        }
        let rows = desk.store.view().index()?;
        if with_about {
            rows.into_iter().for_each(|row| desk.remember(row));
        } else {
            desk.rows = rows.into_iter().map(|row| (row.record.clone(), row)).collect();
        }
        desk.read_pairings()?;
        desk.refresh_stale()?;
        desk.refresh_upgraded()?;
        desk.end_handed_in()?;
        if notices.iter().any(Notice::is_loss) {
            // Others may know revisions of this laptop that it lost: their numbers must not be given again.
            desk.renew_device()?;
        }
        Ok((desk, notices))
    }
}
