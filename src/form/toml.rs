//! Reads a form from TOML into a [`Draft`], finding all problems of its shape at once.

mod migrations;

use super::draft::{Cell, Draft, Initial, Row, Set, Source, When};
use super::expression::compile::nearest;
use super::list::ChoiceList;
use super::problem::Problem;
use crate::locale::{Text, say};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Columns that hold text in both languages.
pub const TEXT_COLUMNS: [&str; 10] = ["label", "hint", "guidance_hint", "required_message", "constraint_message", "warning_message", "image", "audio", "video", "big_image"];

/// Columns that hold an expression or a plain text. `itemset` is a path to the nodes to choose from, `itemset_value` and
/// `itemset_label` are paths from such a node; `parameters` is written as in XLSForm (`start=1 end=5`, `randomize=true`).
pub const CELL_COLUMNS: [&str; 22] = [
    "required",
    "relevant",
    "constraint",
    "warning",
    "calculation",
    "default",
    "read_only",
    "choice_filter",
    "repeat_count",
    "unit",
    "previous",
    "trigger",
    "value",
    "choices",
    "choices_file",
    "itemset",
    "itemset_value",
    "itemset_label",
    "appearance",
    "parameters",
    "to",
    "indicator",
];

const HEAD: [&str; 15] =
    ["form", "version", "title", "languages", "subject", "date", "summary", "identity", "settings", "choices", "question", "instance", "itext", "initial", "migrate"];

/// Keys of a question that are no columns of text or expressions.
const ROW: [&str; 6] = ["name", "type", "personal", "set", "extra", "question"];

/// When an action runs, as written.
pub const WHEN: [&str; 4] = ["first-load", "load", "new-row", "changed"];

/// The languages of a form that names none.
pub const DEFAULT_LANGUAGES: [&str; 2] = ["vi", "en"];

/// How the key begins that names a choice, where the list calls that column otherwise: `name:code`.
pub(super) const NAME: &str = "name:";

/// The setting under which a name may stand twice in a list.
pub(super) const ALLOW_REPEATED: &str = "allow_choice_duplicates";

/// How the key of a choice's column begins that is itself called `label`, which is what is shown.
pub(super) const COLUMN: &str = "column:";

/// How an instance begins whose XML is in a file: its address follows.
pub(super) const SRC: &str = "src:";

/// Forms larger than this are refused: no real one comes near, and a reader must not be made to run out of memory.
pub const MAX_SOURCE: usize = 16 << 20;

type Value<'i> = Spanned<DeValue<'i>>;

/// Reads a form's text; also gives the problems of its shape, so that those of its content can be told with them.
///
/// # Errors
/// The text is no TOML at all.
pub fn read(name: &str, text: &str) -> Result<(Draft, Vec<Problem>), (Source, Vec<Problem>)> {
    let source = Source::new(name, text);
    if text.len() > MAX_SOURCE {
        return Err((source, vec![Problem::error(0..0, Text::both(say::form::too_many))]));
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let problems = errors.iter().map(|e| Problem::error(e.span().unwrap_or(0..0), Text::both(|lang| say::form::not_toml(lang, e.message())))).collect();
        return Err((source, problems));
    }
    let mut reader = Reader { text, problems: Vec::new(), only: None };
    let draft = reader.draft(table.get_ref(), source);
    Ok((draft, reader.problems))
}

/// The language that a plain text of a form is in, where that is not both Vietnamese and English.
pub(super) fn other_language(languages: &[String]) -> Option<&str> {
    let own = languages.iter().any(|language| DEFAULT_LANGUAGES.contains(&language.as_str()));
    languages.first().filter(|_| !own).map(String::as_str)
}

struct Reader<'i> {
    text: &'i str,
    problems: Vec<Problem>,
    /// The language of texts that name none, in a form that speaks neither Vietnamese nor English.
    only: Option<String>,
}

impl<'i> Reader<'i> {
    fn wrong(&mut self, key: &str, place: Range<usize>, wanted: fn(crate::locale::Lang) -> String) {
        self.problems.push(Problem::error(place, Text::both(|lang| say::form::wrong_kind(lang, key, wanted(lang)))));
    }

