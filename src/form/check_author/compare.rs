//! Comparisons with constants that can never be meant: choices that a list does not have, words where numbers are kept,
//! patterns that match less than they seem to.

use super::constants::{Constant, is_here};
use super::{Parsed, constant, parts};
use crate::form::expression::compile::nearest;
use crate::form::expression::syntax::{Operator, Start, Syntax, SyntaxKind};
use crate::form::list::ChoiceList;
use crate::form::problem::Problem;
use crate::form::{Choices, Form, Kind, NodeId};
use crate::locale::{Text, say::author as say};
use crate::value::ValueType;

/// Looks through an expression of `at`. `elsewhere`: it was written for other tools.
pub(super) fn check(form: &Form, at: Option<NodeId>, elsewhere: bool, expression: &Parsed<'_>, problems: &mut Vec<Problem>) {
    let mut left = vec![&expression.syntax];
    while let Some(syntax) = left.pop() {
        left.extend(parts(syntax));
        match &syntax.kind {
            SyntaxKind::Binary(operator, a, b) if is_comparison(*operator) => {
                for (question, value) in [(a, b), (b, a)] {
                    if let (Some(node), Some(given)) = (question_of(form, at, question), constant(value)) {
                        compared(form, node, *operator, (&given, value), expression, problems);
                    }
                }
            }
            SyntaxKind::Call(name, arguments) => match (name.as_str(), arguments.as_slice()) {
                ("selected", [question, value]) => {
                    if let (Some(node), Some(given)) = (question_of(form, at, question), constant(value)) {
                        chosen(form, node, (&given, value), expression, problems);
                    }
                }
                ("regex", [_, pattern]) => anchors(elsewhere, pattern, expression, problems),
                _ => {}
            },
            _ => {}
        }
    }
}

fn is_comparison(operator: Operator) -> bool {
    use Operator::*;
    matches!(operator, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}

/// The question that a part of an expression is the answer to.
fn question_of(form: &Form, at: Option<NodeId>, syntax: &Syntax) -> Option<NodeId> {
    match &syntax.kind {
        SyntaxKind::Path(Start::Question(name), steps) if steps.is_empty() => form.find(name),
        _ if is_here(syntax) => at,
        _ => None,
    }
}

fn compared(form: &Form, node: NodeId, operator: Operator, value: (&Constant, &Syntax), expression: &Parsed<'_>, problems: &mut Vec<Problem>) {
    let question = form.node(node);
    if matches!(operator, Operator::Equal | Operator::NotEqual) && question.value != ValueType::SelectMultiple {
        chosen(form, node, value, expression, problems);
    }
    let (given, place) = value;
    let name = &question.name;
    let typed_as_number = question.appearance.contains("numbers");
    match given {
        // What is computed or hidden has no type of its own in most forms.
        Constant::Number(_) if question.value == ValueType::Text && question.kind == Kind::Question && !typed_as_number => {
            problems.push(expression.warning(place, Text::both(|lang| say::text_with_number(lang, name, given.show()))));
        }
        Constant::Text(text) if question.value.is_number() && !text.is_empty() && given.number().is_nan() => {
            problems.push(expression.warning(place, Text::both(|lang| say::number_with_text(lang, name, text))));
        }
        _ => {}
    }
}

/// A choice that the question's list does not have.
fn chosen(form: &Form, node: NodeId, (given, place): (&Constant, &Syntax), expression: &Parsed<'_>, problems: &mut Vec<Problem>) {
    let Some(list) = choices_of(form, node) else { return };
    let name = given.show();
    if !matches!(given, Constant::Truth(_)) && !name.is_empty() && list.get(&name).is_none() {
        let what = Text::both(|lang| say::no_such_choice(lang, &list.name, &name));
        problems.push(expression.warning(place, what).near(nearest(&name, list.choices.iter().map(|choice| &*choice.name))));
    }
}

/// The list of a question that takes nothing but its choices.
fn choices_of(form: &Form, node: NodeId) -> Option<&ChoiceList> {
    let question = form.node(node);
    let closed = matches!(question.value, ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank);
    match question.choices {
        Choices::List(list) if closed => form.lists.get(list).map(|list| &**list).filter(|list| !list.choices.is_empty()),
        _ => None,
    }
}

/// Here and in Collect the whole text must match a pattern; web forms look for a part that does.
fn anchors(elsewhere: bool, pattern: &Syntax, expression: &Parsed<'_>, problems: &mut Vec<Problem>) {
    let SyntaxKind::Text(text) = &pattern.kind else { return };
    let (start, end) = (text.starts_with('^'), text.ends_with('$') && !text.ends_with("\\$"));
    if start != end || elsewhere && !start {
        problems.push(expression.warning(pattern, Text::both(say::whole_text_matches)));
    }
}
