//! The XML of a form: elements, attributes and their places in the source.

use crate::form::draft::Cell;
use roxmltree::{Document, Error, Node, ParsingOptions};
use std::borrow::Cow;
use std::ops::Range;

/// An element.
pub type Element<'a> = Node<'a, 'a>;

/// Namespaces that mean something here.
pub const JR: &str = "http://openrosa.org/javarosa";
pub const ORX: &str = "http://openrosa.org/xforms";
pub const XFORMS: &str = "http://www.w3.org/2002/xforms";
const ODK: &str = "http://www.opendatakit.org/xforms";
const ENTITIES: &str = "http://www.opendatakit.org/xforms/entities";

/// More elements, texts and attributes than this are no form.
const MAX_NODES: u32 = 1_000_000;

/// Deeper nesting is refused: what follows recurses over elements.
pub const MAX_DEPTH: usize = 100;

/// Stands for a bare `<` of an attribute value while the text is parsed; a form does not hold this control character.
const BARE: char = '\u{7f}';

/// What an element or attribute is called here, whatever prefix the form gives its namespace.
pub fn is_odk(namespace: Option<&str>) -> bool {
    namespace.is_some_and(|uri| uri.trim_end_matches('/') == ODK)
}

/// Whether a namespace is that of entities.
pub fn is_entities(namespace: Option<&str>) -> bool {
    namespace.is_some_and(|uri| uri.trim_end_matches('/') == ENTITIES)
}

/// Parses a form's text, which may begin with a byte order mark and white space.
pub fn parse(text: &str) -> Result<Document<'_>, Error> {
    Document::parse_with_options(text, ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() })
}

/// The text with every bare `<` of an attribute value (`relevant=". < 5"`, which XML forbids and ODK's own reader takes)
/// replaced by one other byte, so that places stay; `None` where there is nothing to mend.
pub fn mend(text: &str) -> Option<String> {
    if text.contains(BARE) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut mended = bytes.to_vec();
    let (mut at, mut found) = (0, false);
    while at < bytes.len() {
        if bytes[at] != b'<' {
            at += 1;
            continue;
        }
        at = match &text[at..] {
            rest if rest.starts_with("<!--") => after(rest, at, "-->"),
            rest if rest.starts_with("<![CDATA[") => after(rest, at, "]]>"),
            rest if rest.starts_with("<?") => after(rest, at, "?>"),
            _ => tag_end(bytes, at, &mut |bare| {
                mended[bare] = BARE as u8;
                found = true;
            }),
        };
    }
    found.then(|| String::from_utf8(mended).ok()).flatten()
}

fn after(rest: &str, at: usize, end: &str) -> usize {
    rest.find(end).map_or(at + rest.len(), |found| at + found + end.len())
}

/// The place behind a tag; tells each `<` in the quotes of its attributes.
fn tag_end(bytes: &[u8], start: usize, bare: &mut dyn FnMut(usize)) -> usize {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate().skip(start + 1) {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), b'<') => bare(at),
            _ => {}
        }
    }
    bytes.len()
}

/// The source that elements were parsed from.
pub struct Xml<'a> {
    /// As it was given.
    pub source: &'a str,
    /// Where what was parsed begins in it.
    pub start: usize,
    /// Whether bare `<` were replaced.
    pub mended: bool,
}

