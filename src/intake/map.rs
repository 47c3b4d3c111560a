//! How a register's columns become answers: a TOML file that a person edits. The program proposes one; from then on the file
//! decides.

use super::grid::letter;
use super::propose::Guess;
use crate::form::expression::compile::nearest;
use crate::form::{Form, Kind, NodeId, ROOT};
use crate::locale::{Lang, Text, fold, say};
use crate::value::{Decimal, ValueType};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use toml::Spanned;

/// In which order a written date stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// `31/12/2026`, as in Vietnam.
    #[default]
    DayFirst,
    /// `12/31/2026`
    MonthFirst,
    /// `2026/12/31`
    YearFirst,
}

/// A question, or one in a numbered row of a repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As written: `energy[1]/after`.
    pub path: String,
    /// The question.
    pub node: NodeId,
    /// The repeat and the number of its row, from 1.
    pub row: Option<(String, usize)>,
}

/// What is done with one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The column's header.
    pub header: String,
    /// Its letter, which decides between two columns with one header.
    pub column: Option<String>,
    /// Where its cells go; `None` for a column that is passed over.
    pub place: Option<Place>,
    /// Numbers are multiplied by this.
    pub factor: Option<Decimal>,
    /// How dates are written in it.
    pub date: DateOrder,
    /// What stands in the cells (folded) → a choice's name.
    pub values: BTreeMap<String, String>,
    /// Whether an empty cell means what stands above it: a cell merged over several rows.
    pub down: bool,
}

/// A map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterMap {
    /// The form.
    pub form: String,
    /// The sheet; empty for the first that has a header.
    pub sheet: String,
    /// The number of the header's row, from 1; 0 to look for it.
    pub header: usize,
    /// The header of the column that tells rows apart; empty: all that a row says does.
    pub id: String,
    /// How numbers written as text are read.
    pub numbers: Lang,
    /// The columns.
    pub rules: Vec<Rule>,
    /// Answers that all rows share.
    pub constants: Vec<(Place, Json)>,
}

/// What is wrong with a map: its line (0 where it has none) and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapProblem {
    /// From 1.
    pub line: usize,
    /// What.
    pub message: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: String,
    #[serde(default)]
    sheet: String,
    #[serde(default)]
    header: usize,
    #[serde(default)]
    id: String,
    numbers: Option<Spanned<String>>,
    #[serde(default, rename = "column")]
    columns: Vec<WrittenColumn>,
    #[serde(default)]
    constant: BTreeMap<Spanned<String>, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenColumn {
    header: Spanned<String>,
    column: Option<String>,
    question: Option<Spanned<String>>,
    #[serde(default)]
    ignore: bool,
    factor: Option<Spanned<toml::Value>>,
    date: Option<Spanned<String>>,
    #[serde(default)]
    values: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    fill_down: bool,
}

/// Reads a map for `form`.
///
/// # Errors
/// All that is wrong with it.
pub fn read(text: &str, form: &Form) -> Result<RegisterMap, Vec<MapProblem>> {
    let written: Written = toml::from_str(text).map_err(|e| {
        let line = e.span().map_or(0, |span| line_of(text, span.start));
        vec![MapProblem { line, message: Text::both(|l| say::form::not_toml(l, e.message())) }]
    })?;
    let mut checker = Checker { text, form, problems: Vec::new() };
    if written.form != form.id {
        checker.problem(0, |l| say::data::other_form(l, &written.form, &form.id));
    }
    let numbers = match written.numbers.as_ref().map(|n| (n.get_ref().as_str(), n.span().start)) {
        None => Lang::Vi,
        Some((code, at)) => Lang::from_code(code).unwrap_or_else(|| {
            checker.problem(at, |l| say::data::bad_numbers(l, code));
            Lang::Vi
        }),
    };
    let rules: Vec<Rule> = written.columns.iter().map(|column| checker.rule(column)).collect();
    let mut constants = Vec::new();
    for (path, value) in &written.constant {
        let json = serde_json::to_value(value).unwrap_or(Json::Null);
        constants.extend(checker.place(path.get_ref(), path.span().start).map(|place| (place, json)));
    }
    checker.twice(&rules, &constants);
    if !checker.problems.is_empty() {
        return Err(checker.problems);
    }
    Ok(RegisterMap { form: written.form, sheet: written.sheet, header: written.header, id: written.id, numbers, rules, constants })
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
}

