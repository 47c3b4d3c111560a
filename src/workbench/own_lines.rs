//! The store's lines, sorted, as a source of a union. Of a revision only the beginning of the line is at hand, which tells
//! it from all others; the rest is fetched for those that the other side lacks.

use crate::error::Failure;
use crate::exchange::union::{Source, UnionProblem};
use crate::record::clock::Stamp;
use crate::record::line::LineProblem;
use crate::record::revision::{hex, unhex};
use crate::store::known::{Known, Place};
use crate::store::view::View;
use crate::store::{RevisionKey, StoreProblem};
use std::io;

/// Where the parts of a key stand in the beginning of a line.
const PARTS: [std::ops::Range<usize>; 3] = [11..47, 55..84, 92..156];

enum Revisions<'v> {
    /// As noted by the last sync.
    Known(Box<Known>),
    /// As the view has them.
    View(Box<dyn Iterator<Item = Result<RevisionKey, StoreProblem>> + 'v>),
}

/// The lines of a store.
pub struct OwnLines<'v> {
    definitions: std::vec::IntoIter<Vec<u8>>,
    revisions: Revisions<'v>,
    view: Option<&'v View>,
    current: Vec<u8>,
    place: Option<Place>,
}

impl<'v> OwnLines<'v> {
    /// Of an open store, and what is known of it without asking.
    ///
    /// # Errors
    /// The view's.
    pub fn new(view: &'v View, known: Option<Known>) -> Result<Self, Failure> {
        if let Some(known) = known {
            return Ok(Self { view: Some(view), ..Self::closed(known) });
        }
        let mut definitions: Vec<Vec<u8>> = view.definitions()?.into_iter().map(|d| d.line().into_bytes()).collect();
        definitions.sort();
        let revisions = Revisions::View(Box::new(view.revision_keys()));
        Ok(Self { definitions: definitions.into_iter(), revisions, view: Some(view), current: Vec::new(), place: None })
    }

    /// Whether something was saved since the last sync, as far as that is known without asking.
    pub fn has_more(&self) -> bool {
        matches!(&self.revisions, Revisions::Known(known) if known.has_more())
    }

    /// Of a store whose view is not open: where a line of it is asked for, it fails.
    pub fn closed(mut known: Known) -> Self {
        let definitions = std::mem::take(&mut known.definitions).into_iter();
        Self { definitions, revisions: Revisions::Known(Box::new(known)), view: None, current: Vec::new(), place: None }
    }
}

fn unreadable(problem: &StoreProblem) -> UnionProblem {
    UnionProblem::Store(format!("{problem:?}"))
}

fn lost(error: &io::Error) -> UnionProblem {
    UnionProblem::Store(error.to_string())
}

impl Source for OwnLines<'_> {
    fn advance(&mut self) -> Result<bool, UnionProblem> {
        if let Some(line) = self.definitions.next() {
            self.current = line;
            return Ok(true);
        }
        self.place = match &mut self.revisions {
            Revisions::Known(known) => known.advance(&mut self.current).map_err(|e| lost(&e))?,
            Revisions::View(keys) => {
                let key = keys.next().transpose().map_err(|p| unreadable(&p))?;
                self.current.clear();
                if let Some((record, at, id)) = &key {
                    self.current.extend_from_slice(format!("{{\"record\":\"{record}\",\"at\":\"{at}\",\"id\":\"{}", hex(id)).as_bytes());
                }
                key.map(|_| Place::View)
            }
        };
        Ok(self.place.is_some())
    }

    fn line(&self) -> &[u8] {
        &self.current
    }

    fn is_partial(&self) -> bool {
        self.place.is_some()
    }

    fn whole(&mut self, out: &mut Vec<u8>) -> Result<(), UnionProblem> {
        match (self.place, &self.revisions) {
            (None, _) => out.extend_from_slice(&self.current),
            (Some(Place::Journal(at, length)), Revisions::Known(known)) => known.line(at, length, out).map_err(|e| lost(&e))?,
            _ => {
                let [record, at, id] = PARTS.map(|part| self.current.get(part).and_then(|part| std::str::from_utf8(part).ok()).unwrap_or_default());
                let gone = || UnionProblem::Store(id.to_owned());
                let key = Stamp::parse(at).zip(unhex(id)).map(|(at, id)| (record.to_owned(), at, id)).ok_or_else(gone)?;
                let revision = self.view.ok_or_else(gone)?.revision(&key).map_err(|p| unreadable(&p))?;
                out.extend_from_slice(revision.ok_or_else(gone)?.line().as_bytes());
            }
        }
        Ok(())
    }

    fn refused(&self, _: u64, problem: LineProblem) -> UnionProblem {
        UnionProblem::Store(format!("{problem:?}"))
    }
}
