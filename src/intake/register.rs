//! A register's row → answers, the way people write registers in Excel.

use super::grid::{Cell, letter};
use super::map::{DateOrder, Place, RegisterMap, Rule};
use crate::form::list::ChoiceList;
use crate::form::{Form, NodeId};
use crate::locale::number::{self, NumberProblem};
use crate::locale::{Lang, Text, date, fold, say};
use crate::value::{Decimal, ValueType};
use chrono::{Datelike, NaiveDate};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A column of the sheet with its rule.
#[derive(Clone, Debug)]
pub struct Bound<'m> {
    /// Its place in the sheet, from 0.
    pub at: usize,
    /// What is done with it.
    pub rule: &'m Rule,
    /// Where its cells go.
    pub place: &'m Place,
}

/// A problem with a cell, or with the row where there is no cell for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// The column's place and header.
    pub column: Option<(usize, String)>,
    /// What stands there.
    pub value: String,
    /// The question.
    pub path: String,
    /// What is wrong.
    pub message: Text,
}

/// Why a row is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// Nothing stands in it.
    Blank,
    /// A total.
    Total,
    /// The numbers of the columns, as under many headers.
    Numbering,
    /// One text alone: a heading, a note, a signature.
    Note,
}

/// A row's answers.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Nested as `record add` takes them.
    pub answers: Map<String, Json>,
    /// Cells that could not be read.
    pub problems: Vec<CellProblem>,
    /// Text answers of digits only: Excel takes away a leading zero.
    pub digits: Vec<Place>,
    /// What stands in the cells, by path.
    pub said: BTreeMap<String, String>,
    /// What tells it from other rows.
    pub identity: String,
}

/// Finds a record by what a register calls it: form and text → its id.
pub type Refer<'a> = &'a dyn Fn(&str, &str) -> Result<String, Text>;

/// Reads rows.
pub struct Reader<'a> {
    /// The form.
    pub form: &'a Arc<Form>,
    /// The map.
    pub map: &'a RegisterMap,
    /// Its columns in the sheet.
    pub bound: Vec<Bound<'a>>,
    /// The column that tells rows apart.
    pub id: Option<usize>,
    /// Finds records that a row names.
    pub refer: Refer<'a>,
    /// Today, for dates without a year.
    pub today: NaiveDate,
}

const TOTALS: [&str; 10] = ["tong", "cong", "tong cong", "tong so", "tong so luong", "total", "grand total", "sum", "subtotal", "toan tinh"];

/// Whether a row is none of the records.
pub fn skip(cells: &[Cell], mapped: usize) -> Option<Skip> {
    let filled: Vec<&Cell> = cells.iter().filter(|cell| !cell.is_blank()).collect();
    let texts: Vec<String> =
        filled.iter().filter_map(|cell| if let Cell::Text(text) = cell { Some(fold::fold(text)).filter(|t| t.contains(char::is_alphabetic)) } else { None }).collect();
    if filled.is_empty() {
        return Some(Skip::Blank);
    }
    if let [only] = texts[..].iter().map(|t| t.trim_end_matches([':', '.', ' '])).collect::<Vec<_>>()[..]
        && TOTALS.contains(&only)
    {
        return Some(Skip::Total);
    }
    let counted = |(at, cell): (usize, &&Cell)| cell.shown().trim_matches(['(', ')']).parse::<usize>().is_ok_and(|n| n == at + 1);
    if filled.len() > 2 && filled.iter().enumerate().filter(|pair| counted(*pair)).count() + 2 >= filled.len() && filled.iter().all(|c| c.shown().chars().count() <= 4) {
        let marks = filled.iter().filter(|c| c.shown().trim_matches(['(', ')']).parse::<usize>().is_err()).all(|c| matches!(c.shown().as_str(), "A" | "B" | "C" | "a" | "b"));
        if marks {
            return Some(Skip::Numbering);
        }
    }
    (filled.len() == 1 && texts.len() == 1 && mapped > 2).then_some(Skip::Note)
}

