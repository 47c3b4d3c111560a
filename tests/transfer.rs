//! Forms written out and read back: TOML → TOML, TOML → workbook, workbook → TOML, and forms made at random.

mod support;

use khuyencong::form::draft::Draft;
use khuyencong::form::problem::Severity;
use khuyencong::form::workbook::{Sheet, Workbook};
use khuyencong::form::xlsform_write::Loss;
use khuyencong::form::{toml, toml_write, xlsform, xlsform_write};
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::drafts::{bare, comparable, random};

fn forms_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("forms")
}

fn list_file(name: &str) -> Option<Arc<str>> {
    std::fs::read_to_string(forms_folder().join(name)).ok().map(Arc::from)
}

fn shipped() -> impl Iterator<Item = (String, String)> {
    let folder = forms_folder();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "toml") && !path.ends_with("programme.toml"));
    files.sort();
    files.into_iter().map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
}

fn from_toml(name: &str, text: &str) -> Draft {
    let (draft, problems) = toml::read(name, text).unwrap_or_else(|(_, problems)| panic!("{name}: {problems:#?}\n{text}"));
    assert!(problems.is_empty(), "{name}: {problems:#?}\n{text}");
    draft
}

#[test]
fn a_shipped_form_written_out_reads_back_equal_and_is_written_the_same_again() {
    for (name, text) in shipped() {
        let draft = from_toml(&name, &text);
        let written = toml_write::write(&draft);
        let again = from_toml(&name, &written);
        assert_eq!(bare(&again), bare(&draft), "{name}");
        assert_eq!(toml_write::write(&again), written, "{name}");
    }
}

/// The first lines in which two drafts differ, with a few before.
fn difference(ours: &str, theirs: &str) -> Option<String> {
    let at = ours.lines().zip(theirs.lines()).position(|(a, b)| a != b).or_else(|| (ours != theirs).then_some(ours.lines().count().min(theirs.lines().count())))?;
    let around = |text: &str| text.lines().skip(at.saturating_sub(12)).take(20).collect::<Vec<_>>().join("\n");
    Some(format!("--- read back\n{}\n--- written\n{}", around(ours), around(theirs)))
}

/// The draft written as a workbook's bytes and read back.
fn through_workbook(name: &str, draft: &Draft) -> Draft {
    let written = xlsform_write::write(draft, &list_file);
    let bytes = xlsform_write::bytes(&written.sheets).unwrap_or_else(|why| panic!("{name}: {why:?}"));
    // Kept, if asked for, so that another tool can be run over them.
    if let Some(folder) = std::env::var_os("KHUYENCONG_WORKBOOKS") {
        std::fs::write(Path::new(&folder).join(format!("{name}.xlsx")), &bytes).unwrap();
    }
    let (read, problems) = xlsform::read_bytes(&format!("{name}.xlsx"), &bytes).unwrap_or_else(|(_, problems)| panic!("{name}: {problems:#?}"));
    let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
    read
}

#[test]
fn a_shipped_form_survives_a_workbook() {
    for (name, text) in shipped() {
        let mut draft = from_toml(&name, &text);
        let read = through_workbook(&name, &draft);
        // A workbook has no words for migrations; the writer says that they stay behind.
        let told = xlsform_write::write(&draft, &list_file).losses.contains_key(&Loss::Migrations);
        assert_eq!(told, !draft.migrations.is_empty(), "{name}");
        draft.migrations.clear();
        if let Some(difference) = difference(&comparable(&read), &comparable(&draft)) {
            panic!("{name}:\n{difference}");
        }
    }
}

/// The XForms that the outside cases convert to.
fn outside_xforms() -> Vec<(String, String)> {
    let cases = outside_lines().into_iter().filter_map(|case| Some((case["id"].as_str()?.to_owned(), case["xform"].as_str()?.to_owned())));
    cases.collect()
}

/// The outside cases that convert, or nothing with a printed line.
fn outside_cases() -> Vec<(String, Workbook)> {
    let cases = outside_lines().into_iter().filter(|case| case["converts"] == true);
    cases.map(|case| (case["id"].as_str().unwrap().to_owned(), workbook(&case["sheets"]))).collect()
}

