//! What an expression gives without knowing any answer, and which values of one question it leaves possible.

use crate::form::expression::syntax::{Axis, Operator, Start, Syntax, SyntaxKind};
use std::collections::BTreeSet;

/// A value that does not depend on answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    Number(f64),
    Text(String),
    Truth(bool),
}

impl Constant {
    pub fn truth(&self) -> bool {
        match self {
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Truth(truth) => *truth,
        }
    }

    pub fn number(&self) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Text(text) => text.trim().parse().unwrap_or(f64::NAN),
            Self::Truth(truth) => f64::from(u8::from(*truth)),
        }
    }

    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    /// As it is written.
    pub fn show(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Truth(truth) => format!("{truth}()"),
        }
    }

    /// Whether it may be a date or a time, which compare as such.
    fn is_moment(&self) -> bool {
        matches!(self, Self::Text(text) if text.contains(['-', ':']) && text.starts_with(|c: char| c.is_ascii_digit()))
    }
}

/// What an expression gives; `here` stands for `.`. `None` when that depends on answers or on a function not known here.
pub fn fold(syntax: &Syntax, here: Option<&Constant>) -> Option<Constant> {
    match &syntax.kind {
        SyntaxKind::Number(number) => Some(Constant::Number(*number)),
        SyntaxKind::Text(text) => Some(Constant::Text(text.clone())),
        SyntaxKind::Negate(inner) => Some(Constant::Number(-fold(inner, here)?.number())),
        SyntaxKind::Binary(Operator::And, a, b) => both(fold(a, here), fold(b, here), false),
        SyntaxKind::Binary(Operator::Or, a, b) => both(fold(a, here), fold(b, here), true),
        SyntaxKind::Binary(operator, a, b) => binary(*operator, &fold(a, here)?, &fold(b, here)?),
        SyntaxKind::Call(name, arguments) => call(name, arguments, here),
        SyntaxKind::Path(Start::Here, _) if is_here(syntax) => here.cloned(),
        _ => None,
    }
}

/// Whether an expression is `.`.
pub fn is_here(syntax: &Syntax) -> bool {
    matches!(&syntax.kind, SyntaxKind::Path(Start::Here, steps) if matches!(steps.as_slice(), [step] if step.axis == Axis::Here && step.predicates.is_empty()))
}

/// `and` (`settles`: false) and `or` (true): one side that settles it is enough.
fn both(a: Option<Constant>, b: Option<Constant>, settles: bool) -> Option<Constant> {
    let (a, b) = (a.map(|a| a.truth()), b.map(|b| b.truth()));
    if a == Some(settles) || b == Some(settles) {
        return Some(Constant::Truth(settles));
    }
    a.and(b).map(|_| Constant::Truth(!settles))
}

fn binary(operator: Operator, a: &Constant, b: &Constant) -> Option<Constant> {
    use Operator::*;
    let (x, y) = (a.number(), b.number());
    Some(match operator {
        Add => Constant::Number(x + y),
        Subtract => Constant::Number(x - y),
        Multiply => Constant::Number(x * y),
        Divide => Constant::Number(x / y),
        Modulo => Constant::Number(x % y),
        _ => Constant::Truth(compare(operator, a, b)?),
    })
}

fn compare(operator: Operator, a: &Constant, b: &Constant) -> Option<bool> {
    use Operator::*;
    if a.is_moment() || b.is_moment() {
        return None;
    }
    let (x, y) = (a.number(), b.number());
    match (operator, a, b) {
        (Equal, Constant::Truth(_), _) | (Equal, _, Constant::Truth(_)) => Some(a.truth() == b.truth()),
        (Equal, Constant::Text(a), Constant::Text(b)) => Some(a == b),
        (Equal, ..) => Some(x == y),
        (NotEqual, ..) => compare(Equal, a, b).map(|equal| !equal),
        (Less, ..) => Some(x < y),
        (LessEqual, ..) => Some(x <= y),
        (Greater, ..) => Some(x > y),
        (GreaterEqual, ..) => Some(x >= y),
        _ => None,
    }
}

