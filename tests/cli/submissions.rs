//! Submissions of other programs as `record add` takes them: told apart by content, checked like any other, never doubled.

use crate::data::farm;
use crate::support::{Laptop, Place, Told};
use serde_json::{Value as Json, json};

const KOBO: &str = r#"{"count":2,"next":null,"results":[
{"_id":41,"formhub/uuid":"f00","start":"2026-11-20T08:00:00.000+07:00","visit":"2026-11-20","who/owner":"Kobo Một","who/kind":"company","animals":"pig duck",
 "has_pond":"yes","pond_area":"12.5","revenue":"2000000","place":"9.1 105.2 0 4.5",
 "barn_section/barns":[{"barn_section/barns/barn_name":"K1","barn_section/barns/pens":[{"barn_section/barns/pens/heads":"7"}]}],
 "__version__":"v1","meta/instanceID":"uuid:b8f1c9d2-1111-4222-8333-444455556666","_attachments":[],"_submission_time":"2026-11-20T01:10:00"},
{"_id":42,"visit":"2026-11-21","who/owner":"Kobo Hai","meta/instanceID":"uuid:b8f1c9d2-1111-4222-8333-444455556667"}]}"#;

const ODATA: &str = r#"{"@odata.context":"Submissions","value":[
{"__id":"uuid:b8f1c9d2-1111-4222-8333-444455556666","__system":{"submitterName":"A"},"visit":"2026-11-20","who":{"owner":"Kobo Một"},"meta":{"instanceID":"uuid:edited"}},
{"__id":"uuid:c8f1c9d2-1111-4222-8333-444455556668","visit":"2026-11-20","who":{"owner":"OData Hai","kind":"company"},
 "place":{"type":"Point","coordinates":[105.2,9.1,0],"properties":{"accuracy":4.5}},"animals":"pig fish",
 "barn_section":{"barns@odata.navigationLink":"x","barns":[{"__id":"b1","barn_name":"O1","pens":[{"__id":"p1","heads":2}]}]},"heads_total":2}]}"#;

const XML: &str = r#"<?xml version="1.0"?>
<data id="farm" version="3" xmlns:orx="http://openrosa.org/xforms"><visit>2026-11-19</visit><who><owner>XML &amp; con</owner><kind/></who>
<animals>pig</animals><barn_section><barns><barn_name>X1</barn_name><pens><heads>1</heads></pens><pens><heads>2</heads></pens></barns>
<barns><barn_name>X2</barn_name></barns></barn_section><orx:meta><orx:instanceID>uuid:d8f1c9d2-1111-4222-8333-444455556669</orx:instanceID></orx:meta></data>"#;

fn add(laptop: &Laptop<'_>, input: &str) -> Told {
    laptop.input(input).run(&["record", "add", "--form", "farm"])
}

/// The answers of a record without the keys of its rows.
fn answers(laptop: &Laptop<'_>, id: &str) -> Json {
    let text = laptop.show(id)["answers"].to_string();
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("\"#key\":\"") {
        out.push_str(&rest[..at]);
        rest = rest[at + 8..].split_once('"').unwrap().1.trim_start_matches(',');
    }
    serde_json::from_str(&(out + rest)).unwrap()
}

#[test]
fn kobo_json_comes_in_once() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    let told = add(&lt01, KOBO);
    let ids = told.clone().ids();
    let ignored = "Passed over, not questions: __version__, _attachments, _id, _submission_time, formhub/uuid, meta/instanceID, start\n";
    told.hide(&ids[0], "[1]").hide(&ids[1], "[2]").is(0, "[1] farm Kobo Một\n[2] farm Kobo Hai\n", ignored);
    let expected = json!({
        "visit": "2026-11-20", "owner": "Kobo Một", "kind": "company", "animals": ["pig", "duck"], "has_pond": "yes", "pond_area": 12.5, "revenue": 2000000,
        "place": [9.1, 105.2, 0, 4.5], "barns": [{"barn_name": "K1", "pens": [{"heads": 7}]}], "finished": "2026-11-23T09:00:00+07:00",
    });
    assert_eq!(answers(&lt01, &ids[0]), expected);
    let again = add(&lt01, KOBO).hide(&ids[0], "[1]").hide(&ids[1], "[2]");
    again.is(0, "", &format!("{ignored}Known already, not added again: [1]\nKnown already, not added again: [2]\n"));
    // Another laptop gives the same submission the same id, so that a sync does not double it.
    let lt02 = farm(&place, "lt02");
    assert_eq!(add(&lt02, KOBO).ids(), ids);
    let page = KOBO.replace("\"next\":null", "\"next\":\"?start=2\"");
    assert!(add(&lt01, &page).err.contains("\nThe file is one page of several: more records are on the next ones.\n"));
}

#[test]
fn odata_of_central_comes_in_and_knows_what_kobo_brought() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    let known = add(&lt01, KOBO).ids().remove(0);
    let told = add(&lt01, ODATA);
    let id = told.clone().ids().remove(0);
    told.hide(&id, "[N]").hide(&known, "[K]").is(
        0,
        "[N] farm OData Hai\n",
        "Passed over, not questions: __id, __system, barns@odata.navigationLink, meta\nComputed again, not taken from the file: heads_total\n\
         Known already, not added again: [K]\n",
    );
    let got = answers(&lt01, &id);
    assert_eq!((&got["place"], &got["animals"], &got["barns"]), (&json!([9.1, 105.2, 0, 4.5]), &json!(["pig", "fish"]), &json!([{"barn_name": "O1", "pens": [{"heads": 2}]}])));
}

