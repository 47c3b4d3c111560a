//! Going to a question by words of its label, without tone marks.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::{Field, shorten};
use super::super::keys::Command;
use super::super::theme;
use super::interview::InterviewScreen;
use crate::interview::outline::{self, Line};
use crate::locale::{Lang, fold, say::answering, say::screen as s};
use crossterm::event::KeyEvent;

/// A search among the questions. Their labels are gathered once; a key only looks through them.
pub struct Find {
    field: Field,
    questions: Vec<Question>,
    found: Vec<usize>,
    at: usize,
}

struct Question {
    path: String,
    label: String,
    folded: String,
}

impl Find {
    /// Among the questions that are asked now.
    pub fn new(screen: &InterviewScreen, shared: &Shared) -> Self {
        let mut questions = Vec::new();
        for section in &screen.sections {
            for line in outline::lines(&screen.interview, section) {
                if let (Line::Question(row, node), Some(path)) = (line, screen.path_of(line)) {
                    let label = screen.say((row, node), "label", shared);
                    let number = screen.interview.derived().instance.row(row).position;
                    let folded = fold::fold(&label);
                    let label = if path.contains('/') { format!("{label} · {}", s::row_number(shared.lang, number)) } else { label };
                    questions.push(Question { path, label, folded });
                }
            }
        }
        let mut find = Self { field: Field::default(), questions, found: Vec::new(), at: 0 };
        find.filter();
        find
    }

    /// What was typed in full first, then what begins so, then what has a word that does.
    fn filter(&mut self) {
        let query = fold::Query::new(self.field.text());
        let start = fold::fold(self.field.text());
        self.found = (0..self.questions.len()).filter(|at| query.matches(&self.questions[*at].folded)).collect();
        let rank = |at: &usize| fold::rank(&self.questions[*at].folded, &start);
        self.found.sort_by_cached_key(rank);
        self.at = 0;
    }

    /// What is typed.
    pub fn text(&self) -> &str {
        self.field.text()
    }

    /// The path of the question pointed at.
    pub fn target(&self) -> Option<&str> {
        self.found.get(self.at).map(|at| self.questions[*at].path.as_str())
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>) {
        if !draw::select(&mut self.at, command, self.found.len()) && command.is_none() && Field::takes(key) && self.field.key(key) {
            self.filter();
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.filter();
    }

    /// Draws it.
    pub fn view(&self, lang: Lang, frame: &mut Frame<'_>) {
        let inside = draw::popup(frame, 72, 14, &s::find_title(lang));
        let count = answering::found_of(lang, self.found.len(), self.questions.len());
        let room = (inside.width as usize).saturating_sub(unicode_width::UnicodeWidthStr::width(count.as_str()) + 2);
        let (text, column) = self.field.window(room.max(4));
        draw::line(frame, inside, 0, &format!("{} {count}", draw::pad(&text, room)), theme::field());
        let body = ratatui::layout::Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
        draw::list(frame, body, self.found.len(), self.at, |at| shorten(&self.questions[self.found[at]].label, inside.width as usize));
        frame.set_cursor_position((inside.x + column as u16, inside.y));
    }
}
