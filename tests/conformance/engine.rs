//! The form engine as the scenarios see it: nodes by absolute references, answers as text.

use khuyencong::form::expression::Datum;
use khuyencong::form::instance::{ROOT_ROW, RowId};
use khuyencong::form::list::ChoiceList;
use khuyencong::form::problem::Severity as ProblemSeverity;
use khuyencong::form::world::{Taken, World};
use khuyencong::form::{self, Form, Kind, NodeId, check};
use khuyencong::interview::derive::Severity;
use khuyencong::interview::{Around, Interview, Notes, Who, submission};
use khuyencong::locale::{Lang, fold};
use khuyencong::value::{Decimal, Value, ValueType};
use serde_json::Value as Json;
use std::cell::Cell;
use std::sync::Arc;

/// A world with a clock that stands and chance that repeats itself from run to run.
#[derive(Clone)]
struct Chance {
    last: Cell<u64>,
    now: chrono::NaiveDateTime,
}

impl Chance {
    fn next(&self) -> u64 {
        self.last.set(self.last.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
        self.last.get() >> 11
    }
}

impl World for Chance {
    fn latest(&self, _: &str, _: &str, _: &str, _: Option<&str>, _: i64) -> Option<Taken> {
        None
    }

    fn rows(&self, _: &str, _: &str, _: &str, _: i64) -> Option<Arc<ChoiceList>> {
        None
    }

    fn random(&self) -> f64 {
        self.next() as f64 / (1u64 << 53) as f64
    }

    fn uuid(&self) -> String {
        let (a, b) = (self.next(), self.next());
        format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", a as u32, (a >> 32) as u16, b & 0xfff, (b >> 12) & 0xfff, (b >> 24) & 0xffff_ffff_ffff)
    }
}

/// A node in a row; the row of a repeat itself where the reference names one of its rows.
#[derive(Clone, Debug)]
pub struct Place {
    row: RowId,
    node: NodeId,
    /// The row that a reference to a repeat picks out (`repeat[2]`).
    picked: Option<RowId>,
    /// Whether the reference names the form itself.
    is_root: bool,
}

/// A form being answered.
pub struct Engine {
    text: String,
    form: Arc<Form>,
    interview: Interview,
    who: Who,
    chance: Chance,
    rows: u32,
}

/// The clock when the cases were recorded: a day of November 2026.
fn clock(day: u32) -> chrono::NaiveDateTime {
    chrono::NaiveDate::from_ymd_opt(2026, 11, day).and_then(|day| day.and_hms_opt(9, 0, 0)).expect("a moment")
}

fn around(chance: &Chance) -> Around<'_> {
    Around { world: chance, now: chance.now, lang: Lang::En }
}

/// A form whose texts speak one of its languages, by default its first.
pub fn compile(text: &str, language: Option<&str>) -> Result<Form, String> {
    let told = |problems: Vec<form::problem::Problem>| {
        let error = problems.iter().find(|p| p.severity == ProblemSeverity::Error);
        error.map_or_else(String::new, |p| format!("{} ({})", p.what.en, text.get(p.place.clone()).unwrap_or("")))
    };
    let (mut draft, problems) = form::read("form.xml", text).map_err(|(_, problems)| told(problems))?;
    if problems.iter().any(|p| p.severity == ProblemSeverity::Error) {
        return Err(told(problems));
    }
    let language = language.map(str::to_owned).or_else(|| draft.languages.first().cloned());
    if let Some(language) = language {
        draft.speak(&language);
        // It is chosen, so it is the default now.
        draft.languages.retain(|known| *known != language);
        draft.languages.insert(0, language);
    }
    let files = |_: &str| -> Option<Arc<str>> { None };
    check::check(&draft, &files).map(|(form, _)| form).map_err(told)
}

impl Engine {
    /// Loads a form and begins a record, or opens the record `edit`.
    pub fn load(text: &str, day: u32, properties: &Json, edit: Option<&str>) -> Result<Self, String> {
        let form = Arc::new(compile(text, None)?);
        let property = |name: &str| properties[name].as_str().unwrap_or_default().to_owned();
        let who = Who { person: property("username"), device: property("deviceID"), email: property("email"), phone: property("phoneNumber") };
        let chance = Chance { last: Cell::new(0), now: clock(day) };
        let interview = match edit {
            None => Interview::begin(form.clone(), &who, around(&chance)),
            Some(xml) => {
                let answers = submission::read(&form, xml).map_err(|why| why.en)?;
                Interview::reopen(form.clone(), answers, Notes::new(), around(&chance))
            }
        };
        Ok(Self { text: text.to_owned(), form, interview, who, chance, rows: 0 })
    }