struct Checker<'a> {
    text: &'a str,
    form: &'a Form,
    problems: Vec<MapProblem>,
}

impl Checker<'_> {
    fn problem(&mut self, at: usize, say: impl Fn(Lang) -> String) {
        let line = if at == 0 { 0 } else { line_of(self.text, at) };
        self.problems.push(MapProblem { line, message: Text::both(say) });
    }

    fn rule(&mut self, written: &WrittenColumn) -> Rule {
        let header = written.header.get_ref().clone();
        let place = match &written.question {
            Some(question) if !written.ignore => self.place(question.get_ref(), question.span().start),
            None if !written.ignore => {
                self.problem(written.header.span().start, |l| say::data::column_without_question(l, &header));
                None
            }
            _ => None,
        };
        let factor = written.factor.as_ref().and_then(|factor| {
            let number = Decimal::parse(&factor.get_ref().to_string());
            if number.is_none() {
                self.problem(factor.span().start, |l| say::data::bad_factor(l, factor.get_ref()));
            }
            number
        });
        let date = written.date.as_ref().map_or(DateOrder::DayFirst, |date| {
            order(date.get_ref()).unwrap_or_else(|| {
                self.problem(date.span().start, |l| say::data::bad_date_format(l, date.get_ref()));
                DateOrder::DayFirst
            })
        });
        for name in written.values.values() {
            self.choice(place.as_ref(), name);
        }
        let values = written.values.iter().map(|(text, name)| (fold::fold(text), name.get_ref().clone())).collect();
        Rule { header, column: written.column.clone(), place, factor, date, values, down: written.fill_down }
    }

    fn choice(&mut self, place: Option<&Place>, name: &Spanned<String>) {
        let Some(list) = place.and_then(|place| self.form.list(place.node)) else { return };
        let known = name.get_ref().split_whitespace().all(|name| list.get(name).is_some()) || list.get(name.get_ref()).is_some();
        if !known {
            let near = nearest(name.get_ref(), list.choices.iter().map(|c| &*c.name));
            self.problem(name.span().start, |l| suggest(l, say::form::not_a_choice(l, name.get_ref()), near.as_deref()));
        }
    }

    fn place(&mut self, path: &str, at: usize) -> Option<Place> {
        let (repeat, name) = path.split_once('/').map_or((None, path), |(repeat, name)| (Some(repeat), name));
        let row = repeat.and_then(|repeat| {
            let (name, number) = repeat.strip_suffix(']')?.split_once('[')?;
            Some((name.to_owned(), number.parse::<usize>().ok().filter(|n| (1..=1000).contains(n))?))
        });
        let scope = match &row {
            None => Some(ROOT),
            Some((repeat, _)) => self.form.find(repeat).and_then(|id| match self.form.node(id).kind {
                Kind::Repeat(scope) if self.form.node(id).scope == ROOT => Some(scope),
                _ => None,
            }),
        };
        let node = self.form.find(name).filter(|id| Some(self.form.node(*id).scope) == scope && repeat.is_some() == row.is_some());
        let Some(node) = node else {
            let near = nearest(name, self.form.keys.keys().map(String::as_str)).filter(|near| near != name);
            self.problem(at, |l| suggest(l, say::form::unknown_question(l, path), near.as_deref()));
            return None;
        };
        let question = self.form.node(node);
        match question.kind {
            Kind::Question | Kind::Hidden | Kind::Meta(_) if question.value != ValueType::File => return Some(Place { path: path.to_owned(), node, row }),
            Kind::Calculate => self.problem(at, |l| say::data::computed_question(l, path)),
            _ => self.problem(at, |l| say::data::not_a_question(l, path)),
        }
        None
    }

    fn twice(&mut self, rules: &[Rule], constants: &[(Place, Json)]) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        let columns = rules.iter().filter_map(|rule| rule.place.as_ref().map(|place| (place.path.as_str(), rule.header.as_str())));
        for (path, header) in columns.chain(constants.iter().map(|(place, _)| (place.path.as_str(), "[constant]"))) {
            if let Some(first) = seen.insert(path, header) {
                self.problem(0, |l| say::data::two_columns(l, first, header, path));
            }
        }
    }
}

