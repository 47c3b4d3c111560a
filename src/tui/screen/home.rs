//! The desk: what waits for this person, and the programme at a glance.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::{shorten, wrap};
use super::super::keys::Command;
use super::super::message::Effect;
use super::super::task::Task;
use super::super::theme;
use super::filter::{Filter, Standing};
use super::records::Records;
use super::{Screen, Step, establishment};
use crate::locale::{date, say::face, say::looking as l, say::screen as s};
use crate::programme::due::Due;
use crate::programme::figure::Figure;
use crate::record::history::State;
use crate::store::identity::Role;
use crate::store::{Draft, IndexRow};
use crate::workbench::reporting::Report;
use crate::workbench::waiting::Asked;
use chrono::NaiveDate;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use std::collections::BTreeMap;

/// The desk.
#[derive(Default)]
pub struct Home {
    selected: usize,
    /// The figures, when they have been counted.
    pub report: Option<Box<Report>>,
    /// The day on which they were.
    pub today: Option<NaiveDate>,
}

/// Something that waits.
enum Waiting {
    Draft(String, String),
    Returned(String, String),
    Conflict(String),
    Duplicates(usize),
    ToApprove(usize),
    Lapsed(String, String),
    Due(Due, String),
}

/// More than this of one kind are told by their number only.
const SHOWN: usize = 50;

/// The first part of an establishment's summary: enough to know it by, and it leaves room for what waits.
fn name(summary: &str) -> &str {
    summary.split(" · ").next().unwrap_or_default()
}

/// What a record is known by where there is little room: whom it is about, then what it is.
fn known_by(shared: &Shared, row: &IndexRow) -> String {
    let about = if row.subject.is_empty() { name(&row.summary).to_owned() } else { name(&shared.summary(&row.subject)).to_owned() };
    format!("{about} · {}", shared.title(&row.form))
}

impl Home {
    fn waiting(&self, shared: &Shared) -> Vec<Waiting> {
        let mut drafts: Vec<_> = shared.drafts.iter().collect();
        drafts.sort_by(|a, b| b.changed.cmp(&a.changed));
        let title = |of: &str| shared.title(of.split('@').next().unwrap_or_default());
        // What a draft is about says more than its form's long title.
        let about = |d: &Draft| {
            let row = d.answers.values().find_map(|v| shared.rows.get(&v.plain()).filter(|r| r.form == establishment::FORM));
            name(row.map_or("", |r| &r.summary)).to_owned()
        };
        let drafts = drafts.into_iter().map(|d| {
            // Parts that have no answer yet leave nothing behind.
            let parts = [about(d), d.summary.clone(), title(&d.of), date::show(&d.changed)].join(" · ");
            let parts: Vec<_> = parts.split(" · ").filter(|part| !part.trim().is_empty()).collect();
            Waiting::Draft(d.record.clone(), parts.join(" · "))
        });
        let asked: BTreeMap<&str, &Asked> = shared.waits.asked.iter().map(|asked| (asked.record.as_str(), asked)).collect();
        let returned = shared.rows.values().filter(|r| r.state == State::Returned).take(SHOWN).map(|r| {
            // What is asked says more than what the record is.
            let text = match asked.get(r.record.as_str()) {
                Some(asked) => format!("“{}” · {} · {}", asked.comment, asked.label.get(shared.lang), known_by(shared, r)),
                None => known_by(shared, r),
            };
            Waiting::Returned(r.record.to_string(), text)
        });
        let conflicts = shared.rows.values().filter(|r| r.conflicts > 0).take(SHOWN).map(|r| Waiting::Conflict(known_by(shared, r)));
        let due = self.report.iter().flat_map(|r| &r.due).take(SHOWN).map(|due| {
            let text = s::waiting_due(shared.lang, due.months, name(&shared.summary(&due.about)), date::show_date(due.day));
            Waiting::Due(due.clone(), text)
        });
        let duplicates = (shared.waits.pairs > 0).then_some(Waiting::Duplicates(shared.waits.pairs));
        let lapsed = shared.waits.lapsed.iter().take(SHOWN).filter_map(|record| {
            let row = shared.rows.get(record)?;
            Some(Waiting::Lapsed(record.clone(), known_by(shared, row)))
        });
        let submitted = if shared.identity.role == Role::Supervisor { shared.listing.marks().iter().filter(|mark| mark.state == State::Submitted).count() } else { 0 };
        let to_approve = (submitted > 0).then_some(Waiting::ToApprove(submitted));
        drafts.chain(returned).chain(conflicts).chain(duplicates).chain(lapsed).chain(to_approve).chain(due).collect()
    }

