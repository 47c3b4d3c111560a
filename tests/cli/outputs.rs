//! Reports and minutes as files: opened again by other readers, and compared with what `report --format json` says.

use crate::support::{Laptop, Place, Told};
use calamine::{Data, Reader, Xlsx};
use khuyencong::locale::words::money_words;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

/// A laptop full of synthetic records, and its report.
fn demo(place: &Place) -> (Laptop<'_>, Json) {
    let lt01 = place.laptop("lt01");
    lt01.run(&["demo", "--records", "150", "--seed", "7"]).ok();
    let report = serde_json::from_str(&lt01.run(&["report", "--format", "json"]).quiet()).unwrap();
    (lt01, report)
}

/// The tables that the ministry’s template asks for, and the money of projects by year.
const TABLES: [&str; 10] = ["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8a", "B9"];

fn targets(report: &Json) -> impl Iterator<Item = &Json> {
    report["targets"].as_array().unwrap().iter()
}

/// Writes the report and gives its bytes.
#[track_caller]
fn written(place: &Place, laptop: &Laptop<'_>, format: &str) -> Vec<u8> {
    let file = format!("report.{format}");
    assert_eq!(laptop.run(&["report", "--format", format, "-o", &file]).quiet(), "");
    place.read(&file)
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_csv_report_is_what_excel_in_vietnam_opens() {
    let place = Place::new();
    let (lt01, report) = demo(&place);
    let text = String::from_utf8(written(&place, &lt01.lang("vi"), "csv")).unwrap();
    assert!(text.starts_with('\u{feff}') && text.lines().count() == text.matches("\r\n").count());
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for target in targets(&report) {
        let row = rows.iter().find(|row| &row[0] == target["id"].as_str().unwrap()).unwrap();
        let number = |at: usize| row[at].replace(',', ".").parse::<f64>().ok();
        assert_eq!(number(4), target["number"].as_f64(), "{row:?}");
        let same = |one: f64, other: f64| (one - other).abs() < 1e-6;
        assert!(number(5).zip(target["done"].as_f64()).map_or(target["done"].is_null(), |(one, other)| same(one, other)) && !row[5].contains('.'), "{row:?}");
    }
    let shown = lt01.lang("vi").run(&["report", "--format", "csv"]).quiet();
    assert_eq!(shown.trim_end(), text.replace("\r\n", "\n").trim_end());
}

#[test]
fn the_workbook_holds_numbers_formulas_that_fit_them_and_every_record() {
    let place = Place::new();
    let (lt01, report) = demo(&place);
    let bytes = written(&place, &lt01.lang("vi"), "xlsx");
    let mut book = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
    let due = report["due"].as_array().is_some_and(|due| !due.is_empty());
    let names = ["Chỉ tiêu", "Cách tính khác", "Từng năm", "Cách tính", "Nguồn số liệu"].into_iter().chain(due.then_some("Đến hạn")).chain(TABLES).chain(["Phiếu"]);
    assert_eq!(book.sheet_names(), names.collect::<Vec<_>>());
    let sheet = book.worksheet_range("Chỉ tiêu").unwrap();
    let formulas = book.worksheet_formula("Chỉ tiêu").unwrap();
    let listed = book.worksheet_range("Phiếu").unwrap();
    for target in targets(&report) {
        let id = target["id"].as_str().unwrap();
        let line = (0..sheet.height()).find(|line| sheet[(*line, 0)] == Data::String(id.to_owned())).unwrap();
        let number = |at: usize| if let Data::Float(number) = sheet[(line, at)] { Some(number) } else { None };
        assert_eq!((number(4), number(5)), (target["number"].as_f64(), target["done"].as_f64()), "{id}");
        // Of a duty without a number there is no part to be counted.
        let share = target["number"].as_f64().map(|_| format!("IF(N(E{0})=0,\"\",F{0}/E{0}*100)", line + 1));
        assert_eq!(formulas.get_value((line as u32, 6)).cloned().filter(|formula| !formula.is_empty()), share, "{id}");
        assert_eq!(formulas.get_value((line as u32, 9)).unwrap(), &format!("COUNTIF('Phiếu'!$A:$A,\"{id}\")"));
        let records: Vec<String> = listed.rows().filter(|row| row[0] == Data::String(id.to_owned())).map(|row| row[1].to_string()).collect();
        assert_eq!(Json::from(records), target["records"], "{id}");
        assert_eq!(number(9), Some(target["records"].as_array().unwrap().len() as f64));
    }
    assert!(listed.rows().skip(1).all(|row| matches!(row[3], Data::DateTime(_))));
    let sources = book.worksheet_formula("Nguồn số liệu").unwrap();
    assert!(sources.used_cells().any(|(_, _, formula)| formula.starts_with("SUM(B")), "totals are formulas");
    let first = part(&bytes, "xl/worksheets/sheet1.xml");
    for said in ["<pageSetup paperSize=\"9\"", "orientation=\"landscape\"", "fitToHeight=\"0\"", "<hyperlink ref=\"J7\" location=\"'Phiếu'!A2\"", "<drawing "] {
        assert!(first.contains(said), "{said}");
    }
    assert!(part(&bytes, "xl/charts/chart1.xml").contains("<c:barChart>"));
    assert_eq!(bytes, written(&place, &lt01.lang("vi"), "xlsx"), "the same report gives the same bytes");
}

/// The values of an attribute, in order.
fn attributes<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn the_page_stands_alone_and_every_figure_leads_to_its_records() {
    let place = Place::new();
    let (lt01, report) = demo(&place);
    for (lang, said) in [("vi", "Cơ sở công nghiệp nông thôn được hỗ trợ"), ("en", "Rural industrial establishments supported")] {
        let page = String::from_utf8(written(&place, &lt01.lang(lang), "html")).unwrap();
        assert!(page.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{lang}\">")) && page.contains(said));
        for outside in ["<script", "<link", "src=", "http", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("<svg ") && page.contains("DỮ LIỆU MẪU") == (lang == "vi"));
        let names: BTreeSet<&str> = attributes(&page, " id=\"").into_iter().collect();
        let links = attributes(&page, "href=\"#");
        assert!(!links.is_empty() && links.iter().all(|link| names.contains(link)));
        for record in report["targets"][0]["records"].as_array().unwrap() {
            assert_eq!(page.matches(record.as_str().unwrap()).count(), 1, "a record has one line, however many numbers rest on it");
        }
    }
}