fn suggest(lang: Lang, what: String, near: Option<&str>) -> String {
    near.map_or(what.clone(), |near| format!("{what}; {}", say::form::did_you_mean(lang, near)))
}

/// `dd/mm/yyyy`, `mm/dd/yyyy`, `yyyy-mm-dd`: what comes first decides.
fn order(format: &str) -> Option<DateOrder> {
    let letters: String = format.to_lowercase().chars().filter(|c| c.is_ascii_alphabetic()).collect();
    let mut order: Vec<char> = letters.chars().collect();
    order.dedup();
    match order[..] {
        ['d', 'm', 'y'] => Some(DateOrder::DayFirst),
        ['m', 'd', 'y'] => Some(DateOrder::MonthFirst),
        ['y', 'm', 'd'] => Some(DateOrder::YearFirst),
        _ => None,
    }
}

/// What is proposed for a sheet.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// The form.
    pub form: &'a Form,
    /// The sheet.
    pub sheet: &'a str,
    /// The header's row, from 0.
    pub header: usize,
    /// The headers.
    pub headers: &'a [String],
    /// What each column is taken for.
    pub guesses: &'a [Option<Guess>],
}

/// Writes a proposal as a map, with what a person needs to know to edit it.
pub fn write(proposal: &Proposal<'_>, lang: Lang) -> String {
    use say::data as s;
    let form = proposal.form;
    let mut out = String::new();
    let comment = |out: &mut String, text: String| text.lines().for_each(|line| out.push_str(&format!("# {line}\n")));
    comment(&mut out, s::map_head(lang, form.title.get(lang)));
    out.push_str(&format!("\nform = {}\n", quoted(&form.id)));
    if !proposal.sheet.is_empty() {
        out.push_str(&format!("sheet = {}\n", quoted(proposal.sheet)));
    }
    out.push_str(&format!("header = {}  # {}\n", proposal.header + 1, s::map_header(lang)));
    out.push_str(&format!("id = \"\"  # {}\n", s::map_id(lang)));
    out.push_str(&format!("numbers = \"vi\"  # {}\n\n", s::map_numbers(lang)));
    comment(&mut out, s::map_columns(lang));
    for (at, header) in proposal.headers.iter().enumerate().filter(|(_, header)| !header.is_empty()) {
        out.push_str(&format!("\n[[column]]\ncolumn = \"{}\"\nheader = {}\n", letter(at), quoted(header)));
        match proposal.guesses.get(at).and_then(Option::as_ref) {
            Some(guess) => {
                let label = one_line(&label(form, &guess.question, lang));
                out.push_str(&format!("question = {}  # {}\n", quoted(&guess.question), s::map_guess(lang, guess.score, label)));
                if let Some(factor) = factor(form, &guess.question, header) {
                    out.push_str(&format!("factor = {factor}\n"));
                }
            }
            None => out.push_str("ignore = true\n"),
        }
    }
    let guessed = |id: &NodeId| proposal.guesses.iter().flatten().any(|guess| guess.question == form.node(*id).key);
    let missing: Vec<NodeId> = form.top_questions().filter(|id| form.node(*id).logic.required.is_some() && form.node(*id).logic.default.is_none() && !guessed(id)).collect();
    out.push_str("\n[constant]\n");
    comment(&mut out, s::map_constants(lang));
    for id in missing {
        out.push_str(&format!("# {} = \"\"  # {}\n", form.node(id).key, one_line(form.node(id).label.get(lang))));
    }
    out
}

/// What an amount is counted in, if the header says so: amounts are kept in đồng.
fn factor(form: &Form, path: &str, header: &str) -> Option<u64> {
    let id = form.find(path.rsplit('/').next()?)?;
    let folded = fold::fold(header);
    let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    match form.node(id).value {
        ValueType::Money if has(&["trieu", "tr.d", "trd", "million"]) => Some(1_000_000),
        ValueType::Money if has(&["ty dong", "ti dong", "(ty", "billion"]) => Some(1_000_000_000),
        ValueType::Money if has(&["nghin", "ngan dong", "1.000 d", "1000 d", "1.000d", "thousand"]) => Some(1_000),
        _ => None,
    }
}

fn label(form: &Form, path: &str, lang: Lang) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    form.find(name).map_or_else(String::new, |id| form.node(id).label.get(lang).to_owned())
}

fn one_line(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
