//! What an author would want to know about a form that can be used: what can never be asked, answered or chosen, what is
//! said in one language only, what looks like a slip. All of it is warnings: a form that is only used is not looked at so.

mod compare;
mod constants;
mod texts;

use super::draft::{Cell, Draft, Row};
use super::expression::syntax::{self, Start, Syntax, SyntaxKind};
use super::problem::Problem;
use super::xlsform_write::OWN;
use super::{Choices, Form, Kind, NodeId};
use crate::locale::{Text, say as sentences, say::author as say};
use constants::{Constant, fold};
use std::collections::BTreeMap;

/// Columns whose expressions are looked into.
const EXPRESSIONS: [&str; 11] = ["required", "relevant", "constraint", "warning", "calculation", "default", "read_only", "choice_filter", "repeat_count", "previous", "unit"];

/// Adds what is doubtful about a form. `rows` are the rows of [`Form::nodes`], in order.
pub fn check(form: &Form, draft: &Draft, rows: &[&Row], problems: &mut Vec<Problem>) {
    texts::check(draft, rows, problems);
    unused_lists(form, draft, problems);
    names_that_differ_in_case(form, rows, problems);
    labels_that_stand_twice(form, draft, problems);
    let elsewhere = is_from_elsewhere(draft);
    for (id, row) in form.ids().zip(rows) {
        let author = Author { form, elsewhere, id, row, problems };
        author.check();
    }
    if let Some(parsed) = draft.head.get("summary").and_then(Parsed::of) {
        compare::check(form, None, false, &parsed, problems);
    }
}

/// A cell and its expression.
struct Parsed<'d> {
    cell: &'d Cell,
    syntax: Syntax,
}

impl<'d> Parsed<'d> {
    /// `None` for what is no expression: that was told already.
    fn of(cell: &'d Cell) -> Option<Self> {
        syntax::parse(&cell.text).ok().map(|syntax| Self { cell, syntax })
    }

    fn warning(&self, part: &Syntax, what: Text) -> Problem {
        Problem::warning(self.cell.part(part.span.start, part.span.end), what)
    }
}

struct Author<'a, 'p> {
    form: &'a Form,
    /// Whether the form was written for other tools.
    elsewhere: bool,
    id: NodeId,
    row: &'a Row,
    problems: &'p mut Vec<Problem>,
}

impl Author<'_, '_> {
    fn check(mut self) {
        let parsed: BTreeMap<&str, Parsed<'_>> = EXPRESSIONS.into_iter().filter_map(|column| Some((column, self.row.cells.get(column).and_then(Parsed::of)?))).collect();
        for expression in parsed.values() {
            compare::check(self.form, Some(self.id), self.elsewhere, expression, self.problems);
        }
        self.never_asked(parsed.get("relevant"));
        self.never_answered(parsed.get("constraint"), parsed.get("default"));
        self.pointless();
    }

    /// A group whose questions are all out of reach is told once, by the group around or by its own relevance.
    fn never_asked(&mut self, relevant: Option<&Parsed<'_>>) {
        let Some(relevant) = relevant else { return };
        if constants::never_holds(&relevant.syntax, &|path| self.is_single(path)) {
            let name = &self.row.name.text;
            let holds = !self.row.children.is_empty();
            let what = Text::both(|lang| if holds { say::group_never_asked(lang, name) } else { say::never_asked(lang, name) });
            self.problems.push(relevant.warning(&relevant.syntax, what));
        }
    }

    /// Whether a question has one value where this row's expressions are computed.
    fn is_single(&self, name: &str) -> bool {
        let scope = self.form.node(self.id).scope;
        self.form.find(name).is_some_and(|other| self.form.around(scope).any(|around| around == self.form.node(other).scope))
    }

    fn never_answered(&mut self, constraint: Option<&Parsed<'_>>, default: Option<&Parsed<'_>>) {
        let Some(constraint) = constraint else { return };
        if constants::never_holds(&constraint.syntax, &|path| self.is_single(path)) {
            return self.problems.push(constraint.warning(&constraint.syntax, Text::both(say::never_allowed)));
        }
        let Some(default) = default else { return };
        let Some(value) = fold(&default.syntax, None).filter(|value| !value.is_blank()) else { return };
        if fold(&constraint.syntax, Some(&value)).is_some_and(|allowed| !allowed.truth()) {
            self.problems.push(default.warning(&default.syntax, Text::both(|lang| say::default_not_allowed(lang, value.show()))));
        }
    }

