//! What a column's header means: spellings, languages, and columns that only travel.

/// A header's path: `media::image::English` → `["media", "image", "English"]`.
pub type Path = Vec<String>;

/// Spellings of the survey's columns.
const SURVEY: &[(&str, &[&str])] = &[
    ("read_only", &["bind", "readonly"]),
    ("readonly", &["bind", "readonly"]),
    ("relevant", &["bind", "relevant"]),
    ("relevance", &["bind", "relevant"]),
    ("required", &["bind", "required"]),
    ("constraint", &["bind", "constraint"]),
    ("constraining_message", &["bind", "jr:constraintMsg"]),
    ("constraint_message", &["bind", "jr:constraintMsg"]),
    ("calculation", &["bind", "calculate"]),
    ("calculate", &["bind", "calculate"]),
    ("requiredmsg", &["bind", "jr:requiredMsg"]),
    ("required_message", &["bind", "jr:requiredMsg"]),
    ("noapperrorstring", &["bind", "jr:noAppErrorString"]),
    ("no_app_error_string", &["bind", "jr:noAppErrorString"]),
    ("save_to", &["bind", "entities:saveto"]),
    ("caption", &["label"]),
    ("command", &["type"]),
    ("tag", &["name"]),
    ("value", &["name"]),
    ("appearance", &["control", "appearance"]),
    ("count", &["control", "jr:count"]),
    ("repeat_count", &["control", "jr:count"]),
    ("jr:count", &["control", "jr:count"]),
    ("autoplay", &["control", "autoplay"]),
    ("rows", &["control", "rows"]),
    ("body", &["control"]),
    ("image", &["media", "image"]),
    ("big-image", &["media", "big-image"]),
    ("audio", &["media", "audio"]),
    ("video", &["media", "video"]),
    ("compact_tag", &["instance", "odk:tag"]),
];

/// Spellings of the columns of `choices`, `external_choices` and `osm`.
const CHOICES: &[(&str, &[&str])] = &[
    ("caption", &["label"]),
    ("list_name", &["list name"]),
    ("value", &["name"]),
    ("image", &["media", "image"]),
    ("big-image", &["media", "big-image"]),
    ("audio", &["media", "audio"]),
    ("video", &["media", "video"]),
];

const SETTINGS: &[(&str, &[&str])] = &[("form_title", &["title"]), ("set_form_title", &["title"]), ("form_id", &["id_string"]), ("set_form_id", &["id_string"])];

const ENTITIES: &[(&str, &[&str])] = &[("list_name", &["dataset"])];

/// The spellings and the known plain columns of one kind of sheet.
pub struct Headers {
    spellings: &'static [(&'static str, &'static [&'static str])],
    known: &'static [&'static str],
}

/// Of the survey.
pub const OF_SURVEY: Headers = Headers {
    spellings: SURVEY,
    known: &["type", "name", "label", "hint", "guidance_hint", "bind", "control", "media", "instance", "choice_filter", "default", "parameters", "trigger", "list_name"],
};
/// Of lists.
pub const OF_CHOICES: Headers = Headers { spellings: CHOICES, known: &["list name", "name", "label", "media"] };
/// Of the settings.
pub const OF_SETTINGS: Headers = Headers {
    spellings: SETTINGS,
    known: &[
        "title",
        "id_string",
        "name",
        "version",
        "default_language",
        "instance_name",
        "style",
        "allow_choice_duplicates",
        "clean_text_values",
        "omit_instanceid",
        "public_key",
        "submission_url",
        "attribute",
        "namespaces",
    ],
};
/// Of the entities.
pub const OF_ENTITIES: Headers = Headers { spellings: ENTITIES, known: &["dataset", "entity_id", "create_if", "update_if", "repeat", "label"] };

impl Headers {
    /// The path of a header. `double`: some header of the sheet has `::`, so a single colon parts nothing.
    pub fn path(&self, header: &str, double: bool) -> Path {
        let plain = snake(header);
        if self.knows(&plain) {
            return vec![plain];
        }
        let mut parts = parts(header, double);
        let first = snake(&parts[0]);
        match self.spellings.iter().find(|(spelling, _)| *spelling == first) {
            Some((_, path)) => {
                let rest = parts.split_off(1);
                path.iter().map(|part| (*part).to_owned()).chain(rest).collect()
            }
            None if self.knows(&first) => {
                parts[0] = first;
                parts
            }
            None => parts,
        }
    }

