//! `forms import` and `forms export`: there and back, nothing replaced unasked, and what other tools will not do is said.

use crate::support::Place;

const FORM: &str = r#"form = "visit"
version = 3
title = { vi = "Thăm cơ sở", en = "Visit" }
date = "month"

[[question]]
name = "month"
type = "month"
label = { vi = "Tháng", en = "Month" }
required = "true()"

[[question]]
name = "place"
type = "select_one"
choices_file = "lists/places.csv"
label = { vi = "Nơi", en = "Place" }

[[question]]
name = "cost"
type = "money"
label = { vi = "Chi phí", en = "Cost" }
default = "lookup('lists/places.csv', ${place}, 'cost')"
constraint = ". >= 0"
constraint_message = { vi = "Không âm", en = "Not negative" }
warning = ". < 1000000"
warning_message = { vi = "Quá lớn", en = "Very large" }
"#;

/// A list that is too long for the choices sheet.
fn places() -> String {
    let rows: String = (0..600).map(|at| format!("p{at},Nơi {at},Place {at},{at}000\n")).collect();
    format!("name,label_vi,label_en,cost\n{rows}")
}

fn place() -> Place {
    let place = Place::new();
    place.write("visit.toml", FORM);
    place.write("lists/places.csv", places());
    place
}

#[test]
fn a_form_goes_to_a_workbook_and_comes_back_as_it_was() {
    let place = place();
    let lt01 = place.laptop("lt01");
    let told = lt01.run(&["forms", "export", "visit.toml", "-o", "out/visit.xlsx"]);
    told.is(5, "", "out/visit.xlsx was not found.\nCheck the path, or plug the stick in again.\n");
    place.write("out/keep", "");
    let losses = "Other XLSForm tools will not do the following (this program reads it back unless it says otherwise):\n\
        - soft checks that ask for a reason: cost\n\
        - money, percent, month and year (numbers or dates there): month, cost\n\
        - expressions with lookup, latest, rows, words_vi (left empty there): cost\n\
        - timeline, period, summary, duplicates: date\n";
    let wrote = "Wrote out/visit.xlsx.\nWrote out/places.csv: keep it beside the workbook.\n";
    lt01.run(&["forms", "export", "visit.toml", "-o", "out/visit.xlsx"]).is(0, wrote, losses);
    assert_eq!(place.read("out/places.csv"), places().into_bytes());

    place.write("out/lists/places.csv", places());
    lt01.run(&["forms", "import", "out/visit.xlsx", "-o", "back.toml"]).is(0, "Wrote back.toml.\n", "");
    assert_eq!(String::from_utf8(place.read("back.toml")).unwrap(), FORM);
    let again = |lang: &str| lt01.lang(lang).run(&["forms", "import", "out/visit.xlsx", "-o", "back.toml"]);
    again("en").is(2, "", "back.toml is there already.\nGive another name, or --force to replace it.\n");
    again("vi").is(2, "", "Đã có back.toml.\nĐặt tên khác, hoặc thêm --force để ghi đè.\n");
    lt01.run(&["forms", "import", "out/visit.xlsx", "-o", "back.toml", "--force"]).is(0, "Wrote back.toml.\n", "");
}

#[test]
fn a_list_that_was_changed_in_the_workbook_is_not_lost() {
    let place = Place::new();
    let lt01 = place.laptop("lt01");
    let form = FORM.replace("default = \"lookup('lists/places.csv', ${place}, 'cost')\"\n", "");
    place.write("visit.toml", form);
    place.write("lists/places.csv", "name,label_vi,label_en,cost\na,Xã A,A,5\nb,Xã B,B,6\n");
    assert!(lt01.run(&["forms", "export", "visit.toml", "-o", "visit.xlsx"]).ok().contains("Wrote visit.xlsx."));
    place.write("lists/places.csv", "name,label_vi,label_en,cost\na,Xã A,A,5\n");
    let kept = "The workbook's list lists/places.csv is not as the file at hand: the workbook's is kept, inside the form.\n";
    lt01.run(&["forms", "import", "visit.xlsx", "-o", "back.toml"]).is(0, "Wrote back.toml.\n", kept);
    let back = String::from_utf8(place.read("back.toml")).unwrap();
    assert!(back.contains(r#"  { name = "b", label = { vi = "Xã B", en = "B" }, cost = "6" },"#), "{back}");
    lt01.run(&["forms", "check", "back.toml"]).is(0, "back.toml: ok — visit version 3, questions 3, warnings 0\n", "");
}

#[test]
fn what_cannot_be_a_form_or_a_workbook_is_refused() {
    let place = place();
    let lt01 = place.laptop("lt01");
    lt01.run(&["forms", "export", "visit.toml", "-o", "visit.ods"]).is(2, "", "visit.ods: the name must end in .xlsx, .toml.\n");
    lt01.run(&["forms", "import", "visit.toml", "-o", "visit.xlsx"]).is(2, "", "visit.xlsx: the name must end in .toml.\n");
    lt01.run(&["forms", "import", "no.xlsx", "-o", "no.toml"]).is(5, "", "no.xlsx was not found.\nCheck the path, or plug the stick in again.\n");
    let unknown = lt01.run(&["forms", "export", "nothing", "-o", "nothing.xlsx"]);
    assert_eq!((unknown.code, unknown.err.lines().next()), (1, Some("There is no form “nothing”.")));
    place.write("bad.xlsx", "PK\u{3}\u{4}no workbook");
    assert_eq!(lt01.run(&["forms", "import", "bad.xlsx", "-o", "bad.toml"]).code, 1);
    place.write("wrong.toml", FORM.replace("${place}, 'cost'", "${plcae}, 'cost'"));
    let wrong = lt01.run(&["forms", "import", "wrong.toml", "-o", "right.toml"]);
    assert!(wrong.code == 1 && wrong.err.contains("did you mean “place”?"), "{wrong:#?}");
    assert!(!place.path("right.toml").exists() && !place.path("bad.toml").exists());
    place.write("long.toml", FORM.replace("Chi phí", &"dài ".repeat(10_000)));
    lt01.run(&["forms", "export", "long.toml", "-o", "long.xlsx"]).is(1, "", "Cell label::Tiếng Việt (vi) in row 4 of sheet survey is longer than a workbook's cell can be.\n");
}

#[test]
fn a_shipped_form_is_exported_by_its_id_and_the_same_bytes_come_each_time() {
    let place = Place::new();
    let lt01 = place.laptop("lt01");
    assert_eq!(lt01.run(&["forms", "export", "establishment", "-o", "a.xlsx"]).ok(), "Wrote a.xlsx.\n");
    assert_eq!(lt01.run(&["forms", "export", "establishment", "-o", "b.xlsx"]).ok(), "Wrote b.xlsx.\n");
    assert_eq!(place.read("a.xlsx"), place.read("b.xlsx"));
    lt01.run(&["forms", "export", "establishment", "-o", "a.toml"]).is(0, "Wrote a.toml.\n", "");
    lt01.run(&["forms", "check", "a.toml"]).is(0, "a.toml: ok — establishment version 1, questions 23, warnings 0\n", "");
}
