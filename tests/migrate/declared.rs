//! What is refused when it is declared: every problem at its place, all at once.

use crate::support::{V1, V2, V3, changed, problems};
use proptest::prelude::*;

#[test]
fn the_three_versions_have_no_problem() {
    for version in [V1, V2, V3] {
        assert_eq!(problems(version), Vec::<String>::new());
    }
}

#[test]
fn every_wrong_step_is_told_at_once() {
    let steps = r#"
  { rename = { from = "old", to = "nmae" } },
  { retype = { question = "name", from = "file" } },
  { retype = { question = "count", from = "txt" } },
  { retype = { question = "count", from = "text", to = "decimal" } },
  { choice = { question = "kind", from = "z", to = "d" } },
  { choice = { question = "name", from = "z", to = "a" } },
  { unit = { question = "name", factor = 1000 } },
  { unit = { question = "count", factor = 0 } },
  { set = { to = "count", value = "${nmae} + 1" } },
  { set = { to = "count", value = "${count} + " } },
  { set = { to = "day", value = "today()" } },
  { set = { to = "rows", value = "1" } },
  { split = { from = "full", into = [] } },
  { move = { question = "name", into = "rows" } },
  { move = { question = "name" } },
  { move = { question = "used", out_of = "rows" } },
  { split = { from = "name", into = [{ to = "kind", value = "1" }] } },
  { drop = "day" },
"#;
    let told = problems(&changed("name: text, count: integer, kind: select_one, day: date, rows / used: decimal", steps));
    let expected = [
        "!day: “day” is still asked",
        "!name: “name” is still asked",
        "!used: “used” must stand beside “rows”",
        "!name: move needs into or out_of, not both",
        "!name: “name” does not stand directly in “rows”",
        "!full: split needs a question in into",
        "!rows: “rows” is a repeat: it can only be renamed",
        "!today(): no clock, chance or once() here: every laptop must get the same",
        "! \": the expression ends too early",
        "!${nmae}: this form has no question “nmae” (did you mean “name”?)",
        "!0: factor must be a number above 0",
        "!name: “name” is not a number question",
        "!name: “name” is not a choice question",
        "!d: “d” is not in the list (did you mean “a”?)",
        "!decimal: “count” has the type integer at this step",
        "!txt: there is no question type “txt” (did you mean “text”?)",
        "!file: file cannot be read as text",
        "!nmae: there is no question “nmae” at this step: one that is gone is declared with drop (did you mean “name”?)",
    ];
    assert_eq!(told, expected);
}

#[test]
fn renames_that_collide_or_go_in_a_circle_are_refused() {
    let told = |steps: &str| problems(&changed("a: text, b: text", steps));
    let rename = |from: &str, to: &str| format!("{{ rename = {{ from = \"{from}\", to = \"{to}\" }} }},");
    let errors = |told: Vec<String>| told.into_iter().filter(|line| line.starts_with('!')).collect::<Vec<_>>();
    assert!(told(&[rename("x", "a"), rename("y", "a")].concat()).contains(&"!a: two questions are renamed to “a”".to_owned()));
    assert!(errors(told(&[rename("a", "b"), rename("b", "a")].concat())).contains(&"!a: the renames go in a circle: a → b → a".to_owned()));
    assert!(errors(told(&[rename("x", "a"), rename("x", "b")].concat())).contains(&"!x: “x” was renamed or dropped by an earlier step".to_owned()));
    assert_eq!(errors(told(&rename("a", "a"))), ["!a: “a” is renamed to itself"]);
    assert_eq!(told(&rename("b", "a")), ["b: “b” is also a question of the new version: old answers do not go there"]);
}

