//! The parameters of a range: start, end, step, and the ticks of its scale.

use super::choices::{List, Lists};
use super::parameters::Parameters;
use super::words::Decimal;
use crate::locale::{Lang, say};

/// What a range takes.
pub const KEYS: &[&str] = &["end", "placeholder", "start", "step", "tick_interval", "tick_labelset"];
/// What it has when it does not say so.
pub const DEFAULTS: [(&str, &str); 3] = [("start", "1"), ("end", "10"), ("step", "1")];

const TICKS: [&str; 3] = ["tick_interval", "placeholder", "tick_labelset"];

/// What is wrong, and with which parameter.
pub struct Wrong {
    /// The parameter.
    pub key: &'static str,
    /// The sentence.
    pub say: Box<dyn Fn(Lang) -> String>,
}

impl Wrong {
    fn new(key: &'static str, say: impl Fn(Lang) -> String + 'static) -> Self {
        Self { key, say: Box::new(say) }
    }
}

/// A scale.
struct Scale {
    start: Decimal,
    end: Decimal,
    step: Decimal,
    interval: Option<Decimal>,
}

impl Scale {
    fn holds(&self, number: Decimal) -> bool {
        (self.start.min(self.end)..=self.start.max(self.end)).contains(&number)
    }
}

/// Checks a range's parameters; the first thing that is wrong is told.
pub fn check(parameters: &Parameters, appearance: &str, lists: &Lists) -> Result<(), Wrong> {
    let is_other_look = !appearance.is_empty() && !appearance.contains("vertical") && !appearance.contains("no-ticks");
    if is_other_look && let Some(key) = TICKS.into_iter().find(|key| parameters.get(key).is_some()) {
        return Err(Wrong::new(key, say::xlsform::range_ticks));
    }
    let scale = Scale {
        start: number(parameters, "start")?.unwrap_or(default("start")),
        end: number(parameters, "end")?.unwrap_or(default("end")),
        step: number(parameters, "step")?.unwrap_or(default("step")),
        interval: number(parameters, "tick_interval")?,
    };
    let placeholder = number(parameters, "placeholder")?;
    check_step(&scale, "step", scale.step)?;
    if let Some(interval) = scale.interval {
        check_step(&scale, "tick_interval", interval)?;
        if !interval.is_multiple(default("zero"), scale.step) {
            return Err(Wrong::new("tick_interval", |lang| say::xlsform::range_multiple(lang, "tick_interval")));
        }
    }
    if let Some(placeholder) = placeholder {
        if !placeholder.is_multiple(scale.start, scale.step) {
            return Err(Wrong::new("placeholder", |lang| say::xlsform::range_multiple(lang, "placeholder")));
        }
        if !scale.holds(placeholder) {
            return Err(Wrong::new("placeholder", |lang| say::xlsform::range_outside(lang, "placeholder")));
        }
    }
    match parameters.get("tick_labelset") {
        Some(name) => check_labels(&scale, name, lists.get(name), appearance.contains("no-ticks")),
        None => Ok(()),
    }
}

/// A default, or zero for a name that has none.
fn default(key: &str) -> Decimal {
    let text = DEFAULTS.iter().find(|(known, _)| *known == key).map_or("0", |(_, value)| value);
    Decimal::parse(text).unwrap_or_default()
}

fn number(parameters: &Parameters, key: &'static str) -> Result<Option<Decimal>, Wrong> {
    let Some(text) = parameters.get(key) else { return Ok(None) };
    match Decimal::parse(text) {
        Some(number) => Ok(Some(number)),
        None => Err(Wrong::new(key, move |lang| say::xlsform::needs_number(lang, key))),
    }
}

fn check_step(scale: &Scale, key: &'static str, step: Decimal) -> Result<(), Wrong> {
    if step.is_zero() {
        return Err(Wrong::new(key, move |lang| say::xlsform::range_zero(lang, key)));
    }
    if step > scale.start.distance(scale.end) {
        return Err(Wrong::new(key, move |lang| say::xlsform::range_wide(lang, key)));
    }
    Ok(())
}

fn check_labels(scale: &Scale, name: &str, list: Option<&List>, only_ends: bool) -> Result<(), Wrong> {
    let list_name = name.to_owned();
    let wrong = |say: fn(Lang, &str) -> String| Err(Wrong::new("tick_labelset", move |lang| say(lang, &list_name)));
    let Some(list) = list else { return wrong(|lang, name| say::xlsform::range_list(lang, name)) };
    let mut numbers = Vec::new();
    for choice in &list.choices {
        let Some(number) = Decimal::parse(&choice.name) else { return wrong(|lang, name| say::xlsform::range_names(lang, name)) };
        if !scale.holds(number) {
            return wrong(|lang, name| say::xlsform::range_names_outside(lang, name));
        }
        if scale.interval.is_some_and(|interval| !number.is_multiple(scale.start, interval)) {
            return wrong(|lang, name| say::xlsform::range_names_multiple(lang, name, "tick_interval"));
        }
        if !number.is_multiple(scale.start, scale.step) {
            return wrong(|lang, name| say::xlsform::range_names_multiple(lang, name, "step"));
        }
        numbers.push(number);
    }
    numbers.sort();
    numbers.dedup();
    let ends = [scale.start.min(scale.end), scale.start.max(scale.end)];
    match (only_ends, numbers.len()) {
        (false, _) => Ok(()),
        (true, 3..) => wrong(|lang, name| say::xlsform::range_two(lang, name)),
        (true, _) if numbers != ends => wrong(|lang, name| say::xlsform::range_ends(lang, name)),
        (true, _) => Ok(()),
    }
}