    fn with(&self, interview: Interview) -> Self {
        Self { text: self.text.clone(), form: self.form.clone(), interview, who: self.who.clone(), chance: self.chance.clone(), rows: self.rows }
    }

    /// The same record after it was saved and opened again.
    pub fn reloaded(&self) -> Self {
        self.with(Interview::reopen(self.form.clone(), self.interview.answers().clone(), Notes::new(), around(&self.chance)))
    }

    /// A new record of the same form.
    pub fn fresh(&self) -> Self {
        self.with(Interview::begin(self.form.clone(), &self.who, around(&self.chance)))
    }

    /// Lets the form speak another of its languages.
    pub fn set_language(&mut self, language: &str) -> bool {
        let Ok((draft, _)) = form::read("form.xml", &self.text) else { return false };
        let code = |name: &str| Lang::from_code(name.rsplit_once('(').map_or(name, |(_, code)| code)).map(Lang::code);
        let known = draft.languages.iter().find(|known| *known == language || Some(known.as_str()) == code(language));
        let Some(form) = known.and_then(|language| compile(&self.text, Some(language)).ok()) else { return false };
        self.form = Arc::new(form);
        let answers = self.interview.answers().clone();
        self.interview = Interview::resume(self.form.clone(), (answers.clone(), Notes::new()), answers, Notes::new(), around(&self.chance));
        true
    }

