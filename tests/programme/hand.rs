//! Hand-worked figures over invented records, and programme files that are wrong.

use khuyencong::form::Form;
use khuyencong::form::draft::Source;
use khuyencong::form::instance::{Answers, Instance};
use khuyencong::locale::Lang;
use khuyencong::programme::Programme;
use khuyencong::programme::due::Dues;
use khuyencong::programme::figure::{Counting, Fact, Figure, Head, Opens, Question, figures};
use khuyencong::programme::lines::{Facts, Taker};
use khuyencong::programme::plan::Plans;
use khuyencong::programme::read::Library as Known;
use khuyencong::record::clock::Stamp;
use khuyencong::value::{Value, ValueType};
use khuyencong::workbench::Settings;
use khuyencong::workbench::library::Library;
use std::collections::BTreeMap;

fn library() -> Library {
    Library::new(&Settings { data_dir: "nowhere".into(), ..Settings::default() })
}

fn shipped() -> Programme {
    library().programme().unwrap_or_else(|failure| panic!("{failure:?}"))
}

fn read(text: &str) -> Result<Programme, Vec<String>> {
    let library = library();
    let known = Known { form: &|id| library.form(id).ok(), list: &|name| library.list(name) };
    let source = Source::new("programme.toml", text.to_owned());
    Programme::read(text, known).map_err(|problems| {
        let mut told: Vec<((usize, usize), String)> = problems.iter().map(|p| (p.line_column(&source), p.what.get(Lang::En).to_owned())).collect();
        told.sort();
        told.into_iter().map(|((line, column), what)| format!("{line}:{column} {what}")).collect()
    })
}

/// A record as it would be after its interview: computed answers stand among the others.
fn fact(programme: &Programme, form: &str, record: &str, date: &str, answers: &[(&str, &str)]) -> Fact<'static> {
    let [record, date] = [record, date].map(|text| &*String::leak(text.to_owned()));
    let form = programme.forms().into_iter().find(|f| f.id == form).unwrap_or_else(|| panic!("{form} is counted")).clone();
    let answers: Answers = answers.iter().map(|(path, value)| ((*path).to_owned(), typed(&form, path, value))).collect();
    let instance = Instance::new(&form, &answers);
    Fact {
        head: Head { record, at: Stamp { millis: 0, counter: 0 }, approved: false, conflicted: false, overridden: false },
        form,
        instance,
        date,
        day: khuyencong::locale::date::parse_iso(date),
        summary: record,
    }
}

fn typed(form: &Form, path: &str, value: &str) -> Value {
    let node = form.find(path.rsplit('/').next().unwrap_or(path));
    let kind = node.map(|id| form.node(id).value);
    match (kind, value.parse::<i64>()) {
        (Some(ValueType::Integer | ValueType::Decimal | ValueType::Percent | ValueType::Money | ValueType::Year), Ok(number)) => Value::Number(number.into()),
        _ => Value::text(value),
    }
}

