//! The power is cut at any call: what was acknowledged before it is there afterwards, and everything opens.

use crate::image::{Policy, rebuild};
use crate::recorder::{Call, Recording};
use crate::support::{Dice, draft, establishment, form, lines, new_desk, new_store, now, reopen, revision, rounds, row, save, scratch};
use khuyencong::record::Entry;
use khuyencong::store::{Current, Store};
use khuyencong::workbench::Settings;
use khuyencong::workbench::merging::{merge_files, verify};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub const POLICIES: [Policy; 3] = [Policy::All, Policy::Strict, Policy::Chance];

/// Three sessions of saving and typing; what was promised at each acknowledgement.
fn record_sessions(root: &Path) -> (Vec<Call>, Vec<String>) {
    let recording = Recording::of(root);
    let mut saved = Vec::new();
    let mut number = 0;
    for session in 0..3 {
        let mut store = if session == 0 { new_store(root) } else { Store::open(root, now()).unwrap().0 };
        for _ in 0..8 {
            let entry = if number == 0 { form() } else { revision(&store, number) };
            store.keep_draft(draft("d", &format!("Nháp {number}"))).unwrap();
            store.keep_typing("d", "owner", "Nguyễ").unwrap();
            save(&mut store, &entry);
            derive(&mut store, &entry);
            saved.push(entry.line());
            recording.acknowledge();
            number += 1;
        }
        store.end_draft("d").unwrap();
        // The second session ends with a kill.
        if session != 1 {
            store.close().unwrap();
        }
    }
    (recording.calls(), saved)
}

/// Notes of a record how many revisions it has, as what was derived of it.
fn derive(store: &mut Store, entry: &Entry) {
    if let Entry::Revision(revision) = entry {
        let count = store.view().history(&revision.record).unwrap().len().to_string();
        let row = row(&revision.record, &count);
        store.changing().unwrap().put_current(&row, &Current { of: count, ..Current::default() }).unwrap();
    }
}

/// Whether every record is either shown as it stands now, or marked for deriving again.
fn rows_are_of_now(store: &Store) -> bool {
    let stale = store.view().stale().unwrap();
    let mut counts: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    store
        .view()
        .revisions("", &mut |revision| {
            *counts.entry(revision.record).or_default() += 1;
            Ok(())
        })
        .unwrap();
    counts.iter().all(|(record, count)| {
        let is_now = |text: Option<String>| text == Some(count.to_string());
        stale.contains(record) || (is_now(store.view().row(record).unwrap().map(|row| row.summary.to_string())) && is_now(store.view().current(record).unwrap().map(|c| c.of)))
    })
}

fn acknowledged(calls: &[Call]) -> usize {
    calls.iter().filter(|call| matches!(call, Call::Acknowledged)).count()
}

#[test]
fn no_power_cut_loses_what_was_called_saved() {
    let dir = scratch();
    let root = dir.path().join("store");
    std::fs::create_dir(&root).unwrap();
    let (calls, saved) = record_sessions(&root);
    let first = calls.iter().position(|call| matches!(call, Call::Acknowledged)).unwrap();
    let mut dice = Dice::new(41);
    let mut lost = Vec::new();
    for round in 0..rounds(390, 1600) {
        let policy = POLICIES[round % 3];
        let cut = first + 1 + dice.below(calls.len() - first);
        let image = dir.path().join("image");
        let _ = std::fs::remove_dir_all(&image);
        rebuild(&calls[..cut], &root.canonicalize().unwrap(), &image, policy, &mut dice);
        let promised: BTreeSet<&String> = saved[..acknowledged(&calls[..cut])].iter().collect();
        match reopen(&image) {
            Ok((store, _)) => {
                let known = lines(&store);
                let gone = promised.iter().filter(|line| !known.contains(**line)).count();
                if gone == 0 && !rows_are_of_now(&store) {
                    lost.push(format!("{policy:?} at {cut}: a row of an earlier state"));
                }
                if gone > 0 {
                    lost.push(format!("{policy:?} at {cut}: {gone} of {}", promised.len()));
                }
            }
            Err(why) => lost.push(format!("{policy:?} at {cut}: does not open: {why:?}")),
        }
    }
    assert!(lost.is_empty(), "{} images: {lost:#?}", lost.len());
}

