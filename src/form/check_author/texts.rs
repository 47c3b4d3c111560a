//! What is said, in every language of the form. References in texts are the engine's to resolve.

use crate::form::draft::{Draft, Row};
use crate::form::problem::Problem;
use crate::locale::{Text, say};
use std::ops::Range;

/// Choices named in one sentence at most.
const MOST_NAMES: usize = 5;

pub(super) fn check(draft: &Draft, rows: &[&Row], problems: &mut Vec<Problem>) {
    for row in rows {
        for (column, (text, place)) in &row.texts {
            untranslated(column, text, place, draft, problems);
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
