//! Computes [`Code`] in a row of an [`Instance`].

use super::code::{Code, Path, Start, Step, To};
use super::datum::{Datum, same_number};
pub use super::functions::table;
use super::functions::{self, choice_name};
use super::syntax::Operator;
use crate::form::document::ElementId;
use crate::form::instance::{Instance, ROOT_ROW, RowId};
use crate::form::list::ChoiceList;
use crate::form::world::World;
use crate::form::{Form, Kind, NodeId};
use crate::locale::{Lang, date};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeZone};
use std::borrow::Cow;
use std::cell::Cell;

/// One node that a walk may stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// An element of the form in a row; a repeat stands in its own row; `None` is the form's root element.
    Answer(RowId, Option<NodeId>),
    /// An element of one of the form's documents.
    Element(usize, ElementId),
}

/// Everything an expression may look at.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// The form.
    pub form: &'a Form,
    /// Its answers.
    pub instance: &'a Instance,
    /// Other records and chance.
    pub world: &'a dyn World,
    /// The wall clock (of the revision, when a record is derived again).
    pub now: DateTime<FixedOffset>,
    /// The language of labels.
    pub lang: Lang,
    /// What holds the whole expression.
    pub holder: Item,
    /// What bare names start from; differs from `holder` inside a predicate.
    pub context: Item,
    /// Inside a predicate: the number of `context` among those that are tested, from 1.
    pub position: usize,
    /// Inside a predicate: how many are tested.
    pub size: usize,
    /// What `.` is, where it is not the holder's answer.
    pub this: Option<&'a Datum>,
    /// The choice being filtered.
    pub choice: Option<(&'a ChoiceList, usize)>,
    /// Where the first [`Code::Broken`] that is met is noted.
    pub broken: Option<&'a Cell<Option<usize>>>,
}

impl<'a> Frame<'a> {
    /// A frame at a row, outside any question.
    pub fn new(form: &'a Form, instance: &'a Instance, world: &'a dyn World, now: NaiveDateTime, lang: Lang, row: RowId) -> Self {
        let now = date::zone().from_local_datetime(&now).single().unwrap_or_default();
        let item = Item::Answer(row, None);
        Self { form, instance, world, now, lang, holder: item, context: item, position: 1, size: 1, this: None, choice: None, broken: None }
    }

    /// The same at a question.
    pub fn at(self, node: NodeId) -> Self {
        self.on(Item::Answer(self.row(), Some(node)))
    }

    /// The same at an item.
    pub fn on(self, item: Item) -> Self {
        Self { holder: item, context: item, ..self }
    }

    /// The row that holds the expression.
    pub fn row(&self) -> RowId {
        match self.holder {
            Item::Answer(row, _) => row,
            Item::Element(..) => ROOT_ROW,
        }
    }

    /// `.`
    pub fn this(&self) -> Datum {
        self.this.cloned().unwrap_or_else(|| self.value(self.holder))
    }

    /// The day against which other records are "not after": this record's date, else today.
    pub fn day(&self) -> i64 {
        let own = self.form.date.and_then(|node| self.instance.read(self.form, self.row(), node).to_day());
        own.unwrap_or_else(|| date::days(self.now.date_naive()))
    }

    /// The value of an item: an answer, or an element's text.
    pub fn value(&self, item: Item) -> Datum {
        match item {
            Item::Answer(row, Some(node)) => self.instance.read(self.form, row, node),
            Item::Answer(_, None) => Datum::Blank,
            Item::Element(document, element) => Datum::shared(self.form.documents[document].text(element)),
        }
    }
}

/// Computes an expression.
pub fn evaluate(code: &Code, frame: &Frame<'_>) -> Datum {
    match code {
        Code::Constant(datum) => datum.clone(),
        Code::This => frame.this(),
        Code::Answer(node) => frame.instance.read(frame.form, frame.row(), *node),
        Code::Near(node) => match frame.context {
            Item::Answer(row, _) => frame.instance.read(frame.form, row, *node),
            Item::Element(..) => Datum::Blank,
        },
        Code::Nodes(path) => first(path, frame).map_or(Datum::Blank, |item| frame.value(item)),
        Code::Column(name) => column(name, frame),
        Code::Negate(inner) => Datum::Number(-evaluate(inner, frame).to_number()),
        Code::Binary(operator, a, b) => binary(*operator, a, b, frame),
        Code::Matches(subject, regex) => Datum::Boolean(regex.is_match(&evaluate(subject, frame).as_str())),
        Code::Lookup(list, key, column) => lookup(&frame.form.lists[*list], &evaluate(key, frame).as_str(), column),
        Code::ChoiceName(value, question) => choice_name(&evaluate(value, frame), *question, frame),
        Code::Call(function, arguments) => functions::call(*function, arguments, frame),
        Code::Broken(error, _) => {
            if let Some(noted) = frame.broken {
                noted.set(noted.get().or(Some(*error)));
            }
            Datum::Blank
        }
    }
}

