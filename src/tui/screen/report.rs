//! The headline figures of a period; Enter on one opens the records that it was counted from.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::message::Effect;
use super::super::theme;
use super::super::words;
use super::Step;
use crate::locale::{date, say::screen as s};
use crate::workbench::reporting::Report;
use ratatui::layout::Rect;

/// The screen.
#[derive(Default)]
pub struct ReportScreen {
    selected: usize,
    /// 0 is the whole programme; then years and half-years.
    period: usize,
    /// The figures.
    pub report: Option<Box<Report>>,
    /// The figure whose records are shown, and which of them is selected.
    inside: Option<(usize, usize)>,
}

impl ReportScreen {
    /// The whole programme, then each year and its halves.
    fn periods(&self) -> Vec<Option<String>> {
        let (first, last) = self.report.as_ref().map_or((2026, 2030), |r| r.programme.years);
        let years = (first..=last).flat_map(|y| [Some(y.to_string()), Some(format!("{y}-H1")), Some(format!("{y}-H2"))]);
        std::iter::once(None).chain(years).collect()
    }

    /// Takes a command.
    pub fn key(&mut self, command: Option<Command>, shared: &Shared) -> Step {
        if let Some((figure, at)) = &mut self.inside {
            let records = self.report.as_ref().map_or(&[][..], |r| &r.figures[*figure].records);
            if draw::select(at, command, records.len()) {
                return Step::default();
            }
            return match command {
                Some(Command::Accept) => records.get(*at).map(|record| Step::page(record, shared)).unwrap_or_default(),
                _ => {
                    self.inside = None;
                    Step::default()
                }
            };
        }
        let count = self.report.as_ref().map_or(0, |r| r.figures.len());
        if draw::select(&mut self.selected, command, count) {
            return Step::default();
        }
        let periods = self.periods();
        match command {
            Some(Command::NextPeriod) => self.period = (self.period + 1) % periods.len(),
            Some(Command::PreviousPeriod) => self.period = (self.period + periods.len() - 1) % periods.len(),
            Some(Command::Accept) if count > 0 => {
                self.inside = Some((self.selected, 0));
                return Step::default();
            }
            _ => return Step::default(),
        }
        Step::effect(Effect::Report(periods[self.period].clone()))
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let Some(report) = &self.report else {
            return draw::line(frame, area, 0, &s::counting(lang), theme::faint());
        };
        let period = s::period_line(lang, date::show_date(report.period.from), date::show_date(report.period.to));
        draw::heading(frame, area, 0, &format!("◂ {} ▸ {}", report.period.label, report.programme.title.get(lang)));
        draw::line(frame, area, 1, &period, theme::faint());
        if let Some((figure, at)) = self.inside {
            return Self::view_records(report, figure, at, shared, frame, area);
        }
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(7), ..area };
        let width = area.width as usize;
        draw::list(frame, body, report.figures.len(), self.selected, |at| {
            let figure = &report.figures[at];
            let target = &report.programme.targets[figure.target];
            let number = target.number.map_or_else(String::new, |n| format!("/ {}{}", target.op.shown(), Report::show(Some(n), lang)));
            let met = match figure.met {
                Some(true) => s::met(lang),
                Some(false) => s::not_met(lang),
                None => "–".to_owned(),
            };
            let done = format!("{:>9}", Report::show(figure.done, lang));
            // A narrow window leaves the unit to the detail below.
            let unit = if width < 78 { 0 } else { 14 };
            draw::columns(&[(&target.id, 7), (target.label.get(lang), width.saturating_sub(39 + unit)), (&done, 9), (&number, 9), (&met, 9), (target.unit.get(lang), unit)])
        });
        self.view_detail(report, shared, frame, Rect { y: area.y + area.height.saturating_sub(5), height: 5, ..area });
    }

    fn view_detail(&self, report: &Report, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let Some(figure) = report.figures.get(self.selected) else { return };
        let target = &report.programme.targets[figure.target];
        let lineage = s::lineage(lang, figure.records.len(), figure.unapproved, figure.conflicted, figure.overridden, figure.reference_factors, figure.undetermined.len());
        let lines = [format!("{} ({})", target.counted_by.get(lang), target.unit.get(lang)), Report::show_also(figure, lang), lineage];
        let text: Vec<String> = lines.into_iter().filter(|l| !l.is_empty()).collect();
        draw::text(frame, area, &text.join("\n"));
    }

    fn view_records(report: &Report, figure: usize, at: usize, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let figure = &report.figures[figure];
        let target = &report.programme.targets[figure.target];
        draw::line(frame, area, 2, &format!("{} {}: {}", target.id, target.label.get(shared.lang), Report::show(figure.done, shared.lang)), theme::strong());
        let body = Rect { y: area.y + 3, height: area.height.saturating_sub(3), ..area };
        if figure.records.is_empty() {
            draw::line(frame, body, 0, &s::no_figures(shared.lang), theme::faint());
        }
        draw::list(frame, body, figure.records.len(), at, |at| {
            let Some(row) = shared.rows.get(&figure.records[at]) else { return figure.records[at].clone() };
            let subject = if row.subject.is_empty() { String::new() } else { shared.summary(&row.subject) };
            format!("{} {} {} · {subject}", draw::pad(&date::show(&row.date), 10), draw::pad(&words::state(row.state, shared.lang), 9), row.summary)
        });
    }
}
