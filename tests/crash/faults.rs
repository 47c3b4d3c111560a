//! Every single call of a save, a sync and a merge fails once, or from then on: disk full, read-only, permission lost,
//! folder vanished, the drive broken, no more files to be open, no memory. It is told in a sentence, and nothing that was saved is lost.

use crate::recorder::{Fault, Recording};
use crate::support::{copy, establishment, new_desk, scratch, settings};
use khuyencong::error::Failure;
use khuyencong::locale::Lang;
use khuyencong::workbench::merging::{merge_files, verify};
use khuyencong::workbench::{Desk, Settings};
use std::path::Path;

const ERRORS: [i32; 7] = [libc::ENOSPC, libc::EROFS, libc::EACCES, libc::ENOENT, libc::EIO, libc::EMFILE, libc::ENOMEM];

/// Runs something with one fault after another, each time on a fresh copy of `base`, until it makes fewer calls than
/// that. `check` sees what came of it, once the faults are over.
pub fn at_each_call<T>(base: &Path, run: impl Fn(&Path) -> Result<T, Failure>, check: impl Fn(&Path, Result<T, Failure>, &str)) {
    let dir = scratch();
    let mut at = 0;
    loop {
        let mut was_reached = false;
        for for_good in [false, true] {
            let errno = ERRORS[at % ERRORS.len()];
            let place = dir.path().join(format!("{at}-{for_good}"));
            copy(base, &place);
            let recording = Recording::with(&place, Some(Fault { at, errno, for_good }));
            let result = run(&place);
            was_reached |= recording.asked() > at;
            drop(recording);
            let name = format!("call {at}, error {errno}, for good: {for_good}");
            if let Err(failure) = &result {
                assert!(failure.lines(Lang::En)[0].len() > 10, "{name}: no sentence: {failure:?}");
            }
            check(&place, result, &name);
            std::fs::remove_dir_all(&place).unwrap();
        }
        at += 1;
        if !was_reached {
            break;
        }
    }
    assert!(at > 5, "only {at} calls were made: the recorder is blind");
}

/// A laptop with two records.
fn base(dir: &Path) -> Vec<String> {
    let mut desk = new_desk(dir, "lt01");
    let ids = ["Một", "Hai"].map(|name| establishment(&mut desk, name).unwrap());
    desk.close().unwrap();
    ids.to_vec()
}

fn open(dir: &Path) -> Result<Desk, Failure> {
    Desk::open(settings(dir)).map(|(desk, _)| desk)
}

#[test]
fn a_save_that_fails_anywhere_is_told_and_loses_nothing() {
    let dir = scratch();
    let store = dir.path().join("store");
    let ids = base(&store);
    let save = |store: &Path| -> Result<String, Failure> {
        let mut desk = open(store)?;
        let id = establishment(&mut desk, "Cơ sở ba")?;
        // What the close could not do, the next start does.
        let _ = desk.close();
        Ok(id)
    };
    at_each_call(&store, save, |store, result, name| {
        let desk = open(store).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert!(ids.iter().all(|id| desk.rows().contains_key(id)), "{name}: an old record is gone");
        if let Ok(id) = result {
            assert!(desk.rows().contains_key(&id), "{name}: what was called saved is gone");
        }
    });
}

#[test]
fn a_sync_that_fails_anywhere_leaves_a_whole_file_and_a_whole_store() {
    let dir = scratch();
    let base_dir = dir.path().join("base");
    let ids = base(&base_dir.join("store"));
    let mut other = new_desk(&dir.path().join("other"), "lt02");
    establishment(&mut other, "Của máy khác").unwrap();
    other.sync(&base_dir.join("central.jsonl"), false).unwrap();
    let sync = |place: &Path| -> Result<(), Failure> {
        let mut desk = open(&place.join("store"))?;
        let done = desk.sync(&place.join("central.jsonl"), false).map(|_| ());
        let _ = desk.close();
        done
    };
    at_each_call(&base_dir, sync, |place, result, name| {
        let central = place.join("central.jsonl");
        verify(&central).unwrap_or_else(|e| panic!("{name}: the central file: {e:?}"));
        let mut desk = open(&place.join("store")).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert!(ids.iter().all(|id| desk.rows().contains_key(id)), "{name}: an old record is gone");
        if result.is_ok() {
            assert_eq!(desk.rows().len(), 3, "{name}: a sync that was called done brought nothing");
        }
        desk.sync(&central, false).unwrap_or_else(|e| panic!("{name}: again: {e:?}"));
        assert_eq!(desk.rows().len(), 3, "{name}");
    });
}

#[test]
fn a_merge_that_fails_anywhere_leaves_the_old_file_or_the_new() {
    let dir = scratch();
    let place = dir.path().join("office");
    for (name, device) in [("one", "lt01"), ("two", "lt02")] {
        let mut desk = new_desk(&dir.path().join(name), device);
        establishment(&mut desk, name).unwrap();
        std::fs::create_dir_all(&place).unwrap();
        desk.backup(&place.join(format!("{name}.jsonl"))).unwrap();
    }
    std::fs::copy(place.join("one.jsonl"), place.join("out.jsonl")).unwrap();
    let merge = |place: &Path| merge_files(&place.join("out.jsonl"), &[place.join("two.jsonl")], false, &Settings::default()).map(|_| ());
    let size = |file: &Path| std::fs::metadata(file).unwrap().len();
    at_each_call(&place, merge, |place, result, name| {
        let out = place.join("out.jsonl");
        verify(&out).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert!(result.is_err() || size(&out) > size(&place.join("one.jsonl")), "{name}: called done, but nothing was merged");
        merge(place).unwrap_or_else(|e| panic!("{name}: again: {e:?}"));
        assert!(size(&out) > size(&place.join("one.jsonl")), "{name}");
    });
}
