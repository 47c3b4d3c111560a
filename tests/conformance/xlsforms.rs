//! XLSForms of pyxform's own tests and of real projects: which load, which are refused, and where the message points.

use super::{Row, Table};
use khuyencong::form::draft::Source;
use khuyencong::form::problem::{Problem, Severity};
use khuyencong::form::workbook::{Sheet, Workbook};
use khuyencong::form::{Read, check, read_bytes, xlsform};
use khuyencong::locale::Lang;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The shares that must be reached, in percent.
const BAR: f64 = 97.0;

/// What asserted warnings of theirs say in our words: a part of theirs, a part of ours.
const WARNINGS: [(&str, &str); 12] = [
    ("uses or_other and translations", "or_other in a form of several languages"),
    ("case-insensitive match", "differs from another one only in"),
    ("sheets with similar names", "is the sheet"),
    ("Repeat has no label", "the repeat has no label"),
    ("Choices should have a label", "the choice has no label"),
    ("is missing the", "lacks the column"),
    ("valid machine-readable codes", "has no code"),
    ("max-pixels", "a file is attached instead"),
    ("no longer supported on most devices", "stays empty"),
    ("Column headers must not be empty", "has a blank in it"),
    ("'set", "is the sheet"),
    ("'stetings'", "is the sheet"),
];

/// Cases that rest on a decision of ours.
const DECIDED: [(&str, &str); 1] = [("The 'form_name' value is invalid", "the form's name is no argument here, only a setting")];

/// Places that rest on one.
const DECIDED_PLACES: [(&str, &str); 1] = [("[row : 1] On the 'settings' sheet, the 'name' value", "a bad setting is shown in its own row 2; theirs names row 1, the headers'")];

/// Forms that convert there and that the checker refuses by a decision of ours.
const APART: [(&[&str], &str); 2] = [
    (
        &[
            "xf-0011",
            "xf-0256",
            "xf-0257",
            "xf-0895",
            "xf-0920",
            "xf-0927",
            "xf-0972",
            "xf-0973",
            "xf-0998",
            "xf-1069",
            "xf-1070",
            "pyxform__xl_date_ambiguous_v1.xlsx",
            "pyxform__or_other.xlsx",
        ],
        "an expression names a question or column that is nowhere: a mistake here, empty there",
    ),
    (
        &["xf-0281", "xf-1192", "xf-1193", "pyxform__bad_calc.xlsx", "pyxform__xl_date_ambiguous.xlsx"],
        "an expression that is none: the converter does not look, ODK Validate refuses it",
    ),
];

/// Runs all cases.
pub fn run(shared: &Path) -> Table {
    let text = std::fs::read_to_string(shared.join("conformance/xlsform_cases.jsonl")).unwrap_or_default();
    let cases: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut table = Table::default();
    table.rows.extend([loading(&cases), checking(&cases), refusing(&cases), pointing(&cases), warning(&cases)]);
    table.rows.extend(workbooks(&shared.join("conformance/xlsforms")));
    table
}

fn id(case: &Value) -> &str {
    case["id"].as_str().unwrap_or("")
}

fn converts(case: &Value) -> bool {
    case["converts"] == true
}

fn book(case: &Value) -> Workbook {
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = |rows: &Value| rows.as_array().into_iter().flatten().map(|row| row.as_array().into_iter().flatten().map(cell).collect()).collect::<Vec<_>>();
    let sheets = case["sheets"].as_object().into_iter().flatten();
    Workbook { sheets: sheets.map(|(name, sheet)| Sheet::new(name, rows(sheet))).collect() }
}

fn parts(read: &Read) -> (&Source, &[Problem]) {
    match read {
        Ok((draft, problems)) => (&draft.source, problems),
        Err((source, problems)) => (source, problems),
    }
}

fn errors(read: &Read) -> Vec<&Problem> {
    parts(read).1.iter().filter(|problem| problem.severity == Severity::Error).collect()
}

fn shown(problem: &Problem, source: &Source) -> String {
    format!("{} {}", source.address(problem.place.start).map_or("-", |(_, address)| address), problem.what.get(Lang::En))
}

