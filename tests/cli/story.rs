//! Two laptops and an office: recording, syncing by one file, an argument about one answer, the figures.

use crate::district::{FollowUp, acceptance, establishment, material, progress_check, project, survey};
use crate::support::{Laptop, Place, body};
use serde_json::{Value as Json, json};

/// What one laptop recorded.
struct Work {
    establishments: Vec<String>,
    projects: Vec<String>,
    minutes: Vec<String>,
}

const SURVEYED: &str = "2026-03-10T09:00:00+07:00";
const CONTRACTED: &str = "2026-05-06T09:00:00+07:00";
const ACCEPTED: &str = "2026-06-21T09:00:00+07:00";

/// Establishments with their surveys, one project each as `(kind, activity)`, and its acceptance of 20 June 2026.
fn record(laptop: &Laptop<'_>, code: &str, supports: &[(&str, &str)]) -> Work {
    let named: Vec<Json> = (1..=supports.len()).map(|at| establishment(&format!("Cơ sở Thử Nghiệm {code}{at}"))).collect();
    let establishments = laptop.at(SURVEYED).add("establishment", &named);
    let surveyed: Vec<Json> = establishments.iter().map(|id| survey(id, "2026-03-10")).collect();
    let surveys = laptop.at(SURVEYED).add("establishment_survey", &surveyed);
    let planned: Vec<Json> = supports.iter().enumerate().map(|(at, (kind, activity))| project(&format!("{code}-{at}"), kind, activity, &[&establishments[at]])).collect();
    let projects = laptop.at(CONTRACTED).add("support_project", &planned);
    let minutes: Vec<Json> = supports.iter().enumerate().map(|(at, (_, activity))| acceptance(at as u32 + 1, &projects[at], &establishments[at], &surveys[at], activity)).collect();
    let minutes = laptop.at(ACCEPTED).add("machinery_inspection", &minutes);
    Work { establishments, projects, minutes }
}

/// Everybody's work, and the follow-up that both will argue about.
struct District<'p> {
    lt01: Laptop<'p>,
    lt02: Laptop<'p>,
    office: Laptop<'p>,
    one: Work,
    two: Work,
    shared: String,
    /// Follow-ups at 12 months, else the latest: of L1, L2, L3, L4 and M1.
    counted: [String; 5],
    /// The follow-up of L1 at 24 months.
    newest_of_l1: String,
    /// The second acceptance of L2.
    second_minutes: String,
}

/// See the comment of [`expected_figures`] for what comes of these numbers.
fn district(place: &Place) -> District<'_> {
    let lt01 = place.new_laptop("lt01", "Lê Văn Thử", "collaborator");
    let lt02 = place.new_laptop("lt02", "Trần Thị Mẫu", "collaborator");
    let office = place.new_laptop("office", "Phạm Văn Giám Sát", "supervisor");
    let one = record(&lt01, "L", &[("key", "machinery"), ("single", "demonstration"), ("single", "machinery"), ("single", "machinery")]);
    let two = record(&lt02, "M", &[("single", "cleaner_production"), ("single", "environment"), ("single", "consultancy"), ("single", "machinery")]);
    let second_minutes = more_minutes(&lt01, &lt02, &one, &two);
    let (counted, newest_of_l1) = follow_ups(&lt01, &lt02, &one, &two);
    let shared = counted[0].clone();
    District { lt01, lt02, office, one, two, shared, counted, newest_of_l1, second_minutes }
}

/// What must not raise T-58: a second support of L2, a progress check of M3, and M4's acceptance, taken back as rejected.
fn more_minutes(lt01: &Laptop<'_>, lt02: &Laptop<'_>, one: &Work, two: &Work) -> String {
    let l2 = &one.establishments[1];
    let again = lt01.at(CONTRACTED).add("support_project", &[project("L-9", "single", "machinery", &[l2])]);
    let survey = lt01.run(&["record", "list", "--form", "establishment_survey", "--where", &format!("${{establishment}} = '{l2}'"), "--format", "jsonl"]).json_lines();
    let survey = survey[0]["record"].as_str().unwrap();
    let second = lt01.at(ACCEPTED).add("machinery_inspection", &[acceptance(9, &again[0], l2, survey, "machinery")]);
    lt02.at(ACCEPTED).add("machinery_inspection", &[progress_check(9, &two.projects[2], &two.establishments[2], "consultancy")]);
    lt02.at("2026-06-22T09:00:00+07:00").run(&["record", "edit", &two.minutes[3], "--set", "conclusion=rejected", "--set", "defects=Máy thử không chạy"]).quiet();
    second[0].clone()
}