fn call(name: &str, arguments: &[Syntax], here: Option<&Constant>) -> Option<Constant> {
    match (name, arguments) {
        ("true", []) => Some(Constant::Truth(true)),
        ("false", []) => Some(Constant::Truth(false)),
        ("not", [inner]) => Some(Constant::Truth(!fold(inner, here)?.truth())),
        ("boolean", [inner]) => Some(Constant::Truth(fold(inner, here)?.truth())),
        ("number", [inner]) => fold(inner, here).filter(|value| !value.is_moment()).map(|value| Constant::Number(value.number())),
        ("if", [condition, yes, no]) => fold(if fold(condition, here)?.truth() { yes } else { no }, here),
        ("string-length", [inner]) => match fold(inner, here)? {
            Constant::Text(text) => Some(Constant::Number(text.chars().count() as f64)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an expression is false whatever is answered. `single` tells whether a question named in it has one value there.
pub fn never_holds(syntax: &Syntax, single: &dyn Fn(&str) -> bool) -> bool {
    let mut subjects = BTreeSet::new();
    collect_subjects(syntax, single, &mut subjects);
    fold(syntax, None).is_some_and(|value| !value.truth()) || subjects.iter().any(|subject| possible(syntax, subject).is_empty())
}

/// What is compared: `.`, or a question's name.
fn subject(syntax: &Syntax) -> Option<&str> {
    match &syntax.kind {
        SyntaxKind::Path(Start::Question(name), steps) if steps.is_empty() => Some(name),
        _ if is_here(syntax) => Some("."),
        _ => None,
    }
}

/// Only comparisons joined by `and`, `or` are looked at.
fn collect_subjects<'s>(syntax: &'s Syntax, single: &dyn Fn(&str) -> bool, found: &mut BTreeSet<&'s str>) {
    if let SyntaxKind::Binary(operator, a, b) = &syntax.kind {
        match operator {
            Operator::And | Operator::Or => [a, b].into_iter().for_each(|side| collect_subjects(side, single, found)),
            _ => found.extend([a, b].into_iter().filter_map(|side| subject(side)).filter(|name| *name == "." || single(name))),
        }
    }
}

/// The values that are left to a question. May be more than really are, never fewer.
#[derive(Clone, Debug, PartialEq)]
enum Possible {
    Any,
    /// Numbers in these ranges.
    Numbers(Vec<Range>),
    /// These texts.
    Texts(BTreeSet<String>),
}

/// From `low` to `high`; `open` ends are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Range {
    low: f64,
    low_open: bool,
    high: f64,
    high_open: bool,
}

impl Range {
    fn is_empty(&self) -> bool {
        self.low > self.high || (self.low == self.high && (self.low_open || self.high_open))
    }

    fn and(&self, other: &Self) -> Self {
        let (low, low_open) = if self.low == other.low {
            (self.low, self.low_open || other.low_open)
        } else if self.low > other.low {
            (self.low, self.low_open)
        } else {
            (other.low, other.low_open)
        };
        let (high, high_open) = if self.high == other.high {
            (self.high, self.high_open || other.high_open)
        } else if self.high < other.high {
            (self.high, self.high_open)
        } else {
            (other.high, other.high_open)
        };
        Self { low, low_open, high, high_open }
    }

    fn holds(&self, number: f64) -> bool {
        !self.and(&Self { low: number, low_open: false, high: number, high_open: false }).is_empty()
    }
}

impl Possible {
    fn is_empty(&self) -> bool {
        match self {
            Self::Any => false,
            Self::Numbers(ranges) => ranges.iter().all(Range::is_empty),
            Self::Texts(texts) => texts.is_empty(),
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any, other) | (other, Self::Any) => other,
            (Self::Texts(a), Self::Texts(b)) => Self::Texts(a.intersection(&b).cloned().collect()),
            (Self::Numbers(ranges), Self::Texts(texts)) | (Self::Texts(texts), Self::Numbers(ranges)) => {
                let fits = |text: &String| text.trim().parse().is_ok_and(|number| ranges.iter().any(|range| range.holds(number)));
                Self::Texts(texts.into_iter().filter(fits).collect())
            }
            (Self::Numbers(a), Self::Numbers(b)) => {
                let each = a.iter().flat_map(|x| b.iter().map(move |y| x.and(y)));
                Self::Numbers(each.filter(|range| !range.is_empty()).take(MOST_RANGES).collect()).or_any(a.len() * b.len() > MOST_RANGES)
            }
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Numbers(mut a), Self::Numbers(b)) => {
                a.extend(b);
                let many = a.len() > MOST_RANGES;
                Self::Numbers(a).or_any(many)
            }
            (Self::Texts(mut a), Self::Texts(b)) => {
                a.extend(b);
                Self::Texts(a)
            }
            (one, other) if one.is_empty() => other,
            (one, other) if other.is_empty() => one,
            _ => Self::Any,
        }
    }

    fn or_any(self, any: bool) -> Self {
        if any { Self::Any } else { self }
    }
}

/// With more ranges than this nothing is claimed.
const MOST_RANGES: usize = 64;

fn possible(syntax: &Syntax, of: &str) -> Possible {
    if let Some(value) = fold(syntax, None) {
        return if value.truth() { Possible::Any } else { Possible::Numbers(Vec::new()) };
    }
    match &syntax.kind {
        SyntaxKind::Binary(Operator::And, a, b) => possible(a, of).and(possible(b, of)),
        SyntaxKind::Binary(Operator::Or, a, b) => possible(a, of).or(possible(b, of)),
        SyntaxKind::Binary(operator, a, b) if subject(a) == Some(of) => comparison(*operator, fold(b, None)),
        SyntaxKind::Binary(operator, a, b) if subject(b) == Some(of) => comparison(mirrored(*operator), fold(a, None)),
        _ => Possible::Any,
    }
}

/// `5 < x` as `x > 5`.
fn mirrored(operator: Operator) -> Operator {
    use Operator::*;
    match operator {
        Less => Greater,
        LessEqual => GreaterEqual,
        Greater => Less,
        GreaterEqual => LessEqual,
        other => other,
    }
}

fn comparison(operator: Operator, with: Option<Constant>) -> Possible {
    let Some(value) = with.filter(|value| !value.is_moment()) else { return Possible::Any };
    let all = Range { low: f64::NEG_INFINITY, low_open: false, high: f64::INFINITY, high_open: false };
    let number = value.number();
    let range = match (operator, &value) {
        (Operator::Equal, Constant::Text(text)) => return Possible::Texts(BTreeSet::from([text.clone()])),
        // A blank compares with numbers in its own way.
        (_, Constant::Number(_)) if number.is_finite() => match operator {
            Operator::Equal => Range { low: number, high: number, ..all },
            Operator::Less => Range { high: number, high_open: true, ..all },
            Operator::LessEqual => Range { high: number, ..all },
            Operator::Greater => Range { low: number, low_open: true, ..all },
            Operator::GreaterEqual => Range { low: number, ..all },
            _ => return Possible::Any,
        },
        _ => return Possible::Any,
    };
    Possible::Numbers(vec![range])
}