fn first(read: &Read) -> String {
    errors(read).first().map_or_else(|| "no error".to_owned(), |problem| shown(problem, parts(read).0))
}

fn read(case: &Value) -> Read {
    xlsform::read("case.xlsx", &book(case))
}

fn loads(read: &Read) -> Result<(), String> {
    if errors(read).is_empty() { Ok(()) } else { Err(first(read)) }
}

fn loading(cases: &[Value]) -> Row {
    let mut row = Row::new("convert there: read here without an error", BAR);
    for case in cases.iter().filter(|case| converts(case)) {
        row.count(loads(&read(case)).map_err(|why| format!("{} {why}", id(case))));
    }
    row
}

/// Through the checker as well, with every list file present: one row, with any column that the form may name.
fn checks(read: &Read) -> Result<(), String> {
    loads(read)?;
    let Ok((draft, _)) = read else { return Err(String::new()) };
    let words: BTreeSet<&str> =
        draft.source.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic())).collect();
    let columns: Vec<&str> = words.into_iter().filter(|word| !matches!(*word, "name" | "label" | "id" | "title")).collect();
    let list = |name: &str| Some(Arc::from(list_file(name, &columns)));
    check::check(draft, &list).map(|_| ()).map_err(|problems| {
        let first = problems.iter().find(|problem| problem.severity == Severity::Error);
        first.map_or_else(String::new, |problem| shown(problem, &draft.source))
    })
}

fn list_file(name: &str, columns: &[&str]) -> String {
    match name.rsplit('.').next() {
        Some("xml") => {
            let cells: String = columns.iter().map(|column| format!("<{column}>1</{column}>")).collect();
            format!("<root><item><name>a</name><label>A</label>{cells}</item></root>")
        }
        Some("geojson") => {
            let properties: serde_json::Map<String, Value> =
                columns.iter().map(|column| ((*column).to_owned(), Value::from(1))).chain([("title".to_owned(), "A".into())]).collect();
            let feature = serde_json::json!({"type": "Feature", "id": "a", "properties": properties, "geometry": {"type": "Point", "coordinates": [105.1, 9.2]}});
            serde_json::json!({"type": "FeatureCollection", "features": [feature]}).to_string()
        }
        _ => format!("name,label,{}\na,A,{}\n", columns.join(","), vec!["1"; columns.len()].join(",")),
    }
}

fn checking(cases: &[Value]) -> Row {
    let mut row = Row::new("convert there: read and checked here without an error", BAR);
    for case in cases.iter().filter(|case| converts(case)) {
        count_checked(&mut row, id(case), &read(case));
    }
    row
}

fn count_checked(row: &mut Row, name: &str, read: &Read) {
    let outcome = checks(read);
    match APART.iter().find(|(ids, _)| ids.contains(&name)) {
        Some((_, reason)) if outcome.is_err() => row.skip(reason),
        _ => row.count(outcome.map_err(|why| format!("{name} {why}"))),
    }
}

fn decided(case: &Value) -> Option<&'static str> {
    let message = case["pyxform_error"].as_str().unwrap_or("");
    DECIDED.iter().find(|(part, _)| message.contains(part)).map(|(_, reason)| *reason)
}

fn refusing(cases: &[Value]) -> Row {
    let mut row = Row::new("refused there: refused here", BAR);
    for case in cases.iter().filter(|case| !converts(case)) {
        match decided(case) {
            Some(reason) => row.skip(reason),
            None => {
                let is_refused = !errors(&read(case)).is_empty();
                row.count(if is_refused { Ok(()) } else { Err(format!("{} {}", id(case), case["pyxform_error"])) });
            }
        }
    }
    row
}

/// The row, sheet and column that a message of theirs names.
#[derive(Debug, Default)]
struct Pointed {
    row: Option<usize>,
    sheet: Option<String>,
    column: Option<String>,
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(inside, _)| inside)
}

fn pointed(message: &str) -> Pointed {
    let sheet = between(message, "On the '", "' sheet").or_else(|| between(message, "for sheet: '", "'"));
    let column = between(message, "sheet, the '", "' value");
    Pointed {
        row: between(message, "[row : ", "]").and_then(|row| row.parse().ok()),
        sheet: sheet.map(str::to_owned),
        column: column.map(|column| column.split(' ').next().unwrap_or("").to_owned()),
    }
}

