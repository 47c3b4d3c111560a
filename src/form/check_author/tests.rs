//! Each doubtful thing is found where it is, and only there.

use crate::form::check;
use crate::form::problem::Severity;
use crate::form::toml;
use crate::locale::Lang;

const HEAD: &str = r#"form = "f"
version = 1
title = "T"
[choices]
yes_no = [ { name = "yes", label = "Yes" }, { name = "no", label = "No" } ]
"#;

/// What is told about questions, in English; each as `severity: what (hint)`.
fn told(questions: &str) -> Vec<String> {
    let answer = "\n[[question]]\nname = \"answer\"\ntype = \"select_one\"\nchoices = \"yes_no\"\nlabel = \"L\"\n";
    told_of(&format!("{HEAD}{answer}{questions}"))
}

fn told_of(text: &str) -> Vec<String> {
    let (draft, shape) = toml::read("f.toml", text).unwrap_or_else(|(_, problems)| panic!("{problems:?}"));
    assert!(shape.is_empty(), "{shape:?}");
    let problems = check::check(&draft, &|_: &str| None).map_or_else(|problems| problems, |(_, problems)| problems);
    let one = |p: &crate::form::problem::Problem| {
        let severity = if p.severity == Severity::Error { "error" } else { "warning" };
        assert!(!p.what.vi.is_empty() && p.what.vi != p.what.en, "{:?} is said in both languages", p.what);
        let hint = if p.hint.is_empty() { String::new() } else { format!(" ({})", p.hint.get(Lang::En)) };
        format!("{severity}: {}{hint}", p.what.get(Lang::En))
    };
    problems.iter().map(one).collect()
}

fn question(kind: &str, columns: &str) -> String {
    format!("\n[[question]]\nname = \"q\"\ntype = \"{kind}\"\nlabel = \"L\"\n{columns}\n")
}

#[test]
fn conditions_that_can_never_be_true_are_found() {
    for never in [
        "1 = 2",
        "false()",
        "not(true())",
        "${answer} = 'yes' and 1 > 2",
        "${answer} = 'yes' and ${answer} = 'no'",
        "${n} > 5 and ${n} < 3",
        "5 < ${n} and (3 > ${n} or ${n} = 1)",
        "${n} = 4 and ${n} >= 4.5",
        "${n} = '7' and ${n} < 7",
    ] {
        let found = told(&format!("[[question]]\nname = \"n\"\ntype = \"integer\"\nlabel = \"L\"\n{}", question("text", &format!("relevant = \"{never}\""))));
        assert_eq!(found, ["warning: “q” is never asked: its condition can never be true"], "{never}");
    }
    for sometimes in [
        "${n} > 5 or ${n} < 3",
        "${n} >= 5 and ${n} <= 5",
        "${n} != 5 and ${n} != 6",
        "${answer} = 'yes' or ${answer} = 'no'",
        "${n} > 5 and ${answer} = 'no'",
        "not(${n} > 5 and ${n} < 3)",
        "1 = 1",
        "${n} > '2020-01-01' and ${n} < '2019-01-01'",
    ] {
        let found = told(&format!("[[question]]\nname = \"n\"\ntype = \"integer\"\nlabel = \"L\"\n{}", question("text", &format!("relevant = \"{sometimes}\""))));
        assert!(!found.iter().any(|told| told.contains("never asked")), "{sometimes}: {found:?}");
    }
}

#[test]
fn a_group_out_of_reach_is_told_once() {
    let inside = "[[question.question]]\nname = \"a\"\ntype = \"text\"\nlabel = \"L\"\nrelevant = \"${answer} = 'yes'\"\n";
    assert_eq!(told(&(question("group", "relevant = \"1 = 2\"") + inside)), ["warning: nothing in “q” is ever asked: its condition can never be true"]);
}

#[test]
fn a_repeat_may_hold_both_values_in_different_rows() {
    let repeat = "[[question]]\nname = \"r\"\ntype = \"repeat\"\nlabel = \"L\"\n[[question.question]]\nname = \"n\"\ntype = \"integer\"\nlabel = \"L\"\n";
    assert_eq!(told(&(repeat.to_owned() + &question("text", "relevant = \"${n} = 1 and ${n} = 2\""))), [""; 0]);
}

#[test]
fn checks_that_no_answer_passes_are_found() {
    let never = "warning: no answer can ever pass this check";
    for constraint in [". > 5 and . < 3", "(. < 1 or . > 9) and . = 4", "false()", ". >= 0 and . < 0"] {
        assert_eq!(told(&question("integer", &format!("constraint = \"{constraint}\""))), [never], "{constraint}");
    }
    for constraint in [". > 3 and . < 5", ". > ${q}", ". <= 0 or . >= 9", "string-length(.) = 3"] {
        assert_eq!(told(&question("integer", &format!("constraint = \"{constraint}\""))), [""; 0], "{constraint}");
    }
}

#[test]
fn a_default_must_pass_the_check_of_its_own_question() {
    let of = |default: &str| told(&question("integer", &format!("constraint = \". > 5\"\ndefault = \"{default}\"")));
    assert_eq!(of("3"), ["warning: the default “3” does not pass the question's own check"]);
    assert_eq!(of("1 + 1"), ["warning: the default “2” does not pass the question's own check"]);
    assert_eq!([of("7"), of("''"), of("${q}")].concat(), [""; 0]);
}

