//! A synthetic district: records as JSON, complete enough to be handed in without a warning.

use serde_json::{Map, Value as Json, json};

/// `base` with the members of `change` in it; `null` takes one away.
pub fn with(mut base: Json, change: Json) -> Json {
    let object: &mut Map<String, Json> = base.as_object_mut().unwrap();
    for (key, value) in change.as_object().unwrap() {
        match value {
            Json::Null => object.shift_remove(key),
            value => object.insert(key.clone(), value.clone()),
        };
    }
    base
}

/// Đồng in a million.
pub fn million(count: u64) -> u64 {
    count * 1_000_000
}

pub fn establishment(name: &str) -> Json {
    json!({
        "name": name, "legal_form": "household", "registration_number": "85A8000001", "registration_date": "2015-01-05",
        "tax_code_reason": "not_issued", "start_year": 2015, "commune": "31843", "address": "Ấp Thử",
        "in_cluster": "no", "craft_village": "no", "owner": "Nguyễn Thử Nghiệm", "owner_gender": "male", "owner_ethnicity": "kinh",
        "phone": "0912345678", "industry": "2593", "industry_group": "mechanical",
    })
}

/// A short survey about 2025.
pub fn survey(establishment: &str, day: &str) -> Json {
    json!({
        "establishment": establishment, "visit_date": day, "purpose": "first", "collaborator": "CTV01", "respondent": "Nguyễn Thử Nghiệm",
        "months": ["1", "2", "3"], "total_capital": million(500),
        "products": [{"product": "Dao Thử", "product_unit": "kg", "output": 1000, "product_revenue": million(100), "exported_share": 0, "ocop": "0", "title": "none"}],
        "revenue": million(100), "workers_male": 6, "workers_female": 4, "workers_permanent": 10, "workers_seasonal": 0, "workers_rural": 10,
        "energy": [{"source": "diesel", "amount": 1000}], "energy_evidence": "invoice", "waste": ["none"],
        "supported_before": "no", "needs": ["none"], "consent": "yes", "status": "complete",
    })
}

/// A contracted project that gives each establishment 30 of 100 million; `activity` is that of every row.
pub fn project(code: &str, kind: &str, activity: &str, supported: &[&str]) -> Json {
    let rows: Vec<Json> = supported
        .iter()
        .map(|id| {
            json!({
                "supported": id, "support_activity": activity, "support_content": "01 máy thử", "approved_total": million(100),
                "approved_extension": million(30), "approved_own": million(70), "own_committed": "yes", "no_other_state_money": "yes",
            })
        })
        .collect();
    let count = supported.len() as u64;
    json!({
        "code": code, "name": format!("Đề án thử {code}"), "kind": kind, "activity": if kind == "key" { "key_project" } else { activity },
        "start_year": 2026, "status": "contracted", "approval_number": "1/QĐ-THỬ", "approval_date": "2026-05-04",
        "contract_number": "1/HĐ-THỬ", "contract_date": "2026-05-05", "content_fits": "yes", "in_annual_plan": "yes", "unit_capable": "yes",
        "money_national": 0, "money_provincial": million(30 * count), "money_commune": 0, "money_own": million(70 * count), "money_other": 0,
        "money_total": million(100 * count), "supports": rows, "paid_provincial": 0, "progress": 50,
    })
}