    fn unknown(&mut self, key: &Spanned<impl AsRef<str>>, known: impl Iterator<Item = &'static str>) {
        let name = key.get_ref().as_ref();
        let problem = Problem::error(key.span(), Text::both(|lang| say::form::unknown_key(lang, name)));
        self.problems.push(problem.near(nearest(name, known)));
    }

    fn draft(&mut self, table: &DeTable<'i>, source: Source) -> Draft {
        self.known(table, &HEAD);
        let title = table.get("title").map(|value| self.both("title", value)).unwrap_or_default();
        let languages = self.languages(table);
        self.only = other_language(&languages).map(str::to_owned);
        let settings = table.get("settings").map(|value| self.named_cells("settings", value)).unwrap_or_default();
        let repeated = settings.get(ALLOW_REPEATED).is_some_and(|cell| matches!(cell.text.to_lowercase().as_str(), "yes" | "true" | "true()"));
        let mut head = BTreeMap::new();
        for key in ["subject", "date", "summary"] {
            if let Some(cell) = table.get(key).and_then(|value| self.cell(key, value)) {
                head.insert(key, cell);
            }
        }
        let id = self.needed(table, "form", 0..0);
        Draft {
            id,
            version: self.version(table),
            title,
            head,
            identity: table.get("identity").map(|value| self.cells("identity", value)).unwrap_or_default(),
            lists: table.get("choices").map(|value| self.lists(value, repeated)).unwrap_or_default(),
            rows: table.get("question").map(|value| self.rows(value)).unwrap_or_default(),
            migrations: table.get("migrate").map(|value| self.migrations(value)).unwrap_or_default(),
            languages,
            instances: table.get("instance").map(|value| self.instances(value)).unwrap_or_default(),
            itext: table.get("itext").map(|value| self.itext(value)).unwrap_or_default(),
            initial: table.get("initial").map(|value| self.initial(value)).unwrap_or_default(),
            settings,
            source,
        }
    }

