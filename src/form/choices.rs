//! The choices of a question at this moment, before its `choice_filter`.

use super::Choices;
use super::expression::evaluate::{Frame, Item, each, evaluate, table};
use super::expression::{Code, Datum};
use super::list::ChoiceList;
use crate::locale::Text;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The whole list that a question chooses from, in the frame of the question.
pub fn list_of(choices: &Choices, frame: &Frame<'_>) -> Arc<ChoiceList> {
    match choices {
        Choices::None => Arc::default(),
        Choices::List(list) => labelled(*list, frame),
        Choices::Rows(code) => table(code, frame).unwrap_or_default(),
        Choices::Answers(code) => Arc::new(from_answers(code, frame)),
        Choices::Nodes(itemset) => Arc::new(from_nodes(itemset, frame)),
    }
}

/// A list of the form, with the labels that show answers filled in.
pub fn labelled(list: usize, frame: &Frame<'_>) -> Arc<ChoiceList> {
    let plain = &frame.form.lists[list];
    let mut templates = frame.form.choice_templates.range((list, 0)..(list + 1, 0)).peekable();
    if templates.peek().is_none() {
        return plain.clone();
    }
    let mut filled = ChoiceList::clone(plain);
    for ((_, at), template) in templates {
        filled.say(*at, Text::both(|lang| template.fill(&Frame { lang, ..*frame })));
    }
    Arc::new(filled)
}

fn list(rows: Vec<(Text, Arc<str>)>) -> ChoiceList {
    let rows = rows.into_iter().map(|(label, name)| (label, vec![name])).collect();
    ChoiceList::new("", vec!["name".to_owned()], rows)
}

/// Different non-blank answers, in order.
fn from_answers(code: &Code, frame: &Frame<'_>) -> ChoiceList {
    let mut rows = Vec::new();
    let mut seen = BTreeSet::new();
    let mut take = |datum: Datum| {
        let text = datum.to_text();
        if !text.is_empty() && seen.insert(text.clone()) {
            rows.push((Text::plain(&*text), text));
        }
    };
    each(code, frame, &mut |item| {
        take(frame.value(item));
        true
    });
    list(rows)
}

fn from_nodes(itemset: &super::Itemset, frame: &Frame<'_>) -> ChoiceList {
    let mut rows = Vec::new();
    each(&itemset.nodes, frame, &mut |item| {
        let inner = Frame { context: item, ..*frame };
        let name = evaluate(&itemset.value, &inner).to_text();
        if !name.is_empty() {
            rows.push((label(itemset, item, &inner), name));
        }
        true
    });
    list(rows)
}

fn label(itemset: &super::Itemset, item: Item, frame: &Frame<'_>) -> Text {
    if let (Some(list), Item::Element(document, element)) = (itemset.list, item) {
        let at = frame.form.documents[document].position(element);
        if let Some(choice) = frame.form.lists[list].choices.get(at - 1).filter(|choice| !choice.label.is_empty()) {
            return choice.label.clone();
        }
    }
    Text::plain(&*evaluate(&itemset.label, frame).as_str())
}
