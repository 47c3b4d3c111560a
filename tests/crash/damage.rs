//! Every byte of a small journal, of the drafts and of the identity damaged, every length cut: what is lost is told, what
//! is not lost is there, and nothing panics. The view's bytes too, at as many places as time allows.

use crate::support::{copy, draft, form, lines, new_store, reopen, revision, rounds, save, scratch};
use khuyencong::store::{Notice, Store};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A small store, closed; its lines.
fn small(dir: &Path) -> BTreeSet<String> {
    let mut store = new_store(dir);
    save(&mut store, &form());
    for number in 0..2 {
        let entry = revision(&store, number);
        save(&mut store, &entry);
    }
    store.keep_draft(draft("d", "Nháp")).unwrap();
    store.keep_typing("d", "owner", "Nguyễn").unwrap();
    let known = lines(&store);
    store.close().unwrap();
    known
}

/// What happened to a file.
fn damages(good: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for at in 0..good.len() {
        let mut bad = good.to_vec();
        bad[at] ^= 1 << (at % 8);
        all.push((format!("bit flipped at {at}"), bad));
        all.push((format!("cut at {at}"), good[..at].to_vec()));
    }
    all
}

fn each_damage(base: &Path, file: &str, mut check: impl FnMut(&str, Result<(Store, Vec<Notice>), Vec<String>>)) {
    let dir = scratch();
    let good = fs::read(base.join(file)).unwrap();
    for (name, bad) in damages(&good) {
        let place = dir.path().join("store");
        let _ = fs::remove_dir_all(&place);
        copy(base, &place);
        fs::write(place.join(file), bad).unwrap();
        check(&name, reopen(&place));
    }
}

#[test]
fn a_damaged_journal_beside_a_good_view_loses_nothing_and_is_told() {
    let dir = scratch();
    let known = small(&dir.path().join("store"));
    each_damage(&dir.path().join("store"), "journal.jsonl", |name, opened| {
        let (store, notices) = opened.unwrap_or_else(|why| panic!("{name}: {why:?}"));
        assert_eq!(lines(&store), known, "{name}");
        assert!(matches!(&notices[..], [Notice::Damaged { lost: 0, .. } | Notice::TornTail(_)]), "{name}: {notices:?}");
    });
}

#[test]
fn a_damaged_journal_without_a_view_tells_what_it_lost() {
    let dir = scratch();
    let base = dir.path().join("store");
    let known = small(&base);
    fs::remove_dir_all(base.join("sled")).unwrap();
    each_damage(&base, "journal.jsonl", |name, opened| {
        let (store, notices) = opened.unwrap_or_else(|why| panic!("{name}: {why:?}"));
        let left = lines(&store);
        assert!(left.is_subset(&known), "{name}: something was invented");
        let told: u64 = notices.iter().map(|n| if let Notice::Damaged { lost, .. } = n { *lost } else { 0 }).sum();
        assert_eq!(told, (known.len() - left.len()) as u64, "{name}: {notices:?}");
        assert!(!notices.is_empty(), "{name}: silent");
    });
}

#[test]
fn damaged_drafts_are_told_and_the_rest_of_them_kept() {
    let dir = scratch();
    let base = dir.path().join("store");
    small(&base);
    let is_whole = |store: &Store| store.draft_list().any(|d| d.record == "d" && d.typing.get("owner").is_some_and(|text| text == "Nguyễn") && d.answers.len() == 1);
    each_damage(&base, "drafts.jsonl", |name, opened| {
        let (store, notices) = opened.unwrap_or_else(|why| panic!("{name}: {why:?}"));
        assert!(matches!(&notices[..], [Notice::Drafts(_, Some(kept))] if kept.exists()), "{name}: {notices:?} whole: {}", is_whole(&store));
    });
}

#[test]
fn a_damaged_identity_comes_back_from_its_copy() {
    let dir = scratch();
    let base = dir.path().join("store");
    small(&base);
    each_damage(&base, "identity.toml", |name, opened| {
        let (store, notices) = opened.unwrap_or_else(|why| panic!("{name}: {why:?}"));
        assert_eq!((store.identity().person.as_str(), store.identity().device.as_str()), ("Người Thử", "lt01-k3f9q2"), "{name}");
        assert!(matches!(&notices[..], [Notice::Identity(Some(_))]), "{name}: {notices:?}");
    });
    fs::remove_file(base.join("identity.copy.toml")).unwrap();
    fs::write(base.join("identity.toml"), "person = 1").unwrap();
    assert!(reopen(&base).err().unwrap().len() >= 2, "with neither left it is a refusal with a way out");
}

#[test]
fn a_damaged_view_never_hides_anything() {
    let dir = scratch();
    let base = dir.path().join("store");
    let known = small(&base);
    let database = fs::read(base.join("sled/db")).unwrap();
    let used = database.iter().rposition(|b| *b != 0).unwrap_or(0);
    let mut told = 0;
    let count = rounds(120, 10_000).min(used);
    for round in 0..count {
        let place = dir.path().join("damaged");
        let _ = fs::remove_dir_all(&place);
        copy(&base, &place);
        let at = round * used / count;
        let mut bad = database.clone();
        bad[at] ^= 1 << (round % 8);
        fs::write(place.join("sled/db"), &bad[..if round % 5 == 4 { at } else { bad.len() }]).unwrap();
        let (store, notices) = reopen(&place).unwrap_or_else(|why| panic!("at {at}: {why:?}"));
        // A value that proves unreadable only now takes the mark of the clean end away: the next start repairs.
        let first = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.view().walk()));
        told += usize::from(!notices.is_empty());
        drop(store);
        if !matches!(first, Ok(Ok(_))) {
            let (store, notices) = reopen(&place).unwrap_or_else(|why| panic!("at {at}, again: {why:?}"));
            assert!(!notices.is_empty(), "at {at}");
            assert_eq!(lines(&store), known, "at {at}, again");
        } else {
            assert_eq!(lines(&reopen(&place).unwrap().0), known, "at {at}");
        }
    }
    assert!(told > 0, "no damage was ever noticed: this test is blind");
}
