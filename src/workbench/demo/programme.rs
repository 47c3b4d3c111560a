//! The synthetic programme beside projects: events, recognised products, what communes report, plans of years.

use crate::workbench::demo_answers::with;
use crate::workbench::demo_plan::{Dice, Firm, start};
use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value as Json, json};

/// An event to be recorded.
pub struct Event {
    pub kind: &'static str,
    pub number: usize,
    pub on: NaiveDate,
    pub abroad: bool,
    /// Who attends, by place among the firms.
    pub attending: Vec<usize>,
}

/// A product's recognition.
pub struct Recognition {
    pub firm: usize,
    pub kind: &'static str,
    pub level: &'static str,
    pub on: NaiveDate,
}

/// What a commune reports for a period.
pub struct Status {
    pub commune: usize,
    pub year: i32,
    /// `h1`, `year` or `ad_hoc`.
    pub period: &'static str,
    /// The last day that it may speak of.
    pub on: NaiveDate,
}

/// What is to be recorded beside projects.
#[derive(Default)]
pub struct Activities {
    pub events: Vec<Event>,
    pub recognitions: Vec<Recognition>,
    pub statuses: Vec<Status>,
    /// Years with a plan.
    pub plans: Vec<i32>,
}

/// How many of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ActivityShares {
    pub events: usize,
    pub recognitions: usize,
    pub statuses: usize,
    pub plans: usize,
}

/// The events of five years, one of each kind first so that even a small store shows them all, with how many more of each.
const EVENTS: [(&str, usize); 17] = [
    ("fair", 9),
    ("cp_training", 2),
    ("management_training", 1),
    ("award_provincial", 1),
    ("award_regional", 2),
    ("award_national", 1),
    ("broadcast", 4),
    ("publication", 7),
    ("website", 4),
    ("staff_class", 4),
    ("study_trip", 4),
    ("workshop", 3),
    ("review", 4),
    ("commendation", 4),
    ("showroom", 4),
    ("trade_promotion", 2),
    ("fair_abroad", 0),
];

/// From so many records on, a store shows a whole programme: 1,650 are 300 establishments, 60 projects, 10 fairs, 64 communes.
const WHOLE_PROGRAMME: usize = 1_500;

impl ActivityShares {
    /// Of so many records in all; a large store does not hold more events or communes than five years have.
    pub fn of(records: usize) -> Self {
        let share = |percent: usize, most: usize| (records * percent / 100).min(most);
        let all: usize = EVENTS.iter().map(|(_, more)| more + 1).sum();
        // A store that can hold the whole programme has every report of every commune: 64 in each of ten half-years.
        let statuses = share(if records < WHOLE_PROGRAMME { 16 } else { 40 }, 640);
        Self { events: share(6, all), recognitions: share(10, 400), statuses, plans: if records < 50 { 0 } else { share(2, 5) } }
    }

    /// Those that can have been by today.
    pub fn until(self, communes: usize, today: NaiveDate) -> Self {
        Self { statuses: statuses(self.statuses, communes, today).len(), plans: self.plans.min(planned_years(today).count()), ..self }
    }

    pub fn sum(self) -> usize {
        self.events + self.recognitions + self.statuses + self.plans
    }
}

/// Draws the activities up to today; what has not been yet is left out.
pub fn draw(dice: &mut Dice, shares: ActivityShares, firms: usize, communes: usize, today: NaiveDate, first_number: usize) -> Activities {
    let mut kinds: Vec<&'static str> = EVENTS.iter().map(|(kind, _)| *kind).collect();
    let most = EVENTS.iter().map(|(_, more)| *more).max().unwrap_or(0);
    kinds.extend((0..most).flat_map(|round| EVENTS.iter().filter(move |(_, more)| round < *more).map(|(kind, _)| *kind)));
    let events = kinds.into_iter().take(shares.events).enumerate().map(|(at, kind)| event(dice, kind, first_number + at + 1, firms, today)).collect();
    let recognitions = (0..shares.recognitions).map(|at| recognition(dice, at, firms, today)).collect();
    let plans = planned_years(today).take(shares.plans).collect();
    Activities { events, recognitions, statuses: statuses(shares.statuses, communes, today), plans }
}

