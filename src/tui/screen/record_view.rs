//! How a record is drawn: its answers with the questions about them, beside them its history.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::{shorten, wrap};
use super::super::theme;
use super::super::words;
use super::record::RecordScreen;
use crate::form::Form;
use crate::interview::order::walk;
use crate::interview::show;
use crate::locale::{Lang, date, say::looking as l, say::screen as s};
use crate::record::Revision;
use crate::record::decision::Holding;
use crate::value::{Value, ValueType};
use crate::workbench::related::Related;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;

/// A line of the answers.
pub(super) enum Line {
    /// A heading, an empty line, or what was carried over.
    Text(String),
    /// An answer.
    Answer { path: String, label: String, text: String },
}

impl RecordScreen {
    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let Some(row) = shared.rows.get(&self.record) else { return };
        let subject = if row.subject.is_empty() { String::new() } else { format!(" · {}", shared.summary(&row.subject)) };
        draw::heading(frame, area, 0, &format!("[{}] {} · {}{subject}", words::state(row.state, lang), shared.title(&row.form), row.summary));
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if let Some(compare) = &self.compare {
            return compare.view(self, shared, frame, body);
        }
        // What is asked stands over everything, in its whole length.
        let asked: Vec<String> = self.related.iter().flat_map(|related| asked(related, self, lang)).collect();
        let shown = wrap(&asked.join("\n"), body.width as usize);
        let high = (shown.len() as u16).min(body.height / 3);
        for (at, text) in shown.iter().take(high as usize).enumerate() {
            draw::line(frame, body, at as u16, text, theme::warning());
        }
        let high = if asked.is_empty() { 0 } else { high + 1 };
        let body = Rect { y: body.y + high, height: body.height.saturating_sub(high), ..body };
        let [left, right] = Layout::horizontal([Constraint::Percentage(56), Constraint::Percentage(44)]).spacing(2).areas(body);
        self.view_answers(shared, frame, left);
        self.view_history(shared, frame, right);
        if let Some((why, scroll)) = &self.why {
            let inside = draw::popup(frame, 90, frame.area().height.saturating_sub(4), &l::why_title(lang));
            draw::text(frame, inside, &why[(*scroll).min(why.len().saturating_sub(1))..].join("\n"));
        }
        if let Some(ask) = &self.asking {
            ask.view(frame);
        }
    }

    fn view_answers(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lines = self.lines(shared);
        let here = lines.iter().position(|line| matches!(line, Line::Answer { path, .. } if Some(path) == self.selected.as_ref()));
        let first = here.map_or(0, |at| draw::scroll(at, area.height as usize, lines.len()));
        for (row, (at, line)) in lines.iter().enumerate().skip(first).take(area.height as usize).enumerate() {
            let (text, style) = match line {
                Line::Text(text) => (text.clone(), Style::default()),
                Line::Answer { label, text, .. } => (format!("{label}: {text}"), if here == Some(at) { theme::selected() } else { Style::default() }),
            };
            draw::line(frame, area, row as u16, &shorten(&text, area.width as usize), style);
            if matches!(line, Line::Answer { .. }) {
                draw::mark_row(area, row as u16, answers_between(&lines, here, at));
            }
        }
    }

    fn view_history(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let revisions = self.history.revisions();
        draw::heading(frame, area, 0, &s::history_title(lang, revisions.len()));
        let mut row = 1;
        for (at, revision) in revisions.iter().enumerate().rev() {
            draw::line(frame, area, row, &who(revision, lang), theme::strong());
            row += 1;
            for text in self.said(at, lang) {
                draw::line(frame, area, row, &shorten(&format!("  {text}"), area.width as usize), Style::default());
                row += 1;
            }
            let before = at.checked_sub(1).map(|b| &revisions[b]);
            for path in revision.wrote.iter().filter(|p| !p.ends_with('#')).take(if at == 0 { 0 } else { 8 }) {
                let (old, new) = (before.and_then(|b| b.answers.get(path)), revision.answers.get(path));
                let text = match &self.related {
                    Some(related) => {
                        let form = &related.form;
                        format!("  {}: {} → {}", show::path(form, &revision.answers, path, lang), shown(form, path, old, shared), shown(form, path, new, shared))
                    }
                    None => format!("  {path}"),
                };
                draw::line(frame, area, row, &shorten(&text, area.width as usize), Style::default());
                row += 1;
            }
            if at == 0 {
                draw::line(frame, area, row, &format!("  {}", s::first_revision(lang, revision.wrote.len())), theme::faint());
            }
        }
    }

    /// What a revision says in words, and whether its decision still holds.
    fn said(&self, at: usize, lang: Lang) -> Vec<String> {
        let revision = &self.history.revisions()[at];
        let said = revision.argument("reason").or(revision.argument("comment")).map(|said| format!("“{}”", show::one_line(said)));
        let label = |path: &str| self.related.as_ref().map_or_else(|| path.to_owned(), |related| show::path(&related.form, &revision.answers, path, lang));
        let about = revision.argument("question").filter(|path| !path.is_empty()).map(|path| l::about(lang, label(path)));
        let by = |by: usize| &self.history.revisions()[by].person;
        let holding = match self.history.holding(at) {
            Holding::TakenBack(other) => Some(l::taken_back_by(lang, by(other))),
            Holding::Lapsed(other) => Some(l::lapsed_by(lang, by(other))),
            _ => None,
        };
        about.into_iter().chain(said).chain(holding).collect()
    }
}

