//! Central files that must not be believed: each is refused whole, by name, and changes nothing.

use crate::support::{Laptop, Place, body};
use serde_json::json;

/// A laptop with a record that is not in the file, and a good file `good.jsonl`.
fn laptop(place: &Place) -> Laptop<'_> {
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator").with_shop();
    let lt02 = place.new_laptop("lt02", "Trần Thị Mẫu", "collaborator").with_shop();
    lt02.add("shop", &[json!({"name": "Hai", "workers": 2}), json!({"name": "Ba", "workers": 3})]);
    lt02.run(&["sync", "good.jsonl"]).quiet();
    lt01.add("shop", &[json!({"name": "Một", "workers": 1})]);
    lt01.run(&["backup", "mine.jsonl"]).quiet();
    lt01
}

/// What a person reads, and the exit code.
struct Refusal {
    code: i32,
    en: String,
    vi: String,
}

fn damaged(line: usize, en: &str, vi: &str) -> Refusal {
    Refusal {
        code: 3,
        en: format!("The file bad.jsonl is damaged at line {line}.\n{en}\nNothing was changed. Ask for the file again.\n"),
        vi: format!("Tệp bad.jsonl bị hỏng ở dòng {line}.\n{vi}\nKhông có gì thay đổi. Xin lại tệp.\n"),
    }
}

fn truncated(line: usize) -> Refusal {
    damaged(line, "The file is cut off: its closing seal is missing.", "Tệp bị cắt cụt: thiếu dòng niêm phong cuối.")
}

fn altered(line: usize) -> Refusal {
    damaged(line, "Its content was altered: the hash does not match.", "Nội dung đã bị sửa: mã kiểm không khớp.")
}

fn not_ours() -> Refusal {
    Refusal {
        code: 1,
        en: "bad.jsonl is not a central file of this program.\nChoose a .jsonl file that khuyencong wrote.\n".to_owned(),
        vi: "bad.jsonl không phải tệp tổng hợp của chương trình này.\nChọn tệp .jsonl do khuyencong ghi.\n".to_owned(),
    }
}

/// Every command that reads a file refuses it in both languages; the store, the file and everything beside it stay as they were.
#[track_caller]
fn refused_by_all(place: &Place, lt01: &Laptop<'_>, bad: &[u8], refusal: &Refusal) {
    let commands: [&[&str]; 5] = [
        &["sync", "bad.jsonl"],
        &["sync", "bad.jsonl", "--plan"],
        &["restore", "bad.jsonl"],
        &["merge", "out.jsonl", "mine.jsonl", "bad.jsonl"],
        &["merge", "bad.jsonl", "mine.jsonl"],
    ];
    refused_by(place, lt01, bad, refusal, &commands);
    refused_by(place, lt01, bad, refusal, &[&["verify", "bad.jsonl"]]);
}

#[track_caller]
fn refused_by(place: &Place, lt01: &Laptop<'_>, bad: &[u8], refusal: &Refusal, commands: &[&[&str]]) {
    place.write("bad.jsonl", bad);
    let journal = lt01.journal();
    for command in commands {
        for (lang, text) in [("en", &refusal.en), ("vi", &refusal.vi)] {
            let told = lt01.lang(lang).run(command);
            assert_eq!((told.err.as_str(), told.out.as_str(), told.code), (text.as_str(), "", refusal.code), "{command:?}");
            assert!(place.read("bad.jsonl") == bad && lt01.journal() == journal, "{command:?} changed something");
            let left: Vec<String> = place.names("").into_iter().filter(|name| name.ends_with(".tmp") || name == "out.jsonl" || name == "bad.jsonl.bak").collect();
            assert_eq!(left, [""; 0], "{command:?} left something behind");
        }
    }
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_refused_with_the_line() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let good = place.read("good.jsonl");
    let header = lines(&good)[0].len();
    refused_by_all(&place, &lt01, &good[..header / 2], &truncated(1));
    let without_seal = good.len() - lines(&good).last().unwrap().len();
    for length in [header, header + 1, good.len() / 2, without_seal, without_seal + 10, good.len() - 1] {
        let cut = &good[..length];
        let line = cut.iter().filter(|b| **b == b'\n').count() + 1;
        refused_by_all(&place, &lt01, cut, &truncated(line));
    }
}

