//! Checks what is declared, from the last step to the first: the names of the form are known, those of its earlier versions
//! follow from what was done to them.

use super::convert;
use super::known::{MAX_DEPTH, Name, Names, type_name, type_of};
use super::{Migration, Part, Step};
use crate::form::check::{self, ListSource, TYPES};
use crate::form::draft::{Cell, Change, Draft};
use crate::form::expression::compile::nearest;
use crate::form::expression::function::{Function, KEPT};
use crate::form::list::ChoiceList;
use crate::form::problem::{Problem, Severity};
use crate::form::{Form, Kind};
use crate::locale::{Text, say};
use crate::value::{Decimal, ValueType};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More steps than this are refused.
const MAX_STEPS: usize = 2000;
/// More expressions than this are refused: each is checked against all names.
const MAX_PARTS: usize = 200;

/// The checked migrations, by version. Problems, all of them, are added to `problems`.
pub fn migrations(form: &Form, draft: &Draft, lists: &dyn ListSource, problems: &mut Vec<Problem>) -> Vec<Migration> {
    if draft.migrations.is_empty() {
        return Vec::new();
    }
    let mut checker = Checker { form, lists, problems, names: Names::of(form) };
    let changes = || draft.migrations.iter().flat_map(|migration| &migration.changes);
    let parts: usize = changes().map(|change| if let Change::Split { into, .. } = change { into.len() } else { usize::from(matches!(change, Change::Set { .. })) }).sum();
    if changes().count() > MAX_STEPS || parts > MAX_PARTS {
        checker.error(&draft.migrations[0].from, Text::both(say::migrate::too_many));
        return Vec::new();
    }
    let mut declared: BTreeMap<u32, &[Change]> = BTreeMap::new();
    for migration in &draft.migrations {
        let version = migration.from.text.parse().ok().filter(|from| (1..form.version).contains(from));
        match version.map(|version| (version, declared.insert(version, &migration.changes))) {
            None => checker.error(&migration.from, Text::both(|l| say::migrate::bad_from(l, form.version))),
            Some((version, Some(_))) => checker.error(&migration.from, Text::both(|l| say::migrate::from_twice(l, version))),
            Some((_, None)) => {}
        }
        checker.renames(&migration.changes);
    }
    let mut checked: Vec<Migration> = declared
        .into_iter()
        .rev()
        .map(|(from, changes)| {
            let mut steps: Vec<Step> = changes.iter().rev().filter_map(|change| checker.change(change)).collect();
            steps.reverse();
            Migration { from, steps }
        })
        .collect();
    checked.reverse();
    checked
}

struct Checker<'a> {
    form: &'a Form,
    lists: &'a dyn ListSource,
    problems: &'a mut Vec<Problem>,
    /// Behind the step being checked.
    names: Names,
}