    /// The node at `/data/group/repeat[2]/question`.
    pub fn locate(&self, reference: &str) -> Option<Place> {
        let mut place = Place { row: ROOT_ROW, node: NodeId(0), picked: None, is_root: true };
        for step in reference.trim_start_matches('/').split('/').skip(1) {
            let (name, number) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
                // JavaRosa counts from 0 in places.
                Some((name, number)) => (name, number.parse::<usize>().ok().map(|number| number.max(1))),
                None => (step, None),
            };
            // A step below a repeat without a number is in its first row.
            let row = match (place.is_root, self.form.node(place.node).kind) {
                (false, Kind::Repeat(scope)) => place.picked.or_else(|| self.rows_of(place.row, scope).first().copied())?,
                _ => place.row,
            };
            let node = self.form.child((!place.is_root).then_some(place.node), name)?;
            let picked = match (self.form.node(node).kind, number) {
                (Kind::Repeat(scope), Some(number)) => Some(*self.rows_of(row, scope).get(number.checked_sub(1)?)?),
                (_, Some(number)) if number > 1 => return None,
                _ => None,
            };
            place = Place { row, node, picked, is_root: false };
        }
        Some(place)
    }

    fn rows_of(&self, row: RowId, scope: form::ScopeId) -> &[RowId] {
        self.interview.derived().instance.children(&self.form, row, scope)
    }

    /// The same, after adding rows as far as the reference asks for them.
    pub fn locate_making_rows(&mut self, reference: &str) -> Option<Place> {
        for (at, _) in reference.match_indices(']') {
            let prefix = &reference[..=at];
            let (repeat, number) = prefix.strip_suffix(']').and_then(|prefix| prefix.rsplit_once('['))?;
            let range = self.locate(repeat)?;
            let Kind::Repeat(scope) = self.form.node(range.node).kind else { continue };
            let wanted = number.parse::<usize>().ok()?;
            while self.rows_of(range.row, scope).len() < wanted.min(100) {
                let before = self.rows_of(range.row, scope).len();
                self.add_row(&range).ok()?;
                if self.rows_of(range.row, scope).len() == before {
                    return None;
                }
            }
        }
        self.locate(reference)
    }

    fn path(&self, place: &Place) -> String {
        self.interview.derived().instance.path(&self.form, place.row, place.node)
    }

    /// Adds a row behind the others.
    pub fn add_row(&mut self, place: &Place) -> Result<(), String> {
        if place.is_root || !matches!(self.form.node(place.node).kind, Kind::Repeat(_)) {
            return Err("no repeat".to_owned());
        }
        self.rows += 1;
        let (start, key) = (self.path(place), format!("k{}", self.rows));
        let at = place.picked.map(|row| self.interview.derived().instance.row(row).position as usize);
        match at {
            Some(at) => self.interview.insert_row(&start, at, &key, around(&self.chance)),
            None => self.interview.add_row(&start, &key, around(&self.chance)),
        }
        Ok(())
    }

    /// Removes the row that the reference picks out.
    pub fn remove_row(&mut self, place: &Place) -> Result<(), String> {
        let row = place.picked.ok_or("no row")?;
        let prefix = self.interview.derived().instance.row(row).prefix.trim_end_matches('/').to_owned();
        self.interview.delete_row(&prefix, around(&self.chance)).map(|_| ()).ok_or_else(|| "no row".to_owned())
    }

    /// Answers as a person would, from text as ODK writes it; empty clears.
    pub fn answer(&mut self, place: &Place, text: &str) -> Result<(), String> {
        if place.is_root {
            return Err("the form cannot be answered".to_owned());
        }
        let mut value = value_of(text, self.form.node(place.node).value)?;
        if let Some(Value::Choices(names)) = value.as_mut().filter(|_| self.form.node(place.node).value == ValueType::SelectMultiple) {
            let set = self.interview.derived().choices(&self.form, around(&self.chance), place.row, place.node);
            names.sort_by_key(|name| set.list.position(name).unwrap_or(usize::MAX));
        }
        let path = self.path(place);
        self.interview.answer(&path, value, around(&self.chance));
        Ok(())
    }

    /// An answer or result as ODK writes it; blank where it is not relevant, unless `kept` is asked for.
    pub fn text(&self, place: &Place, kept: bool) -> String {
        if place.is_root {
            return String::new();
        }
        let (instance, node) = (&self.interview.derived().instance, self.form.node(place.node));
        let datum = if kept { instance.cell(&self.form, place.row, place.node).value.clone() } else { instance.read(&self.form, place.row, place.node) };
        datum.to_value(node.value).map_or_else(String::new, |value| value.plain())
    }

    /// Whether a node, and for a row of a repeat the repeat, is relevant.
    pub fn is_relevant(&self, place: &Place) -> bool {
        place.is_root || self.interview.derived().instance.is_relevant(&self.form, place.row, place.node)
    }

    /// Whether a node cannot be typed into: it says so, or one around it does.
    pub fn is_read_only(&self, place: &Place) -> bool {
        let derived = self.interview.derived();
        let says = |id: NodeId| derived.holds(&self.form, around(&self.chance), place.row, id, self.form.node(id).logic.read_only.as_ref(), false);
        let node = self.form.node(place.node);
        !place.is_root
            && (says(place.node)
                || self.form.ancestors(place.node).any(says)
                || matches!(node.kind, Kind::Note)
                || (node.kind == Kind::Question && node.logic.calculation.is_some()))
    }

    /// Whether an answer is needed.
    pub fn is_required(&self, place: &Place) -> bool {
        let required = self.form.node(place.node).logic.required.as_ref();
        !place.is_root && self.interview.derived().holds(&self.form, around(&self.chance), place.row, place.node, required, false)
    }

    /// How many rows a repeat has.
    pub fn row_count(&self, place: &Place) -> usize {
        match self.form.node(place.node).kind {
            Kind::Repeat(scope) if !place.is_root => self.rows_of(place.row, scope).len(),
            _ => 0,
        }
    }

    /// `ok`, `required` or `constraint`.
    pub fn state(&self, place: &Place) -> &'static str {
        let problem = self.interview.derived().problem_at(place.row, place.node).filter(|(severity, _)| *severity == Severity::Hard);
        match problem {
            Some(_) if !place.is_root => self.kind_of_problem(place.row, place.node),
            _ => "ok",
        }
    }

    fn kind_of_problem(&self, row: RowId, node: NodeId) -> &'static str {
        let blank = self.interview.derived().instance.read(&self.form, row, node).is_blank();
        if blank { "required" } else { "constraint" }
    }

    /// What is said about an answer, if it is of this kind of problem (any where empty) and the form says it itself.
    pub fn message(&self, place: &Place, kind: &str) -> Option<String> {
        let state = self.state(place);
        if state == "ok" || (!kind.is_empty() && kind != state) {
            return None;
        }
        self.interview.derived().problem_at(place.row, place.node).map(|(_, message)| message.en.clone())
    }

    /// Hard problems: references and kinds.
    pub fn violations(&self) -> Vec<(String, &'static str)> {
        let hard = self.interview.findings().into_iter().filter(|finding| finding.severity == Severity::Hard);
        hard.map(|finding| (self.reference(finding.row, finding.node), self.kind_of_problem(finding.row, finding.node))).collect()
    }

    fn reference(&self, row: RowId, node: NodeId) -> String {
        let instance = &self.interview.derived().instance;
        let mut out = format!("/{}", self.form.root);
        let mut around: Vec<NodeId> = self.form.ancestors(node).collect();
        around.reverse();
        for id in around {
            out.push_str(&format!("/{}", self.form.node(id).name));
            if let Kind::Repeat(scope) = self.form.node(id).kind {
                out.push_str(&format!("[{}]", instance.row(instance.climb(row, scope)).position));
            }
        }
        format!("{out}/{}", self.form.node(node).name)
    }

    /// Names and labels to choose from.
    pub fn choices(&self, place: &Place) -> Vec<(String, String)> {
        let set = self.interview.derived().choices(&self.form, around(&self.chance), place.row, place.node);
        set.iter().map(|choice| (choice.name.to_string(), choice.label.en.clone())).collect()
    }

    /// Labels of what is chosen.
    pub fn selected_labels(&self, place: &Place) -> Vec<String> {
        let (text, choices) = (self.text(place, false), self.choices(place));
        text.split(' ').filter_map(|name| choices.iter().find(|(known, _)| known == name)).map(|(_, label)| label.clone()).collect()
    }

    /// A question's label, filled in.
    pub fn label(&self, place: &Place) -> String {
        self.interview.derived().say(&self.form, around(&self.chance), place.row, place.node, "label").into_owned()
    }

    /// The words of its appearance.
    pub fn appearances(&self, place: &Place) -> Vec<String> {
        self.form.node(place.node).appearance.split_whitespace().map(str::to_owned).collect()
    }

    /// The record as a submission.
    pub fn xml(&self) -> String {
        submission::xml(&self.form, &self.interview.derived().instance, Some("uuid:00000000-0000-4000-8000-000000000000"))
    }
}

