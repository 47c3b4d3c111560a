//! Keeps sled's pages from filling memory.
//!
//! sled 0.34 deals its pages by number into 256 hands and lets go of pages of a hand only when 64 of that hand were asked for,
//! so that up to sixteen thousand stay in memory however little room it is given: as much as everything else together at a
//! hundred thousand records. So while much is read, a small tree of tiny pages, some in every hand, is read often enough that
//! every hand comes to its turn.

use sled::{Db, Tree};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};

static LITTLE: AtomicBool = AtomicBool::new(false);

/// From now on this process keeps little in memory: the screens stay open for hours beside other programs. A command ends soon
/// and takes the memory that makes it quick.
pub fn keep_little() {
    LITTLE.store(true, Ordering::Relaxed);
}

/// Whether it does.
pub fn keeps_little() -> bool {
    LITTLE.load(Ordering::Relaxed)
}

/// Smaller views have few pages.
const LARGE: u64 = 64 << 20;

/// So many pages of a hand are asked for before any is let go.
const ASKED: usize = 64;

/// sled splits a page at 17 entries: what is put in behind the last leaves pages of so many.
const ON_A_PAGE: u16 = 8;

/// So many entries make a page or two for each of the 256 hands.
const ENTRIES: u16 = 384 * ON_A_PAGE;

/// The tree, once it was needed.
#[derive(Default)]
pub struct Sweep(Mutex<Option<Tree>>);

impl Sweep {
    /// Has sled let go of all pages but those that were asked for last, as far as its room goes. What fails shows elsewhere.
    pub fn sweep(&self, db: &Db) {
        // Who comes while another does it has nothing to do.
        let mut tree = match self.0.try_lock() {
            Ok(tree) => tree,
            Err(TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(TryLockError::WouldBlock) => return,
        };
        if tree.is_none() {
            *tree = db.size_on_disk().ok().filter(|bytes| *bytes >= LARGE).and_then(|_| made(db).ok());
        }
        for _ in 0..tree.as_ref().map_or(0, |_| ASKED) {
            // Every page once.
            let mut pages = (0..ENTRIES).step_by(usize::from(ON_A_PAGE));
            if tree.iter().any(|tree| pages.any(|at| tree.get(at.to_be_bytes()).is_err())) {
                return;
            }
        }
    }
}

/// Gives memory that was let go of back to the system, in a process that keeps little: the allocator of Linux keeps what many threads used for a moment, a
/// third of all that the program has after a hundred thousand records were read. Others give it back by themselves.
pub fn give_back() {
    if !keeps_little() {
        return;
    }
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    // SAFETY: takes no pointer and changes nothing that is in use; may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}

fn made(db: &Db) -> sled::Result<Tree> {
    let tree = db.open_tree("sweep")?;
    let last = (ENTRIES - 1).to_be_bytes();
    if !tree.contains_key(last)? {
        for at in 0..ENTRIES {
            tree.insert(at.to_be_bytes(), &[])?;
        }
    }
    Ok(tree)
}
