//! A record as an ODK submission: XML in the shape of its form's primary instance, out and in.
//!
//! What is not relevant is left out, as ODK does. Elements stand in the order of the form's XML where it has one, else in
//! the order of asking; attributes come from the form, or from the nodes called `@name`.

use super::order;
use crate::form::draft::Initial;
use crate::form::expression::Datum;
use crate::form::instance::{Answers, Instance, ROOT_ROW, RowId};
use crate::form::{Form, Kind, NodeId};
use crate::locale::{Text, say};
use crate::value::Value;
use roxmltree::{Document, Node, ParsingOptions};

/// The namespace of a record's `meta` block.
const ORX: &str = "http://openrosa.org/xforms";

/// Submissions larger than this, in bytes and in elements, are refused.
const MAX_BYTES: usize = 64 << 20;
const MAX_NODES: u32 = 5_000_000;

/// The submission of a derived record. `id` is the record's `instanceID` (`uuid:…`), for a form that does not keep it itself.
pub fn xml<'a>(form: &'a Form, instance: &'a Instance, id: Option<&'a str>) -> String {
    let meta = form.top().find(|node| local(&form.node(*node).name) == "meta");
    let has_id = |meta: NodeId| form.node(meta).children.iter().any(|node| local(&form.node(*node).name) == "instanceID");
    let id = id.filter(|_| !meta.is_some_and(has_id));
    let mut writer = Writer { form, instance, id_in: meta.zip(id), out: format!("<{}", form.root) };
    let shape: Vec<&Initial> = form.initial.iter().collect();
    if id.is_some() && meta.is_none() && !shape.iter().any(|part| part.name == "@xmlns:orx") {
        writer.attribute("xmlns:orx", ORX);
    }
    if shape.is_empty() {
        writer.attribute("id", &form.id);
        writer.attribute("version", &form.written_version);
    }
    writer.attributes(None, ROOT_ROW, &shape);
    writer.out.push('>');
    writer.children(None, ROOT_ROW, &shape);
    if let (Some(id), None) = (id, meta) {
        writer.out.push_str("<orx:meta>");
        writer.instance_id("orx:", id);
        writer.out.push_str("</orx:meta>");
    }
    writer.out.push_str(&format!("</{}>", form.root));
    writer.out
}

struct Writer<'a> {
    form: &'a Form,
    instance: &'a Instance,
    /// The form's `meta` block, where it lacks the record's id.
    id_in: Option<(NodeId, &'a str)>,
    out: String,
}

impl<'a> Writer<'a> {
    /// The nodes directly inside `parent`, in the order of `shape`.
    fn inside(&self, parent: Option<NodeId>, shape: &[&Initial]) -> Vec<NodeId> {
        let mut nodes: Vec<NodeId> = parent.map_or_else(|| self.form.top().collect(), |parent| self.form.node(parent).children.clone());
        nodes.sort_by_key(|node| shape.iter().position(|part| part.name == self.form.node(*node).name).unwrap_or(usize::MAX));
        nodes
    }