/// A value of a question from text as ODK writes it.
fn value_of(text: &str, kind: ValueType) -> Result<Option<Value>, String> {
    let text = fold::nfc(text);
    if text.is_empty() {
        return Ok(None);
    }
    let number = || Decimal::parse(text.trim()).ok_or_else(|| format!("“{text}” is no number"));
    Ok(Some(match kind {
        // The screen refuses a fraction; the engines compared with cut it off.
        ValueType::Integer => Value::Number(Decimal::from_f64(number()?.to_f64().trunc()).ok_or("no number")?),
        ValueType::Decimal => Value::Number(number()?),
        ValueType::Acknowledge => Value::text("OK"),
        kind => match Datum::text(&text).to_value(kind).filter(|value| can_be_typed(value, &text, kind)) {
            Some(value) => value,
            None => return Err(format!("“{text}” is no {kind:?}")),
        },
    }))
}

/// Whether the screen would take this text for a date, time or place.
fn can_be_typed(value: &Value, text: &str, kind: ValueType) -> bool {
    let is_time = |text: &str| {
        let (clock, zone) = text.find(['Z', '+', '-']).map_or((text, ""), |at| text.split_at(at));
        let zone = zone.trim_start_matches(['Z', '+', '-']).replace(':', "");
        let clock = clock.strip_suffix(".").map_or(clock, |_| "");
        ["%H:%M:%S%.f", "%H:%M"].iter().any(|format| chrono::NaiveTime::parse_from_str(clock, format).is_ok())
            && (zone.is_empty() || chrono::NaiveTime::parse_from_str(&zone, "%H%M").is_ok())
    };
    match (value, kind) {
        (_, ValueType::Time) => is_time(text),
        (Value::Point(numbers), _) => numbers.iter().zip([90.0, 180.0]).all(|(number, limit)| number.to_f64().abs() <= limit),
        _ => true,
    }
}
