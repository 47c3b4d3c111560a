//! The store after everything that may happen to a laptop: killed while open, its view or its journal damaged or gone.
//! Acknowledged revisions are never lost, and the chain of the laptop never forks.

use khuyencong::interview::json::Keys;
use khuyencong::record::Entry;
use khuyencong::store::{Identity, Notice};
use khuyencong::value::Value;
use khuyencong::workbench::chance::Clock;
use khuyencong::workbench::{Content, Desk, Settings};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

struct NoKeys;

impl Keys for NoKeys {
    fn key(&mut self) -> String {
        unreachable!("the establishment form has no rows")
    }
}

fn settings(dir: &Path) -> Settings {
    Settings { data_dir: dir.to_owned(), clock: Clock::parse("2026-11-23T09:00:00+07:00").unwrap(), seed: Some("store".into()), ..Settings::default() }
}

fn new_desk(dir: &Path) -> Desk {
    let identity = Identity { person: "Người Thử".into(), device: "lt01".into(), ..Identity::default() };
    Desk::create(&settings(dir), identity).unwrap();
    Desk::open(settings(dir)).unwrap().0
}

/// Records an establishment; gives its id.
fn record(desk: &mut Desk, name: &str) -> String {
    let form = desk.form("establishment").unwrap();
    let id = desk.new_record();
    let input = json!({
        "name": name, "legal_form": "household", "registration_number": "96A8001234", "tax_code_reason": "not_issued", "start_year": 2015,
        "commune": "32244", "address": "Ấp 1", "in_cluster": "no", "craft_village": "no", "owner": "Trần Thị Thử", "owner_gender": "female",
        "owner_ethnicity": "kinh", "phone": "0912345678", "industry": "1079", "industry_group": "agro_food",
    });
    let (interview, _) = desk.fill(form.clone(), &id, &input, &mut NoKeys, false).unwrap();
    desk.submit(&id, &form, Content::of(&interview, Vec::new())).unwrap();
    id
}

#[test]
fn what_is_told_to_be_saved_is_in_the_journal_by_then_and_told_once() {
    use std::sync::Mutex;
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(dir.path());
    let (journal, told) = (dir.path().join("journal.jsonl"), std::sync::Arc::new(Mutex::new(Vec::new())));
    let seen = told.clone();
    desk.set_watch(khuyencong::workbench::watch::Watch::default().and_saved(move || seen.lock().unwrap().push(fs::read_to_string(&journal).unwrap())));
    let id = record(&mut desk, "Cơ sở thử");
    let told = std::mem::take(&mut *told.lock().unwrap());
    assert_eq!(told.iter().map(|text| text.contains(&id) && text.ends_with('\n')).collect::<Vec<_>>(), [true]);
    assert!(desk.row(&id).unwrap().summary.starts_with("Cơ sở thử"), "lists show it when the call returns");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { fs::copy(entry.path(), target).map(|_| ()).unwrap() }
    }
}

/// A store with three records as a kill -9 leaves it: copied while it was open.
fn killed(dir: &Path) -> Vec<String> {
    let open = dir.join("open");
    let mut desk = new_desk(&open);
    let ids = (1..=3).map(|n| record(&mut desk, &format!("Cơ sở thử {n}"))).collect();
    copy(&open, &dir.join("killed"));
    ids
}

/// The laptop's revisions by number; every number once, each naming the one before.
fn assert_whole_chain(desk: &Desk, count: u64) {
    let mut chain = Vec::new();
    desk.store()
        .view()
        .revisions("", &mut |revision| {
            chain.push((revision.seq, revision.prev, revision.id));
            Ok(())
        })
        .unwrap();
    chain.sort();
    assert_eq!(chain.iter().map(|(seq, ..)| *seq).collect::<Vec<_>>(), (1..=count).collect::<Vec<_>>());
    assert!(chain.windows(2).all(|w| w[1].1 == Some(w[0].2)));
}

