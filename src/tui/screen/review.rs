//! The whole form on one scroll before it is handed in: problems first, what changed since last time marked.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::theme;
use super::ask::Ask;
use super::interview::InterviewScreen;
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::{Kind, NodeId};
use crate::interview::derive::Severity;
use crate::interview::order::walk;
use crate::interview::show;
use crate::locale::{Text, say::screen as s};
use ratatui::layout::Rect;
use ratatui::style::Style;

enum Item {
    Heading(Text),
    Problem { path: String, label: Text, message: Text, severity: Severity, reason: Option<String> },
    Answer { path: String, label: Text, value: Text, changed: bool },
}

/// The review.
pub struct Review {
    items: Vec<Item>,
    at: usize,
    problems: usize,
    /// The file that minutes are written into is asked for.
    pub asking: Option<Ask<()>>,
}

impl Review {
    /// Of an interview as it stands.
    pub fn new(screen: &InterviewScreen) -> Self {
        let interview = &screen.interview;
        let form = interview.form();
        let instance = &interview.derived().instance;
        // A row of a repeat says which it is.
        let label = |row: RowId, id: NodeId| {
            if form.node(id).label.is_empty() {
                return Text::plain(form.node(id).name.clone());
            }
            let number = if row == ROOT_ROW { String::new() } else { format!("{}. ", instance.row(row).position) };
            Text::both(|lang| number.clone() + &show::label(form, instance, (row, id), lang))
        };
        let mut items: Vec<Item> = Vec::new();
        let unread = screen.unread.iter().filter_map(|(path, text)| {
            instance.locate(form, path).map(|(row, id)| Item::Problem {
                path: path.clone(),
                label: label(row, id),
                message: screen.refused.get(path).cloned().unwrap_or_else(|| Text::both(|l| s::not_understood(l, text))),
                severity: Severity::Hard,
                reason: None,
            })
        });
        items.extend(unread);
        let mut findings: Vec<_> = interview.findings().into_iter().filter(|f| !screen.unread.contains_key(&f.path)).collect();
        findings.sort_by_key(|f| (f.severity, interview.notes().contains_key(&f.path)));
        items.extend(findings.iter().map(|f| Item::Problem {
            path: f.path.clone(),
            label: label(f.row, f.node),
            message: f.message.clone(),
            severity: f.severity,
            reason: interview.notes().get(&f.path).cloned(),
        }));
        let problems = items.iter().filter(|i| matches!(i, Item::Problem { reason: None, .. })).count();
        let changed = interview.changed();
        walk(form, instance, &mut |row, id| {
            let node = form.node(id);
            if !instance.is_relevant(form, row, id) || node.label.is_empty() {
                return;
            }
            if node.kind == Kind::Group && node.parent.is_none() {
                // A heading only over something.
                items.pop_if(|item| matches!(item, Item::Heading(_)));
                items.push(Item::Heading(label(row, id)));
            }
            let Some(value) = instance.read(form, row, id).to_value(node.value) else { return };
            let path = instance.path(form, row, id);
            let changed = !screen.parents.is_empty() && changed.contains(&path);
            let value = Text::both(|l| show::one_line(&show::answer(form, instance, (row, id), &value, l)));
            items.push(Item::Answer { path, label: label(row, id), value, changed });
        });
        items.pop_if(|item| matches!(item, Item::Heading(_)));
        Self { items, at: 0, problems, asking: None }
    }

    /// Of the interview as it stands now, at the same line.
    pub fn again(self, screen: &InterviewScreen) -> Self {
        let new = Self::new(screen);
        Self { at: self.at.min(new.items.len().saturating_sub(1)), asking: self.asking, ..new }
    }

    /// Takes a command.
    pub fn key(&mut self, command: Option<Command>) {
        draw::select(&mut self.at, command, self.items.len());
    }

    /// The question of the selected line.
    pub fn target(&self) -> Option<&str> {
        match self.items.get(self.at)? {
            Item::Heading(_) => None,
            Item::Problem { path, .. } | Item::Answer { path, .. } => Some(path),
        }
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let title = if self.problems == 0 { s::review_ready(lang) } else { s::review_problems(lang, self.problems) };
        draw::line(frame, area, 0, &title, if self.problems == 0 { theme::good() } else { theme::alert() });
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        let first = draw::scroll(self.at, body.height as usize, self.items.len());
        for (row, at) in (first..self.items.len().min(first + body.height as usize)).enumerate() {
            let (text, style) = self.line(at, shared);
            let style = if at == self.at { theme::selected() } else { style };
            draw::line(frame, body, row as u16, &super::super::field::shorten(&text, body.width as usize), style);
        }
        if let Some(ask) = &self.asking {
            ask.view(frame);
        }
    }

    fn line(&self, at: usize, shared: &Shared) -> (String, Style) {
        let lang = shared.lang;
        match &self.items[at] {
            Item::Heading(label) => (format!("— {}", label.get(lang)), theme::title()),
            Item::Problem { label, message, severity: Severity::Hard, .. } => (format!("✗ {}: {}", label.get(lang), message.get(lang)), theme::alert()),
            Item::Problem { label, message, reason: None, .. } => (format!("⚠ {}: {} {}", label.get(lang), message.get(lang), s::reason_missing(lang)), theme::warning()),
            Item::Problem { label, reason: Some(reason), .. } => (format!("⚠ {}: “{reason}”", label.get(lang)), theme::faint()),
            Item::Answer { label, value, changed, .. } => {
                let value = if crate::value::is_record_id(&value.vi) { shared.summary(&value.vi) } else { value.get(lang).to_owned() };
                (format!("{} {}: {value}", if *changed { "*" } else { " " }, label.get(lang)), Style::default())
            }
        }
    }
}
