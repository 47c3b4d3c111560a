//! The answers of each synthetic record, as nested JSON: what a person would have typed.

use super::demo::programme::yearly_money;
use super::demo_data::ORIGINS;
use super::demo_plan::{Case, Dice, Firm, Plan, Project, Survey, first_of, month_index};
use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Map, Value as Json, json};

/// Puts the entries of one object behind those of another.
pub fn with(mut base: Json, more: Json) -> Json {
    if let (Some(base), Json::Object(more)) = (base.as_object_mut(), more) {
        base.extend(more);
    }
    base
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// Thousandths as a decimal text.
fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}

/// A tax code whose check digit is right. Numbers whose sum would need a digit 10 are passed over.
fn tax_code(number: usize) -> String {
    const WEIGHTS: [u64; 9] = [31, 29, 23, 19, 17, 13, 7, 5, 3];
    let codes = (0..).map(|step| 209_000_000 + number as u64 * 12 + step);
    let check = |code: &u64| {
        let digits = format!("{code:09}");
        let sum: u64 = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
        10 - sum as i64 % 11
    };
    let code = codes.into_iter().find(|code| check(code) < 10).unwrap_or_default();
    format!("{code:09}{}", check(&code))
}

pub fn establishment(firm: &Firm, commune: &str, dice: &mut Dice) -> Json {
    let registered = NaiveDate::from_ymd_opt(firm.start_year, dice.between(1, 12) as u32, dice.between(1, 28) as u32).unwrap_or_default();
    let mut answers = json!({
        "name": firm.name(), "legal_form": firm.legal_form, "start_year": firm.start_year, "commune": commune,
        "address": format!("Ấp mẫu số {}", dice.between(1, 12)), "in_cluster": "no", "craft_village": "no",
        "owner": firm.owner, "owner_gender": if firm.woman { "female" } else { "male" },
        "owner_ethnicity": dice.weighted(&[("kinh", 88), ("khmer", 9), ("hoa", 3)]),
        "owner_artisan": "no", "phone": format!("0900 {:03} {:03}", firm.number / 1000 % 1000, firm.number % 1000),
        "industry": firm.trade.industry, "industry_group": firm.trade.group,
    });
    if firm.legal_form != "cooperative_group" {
        answers = with(answers, json!({"registration_number": format!("96A8{:06}", firm.number), "registration_date": registered.to_string()}));
    }
    let taxed = !matches!(firm.legal_form, "household" | "cooperative_group") || dice.percent(75);
    answers = with(
        answers,
        if taxed { json!({"tax_code": tax_code(firm.number)}) } else { json!({"tax_code_reason": dice.weighted(&[("not_issued", 5), ("not_at_hand", 4), ("declined", 1)])}) },
    );
    if dice.percent(30) {
        let part = |dice: &mut Dice, whole: u64| format!("{whole}.{:05}", dice.between(5_000, 45_000));
        answers = with(answers, json!({"gps": format!("{} {}", part(dice, 9), part(dice, 105))}));
    }
    if firm.trade.group == "handicraft" && dice.percent(50) {
        answers = with(answers, json!({"craft_village": "yes", "craft_village_name": "Làng nghề mẫu"}));
    }
    if dice.percent(4) {
        answers = with(answers, json!({"in_cluster": "yes", "cluster_name": "Cụm công nghiệp mẫu"}));
    }
    answers
}