#[test]
fn a_store_that_was_killed_opens_with_everything_and_goes_on_with_its_chain() {
    let dir = tempfile::tempdir().unwrap();
    let ids = killed(dir.path());
    let (mut desk, notices) = Desk::open(settings(&dir.path().join("killed"))).unwrap();
    assert_eq!(notices, []);
    assert_eq!(desk.rows().keys().map(|record| record.to_string()).collect::<std::collections::BTreeSet<_>>(), ids.into_iter().collect());
    record(&mut desk, "Cơ sở thử 4");
    assert_whole_chain(&desk, 4);
}

#[test]
fn a_view_that_is_gone_or_damaged_at_any_place_is_rebuilt_and_the_old_one_kept() {
    let dir = tempfile::tempdir().unwrap();
    killed(dir.path());
    let database = fs::read(dir.path().join("killed/sled/db")).unwrap();
    let used = database.iter().rposition(|b| *b != 0).unwrap_or(0);
    for (round, place) in (0..used).step_by(used / 12 + 1).enumerate() {
        let store = dir.path().join(format!("damaged{round}"));
        copy(&dir.path().join("killed"), &store);
        let mut bad = database.clone();
        bad[place..(place + 64).min(database.len())].iter_mut().for_each(|b| *b ^= 0xff);
        fs::write(store.join("sled/db"), bad).unwrap();
        let (mut desk, _) = Desk::open(settings(&store)).unwrap();
        assert_eq!(desk.rows().len(), 3, "damage at {place}");
        record(&mut desk, "Cơ sở thử 4");
        assert_whole_chain(&desk, 4);
    }
    fs::remove_dir_all(dir.path().join("killed/sled")).unwrap();
    let (desk, _) = Desk::open(settings(&dir.path().join("killed"))).unwrap();
    assert_eq!(desk.rows().len(), 3);
}

