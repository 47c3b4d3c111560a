//! Stories over the forms of the programme beside projects: events, products, communes, plans; and a project's yearly money.

#[path = "support/story.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod story;

use khuyencong::interview::derive::Severity::{Hard, Soft};
use story::{Story, shipped};

#[test]
fn a_fair_counts_each_establishment_once_and_asks_whether_it_was_in_the_country() {
    Story::new(shipped("programme_event"))
        .answer("event_kind", "fair")
        .answer("start_date", "5/10/2026")
        .asks("fair_scope", true)
        .asks("copies", false)
        .finds("fair_scope", Some(Hard))
        .gives("attendance_count", "0")
        .finds("attendance_count", Some(Soft))
        .answer("attendances[]/attending", "0190a0b0-0000-7000-8000-000000000001")
        .answer("attendances[]/attending", "0190a0b0-0000-7000-8000-000000000002")
        .gives("attendance_count", "2")
        .finds("attendance_count", None)
        .answer("attendances[2]/attending", "0190a0b0-0000-7000-8000-000000000001")
        .finds("attendances[2]/attending", Some(Hard))
        .answer("cost_total", "120tr")
        .answer("cost_extension", "150tr")
        .finds("cost_extension", Some(Hard));
}

#[test]
fn a_broadcast_has_airings_a_class_has_people_and_an_event_of_tomorrow_is_refused() {
    Story::new(shipped("programme_event"))
        .answer("event_kind", "broadcast")
        .answer("start_date", "1/9/2026")
        .asks("attendances", false)
        .answer("airings[]/aired_on", "1/9/2026")
        .answer("airings[]/aired_on", "1/9/2026")
        .finds("airings[2]/aired_on", Some(Hard))
        .answer("airings[2]/aired_on", "29/9/2026")
        .finds("airings[2]/aired_on", None)
        .gives("airing_count", "2")
        .answer("event_kind", "staff_class")
        .asks("participants_collaborators", true)
        .answer("participants_total", "40")
        .answer("participants_collaborators", "41")
        .finds("participants_collaborators", Some(Hard))
        .answer("start_date", "24/11/2026")
        .finds("start_date", Some(Hard));
}

#[test]
fn a_title_asks_for_its_level_stars_last_thirty_six_months_and_exports_leave_the_country() {
    Story::new(shipped("product_recognition"))
        .answer("establishment", "0190a0b0-0000-7000-8000-000000000001")
        .answer("product", "  Bánh PHỒNG  tôm ")
        .gives("product_key", "0190a0b0-0000-7000-8000-000000000001/bánh phồng tôm")
        .answer("recognition", "typical")
        .finds("title_level", Some(Hard))
        .answer("recognition", "ocop")
        .asks("title_level", false)
        .answer("decision_date", "1/6/2026")
        .gives("valid_until", "2029-06-01")
        .answer("recognition", "first_export")
        .asks("valid_until", false)
        .answer("market", "VN")
        .finds("market", Some(Hard))
        .answer("market", "JP")
        .finds("market", None);
}

#[test]
fn what_a_commune_reports_belongs_to_its_period_whenever_it_was_sent() {
    Story::new(shipped("commune_status"))
        .answer("commune", "32244")
        .answer("report_year", "2026")
        .answer("report_period", "h1")
        .gives("period_day", "2026-05-31")
        .gives("period_key", "32244/2026/h1/")
        .answer("programme_state", "approved")
        .finds("programme_number", Some(Hard))
        .answer("budget_allocated", "50tr")
        .answer("budget_spent", "60tr")
        .finds("budget_spent", Some(Hard))
        .answer("report_sent", "no")
        .asks("report_date", false)
        .answer("report_period", "ad_hoc")
        .finds("as_of", Some(Hard))
        .answer("as_of", "1/8/2026")
        .gives("period_day", "2026-08-01");
}

#[test]
fn a_plan_names_a_target_once_and_an_approved_one_its_decision() {
    Story::new(shipped("annual_plan"))
        .answer("plan_year", "2026")
        .answer("plan_status", "draft")
        .asks("decision_number", false)
        .answer("plan_status", "approved")
        .finds("decision_number", Some(Hard))
        .answer("plan_targets[]/planned_target", "T-HC")
        .answer("plan_targets[]/planned_target", "T-HC")
        .finds("plan_targets[2]/planned_target", Some(Hard))
        .answer("plan_targets[2]/planned_target", "T-HCL")
        .finds("plan_targets[2]/planned_target", None)
        .answer("funds[]/fund_source", "provincial")
        .answer("funds[1]/fund_activity", "fairs")
        .answer("funds[1]/fund_planned", "300tr")
        .gives("funds_total", "300000000");
}

#[test]
fn a_key_project_has_the_money_of_three_years_within_what_was_approved() {
    Story::new(shipped("support_project"))
        .answer("kind", "key")
        .answer("activity", "key_project")
        .answer("start_year", "2026")
        .gives("end_year", "2028")
        .answer("status", "advanced")
        .answer("money_national", "900tr")
        .answer("money_provincial", "0")
        .answer("money_commune", "0")
        .answer("yearly_money[]/money_year", "2026")
        .answer("yearly_money[1]/year_approved", "300tr")
        .answer("yearly_money[1]/year_advanced", "100tr")
        .answer("yearly_money[1]/year_accepted", "0")
        .answer("yearly_money[1]/year_paid", "100tr")
        .finds("yearly_money[1]/year_paid", None)
        .answer("yearly_money[1]/year_paid", "200tr")
        .finds("yearly_money[1]/year_paid", Some(Soft))
        .answer("yearly_money[1]/year_paid", "400tr")
        .finds("yearly_money[1]/year_paid", Some(Hard))
        .answer("yearly_money[]/money_year", "2030")
        .finds("yearly_money[2]/money_year", Some(Hard))
        .answer("yearly_money[2]/money_year", "2027")
        .answer("yearly_money[2]/year_approved", "700tr")
        .gives("yearly_approved_total", "1000000000")
        .finds("yearly_approved_total", Some(Hard))
        .answer("yearly_money[2]/year_approved", "300tr")
        .finds("yearly_approved_total", None)
        .answer("status", "registered")
        .asks("yearly_money", false);
}