pub fn survey(survey: &Survey, firm: &Firm, collaborator: &str, dice: &mut Dice) -> Json {
    let supported = dice.percent(8);
    let wants = dice.weighted(&[("machinery", 55), ("none", 18), ("fairs", 10), ("branding", 9), ("digital", 5), ("environment", 3)]);
    let workers = firm.workers();
    let women = workers * dice.between(30, 70) / 100;
    let seasonal = workers * dice.between(10, 40) / 100;
    let trade = firm.trade;
    let months: Vec<String> = (1..=12).filter(|month| trade.tet_share < 65 || !(5..=8).contains(month)).map(|month: u32| month.to_string()).collect();
    let energy: Vec<Json> = trade.energy.iter().map(|(source, rate)| json!({"source": source, "amount": (firm.output() * rate / 1000).max(1)})).collect();
    let mut answers = json!({
        "length": if survey.full { "full" } else { "core" }, "establishment": firm.id, "visit_date": survey.on.to_string(),
        "purpose": if survey.full { "pre_support" } else { dice.weighted(&[("first", 60), ("update", 30), ("on_request", 10)]) },
        "data_year": survey.data_year, "collaborator": collaborator, "respondent": firm.owner,
        "months": months, "total_capital": (firm.revenue() * dice.between(40, 90) / 100).max(80_000_000),
        "products": [product(survey.full, firm, dice)], "revenue": firm.revenue(),
        "workers_male": workers - women, "workers_female": women, "workers_permanent": workers - seasonal, "workers_seasonal": seasonal,
        "workers_rural": workers - workers * dice.between(0, 15) / 100,
        "materials": [{"material": trade.material, "material_product": trade.product, "material_unit": trade.material_unit,
            "material_amount": (firm.output() * trade.material_rate / 1000).max(1)}],
        "energy": energy, "energy_evidence": dice.weighted(&[("invoice", 45), ("meter", 25), ("books", 15), ("estimate", 15)]),
        "waste": [trade.waste], "supported_before": yes(supported), "needs": [wants],
        "consent": yes(dice.percent(97)), "status": "complete",
    });
    if trade.waste != "none" {
        answers = with(answers, json!({"treatment": dice.weighted(&[("good", 40), ("overloaded", 30), ("none", 25), ("not_working", 5)])}));
    }
    if wants == "machinery" {
        answers = with(answers, json!({"planned_machine": trade.machine, "planned_cost": dice.between(80, 600) * 1_000_000}));
    }
    if wants != "none" {
        let year = (survey.on.year() + 1).clamp(2026, 2030);
        answers = with(answers, json!({"proposed_year": year, "own_funds": yes(dice.percent(92)), "no_other_state_money": yes(dice.percent(96))}));
    }
    if survey.full { with(answers.clone(), full(&answers, firm, supported, dice)) } else { answers }
}

fn product(full: bool, firm: &Firm, dice: &mut Dice) -> Json {
    let trade = firm.trade;
    let exported = if dice.percent(8) { dice.between(1, 6) * 5 } else { 0 };
    let stars = dice.weighted(&[("0", 80), ("3", 15), ("4", 5)]);
    let title = dice.weighted(&[("none", 93), ("provincial", 6), ("regional", 1)]);
    let mut row = json!({
        "product": trade.product, "product_unit": trade.unit, "output": firm.output(), "product_revenue": firm.revenue(),
        "exported_share": exported, "ocop": stars, "title": title,
    });
    if ["10", "11", "16"].iter().any(|start| trade.industry.starts_with(start)) {
        row = with(row, json!({"processing_depth": trade.depth}));
    }
    if !full {
        return row;
    }
    let inside = dice.between(40, 80).min(100 - exported);
    row = with(
        row,
        json!({"design_capacity": firm.output() * dice.between(105, 180) / 100, "sold_in_province": inside, "sold_other_provinces": 100 - exported - inside,
            "trademark": dice.weighted(&[("none", 70), ("registered", 22), ("pending", 8)]), "channels": channels(firm)}),
    );
    if exported > 0 {
        row = with(row, json!({"export_channel": "exporter", "export_markets": "Hàn Quốc (mẫu)"}));
    }
    if stars != "0" {
        row = with(row, json!({"ocop_number": "00/QĐ-UBND (mẫu)", "ocop_date": "2025-06-16"}));
    }
    if title != "none" {
        row = with(row, json!({"title_year": 2024, "title_group": "agro_food"}));
    }
    row
}

/// Every fourth establishment sells to supermarkets, too.
fn channels(firm: &Firm) -> &'static [&'static str] {
    if firm.number.is_multiple_of(4) { &["on_site", "distributors", "supermarkets"] } else { &["on_site", "distributors"] }
}

