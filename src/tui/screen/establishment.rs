//! One establishment on one page: who it is, and the timeline of all that was recorded about it.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::{Command, Place};
use super::super::message::Effect;
use super::super::theme;
use super::super::words;
use super::Step;
use super::chart;
use super::search::Found;
use crate::form::instance::ROOT_ROW;
use crate::form::{Form, Kind};
use crate::interview::show;
use crate::locale::{date, say::screen as s};
use crate::store::{Draft, IndexRow};
use crate::value::{Value, ValueType};
use crate::workbench::related::Related;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use std::sync::Arc;

/// The form whose records are establishments.
pub const FORM: &str = "establishment";

/// In less, what it is and what became of it do not stand beside each other.
const NARROW: u16 = 76;

/// The page.
pub struct Establishment {
    /// Its record.
    pub record: String,
    selected: usize,
    related: Option<Arc<Related>>,
    about: Vec<Arc<Related>>,
    /// Choosing the form to begin: which one.
    choosing: Option<usize>,
    /// The records that name it, as long as the records are the same.
    naming: Found<()>,
}

impl Establishment {
    /// Before it is known.
    pub fn new(record: &str) -> Self {
        Self { record: record.to_owned(), selected: 0, related: None, about: Vec::new(), choosing: None, naming: Found::default() }
    }

