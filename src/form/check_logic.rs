//! Resolves a form's expressions and puts its nodes in order of dependency.

use super::draft::{Cell, Draft, Row};
use super::expression::compile::{CompileError, CompileErrorKind, Site, compile};
use super::expression::function::Type;
use super::expression::syntax::{self, SyntaxError, SyntaxErrorKind, SyntaxKind};
use super::expression::{Code, syntax::Start};
use super::problem::Problem;
use super::{Choices, Form, Kind, Logic, NodeId};
use crate::locale::{Text, say};
use crate::value::ValueType;

/// Fills in every node's logic, the summary and the order. Problems are added to `problems`.
pub fn resolve(form: &mut Form, draft: &Draft, rows: &[&Row], problems: &mut Vec<Problem>) {
    let mut resolved = Vec::with_capacity(rows.len());
    for (id, row) in form.ids().zip(rows) {
        let mut resolver = Resolver { form, row, site: Site::at(form, id), problems };
        let choices = resolver.choices();
        let logic = resolver.logic(&choices);
        resolved.push((logic, choices));
    }
    for (node, (logic, choices)) in form.nodes.iter_mut().zip(resolved) {
        let Logic { required_message, constraint_message, warning_message, .. } = std::mem::take(&mut node.logic);
        node.logic = Logic { required_message, constraint_message, warning_message, ..logic };
        node.choices = choices;
    }
    if let Some(cell) = draft.head.get("summary") {
        form.summary = expression(cell, Site::top(form), problems).map(|(code, _)| code);
    }
    unused_lists(form, draft, problems);
    order(form, rows, problems);
}

struct Resolver<'a, 'p> {
    form: &'a Form,
    row: &'a Row,
    site: Site<'a>,
    problems: &'p mut Vec<Problem>,
}

impl Resolver<'_, '_> {
    fn code(&mut self, column: &str, site: Site<'_>) -> Option<Code> {
        self.row.cells.get(column).and_then(|cell| expression(cell, site, self.problems)).map(|(code, _)| code)
    }

    fn check(&mut self, column: &str, message: &'static str) -> Option<Code> {
        let Some(cell) = self.row.cells.get(column) else {
            if let Some((_, place)) = self.row.texts.get(message) {
                self.problems.push(Problem::warning(place.clone(), Text::both(|lang| say::form::message_without_check(lang, message))));
            }
            return None;
        };
        let (code, gives) = expression(cell, self.site, self.problems)?;
        if matches!(gives, Type::Number | Type::Text | Type::Date) {
            self.problems.push(Problem::warning(cell.place.clone(), Text::both(say::form::never_boolean)));
        }
        Some(code)
    }

    fn logic(&mut self, choices: &Choices) -> Logic {
        let site = self.site;
        let from_records = Site { from_records: true, ..site };
        let columns = match choices {
            Choices::List(list) => Some(self.form.lists[*list].columns.as_slice()),
            _ => None,
        };
        let calculation = self.code("calculation", site);
        let kind = site.node.map(|id| self.form.node(id).kind);
        if kind == Some(Kind::Calculate) && !self.row.cells.contains_key("calculation") {
            self.problems.push(Problem::error(self.row.name.place.clone(), Text::both(say::form::needs_calculation)));
        }
        Logic {
            required: self.check("required", "required_message"),
            relevant: self.check("relevant", ""),
            constraint: self.check("constraint", "constraint_message"),
            warning: self.check("warning", "warning_message"),
            calculation,
            default: self.code("default", from_records),
            read_only: self.check("read_only", ""),
            choice_filter: self.code("choice_filter", Site { columns, ..site }),
            repeat_count: self.code("repeat_count", site),
            unit: self.code("unit", site),
            previous: self.code("previous", from_records),
            trigger: self.trigger(),
            ..Logic::default()
        }
    }

    fn trigger(&mut self) -> Option<NodeId> {
        match self.code("trigger", self.site)? {
            Code::Answer(node) => Some(node),
            Code::Nodes(nodes) => Some(nodes.target),
            _ => None,
        }
    }

    fn choices(&mut self) -> Choices {
        let takes = self.site.node.map(|id| self.form.node(id).value);
        let needs = matches!(takes, Some(ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank));
        let asked = self.site.node.is_some_and(|id| self.form.node(id).kind == Kind::Question);
        let place = |name: &str| self.form.lists.iter().position(|l| l.name == name);
        if let Some(cell) = self.row.cells.get("choices_file") {
            return place(&cell.text).map_or(Choices::None, Choices::List);
        }
        let Some(cell) = self.row.cells.get("choices") else {
            if needs && asked {
                self.problems.push(Problem::error(self.row.name.place.clone(), Text::both(say::form::needs_choices)));
            }
            return Choices::None;
        };
        if let Some(list) = place(&cell.text) {
            return Choices::List(list);
        }
        let parsed = syntax::parse(&cell.text).map(|s| s.kind);
        match parsed {
            Ok(SyntaxKind::Path(Start::Question(_), _)) => self.code("choices", self.site).map_or(Choices::None, Choices::Answers),
            Ok(SyntaxKind::Call(..)) => self.code("choices", Site { from_records: true, ..self.site }).map_or(Choices::None, Choices::Rows),
            _ => {
                let near = super::expression::compile::nearest(&cell.text, self.form.lists.iter().map(|l| l.name.as_str()));
                let what = Text::both(|lang| say::form::unknown_list(lang, &cell.text));
                self.problems.push(Problem::error(cell.place.clone(), what).near(near));
                Choices::None
            }
        }
    }
}