fn event(dice: &mut Dice, kind: &'static str, number: usize, firms: usize, today: NaiveDate) -> Event {
    let on = dice.day(start(), today);
    let wanted = match kind {
        "fair" | "fair_abroad" => dice.between(4, 9),
        "trade_promotion" => dice.between(3, 8),
        "cp_training" | "management_training" | "workshop" => dice.between(2, 6),
        _ => 0,
    };
    let mut attending: Vec<usize> = (0..wanted).map(|_| dice.index(firms)).collect();
    attending.sort_unstable();
    attending.dedup();
    Event { kind: if kind == "fair_abroad" { "fair" } else { kind }, abroad: kind == "fair_abroad", number, on, attending }
}

fn recognition(dice: &mut Dice, at: usize, firms: usize, today: NaiveDate) -> Recognition {
    const FIRST: [(&str, &str); 6] = [("typical", "provincial"), ("typical", "regional"), ("typical", "national"), ("export_standard", ""), ("first_export", ""), ("ocop", "")];
    const REST: [(&str, u64); 6] = [("provincial", 48), ("regional", 22), ("national", 7), ("export_standard", 10), ("first_export", 6), ("ocop", 7)];
    let (kind, level) = FIRST.get(at).copied().unwrap_or_else(|| match dice.weighted(&REST) {
        level @ ("provincial" | "regional" | "national") => ("typical", level),
        kind => (kind, ""),
    });
    Recognition { firm: dice.index(firms), kind, level, on: dice.day(start(), today) }
}

/// The newest periods first, every commune in each: so that few records still show all communes.
fn statuses(wanted: usize, communes: usize, today: NaiveDate) -> Vec<Status> {
    let day = |year: i32, month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let mut periods: Vec<(i32, &'static str, NaiveDate)> = (2026..=2030).flat_map(|year| [(year, "h1", day(year, 5, 31)), (year, "year", day(year, 11, 30))]).collect();
    periods.retain(|(_, _, on)| *on <= today);
    periods.reverse();
    if periods.is_empty() {
        periods.push((today.year().clamp(2026, 2030), "ad_hoc", today));
    }
    let all = periods.iter().flat_map(|(year, period, on)| (0..communes).map(move |commune| Status { commune, year: *year, period, on: *on }));
    all.take(wanted).collect()
}

/// Years with a plan, the newest first.
fn planned_years(today: NaiveDate) -> impl Iterator<Item = i32> {
    (2026..=2030).rev().filter(move |year| planned_on(*year) <= today)
}

/// A plan is approved in the first month of its year.
pub fn planned_on(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 12).unwrap_or_default()
}

