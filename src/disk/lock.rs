//! One writer at a time for a file in a folder that several machines may share.
//!
//! Beside `NAME` stands `.NAME.lock`. Whoever writes holds the system's lock on it and has written into it who they are.
//! The lock ends with its process, however that ends. The text is for file systems that know no locks or keep them to one
//! machine: a text of another machine is believed until it has not been touched for [`STALE`], by the clock of the machine
//! that keeps the folder; then its writer is taken for dead. A text of this very machine without a lock is a dead one's.

use super::beside;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// A writer touches its text at least this often.
const TOUCH: Duration = Duration::from_secs(60);

/// A text of another machine that was not touched for so long is a dead writer's.
pub const STALE: Duration = Duration::from_secs(600);

/// Held while a central file is read and replaced.
pub struct FileLock {
    file: File,
    claim: String,
    touched: Instant,
}

/// Why a file could not be locked.
#[derive(Debug)]
pub enum LockProblem {
    /// Another copy holds it: on which machine, where that is known.
    Held(String),
    /// The system refused.
    Io(io::Error),
}

/// What tells this machine, since it was started, from others; empty where that cannot be known.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
    let name = std::env::var("COMPUTERNAME").unwrap_or_else(|_| read("/proc/sys/kernel/hostname"));
    format!("{name} {}", read("/proc/sys/kernel/random/boot_id")).trim().replace('\n', " ")
}

impl FileLock {
    /// Locks the file beside `target` that stands for it.
    ///
    /// # Errors
    /// [`LockProblem::Held`], or the system's where the folder cannot be written to.
    pub fn take(target: &Path) -> Result<Self, LockProblem> {
        Self::take_as(target, &machine())
    }

    fn take_as(target: &Path, machine: &str) -> Result<Self, LockProblem> {
        let path = beside(target, "lock");
        super::make_plain(&path);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(LockProblem::Io)?;
        let knows_locks = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => return Err(LockProblem::Held(claim_in(&mut file).map(|claim| name_of(&claim)).unwrap_or_default())),
            Err(TryLockError::Error(_)) => false,
        };
        // From here on, whoever leaves unlocks.
        let claim = format!("{machine}\n{} {:?}\n", std::process::id(), SystemTime::now());
        let mut lock = Self { file, claim, touched: Instant::now() };
        let there = claim_in(&mut lock.file).map_err(LockProblem::Io)?;
        let is_own = knows_locks && !machine.is_empty() && machine_of(&there) == machine;
        if !there.is_empty() && !is_own && is_fresh(&path, &lock.file) {
            return Err(LockProblem::Held(name_of(&there)));
        }
        lock.write().map_err(LockProblem::Io)?;
        // Without locks of the system, the last one to write has it.
        let kept = File::open(&path).and_then(|mut file| claim_in(&mut file));
        if !knows_locks && kept.is_ok_and(|kept| kept != lock.claim) {
            return Err(LockProblem::Held(String::new()));
        }
        Ok(lock)
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(self.claim.as_bytes())
    }

    /// Must be called now and then while the lock is held for long.
    pub fn touch(&mut self) {
        if self.touched.elapsed() > TOUCH {
            self.touched = Instant::now();
            // Should it fail, the next write to the folder fails too and tells why.
            let _ = self.write();
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        let ours = claim_in(&mut self.file).is_ok_and(|claim| claim == self.claim);
        if ours {
            let _ = self.file.set_len(0);
        }
        // A program that is just being started holds our open files until it runs; closing ours would not end the lock.
        let _ = self.file.unlock();
    }
}

