//! `export`, and what other programs wrote as `record add` takes it.

use crate::support::{Laptop, Place, Told};
use serde_json::{Value as Json, json};

pub fn farm<'p>(place: &'p Place, name: &str) -> Laptop<'p> {
    place.new_laptop(name, "Lê Văn Thử", "collaborator").with_farm()
}

/// One record with everything: repeats in repeats, an empty row, a text that CSV has to quote.
fn full() -> Json {
    json!({
        "visit": "2026-11-20", "owner": "Lê Thử", "kind": "household", "phone": "0912345678", "animals": ["pig", "fish"],
        "has_pond": "yes", "pond_area": "120.5", "revenue": 1500000000u64, "place": [9.18, 105.15, 2, 5],
        "barns": [{"barn_name": "A", "pens": [{"heads": 3}, {"heads": 4}]}, {"barn_name": "B, \"b\"\nhai"}, {"barn_name": "C", "pens": [{"heads": 5}]}],
    })
}

/// One with a pond that is not relevant any more, and almost nothing else.
fn bare() -> Json {
    json!({"visit": "2026-11-21", "owner": "Trần Thử", "pond_area": 7, "has_pond": "no"})
}

/// Records as `record list` gives them, without what belongs to a laptop and without the keys of rows.
pub fn answers_of(laptop: &Laptop<'_>, form: &str) -> Vec<Json> {
    let mut records = laptop.run(&["record", "list", "--form", form, "--format", "jsonl"]).json_lines();
    records.retain(|record| !matches!(record["state"].as_str(), Some("draft" | "void")));
    for record in &mut records {
        let object = record.as_object_mut().unwrap();
        ["device", "person", "at", "state", "conflicts"].iter().for_each(|key| drop(object.remove(*key)));
        record.as_object_mut().unwrap().values_mut().for_each(without_keys);
    }
    records.sort_by_key(|record| record["record"].to_string());
    records
}

fn without_keys(json: &mut Json) {
    match json {
        Json::Object(object) => {
            object.remove("#key");
            object.values_mut().for_each(without_keys);
        }
        Json::Array(items) => items.iter_mut().for_each(without_keys),
        _ => {}
    }
}

/// The device's name and the ids of records, which differ from run to run, under names.
fn hide(told: Told, laptop: &Laptop<'_>, ids: &[String]) -> Told {
    let device = laptop.show(&ids[0])["device"].as_str().unwrap().to_owned();
    let named = |told: Told, (at, id): (usize, &String)| if told.out.contains(id) || told.err.contains(id) { told.hide(id, &format!("[{}]", at + 1)) } else { told };
    let told = ids.iter().enumerate().fold(told, named);
    if told.out.contains(&device) { told.hide(&device, "[D]") } else { told }
}

fn file(place: &Place, laptop: &Laptop<'_>, ids: &[String], name: &str) -> String {
    let code = |id: &String| laptop.show(id)["computed"]["code"].as_str().unwrap().to_owned();
    let text = String::from_utf8(place.read(name)).unwrap();
    let told = ids.iter().fold(Told { out: text, err: String::new(), code: 0 }, |told, id| if told.out.contains(&code(id)) { told.hide(&code(id), "[CODE]") } else { told });
    hide(told, laptop, ids).out
}

