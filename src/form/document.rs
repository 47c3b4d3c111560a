//! A tree of named elements: a secondary instance, or a list seen as one. Read-only; expressions walk it.

use super::list::ChoiceList;
use std::sync::Arc;

/// An element by its place in document order; 0 is the document itself, above the root element.
pub type ElementId = u32;

/// The document, above its root element.
pub const DOCUMENT: ElementId = 0;

const NONE: u32 = u32::MAX;

/// Larger trees are refused.
const MAX_ELEMENTS: usize = 5_000_000;

/// Deeper trees are refused: nothing that walks one may exhaust the stack.
const MAX_DEPTH: usize = 200;

#[derive(Clone, Debug)]
struct Element {
    name: u32,
    parent: ElementId,
    first: ElementId,
    last: ElementId,
    next: ElementId,
    /// One past the last element inside.
    end: ElementId,
    /// All text inside, in order.
    text: Arc<str>,
}

/// The tree.
#[derive(Clone, Debug)]
pub struct Document {
    names: Vec<Arc<str>>,
    elements: Vec<Element>,
    /// Where absolute paths begin.
    top: ElementId,
}

impl Default for Document {
    fn default() -> Self {
        let mut empty = Self { names: Vec::new(), elements: Vec::new(), top: DOCUMENT };
        empty.open("", NONE);
        empty
    }
}

impl Document {
    /// Reads XML; attributes, comments and processing instructions are left out, names keep their prefix.
    ///
    /// # Errors
    /// What is wrong with the XML, in the parser's words.
    pub fn from_xml(text: &str) -> Result<Self, String> {
        let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: MAX_ELEMENTS as u32, ..Default::default() };
        let xml = roxmltree::Document::parse_with_options(text, options).map_err(|e| e.to_string())?;
        let mut document = Self::default();
        document.take(xml.root_element(), DOCUMENT, 0)?;
        document.elements[0].end = document.elements.len() as u32;
        document.elements[0].text = document.elements.get(1).map_or_else(|| "".into(), |root| root.text.clone());
        Ok(document)
    }

    fn take(&mut self, node: roxmltree::Node<'_, '_>, parent: ElementId, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("nested too deeply".to_owned());
        }
        let range = node.range();
        let written = &node.document().input_text()[range.start + 1..];
        let name = written.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next().unwrap_or_default();
        let id = self.open(name, parent);
        let mut text = String::new();
        for child in node.children() {
            if child.is_element() {
                let at = self.elements.len();
                self.take(child, id, depth + 1)?;
                text.push_str(&self.elements[at].text);
            } else if child.is_text() {
                text.push_str(child.text().unwrap_or_default());
            }
        }
        self.close(id, text.into());
        Ok(())
    }

    /// A list as `root/item/column`.
    pub fn from_list(list: &ChoiceList) -> Self {
        let mut document = Self::default();
        let root = document.open("root", DOCUMENT);
        for choice in &list.choices {
            let item = document.open("item", root);
            for (column, cell) in list.columns.iter().zip(&choice.cells) {
                let id = document.open(column, item);
                document.close(id, cell.clone());
            }
            if !list.columns.iter().any(|c| c == "label") {
                let id = document.open("label", item);
                document.close(id, choice.label.get(crate::locale::Lang::Vi).into());
            }
            document.close(item, "".into());
        }
        document.close(root, "".into());
        document.elements[0].end = document.elements.len() as u32;
        document
    }

    fn open(&mut self, name: &str, parent: ElementId) -> ElementId {
        let id = self.elements.len() as u32;
        let known = self.name(name);
        let name = known.unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len() as u32 - 1
        });
        self.elements.push(Element { name, parent, first: NONE, last: NONE, next: NONE, end: id + 1, text: "".into() });
        if let Some(above) = self.elements.get_mut(parent as usize).filter(|_| id != DOCUMENT) {
            let before = std::mem::replace(&mut above.last, id);
            match before {
                NONE => above.first = id,
                before => self.elements[before as usize].next = id,
            }
        }
        id
    }

    fn close(&mut self, id: ElementId, text: Arc<str>) {
        let end = self.elements.len() as u32;
        let element = &mut self.elements[id as usize];
        (element.end, element.text) = (end, text);
    }

    /// Where absolute paths begin: the document itself, unless [`Self::begin_at`] says otherwise.
    pub fn top(&self) -> ElementId {
        self.top
    }

    /// Lets absolute paths begin at an element, as if it were the document.
    pub fn begin_at(&mut self, top: ElementId) {
        self.top = top;
    }

    /// The number of a name in this document.
    pub fn name(&self, name: &str) -> Option<u32> {
        self.names.iter().position(|known| **known == *name).map(|at| at as u32)
    }

    /// An element's name.
    pub fn name_of(&self, id: ElementId) -> &str {
        self.elements.get(id as usize).map_or("", |e| &self.names[e.name as usize])
    }

    /// An element's name by number.
    pub fn name_number(&self, id: ElementId) -> u32 {
        self.elements[id as usize].name
    }

    /// All text inside an element.
    pub fn text(&self, id: ElementId) -> &Arc<str> {
        &self.elements[id as usize].text
    }

    /// The element around it; `None` for the document.
    pub fn parent(&self, id: ElementId) -> Option<ElementId> {
        Some(self.elements[id as usize].parent).filter(|parent| *parent != NONE)
    }

    /// The elements directly inside.
    pub fn children(&self, id: ElementId) -> impl Iterator<Item = ElementId> + '_ {
        let mut next = self.elements[id as usize].first;
        std::iter::from_fn(move || {
            let now = Some(next).filter(|now| *now != NONE)?;
            next = self.elements[now as usize].next;
            Some(now)
        })
    }

    /// The number of an element among its siblings of the same name, from 1.
    pub fn position(&self, id: ElementId) -> usize {
        let Some(parent) = self.parent(id) else { return 1 };
        self.children(parent).take_while(|sibling| *sibling <= id).filter(|sibling| self.elements[*sibling as usize].name == self.elements[id as usize].name).count()
    }

    /// The `numbers[i]`-th element child (from 1) of the one before, beginning at the document.
    pub fn by_numbers(&self, numbers: &[usize]) -> Option<ElementId> {
        numbers.iter().try_fold(DOCUMENT, |at, number| self.children(at).nth(number.checked_sub(1)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_walked_by_name_and_number() {
        let document = Document::from_xml("<root a='1'><item><name>x</name><!-- no --><label>X <b>y</b></label></item><item/><other/></root>").unwrap();
        let root = document.by_numbers(&[1]).unwrap();
        assert_eq!(document.name_of(root), "root");
        assert_eq!(document.children(root).map(|id| document.name_of(id).to_owned()).collect::<Vec<_>>(), ["item", "item", "other"]);
        let label = document.by_numbers(&[1, 1, 2]).unwrap();
        assert_eq!(&**document.text(label), "X y");
        assert_eq!(document.position(document.by_numbers(&[1, 2]).unwrap()), 2);
        assert_eq!(document.parent(root), Some(DOCUMENT));
        assert_eq!(document.by_numbers(&[1, 9]), None);
    }

    #[test]
    fn bad_xml_is_refused_in_words() {
        assert!(Document::from_xml("<a><b></a>").is_err());
        let deep = "<a>".repeat(10_000) + &"</a>".repeat(10_000);
        assert!(Document::from_xml(&deep).is_err());
    }
}
