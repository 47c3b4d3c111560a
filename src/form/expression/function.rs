//! The functions: names, how many arguments they take, and what they give. One table.

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
#[rustfmt::skip]
pub enum Function {
    If, Not, True, False, Boolean, BooleanFromString, Coalesce, Once,
    Selected, SelectedAt, CountSelected, ChoiceName,
    Number, Int, Round, Floor, Ceiling, Abs, Pow, Sqrt, Exp, Log, Log10, Min, Max, Sum, Random, Pi,
    Text, Concat, Join, Substr, StringLength, Contains, StartsWith, EndsWith, SubstringBefore, SubstringAfter,
    Translate, NormalizeSpace, Regex, Uuid,
    Count, CountNonEmpty, Position, Last, IndexedRepeat, Randomize,
    Checklist, WeightedChecklist, Digest, Base64Decode, ExtractSigned, IText,
    Sin, Cos, Tan, Asin, Acos, Atan, Atan2, Exp10, Area, Distance, Geofence, Intersects, Substring, Version,
    Today, Now, Date, DateTime, FormatDate, DecimalDateTime, DecimalTime,
    Lookup, PullData, Latest, Rows, WordsVi,
}

/// What an expression gives, as far as it is known without answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Depends on the answers.
    Any,
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A date or moment.
    Date,
    /// A table of rows: only `lookup` and `choices` take one.
    Table,
}

/// A row of the function table.
#[derive(Debug)]
pub struct Signature {
    /// As it is written.
    pub name: &'static str,
    /// Which function.
    pub function: Function,
    /// Fewest arguments.
    pub least: usize,
    /// Most arguments.
    pub most: usize,
    /// What it gives.
    pub gives: Type,
    /// What its first argument must be.
    pub wants: Want,
}

/// What a function's first argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Any value.
    Value,
    /// A path, not a computed value.
    Nodes,
}

const MANY: usize = 1000;

const fn row(name: &'static str, function: Function, least: usize, most: usize, gives: Type) -> Signature {
    Signature { name, function, least, most, gives, wants: Want::Value }
}

const fn nodes(name: &'static str, function: Function, least: usize, most: usize, gives: Type) -> Signature {
    Signature { name, function, least, most, gives, wants: Want::Nodes }
}

