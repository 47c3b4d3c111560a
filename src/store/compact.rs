//! Making the view small again. sled gives no space back by itself: values that were replaced stay in its file.
//!
//! The journal needs none of this: every line of it is a revision that is kept for ever.

use super::StoreProblem;
use super::recover::quietly;
use super::view::View;
use crate::disk;
use std::path::Path;

/// Below this a view is left as it is.
const SMALL: u64 = 8 << 20;

/// Whether the view takes more than twice what the journal takes, and the last time did not show that it needs about as much.
/// Store and view together stay below three and a half times the journal, with room for what the next session adds, unless
/// what is kept is much more than what was written.
pub fn is_large(view: &View, journal_bytes: u64) -> bool {
    let bytes = view.bytes();
    if bytes <= SMALL || bytes <= 2 * journal_bytes {
        return false;
    }
    // A quarter more than what it took then for as much journal.
    let is_more = |(view, journal): (u64, u64)| u128::from(bytes) * u128::from(journal) * 4 > u128::from(view) * u128::from(journal_bytes) * 5;
    view.left_small().ok().flatten().is_none_or(is_more)
}

impl View {
    /// Copies the view and puts the copy into its place. There is no mark of a clean end while this runs: cut anywhere, the
    /// next start builds the view from the journal.
    ///
    /// # Errors
    /// The system's or sled's; the view must not be used any more then, and the next start builds it anew.
    pub fn make_small(&mut self, dir: &Path, journal_bytes: u64) -> Result<(), StoreProblem> {
        let (old, new, aside) = (dir.join("sled"), dir.join("sled.new"), dir.join("sled.old"));
        let io = |e| StoreProblem::Io(dir.to_owned(), e);
        let broken = || StoreProblem::View("sled".to_owned());
        remove(dir).map_err(io)?;
        quietly(|| self.copy_to(&new)).ok_or_else(broken)??;
        // Windows moves no folder in which files are open.
        self.let_go();
        disk::rename(&old, &aside).and_then(|()| disk::rename(&new, &old)).and_then(|()| disk::sync_folder(&old)).map_err(io)?;
        *self = quietly(|| Self::open(&old)).ok_or_else(broken)??;
        self.note_small(journal_bytes)?;
        remove(dir).map_err(io)
    }
}

/// Removes what a compaction that was cut left behind.
///
/// # Errors
/// The system's.
pub fn remove(dir: &Path) -> std::io::Result<()> {
    for left in ["sled.new", "sled.old"].map(|name| dir.join(name)) {
        if left.exists() {
            disk::remove_folder(&left)?;
        }
    }
    Ok(())
}
