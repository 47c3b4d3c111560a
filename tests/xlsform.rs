//! XLSForms from workbook bytes to drafts: what is read, where problems are shown, and that no bytes do harm.

use khuyencong::form::draft::{Draft, Row, When};
use khuyencong::form::problem::{Problem, Severity, render_all};
use khuyencong::form::workbook::{self, Sheet, Workbook};
use khuyencong::form::{Read, check, read, read_bytes, xlsform};
use khuyencong::locale::Lang;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook as Writer};
use std::io::{Cursor, Read as _, Write as _};

/// Rows parted by lines, cells by `|`.
fn sheet(name: &str, text: &str) -> Sheet {
    Sheet::new(name, text.trim().lines().map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect()))
}

fn book(sheets: &[(&str, &str)]) -> Workbook {
    Workbook { sheets: sheets.iter().map(|(name, text)| sheet(name, text)).collect() }
}

fn bytes(book: &Workbook) -> Vec<u8> {
    let mut writer = Writer::new();
    for sheet in &book.sheets {
        let page = writer.add_worksheet().set_name(&sheet.name).unwrap();
        for (line, row) in sheet.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                page.write_string(line as u32, column as u16, cell).unwrap();
            }
        }
    }
    writer.save_to_buffer().unwrap()
}

fn read_book(sheets: &[(&str, &str)]) -> Read {
    xlsform::read("f.xlsx", &book(sheets))
}

fn draft(sheets: &[(&str, &str)]) -> Draft {
    let (draft, problems) = read_book(sheets).unwrap();
    assert!(problems.iter().all(|p| p.severity == Severity::Warning), "{}", render_all(&problems, &draft.source, Lang::En));
    draft
}

/// Each problem's address and sentence.
fn told(read: &Read) -> Vec<String> {
    let (source, problems): (_, &[Problem]) = match read {
        Ok((draft, problems)) => (&draft.source, problems),
        Err((source, problems)) => (source, problems),
    };
    problems.iter().map(|p| format!("{} {}", source.address(p.place.start).map_or("-", |(_, address)| address), p.what.get(Lang::En))).collect()
}

fn row<'d>(draft: &'d Draft, name: &str) -> &'d Row {
    fn find<'d>(rows: &'d [Row], name: &str) -> Option<&'d Row> {
        rows.iter().find_map(|row| if row.name.text == name { Some(row) } else { find(&row.children, name) })
    }
    find(&draft.rows, name).unwrap_or_else(|| panic!("no row {name}"))
}

fn cell<'d>(draft: &'d Draft, name: &str, column: &str) -> &'d str {
    row(draft, name).cells.get(column).map_or("", |cell| cell.text.as_str())
}

#[test]
fn a_workbook_is_read_by_content_with_cells_as_people_see_them() {
    let mut writer = Writer::new();
    let survey = writer.add_worksheet().set_name("Survey").unwrap();
    for (column, header) in ["type", "name", "label", "default"].iter().enumerate() {
        survey.write_string(0, column as u16, *header).unwrap();
    }
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let moment = ExcelDateTime::from_ymd(2026, 7, 1).unwrap();
    survey.write_string(1, 0, "integer").unwrap().write_number(1, 3, 5.0).unwrap();
    survey.write_string(2, 0, "date").unwrap().write_datetime_with_format(2, 3, &moment, &date).unwrap();
    survey.write_string(3, 0, "text").unwrap().write_boolean(3, 3, true).unwrap();
    survey.write_string(4, 0, "decimal").unwrap().write_number(4, 3, 2.5).unwrap();
    writer.add_worksheet().set_name("My notes").unwrap().write_string(0, 0, "not part of the form").unwrap();
    let book = workbook::read(&writer.save_to_buffer().unwrap()).unwrap();
    let defaults: Vec<&str> = book.sheets[0].rows.iter().skip(1).map(|row| row[3].as_str()).collect();
    assert_eq!(defaults, ["5", "2026-07-01", "TRUE", "2.5"]);
    assert_eq!((book.sheets[1].name.as_str(), book.sheets[1].rows.len()), ("My notes", 0));
}

