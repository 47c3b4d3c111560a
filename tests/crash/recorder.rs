//! Stands between this test program and the C library: every call with which the store, sled and the standard library
//! change a folder is carried out, written down, and can be made to fail. No root, no tools, no hook in the program: the
//! linker prefers these functions to those of the C library.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A call that changed something. Files are named by their inode; a sync is written down once it has returned.
#[derive(Clone, Debug)]
pub enum Call {
    Create {
        file: u64,
        path: PathBuf,
    },
    Write {
        file: u64,
        at: u64,
        bytes: Vec<u8>,
    },
    Resize {
        file: u64,
        length: u64,
    },
    Sync {
        file: u64,
    },
    SyncFolder {
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    Link {
        from: PathBuf,
        to: PathBuf,
    },
    Unlink {
        path: PathBuf,
    },
    MakeFolder {
        path: PathBuf,
    },
    /// Not a call: here the test was told that something is saved.
    Acknowledged,
}

/// What is to go wrong.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// The number of the call, from 0.
    pub at: usize,
    /// With which error.
    pub errno: i32,
    /// Whether every later call fails too.
    pub for_good: bool,
}

struct State {
    root: PathBuf,
    calls: Vec<Call>,
    asked: usize,
    fault: Option<Fault>,
}

static ACTIVE: AtomicBool = AtomicBool::new(false);
static STATE: Mutex<Option<State>> = Mutex::new(None);
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn state() -> MutexGuard<'static, Option<State>> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While it lives, calls below a folder are recorded.
pub struct Recording(#[allow(dead_code)] MutexGuard<'static, ()>);

impl Recording {
    pub fn of(root: &Path) -> Self {
        Self::with(root, None)
    }

    pub fn with(root: &Path, fault: Option<Fault>) -> Self {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        *state() = Some(State { root: root.canonicalize().unwrap(), calls: Vec::new(), asked: 0, fault });
        ACTIVE.store(true, Ordering::SeqCst);
        Self(alone)
    }

    pub fn acknowledge(&self) {
        state().as_mut().unwrap().calls.push(Call::Acknowledged);
    }

    /// How many calls were made so far, failed ones among them.
    pub fn asked(&self) -> usize {
        state().as_ref().unwrap().asked
    }

    pub fn calls(self) -> Vec<Call> {
        state().take().map(|state| state.calls).unwrap_or_default()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        ACTIVE.store(false, Ordering::SeqCst);
        *state() = None;
    }
}

/// Carries a call out unless it is to fail, and writes it down. `below` says whether it concerns the recorded folder.
fn carry_out(path: Option<PathBuf>, run: impl FnOnce() -> i64, note: impl FnOnce(&Path, i64) -> Option<Call>) -> i64 {
    let mut guard = state();
    let Some((state, path)) = guard.as_mut().zip(path).filter(|(state, path)| path.starts_with(&state.root)) else {
        drop(guard);
        return run();
    };
    let number = state.asked;
    state.asked += 1;
    if let Some(fault) = state.fault.filter(|f| f.at == number || (f.for_good && f.at < number)) {
        // SAFETY: the address of this thread's errno.
        unsafe { *libc::__errno_location() = fault.errno };
        return -1;
    }
    let result = run();
    if result >= 0 {
        // SAFETY: as above; what is looked up for the note must not change what the caller sees.
        let errno = unsafe { *libc::__errno_location() };
        state.calls.extend(note(&path, result));
        unsafe { *libc::__errno_location() = errno };
    }
    result
}

fn is_active() -> bool {
    ACTIVE.load(Ordering::Relaxed)
}

fn path_of(fd: i32) -> Option<PathBuf> {
    let mut buffer = [0u8; 4096];
    let link = format!("/proc/self/fd/{fd}\0");
    // SAFETY: both buffers are ours; the length is that of the second.
    let length = unsafe { libc::readlink(link.as_ptr().cast(), buffer.as_mut_ptr().cast(), buffer.len()) };
    let bytes = buffer.get(..usize::try_from(length).ok()?)?;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

fn stat_of(fd: i32) -> libc::stat {
    // SAFETY: a zeroed stat is a valid one; fstat fills it.
    unsafe {
        let mut stat: libc::stat = std::mem::zeroed();
        libc::fstat(fd, &mut stat);
        stat
    }
}

fn inode(fd: i32) -> u64 {
    stat_of(fd).st_ino
}

/// SAFETY: `path` must be a C string.
unsafe fn text(path: *const libc::c_char) -> PathBuf {
    let bytes = unsafe { std::ffi::CStr::from_ptr(path) }.to_bytes();
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// Where `path` leads from a folder's descriptor.
unsafe fn text_at(folder: i32, path: *const libc::c_char) -> PathBuf {
    let path = unsafe { text(path) };
    match folder {
        libc::AT_FDCWD => path,
        fd => path_of(fd).map(|folder| folder.join(&path)).unwrap_or(path),
    }
}

unsafe fn open_at(folder: i32, path: *const libc::c_char, flags: i32, mode: u32) -> i32 {
    let run = || unsafe { libc::syscall(libc::SYS_openat, folder, path, flags, mode) };
    // Only what may change something counts: opening to read never fails here.
    if !is_active() || flags & (libc::O_CREAT | libc::O_TRUNC | libc::O_WRONLY | libc::O_RDWR) == 0 {
        return run() as i32;
    }
    let name = unsafe { text_at(folder, path) };
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    let existed = unsafe { libc::fstatat(folder, path, &mut stat, 0) } == 0;
    carry_out(Some(name), run, |path, fd| match existed {
        false => Some(Call::Create { file: inode(fd as i32), path: path.to_owned() }),
        true if flags & libc::O_TRUNC != 0 => Some(Call::Resize { file: inode(fd as i32), length: 0 }),
        true => None,
    }) as i32
}

// The C library takes the mode as a variable argument; on these systems it lies where a fixed one would.
#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const libc::c_char, flags: i32, mode: u32) -> i32 {
    unsafe { open_at(libc::AT_FDCWD, path, flags | libc::O_LARGEFILE, mode) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn openat64(folder: i32, path: *const libc::c_char, flags: i32, mode: u32) -> i32 {
    unsafe { open_at(folder, path, flags | libc::O_LARGEFILE, mode) }
}

unsafe fn write_at(fd: i32, bytes: *const libc::c_void, count: usize, at: Option<i64>, run: impl FnOnce() -> i64) -> isize {
    if !is_active() {
        return run() as isize;
    }
    let at = at.unwrap_or_else(|| unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) });
    carry_out(path_of(fd), run, |_, written| {
        let written = (written as usize).min(count);
        // SAFETY: the caller handed this buffer over for the call, and so much of it was written.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), written) }.to_vec();
        Some(Call::Write { file: inode(fd), at: at.max(0) as u64, bytes })
    }) as isize
}

#[unsafe(no_mangle)]
unsafe extern "C" fn write(fd: i32, bytes: *const libc::c_void, count: usize) -> isize {
    unsafe { write_at(fd, bytes, count, None, || libc::syscall(libc::SYS_write, fd, bytes, count)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pwrite64(fd: i32, bytes: *const libc::c_void, count: usize, at: i64) -> isize {
    unsafe { write_at(fd, bytes, count, Some(at), || libc::syscall(libc::SYS_pwrite64, fd, bytes, count, at)) }
}

/// The standard library copies a file inside the system where it can; the bytes are read again to be written down.
#[unsafe(no_mangle)]
unsafe extern "C" fn copy_file_range(from: i32, from_at: *mut i64, to: i32, to_at: *mut i64, count: usize, flags: u32) -> isize {
    let run = || unsafe { libc::syscall(libc::SYS_copy_file_range, from, from_at, to, to_at, count, flags) };
    if !is_active() || !from_at.is_null() || !to_at.is_null() {
        return run() as isize;
    }
    let (read_at, write_at) = unsafe { (libc::lseek(from, 0, libc::SEEK_CUR), libc::lseek(to, 0, libc::SEEK_CUR)) };
    carry_out(path_of(to), run, |_, copied| {
        let mut bytes = vec![0; usize::try_from(copied).unwrap_or(0)];
        // SAFETY: the buffer is as long as is said.
        let read = unsafe { libc::pread64(from, bytes.as_mut_ptr().cast(), bytes.len(), read_at) };
        assert_eq!(read as i64, copied, "what was copied can be read");
        Some(Call::Write { file: inode(to), at: write_at.max(0) as u64, bytes })
    }) as isize
}

#[unsafe(no_mangle)]
unsafe extern "C" fn ftruncate64(fd: i32, length: i64) -> i32 {
    let run = || unsafe { libc::syscall(libc::SYS_ftruncate, fd, length) };
    if !is_active() {
        return run() as i32;
    }
    carry_out(path_of(fd), run, |_, _| Some(Call::Resize { file: inode(fd), length: length.max(0) as u64 })) as i32
}

fn sync(fd: i32, call: libc::c_long) -> i32 {
    let run = || unsafe { libc::syscall(call, fd) };
    if !is_active() {
        return run() as i32;
    }
    let is_folder = stat_of(fd).st_mode & libc::S_IFMT == libc::S_IFDIR;
    carry_out(path_of(fd), run, |path, _| match is_folder {
        true => Some(Call::SyncFolder { path: path.to_owned() }),
        false => Some(Call::Sync { file: inode(fd) }),
    }) as i32
}

#[unsafe(no_mangle)]
extern "C" fn fsync(fd: i32) -> i32 {
    sync(fd, libc::SYS_fsync)
}

#[unsafe(no_mangle)]
extern "C" fn fdatasync(fd: i32) -> i32 {
    sync(fd, libc::SYS_fdatasync)
}

/// What sled calls a flush. It promises nothing about the drive or the file's length, so nothing is written down.
#[unsafe(no_mangle)]
extern "C" fn sync_file_range(fd: i32, at: i64, count: i64, flags: u32) -> i32 {
    let run = || unsafe { libc::syscall(libc::SYS_sync_file_range, fd, at, count, flags) };
    if is_active() { carry_out(path_of(fd), run, |_, _| None) as i32 } else { run() as i32 }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(from: *const libc::c_char, to: *const libc::c_char) -> i32 {
    let run = || unsafe { libc::syscall(libc::SYS_renameat2, libc::AT_FDCWD, from, libc::AT_FDCWD, to, 0) };
    if !is_active() {
        return run() as i32;
    }
    let from = unsafe { text(from) };
    carry_out(Some(unsafe { text(to) }), run, |to, _| Some(Call::Rename { from, to: to.to_owned() })) as i32
}

#[unsafe(no_mangle)]
unsafe extern "C" fn linkat(from_folder: i32, from: *const libc::c_char, to_folder: i32, to: *const libc::c_char, flags: i32) -> i32 {
    let run = || unsafe { libc::syscall(libc::SYS_linkat, from_folder, from, to_folder, to, flags) };
    if !is_active() {
        return run() as i32;
    }
    let from = unsafe { text_at(from_folder, from) };
    carry_out(Some(unsafe { text_at(to_folder, to) }), run, |to, _| Some(Call::Link { from, to: to.to_owned() })) as i32
}

unsafe fn unlink_at(folder: i32, path: *const libc::c_char, flags: i32) -> i32 {
    let run = || unsafe { libc::syscall(libc::SYS_unlinkat, folder, path, flags) };
    if !is_active() {
        return run() as i32;
    }
    carry_out(Some(unsafe { text_at(folder, path) }), run, |path, _| Some(Call::Unlink { path: path.to_owned() })) as i32
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const libc::c_char) -> i32 {
    unsafe { unlink_at(libc::AT_FDCWD, path, 0) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlinkat(folder: i32, path: *const libc::c_char, flags: i32) -> i32 {
    unsafe { unlink_at(folder, path, flags) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rmdir(path: *const libc::c_char) -> i32 {
    unsafe { unlink_at(libc::AT_FDCWD, path, libc::AT_REMOVEDIR) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn mkdir(path: *const libc::c_char, mode: u32) -> i32 {
    let run = || unsafe { libc::syscall(libc::SYS_mkdirat, libc::AT_FDCWD, path, mode) };
    if !is_active() {
        return run() as i32;
    }
    carry_out(Some(unsafe { text(path) }), run, |path, _| Some(Call::MakeFolder { path: path.to_owned() })) as i32
}