#[test]
fn every_cut_and_every_flipped_bit_is_found() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let good = place.read("good.jsonl");
    let mut names = Vec::new();
    for at in (0..good.len()).step_by(good.len() / 60) {
        let mut flipped = good.clone();
        flipped[at] ^= 1 << (at % 8);
        for (kind, bytes) in [("flip", &flipped[..]), ("cut", &good[..at])] {
            let name = format!("{kind}{at}.jsonl");
            place.write(&name, bytes);
            names.push(name);
        }
    }
    let told = lt01.run(&[vec!["verify"], names.iter().map(String::as_str).collect()].concat());
    assert_eq!(told.out, "", "none of them is called good");
    assert!(told.code == 1 || told.code == 3, "{}", told.code);
    for name in &names {
        assert!(told.err.contains(&format!("{name} ")), "{name} is not named");
    }
}

#[test]
fn one_altered_byte_is_found_wherever_it_stands() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let text = String::from_utf8(place.read("good.jsonl")).unwrap();
    let count = text.lines().count();
    let change = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        changed.into_bytes()
    };
    let line_of = |needle: &str| text.lines().position(|line| line.contains(needle)).unwrap() + 1;
    refused_by_all(&place, &lt01, &change("\"workers\":3", "\"workers\":4"), &altered(line_of("\"workers\":3")));
    refused_by_all(&place, &lt01, &change("\"seq\":2", "\"seq\":1"), &altered(line_of("\"seq\":2")));
    refused_by_all(&place, &lt01, &change("Test shop", "Best shop"), &altered(2));
    refused_by_all(&place, &lt01, &change(&format!("\"lines\":{}", count - 1), &format!("\"lines\":{}", count - 2)), &altered(count));
    let shape = damaged(line_of("\"workers\":3"), "The line does not have the right shape.", "Dòng không đúng dạng.");
    refused_by_all(&place, &lt01, &change("\"workers\":3", "\"workers\";3"), &shape);
}

#[test]
fn lines_out_of_order_doubled_added_or_written_otherwise_are_refused() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let good = place.read("good.jsonl");
    let count = lines(&good).len();
    let mut swapped = lines(&good);
    swapped.swap(2, 3);
    refused_by_all(&place, &lt01, &swapped.concat(), &damaged(4, "Its lines are not in order.", "Các dòng không theo thứ tự."));
    let mut doubled = lines(&good);
    doubled.insert(3, doubled[2].clone());
    refused_by_all(&place, &lt01, &doubled.concat(), &damaged(4, "A line stands twice.", "Một dòng bị lặp."));
    let more = [&good[..], b"\n"].concat();
    refused_by_all(&place, &lt01, &more, &damaged(count + 1, "Something follows the closing seal.", "Có dữ liệu thừa sau dòng niêm phong."));
    let spaced = String::from_utf8(good.clone()).unwrap().replacen("\"seq\":1", "\"seq\": 1", 1);
    let line = spaced.lines().position(|line| line.contains("\"seq\": 1")).unwrap() + 1;
    refused_by_all(&place, &lt01, spaced.as_bytes(), &damaged(line, "The line is not in canonical form.", "Dòng không ở dạng chuẩn."));
    let mut missing = lines(&good);
    missing.remove(2);
    refused_by_all(&place, &lt01, &missing.concat(), &altered(count - 1));
    let mut latin = lines(&good);
    let at = latin[2].windows(3).position(|w| w == "ầ".as_bytes()).unwrap();
    latin[2].splice(at..at + 3, [0xe2]);
    refused_by_all(&place, &lt01, &latin.concat(), &damaged(3, "The line is not UTF-8 text.", "Dòng không phải chữ UTF-8."));
    assert_eq!(body(&good).len(), 3);
}

