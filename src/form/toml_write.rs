//! Writes a [`Draft`] as TOML that a person likes to read and edit, and that [`super::toml`] reads back equal.
//!
//! The order is that of `docs/forms.md`: the head, settings, lists, questions; what only machines read comes last. The
//! same draft gives the same bytes.

mod migrations;

use super::draft::{Draft, Initial, Row, Set, When};
use super::list::{Choice, ChoiceList};
use super::toml::{ALLOW_REPEATED, COLUMN, DEFAULT_LANGUAGES, NAME, SRC, other_language};
use crate::locale::Text;
use crate::value::write_string;
use std::fmt::Write;

/// Columns of a question in the order of reading; others follow by name.
const ORDER: [&str; 32] = [
    "to",
    "value",
    "choices",
    "choices_file",
    "itemset",
    "itemset_value",
    "itemset_label",
    "unit",
    "label",
    "hint",
    "guidance_hint",
    "image",
    "big_image",
    "audio",
    "video",
    "appearance",
    "parameters",
    "required",
    "required_message",
    "relevant",
    "read_only",
    "default",
    "trigger",
    "calculation",
    "choice_filter",
    "repeat_count",
    "constraint",
    "constraint_message",
    "warning",
    "warning_message",
    "previous",
    "indicator",
];

/// A text in several languages longer than this is written with one line for each.
const INLINE: usize = 160;

/// The draft as TOML.
pub fn write(draft: &Draft) -> String {
    let mut out = String::new();
    head(&mut out, draft);
    let only = other_language(&draft.languages);
    settings(&mut out, draft);
    if !draft.lists.is_empty() {
        out.push_str("\n[choices]\n");
        draft.lists.iter().for_each(|(inline, _)| list(&mut out, inline, only));
    }
    draft.rows.iter().for_each(|one| row(&mut out, one, "question", only));
    draft.migrations.iter().for_each(|migration| migrations::write(&mut out, migration));
    for (id, xml) in &draft.instances {
        out.push_str("\n[[instance]]\n");
        line(&mut out, "id", id);
        match xml.text.strip_prefix(SRC) {
            Some(address) => line(&mut out, "src", address),
            None => line(&mut out, "xml", &xml.text),
        }
    }
    if !draft.itext.is_empty() {
        out.push_str("\n[itext]\n");
        draft.itext.iter().for_each(|(id, said)| text(&mut out, id, said, only));
    }
    if !draft.initial.is_empty() {
        out.push_str("\n[initial]\nholds = [\n");
        draft.initial.iter().for_each(|one| initial(&mut out, one, 1));
        out.push_str("]\n");
    }
    out
}

/// The settings; in XForm XML a list may repeat a name without saying so.
fn settings(out: &mut String, draft: &Draft) {
    let repeats = draft.lists.iter().any(|(list, _)| list.choices.iter().enumerate().any(|(at, choice)| list.position(&choice.name) != Some(at)));
    let allows = repeats && !draft.settings.contains_key(ALLOW_REPEATED);
    if allows || !draft.settings.is_empty() {
        out.push_str("\n[settings]\n");
    }
    if allows {
        line(out, ALLOW_REPEATED, "yes");
    }
    draft.settings.iter().for_each(|(name, cell)| line(out, name, &cell.text));
}

fn head(out: &mut String, draft: &Draft) {
    line(out, "form", &draft.id.text);
    let _ = writeln!(out, "version = {}", draft.version);
    text(out, "title", &draft.title, None);
    if draft.languages != DEFAULT_LANGUAGES {
        names(out, "languages", draft.languages.iter().map(String::as_str));
    }
    for key in ["subject", "date", "summary"] {
        draft.head.get(key).into_iter().for_each(|cell| line(out, key, &cell.text));
    }
    if !draft.identity.is_empty() {
        names(out, "identity", draft.identity.iter().map(|cell| cell.text.as_str()));
    }
}

/// `only`: the language of plain texts, see [`other_language`].
fn row(out: &mut String, one: &Row, path: &str, only: Option<&str>) {
    let _ = writeln!(out, "\n[[{path}]]");
    line(out, "name", &one.name.text);
    line(out, "type", &one.kind.text);
    let others = one.texts.keys().chain(one.cells.keys()).copied().filter(|key| !ORDER.contains(key));
    for key in ORDER.into_iter().chain(others) {
        one.texts.get(key).into_iter().for_each(|(said, _)| text(out, key, said, only));
        one.cells.get(key).into_iter().for_each(|cell| line(out, key, &cell.text));
    }
    if one.personal {
        out.push_str("personal = true\n");
    }
    one.sets.iter().for_each(|action| set(out, action, path));
    if !one.extra.is_empty() {
        let _ = writeln!(out, "\n[{path}.extra]");
        one.extra.iter().for_each(|(name, cell)| line(out, name, &cell.text));
    }
    let inside = format!("{path}.question");
    one.children.iter().for_each(|child| row(out, child, &inside, only));
}

fn set(out: &mut String, action: &Set, path: &str) {
    let _ = writeln!(out, "\n[[{path}.set]]");
    let when = match &action.when {
        When::FirstLoad => "first-load",
        When::Load => "load",
        When::NewRow => "new-row",
        When::Changed(_) => "changed",
    };
    line(out, "when", when);
    if let When::Changed(of) = &action.when {
        line(out, "of", &of.text);
    }
    line(out, "value", &action.value.text);
}