#[test]
fn entries_name_earlier_versions_once_and_steps_one_change() {
    let text = changed("a: text", "{ }, { rename = { from = \"x\", to = \"a\" }, drop = \"y\" }, { renmae = { from = \"z\", to = \"a\" } }")
        + "[[migrate]]\nfrom = 1\n[[migrate]]\nfrom = 2\n[[migrate]]\nfrom = \"x\"\n[[migrate]]\nform = 1\n";
    let told = problems(&text);
    for expected in [
        "!{ }: a step holds exactly one change: rename, retype, choice, unit, set, split, move or drop",
        "!1: version 1 is declared above",
        "!2: from must be a version before this form's version 2",
        "!x: from must be a version before this form's version 2",
        "!renmae: there is no column “renmae” (did you mean “rename”?)",
        "!form: there is no column “form” (did you mean “from”?)",
    ] {
        assert!(told.iter().any(|line| line == expected), "{expected}\n{told:#?}");
    }
}

#[test]
fn an_expression_sees_the_names_of_its_time() {
    let steps = |expression: &str| format!("{{ set = {{ to = \"a\", value = \"{expression}\" }} }}, {{ rename = {{ from = \"old\", to = \"b\" }} }}, {{ drop = \"rows/gone\" }}");
    assert_eq!(problems(&changed("a: text, b: text", &steps("concat(${old}, sum(${gone}), count(${rows}))"))), Vec::<String>::new());
    assert_eq!(problems(&changed("a: text, b: text", &steps("${b}"))), ["!${b}: this form has no question “b” (did you mean “a”?)"]);
    assert_eq!(problems(&changed("a: text", "{ set = { to = \"a\", value = \"latest('f', '1', 'x')\" } }")).len(), 1, "other records play no part");
}

/// Steps made of names that are there, names that are not, and nonsense.
fn step() -> impl Strategy<Value = String> {
    let word = || {
        proptest::sample::select(vec![
            "a",
            "b",
            "n",
            "kind",
            "rows",
            "used",
            "old",
            "",
            "rows/used",
            "x/y/z",
            "text",
            "integer",
            "select_one",
            "${a}",
            "sum(${used})",
            "${old} + 1",
            "1000",
            "0.001",
            "'",
            "é/",
        ])
    };
    (0..9usize, word(), word(), word()).prop_map(|(kind, one, two, three)| match kind {
        0 => format!("{{ rename = {{ from = \"{one}\", to = \"{two}\" }} }}"),
        1 => format!("{{ retype = {{ question = \"{one}\", from = \"{two}\" }} }}"),
        2 => format!("{{ retype = {{ question = \"{one}\", from = \"{two}\", to = \"{three}\" }} }}"),
        3 => format!("{{ choice = {{ question = \"{one}\", from = \"{two}\", to = \"{three}\" }} }}"),
        4 => format!("{{ unit = {{ question = \"{one}\", factor = \"{two}\" }} }}"),
        5 => format!("{{ set = {{ to = \"{one}\", value = \"{two}\" }} }}"),
        6 => format!("{{ split = {{ from = \"{one}\", into = [{{ to = \"{two}\", value = \"{three}\" }}] }} }}"),
        7 => format!("{{ move = {{ question = \"{one}\", {} = \"{two}\" }} }}", if three.len() % 2 == 0 { "into" } else { "out_of" }),
        _ => format!("{{ drop = \"{one}\" }}"),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    /// Whatever is declared, and whatever stands in a record: no panic, and what is accepted loses nothing of what is not touched.
    #[test]
    fn nothing_that_is_declared_breaks(steps in proptest::collection::vec(step(), 1..5), paths in proptest::collection::btree_set("(a|b|n|old|stray|rows/(a|k)/(#|a|used|old)|[a/#é]{0,4})", 0..8)) {
        let text = changed("a: text, b: text, n: integer, kind: select_one, rows / used: decimal", &steps.join(", "));
        let report = khuyencong::workbench::library::check_bytes("f.toml", text.as_bytes(), &|_| None);
        if let Some(form) = report.form {
            let given: Vec<(&str, khuyencong::value::Value)> = paths.iter().map(|path| (path.as_str(), crate::support::text("5"))).collect();
            let migrated = crate::support::seen(&form, &given);
            prop_assert_eq!(migrated.answers.contains_key("stray"), paths.contains("stray"));
        } else {
            prop_assert!(!report.problems.is_empty(), "refused without a word");
        }
    }
}