impl Reader<'_> {
    /// Reads a row; `above` holds the last filled cells of columns that are filled down.
    pub fn row(&self, cells: &[Cell], above: &mut Vec<Cell>) -> Row {
        let mut row = Row::default();
        for (place, value) in &self.map.constants {
            put(&mut row.answers, place, value.clone());
        }
        above.resize(above.len().max(self.bound.len()), Cell::Blank);
        for (bound, above) in self.bound.iter().zip(above) {
            let mut cell = cells.get(bound.at).unwrap_or(&Cell::Blank);
            if bound.rule.down {
                if cell.is_blank() {
                    cell = above;
                } else {
                    *above = cell.clone();
                }
            }
            row.said.insert(bound.place.path.clone(), cell.shown());
            self.cell(bound, cell, &mut row);
        }
        let filled = row.said.iter().filter(|(_, text)| !text.is_empty());
        let whole = filled.map(|(path, text)| format!("{path}\t{text}")).collect::<Vec<_>>().join("\n");
        let id = self.id.and_then(|at| cells.get(at)).map(Cell::shown).unwrap_or_default();
        row.identity = if self.id.is_some() { id } else { whole };
        row
    }

    fn cell(&self, bound: &Bound<'_>, cell: &Cell, row: &mut Row) {
        let node = self.form.node(bound.place.node);
        match self.read(bound, cell) {
            Ok(json) => {
                let digits = node.value == ValueType::Text && json.as_str().is_some_and(|text| text.len() > 5 && text.bytes().all(|b| b.is_ascii_digit()));
                if digits {
                    row.digits.push(bound.place.clone());
                }
                put(&mut row.answers, bound.place, json);
            }
            Err(message) => row.problems.push(CellProblem { column: Some((bound.at, bound.rule.header.clone())), value: cell.shown(), path: bound.place.path.clone(), message }),
        }
    }

    fn read(&self, bound: &Bound<'_>, cell: &Cell) -> Result<Json, Text> {
        use ValueType as T;
        let (rule, id) = (bound.rule, bound.place.node);
        let kind = self.form.node(id).value;
        if let Some(name) = rule.values.get(&fold::fold(&cell.shown())) {
            return Ok(if kind == T::SelectMultiple { name.split_whitespace().map(|n| Json::String(n.to_owned())).collect() } else { Json::String(name.clone()) });
        }
        match cell {
            Cell::Blank => return Ok(Json::Null),
            // A dash says "none".
            Cell::Text(text) if matches!(text.as_str(), "-" | "–" | "—" | "…" | "...") => return Ok(Json::Null),
            Cell::Error(error) => return Err(Text::both(|l| say::data::formula_failed(l, error))),
            _ => {}
        }
        match kind {
            kind if kind.is_number() => self.number(kind, cell, rule),
            T::Date => day(cell, rule.date, self.today).map(|d| Json::String(d.to_string())),
            T::Month => month(cell, self.today),
            T::Time => time(cell),
            T::Moment => match cell {
                Cell::Moment(moment) => Ok(Json::String(date::moment_text(*moment))),
                cell => Ok(Json::String(cell.shown())),
            },
            T::SelectOne => choose(self.form, id, &cell.shown(), matches!(cell, Cell::Truth(_))).map(Json::String),
            T::SelectMultiple | T::Rank => {
                let parts = cell.shown();
                let parts: Vec<&str> = parts.split([',', ';', '\n', '+']).map(str::trim).filter(|p| !p.is_empty()).collect();
                parts.into_iter().map(|part| choose(self.form, id, part, false).map(Json::String)).collect::<Result<Vec<_>, _>>().map(Json::Array)
            }
            T::Acknowledge => Ok(if truth(&cell.shown()) == Some(true) { Json::Bool(true) } else { Json::Null }),
            T::Reference => (self.refer)(self.form.node(id).to.as_deref().unwrap_or_default(), &cell.shown()).map(Json::String),
            _ => Ok(Json::String(cell.shown())),
        }
    }

    fn number(&self, kind: ValueType, cell: &Cell, rule: &Rule) -> Result<Json, Text> {
        let not = || Text::both(say::form::not_a_number);
        let mut factor = rule.factor.as_ref();
        let number = match cell {
            Cell::Number(number) => number.clone(),
            // `1,5 tỷ` says its unit itself, whatever the column counts in.
            Cell::Text(text) if kind == ValueType::Money && text.contains(char::is_alphabetic) => {
                factor = None;
                typed_number(text, kind, self.map.numbers)?
            }
            Cell::Text(text) => typed_number(text, if factor.is_some() { ValueType::Decimal } else { kind }, self.map.numbers)?,
            // Excel shows 31/12/2025 as a date; as a year it is 2025 only if that is all it says.
            Cell::Moment(moment) if kind == ValueType::Year && moment.day() == 1 && moment.month() == 1 => Decimal::from(i64::from(moment.year())),
            _ => return Err(not()),
        };
        let number = match factor {
            Some(factor) => times(&number, factor).ok_or_else(not)?,
            None => number,
        };
        serde_json::from_str(number.as_str()).map_err(|_| not())
    }
}

