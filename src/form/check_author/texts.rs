//! What is said: in every language of the form, and of questions that there are.

use crate::form::Form;
use crate::form::draft::{Draft, Row};
use crate::form::expression::compile::nearest;
use crate::form::problem::{Problem, Severity};
use crate::locale::{Text, say};
use std::ops::Range;

/// Choices named in one sentence at most.
const MOST_NAMES: usize = 5;

pub(super) fn check(form: &Form, draft: &Draft, rows: &[&Row], problems: &mut Vec<Problem>) {
    for row in rows {
        for (column, (text, place)) in &row.texts {
            untranslated(column, text, place, draft, problems);
            references(form, text, place, problems);
        }
    }
    choices(draft, problems);
}

/// Whether a text that is there in some language is missing in this one.
fn lacks(text: &Text, language: &str) -> bool {
    !text.is_empty() && text.named(language).is_none_or(str::is_empty)
}

fn untranslated(column: &str, text: &Text, place: &Range<usize>, draft: &Draft, problems: &mut Vec<Problem>) {
    for language in draft.languages.iter().filter(|language| lacks(text, language)) {
        problems.push(Problem::warning(place.clone(), Text::both(|lang| say::author::untranslated(lang, column, language))));
    }
}

fn choices(draft: &Draft, problems: &mut Vec<Problem>) {
    for (list, place) in &draft.lists {
        for language in &draft.languages {
            let names: Vec<&str> = list.choices.iter().filter(|choice| lacks(&choice.label, language)).map(|choice| &*choice.name).collect();
            if !names.is_empty() {
                let few = names.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ") + if names.len() > MOST_NAMES { ", …" } else { "" };
                let what = Text::both(|lang| say::author::untranslated_choices(lang, &list.name, language, names.len(), &few));
                problems.push(Problem::warning(place.clone(), what));
            }
        }
    }
}

/// `${name}` in a text of a question that there is not; a reader that knows the cell may have told it already.
fn references(form: &Form, text: &Text, place: &Range<usize>, problems: &mut Vec<Problem>) {
    let told = |problems: &[Problem]| problems.iter().any(|p| p.severity == Severity::Error && place.start <= p.place.start && p.place.end <= place.end);
    let all = [&text.vi, &text.en].into_iter().chain(text.more.iter().map(|(_, said)| said));
    let mut names: Vec<&str> = all.flat_map(|said| referenced(said)).filter(|name| form.find(name).is_none()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() || told(problems) {
        return;
    }
    for name in names {
        let what = Text::both(|lang| say::form::unknown_question(lang, name));
        problems.push(Problem::error(place.clone(), what).near(nearest(name, form.names.keys().map(String::as_str))));
    }
}

/// The names in `${…}`; what is no name is plain text.
fn referenced(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.trim());
    let names = names.map(|name| name.strip_prefix("last-saved#").unwrap_or(name));
    names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
}
