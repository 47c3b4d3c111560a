//! Synthetic records: reproducible, of every form and kind, and accepted by the same checks as a person's.

use khuyencong::store::Identity;
use khuyencong::workbench::chance::Clock;
use khuyencong::workbench::{Desk, Settings, demo};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn settings(dir: &Path, now: &str) -> Settings {
    Settings { data_dir: dir.to_owned(), clock: Clock::parse(now).expect("a moment"), seed: Some("fixed".to_owned()), ..Settings::default() }
}

fn filled(dir: &Path, now: &str, records: usize, seed: &str) -> Desk {
    let settings = settings(dir, now);
    demo::create(&settings).expect("a new store");
    let (mut desk, _) = Desk::open(settings).expect("the store opens");
    let made = demo::fill(&mut desk, records, seed).unwrap_or_else(|failure| panic!("{}: {failure:?}", dir.display()));
    assert_eq!(made, records, "as many as asked for");
    assert_eq!(desk.rows().len(), records, "each its own record");
    desk
}

#[test]
fn the_same_seed_makes_the_same_backup_byte_for_byte() {
    let dir = tempfile::tempdir().expect("a folder");
    let backup = |name: &str, seed: &str| {
        let desk = filled(&dir.path().join(name), "2027-09-01T08:00", 60, seed);
        let file = dir.path().join(format!("{name}.khuyencong"));
        desk.backup(&file).expect("a backup");
        std::fs::read(file).expect("the file")
    };
    let (first, again, other) = (backup("first", "7"), backup("again", "7"), backup("other", "8"));
    assert!(first == again, "the same seed gives the same bytes");
    assert!(first != other, "another seed gives others");
}

#[test]
fn two_hundred_records_show_every_form_and_kind_without_hard_problems() {
    let dir = tempfile::tempdir().expect("a folder");
    let desk = filled(dir.path(), "2026-11-23T10:00", 200, "1");
    let mut forms: BTreeMap<&str, usize> = BTreeMap::new();
    for row in desk.rows().values() {
        *forms.entry(row.form.as_str()).or_default() += 1;
        assert_eq!(row.problems, 0, "{} {}: {:?}", row.form, row.summary, row.state);
        assert!(row.date.is_empty() || row.date.as_str() <= "2026-11-23", "nothing lies ahead: {}", row.date);
    }
    assert_eq!(forms.keys().map(|form| (*form).to_owned()).collect::<BTreeSet<_>>(), BTreeSet::from_iter(desk.library().ids()), "all forms");
    let warned = desk.rows().values().filter(|row| row.warnings > 0).count();
    assert!((1..60).contains(&warned), "a few soft warnings, not {warned}");
    let report = desk.report(None).expect("a report").to_json();
    let done: BTreeMap<&str, f64> = report["targets"].as_array().expect("targets").iter().filter_map(|t| Some((t["id"].as_str()?, t["done"].as_f64()?))).collect();
    assert_eq!(done.len(), 40, "a number for each target: {done:?}");
    for kind in ["T-TD", "T-MM", "T-SX", "T-MT", "T-DIEM"] {
        assert!(done[kind] >= 1.0, "{kind} occurs: {done:?}");
    }
}

#[test]
fn records_fit_any_day_of_the_programme() {
    for (now, records) in [("2026-02-10", 150), ("2028-07-15", 250), ("2030-12-30", 250), ("2031-06-01", 40)] {
        for seed in ["1", "2"] {
            let dir = tempfile::tempdir().expect("a folder");
            let desk = filled(dir.path(), now, records, seed);
            assert!(desk.rows().values().all(|row| row.problems == 0), "{now} {seed}");
        }
    }
}

#[test]
fn ids_carry_the_time_of_the_record_and_stamps_follow_the_chain() {
    let dir = tempfile::tempdir().expect("a folder");
    let desk = filled(dir.path(), "2027-09-01T08:00", 100, "3");
    let mut stamps = BTreeSet::new();
    for row in desk.rows().values() {
        let id = uuid::Uuid::parse_str(&row.record).expect("a UUID");
        assert_eq!(id.get_version_num(), 7);
        assert!(stamps.insert(row.at), "stamps differ");
        if row.form == "establishment_survey" {
            let (seconds, _) = id.get_timestamp().expect("a time").to_unix();
            let local = chrono::DateTime::from_timestamp(seconds as i64, 0).expect("a time") + chrono::TimeDelta::hours(7);
            assert_eq!(local.date_naive().to_string(), row.date, "the day of the visit");
        }
    }
}

#[test]
fn a_store_with_real_records_is_left_alone_and_a_demo_store_takes_more() {
    let dir = tempfile::tempdir().expect("a folder");
    let (demo_dir, real_dir) = (dir.path().join("demo"), dir.path().join("real"));
    let mut desk = filled(&demo_dir, "2027-09-01T08:00", 30, "1");
    assert_eq!(demo::fill(&mut desk, 30, "1").expect("more"), 30);
    assert_eq!(desk.rows().len(), 60, "the same seed adds other records");
    let codes: Vec<_> = desk.rows().values().flat_map(|row| row.identity.iter().map(|(question, value)| (row.form.clone(), question.clone(), value.clone()))).collect();
    assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "no look-alikes");

    let settings = settings(&real_dir, "2027-09-01T08:00");
    Desk::create(&settings, Identity { person: "Mẫu".to_owned(), device: "lt07".to_owned(), ..Identity::default() }).expect("a store");
    let (mut desk, _) = Desk::open(settings).expect("opens");
    let form = desk.form("establishment").expect("the form");
    let id = desk.new_record();
    let world = khuyencong::workbench::related::Gathering::new(&desk, &id);
    let interview = khuyencong::interview::Interview::begin(form.clone(), &desk.who(), desk.around(&world));
    drop(world);
    let content = khuyencong::workbench::Content::of(&interview, Vec::new());
    desk.submit(&id, &form, content).expect("saved");
    let refused = demo::fill(&mut desk, 5, "1").expect_err("real records are left alone");
    assert_eq!(refused.exit, khuyencong::error::Exit::Refused);
    assert_eq!(desk.rows().len(), 1);
}

#[test]
fn the_desk_counts_what_the_report_counts_though_it_reads_less() {
    let dir = tempfile::tempdir().expect("a folder");
    let desk = filled(dir.path(), "2028-07-15T10:00", 260, "3");
    let (glance, report) = (desk.glance().expect("a glance"), desk.report(None).expect("a report"));
    let headline = report.figures.iter().filter(|figure| report.programme.targets[figure.target].headline);
    let told = |report: &khuyencong::workbench::reporting::Report, figure: &khuyencong::programme::figure::Figure| {
        (report.programme.targets[figure.target].id.clone(), figure.done, figure.percent, figure.met, figure.plan, figure.year_done)
    };
    let expected: Vec<_> = headline.map(|figure| told(&report, figure)).collect();
    assert!(expected.len() > 8 && expected.iter().any(|(_, done, ..)| done.is_some_and(|done| done > 0.0)), "something to compare: {expected:?}");
    assert_eq!(glance.figures.iter().map(|figure| told(&glance, figure)).collect::<Vec<_>>(), expected);
    assert!(expected.iter().any(|(.., plan, _)| plan.is_some()), "a plan that a target may lag behind: {expected:?}");
    assert_eq!(glance.due, report.due);
}
