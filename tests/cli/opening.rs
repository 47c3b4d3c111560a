//! Every number of a report opens to the records that it was counted from: on the page by anchors, in the workbook on the sheet
//! that lists them.

use crate::support::Place;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

/// The ids that JSON holds.
fn ids(json: &Json) -> BTreeSet<String> {
    json.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// The text between two marks.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

/// A page with the records of each of its names.
struct Page<'t> {
    text: &'t str,
    records: BTreeMap<String, String>,
}

impl<'t> Page<'t> {
    fn new(text: &'t str) -> Self {
        let lines = text.split("<tr id=\"").skip(1).map(|line| {
            let id = line.split("data-name=").nth(2).and_then(|cell| between(cell, ">", "<")).unwrap();
            (line.split('"').next().unwrap().to_owned(), id.to_owned())
        });
        let records: BTreeMap<String, String> = lines.collect();
        assert_eq!(records.values().collect::<BTreeSet<_>>().len(), records.len(), "every record once");
        Self { text, records }
    }

    /// The records to which a cell leads; none where it leads nowhere.
    fn behind(&self, cell: &str) -> BTreeSet<String> {
        let Some(link) = between(cell, "href=\"#", "\"") else { return BTreeSet::new() };
        if let Some(record) = self.records.get(link) {
            return BTreeSet::from([record.clone()]);
        }
        let list = between(self.text, &format!("<h3 id=\"{link}\">"), "<h3").unwrap();
        list.split("href=\"#").skip(1).map(|link| self.records[link.split('"').next().unwrap()].clone()).collect()
    }

    /// The rows of the table under a heading that begins so, as cells.
    fn rows(&self, heading: &str) -> Vec<Vec<&'t str>> {
        let table = between(self.text, &format!("<h2>{heading}"), "</table>").unwrap();
        table.split("<tr>").skip(2).map(|row| row.split("<td").skip(1).collect()).collect()
    }
}

/// What a cell says.
fn said(cell: &str) -> String {
    let inside = cell.split_once('>').unwrap().1;
    let mut out = String::new();
    let mut in_tag = false;
    for c in inside.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            c if !in_tag => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}