impl<'a> Xml<'a> {
    fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.mended && text.contains(BARE) { Cow::Owned(text.replace(BARE, "<")) } else { Cow::Borrowed(text) }
    }

    /// A range of what was parsed as one of the source.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        self.start + range.start..self.start + range.end
    }

    /// A text without the white space around it, standing at `range` of what was parsed.
    pub fn cell(&self, text: &str, range: Range<usize>) -> Cell {
        let place = self.place(range);
        let text = self.text(text);
        let raw = self.source.get(place.clone()).unwrap_or("");
        // A line break in an attribute reads as a space, and is one byte as well.
        let same = |(a, b): (u8, u8)| a == b || (a.is_ascii_whitespace() && b.is_ascii_whitespace());
        let exact = raw.len() == text.len() && raw.bytes().zip(text.bytes()).all(same);
        let trimmed = text.trim();
        let before = text.len() - text.trim_start().len();
        let inside = place.start + before..place.start + before + trimmed.len();
        Cell { text: trimmed.to_owned(), place: if exact { inside } else { place }, exact }
    }

    /// An attribute in no namespace, unless it is blank.
    pub fn attribute(&self, element: Element<'a>, name: &str) -> Option<Cell> {
        let found = element.attributes().find(|a| a.namespace().is_none() && a.name() == name)?;
        Some(self.cell(found.value(), found.range_value())).filter(|cell| !cell.text.is_empty())
    }

    /// An attribute in a namespace, unless it is blank.
    pub fn attribute_in(&self, element: Element<'a>, is: impl Fn(Option<&str>) -> bool, name: &str) -> Option<Cell> {
        let found = element.attributes().find(|a| is(a.namespace()) && a.name() == name)?;
        Some(self.cell(found.value(), found.range_value())).filter(|cell| !cell.text.is_empty())
    }

    /// The name of an element as it is written (`orx:meta`).
    pub fn name(&self, element: Element<'a>) -> Cell {
        let range = self.place(element.range());
        let start = range.start + 1;
        let tag = self.source.get(start..range.end).unwrap_or("");
        let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '/' | '>')).unwrap_or(tag.len());
        Cell { text: tag[..end].to_owned(), place: start..start + end, exact: true }
    }

    /// The name of an attribute as it is written.
    pub fn attribute_name(&self, attribute: &roxmltree::Attribute<'a, 'a>) -> String {
        self.source.get(self.place(attribute.range_qname())).filter(|name| name.ends_with(attribute.name())).unwrap_or(attribute.name()).to_owned()
    }

    /// All text inside an element, without the white space around it.
    pub fn content(&self, element: Element<'a>) -> Cell {
        let texts: Vec<_> = element.descendants().filter(Node::is_text).collect();
        match texts.as_slice() {
            [] => Cell::made("", self.place(element.range())),
            [one] => self.cell(one.text().unwrap_or(""), one.range()),
            [first, .., last] => {
                let all: String = texts.iter().filter_map(Node::text).collect();
                Cell::made(self.text(&all).trim(), self.place(first.range().start..last.range().end))
            }
        }
    }

    /// Where an element's start tag stands.
    pub fn tag(&self, element: Element<'a>) -> Range<usize> {
        self.name(element).place
    }
}

/// The child elements.
pub fn elements<'a>(element: Element<'a>) -> impl Iterator<Item = Element<'a>> {
    element.children().filter(Node::is_element)
}

/// The first child element of a local name.
pub fn child<'a>(element: Element<'a>, name: &str) -> Option<Element<'a>> {
    elements(element).find(|child| child.tag_name().name() == name)
}

/// The element that is nested too deeply, if there is one.
pub fn too_deep(root: Element<'_>) -> Option<Range<usize>> {
    let mut stack = vec![(root, 1usize)];
    while let Some((element, depth)) = stack.pop() {
        if depth > MAX_DEPTH {
            return Some(element.range());
        }
        stack.extend(elements(element).map(|child| (child, depth + 1)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_angle_in_an_attribute_is_mended_and_nothing_else() {
        let text = "<a b=\"x < y\" c='<'><!-- <z q=\"<\"> --><![CDATA[<r s=\"<\">]]>1</a>";
        let mended = mend(text).unwrap();
        assert_eq!(mended.len(), text.len());
        assert_eq!(mended.matches(BARE).count(), 2);
        assert!(parse(text).is_err() && parse(&mended).is_ok());
        assert_eq!(mend("<a b=\"1\"/>"), None);
    }

    #[test]
    fn names_are_kept_as_written_with_their_place() {
        let source = "<o:a xmlns:o=\"urn:o\"\n b=\" x &lt; 1 \" c=\" y \"/>";
        let document = parse(source).unwrap();
        let xml = Xml { source, start: 0, mended: false };
        let root = document.root_element();
        assert_eq!(&source[xml.name(root).place], "o:a");
        let escaped = xml.attribute(root, "b").unwrap();
        assert_eq!((escaped.text.as_str(), escaped.exact, &source[escaped.place]), ("x < 1", false, " x &lt; 1 "));
        let exact = xml.attribute(root, "c").unwrap();
        assert_eq!((exact.exact, &source[exact.place]), (true, "y"));
    }
}