fn counted(programme: &Programme, facts: &[Fact<'_>], period: &str, today: &str, by: Option<&str>) -> BTreeMap<String, Figure> {
    let period = programme.period(period).expect("a period");
    let today = today.parse().expect("a day");
    let figures = figures(programme, &Facts::new(facts), Question { period: &period, today, by, opens: Opens::Everything });
    figures.into_iter().map(|figure| (programme.targets[figure.target].id.clone(), figure)).collect()
}

#[test]
fn figures_of_different_seasons_are_listed_and_not_averaged_and_factors_name_their_version() {
    let programme = shipped();
    let follow_up = |record: &str, after_from: &str, growth: &str| {
        let answers = [
            ("establishment", record),
            ("followup_point", "6"),
            ("before_from", "2026-01"),
            ("before_months", "6"),
            ("after_from", after_from),
            ("after_months", "6"),
            ("revenue_growth", growth),
            ("fuel_cut", growth),
            ("fuel_toe_before", "2"),
            ("uses_reference_factors", "yes"),
            ("factor_version", "2026-1"),
        ];
        fact(&programme, "post_support_performance", record, "2027-07-10", &answers)
    };
    let facts = [follow_up("r1", "2027-01", "10"), follow_up("r2", "2027-01", "30"), follow_up("r3", "2027-05", "500")];
    let figures = counted(&programme, &facts, "2027", "2027-12-01", None);
    let growth = &figures["T-DT"];
    assert_eq!(growth.done, Some(20.0), "(10 + 30) / 2; 500 compares January with May");
    assert_eq!(growth.met, Some(false), "more than 20, strictly");
    assert_eq!(growth.out_of_season, ["r3"]);
    let fuel = &figures["T-NHL"];
    assert_eq!((fuel.records.len(), fuel.reference_factors, fuel.factor_versions.as_slice()), (2, 2, &["2026-1".to_owned()][..]));
}

#[test]
fn figures_of_facts_that_came_one_by_one_in_any_order_are_those_of_all_at_once() {
    let programme = shipped();
    let leaflet = |record: &str, day: &str| fact(&programme, "programme_event", record, day, &[("event_kind", "publication"), ("event_code", record), ("copies", "500")]);
    let plan = |record: &str, day: &str, number: &str| {
        let answers =
            [("plan_year", "2027"), ("plan_status", "approved"), ("plan_targets/a/#", "V"), ("plan_targets/a/planned_target", "T-TT2"), ("plan_targets/a/planned_number", number)];
        fact(&programme, "annual_plan", record, day, &answers)
    };
    let mut facts = [leaflet("e1", "2027-03-01"), leaflet("e2", "2027-02-05"), plan("p1", "2026-12-20", "8"), leaflet("e3", "2027-01-20"), plan("p2", "2027-06-01", "4")];
    let expected = counted(&programme, &facts, "2027", "2027-11-01", None);
    assert_eq!((expected["T-TT2"].records.join(" "), expected["T-TT2"].plan), ("e1 e2 e3".to_owned(), Some(4.0)));
    facts.reverse();
    let period = programme.period("2027").expect("a period");
    let question = Question { period: &period, today: "2027-11-01".parse().expect("a day"), by: None, opens: Opens::Period };
    let mut plans = Plans::default();
    facts.iter().for_each(|fact| plans.take(&programme, fact));
    let gone = Facts::new(&[]);
    let counting = Counting::with_plans(&programme, &gone, plans);
    for (at, target) in programme.targets.iter().enumerate() {
        let lines = |reading| {
            let mut taker = Taker::new(&programme, reading);
            facts.iter().for_each(|fact| taker.take(fact));
            taker.finish()
        };
        let taken: Vec<_> = target.readings.iter().map(lines).collect();
        let figure = &counting.figures(at, &taken, &[question])[0];
        let all = &expected[&target.id];
        assert_eq!((figure.done, figure.plan, &figure.records, &figure.undetermined), (all.done, all.plan, &all.records, &all.undetermined), "{}", target.id);
    }
}

#[test]
fn what_falls_due_is_reckoned_from_the_first_event_and_not_asked_for_where_it_was_made() {
    let programme = shipped();
    let accepted = |record: &str, about: &str, day: &str| {
        let answers = [("establishment", about), ("kind", "acceptance"), ("conclusion", "accepted"), ("project", record)];
        fact(&programme, "machinery_inspection", record, day, &answers)
    };
    let made =
        |record: &str, about: &str, months: &str| fact(&programme, "post_support_performance", record, "2027-01-10", &[("establishment", about), ("followup_point", months)]);
    let mut facts =
        [accepted("i1", "e1", "2026-03-10"), accepted("i2", "e1", "2026-01-10"), accepted("i3", "e1", "2026-01-10"), accepted("i4", "e2", "2026-02-01"), made("f1", "e2", "6")];
    for _ in 0..2 {
        let mut dues = Dues::new(&programme);
        facts.iter().for_each(|fact| dues.take(fact));
        let told = |day: &str| -> Vec<String> {
            let due = dues.by(day.parse().expect("a day"));
            due.iter().map(|due| format!("{} {} {} {}", due.day, due.about, due.months, due.given.first().map_or("", |(_, record)| record))).collect()
        };
        assert_eq!(told("2026-06-09"), [""; 0]);
        assert_eq!(told("2026-06-10"), ["2026-07-10 e1 6 i2"], "thirty days before; of two on one day the first record");
        assert_eq!(told("2027-06-10"), ["2026-07-10 e1 6 i2", "2027-01-10 e1 12 i2", "2027-02-01 e2 12 i4"]);
        facts.reverse();
    }
}

#[test]
fn a_year_is_compared_with_its_newest_approved_plan() {
    let programme = shipped();
    let plan = |record: &str, day: &str, status: &str, number: &str| {
        let answers =
            [("plan_year", "2027"), ("plan_status", status), ("plan_targets/a/#", "V"), ("plan_targets/a/planned_target", "T-TT2"), ("plan_targets/a/planned_number", number)];
        fact(&programme, "annual_plan", record, day, &answers)
    };
    let leaflet = |record: &str, day: &str| fact(&programme, "programme_event", record, day, &[("event_kind", "publication"), ("event_code", record), ("copies", "500")]);
    let facts = [
        plan("p1", "2026-12-20", "approved", "8"),
        plan("p2", "2027-06-01", "approved", "4"),
        plan("p3", "2027-09-01", "draft", "99"),
        leaflet("e1", "2026-03-01"),
        leaflet("e2", "2027-01-05"),
        leaflet("e3", "2027-06-20"),
        leaflet("e4", "2027-12-20"),
    ];
    let figures = counted(&programme, &facts, "2027-H2", "2027-11-01", Some("year"));
    let figure = &figures["T-TT2"];
    assert_eq!((figure.done, figure.year_done, figure.cumulative), (Some(1.0), Some(2.0), Some(3.0)), "the half-year, the year, the programme so far");
    assert_eq!((figure.plan, figure.percent_of_plan()), (Some(4.0), Some(50.0)), "the adjusted plan, not the draft");
    let behind = [&figure.records, &figure.plan_records, &figure.year_records, &figure.cumulative_records];
    assert_eq!(behind.map(|records| records.join(" ")), ["e3", "p2", "e2 e3", "e1 e2 e3"], "each number opens to what it was counted or read from");
    let opened: Vec<String> = figure.years.iter().map(|year| format!("{} | {}", year.plan_records.join(" "), year.records.join(" "))).collect();
    assert_eq!(opened[..3], [" | e1", "p2 | e2 e3", " | "]);
    let years: Vec<_> = figure.years.iter().map(|year| (year.year, year.plan, year.done)).collect();
    assert_eq!(years[..3], [(2026, None, Some(1.0)), (2027, Some(4.0), Some(2.0)), (2028, None, None)], "2028 has not begun; 20/12/2027 belongs to it");
    assert_eq!(figures["T-KH"].done, Some(1.0), "2027 has a plan, although one was signed in 2026");
    let groups: Vec<_> = figure.groups.iter().map(|group| (group.group.as_str(), group.done)).collect();
    assert_eq!(groups, [("2027", Some(1.0))]);
}

/// A table of the report over these records.
fn table(programme: &Programme, facts: &[Fact<'_>], period: &str, id: &str) -> khuyencong::programme::table::Table {
    let period = programme.period(period).expect("a period");
    let facts = Facts::new(facts);
    let figures = figures(programme, &facts, Question { period: &period, today: "2030-12-01".parse().expect("a day"), by: None, opens: Opens::Everything });
    khuyencong::programme::table::tables(programme, &facts, &period, &figures).into_iter().find(|table| table.id == id).unwrap_or_else(|| panic!("{id}"))
}

#[test]
fn a_key_project_is_paid_over_three_years_and_each_year_has_its_own_money() {
    let programme = shipped();
    let project = |record: &str, kind: &str, years: &[(&str, &str, &str, &str, &str)]| {
        let mut answers = vec![("kind".to_owned(), kind.to_owned())];
        for (at, (year, approved, advanced, accepted, paid)) in years.iter().enumerate() {
            let row =
                [("#", ["A", "B", "C"][at]), ("money_year", year), ("year_approved", approved), ("year_advanced", advanced), ("year_accepted", accepted), ("year_paid", paid)];
            answers.extend(row.map(|(question, value)| (format!("yearly_money/r{at}/{question}"), value.to_owned())));
        }
        let answers: Vec<(&str, &str)> = answers.iter().map(|(path, value)| (path.as_str(), value.as_str())).collect();
        fact(&programme, "support_project", record, "2026-03-10", &answers)
    };
    let facts = [
        project("p1", "key", &[("2026", "300", "100", "250", "250"), ("2027", "300", "90", "300", "300"), ("2028", "400", "0", "0", "0")]),
        project("p2", "single", &[("2026", "120", "60", "120", "110")]),
        project("p3", "group", &[("2027", "500", "0", "450", "450")]),
        project("p4", "single", &[("2026", "80", "0", "0", "0")]),
    ];
    let lines = |period: &str| -> Vec<String> {
        let show = |cell: &khuyencong::programme::table::Cell| match cell {
            khuyencong::programme::table::Cell::Choice(name, _) => name.clone(),
            khuyencong::programme::table::Cell::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let table = table(&programme, &facts, period, "B8a");
        table.lines.iter().map(|line| line.cells[..7].iter().map(show).collect::<Vec<_>>().join(" ") + &format!(" of {}", line.records.len())).collect()
    };
    let first = ["2026 single 2 200 60 120 110 of 2", "2026 key 1 300 100 250 250 of 1"];
    let second = ["2027 group 1 500 0 450 450 of 1", "2027 key 1 300 90 300 300 of 1"];
    assert_eq!(lines("2026"), first);
    assert_eq!(lines("2026-H2"), first, "a year's money is that of both its halves");
    assert_eq!(lines("2027"), second);
    assert_eq!(lines("2026..2027"), [first, second].concat());
    let all = table(&programme, &facts, "2026..2030", "B8a");
    let sums: Vec<Option<f64>> = all.totals[2..].iter().map(|cell| if let khuyencong::programme::table::Cell::Number(n) = cell { Some(*n) } else { None }).collect();
    assert_eq!(sums[..5], [6.0, 1700.0, 250.0, 1120.0, 1110.0].map(Some), "projects counted in each of their years");
}

#[test]
fn reports_of_communes_are_counted_a_year_and_a_unit() {
    let programme = shipped();
    let report = |record: &str, commune: &str, year: &str, period: &str, sent: &str| {
        let key = format!("{commune}/{year}/{period}/");
        let day = format!("{year}-{}", if period == "h1" { "05-31" } else { "11-30" });
        let answers = [("commune", commune), ("report_period", period), ("report_sent", sent), ("period_key", &key)];
        fact(&programme, "commune_status", record, &day, &answers)
    };
    let facts = [
        report("s1", "32244", "2026", "h1", "yes"),
        report("s2", "32244", "2026", "year", "yes"),
        report("s3", "32244", "2026", "year", "yes"),
        report("s4", "31825", "2026", "h1", "no"),
        report("s5", "31825", "2027", "h1", "yes"),
    ];
    let figures = counted(&programme, &facts, "2026..2027", "2027-08-01", Some("commune"));
    let figure = &figures["T-BC"];
    // 2026: two reports, one of them entered twice; 2027: one. The mean of a year over 64 communes.
    assert_eq!(figure.done, Some((2.0 + 1.0) / 2.0 / 64.0));
    let groups: BTreeMap<_, _> = figure.groups.iter().map(|group| (group.group.as_str(), group.done)).collect();
    assert_eq!(groups, BTreeMap::from([("32244", Some(1.0)), ("31825", Some(0.5))]), "of one commune it is not divided again");
}

#[test]
fn a_calendar_office_changes_two_days_of_the_file() {
    let text = library().text("programme.toml").expect("shipped").replace("half_years = [\"12-15\", \"06-15\"]", "half_years = [\"01-01\", \"07-01\"]");
    let programme = read(&text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let days = |text: &str| programme.period(text).map(|p| format!("{} {}", p.from, p.to));
    assert_eq!(days("2026-H1").as_deref(), Some("2026-01-01 2026-06-30"));
    assert_eq!(days("2026-H2").as_deref(), Some("2026-07-01 2026-12-31"));
    assert_eq!(days("2026").as_deref(), Some("2026-01-01 2026-12-31"));
}

#[test]
fn all_problems_of_a_programme_file_are_told_at_once_with_their_places() {
    let problems = read(
        r#"programme = "x"
title = { vi = "X", en = "X" }
first_year = 2030
last_year = 2026
half_years = ["12-35", "02-29"]
[[target]]
id = "A"
label = { vi = "A", en = "A" }
unit = { vi = "a", en = "a" }
from = "programme_event"
where = "${event_knd} = 'fair'"
measure = "count"
parts = ["B"]
[[target]]
id = "B"
label = { vi = "B", en = "B" }
unit = { vi = "b", en = "b" }
measure = "count"
parts = ["A", "C"]
[[target]]
id = "D"
label = { vi = "D", en = "D" }
unit = { vi = "d", en = "d" }
from = "programme_evnt"
measure = "count"
[[table]]
id = "B2"
title = { vi = "T", en = "T" }
from = "support_project"
rows = "suports"
column = [{ name = "code", label = { vi = "M", en = "C" }, of = "${cod}" }]
"#,
    )
    .expect_err("it is wrong");
    assert_eq!(
        problems,
        [
            "4:13 a programme from 2030 to 2026 cannot be: the first year is not after the last, 100 years at most",
            "5:15 “12-35” is no day on which a half-year begins: month-day that every year has, for example \"12-15\"",
            "5:24 “02-29” is no day on which a half-year begins: month-day that every year has, for example \"12-15\"",
            "7:6 these targets add up in a circle: A → B → A",
            "11:10 this form has no question “event_knd”",
            "15:6 the target “B” names no form to count (from)",
            "19:15 there is no target “C”",
            "24:8 There is no form “programme_evnt”.",
            "30:8 this form has no question “suports”",
            "31:66 this form has no question “cod”",
        ]
    );
}

#[test]
fn a_part_of_a_wrong_shape_does_not_hide_what_is_wrong_with_the_others() {
    let target = |id: &str, rest: &str| {
        format!("[[target]]\nid = \"{id}\"\nlabel = {{ vi = \"A\", en = \"A\" }}\nunit = {{ vi = \"a\", en = \"a\" }}\nfrom = \"programme_event\"\n{rest}\n")
    };
    let text = "programme = \"x\"\ntitle = { vi = \"X\", en = \"X\" }\nfirst_year = 2026\nlast_year = 2030\nhalf_years = [\"12-15\"]\n".to_owned()
        + &target("A", "measure = \"cuont\"")
        + &target("B", "measure = \"sum\"\nparts = [\"A\"]")
        + &target("C", "measure = \"weighted_mean\"\nof = \"${copies}\"\nfilter = \"1\"")
        + &target("D", "measure = \"weighted_mean\"\nof = \"${copies}\"\nclass = { of = \"${event_kind}\", order = [\"fair\"], take = \"fairs\" }\nper = \"month\"");
    let problems = read(&text).expect_err("it is wrong");
    let starts = [
        "5:14 “half_years” must be",
        "11:11 not valid TOML: unknown variant `cuont`, expected one of `count`, ",
        "16:8 this measure needs “of”",
        "26:1 not valid TOML: unknown field `filter`, expected one of ",
        "31:8 this measure needs “weight”",
        "34:58 “fairs” does not stand in “order”",
        "35:7 “per” must be \"year\"",
    ];
    assert_eq!(problems.len(), starts.len(), "{problems:#?}");
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}\n{start}");
    }
    let no_toml = read("programme = \"x\"\ntitle = \n[[target]]\nid = \"A\"\nmeasure = 1\n").expect_err("it is wrong");
    assert!(no_toml.iter().any(|problem| problem.starts_with("2:")) && no_toml.iter().all(|problem| !problem.contains("half_years")), "{no_toml:#?}");
}

#[test]
fn the_list_of_targets_for_plans_is_that_of_the_programme() {
    let programme = shipped();
    let list = library().list("lists/targets.csv").expect("shipped");
    let listed: Vec<(String, String)> = list.choices.iter().map(|choice| (choice.name.to_string(), choice.label.vi.clone())).collect();
    let named: Vec<(String, String)> = programme.targets.iter().map(|t| (t.id.clone(), format!("{} {}", t.id, t.label.vi))).collect();
    assert_eq!(listed, named);
}
