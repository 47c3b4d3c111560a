//! The body: which nodes are asked, in which order, with which control and words.

use super::Reader;
use super::tree::{NodeAt, ROOT};
use super::xml::{Element, JR, elements, is_odk};
use crate::form::draft::Cell;
use crate::form::problem::Severity;
use crate::locale::{Text, say};
use std::ops::Range;

/// Controls of the XForms that forms use; a rank is in ODK's namespace.
const CONTROLS: [&str; 9] = ["input", "secret", "textarea", "select", "select1", "rank", "range", "trigger", "upload"];

/// Attributes of controls that are parameters in XLSForm, and their names there.
const PARAMETERS: [(&str, &str); 7] = [
    ("start", "start"),
    ("end", "end"),
    ("step", "step"),
    ("rows", "rows"),
    ("accuracyThreshold", "capture-accuracy"),
    ("unacceptableAccuracyThreshold", "warning-accuracy"),
    ("incremental", "incremental"),
];

/// The same, in ODK's namespace.
const ODK_PARAMETERS: [(&str, &str); 2] = [("tick-interval", "tick_interval"), ("placeholder", "placeholder")];

/// Attributes that are read by name.
const KNOWN: [&str; 8] = ["ref", "nodeset", "bind", "appearance", "mediatype", "query", "intent", "class"];

impl<'a> Reader<'a> {
    /// Reads what stands in the body or in one of its groups; `from` is the node of the group around it.
    pub fn body(&mut self, container: Element<'a>, from: NodeAt) {
        for element in elements(container) {
            let name = element.tag_name().name();
            self.from = from;
            match name {
                "group" => self.group(element, from),
                "repeat" => self.repeat(element, from),
                "label" | "hint" | "help" | "alert" => {}
                "setvalue" | "setgeopoint" | "recordaudio" => self.action(element, from, Some(container)),
                name if CONTROLS.contains(&name) => self.control(element, from),
                name => self.warning(self.xml.tag(element), Text::both(|lang| say::xform::unknown_control(lang, name))),
            }
        }
    }

    /// The node that an element names by `ref`, `nodeset` or the id of its bind.
    pub fn target(&mut self, element: Element<'a>, from: NodeAt) -> Option<NodeAt> {
        let by_path = self.xml.attribute(element, "nodeset").or_else(|| self.xml.attribute(element, "ref"));
        if by_path.is_none()
            && let Some(id) = self.xml.attribute(element, "bind")
        {
            let found = self.bind_ids.get(&id.text).copied();
            if found.is_none() {
                self.error(id.place, Text::both(|lang| say::xform::unknown_bind(lang, &id.text)));
            }
            return found;
        }
        let path = by_path?;
        let found = self.tree.resolve(&path.text, from, element);
        if found.is_none() {
            self.no_such_node(&path, Severity::Error);
        }
        found
    }

    fn group(&mut self, element: Element<'a>, from: NodeAt) {
        let named = element.has_attribute("ref") || element.has_attribute("bind") || element.has_attribute("nodeset");
        let at = self.target(element, from);
        // Without a node a group is only a heading around others: what it holds is asked all the same.
        if let Some(at) = at.filter(|at| *at != ROOT) {
            self.tree.nodes[at].group = true;
            self.ask(at);
            self.words_into(element, at);
            self.appearance(element, at);
            self.other_attributes(element, at);
        }
        if at.is_some() || !named {
            self.body(element, at.unwrap_or(from));
        }
    }

    fn repeat(&mut self, element: Element<'a>, from: NodeAt) {
        if !element.has_attribute("ref") && !element.has_attribute("nodeset") {
            return self.lacks(element, "nodeset");
        }
        let Some(at) = self.target(element, from) else { return };
        if at == ROOT {
            return self.error(self.xml.tag(element), Text::both(say::xform::repeat_is_form));
        }
        self.tree.nodes[at].repeat = true;
        self.ask(at);
        self.words_into(element, at);
        self.appearance(element, at);
        let jr = |uri: Option<&str>| uri == Some(JR);
        let row = &mut self.tree.nodes[at].row;
        if let Some(fixed) = self.xml.attribute_in(element, jr, "noAddRemove") {
            row.extra.insert("jr:noAddRemove".to_owned(), fixed);
        }
        if let Some(count) = self.xml.attribute_in(element, jr, "count") {
            let count = self.beside(count, at, element);
            self.tree.nodes[at].row.cells.entry("repeat_count").or_insert(count);
        }
        self.other_attributes(element, at);
        self.body(element, at);
    }

