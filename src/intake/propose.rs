//! Which row of a sheet is the header, and which question each of its columns means. Guesses with a score, for a person to
//! confirm.

use super::grid::Cell;
use crate::form::{Form, Kind, NodeId, ROOT};
use crate::locale::{Lang, fold};
use crate::value::ValueType;
use std::collections::BTreeSet;

/// The header is looked for in this many rows.
const SEARCHED: usize = 40;
/// A guess below this is none.
pub const GOOD_ENOUGH: u8 = 60;
/// A question inside a repeat is guessed only when the header leaves little doubt.
const SURE: u8 = 90;

/// What registers shorten, folded.
const SHORT: [(&str, &str); 12] = [
    ("mst", "ma so thue"),
    ("sdt", "dien thoai"),
    ("so dt", "dien thoai"),
    ("dtdd", "dien thoai"),
    ("tel", "phone"),
    ("ld", "lao dong"),
    ("sl", "so luong"),
    ("dkkd", "dang ky kinh doanh"),
    ("gcn", "giay chung nhan"),
    ("sx", "san xuat"),
    ("nlm", "nam"),
    ("bq", "binh quan"),
];

/// A column's guessed question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// Its path: `name`, `energy[1]/after`.
    pub question: String,
    /// How well the header fits, up to 100.
    pub score: u8,
}

/// The words of a text, folded: without what stands in brackets, numbering and marks, with shortened words written out.
fn words(text: &str) -> Vec<String> {
    let mut depth = 0_u32;
    let mut plain = String::new();
    for c in fold::fold(text).chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(if c.is_alphanumeric() { c } else { ' ' }),
            _ => {}
        }
    }
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    let long = |word: &str| SHORT.iter().find(|(short, _)| *short == word).map_or(word.to_owned(), |(_, long)| (*long).to_owned());
    let joined = plain.split_whitespace().map(long).collect::<Vec<_>>().join(" ");
    let all: Vec<String> = joined.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect();
    // `1. Tên cơ sở` is numbered, `Năm 2025` is not.
    if all.len() > 1 && is_number(&all[0]) { all[1..].to_vec() } else { all }
}

/// How alike two texts are, up to 1: the share of words that both have, or of letters where one is mistyped.
fn likeness(a: &[String], b: &[String]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let (first, second): (BTreeSet<&String>, BTreeSet<&String>) = (a.iter().collect(), b.iter().collect());
    let shared = 2.0 * first.intersection(&second).count() as f64 / (first.len() + second.len()) as f64;
    let letters = strsim::normalized_levenshtein(&a.join(" "), &b.join(" "));
    shared.max(if letters > 0.8 { letters } else { 0.0 })
}

/// A question with the texts by which a header may name it.
struct Known {
    id: NodeId,
    name: String,
    labels: [String; 2],
    words: [Vec<String>; 3],
    hint: Vec<String>,
}

impl Known {
    fn new(form: &Form, id: NodeId) -> Self {
        let node = form.node(id);
        let labels = [Lang::Vi, Lang::En].map(|lang| node.label.get(lang).to_owned());
        let words = [words(&labels[0]), words(&labels[1]), words(&node.name.replace('_', " "))];
        Self { id, name: node.name.clone(), labels: labels.map(|label| fold::fold(&label)), words, hint: self::words(node.hint.get(Lang::Vi)) }
    }

    fn score(&self, header: &str) -> u8 {
        let folded = fold::fold(header);
        if header.trim() == self.name || self.labels.iter().any(|label| !label.is_empty() && *label == folded) {
            return 100;
        }
        let given = words(header);
        let best = self.words.iter().map(|own| likeness(&given, own)).fold(0.0, f64::max);
        // A hint speaks of many things: it only helps where all that the header says is in it.
        let hinted = given.len() > 1 && given.iter().all(|word| self.hint.contains(word));
        ((best * 95.0).max(if hinted { 61.0 } else { 0.0 })) as u8
    }
}

fn known(form: &Form) -> Vec<Known> {
    let fits = |id: &NodeId| {
        let node = form.node(*id);
        matches!(node.kind, Kind::Question) && node.value != ValueType::File && form.around(node.scope).count() <= 2
    };
    form.ids().filter(fits).map(|id| Known::new(form, id)).collect()
}

/// The row whose cells name the most questions; the first with several texts where none does.
pub fn header_row(form: &Form, rows: &[Vec<Cell>]) -> Option<usize> {
    let known = known(form);
    let texts = |row: &[Cell]| row.iter().filter_map(|cell| if let Cell::Text(text) = cell { Some(text.clone()) } else { None }).collect::<Vec<_>>();
    let fit = |row: &[Cell]| -> u32 {
        let best = |text: &String| known.iter().map(|k| k.score(text)).max().filter(|s| *s >= GOOD_ENOUGH).map_or(0, u32::from);
        texts(row).iter().map(best).sum()
    };
    let searched = &rows[..rows.len().min(SEARCHED)];
    let best = searched.iter().enumerate().map(|(at, row)| (fit(row), at)).filter(|(fit, _)| *fit > 0).max_by_key(|(fit, at)| (*fit, std::cmp::Reverse(*at)));
    best.map(|(_, at)| at).or_else(|| searched.iter().position(|row| texts(row).len() > 1))
}

/// The texts of a header row; a cell merged over two rows has its text in the upper one.
pub fn headers(rows: &[Vec<Cell>], at: usize) -> Vec<String> {
    let row = rows.get(at).map_or(&[][..], Vec::as_slice);
    let above = at.checked_sub(1).and_then(|at| rows.get(at)).map_or(&[][..], Vec::as_slice);
    // A title spans the sheet with one text: it is no upper half of a header.
    let above = if above.iter().filter(|c| !c.is_blank()).count() > 1 { above } else { &[] };
    let own = |cells: &[Cell], at: usize| cells.get(at).map(Cell::shown).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let width = row.len().max(above.len());
    let texts = (0..width).map(|at| Some(own(row, at)).filter(|t| !t.is_empty()).unwrap_or_else(|| own(above, at)));
    texts.collect()
}

/// A guess for every header: the best pairs first, no question twice.
pub fn guess(form: &Form, headers: &[String]) -> Vec<Option<Guess>> {
    let known = known(form);
    let mut pairs: Vec<(u8, usize, usize)> = Vec::new();
    for (column, header) in headers.iter().enumerate().filter(|(_, header)| !header.is_empty()) {
        for (at, question) in known.iter().enumerate() {
            let score = question.score(header);
            let needed = if form.node(question.id).scope == ROOT { GOOD_ENOUGH } else { SURE };
            if score >= needed {
                pairs.push((score, column, at));
            }
        }
    }
    pairs.sort_by_key(|(score, column, at)| (std::cmp::Reverse(*score), *column, *at));
    let mut guesses: Vec<Option<Guess>> = vec![None; headers.len()];
    let mut taken = BTreeSet::new();
    for (score, column, at) in pairs {
        if guesses[column].is_none() && taken.insert(at) {
            guesses[column] = Some(Guess { question: path(form, known[at].id), score });
        }
    }
    guesses
}

/// `name`, or `energy[1]/after` for a question in a repeat.
fn path(form: &Form, id: NodeId) -> String {
    let node = form.node(id);
    let repeat = form.scope(node.scope).repeat.filter(|_| node.scope != ROOT);
    repeat.map_or_else(|| node.key.clone(), |repeat| format!("{}[1]/{}", form.node(repeat).key, node.key))
}
