//! The column `parameters`: which keys a type takes and what they may be.

use super::range;
use super::survey::Walker;
use super::table::{Line, Value};
use super::types::{Plain, Select};
use super::words;
use crate::form::draft::{Cell, Row};
use crate::locale::{Lang, say};
use std::ops::Range;

/// A cell's parameters in order.
#[derive(Debug, Default)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
    text: String,
    /// Where they stand.
    pub place: Range<usize>,
    exact: Option<usize>,
}

impl Parameters {
    /// A parameter's value; the last one counts.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Where a parameter stands.
    pub fn place_of(&self, key: &str) -> Range<usize> {
        let found = self.text.to_ascii_lowercase().find(key).zip(self.exact);
        found.map_or_else(|| self.place.clone(), |(at, start)| start + at..start + at + key.len())
    }
}

const SELECT: &[&str] = &["randomize", "seed"];
const FROM_FILE: &[&str] = &["label", "randomize", "seed", "value"];
const GEO: &[&str] = &["allow-mock-accuracy", "incremental", "reference-geometry"];
const POINT: &[&str] = &["allow-mock-accuracy", "capture-accuracy", "reference-geometry", "warning-accuracy"];
const AUDIT: &[&str] = &["identify-user", "location-max-age", "location-min-interval", "location-priority", "track-changes", "track-changes-reasons"];
const PRIORITIES: &[&str] = &["no-power", "low-power", "balanced", "high-accuracy"];
const QUALITIES: &[&str] = &["voice-only", "low", "normal", "external"];

impl<'a, 't> Walker<'a, 't> {
    /// The row's parameters.
    pub fn parameters(&mut self, line: Line<'a, 't>) -> Parameters {
        let Some(value) = line.get(self.at.parameters) else { return Parameters { place: line.place(self.at.kind), ..Parameters::default() } };
        let pairs = words::parameters(&value.text);
        if pairs.is_none() {
            self.error(value.place.clone(), say::xlsform::bad_parameters);
        }
        let exact = exact_start(&value);
        Parameters { pairs: pairs.unwrap_or_default(), text: value.text.into_owned(), place: value.place, exact }
    }

    fn known(&mut self, parameters: &Parameters, known: &[&str]) {
        for (key, _) in &parameters.pairs {
            if !known.contains(&key.as_str()) {
                self.error(parameters.place_of(key), |lang| say::xlsform::unknown_parameter(lang, key, known.join(", ")));
            }
        }
    }

    /// Says what is wrong with a parameter that is there and not right.
    fn must(&mut self, parameters: &Parameters, key: &str, is_right: impl Fn(&str) -> bool, say: impl Fn(Lang, &str) -> String) {
        if parameters.get(key).is_some_and(|value| !is_right(value)) {
            self.error(parameters.place_of(key), |lang| say(lang, key));
        }
    }

    /// Checks the parameters of a type without a list; a range gets its defaults.
    pub fn check_parameters(&mut self, line: Line<'a, 't>, plain: &Plain, parameters: &Parameters, row: &mut Row) {
        match plain.spellings[0] {
            "text" => {
                self.known(parameters, &["rows"]);
                self.must(parameters, "rows", is_whole, |lang, key| say::xlsform::needs_whole(lang, key));
            }
            "image" => self.image(line, parameters),
            "audio" => self.quality(parameters, QUALITIES),
            "background-audio" => self.quality(parameters, &QUALITIES[..3]),
            "geopoint" => {
                self.known(parameters, POINT);
                self.must(parameters, "capture-accuracy", is_number, |lang, key| say::xlsform::needs_number(lang, key));
                self.must(parameters, "warning-accuracy", is_number, |lang, key| say::xlsform::needs_number(lang, key));
                self.geometry(parameters);
            }
            "geotrace" | "geoshape" => {
                self.known(parameters, GEO);
                self.must(parameters, "incremental", |value| words::truth(value) == Some(true), |lang, key| say::xlsform::needs_true(lang, key));
                self.geometry(parameters);
            }
            "audit" => self.audit_parameters(parameters),
            "range" => self.range(line, parameters, row),
            _ => {}
        }
    }

    fn image(&mut self, line: Line<'a, 't>, parameters: &Parameters) {
        self.known(parameters, &["app", "max-pixels"]);
        self.must(parameters, "max-pixels", is_whole, |lang, key| say::xlsform::needs_whole(lang, key));
        let appearance = line.get(self.at.appearance);
        if appearance.is_none_or(|appearance| appearance.text == "annotate") {
            let package = parameters.get("app").unwrap_or("").to_owned();
            self.must(parameters, "app", is_package, |lang, _| say::xlsform::bad_package(lang, &package));
        }
    }

    fn quality(&mut self, parameters: &Parameters, qualities: &[&str]) {
        self.known(parameters, &["quality"]);
        self.must(parameters, "quality", |value| qualities.contains(&value), |lang, key| say::xlsform::needs_one_of(lang, key, qualities.join(", ")));
    }

