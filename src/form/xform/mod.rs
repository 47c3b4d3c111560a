//! Reads a form from ODK XForm XML (as ODK Central, KoboToolbox and pyxform write it) into a [`Draft`].
//!
//! The primary instance gives the rows (`tree`): an element that holds others is a group, one that a `<repeat>` names a
//! repeat, any other a question where the body asks it, a calculation where its bind computes it, else hidden. Names stay
//! as they are written, prefix and all. Binds give cells (`bind`), the body types and words (`body`, `text`),
//! secondary instances lists (`lists`). Expressions stay as they are written too: an absolute path begins with the name
//! of the primary instance's root, which is kept as the setting `root`.

mod actions;
mod bind;
mod body;
mod lists;
mod rows;
mod text;
mod tree;
mod xml;

use super::Read;
use super::draft::{Cell, Draft, Source};
use super::expression::compile::nearest;
use super::problem::{Problem, Severity};
use super::toml::MAX_SOURCE;
use crate::locale::{Text, say};
use lists::Wanted;
use roxmltree::{Document, Error};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use text::{Itext, Words};
use tree::{NodeAt, ROOT, Tree};
use xml::{Element, ORX, Xml, child, elements};

/// Whether a text is XML, and so a form for [`read`].
pub fn is_text(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

/// Reads a form's text; also gives the problems of its shape, so that those of its content can be told with them.
///
/// # Errors
/// The text is no XML, or XML without a form's model and primary instance.
pub fn read(name: &str, text: &str) -> Read {
    let source = Source::new(name, text);
    let refuse = |place: Range<usize>, what: Text| Err((source.clone(), vec![Problem::error(place, what)]));
    if text.len() > MAX_SOURCE {
        return refuse(0..0, Text::both(say::form::too_many));
    }
    let start = text.len() - text.trim_start_matches('\u{feff}').trim_start().len();
    let mended;
    let (document, is_mended) = match xml::parse(&text[start..]) {
        Ok(document) => (document, false),
        Err(error) => {
            mended = xml::mend(&text[start..]);
            match mended.as_deref().map(xml::parse) {
                Some(Ok(document)) => (document, true),
                _ => return refuse(error_place(text, start, &error), Text::both(|lang| say::xform::not_xml(lang, &error))),
            }
        }
    };
    let xml = Xml { source: text, start, mended: is_mended };
    if let Some(range) = xml::too_deep(document.root_element()) {
        return refuse(xml.place(range), Text::both(say::xform::too_deep));
    }
    match parts(&document) {
        Ok(parts) => Ok(read_parts(xml, source, &parts)),
        Err((element, what)) => refuse(xml.tag(element), what),
    }
}

/// Where the XML is wrong: its first byte there.
fn error_place(text: &str, start: usize, error: &Error) -> Range<usize> {
    let position = error.pos();
    let lines = text[start..].split_inclusive('\n').map(str::len);
    let line: usize = lines.take(position.row.saturating_sub(1) as usize).sum::<usize>() + start;
    let rest = text.get(line..).unwrap_or("");
    let at = rest.char_indices().nth(position.col.saturating_sub(1) as usize).map_or(text.len(), |(at, _)| line + at);
    at..text[at..].chars().next().map_or(at, |c| at + c.len_utf8())
}

/// The parts of a form.
struct Parts<'a> {
    title: Option<Element<'a>>,
    model: Element<'a>,
    /// The root element of the primary instance.
    root: Element<'a>,
    secondary: Vec<Element<'a>>,
    body: Option<Element<'a>>,
}

fn parts<'a>(document: &'a Document<'a>) -> Result<Parts<'a>, (Element<'a>, Text)> {
    let html = document.root_element();
    let head = child(html, "head");
    let model = head.and_then(|head| child(head, "model")).ok_or_else(|| (html, Text::both(say::xform::no_model)))?;
    let mut instances = elements(model).filter(|e| e.tag_name().name() == "instance");
    let root = instances.next().and_then(|primary| elements(primary).next()).ok_or_else(|| (model, Text::both(say::xform::no_instance)))?;
    Ok(Parts { title: head.and_then(|head| child(head, "title")), model, root, secondary: instances.collect(), body: child(html, "body") })
}

