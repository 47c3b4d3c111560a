//! Stories over the forms: what a person answers, and what the form then asks, computes and refuses. The engine runs
//! whole, without a store.

#[path = "support/story.rs"]
mod story;

use khuyencong::form::check;
use khuyencong::form::instance::Answers;
use khuyencong::interview::derive::{Severity, derive};
use khuyencong::interview::outline;
use khuyencong::value::Value;
use khuyencong::workbench::library::check_bytes;
use std::sync::Arc;
use story::{Story, around, forms_folder, load, shipped};

const ALL: [&str; 9] = [
    "establishment",
    "establishment_survey",
    "support_project",
    "machinery_inspection",
    "post_support_performance",
    "programme_event",
    "product_recognition",
    "commune_status",
    "annual_plan",
];

#[test]
fn every_shipped_form_loads_without_a_warning_and_speaks_both_languages() {
    for name in ALL {
        let text = std::fs::read_to_string(forms_folder().join(format!("{name}.toml"))).unwrap();
        let lists = |list: &str| std::fs::read_to_string(forms_folder().join(list)).ok().map(Arc::from);
        let report = check_bytes(name, text.as_bytes(), &lists);
        assert!(report.problems.is_empty(), "{name}: {:?}", report.problems);
        let form = report.form.unwrap();
        for node in &form.nodes {
            assert!(node.label.is_empty() || (!node.label.vi.is_empty() && !node.label.en.is_empty()), "{name}: {}", node.name);
        }
    }
}

/// A form that opens is one that its author's check would let pass, and the other way round.
#[test]
fn what_is_opened_is_what_is_checked() {
    let lists = |list: &str| std::fs::read_to_string(forms_folder().join(list)).ok().map(Arc::from);
    let shop = |rest: &str| format!("form = \"shop\"\nversion = 1\ntitle = \"Shop\"\n\n[[question]]\nname = \"a\"\ntype = \"integer\"\nlabel = \"A\"\n{rest}");
    let of_ours = ALL.map(|name| std::fs::read_to_string(forms_folder().join(format!("{name}.toml"))).unwrap());
    let slips = ["relevant = \"${gone} > 1\"\n", "constraint = \"1 +\"\n", "calculation = \"${a} + 1\"\n", "type_ = 1\n", "constraint = \". > 5 and . < 2\"\n"].map(shop);
    let mut refused = 0;
    for text in of_ours.iter().chain(&slips) {
        let Ok((draft, _)) = khuyencong::form::read("form.toml", text) else { continue };
        let [checked, opened] = [check::check(&draft, &lists), check::load(&draft, &lists)].map(|result| result.map(|(form, _)| form.of).map_err(drop));
        assert_eq!(checked, opened, "{text}");
        refused += usize::from(opened.is_err());
    }
    assert!(refused >= 3, "{refused} of the slips are seen");
}

#[test]
fn deriving_does_not_depend_on_the_order_of_answers_and_twice_changes_nothing() {
    let one = Story::new(shipped("post_support_performance")).answer("followup_point", "12").answer("revenue_before", "1 tỷ").answer("revenue_after", "1250 triệu");
    let two = Story::new(shipped("post_support_performance")).answer("revenue_after", "1250 triệu").answer("revenue_before", "1 tỷ").answer("followup_point", "12");
    assert_eq!(one.interview.answers(), two.interview.answers());
    let findings = |s: &Story| derive(s.interview.form(), s.interview.answers(), around()).findings(s.interview.form());
    assert_eq!(findings(&one), findings(&two));
    assert_eq!(findings(&one), one.interview.findings());
}

#[test]
fn the_follow_up_computes_the_fifteen_per_cent_as_it_is_defined() {
    // 42,000 kg of firewood for 100 t before, 31,500 kg for 100 t after: a quarter less a tonne. Factor 0.0003726.
    // Electricity 10,000 kWh → 12,000 kWh (0.0001543): energy before 15.6492 + 1.543, after 11.7369 + 1.8516.
    Story::new(shipped("post_support_performance"))
        .answer("outputs[]/product", "bánh phồng tôm")
        .answer("outputs[1]/product_unit", "tonne")
        .answer("outputs[1]/output_before_row", "100")
        .answer("outputs[1]/output_after_row", "100")
        .answer("main_product", "bánh phồng tôm")
        .gives("output_before", "100")
        .answer("energy[]/source", "firewood")
        .answer("energy[1]/before", "42000")
        .answer("energy[1]/after", "31500")
        .answer("energy[]/source", "grid_electricity")
        .answer("energy[2]/before", "10000")
        .answer("energy[2]/after", "12000")
        .gives("fuel_cut", "25")
        .gives("fuel_toe_before", "15.6492")
        .gives("energy_cut", "20.96125")
        .gives("uses_reference_factors", "yes");
}

#[test]
fn without_fuel_before_the_fuel_cut_is_undetermined_not_zero() {
    Story::new(shipped("post_support_performance"))
        .answer("outputs[]/product", "nước đá")
        .answer("outputs[1]/output_before_row", "500")
        .answer("outputs[1]/output_after_row", "500")
        .answer("main_product", "nước đá")
        .answer("energy[]/source", "grid_electricity")
        .answer("energy[1]/before", "10000")
        .answer("energy[1]/after", "8000")
        .gives("fuel_cut", "")
        .gives("energy_cut", "20");
}