fn follow_ups(lt01: &Laptop<'_>, lt02: &Laptop<'_>, one: &Work, two: &Work) -> ([String; 5], String) {
    let of = |work: &'static str| FollowUp {
        project: "",
        establishment: "",
        point: work,
        day: "2027-06-25",
        output: (1000, 1000),
        materials: Vec::new(),
        energy: ("coal_56", 0, 0),
        revenue: (0, 0),
        rural: (0, 0, 0),
        more: json!({}),
    };
    let about = |work: &'_ Work, at: usize| (work.projects[at].clone(), work.establishments[at].clone());
    let add = |laptop: &Laptop<'_>, now: &str, (project, establishment): (String, String), follow_up: FollowUp<'_>| {
        let json = FollowUp { project: &project, establishment: &establishment, ..follow_up }.json();
        laptop.at(now).add("post_support_performance", &[json]).remove(0)
    };
    // At 6 months: L3's is superseded by that at 12; L4 has no other.
    let (early, late) = ("2026-12-28T09:00:00+07:00", "2027-06-25T09:00:00+07:00");
    let six = FollowUp { day: "2026-12-28", materials: vec![material("Thép", 1000, 500, None)], energy: ("coal_56", 1000, 900), revenue: (1, 3), rural: (1, 30, 0), ..of("6") };
    add(lt01, early, about(one, 2), six);
    let l4 = FollowUp { day: "2026-12-28", energy: ("biogas", 2000, 1400), revenue: (400, 600), rural: (4, 4, 150), ..of("6") };
    let l4 = add(lt01, early, about(one, 3), l4);
    let l1 = FollowUp {
        output: (1000, 2000),
        materials: vec![material("Thép", 2000, 3200, None)],
        energy: ("coal_56", 2000, 3200),
        revenue: (1000, 1250),
        rural: (10, 15, 0),
        ..of("12")
    };
    let l1 = add(lt01, late, about(one, 0), l1);
    let l3 = FollowUp {
        materials: vec![material("Thép", 2000, 1900, None), material("Gỗ", 1000, 850, Some(1_000_000))],
        energy: ("grid_electricity", 10_000, 7000),
        revenue: (500, 550),
        rural: (5, 8, 0),
        ..of("12")
    };
    let l3 = add(lt01, late, about(one, 2), l3);
    let m1 = FollowUp {
        materials: vec![material("Thép", 2000, 1900, None)],
        energy: ("coal_56", 10_000, 8000),
        revenue: (100, 115),
        rural: (2, 3, 0),
        more: json!({"waste_meets": "met", "waste_test": "1/KQ-THỬ"}),
        ..of("12")
    };
    let m1 = add(lt02, late, about(two, 0), m1);
    // More than 60 days late: a soft check, overridden with a reason.
    let l2 = FollowUp {
        day: "2027-09-15",
        materials: vec![material("Thép", 1000, 900, Some(3_000_000)), material("Gỗ", 1000, 700, Some(1_000_000))],
        energy: ("coal_56", 6000, 5400),
        revenue: (2000, 2400),
        rural: (20, 18, 600),
        more: json!({"#notes": {"visit_date": "Mưa lũ, đến muộn"}}),
        ..of("12")
    };
    let l2 = add(lt01, "2027-09-15T09:00:00+07:00", about(one, 1), l2);
    let l1_later = FollowUp { day: "2028-06-25", energy: ("coal_56", 2000, 2000), revenue: (1000, 9000), rural: (10, 17, 0), ..of("24") };
    let l1_later = add(lt01, "2028-06-25T09:00:00+07:00", about(one, 0), with_no_warnings(l1_later));
    ([l1, l2, l3, l4, m1], l1_later)
}