fn read_parts<'a>(xml: Xml<'a>, source: Source, parts: &Parts<'a>) -> (Draft, Vec<Problem>) {
    let tree = Tree::new(&xml, parts.root);
    let mut reader = Reader {
        draft: Draft { source, ..Draft::default() },
        problems: Vec::new(),
        itext: Itext::read(parts.model),
        bind_ids: BTreeMap::new(),
        list_names: parts.secondary.iter().filter_map(|i| i.attribute("id")).map(str::to_owned).collect(),
        wanted: BTreeMap::new(),
        taken_elements: Vec::new(),
        asked: 0,
        from: ROOT,
        tree,
        xml,
    };
    reader.head(parts);
    reader.binds(parts.model);
    match parts.body {
        Some(body) => reader.body(body, ROOT),
        None => reader.warning(reader.xml.tag(parts.model), Text::both(say::xform::no_body)),
    }
    reader.model(parts.model);
    let wanted = std::mem::take(&mut reader.wanted);
    reader.check_itemsets(&parts.secondary);
    reader.instances(&parts.secondary, &wanted);
    reader.draft.initial = tree::prefixes(&reader.xml, parts.root);
    reader.draft.initial.extend(tree::initial(&reader.xml, parts.root));
    reader.rows();
    reader.translations();
    reader.draft.languages = std::mem::take(&mut reader.itext.languages);
    (reader.draft, reader.problems)
}

/// Everything known while a form is read.
struct Reader<'a> {
    xml: Xml<'a>,
    draft: Draft,
    problems: Vec<Problem>,
    tree: Tree<'a>,
    itext: Itext<'a>,
    bind_ids: BTreeMap<String, NodeAt>,
    /// Names that lists and instances have already.
    list_names: BTreeSet<String>,
    /// By instance, what the first itemset takes from it.
    wanted: BTreeMap<String, Wanted>,
    /// Value and label that itemsets take from instances.
    taken_elements: Vec<(String, Vec<Cell>)>,
    /// How many controls were read.
    asked: usize,
    /// The node whose words are being read: relative paths in them start from it.
    from: NodeAt,
}

impl<'a> Reader<'a> {
    fn error(&mut self, place: Range<usize>, what: Text) {
        self.problems.push(Problem::error(place, what));
    }

    fn warning(&mut self, place: Range<usize>, what: Text) {
        self.problems.push(Problem::warning(place, what));
    }

    fn lacks(&mut self, element: Element<'a>, attribute: &str) {
        let name = element.tag_name().name();
        self.error(self.xml.tag(element), Text::both(|lang| say::xform::needs_attribute(lang, name, attribute)));
    }

    fn no_such_node(&mut self, path: &Cell, severity: Severity) {
        let last = path.text.rsplit('/').next().unwrap_or(&path.text);
        let near = nearest(last, self.tree.nodes.iter().map(|node| node.name.text.as_str()));
        let what = Text::both(|lang| say::xform::unknown_node(lang, &path.text));
        self.problems.push(Problem { severity, ..Problem::error(path.place.clone(), what) }.near(near));
    }

    fn words(&mut self, element: Element<'a>) -> String {
        Words { xml: &self.xml, tree: &mut self.tree, from: self.from }.of(element)
    }

    fn placeholder(&mut self, expression: &str, scope: Element<'a>) -> String {
        Words { xml: &self.xml, tree: &mut self.tree, from: self.from }.placeholder(expression, scope)
    }

