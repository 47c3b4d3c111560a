//! XLSForms on the command line: checked, listed, filled in, and kept with the records when the workbook is gone.

use crate::support::Place;
use rust_xlsxwriter::Workbook;
use serde_json::json;

fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (line, row) in rows.iter().enumerate() {
            sheet.write_row(line as u32, 0, row.iter().copied()).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn a_workbook_s_problems_are_told_with_sheet_and_cell() {
    let place = Place::new();
    place.write("bad.xlsx", workbook(&[("survey", &[&["type", "name", "label"], &["integer", "age", "Tuổi của ${nmae}"], &["text", "name", "Tên"]])]));
    let told = place.laptop("lt01").run(&["forms", "check", "bad.xlsx"]);
    let shown =
        "error: there is no question “nmae” in the sheet “survey”\n --> bad.xlsx survey!C2\n  |\n2 | Tuổi của ${nmae}\n  |          ^^^^^^^\n  |\n  = help: did you mean “name”?";
    assert!(told.err.contains(shown), "{}", told.err);
    assert_eq!(told.code, 1, "{}", told.out);
}

#[test]
fn records_of_a_workbook_outlive_it() {
    let place = Place::new();
    let form = workbook(&[
        ("survey", &[&["type", "name", "label"], &["text", "name", "Tên hộ"], &["select_one yn", "power", "Có điện?"]]),
        ("choices", &[&["list_name", "name", "label"], &["yn", "y", "Có"], &["yn", "n", "Không"]]),
        ("settings", &[&["form_title", "form_id", "version"], &["Hộ gia đình", "household", "2"]]),
    ]);
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    place.write("lt01/forms/Phiếu hộ (mới).xlsx", form);
    assert_eq!(lt01.run(&["forms", "list"]).quiet().lines().last(), Some("household                  v2      2  Hộ gia đình"));
    let ids = lt01.add("household", &[json!({"name": "Nguyễn Văn A", "power": "y"})]);
    std::fs::remove_file(place.path("lt01/forms/Phiếu hộ (mới).xlsx")).unwrap();
    let shown = lt01.show(&ids[0]);
    assert_eq!(shown["answers"]["name"], "Nguyễn Văn A", "{shown}");
}
