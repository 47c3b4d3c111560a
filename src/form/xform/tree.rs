//! The primary instance as a tree of names: what there is to ask about, whether or not it is asked.
//!
//! Elements of one name under one parent are rows of one repeat, so they are one node here. A node's name is written as
//! the form writes it, with its prefix (`orx:meta`), because its expressions name it so. An attribute that a bind or an
//! action fills (`entity/@id`) is a node as well, called `@id`.

use super::xml::{Element, JR, Xml, elements};
use crate::form::draft::{Cell, Initial, Row};
use crate::locale::fold;
use std::collections::BTreeMap;
use std::ops::Range;

/// A node by its place in [`Tree::nodes`].
pub type NodeAt = usize;

/// The primary instance's root.
pub const ROOT: NodeAt = 0;

/// What a form says of one name of the primary instance.
pub struct Node<'a> {
    pub name: Cell,
    pub namespace: Option<&'a str>,
    pub parent: NodeAt,
    pub children: Vec<NodeAt>,
    /// Its children by their names.
    known: BTreeMap<String, NodeAt>,
    /// The first element of that name.
    pub element: Option<Element<'a>>,
    /// How many elements there are side by side at most, a template not counted.
    pub count: usize,
    /// Whether a body repeat is made for it.
    pub repeat: bool,
    /// Whether a body group is made for it.
    pub group: bool,
    /// The type of its control (one of `check::TYPES`) and where the control stands.
    pub control: Option<(&'static str, Range<usize>)>,
    /// The place in the body where it is first asked.
    pub asked: Option<usize>,
    /// Its bind's type.
    pub data_type: Option<Cell>,
    /// Its bind's `jr:preload` and `jr:preloadParams`.
    pub preload: Option<(Cell, Cell)>,
    /// The row in the making.
    pub row: Row,
}

/// The primary instance.
pub struct Tree<'a> {
    pub nodes: Vec<Node<'a>>,
    /// How many nodes there are of each name.
    counts: BTreeMap<String, usize>,
}

impl<'a> Tree<'a> {
    /// Lays out the primary instance below its root element.
    pub fn new(xml: &Xml<'a>, root: Element<'a>) -> Self {
        let mut tree = Self { nodes: Vec::new(), counts: BTreeMap::new() };
        tree.add(xml.name(root), root.tag_name().namespace(), ROOT, Some(root));
        tree.add_children(xml, ROOT, root);
        tree
    }

    fn add(&mut self, name: Cell, namespace: Option<&'a str>, parent: NodeAt, element: Option<Element<'a>>) -> NodeAt {
        let at = self.nodes.len();
        *self.counts.entry(name.text.clone()).or_insert(0) += 1;
        if at != parent {
            self.nodes[parent].children.push(at);
            self.nodes[parent].known.insert(name.text.clone(), at);
        }
        self.nodes.push(Node {
            name,
            namespace,
            parent,
            children: Vec::new(),
            known: BTreeMap::new(),
            element,
            count: 0,
            repeat: false,
            group: false,
            control: None,
            asked: None,
            data_type: None,
            preload: None,
            row: Row::default(),
        });
        at
    }

    /// Whether no other node has this one's name.
    pub fn is_only_one(&self, at: NodeAt) -> bool {
        self.counts.get(&self.nodes[at].name.text) == Some(&1)
    }

    /// Takes a node out of the one around it.
    pub fn take_out(&mut self, at: NodeAt) {
        let parent = self.nodes[at].parent;
        let name = self.nodes[at].name.text.clone();
        self.nodes[parent].children.retain(|child| *child != at);
        self.nodes[parent].known.remove(&name);
    }

    /// Recurses as deep as the XML is nested, which is limited.
    fn add_children(&mut self, xml: &Xml<'a>, parent: NodeAt, element: Element<'a>) {
        let mut counts = BTreeMap::new();
        for child in elements(element) {
            let name = xml.name(child);
            let at = match self.nodes[parent].known.get(&name.text) {
                Some(at) => *at,
                None => self.add(name, child.tag_name().namespace(), parent, Some(child)),
            };
            *counts.entry(at).or_insert(0) += usize::from(!is_template(child));
            self.add_children(xml, at, child);
        }
        for (at, count) in counts {
            self.nodes[at].count = self.nodes[at].count.max(count);
        }
    }