    fn children(&mut self, parent: Option<NodeId>, row: RowId, shape: &[&'a Initial]) {
        for node in self.inside(parent, shape) {
            let name = &self.form.node(node).name;
            if name.starts_with('@') || !self.instance.is_relevant(self.form, row, node) {
                continue;
            }
            // A repeat's template comes first: it has the shape of every row.
            let inner: Vec<&Initial> = shape.iter().find(|part| part.name == *name).map_or_else(Vec::new, |part| part.children.iter().collect());
            match self.form.node(node).kind {
                Kind::Repeat(scope) => {
                    for row in self.instance.children(self.form, row, scope) {
                        self.element(node, *row, &inner);
                    }
                }
                _ => self.element(node, row, &inner),
            }
        }
    }

    fn element(&mut self, node: NodeId, row: RowId, shape: &[&'a Initial]) {
        let name = self.form.node(node).name.clone();
        self.out.push('<');
        self.out.push_str(&name);
        self.attributes(Some(node), row, shape);
        self.out.push('>');
        let start = self.out.len();
        match self.form.node(node).kind {
            Kind::Group | Kind::Repeat(_) => self.children(Some(node), row, shape),
            Kind::Note => {}
            _ => {
                let text = self.text(row, node);
                escape(&text, &mut self.out);
            }
        }
        if let Some((_, id)) = self.id_in.filter(|(meta, _)| *meta == node) {
            let prefix = name.strip_suffix("meta").unwrap_or("").to_owned();
            self.instance_id(&prefix, id);
        }
        if self.out.len() == start {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            self.out.push_str(&format!("</{name}>"));
        }
    }

    /// Attributes that the form writes out, unless a node fills them.
    fn attributes(&mut self, node: Option<NodeId>, row: RowId, shape: &[&Initial]) {
        let filled: Vec<NodeId> = self.inside(node, shape).into_iter().filter(|id| self.form.node(*id).name.starts_with('@')).collect();
        for part in shape {
            let Some(name) = part.name.strip_prefix('@') else { continue };
            if !filled.iter().any(|id| self.form.node(*id).name == part.name) {
                self.attribute(name, &part.value);
            }
        }
        for id in filled {
            let (name, text) = (self.form.node(id).name.clone(), self.text(row, id));
            self.attribute(name.trim_start_matches('@'), &text);
        }
    }

    fn instance_id(&mut self, prefix: &str, id: &str) {
        self.out.push_str(&format!("<{prefix}instanceID>"));
        escape(id, &mut self.out);
        self.out.push_str(&format!("</{prefix}instanceID>"));
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push_str(&format!(" {name}=\""));
        escape(value, &mut self.out);
        self.out.push('"');
    }

    fn text(&self, row: RowId, node: NodeId) -> String {
        let value = self.instance.read(self.form, row, node).to_value(self.form.node(node).value);
        value.map_or_else(String::new, |value| value.plain())
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no way to write other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t' | '\r') => {}
            c => out.push(c),
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Reads a submission's XML into answers; elements that the form does not have are left out, and so are files, which a
/// submission only names.
///
/// # Errors
/// It is no XML, or too large.
pub fn read(form: &Form, text: &str) -> Result<Answers, Text> {
    if text.len() > MAX_BYTES {
        return Err(Text::both(say::form::too_many));
    }
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let document = Document::parse_with_options(text, options).map_err(|error| Text::both(|lang| say::xform::not_xml(lang, &error)))?;
    let mut answers = Answers::new();
    take(form, document.root_element(), None, "", &mut answers);
    Ok(answers)
}

/// Recurses as deep as the form is nested.
fn take(form: &Form, element: Node<'_, '_>, parent: Option<NodeId>, prefix: &str, answers: &mut Answers) {
    let nodes: Vec<NodeId> = parent.map_or_else(|| form.top().collect(), |parent| form.node(parent).children.clone());
    for id in nodes {
        let node = form.node(id);
        if let Some(name) = node.name.strip_prefix('@') {
            let value = element.attribute(name).and_then(|text| Datum::text(text).to_value(node.value));
            answers.extend(value.map(|value| (format!("{prefix}{}", node.key), value)));
            continue;
        }
        let elements = element.children().filter(|e| e.is_element() && e.tag_name().name() == local(&node.name));
        let mut last: Option<String> = None;
        for (at, element) in elements.enumerate() {
            match node.kind {
                Kind::Group => take(form, element, Some(id), prefix, answers),
                Kind::Repeat(_) => {
                    let row = format!("{prefix}{}/n{}/", node.key, at + 1);
                    let order = order::between(last.as_deref(), None);
                    answers.insert(format!("{row}#"), Value::text(order.clone()));
                    last = Some(order);
                    take(form, element, Some(id), &row, answers);
                }
                Kind::Note => {}
                _ => {
                    let text: String = element.descendants().filter(Node::is_text).filter_map(|t| t.text()).collect();
                    let value = Datum::text(text.trim()).to_value(node.value);
                    answers.extend(value.map(|value| (format!("{prefix}{}", node.key), value)));
                }
            }
        }
    }
}