#[test]
fn an_unusual_growth_asks_for_a_reason_and_a_negative_amount_is_refused() {
    Story::new(shipped("post_support_performance"))
        .answer("revenue_before", "100tr")
        .answer("revenue_after", "900tr")
        .gives("revenue_growth", "800")
        .finds("revenue_growth", Some(Severity::Soft))
        .answer("revenue_after", "-5")
        .finds("revenue_after", Some(Severity::Hard));
}

#[test]
fn the_long_survey_asks_more_than_the_core_and_keeps_answers_that_are_not_asked() {
    let asked = |s: &Story| outline::sections(&s.interview).iter().map(|s| s.asked).sum::<usize>();
    let story = Story::new(shipped("establishment_survey")).answer("length", "full").answer("visit_date", "1/7/2026").answer("water", "120");
    let full = asked(&story);
    let story = story.answer("length", "core").asks("water", false);
    assert!(asked(&story) + 20 < full, "{} of {full}", asked(&story));
    assert!(story.interview.answers().contains_key("water"));
}

#[test]
fn a_non_relevant_answer_is_kept_but_reads_as_blank() {
    let form = load(
        r#"
form = "gate"
version = 1
[[question]]
name = "open"
type = "integer"
label = "Open"
[[question]]
name = "inside"
type = "integer"
label = "Inside"
relevant = "${open} = 1"
[[question]]
name = "twice"
type = "calculate"
value = "integer"
calculation = "coalesce(${inside}, 0) * 2"
"#,
    )
    .unwrap();
    let story = Story::new(form).answer("open", "1").answer("inside", "7").gives("twice", "14").answer("open", "0").asks("inside", false).gives("twice", "0");
    assert_eq!(story.interview.answers().get("inside"), Some(&Value::Number(7.into())));
    story.answer("open", "1").gives("twice", "14");
}

#[test]
fn nested_repeats_sum_their_own_rows_and_the_form_sums_all() {
    let form = load(
        r#"
form = "nest"
version = 1
[[question]]
name = "workshop"
type = "repeat"
label = "Workshop"
[[question.question]]
name = "machine"
type = "repeat"
label = "Machine"
[[question.question.question]]
name = "power"
type = "decimal"
label = "Power"
[[question.question.question]]
name = "share"
type = "calculate"
value = "decimal"
calculation = "${power} div ${workshop_power} * 100"
[[question.question]]
name = "workshop_power"
type = "calculate"
value = "decimal"
calculation = "sum(${power})"
[[question]]
name = "total"
type = "calculate"
value = "decimal"
calculation = "sum(${power})"
[[question]]
name = "big"
type = "calculate"
value = "integer"
calculation = "count(${machine}[power > 4])"
"#,
    )
    .unwrap();
    let mut answers = Answers::new();
    for (path, value) in [("workshop/a/#", "V"), ("workshop/b/#", "W"), ("workshop/a/machine/x/#", "V"), ("workshop/a/machine/y/#", "W"), ("workshop/b/machine/z/#", "V")] {
        answers.insert(path.to_owned(), Value::text(value));
    }
    for (path, power) in [("workshop/a/machine/x/power", 3), ("workshop/a/machine/y/power", 5), ("workshop/b/machine/z/power", 7)] {
        answers.insert(path.to_owned(), Value::Number(power.into()));
    }
    let derived = derive(&form, &answers, around());
    let value = |path: &str| {
        let (row, node) = derived.instance.locate(&form, path).unwrap();
        derived.value(&form, row, node).unwrap().plain()
    };
    assert_eq!(value("total"), "15");
    assert_eq!(value("workshop/a/workshop_power"), "8");
    assert_eq!(value("workshop/b/workshop_power"), "7");
    assert_eq!(value("workshop/a/machine/x/share"), "37.5");
    assert_eq!(value("big"), "2");
}

#[test]
fn all_problems_of_a_form_are_told_at_once_with_their_places() {
    let problems = load(
        r#"
form = "bad"
version = 1
[[question]]
name = "a"
type = "integr"
label = "A"
[[question]]
name = "b"
type = "select_one"
choices_file = "lists/nowhere.csv"
label = "B"
[[question]]
name = "b"
type = "text"
lable = "B"
label = "B"
"#,
    )
    .unwrap_err();
    assert_eq!(
        problems,
        [
            "(16, 1) there is no column “lable”",
            "(11, 17) there is no list “lists/nowhere.csv”",
            "(6, 9) there is no question type “integr”",
            "(14, 9) the name “b” is used by another question",
        ]
    );
    let problems = load("form = \"bad\"\nversion = 1\n[[question]]\nname = \"a\"\ntype = \"text\"\nlabel = \"A\"\nrelevant = \"${bb} = 1 and foo(1)\"\n[[question]]\nname = \"b\"\ntype = \"calculate\"\ncalculation = \"1 +\"\n").unwrap_err();
    assert_eq!(problems, ["(7, 13) this form has no question “bb”", "(7, 27) there is no function “foo”", "(11, 18) the expression ends too early"]);
}

#[test]
fn a_circle_of_calculations_is_refused_and_spelled_out() {
    let problems = load("form = \"circle\"\nversion = 1\n[[question]]\nname = \"a\"\ntype = \"calculate\"\ncalculation = \"${b} + 1\"\n[[question]]\nname = \"b\"\ntype = \"calculate\"\ncalculation = \"${a} + 1\"\n").unwrap_err();
    assert_eq!(problems, ["(10, 16) these questions depend on each other in a circle: a → b → a"]);
}