#[test]
fn tables_have_the_columns_that_central_gives() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    let ids = lt01.add("farm", &[full(), bare()]);
    let void = lt01.add("farm", &[bare()]).remove(0);
    lt01.run(&["record", "void", &void, "--reason", "nhập nhầm"]).ok();
    lt01.run(&["export", "--format", "csv", "-o", "out"]).is(0, "out/farm.csv 2\nout/farm-barns.csv 3\nout/farm-pens.csv 3\n", "Left out void records: 1.\n");
    assert_eq!(place.names("out"), ["farm-barns.csv", "farm-pens.csv", "farm.csv"]);
    assert_eq!(
        file(&place, &lt01, &ids, "out/farm.csv"),
        "SubmissionDate,visit,who-owner,who-kind,who-phone,who-tax_code,animals,has_pond,pond_area,revenue,place-Latitude,place-Longitude,place-Altitude,place-Accuracy,\
         code,SET-OF-barns,heads_total,finished,meta-instanceID,meta-instanceName,KEY,SubmitterID,SubmitterName,AttachmentsPresent,AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion\r\n\
         2026-11-23T02:00:00.000Z,2026-11-20,Lê Thử,household,0912345678,,pig fish,yes,120.5,1500000000,9.18,105.15,2,5,\
         [CODE],uuid:[1]/barn_section/barns,12,2026-11-23T09:00:00+07:00,uuid:[1],Lê Thử,uuid:[1],,Lê Văn Thử,0,0,,,[D],0,3\r\n\
         2026-11-23T02:00:00.000Z,2026-11-21,Trần Thử,,,,,no,,,,,,,\
         [CODE],uuid:[2]/barn_section/barns,0,2026-11-23T09:00:00+07:00,uuid:[2],Trần Thử,uuid:[2],,Lê Văn Thử,0,0,,,[D],0,3\r\n"
    );
    let key = "uuid:[1]/barn_section/barns";
    assert_eq!(
        file(&place, &lt01, &ids, "out/farm-barns.csv"),
        format!(
            "barn_name,SET-OF-pens,PARENT_KEY,KEY,SET-OF-barns\r\nA,{key}[1]/pens,uuid:[1],{key}[1],{key}\r\n\
             \"B, \"\"b\"\"\nhai\",{key}[2]/pens,uuid:[1],{key}[2],{key}\r\nC,{key}[3]/pens,uuid:[1],{key}[3],{key}\r\n"
        )
    );
    assert_eq!(
        file(&place, &lt01, &ids, "out/farm-pens.csv"),
        format!(
            "heads,PARENT_KEY,KEY,SET-OF-pens\r\n3,{key}[1],{key}[1]/pens[1],{key}[1]/pens\r\n4,{key}[1],{key}[1]/pens[2],{key}[1]/pens\r\n\
             5,{key}[3],{key}[3]/pens[1],{key}[3]/pens\r\n"
        )
    );
}

#[test]
fn columns_follow_the_options() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    lt01.add("farm", &[full()]);
    let lines = |args: &[&str]| {
        lt01.run(&[&["export", "--format", "csv", "-o", "out", "--form", "farm"], args].concat()).quiet();
        let text = String::from_utf8(place.read("out/farm.csv")).unwrap();
        text.lines().map(|line| line.split(',').take(13).collect::<Vec<_>>().join(",")).collect::<Vec<_>>()
    };
    assert_eq!(
        lines(&["--group-separator", "/"])[0],
        "SubmissionDate,visit,who/owner,who/kind,who/phone,who/tax_code,animals,has_pond,pond_area,revenue,place/Latitude,place/Longitude,place/Altitude"
    );
    assert_eq!(
        lines(&["--group-separator", ""])[0],
        "SubmissionDate,visit,owner,kind,phone,tax_code,animals,has_pond,pond_area,revenue,place-Latitude,place-Longitude,place-Altitude"
    );
    let split = lines(&["--split-select-multiples"]);
    assert_eq!(split[0], "SubmissionDate,visit,who-owner,who-kind,who-phone,who-tax_code,animals,animals/pig,animals/duck,animals/fish,has_pond,pond_area,revenue");
    assert_eq!(split[1], "2026-11-23T02:00:00.000Z,2026-11-20,Lê Thử,household,0912345678,,pig fish,1,0,1,yes,120.5,1500000000");
    let labels = lines(&["--labels", "--lang", "vi", "--bom"]);
    assert_eq!(
        labels[0],
        "\u{feff}SubmissionDate,Ngày thăm,Họ và tên chủ trại,Loại hình,Điện thoại,Mã số thuế,Vật nuôi,Có ao,Diện tích ao (m2),Doanh thu,Vị trí-Latitude,Vị trí-Longitude,Vị trí-Altitude"
    );
    assert_eq!(labels[1], "2026-11-23T02:00:00.000Z,2026-11-20,Lê Thử,Hộ kinh doanh,0912345678,,\"Heo, Cá kèo\",Có,120.5,1500000000,9.18,105.15");
}

#[test]
fn lines_of_json_are_those_of_the_list() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    lt01.add("farm", &[full(), bare()]);
    lt01.run(&["export", "--format", "jsonl", "-o", "out/deep"]).is(0, "out/deep/farm.jsonl 2\n", "");
    let mut listed: Vec<String> = lt01.run(&["record", "list", "--form", "farm", "--format", "jsonl"]).ok().lines().map(str::to_owned).collect();
    let mut written: Vec<String> = String::from_utf8(place.read("out/deep/farm.jsonl")).unwrap().lines().map(str::to_owned).collect();
    listed.sort();
    written.sort();
    assert_eq!(written, listed);
}

