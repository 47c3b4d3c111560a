//! The spellings of question types, and what each is to the engine.

/// What opens and closes around rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// A group.
    Group,
    /// A repeat.
    Repeat,
    /// A group written once and asked for every choice of a list.
    Loop,
}

/// What is chosen how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Select {
    /// `select_one`, `select_multiple` or `rank`.
    pub kind: &'static str,
    /// The choices are a file.
    pub from_file: bool,
    /// The choices stand in the sheet `external_choices`.
    pub external: bool,
}

/// A type as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written<'t> {
    /// `begin group`, `begin loop over LIST`.
    Begin(Container, Option<&'t str>),
    /// `end group`.
    End(Container),
    /// `select_one LIST or_other`.
    Select {
        /// What is chosen how.
        select: Select,
        /// Its list, file or `${question}`.
        list: &'t str,
        /// Whether any other answer can be typed.
        or_other: bool,
    },
    /// A setting written into the survey.
    Setting(&'static str),
    /// A list in a file, to look things up in.
    External(&'static str),
    /// Any other question.
    Plain(&'static Plain),
    /// None of them.
    Unknown,
}

/// A type without a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Plain {
    /// Its spellings; the first is the usual one.
    pub spellings: &'static [&'static str],
    /// The engine's type.
    pub kind: &'static str,
    /// Whether it is shown, and needs a label.
    pub shown: bool,
    /// How well a terminal can do it.
    pub fit: Fit,
    /// A constraint and a hint that the type brings.
    pub brings: Option<(&'static str, &'static str)>,
}

/// How well a terminal can do a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Fully.
    Full,
    /// A file is attached instead of recorded.
    Attached,
    /// A position is typed.
    Typed,
    /// Not at all: it stays empty.
    Empty,
    /// Something else keeps it: every revision is recorded.
    Kept,
}

const CONTAINERS: [(&str, Container); 5] =
    [("group", Container::Group), ("lgroup", Container::Repeat), ("repeat", Container::Repeat), ("looped group", Container::Repeat), ("loop", Container::Loop)];

const SELECTS: [(&str, Select); 16] = {
    const ONE: Select = Select { kind: "select_one", from_file: false, external: false };
    const MANY: Select = Select { kind: "select_multiple", from_file: false, external: false };
    [
        ("add select one prompt using", ONE),
        ("add select multiple prompt using", MANY),
        ("select all that apply from", MANY),
        ("select one from file", Select { from_file: true, ..ONE }),
        ("select multiple from file", Select { from_file: true, ..MANY }),
        ("select one from", ONE),
        ("select1", ONE),
        ("select_one_from_file", Select { from_file: true, ..ONE }),
        ("select_multiple_from_file", Select { from_file: true, ..MANY }),
        ("select_one_external", Select { external: true, ..ONE }),
        ("select one external", Select { external: true, ..ONE }),
        ("select_one", ONE),
        ("select one", ONE),
        ("select_multiple", MANY),
        ("select all that apply", MANY),
        ("rank", Select { kind: "rank", from_file: false, external: false }),
    ]
};

/// Settings that may stand in the survey as rows.
const SETTINGS: [(&str, &str); 5] = [("form_title", "title"), ("set_form_title", "title"), ("form_id", "id_string"), ("set_form_id", "id_string"), ("prefix", "prefix")];

const fn plain(spellings: &'static [&'static str], kind: &'static str) -> Plain {
    Plain { spellings, kind, shown: true, fit: Fit::Full, brings: None }
}

const fn silent(spellings: &'static [&'static str], kind: &'static str) -> Plain {
    Plain { shown: false, ..plain(spellings, kind) }
}

const fn less(plain: Plain, fit: Fit) -> Plain {
    Plain { fit, ..plain }
}

const fn with(plain: Plain, constraint: &'static str, hint: &'static str) -> Plain {
    Plain { brings: Some((constraint, hint)), ..plain }
}