/// Every function.
pub const FUNCTIONS: &[Signature] = {
    use Function as F;
    use Type::{Any, Boolean, Date, Number, Table, Text};
    &[
        row("if", F::If, 3, 3, Any),
        row("not", F::Not, 1, 1, Boolean),
        row("true", F::True, 0, 0, Boolean),
        row("false", F::False, 0, 0, Boolean),
        row("boolean", F::Boolean, 1, 1, Boolean),
        row("boolean-from-string", F::BooleanFromString, 1, 1, Boolean),
        row("coalesce", F::Coalesce, 2, MANY, Any),
        row("once", F::Once, 1, 1, Any),
        row("selected", F::Selected, 2, 2, Boolean),
        row("selected-at", F::SelectedAt, 2, 2, Text),
        row("count-selected", F::CountSelected, 1, 1, Number),
        row("jr:choice-name", F::ChoiceName, 2, 2, Text),
        row("int", F::Int, 1, 1, Number),
        row("floor", F::Floor, 1, 1, Number),
        row("ceiling", F::Ceiling, 1, 1, Number),
        row("abs", F::Abs, 1, 1, Number),
        row("pow", F::Pow, 2, 2, Number),
        row("sqrt", F::Sqrt, 1, 1, Number),
        row("exp", F::Exp, 1, 1, Number),
        row("log", F::Log, 1, 1, Number),
        row("log10", F::Log10, 1, 1, Number),
        row("min", F::Min, 1, MANY, Number),
        row("max", F::Max, 1, MANY, Number),
        row("random", F::Random, 0, 0, Number),
        row("pi", F::Pi, 0, 0, Number),
        row("substr", F::Substr, 2, 3, Text),
        row("contains", F::Contains, 2, 2, Boolean),
        row("starts-with", F::StartsWith, 2, 2, Boolean),
        row("ends-with", F::EndsWith, 2, 2, Boolean),
        row("substring-before", F::SubstringBefore, 2, 2, Text),
        row("substring-after", F::SubstringAfter, 2, 2, Text),
        row("translate", F::Translate, 3, 3, Text),
        row("uuid", F::Uuid, 0, 1, Text),
        row("date", F::Date, 1, 1, Date),
        row("date-time", F::DateTime, 1, 1, Date),
        row("format-date", F::FormatDate, 2, 2, Text),
        row("format-date-time", F::FormatDate, 2, 2, Text),
        row("decimal-date-time", F::DecimalDateTime, 1, 1, Number),
        row("decimal-time", F::DecimalTime, 1, 1, Number),
        row("lookup", F::Lookup, 3, 3, Any),
        row("number", F::Number, 0, 1, Number),
        row("string", F::Text, 0, 1, Text),
        row("string-length", F::StringLength, 0, 1, Number),
        row("normalize-space", F::NormalizeSpace, 0, 1, Text),
        row("join", F::Join, 1, MANY, Text),
        row("concat", F::Concat, 0, MANY, Text),
        row("substring", F::Substring, 2, 3, Text),
        row("regex", F::Regex, 2, 2, Boolean),
        row("digest", F::Digest, 2, 3, Text),
        row("base64-decode", F::Base64Decode, 1, 1, Text),
        row("extract-signed", F::ExtractSigned, 2, 2, Text),
        row("jr:itext", F::IText, 1, 1, Text),
        row("round", F::Round, 1, 2, Number),
        row("sin", F::Sin, 1, 1, Number),
        row("cos", F::Cos, 1, 1, Number),
        row("tan", F::Tan, 1, 1, Number),
        row("asin", F::Asin, 1, 1, Number),
        row("acos", F::Acos, 1, 1, Number),
        row("atan", F::Atan, 1, 1, Number),
        row("atan2", F::Atan2, 2, 2, Number),
        row("exp10", F::Exp10, 1, 1, Number),
        row("checklist", F::Checklist, 2, MANY, Boolean),
        row("weighted-checklist", F::WeightedChecklist, 2, MANY, Boolean),
        row("area", F::Area, 1, 1, Number),
        row("enclosed-area", F::Area, 1, 1, Number),
        row("distance", F::Distance, 1, MANY, Number),
        row("geofence", F::Geofence, 2, 2, Boolean),
        row("intersects", F::Intersects, 1, 1, Boolean),
        nodes("count", F::Count, 1, 1, Number),
        nodes("count-non-empty", F::CountNonEmpty, 1, 1, Number),
        nodes("sum", F::Sum, 1, 1, Number),
        nodes("position", F::Position, 0, 1, Number),
        row("last", F::Last, 0, 0, Number),
        nodes("randomize", F::Randomize, 1, 2, Any),
        row("indexed-repeat", F::IndexedRepeat, 3, 9, Any),
        row("today", F::Today, 0, 0, Date),
        row("now", F::Now, 0, 0, Date),
        row("version", F::Version, 0, 0, Text),
        row("pulldata", F::PullData, 4, 4, Any),
        row("latest", F::Latest, 3, 4, Any),
        row("rows", F::Rows, 3, 3, Table),
        row("words_vi", F::WordsVi, 1, 1, Text),
    ]
};

/// The row of a function by its written name.
pub fn signature(name: &str) -> Option<&'static Signature> {
    FUNCTIONS.iter().find(|row| row.name == name)
}

/// Functions whose result must be kept as an answer, since computing it again would give another.
pub const KEPT: &[Function] = &[Function::Once, Function::Random, Function::Uuid];

/// Functions that take values from other records: only where a value is taken once.
pub const FROM_RECORDS: &[Function] = &[Function::Latest, Function::Rows];
