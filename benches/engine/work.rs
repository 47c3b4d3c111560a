//! The work that is timed on each shape of form: an answer is given, and what depends on it last is read.

use super::figure::{Figure, repeated, time};
use khuyencong::form::instance::ROOT_ROW;
use khuyencong::form::world::Nowhere;
use khuyencong::form::{Form, check, read_bytes};
use khuyencong::interview::{Around, Interview, Who};
use khuyencong::locale::{Lang, date};
use khuyencong::value::{Decimal, Value};
use std::hint::black_box;
use std::sync::Arc;

pub fn around() -> Around<'static> {
    let now = date::parse_iso("2026-11-25").and_then(|day| day.and_hms_opt(9, 0, 0)).expect("a moment");
    Around { world: &Nowhere, now, lang: Lang::En }
}

/// From a file's bytes to an interview that waits for its first answer.
pub fn load(name: &str, bytes: &[u8]) -> Result<Interview, String> {
    let (draft, _) = read_bytes(name, bytes).map_err(|(_, problems)| format!("{name}: {problems:?}"))?;
    let nothing = |_: &str| None;
    let (form, _) = check::load(&draft, &nothing).map_err(|problems| format!("{name}: {problems:?}"))?;
    Ok(Interview::begin(Arc::new(form), &Who::default(), around()))
}

/// A form under test, with what a bench does to it.
struct Desk {
    name: String,
    interview: Interview,
}

impl Desk {
    fn form(&self) -> &Form {
        self.interview.form()
    }

    fn number(&mut self, path: &str, number: usize) {
        self.interview.answer(path, Some(Value::Number(Decimal::from(number as i64))), around());
    }

    fn text(&mut self, path: &str, text: impl Into<String>) {
        self.interview.answer(path, Some(Value::text(text)), around());
    }

    fn read(&self, key: &str) {
        let node = self.form().find(key).expect("a question of the form");
        black_box(self.interview.derived().instance.read(self.form(), ROOT_ROW, node));
    }

    fn figure(&self, what: &'static str, samples: Vec<f64>) -> Figure {
        Figure::new(&self.name, what, samples)
    }
}

/// Everything that is measured on a form of a file: its loading, and answers as its shape asks for.
pub fn measure(name: &str, kind: &'static str, bytes: &[u8], emit: &mut dyn FnMut(Figure)) -> Result<(), String> {
    let interview = load(name, bytes)?;
    let calls = if bytes.len() > 2_000_000 || name.ends_with("5000") { 9 } else { 21 };
    emit(Figure::new(name, kind, repeated(calls, |_| load(name, bytes))));
    let has = |key: &str| interview.form().find(key).is_some();
    let (mixed, chain, fanout, repeat) = (has("b1_age"), has("c1"), has("gate"), has("item"));
    let mut desk = Desk { name: name.to_owned(), interview };
    if mixed {
        answer_mixed(&mut desk, emit);
    } else if chain {
        answer_chain(&mut desk, emit);
    } else if fanout {
        answer_fanout(&mut desk, emit);
    } else if repeat {
        for rows in [100, 1000, 5000] {
            let interview = load(name, bytes)?;
            fill_rows(&mut Desk { name: format!("repeat{rows}"), interview }, rows, emit);
        }
    }
    Ok(())
}

const CALLS: usize = 99;

fn answer_mixed(desk: &mut Desk, emit: &mut dyn FnMut(Figure)) {
    let blocks = (1..).take_while(|block| desk.form().find(&format!("b{block}_age")).is_some()).count();
    let of = |block: usize, name: &str| format!("b{block}_{name}");
    let (first, middle, last) = (of(1, "age"), of((blocks / 2).max(1), "age"), of(blocks, "score"));
    let answer = |desk: &mut Desk, path: &str| {
        repeated(CALLS, |call| {
            desk.number(path, 20 + call % 50);
            desk.read(&last);
        })
    };
    let samples = answer(desk, &first);
    emit(desk.figure("answer in the first block", samples));
    let samples = answer(desk, &middle);
    emit(desk.figure("answer in the middle block", samples));
    let (gate, gated) = (of(blocks, "yn"), of(blocks, "why"));
    let samples = repeated(CALLS, |call| {
        desk.text(&gate, ["yes", "no"][call % 2]);
        desk.read(&last);
        desk.read(&gated);
    });
    emit(desk.figure("choice that gates a question", samples));
    let (region, district) = (of(blocks, "region"), of(blocks, "district"));
    let node = desk.form().find(&district).expect("the last district");
    let samples = repeated(CALLS, |call| {
        desk.text(&region, format!("r{}", 1 + call % 8));
        let choices = desk.interview.derived().choices(desk.form(), around(), ROOT_ROW, node);
        assert_eq!(black_box(choices).len(), 12);
    });
    emit(desk.figure("cascading choice, 12 of 96", samples));
    desk.text(&gate, "yes");
    let samples = repeated(CALLS, |call| desk.text(&gated, format!("abc {call}")));
    emit(desk.figure("text without dependents", samples));
}

fn answer_chain(desk: &mut Desk, emit: &mut dyn FnMut(Figure)) {
    let length = (1..).take_while(|at| desk.form().find(&format!("c{at}")).is_some()).count();
    let last = format!("c{length}");
    let samples = repeated(CALLS, |call| {
        desk.number("q0", call + 1);
        desk.read(&last);
    });
    emit(desk.figure("change the head", samples));
}

fn answer_fanout(desk: &mut Desk, emit: &mut dyn FnMut(Figure)) {
    let hanging: Vec<_> = desk.form().ids().filter(|id| desk.form().node(*id).name.starts_with('t')).collect();
    let samples = repeated(CALLS, |call| {
        desk.text("gate", ["yes", "no"][call % 2]);
        let instance = &desk.interview.derived().instance;
        let asked = hanging.iter().filter(|id| instance.is_relevant(desk.form(), ROOT_ROW, **id)).count();
        assert_eq!(black_box(asked), if call % 2 == 0 { hanging.len() } else { 0 });
    });
    emit(desk.figure("toggle the gate", samples));
}

fn fill_rows(desk: &mut Desk, rows: usize, emit: &mut dyn FnMut(Figure)) {
    let key = |at: usize| format!("k{at:05}");
    let mut each = Vec::with_capacity(rows);
    let all = time(|| {
        for at in 0..rows {
            each.push(time(|| desk.interview.add_row("item", &key(at), around())));
        }
        desk.read("total");
    });
    emit(desk.figure("add all rows one by one", vec![all]));
    emit(desk.figure("add a row, last ten", each.split_off(rows - 10)));
    let path = |at: usize, name: &str| format!("item/{}/{name}", key(at));
    let all = time(|| {
        for at in 0..rows {
            desk.number(&path(at, "qty"), at % 9 + 1);
            desk.number(&path(at, "price"), 10);
            desk.read("total");
        }
    });
    emit(desk.figure("type two answers in every row", vec![all]));
    for (what, row) in [("answer in the first row", 0), ("answer in the last row", rows - 1)] {
        let path = path(row, "qty");
        let samples = repeated(CALLS, |call| {
            desk.number(&path, 50 + call % 100);
            desk.read("total");
        });
        emit(desk.figure(what, samples));
    }
    let text = path(rows / 2, "name");
    let samples = repeated(CALLS, |call| desk.text(&text, format!("x{call}")));
    emit(desk.figure("text in a row", samples));
    let mut at = 5;
    let samples = repeated(9, |_| {
        desk.interview.delete_row(&format!("item/{}", key(at)), around());
        desk.read("total");
        at += 1;
    });
    emit(desk.figure("remove a row", samples));
}