/// Parses and resolves a cell; a problem points at the part of the cell that is wrong.
fn expression(cell: &Cell, site: Site<'_>, problems: &mut Vec<Problem>) -> Option<(Code, Type)> {
    let parsed = syntax::parse(&cell.text);
    let syntax = match parsed {
        Ok(syntax) => syntax,
        Err(error) => {
            problems.push(Problem::error(cell.part(error.span.start, error.span.end), syntax_error(&error)));
            return None;
        }
    };
    let compiled = compile(&syntax, site);
    for error in &compiled.errors {
        let (what, near) = compile_error(error);
        problems.push(Problem::error(cell.part(error.span.start, error.span.end), what).near(near));
    }
    Some((compiled.code, compiled.gives))
}

/// A syntax error as a sentence.
pub fn syntax_error(error: &SyntaxError) -> Text {
    Text::both(|lang| match &error.kind {
        SyntaxErrorKind::Unexpected(token) => say::form::unexpected(lang, token),
        SyntaxErrorKind::EndsEarly => say::form::ends_early(lang),
        SyntaxErrorKind::Unclosed => say::form::unclosed(lang),
        SyntaxErrorKind::TooDeep => say::form::too_deep(lang),
        SyntaxErrorKind::NotInForms(token) => say::form::not_in_forms(lang, token),
    })
}

/// A name or argument error as a sentence, and the nearest known name.
pub fn compile_error(error: &CompileError) -> (Text, Option<String>) {
    use CompileErrorKind as K;
    let text = Text::both(|lang| match &error.kind {
        K::UnknownQuestion { name, .. } => say::form::unknown_question(lang, name),
        K::UnknownFunction { name, .. } => say::form::unknown_function(lang, name),
        K::UnknownList { name } => say::form::unknown_list(lang, name),
        K::UnknownColumn { name, .. } => say::form::unknown_column(lang, name),
        K::Arguments { function, least, most } => {
            let wanted = if least == most { least.to_string() } else { format!("{least}–{}", if *most > 99 { "…".to_owned() } else { most.to_string() }) };
            say::form::arguments(lang, function, wanted)
        }
        K::NotAPattern(pattern) => say::form::not_a_pattern(lang, pattern),
        K::NeedsQuestion(function) => say::form::needs_question(lang, function),
        K::NeedsConstant(function) => say::form::needs_constant(lang, function),
        K::NotHere(function) => say::form::not_here(lang, function),
        K::NothingAbove => say::form::nothing_above(lang),
    });
    let near = match &error.kind {
        K::UnknownQuestion { near, .. } | K::UnknownFunction { near, .. } | K::UnknownColumn { near, .. } => near.clone(),
        _ => None,
    };
    (text, near)
}

fn unused_lists(form: &Form, draft: &Draft, problems: &mut Vec<Problem>) {
    for (at, (list, place)) in draft.lists.iter().enumerate() {
        let chosen = form.nodes.iter().any(|n| matches!(n.choices, Choices::List(used) if used == at));
        let looked_up = form.source.contains(&format!("'{}'", list.name));
        if !chosen && !looked_up {
            problems.push(Problem::warning(place.clone(), Text::both(|lang| say::form::unused_list(lang, &list.name))));
        }
    }
}

/// What a node's relevance and calculation wait for.
fn waits_for(form: &Form, id: NodeId) -> Vec<NodeId> {
    let node = form.node(id);
    let logic = &node.logic;
    let mut waits: Vec<NodeId> = node.parent.into_iter().collect();
    for code in [&logic.relevant, &logic.calculation].into_iter().flatten() {
        waits.extend(code.reads());
    }
    waits
}

/// Depth-first, with a stack of its own: a chain of 20,000 calculations must not exhaust the thread's.
fn order(form: &mut Form, rows: &[&Row], problems: &mut Vec<Problem>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; form.nodes.len()];
    let mut ordered = Vec::with_capacity(form.nodes.len());
    for start in form.ids() {
        let mut stack: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
        if marks[start.index()] == Mark::New {
            marks[start.index()] = Mark::Open;
            stack.push((start, waits_for(form, start)));
        }
        while let Some((id, waits)) = stack.last_mut() {
            let id = *id;
            match waits.pop() {
                Some(next) if marks[next.index()] == Mark::New => {
                    marks[next.index()] = Mark::Open;
                    stack.push((next, waits_for(form, next)));
                }
                Some(next) if marks[next.index()] == Mark::Open => {
                    let from = stack.iter().position(|(on, _)| *on == next).unwrap_or(0);
                    let mut names: Vec<&str> = stack[from..].iter().map(|(on, _)| form.node(*on).name.as_str()).collect();
                    names.push(&form.node(next).name);
                    let names = names.join(" → ");
                    let row = rows[id.index()];
                    let cell = row.cells.get("calculation").or_else(|| row.cells.get("relevant")).unwrap_or(&row.name);
                    problems.push(Problem::error(cell.place.clone(), Text::both(|lang| say::form::cycle(lang, &names))));
                }
                Some(_) => {}
                None => {
                    marks[id.index()] = Mark::Done;
                    ordered.push(id);
                    stack.pop();
                }
            }
        }
    }
    form.order = ordered;
}
