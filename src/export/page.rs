//! Pages of text and tables: what the writers of HTML and DOCX share.

use crate::locale::Lang;

/// A document.
#[derive(Clone, Debug)]
pub struct Page {
    /// In which language.
    pub lang: Lang,
    /// What it is: a browser's title and the document's property.
    pub title: String,
    /// Whether it lies on its side.
    pub landscape: bool,
    /// What stands on it.
    pub blocks: Vec<Block>,
}

/// A piece of a document.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading: its level from 1, its text, and the name under which links find it (may be empty).
    Heading(u8, String, String),
    /// A paragraph.
    Text(Paragraph),
    /// A table.
    Grid(Grid),
    /// Bars.
    Bars(Bars),
}

/// Where a paragraph stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
    /// On both sides, its first line set in: running text.
    Both,
}

/// A paragraph.
#[derive(Clone, Debug, Default)]
pub struct Paragraph {
    /// Its text.
    pub runs: Vec<Run>,
    /// Where it stands.
    pub align: Align,
    /// Whether it stays on the page of what follows.
    pub keep: bool,
}

/// Text of one look.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// The text; a line end is one.
    pub text: String,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// The name of the heading that it leads to; empty for none.
    pub link: String,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The share of the width that each column takes.
    pub widths: Vec<u16>,
    /// How many rows are its head, repeated on every page.
    pub head: usize,
    /// Its rows; a slot that lies under one of a row above is not written again.
    pub rows: Vec<Vec<Slot>>,
    /// By row: the name under which links find it. May be shorter than the rows, and a name empty.
    pub names: Vec<String>,
    /// Whether it has lines.
    pub lines: bool,
    /// The size of its text in points.
    pub size: u8,
    /// Whether a narrow screen shows a row as a card, each cell under the name of its column.
    pub cards: bool,
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub struct Slot {
    /// What stands in it.
    pub text: Vec<Paragraph>,
    /// How many columns it spans.
    pub columns: u16,
    /// How many rows it spans.
    pub rows: u16,
}

/// Bars with their names.
#[derive(Clone, Debug)]
pub struct Bars {
    /// What they show.
    pub title: String,
    /// Name and length.
    pub bars: Vec<(String, f64)>,
    /// Where a line is drawn.
    pub mark: f64,
}

impl Paragraph {
    /// Plain text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { runs: vec![Run::new(text)], ..Self::default() }
    }

    /// Several runs.
    pub fn of(runs: Vec<Run>) -> Self {
        Self { runs, ..Self::default() }
    }

    /// Bold text.
    pub fn bold(text: impl Into<String>) -> Self {
        Self::of(vec![Run::bold(text)])
    }

    /// Italic text.
    pub fn italic(text: impl Into<String>) -> Self {
        Self::of(vec![Run { italic: true, ..Run::new(text) }])
    }

    /// Elsewhere.
    pub fn at(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// Kept on the page of what follows.
    pub fn kept(self) -> Self {
        Self { keep: true, ..self }
    }
}

impl Run {
    /// Plain text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Bold text.
    pub fn bold(text: impl Into<String>) -> Self {
        Self { bold: true, ..Self::new(text) }
    }
}

impl Slot {
    /// One paragraph.
    pub fn new(paragraph: Paragraph) -> Self {
        Self { text: vec![paragraph], columns: 1, rows: 1 }
    }

    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Paragraph::new(text))
    }

    /// Bold, in the middle: a head's.
    pub fn head(text: impl Into<String>) -> Self {
        Self::new(Paragraph::bold(text).at(Align::Centre))
    }

    /// Plain text elsewhere.
    pub fn at(align: Align, text: impl Into<String>) -> Self {
        Self::new(Paragraph::new(text).at(align))
    }

    /// Over several columns and rows.
    pub fn over(self, columns: u16, rows: u16) -> Self {
        Self { columns, rows, ..self }
    }
}

impl Grid {
    /// A table with lines.
    pub fn new(widths: &[u16], size: u8) -> Self {
        Self { widths: widths.to_vec(), head: 1, rows: Vec::new(), names: Vec::new(), lines: true, size, cards: false }
    }
}

/// Appends text in which XML's signs mean themselves; characters that XML cannot hold are left out.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || c == '\u{fffe}' || c == '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

/// The same as a text of its own.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(text, &mut out);
    out
}
