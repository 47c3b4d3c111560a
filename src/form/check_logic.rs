//! Resolves a form's expressions and puts its nodes in order of dependency.

use super::check_lists::parameter;
use super::check_templates;
use super::draft::{Cell, Draft, Row};
use super::draft::{Set, When};
use super::expression::Datum;
use super::expression::code::{Path, Start as Begin, To};
use super::expression::compile::{CompileError, CompileErrorKind, Site, compile};
use super::expression::function::Type;
use super::expression::syntax::{self, Axis, Step, Syntax, SyntaxError, SyntaxErrorKind, SyntaxKind};
use super::expression::walk::Place;
use super::expression::{Code, syntax::Start};
use super::plan::Plan;
use super::problem::Problem;
use super::template::{self, Template, Templates};
use super::{Action, Choices, Event, Form, Itemset, Kind, Logic, NodeId, ROOT, Shuffle};
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
    form.itext_templates = check_templates::itext(form);
    form.choice_templates = check_templates::choices(form, draft, problems);
    if let Some(cell) = draft.head.get("summary") {
        form.summary = expression(cell, Site::top(form), problems).map(|(code, _)| code);
    }
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

    /// `parameters = "randomize=true seed=${seed}"`
    fn shuffle(&mut self) -> Option<Shuffle> {
        let cell = self.row.cells.get("parameters")?;
        parameter(&cell.text, "randomize").filter(|value| *value == "true")?;
        let seed = parameter(&cell.text, "seed").map(|seed| Cell::made(seed, cell.place.clone()));
        Some(Shuffle { seed: seed.and_then(|seed| expression(&seed, self.site, self.problems)).map(|(code, _)| code) })
    }

    fn logic(&mut self, choices: &Choices) -> Logic {
        let site = self.site;
        let from_records = Site { from_records: true, ..site };
        let columns = match choices {
            Choices::List(list) => Some(self.form.lists[*list].columns.as_slice()),
            _ => None,
        };
        let triggers = self.triggers();
        let mut calculation = self.code("calculation", site);
        // With a trigger it is an action.
        let calculation_place = if triggers.is_empty() { None } else { calculation.take() };
        let kind = site.node.map(|id| self.form.node(id).kind);
        if kind == Some(Kind::Calculate) && !self.row.cells.contains_key("calculation") && self.row.sets.is_empty() && !self.row.cells.contains_key("default") {
            self.problems.push(Problem::error(self.row.name.place.clone(), Text::both(say::form::needs_calculation)));
        }
        let (required, relevant, read_only) = (self.check("required", "required_message"), self.check("relevant", ""), self.check("read_only", ""));
        for (column, code) in [("calculation", &calculation), ("required", &required), ("relevant", &relevant), ("read_only", &read_only)] {
            self.not_itself(column, code.as_ref());
        }
        Logic {
            required,
            relevant,
            constraint: self.check("constraint", "constraint_message"),
            warning: self.check("warning", "warning_message"),
            calculation,
            default: self.code("default", from_records),
            read_only,
            choice_filter: match choices {
                // Their path holds the filter already.
                Choices::Nodes(_) => None,
                _ => self.code("choice_filter", Site { columns, ..site }),
            },
            shuffle: self.shuffle(),
            repeat_count: self.code("repeat_count", site),
            unit: self.code("unit", site),
            previous: self.code("previous", from_records),
            actions: self.actions(&triggers, calculation_place),
            triggers,
            templates: self.templates(),
            ..Logic::default()
        }
    }

    /// Only a constraint or warning may speak of the answer itself: anything else that did would go round in a circle.
    fn not_itself(&mut self, column: &str, code: Option<&Code>) {
        let mut reads_itself = false;
        if let Some(code) = code {
            code.walk(&mut |part| reads_itself |= matches!(part, Code::This));
        }
        if let (true, Some(cell)) = (reads_itself, self.row.cells.get(column)) {
            let name = &self.row.name.text;
            self.problems.push(Problem::error(cell.place.clone(), Text::both(|lang| say::form::cycle(lang, format!("{name} → {name}")))));
        }
    }

    /// The questions of `trigger = "${a}, ${b}"`.
    fn triggers(&mut self) -> Vec<NodeId> {
        let Some(cell) = self.row.cells.get("trigger") else { return Vec::new() };
        let mut from = 0;
        let mut found = Vec::new();
        for part in cell.text.split(',') {
            let place = if cell.exact { cell.place.start + from..cell.place.start + from + part.len() } else { cell.place.clone() };
            from += part.len() + 1;
            found.extend(self.question(&Cell { text: part.to_owned(), place, exact: cell.exact }));
        }
        found
    }

    /// The one question that a cell names, by `${name}` or a path.
    fn question(&mut self, cell: &Cell) -> Option<NodeId> {
        match expression(cell, self.site, self.problems)?.0 {
            Code::Answer(node) => Some(node),
            Code::Nodes(path) => path.target,
            _ => None,
        }
    }

    /// `set`s, and a calculation with a trigger: computed when that changes, not whenever something that it reads does.
    fn actions(&mut self, triggers: &[NodeId], calculation: Option<Code>) -> Vec<Action> {
        let mut actions: Vec<Action> = Vec::new();
        for Set { when, value } in &self.row.sets {
            let event = match when {
                When::FirstLoad => Event::FirstLoad,
                When::Load => Event::Load,
                When::NewRow => Event::NewRow,
                When::Changed(cell) => match self.question(cell) {
                    Some(node) => Event::Changed(node),
                    None => continue,
                },
            };
            let code = if value.text.trim().is_empty() { Some(Code::Constant(Datum::Blank)) } else { expression(value, self.site, self.problems).map(|(code, _)| code) };
            actions.extend(code.map(|value| Action { event, value }));
        }
        if let Some(value) = calculation {
            actions.extend(triggers.iter().map(|node| Action { event: Event::Changed(*node), value: value.clone() }));
        }
        actions
    }

    /// Texts that hold `${…}`: their expressions, in each language.
    fn templates(&mut self) -> Templates {
        let mut templates = Templates::new();
        for (column, (text, place)) in &self.row.texts {
            if template::is_template(text) {
                let [vi, en] = [&text.vi, &text.en].map(|text| check_templates::parts(text, self.site, place, self.problems));
                templates.insert(column, Template { vi, en });
            }
        }
        templates
    }

    fn choices(&mut self) -> Choices {
        let takes = self.site.node.map(|id| self.form.node(id).value);
        let needs = matches!(takes, Some(ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank));
        let asked = self.site.node.is_some_and(|id| self.form.node(id).kind == Kind::Question);
        let place = |name: &str| self.form.lists.iter().position(|l| l.name == name);
        if self.row.cells.contains_key("choices_file") {
            return place(&super::check_lists::list_key(self.row)).map_or(Choices::None, Choices::List);
        }
        if let Some(cell) = self.row.cells.get("itemset") {
            return self.itemset(cell);
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
            Ok(SyntaxKind::Path(Start::Question(name), _)) => {
                let question = self.form.question_near(&name, self.site.node).filter(|id| self.form.node(*id).scope != ROOT);
                match (question, self.row.cells.get("choice_filter")) {
                    (Some(question), Some(filter)) => self.rows_to_choose(question, filter),
                    _ => self.code("choices", self.site).map_or(Choices::None, Choices::Answers),
                }
            }
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

impl Resolver<'_, '_> {
    /// The answers to a question in those rows of its repeat that meet a filter; bare names in it are the row's questions.
    fn rows_to_choose(&mut self, question: NodeId, filter: &Cell) -> Choices {
        let form = self.form;
        let Some(repeat) = form.scope(form.node(question).scope).repeat else { return Choices::None };
        let predicate = match syntax::parse(&filter.text) {
            Ok(syntax) => syntax,
            Err(error) => {
                self.problems.push(Problem::error(filter.part(error.span.start, error.span.end), syntax_error(&error)));
                return Choices::None;
            }
        };
        let (span, depth) = (predicate.span, predicate.depth + 1);
        let step = Step { axis: Axis::Here, predicates: vec![predicate], span };
        let rows = Syntax { kind: SyntaxKind::Path(Start::Question(form.node(repeat).name.clone()), vec![step]), span, depth };
        let compiled = compile(&rows, self.site);
        for error in &compiled.errors {
            let (what, near) = compile_error(error);
            self.problems.push(Problem::error(filter.part(error.span.start, error.span.end), what).near(near));
        }
        let place = Place::element(Some(repeat));
        let name = Cell::made(form.node(question).name.clone(), filter.place.clone());
        let value = expression(&name, Site { context: Some(&place), ..self.site }, self.problems);
        value.map_or(Choices::None, |(value, _)| Choices::Nodes(Box::new(Itemset { nodes: compiled.code, label: value.clone(), value, list: None })))
    }

    fn itemset(&mut self, cell: &Cell) -> Choices {
        let Some((nodes, _)) = expression(cell, self.site, self.problems) else { return Choices::None };
        let (place, list) = place_of(&nodes, self.form);
        let site = Site { context: Some(&place), columns: None, ..self.site };
        let mut part = |column: &str, fallback: &str| {
            let written = self.row.cells.get(column).cloned().unwrap_or_else(|| Cell::made(fallback, cell.place.clone()));
            expression(&written, site, self.problems).map(|(code, _)| code)
        };
        match (part("itemset_value", "name"), part("itemset_label", "label")) {
            (Some(value), Some(label)) => Choices::Nodes(Box::new(Itemset { nodes, value, label, list })),
            _ => Choices::None,
        }
    }
}

/// What a path leads to, and the list behind it where it leads to a list's rows.
fn place_of(nodes: &Code, form: &Form) -> (Place, Option<usize>) {
    let path: &Path = match nodes {
        Code::Nodes(path) => path,
        Code::Answer(node) | Code::Near(node) => return (Place::element(Some(*node)), None),
        Code::Call(_, arguments) => return arguments.first().map_or((Place::Unknown, None), |inner| place_of(inner, form)),
        _ => return (Place::Unknown, None),
    };
    match (&path.start, path.target) {
        (_, Some(node)) => (Place::element(Some(node)), None),
        (Begin::Document(document), _) => {
            let rows = matches!(&*path.steps, [root, item] if matches!(&root.to, To::Named(name) if **name == *"root") && matches!(&item.to, To::Named(_)));
            (Place::Document(*document), form.document_lists.get(*document).copied().flatten().filter(|_| rows))
        }
        (Begin::Nodes(inner), _) => place_of(inner, form),
        _ => (Place::Unknown, None),
    }
}

/// Parses and resolves a cell; a problem points at the part of the cell that is wrong.
pub(super) fn expression(cell: &Cell, site: Site<'_>, problems: &mut Vec<Problem>) -> Option<(Code, Type)> {
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
        let place = cell.part(error.span.start, error.span.end);
        let problem = if reads_as_nothing(error, cell, site.form) { Problem::warning(place, what) } else { Problem::error(place, what) };
        problems.push(problem.near(near));
    }
    Some((compiled.code, compiled.gives))
}

/// In a form that is written as XML a relative path to nothing is blank, as in ODK, which loads such forms; in ours it is a
/// slip of the pen.
fn reads_as_nothing(error: &CompileError, cell: &Cell, form: &Form) -> bool {
    let before = cell.text.get(..error.span.start).unwrap_or("");
    let path = before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | ':'));
    let is_relative =
        !before[path.len()..].starts_with('/') && !cell.text.get(error.span.start..).is_some_and(|rest| rest.trim_start_matches([' ', '\'', '"']).starts_with(['/', '$']));
    matches!(error.kind, CompileErrorKind::UnknownQuestion { .. }) && is_relative && !form.initial.is_empty()
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
        K::NeedsNodes(function) => say::form::needs_nodes(lang, function),
        K::UnknownInstance { name, .. } => say::form::unknown_instance(lang, name),
    });
    let near = match &error.kind {
        K::UnknownQuestion { near, .. } | K::UnknownFunction { near, .. } | K::UnknownColumn { near, .. } | K::UnknownInstance { near, .. } => near.clone(),
        _ => None,
    };
    (text, near)
}

/// What a node's relevance and calculation wait for; the number of rows follows when all that has come to rest. A path that picks other rows of its own repeat by a
/// condition (the row before) is no reason to wait: what it finds there is told when it changes.
fn waits_for(form: &Form, id: NodeId) -> Vec<NodeId> {
    let node = form.node(id);
    let logic = &node.logic;
    let mut waits: Vec<NodeId> = node.parent.into_iter().collect();
    for code in [&logic.relevant, &logic.calculation].into_iter().flatten() {
        code.walk(&mut |part| match part {
            Code::Answer(read) => waits.push(*read),
            Code::Nodes(path) => {
                let picks = node.scope != ROOT && path.steps.iter().any(|step| !step.predicates.is_empty());
                waits.extend(path.reads.iter().map(|read| read.node).filter(|read| !(picks && form.node(*read).scope != ROOT)));
            }
            _ => {}
        });
    }
    // A question inside a repeat or group does not wait for that to be complete.
    waits.retain(|wait| *wait == node.parent.unwrap_or(*wait) || !form.is_inside(id, Some(*wait)));
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
    form.plan = Plan::new(form, ordered);
}