    /// Reports the keys of a table that nothing reads.
    fn known(&mut self, table: &DeTable<'i>, known: &[&'static str]) {
        for (key, _) in table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
            self.unknown(key, known.iter().copied());
        }
    }

    fn table<'v>(&mut self, key: &str, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong(key, value.span(), say::form::a_table);
        }
        table
    }

    /// The tables of an array; what is none is told.
    fn tables<'v>(&mut self, key: &str, value: &'v Value<'i>) -> Vec<(&'v DeTable<'i>, Range<usize>)> {
        let Some(items) = value.get_ref().as_array() else {
            self.wrong(key, value.span(), say::form::a_list);
            return Vec::new();
        };
        items.iter().filter_map(|item| Some((self.table(key, item)?, item.span()))).collect()
    }

    fn languages(&mut self, table: &DeTable<'i>) -> Vec<String> {
        match table.get("languages") {
            Some(value) => self.cells("languages", value).into_iter().map(|cell| cell.text).collect(),
            None => DEFAULT_LANGUAGES.map(str::to_owned).to_vec(),
        }
    }

    /// Free names, each with a text.
    fn named_cells(&mut self, key: &str, value: &Value<'i>) -> BTreeMap<String, Cell> {
        let Some(table) = self.table(key, value) else { return BTreeMap::new() };
        table.iter().filter_map(|(name, value)| Some((name.get_ref().to_string(), self.cell(name.get_ref(), value)?))).collect()
    }

    fn truth(&mut self, key: &str, value: &Value<'i>) -> bool {
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.wrong(key, value.span(), say::form::a_truth);
            false
        })
    }

    fn instances(&mut self, value: &Value<'i>) -> Vec<(String, Cell)> {
        let tables = self.tables("instance", value);
        tables.into_iter().map(|(table, place)| self.instance(table, place)).collect()
    }

    /// `xml` is the root element itself, `src` the address of a file that holds it.
    fn instance(&mut self, table: &DeTable<'i>, place: Range<usize>) -> (String, Cell) {
        self.known(table, &["id", "xml", "src"]);
        let id = self.needed(table, "id", place.clone()).text;
        if let Some(src) = table.get("src") {
            let address = self.cell("src", src).unwrap_or_default();
            return (id, Cell::made(format!("{SRC}{}", address.text), address.place));
        }
        (id, self.needed(table, "xml", place))
    }

    fn itext(&mut self, value: &Value<'i>) -> BTreeMap<String, Text> {
        let Some(table) = self.table("itext", value) else { return BTreeMap::new() };
        table.iter().map(|(id, value)| (id.get_ref().to_string(), self.both(id.get_ref(), value))).collect()
    }

    fn initial(&mut self, value: &Value<'i>) -> Vec<Initial> {
        let Some(table) = self.table("initial", value) else { return Vec::new() };
        self.known(table, &["holds"]);
        table.get("holds").map(|value| self.elements(value)).unwrap_or_default()
    }

    fn elements(&mut self, value: &Value<'i>) -> Vec<Initial> {
        let tables = self.tables("holds", value);
        tables.into_iter().map(|(table, place)| self.element(table, place)).collect()
    }

    fn element(&mut self, table: &DeTable<'i>, place: Range<usize>) -> Initial {
        self.known(table, &["name", "value", "template", "holds"]);
        Initial {
            name: self.needed(table, "name", place).text,
            value: table.get("value").and_then(|value| self.cell("value", value)).unwrap_or_default().text,
            template: table.get("template").is_some_and(|value| self.truth("template", value)),
            children: table.get("holds").map(|value| self.elements(value)).unwrap_or_default(),
        }
    }

    fn sets(&mut self, value: &Value<'i>) -> Vec<Set> {
        let tables = self.tables("set", value);
        tables.into_iter().filter_map(|(table, place)| self.set(table, place)).collect()
    }

    fn set(&mut self, table: &DeTable<'i>, place: Range<usize>) -> Option<Set> {
        self.known(table, &["when", "of", "value"]);
        let (when, value) = (self.needed(table, "when", place.clone()), self.needed(table, "value", place.clone()));
        let when = match when.text.as_str() {
            "first-load" => When::FirstLoad,
            "load" => When::Load,
            "new-row" => When::NewRow,
            "changed" => When::Changed(self.needed(table, "of", place)),
            "" => return None,
            other => {
                let what = Text::both(|lang| say::transfer_forms::no_such_moment(lang, other));
                self.problems.push(Problem::error(when.place.clone(), what).near(nearest(other, WHEN.into_iter())));
                return None;
            }
        };
        Some(Set { when, value })
    }

    fn version(&mut self, table: &DeTable<'i>) -> u32 {
        let Some(value) = table.get("version") else {
            self.problems.push(Problem::error(0..0, Text::both(|lang| say::form::missing_key(lang, "version"))));
            return 0;
        };
        let number = value.get_ref().as_integer().and_then(|i| u32::from_str_radix(i.as_str(), i.radix()).ok());
        number.filter(|n| *n > 0).unwrap_or_else(|| {
            self.wrong("version", value.span(), say::form::a_whole_number);
            0
        })
    }

    fn needed(&mut self, table: &DeTable<'i>, key: &'static str, place: Range<usize>) -> Cell {
        match table.get(key) {
            Some(value) => self.cell(key, value).unwrap_or_default(),
            None => {
                self.problems.push(Problem::error(place, Text::both(|lang| say::form::missing_key(lang, key))));
                Cell::default()
            }
        }
    }

    /// A text, number or truth as a cell; its place leaves the quotes out.
    fn cell(&mut self, key: &str, value: &Value<'i>) -> Option<Cell> {
        let span = value.span();
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(true) => "true()".to_owned(),
            DeValue::Boolean(false) => "false()".to_owned(),
            _ => {
                self.wrong(key, span, say::form::a_text);
                return None;
            }
        };
        let raw = self.text.get(span.clone()).unwrap_or("");
        let inside = raw.find(&text).filter(|_| !text.is_empty());
        let place = inside.map_or(span.clone(), |at| span.start + at..span.start + at + text.len());
        Some(Cell { text, place, exact: inside.is_some() })
    }

    fn cells(&mut self, key: &str, value: &Value<'i>) -> Vec<Cell> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.cell(key, item)).collect(),
            _ => {
                self.wrong(key, value.span(), say::form::a_list);
                Vec::new()
            }
        }
    }

    fn both(&mut self, key: &str, value: &Value<'i>) -> Text {
        match value.get_ref() {
            DeValue::String(text) => match &self.only {
                Some(language) if !text.is_empty() => Text { more: vec![(language.clone(), text.to_string())], ..Text::default() },
                _ => Text::plain(text.to_string()),
            },
            DeValue::Table(table) => {
                let mut text = Text::default();
                for (language, said) in table.iter() {
                    let (known, said) = (language.get_ref().as_ref(), said.get_ref().as_str());
                    match said {
                        Some(said) => text.set(known, said),
                        None => self.wrong(key, language.span(), say::form::both_languages),
                    }
                }
                text
            }
            _ => {
                self.wrong(key, value.span(), say::form::both_languages);
                Text::default()
            }
        }
    }

    fn lists(&mut self, value: &Value<'i>, repeated: bool) -> Vec<(ChoiceList, Range<usize>)> {
        let Some(table) = self.table("choices", value) else { return Vec::new() };
        table.iter().map(|(name, rows)| (self.list(name.get_ref(), rows, repeated), name.span())).collect()
    }

    /// `repeated`: the form allows a name to stand twice in a list.
    fn list(&mut self, name: &str, value: &Value<'i>, repeated: bool) -> ChoiceList {
        let mut columns: Vec<String> = Vec::new();
        let mut name_at = None;
        let mut rows: Vec<(Text, Vec<Arc<str>>)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (table, place) in self.tables(name, value) {
            let (mut label, mut cells, mut choice) = (Text::default(), Vec::new(), None);
            for (key, value) in table.iter() {
                let key = key.get_ref().as_ref();
                if key == "label" {
                    label = self.both("label", value);
                    continue;
                }
                let column = [COLUMN, NAME].iter().find_map(|start| key.strip_prefix(start)).unwrap_or(key);
                let at = columns.iter().position(|known| known == column).unwrap_or_else(|| {
                    columns.push(column.to_owned());
                    columns.len() - 1
                });
                let text = self.cell(column, value).unwrap_or_default().text;
                if key == "name" || key.starts_with(NAME) {
                    (name_at, choice) = (Some(at), Some(text.clone()));
                }
                cells.resize(columns.len(), "".into());
                cells[at] = text.into();
            }
            let choice = choice.unwrap_or_else(|| self.needed(table, "name", place.clone()).text);
            if !seen.insert(choice.clone()) && !repeated {
                self.problems.push(Problem::error(place, Text::both(|lang| say::form::duplicate_choice(lang, &choice))));
            }
            rows.push((label, cells));
        }
        let name_at = name_at.unwrap_or_else(|| {
            columns.push("name".to_owned());
            columns.len() - 1
        });
        rows.iter_mut().for_each(|(_, cells)| cells.resize(columns.len(), "".into()));
        ChoiceList::named(name, columns, name_at, rows)
    }

    fn rows(&mut self, value: &Value<'i>) -> Vec<Row> {
        let Some(items) = value.get_ref().as_array() else {
            self.wrong("question", value.span(), say::form::a_list);
            return Vec::new();
        };
        items.iter().map(|item| self.row(item)).collect()
    }

    fn row(&mut self, value: &Value<'i>) -> Row {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong("question", value.span(), say::form::a_table);
            return Row::default();
        };
        let place = value.span();
        let mut row = Row { name: self.needed(table, "name", place.clone()), kind: self.needed(table, "type", place), ..Row::default() };
        for (key, value) in table.iter() {
            let name = key.get_ref().as_ref();
            if let Some(column) = TEXT_COLUMNS.iter().find(|c| **c == name) {
                row.texts.insert(column, (self.both(column, value), value.span()));
            } else if let Some(column) = CELL_COLUMNS.iter().find(|c| **c == name) {
                if let Some(cell) = self.cell(column, value) {
                    row.cells.insert(column, cell);
                }
            } else {
                match name {
                    "name" | "type" => {}
                    "question" => row.children = self.rows(value),
                    "personal" => row.personal = self.truth("personal", value),
                    "set" => row.sets = self.sets(value),
                    "extra" => row.extra = self.named_cells("extra", value),
                    _ => self.unknown(key, TEXT_COLUMNS.into_iter().chain(CELL_COLUMNS).chain(ROW)),
                }
            }
        }
        row
    }
}
