//! The seam to the file system: replacing a file so that a crash at any byte leaves the old one or the new one, making
//! folders durable, locks, free space. What differs between systems stands here and nowhere else.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file being written beside the one that it will replace.
pub struct AtomicFile {
    out: BufWriter<File>,
    temporary: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl AtomicFile {
    /// Starts writing what will become `target`.
    ///
    /// # Errors
    /// The system's, for example where the folder cannot be written to.
    pub fn create(target: &Path) -> io::Result<Self> {
        if target.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let temporary = beside(target, &format!("{}.tmp", std::process::id()));
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&temporary)?;
        Ok(Self { out: BufWriter::with_capacity(1 << 20, file), temporary, target: target.to_owned(), committed: false })
    }

    /// Makes it durable and puts it in the place of the old file, which is kept as `<name>.bak` if wanted.
    ///
    /// # Errors
    /// The system's; the old file is then untouched.
    pub fn commit(mut self, keep_old: bool) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        // An empty file is no old version: it must not push out the one that was kept before.
        if keep_old && fs::metadata(&self.target).is_ok_and(|m| m.len() > 0) {
            let kept = beside_visible(&self.target, "bak");
            let _ = fs::remove_file(&kept);
            if fs::hard_link(&self.target, &kept).is_err() {
                fs::copy(&self.target, &kept)?;
            }
        }
        fs::rename(&self.temporary, &self.target)?;
        self.committed = true;
        sync_folder(&self.target)
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.committed {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// `.name.ending`, in the same folder.
fn beside(target: &Path, ending: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{ending}"))
}

/// `name.ending`, in the same folder.
fn beside_visible(target: &Path, ending: &str) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!("{name}.{ending}"))
}

/// Makes a rename or a new file in the folder of `file` durable. Windows does this by itself and cannot open a folder.
///
/// # Errors
/// The system's.
pub fn sync_folder(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Held while a central file is read and replaced.
pub struct FileLock(#[allow(dead_code)] Option<File>);

/// Why a file could not be locked.
#[derive(Debug)]
pub enum LockProblem {
    /// Another copy holds it.
    Held,
    /// The system refused.
    Io(io::Error),
}

impl FileLock {
    /// Locks the file beside `target` that stands for it. Where the file system knows no locks, goes on without.
    ///
    /// # Errors
    /// [`LockProblem::Held`], or the system's where the folder cannot be written to.
    pub fn take(target: &Path) -> Result<Self, LockProblem> {
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(beside(target, "lock")).map_err(LockProblem::Io)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self(Some(lock))),
            Err(TryLockError::WouldBlock) => Err(LockProblem::Held),
            Err(TryLockError::Error(_)) => Ok(Self(None)),
        }
    }
}

/// Replaces a small file in one step.
///
/// # Errors
/// The system's; the old file is then untouched.
pub fn replace(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(target)?;
    file.write_all(bytes)?;
    file.commit(false)
}

/// Free bytes on the disk of a folder; `None` where the system does not tell.
pub fn free_space(folder: &Path) -> Option<u64> {
    fs2::available_space(folder).ok()
}