impl Checker<'_> {
    fn error(&mut self, cell: &Cell, what: Text) {
        self.problems.push(Problem::error(cell.place.clone(), what));
    }

    /// What can be seen of one entry's steps from the front: names that go and come.
    fn renames(&mut self, changes: &[Change]) {
        let (mut gone, mut came, mut origins) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        for change in changes {
            let question = match change {
                Change::Rename { from, .. } | Change::Split { from, .. } | Change::Drop(from) => from,
                Change::Retype { question, .. } | Change::Choice { question, .. } | Change::Unit { question, .. } | Change::Move { question, .. } => question,
                Change::Set { to, .. } => to,
            };
            if gone.contains(&question.text) {
                self.error(question, Text::both(|l| say::migrate::from_again(l, &question.text)));
            }
            match change {
                Change::Rename { from, to } if from.text == to.text => self.error(to, Text::both(|l| say::migrate::same_name(l, &to.text))),
                Change::Rename { from, to } => {
                    let origin: String = origins.remove(&from.text).unwrap_or_else(|| from.text.clone());
                    if origin == to.text {
                        self.error(to, Text::both(|l| say::migrate::circle(l, format!("{} → {} → {}", to.text, from.text, to.text))));
                    } else if !came.insert(to.text.clone()) {
                        self.error(to, Text::both(|l| say::migrate::to_twice(l, &to.text)));
                    }
                    came.remove(&from.text);
                    origins.insert(to.text.clone(), origin);
                    gone.insert(from.text.clone());
                    gone.remove(&to.text);
                }
                Change::Split { from, into } => {
                    gone.extend((!into.iter().any(|(to, _)| to.text == from.text)).then(|| from.text.clone()));
                    for (to, _) in into {
                        gone.remove(&to.text);
                    }
                }
                Change::Drop(name) => {
                    gone.insert(name.text.clone());
                }
                _ => {}
            }
        }
    }

    /// Checks a step and goes back behind it.
    fn change(&mut self, change: &Change) -> Option<Step> {
        match change {
            Change::Rename { from, to } => self.rename(from, to),
            Change::Retype { question, from, to } => self.retype(question, from, to.as_ref()),
            Change::Choice { question, from, to } => self.choice(question, from, to),
            Change::Unit { question, factor } => self.unit(question, factor),
            Change::Set { to, value } => self.part(to, value, None).map(|part| Step::Compute { from: None, parts: vec![part] }),
            Change::Split { from, into } => self.split(from, into),
            Change::Move { question, into, out_of } => self.moved(question, into.as_ref(), out_of.as_ref()),
            Change::Drop(name) => self.dropped(name),
        }
    }

    fn known(&mut self, cell: &Cell) -> Option<Name> {
        let found = self.names.get(&cell.text).cloned();
        if found.is_none() {
            let problem = Problem::error(cell.place.clone(), Text::both(|l| say::migrate::unknown(l, &cell.text)));
            self.problems.push(problem.near(self.names.nearest(&cell.text)));
        }
        found
    }

    /// A question with an answer; not a repeat.
    fn question(&mut self, cell: &Cell) -> Option<Name> {
        let found = self.known(cell)?;
        if found.is_repeat {
            self.error(cell, Text::both(|l| say::migrate::is_a_repeat(l, &cell.text)));
        }
        Some(found).filter(|found| !found.is_repeat)
    }

    fn list(&self, name: &Name) -> Option<Arc<ChoiceList>> {
        name.node.and_then(|node| self.form.list(node)).cloned()
    }

    fn rename(&mut self, from: &Cell, to: &Cell) -> Option<Step> {
        self.known(to)?;
        if from.text != to.text && self.names.get(&from.text).is_some() {
            self.problems.push(Problem::warning(from.place.clone(), Text::both(|l| say::migrate::asked_again(l, &from.text))));
        }
        self.names.rename_back(&from.text, &to.text);
        Some(Step::Rename { from: from.text.clone(), to: to.text.clone() })
    }

    fn value_type(&mut self, cell: &Cell) -> Option<ValueType> {
        let found = type_of(&cell.text);
        if found.is_none() {
            let asked = TYPES.iter().filter(|(_, kind, _)| *kind == Kind::Question).map(|(name, ..)| *name);
            let problem = Problem::error(cell.place.clone(), Text::both(|l| say::form::unknown_type(l, &cell.text)));
            self.problems.push(problem.near(nearest(&cell.text, asked)));
        }
        found
    }

    fn retype(&mut self, question: &Cell, from: &Cell, to: Option<&Cell>) -> Option<Step> {
        let (name, old) = (self.question(question), self.value_type(from));
        let said = to.and_then(|to| self.value_type(to));
        let name = name?;
        // Behind an unknown type nothing can be compared; the name is known all the same.
        self.names.get_mut(&question.text)?.value = old;
        let (old, new) = (old?, said.or(name.value).unwrap_or(ValueType::Text));
        if let (Some(to), Some(kind)) = (to, name.value)
            && kind != new
        {
            self.error(to, Text::both(|l| say::migrate::other_type(l, &question.text, type_name(kind))));
            return None;
        }
        if !convert::converts(old, new) {
            self.error(from, Text::both(|l| say::migrate::no_conversion(l, &from.text, type_name(new))));
            return None;
        }
        // A list whose choices get other names later is not the list of then.
        let list = self.list(&name).filter(|_| name.choices.is_empty());
        Some(Step::Retype { question: question.text.clone(), to: new, list })
    }

    fn choice(&mut self, question: &Cell, from: &Cell, to: &Cell) -> Option<Step> {
        let name = self.question(question)?;
        if name.value.is_some_and(|value| !matches!(value, ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank)) {
            self.error(question, Text::both(|l| say::migrate::not_a_choice_question(l, &question.text)));
            return None;
        }
        let list = self.list(&name);
        if let Some(list) = list.as_ref().filter(|list| list.get(&to.text).is_none() && !name.choices.contains(&to.text)) {
            let problem = Problem::error(to.place.clone(), Text::both(|l| say::form::not_a_choice(l, &to.text)));
            self.problems.push(problem.near(nearest(&to.text, list.choices.iter().map(|choice| &*choice.name))));
        }
        self.names.get_mut(&question.text)?.choices.insert(from.text.clone());
        // A rank keeps its own order.
        let list = list.filter(|_| name.value != Some(ValueType::Rank));
        Some(Step::Choice { question: question.text.clone(), from: from.text.clone(), to: to.text.clone(), list })
    }

    fn unit(&mut self, question: &Cell, factor: &Cell) -> Option<Step> {
        let name = self.question(question);
        if name.as_ref().is_some_and(|name| name.value.is_some_and(|value| !value.is_number())) {
            self.error(question, Text::both(|l| say::migrate::not_a_number_question(l, &question.text)));
        }
        let number = Decimal::parse(&factor.text.replace('_', "")).filter(|number| number.to_f64() > 0.0);
        if number.is_none() {
            self.error(factor, Text::both(say::migrate::bad_factor));
        }
        Some(Step::Unit { question: question.text.clone(), factor: number.filter(|_| name.is_some())? })
    }

    /// A question with its expression over the names as they are known now.
    fn part(&mut self, to: &Cell, value: &Cell, split: Option<&Cell>) -> Option<Part> {
        let name = self.question(to)?;
        let kind = name.value.unwrap_or(ValueType::Text);
        let (draft, own) = self.names.form_with(kind, &name.inside, value);
        let form = match check::check(&draft, &|list: &str| self.lists.list(list)) {
            Ok((form, _)) => form,
            Err(found) => {
                self.expression(value, found);
                return None;
            }
        };
        let node = form.find(&own)?;
        let code = form.node(node).logic.calculation.as_ref()?;
        if code.calls(KEPT) || code.calls(&[Function::Today, Function::Now, Function::Randomize]) {
            self.error(value, Text::both(say::migrate::not_fixed));
            return None;
        }
        let mut reads: BTreeSet<String> = split.map(|cell| cell.text.clone()).into_iter().collect();
        let around: Vec<_> = form.around(form.node(node).scope).collect();
        for id in code.reads() {
            reads.insert(form.node(id).key.clone());
            let rows = form.around(form.node(id).scope).filter(|scope| !around.contains(scope));
            reads.extend(rows.filter_map(|scope| form.scope(scope).repeat).map(|repeat| form.node(repeat).name.clone()));
        }
        Some(Part { to: to.text.clone(), value: kind, form: Arc::new(form), node, reads })
    }

    /// Tells what is wrong with an expression: what is wrong elsewhere in the form around it is not the author's.
    fn expression(&mut self, value: &Cell, found: Vec<Problem>) {
        let here = value.place.start.saturating_sub(1)..=value.place.end + 1;
        let (own, other): (Vec<_>, Vec<_>) = found.into_iter().filter(|p| p.severity == Severity::Error).partition(|p| here.contains(&p.place.start));
        match other.into_iter().next().filter(|_| own.is_empty()) {
            Some(problem) => self.error(value, problem.what),
            None => self.problems.extend(own),
        }
    }

    fn split(&mut self, from: &Cell, into: &[(Cell, Cell)]) -> Option<Step> {
        let Some((first, _)) = into.first() else {
            self.error(from, Text::both(say::migrate::no_parts));
            return None;
        };
        let inside = self.names.get(&first.text).map(|name| name.inside.clone()).unwrap_or_default();
        for (to, _) in into {
            if self.names.get(&to.text).is_some_and(|name| name.inside != inside) {
                self.error(to, Text::both(|l| say::migrate::other_rows(l, &to.text, &first.text)));
            }
        }
        if !into.iter().any(|(to, _)| to.text == from.text) {
            if self.names.get(&from.text).is_some() {
                self.error(from, Text::both(|l| say::migrate::still_asked(l, &from.text)));
                return None;
            }
            self.names.add(&from.text, inside);
        }
        let parts: Vec<Part> = into.iter().filter_map(|(to, value)| self.part(to, value, Some(from))).collect();
        (parts.len() == into.len()).then(|| Step::Compute { from: Some(from.text.clone()), parts })
    }

    fn moved(&mut self, question: &Cell, into: Option<&Cell>, out_of: Option<&Cell>) -> Option<Step> {
        let name = self.question(question)?;
        let (repeat, is_into) = match (into, out_of) {
            (Some(repeat), None) => (repeat, true),
            (None, Some(repeat)) => (repeat, false),
            _ => {
                self.error(question, Text::both(say::migrate::move_where));
                return None;
            }
        };
        let known = self.names.get(&repeat.text).cloned();
        if known.as_ref().is_some_and(|known| !known.is_repeat) || known.is_none() && is_into {
            self.error(repeat, Text::both(|l| say::migrate::not_a_repeat(l, &repeat.text)));
            return None;
        }
        let before = if is_into {
            let directly = name.inside.last() == Some(&repeat.text);
            if !directly {
                self.error(question, Text::both(|l| say::migrate::not_inside(l, &question.text, &repeat.text)));
                return None;
            }
            name.inside[..name.inside.len() - 1].to_vec()
        } else {
            if known.is_some_and(|known| known.inside != name.inside) {
                self.error(question, Text::both(|l| say::migrate::not_beside(l, &question.text, &repeat.text)));
                return None;
            }
            [name.inside.clone(), vec![repeat.text.clone()]].concat()
        };
        self.names.add(&question.text, before);
        if let Some(there) = self.names.get_mut(&question.text) {
            (there.value, there.node, there.choices) = (name.value, name.node, name.choices);
        }
        let (question, repeat) = (question.text.clone(), repeat.text.clone());
        Some(if is_into { Step::Into { question, repeat } } else { Step::OutOf { question, repeat } })
    }

    fn dropped(&mut self, cell: &Cell) -> Option<Step> {
        let mut inside: Vec<String> = cell.text.split('/').map(str::to_owned).collect();
        let name = inside.pop().unwrap_or_default();
        if self.names.get(&name).is_some() {
            self.error(cell, Text::both(|l| say::migrate::still_asked(l, &name)));
            return None;
        }
        if name.is_empty() || inside.len() >= MAX_DEPTH {
            self.error(cell, Text::both(|l| say::migrate::unknown(l, &cell.text)));
            return None;
        }
        self.names.add(&name, inside);
        Some(Step::Drop { question: name })
    }
}