/// One choice a line.
fn list(out: &mut String, list: &ChoiceList, only: Option<&str>) {
    let _ = writeln!(out, "{} = [", key(&list.name));
    let name_at = name_column(list);
    // The reader learns columns as it meets them: where that order is not the list's, the first choice names them all.
    let met = columns_met(list, name_at);
    for (at, choice) in list.choices.iter().enumerate() {
        let all = at == 0 && met != (0..list.columns.len()).collect::<Vec<_>>();
        let _ = writeln!(out, "  {{ {} }},", choice_cells(list, choice, name_at, all, only));
    }
    out.push_str("]\n");
}

/// The column that holds the choices' names: `name`, unless a form brings a list that calls it otherwise.
fn name_column(list: &ChoiceList) -> usize {
    let holds_names = |at: &usize| list.choices.iter().all(|choice| choice.cells.get(*at) == Some(&choice.name));
    let called_name = list.columns.iter().position(|column| column == "name");
    called_name.filter(holds_names).or_else(|| (0..list.columns.len()).find(holds_names)).unwrap_or(0)
}

fn columns_met(list: &ChoiceList, name_at: usize) -> Vec<usize> {
    let mut met: Vec<usize> = Vec::new();
    for choice in &list.choices {
        let new: Vec<usize> = written_cells(choice, name_at, false).map(|(at, _)| at).filter(|at| !met.contains(at)).collect();
        met.extend(new);
    }
    if met.is_empty() { vec![0] } else { met }
}

/// The cells of a choice that are written, its name among them, with their columns.
fn written_cells(choice: &Choice, name_at: usize, all: bool) -> impl Iterator<Item = (usize, &str)> {
    let cells = choice.cells.iter().map(|cell| &**cell).enumerate();
    cells.filter(move |(at, cell)| all || *at == name_at || !cell.is_empty())
}

fn choice_cells(list: &ChoiceList, choice: &Choice, name_at: usize, all: bool, only: Option<&str>) -> String {
    let mut parts = Vec::new();
    for (at, cell) in written_cells(choice, name_at, all) {
        let column = list.columns.get(at).map_or("", String::as_str);
        let is_name = at == name_at;
        parts.push(format!("{} = {}", column_key(column, is_name), basic(cell)));
        if is_name && choice.label != Text::default() {
            parts.push(format!("label = {}", inline(&choice.label, only)));
        }
    }
    parts.join(", ")
}

fn initial(out: &mut String, one: &Initial, depth: usize) {
    let indent = "  ".repeat(depth);
    let _ = write!(out, "{indent}{{ name = {}", basic(&one.name));
    if !one.value.is_empty() {
        let _ = write!(out, ", value = {}", basic(&one.value));
    }
    if one.template {
        out.push_str(", template = true");
    }
    if !one.children.is_empty() {
        out.push_str(", holds = [\n");
        one.children.iter().for_each(|child| initial(out, child, depth + 1));
        let _ = write!(out, "{indent}]");
    }
    out.push_str(" },\n");
}

fn names<'t>(out: &mut String, name: &str, items: impl Iterator<Item = &'t str>) {
    let items: Vec<String> = items.map(basic).collect();
    let _ = writeln!(out, "{name} = [{}]", items.join(", "));
}

fn line(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "{} = {}", key(name), quoted(value));
}

/// A text: plain where that says it all, else inline, else one line for each language.
fn text(out: &mut String, name: &str, said: &Text, only: Option<&str>) {
    if let Some(plain) = plain(said, only) {
        return line(out, name, plain);
    }
    let several = said.more.iter().map(|(language, text)| language.len() + text.len()).sum::<usize>();
    let long = several > 0 && several + said.vi.len() + said.en.len() > INLINE;
    if long || languages(said).any(|(_, text)| text.contains('\n')) {
        for (language, text) in languages(said) {
            let _ = writeln!(out, "{}.{} = {}", key(name), key(language), quoted(text));
        }
    } else {
        let _ = writeln!(out, "{} = {}", key(name), inline(said, only));
    }
}

/// What a text says when it is the same in both of our languages, or in the only one that the form has.
fn plain<'t>(said: &'t Text, only: Option<&str>) -> Option<&'t str> {
    match (only, said.more.as_slice()) {
        (None, []) if said.vi == said.en => Some(&said.vi),
        (Some(_), []) if said.vi.is_empty() && said.en.is_empty() => Some(""),
        (Some(only), [(language, text)]) if language == only && said.vi.is_empty() && said.en.is_empty() && !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The languages that a text is written in; Vietnamese and English only where they say something.
fn languages(said: &Text) -> impl Iterator<Item = (&str, &str)> {
    let own = [("vi", said.vi.as_str()), ("en", said.en.as_str())].into_iter().filter(|(_, text)| !text.is_empty());
    own.chain(said.more.iter().map(|(language, text)| (language.as_str(), text.as_str())))
}

fn inline(said: &Text, only: Option<&str>) -> String {
    if let Some(plain) = plain(said, only) {
        return basic(plain);
    }
    let parts: Vec<String> = languages(said).map(|(language, text)| format!("{} = {}", key(language), basic(text))).collect();
    format!("{{ {} }}", parts.join(", "))
}

/// The key of a choice's column, which must not be taken for its name or label.
fn column_key(column: &str, is_name: bool) -> String {
    match (column, is_name) {
        ("name", true) => column.to_owned(),
        (_, true) => key(&format!("{NAME}{column}")),
        ("name" | "label", false) => key(&format!("{COLUMN}{column}")),
        _ if column.starts_with(COLUMN) || column.starts_with(NAME) => key(&format!("{COLUMN}{column}")),
        _ => key(column),
    }
}

/// A key: bare where TOML allows it.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { basic(name) }
}

/// In the quotes that need the fewest escapes, over several lines where the text has several.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// In double quotes on one line. JSON's escapes are TOML's too; only TOML also refuses a bare U+007F.
fn basic(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_string(text, &mut out);
    out.replace('\u{7f}', "\\u007F")
}