    fn itext_parts(&mut self, id: &str, from: NodeAt) -> BTreeMap<&'static str, Text> {
        self.itext.parts(id, &mut Words { xml: &self.xml, tree: &mut self.tree, from })
    }

    /// Where a label's words stand: in the body, or where its text is first said.
    fn text_place(&self, element: Element<'a>) -> Range<usize> {
        let named = element.attribute("ref").and_then(text::itext_id).and_then(|id| self.itext.place(id, &self.xml));
        named.unwrap_or_else(|| self.xml.content(element).place)
    }

    /// Title, id, version and the settings that travel with the form.
    fn head(&mut self, parts: &Parts<'a>) {
        let root = parts.root;
        let title = parts.title.map(|title| self.words(title)).unwrap_or_default();
        self.draft.title = Text::plain(title);
        let own = self.xml.attribute(root, "id");
        self.draft.id = own.unwrap_or_else(|| match root.tag_name().namespace().filter(|uri| *uri != xml::XFORMS) {
            Some(uri) => Cell::made(uri, self.xml.tag(root)),
            None => self.xml.name(root),
        });
        self.setting("root", Some(self.xml.name(root)));
        let version = self.xml.attribute(root, "version").or_else(|| self.xml.attribute_in(root, |uri| uri == Some(ORX), "version"));
        // A version that is no number is kept as it is written; what counts versions sees the first.
        self.draft.version = version.as_ref().and_then(|cell| cell.text.parse().ok()).filter(|number| *number > 0).unwrap_or(1);
        self.setting("version", version);
        for attribute in root.attributes().filter(|a| !matches!(a.name(), "id" | "version")) {
            let cell = self.xml.cell(attribute.value(), attribute.range_value());
            self.setting(&format!("attribute::{}", self.xml.attribute_name(&attribute)), Some(cell));
        }
        let style = parts.body.and_then(|body| self.xml.attribute(body, "class"));
        self.setting("style", style);
        self.namespaces(parts.model);
    }

    fn setting(&mut self, name: &str, cell: Option<Cell>) {
        if let Some(cell) = cell {
            self.draft.settings.insert(name.to_owned(), cell);
        }
    }

    /// Namespaces beyond those of every form, as XLSForm's setting writes them.
    fn namespaces(&mut self, model: Element<'a>) {
        let known = |uri: &str| uri.starts_with("http://www.w3.org/") || uri.starts_with("http://openrosa.org/") || uri.starts_with("http://www.opendatakit.org/");
        let own: Vec<String> = model.namespaces().filter(|n| !known(n.uri())).filter_map(|n| n.name().map(|name| format!("{name}=\"{}\"", n.uri()))).collect();
        if !own.is_empty() {
            let place = self.xml.tag(model);
            self.setting("namespaces", Some(Cell::made(own.join(" "), place)));
        }
    }

    /// What else stands in the model: how to send, and actions.
    fn model(&mut self, model: Element<'a>) {
        for element in elements(model) {
            match element.tag_name().name() {
                "instance" | "bind" | "itext" => {}
                "submission" => self.submission(element),
                "setvalue" | "setgeopoint" | "recordaudio" => {
                    self.from = ROOT;
                    self.action(element, ROOT, None);
                }
                name => self.warning(self.xml.tag(element), Text::both(|lang| say::xform::unknown_in_model(lang, name))),
            }
        }
    }

    fn submission(&mut self, element: Element<'a>) {
        if let Some(method) = self.xml.attribute(element, "method")
            && !matches!(method.text.as_str(), "post" | "form-data-post" | "put")
        {
            self.error(method.place, Text::both(|lang| say::xform::wrong_method(lang, &method.text)));
        }
        for (attribute, setting) in [("action", "submission_url"), ("base64RsaPublicKey", "public_key")] {
            let cell = self.xml.attribute(element, attribute);
            self.setting(setting, cell);
        }
        for (attribute, setting) in [("auto-send", "auto_send"), ("auto-delete", "auto_delete"), ("client-editable", "client_editable")] {
            let cell = self.xml.attribute_in(element, |uri| uri.is_some(), attribute);
            self.setting(setting, cell);
        }
    }
}
