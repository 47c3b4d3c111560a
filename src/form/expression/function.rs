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
    Count, CountNonEmpty, Position, IndexedRepeat,
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
}

const MANY: usize = 255;

const fn row(name: &'static str, function: Function, least: usize, most: usize, gives: Type) -> Signature {
    Signature { name, function, least, most, gives }
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
        row("number", F::Number, 1, 1, Number),
        row("int", F::Int, 1, 1, Number),
        row("round", F::Round, 1, 2, Number),
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
        row("sum", F::Sum, 1, MANY, Number),
        row("random", F::Random, 0, 0, Number),
        row("pi", F::Pi, 0, 0, Number),
        row("string", F::Text, 1, 1, Text),
        row("concat", F::Concat, 1, MANY, Text),
        row("join", F::Join, 2, MANY, Text),
        row("substr", F::Substr, 2, 3, Text),
        row("string-length", F::StringLength, 1, 1, Number),
        row("contains", F::Contains, 2, 2, Boolean),
        row("starts-with", F::StartsWith, 2, 2, Boolean),
        row("ends-with", F::EndsWith, 2, 2, Boolean),
        row("substring-before", F::SubstringBefore, 2, 2, Text),
        row("substring-after", F::SubstringAfter, 2, 2, Text),
        row("translate", F::Translate, 3, 3, Text),
        row("normalize-space", F::NormalizeSpace, 1, 1, Text),
        row("regex", F::Regex, 2, 2, Boolean),
        row("uuid", F::Uuid, 0, 0, Text),
        row("count", F::Count, 1, 1, Number),
        row("count-non-empty", F::CountNonEmpty, 1, 1, Number),
        row("position", F::Position, 1, 1, Number),
        row("indexed-repeat", F::IndexedRepeat, 3, 7, Any),
        row("today", F::Today, 0, 0, Date),
        row("now", F::Now, 0, 0, Date),
        row("date", F::Date, 1, 1, Date),
        row("date-time", F::DateTime, 1, 1, Date),
        row("format-date", F::FormatDate, 2, 2, Text),
        row("format-date-time", F::FormatDate, 2, 2, Text),
        row("decimal-date-time", F::DecimalDateTime, 1, 1, Number),
        row("decimal-time", F::DecimalTime, 1, 1, Number),
        row("lookup", F::Lookup, 3, 3, Any),
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