/// Whether an expression is true. An element of a document is true because it is there, an answer by its value.
pub fn truth(code: &Code, frame: &Frame<'_>) -> bool {
    match code {
        Code::Nodes(path) => match first(path, frame) {
            Some(item @ Item::Answer(_, Some(node))) => matches!(frame.form.node(node).kind, Kind::Repeat(_) | Kind::Group) || frame.value(item).to_boolean(),
            found => found.is_some(),
        },
        code => evaluate(code, frame).to_boolean(),
    }
}

fn column(name: &str, frame: &Frame<'_>) -> Datum {
    let Some((list, at)) = frame.choice else { return Datum::Blank };
    let choice = &list.choices[at];
    match list.columns.iter().position(|c| c == name) {
        Some(column) => choice.cells.get(column).map_or(Datum::Blank, Datum::shared),
        None if name == "name" => Datum::shared(&choice.name),
        None if name == "label" => Datum::text(choice.label.get(frame.lang)),
        None => Datum::Blank,
    }
}

/// A cell of a list.
pub fn lookup(list: &ChoiceList, key: &str, column: &str) -> Datum {
    list.cell(key, column).map_or(Datum::Blank, Datum::shared)
}

fn binary(operator: Operator, a: &Code, b: &Code, frame: &Frame<'_>) -> Datum {
    use Operator::*;
    match operator {
        Or => Datum::Boolean(truth(a, frame) || truth(b, frame)),
        And => Datum::Boolean(truth(a, frame) && truth(b, frame)),
        Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual => Datum::Boolean(compare(operator, a, b, frame)),
        Add | Subtract | Multiply | Divide | Modulo => {
            let (a, b) = (evaluate(a, frame).to_number(), evaluate(b, frame).to_number());
            Datum::Number(match operator {
                Add => a + b,
                Subtract => a - b,
                Multiply => a * b,
                Divide => a / b,
                _ => a % b,
            })
        }
    }
}

/// XPath's comparison: with a set on one side it is true when it is for any member.
fn compare(operator: Operator, a: &Code, b: &Code, frame: &Frame<'_>) -> bool {
    let is_set = |code: &Code| matches!(code, Code::Nodes(_) | Code::Call(super::function::Function::Randomize, _));
    match (is_set(a), is_set(b)) {
        (true, true) => any(a, frame, &mut |a| any(b, frame, &mut |b| holds(operator, &a, &b))),
        (true, false) => {
            let b = evaluate(b, frame);
            if let (Datum::Boolean(b), Operator::Equal | Operator::NotEqual) = (&b, operator) {
                return (truth(a, frame) == *b) == (operator == Operator::Equal);
            }
            any(a, frame, &mut |a| holds(operator, &a, &b))
        }
        (false, true) => {
            let a = evaluate(a, frame);
            if let (Datum::Boolean(a), Operator::Equal | Operator::NotEqual) = (&a, operator) {
                return (truth(b, frame) == *a) == (operator == Operator::Equal);
            }
            any(b, frame, &mut |b| holds(operator, &a, &b))
        }
        (false, false) => holds(operator, &look(a, frame), &look(b, frame)),
    }
}

/// The value of an expression, not copied where it stands somewhere.
fn look<'f>(code: &'f Code, frame: &Frame<'f>) -> Cow<'f, Datum> {
    const BLANK: &Datum = &Datum::Blank;
    match code {
        Code::Constant(datum) => Cow::Borrowed(datum),
        Code::Answer(node) => {
            let cell = frame.instance.cell(frame.form, frame.row(), *node);
            Cow::Borrowed(if cell.relevant { &cell.value } else { BLANK })
        }
        _ => Cow::Owned(evaluate(code, frame)),
    }
}

fn any(code: &Code, frame: &Frame<'_>, test: &mut dyn FnMut(Datum) -> bool) -> bool {
    !each(code, frame, &mut |item| !test(frame.value(item)))
}

fn holds(operator: Operator, a: &Datum, b: &Datum) -> bool {
    match operator {
        Operator::Equal => return a.equals(b),
        Operator::NotEqual => return !a.equals(b),
        _ => {}
    }
    let (x, y) = (a.to_number(), b.to_number());
    match operator {
        Operator::Less => x < y,
        Operator::LessEqual => x <= y || same_number(x, y),
        Operator::Greater => x > y,
        _ => x >= y || same_number(x, y),
    }
}

fn first(path: &Path, frame: &Frame<'_>) -> Option<Item> {
    let mut found = None;
    visit(path, frame, &mut |item| {
        found = Some(item);
        false
    });
    found
}

/// Calls `visit` for every node that an expression gives, in order, until it says false; gives whether it never did.
pub fn each(code: &Code, frame: &Frame<'_>, next: &mut dyn FnMut(Item) -> bool) -> bool {
    match code {
        Code::Nodes(path) => visit(path, frame, next),
        Code::This => next(frame.holder),
        Code::Answer(node) => is_relevant(frame, frame.row(), *node).is_none_or(|row| next(Item::Answer(row, Some(*node)))),
        Code::Near(node) => match frame.context {
            Item::Answer(row, _) => is_relevant(frame, row, *node).is_none_or(|row| next(Item::Answer(row, Some(*node)))),
            Item::Element(..) => true,
        },
        Code::Call(super::function::Function::Randomize, arguments) => functions::shuffled(arguments, frame).into_iter().all(next),
        _ => true,
    }
}