#[test]
fn a_journal_cut_in_its_last_line_loses_only_what_was_never_called_saved() {
    let dir = tempfile::tempdir().unwrap();
    killed(dir.path());
    let store = dir.path().join("killed");
    let journal = store.join("journal.jsonl");
    let whole = fs::read(&journal).unwrap();
    // A fourth line that never came to its end.
    let mut torn = whole.clone();
    torn.extend_from_slice(br#"{"record":"0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d","at":"2026"#);
    fs::write(&journal, torn).unwrap();
    let (desk, notices) = Desk::open(settings(&store)).unwrap();
    assert!(matches!(&notices[..], [Notice::TornTail(kept)] if fs::read(kept).unwrap().starts_with(br#"{"record":"0192f3c0"#)), "{notices:?}");
    assert_eq!(desk.rows().len(), 3);
    desk.close().unwrap();
    assert_eq!(fs::read(&journal).unwrap(), whole);
}

#[test]
fn a_damaged_journal_line_is_named_and_filled_from_the_view() {
    let dir = tempfile::tempdir().unwrap();
    killed(dir.path());
    let store = dir.path().join("killed");
    // Closed cleanly once, so that the view is on the disk too; then the journal rots and the next end is not clean.
    Desk::open(settings(&store)).unwrap().0.close().unwrap();
    fs::remove_file(store.join("clean")).unwrap();
    let journal = store.join("journal.jsonl");
    let mut lines: Vec<Vec<u8>> = fs::read(&journal).unwrap().split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    let hit = lines.iter().position(|l| l.starts_with(b"{\"record\"")).unwrap();
    lines[hit][200] ^= 1;
    fs::write(&journal, lines.join(&b'\n')).unwrap();
    let (desk, notices) = Desk::open(settings(&store)).unwrap();
    assert!(matches!(&notices[..], [Notice::Damaged { lines, recovered: 1, lost: 0, kept: Some(kept) }] if *lines == [hit as u64 + 1] && kept.exists()), "{notices:?}");
    assert_eq!(desk.rows().len(), 3);
    let found = khuyencong::store::inspect::look(&store).unwrap();
    assert!(!found.is_damage() && found.entries >= 4, "{found:?}");
    assert_whole_chain(&desk, 3);
}

#[test]
fn a_clean_start_after_a_clean_end_trusts_the_view_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let mut desk = new_desk(&store);
    record(&mut desk, "Cơ sở thử 1");
    desk.close().unwrap();
    let journal = fs::read(store.join("journal.jsonl")).unwrap();
    let (desk, notices) = Desk::open(settings(&store)).unwrap();
    assert_eq!(notices, []);
    desk.close().unwrap();
    assert_eq!(fs::read(store.join("journal.jsonl")).unwrap(), journal);
    assert!(store.join("clean").exists());
}

#[test]
fn every_line_of_the_journal_is_a_line_of_the_central_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(&dir.path().join("store"));
    record(&mut desk, "Cơ sở thử 1");
    let journal = fs::read_to_string(dir.path().join("store/journal.jsonl")).unwrap();
    for line in journal.lines() {
        assert_eq!(Entry::parse(line.as_bytes()).unwrap().line(), line);
    }
    desk.backup(&dir.path().join("b.jsonl")).unwrap();
    let backup = fs::read_to_string(dir.path().join("b.jsonl")).unwrap();
    let mut sorted: Vec<&str> = journal.lines().collect();
    sorted.sort_unstable();
    let body: Vec<&str> = backup.lines().collect();
    assert_eq!(sorted, body[1..body.len() - 1]);
}

#[test]
fn a_view_that_silently_lost_keys_or_vanished_after_a_clean_end_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    killed(dir.path());
    let clean = dir.path().join("clean");
    copy(&dir.path().join("killed"), &clean);
    Desk::open(settings(&clean)).unwrap().0.close().unwrap();
    let gone = dir.path().join("gone");
    copy(&clean, &gone);
    fs::remove_dir_all(gone.join("sled")).unwrap();
    let (mut desk, _) = Desk::open(settings(&gone)).unwrap();
    assert_eq!(desk.rows().len(), 3);
    record(&mut desk, "Cơ sở thử 4");
    assert_whole_chain(&desk, 4);
    let database = fs::read(clean.join("sled/db")).unwrap();
    let used = database.iter().rposition(|b| *b != 0).unwrap_or(0);
    for (round, place) in (0..used).step_by(used / 24 + 1).enumerate() {
        let store = dir.path().join(format!("flipped{round}"));
        copy(&clean, &store);
        let mut bad = database.clone();
        bad[place] ^= 1;
        fs::write(store.join("sled/db"), bad).unwrap();
        let (mut desk, _) = Desk::open(settings(&store)).unwrap();
        assert_eq!(desk.rows().len(), 3, "bit flipped at {place}");
        record(&mut desk, "Cơ sở thử 4");
        assert_whole_chain(&desk, 4);
    }
}

#[test]
fn a_laptop_that_meets_its_own_unknown_revisions_goes_on_under_a_new_name() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two, central) = (dir.path().join("one"), dir.path().join("two"), dir.path().join("central.jsonl"));
    let mut desk = new_desk(&one);
    record(&mut desk, "Cơ sở thử 1");
    desk.close().unwrap();
    copy(&one, &two);
    for store in [&one, &two] {
        let seed = settings(store);
        let mut desk = Desk::open(khuyencong::workbench::Settings { seed: None, ..seed }).unwrap().0;
        record(&mut desk, "Cơ sở bản sao");
        desk.sync(&central, false).unwrap();
        desk.close().unwrap();
    }
    let clone = Desk::open(settings(&two)).unwrap().0;
    let original = Desk::open(settings(&one)).unwrap().0;
    assert_ne!(clone.identity().device, original.identity().device);
    assert_eq!(clone.rows().len(), 3, "nothing of either is lost");
}

#[test]
fn text_that_is_not_nfc_is_made_so_before_it_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(&dir.path().join("store"));
    let id = record(&mut desk, "Cơ sở thử 1");
    desk.void(&id, "vi\u{300} sai").unwrap();
    desk.backup(&dir.path().join("b.jsonl")).unwrap();
    khuyencong::workbench::merging::verify(&dir.path().join("b.jsonl")).unwrap();
    assert_eq!(desk.history(&id).unwrap().revisions()[1].argument("reason"), Some("vì sai"));
}

// The traps into which others fell (named after their reports), as far as they concern a store.