/// Growth of 800 % would be questioned; 200 % is not.
fn with_no_warnings(follow_up: FollowUp<'_>) -> FollowUp<'_> {
    FollowUp { revenue: (1000, 3000), ..follow_up }
}

fn tally(out: &str) -> &str {
    out.lines().last().unwrap_or_default()
}

/// Both bring the shared follow-up home, then edit it where no network is.
fn argue(d: &District<'_>) {
    let morning = "2028-06-26T08:00:00+07:00";
    d.lt01.at(morning).run(&["sync", "central.jsonl"]).quiet();
    d.lt02.at(morning).run(&["sync", "central.jsonl"]).quiet();
    let edit = |laptop: &Laptop<'_>, now: &str, sets: [&str; 2]| laptop.at(now).lang("vi").run(&["record", "edit", &d.shared, "--set", sets[0], "--set", sets[1]]).quiet();
    edit(&d.lt01, "2028-06-27T08:00:00+07:00", ["revenue_after=1300tr", "capacity_use=80"]);
    edit(&d.lt02, "2028-06-27T09:00:00+07:00", ["revenue_after=1,4 tỷ", "repair_cost=5tr"]);
}

const LATER: &str = "2028-06-28T08:00:00+07:00";

#[test]
fn what_two_laptops_recorded_is_one_file_whatever_the_order_of_merging() {
    let place = Place::new();
    let d = district(&place);
    argue(&d);
    d.lt01.at(LATER).run(&["backup", "a.jsonl"]).quiet();
    d.lt02.at(LATER).run(&["backup", "b.jsonl"]).quiet();
    let x = d.office.at(LATER).run(&["merge", "x.jsonl", "a.jsonl", "b.jsonl"]).quiet();
    let y = d.office.at(LATER).run(&["merge", "y.jsonl", "b.jsonl", "a.jsonl"]).quiet();
    assert_eq!(x, y);
    assert_eq!(place.read("x.jsonl"), place.read("y.jsonl"));
    let (a, b, x) = (place.read("a.jsonl"), place.read("b.jsonl"), place.read("x.jsonl"));
    assert_eq!(sorted_union(&place, &a, &b), body(&x).concat());

    d.office.at(LATER).run(&["merge", "x.jsonl", "a.jsonl", "x.jsonl"]).quiet();
    assert_eq!(place.read("x.jsonl"), x, "merging what is there already changes nothing");
    d.lt01.at(LATER).run(&["sync", "central.jsonl"]).quiet();
    d.lt02.at(LATER).run(&["sync", "central.jsonl"]).quiet();
    assert_eq!(place.read("central.jsonl"), x, "syncing in turn gives the same file");
    let verified = d.office.run(&["verify", "central.jsonl", "a.jsonl", "x.jsonl"]).quiet();
    let digests: Vec<&str> = verified.lines().filter_map(|line| line.split(' ').nth(3)).collect();
    assert_eq!(digests.len(), 3);
    assert_eq!(digests[0], digests[2]);
}

/// The union as tools that we did not write make it; in-process where there is no `sort`.
fn sorted_union(place: &Place, a: &[u8], b: &[u8]) -> Vec<u8> {
    if cfg!(unix) {
        place.write("a.body", body(a).concat());
        place.write("b.body", body(b).concat());
        let sorted = std::process::Command::new("sort").env("LC_ALL", "C").args(["-mu", "a.body", "b.body"]).current_dir(place.path("")).output().unwrap();
        assert!(sorted.status.success());
        return sorted.stdout;
    }
    let lines: std::collections::BTreeSet<&[u8]> = body(a).into_iter().chain(body(b)).collect();
    lines.into_iter().flatten().copied().collect()
}

#[test]
fn an_argument_is_kept_whole_until_a_person_settles_it_and_then_stays_settled() {
    let place = Place::new();
    let d = district(&place);
    argue(&d);
    let laptops = [&d.lt01, &d.lt02, &d.office];
    let sync = |laptop: &Laptop<'_>| laptop.at(LATER).run(&["sync", "central.jsonl"]).quiet();
    assert!(tally(&sync(&d.lt01)).starts_with("new 19 "), "lt02 came after lt01: all that it recorded, 4 of each kind, 2 minutes more and a follow-up");
    assert!(tally(&sync(&d.lt02)).starts_with("new 1 "), "lt01's edit is new to lt02");
    assert!(tally(&sync(&d.lt01)).starts_with("new 1 "), "and the other way round");
    sync(&d.office);
    for laptop in laptops {
        both_values_are_kept(laptop, &d.shared);
        let shown = laptop.show(&d.shared);
        assert_eq!((&shown["answers"]["capacity_use"], &shown["answers"]["repair_cost"]), (&json!(80), &json!(5_000_000)), "different answers merge by themselves");
    }
    before_resolving(&d);

    let now = "2028-06-29T08:00:00+07:00";
    d.lt01.at(now).run(&["resolve", &d.shared, "revenue_after", "--take", "1", "--reason", "Đối chiếu hóa đơn"]).quiet();
    let sync = |laptop: &Laptop<'_>| laptop.at(now).run(&["sync", "central.jsonl"]).quiet();
    laptops.into_iter().for_each(|laptop| drop(sync(laptop)));
    all_agree(&place, &d, now);

    let settled = place.read("central.jsonl");
    for laptop in laptops {
        let journal = laptop.journal();
        let told = sync(laptop);
        // Their owners share a telephone here, and what is counted is what is asked about.
        let pairs = laptop.run(&["duplicates", "--format", "jsonl"]).json_lines().len();
        assert!(told.starts_with("Received 0 revisions, sent 0 revisions.\nnew 0 ") && told.ends_with(&format!("merged 0 conflicts 0 duplicates {pairs}\n")), "{told}, {pairs}");
        assert_eq!((place.read("central.jsonl"), laptop.journal()), (settled.clone(), journal), "a second sync changes nothing");
    }
    expected_figures(&d);
}

fn both_values_are_kept(laptop: &Laptop<'_>, shared: &str) {
    let conflicts = laptop.at(LATER).run(&["conflicts", "--format", "jsonl"]).json_lines();
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0];
    assert_eq!((&conflict["record"], &conflict["path"], &conflict["base"]), (&json!(shared), &json!("revenue_after"), &json!(1_250_000_000)));
    let told = |at: usize| {
        let candidate = &conflict["candidates"][at];
        let device = candidate["device"].as_str().unwrap().split('-').next().unwrap();
        (candidate["value"].as_u64().unwrap(), candidate["person"].as_str().unwrap().to_owned(), device.to_owned())
    };
    assert_eq!(told(0), (1_300_000_000, "Lê Văn Thử".to_owned(), "lt01".to_owned()));
    assert_eq!(told(1), (1_400_000_000, "Trần Thị Mẫu".to_owned(), "lt02".to_owned()));
    assert_eq!(conflict["candidates"].as_array().unwrap().len(), 2);
}

