//! Every line of the programme counted a second time, naively, over what `record list` prints.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The lines that the province is accountable for.
const LINES: &str = "T-58 T-TD T-MM T-SX T-MT T-DIEM T-CBS T-NL T-NHL T-VL T-DT T-CNNTTB-T T-CNNTTB-KV T-CNNTTB-QG T-HC T-HCL T-CXK T-XK T-TH1 T-TH2 \
    T-BC1 T-BC2 T-BC3 T-TT1 T-TT2 T-TT3 T-KC1 T-KC2 T-KC3 T-KC4 T-CTV T-KSKT T-XA T-CSDL T-ST T-TTIN T-CBCTV T-KH T-SK T-BC";

/// Runs the program on a store of its own, at the end of the programme.
fn run(dir: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_khuyencong"));
    command.env_clear().env("KHUYENCONG_NOW", "2030-12-30T10:00:00+07:00").env("KHUYENCONG_SEED", "s").args(["--lang", "en", "--data-dir"]).arg(dir).args(arguments);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// A record as `record list --format jsonl` prints it.
struct Line(Json);

impl Line {
    fn get(&self, question: &str) -> &Json {
        [&self.0["answers"], &self.0["computed"]].into_iter().find_map(|part| part.get(question)).unwrap_or(&Json::Null)
    }

    fn text(&self, question: &str) -> String {
        text(self.get(question))
    }

    fn number(&self, question: &str) -> Option<f64> {
        self.get(question).as_f64()
    }

    fn rows(&self, repeat: &str) -> &[Json] {
        self.0["answers"][repeat].as_array().map_or(&[], Vec::as_slice)
    }

    fn is(&self, question: &str, value: &str) -> bool {
        self.text(question) == value
    }
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// Everything handed in, by form, of the programme's days.
struct Naive(BTreeMap<String, Vec<Line>>);

impl Naive {
    fn read(listed: &str) -> Self {
        let mut forms: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for line in listed.lines() {
            let line = Line(serde_json::from_str(line).expect("JSON"));
            let form = line.0["form"].as_str().expect("a form").to_owned();
            let dated = match form.as_str() {
                "machinery_inspection" => "started_at",
                "programme_event" => "start_date",
                "product_recognition" | "annual_plan" => "decision_date",
                "commune_status" => "period_day",
                "support_project" => "approval_date",
                _ => "visit_date",
            };
            let day = line.text(dated);
            if ("2025-12-15".."2030-12-15").contains(&day.get(..10).unwrap_or_default()) || form == "establishment" {
                forms.entry(form).or_default().push(line);
            }
        }
        Self(forms)
    }

    fn of(&self, form: &str) -> impl Iterator<Item = &Line> {
        self.0.get(form).into_iter().flatten()
    }

    fn distinct(&self, form: &str, question: &str, holds: impl Fn(&Line) -> bool) -> f64 {
        self.of(form).filter(|line| holds(line)).map(|line| line.text(question)).filter(|t| !t.is_empty()).collect::<BTreeSet<_>>().len() as f64
    }

    fn events(&self, kind: &str) -> f64 {
        self.distinct("programme_event", "event_code", |line| line.is("event_kind", kind))
    }

    fn products(&self, kind: &str, level: &str) -> f64 {
        let mut keys = BTreeSet::new();
        for line in self.of("product_recognition").filter(|l| l.is("recognition", kind) && (level.is_empty() || l.is("title_level", level))) {
            if level.is_empty() && !line.is("supported", "yes") {
                continue;
            }
            keys.insert((line.text("establishment"), line.text("product").to_lowercase()));
        }
        keys.len() as f64
    }

    /// The newest survey or follow-up of each establishment; 12-month follow-ups first where asked.
    fn latest(&self, form: &str, twelve_first: bool, holds: impl Fn(&Line) -> bool) -> Vec<&Line> {
        let mut best: BTreeMap<String, &Line> = BTreeMap::new();
        let rank = |l: &Line| (twelve_first && l.is("followup_point", "12"), l.text("visit_date"), l.0["at"].to_string(), l.0["record"].to_string());
        for line in self.of(form).filter(|l| holds(l)) {
            let best = best.entry(line.text("establishment")).or_insert(line);
            if rank(line) > rank(best) {
                *best = line;
            }
        }
        best.into_values().collect()
    }

    /// Each establishment's kind of support: key first, then the order of the programme.
    fn kinds(&self) -> BTreeMap<String, usize> {
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for line in self.of("machinery_inspection").filter(|l| l.is("kind", "acceptance") && l.is("conclusion", "accepted")) {
            let order = ["key", "demonstration", "machinery", "cleaner_production", "environment"];
            let own = if line.is("project_kind", "key") { "key".to_owned() } else { line.text("activity") };
            if let Some(place) = order.iter().position(|kind| *kind == own) {
                let best = kinds.entry(line.text("establishment")).or_insert(place);
                *best = place.min(*best);
            }
        }
        kinds
    }
}

fn same_season(line: &Line) -> bool {
    let month = |name: &str| line.text(name).get(5..7).unwrap_or_default().to_owned();
    let length = line.number("before_months").unwrap_or(0.0);
    Some(length) == line.number("after_months") && (length % 12.0 == 0.0 || month("before_from") == month("after_from"))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// Every line, counted without the program's own counting.
fn naive(all: &Naive) -> BTreeMap<&'static str, f64> {
    let mut by: BTreeMap<&'static str, f64> = BTreeMap::new();
    let kinds = all.kinds();
    by.insert("T-58", kinds.len() as f64);
    for (place, id) in ["T-DIEM", "T-TD", "T-MM", "T-SX", "T-MT"].into_iter().enumerate() {
        by.insert(id, kinds.values().filter(|kind| **kind == place).count() as f64);
    }
    let surveys = all.latest("establishment_survey", false, |l| l.number("agro_revenue").is_some_and(|r| r > 0.0));
    let sum = |name: &str| surveys.iter().filter_map(|l| l.number(name)).sum::<f64>();
    by.insert("T-CBS", sum("deep_revenue") / sum("agro_revenue") * 100.0);
    let follow_ups = all.latest("post_support_performance", true, same_season);
    by.insert("T-NL", mean(follow_ups.iter().filter_map(|l| l.number("material_cut_total"))));
    by.insert("T-DT", mean(follow_ups.iter().filter_map(|l| l.number("revenue_growth"))));
    let fuels: Vec<(f64, f64)> = follow_ups.iter().filter_map(|l| l.number("fuel_cut").zip(l.number("fuel_toe_before"))).collect();
    by.insert("T-NHL", fuels.iter().map(|(cut, toe)| cut * toe).sum::<f64>() / fuels.iter().map(|(_, toe)| toe).sum::<f64>());
    by.insert("T-VL", all.latest("post_support_performance", false, |_| true).iter().filter_map(|l| l.number("new_rural_jobs")).sum());
    for (id, level) in [("T-CNNTTB-T", "provincial"), ("T-CNNTTB-KV", "regional"), ("T-CNNTTB-QG", "national")] {
        by.insert(id, all.products("typical", level));
    }
    by.insert("T-CXK", all.products("export_standard", ""));
    by.insert("T-XK", all.products("first_export", ""));
    let in_shops = |l: &&Line| l.rows("products").iter().filter(|row| text(&row["channels"]).split(' ').any(|c| c == "supermarkets")).count() as f64;
    by.insert("T-ST", all.latest("establishment_survey", false, |_| true).iter().map(in_shops).sum());
    by.extend(events(all));
    by.extend(duties(all));
    by
}

fn events(all: &Naive) -> Vec<(&'static str, f64)> {
    let mut found: Vec<(&'static str, f64)> = [
        ("T-TH1", "cp_training"),
        ("T-TH2", "management_training"),
        ("T-BC1", "award_provincial"),
        ("T-BC2", "award_regional"),
        ("T-BC3", "award_national"),
        ("T-TT1", "broadcast"),
        ("T-TT2", "publication"),
        ("T-KC1", "staff_class"),
        ("T-KC2", "study_trip"),
    ]
    .into_iter()
    .map(|(id, kind)| (id, all.events(kind)))
    .collect();
    found.push(("T-HC", all.distinct("programme_event", "event_code", |l| l.is("event_kind", "fair") && l.is("fair_scope", "domestic"))));
    let shown = all.of("programme_event").filter(|l| l.is("event_kind", "fair") || l.is("event_kind", "trade_promotion"));
    found.push(("T-HCL", shown.map(|l| l.rows("attendances").len() as f64).sum()));
    found.push(("T-KC3", all.events("workshop") + all.events("review")));
    let kept = |kind: &str| {
        let newest = all.of("programme_event").filter(|l| l.is("event_kind", kind)).max_by_key(|l| (l.text("start_date"), l.0["at"].to_string()));
        f64::from(u8::from(newest.is_some_and(|l| !l.is("upkeep_state", "stopped"))))
    };
    found.extend([("T-TT3", kept("website")), ("T-KC4", kept("showroom"))]);
    found.push(("T-SK", f64::from(u8::from(all.events("review") + all.events("commendation") > 0.0))));
    let classes = all.of("programme_event").filter(|l| l.is("event_kind", "staff_class"));
    found.push(("T-CBCTV", classes.filter_map(|l| l.number("participants_total")).sum()));
    found
}

fn duties(all: &Naive) -> Vec<(&'static str, f64)> {
    let list = include_str!("../../forms/lists/collaborators.csv");
    let contracts = |year: i32| list.lines().skip(1).filter(|line| line.contains(&year.to_string())).count() as f64;
    let years = 2026..=2030;
    let plans = all.distinct("annual_plan", "plan_year", |l| l.is("plan_status", "approved"));
    let reports: BTreeSet<(String, String, String)> = all
        .of("commune_status")
        .filter(|l| l.is("report_sent", "yes") && !l.is("report_period", "ad_hoc"))
        .map(|l| (l.text("commune"), l.text("report_year"), l.text("report_period")))
        .collect();
    vec![
        ("T-CTV", mean(years.map(contracts))),
        ("T-KSKT", (all.of("establishment_survey").count() + all.of("machinery_inspection").count()) as f64),
        ("T-XA", all.distinct("commune_status", "commune", |l| l.is("programme_state", "approved"))),
        ("T-CSDL", 1.0),
        ("T-TTIN", all.distinct("establishment_survey", "establishment", |_| true)),
        ("T-KH", plans / 5.0),
        ("T-BC", reports.len() as f64 / 64.0 / 5.0),
    ]
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

#[test]
fn every_line_of_the_programme_is_counted_the_same_by_an_independent_count() {
    let dir = tempfile::tempdir().expect("a folder");
    run(dir.path(), &["demo", "--records", "1200", "--seed", "5"]);
    let all = Naive::read(&run(dir.path(), &["record", "list", "--format", "jsonl"]));
    let report: Json = serde_json::from_str(&run(dir.path(), &["report", "--by", "commune", "--format", "json"])).expect("JSON");
    let targets = report["targets"].as_array().expect("targets");
    let ids: BTreeSet<&str> = targets.iter().filter_map(|t| t["id"].as_str()).collect();
    assert_eq!((ids, targets.len()), (LINES.split_whitespace().collect(), 40), "every line, none twice");

    // The size that the office would have after five years.
    let count = |form: &str| all.of(form).count();
    assert!(count("establishment") >= 300 && (50..80).contains(&count("support_project")), "{} {}", count("establishment"), count("support_project"));
    assert_eq!(all.distinct("commune_status", "commune", |_| true), 64.0);

    let expected = naive(&all);
    for target in targets {
        let id = target["id"].as_str().expect("an id");
        let done = target["done"].as_f64().unwrap_or_else(|| panic!("{id} has no figure: {target}"));
        assert!(near(done, expected[id]), "{id}: the report says {done}, a naive count {}", expected[id]);
        let traced = target["records"].as_array().expect("records").len();
        assert!(traced > 0 || done == 0.0 || id == "T-CTV", "{id} has a number and no records");
    }
    groups_add_up(targets);
    tables_agree(&report["tables"], &all);

    // Money is of the years that it stands in, whenever its project was approved.
    let projects = run(dir.path(), &["record", "list", "--form", "support_project", "--format", "jsonl"]);
    let projects: Vec<Line> = projects.lines().map(|line| Line(serde_json::from_str(line).expect("JSON"))).collect();
    let rows = projects.iter().flat_map(|l| l.rows("yearly_money")).filter(|row| row["money_year"].as_f64().is_some_and(|year| year <= 2030.0));
    let paid: f64 = rows.filter_map(|row| row["year_paid"].as_f64()).sum();
    let told: f64 = report["tables"]["B8a"].as_array().expect("B8a").iter().filter_map(|line| line["paid"].as_f64()).sum();
    assert!(paid > 0.0 && near(told, paid), "{told} {paid}");
}

fn groups_add_up(targets: &[Json]) {
    // What is counted one by one adds up over communes; an establishment has one commune.
    for id in ["T-58", "T-MM", "T-HCL", "T-KSKT", "T-VL", "T-TTIN"] {
        let target = targets.iter().find(|t| t["id"] == id).expect("the target");
        let sum: f64 = target["groups"].as_array().expect("groups").iter().filter_map(|g| g["done"].as_f64()).sum();
        assert!(near(sum, target["done"].as_f64().expect("a number")), "{id} by commune: {sum}");
    }
}

fn tables_agree(tables: &Json, all: &Naive) {
    let lines = |id: &str| tables[id].as_array().unwrap_or_else(|| panic!("{id} is there"));
    let sum = |id: &str, column: &str| lines(id).iter().filter_map(|line| line[column].as_f64()).sum::<f64>();
    let naive = |form: &str, question: &str| all.of(form).filter_map(|l| l.number(question)).sum::<f64>();
    assert_eq!(lines("B1").len(), 40);
    let supports: usize = all.of("support_project").map(|l| l.rows("supports").len().max(1)).sum();
    assert_eq!(lines("B2").len(), supports);
    assert_eq!(lines("B3").len(), all.of("machinery_inspection").filter(|l| l.is("kind", "acceptance")).map(|l| l.rows("machines").len()).sum::<usize>());
    assert_eq!(lines("B4").len(), all.of("post_support_performance").count());
    assert_eq!((lines("B5").len(), lines("B9").len()), (64, 64), "every commune has its line");
    assert!(near(sum("B5", "revenue"), naive("establishment_survey", "revenue")));
    assert_eq!(lines("B6").len(), all.of("product_recognition").count());
    assert!(near(sum("B7", "cost"), naive("programme_event", "cost_total")));
    let extension = |l: &Line| ["money_national", "money_provincial", "money_commune"].iter().filter_map(|q| l.number(q)).sum::<f64>();
    assert!(near(sum("B8", "approved"), all.of("support_project").map(extension).sum()));
    let planned: f64 = all.of("annual_plan").flat_map(|l| l.rows("funds")).filter_map(|row| row["fund_planned"].as_f64()).sum();
    assert!(near(sum("B8", "planned"), planned));
    let sent = all.of("commune_status").filter(|l| l.is("report_sent", "yes") && l.is("report_period", "year")).count();
    assert!(near(sum("B9", "yearly"), sent as f64));
}