#[test]
fn trap_a_resend_after_a_lost_acknowledgement_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(&dir.path().join("store"));
    let id = record(&mut desk, "Cơ sở thử 1");
    let again: Vec<(Vec<u8>, Entry)> = desk.store().view().history(&id).unwrap().into_iter().map(|r| (r.line().into_bytes(), Entry::Revision(r))).collect();
    let journal = fs::read(dir.path().join("store/journal.jsonl")).unwrap();
    let now = desk.settings().clock.now();
    let twice = [again.clone(), again].concat();
    assert_eq!(desk.store_mut().append(&twice, now).unwrap(), 0);
    assert_eq!(fs::read(dir.path().join("store/journal.jsonl")).unwrap(), journal);
}

#[test]
fn trap_the_same_file_twice_and_a_new_laptop_take_everything_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(&dir.path().join("store"));
    let id = record(&mut desk, "Cơ sở thử 1");
    let draft = khuyencong::store::Draft { record: desk.new_record(), of: "shop@1@x".into(), summary: "Nháp".into(), ..Default::default() };
    desk.keep_draft(draft.clone()).unwrap();
    let backup = dir.path().join("b.jsonl");
    desk.backup(&backup).unwrap();
    let mut new = new_desk(&dir.path().join("new"));
    assert_eq!(new.restore(&backup).unwrap().tally.new, 1);
    assert_eq!((new.restore(&backup).unwrap().tally.new, new.rows().len()), (0, 1));
    assert!(new.rows().contains_key(&id), "a reinstalled laptop loses nothing");
    assert_eq!(new.store().draft_list().collect::<Vec<_>>(), [&draft], "drafts come with the backup");
}

#[test]
fn a_backup_carries_the_files_of_records_and_drafts_and_says_what_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(&dir.path().join("store"));
    let held = |bytes: &[u8]| {
        let source = dir.path().join("photo.jpg");
        fs::write(&source, bytes).unwrap();
        khuyencong::workbench::attaching::attach(&source.display().to_string(), Some(&dir.path().join("store/attachments"))).unwrap()
    };
    let (photo, gone) = (held(b"anh"), held(b"anh da mat"));
    fs::remove_file(dir.path().join("store/attachments").join(&gone.sha256)).unwrap();
    let answers = BTreeMap::from([("photo".to_owned(), Value::File(photo.clone())), ("other".to_owned(), Value::File(gone.clone()))]);
    let draft = khuyencong::store::Draft { record: desk.new_record(), of: "shop@1@x".into(), answers, ..Default::default() };
    desk.keep_draft(draft).unwrap();
    let backup = dir.path().join("b.jsonl");
    let made = desk.backup(&backup).unwrap();
    assert_eq!((made.drafts, made.carried.copied, made.carried.missing), (1, 1, vec![gone.sha256.clone()]));
    let mut new = new_desk(&dir.path().join("new"));
    let taken = new.restore(&backup).unwrap();
    assert_eq!((taken.drafts, taken.carried.copied, taken.carried.missing), (1, 1, vec![gone.sha256]));
    assert_eq!(fs::read(dir.path().join("new/attachments").join(&photo.sha256)).unwrap(), b"anh");
}

#[test]
fn trap_a_unique_value_that_is_there_already_aborts_no_import() {
    let dir = tempfile::tempdir().unwrap();
    let backup = dir.path().join("b.jsonl");
    let mut other = new_desk(&dir.path().join("other"));
    record(&mut other, "Cơ sở thử 1");
    other.backup(&backup).unwrap();
    let identity = Identity { person: "Người Khác".into(), device: "lt02".into(), ..Identity::default() };
    Desk::create(&settings(&dir.path().join("store")), identity).unwrap();
    let mut desk = Desk::open(settings(&dir.path().join("store"))).unwrap().0;
    record(&mut desk, "Cơ sở thử 1");
    desk.restore(&backup).unwrap();
    assert_eq!(desk.rows().len(), 2, "both are kept, whatever they share");
}