    /// Columns that do nothing where they stand.
    fn pointless(&mut self) {
        let kind = self.form.node(self.id).kind;
        // A repeat may need rows, and what is computed may have to pass a check.
        let pointless = [("required", matches!(kind, Kind::Note | Kind::Calculate)), ("constraint", matches!(kind, Kind::Note | Kind::Group))];
        for (column, _) in pointless.into_iter().filter(|(_, pointless)| *pointless) {
            if let Some(cell) = self.row.cells.get(column).filter(|cell| !cell.text.starts_with("false")) {
                let kind = &self.row.kind.text;
                self.problems.push(Problem::warning(cell.place.clone(), Text::both(|lang| say::never_typed(lang, column, kind))));
            }
        }
        let sets = !self.row.sets.is_empty() || ["default", "calculation"].iter().any(|column| self.row.cells.contains_key(*column));
        if let Some(cell) = self.row.cells.get("trigger").filter(|_| !sets) {
            self.problems.push(Problem::warning(cell.place.clone(), Text::both(say::trigger_sets_nothing)));
        }
    }
}

/// Whether a form was written for other tools: a workbook without columns of ours, or XML.
fn is_from_elsewhere(draft: &Draft) -> bool {
    let source = &draft.source;
    !source.cells.is_empty() && !source.text.contains(OWN) || source.text.trim_start().starts_with('<')
}

fn names_that_differ_in_case(form: &Form, rows: &[&Row], problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for row in rows {
        let name = row.name.text.as_str();
        let first = *seen.entry(name.to_lowercase()).or_insert(name);
        if first != name && form.find(name).is_some() {
            problems.push(Problem::warning(row.name.place.clone(), Text::both(|lang| say::differs_in_case(lang, name, first))));
        }
    }
}

fn unused_lists(form: &Form, draft: &Draft, problems: &mut Vec<Problem>) {
    for (at, (list, place)) in draft.lists.iter().enumerate() {
        let chosen = form.nodes.iter().any(|n| matches!(n.choices, Choices::List(used) if used == at));
        let is_looked_up = || form.source.contains(&format!("'{}'", list.name));
        if !chosen && !is_looked_up() {
            problems.push(Problem::warning(place.clone(), Text::both(|lang| sentences::form::unused_list(lang, &list.name))));
        }
    }
}

/// Two choices with one label cannot be told apart, unless a filter shows only one of them.
fn labels_that_stand_twice(form: &Form, draft: &Draft, problems: &mut Vec<Problem>) {
    for (at, (list, place)) in draft.lists.iter().enumerate() {
        let filtered = form.nodes.iter().any(|node| matches!(node.choices, Choices::List(used) if used == at) && node.logic.choice_filter.is_some());
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for choice in list.choices.iter().filter(|choice| !filtered && !choice.label.is_empty()) {
            let label = choice.label.get(crate::locale::Lang::Vi);
            let first = *seen.entry(label).or_insert(&choice.name);
            if first != &*choice.name {
                let what = Text::both(|lang| say::same_label(lang, &list.name, first, &choice.name, label));
                problems.push(Problem::warning(place.clone(), what));
            }
        }
    }
}

/// The parts of an expression, one level down.
fn parts(syntax: &Syntax) -> Vec<&Syntax> {
    match &syntax.kind {
        SyntaxKind::Call(_, arguments) => arguments.iter().collect(),
        SyntaxKind::Binary(_, a, b) => vec![a, b],
        SyntaxKind::Negate(a) => vec![a],
        SyntaxKind::Path(start, steps) => {
            let first: &[Syntax] = match start {
                Start::Call(_, arguments) => arguments,
                Start::Group(inner) => std::slice::from_ref(inner),
                _ => &[],
            };
            first.iter().chain(steps.iter().flat_map(|step| &step.predicates)).collect()
        }
        _ => Vec::new(),
    }
}

/// A constant of an expression, if a part is one.
fn constant(syntax: &Syntax) -> Option<Constant> {
    fold(syntax, None)
}

#[cfg(test)]
mod tests;