    /// Takes a command.
    pub fn key(&mut self, command: Option<Command>, shared: &mut Shared) -> Step {
        let waiting = self.waiting(shared);
        if draw::select(&mut self.selected, command, waiting.len()) {
            return Step::default();
        }
        match command {
            Some(Command::NewEstablishment) => Step::effect(Effect::begin(establishment::FORM, None)),
            Some(Command::Demo) if shared.rows.is_empty() && shared.behind.is_none() => {
                shared.busy = true;
                Step::effect(Effect::Demo)
            }
            Some(Command::Conflicts) => Step::effect(Effect::Conflicts),
            Some(Command::Duplicates) => Step::effect(Effect::Task(Task::Duplicates)),
            Some(Command::Accept) => match waiting.get(self.selected) {
                Some(Waiting::Draft(record, _)) => Step::effect(Effect::Edit(record.clone())),
                Some(Waiting::Returned(record, _) | Waiting::Lapsed(record, _)) => Step::record(record),
                Some(Waiting::Duplicates(_)) => Step::effect(Effect::Task(Task::Duplicates)),
                Some(Waiting::ToApprove(_)) => {
                    let filter = Filter { state: Some(Standing::State(State::Submitted)), ..Filter::default() };
                    Step { push: Some(Screen::Records(Records::filtered(filter))), ..Step::default() }
                }
                Some(Waiting::Conflict(_)) => Step::effect(Effect::Conflicts),
                Some(Waiting::Due(due, _)) => Step::effect(Effect::Begin { form: due.form.clone(), subject: Some(due.about.clone()), given: due.given.clone() }),
                None => Step { push: Some(Screen::Establishments(Default::default())), ..Step::default() },
            },
            _ => Step::default(),
        }
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let [left, right] = Layout::horizontal([Constraint::Percentage(40), Constraint::Percentage(60)]).spacing(2).areas(area);
        self.view_waiting(shared, frame, left);
        self.view_programme(shared, frame, right);
    }

    fn view_waiting(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let waiting = self.waiting(shared);
        draw::heading(frame, area, 0, &s::home_waiting(lang));
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        if waiting.is_empty() {
            let text = match shared.behind {
                Some(behind) => behind.text(lang),
                None if shared.rows.is_empty() => s::home_empty(lang),
                None => s::home_nothing(lang),
            };
            return draw::text(frame, body, &text);
        }
        let text = |at: usize| match &waiting[at] {
            Waiting::Draft(_, text) => format!("✎ {} {text}", s::waiting_draft(lang)),
            Waiting::Returned(_, text) => format!("↩ {} {text}", s::waiting_returned(lang)),
            Waiting::Due(_, text) => format!("◷ {text}"),
            Waiting::Conflict(text) => format!("≠ {} {text}", s::waiting_conflict(lang)),
            Waiting::Duplicates(count) => format!("≈ {}", l::waiting_pairs(lang, *count)),
            Waiting::ToApprove(count) => format!("☐ {}", l::waiting_approval(lang, *count)),
            Waiting::Lapsed(_, text) => format!("↻ {} {text}", l::waiting_lapsed(lang)),
        };
        // What waits is longer than the column: the line that is pointed at can be read whole below.
        let whole = wrap(&text(self.selected.min(waiting.len() - 1)), body.width as usize);
        let below = if whole.len() > 1 { (whole.len() as u16 + 1).min(body.height / 2) } else { 0 };
        let [lines, detail] = Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(body);
        draw::list(frame, lines, waiting.len(), self.selected, text);
        for (row, part) in (1..).zip(&whole).take_while(|_| below > 0) {
            draw::line(frame, detail, row, part, theme::faint());
        }
    }

