//! The house rules, read from the code: who imports whom (the table in `lib.rs`), what pure folders must not name, file
//! sizes, and that nothing shipped was forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const MOST_LINES: usize = 450;

/// What a pure folder must not name.
const IMPURE: [&str; 14] =
    ["std::fs", "std::env", "std::thread", "std::time", "SystemTime", "Instant", "Utc::now", "Local::now", "HashMap", "getrandom", "sled", "ratatui", "println!", "std::process"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The first folder (or file) below `src` that a file belongs to.
fn house(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

struct Rule {
    may_import: BTreeSet<String>,
    pure: bool,
}

fn table() -> BTreeMap<String, Rule> {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let from = map.find("| folder | may import |").expect("lib.rs holds the import table");
    let rows = map[from..].lines().skip(2).take_while(|l| l.starts_with("//! |"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_start_matches("//!").trim().trim_matches('|').split('|').map(str::trim).collect();
        let may_import = cells[1].split_whitespace().filter(|w| *w != "–").map(str::to_owned).collect();
        (cells[0].to_owned(), Rule { may_import, pure: cells[2] == "pure" })
    })
    .collect()
}

/// The code of a file without its tests and comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn folders_import_only_what_the_map_allows() {
    let table = table();
    let folders: BTreeSet<String> = rust_files(&root().join("src")).iter().map(|f| house(f)).filter(|h| h != "lib" && h != "main").collect();
    assert_eq!(folders, table.keys().cloned().collect(), "the map names every folder, and no other");
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let here = house(&file);
        let Some(rule) = table.get(&here) else { continue };
        for part in code(&file).split("crate::").skip(1) {
            let named: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if named != here && folders.contains(&named) && !rule.may_import.contains(&named) {
                wrong.push(format!("{} imports {named}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_import_table_has_no_cycle() {
    let table = table();
    let mut done: BTreeSet<String> = BTreeSet::new();
    while done.len() < table.len() {
        let next = table.iter().find(|(name, rule)| !done.contains(*name) && rule.may_import.iter().all(|i| done.contains(i)));
        let (name, _) = next.expect("some folder imports only what is done: else there is a cycle");
        done.insert(name.clone());
    }
}

#[test]
fn pure_folders_name_no_clock_file_thread_or_chance() {
    let table = table();
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        if table.get(&house(&file)).is_some_and(|rule| rule.pure) {
            let code = code(&file);
            wrong.extend(IMPURE.iter().filter(|word| code.contains(**word)).map(|word| format!("{} names {word}", file.display())));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_store_knows_sled_and_only_the_screens_know_ratatui() {
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let code = code(&file);
        for (word, only) in [
            ("sled::", "store"),
            ("bincode::", "store"),
            ("ratatui::", "tui"),
            ("crossterm::", "tui"),
            ("println!", "cli"),
            ("eprintln!", "nobody: where stderr is closed it panics"),
        ] {
            if code.contains(word) && house(&file) != only {
                wrong.push(format!("{} names {word}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")).into_iter().chain(rust_files(&root().join("tests"))) {
        let text = fs::read_to_string(&file).unwrap();
        // The catalogue of sentences is a table: it is read by searching, not from top to bottom.
        if text.lines().count() > MOST_LINES && !file.ends_with("say/screen.rs") {
            wrong.push(format!("{} has {} lines", file.display(), text.lines().count()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{} does not begin with what it is for", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_shipped_file_is_built_in() {
    let shipped = fs::read_to_string(root().join("src/workbench/shipped.rs")).unwrap();
    let mut files = Vec::new();
    for folder in ["", "lists/"] {
        for entry in fs::read_dir(root().join("forms").join(folder)).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".toml") || name.ends_with(".csv") {
                files.push(format!("{folder}{name}"));
            }
        }
    }
    for file in &files {
        assert!(shipped.contains(&format!("\"{file}\"")), "{file} is not built in");
    }
    assert_eq!(shipped.matches("include_str!").count(), files.len());
}

#[test]
fn the_picture_in_the_readme_is_what_the_program_draws() {
    let snapshot = fs::read_to_string(root().join("tests/screens/snapshots/screens__looks__interview_with_computed_values.snap")).unwrap();
    let drawn = snapshot.splitn(3, "---\n").nth(2).unwrap().trim_matches('\n');
    assert!(fs::read_to_string(root().join("README.md")).unwrap().contains(drawn));
}

/// The compiler refuses a sentence that lacks a language; this one an empty one, or Vietnamese that was left in English.
#[test]
fn every_sentence_is_said_in_both_languages() {
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src/locale/say")) {
        let text = fs::read_to_string(&file).unwrap();
        // A long one stands on two lines.
        let text = text.lines().map(str::trim).fold(String::new(), |text, line| text + if line.starts_with('"') { " " } else { "\n" } + line);
        for line in text.lines().filter(|line| line.ends_with('"') && line.contains(") \"")) {
            let (head, rest) = line.split_once(") \"").unwrap();
            let (vi, en) = rest.trim_end_matches('"').split_once("\" \"").unwrap_or((rest, ""));
            let is_vietnamese = |text: &str| text.chars().any(|c| "ăâđêôơưĂÂĐÊÔƠƯ".contains(c) || ('\u{1ea0}'..='\u{1ef9}').contains(&c));
            if vi.trim().is_empty() || en.trim().is_empty() {
                wrong.push(format!("{head} is empty"));
            }
            // The names of the program, of the other language and of the currency, and what is quoted, stay Vietnamese.
            if is_vietnamese(en) && !en.contains("Khuyến công") && !en.contains("Tiếng Việt") && !en.contains('“') && !en.contains("\\\"") && !en.contains("đồng") {
                wrong.push(format!("{head} is Vietnamese in English: {en}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