/// Steps over answers from the selected one to another, for the mouse.
fn answers_between(lines: &[Line], here: Option<usize>, at: usize) -> isize {
    let count = |range: std::ops::Range<usize>| lines[range].iter().filter(|line| matches!(line, Line::Answer { .. })).count() as isize;
    match here {
        None => count(0..at) + 1,
        Some(here) if here <= at => count(here..at),
        Some(here) => -count(at..here),
    }
}

/// A value as people read it; another record by what it is called.
pub(super) fn shown(form: &Form, path: &str, value: Option<&Value>, shared: &Shared) -> String {
    let other = value.and_then(|value| shared.rows.get(&value.plain()));
    other.map_or_else(|| show::one_line(&show::at_path(form, path, value, shared.lang)), |row| row.summary.to_string())
}

/// When, what, who, on which laptop.
pub(super) fn who(revision: &Revision, lang: Lang) -> String {
    let when = date::local(revision.at.time()).format("%d/%m/%Y %H:%M");
    let device = revision.device.split('-').next().unwrap_or_default();
    format!("{when} {} · {} · {device}", words::act(&revision.act, lang), revision.person)
}

/// The questions that wait for an answer.
fn asked(related: &Related, screen: &RecordScreen, lang: Lang) -> Vec<String> {
    let line = |revision: &Revision| {
        let about = show::path(&related.form, &revision.answers, revision.argument("question").unwrap_or_default(), lang);
        let comment = show::one_line(revision.argument("comment").unwrap_or_default());
        format!("? {}: “{comment}”", l::asks(lang, &revision.person, about))
    };
    screen.questions().map(line).collect()
}

/// The answers of a record, headed by what became of earlier versions.
pub(super) fn lines(related: &Related, screen: &RecordScreen, shared: &Shared) -> Vec<Line> {
    let mut lines: Vec<Line> = screen.migrated.iter().map(|text| Line::Text(text.get(shared.lang).to_owned())).collect();
    lines.extend(answers(related, shared));
    lines
}

fn answers(related: &Related, shared: &Shared) -> Vec<Line> {
    let lang = shared.lang;
    let form = &related.form;
    let mut lines = Vec::new();
    walk(form, &related.instance, &mut |row, id| {
        let node = form.node(id);
        if !related.instance.is_relevant(form, row, id) || node.label.is_empty() {
            return;
        }
        if node.kind == crate::form::Kind::Group && node.parent.is_none() {
            lines.push(Line::Text(String::new()));
            lines.push(Line::Text(format!("— {}", show::label(form, &related.instance, (row, id), lang))));
        }
        if let Some(value) = related.instance.read(form, row, id).to_value(node.value) {
            let number = related.instance.row(row).position;
            let prefix = if row == crate::form::instance::ROOT_ROW { String::new() } else { format!("{number}. ") };
            let text = if node.value == ValueType::Reference { shared.summary(&value.plain()) } else { show::answer(form, &related.instance, (row, id), &value, lang) };
            let label = format!("{prefix}{}", show::label(form, &related.instance, (row, id), lang));
            lines.push(Line::Answer { path: related.instance.path(form, row, id), label, text: show::one_line(&text) });
        }
    });
    lines
}
