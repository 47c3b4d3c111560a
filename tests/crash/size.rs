//! What a store takes on the disk after everything in it was edited ten times, against the bytes of all its revisions.

use crate::support::{form, new_store, now, reopen, row, scratch, written};
use khuyencong::record::Entry;
use khuyencong::store::{Current, Store};
use khuyencong::value::Value;
use std::collections::BTreeMap;
use std::path::Path;

const RECORDS: usize = 150;

fn answers(number: usize, edit: usize) -> BTreeMap<String, Value> {
    (0..60).map(|question| (format!("question_{question}"), Value::text(format!("câu trả lời {number} {question} {}", edit * usize::from(question % 7 == 0))))).collect()
}

/// A save with what is derived of it, as the program does after each.
fn edit(store: &mut Store, number: usize, edit: usize) {
    let record = format!("0192f3c0-7a10-7c3e-9d52-{number:012}");
    let parents = store.view().history(&record).unwrap().iter().max_by_key(|r| r.seq).map(|r| r.id).into_iter().collect();
    let answers = answers(number, edit);
    let revision = written(store, record.clone(), parents, answers.clone());
    store.append(&[(revision.line().into_bytes(), Entry::Revision(revision))], now()).unwrap();
    derive(store, &record, answers);
}

fn derive(store: &mut Store, record: &str, answers: BTreeMap<String, Value>) {
    let row = row(record, "Cơ sở thử");
    store.changing().unwrap().put_current(&row, &Current { of: "shop@1@3f2a9c0d1e4b".into(), answers, ..Current::default() }).unwrap();
}

fn bytes_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries.map(|entry| if entry.path().is_dir() { bytes_of(&entry.path()) } else { entry.metadata().unwrap().len() }).sum()
}

#[test]
fn ten_edits_of_everything_stay_within_three_and_a_half_times_their_bytes() {
    let dir = scratch();
    let place = dir.path().join("store");
    let mut store = new_store(&place);
    store.append(&[(form().line().into_bytes(), form())], now()).unwrap();
    for round in 0..=10 {
        (0..RECORDS).for_each(|number| edit(&mut store, number, round));
        store.close().unwrap();
        store = reopen(&place).unwrap().0;
    }
    // What is derived again and again leaves the journal as it is, and must not swell the view.
    for round in 0..40 {
        (0..RECORDS).for_each(|number| derive(&mut store, &format!("0192f3c0-7a10-7c3e-9d52-{number:012}"), answers(number, round)));
    }
    store.close().unwrap();
    store = reopen(&place).unwrap().0;
    let journal = std::fs::metadata(place.join("journal.jsonl")).unwrap().len();
    let all = bytes_of(&place);
    println!("{} bytes of revisions, {all} on the disk: {:.2} times", journal, all as f64 / journal as f64);
    assert!(all * 2 <= journal * 7, "{all} bytes for {journal} of revisions");
    store.close().unwrap();
    let (store, notices) = reopen(&place).unwrap();
    assert_eq!((notices.len(), store.view().index().unwrap().len()), (0, RECORDS));
}

/// What is derived may take more than what was written. Such a view is copied once; that it grew is for the test above.
#[test]
fn a_view_that_cannot_be_made_small_is_not_copied_at_every_end() {
    let dir = scratch();
    let place = dir.path().join("store");
    let mut store = new_store(&place);
    store.append(&[(form().line().into_bytes(), form())], now()).unwrap();
    let much = |round: usize| BTreeMap::from([("name".to_owned(), Value::text(format!("{round} {}", "suy ra nhiều hơn đã ghi ".repeat(800))))]);
    (0..600).for_each(|number| edit(&mut store, number, 0));
    // A copy is a new folder in its place: what was laid into the old one is gone.
    let mut copied = Vec::new();
    for round in 0..4 {
        let derived = if round == 0 { 600 } else { 5 };
        (0..derived).for_each(|number| derive(&mut store, &format!("0192f3c0-7a10-7c3e-9d52-{:012}", number % 600), much(round)));
        std::fs::write(place.join("sled/laid"), "").unwrap();
        store.close().unwrap();
        copied.push(!place.join("sled/laid").exists());
        store = reopen(&place).unwrap().0;
    }
    let journal = std::fs::metadata(place.join("journal.jsonl")).unwrap().len();
    assert!(bytes_of(&place.join("sled")) > 2 * journal, "the view is small: the test is blind");
    assert_eq!(copied, [true, false, false, false]);
}