    /// A count that is a bare name means a node beside the repeat: ODK reads it from the element around.
    fn beside(&mut self, count: Cell, repeat: NodeAt, scope: Element<'a>) -> Cell {
        let is_name = count.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')) && count.text.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if is_name && self.tree.resolve(&count.text, repeat, scope).is_none() && self.tree.resolve(&count.text, self.tree.nodes[repeat].parent, scope).is_some() {
            return Cell::made(format!("../{}", count.text), count.place);
        }
        count
    }

    fn control(&mut self, element: Element<'a>, from: NodeAt) {
        let name = element.tag_name().name();
        let place = self.xml.tag(element);
        if !element.has_attribute("ref") && !element.has_attribute("bind") {
            return self.lacks(element, "ref");
        }
        let Some(at) = self.target(element, from) else { return };
        self.from = at;
        // Actions fire whoever the question belongs to, so they are read before it is refused.
        for action in elements(element).filter(|e| matches!(e.tag_name().name(), "setvalue" | "setgeopoint" | "recordaudio")) {
            self.action(action, at, Some(element));
        }
        let called = self.tree.nodes[at].name.text.clone();
        if self.tree.holds(at) {
            return self.error(place, Text::both(|lang| say::xform::holds_others(lang, &called)));
        }
        if self.tree.nodes[at].control.is_some() {
            return self.warning(place, Text::both(|lang| say::xform::asked_twice(lang, &called)));
        }
        self.from = at;
        self.ask(at);
        self.words_into(element, at);
        self.appearance(element, at);
        self.choices(element, at, &called, &place);
        self.parameters(element, at, &place);
        self.other_attributes(element, at);
        let kind = self.kind_of(element, at);
        if name == "textarea" {
            self.append(at, "appearance", "multiline", &place);
        }
        if name == "secret" {
            self.append(at, "appearance", "masked", &place);
        }
        self.tree.nodes[at].control = Some((kind, place));
    }

    /// The question type of a control, one of `check::TYPES`.
    fn kind_of(&mut self, element: Element<'a>, at: NodeAt) -> &'static str {
        match element.tag_name().name() {
            "select1" => "select_one",
            "select" => "select_multiple",
            "rank" => "rank",
            "range" => "range",
            "trigger" => "acknowledge",
            "upload" => self.media(element),
            _ if element.has_attribute("query") => "select_one",
            _ => self.tree.nodes[at].data_type.as_ref().map_or("text", |cell| type_name(&cell.text).unwrap_or("text")),
        }
    }

    fn media(&mut self, element: Element<'a>) -> &'static str {
        let Some(media) = self.xml.attribute(element, "mediatype") else { return "file" };
        match media.text.split_once('/').map(|(kind, _)| kind) {
            Some("image") => "image",
            Some("audio") => "audio",
            Some("video") => "video",
            Some("osm") => {
                self.warning(media.place, Text::both(say::xform::no_map_file));
                "file"
            }
            Some(_) => "file",
            None => {
                self.error(media.place, Text::both(|lang| say::xform::wrong_media(lang, &media.text)));
                "file"
            }
        }
    }

    fn choices(&mut self, element: Element<'a>, at: NodeAt, called: &str, place: &Range<usize>) {
        let chosen = matches!(element.tag_name().name(), "select" | "select1" | "rank");
        let itemset = elements(element).find(|e| e.tag_name().name() == "itemset");
        let mut cells = Vec::new();
        if let Some(query) = self.xml.attribute(element, "query") {
            cells.push(("itemset", self.external_choices(query)));
            cells.push(("itemset_value", Cell::made("name", place.clone())));
            cells.push(("itemset_label", Cell::made("label", place.clone())));
        } else if let Some(itemset) = itemset.filter(|_| chosen) {
            cells = self.itemset(itemset);
        } else if chosen {
            match self.items(element, called, place.clone()) {
                Some(list) => cells.push(("choices", Cell::made(list, place.clone()))),
                None => {
                    self.warning(place.clone(), Text::both(say::xform::choices_missing));
                    let list = self.inline_list(called, place.clone(), vec!["name".to_owned()], Vec::new());
                    cells.push(("choices", Cell::made(list, place.clone())));
                }
            }
        } else if let Some(nodes) = itemset.and_then(|itemset| self.xml.attribute(itemset, "nodeset")) {
            // The labels of a scale's ticks.
            self.append(at, "parameters", &format!("tick_labelset={}", nodes.text.replace(char::is_whitespace, "")), place);
        }
        self.tree.nodes[at].row.cells.extend(cells);
    }

    fn parameters(&mut self, element: Element<'a>, at: NodeAt, place: &Range<usize>) {
        for (attribute, parameter) in PARAMETERS {
            if let Some(cell) = self.xml.attribute(element, attribute) {
                self.append(at, "parameters", &format!("{parameter}={}", cell.text), &cell.place);
            }
        }
        for (attribute, parameter) in ODK_PARAMETERS {
            if let Some(cell) = self.xml.attribute_in(element, is_odk, attribute) {
                self.append(at, "parameters", &format!("{parameter}={}", cell.text), place);
            }
        }
        if let Some(intent) = self.xml.attribute(element, "intent") {
            self.warning(intent.place.clone(), Text::both(|lang| say::xform::no_other_program(lang, &intent.text)));
            self.tree.nodes[at].row.extra.insert("body::intent".to_owned(), intent);
        }
    }

    fn appearance(&mut self, element: Element<'a>, at: NodeAt) {
        if let Some(cell) = self.xml.attribute(element, "appearance") {
            let cells = &mut self.tree.nodes[at].row.cells;
            match cells.get_mut("appearance") {
                // A repeat has one of its own and one of the group around it.
                Some(old) => *old = Cell::made(format!("{} {}", old.text, cell.text), cell.place),
                None => drop(cells.insert("appearance", cell)),
            }
        }
    }

    fn append(&mut self, at: NodeAt, column: &'static str, text: &str, place: &Range<usize>) {
        let cell = self.tree.nodes[at].row.cells.entry(column).or_insert_with(|| Cell::made("", place.clone()));
        let text = [cell.text.as_str(), text].join(" ").trim().to_owned();
        *cell = Cell::made(text, cell.place.clone());
    }

    /// Attributes of others travel with the form.
    fn other_attributes(&mut self, element: Element<'a>, at: NodeAt) {
        for attribute in element.attributes() {
            let name = attribute.name();
            let parameter = match attribute.namespace() {
                None => KNOWN.contains(&name) || PARAMETERS.iter().any(|(known, _)| *known == name),
                Some(JR) => matches!(name, "count" | "noAddRemove"),
                uri => is_odk(uri) && ODK_PARAMETERS.iter().any(|(known, _)| *known == name),
            };
            if !parameter {
                let cell = self.xml.cell(attribute.value(), attribute.range_value());
                self.tree.nodes[at].row.extra.insert(format!("body::{}", self.xml.attribute_name(&attribute)), cell);
            }
        }
    }

    /// Label and hint of a control, with their pictures and sounds.
    fn words_into(&mut self, element: Element<'a>, at: NodeAt) {
        self.from = at;
        for part in elements(element) {
            let column = match part.tag_name().name() {
                "label" => "label",
                "hint" => "hint",
                _ => continue,
            };
            let place = self.text_place(part);
            for (kind, text) in self.texts_of(part) {
                let column = if kind == "label" { column } else { kind };
                // A repeat's own words give way to those of the group around it.
                self.tree.nodes[at].row.texts.entry(column).or_insert((text, place.clone()));
            }
        }
    }

    /// Notes where a node is first asked.
    fn ask(&mut self, at: NodeAt) {
        self.asked += 1;
        let asked = self.asked;
        self.tree.nodes[at].asked.get_or_insert(asked);
    }
}

/// The question type of a bind's type; `None` for one that forms do not have.
pub fn type_name(data_type: &str) -> Option<&'static str> {
    Some(match data_type.rsplit(':').next().unwrap_or(data_type) {
        "string" | "select" | "select1" | "normalizedString" | "token" | "anyURI" | "text" => "text",
        // A truth is kept as 1 or 0, so that it counts as what it says.
        "boolean" | "int" | "integer" | "long" | "short" | "byte" | "nonNegativeInteger" | "positiveInteger" | "unsignedInt" => "integer",
        "decimal" | "double" | "float" | "numeric" => "decimal",
        "date" => "date",
        "time" => "time",
        "dateTime" | "datetime" => "datetime",
        "geopoint" => "geopoint",
        "geotrace" => "geotrace",
        "geoshape" => "geoshape",
        "barcode" => "barcode",
        "binary" | "base64Binary" => "file",
        "rank" => "rank",
        "intent" => "text",
        _ => return None,
    })
}