/// The text of a Word document by paragraph; asserts that its tables are whole: every row covers every column.
fn paragraphs(bytes: &[u8]) -> Vec<String> {
    let text = part(bytes, "word/document.xml");
    let document = roxmltree::Document::parse(&text).unwrap();
    let named = |node: &roxmltree::Node<'_, '_>, name: &str| node.tag_name().name() == name;
    for table in document.descendants().filter(|node| named(node, "tbl")) {
        let columns = table.descendants().filter(|node| named(node, "gridCol")).count();
        for row in table.children().filter(|node| named(node, "tr")) {
            let span = |cell: roxmltree::Node<'_, '_>| {
                let span = cell.descendants().find(|node| named(node, "gridSpan"));
                span.and_then(|span| span.attributes().next()?.value().parse::<usize>().ok()).unwrap_or(1)
            };
            assert_eq!(row.children().filter(|node| named(node, "tc")).map(span).sum::<usize>(), columns);
        }
    }
    for name in ["[Content_Types].xml", "_rels/.rels", "word/styles.xml", "word/footer1.xml", "word/_rels/document.xml.rels", "docProps/core.xml"] {
        roxmltree::Document::parse(&part(bytes, name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let text = |node: roxmltree::Node<'_, '_>| node.descendants().filter(|node| named(node, "t")).filter_map(|node| node.text()).collect::<String>();
    document.descendants().filter(|node| named(node, "p")).map(text).collect()
}

#[test]
fn the_written_report_has_its_five_chapters_and_a_sentence_for_every_target() {
    let place = Place::new();
    let (lt01, report) = demo(&place);
    let paragraphs = paragraphs(&written(&place, &lt01.lang("vi"), "docx"));
    let chapters: Vec<&str> = paragraphs.iter().filter(|p| ["I. ", "II. ", "III. ", "IV. ", "V. "].iter().any(|n| p.starts_with(n))).map(String::as_str).collect();
    assert_eq!(chapters.len(), 5, "{chapters:?}");
    assert_eq!(paragraphs[2], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
    for target in targets(&report) {
        let start = format!("- {}: ", target["label"]["vi"].as_str().unwrap());
        assert!(paragraphs.iter().any(|p| p.starts_with(&start)), "{start}");
    }
}

/// The minutes in the store by kind.
fn minutes(laptop: &Laptop<'_>) -> BTreeMap<String, Json> {
    let rows = laptop.run(&["record", "list", "--form", "machinery_inspection", "--format", "jsonl"]).json_lines();
    rows.into_iter().map(|row| (row["answers"]["kind"].as_str().unwrap().to_owned(), row)).collect()
}

#[test]
fn minutes_hold_the_heading_the_grounds_the_machines_and_the_amount_in_words() {
    let place = Place::new();
    let (lt01, _) = demo(&place);
    for (kind, row) in minutes(&lt01) {
        let record = row["record"].as_str().unwrap();
        assert_eq!(lt01.lang("vi").run(&["minutes", &record[..30], "-o", "m.docx"]).quiet(), "");
        let bytes = place.read("m.docx");
        let told = paragraphs(&bytes).join("\n");
        let answers = &row["answers"];
        let mut said =
            vec!["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM".to_owned(), "Độc lập - Tự do - Hạnh phúc".into(), "Căn cứ Nghị định số 45/2012/NĐ-CP".into(), "DỮ LIỆU MẪU".into()];
        said.extend(["minutes_number", "approval_number", "contract_number", "project_name"].map(|name| answers[name].as_str().unwrap().to_owned()));
        for person in answers["participants"].as_array().unwrap() {
            said.push(person["full_name"].as_str().unwrap().to_owned());
        }
        for machine in answers["machines"].as_array().unwrap() {
            said.extend(["machine", "serial", "spec_approved"].map(|name| machine[name].as_str().unwrap().to_owned()));
        }
        if let Some(payable) = answers["support_payable"].as_i64() {
            said.push(format!("Bằng chữ: {}.", money_words(payable.into())));
        }
        for text in said {
            assert!(told.contains(&text), "{kind}: {text}\n{told}");
        }
        lt01.lang("vi").run(&["minutes", record, "-o", "again.docx"]).is(0, "", "");
        assert!(bytes == place.read("again.docx"), "the same record gives the same bytes");
        lt01.run(&["minutes", record, "-o", "m.html"]).is(0, "", "");
        let page = String::from_utf8(place.read("m.html")).unwrap();
        assert!(page.contains("SOCIALIST REPUBLIC OF VIET NAM") && page.contains("rowspan=\"2\"") && page.contains("colspan=\"8\""));
    }
}

#[test]
fn an_office_names_its_own_grounds() {
    let place = Place::new();
    let (lt01, _) = demo(&place);
    place.write("lt01/forms/lists/minutes.csv", "name,label_vi,label_en,part\nu,UBND XÃ THỬ,COMMUNE,unit\nb,\"Căn cứ <Quy định> & thử;\",Test,basis\n");
    let record = minutes(&lt01).into_values().next().unwrap()["record"].as_str().unwrap().to_owned();
    lt01.lang("vi").run(&["minutes", &record, "-o", "m.docx"]).is(0, "", "");
    let told = paragraphs(&place.read("m.docx")).join("\n");
    assert!(told.contains("UBND XÃ THỬ") && told.contains("Căn cứ <Quy định> & thử;") && !told.contains("45/2012"));
}

#[test]
fn what_cannot_be_written_is_refused_with_a_sentence_and_a_way_out() {
    let place = Place::new();
    let (lt01, report) = demo(&place);
    for format in ["xlsx", "html", "docx"] {
        lt01.run(&["report", "--format", format]).is(2, "", &format!("The format {format} needs a file.\nAdd -o NAME.{format}.\n"));
    }
    let refused = |told: Told, code: i32, first: &str| {
        assert_eq!((told.code, told.out.as_str(), told.err.lines().next()), (code, "", Some(first)), "{told:#?}");
        assert!(told.err.lines().count() <= 3);
    };
    let nowhere = lt01.run(&["report", "--format", "xlsx", "-o", "no/such/r.xlsx"]);
    assert_eq!((nowhere.code, nowhere.out.as_str()), (5, ""));
    refused(lt01.run(&["minutes", "ffffffff", "-o", "m.docx"]), 1, "There is no record ffffffff.");
    refused(lt01.run(&["minutes", "ffffffff", "-o", "m.pdf"]), 2, "Minutes cannot be written to m.pdf: its kind is not known.");
    let survey = targets(&report).find(|t| t["id"] == "T-VL").unwrap()["records"][0].as_str().unwrap();
    let wrong = format!("The record {survey} is “Post-support performance”, not machinery inspection minutes.");
    refused(lt01.run(&["minutes", survey, "-o", "m.docx"]), 1, &wrong);
    let record = minutes(&lt01).into_values().next().unwrap()["record"].as_str().unwrap().to_owned();
    assert_eq!(lt01.run(&["minutes", &record, "-o", "no/such/m.docx"]).code, 5);
    lt01.run(&["record", "void", &record, "--reason", "thử"]).ok();
    refused(lt01.run(&["minutes", &record, "-o", "m.docx"]), 1, &format!("The record {record} is void."));
    assert_eq!(place.names(".").iter().filter(|name| name.starts_with("m.")).count(), 0);
}