fn typed_number(text: &str, kind: ValueType, lang: Lang) -> Result<Decimal, Text> {
    if kind == ValueType::Year && text.bytes().all(|b| b.is_ascii_digit()) {
        return Decimal::parse(text).ok_or_else(|| Text::both(say::form::not_a_number));
    }
    let read = if kind == ValueType::Money { number::parse_money(text, lang) } else { number::parse(text, lang) };
    let told = |problem| match problem {
        NumberProblem::Ambiguous(a, b) => Text::both(|l| say::data::ambiguous_cell(l, number::format(&a, lang), number::format(&b, lang))),
        NumberProblem::NotANumber => Text::both(say::form::not_a_number),
        NumberProblem::NotWhole => Text::both(say::form::not_whole),
    };
    read.map_err(told).and_then(|text| Decimal::parse(&text).ok_or_else(|| Text::both(say::form::not_a_number)))
}

/// The exact product; `None` when it has too many digits.
fn times(a: &Decimal, b: &Decimal) -> Option<Decimal> {
    let parts = |number: &Decimal| {
        let (whole, fraction) = number.as_str().split_once('.').unwrap_or((number.as_str(), ""));
        Some((format!("{whole}{fraction}").parse::<i128>().ok()?, fraction.len()))
    };
    let ((a, a_places), (b, b_places)) = (parts(a)?, parts(b)?);
    Decimal::parse(&format!("{}e-{}", a.checked_mul(b)?, a_places + b_places))
}

fn day(cell: &Cell, order: DateOrder, today: NaiveDate) -> Result<NaiveDate, Text> {
    let not = || Text::both(say::form::not_a_date);
    match cell {
        Cell::Moment(moment) => Ok(moment.date()),
        Cell::Number(number) => match number.as_str().parse::<i64>() {
            Ok(year @ 1900..=2100) => Err(Text::both(|l| say::data::only_a_year(l, year))),
            // Excel counts days from the end of 1899.
            Ok(days) => serial(days).ok_or_else(not),
            _ => Err(not()),
        },
        // A date cell that was saved as text.
        Cell::Text(text) if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok().and_then(serial).ok_or_else(not),
        Cell::Text(text) => {
            let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
            if let [year] = parts[..]
                && year.len() == 4
            {
                return Err(Text::both(|l| say::data::only_a_year(l, year)));
            }
            let ordered = match (order, &parts[..]) {
                _ if date::parse_iso(text).is_some() => text.clone(),
                (DateOrder::MonthFirst, [month, day, year]) => format!("{day}/{month}/{year}"),
                (DateOrder::YearFirst, [year, month, day]) => format!("{day}/{month}/{year}"),
                (_, [_, _]) => return Err(Text::both(say::data::date_without_year)),
                _ => text.clone(),
            };
            date::parse_date(&ordered, today).ok_or_else(not)
        }
        _ => Err(not()),
    }
}

