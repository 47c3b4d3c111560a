//! A problem of a form file, shown with its line, a caret and a hint.

use super::draft::Source;
use crate::locale::{Lang, Text, say};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// Whether a form with this problem can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// No.
    Error,
    /// Yes, but something is likely wrong.
    Warning,
}

/// A problem and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// Where, in bytes of the source.
    pub place: Range<usize>,
    /// What is wrong.
    pub what: Text,
    /// What to do; may be empty.
    pub hint: Text,
}

impl Problem {
    /// An error.
    pub fn error(place: Range<usize>, what: Text) -> Self {
        Self { severity: Severity::Error, place, what, hint: Text::default() }
    }

    /// A warning.
    pub fn warning(place: Range<usize>, what: Text) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, what) }
    }

    /// With "did you mean", when something is near.
    pub fn near(self, name: Option<String>) -> Self {
        match name {
            Some(name) => Self { hint: Text::both(|lang| say::form::did_you_mean(lang, &name)), ..self },
            None => self,
        }
    }

    /// Line and column, both from 1, the column in characters.
    pub fn line_column(&self, source: &Source) -> (usize, usize) {
        let before = source.text.get(..self.place.start).unwrap_or(&source.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The problem with its line of source and a caret; of a workbook, with its cell's address and text.
    pub fn render(&self, source: &Source, lang: Lang) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR.with_name(say::form::error(lang)),
            Severity::Warning => Level::WARNING.with_name(say::form::warning(lang)),
        };
        let group = level.primary_title(self.what.get(lang));
        let mut group: Group<'_> = match source.address(self.place.start) {
            Some((cell, address)) => group.element(Origin::path(format!("{} {address}", source.name))).element(self.cell_snippet(source, cell)),
            None => group.element(self.annotated(Snippet::source(&*source.text).path(&source.name), 0..source.text.len())),
        };
        if !self.hint.is_empty() {
            group = group.element(Level::HELP.with_name(say::form::help(lang)).message(self.hint.get(lang)));
        }
        let rendered = Renderer::plain().render(&[group]);
        // Between an address and a text without a path of its own, the renderer says that another file begins.
        rendered.lines().filter(|line| line.trim() != ":::").collect::<Vec<_>>().join("\n")
    }

    /// The text of a workbook's cell; where a spreadsheet has line numbers, its row.
    fn cell_snippet<'s>(&self, source: &'s Source, cell: &Range<usize>) -> Snippet<'s, Annotation<'s>> {
        let text = source.text.get(cell.clone()).unwrap_or_default();
        let row = source.address(cell.start).and_then(|(_, address)| address.rsplit_once(|c: char| !c.is_ascii_digit())?.1.parse().ok());
        self.annotated(Snippet::source(text).line_start(row.unwrap_or(1)), cell.clone())
    }

    /// The place as a part of the text that a snippet shows.
    fn annotated<'s>(&self, snippet: Snippet<'s, Annotation<'s>>, shown: Range<usize>) -> Snippet<'s, Annotation<'s>> {
        let inside = |at: usize| at.clamp(shown.start, shown.end) - shown.start;
        let (start, end) = (inside(self.place.start), inside(self.place.end));
        snippet.annotation(AnnotationKind::Primary.span(start..end.max(start)))
    }
}

/// Renders all problems, errors first.
pub fn render_all(problems: &[Problem], source: &Source, lang: Lang) -> String {
    let mut sorted: Vec<_> = problems.iter().collect();
    sorted.sort_by_key(|p| (p.severity, p.place.start));
    sorted.iter().map(|p| p.render(source, lang)).collect::<Vec<_>>().join("\n\n")
}
