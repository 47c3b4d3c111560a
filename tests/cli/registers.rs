//! `record import`: today's Excel registers, with all that people do to them.

use crate::data::{answers_of, farm};
use crate::support::{Laptop, Place, Told};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::json;

const IMPORT: [&str; 4] = ["record", "import", "--form", "farm"];

fn import(laptop: &Laptop<'_>, args: &[&str]) -> Told {
    laptop.run(&[&IMPORT[..], args].concat())
}

/// A register as an office keeps it: titles above, numbers of columns below the header, a lost zero, text dates beside true
/// ones, ticks, millions, a total, and a place and date for the signature.
fn register(place: &Place, name: &str) {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Bìa").unwrap().write_string(0, 0, "Sổ theo dõi").unwrap();
    let sheet = book.add_worksheet().set_name("Trại 2026").unwrap();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    sheet.merge_range(0, 0, 0, 8, "DANH SÁCH TRẠI NUÔI NĂM 2026", &Format::new()).unwrap();
    let headers = ["STT", "Họ tên chủ trại", "Ngày thăm", "SĐT", "Loại hình", "Vật nuôi", "Có ao?", "Diện tích ao (m2)", "Doanh thu (triệu đồng)"];
    for (at, header) in headers.iter().enumerate() {
        sheet.write_string(2, at as u16, *header).unwrap();
        sheet.write_string(3, at as u16, format!("({})", at + 1)).unwrap();
    }
    let rows =
        [("Nguyễn Văn Thử", "hộ kinh doanh", "Heo, Vịt", "x", "1.234,5"), ("Lê Thị Thử", "CONG TY TNHH", "Cá kèo", "không", "-"), ("Trần Thử", "doanh trại", "Heo", "Có", "1.5")];
    for (at, (owner, kind, animals, pond, area)) in rows.iter().enumerate() {
        let row = 4 + at as u32;
        sheet.write_number(row, 0, at as f64 + 1.0).unwrap();
        for (column, text) in [(1, owner), (4, kind), (5, animals), (6, pond), (7, area)] {
            sheet.write_string(row, column, *text).unwrap();
        }
        sheet.write_number(row, 8, 12.5).unwrap();
    }
    sheet.write_datetime_with_format(4, 2, ExcelDateTime::from_ymd(2026, 11, 20).unwrap(), &day).unwrap();
    sheet.write_string(5, 2, "21/11/2026").unwrap();
    sheet.write_string(6, 2, "31/02/2026").unwrap();
    sheet.write_number(4, 3, 912345678.0).unwrap();
    sheet.write_string(5, 3, "0912 345 678").unwrap();
    sheet.write_string(7, 1, "Tổng cộng").unwrap().write_formula(7, 8, "=SUM(I5:I7)").unwrap();
    sheet.write_string(9, 6, "Cà Mau, ngày 20 tháng 11 năm 2026").unwrap();
    book.save(place.path(name)).unwrap();
}

const PLAN: &str = "row 4: numbers of columns, passed over\n\
    row 5: would come in: Nguyễn Văn Thử\n\
    row 6: column D “SĐT” = “0912 345 678”: 10 digits beginning with 0\n\
    row 7: column C “Ngày thăm” = “31/02/2026”: Not a date (for example 1/7/2026)\n\
    row 7: column E “Loại hình” = “doanh trại”: “doanh trại” is not in the list\n\
    row 7: column H “Diện tích ao (m2)” = “1.5”: Could be 1,5 or 15: write it out, or set numbers in the map\n\
    row 8: a total, passed over\n\
    row 10: a heading or note, passed over\n\
    good 1 bad 2 known 0\n";