    fn geometry(&mut self, parameters: &Parameters) {
        self.must(parameters, "allow-mock-accuracy", |value| matches!(value, "true" | "false"), |lang, key| say::xlsform::needs_truth(lang, key));
        if let Some(target) = parameters.get("reference-geometry") {
            self.geometries.push((target.to_owned(), parameters.place_of("reference-geometry")));
        }
    }

    /// `reference-geometry` names a list, a file, an entity list, or a repeat as `${repeat}`.
    pub fn check_geometries(&mut self) {
        for (target, place) in std::mem::take(&mut self.geometries) {
            let is_known = self.around.lists.get(&target).is_some()
                || self.secondary.contains(&target)
                || self.around.entities.as_ref().is_some_and(|entities| entities.has(&target))
                || words::only_reference(&target).is_some_and(|name| self.repeats.contains(name));
            if !is_known {
                self.error(place, |lang| say::xlsform::reference_geometry(lang, &target));
            }
        }
    }

    fn audit_parameters(&mut self, parameters: &Parameters) {
        let is_truth = |value: &str| matches!(value, "true" | "false");
        self.known(parameters, AUDIT);
        self.must(parameters, "track-changes", is_truth, |lang, key| say::xlsform::needs_truth(lang, key));
        self.must(parameters, "track-changes-reasons", |value| value == "on-form-edit", |lang, key| say::xlsform::needs_one_of(lang, key, "on-form-edit"));
        self.must(parameters, "identify-user", is_truth, |lang, key| say::xlsform::needs_truth(lang, key));
        let given = |key: &&&str| parameters.get(key).is_some();
        match AUDIT[1..4].iter().filter(given).count() {
            0 => return,
            3 => {}
            _ => return self.error(parameters.place.clone(), say::xlsform::location_incomplete),
        }
        self.must(parameters, "location-priority", |value| PRIORITIES.contains(&value), |lang, key| say::xlsform::needs_one_of(lang, key, PRIORITIES.join(", ")));
        for key in ["location-min-interval", "location-max-age"] {
            self.must(parameters, key, is_whole, |lang, key| say::xlsform::needs_whole(lang, key));
            self.must(parameters, key, |value| !value.starts_with('-'), |lang, key| say::xlsform::needs_not_negative(lang, key));
        }
        let number = |key: &str| parameters.get(key).and_then(|value| value.parse::<i64>().ok());
        if number("location-max-age").zip(number("location-min-interval")).is_some_and(|(age, interval)| age < interval && interval >= 0) {
            self.error(parameters.place_of("location-max-age"), say::xlsform::age_below_interval);
        }
    }

    fn range(&mut self, line: Line<'a, 't>, parameters: &Parameters, row: &mut Row) {
        self.known(parameters, range::KEYS);
        let appearance = line.get(self.at.appearance).map(|value| value.text.into_owned()).unwrap_or_default();
        if let Err(problem) = range::check(parameters, &appearance, &self.around.lists) {
            self.error(parameters.place_of(problem.key), problem.say);
        }
        let missing: Vec<String> = range::DEFAULTS.iter().filter(|(key, _)| parameters.get(key).is_none()).map(|(key, value)| format!("{key}={value}")).collect();
        if !missing.is_empty() {
            let text = format!("{} {}", parameters.text, missing.join(" "));
            row.cells.insert("parameters", Cell::made(text.trim(), parameters.place.clone()));
        }
    }

    /// Checks the parameters of a choice question.
    pub fn check_select_parameters(&mut self, line: Line<'a, 't>, select: Select, parameters: &Parameters) {
        // The older spellings with blanks take no column names.
        let from_file = select.from_file && line.get(self.at.kind).is_some_and(|kind| kind.text.contains("_from_file"));
        self.known(parameters, if from_file { FROM_FILE } else { SELECT });
        for key in ["value", "label"] {
            self.must(parameters, key, words::is_name, |lang, key| say::xlsform::bad_column_name(lang, key));
        }
        self.must(parameters, "randomize", |value| matches!(value, "true" | "false"), |lang, key| say::xlsform::needs_truth(lang, key));
        match (parameters.get("randomize"), parameters.get("seed")) {
            (Some(_), Some(seed)) if !is_number(seed) && words::only_reference(seed).is_none() => self.error(parameters.place_of("seed"), say::xlsform::seed_value),
            (None, Some(_)) => self.error(parameters.place_of("seed"), say::xlsform::seed_alone),
            _ => {}
        }
    }
}

/// Where the text starts in the source, if it stands there byte for byte.
fn exact_start(value: &Value<'_>) -> Option<usize> {
    let cell = value.cell();
    cell.exact.then_some(cell.place.start)
}

fn is_whole(value: &str) -> bool {
    value.parse::<i64>().is_ok()
}

fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok()
}

/// Whether a text can name an Android application: two or more parts of letters, digits and `_`, each beginning with a letter.
fn is_package(name: &str) -> bool {
    let is_part = |part: &str| part.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    name.contains('.') && name.split('.').all(is_part)
}
