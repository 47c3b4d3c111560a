//! From an older layout of the store's folder to this one, a step at a time. Every step can be cut anywhere and taken
//! again: the number in `identity.toml` is raised behind it.
//!
//! | format | since |
//! |---|---|
//! | 1 | `identity.toml journal.jsonl drafts.jsonl sled/` with view schema 1 |
//! | 2 | `identity.toml` has a sum and a copy; `definitions.sums`; `clean` tells of journal and drafts; view schema 2 |
//! | 3 | view schema 3: a record's line tells of an approval that lapsed |

use super::identity::{FORMAT, Identity};
use super::{StoreProblem, journal, mark};
use std::io;
use std::path::Path;

/// Changes the folder of a store.
type Step = fn(&Path) -> io::Result<()>;

/// What leads from a format to the next.
const STEPS: [(u32, Step); 2] = [(1, from_1), (2, mark::remove)];

/// Takes the steps that are missing. Gives the format that was found when there were any.
///
/// # Errors
/// The system's; the next start takes up where this one ended.
pub fn migrate(dir: &Path, identity: &mut Identity) -> Result<Option<u32>, StoreProblem> {
    let found = identity.format;
    for (from, step) in STEPS {
        if identity.format == from {
            step(dir).map_err(|e| StoreProblem::Io(dir.to_owned(), e))?;
            identity.format = from + 1;
            if identity.format == FORMAT {
                identity.save(dir)?;
            }
        }
    }
    Ok((found < FORMAT).then_some(found))
}

/// The journal and the drafts stay as they are. Without the mark the view is looked at, found to be of an earlier schema
/// and built anew; from 2 that is all there is to do.
fn from_1(dir: &Path) -> io::Result<()> {
    mark::remove(dir)?;
    journal::vouch(dir)
}