/// The control. If plain sled passed, these images would not show anything.
#[test]
fn plain_sled_in_the_place_of_the_journal_does_lose_it() {
    let dir = scratch();
    let root = dir.path().join("plain");
    std::fs::create_dir(&root).unwrap();
    let recording = Recording::of(&root);
    let db = sled::Config::new().path(&root).flush_every_ms(None).open().unwrap();
    let key = |number: usize| (number as u32).to_be_bytes();
    for number in 0..60 {
        db.insert(key(number), vec![number as u8; 700]).unwrap();
        db.flush().unwrap();
        recording.acknowledge();
    }
    let calls = recording.calls();
    drop(db);
    let mut dice = Dice::new(42);
    let mut failed = 0;
    for round in 0..12 {
        let image = dir.path().join(format!("image{round}"));
        let cut = calls.len() - dice.below(calls.len() / 3);
        rebuild(&calls[..cut], &root.canonicalize().unwrap(), &image, Policy::Strict, &mut dice);
        let promised = acknowledged(&calls[..cut]);
        let opened =
            std::panic::catch_unwind(|| sled::Config::new().path(&image).flush_every_ms(None).open().map(|db| (0..promised).all(|n| matches!(db.get(key(n)), Ok(Some(_))))));
        failed += usize::from(!matches!(opened, Ok(Ok(true))));
    }
    assert!(failed > 0, "the control passed: this test is blind");
}

/// Merges central files again and again; the file is the old or the new one after every cut.
#[test]
fn no_power_cut_leaves_half_a_central_file() {
    let dir = scratch();
    let root = dir.path().join("office");
    std::fs::create_dir(&root).unwrap();
    let inputs: Vec<PathBuf> = (0..4).map(|n| field_file(dir.path(), n)).collect();
    let recording = Recording::of(&root);
    let out = root.join("central.jsonl");
    let mut promised = Vec::new();
    for input in &inputs {
        merge_files(&out, std::slice::from_ref(input), false, &Settings::default()).unwrap();
        promised.push(line_count(&out));
        recording.acknowledge();
    }
    let calls = recording.calls();
    let mut dice = Dice::new(43);
    for round in 0..rounds(120, 500) {
        let cut = dice.below(calls.len() + 1);
        let image = dir.path().join("image");
        let _ = std::fs::remove_dir_all(&image);
        rebuild(&calls[..cut], &root.canonicalize().unwrap(), &image, POLICIES[round % 3], &mut dice);
        let done = acknowledged(&calls[..cut]);
        let file = image.join("central.jsonl");
        if done == 0 && !file.exists() {
            continue;
        }
        verify(&file).unwrap_or_else(|e| panic!("cut {cut}: {e:?}"));
        let least = done.checked_sub(1).map_or(0, |last| promised[last]);
        assert!(line_count(&file) >= least, "cut {cut}: {} of {least} lines", line_count(&file));
    }
}

/// A central file of a laptop of its own.
pub fn field_file(dir: &Path, number: usize) -> PathBuf {
    let mut desk = new_desk(&dir.join(format!("laptop{number}")), &format!("lt{number}"));
    establishment(&mut desk, &format!("Cơ sở thử {number}")).unwrap();
    let file = dir.join(format!("field{number}.jsonl"));
    desk.backup(&file).unwrap();
    desk.close().unwrap();
    file
}

fn line_count(file: &Path) -> usize {
    std::fs::read(file).unwrap().iter().filter(|b| **b == b'\n').count()
}
