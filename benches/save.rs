//! How long from the key to "saved": one follow-up form handed in until it is told to be durable, and until lists show it,
//! against one append + fdatasync of the same bytes on the same disk. Taken in turns, so that both meet the same disk. `benches/rivals/save.sh` adds SQLite.
//!
//! `cargo bench --bench save [-- DIR]`: the folder lies on the disk that is measured, by default in `target`.

use khuyencong::interview::Interview;
use khuyencong::interview::derive::Severity;
use khuyencong::locale::Lang;
use khuyencong::workbench::related::Gathering;
use khuyencong::workbench::watch::Watch;
use khuyencong::workbench::{Content, Desk, Settings, demo};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const ROUNDS: usize = 400;
const FORM: &str = "post_support_performance";

fn main() {
    let folder = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let place = tempfile::tempdir_in(folder).expect("a folder on the disk to be measured");
    let settings = Settings { data_dir: place.path().join("store"), lang: Some(Lang::Vi), seed: Some("save".into()), ..Settings::default() };
    demo::create(&settings).expect("a new store");
    let mut desk = Desk::open(settings).expect("a store").0;
    // So many that no record is saved more than twice: a person saves a visit once, not the same one twelve times.
    demo::fill(&mut desk, 3_600, "1").expect("records");
    let records: Vec<String> = desk.rows().values().filter(|row| row.form == FORM).map(|row| row.record.to_string()).collect();
    assert!(!records.is_empty(), "the demo has follow-ups");
    let mut raw = OpenOptions::new().append(true).create(true).open(place.path().join("raw")).expect("a file");
    let told_at = Arc::new(Mutex::new(None));
    let told = told_at.clone();
    desk.set_watch(Watch::default().and_saved(move || *told.lock().expect("one thread") = Some(Instant::now())));
    let (mut saves, mut shown, mut appends, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS + 20 {
        let record = &records[round % records.len()];
        let (interview, content) = opened(&desk, record);
        let form = interview.form().clone();
        let begun = Instant::now();
        let revision = desk.submit(record, &form, content).expect("it is saved");
        let whole = begun.elapsed();
        let saved = told_at.lock().expect("one thread").take().expect("it was told") - begun;
        let line = revision.line() + "\n";
        let begun = Instant::now();
        raw.write_all(line.as_bytes()).and_then(|()| raw.sync_data()).expect("it is written");
        let appended = begun.elapsed();
        if round >= 20 {
            bytes += line.len();
            saves.push(saved);
            shown.push(whole);
            appends.push(appended);
        }
    }
    println!("{} saves of {} bytes on {}", ROUNDS, bytes / ROUNDS, place.path().display());
    let (save, whole, append) = (told_of("key to told as saved", saves), told_of("key to in every list", shown), told_of("append + fdatasync of the same bytes", appends));
    let ratio = |of: Duration| of.as_secs_f64() / append.as_secs_f64();
    println!("ratios of medians {:.2} and {:.2}", ratio(save), ratio(whole));
    desk.close().expect("it closes");
    let _: &Path = place.path();
}

fn opened(desk: &Desk, record: &str) -> (Interview, Content) {
    let world = Gathering::new(desk, record);
    let opened = desk.open_record(record, &world).expect("a record");
    let hard = opened.interview.findings().into_iter().filter(|f| f.severity == Severity::Hard).count();
    assert_eq!(hard, 0, "it can be handed in");
    let content = Content::of(&opened.interview, opened.parents.clone());
    (opened.interview, content)
}

fn told_of(name: &str, mut times: Vec<Duration>) -> Duration {
    times.sort();
    let at = |share: usize| times[times.len() * share / 100];
    println!("{name:40} median {:>8.1} µs   p10 {:>8.1}   p90 {:>8.1}", at(50).as_secs_f64() * 1e6, at(10).as_secs_f64() * 1e6, at(90).as_secs_f64() * 1e6);
    at(50)
}