    fn view_programme(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        draw::heading(frame, area, 0, &s::home_programme(lang));
        let Some(report) = &self.report else {
            return draw::line(frame, area, 2, &s::counting(lang), theme::faint());
        };
        let (mut row, mut any_late) = (2, false);
        let headline: Vec<&Figure> = report.figures.iter().filter(|f| report.programme.targets[f.target].headline).collect();
        let numbers = |figure: &&Figure| {
            let target = &report.programme.targets[figure.target];
            let number = target.number.map_or_else(String::new, |n| format!("{}{}", target.op.shown(), Report::show(Some(n), lang)));
            (Report::show(figure.done, lang), number)
        };
        let shown: Vec<(String, String)> = headline.iter().map(numbers).collect();
        // Names get the room that no number needs.
        let widest = |of: fn(&(String, String)) -> &String| shown.iter().map(|numbers| of(numbers).chars().count()).max().unwrap_or_default();
        let (wide_done, wide_number) = (widest(|numbers| &numbers.0), widest(|numbers| &numbers.1));
        for (figure, (done, number)) in headline.into_iter().zip(&shown) {
            let target = &report.programme.targets[figure.target];
            let share = figure.percent.unwrap_or(0.0) / 100.0;
            let late = figure.met != Some(true) && self.today.is_some_and(|today| is_late(report, figure, today));
            any_late |= late;
            let mark = if late {
                "!"
            } else if figure.met == Some(true) {
                "✓"
            } else {
                " "
            };
            let width = area.width as usize;
            let figures = format!("{done:>wide_done$} / {number:<wide_number$} {mark}");
            let bar = if width > 60 { 10 } else { 0 };
            let room = width.saturating_sub(figures.chars().count() + bar + 2);
            let label = draw::pad(&shorten(target.label.get(lang), room), room);
            let style = if late {
                theme::alert()
            } else if figure.met == Some(true) {
                theme::good()
            } else {
                Style::default()
            };
            draw::line(frame, area, row, &format!("{label} {} {figures}", draw::gauge(share, bar)), style);
            row += 1;
            if area.height > 26 {
                row += 1;
            }
        }
        let counts = [l::establishments(lang, shared.listing.by_name().len()), l::records(lang, shared.rows.len())];
        draw::line(frame, area, row + 1, &counts.join(" · "), theme::faint());
        if any_late {
            draw::line(frame, area, row + 2, &face::late(lang), theme::alert());
        }
    }
}

/// Whether less was done this year than its plan asks for by today: of a share all of it, of a number the part of the year that
/// has gone.
fn is_late(report: &Report, figure: &Figure, today: NaiveDate) -> bool {
    let Some((plan, year)) = figure.plan.filter(|plan| *plan > 0.0).zip(report.programme.year(figure.year)) else { return false };
    let target = &report.programme.targets[figure.target];
    if target.unit.vi == "%" {
        return figure.year_done.is_some_and(|done| !target.op.met(done, plan));
    }
    let days = |from: NaiveDate, to: NaiveDate| (to - from).num_days() as f64;
    let gone = (days(year.from, today) / days(year.from, year.to).max(1.0)).clamp(0.0, 1.0);
    figure.year_done.unwrap_or(0.0) < (plan * gone).floor()
}

/// Looks for what waits: of a supervisor also what only they decide.
pub fn wait(shared: &Shared) -> Effect {
    Effect::Task(Task::Waiting(shared.identity.role == Role::Supervisor))
}
