//! A sync that leans on what the last one noted: it gives what a sync without the note gives, and a note that does not fit is
//! not believed.

use khuyencong::interview::json::Keys;
use khuyencong::store::Identity;
use khuyencong::workbench::chance::Clock;
use khuyencong::workbench::merging::verify;
use khuyencong::workbench::passing::sync_closed;
use khuyencong::workbench::transfer::Synced;
use khuyencong::workbench::{Content, Desk, Settings};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SHOP: &str = include_str!("cli/forms/shop.toml");

struct NoKeys;

impl Keys for NoKeys {
    fn key(&mut self) -> String {
        unreachable!("no rows are filled in")
    }
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for name in ["one", "two"] {
            Desk::create(&place.settings(name), Identity { person: format!("Người Thử {name}"), device: name.to_owned(), ..Identity::default() }).unwrap();
            fs::create_dir(place.path(name).join("forms")).unwrap();
            fs::write(place.path(name).join("forms/shop.toml"), SHOP).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn settings(&self, name: &str) -> Settings {
        Settings { data_dir: self.path(name), clock: Clock::parse("2026-11-23T09:00:00+07:00").unwrap(), seed: Some(name.to_owned()), ..Settings::default() }
    }

    fn add(&self, name: &str, count: usize) {
        let mut desk = Desk::open(self.settings(name)).unwrap().0;
        let form = desk.form("shop").unwrap();
        for number in 0..count {
            let id = desk.new_record();
            let (interview, _) = desk.fill(form.clone(), &id, &json!({"name": format!("Cơ sở {number}"), "workers": number}), &mut NoKeys, false).unwrap();
            desk.submit(&id, &form, Content::of(&interview, Vec::new())).unwrap();
        }
        desk.close().unwrap();
    }

    /// Syncs without opening the store first, where that can be.
    fn sync(&self, name: &str) -> Synced {
        sync_closed(&self.settings(name), &self.path("central.jsonl"), false, &mut |_, notices| assert!(notices.is_empty(), "{notices:?}")).unwrap()
    }

    fn note(&self, name: &str) -> PathBuf {
        self.path(name).join("known")
    }

    fn revisions(&self, name: &str) -> usize {
        let desk = Desk::open(self.settings(name)).unwrap().0;
        let keys = desk.store().view().revision_keys().count();
        desk.close().unwrap();
        keys
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { fs::copy(entry.path(), target).map(|_| ()).unwrap() }
    }
}

#[test]
fn what_both_sides_have_is_not_asked_of_the_view_and_nothing_is_missed() {
    let place = Place::new();
    place.add("one", 5);
    assert_eq!((place.sync("one").tally.sent, place.note("one").exists()), (5, true));
    place.add("two", 3);
    assert_eq!((place.sync("two").tally.new, place.revisions("two")), (5, 8));
    for round in 1..4usize {
        place.add("one", 2);
        // Nothing comes from the file the second time: the view stays closed.
        let first = place.sync("one").tally;
        assert_eq!((first.sent, first.new), (2, if round == 1 { 3 } else { 2 }));
        let sled = place.path("one/sled/db");
        let view = fs::read(&sled).unwrap();
        let again = place.sync("one").tally;
        assert_eq!((again.sent, again.new), (0, 0));
        assert_eq!(fs::read(&sled).unwrap(), view, "the view was not opened");
        place.add("two", 2);
        let there = place.sync("two").tally;
        assert_eq!((there.sent, there.new), (2, 2));
    }
    place.sync("one");
    assert_eq!((place.revisions("one"), place.revisions("two")), (20, 20));
    assert_eq!(verify(&place.path("central.jsonl")).unwrap().seal.devices().values().map(|d| d.count()).sum::<u64>(), 20);
}

/// What comes into a store that is opened only for that: the same as into one that is open, and the next start finds nothing
/// to repair.
#[test]
fn what_comes_in_is_derived_as_by_an_open_store() {
    let place = Place::new();
    place.add("one", 3);
    place.sync("one");
    place.add("two", 2);
    place.sync("two");
    fs::create_dir(place.path("open")).unwrap();
    for _ in 0..2 {
        place.add("two", 2);
        let record = Desk::open(place.settings("two")).unwrap().0.rows().keys().next().unwrap().clone();
        let mut desk = Desk::open(place.settings("two")).unwrap().0;
        assert!(desk.edit(&record, &[("workers".to_owned(), "7".to_owned())]).is_ok());
        let second = desk.rows().keys().nth(1).unwrap().to_string();
        desk.void(&second, "Ghi trùng").unwrap();
        desk.close().unwrap();
        place.sync("two");
        fs::remove_dir_all(place.path("open")).unwrap();
        copy(&place.path("one"), &place.path("open"));
        let told = place.sync("one");
        let mut open = Desk::open(place.settings("open")).unwrap().0;
        assert_eq!(open.sync(&place.path("central.jsonl"), false).unwrap(), told);
        assert!(told.tally.new > 2, "{:?}", told.tally);
        let (closed, notices) = Desk::open(place.settings("one")).unwrap();
        assert!(notices.is_empty(), "{notices:?}");
        assert_eq!(closed.rows(), open.rows());
        let current = |desk: &Desk| -> Vec<_> { desk.rows().keys().map(|record| desk.store().view().current(record).unwrap()).collect() };
        assert_eq!(current(&closed), current(&open));
        closed.close().unwrap();
    }
}

/// Another central file, an older one, or none: what this laptop has and the file lacks is fetched.
#[test]
fn a_file_that_lacks_what_was_synced_before_gets_it_again() {
    let place = Place::new();
    place.add("one", 4);
    place.sync("one");
    let central = place.path("central.jsonl");
    let whole = fs::read(&central).unwrap();
    place.add("one", 1);
    place.sync("one");
    let later = fs::read(&central).unwrap();
    fs::write(&central, whole).unwrap();
    assert_eq!(place.sync("one").tally.sent, 1);
    assert_eq!(fs::read(&central).unwrap(), later);
    // Four are in what was kept of it.
    fs::remove_file(&central).unwrap();
    assert_eq!(place.sync("one").tally.sent, 1);
    assert_eq!(fs::read(&central).unwrap(), later);
    for file in ["central.jsonl", "central.jsonl.bak"] {
        fs::remove_file(place.path(file)).unwrap();
    }
    assert_eq!(place.sync("one").tally.sent, 5);
    assert_eq!(fs::read(&central).unwrap(), later);
}

#[test]
fn a_note_that_is_damaged_anywhere_is_not_believed() {
    let place = Place::new();
    place.add("one", 2);
    place.sync("one");
    place.add("two", 1);
    place.sync("two");
    copy(&place.path("one"), &place.path("kept"));
    let (good, central) = (fs::read(place.note("one")).unwrap(), fs::read(place.path("central.jsonl")).unwrap());
    let keys = good.len() - 2 * 77;
    // All is under two sums: some places of every part will do.
    let places = (0..52).step_by(3).chain((52..keys).step_by(good.len() / 6)).chain((keys..good.len()).step_by(11));
    for at in places {
        let mut flipped = good.clone();
        flipped[at] ^= 1 << (at % 8);
        for bytes in [&flipped[..], &good[..at]] {
            fs::remove_dir_all(place.path("one")).unwrap();
            copy(&place.path("kept"), &place.path("one"));
            fs::write(place.note("one"), bytes).unwrap();
            assert_eq!(place.sync("one").tally.new, 1, "at {at}");
            assert_eq!(fs::read(place.path("central.jsonl")).unwrap(), central);
        }
    }
    assert_eq!(place.revisions("one"), 3);
}

/// A journal that was written anew or set back is not the one of which the note speaks.
#[test]
fn a_note_of_another_journal_is_not_believed() {
    let place = Place::new();
    place.add("one", 3);
    place.sync("one");
    let note = fs::read(place.note("one")).unwrap();
    fs::remove_dir_all(place.path("two")).unwrap();
    copy(&place.path("one"), &place.path("two"));
    place.add("one", 1);
    place.sync("one");
    // The note of the longer journal beside the shorter one, and the other way round.
    fs::copy(place.note("one"), place.note("two")).unwrap();
    assert_eq!(place.sync("two").tally.new, 1);
    fs::write(place.note("one"), note).unwrap();
    let after = place.sync("one").tally;
    assert_eq!((after.sent, after.new), (0, 0), "an older note of the same journal still holds");
    assert_eq!(place.revisions("two"), 4);
}