pub fn event_answers(event: &Event, firms: &[Firm], commune: &str, today: NaiveDate, dice: &mut Dice) -> Json {
    let (name, place) = match event.kind {
        "fair" if event.abroad => ("Hội chợ nước ngoài mẫu", "Phnôm Pênh (mẫu)"),
        "fair" => ("Hội chợ, triển lãm hàng CN-TTCN mẫu", "Cần Thơ (mẫu)"),
        "trade_promotion" => ("Kết nối giao thương mẫu", "TP. Hồ Chí Minh (mẫu)"),
        "broadcast" => ("Chuyên đề Công Thương mẫu", "Báo và PTTH tỉnh (mẫu)"),
        "publication" => ("Ấn phẩm khuyến công mẫu", "Trung tâm (mẫu)"),
        "website" => ("Trang thông tin điện tử (mẫu)", "Trung tâm (mẫu)"),
        "showroom" => ("Phòng trưng bày sản phẩm (mẫu)", "Trung tâm (mẫu)"),
        _ => ("Hội nghị, lớp học, chuyến đi mẫu", "Hội trường mẫu"),
    };
    let cost = dice.between(10, 180) * 1_000_000;
    let extension = cost * dice.between(5, 10) / 10;
    let mut answers = json!({
        "event_kind": event.kind, "event_code": format!("MAU-SK-{:04}", event.number), "event_name": format!("{name} số {}", event.number),
        "start_date": event.on.to_string(), "place": place, "cost_total": cost, "cost_extension": extension,
        "money_source": dice.weighted(&[("provincial", 80), ("national", 15), ("other", 5)]), "results": "Kết quả mẫu",
    });
    if !matches!(event.kind, "fair" | "trade_promotion" | "award_regional" | "award_national" | "study_trip") {
        answers = with(answers, json!({"commune": commune}));
    }
    match event.kind {
        "fair" => answers = with(answers, json!({"fair_scope": if event.abroad { "abroad" } else { "domestic" }})),
        "broadcast" => {
            let days = (0..13).map(|at| event.on + Days::new(28 * at)).filter(|day| *day <= today);
            answers = with(answers, json!({"airings": days.map(|day| json!({"aired_on": day.to_string(), "airing_topic": "Phóng sự mẫu"})).collect::<Vec<_>>()}));
        }
        "publication" => {
            answers = with(answers, json!({"publication_type": dice.weighted(&[("leaflet", 5), ("poster", 2), ("handbook", 1)]), "copies": dice.between(1, 20) * 100}))
        }
        "website" | "showroom" => answers = with(answers, json!({"upkeep_state": dice.weighted(&[("kept", 7), ("improved", 3)]), "upkeep_figure": dice.between(20, 200)})),
        _ => {}
    }
    if !event.attending.is_empty() {
        let row = |firm: &usize| json!({"attending": firms[*firm].id, "attended_products": firms[*firm].trade.product, "booth_support": dice.between(2, 9) * 1_000_000});
        answers = with(answers, json!({"attendances": event.attending.iter().map(row).collect::<Vec<_>>()}));
    }
    if matches!(event.kind, "cp_training" | "management_training" | "staff_class" | "study_trip" | "workshop" | "review" | "commendation") {
        let people = dice.between(15, 90);
        answers = with(answers, json!({"participants_total": people, "participants_women": people / 3}));
        if matches!(event.kind, "staff_class" | "study_trip") {
            answers = with(answers, json!({"participants_collaborators": people.min(15)}));
        }
    }
    answers
}

pub fn recognition_answers(recognition: &Recognition, firm: &Firm, number: usize, dice: &mut Dice) -> Json {
    let group = match firm.trade.group {
        "agro_food" => "agro_food",
        "handicraft" => "handicraft",
        "mechanical" => "machinery",
        _ => "other",
    };
    let answers = json!({
        "establishment": firm.id, "product": firm.trade.product, "product_group": group, "supported": if dice.percent(80) { "yes" } else { "no" },
        "recognition": recognition.kind, "decision_number": format!("{number}/QĐ-MAU"), "decision_date": recognition.on.to_string(), "issuer": "Cơ quan mẫu",
    });
    let more = match recognition.kind {
        "typical" => json!({"title_level": recognition.level}),
        "ocop" => json!({"stars": dice.weighted(&[("3", 70), ("4", 27), ("5", 3)])}),
        "export_standard" => json!({"standards": [dice.weighted(&[("haccp", 5), ("iso22000", 3), ("halal", 2)])]}),
        _ => json!({"market": dice.weighted(&[("KR", 5), ("JP", 3), ("CN", 2)]), "export_value": dice.between(100, 3_000) * 1_000_000}),
    };
    with(answers, more)
}