#[test]
fn a_form_is_the_same_from_bytes_and_from_its_kept_text() {
    let book = book(&[("survey", "type|name|label::Tiếng Việt (vi)|label::English (en)\ntext|a|Tên|Name"), ("settings", "form_title|form_id|version\nHộ|household|3")]);
    let (from_bytes, _) = read_bytes("f.xlsx", &bytes(&book)).unwrap();
    let (from_text, _) = read("f.xlsx", &from_bytes.source.text).unwrap();
    assert_eq!(from_bytes.source.cells, from_text.source.cells);
    assert_eq!((from_text.id.text.as_str(), from_text.version, from_text.title.get(Lang::Vi)), ("household", 3, "Hộ"));
    assert_eq!(from_text.languages, ["vi", "en"]);
    assert_eq!(row(&from_text, "a").texts["label"].0, khuyencong::locale::Text::pair("Tên", "Name"));
    let form = check::check(&from_text, &|_: &str| None).unwrap().0;
    assert_eq!(form.id, "household");
}

#[test]
fn texts_without_a_language_are_in_the_default_one() {
    let other = draft(&[("survey", "type|name|label|label::French (fr)\ntext|a|Name|Nom")]);
    assert_eq!(other.languages, ["default", "French (fr)"]);
    let set = draft(&[("survey", "type|name|label|label::French (fr)\ntext|a|Name|Nom"), ("settings", "default_language\nEnglish (en)")]);
    assert_eq!((set.languages.clone(), row(&set, "a").texts["label"].0.en.as_str()), (vec!["en".to_owned(), "French (fr)".to_owned()], "Name"));
    let guessed = draft(&[("survey", "type|name|label|label::English (en)\ntext|a|Họ và tên|Full name")]);
    assert_eq!((guessed.languages.clone(), row(&guessed, "a").texts["label"].0.vi.as_str()), (vec!["vi".to_owned(), "en".to_owned()], "Họ và tên"));
}

#[test]
fn first_values_and_triggers_become_constants_and_actions() {
    let draft = draft(&[(
        "survey",
        "type|name|label|default|trigger|calculation
text|a|A|it's||
date|b|B|2026-07-01||
text|c|C|concat('x', ${a})||
begin repeat|r|R|||
text|d|D|now()||
end repeat|||||
dateTime|e|E||${a}, ${b}|now()",
    )]);
    assert_eq!((cell(&draft, "a", "default"), cell(&draft, "b", "default"), cell(&draft, "c", "default")), ("\"it's\"", "'2026-07-01'", ""));
    assert_eq!(row(&draft, "c").sets.iter().map(|set| set.when.clone()).collect::<Vec<_>>(), [When::FirstLoad]);
    assert_eq!(row(&draft, "d").sets.iter().map(|set| set.when.clone()).collect::<Vec<_>>(), [When::NewRow, When::FirstLoad]);
    let on: Vec<_> = row(&draft, "e").sets.iter().map(|set| matches!(&set.when, When::Changed(cell) if cell.text.starts_with("${")) && set.value.text == "now()").collect();
    assert_eq!((on, cell(&draft, "e", "calculation")), (vec![true, true], ""));
}

#[test]
fn a_label_may_speak_of_the_last_saved_record() {
    let draft = draft(&[("survey", "type|name|label\ntext|owner|Owner; last time ${last-saved#owner}"), ("settings", "form_id\nshop")]);
    assert_eq!(row(&draft, "owner").texts["label"].0.get(Lang::En), "Owner; last time ${instance('__last-saved')/data/owner}");
    assert!(check::check(&draft, &|_: &str| None).is_ok());
}