/// What is written in a lock file; of a long text only the beginning, since it may be anything.
fn claim_in(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(1000).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn machine_of(claim: &str) -> &str {
    claim.lines().next().unwrap_or_default()
}

/// The machine's name as people know it.
fn name_of(claim: &str) -> String {
    machine_of(claim).split(' ').next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Whether a text was written less than [`STALE`] ago. Machines' clocks may be years apart, so the time is asked of the folder.
/// On a stick that is the clock of the laptop: what was written far ahead of it was not touched by it either.
fn is_fresh(path: &Path, file: &File) -> bool {
    let now = now_in_the_folder_of(path).unwrap_or_else(SystemTime::now);
    let written = file.metadata().and_then(|m| m.modified());
    written.map_or(true, |written| now.duration_since(written).unwrap_or_else(|ahead| ahead.duration()) < STALE)
}

fn now_in_the_folder_of(path: &Path) -> Option<SystemTime> {
    let probe: PathBuf = path.with_extension(format!("{}.tmp", std::process::id()));
    super::make_plain(&probe);
    let now = File::create(&probe).and_then(|mut file| file.write_all(b" ").and_then(|()| file.metadata()?.modified())).ok();
    let _ = std::fs::remove_file(&probe);
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(result: Result<FileLock, LockProblem>) -> Option<String> {
        match result {
            Err(LockProblem::Held(by)) => Some(by),
            _ => None,
        }
    }

    /// Leaves in the lock file what a writer leaves that was killed `ago`.
    fn killed(target: &Path, machine: &str, ago: Duration) {
        let path = beside(target, "lock");
        std::fs::write(&path, format!("{machine}\n7 then\n")).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(SystemTime::now() - ago).unwrap();
    }

    #[test]
    fn a_second_writer_is_told_which_machine_writes_and_gets_the_lock_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("central.jsonl");
        let lock = FileLock::take_as(&target, "may-01 boot-1").unwrap();
        // Windows lets nobody read what is locked.
        let told = if cfg!(windows) { "" } else { "may-01" };
        assert_eq!(held(FileLock::take_as(&target, "may-02 boot-2")).as_deref(), Some(told));
        drop(lock);
        assert!(FileLock::take_as(&target, "may-02 boot-2").is_ok());
        assert_eq!(std::fs::read(beside(&target, "lock")).unwrap(), b"", "nothing stays claimed");
    }

    #[test]
    fn a_lock_ends_with_its_holder_though_a_program_just_being_started_still_holds_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("central.jsonl");
        let lock = FileLock::take_as(&target, "may-01 boot-1").unwrap();
        let held_by_a_child = lock.file.try_clone().unwrap();
        drop(lock);
        assert!(FileLock::take_as(&target, "may-02 boot-2").is_ok());
        drop(held_by_a_child);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (target, other) = (folder.path().join("central.jsonl"), folder.path().join("thesis.txt"));
        std::fs::write(&other, "precious").unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(SystemTime::now() - STALE * 2).unwrap();
        std::os::unix::fs::symlink(&other, beside(&target, "lock")).unwrap();
        drop(FileLock::take_as(&target, "may-01 boot-1").unwrap());
        assert_eq!(std::fs::read(&other).unwrap(), b"precious");
    }

    #[test]
    fn a_writer_that_died_is_believed_for_ten_minutes_on_other_machines_and_not_at_all_on_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("central.jsonl");
        killed(&target, "may-01 boot-1", Duration::from_secs(300));
        assert_eq!(held(FileLock::take_as(&target, "may-02 boot-2")), Some("may-01".to_owned()));
        assert!(FileLock::take_as(&target, "may-01 boot-1").is_ok());
        killed(&target, "may-01 boot-1", Duration::from_secs(660));
        assert!(FileLock::take_as(&target, "may-02 boot-2").is_ok());
        killed(&target, "may-01 boot-1", Duration::ZERO);
        let years_ahead = SystemTime::now() + Duration::from_secs(100_000_000);
        File::options().write(true).open(beside(&target, "lock")).unwrap().set_modified(years_ahead).unwrap();
        assert!(FileLock::take_as(&target, "may-02 boot-2").is_ok(), "a stick that was pulled out of a laptop with a wrong clock");
        assert!(std::fs::read_dir(folder.path()).unwrap().count() == 1, "the lock file only");
    }
}