#[test]
fn columns_that_do_nothing_are_found() {
    assert_eq!(told(&question("note", "required = \"true()\"")), ["warning: required does nothing on a note: nobody answers here"]);
    let calculate = question("calculate", "calculation = \"1\"\nconstraint = \". > 0\"\nrequired = \"true()\"");
    assert_eq!(told(&calculate), ["warning: required does nothing on a calculate: nobody answers here"]);
    assert_eq!(told(&question("text", "trigger = \"${answer}\"")), ["warning: this trigger does nothing: there is no default to take again"]);
    assert_eq!(told(&question("text", "trigger = \"${answer}\"\ndefault = \"'a'\"")), [""; 0]);
}

#[test]
fn choices_that_a_list_does_not_have_are_found_with_the_nearest() {
    let slip = "warning: the list “yes_no” has no choice “yess”: this comparison is never true (did you mean “yes”?)";
    for relevant in ["${answer} = 'yess'", "'yess' != ${answer}", "selected(${answer}, 'yess')", "if(${answer} = 'yess', 1, 0) = 1"] {
        assert_eq!(told(&question("text", &format!("relevant = \"{relevant}\""))), [slip], "{relevant}");
    }
    for relevant in ["${answer} = 'yes'", "${answer} = ''", "selected(${answer}, ${answer})", "string(${answer}) = 'yess'"] {
        assert_eq!(told(&question("text", &format!("relevant = \"{relevant}\""))), [""; 0], "{relevant}");
    }
}

#[test]
fn words_and_numbers_that_are_compared_are_found() {
    assert_eq!(told(&question("text", "constraint = \". > 3\"")), ["warning: “q” is a text, compared with the number 3"]);
    assert_eq!(told(&question("decimal", "constraint = \". != 'many'\"")), ["warning: “q” is a number, compared with the text “many”"]);
    for fine in
        [question("text", "appearance = \"numbers\"\nconstraint = \". > 3\""), question("decimal", "constraint = \". != ''\""), question("decimal", "constraint = \". != '3'\"")]
    {
        assert_eq!(told(&fine), [""; 0], "{fine}");
    }
}

#[test]
fn a_pattern_with_one_anchor_is_doubtful() {
    let told_once = ["warning: here and in Collect the whole answer must match a pattern, web forms look for a part that does: write ^…$"];
    for (pattern, doubtful) in [("^[0-9]+", true), ("[0-9]+$", true), ("^[0-9]+$", false), ("[0-9]+", false)] {
        let found = told(&question("text", &format!("constraint = \"regex(., '{pattern}')\"")));
        assert_eq!(found, if doubtful { &told_once[..] } else { &[] }, "{pattern}");
    }
}

#[test]
fn labels_may_name_only_questions_that_there_are() {
    let said = question("note", "hint = { vi = \"Chào ${answr}\", en = \"Hello ${answr}\" }");
    let mut found = told(&said);
    found.dedup();
    assert_eq!(found, ["error: this form has no question “answr” (did you mean “answer”?)"]);
    assert_eq!(told(&question("note", "hint = \"${answer}, $5 {x}\"")), [""; 0]);
}

#[test]
fn every_text_is_wanted_in_every_language() {
    let found = told(&question("text", "hint = { vi = \"a\" }\nconstraint_message = { en = \"b\" }\nconstraint = \". != ''\""));
    assert_eq!(found, ["warning: the constraint_message has no vi text", "warning: the hint has no en text"]);
    let text = format!(
        "languages = [\"vi\", \"Français\"]\n{}\n[[question]]\nname = \"q\"\ntype = \"select_one\"\nchoices = \"yes_no\"\nlabel = {{ vi = \"a\", \"Français\" = \"b\" }}\n",
        HEAD
    );
    assert_eq!(told_of(&text), ["warning: list yes_no: 2 choices have no Français text (yes, no)"]);
}

#[test]
fn choices_of_one_label_are_found_unless_a_filter_parts_them() {
    let list = "form = \"f\"\nversion = 1\ntitle = \"T\"\n[choices]\nl = [ { name = \"a\", label = \"X\", g = \"1\" }, { name = \"b\", label = \"X\", g = \"2\" } ]\n";
    let asked = question("select_one", "choices = \"l\"");
    assert_eq!(told_of(&format!("{list}{asked}")), ["warning: list l: “a” and “b” have the same label “X”"]);
    assert_eq!(told_of(&format!("{list}{asked}choice_filter = \"g = '1'\"\n")), [""; 0]);
}

#[test]
fn a_summary_is_looked_into_too() {
    let text = format!("summary = \"if(${{answer}} = 'yees', 1, 2)\"\n{HEAD}[[question]]\nname = \"answer\"\ntype = \"select_one\"\nchoices = \"yes_no\"\nlabel = \"L\"\n");
    assert_eq!(told_of(&text), ["warning: the list “yes_no” has no choice “yees”: this comparison is never true (did you mean “yes”?)"]);
}