/// Excel counts days from the end of 1899; up to the year 2200.
fn serial(days: i64) -> Option<NaiveDate> {
    let start = NaiveDate::from_ymd_opt(1899, 12, 30).filter(|_| (2_101..=109_575).contains(&days))?;
    start.checked_add_signed(chrono::TimeDelta::days(days))
}

fn month(cell: &Cell, today: NaiveDate) -> Result<Json, Text> {
    match cell {
        Cell::Moment(moment) => Some(moment.format("%Y-%m").to_string()),
        cell => date::parse_month(&cell.shown(), today),
    }
    .map(Json::String)
    .ok_or_else(|| Text::both(say::form::not_a_month))
}

fn time(cell: &Cell) -> Result<Json, Text> {
    match cell {
        Cell::Moment(moment) => Some(moment.time()),
        cell => date::parse_time(&cell.shown()),
    }
    .map(|time| Json::String(time.format("%H:%M").to_string()))
    .ok_or_else(|| Text::both(say::form::not_a_time))
}

/// What people tick boxes with.
fn truth(text: &str) -> Option<bool> {
    match fold::fold(text).trim_end_matches('.') {
        "x" | "v" | "✓" | "✔" | "☑" | "co" | "yes" | "y" | "true" | "1" | "dung" | "da co" => Some(true),
        "khong" | "ko" | "k" | "no" | "n" | "false" | "0" | "sai" | "chua" | "khong co" | "chua co" => Some(false),
        _ => None,
    }
}

/// What stands before a commune's name in one register and not in another.
const KINDS: [&str; 8] = ["xa ", "phuong ", "thi tran ", "x. ", "p. ", "tt. ", "x.", "p."];

fn bare(folded: &str) -> &str {
    KINDS.iter().find_map(|kind| folded.strip_prefix(kind)).unwrap_or(folded)
}

/// A choice by name, by label in either language, by a tick, or by words that only one has. Its list may be another record's:
/// then the text goes on as it is.
fn choose(form: &Form, id: NodeId, text: &str, ticked: bool) -> Result<String, Text> {
    let Some(list) = form.list(id) else { return Ok(text.to_owned()) };
    if !ticked && list.get(text).is_some() {
        return Ok(text.to_owned());
    }
    let folded = fold::fold(text);
    let labelled = |same: &dyn Fn(&str) -> bool| {
        let mut found = list.choices.iter().filter(|c| [Lang::Vi, Lang::En].iter().any(|lang| same(&fold::fold(c.label.get(*lang)))));
        found.next().filter(|_| found.next().is_none()).map(|c| c.name.to_string())
    };
    let exact = labelled(&|label| label == folded).or_else(|| labelled(&|label| bare(label) == bare(&folded)));
    exact.or_else(|| ticks(list, text)).or_else(|| searched(list, text)).ok_or_else(|| Text::both(|l| say::form::not_a_choice(l, text)))
}

fn ticks(list: &ChoiceList, text: &str) -> Option<String> {
    let name = if truth(text)? { "yes" } else { "no" };
    list.get(name).map(|choice| choice.name.to_string())
}

fn searched(list: &ChoiceList, text: &str) -> Option<String> {
    let query = fold::Query::new(text);
    let mut found = list.choices.iter().filter(|c| !query.is_empty() && query.matches(&c.search));
    found.next().filter(|_| found.next().is_none()).map(|c| c.name.to_string())
}