#[test]
fn a_workbook_holds_true_numbers_and_dates() {
    use calamine::{Data, Reader};
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    lt01.add("farm", &[full()]);
    lt01.run(&["export", "--format", "xlsx", "-o", "out"]).is(0, "out/farm.xlsx 7\n", "");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(place.path("out/farm.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["farm", "farm-barns", "farm-pens"]);
    let sheet = book.worksheet_range("farm").unwrap();
    let cell = |header: &str| {
        let at = sheet.rows().next().unwrap().iter().position(|c| *c == *header).unwrap();
        sheet.get((1, at)).unwrap().clone()
    };
    assert_eq!((cell("revenue"), cell("pond_area"), cell("who-phone")), (Data::Float(1.5e9), Data::Float(120.5), Data::String("0912345678".into())));
    let Data::DateTime(day) = cell("visit") else { panic!("{:?}", cell("visit")) };
    assert_eq!(day.as_datetime().unwrap().to_string(), "2026-11-20 00:00:00");
    assert_eq!(cell("who-tax_code"), Data::Empty);
    assert_eq!(book.worksheet_range("farm-pens").unwrap().rows().count(), 4);
}

#[test]
fn what_cannot_be_exported_is_told() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    lt01.run(&["export", "--format", "csv", "-o", "out"]).is(0, "", "No record was handed in yet.\n");
    #[cfg(not(feature = "parquet"))]
    lt01.run(&["export", "--format", "parquet", "-o", "out"]).is(
        1,
        "",
        "This build cannot write parquet.\nUse --format jsonl or csv, which DuckDB, pandas and R read too, or build with cargo build --release --features parquet.\n",
    );
    let names = "establishment, establishment_survey, support_project, machinery_inspection, post_support_performance, programme_event, product_recognition, commune_status, annual_plan, farm";
    lt01.run(&["export", "--format", "csv", "-o", "out", "--form", "nosuch"]).is(1, "", &format!("There is no form “nosuch”.\nThe forms are: {names}.\n"));
    place.write("full", "");
    lt01.add("farm", &[bare()]);
    let sentence = "full is a file, not a folder.\nNothing was changed. Name another folder with -o.\n";
    lt01.run(&["export", "--format", "csv", "-o", "full"]).is(5, "", sentence);
    assert_eq!(place.read("full"), b"");
}

#[test]
fn csv_tables_come_in_again_with_the_same_answers() {
    let place = Place::new();
    let (lt01, lt02) = (farm(&place, "lt01"), farm(&place, "lt02"));
    let ids = lt01.add("farm", &[full(), bare()]);
    for (at, args) in [&["--split-select-multiples"][..], &["--group-separator", "/", "--bom"], &["--group-separator", ""]].iter().enumerate() {
        let (folder, other) = (format!("out{at}"), farm(&place, &format!("x{at}")));
        lt01.run(&[&["export", "--format", "csv", "-o", &folder], *args].concat()).quiet();
        let told = other.run(&["record", "add", "--form", "farm", &format!("{folder}/farm.csv")]);
        assert_eq!(told.clone().ids(), ids, "{told:?}");
        assert_eq!(answers_of(&other, "farm"), answers_of(&lt01, "farm"));
    }
    lt01.run(&["export", "--format", "jsonl", "-o", "out"]).quiet();
    lt02.run(&["record", "add", "--form", "farm", "out/farm.jsonl"]).hide(&ids[0], "[1]").hide(&ids[1], "[2]").is(0, "[1] farm Lê Thử\n[2] farm Trần Thử\n", "");
    assert_eq!(answers_of(&lt02, "farm"), answers_of(&lt01, "farm"));
    let journal = lt02.journal();
    let again = lt02.run(&["record", "add", "--form", "farm", "out/farm.jsonl"]);
    again.hide(&ids[0], "[1]").hide(&ids[1], "[2]").is(0, "", "Known already, not added again: [1]\nKnown already, not added again: [2]\n");
    assert_eq!(lt02.journal(), journal);
}

#[test]
fn the_shipped_forms_come_in_again_with_the_same_answers() {
    let place = Place::new();
    let (demo, other) = (place.laptop("demo"), place.new_laptop("lt02", "Lê Văn Thử", "collaborator"));
    demo.run(&["demo", "--records", "80", "--seed", "3", "--quiet"]).quiet();
    demo.run(&["export", "--format", "csv", "-o", "out"]).ok();
    for form in ["establishment", "establishment_survey", "support_project", "machinery_inspection", "post_support_performance"] {
        let added = other.run(&["record", "add", "--form", form, &format!("out/{form}.csv")]).ids();
        assert!(!added.is_empty(), "{form}");
        assert_eq!(answers_of(&other, form), answers_of(&demo, form), "{form}");
    }
}

#[test]
fn records_of_two_versions_of_a_form_share_their_tables() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    lt01.add("farm", &[json!({"visit": "2026-11-20", "owner": "Cũ", "tax_code": "1"})]);
    let new =
        include_str!("forms/farm.toml").replace("version = 3", "version = 4").replace("name = \"tax_code\"\ntype", "name = \"tax_number\"\ntype").replace("[\"tax_code\"]", "[]");
    place.write("lt01/forms/farm.toml", new);
    lt01.at("2026-11-24T09:00:00+07:00").add("farm", &[json!({"visit": "2026-11-21", "owner": "Mới", "tax_number": "2"})]);
    lt01.run(&["export", "--format", "csv", "-o", "out", "--group-separator", ""]).quiet();
    let mut reader = csv::Reader::from_path(place.path("out/farm.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, header: &str| rows[row].get(headers.iter().position(|h| h == header).unwrap()).unwrap().to_owned();
    let table: Vec<_> = (0..2).map(|row| ["owner", "tax_code", "tax_number", "FormVersion"].map(|header| cell(row, header))).collect();
    assert_eq!(table, [["Cũ", "1", "", "3"], ["Mới", "", "2", "4"]]);
    assert!(headers.iter().position(|h| h == "tax_code") > headers.iter().position(|h| h == "finished"), "an old column stands behind the new ones");
}

#[test]
fn questions_and_repeats_of_one_name_stay_apart() {
    let place = Place::new();
    let (lt01, lt02) = (place.new_laptop("lt01", "Lê", "collaborator"), place.new_laptop("lt02", "Lê", "collaborator"));
    let group = |name: &str| {
        format!(
            "[[question]]\nname = \"{name}\"\ntype = \"group\"\nlabel = \"{name}\"\n[[question.question]]\nname = \"note\"\ntype = \"text\"\nlabel = \"N\"\n\
             [[question.question]]\nname = \"rows\"\ntype = \"repeat\"\nlabel = \"R\"\n[[question.question.question]]\nname = \"cell\"\ntype = \"text\"\nlabel = \"C\"\n"
        )
    };
    let form = format!("form = \"twin\"\nversion = 1\ntitle = \"T\"\n{}{}", group("a"), group("b"));
    place.write("lt01/forms/twin.toml", &form);
    place.write("lt02/forms/twin.toml", &form);
    place.write("s.xml", "<data id=\"twin\" instanceID=\"uuid:1\"><a><note>1</note><rows><cell>x</cell></rows></a><b><note>2</note><rows><cell>y</cell></rows><rows><cell>z</cell></rows></b></data>");
    lt01.run(&["record", "add", "--form", "twin", "s.xml"]).quiet();
    lt01.run(&["export", "--format", "csv", "-o", "out"]).is(0, "out/twin.csv 1\nout/twin-rows~1.csv 1\nout/twin-rows~2.csv 2\n", "");
    assert!(String::from_utf8(place.read("out/twin.csv")).unwrap().starts_with("SubmissionDate,a-note,"));
    lt02.run(&["record", "add", "--form", "twin", "out/twin.csv"]).ok();
    let answers = answers_of(&lt02, "twin")[0]["answers"].clone();
    assert_eq!(answers, answers_of(&lt01, "twin")[0]["answers"]);
    let texts: Vec<&str> = ["1", "x", "2", "y", "z"].into_iter().filter(|text| answers.to_string().contains(&format!("\"{text}\""))).collect();
    assert_eq!(texts.len(), 5, "{answers}");
}