#[test]
fn a_register_is_matched_looked_at_and_brought_in_once() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    register(&place, "so.xlsx");
    let saved = "Nothing was saved.\nThe proposed columns are in so.xlsx.map.toml: look, edit, and run the command again to bring the rows in.\n";
    import(&lt01, &["so.xlsx"]).is(0, PLAN, saved);
    assert!(lt01.journal().is_empty());
    let map = String::from_utf8(place.read("so.xlsx.map.toml")).unwrap();
    for line in [
        "sheet = \"Trại 2026\"",
        "header = 3  # the row of the column headers",
        "header = \"STT\"\nignore = true",
        "question = \"revenue\"  # fits 95 %: Revenue\nfactor = 1000000",
    ] {
        assert!(map.contains(line), "{line}\n{map}");
    }
    import(&lt01, &["so.xlsx", "--plan"]).is(0, PLAN, "Nothing was saved.\n");
    let told = import(&lt01, &["so.xlsx"]);
    let id = told.clone().ids().remove(0);
    let aside: String = PLAN.lines().filter(|line| line.starts_with("row") && !line.starts_with("row 5")).map(|line| format!("{line}\n")).collect();
    told.hide(&id, "[1]").is(0, "[1] farm Nguyễn Văn Thử\ngood 1 bad 2 known 0\n", &format!("{aside}Rows that did not come in are in so.xlsx.rejected.csv with the reasons: 2.\n"));
    let expected = json!({
        "visit": "2026-11-20", "owner": "Nguyễn Văn Thử", "kind": "household", "phone": "0912345678", "animals": ["pig", "duck"], "has_pond": "yes",
        "pond_area": 1234.5, "revenue": 12500000, "finished": "2026-11-23T09:00:00+07:00",
    });
    assert_eq!(answers_of(&lt01, "farm")[0]["answers"], expected);

    // What was rejected is mended and brought in with the same map.
    let rejected = String::from_utf8(place.read("so.xlsx.rejected.csv")).unwrap();
    assert_eq!(
        rejected,
        "\u{feff}STT,Họ tên chủ trại,Ngày thăm,SĐT,Loại hình,Vật nuôi,Có ao?,Diện tích ao (m2),Doanh thu (triệu đồng),Row,Reasons\r\n\
         2,Lê Thị Thử,21/11/2026,0912 345 678,CONG TY TNHH,Cá kèo,không,-,\"12,5\",6,column D “SĐT” = “0912 345 678”: 10 digits beginning with 0\r\n\
         3,Trần Thử,31/02/2026,,doanh trại,Heo,Có,1.5,\"12,5\",7,\"column C “Ngày thăm” = “31/02/2026”: Not a date (for example 1/7/2026); \
         column E “Loại hình” = “doanh trại”: “doanh trại” is not in the list; column H “Diện tích ao (m2)” = “1.5”: Could be 1,5 or 15: write it out, or set numbers in the map\"\r\n"
    );
    place.write("mended.csv", rejected.replace("0912 345 678,", "0912345678,"));
    let told = import(&lt01, &["mended.csv", "--map", "so.xlsx.map.toml"]);
    assert_eq!(told.out.lines().last(), Some("good 1 bad 1 known 0"), "{told:?}");
    let owners: Vec<_> = answers_of(&lt01, "farm").iter().map(|record| record["answers"]["revenue"].clone()).collect();
    assert_eq!(owners, [json!(12500000), json!(12500000)]);

    let journal = lt01.journal();
    let told = import(&lt01, &["so.xlsx"]);
    assert_eq!((told.code, told.out.as_str()), (1, "good 0 bad 2 known 1\n"), "{told:?}");
    assert!(told.err.contains(&format!("row 5: known already: {id}\n")), "{told:?}");
    assert_eq!(lt01.journal(), journal);
}