pub fn status_answers(status: &Status, commune: &str, dice: &mut Dice) -> Json {
    let planned = dice.between(0, 8) * 10_000_000;
    let allocated = planned * dice.between(5, 10) / 10;
    let sent = dice.percent(90);
    // Programmes are approved one after another; what was approved stays so.
    let approved_after = start() + Days::new(30 + (status.commune as u64 * 37) % 900);
    let state = if approved_after <= status.on { "approved" } else { dice.weighted(&[("drafting", 60), ("none", 40)]) };
    let mut answers = json!({
        "commune": commune, "report_year": status.year, "report_period": status.period, "programme_state": state, "budget_planned": planned, "budget_allocated": allocated,
        "budget_spent": allocated * dice.between(0, 10) / 10, "report_sent": if sent { "yes" } else { "no" },
    });
    if status.period == "ad_hoc" {
        answers = with(answers, json!({"as_of": status.on.to_string()}));
    }
    if state == "approved" {
        answers = with(answers, json!({"programme_number": format!("{}/QĐ-UBND (mẫu)", status.commune + 1), "programme_date": approved_after.to_string()}));
    }
    if sent {
        answers = with(answers, json!({"report_number": format!("{}/BC-UBND (mẫu)", status.commune + 1), "report_date": status.on.to_string()}));
    }
    answers
}

/// A fifth of the programme's numbers each year, as an office would part them.
pub fn plan_answers(year: i32, dice: &mut Dice) -> Json {
    const TARGETS: [(&str, u64); 22] = [
        ("T-58", 12),
        ("T-TD", 1),
        ("T-MM", 10),
        ("T-SX", 1),
        ("T-MT", 1),
        ("T-DIEM", 1),
        ("T-CBS", 20),
        ("T-NL", 15),
        ("T-NHL", 15),
        ("T-VL", 200),
        ("T-DT", 20),
        ("T-CNNTTB-T", 11),
        ("T-CNNTTB-KV", 6),
        ("T-CNNTTB-QG", 2),
        ("T-HC", 2),
        ("T-HCL", 11),
        ("T-CXK", 2),
        ("T-XK", 1),
        ("T-TT1", 1),
        ("T-KC1", 1),
        ("T-KC2", 1),
        ("T-CTV", 15),
    ];
    const FUNDS: [(&str, &str, u64); 6] = [
        ("provincial", "machinery", 2_400),
        ("provincial", "fairs", 300),
        ("provincial", "information", 250),
        ("provincial", "capacity", 200),
        ("national", "key_project", 900),
        ("commune", "machinery", 150),
    ];
    let targets: Vec<Json> = TARGETS.iter().map(|(id, number)| json!({"planned_target": id, "planned_number": number})).collect();
    let fund = |(source, activity, millions): &(&str, &str, u64)| {
        let planned = millions * 1_000_000;
        json!({"fund_source": source, "fund_activity": activity, "fund_planned": planned, "fund_allocated": planned * dice.between(8, 10) / 10})
    };
    json!({
        "plan_year": year, "plan_kind": "first", "plan_status": "approved", "decision_number": format!("{}/QĐ-UBND (mẫu)", year - 2000),
        "decision_date": planned_on(year).to_string(), "procedures_issued": "yes", "procedures_number": "01/QĐ-SCT (mẫu)",
        "plan_targets": targets, "funds": FUNDS.iter().map(fund).collect::<Vec<_>>(),
    })
}

/// The money of a project's years: a key project is paid over three years, others at once.
pub fn yearly_money(kind: &str, year: i32, extension: u64, paid: u64, today: NaiveDate) -> Vec<Json> {
    let years: u64 = if kind == "key" { 3 } else { 1 };
    let begun = (today.year() - year).clamp(0, years as i32 - 1) as u64 + 1;
    let part = |whole: u64, over: u64, at: u64| if at + 1 == over { whole - whole / over * (over - 1) } else { whole / over };
    let row = |at: u64| {
        let approved = part(extension, years, at);
        let spent = if at < begun { part(paid, begun, at).min(approved) } else { 0 };
        json!({"money_year": year + at as i32, "year_approved": approved, "year_advanced": spent / 3, "year_accepted": spent, "year_paid": spent})
    };
    (0..years).map(row).collect()
}
