//! Texts with `${…}` inside: labels that show answers.

use super::expression::evaluate::{Frame, evaluate};
use super::expression::{Code, Datum};
use crate::locale::{Lang, Text, number};
use std::collections::BTreeMap;

/// A piece of a text.
#[derive(Clone, Debug)]
pub enum Part {
    /// Words.
    Words(String),
    /// What an expression gives.
    Value(Code),
}

/// The pieces of a text in each language.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Vietnamese.
    pub vi: Vec<Part>,
    /// English.
    pub en: Vec<Part>,
}

/// Templates by the column that they fill.
pub type Templates = BTreeMap<&'static str, Template>;

/// The pieces of a text: words and, between `${` and `}`, expressions with their place in it. A bare `$` or an unclosed
/// `${` is words.
pub fn split(text: &str) -> Vec<Result<&str, (&str, usize)>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find("${").map(|at| at + from) {
        let Some(close) = text[open..].find('}').map(|at| at + open) else { break };
        if open > from {
            pieces.push(Ok(&text[from..open]));
        }
        pieces.push(Err((&text[open + 2..close], open + 2)));
        from = close + 1;
    }
    if from < text.len() {
        pieces.push(Ok(&text[from..]));
    }
    pieces
}

impl Template {
    /// The text filled in.
    pub fn fill(&self, frame: &Frame<'_>) -> String {
        let parts = match frame.lang {
            Lang::Vi if !self.vi.is_empty() => &self.vi,
            Lang::En if self.en.is_empty() => &self.vi,
            _ => &self.en,
        };
        let mut out = String::new();
        for part in parts {
            match part {
                Part::Words(words) => out.push_str(words),
                Part::Value(code) => match evaluate(code, frame) {
                    Datum::Number(n) if n.is_finite() => out.push_str(&number::format_f64(n, 6, frame.lang)),
                    Datum::Number(_) => {}
                    datum => out.push_str(&datum.as_str()),
                },
            }
        }
        out
    }
}

/// Whether a text holds something to fill in.
pub fn is_template(text: &Text) -> bool {
    text.vi.contains("${") || text.en.contains("${")
}