/// What only the long survey asks.
fn full(short: &Json, firm: &Firm, supported: bool, dice: &mut Dice) -> Json {
    let seasonal = short["workers_seasonal"].as_u64().unwrap_or(0);
    let mut answers = json!({
        "respondent_position": "Chủ cơ sở", "workshop_area": dice.between(80, 1_500), "site_tenure": dice.weighted(&[("home", 50), ("owned", 35), ("leased_private", 15)]),
        "revenue_previous": firm.revenue() * dice.between(80, 105) / 100, "average_income": dice.between(50, 95) * 100_000,
        "machines": [{"machine": firm.trade.machine, "machine_quantity": dice.between(1, 3), "machine_year": dice.between(2008, 2022), "machine_origin": dice.weighted(&ORIGINS),
            "automation": dice.weighted(&[("manual", 40), ("semi_automatic", 50), ("automatic", 10)]), "machine_condition": dice.weighted(&[("good", 40), ("fair", 45), ("poor", 15)])}],
        "energy_cost": firm.revenue() * dice.between(2, 7) / 100, "water": dice.between(50, 2_500),
        "environment_paper": dice.weighted(&[("registration", 45), ("exempt", 30), ("older", 15), ("none", 10)]), "cp_assessed": yes(dice.percent(10)),
        "by_product_reuse": dice.between(10, 90), "digital_tools": ["e_invoice", "cashless"], "photo_count": dice.between(2, 6),
    });
    if !matches!(firm.legal_form, "household" | "cooperative_group" | "other") {
        answers = with(answers, json!({"insured_workers": firm.workers() * dice.between(40, 90) / 100}));
    }
    if seasonal > 0 {
        answers = with(answers, json!({"seasonal_days": seasonal * dice.between(40, 110)}));
    }
    if firm.trade.waste == "wastewater" {
        answers = with(answers, json!({"wastewater_flow": dice.between(1, 12)}));
    }
    if short["treatment"].as_str().is_some_and(|treatment| treatment != "none") {
        answers = with(answers, json!({"treatment_capacity": dice.between(12, 30)}));
    }
    if ["10", "11"].iter().any(|start| firm.trade.industry.starts_with(start)) {
        answers = with(answers, json!({"food_safety": dice.weighted(&[("valid", 55), ("commitment", 30), ("expired", 10), ("none", 5)])}));
    }
    if supported {
        let past = json!({"past_year": dice.between(2015, 2024), "past_activity": "machinery", "past_source": "provincial", "past_amount": dice.between(60, 200) * 1_000_000});
        answers = with(answers, json!({"past_supports": [past]}));
    }
    if let Some(cost) = short["planned_cost"].as_u64() {
        answers = with(answers, json!({"requested_support": (cost / 2).min(300_000_000), "investment_goals": ["expand", "save_energy"]}));
    }
    answers
}

pub fn project(project: &Project, firms: &[Firm], today: NaiveDate, dice: &mut Dice) -> Json {
    let approved = !matches!(project.status, "registered" | "surveyed" | "appraised");
    let contracted = approved && project.status != "approved";
    let closed = matches!(project.status, "accepted" | "settled" | "followed");
    let total: u64 = project.supports.iter().map(|support| support.total).sum();
    let extension: u64 = project.supports.iter().map(|support| support.extension).sum();
    let national = project.kind == "key" || dice.percent(12);
    let source = |name: &str, here: bool| (name.to_owned(), json!(if here { extension } else { 0 }));
    let money: Map<String, Json> = [source("money_national", national), source("money_provincial", !national), source("money_commune", false)].into_iter().collect();
    let supports: Vec<Json> = project
        .supports
        .iter()
        .map(|support| {
            let firm = &firms[support.firm];
            json!({"supported": firm.id, "support_activity": content(project.activity), "support_content": format!("{} (mẫu)", firm.trade.machine),
                "approved_total": support.total, "approved_extension": support.extension, "approved_own": support.total - support.extension,
                "own_committed": "yes", "no_other_state_money": "yes"})
        })
        .collect();
    let mut answers = json!({
        "code": format!("MAU-{}-{:04}", project.year, project.number), "name": format!("Đề án mẫu số {}: {}", project.number, firms[project.supports[0].firm].trade.machine),
        "kind": project.kind, "activity": project.activity, "goal": "Tăng năng suất, giảm hao phí (mẫu)", "start_year": project.year,
        "end_year": if project.kind == "key" { project.year + 2 } else { project.year }, "status": project.status,
        "content_fits": "yes", "in_annual_plan": "yes", "unit_capable": "yes", "money_own": total - extension, "money_other": 0, "money_total": total, "supports": supports,
    });
    answers = with(answers, Json::Object(money));
    if approved {
        let progress = if closed { 100 } else { dice.between(0, 80) };
        answers = with(answers, json!({"approval_number": format!("{}/QĐ-UBND (mẫu)", project.number), "approval_date": project.approved.to_string(), "progress": progress}));
    }
    if contracted {
        let paid = extension * if closed { 100 } else { dice.between(0, 7) * 10 } / 100;
        let name = if national { "paid_national" } else { "paid_provincial" };
        answers = with(answers, json!({"contract_number": format!("{}/HĐ-KC (mẫu)", project.number), "contract_date": project.contracted.min(today).to_string(), name: paid}));
        answers = with(answers, json!({"yearly_money": yearly_money(project.kind, project.year, extension, paid, today)}));
    }
    answers
}