#[test]
fn or_other_brings_its_choice_and_its_question() {
    let draft = draft(&[("survey", "type|name|label\nselect_one fruit or_other|f|Fruit"), ("choices", "list_name|name|label\nfruit|a|Apple")]);
    assert_eq!(draft.lists[0].0.choices.iter().map(|choice| &*choice.name).collect::<Vec<_>>(), ["a", "other"]);
    assert_eq!((cell(&draft, "f", "choices"), cell(&draft, "f_other", "relevant")), ("fruit", "selected(../f, 'other')"));
}

#[test]
fn a_loop_is_written_out_for_every_choice() {
    let draft =
        draft(&[("survey", "type|name|label\nbegin loop over c|l|\ninteger|n|How many %(label)s\nend loop||"), ("choices", "list_name|name|label\nc|hen|hens\nc|cow|cows")]);
    let labels: Vec<&str> = row(&draft, "l").children.iter().map(|group| group.children[0].texts["label"].0.get(Lang::Vi)).collect();
    assert_eq!(labels, ["How many hens", "How many cows"]);
}

#[test]
fn unknown_columns_travel_and_spellings_of_known_ones_meet() {
    let draft = draft(&[("survey", "Command|Tag|Caption|Relevance|bind::odk:x|my notes\ntext|a|A|yes|1|see page 3"), ("settings", "style|version\npages|2026b")]);
    assert_eq!(
        (cell(&draft, "a", "relevant"), row(&draft, "a").extra["bind::odk:x"].text.as_str(), row(&draft, "a").extra["my notes"].text.as_str()),
        ("true()", "1", "see page 3")
    );
    assert_eq!((draft.settings["style"].text.as_str(), draft.settings["version"].text.as_str(), draft.version), ("pages", "2026b", 1));
}

#[test]
fn problems_stand_at_their_sheet_and_cell() {
    let read = read_book(&[
        (
            "survey",
            "type|name|label|relevant
select_one colour|a|A|
text|1b|B|
text|c|Hello ${nobody}|
text|c||
begin group|g|G|
nonsense|d|D|",
        ),
        ("choices", "list_name|name|label\ncolours|r|Red\ncolours|r|Rouge"),
    ]);
    let told = told(&read);
    for wanted in [
        "choices!B3 the choice “r” is already in the list “colours”",
        "survey!A2 there is no list “colour”",
        "survey!B3 “1b” is no name",
        "survey!C4 there is no question “nobody”",
        "survey!B5 the name “c” is already used",
        "survey!C5 the question has no label",
        "survey!A6 “begin group” has no “end group”",
        "survey!A7 there is no question type “nonsense”",
    ] {
        assert!(told.iter().any(|said| said.starts_with(wanted)), "{wanted} in {told:#?}");
    }
}

#[test]
fn a_problem_is_shown_with_the_cell_s_text_and_a_caret() {
    let Ok((draft, problems)) = read_book(&[("survey", "type|name|label\ntext|a|A\ntext|b|Hello ${nobody}!")]) else { panic!("a draft") };
    let shown = render_all(&problems, &draft.source, Lang::En);
    let wanted = "error: there is no question “nobody” in the sheet “survey”\n --> f.xlsx survey!C3\n  |\n3 | Hello ${nobody}!\n  |       ^^^^^^^^^";
    assert_eq!(shown, wanted);
}

#[test]
fn a_sheet_with_nearly_the_right_name_is_pointed_at() {
    let told = told(&read_book(&[("surveys", "type|name|label\ntext|a|A"), ("choices", "list_name|name|label")]));
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told[1].starts_with("surveys is the sheet “surveys” meant to be “survey”?"), "{told:#?}");
}

#[test]
fn what_a_terminal_cannot_do_is_told_and_nothing_is_refused() {
    let read = read_book(&[("survey", "type|name|label|appearance\nimage|a|A|\ngeopoint|b|B|\nstart-geopoint|c||\nselect_one_from_file l.csv|d|D|image-map")]);
    let told = told(&read);
    assert_eq!(told.iter().map(|said| said.split(' ').next().unwrap()).collect::<Vec<_>>(), ["survey!A2", "survey!A3", "survey!A4", "survey!D5"], "{told:#?}");
    assert!(read.unwrap().1.iter().all(|p| p.severity == Severity::Warning));
}