fn outside_lines() -> Vec<serde_json::Value> {
    let shared = std::env::var_os("KHUYENCONG_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let file = shared.join("conformance/xlsform_cases.jsonl");
    let Ok(lines) = std::fs::read_to_string(&file) else {
        println!("skipped: there is no {}", file.display());
        return Vec::new();
    };
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn workbook(sheets: &serde_json::Value) -> Workbook {
    let cell = |cell: &serde_json::Value| cell.as_str().map_or_else(|| if cell.is_null() { String::new() } else { cell.to_string() }, str::to_owned);
    let rows = |rows: &serde_json::Value| rows.as_array().unwrap().iter().map(|row| row.as_array().unwrap().iter().map(cell).collect()).collect::<Vec<Vec<String>>>();
    Workbook { sheets: sheets.as_object().unwrap().iter().map(|(name, sheet)| Sheet::new(name, rows(sheet))).collect() }
}

#[test]
fn an_outside_xform_survives_toml() {
    let mut read = 0;
    for (id, xml) in outside_xforms() {
        let Ok((draft, problems)) = khuyencong::form::read(&format!("{id}.xml"), &xml) else { continue };
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            continue;
        }
        read += 1;
        let mut again = from_toml(&id, &toml_write::write(&draft));
        if !draft.settings.contains_key("allow_choice_duplicates") {
            // Lists of XForms may repeat a name without this word.
            again.settings.remove("allow_choice_duplicates");
        }
        if let Some(difference) = difference(&bare(&again), &bare(&draft)) {
            panic!("{id}:\n{difference}");
        }
    }
    println!("outside XForms: {read} read");
}

/// What an outside case is read as; `None` where our reader refuses it, which is another test's affair.
fn from_workbook(id: &str, book: &Workbook) -> Option<Draft> {
    let (draft, problems) = xlsform::read(&format!("{id}.xlsx"), book).ok()?;
    problems.iter().all(|problem| problem.severity != Severity::Error).then_some(draft)
}

#[test]
fn an_outside_workbook_survives_toml_and_another_workbook() {
    let (mut read, mut bad) = (0, Vec::new());
    for (id, book) in outside_cases() {
        let Some(draft) = from_workbook(&id, &book) else { continue };
        read += 1;
        let written = toml_write::write(&draft);
        assert_eq!(bare(&from_toml(&id, &written)), bare(&draft), "{id}");
        if let Some(difference) = difference(&comparable(&through_workbook(&id, &draft)), &comparable(&draft)) {
            println!("{id}\n{difference}");
            bad.push(id);
        }
    }
    println!("outside workbooks: {read} read, {} changed by another workbook: {bad:?}", bad.len());
    assert!(bad.is_empty(), "{bad:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_a_draft_holds_is_read_back_from_its_toml(draft in random()) {
        let written = toml_write::write(&draft);
        let again = from_toml("random.toml", &written);
        prop_assert_eq!(bare(&again), bare(&draft), "{}", written);
    }
}

/// The cells of a sheet by header, one map a row.
fn rows_of(written: &xlsform_write::Written, sheet: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let sheet = written.sheets.iter().find(|found| found.name == sheet).unwrap();
    let filled = |row: &Vec<String>| sheet.rows[0].iter().cloned().zip(row.iter().cloned()).filter(|(_, cell)| !cell.is_empty()).collect();
    sheet.rows[1..].iter().map(filled).collect()
}

#[test]
fn what_xlsform_has_no_words_for_stands_in_columns_of_ours() {
    let text = r#"
form = "f"
version = 2
title = "F"
[[question]]
name = "q"
type = "year"
label = { vi = "Năm", en = "Year" }
default = "latest('other', ${r}, 'year', '${elsewhere} = 1')"
constraint = ". >= 1990"
warning = ". > 2000"
trigger = "${r}"
[[question]]
name = "r"
type = "reference"
to = "other"
label = "R"
personal = true
[[question.set]]
when = "load"
value = "now()"
[[question]]
name = "k"
type = "select_multiple"
choices = "rows('other', ${r}, 'lines')"
label = "K"
default = "once(today())"
"#;
    let written = xlsform_write::write(&from_toml("f", text), &|_: &str| None);
    let survey = rows_of(&written, "survey");
    let told = |row: usize, columns: &[&str]| columns.iter().map(|column| survey[row].get(*column).map_or("", String::as_str)).collect::<Vec<_>>();
    assert_eq!(
        told(0, &["type", "kc:type", "label::English (en)", "constraint", "kc:warning", "default", "calculation"]),
        ["integer", "year", "Year", ". >= 1990", ". > 2000", "", ""]
    );
    // Other tools refuse references to questions that this form does not have, in any column.
    assert_eq!(told(0, &["kc:default", "kc:trigger"]), ["latest('other', ${r}, 'year', '#{elsewhere} = 1')", "${r}"]);
    assert_eq!(told(1, &["type", "kc:type", "kc:to", "kc:personal", "kc:set"]), ["text", "reference", "other", "yes", "load: now()"]);
    assert_eq!(told(2, &["type", "kc:type", "kc:choices", "default", "kc:default"]), ["text", "select_multiple", "rows('other', ${r}, 'lines')", "once(today())", "="]);
    let lost: Vec<_> = written.losses.keys().copied().collect();
    use xlsform_write::Loss::*;
    assert_eq!(lost, [Warning, Reference, Rows, Type, Functions, Trigger, Action]);
    for lang in [khuyencong::locale::Lang::Vi, khuyencong::locale::Lang::En] {
        assert_eq!(xlsform_write::sentences(&written.losses, lang).len(), lost.len());
    }
}

#[test]
fn what_a_person_changes_in_a_native_column_is_not_overruled_by_ours() {
    let text = "form = \"f\"\nversion = 1\ntitle = \"F\"\n[[question]]\nname = \"a\"\ntype = \"date\"\nlabel = \"A\"\ndefault = \"today()\"\n";
    let mut written = xlsform_write::write(&from_toml("f", text), &|_: &str| None);
    for cell in written.sheets[0].rows.iter_mut().flatten().filter(|cell| *cell == "today()") {
        *cell = "now()".to_owned();
    }
    let (draft, _) = xlsform::read("f.xlsx", &Workbook { sheets: written.sheets }).unwrap();
    assert_eq!((draft.rows[0].cells["default"].text.as_str(), draft.rows[0].sets.len()), ("now()", 0));
}