    /// The node of a path (`/data/a`, `../b`, `current()/c`, `a`) seen from a node; predicates are left out. `scope` is the
    /// element whose namespace prefixes count.
    pub fn resolve(&mut self, path: &str, from: NodeAt, scope: Element<'a>) -> Option<NodeAt> {
        let path = without_predicates(path);
        let path = path.trim();
        let (mut at, steps) = match path.strip_prefix('/') {
            None => (from, path),
            Some(inside) => {
                let (root, steps) = inside.split_once('/').unwrap_or((inside, ""));
                if !self.is_called(ROOT, root.trim(), scope) {
                    return None;
                }
                (ROOT, steps)
            }
        };
        for step in steps.split('/').map(str::trim) {
            at = match step {
                "" if steps.is_empty() => at,
                "." | "current()" => at,
                ".." => self.nodes[at].parent,
                step => match self.child(at, step, scope) {
                    Some(child) => child,
                    None => self.attribute(at, step)?,
                },
            };
        }
        Some(at)
    }

    fn child(&self, at: NodeAt, step: &str, scope: Element<'a>) -> Option<NodeAt> {
        let node = &self.nodes[at];
        node.known.get(step).copied().or_else(|| node.children.iter().copied().find(|child| self.is_called(*child, step, scope)))
    }

    /// As written, or the same name under another prefix, or without one.
    fn is_called(&self, at: NodeAt, step: &str, scope: Element<'a>) -> bool {
        let node = &self.nodes[at];
        if node.name.text == step {
            return true;
        }
        let local = node.name.text.rsplit(':').next().unwrap_or(&node.name.text);
        match step.split_once(':') {
            None => local == step,
            Some((prefix, name)) => local == name && node.namespace.is_some() && scope.lookup_namespace_uri(Some(prefix)) == node.namespace,
        }
    }

    fn attribute(&mut self, at: NodeAt, step: &str) -> Option<NodeAt> {
        let wanted = step.strip_prefix('@')?;
        let place = self.nodes[at].name.place.clone();
        (!wanted.is_empty()).then(|| self.add(Cell::made(format!("@{wanted}"), place), None, at, None))
    }

    /// The absolute path of a node.
    pub fn path(&self, at: NodeAt) -> String {
        let mut names = vec![self.nodes[at].name.text.as_str()];
        let mut at = at;
        while at != ROOT {
            at = self.nodes[at].parent;
            names.push(&self.nodes[at].name.text);
        }
        names.iter().rev().flat_map(|name| ["/", name]).collect()
    }

    /// Whether the node holds others, not counting attributes.
    pub fn holds(&self, at: NodeAt) -> bool {
        self.nodes[at].children.iter().any(|child| !self.nodes[*child].name.text.starts_with('@'))
    }
}

/// Whether an element is a repeat's template.
fn is_template(element: Element<'_>) -> bool {
    element.attribute((JR, "template")).is_some()
}

/// A path without what stands in brackets.
pub fn without_predicates(path: &str) -> String {
    let (mut depth, mut quote, mut bare) = (0usize, None, String::new());
    for c in path.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if depth > 0 => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, c) if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

/// The first values and ready rows below an element of the primary instance, and its attributes as `@name`.
pub fn initial<'a>(xml: &Xml<'a>, element: Element<'a>) -> Vec<Initial> {
    let own = |name: String, value: &str| Initial { name: format!("@{name}"), value: value.to_owned(), ..Initial::default() };
    let attributes = element.attributes().filter(|a| a.namespace() != Some(JR)).map(|a| own(xml.attribute_name(&a), a.value()));
    let inside = elements(element).map(|child| {
        let children = initial(xml, child);
        let value = if elements(child).next().is_none() { fold::nfc(&xml.content(child).text) } else { String::new() };
        Initial { name: xml.name(child).text, value, template: is_template(child), children }
    });
    attributes.chain(inside).collect()
}

/// The prefixes that names of the primary instance have, as its attributes `@xmlns:…`.
pub fn prefixes<'a>(xml: &Xml<'a>, root: Element<'a>) -> Vec<Initial> {
    let names = root.descendants().filter(|e| e.is_element()).flat_map(|e| {
        let attributes = e.attributes().filter(|a| a.namespace() != Some(JR)).map(|a| xml.attribute_name(&a));
        attributes.chain([xml.name(e).text]).filter_map(|name| name.split_once(':').map(|(prefix, _)| (prefix.to_owned(), e))).collect::<Vec<_>>()
    });
    let found: BTreeMap<String, Element<'a>> = names.collect();
    let uri = |(prefix, element): (String, Element<'a>)| {
        let uri = element.lookup_namespace_uri(Some(&prefix))?.to_owned();
        Some(Initial { name: format!("@xmlns:{prefix}"), value: uri, ..Initial::default() })
    };
    found.into_iter().filter_map(uri).collect()
}