#[test]
fn groups_nested_without_end_are_refused_and_not_followed() {
    let deep = "type|name|label\n".to_owned() + &(0..5000).map(|n| format!("begin group|g{n}|G\n")).collect::<String>();
    assert!(told(&read_book(&[("survey", &deep)])).iter().any(|said| said.ends_with("groups are nested too deeply")));
}

#[test]
fn half_a_workbook_is_refused() {
    let mut whole = bytes(&book(&[("survey", "type|name|label\ntext|a|A")]));
    whole.truncate(whole.len() / 2);
    assert!(read_bytes("f.xlsx", &whole).is_err());
}

#[test]
fn a_workbook_that_claims_more_strings_than_it_has_takes_no_memory_for_them() {
    let whole = bytes(&book(&[("survey", "type|name|label\ntext|a|A")]));
    assert!(workbook::read(&whole).is_ok());
    let claimed = with_part(&whole, "xl/sharedStrings.xml", |text| text.replace("uniqueCount=\"6\"", "uniqueCount=\"99999999999\""));
    assert!(matches!(workbook::read(&claimed), Err(workbook::Unreadable::Damaged(_))));
}

#[test]
fn a_cell_far_away_takes_no_memory_for_the_way_there() {
    let whole = bytes(&book(&[("survey", "type|name|label\ntext|a|A")]));
    let far = with_part(&whole, "xl/worksheets/sheet1.xml", |text| text.replace("</sheetData>", "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>"));
    assert_eq!(workbook::read(&far).unwrap().sheets[0].rows.len(), 2);
}

/// A zip file with one of its texts changed.
fn with_part(bytes: &[u8], name: &str, change: impl Fn(&str) -> String) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..from.len() {
        let mut part = from.by_index(at).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        let changed = if part.name().unwrap() == name { change(&text) } else { text.clone() };
        assert!(part.name().unwrap() != name || changed != text, "nothing was changed in {text}");
        to.start_file(part.name().unwrap().to_string(), zip::write::SimpleFileOptions::default()).unwrap();
        to.write_all(changed.as_bytes()).unwrap();
    }
    to.finish().unwrap().into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_the_reader_panic(zip in any::<bool>(), bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let magic: &[u8] = if zip { b"PK\x03\x04" } else { b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" };
        let _ = read_bytes("f.xls", &[magic, &bytes].concat());
        let _ = read_bytes("f.xls", &bytes);
    }

    #[test]
    fn a_damaged_workbook_does_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut whole = bytes(&book(&[("survey", "type|name|label\ntext|a|A\nselect_one l|b|B"), ("choices", "list_name|name|label\nl|x|X")]));
        for (at, byte) in changes {
            let at = at.index(whole.len());
            whole[at] = byte;
        }
        let _ = read_bytes("f.xlsx", &whole);
    }

    #[test]
    fn no_cells_make_the_reader_panic(rows in prop::collection::vec(prop::collection::vec(cells(), 0..6), 0..12)) {
        let header = ["type", "name", "label", "trigger", "parameters", "default"].map(str::to_owned).to_vec();
        let survey = Sheet::new("survey", std::iter::once(header).chain(rows.clone()));
        let choices = Sheet::new("choices", std::iter::once(["list_name", "name", "label"].map(str::to_owned).to_vec()).chain(rows));
        if let Ok((draft, _)) = xlsform::read("f.xlsx", &Workbook { sheets: vec![survey, choices] }) {
            let _ = check::check(&draft, &|_: &str| None);
        }
    }
}

fn cells() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "begin group",
            "end group",
            "begin repeat",
            "end repeat",
            "begin loop over a",
            "end loop",
            "select_one a or_other",
            "range",
            "text",
            "a",
            "b",
            "${a}",
            "${",
            "start=1 end=0",
            "=",
            "a + ${b}"
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ]
}
