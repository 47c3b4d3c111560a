//! How Vietnamese and English speak, count, date and search. Pure.
//!
//! Every sentence shown to a person stands in [`say`], in both languages side by side, so none can be missing.

pub mod collate;
pub mod date;
pub mod fold;
pub mod iso;
pub mod number;
pub mod plain;
pub mod say;
pub mod words;

use serde::{Deserialize, Serialize};

/// A language of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Vietnamese, the first language.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// `vi` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Reads `vi`, `en` and locale names such as `en_GB.UTF-8`.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.get(..2)?.to_ascii_lowercase().as_str() {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The other language.
    pub fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }
}

/// A text in both languages; an empty one falls back to the other. A form may bring further languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
    /// Other languages of a form, by the name that it gives them (`Français (fr)`), in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<(String, String)>,
}

impl Text {
    /// The same text in both languages.
    pub fn plain(text: impl Into<String>) -> Self {
        let vi = text.into();
        Self { en: vi.clone(), vi, more: Vec::new() }
    }

    /// In Vietnamese and English.
    pub fn pair(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into(), more: Vec::new() }
    }

    /// Built by one catalogue entry called for each language.
    pub fn both(say: impl Fn(Lang) -> String) -> Self {
        Self::pair(say(Lang::Vi), say(Lang::En))
    }

    /// The text in `lang`, or in the other language when that one is empty, or in the first further one that has any.
    pub fn get(&self, lang: Lang) -> &str {
        let (first, second) = match lang {
            Lang::Vi => (&self.vi, &self.en),
            Lang::En => (&self.en, &self.vi),
        };
        let more = || self.more.iter().map(|(_, text)| text).find(|text| !text.is_empty());
        [first, second].into_iter().find(|text| !text.is_empty()).or_else(more).map_or("", String::as_str)
    }

    /// The text in the language that a form calls `name`: `vi` and `en` are its own two.
    pub fn named(&self, name: &str) -> Option<&str> {
        match name {
            "vi" => Some(&self.vi),
            "en" => Some(&self.en),
            name => self.more.iter().find(|(language, _)| language == name).map(|(_, text)| text.as_str()),
        }
    }

    /// Sets the text of the language called `name`.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        let text = text.into();
        match name {
            "vi" => self.vi = text,
            "en" => self.en = text,
            name => match self.more.iter_mut().find(|(language, _)| language == name) {
                Some((_, old)) => *old = text,
                None => self.more.push((name.to_owned(), text)),
            },
        }
    }

    /// Whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.get(Lang::Vi).is_empty()
    }
}

/// A reading's name for people; a name that a programme file makes up itself stays as it is.
pub fn reading(name: &str, lang: Lang) -> String {
    use say::screen as s;
    match name {
        "supports" => s::reading_supports(lang),
        "share" => s::reading_share(lang),
        "energy" => s::reading_energy(lang),
        "mean" => s::reading_mean(lang),
        "employed" => s::reading_employed(lang),
        "ratio_of_totals" => s::reading_ratio(lang),
        other => other.to_owned(),
    }
}
