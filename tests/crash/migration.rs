//! Stores of every earlier format open with everything that is in them. A new format adds its fixture here.

use crate::support::{lines, now, reopen, settings};
use khuyencong::store::{Notice, Store};
use khuyencong::workbench::Desk;
use std::fs;
use std::io::Read;
use std::path::Path;

/// A closed store of each format: three revisions of two records and a draft, with their form in `forms/`.
const FORMATS: [(u32, &[u8]); 2] = [(1, include_bytes!("../data/store-1.zip")), (2, include_bytes!("../data/store-2.zip"))];

fn unpack(bytes: &[u8], into: &Path) {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let path = into.join(file.name().unwrap().strip_prefix("store/").unwrap());
        if file.is_dir() {
            fs::create_dir_all(path).unwrap();
            continue;
        }
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

#[test]
fn a_store_of_an_older_format_is_brought_up_to_date_once() {
    for (format, bytes) in FORMATS {
        let dir = tempfile::tempdir().unwrap();
        unpack(bytes, dir.path());
        let journal = fs::read_to_string(dir.path().join("journal.jsonl")).unwrap();
        let (desk, notices) = Desk::open(settings(dir.path())).unwrap();
        assert_eq!(notices, [Notice::Upgraded(format)]);
        assert_eq!((desk.rows().len(), desk.store().draft_list().count()), (2, 1));
        assert_eq!(lines(desk.store()), journal.lines().map(str::to_owned).collect());
        desk.close().unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("journal.jsonl")).unwrap(), journal);
        let (_, notices) = Desk::open(settings(dir.path())).unwrap();
        assert_eq!(notices, []);
        assert!(!fs::read_dir(dir.path()).unwrap().flatten().any(|entry| entry.file_name().to_string_lossy().contains(".bad.")));
    }
}

#[test]
fn what_the_journal_of_an_old_store_lost_comes_from_its_old_view() {
    for (format, bytes) in FORMATS {
        let dir = tempfile::tempdir().unwrap();
        unpack(bytes, dir.path());
        let path = dir.path().join("journal.jsonl");
        let good = fs::read_to_string(&path).unwrap();
        fs::write(&path, good.replacen("\"workers\":5", "\"workers\":6", 1)).unwrap();
        let (store, notices) = Store::open(dir.path(), now()).unwrap();
        let told = matches!(&notices[..], [Notice::Upgraded(from), Notice::Damaged { lines, recovered: 1, lost: 0, .. }] if *from == format && lines.len() == 1);
        assert!(told, "{notices:?}");
        assert_eq!(lines(&store), good.lines().map(str::to_owned).collect());
    }
}

#[test]
fn a_migration_that_was_cut_is_taken_up_again() {
    for (format, bytes) in FORMATS {
        let dir = tempfile::tempdir().unwrap();
        unpack(bytes, dir.path());
        // As after a cut behind the first step: the mark is gone, the identity is still the old one.
        fs::remove_file(dir.path().join("clean")).unwrap();
        let (store, notices) = Store::open(dir.path(), now()).unwrap();
        assert_eq!((notices, lines(&store).len()), (vec![Notice::Upgraded(format)], 4));
    }
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    unpack(FORMATS[0].1, dir.path());
    let path = dir.path().join("identity.toml");
    let newer = format!("format = 99\n{}", fs::read_to_string(&path).unwrap());
    let sum = crc32fast::hash(newer.as_bytes());
    fs::write(&path, format!("{newer}# sum {sum:08x}\n")).unwrap();
    let before = fs::read(dir.path().join("sled/db")).unwrap();
    let why = reopen(dir.path()).err().unwrap();
    assert!(why[0].contains("newer version") && why[0].contains("99"), "{why:?}");
    assert!(dir.path().join("clean").exists() && fs::read(dir.path().join("sled/db")).unwrap() == before);
}