fn all_agree(place: &Place, d: &District<'_>, now: &str) {
    let laptops = [("lt01", &d.lt01), ("lt02", &d.lt02), ("office", &d.office)];
    let mut backups = Vec::new();
    let mut shown = Vec::new();
    for (name, laptop) in laptops {
        let laptop = laptop.at(now);
        laptop.run(&["conflicts"]).is(0, "", "");
        shown.push(laptop.show(&d.shared));
        laptop.run(&["backup", &format!("{name}.jsonl")]).quiet();
        backups.push(place.read(&format!("{name}.jsonl")));
    }
    assert_eq!(shown[0]["answers"]["revenue_after"], json!(1_300_000_000));
    assert!(shown.iter().all(|s| *s == shown[0]), "every laptop shows the same answers and the same history");
    assert!(backups.iter().all(|b| *b == backups[0]), "and backs up the same bytes");
    assert_eq!(backups[0], place.read("central.jsonl"), "which are the central file's");
}

fn target(report: &Json, id: &str) -> Json {
    report["targets"].as_array().unwrap().iter().find(|t| t["id"] == id).unwrap_or_else(|| panic!("{id}")).clone()
}

fn report(laptop: &Laptop<'_>) -> Json {
    serde_json::from_str(&laptop.at("2028-06-30T08:00:00+07:00").run(&["report", "--format", "json"]).quiet()).unwrap()
}

fn sorted(ids: &[&String]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
    ids.sort();
    ids
}

#[track_caller]
fn near(json: &Json, expected: f64) {
    assert!((json.as_f64().unwrap() - expected).abs() < 1e-9, "{json} is not {expected}");
}

/// In conflict the later value stands provisionally: L1 grew by 40 % instead of 30 %, so the mean is (40+20+10+50+15)/5.
fn before_resolving(d: &District<'_>) {
    let report = report(&d.office);
    let growth = target(&report, "T-DT");
    near(&growth["done"], 27.0);
    assert_eq!(growth["conflicted"], 1);
    assert_eq!(target(&report, "T-NHL")["conflicted"], 1, "a record counts as conflicted whichever of its answers is");
    assert_eq!(target(&report, "T-58")["conflicted"], 0);
}