/// Puts an answer at its place, making the rows of a repeat up to it.
pub fn put(answers: &mut Map<String, Json>, place: &Place, value: Json) {
    let name = place.path.rsplit('/').next().unwrap_or(&place.path).to_owned();
    let Some((repeat, number)) = &place.row else {
        answers.insert(name, value);
        return;
    };
    // A row of a repeat is there once something stands in it.
    if value.is_null() {
        return;
    }
    let rows = answers.entry(repeat.clone()).or_insert_with(|| Json::Array(Vec::new()));
    let Json::Array(rows) = rows else { return };
    rows.resize_with(rows.len().max(*number), || Json::Object(Map::new()));
    if let Some(row) = rows[number - 1].as_object_mut() {
        row.insert(name, value);
    }
}

/// The text at a place.
pub fn text_at<'j>(answers: &'j Map<String, Json>, place: &Place) -> Option<&'j str> {
    let name = place.path.rsplit('/').next()?;
    match &place.row {
        None => answers.get(name)?.as_str(),
        Some((repeat, number)) => answers.get(repeat)?.get(number - 1)?.get(name)?.as_str(),
    }
}

/// `C “Số lao động” = “x”: Không phải số`, or `path: …` where no cell is meant.
pub fn problem_line(problem: &CellProblem, lang: Lang) -> String {
    let message = problem.message.get(lang);
    match &problem.column {
        Some((at, header)) => say::data::cell_problem(lang, letter(*at), header, &problem.value, message),
        None => format!("{}: {message}", problem.path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<Cell> {
        texts.iter().map(|text| Decimal::canonical(text).map_or_else(|| Cell::text(text), Cell::Number)).collect()
    }

    #[test]
    fn rows_that_are_no_records_are_told_from_those_that_are() {
        for (texts, expected) in [
            (&["", ""][..], Some(Skip::Blank)),
            (&["", "Tổng cộng:", "", "1505"], Some(Skip::Total)),
            (&["CỘNG", "", "1.505,5"], Some(Skip::Total)),
            (&["(1)", "(2)", "(3)", "(4)"], Some(Skip::Numbering)),
            (&["A", "B", "1", "2", "3"], None),
            (&["A", "2", "3", "4"], Some(Skip::Numbering)),
            (&["I. Xã Hồng Dân", "", ""], Some(Skip::Note)),
            (&["1", "Tổng Hợp Thử", "x"], None),
            (&["1", "2", "3"], Some(Skip::Numbering)),
            (&["7", "An", "30"], None),
        ] {
            assert_eq!(skip(&cells(texts), 3), expected, "{texts:?}");
        }
    }

    #[test]
    fn products_are_exact() {
        let times = |a: &str, b: &str| times(&Decimal::parse(a).unwrap(), &Decimal::parse(b).unwrap()).map(|n| n.to_string());
        assert_eq!(times("12.5", "1000000").as_deref(), Some("12500000"));
        assert_eq!(times("-0.1", "0.2").as_deref(), Some("-0.02"));
        assert_eq!(times("12345678901234567890123456789", "100000000000000"), None);
    }

    #[test]
    fn dates_are_read_as_registers_hold_them() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let read = |text: &str, order| day(&cells(&[text])[0], order, today).map(|d| d.to_string()).ok();
        for (text, order, expected) in [
            ("20/11/2026", DateOrder::DayFirst, Some("2026-11-20")),
            ("11/20/2026", DateOrder::MonthFirst, Some("2026-11-20")),
            ("2026/11/20", DateOrder::YearFirst, Some("2026-11-20")),
            ("2026-11-20", DateOrder::MonthFirst, Some("2026-11-20")),
            ("46346", DateOrder::DayFirst, Some("2026-11-20")),
            ("2026", DateOrder::DayFirst, None),
            ("20/11", DateOrder::DayFirst, None),
            ("1e9", DateOrder::DayFirst, None),
        ] {
            assert_eq!(read(text, order).as_deref(), expected, "{text}");
        }
    }
}
