//! `record add --ask`: the interview on a plain terminal or a pipe.

use crate::support::Place;

/// The lines that a run told, without the blank ones.
fn lines(out: &str) -> Vec<&str> {
    out.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect()
}

#[test]
fn a_record_is_asked_line_by_line_and_handed_in() {
    let place = Place::new();
    let laptop = place.new_laptop("lt07", "Lê Văn Thử", "collaborator").with_shop().lang("vi");
    let answers = "Cơ sở thử\nM1\nhôm nay\n1, 2\nbốn\n-4\n60\nmùa vụ\nc\n1.500\n1200\n\nc\n";
    let out = laptop.input(answers).run(&["record", "add", "--form", "shop", "--ask"]).quiet();
    let told = lines(&out);
    for expected in ["[1/5] Tên *", "  1. Nước đá", "  2. Cá khô", "> ✗ Không phải số", "> ✗ Không được âm", "⚠ Nhiều khác thường", ">   = Giảm: 20", "Không còn lỗi."]
    {
        assert!(told.contains(&expected), "{expected:?} is not in {told:#?}");
    }
    assert!(out.contains("→ Nước đá, Cá khô") && out.contains("→ 23/11/2026"), "{out}");
    let saved = told.last().unwrap().trim_start_matches("Nộp phiếu? (c = nộp, Enter = giữ bản nháp) > ").split(' ').next().unwrap().to_owned();
    let record = laptop.show(&saved);
    assert_eq!(record["state"], "submitted");
    assert_eq!(record["answers"]["name"], "Cơ sở thử");
    assert_eq!(record["answers"]["kinds"], serde_json::json!(["ice", "fish"]));
    assert_eq!(record["answers"]["workers"], 60);
    assert_eq!(record["answers"]["energy"][0]["before"], 1500);
    let drafts = laptop.run(&["record", "list", "--state", "draft", "--format", "jsonl"]).quiet();
    assert_eq!(drafts, "");
}

#[test]
fn the_end_of_the_input_keeps_a_draft_that_is_gone_on_with() {
    let place = Place::new();
    let laptop = place.new_laptop("lt07", "Lê Văn Thử", "collaborator").with_shop();
    let out = laptop.input("An\nM1\n").run(&["record", "add", "--form", "shop", "--ask"]).quiet();
    let again = lines(&out).last().unwrap().to_string();
    assert!(again.starts_with("khuyencong record add --form shop --ask --resume "), "{out}");
    let draft = again.rsplit(' ').next().unwrap();
    // Enter keeps what is there; back to the first question, and another name.
    let out = laptop.input("\n<\nAnh\n\n\n\n7\n\ny\n").run(&["record", "add", "--form", "shop", "--ask", "--resume", draft]).quiet();
    assert!(out.contains("Now: An") && out.contains("No problems left."), "{out}");
    let record = laptop.show(draft);
    assert_eq!((record["state"].as_str(), record["answers"]["name"].as_str(), record["answers"]["code"].as_str()), (Some("submitted"), Some("Anh"), Some("M1")));
}

#[test]
fn what_is_missing_is_listed_at_the_end_and_gone_back_to() {
    let place = Place::new();
    let laptop = place.new_laptop("lt07", "Lê Văn Thử", "collaborator").with_shop();
    // Name and workers are passed over; at the end the second problem is picked, then the first; then it is left.
    let out = laptop.input("\n\n\n\n\n\n?\n2\n5\n\nn\n").run(&["record", "add", "--form", "shop", "--ask"]).quiet();
    assert!(out.contains("2 to look at:") && out.contains("1. ✗ Name:") && out.contains("2. ✗ Workers:") && out.contains("1 to look at:"), "{out}");
    assert!(out.contains("is kept. Go on with:"), "{out}");
}

#[test]
fn nothing_answered_keeps_nothing() {
    let place = Place::new();
    let laptop = place.new_laptop("lt07", "Lê Văn Thử", "collaborator").with_shop();
    let out = laptop.input("").run(&["record", "add", "--form", "shop", "--ask"]).quiet();
    assert!(out.contains("Nothing was answered: nothing is kept."), "{out}");
    assert_eq!(laptop.run(&["record", "list"]).quiet(), "");
}

#[test]
fn long_lists_and_records_are_searched_with_words_and_help_is_one_key() {
    let place = Place::new();
    let laptop = place.new_laptop("lt07", "Lê Văn Thử", "collaborator").lang("vi");
    let establishment = laptop.add("establishment", &[crate::district::establishment("Cơ sở khô Ba Tâm")]).remove(0);
    // core or full: kept; the establishment by words; then help.
    let out = laptop.input("\nba tam\n?\n").run(&["record", "add", "--form", "establishment_survey", "--ask"]).quiet();
    assert!(out.contains("→ Cơ sở khô Ba Tâm") && out.contains("Ngày: 1/7/26, 010726 hoặc hôm nay"), "{out}");
    assert!(out.contains("Đang là: "), "what is known is taken from the record: {out}");
    let draft = lines(&out).last().unwrap().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(laptop.show(&draft)["answers"]["establishment"], establishment.as_str());
    // Words that many communes have tell them with numbers; a number picks.
    let out = laptop.input("Cơ sở Hai\n9\n\n\n\n\n\nhoa\n1\n").run(&["record", "add", "--form", "establishment", "--ask"]).quiet();
    assert!(out.contains("64 lựa chọn: gõ vài chữ để tìm") && out.contains("  1. "), "{out}");
}

#[test]
fn hostile_lines_are_taken_as_text_and_shown_harmlessly() {
    let place = Place::new();
    let laptop = place.new_laptop("lt07", "Lê Văn Thử", "collaborator").with_shop();
    let out = laptop.input(b"A\x1b[31m\xff\n<\n".as_slice()).run(&["record", "add", "--form", "shop", "--ask"]).quiet();
    assert!(!out.contains('\u{1b}'), "{out:?}");
    assert!(out.contains("Now: A"), "{out}");
}