/// The figures by hand. Output is 1000 kg before and after, but for L1: 1000 → 2000.
///
/// T-58: L1 key, L2 demonstration (and machinery, which goes behind), L3 and L4 machinery, M1 cleaner production,
/// M2 environment = 6 establishments, 7 supports. M3 is consultancy (no kind), M4 was rejected.
///
/// | | material cut | fuel cut × TOE before | energy | growth | new rural jobs |
/// |---|---|---|---|---|---|
/// | L1 | 1−(3200/2000)/(2000/1000) = 20 | same ratio: 20 × 2000·0.0005 = 1 | 20 × 1 | 1300/1000: 30 | at 24 months 17−10 = 7 |
/// | L2 | (10·3 + 30·1)/4 = 15, by cost | 5400/6000: 10 × 3 | 10 × 3 | 2400/2000: 20 | 18 < 20: 0, 600/300 = 2 |
/// | L3 | (5 + 15)/2 = 10, a cost is unknown | no fuel | 30 × 10000·0.0001543 = 1.543 | 550/500: 10 | 3 |
/// | L4 | none | 1400/2000: 30 × 2000·0.0005 = 1 | 30 × 1 | 600/400: 50 | 0 + 150/300 = 0.5 |
/// | M1 | 5 | 8000/10000: 20 × 5 | 20 × 5 | 115/100: 15 | 1 |
///
/// T-NL = (20+15+10+5)/4 = 12.5; 2 of 4 reach 15. T-NHL = (20+30+30+100)/10 = 18; energy (180 + 30·1.543)/(10 + 1.543);
/// mean (20+10+30+20)/4 = 20; 3 of 4 reach 15. T-DT = 125/5 = 25; totals 4965/4000: 24.125.
/// T-VL = 7+2+3+0.5+1 = 13.5; employed 17+18+8+4+3 = 50.
fn expected_figures(d: &District<'_>) {
    let report = report(&d.office);
    assert_eq!(report["period"], json!({"from": "2025-12-15", "to": "2030-12-14", "label": "2026..2030"}));
    assert_eq!(report["demo"], false);
    let minutes = [&d.one.minutes[..], &d.two.minutes[..2], std::slice::from_ref(&d.second_minutes)].concat();
    let all = target(&report, "T-58");
    assert_eq!((&all["done"], &all["met"]), (&json!(6), &json!(false)));
    let readings: Vec<_> = all["also"].as_array().unwrap().iter().map(|also| (&also["name"], &also["value"], also["records"].as_array().unwrap().len())).collect();
    assert_eq!(readings, [(&json!("supports"), &json!(7), 7), (&json!("parts"), &json!(6), 6)], "the five kinds add up to it");
    near(&all["percent"], 6.0 / 58.0 * 100.0);
    lineage(&all, &sorted(&minutes.iter().collect::<Vec<_>>()), 7, 0, 0);
    for (id, done, met, records) in [
        ("T-TD", 1, false, vec![&d.one.minutes[1]]),
        ("T-MM", 2, false, vec![&d.one.minutes[2], &d.one.minutes[3]]),
        ("T-SX", 1, false, vec![&d.two.minutes[0]]),
        ("T-MT", 1, false, vec![&d.two.minutes[1]]),
        ("T-DIEM", 1, false, vec![&d.one.minutes[0]]),
    ] {
        let kind = target(&report, id);
        assert_eq!((&kind["done"], &kind["met"]), (&json!(done), &json!(met)), "{id}");
        lineage(&kind, &sorted(&records), records.len(), 0, 0);
    }
    means(d, &report);
}

fn means(d: &District<'_>, report: &Json) {
    let [l1, l2, l3, l4, m1] = &d.counted;
    let material = target(report, "T-NL");
    near(&material["done"], 12.5);
    near(&material["also"][0]["value"], 50.0);
    lineage(&material, &sorted(&[l1, l2, l3, m1]), 4, 1, 0);
    assert_eq!(material["undetermined"], json!([l4]));

    let fuel = target(report, "T-NHL");
    near(&fuel["done"], 18.0);
    assert_eq!(fuel["met"], true);
    for (at, (name, value)) in [("energy", (180.0 + 30.0 * 1.543) / 11.543), ("mean", 20.0), ("share", 75.0)].into_iter().enumerate() {
        assert_eq!(fuel["also"][at]["name"], name);
        near(&fuel["also"][at]["value"], value);
    }
    lineage(&fuel, &sorted(&[l1, l2, l4, m1]), 4, 1, 1);
    assert_eq!(fuel["undetermined"], json!([l3]));

    let jobs = target(report, "T-VL");
    near(&jobs["done"], 13.5);
    near(&jobs["also"][0]["value"], 50.0);
    lineage(&jobs, &sorted(&[&d.newest_of_l1, l2, l3, l4, m1]), 5, 1, 0);

    let growth = target(report, "T-DT");
    near(&growth["done"], 25.0);
    near(&growth["also"][0]["value"], 24.125);
    assert_eq!(growth["met"], true);
    lineage(&growth, &sorted(&[l1, l2, l3, l4, m1]), 5, 1, 0);
}

/// Nobody has approved anything and nothing is in conflict any more.
#[track_caller]
fn lineage(target: &Json, records: &[String], unapproved: usize, overridden: usize, reference_factors: usize) {
    let told = ["records", "unapproved", "overridden", "reference_factors", "conflicted"].map(|key| target[key].clone());
    assert_eq!(told, [json!(records), json!(unapproved), json!(overridden), json!(reference_factors), json!(0)], "{}", target["id"]);
}