#[test]
fn a_record_whose_rows_were_not_fetched_is_refused() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    let input = r#"{"value":[{"__id":"uuid:e","visit":"2026-11-20","owner":"A","barn_section":{"barns@odata.navigationLink":"z"}}]}"#;
    add(&lt01, input).is(
        1,
        "",
        "Passed over, not questions: __id, barns@odata.navigationLink\nbarns: the file lacks the rows of “barns”: fetch it from Central again with $expand=*\n\
         Nothing was saved; problems: 1.\n",
    );
    assert!(lt01.journal().is_empty());
}

#[test]
fn xml_submissions_come_in() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    let told = add(&lt01, XML);
    let id = told.clone().ids().remove(0);
    told.hide(&id, "[1]").is(0, "[1] farm XML & con\n", "Passed over, not questions: meta\n");
    assert_eq!(answers(&lt01, &id)["barns"], json!([{"barn_name": "X1", "pens": [{"heads": 1}, {"heads": 2}]}, {"barn_name": "X2"}]));
    add(&lt01, "<a>\n<b></a>").is(1, "", "Line 2 is not XML: expected 'b' tag, not 'a' at 2:4\n");
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    assert_eq!(add(&lt01, &deep).code, 1);
}

#[test]
fn csv_of_kobo_finds_its_rows_by_index() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    place.write("k.csv", "\u{feff}\"visit\";\"who/owner\";\"animals/pig\";\"animals/duck\";\"_uuid\";\"_index\"\n2026-11-20;Kobo CSV;1;1;b8f1c9d2-1111-4222-8333-44445555666a;1\n2026-11-21;Hai;0;0;b8f1c9d2-1111-4222-8333-44445555666b;2\n");
    place.write("k-barns.csv", "barn_section/barns/barn_name;_index;_parent_index\nB1;1;2\nB2;2;2\n");
    place.write("pens.csv", "barn_section/barns/pens/heads,_parent_index\n8,2\n");
    let told = lt01.run(&["record", "add", "--form", "farm", "--repeat", "pens=pens.csv", "k.csv"]);
    let ids = told.clone().ids();
    told.hide(&ids[0], "[1]").hide(&ids[1], "[2]").is(0, "[1] farm Kobo CSV\n[2] farm Hai\n", "Passed over, not questions: _index, _parent_index, _uuid\n");
    assert_eq!(answers(&lt01, &ids[0])["animals"], json!(["pig", "duck"]));
    assert_eq!(answers(&lt01, &ids[1])["barns"], json!([{"barn_name": "B1"}, {"barn_name": "B2", "pens": [{"heads": 8}]}]));
}

#[test]
fn problems_of_csv_are_told_by_file_and_line_and_nothing_is_saved() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    place.write("x.csv", "KEY,visit,onwer,who-phone,phone,heads_total\nuuid:1,2026-11-20,A,,,\nuuid:2,2026-13-01,,1,,4\n");
    place.write("x-barns.csv", "barn_name,PARENT_KEY\nB,uuid:3\nC,\n");
    place.write("x-pens.csv", "heads,PARENT_KEY\n");
    lt01.run(&["record", "add", "--form", "farm", "--repeat", "nosuch=x-pens.csv", "x.csv"]).is(
        1,
        "",
        "Passed over, not questions: KEY, PARENT_KEY\nComputed again, not taken from the file: heads_total\n\
         x-barns.csv:3: the row has no PARENT_KEY\n\
         nosuch: the form has no repeat “nosuch”\n\
         x.csv:1: onwer: the form has no question “onwer”; did you mean “owner”?\n\
         x.csv:1: phone: two columns for one question “phone”: “who-phone” and “phone”\n\
         x-barns.csv:2: the row belongs to no record of the main table\n\
         x.csv:2: owner: An answer is needed\n\
         x.csv:3: visit: Not a date (for example 1/7/2026)\n\
         x.csv:3: owner: An answer is needed\n\
         Nothing was saved; problems: 8.\n",
    );
    assert!(lt01.journal().is_empty());
    lt01.run(&["record", "add", "--form", "farm", "--repeat", "barns", "x.csv"]).is(2, "", "--repeat “barns” is not understood.\nFor example --repeat energy=records-energy.csv\n");
}

#[test]
fn files_that_hold_nothing_usable_are_told_in_both_languages() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    place.write("empty.csv", " \n");
    place.write("latin.csv", b"visit,owner\n2026-11-20,L\xea\n");
    place.write("book.xlsx", b"PK\x03\x04rest");
    place.write("long.csv", format!("visit,owner\n2026-11-20,{}\n", "a".repeat((1 << 20) + 1)));
    let told = |lang: &str, file: &str| lt01.lang(lang).run(&["record", "add", "--form", "farm", file]);
    told("en", "empty.csv").is(1, "", "The file empty.csv is empty.\n");
    told("vi", "empty.csv").is(1, "", "Tệp empty.csv trống.\n");
    told("en", "latin.csv").is(1, "", "The file latin.csv is not UTF-8 text.\nSave it in Excel as “CSV UTF-8”.\n");
    told("vi", "latin.csv").is(1, "", "Tệp latin.csv không phải văn bản UTF-8.\nLưu lại trong Excel bằng “CSV UTF-8”.\n");
    told("en", "book.xlsx").is(1, "", "book.xlsx is a workbook.\nA register: khuyencong record import. Records out of ODK or Kobo: save them as CSV.\n");
    told("en", "long.csv").is(1, "", "The file long.csv: cell or line 2 is longer than any answer.\nNothing was changed. Delete that content and do it again.\n");
    assert!(lt01.journal().is_empty());
}
