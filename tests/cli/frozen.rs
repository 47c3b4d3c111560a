//! `report --freeze` and `report --frozen`: a report printed again is the same to the byte although the records moved on.

use crate::support::{Laptop, Place};
use serde_json::Value as Json;

/// Every way to print, with the language of each.
const PRINTS: [(&str, &str); 9] = [("text", "vi"), ("tables", "en"), ("json", "en"), ("csv", "vi"), ("xlsx", "vi"), ("xlsx", "en"), ("html", "vi"), ("docx", "vi"), ("docx", "en")];

fn demo(place: &Place) -> Laptop<'_> {
    let lt01 = place.laptop("lt01");
    lt01.run(&["demo", "--records", "150", "--seed", "7"]).ok();
    lt01
}

/// A report in one of the formats.
fn print(place: &Place, laptop: &Laptop<'_>, (format, lang): (&str, &str), more: &[&str]) -> Vec<u8> {
    let format = if format == "tables" { ["--tables", "--format", "text"].as_slice() } else { &["--format", format] };
    let args: Vec<&str> = ["report"].into_iter().chain(format.iter().copied()).chain(["-o", "printed"]).chain(more.iter().copied()).collect();
    assert_eq!(laptop.lang(lang).run(&args).quiet(), "");
    place.read("printed")
}

#[test]
fn a_frozen_report_is_printed_again_to_the_byte_whatever_happened_since() {
    let place = Place::new();
    let lt01 = demo(&place);
    let asked = ["--period", "2026", "--by", "commune"];
    let freeze = ["--freeze", "2026.report", "--period", "2026", "--by", "commune"];
    let first: Vec<Vec<u8>> = PRINTS.iter().map(|kind| print(&place, &lt01, *kind, &freeze)).collect();
    let today = print(&place, &lt01, ("json", "en"), &asked);

    // A year later a counted record is void and another program folder has no store at all.
    let before: Json = serde_json::from_slice(&today).unwrap();
    let supported = before["targets"][0]["records"][0].as_str().unwrap();
    let later = lt01.at("2027-12-01T09:00:00+07:00");
    later.run(&["record", "void", supported, "--reason", "thử"]).ok();
    let moved: Json = serde_json::from_slice(&print(&place, &later, ("json", "en"), &asked)).unwrap();
    assert_ne!(moved["targets"][0]["done"], before["targets"][0]["done"], "today's report moved on");
    let nowhere = place.laptop("nowhere").at("2028-01-01T00:00:00+07:00");
    for laptop in [&later, &nowhere] {
        for (kind, first) in PRINTS.iter().zip(&first) {
            assert!(print(&place, laptop, *kind, &["--frozen", "2026.report"]) == *first, "{kind:?}");
        }
    }

    let kept: Json = serde_json::from_slice(&first[2]).unwrap();
    assert_eq!(kept["frozen"], serde_json::json!({"at": "2026-11-23T09:00:00+07:00", "person": "Nguyễn Văn Mẫu (giám sát)", "device": kept["frozen"]["device"]}));
    for part in ["period", "targets", "tables", "due", "by"] {
        assert_eq!(kept[part], before[part], "figures, records and the factors' version are those of that day");
    }
    assert!(kept["targets"].as_array().unwrap().iter().any(|t| t["factor_versions"].as_array().is_some_and(|v| !v.is_empty())));
    let text = String::from_utf8(first[0].clone()).unwrap();
    assert!(text.lines().any(|line| line.starts_with("Số liệu chốt lúc 23/11/2026 09:00 · ")), "{text}");
}

#[test]
fn a_frozen_report_that_was_altered_is_not_printed() {
    let place = Place::new();
    let lt01 = demo(&place);
    lt01.run(&["report", "--freeze", "r.report"]).ok();
    let whole = String::from_utf8(place.read("r.report")).unwrap();
    let refused = |name: &str, bytes: &[u8], code: i32, first: &str| {
        place.write(name, bytes);
        let told = lt01.run(&["report", "--frozen", name]);
        assert_eq!((told.code, told.out.as_str(), told.err.lines().next()), (code, "", Some(first)), "{told:#?}");
        assert!(told.err.lines().count() <= 3);
    };
    refused("a.report", whole.replacen("\"done\":", "\"done\" :", 1).as_bytes(), 3, "a.report was altered or damaged: it is not as it was frozen.");
    refused("b.report", &whole.as_bytes()[..whole.len() / 2], 3, "b.report was altered or damaged: it is not as it was frozen.");
    refused("c.report", b"x", 1, "c.report is no frozen report.");
    refused("d.report", b"{}\n{}\n", 1, "d.report is no frozen report.");
    refused("e.report", whole.replacen("\"khuyencong-report\":1", "\"khuyencong-report\":2", 1).as_bytes(), 1, "e.report was written by a newer version.");
    assert_eq!(lt01.run(&["report", "--frozen", "no.report"]).code, 5);
    assert_eq!(lt01.run(&["report", "--frozen", "r.report", "--period", "2026"]).code, 2, "its period is frozen, too");
    assert_eq!(lt01.run(&["report", "--freeze", "no/such/r.report"]).code, 5);
}

/// Takes a key out of every object.
fn without(json: &mut Json, keys: &[&str]) {
    match json {
        Json::Object(map) => {
            keys.iter().for_each(|key| drop(map.remove(*key)));
            map.values_mut().for_each(|value| without(value, keys));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| without(item, keys)),
        _ => {}
    }
}

#[test]
fn a_report_that_was_frozen_before_plans_and_years_opened_to_records_is_still_printed() {
    use sha2::{Digest, Sha256};
    let place = Place::new();
    let lt01 = demo(&place);
    lt01.run(&["report", "--freeze", "r.report"]).ok();
    let whole = String::from_utf8(place.read("r.report")).unwrap();
    let mut body: Json = serde_json::from_str(whole.split_once('\n').unwrap().1).unwrap();
    // As the file was before: neither the records of other numbers than those of the period, nor those of a table's cells.
    without(&mut body, &["plan_records", "year_records", "cumulative_records", "reference_records", "own"]);
    for figure in body["figures"].as_array_mut().unwrap() {
        figure["years"].as_array_mut().unwrap().iter_mut().for_each(|year| without(year, &["records"]));
    }
    let body = body.to_string();
    let sum: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    place.write("old.report", format!("{{\"khuyencong-report\":1,\"sha256\":\"{sum}\"}}\n{body}\n").as_bytes());
    for kind in ["text", "json", "html", "xlsx", "docx", "csv"] {
        let printed = |file: &str| print(&place, &lt01, (kind, "vi"), &["--frozen", file]);
        let (old, new) = (printed("old.report"), printed("r.report"));
        assert!(!old.is_empty() && (old == new) == matches!(kind, "text" | "docx" | "csv"), "{kind}");
    }
}
