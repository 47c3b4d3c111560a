//! What tables of a data set hold: typed columns, filled row by row.

/// What a column holds; every column may have blanks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// UTF-8 text.
    Text,
    /// A double.
    Number,
    /// A whole number.
    Whole,
    /// Yes or no.
    Flag,
}

/// A table: its name and its columns.
pub type Shape = (&'static str, &'static [(&'static str, Type)]);

/// One line for every record that was handed in.
pub const RECORDS: Shape = (
    "records",
    &[
        ("record", Type::Text),
        ("form", Type::Text),
        ("version", Type::Whole),
        ("state", Type::Text),
        ("conflicts", Type::Whole),
        ("warnings", Type::Whole),
        ("person", Type::Text),
        ("device", Type::Text),
        ("saved_at", Type::Text),
        ("day", Type::Text),
        ("subject", Type::Text),
        ("summary", Type::Text),
    ],
);

/// One line for every relevant answer and every computed value.
pub const ANSWERS: Shape = (
    "answers",
    &[
        ("record", Type::Text),
        ("form", Type::Text),
        ("path", Type::Text),
        ("question", Type::Text),
        ("row_path", Type::Text),
        ("computed", Type::Flag),
        ("text_value", Type::Text),
        ("number_value", Type::Number),
    ],
);

/// One line for every reading of every target in every period.
pub const INDICATORS: Shape = (
    "indicators",
    &[
        ("period", Type::Text),
        ("from_day", Type::Text),
        ("to_day", Type::Text),
        ("target", Type::Text),
        ("reading", Type::Text),
        ("unit", Type::Text),
        ("sign", Type::Text),
        ("promised", Type::Number),
        ("done", Type::Number),
        ("percent_done", Type::Number),
        ("met", Type::Flag),
        ("records", Type::Whole),
        ("counted_on", Type::Text),
        ("year", Type::Whole),
        ("year_from", Type::Text),
        ("programme_from", Type::Text),
        ("plan", Type::Number),
        ("year_done", Type::Number),
        ("cumulative", Type::Number),
        ("percent_of_plan", Type::Number),
        ("percent_of_programme", Type::Number),
    ],
);

/// One line for every field of every choice of the lists that the programme or its forms name.
pub const LISTS: Shape = ("lists", &[("list", Type::Text), ("name", Type::Text), ("field", Type::Text), ("text_value", Type::Text)]);

/// One line for every record that a figure was counted from.
pub const COUNTED: Shape = ("counted", &[("period", Type::Text), ("target", Type::Text), ("record", Type::Text)]);

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field<'a> {
    /// Nothing.
    Blank,
    /// Text.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Flag(bool),
}