/// What an establishment of a key project is supported for.
fn content(activity: &'static str) -> &'static str {
    if activity == "key_project" { "machinery" } else { activity }
}

/// The day of an inspection of a kind.
pub fn inspected_on(kind: &str, case: &Case, plan: &Plan, today: NaiveDate) -> NaiveDate {
    match kind {
        "pre_support" => (plan.surveys[case.survey].on + Days::new(6)).max(plan.projects[case.project].approved + Days::new(2)).min(case.on),
        "progress" => case.on - Days::new(14),
        "post_support" => (case.on + Days::new(200)).min(today),
        _ => case.on,
    }
}

pub fn inspection(kind: &str, minutes: u32, case: &Case, plan: &Plan, on: NaiveDate, dice: &mut Dice) -> Json {
    let firm = &plan.firms[case.support.firm];
    let project = &plan.projects[case.project];
    let acceptance = kind == "acceptance";
    let fine = !acceptance || case.accepted;
    let hour = dice.between(7, 14);
    let people: Vec<(String, &str, &str)> = vec![
        ("Trần Văn Mẫu".to_owned(), "Cán bộ Trung tâm", "implementing_unit"),
        ("Lê Thị Mẫu".to_owned(), "Chuyên viên", if dice.percent(60) { "commune" } else { "doit" }),
        (firm.owner.clone(), "Chủ cơ sở", "establishment"),
    ];
    let mut answers = json!({
        "minutes_number": format!("{minutes:02}/BB-KC"), "kind": kind, "visit_no": 1,
        "started_at": format!("{on}T{hour:02}:30"), "ended_at": format!("{on}T{:02}:15", hour + 2),
        "project": project.id, "activity": case.activity, "establishment": firm.id,
        "participants": people.iter().map(|(name, position, party)| json!({"full_name": name, "position": position, "party": party})).collect::<Vec<_>>(),
        "signatures": people.iter().map(|(name, position, party)| json!({"signed_party": party, "signed_name": name, "signed_position": position})).collect::<Vec<_>>(),
        "paper_commitment": "yes", "paper_environment": if fine { "yes" } else { "no" }, "machines": [machine(kind, fine, case, firm, on, dice)],
        "advance_paid": if acceptance { case.support.extension * dice.between(0, 3) / 10 } else { 0 }, "safety": "pass", "strict_equipment": "no", "environment_state": "pass",
        "committed_material_cut": dice.between(10, 20), "committed_energy_cut": dice.between(12, 25), "committed_revenue_rise": dice.between(15, 30), "jobs_expected": dice.between(1, 8),
        "conclusion": if fine { "accepted" } else { "conditional" }, "copies": 4,
        "recommendation": if !fine { "hold" } else if acceptance { "pay" } else { "none" },
    });
    match case.activity {
        "machinery" => answers = with(answers, json!({"is_line": "no"})),
        "demonstration" => answers = with(answers, json!({"is_scale_up": "no"})),
        "environment" => answers = with(answers, json!({"is_cluster_system": "no"})),
        _ => {}
    }
    if acceptance {
        answers = with(answers, accepted_papers(case, project, on, dice));
    }
    if matches!(kind, "acceptance" | "pre_support") {
        answers = with(answers, json!({"baseline_survey": plan.surveys[case.survey].id}));
    }
    if kind == "post_support" {
        answers = with(answers, json!({"still_on_site": "yes"}));
    }
    if !fine {
        answers =
            with(answers, json!({"defects": "Thiếu hồ sơ môi trường (mẫu)", "corrective_action": "Bổ sung hồ sơ trước hạn (mẫu)", "deadline": (on + Days::new(45)).to_string()}));
    }
    answers
}

fn machine(kind: &str, fine: bool, case: &Case, firm: &Firm, on: NaiveDate, dice: &mut Dice) -> Json {
    let throughput = dice.between(40, 300);
    let mut row = json!({
        "machine": firm.trade.machine, "model": "MAU-1", "serial": format!("MAU{:06}", firm.number), "country": dice.weighted(&ORIGINS), "year_made": on.year() - dice.between(0, 1) as i32,
        "condition": "new", "quantity_approved": 1, "quantity_found": 1, "spec_approved": format!("{throughput} {}", firm.trade.throughput),
        "spec_found": format!("{throughput} {}", firm.trade.throughput), "power": thousandths(dice.between(750, 22_000)), "unit_price": case.support.total,
        "operating_state": if fine { "runs_well" } else { "unstable" }, "meets": yes(fine),
    });
    if matches!(kind, "acceptance" | "post_support") {
        row = with(row, json!({"installed_on": (case.on - Days::new(7)).to_string()}));
    }
    if kind == "acceptance" {
        // Now and then a test is shorter than the office asks for.
        let minutes = if dice.percent(3) { 10 } else { dice.between(3, 12) * 10 };
        row = with(
            row,
            json!({"test_minutes": minutes, "throughput_unit": firm.trade.throughput, "throughput_approved": throughput, "throughput": throughput * dice.between(90, 110) / 100, "machine_photos": 3}),
        );
    }
    row
}

fn accepted_papers(case: &Case, project: &Project, on: NaiveDate, dice: &mut Dice) -> Json {
    let invoiced = (project.contracted + Days::new(30)).min(on);
    json!({
        "paper_purchase": "yes", "paper_invoice": "yes", "paper_payment": "yes", "paper_handover": "yes", "paper_origin": "yes", "paper_safety": "na", "paper_photos": "yes",
        "invoice_number": format!("{:07}", project.number), "invoice_date": invoiced.to_string(), "invoice_value": case.support.total, "invoice_vat": case.support.total / 100 * 8,
        "support_payable": case.support.extension, "operators_trained": dice.between(1, 4),
    })
}

/// The day of a follow-up: soon after the last month of its figures.
pub fn followed_on(case: &Case, months: i32, today: NaiveDate, dice: &mut Dice) -> NaiveDate {
    let first = first_of(month_index(case.on) + months + 1);
    (first + Days::new(dice.between(0, 20))).min(today)
}

pub fn followup(case: &Case, months: i32, plan: &Plan, on: NaiveDate, dice: &mut Dice) -> Json {
    let firm = &plan.firms[case.support.firm];
    let trade = firm.trade;
    let after_from = month_index(case.on) + months - if months == 6 { 6 } else { 12 } + 1;
    // Of the six months, those from October to March carry the season.
    let season: u64 =
        (after_from..after_from + 6).map(|month| if matches!(month.rem_euclid(12), 0..=2 | 9..=11) { trade.tet_share } else { 100 - trade.tet_share }).sum::<u64>() / 6;
    let part = |year: u64| if months == 6 { year * season / 100 } else { year };
    let (growth, cut, saved) = (dice.between(8, 42), dice.between(9, 26), dice.between(9, 33));
    let prices = dice.between(0, 9);
    let before = part(firm.output()).max(1);
    let after = before * (100 + growth) / 100 + 1;
    let use_after = |amount: u64, less: u64| (amount * (100 + growth) / 100 * (100 - less) / 100).max(1);
    let material = (before * trade.material_rate / 1000).max(1);
    let energy: Vec<Json> = trade
        .energy
        .iter()
        .map(|(source, rate)| {
            let amount = (before * rate / 1000).max(1);
            json!({"source": source, "before": amount, "after": use_after(amount, if *source == "grid_electricity" { saved / 2 } else { saved })})
        })
        .collect();
    let revenue = part(firm.revenue()).max(1_000_000);
    let revenue_after = revenue * (100 + growth + prices) / 100;
    let (workers, more) = (firm.workers(), dice.between(0, 7));
    let rural = workers * 9 / 10;
    let seasonal = dice.between(0, 4);
    let income = dice.between(50, 90) * 100_000;
    let mut answers = json!({
        "project": plan.projects[case.project].id, "establishment": firm.id, "followup_point": months.to_string(), "visit_date": on.to_string(),
        "evidence": dice.weighted(&[("invoice", 40), ("books", 35), ("meter", 10), ("estimate", 15)]), "evidence_papers": dice.between(0, 6),
        "machine_state": "in_use", "hours_per_day": dice.between(5, 14), "days_run": dice.between(90, 150), "capacity_use": dice.between(55, 98),
        "outputs": [{"product": trade.product, "product_unit": trade.unit, "output_before_row": before, "output_after_row": after,
            "reject_before": dice.between(3, 9), "reject_after": dice.between(1, 3)}],
        "materials": [{"material": trade.material, "material_product": trade.product, "material_unit": trade.material_unit, "material_before": material,
            "material_after": use_after(material, cut), "material_cost_before": material * trade.material_price}],
        "energy": energy, "fuel_switched": "no", "transport_fuel": dice.weighted(&[("none", 60), ("excluded", 37), ("included", 3)]),
        "revenue_before": revenue, "revenue_after": revenue_after,
        "workers_before": workers, "rural_before": rural, "workers_after": workers + more, "women_after": (workers + more) / 2, "rural_after": rural + more,
        "new_permanent": more / 2, "new_seasonal": seasonal, "jobs_displaced": u64::from(dice.percent(12)),
        "income_before": income, "income_after": income * dice.between(102, 118) / 100,
        "overall": dice.weighted(&[("good", 50), ("fair", 42), ("little", 8)]), "recommend_model": yes(dice.percent(25)),
    });
    if months == 6 && firm.number % 9 == 4 {
        // A month short of the half-year before: the form asks for a reason, and figures leave it out.
        answers = with(answers, json!({"after_to": first_of(after_from + 4).format("%Y-%m").to_string()}));
    }
    if seasonal > 0 {
        answers = with(answers, json!({"new_seasonal_days": seasonal * dice.between(30, 80)}));
    }
    if ["10", "11", "16"].iter().any(|start| trade.industry.starts_with(start)) {
        let deep = if trade.depth == "primary" { 0 } else { revenue_after * 9 / 10 };
        answers = with(answers, json!({"deep_revenue_after": deep}));
    }
    if matches!(case.activity, "environment" | "cleaner_production") {
        answers = with(answers, json!({"waste_meets": "met", "waste_test": "Phiếu mẫu 01", "wastewater_before": 10, "wastewater_after": 8}));
    }
    let spared = |used: u64, used_after: u64| 100.0 * (1.0 - (used_after as f64 / after as f64) / (used as f64 / before as f64));
    let fuels = |row: &&Json| energy.len() == 1 || row["source"] != "grid_electricity";
    let uses = energy.iter().filter(fuels).map(|row| (row["before"].as_u64().unwrap_or(1), row["after"].as_u64().unwrap_or(1)));
    // Asked only where a cut or the growth falls short, with a margin for rounding; what is not asked for is kept out of sight.
    let least = uses.chain([(material, use_after(material, cut))]).map(|(used, used_after)| spared(used, used_after)).fold(100.0, f64::min);
    if least < 15.5 || revenue_after * 100 <= revenue * 121 {
        answers = with(answers, json!({"shortfall_cause": "Giá nguyên liệu tăng, máy chạy chưa hết công suất (mẫu)"}));
    }
    answers
}