#[test]
fn every_number_of_the_page_and_the_workbook_opens_to_its_records() {
    let place = Place::new();
    let lt01 = place.laptop("lt01").at("2030-12-30T10:00:00+07:00");
    lt01.run(&["demo", "--records", "1000", "--seed", "7"]).ok();
    let asked = |format: &str, file: &str| lt01.lang("vi").run(&["report", "--period", "2028", "--format", format, "-o", file]).quiet();
    let report: Json = serde_json::from_str(&lt01.run(&["report", "--period", "2028", "--format", "json"]).quiet()).unwrap();
    assert_eq!((asked("html", "r.html"), asked("xlsx", "r.xlsx")), (String::new(), String::new()));
    let text = String::from_utf8(place.read("r.html")).unwrap();
    let page = Page::new(&text);
    let book = Book::read(&place.read("r.xlsx"));

    let plans: BTreeSet<String> = ids(&serde_json::from_str(&format!(
        "[{}]",
        lt01.run(&["record", "list", "--form", "annual_plan", "--format", "jsonl"])
            .quiet()
            .lines()
            .map(|line| serde_json::from_str::<Json>(line).unwrap()["record"].to_string())
            .collect::<Vec<_>>()
            .join(",")
    ))
    .unwrap());
    let (mut planned, mut so_far) = (0, 0);
    let years = page.rows("Kế hoạch và thực hiện từng năm");
    for target in report["targets"].as_array().unwrap() {
        let id = target["id"].as_str().unwrap();
        let of_page = |rows: &[Vec<&str>], fits: &dyn Fn(&[&str]) -> bool, column: usize| {
            let row = rows.iter().find(|row| said(row[0]) == id && fits(row.as_slice())).unwrap_or_else(|| panic!("{id}"));
            page.behind(row[column])
        };
        // B1: plan, done, of the year, of the programme so far, and the two percentages.
        let b1 = page.rows("B1");
        let any = |_: &[&str]| true;
        let plan = ids(&target["year"]["plan_records"]);
        assert!(plan.is_subset(&plans) && plan.is_empty() == target["year"]["plan"].is_null(), "{id}: a plan is read from an annual plan");
        planned += plan.len();
        let (year, cumulative) = (ids(&target["year"]["records"]), ids(&target["cumulative"]["records"]));
        so_far += usize::from(cumulative != ids(&target["records"]));
        let number = |json: &Json, own: &BTreeSet<String>| if json.is_null() { BTreeSet::new() } else { own.clone() };
        let both = plan.union(&year).cloned().collect();
        let expected = [
            (4, number(&target["year"]["plan"], &plan)),
            (5, number(&target["done"], &ids(&target["records"]))),
            (6, number(&target["year"]["done"], &year)),
            (7, number(&target["cumulative"]["done"], &cumulative)),
            (8, number(&target["year"]["percent"], &both)),
            (9, number(&target["cumulative"]["percent"], &cumulative)),
        ];
        for (column, records) in &expected {
            assert_eq!(of_page(&b1, &any, *column), *records, "{id} column {column} on the page");
            assert_eq!(book.behind("B1", id, *column), *records, "{id} column {column} in the workbook");
        }
        // Each year by itself.
        for year in target["years"].as_array().unwrap().iter().filter(|year| !year["plan"].is_null() || !year["done"].is_null()) {
            let name = year["year"].to_string();
            let of_year = |row: &[&str]| said(row[2]) == name;
            assert_eq!(of_page(&years, &of_year, 3), number(&year["plan"], &ids(&year["plan_records"])), "{id} plan {name}");
            assert_eq!(of_page(&years, &of_year, 4), number(&year["done"], &ids(&year["records"])), "{id} {name}");
        }
    }
    assert!(planned > 10 && so_far > 10, "{planned} {so_far}");

    // B8: what was planned rests on plans, what was approved on projects.
    let money = page.rows("B8 ");
    let planned: BTreeSet<String> = money.iter().flat_map(|row| page.behind(row[2])).collect();
    assert!(!planned.is_empty() && planned.is_subset(&plans), "{planned:?}");
    // Every number of B2 to B9 that is not zero leads somewhere.
    for table in ["B2", "B3", "B4", "B5", "B6", "B7", "B8 ", "B8a", "B9"] {
        for row in page.rows(table).iter().filter(|row| !said(row[0]).starts_with("Tổng")) {
            for cell in row.iter().filter(|cell| cell.starts_with(" class=\"right\"") && !["", "0"].contains(&said(cell).as_str())) {
                assert!(!page.behind(cell).is_empty(), "{table}: {row:?}");
            }
        }
    }
}

/// A workbook's links, by sheet and cell, and the lines of its last sheet: the list's key and the record.
struct Book {
    links: BTreeMap<(String, String), usize>,
    rows: BTreeMap<(String, String), usize>,
    listed: Vec<(String, String)>,
}

impl Book {
    fn read(bytes: &[u8]) -> Self {
        use calamine::Reader;
        let mut book = calamine::Xlsx::new(Cursor::new(bytes)).unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let (mut links, mut rows) = (BTreeMap::new(), BTreeMap::new());
        for (at, sheet) in book.sheet_names().iter().enumerate() {
            let mut text = String::new();
            zip.by_name(&format!("xl/worksheets/sheet{}.xml", at + 1)).unwrap().read_to_string(&mut text).unwrap();
            for link in text.split("<hyperlink ref=\"").skip(1) {
                let line = between(link, "'!A", "\"").unwrap().parse::<usize>().unwrap();
                links.insert((sheet.clone(), link.split('"').next().unwrap().to_owned()), line);
            }
            let cells = book.worksheet_range(sheet).unwrap();
            let names = (0..cells.height()).map(|row| ((sheet.clone(), cells[(row, 0)].to_string()), row + 1));
            for (name, row) in names {
                rows.entry(name).or_insert(row);
            }
        }
        let listed = book.worksheet_range("Phiếu").unwrap().rows().map(|row| (row[0].to_string(), row[1].to_string())).collect();
        Self { links, rows, listed }
    }

    /// The records to which the number of a row and column leads.
    fn behind(&self, sheet: &str, row: &str, column: usize) -> BTreeSet<String> {
        let line = self.rows[&(sheet.to_owned(), row.to_owned())];
        let cell = format!("{}{line}", char::from(b'A' + u8::try_from(column).unwrap()));
        let Some(first) = self.links.get(&(sheet.to_owned(), cell)) else { return BTreeSet::new() };
        let key = &self.listed[first - 1].0;
        self.listed.iter().skip(first - 1).take_while(|(own, _)| own == key).map(|(_, record)| record.clone()).collect()
    }
}
