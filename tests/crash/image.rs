//! What a disk may hold after the power went: everything that was synced, and of the rest whatever chance leaves.

use crate::recorder::Call;
use crate::support::Dice;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The bytes that a disk writes whole or not at all.
const SECTOR: u64 = 512;

/// What becomes of writes that no sync had covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// All are there: a kill, not a power cut. If this fails, the recording is wrong.
    All,
    /// None is there.
    Strict,
    /// Each is there, gone, or torn at sectors, in any order; renames and new files up to some moment.
    Chance,
}

/// Rebuilds in `target` what of `calls` below `root` survives.
pub fn rebuild(calls: &[Call], root: &Path, target: &Path, policy: Policy, dice: &mut Dice) {
    let files = contents(calls, policy, dice);
    let (names, folders) = namespace(calls, root, policy, dice);
    let place = |path: &Path| target.join(path.strip_prefix(root).unwrap());
    fs::create_dir_all(target).unwrap();
    for folder in folders {
        fs::create_dir_all(place(&folder)).unwrap();
    }
    for (path, file) in names {
        let path = place(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, files.get(&file).map_or(&[][..], Vec::as_slice)).unwrap();
    }
}

/// A file's life from its creation: inodes are used again.
type Life = (u64, usize);

/// For every call the life that it concerns.
fn lives(calls: &[Call]) -> Vec<Option<Life>> {
    let mut current: BTreeMap<u64, usize> = BTreeMap::new();
    let mut life_of = |at: usize, call: &Call| match call {
        Call::Create { file, .. } => {
            current.insert(*file, at);
            Some((*file, at))
        }
        Call::Write { file, .. } | Call::Resize { file, .. } | Call::Sync { file } => Some((*file, current.get(file).copied()?)),
        _ => None,
    };
    calls.iter().enumerate().map(|(at, call)| life_of(at, call)).collect()
}

fn contents(calls: &[Call], policy: Policy, dice: &mut Dice) -> BTreeMap<Life, Vec<u8>> {
    let lives = lives(calls);
    let mut synced: BTreeMap<Life, usize> = BTreeMap::new();
    for (at, call) in calls.iter().enumerate() {
        if let (Call::Sync { .. }, Some(life)) = (call, lives[at]) {
            synced.insert(life, at);
        }
    }
    let share = [10, 50, 90][dice.below(3)];
    let mut files: BTreeMap<Life, Vec<u8>> = BTreeMap::new();
    for (at, call) in calls.iter().enumerate() {
        let Some(life) = lives[at] else { continue };
        let is_durable = policy == Policy::All || synced.get(&life).is_some_and(|sync| at < *sync);
        let is_lucky = is_durable || (policy == Policy::Chance && dice.below(100) < share);
        let file = files.entry(life).or_default();
        match call {
            Call::Resize { length, .. } if is_lucky => file.resize(*length as usize, 0),
            Call::Write { at, bytes, .. } if is_durable => put(file, *at, bytes, 0..bytes.len()),
            Call::Write { at, bytes, .. } if is_lucky => tear(file, *at, bytes, dice),
            _ => {}
        }
    }
    files
}

fn put(file: &mut Vec<u8>, at: u64, bytes: &[u8], part: std::ops::Range<usize>) {
    let (from, to) = (at as usize + part.start, at as usize + part.end);
    if file.len() < to {
        file.resize(to, 0);
    }
    file[from..to].copy_from_slice(&bytes[part]);
}

/// Whole, or cut at a sector, or with some of its sectors.
fn tear(file: &mut Vec<u8>, at: u64, bytes: &[u8], dice: &mut Dice) {
    let mut sectors = Vec::new();
    let mut from = 0;
    while from < bytes.len() {
        let to = (from + (SECTOR - (at + from as u64) % SECTOR) as usize).min(bytes.len());
        sectors.push(from..to);
        from = to;
    }
    let kept = match dice.below(4) {
        0 => sectors[..dice.below(sectors.len() + 1)].to_vec(),
        1 => sectors.into_iter().filter(|_| dice.below(2) == 0).collect(),
        _ => sectors,
    };
    kept.into_iter().for_each(|part| put(file, at, bytes, part));
}

/// Which names lead to which files, and which folders there are.
fn namespace(calls: &[Call], root: &Path, policy: Policy, dice: &mut Dice) -> (BTreeMap<PathBuf, Life>, BTreeSet<PathBuf>) {
    let lives = lives(calls);
    let changes: Vec<usize> = (0..calls.len()).filter(|at| changed(&calls[*at]).is_some()).collect();
    let is_durable = |at: usize| {
        let folder = changed(&calls[at]).and_then(Path::parent);
        calls[at..].iter().any(|call| matches!(call, Call::SyncFolder { path } if Some(path.as_path()) == folder))
    };
    let pending: Vec<usize> = changes.iter().copied().filter(|at| !is_durable(*at)).collect();
    let until = match policy {
        Policy::All => usize::MAX,
        Policy::Strict => 0,
        Policy::Chance => pending.get(dice.below(pending.len() + 1)).copied().unwrap_or(usize::MAX),
    };
    let (mut names, mut folders) = (BTreeMap::new(), BTreeSet::from([root.to_owned()]));
    for at in changes.into_iter().filter(|at| *at < until || is_durable(*at)) {
        match &calls[at] {
            Call::Create { path, .. } => drop(names.insert(path.clone(), lives[at].unwrap())),
            Call::Link { from, to } => names.extend(names.get(from).copied().map(|life| (to.clone(), life))),
            Call::MakeFolder { path } => drop(folders.insert(path.clone())),
            Call::Unlink { path } => {
                names.remove(path);
                folders.remove(path);
            }
            Call::Rename { from, to } => move_all(from, to, &mut names, &mut folders),
            _ => {}
        }
    }
    (names, folders)
}

/// The name that a call makes or takes away.
fn changed(call: &Call) -> Option<&Path> {
    match call {
        Call::Create { path, .. } | Call::Unlink { path } | Call::MakeFolder { path } => Some(path),
        Call::Rename { to, .. } | Call::Link { to, .. } => Some(to),
        _ => None,
    }
}

fn move_all(from: &Path, to: &Path, names: &mut BTreeMap<PathBuf, Life>, folders: &mut BTreeSet<PathBuf>) {
    let moved = |path: &PathBuf| path.strip_prefix(from).ok().map(|rest| if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) });
    *names = std::mem::take(names).into_iter().filter(|(path, _)| path != to || !path.starts_with(to)).map(|(path, life)| (moved(&path).unwrap_or(path), life)).fold(
        BTreeMap::new(),
        |mut all, (path, life)| {
            all.insert(path, life);
            all
        },
    );
    *folders = std::mem::take(folders).into_iter().map(|path| moved(&path).unwrap_or(path)).collect();
}