#[test]
fn files_of_others_are_refused_by_what_they_are() {
    let place = Place::new();
    let lt01 = laptop(&place);
    refused_by_all(&place, &lt01, b"Xin ch\xc3\xa0o\n", &not_ours());
    refused_by_all(&place, &lt01, b"PK\x03\x04\x00\xff", &not_ours());
    let good = String::from_utf8(place.read("good.jsonl")).unwrap();
    let newer = Refusal {
        code: 1,
        en: "bad.jsonl is in a newer format (khuyencong/2).\nInstall the new version of the program.\n".to_owned(),
        vi: "bad.jsonl ở định dạng mới hơn (khuyencong/2).\nCài bản mới của chương trình.\n".to_owned(),
    };
    refused_by_all(&place, &lt01, good.replace("khuyencong/1", "khuyencong/2").as_bytes(), &newer);

    place.write("forms-of-others/programme.toml", "programme = \"tinh-khac\"\n");
    let other = place.laptop("other");
    let init = ["--forms", "forms-of-others", "init", "--person", "Người Khác", "--device", "other"];
    other.run(&init).quiet();
    other.run(&["sync", "theirs.jsonl"]).quiet();
    let refusal = |en: &str, vi: &str| Refusal {
        code: 1,
        en: format!("bad.jsonl belongs to another programme ({en}).\nNothing was changed. Choose a file of this programme.\n"),
        vi: format!("bad.jsonl thuộc chương trình khác ({vi}).\nKhông có gì thay đổi. Chọn tệp của chương trình này.\n"),
    };
    let theirs = place.read("theirs.jsonl");
    let commands: [&[&str]; 4] = [&["sync", "bad.jsonl"], &["sync", "bad.jsonl", "--plan"], &["restore", "bad.jsonl"], &["merge", "out.jsonl", "mine.jsonl", "bad.jsonl"]];
    refused_by(&place, &lt01, &theirs, &refusal("tinh-khac", "tinh-khac"), &commands);
    assert_eq!(lt01.run(&["verify", "theirs.jsonl"]).code, 0, "as a file it is good");
}

#[test]
fn a_file_that_another_program_saved_anew_is_told_from_one_that_is_not_ours() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let good = String::from_utf8(place.read("good.jsonl")).unwrap();
    let quoted: String = good.lines().map(|line| format!("\"{}\"\r\n", line.replace('"', "\"\""))).collect();
    let wide =
        |mark: u8, other: u8| [mark, other].into_iter().chain(good.encode_utf16().flat_map(|unit| if mark == 0xff { unit.to_le_bytes() } else { unit.to_be_bytes() })).collect();
    let saved: [Vec<u8>; 5] = [good.replace('\n', "\r\n").into_bytes(), format!("\u{feff}{good}").into_bytes(), quoted.into_bytes(), wide(0xff, 0xfe), wide(0xfe, 0xff)];
    let refusal = Refusal {
        code: 3,
        en: "bad.jsonl was saved anew by another program (Excel, Notepad…).\nNothing was changed. Ask for the file again.\n".to_owned(),
        vi: "bad.jsonl đã bị một chương trình khác (Excel, Notepad…) lưu lại.\nKhông có gì thay đổi. Xin lại tệp.\n".to_owned(),
    };
    for bad in &saved {
        refused_by_all(&place, &lt01, bad, &refusal);
    }
    place.write("bad.jsonl.bak", &good);
    let told = lt01.lang("en").run(&["verify", "bad.jsonl"]);
    assert!(told.err.ends_with("Ask for the file again, or use the .bak beside it.\n"), "{told:?}");
}

#[test]
fn an_empty_file_is_no_new_beginning_but_what_a_broken_copy_left() {
    let place = Place::new();
    let lt01 = laptop(&place);
    let commands: [&[&str]; 5] =
        [&["merge", "out.jsonl", "mine.jsonl", "bad.jsonl"], &["restore", "bad.jsonl"], &["verify", "bad.jsonl"], &["sync", "bad.jsonl"], &["sync", "bad.jsonl", "--plan"]];
    refused_by(&place, &lt01, b"", &truncated(1), &commands);
}
