//! A submission as ODK's clients send it: one XML document whose elements are questions, groups and rows.

use super::shape::{self, MAX_DEPTH};
use super::{Incoming, Intake, Unreadable};
use crate::form::Form;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value as Json};

/// More elements than this are no submission.
const MAX_NODES: u32 = 2_000_000;

/// Reads a submission, or an element that holds several.
///
/// # Errors
/// [`Unreadable::Xml`].
pub fn read(form: &Form, text: &str) -> Result<Intake, Unreadable> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text.trim_start(), options).map_err(|e| Unreadable::Xml(e.pos().row, e.to_string()))?;
    let root = document.root_element();
    let inner: Vec<Node<'_, '_>> = root.children().filter(Node::is_element).collect();
    let is_list = root.attribute("id").is_none() && !inner.is_empty() && inner.iter().all(|node| node.attribute("id").is_some());
    let roots = if is_list { inner } else { vec![root] };
    let many = roots.len() > 1;
    let mut intake = Intake::default();
    for (at, root) in roots.into_iter().enumerate() {
        let mut tree = Map::new();
        children(root, &mut tree, 0);
        let place = if many { (at + 1).to_string() } else { String::new() };
        let incoming = Incoming { place, instance: instance(root), ..shape::record(form, &tree, &mut intake) };
        intake.records.push(incoming);
    }
    Ok(intake)
}

/// The id on the root stays when a submission is edited; the one inside does not.
fn instance(root: Node<'_, '_>) -> Option<String> {
    let inside = || root.descendants().find(|node| node.tag_name().name() == "instanceID").and_then(|node| node.text());
    root.attribute("instanceID").or_else(inside).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty())
}

fn children(element: Node<'_, '_>, into: &mut Map<String, Json>, depth: usize) {
    let shown = |node: &Node<'_, '_>| node.is_element() && !node.attributes().any(|a| a.name() == "template");
    for child in element.children().filter(shown) {
        let name = child.tag_name().name().to_owned();
        let value = if child.children().any(|node| node.is_element()) && depth < MAX_DEPTH {
            let mut inner = Map::new();
            children(child, &mut inner, depth + 1);
            Json::Object(inner)
        } else {
            Json::String(child.children().filter_map(|node| node.text().filter(|_| node.is_text())).collect())
        };
        match into.get_mut(&name) {
            None => drop(into.insert(name, value)),
            Some(Json::Array(rows)) => rows.push(value),
            Some(first) => *first = Json::Array(vec![first.take(), value]),
        }
    }
}
