//! Labels, hints and messages: written out in the form or, once for each language, in its `itext`.

use super::tree::{NodeAt, Tree};
use super::xml::{Element, Xml, child, elements};
use crate::locale::{Lang, Text, fold};
use std::collections::BTreeMap;
use std::ops::Range;

/// The texts of a form's languages.
#[derive(Default)]
pub struct Itext<'a> {
    /// As [`crate::form::draft::Draft::languages`] names them, the default first.
    pub languages: Vec<String>,
    texts: BTreeMap<&'a str, Vec<Said<'a>>>,
}

/// One `value` of a text.
struct Said<'a> {
    language: String,
    /// `image`, `audio`, `guidance`, …; empty for the words themselves.
    form: &'a str,
    value: Element<'a>,
}

/// Where the parts of a text with media go.
const FORMS: [(&str, &str); 5] = [("image", "image"), ("audio", "audio"), ("video", "video"), ("big-image", "big_image"), ("guidance", "guidance_hint")];

impl<'a> Itext<'a> {
    /// Reads the `itext` of a model.
    pub fn read(model: Element<'a>) -> Self {
        let mut itext = Self::default();
        let translations: Vec<_> = child(model, "itext").into_iter().flat_map(elements).filter(|t| t.tag_name().name() == "translation").collect();
        let mut default = None;
        for translation in &translations {
            let written = translation.attribute("lang").unwrap_or("").trim();
            let language = itext.language(written, translations.len() == 1);
            // A form says `default=""`, `default="true()"` or nothing; only the first that says so counts.
            if translation.attribute("default").is_some_and(|v| !v.starts_with("false")) {
                default.get_or_insert(itext.languages.len());
            }
            itext.languages.push(language.clone());
            for text in elements(*translation) {
                let Some(id) = text.attribute("id") else { continue };
                let values = elements(text).filter(|v| v.tag_name().name() == "value");
                let said = values.map(|value| Said { language: language.clone(), form: value.attribute("form").unwrap_or("").trim(), value });
                itext.texts.entry(id).or_default().extend(said);
            }
        }
        if let Some(default) = default {
            itext.languages[..=default].rotate_right(1);
        }
        // A form without translations speaks one language, whichever that is.
        itext.languages.retain(|language| !language.is_empty());
        itext
    }

    /// `vi` and `en` for Vietnamese and English, as a form may write them; others keep their name, and so does a second
    /// Vietnamese or English. The nameless language (`default`) of a form that has no other is no language at all.
    fn language(&self, written: &str, only: bool) -> String {
        let known = lang(written).map(|lang| lang.code().to_owned()).filter(|code| !self.languages.contains(code));
        match known {
            Some(code) => code,
            None if only && matches!(written, "" | "default") => String::new(),
            None => written.to_owned(),
        }
    }

    /// Whether there is a text of that id.
    pub fn has(&self, id: &str) -> bool {
        self.texts.contains_key(id)
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.texts.keys().copied()
    }

    /// The words of a text in all languages, and its media (`image`, …) by the column that they go to.
    pub fn parts(&self, id: &str, words: &mut Words<'_, 'a>) -> BTreeMap<&'static str, Text> {
        let mut parts: BTreeMap<&'static str, Text> = BTreeMap::new();
        let said = self.texts.get(id).map_or(&[][..], Vec::as_slice);
        // A short or long form of the words stands in where there is no plain one.
        for rank in ["short", "long", ""] {
            for said in said.iter().filter(|s| s.form == rank) {
                put(parts.entry("label").or_default(), &said.language, words.of(said.value));
            }
        }
        for said in said {
            if let Some((_, column)) = FORMS.iter().find(|(form, _)| *form == said.form) {
                let text = words.of(said.value);
                put(parts.entry(column).or_default(), &said.language, file_name(column, text));
            }
        }
        parts
    }

    /// Where a text stands first.
    pub fn place(&self, id: &str, xml: &Xml<'a>) -> Option<Range<usize>> {
        self.texts.get(id).and_then(|said| said.first()).map(|said| xml.content(said.value).place)
    }
}

/// `jr://images/a.png` → `a.png`: the folder follows from the column.
fn file_name(column: &str, text: String) -> String {
    match column {
        "guidance_hint" => text,
        _ => ["jr://images/", "jr://audio/", "jr://video/"].iter().find_map(|folder| text.strip_prefix(folder)).map(str::to_owned).unwrap_or(text),
    }
}

fn put(text: &mut Text, language: &str, words: String) {
    match language {
        "" => *text = Text::plain(words),
        language => text.set(language, words),
    }
}