    fn knows(&self, name: &str) -> bool {
        self.known.contains(&name) && !self.spellings.iter().any(|(spelling, _)| *spelling == name)
    }
}

fn parts(header: &str, double: bool) -> Path {
    if double || header.contains("::") {
        return header.split("::").map(|part| part.trim().to_owned()).collect();
    }
    let mut parts: Path = Vec::new();
    for part in header.split(':').map(str::trim) {
        // `jr:count` is one name although a colon stands in it.
        match parts.last_mut() {
            Some(last) if last == "jr" => *last = format!("jr:{part}"),
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

fn snake(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase()
}

/// What a survey column is to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The question's type.
    Type,
    /// Its name.
    Name,
    /// A text, in the language of this written name; `None`: in the default one.
    Text(&'static str, Option<String>),
    /// A column that the engine knows.
    Cell(&'static str),
    /// Static or dynamic.
    Default,
    /// Which answers' changes set this one.
    Trigger,
    /// Whether the row counts at all.
    Disabled,
    /// Only travels.
    Extra,
}

/// The meaning of a survey column's path.
pub fn meaning(path: &[String]) -> Meaning {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["type"] => Meaning::Type,
        ["name"] => Meaning::Name,
        ["default"] => Meaning::Default,
        ["trigger"] => Meaning::Trigger,
        ["disabled"] => Meaning::Disabled,
        ["choice_filter"] => Meaning::Cell("choice_filter"),
        ["parameters"] => Meaning::Cell("parameters"),
        ["bind", "relevant"] => Meaning::Cell("relevant"),
        ["bind", "required"] => Meaning::Cell("required"),
        ["bind", "readonly"] => Meaning::Cell("read_only"),
        ["bind", "constraint"] => Meaning::Cell("constraint"),
        ["bind", "calculate"] => Meaning::Cell("calculation"),
        ["control", "appearance"] => Meaning::Cell("appearance"),
        ["control", "jr:count"] => Meaning::Cell("repeat_count"),
        ["bind", "jr:constraintMsg", rest @ ..] => text("constraint_message", rest),
        ["bind", "jr:requiredMsg", rest @ ..] => text("required_message", rest),
        ["media", kind, rest @ ..] => media(kind).map_or(Meaning::Extra, |column| text(column, rest)),
        ["label", rest @ ..] => text("label", rest),
        ["hint", rest @ ..] => text("hint", rest),
        ["guidance_hint", rest @ ..] => text("guidance_hint", rest),
        _ => Meaning::Extra,
    }
}

/// The text column of a kind of media.
pub fn media(kind: &str) -> Option<&'static str> {
    [("image", "image"), ("big-image", "big_image"), ("audio", "audio"), ("video", "video")].into_iter().find(|(name, _)| *name == kind).map(|(_, column)| column)
}

fn text(column: &'static str, rest: &[&str]) -> Meaning {
    Meaning::Text(column, (!rest.is_empty()).then(|| rest.join("::")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> Meaning {
        meaning(&OF_SURVEY.path(header, header.contains("::")))
    }

    #[test]
    fn spellings_of_a_column_mean_the_same() {
        assert_eq!(of("Label :: English (en)"), Meaning::Text("label", Some("English (en)".into())));
        assert_eq!(of("caption:French"), Meaning::Text("label", Some("French".into())));
        assert_eq!(of("media::image::vi"), of("image::vi"));
        assert_eq!(of("bind::relevant"), Meaning::Cell("relevant"));
        assert_eq!(of("Relevance"), Meaning::Cell("relevant"));
        assert_eq!(of("Read Only"), Meaning::Cell("read_only"));
        assert_eq!(of("count"), of("jr:count"));
        assert_eq!(of("constraint_message :: English (en)"), Meaning::Text("constraint_message", Some("English (en)".into())));
        assert_eq!(of("bind:jr:constraintMsg:French"), Meaning::Text("constraint_message", Some("French".into())));
        assert_eq!(of("body:esri:style"), Meaning::Extra);
        assert_eq!(of("My notes"), Meaning::Extra);
    }
}