#[test]
fn trap_a_failed_import_is_loud_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(&dir.path().join("store"));
    record(&mut desk, "Cơ sở thử 1");
    let backup = dir.path().join("b.jsonl");
    desk.backup(&backup).unwrap();
    let whole = fs::read(&backup).unwrap();
    let mut new = new_desk(&dir.path().join("new"));
    fs::write(&backup, &whole[..whole.len() - 1]).unwrap();
    assert!(new.restore(&backup).is_err());
    let foreign = String::from_utf8(whole).unwrap().replace("\"programme\":\"", "\"programme\":\"x");
    fs::write(&backup, foreign).unwrap();
    assert!(new.restore(&backup).is_err(), "nor does another programme's come in");
    assert_eq!(new.rows().len(), 0);
}

#[test]
fn trap_no_timer_and_no_clock_decides_what_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let at = |when: &str| Settings { clock: Clock::parse(when).unwrap(), ..settings(dir.path()) };
    let mut desk = new_desk(dir.path());
    let first = record(&mut desk, "Cơ sở thử 1");
    let draft = khuyencong::store::Draft { record: desk.new_record(), of: "shop@1@x".into(), ..Default::default() };
    desk.keep_draft(draft).unwrap();
    desk.close().unwrap();
    // A clock that is years behind, then years ahead.
    for when in ["2020-01-01T00:00:00+07:00", "2040-01-01T00:00:00+07:00"] {
        let mut desk = Desk::open(at(when)).unwrap().0;
        record(&mut desk, &format!("Cơ sở của {when}"));
        desk.close().unwrap();
    }
    let desk = Desk::open(settings(dir.path())).unwrap().0;
    assert!(desk.rows().len() == 3 && desk.rows().contains_key(&first) && desk.store().draft_list().count() == 1);
    assert_whole_chain(&desk, 3);
}

#[test]
fn trap_killed_at_any_key_everything_typed_before_it_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(&dir.path().join("store"));
    let draft = khuyencong::store::Draft { record: desk.new_record(), of: "shop@1@x".into(), ..Default::default() };
    desk.keep_draft(draft.clone()).unwrap();
    let text = "Nguyễn Thị Thử";
    for (at, _) in text.char_indices().skip(1) {
        desk.store_mut().keep_typing(&draft.record, "owner", &text[..at]).unwrap();
        let killed = dir.path().join(format!("killed{at}"));
        copy(&dir.path().join("store"), &killed);
        let (after, _) = Desk::open(settings(&killed)).unwrap();
        assert_eq!(after.store().draft_list().next().unwrap().typing["owner"], text[..at]);
    }
}

#[test]
fn a_draft_that_was_handed_in_just_before_the_power_went_does_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let mut desk = new_desk(&store);
    let id = record(&mut desk, "Cơ sở thử 1");
    let answers = desk.store().view().history(&id).unwrap()[0].answers.clone();
    let same = khuyencong::store::Draft { record: id.clone(), answers: answers.clone(), ..Default::default() };
    desk.keep_draft(same.clone()).unwrap();
    desk.close().unwrap();
    let mut desk = Desk::open(settings(&store)).unwrap().0;
    assert_eq!(desk.store().draft_list().count(), 0);
    // One that says anything else stays.
    let other = khuyencong::store::Draft { typing: [("owner".to_owned(), "Ng".to_owned())].into(), ..same };
    desk.keep_draft(other).unwrap();
    desk.close().unwrap();
    assert_eq!(Desk::open(settings(&store)).unwrap().0.store().draft_list().count(), 1);
}

/// Whether the mark of a clean end knows the view's file as it lies there, so that the next start believes it.
fn knows_the_view(dir: &Path) -> bool {
    let db = fs::read(dir.join("sled").join("db")).unwrap();
    let mark = fs::read_to_string(dir.join("clean")).unwrap();
    mark.contains(&format!(" {} {} ", db.len(), crc32fast::hash(&db)))
}

#[test]
fn a_session_that_only_read_and_was_not_closed_does_not_make_the_next_one_look_at_everything() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = new_desk(dir.path());
    let id = record(&mut desk, "Cơ sở thử");
    desk.close().unwrap();
    assert!(knows_the_view(dir.path()));
    for _ in 0..3 {
        let (desk, notices) = Desk::open(settings(dir.path())).unwrap();
        assert!(notices.is_empty() && desk.rows().contains_key(&id));
        drop(desk);
        assert!(knows_the_view(dir.path()), "sled writes even when it is only read");
    }
}