/// Minutes of 20 June 2026 with one machine of 100 million that works, accepted.
pub fn acceptance(number: u32, project: &str, establishment: &str, survey: &str, activity: &str) -> Json {
    let people = [("implementing_unit", "Lê Văn Thử"), ("establishment", "Nguyễn Thử Nghiệm"), ("commune", "Phạm Thị Mẫu")];
    let present: Vec<Json> = people.iter().map(|(party, name)| json!({"full_name": name, "position": "Cán bộ", "party": party})).collect();
    let signed: Vec<Json> = people.iter().map(|(party, name)| json!({"signed_party": party, "signed_name": name, "signed_position": "Cán bộ"})).collect();
    let extra = match activity {
        "machinery" => json!({"is_line": "no"}),
        "demonstration" => json!({"is_scale_up": "no"}),
        "environment" => json!({"is_cluster_system": "no"}),
        _ => json!({}),
    };
    let base = json!({
        "minutes_number": format!("{number:02}/BB-KC"), "kind": "acceptance", "started_at": "2026-06-20T08:00:00+07:00", "ended_at": "2026-06-20T10:00:00+07:00",
        "project": project, "activity": activity, "establishment": establishment, "participants": present,
        "paper_purchase": "yes", "paper_invoice": "yes", "paper_payment": "yes", "paper_handover": "yes", "paper_origin": "yes", "paper_safety": "na",
        "paper_commitment": "yes", "paper_environment": "yes", "paper_photos": "yes",
        "invoice_number": "HD01", "invoice_date": "2026-06-01", "invoice_value": million(100), "invoice_vat": million(8),
        "machines": [{
            "machine": "Máy Thử", "serial": format!("THU{number:02}"), "country": "VN", "year_made": 2026, "condition": "new", "quantity_approved": 1, "quantity_found": 1,
            "spec_approved": "5 kW", "spec_found": "5 kW", "unit_price": million(100), "installed_on": "2026-06-10", "operating_state": "runs_well",
            "test_minutes": 30, "meets": "yes", "machine_photos": 2,
        }],
        "support_payable": million(30), "advance_paid": 0, "operators_trained": 2, "safety": "pass", "strict_equipment": "no", "environment_state": "pass",
        "baseline_survey": survey, "conclusion": "accepted", "recommendation": "pay", "copies": 2, "signatures": signed,
    });
    with(base, extra)
}

/// A check on site in which nothing of an acceptance is asked.
pub fn progress_check(number: u32, project: &str, establishment: &str, activity: &str) -> Json {
    let asked_only_then = [
        "paper_purchase",
        "paper_invoice",
        "paper_payment",
        "paper_handover",
        "paper_origin",
        "paper_safety",
        "paper_photos",
        "invoice_number",
        "invoice_date",
        "invoice_value",
        "invoice_vat",
        "support_payable",
        "operators_trained",
        "baseline_survey",
    ];
    let mut minutes = with(acceptance(number, project, establishment, "", activity), json!({"kind": "progress", "recommendation": "none"}));
    for name in asked_only_then {
        minutes.as_object_mut().unwrap().shift_remove(name);
    }
    for name in ["installed_on", "test_minutes", "machine_photos"] {
        minutes["machines"][0].as_object_mut().unwrap().shift_remove(name);
    }
    minutes
}

/// A material: product that it serves is the only one; unit kg.
pub fn material(name: &str, before: u64, after: u64, cost: Option<u64>) -> Json {
    let row = json!({"material": name, "material_product": "Dao Thử", "material_unit": "kg", "material_before": before, "material_after": after});
    cost.map_or(row.clone(), |cost| with(row, json!({"material_cost_before": cost})))
}

/// What a follow-up says; everything else is the same in all of them.
pub struct FollowUp<'a> {
    pub project: &'a str,
    pub establishment: &'a str,
    pub point: &'a str,
    pub day: &'a str,
    /// Output before and after, kg.
    pub output: (u64, u64),
    pub materials: Vec<Json>,
    /// Source, before, after.
    pub energy: (&'a str, u64, u64),
    /// Million đồng before and after.
    pub revenue: (u64, u64),
    /// Rural workers before and after, days of new seasonal workers.
    pub rural: (u64, u64, u64),
    pub more: Json,
}

impl FollowUp<'_> {
    pub fn json(&self) -> Json {
        let (source, before, after) = self.energy;
        let base = json!({
            "project": self.project, "establishment": self.establishment, "followup_point": self.point, "visit_date": self.day,
            "evidence": "books", "machine_state": "in_use", "hours_per_day": 8, "days_run": 100,
            "outputs": [{"product": "Dao Thử", "product_unit": "kg", "output_before_row": self.output.0, "output_after_row": self.output.1}],
            "main_product": "Dao Thử", "materials": self.materials,
            "energy": [{"source": source, "before": before, "after": after}], "fuel_switched": "no", "transport_fuel": "none",
            "revenue_before": million(self.revenue.0), "revenue_after": million(self.revenue.1),
            "workers_before": 30, "rural_before": self.rural.0, "workers_after": 30, "women_after": 5, "rural_after": self.rural.1,
            "new_permanent": 0, "new_seasonal": if self.rural.2 > 0 { 10 } else { 0 }, "jobs_displaced": 0,
            "income_before": 5_000_000, "income_after": 6_000_000, "overall": "good", "shortfall_cause": "Chưa rõ",
        });
        let seasonal = if self.rural.2 > 0 { json!({"new_seasonal_days": self.rural.2}) } else { json!({}) };
        with(with(base, seasonal), self.more.clone())
    }
}
