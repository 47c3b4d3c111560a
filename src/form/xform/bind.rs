//! Binds: what must hold of a node, and how it is computed.

use super::Reader;
use super::body::type_name;
use super::text::itext_id;
use super::tree::{NodeAt, ROOT};
use super::xml::{Element, JR, ORX, elements, is_entities, is_odk};
use crate::form::draft::Cell;
use crate::form::problem::Severity;
use crate::locale::{Text, say};

/// Attributes that are expressions, and the columns they go to.
const EXPRESSIONS: [(&str, &str); 5] = [("relevant", "relevant"), ("required", "required"), ("readonly", "read_only"), ("constraint", "constraint"), ("calculate", "calculation")];

/// Attributes in other namespaces that are parameters in XLSForm, and their names there.
const PARAMETERS: [(&str, &str); 8] = [
    ("max-pixels", "max-pixels"),
    ("quality", "quality"),
    ("allow-mock-accuracy", "allow-mock-accuracy"),
    ("location-priority", "location-priority"),
    ("location-min-interval", "location-min-interval"),
    ("location-max-age", "location-max-age"),
    ("track-changes", "track-changes"),
    ("identify-user", "identify-user"),
];

impl<'a> Reader<'a> {
    /// Reads all binds of a model.
    pub fn binds(&mut self, model: Element<'a>) {
        for element in elements(model).filter(|e| e.tag_name().name() == "bind") {
            let Some(nodes) = self.xml.attribute(element, "nodeset").or_else(|| self.xml.attribute(element, "ref")) else {
                self.lacks(element, "nodeset");
                continue;
            };
            let Some(at) = self.tree.resolve(&nodes.text, ROOT, element) else {
                // Nothing hangs on it: ODK's own programs load such a form.
                self.no_such_node(&nodes, Severity::Warning);
                continue;
            };
            if !self.is_attribute_of_question(at, &nodes) {
                self.bind(element, at);
            }
        }
    }

    /// Only groups keep attributes: that of a question is taken out again, and told.
    pub fn is_attribute_of_question(&mut self, at: NodeAt, named: &Cell) -> bool {
        let parent = self.tree.nodes[at].parent;
        if !self.tree.nodes[at].name.text.starts_with('@') || parent == ROOT || self.tree.holds(parent) {
            return false;
        }
        let name = self.tree.nodes[at].name.text.clone();
        self.tree.take_out(at);
        self.warning(named.place.clone(), Text::both(|lang| say::xform::no_attribute_here(lang, &name)));
        true
    }

    fn bind(&mut self, element: Element<'a>, at: NodeAt) {
        if let Some(id) = self.xml.attribute(element, "id") {
            self.bind_ids.insert(id.text, at);
        }
        for (attribute, column) in EXPRESSIONS {
            if let Some(cell) = self.xml.attribute(element, attribute) {
                self.tree.nodes[at].row.cells.entry(column).or_insert(cell);
            }
        }
        if let Some(cell) = self.xml.attribute(element, "type") {
            if type_name(&cell.text).is_none() {
                self.warning(cell.place.clone(), Text::both(|lang| say::xform::unknown_data_type(lang, &cell.text)));
            }
            self.tree.nodes[at].data_type.get_or_insert(cell);
        }
        let jr = |uri: Option<&str>| uri == Some(JR);
        for (attribute, column) in [("constraintMsg", "constraint_message"), ("requiredMsg", "required_message")] {
            if let Some(cell) = self.xml.attribute_in(element, jr, attribute) {
                let text = self.message(&cell, at);
                self.tree.nodes[at].row.texts.entry(column).or_insert((text, cell.place));
            }
        }
        if let Some(preload) = self.xml.attribute_in(element, jr, "preload") {
            let parameters = self.xml.attribute_in(element, jr, "preloadParams").unwrap_or_else(|| Cell::made("", preload.place.clone()));
            self.tree.nodes[at].preload.get_or_insert((preload, parameters));
        }
        self.bind_extras(element, at);
    }

    /// A message is written out or names a text.
    fn message(&mut self, cell: &Cell, at: NodeAt) -> Text {
        match itext_id(&cell.text) {
            // A text that is computed is filled in when it is shown.
            None if cell.text.starts_with("jr:itext(") => Text::plain(format!("${{{}}}", cell.text)),
            None => Text::plain(&*cell.text),
            Some(id) => {
                if !self.itext.has(id) {
                    self.warning(cell.place.clone(), Text::both(|lang| say::xform::unknown_text(lang, id)));
                }
                self.itext_parts(id, at).remove("label").unwrap_or_default()
            }
        }
    }

    /// Parameters, `save_to`, and attributes of others that travel with the form.
    fn bind_extras(&mut self, element: Element<'a>, at: NodeAt) {
        for attribute in element.attributes() {
            let (name, uri) = (attribute.name(), attribute.namespace());
            let cell = self.xml.cell(attribute.value(), attribute.range_value());
            let known = match uri {
                None => matches!(name, "nodeset" | "ref" | "id" | "type") || EXPRESSIONS.iter().any(|(known, _)| *known == name),
                Some(JR) => matches!(name, "constraintMsg" | "requiredMsg" | "preload" | "preloadParams"),
                _ => false,
            };
            if known {
                continue;
            }
            let row = &mut self.tree.nodes[at].row;
            let parameter = PARAMETERS.iter().find(|(known, _)| *known == name).filter(|_| is_odk(uri) || uri == Some(ORX));
            if let Some((_, parameter)) = parameter {
                let old = row.cells.remove("parameters").map(|cell| format!("{} ", cell.text)).unwrap_or_default();
                row.cells.insert("parameters", Cell::made(format!("{old}{parameter}={}", cell.text), cell.place));
            } else if is_entities(uri) && name == "saveto" {
                row.extra.insert("save_to".to_owned(), cell);
            } else {
                row.extra.insert(format!("bind::{}", self.xml.attribute_name(&attribute)), cell);
            }
        }
    }
}
