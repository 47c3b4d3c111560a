//! The texts of a form that show answers: their pieces, with the expressions in them resolved.

use super::Form;
use super::check_logic::expression;
use super::draft::{Cell, Draft};
use super::expression::compile::Site;
use super::expression::function::Function;
use super::problem::Problem;
use super::template::{self, Part, Template};
use std::collections::BTreeMap;
use std::ops::Range;

/// Texts that expressions may ask for by their id and that show answers themselves. What is wrong in one is told where a
/// question shows it; one that asks for further texts stays as it is, so that none can ask for itself.
pub(super) fn itext(form: &Form) -> BTreeMap<String, Template> {
    let mut templates = BTreeMap::new();
    for (id, text) in form.itext.iter().filter(|(_, text)| template::is_template(text)) {
        let mut problems = Vec::new();
        let [vi, en] = [&text.vi, &text.en].map(|text| parts(text, Site::top(form), &(0..0), &mut problems));
        let asks = |part: &Part| matches!(part, Part::Value(code) if code.calls(&[Function::IText]));
        if problems.is_empty() && !vi.iter().chain(&en).any(asks) {
            templates.insert(id.clone(), Template { vi, en });
        }
    }
    templates
}

/// Labels of choices that show answers. One that asks for the label of a choice itself stays as it is, as above.
pub(super) fn choices(form: &Form, draft: &Draft, problems: &mut Vec<Problem>) -> BTreeMap<(usize, usize), Template> {
    let mut templates = BTreeMap::new();
    for (list_at, list) in form.lists.iter().enumerate() {
        let place = draft.lists.get(list_at).map_or(0..0, |(_, place)| place.clone());
        for (at, choice) in list.choices.iter().enumerate().filter(|(_, choice)| template::is_template(&choice.label)) {
            let [vi, en] = [&choice.label.vi, &choice.label.en].map(|text| parts(text, Site::top(form), &place, problems));
            let asks = |part: &Part| matches!(part, Part::Value(code) if code.calls(&[Function::ChoiceName, Function::IText]));
            if !vi.iter().chain(&en).any(asks) {
                templates.insert((list_at, at), Template { vi, en });
            }
        }
    }
    templates
}

/// The pieces of a text, its expressions resolved.
pub(super) fn parts(text: &str, site: Site<'_>, place: &Range<usize>, problems: &mut Vec<Problem>) -> Vec<Part> {
    let part = |piece: Result<&str, (&str, usize)>| match piece {
        Ok(words) => Some(Part::Words(words.to_owned())),
        Err((inside, _)) => {
            let name = inside.trim();
            let plain = name.chars().all(|c| c.is_alphanumeric() || "_-.:".contains(c));
            let text = if plain { format!("${{{name}}}") } else { name.to_owned() };
            expression(&Cell::made(text, place.clone()), site, problems).map(|(code, _)| Part::Value(code))
        }
    };
    template::split(text).into_iter().filter_map(part).collect()
}