#[test]
fn a_map_decides_what_columns_mean() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    let other = lt01.add("farm", &[json!({"visit": "2026-01-01", "owner": "Có Sẵn", "tax_code": "2001337320"})]);
    place.write("r.csv", "Mã;Tên;Tên;Ngày;Kiểu;Chuồng;Con\nM1;A;Phụ;11/20/2026;HKD;C1;5\nM2;B;;11/21/2026;cty;;6\nM2;B hai;;11/22/2026;cty;;\n");
    place.write(
        "r.toml",
        "form = \"farm\"\nid = \"Mã\"\n\
         [[column]]\nheader = \"Mã\"\nignore = true\n\
         [[column]]\ncolumn = \"B\"\nheader = \"Tên\"\nquestion = \"owner\"\n\
         [[column]]\nheader = \"Ngày\"\nquestion = \"visit\"\ndate = \"mm/dd/yyyy\"\n\
         [[column]]\nheader = \"Kiểu\"\nquestion = \"kind\"\nvalues = { HKD = \"household\", \"Cty\" = \"company\" }\n\
         [[column]]\nheader = \"Chuồng\"\nquestion = \"barns[1]/barn_name\"\nfill_down = true\n\
         [constant]\nhas_pond = \"yes\"\nrevenue = 5\n",
    );
    let told = import(&lt01, &["r.csv", "--map", "r.toml"]);
    let ids = told.clone().ids();
    told.hide(&ids[0], "[1]").hide(&ids[1], "[2]").is(
        0,
        "[1] farm A\n[2] farm B\ngood 2 bad 0 known 1\n",
        "Columns that the map does not name, passed over: Con\nrow 4: says the same as row 3: counted once\n",
    );
    let records: Vec<_> = answers_of(&lt01, "farm").into_iter().filter(|record| record["record"] != json!(other[0])).collect();
    let second = records.iter().find(|record| record["answers"]["owner"] == "B").unwrap();
    assert_eq!(
        second["answers"],
        json!({"visit": "2026-11-21", "owner": "B", "kind": "company", "has_pond": "yes", "revenue": 5, "barns": [{"barn_name": "C1"}], "finished": "2026-11-23T09:00:00+07:00"})
    );
}

#[test]
fn a_wrong_map_is_told_line_by_line_and_changes_nothing() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    place.write("r.csv", "Tên,Ngày,Heo\nA,20/11/2026,1\n");
    let told = |map: &str| {
        place.write("r.toml", map);
        import(&lt01, &["r.csv", "--map", "r.toml"])
    };
    let hint = "Nothing was changed. Mend the file, or delete it to have one proposed again.\n";
    let wrong = "form = \"shop\"\nnumbers = \"fr\"\n[[column]]\nheader = \"Tên\"\nquestion = \"onwer\"\n[[column]]\nheader = \"Ngày\"\nquestion = \"visit\"\ndate = \"day\"\n\
        [[column]]\nheader = \"Hai\"\nquestion = \"visit\"\n[[column]]\nheader = \"Heo\"\n[[column]]\nheader = \"K\"\nquestion = \"kind\"\nvalues = { a = \"companys\" }\nfactor = \"x\"\n\
        [constant]\nheads_total = 1\nbarns = 2\n";
    told(wrong).is(
        1,
        "",
        &format!(
            "The map r.toml has errors.\n\
             it is made for the form “shop”, not “farm”\n\
             line 2: numbers must be \"vi\" (1.234,5) or \"en\" (1,234.5), not “fr”\n\
             line 5: this form has no question “onwer”; did you mean “owner”?\n\
             line 9: date must be dd/mm/yyyy, mm/dd/yyyy or yyyy-mm-dd, not “day”\n\
             line 14: the column “Heo” needs a question, or ignore = true\n\
             line 19: factor must be a number, not \"x\"\n\
             line 18: “companys” is not in the list; did you mean “company”?\n\
             line 22: “barns” is no question that takes an answer\n\
             line 21: “heads_total” is computed, it cannot come from a register\n\
             two columns for one question “visit”: “Ngày” and “Hai”\n{hint}"
        ),
    );
    let not_toml = told("form = \n");
    assert_eq!((not_toml.code, not_toml.err.lines().next()), (1, Some("The map r.toml has errors.")), "{not_toml:?}");
    told("form = \"farm\"\nid = \"Mã\"\n[[column]]\nheader = \"Tên\"\nquestion = \"owner\"\n[[column]]\nheader = \"Năm\"\nquestion = \"visit\"\n").is(
        1,
        "",
        &format!("The map r.toml has errors.\nthe register has no column “Năm”\nthe register has no column “Mã” (id)\n{hint}"),
    );
    assert!(lt01.journal().is_empty());
    assert!(!place.path("r.csv.rejected.csv").exists());
}