/// Whether some error of ours stands there.
fn points(read: &Read, pointed: &Pointed, book: &Workbook) -> bool {
    let (source, _) = parts(read);
    let sheet = pointed.sheet.as_deref().unwrap_or("survey");
    errors(read).iter().any(|problem| {
        let Some((_, address)) = source.address(problem.place.start) else { return false };
        let Some((on, cell)) = address.rsplit_once('!') else { return pointed.row.is_none() && address.eq_ignore_ascii_case(sheet) };
        let digits = cell.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let is_row = pointed.row.is_none_or(|row| digits.parse() == Ok(row));
        let letters = &cell[..cell.len() - digits.len()];
        let header = book.sheets.iter().find(|s| s.name == on).and_then(|s| s.rows.first()?.get(usize::from(letters.as_bytes()[0] - b'A')));
        let has = |header: &str, column: &str| written(column).iter().any(|column| header.to_lowercase().contains(column));
        let is_column = pointed.column.as_deref().is_none_or(|column| header.is_some_and(|header| has(header, &column.to_lowercase())));
        on.eq_ignore_ascii_case(sheet) && is_row && is_column
    })
}

/// How a column of theirs may be headed in the sheet.
fn written(column: &str) -> Vec<&str> {
    match column {
        "dataset" => vec!["list_name"],
        "name" => vec!["name", "tag", "value"],
        other => vec![other],
    }
}

fn pointing(cases: &[Value]) -> Row {
    let mut row = Row::new("refused there with a place: refused here at that place", BAR);
    for case in cases.iter().filter(|case| !converts(case) && decided(case).is_none()) {
        let message = case["pyxform_error"].as_str().unwrap_or("");
        if let Some((_, reason)) = DECIDED_PLACES.iter().find(|(part, _)| message.contains(part)) {
            row.skip(reason);
            continue;
        }
        let place = pointed(message);
        if place.row.is_none() && place.sheet.is_none() {
            row.skip("their message names no place");
            continue;
        }
        let read = read(case);
        let is_there = points(&read, &place, &book(case));
        row.count(if is_there { Ok(()) } else { Err(format!("{} {place:?} ours: {}", id(case), first(&read))) });
    }
    row
}

fn warning(cases: &[Value]) -> Row {
    let mut row = Row::new("asserted warnings there: a warning of that kind here", BAR);
    for case in cases {
        for wanted in case["expected_warnings_contain"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let read = read(case);
            let ours: Vec<String> = parts(&read).1.iter().map(|problem| shown(problem, parts(&read).0)).collect();
            let is_said = WARNINGS.iter().any(|(theirs, own)| wanted.contains(theirs) && ours.iter().any(|said| said.contains(own)));
            row.count(if is_said { Ok(()) } else { Err(format!("{} {wanted:?} ours: {ours:?}", id(case))) });
        }
    }
    row
}

fn workbooks(folder: &Path) -> [Row; 3] {
    let mut loading = Row::new("real workbooks that convert: read here without an error", BAR);
    let mut checking = Row::new("real workbooks that convert: read and checked here", BAR);
    let mut refusing = Row::new("real workbooks that are refused: refused here", BAR);
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap_or_default();
    for entry in serde_json::from_str::<Vec<Value>>(&index).unwrap_or_default() {
        let name = entry["name"].as_str().unwrap_or("");
        let Ok(bytes) = std::fs::read(folder.join(name)) else {
            loading.skip("the file is not there");
            continue;
        };
        let read = read_bytes(name, &bytes);
        if converts(&entry) {
            loading.count(loads(&read).map_err(|why| format!("{name} {why}")));
            count_checked(&mut checking, name, &read);
        } else if entry.get("read_error").is_some() {
            refusing.skip("their reader goes by the file's name, ours by its content");
        } else {
            refusing.count(if errors(&read).is_empty() { Err(format!("{name} {}", entry["error"])) } else { Ok(()) });
        }
    }
    [loading, checking, refusing]
}