/// `vi`, `en-GB`, `English (en)`, `Tiếng Việt`: Vietnamese and English as forms name them.
fn lang(written: &str) -> Option<Lang> {
    let folded = fold::fold(written);
    let code = folded.rsplit_once('(').map_or(folded.as_str(), |(_, code)| code.trim_end_matches(')')).trim();
    let code = code.split(['-', '_']).next().unwrap_or(code);
    match (code, folded.split('(').next().unwrap_or("").trim()) {
        ("vi", _) | (_, "vietnamese" | "tieng viet" | "viet") => Some(Lang::Vi),
        ("en", _) | (_, "english" | "tieng anh") => Some(Lang::En),
        _ => None,
    }
}

/// Writes texts out as templates, seen from a node.
pub struct Words<'t, 'a> {
    pub xml: &'t Xml<'a>,
    pub tree: &'t mut Tree<'a>,
    pub from: NodeAt,
}

impl<'a> Words<'_, 'a> {
    /// The words of an element; `<output value="…"/>` becomes `${…}`.
    pub fn of(&mut self, element: Element<'a>) -> String {
        // Most texts are plain words.
        if let (Some(only), true) = (element.first_child().filter(|child| child.is_text()), element.first_child() == element.last_child()) {
            return literal(laid_out(only.text().unwrap_or("")));
        }
        let mut out = String::new();
        // Depth-first with a stack of its own: marks inside a text may nest.
        let mut stack: Vec<Element<'a>> = element.children().collect();
        stack.reverse();
        while let Some(part) = stack.pop() {
            if part.is_text() {
                out.push_str(&literal(part.text().unwrap_or("")));
            } else if part.tag_name().name() == "output" {
                let value = self.xml.attribute(part, "value").or_else(|| self.xml.attribute(part, "ref"));
                out.extend(value.map(|cell| self.placeholder(&cell.text, part)));
            } else {
                stack.extend(part.children().collect::<Vec<_>>().into_iter().rev());
            }
        }
        laid_out(&out).to_owned()
    }

    /// `${name}` for a plain path to a node whose name says which it is, else `${expression}`.
    pub fn placeholder(&mut self, expression: &str, scope: Element<'a>) -> String {
        // Some writers escape twice; outside of quotes no expression has an ampersand.
        let once = expression.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let expression = once.trim();
        let is_path = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
        if expression.contains('/') && expression.chars().all(is_path) {
            let nodes = self.tree.nodes.len();
            if let Some(at) = self.tree.resolve(expression, self.from, scope)
                && at < nodes
                && is_name(&self.tree.nodes[at].name.text)
                && self.tree.is_only_one(at)
            {
                return format!("${{{}}}", self.tree.nodes[at].name.text);
            }
        }
        format!("${{{expression}}}")
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// A `${` that a form means as such must not become a placeholder: its dollar sign is one instead.
fn literal(text: &str) -> String {
    if text.contains("${") { text.replace("${", "${'$'}{") } else { text.to_owned() }
}

/// Without the line breaks and indents that lay the XML out; other white space at the ends is meant.
fn laid_out(text: &str) -> &str {
    let ends = |text: &str, trimmed: usize| text[trimmed..].contains(['\n', '\r']);
    let end = text.trim_end().len();
    let text = if ends(text, end) { &text[..end] } else { text };
    let start = text.len() - text.trim_start().len();
    if text[..start].contains(['\n', '\r']) { &text[start..] } else { text }
}

/// The id in `jr:itext('id')`; `None` for anything else.
pub fn itext_id(reference: &str) -> Option<&str> {
    let inside = reference.trim().strip_prefix("jr:itext(")?.strip_suffix(')')?.trim();
    let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    inside.strip_prefix(quote)?.strip_suffix(quote).filter(|id| !id.contains(quote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_and_english_are_known_by_code_and_by_name() {
        for name in ["vi", "vi-VN", "Tiếng Việt", "Tiếng Việt (vi)", "Vietnamese (vi)", "VIETNAMESE"] {
            assert_eq!(lang(name), Some(Lang::Vi), "{name}");
        }
        for name in ["en", "en_GB", "English", "English (en)", "Tiếng Anh"] {
            assert_eq!(lang(name), Some(Lang::En), "{name}");
        }
        for name in ["default", "French (fr)", "", "vital", "Ede"] {
            assert_eq!(lang(name), None, "{name}");
        }
    }

    #[test]
    fn only_the_white_space_that_lays_xml_out_goes() {
        assert_eq!(laid_out("\n    Tên\n  "), "Tên");
        assert_eq!(laid_out("Tên: "), "Tên: ");
        assert_eq!(laid_out(" \n "), "");
    }

    #[test]
    fn a_text_is_named_by_a_quoted_id() {
        assert_eq!(itext_id(" jr:itext('a/b:label') "), Some("a/b:label"));
        assert_eq!(itext_id("jr:itext(itextId)"), None);
        assert_eq!(itext_id("/data/a"), None);
    }
}