    /// It has become known.
    pub fn looked(&mut self, related: Option<Arc<Related>>, mut about: Vec<Arc<Related>>) {
        about.sort_by(|a, b| (&b.row.date, b.row.at).cmp(&(&a.row.date, a.row.at)));
        (self.related, self.about) = (related, about);
    }

    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        if self.choosing.is_some() { vec![Place::Choices, Place::List] } else { vec![Place::Establishment, Place::List] }
    }

    fn forms(shared: &Shared) -> Vec<(String, String)> {
        shared.forms.iter().filter(|f| f.id != FORM).map(|f| (f.id.clone(), f.title.get(shared.lang).to_owned())).collect()
    }

    /// Records about it that are begun but not handed in.
    fn drafts<'s>(&self, shared: &'s Shared) -> Vec<&'s Draft> {
        shared.drafts.iter().filter(|d| d.record != self.record && d.answers.values().any(|v| matches!(v, Value::Text(text) if *text == self.record))).collect()
    }

    fn timeline<'s>(&self, shared: &'s Shared) -> Vec<&'s IndexRow> {
        let found = self.naming.get("", shared.generation(), (), |_| {
            let names = |row: &IndexRow| row.references.iter().any(|named| *named == self.record);
            let mut rows: Vec<(u32, &IndexRow)> = (0..).zip(shared.rows.values()).filter(|(_, row)| names(row)).collect();
            rows.sort_by(|(_, a), (_, b)| (&b.date, b.at).cmp(&(&a.date, a.at)));
            rows.into_iter().map(|(at, _)| at).collect()
        });
        found.iter().filter_map(|at| shared.rows.nth(*at as usize)).collect()
    }

    /// Takes a command.
    pub fn key(&mut self, command: Option<Command>, shared: &Shared) -> Step {
        if let Some(at) = &mut self.choosing {
            let forms = Self::forms(shared);
            if draw::select(at, command, forms.len()) {
                return Step::default();
            }
            let chosen = forms.get(*at).map(|(id, _)| id.clone());
            match command {
                Some(Command::Accept) => {
                    self.choosing = None;
                    return chosen.map(|form| Step::effect(Effect::begin(form, Some(self.record.clone())))).unwrap_or_default();
                }
                Some(Command::Back) => self.choosing = None,
                _ => {}
            }
            return Step::default();
        }
        let (drafts, timeline) = (self.drafts(shared), self.timeline(shared));
        if draw::select(&mut self.selected, command, drafts.len() + timeline.len()) {
            return Step::default();
        }
        match command {
            Some(Command::Back) => Step::back(),
            Some(Command::NewForm) => {
                self.choosing = Some(0);
                Step::default()
            }
            Some(Command::Edit) => Step::effect(Effect::Edit(self.record.clone())),
            Some(Command::Record) => Step::record(&self.record),
            Some(Command::Accept) => match drafts.get(self.selected) {
                Some(draft) => Step::effect(Effect::Edit(draft.record.clone())),
                None => timeline.get(self.selected - drafts.len()).map(|row| Step::page(&row.record, shared)).unwrap_or_default(),
            },
            _ => Step::default(),
        }
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        draw::heading(frame, area, 0, &shared.summary(&self.record));
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        // A narrow window has both below each other, the beginning of what it is only: half a label says nothing.
        let [left, right] = match area.width {
            0..NARROW => Layout::vertical([Constraint::Length(3), Constraint::Min(0)]).spacing(1).areas(body),
            _ => Layout::horizontal([Constraint::Percentage(42), Constraint::Percentage(58)]).spacing(2).areas(body),
        };
        self.view_identity(shared, frame, left);
        draw::heading(frame, right, 0, &s::timeline(lang));
        let (drafts, timeline) = (self.drafts(shared), self.timeline(shared));
        // Before and after lie under the timeline, as far as a follow-up tells and the window has room.
        let follow_up = self.about.iter().find(|related| measures_change(&related.form));
        let charts = follow_up.map(|related| chart::Charts::of(related, lang)).unwrap_or_default();
        let progress: u16 = if follow_up.is_some() && right.height >= 16 { 5 } else { 0 };
        let below = charts.height() + progress;
        let list = Rect { y: right.y + 1, height: right.height.saturating_sub(1 + below), ..right };
        if timeline.is_empty() && drafts.is_empty() {
            draw::text(frame, list, &s::timeline_empty(lang));
        }
        draw::list(frame, list, drafts.len() + timeline.len(), self.selected, |at| {
            let Some(row) = at.checked_sub(drafts.len()).map(|at| timeline[at]) else {
                return format!("✎ {} {}", s::waiting_draft(lang), shared.title(drafts[at].of.split('@').next().unwrap_or_default()));
            };
            format!("{} {} {} {}", draw::pad(&date::show(&row.date), 10), draw::pad(&shared.title(&row.form), 22), draw::pad(&words::state(row.state, lang), 9), row.summary)
        });
        charts.view(lang, frame, Rect { y: right.y + right.height.saturating_sub(below), height: charts.height(), ..right });
        if progress > 0 {
            self.view_progress(shared, frame, Rect { y: right.y + right.height.saturating_sub(4), height: 4, ..right });
        }
        if let Some(at) = self.choosing {
            let forms = Self::forms(shared);
            let inside = draw::popup(frame, 56, forms.len() as u16 + 2, &s::choose_form(lang));
            draw::list(frame, inside, forms.len(), at, |at| forms[at].1.clone());
        }
    }

    fn view_identity(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let Some(related) = &self.related else {
            return draw::line(frame, area, 0, &s::opening(shared.lang), theme::faint());
        };
        let form = &related.form;
        let mut row = 0;
        for id in form.ids().filter(|id| form.node(*id).scope == crate::form::ROOT && form.node(*id).kind == Kind::Question) {
            let node = form.node(id);
            let Some(value) = related.instance.read(form, ROOT_ROW, id).to_value(node.value) else { continue };
            // The value is what is looked for: a long label gives way.
            let label = draw::pad(&show::label(form, &related.instance, (ROOT_ROW, id), shared.lang), area.width as usize * 2 / 5);
            let value = show::value(form, id, &value, shared.lang);
            draw::line(frame, area, row, &super::super::field::shorten(&format!("{label} {value}"), area.width as usize), Style::default());
            row += 1;
        }
    }

    /// The newest follow-up's changes against what the programme promised.
    fn view_progress(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        // What a follow-up measures, by the indicator that its results say they feed.
        let wanted = [("T-NHL", s::change_fuel(lang)), ("T-NL", s::change_material(lang)), ("T-DT", s::change_revenue(lang)), ("T-VL", s::change_jobs(lang))];
        let mut row = 0;
        for (target, label) in wanted {
            let found = self.about.iter().filter(|r| measures_change(&r.form)).find_map(|related| {
                let form = &related.form;
                let computed = form.ids().filter(|id| {
                    form.node(*id).kind == Kind::Calculate && form.node(*id).scope == crate::form::ROOT && form.node(*id).indicator == target && !form.node(*id).label.is_empty()
                });
                computed.filter_map(|id| related.instance.read(form, ROOT_ROW, id).to_value(form.node(id).value).map(|v| show::value(form, id, &v, lang))).last()
            });
            if let Some(value) = found {
                draw::line(frame, area, row, &format!("{} {value}", draw::pad(&label, 32)), theme::strong());
                row += 1;
            }
        }
    }
}

/// Whether a form compares before with after: it computes how revenue grew.
fn measures_change(form: &Form) -> bool {
    form.nodes.iter().any(|n| n.kind == Kind::Calculate && n.value == ValueType::Percent && n.indicator == "T-DT")
}
