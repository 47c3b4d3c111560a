//! Choices: secondary instances, files named by them, and items written in the body.

use super::Reader;
use super::text::itext_id;
use super::tree::ROOT;
use super::xml::{Element, elements};
use crate::form::draft::Cell;
use crate::form::list::ChoiceList;
use crate::form::problem::{Problem, Severity};
use crate::locale::{Text, say};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The file that pyxform keeps the choices of `select_one_external` in.
const ITEMSETS: &str = "src:jr://file-csv/itemsets.csv";

/// What itemsets take from a secondary instance: the elements for value and label.
#[derive(Default)]
pub struct Wanted {
    value: String,
    label: String,
}

impl<'a> Reader<'a> {
    /// Reads the secondary instances. Flat ones become lists; others are kept as their XML, and those in files as
    /// `src:jr://…`, for whoever can read files.
    pub fn instances(&mut self, instances: &[Element<'a>], wanted: &BTreeMap<String, Wanted>) {
        for instance in instances {
            let Some(id) = self.xml.attribute(*instance, "id") else { continue };
            if let Some(src) = self.xml.attribute(*instance, "src") {
                self.draft.instances.push((id.text, Cell { text: format!("src:{}", src.text), exact: false, ..src }));
                continue;
            }
            let Some(root) = elements(*instance).next() else {
                self.draft.lists.push((ChoiceList::new(id.text, Vec::new(), Vec::new()), id.place));
                continue;
            };
            match columns(root) {
                Some(columns) => {
                    let list = self.list(&id.text, root, columns, wanted.get(&id.text).unwrap_or(&Wanted::default()));
                    self.draft.lists.push((list, id.place));
                }
                None => {
                    let place = self.xml.place(root.range());
                    let text = self.xml.source.get(place.clone()).unwrap_or("").to_owned();
                    self.draft.instances.push((id.text, Cell { text, place, exact: true }));
                }
            }
        }
    }

    fn list(&mut self, id: &str, root: Element<'a>, columns: Vec<String>, wanted: &Wanted) -> ChoiceList {
        let at = |name: &str| columns.iter().position(|column| column == name);
        let (value, label, translated) = (at(&wanted.value), at(&wanted.label).or(at("label")), at("itextId"));
        let by_itext = translated.filter(|_| wanted.label.starts_with("jr:itext(") || (wanted.label.is_empty() && label.is_none()));
        let rows = elements(root).map(|item| {
            let mut cells: Vec<Arc<str>> = vec!["".into(); columns.len()];
            for cell in elements(item) {
                if let Some(at) = at(&self.xml.name(cell).text) {
                    cells[at] = self.xml.content(cell).text.into();
                }
            }
            cells
        });
        let rows: Vec<Vec<Arc<str>>> = rows.collect();
        let mut media = Media::default();
        let rows = rows.into_iter().enumerate().map(|(row, cells)| match by_itext {
            Some(at) => {
                let mut parts = self.itext_parts(&cells[at], ROOT);
                let label = parts.remove("label").unwrap_or_default();
                media.take(row, parts);
                (label, cells)
            }
            None => (label.map(|at| Text::plain(&*cells[at])).unwrap_or_default(), cells),
        });
        let mut rows: Vec<(Text, Vec<Arc<str>>)> = rows.collect();
        let name_at = value.or(at("name")).or(at("value")).unwrap_or(0);
        let mut columns = columns;
        media.add_to(&mut columns, &mut rows);
        ChoiceList::named(id, columns, name_at, rows)
    }

    /// The items of a control as a list named like its question; `None` where it has none.
    pub fn items(&mut self, control: Element<'a>, question: &str, place: Range<usize>) -> Option<String> {
        let items: Vec<_> = elements(control).filter(|e| e.tag_name().name() == "item").collect();
        if items.is_empty() {
            return None;
        }
        let mut media = Media::default();
        let mut rows = Vec::new();
        for item in items {
            let part = |name: &str| elements(item).find(|e| e.tag_name().name() == name);
            let Some(value) = part("value") else {
                self.error(self.xml.tag(item), Text::both(|lang| say::xform::needs_attribute(lang, "item", "value")));
                continue;
            };
            let mut parts = part("label").map(|label| self.texts_of(label)).unwrap_or_default();
            let label = parts.remove("label").unwrap_or_default();
            media.take(rows.len(), parts);
            rows.push((label, vec![self.xml.content(value).text.into()]));
        }
        let mut columns = vec!["name".to_owned()];
        media.add_to(&mut columns, &mut rows);
        Some(self.inline_list(question, place, columns, rows))
    }

    /// Adds a list under the question's name, or under one like it that no other has.
    pub fn inline_list(&mut self, question: &str, place: Range<usize>, columns: Vec<String>, rows: Vec<(Text, Vec<Arc<str>>)>) -> String {
        let mut name = question.to_owned();
        let mut number = 1;
        while !self.list_names.insert(name.clone()) {
            number += 1;
            name = format!("{question}_{number}");
        }
        self.draft.lists.push((ChoiceList::new(name.clone(), columns, rows), place));
        name
    }

    /// The choices of an old `query`: all such lists stand in one file, told apart by its first column.
    pub fn external_choices(&mut self, query: Cell) -> Cell {
        let Some(id) = instance_of(&query.text).map(str::to_owned) else { return query };
        if !self.list_names.insert(id.clone()) && !self.draft.instances.iter().any(|(known, cell)| *known == id && cell.text == ITEMSETS) {
            return query;
        }
        if !self.draft.instances.iter().any(|(known, _)| *known == id) {
            self.draft.instances.push((id.clone(), Cell::made(ITEMSETS, query.place.clone())));
        }
        match query.text.split_once("/root/item") {
            Some((start, rest)) if !id.contains('\'') => Cell::made(format!("{start}/root/item[list_name = '{id}']{rest}"), query.place),
            _ => query,
        }
    }

    /// The itemset of a control as cells of its row; the elements that it takes from an instance are noted.
    pub fn itemset(&mut self, itemset: Element<'a>) -> Vec<(&'static str, Cell)> {
        let Some(nodes) = self.xml.attribute(itemset, "nodeset") else {
            self.lacks(itemset, "nodeset");
            return Vec::new();
        };
        let reference = |reader: &Self, name: &str| elements(itemset).find(|e| e.tag_name().name() == name).and_then(|e| reader.xml.attribute(e, "ref"));
        let (value, label) = (reference(self, "value"), reference(self, "label"));
        if value.is_none() {
            self.lacks(itemset, "value");
        }
        self.note_wanted(&nodes, value.as_ref(), label.as_ref());
        let cells = [("itemset", Some(nodes)), ("itemset_value", value), ("itemset_label", label)];
        cells.into_iter().filter_map(|(column, cell)| cell.map(|cell| (column, cell))).collect()
    }

    fn note_wanted(&mut self, nodes: &Cell, value: Option<&Cell>, label: Option<&Cell>) {
        let Some(id) = instance_of(&nodes.text) else { return };
        let text = |cell: Option<&Cell>| cell.map_or("", |cell| cell.text.as_str()).to_owned();
        self.wanted.entry(id.to_owned()).or_insert_with(|| Wanted { value: text(value), label: text(label) });
        let is_name = |cell: &&Cell| cell.text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let taken: Vec<Cell> = [value, label].into_iter().flatten().filter(is_name).cloned().collect();
        if taken.len() == 2 {
            self.taken_elements.push((id.to_owned(), taken));
        }
    }

    /// Elements that itemsets take must be there, as far as the first item of the instance tells: without any of them the
    /// form means another instance; without one it only shows less.
    pub fn check_itemsets(&mut self, instances: &[Element<'a>]) {
        for (id, cells) in std::mem::take(&mut self.taken_elements) {
            let Some(instance) = instances.iter().find(|i| i.attribute("id") == Some(&id)) else { continue };
            let first = elements(*instance).next().and_then(|root| elements(root).next());
            let Some(item) = first.filter(|_| instance.attribute("src").is_none()) else { continue };
            let missing: Vec<&Cell> = cells.iter().filter(|cell| !elements(item).any(|e| e.tag_name().name() == cell.text)).collect();
            let severity = if missing.len() == cells.len() { Severity::Error } else { Severity::Warning };
            for cell in missing {
                let what = Text::both(|lang| say::xform::no_item_value(lang, &id, &cell.text));
                self.problems.push(Problem { severity, ..Problem::error(cell.place.clone(), what) });
            }
        }
    }

    /// All translations by their id, for expressions that ask for one by `jr:itext()`.
    pub fn translations(&mut self) {
        let ids: Vec<&str> = self.itext.ids().collect();
        self.draft.itext = ids.into_iter().map(|id| (id.to_owned(), self.itext_parts(id, ROOT).remove("label").unwrap_or_default())).collect();
    }

    /// The texts of an element that holds words or names a text.
    pub fn texts_of(&mut self, element: Element<'a>) -> BTreeMap<&'static str, Text> {
        match self.xml.attribute(element, "ref") {
            None => BTreeMap::from([("label", Text::plain(self.words(element)))]),
            Some(reference) => match itext_id(&reference.text) {
                Some(id) => {
                    if !self.itext.has(id) {
                        self.warning(reference.place.clone(), Text::both(|lang| say::xform::unknown_text(lang, id)));
                    }
                    self.itext_parts(id, self.from)
                }
                None => BTreeMap::from([("label", Text::plain(self.placeholder(&reference.text, element)))]),
            },
        }
    }
}

/// The element names of flat items, each item holding texts only, none twice; `None` for any other shape.
fn columns(root: Element<'_>) -> Option<Vec<String>> {
    let mut columns: Vec<String> = Vec::new();
    let plain = |e: &Element<'_>| e.attributes().next().is_none() && e.tag_name().namespace().is_none_or(|uri| uri == super::xml::XFORMS);
    if root.tag_name().name() != "root" {
        return None;
    }
    for item in elements(root) {
        if item.tag_name().name() != "item" || !plain(&item) || item.children().any(|c| c.is_text() && c.text().is_some_and(|t| !t.trim().is_empty())) {
            return None;
        }
        let mut seen: Vec<&str> = Vec::new();
        for cell in elements(item) {
            let name = cell.tag_name().name();
            if !plain(&cell) || elements(cell).next().is_some() || seen.contains(&name) {
                return None;
            }
            seen.push(name);
            if !columns.iter().any(|column| column == name) {
                columns.push(name.to_owned());
            }
        }
    }
    Some(columns)
}

/// The id in `instance('id')/root/item[…]`, also inside `randomize(…)`.
fn instance_of(nodes: &str) -> Option<&str> {
    let inside = nodes.trim().strip_prefix("randomize(").unwrap_or(nodes).trim().strip_prefix("instance(")?.trim_start();
    let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    inside[1..].split(quote).next()
}

/// Pictures and sounds of choices: columns that a list gains where there are any, one more for each language that differs.
#[derive(Default)]
struct Media {
    cells: BTreeMap<String, BTreeMap<usize, String>>,
}

impl Media {
    fn take(&mut self, row: usize, parts: BTreeMap<&'static str, Text>) {
        for (column, text) in parts {
            let own = [("vi", text.vi.as_str()), ("en", text.en.as_str())];
            let all = own.into_iter().chain(text.more.iter().map(|(language, name)| (language.as_str(), name.as_str())));
            let all: Vec<_> = all.filter(|(_, name)| !name.is_empty()).collect();
            let Some((_, first)) = all.first() else { continue };
            self.cells.entry(column.to_owned()).or_default().insert(row, (*first).to_owned());
            for (language, name) in all.iter().filter(|(_, name)| name != first) {
                self.cells.entry(format!("{column}::{language}")).or_default().insert(row, (*name).to_owned());
            }
        }
    }

    fn add_to(self, columns: &mut Vec<String>, rows: &mut [(Text, Vec<Arc<str>>)]) {
        for (column, cells) in self.cells {
            if columns.contains(&column) {
                continue;
            }
            columns.push(column);
            for (row, (_, all)) in rows.iter_mut().enumerate() {
                all.push(cells.get(&row).map_or("", String::as_str).into());
            }
        }
    }
}
