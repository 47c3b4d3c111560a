//! The shipped forms and lists, built into the program. A test sees to it that this is the whole `forms/` folder.

/// Name in the forms folder, text.
const FILES: &[(&str, &str)] = &[
    ("establishment.toml", include_str!("../../forms/establishment.toml")),
    ("establishment_survey.toml", include_str!("../../forms/establishment_survey.toml")),
    ("support_project.toml", include_str!("../../forms/support_project.toml")),
    ("machinery_inspection.toml", include_str!("../../forms/machinery_inspection.toml")),
    ("post_support_performance.toml", include_str!("../../forms/post_support_performance.toml")),
    ("programme_event.toml", include_str!("../../forms/programme_event.toml")),
    ("product_recognition.toml", include_str!("../../forms/product_recognition.toml")),
    ("commune_status.toml", include_str!("../../forms/commune_status.toml")),
    ("annual_plan.toml", include_str!("../../forms/annual_plan.toml")),
    ("programme.toml", include_str!("../../forms/programme.toml")),
    ("lists/activities.csv", include_str!("../../forms/lists/activities.csv")),
    ("lists/budget_sources.csv", include_str!("../../forms/lists/budget_sources.csv")),
    ("lists/ceilings.csv", include_str!("../../forms/lists/ceilings.csv")),
    ("lists/certificates.csv", include_str!("../../forms/lists/certificates.csv")),
    ("lists/collaborators.csv", include_str!("../../forms/lists/collaborators.csv")),
    ("lists/communes.csv", include_str!("../../forms/lists/communes.csv")),
    ("lists/countries.csv", include_str!("../../forms/lists/countries.csv")),
    ("lists/energy.csv", include_str!("../../forms/lists/energy.csv")),
    ("lists/ethnicities.csv", include_str!("../../forms/lists/ethnicities.csv")),
    ("lists/evidence.csv", include_str!("../../forms/lists/evidence.csv")),
    ("lists/genders.csv", include_str!("../../forms/lists/genders.csv")),
    ("lists/industry_groups.csv", include_str!("../../forms/lists/industry_groups.csv")),
    ("lists/legal_forms.csv", include_str!("../../forms/lists/legal_forms.csv")),
    ("lists/minutes.csv", include_str!("../../forms/lists/minutes.csv")),
    ("lists/pass_fail.csv", include_str!("../../forms/lists/pass_fail.csv")),
    ("lists/processing_depths.csv", include_str!("../../forms/lists/processing_depths.csv")),
    ("lists/project_kinds.csv", include_str!("../../forms/lists/project_kinds.csv")),
    ("lists/targets.csv", include_str!("../../forms/lists/targets.csv")),
    ("lists/units.csv", include_str!("../../forms/lists/units.csv")),
    ("lists/vsic.csv", include_str!("../../forms/lists/vsic.csv")),
    ("lists/yes_no.csv", include_str!("../../forms/lists/yes_no.csv")),
    ("lists/yes_no_na.csv", include_str!("../../forms/lists/yes_no_na.csv")),
];

/// The text of a shipped file.
pub fn text(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(file, _)| *file == name).map(|(_, text)| *text)
}

/// The ids of the shipped forms, in the order of work.
pub fn forms() -> impl Iterator<Item = &'static str> {
    FILES.iter().filter_map(|(file, _)| file.strip_suffix(".toml")).filter(|id| *id != "programme")
}
