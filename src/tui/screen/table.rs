//! The rows of a repeat as a table: a row a line, the first column fixed, wide ones scrolling under it.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::theme;
use super::interview::InterviewScreen;
use crate::form::instance::RowId;
use crate::form::{Kind, NodeId};
use crate::interview::derive::Severity;
use crate::interview::{markdown, show};
use crate::locale::say::screen as s;
use ratatui::layout::Rect;

/// The table of one repeat.
pub struct Table {
    /// Its path.
    pub repeat: String,
    at: usize,
    /// How many columns behind the first one are passed over.
    right: usize,
}

/// What is wanted.
pub enum TableStep {
    /// Nothing more.
    Stay,
    /// Back to the questions.
    Close,
    /// To a question.
    Go(String),
    /// A new row.
    Add,
    /// A row like this one.
    Copy(String),
    /// Without this row.
    Delete(String),
    /// The last change taken back.
    Undo,
}

const COLUMN: usize = 14;

impl Table {
    /// Of the repeat at a path.
    pub fn new(repeat: String) -> Self {
        Self { repeat, at: 0, right: 0 }
    }

    fn rows(&self, screen: &InterviewScreen) -> Vec<RowId> {
        let form = screen.interview.form();
        let instance = &screen.interview.derived().instance;
        let scope = form.node_of_path(&self.repeat).and_then(|id| match form.node(id).kind {
            Kind::Repeat(scope) => Some(scope),
            _ => None,
        });
        let start = format!("{}/", self.repeat);
        scope.map_or_else(Vec::new, |scope| instance.rows_of(form, scope).into_iter().filter(|row| instance.row(*row).prefix.starts_with(&start)).collect())
    }

    /// Takes a command.
    pub fn key(&mut self, screen: &InterviewScreen, command: Option<Command>) -> TableStep {
        let rows = self.rows(screen);
        if draw::select(&mut self.at, command, rows.len()) {
            return TableStep::Stay;
        }
        let prefix = |row: &RowId| screen.interview.derived().instance.row(*row).prefix.trim_end_matches('/').to_owned();
        let row = rows.get(self.at).map(prefix);
        match (command, row) {
            (Some(Command::Back), _) => TableStep::Close,
            (Some(Command::Right), _) => {
                self.right = (self.right + 1).min(columns(screen, &self.repeat).len().saturating_sub(2));
                TableStep::Stay
            }
            (Some(Command::Left), _) => {
                self.right = self.right.saturating_sub(1);
                TableStep::Stay
            }
            (Some(Command::AddRow), _) => TableStep::Add,
            (Some(Command::Undo), _) => TableStep::Undo,
            (Some(Command::CopyRow), Some(row)) => TableStep::Copy(row),
            (Some(Command::DeleteRow), Some(row)) => TableStep::Delete(row),
            (Some(Command::Accept), Some(row)) => {
                let first = columns(screen, &self.repeat).first().map(|id| screen.interview.form().node(*id).name.clone()).unwrap_or_default();
                TableStep::Go(format!("{row}/{first}"))
            }
            _ => TableStep::Stay,
        }
    }

    /// Draws it.
    pub fn view(&self, screen: &InterviewScreen, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let form = screen.interview.form();
        let rows = self.rows(screen);
        // The first column stays; wide tables move under it.
        let mut columns = columns(screen, &self.repeat);
        let passed = self.right.min(columns.len().saturating_sub(1));
        columns.drain(columns.len().min(1)..columns.len().min(1 + passed));
        let instance = &screen.interview.derived().instance;
        let label = instance.locate(form, &self.repeat).map_or_else(String::new, |at| screen.say(at, "label", shared));
        draw::heading(frame, area, 0, &format!("{label} · {}", s::rows_count(lang, rows.len())));
        let fitting = (area.width as usize / (COLUMN + 1)).max(2);
        // What a label shows of its row is shown of the first.
        let head = |id: &NodeId| rows.first().map_or_else(|| markdown::plain(form.node(*id).label.get(lang)), |row| screen.say((*row, *id), "label", shared));
        let head: Vec<String> = columns.iter().take(fitting).map(head).collect();
        let head: Vec<(&str, usize)> = head.iter().map(|label| (label.as_str(), COLUMN)).collect();
        draw::line(frame, area, 1, &draw::columns(&head), theme::faint());
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if rows.is_empty() {
            draw::line(frame, body, 0, &s::rows_empty(lang), theme::faint());
        }
        draw::list(frame, body, rows.len(), self.at, |at| {
            let cell = |id: &NodeId| screen.table_cell((rows[at], *id), shared);
            let cells: Vec<String> = columns.iter().take(fitting).map(cell).collect();
            draw::columns(&cells.iter().map(|c| (c.as_str(), COLUMN)).collect::<Vec<_>>())
        });
    }
}

impl InterviewScreen {
    /// An answer in a table, with the mark that it has among the questions.
    fn table_cell(&self, (row, id): (RowId, NodeId), shared: &Shared) -> String {
        let form = self.interview.form();
        let derived = self.interview.derived();
        if !derived.instance.is_relevant(form, row, id) {
            return String::new();
        }
        if let Some(typed) = self.unread.get(&derived.instance.path(form, row, id)) {
            return format!("✗ {typed}");
        }
        let value = derived.value(form, row, id);
        let mark = match (derived.problem_at(row, id), &value) {
            (Some((Severity::Hard, _)), None) => "• ",
            (Some((Severity::Hard, _)), _) => "✗ ",
            (Some(_), _) => "⚠ ",
            (None, _) => "",
        };
        let shown = value.map_or_else(|| "–".to_owned(), |value| show::one_line(&show::answer(form, &derived.instance, (row, id), &value, shared.lang)));
        format!("{mark}{shown}")
    }
}

/// The questions and results of a repeat that have a label.
fn columns(screen: &InterviewScreen, repeat: &str) -> Vec<NodeId> {
    let form = screen.interview.form();
    let Some(Kind::Repeat(scope)) = form.node_of_path(repeat).map(|id| form.node(id).kind) else { return Vec::new() };
    form.scope(scope).nodes.iter().copied().filter(|id| matches!(form.node(*id).kind, Kind::Question | Kind::Calculate) && !form.node(*id).label.is_empty()).collect()
}