fn is_relevant(frame: &Frame<'_>, row: RowId, node: NodeId) -> Option<RowId> {
    let row = frame.instance.climb(row, frame.form.node(node).scope);
    frame.instance.is_relevant(frame.form, row, node).then_some(row)
}

fn visit(path: &Path, frame: &Frame<'_>, next: &mut dyn FnMut(Item) -> bool) -> bool {
    let start = match &path.start {
        Start::Context => frame.context,
        Start::Holder => frame.holder,
        Start::Row(scope) => Item::Answer(frame.instance.climb(frame.row(), *scope), frame.form.scope(*scope).repeat),
        Start::Document(document) => Item::Element(*document, frame.form.documents[*document].top()),
        Start::Nodes(code) => {
            // Predicates directly behind a bracket count over all of its nodes.
            let mut items = Vec::new();
            each(code, frame, &mut |item| {
                items.push(item);
                true
            });
            return match path.steps.split_first() {
                Some((Step { to: To::Own, predicates }, rest)) => {
                    filter(&mut items, predicates, frame);
                    items.into_iter().all(|item| walk(rest, item, frame, next))
                }
                _ => items.into_iter().all(|item| walk(&path.steps, item, frame, next)),
            };
        }
    };
    walk(&path.steps, start, frame, next)
}

fn walk(steps: &[Step], item: Item, frame: &Frame<'_>, next: &mut dyn FnMut(Item) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return next(item) };
    if step.predicates.is_empty() {
        return go(&step.to, item, frame, &mut |item| walk(rest, item, frame, next));
    }
    let mut items = Vec::new();
    go(&step.to, item, frame, &mut |item| {
        items.push(item);
        true
    });
    filter(&mut items, &step.predicates, frame);
    items.into_iter().all(|item| walk(rest, item, frame, next))
}

fn filter(items: &mut Vec<Item>, predicates: &[Code], frame: &Frame<'_>) {
    for predicate in predicates {
        let size = items.len();
        let mut position = 0;
        items.retain(|item| {
            position += 1;
            let inner = Frame { context: *item, position, size, choice: None, ..*frame };
            match predicate {
                Code::Nodes(_) => truth(predicate, &inner),
                code => match evaluate(code, &inner) {
                    Datum::Number(number) => number == position as f64,
                    datum => datum.to_boolean(),
                },
            }
        });
    }
}

/// One step from an item. What is not relevant is not there.
fn go(to: &To, item: Item, frame: &Frame<'_>, next: &mut dyn FnMut(Item) -> bool) -> bool {
    match (to, item) {
        (To::Own, item) => next(item),
        (To::Child(node), Item::Answer(row, _)) => children(*node, row, frame, next),
        (To::AnyOf(nodes), Item::Answer(row, element)) => nodes.iter().filter(|node| frame.form.node(**node).parent == element).all(|node| children(*node, row, frame, next)),
        (To::Parent, Item::Answer(_, None)) => true,
        (To::Parent, Item::Answer(row, Some(node))) => {
            let node = frame.form.node(node);
            // A repeat that stands in its own row leaves it.
            let outside = matches!(node.kind, Kind::Repeat(inner) if frame.instance.row(row).scope == inner);
            next(Item::Answer(if outside { frame.instance.row(row).parent } else { frame.instance.climb(row, node.scope) }, node.parent))
        }
        (To::Named(name), Item::Element(document, element)) => {
            let tree = &frame.form.documents[document];
            let Some(number) = tree.name(name) else { return true };
            tree.children(element).filter(|child| tree.name_number(*child) == number).all(|child| next(Item::Element(document, child)))
        }
        (To::All, Item::Element(document, element)) => frame.form.documents[document].children(element).all(|child| next(Item::Element(document, child))),
        (To::Parent, Item::Element(document, element)) => frame.form.documents[document].parent(element).is_none_or(|parent| next(Item::Element(document, parent))),
        // Bare names in a document are resolved by name, in the form by slot: the other way round there is nothing.
        _ => true,
    }
}

fn children(node: NodeId, row: RowId, frame: &Frame<'_>, next: &mut dyn FnMut(Item) -> bool) -> bool {
    let row = frame.instance.climb(row, frame.form.node(node).scope);
    if !frame.instance.is_relevant(frame.form, row, node) {
        return true;
    }
    match frame.form.node(node).kind {
        Kind::Repeat(scope) => frame.instance.children(frame.form, row, scope).iter().all(|inner| next(Item::Answer(*inner, Some(node)))),
        _ => next(Item::Answer(row, Some(node))),
    }
}

/// The number of a repeat's row or an element among its like, from 1; 1 for all else.
pub fn position_of(item: Item, frame: &Frame<'_>) -> usize {
    match item {
        Item::Answer(row, _) => frame.instance.row(row).position as usize,
        Item::Element(document, element) => frame.form.documents[document].position(element),
    }
}