#[test]
fn registers_that_cannot_be_read_are_told_with_a_way_out() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    register(&place, "so.xlsx");
    place.write("empty.xlsx", "");
    place.write("bad.xlsx", b"PK\x03\x04 not a workbook");
    place.write("other.csv", "x,y\n1,2\n");
    place.write("one.csv", "\n\n");
    place.write("long.csv", format!("Họ và tên chủ trại\n{}\n", "a".repeat((1 << 20) + 1)));
    import(&lt01, &["so.xlsx", "--sheet", "Trai"]).is(1, "", "The file so.xlsx has no sheet “Trai”.\nIts sheets are: Bìa, Trại 2026.\n");
    import(&lt01, &["empty.xlsx"]).is(1, "", "The file empty.xlsx is empty.\n");
    import(&lt01, &["one.csv"]).is(1, "", "The file one.csv is empty.\n");
    import(&lt01, &["long.csv"]).is(1, "", "The file long.csv: cell or line A2 is longer than any answer.\nNothing was changed. Delete that content and do it again.\n");
    import(&lt01, &["nosuch.xlsx"]).is(5, "", "nosuch.xlsx was not found.\nCheck the path, or plug the stick in again.\n");
    let bad = import(&lt01, &["bad.xlsx"]);
    assert_eq!((bad.code, bad.err.lines().count(), bad.err.lines().next()), (1, 3, Some("The file bad.xlsx cannot be read.")), "{bad:?}");
    place.write("bad.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and nothing else");
    let old = "The file bad.xls cannot be read.\nOpen it in Excel, save it as .xlsx or “CSV UTF-8” and do it again.\n";
    import(&lt01, &["bad.xls"]).is(1, "", old);
    assert_eq!(bad.err.lines().last(), Some("Open it in Excel, save it as .xlsx or “CSV UTF-8” and do it again."));
    import(&lt01, &["other.csv", "--header", "9"]).is(1, "", "No header row was found in other.csv.\nName it with --header ROW, or the sheet with --sheet NAME.\n");
    assert!(["so.xlsx.map.toml", "other.csv.map.toml"].iter().all(|map| !place.path(map).exists()));
    import(&lt01, &["other.csv"]).is(1, "", "No column of other.csv fits a question.\nWrite the questions of the columns into other.csv.map.toml and run it again.\n");
    assert!(lt01.journal().is_empty());
}

#[test]
fn a_register_names_other_records_by_what_people_call_them() {
    let place = Place::new();
    let lt01 = farm(&place, "lt01");
    let form = "form = \"visit\"\nversion = 1\ntitle = \"Thăm\"\n[[question]]\nname = \"farm\"\ntype = \"reference\"\nto = \"farm\"\nlabel = \"Trại\"\nrequired = \"true()\"\n\
        [[question]]\nname = \"remark\"\ntype = \"text\"\nlabel = \"Nhận xét\"\n";
    place.write("lt01/forms/visit.toml", form);
    let farms = lt01.add(
        "farm",
        &[
            json!({"visit": "2026-01-01", "owner": "Lê Thử", "tax_code": "2001337320"}),
            json!({"visit": "2026-01-01", "owner": "Trần Thử"}),
            json!({"visit": "2026-01-01", "owner": "Trần Thử"}),
        ],
    );
    place.write("v.csv", "Trại,Nhận xét\n2001337320,theo mã\nle thu,theo tên\nTrần Thử,hai trại\nKhông Có,không trại\n");
    let run = |args: &[&str]| lt01.run(&[&["record", "import", "--form", "visit", "v.csv"], args].concat());
    run(&["--plan"]).ok();
    let told = run(&[]);
    assert_eq!(told.out.lines().last(), Some("good 2 bad 2 known 0"), "{told:?}");
    let expected = "row 4: column A “Trại” = “Trần Thử”: Several records are “Trần Thử”\nrow 5: column A “Trại” = “Không Có”: No record is “Không Có”\n";
    assert!(told.err.starts_with(expected), "{told:?}");
    for record in answers_of(&lt01, "visit") {
        assert_eq!(record["answers"]["farm"], json!(farms[0]));
    }
}
