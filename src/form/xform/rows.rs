//! From the tree to rows: what each node is, and its place among the others.

use super::Reader;
use super::body::type_name;
use super::tree::{Node, NodeAt, ROOT};
use super::xml::JR;
use crate::form::draft::{Cell, Row, Set, When};
use crate::locale::{Text, say};

/// Path of the node that ODK forms keep a record's one-line name in, below the root.
const INSTANCE_NAME: &str = "instanceName";

impl<'a> Reader<'a> {
    /// Makes the draft's rows.
    pub fn rows(&mut self) {
        self.order_as_asked();
        self.draft.rows = self.children(ROOT);
        self.summary();
    }

    /// Recurses as deep as the XML is nested, which is limited.
    fn children(&mut self, at: NodeAt) -> Vec<Row> {
        let children = self.tree.nodes[at].children.clone();
        children.into_iter().map(|child| self.row(child)).collect()
    }

    fn row(&mut self, at: NodeAt) -> Row {
        self.static_attributes(at);
        let children = self.children(at);
        let name = self.tree.nodes[at].name.clone();
        let kind = self.kind(at);
        let row = std::mem::take(&mut self.tree.nodes[at].row);
        Row { name, kind, children, ..row }
    }

    fn kind(&mut self, at: NodeAt) -> Cell {
        let holds = self.tree.holds(at);
        let node = &self.tree.nodes[at];
        let place = node.name.place.clone();
        if node.repeat {
            return Cell::made("repeat", place);
        }
        if node.count > 1 {
            let name = node.name.text.clone();
            self.warning(place.clone(), Text::both(|lang| say::xform::stands_twice(lang, &name)));
            // Groups that stand more than once are rows that nobody adds or removes.
            if holds {
                self.tree.nodes[at].row.extra.insert("jr:noAddRemove".to_owned(), Cell::made("true()", place.clone()));
                return Cell::made("repeat", place);
            }
        }
        let node = &self.tree.nodes[at];
        if holds || node.group {
            return Cell::made("group", place);
        }
        if let Some((kind, place)) = node.control.clone() {
            self.preload_answer(at);
            let kind = if is_note(&self.tree.nodes[at], kind) { "note" } else { kind };
            return Cell::made(kind, place);
        }
        if let Some(kind) = self.metadata(at) {
            return Cell::made(kind, place);
        }
        let node = &mut self.tree.nodes[at];
        if let Some(cell) = &node.data_type
            && let Some(kind) = type_name(&cell.text).filter(|kind| *kind != "text")
        {
            node.row.cells.insert("value", Cell::made(kind, cell.place.clone()));
        }
        Cell::made(if node.row.cells.contains_key("calculation") { "calculate" } else { "hidden" }, place)
    }

    /// The metadata question that a preload makes of a node that is not asked.
    fn metadata(&mut self, at: NodeAt) -> Option<&'static str> {
        let (preload, parameters) = self.tree.nodes[at].preload.clone()?;
        let property = parameters.text.trim_start_matches("uri:");
        let kind = match (preload.text.as_str(), property) {
            ("timestamp", "start") => "start",
            ("timestamp", "end") => "end",
            ("date", "today") => "today",
            ("property", "deviceid") => "deviceid",
            ("property", "username") => "username",
            ("property", "email") => "email",
            ("property", "phonenumber") => "phonenumber",
            ("uid", _) => {
                self.preload_answer(at);
                return None;
            }
            ("property", name) => {
                self.warning(parameters.place.clone(), Text::both(|lang| say::xform::no_such_property(lang, name)));
                return None;
            }
            (name, _) => {
                self.warning(preload.place.clone(), Text::both(|lang| say::xform::unknown_preload(lang, name)));
                return None;
            }
        };
        Some(kind)
    }

    /// A preload whose result a person may change, or which is no metadata question: set when a record is begun.
    fn preload_answer(&mut self, at: NodeAt) {
        let Some((preload, parameters)) = self.tree.nodes[at].preload.clone() else { return };
        let value = match (preload.text.as_str(), parameters.text.as_str()) {
            ("timestamp", "start") => "now()",
            ("date", "today") => "today()",
            ("uid", _) => "concat('uuid:', uuid())",
            _ => return,
        };
        self.tree.nodes[at].row.sets.push(Set { when: When::FirstLoad, value: Cell::made(value, preload.place) });
    }

    /// Attributes of an element of the primary instance that nothing fills travel as XLSForm's `instance::` columns.
    fn static_attributes(&mut self, at: NodeAt) {
        let Some(element) = self.tree.nodes[at].element else { return };
        for attribute in element.attributes().filter(|a| a.namespace() != Some(JR)) {
            let name = self.xml.attribute_name(&attribute);
            let filled = self.tree.nodes[at].children.iter().any(|child| self.tree.nodes[*child].name.text.strip_prefix('@') == Some(&name));
            if !filled {
                let cell = self.xml.cell(attribute.value(), attribute.range_value());
                self.tree.nodes[at].row.extra.insert(format!("instance::{name}"), cell);
            }
        }
    }

    /// Puts nodes that the body asks in another order than the model into the body's order, each set of siblings among the
    /// places that they have; what is not asked stays where it is.
    fn order_as_asked(&mut self) {
        for at in (1..self.tree.nodes.len()).rev() {
            // A node stands behind the one around it, so what is inside is known before.
            let (parent, asked) = (self.tree.nodes[at].parent, self.tree.nodes[at].asked);
            if let Some(asked) = asked {
                let first = self.tree.nodes[parent].asked.map_or(asked, |old| old.min(asked));
                self.tree.nodes[parent].asked = Some(first);
            }
        }
        for at in 0..self.tree.nodes.len() {
            let children = &self.tree.nodes[at].children;
            let places: Vec<usize> = (0..children.len()).filter(|place| self.tree.nodes[children[*place]].asked.is_some()).collect();
            let mut asked: Vec<NodeAt> = places.iter().map(|place| children[*place]).collect();
            asked.sort_by_key(|child| self.tree.nodes[*child].asked);
            for (place, child) in places.into_iter().zip(asked) {
                self.tree.nodes[at].children[place] = child;
            }
        }
    }

    /// A form names its records in `meta/instanceName`: that is their line in lists.
    fn summary(&mut self) {
        let found = (1..self.tree.nodes.len()).find(|at| {
            let node = &self.tree.nodes[*at];
            let name = |node: &Node<'a>| node.name.text.rsplit(':').next().unwrap_or("").to_owned();
            name(node) == INSTANCE_NAME && name(&self.tree.nodes[node.parent]) == "meta" && self.tree.nodes[node.parent].parent == ROOT
        });
        if let Some(at) = found {
            self.draft.head.insert("summary", Cell::made(self.tree.path(at), self.tree.nodes[at].name.place.clone()));
        }
    }
}

/// A note is a text that nobody can type into and nothing fills.
fn is_note(node: &Node<'_>, kind: &str) -> bool {
    let says = |column: &str| node.row.cells.get(column).map(|cell| cell.text.as_str());
    let literal = node.element.is_some_and(|element| element.children().any(|c| c.is_text() && c.text().is_some_and(|t| !t.trim().is_empty())));
    kind == "text"
        && matches!(says("read_only"), Some("true()" | "true"))
        && !["calculation", "required", "constraint", "appearance"].iter().any(|column| node.row.cells.contains_key(column))
        && node.row.sets.is_empty()
        && node.preload.is_none()
        && !literal
}
