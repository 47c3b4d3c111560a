//! The first values of a new record or row, where the form writes them out as XForm instances do.

use super::order;
use crate::form::draft::Initial;
use crate::form::expression::Datum;
use crate::form::instance::Answers;
use crate::form::{Form, Kind, NodeId};
use crate::value::Value;

/// Literal values and ready rows of a new record.
pub(super) fn fill(form: &Form, answers: &mut Answers) {
    elements(form, answers, &form.initial, None, "");
}

/// Literal values of a new row of a repeat, from its template.
pub(super) fn fill_row(form: &Form, answers: &mut Answers, repeat: NodeId, prefix: &str) {
    if let Some(template) = template(form, repeat) {
        elements(form, answers, &template.children, Some(repeat), prefix);
    }
}

fn elements(form: &Form, answers: &mut Answers, written: &[Initial], parent: Option<NodeId>, prefix: &str) {
    let mut last: Option<(NodeId, String, usize)> = None;
    for element in written {
        let Some(id) = form.child(parent, &element.name) else { continue };
        let node = form.node(id);
        match node.kind {
            Kind::Group => elements(form, answers, &element.children, Some(id), prefix),
            Kind::Repeat(_) if element.template => {}
            Kind::Repeat(_) => {
                let (order, number) = match &last {
                    Some((repeat, order, number)) if *repeat == id => (order::between(Some(order), None), number + 1),
                    _ => (order::between(None, None), 1),
                };
                let row = format!("{prefix}{}/n{number}/", node.key);
                answers.insert(format!("{row}#"), Value::text(order.clone()));
                elements(form, answers, &element.children, Some(id), &row);
                last = Some((id, order, number));
            }
            _ => {
                if let Some(value) = Datum::text(&element.value).to_value(node.value) {
                    answers.insert(format!("{prefix}{}", node.key), value);
                }
            }
        }
    }
}

/// The template of a repeat, or else its first row.
fn template(form: &Form, repeat: NodeId) -> Option<&Initial> {
    let mut around: Vec<NodeId> = form.ancestors(repeat).collect();
    around.reverse();
    around.push(repeat);
    let mut written = form.initial.as_slice();
    let mut found = None;
    for id in around {
        let name = &form.node(id).name;
        let all = || written.iter().filter(|element| element.name == *name);
        let element = all().find(|element| element.template).or_else(|| all().next())?;
        written = &element.children;
        found = Some(element);
    }
    found
}