/// All types without a list.
pub const PLAIN: &[Plain] = &[
    plain(&["text", "string", "q string", "add text prompt"], "text"),
    plain(&["integer", "int", "q int", "add integer prompt"], "integer"),
    plain(&["decimal", "q decimal", "add decimal prompt"], "decimal"),
    plain(&["range"], "range"),
    plain(&["date", "q date", "add date prompt"], "date"),
    plain(&["time"], "time"),
    plain(&["dateTime", "datetime", "date time", "q date time", "q dateTime", "add date time prompt", "add dateTime prompt"], "datetime"),
    plain(&["acknowledge", "trigger", "q acknowledge", "add acknowledge prompt"], "acknowledge"),
    plain(&["note", "q note", "add note prompt"], "note"),
    plain(&["barcode", "q barcode", "add barcode prompt"], "barcode"),
    less(plain(&["geopoint", "location", "gps", "q geopoint", "q location", "add location prompt"], "geopoint"), Fit::Typed),
    less(plain(&["geotrace", "q geotrace"], "geotrace"), Fit::Typed),
    less(plain(&["geoshape", "q geoshape"], "geoshape"), Fit::Typed),
    less(plain(&["image", "photo", "q image", "q picture", "add image prompt", "add photo prompt"], "image"), Fit::Attached),
    less(plain(&["audio", "q audio", "add audio prompt"], "audio"), Fit::Attached),
    less(plain(&["video", "q video", "add video prompt"], "video"), Fit::Attached),
    less(plain(&["file", "add file prompt"], "file"), Fit::Attached),
    less(plain(&["osm"], "file"), Fit::Attached),
    with(plain(&["percentage"], "integer"), "0 <= . and . <= 100", ""),
    with(plain(&["phone number"], "text"), "regex(., '^\\d*$')", "Enter numbers only."),
    with(plain(&["number of days in last month"], "integer"), "0 <= . and . <= 31", "Enter a number 0-31."),
    with(plain(&["number of days in last six months"], "integer"), "0 <= . and . <= 183", "Enter a number 0-183."),
    with(plain(&["number of days in last year"], "integer"), "0 <= . and . <= 365", "Enter a number 0-365."),
    silent(&["calculate", "q calculate", "add calculate prompt"], "calculate"),
    silent(&["hidden"], "hidden"),
    silent(&["start", "start time", "get start time"], "start"),
    silent(&["end", "end time", "get end time"], "end"),
    silent(&["today", "get today"], "today"),
    silent(&["deviceid", "imei", "device id", "get device id", "uri:deviceid"], "deviceid"),
    silent(&["username", "uri:username"], "username"),
    silent(&["email", "uri:email"], "email"),
    silent(&["phonenumber", "get phone number", "uri:phonenumber"], "phonenumber"),
    less(silent(&["subscriberid", "subscriber id", "get subscriber id", "uri:subscriberid"], "hidden"), Fit::Empty),
    less(silent(&["simserial", "sim id", "get sim id", "uri:simserial"], "hidden"), Fit::Empty),
    less(silent(&["start-geopoint"], "hidden"), Fit::Empty),
    less(silent(&["background-geopoint"], "hidden"), Fit::Empty),
    less(silent(&["background-audio"], "hidden"), Fit::Empty),
    less(silent(&["audit"], "hidden"), Fit::Kept),
];

/// Reads a type. Blanks in it are single.
pub fn written(text: &str) -> Written<'_> {
    if let Some((_, setting)) = SETTINGS.iter().find(|(name, _)| *name == text) {
        return Written::Setting(setting);
    }
    if let Some(kind) = ["csv-external", "xml-external"].into_iter().find(|kind| *kind == text) {
        return Written::External(kind);
    }
    if let Some(container) = container(text) {
        return container;
    }
    if let Some(select) = SELECTS.iter().find_map(|(command, select)| list(text, command, *select)) {
        return select;
    }
    let name = if text.starts_with("osm ") { "osm" } else { text };
    PLAIN.iter().find(|plain| plain.spellings.contains(&name)).map_or(Written::Unknown, Written::Plain)
}

fn container(text: &str) -> Option<Written<'_>> {
    if let Some(rest) = text.strip_prefix("end").and_then(|rest| rest.strip_prefix([' ', '_'])) {
        return CONTAINERS.iter().find(|(name, _)| *name == rest).map(|(_, container)| Written::End(*container));
    }
    let rest = text.strip_prefix("begin")?.strip_prefix([' ', '_'])?;
    CONTAINERS.iter().find_map(|(name, container)| {
        let list = rest.strip_prefix(name)?;
        if list.is_empty() {
            return Some(Written::Begin(*container, None));
        }
        let list = list.strip_prefix(' ')?;
        let list = list.strip_prefix("over ").unwrap_or(list);
        (!list.is_empty() && !list.contains(' ')).then_some(Written::Begin(*container, Some(list)))
    })
}

fn list<'t>(text: &'t str, command: &str, select: Select) -> Option<Written<'t>> {
    let rest = text.strip_prefix(command)?.strip_prefix(' ')?;
    let other = ["or specify other", "or_other", "or other"].into_iter().find_map(|other| rest.strip_suffix(other)?.strip_suffix(' '));
    let list = other.unwrap_or(rest);
    (!list.is_empty() && !list.contains(char::is_whitespace)).then_some(Written::Select { select, list, or_other: other.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::check::TYPES;

    #[test]
    fn every_type_is_one_that_the_engine_has() {
        for plain in PLAIN {
            assert!(TYPES.iter().any(|(name, ..)| *name == plain.kind), "{}", plain.kind);
        }
    }

    #[test]
    fn spellings_are_told_apart() {
        assert_eq!(written("begin_group"), Written::Begin(Container::Group, None));
        assert_eq!(written("begin loop over c1"), Written::Begin(Container::Loop, Some("c1")));
        assert_eq!(written("end looped group"), Written::End(Container::Repeat));
        assert!(matches!(written("select one from yes_no or specify other"), Written::Select { list: "yes_no", or_other: true, .. }));
        assert!(matches!(written("select_one_from_file a.csv"), Written::Select { select: Select { from_file: true, .. }, list: "a.csv", .. }));
        assert!(matches!(written("int"), Written::Plain(Plain { kind: "integer", .. })));
        assert_eq!(written("begin dancing"), Written::Unknown);
        assert_eq!(written("select_one"), Written::Unknown);
    }
}
