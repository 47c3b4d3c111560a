//! The figures of a period and the tables B1 to B9; Enter on any number opens the records that it was counted from.

use super::super::app::Shared;
use super::super::draw;
use super::super::field::Field;
use super::super::keys::{Command, Place};
use super::super::message::Effect;
use super::super::task::Task;
use super::Step;
use super::ask::{Ask, Asked};
use super::report_behind::{Inside, behind_cell, behind_line};
use crate::locale::say::looking as l;
use crate::workbench::paper::files::REPORT_FORMATS;
use crate::workbench::reporting::Report;
use crossterm::event::KeyEvent;
use std::path::{Path, PathBuf};

/// The screen.
#[derive(Default)]
pub struct ReportScreen {
    pub(super) selected: usize,
    /// What was asked for: the whole programme without one, `2026`, `2026-H1`, or two days.
    asked: Option<String>,
    /// By what the figures are parted.
    pub(super) by: Option<String>,
    /// The figures.
    pub report: Option<Box<Report>>,
    /// What could not be counted is no longer waited for.
    shown: Option<String>,
    /// The table that is shown instead of the figures, the line in it, and its first column.
    pub(super) table: Option<InTable>,
    /// The records that are looked into, what they are, and which of them is selected.
    pub(super) inside: Option<Inside>,
    pub(super) picking: Option<Picking>,
    asking: Option<Ask<()>>,
}

/// Where in the tables.
#[derive(Clone, Copy, Default)]
pub(super) struct InTable {
    pub at: usize,
    pub line: usize,
    pub column: usize,
}

/// What is picked from a list.
pub(super) enum Picking {
    /// A period; one may be typed too.
    Period(usize, Field),
    /// By what figures are parted.
    By(usize),
}

/// A line among the figures: of a target, or of a group of one.
#[derive(Clone, Copy)]
pub(super) enum Line {
    Figure(usize),
    Group(usize, usize),
}

impl ReportScreen {
    /// The whole programme, then each year and its halves.
    pub(super) fn periods(&self) -> Vec<Option<String>> {
        let (first, last) = self.report.as_ref().map_or((2026, 2030), |r| r.programme.years);
        let years = (first..=last).flat_map(|y| [Some(y.to_string()), Some(format!("{y}-H1")), Some(format!("{y}-H2"))]);
        std::iter::once(None).chain(years).collect()
    }

    pub(super) fn dimensions(&self) -> Vec<Option<String>> {
        let names = self.report.iter().flat_map(|report| report.programme.dimension_names()).map(|name| Some(name.to_owned()));
        std::iter::once(None).chain(names).collect()
    }

    pub(super) fn lines(&self) -> Vec<Line> {
        let figures = self.report.iter().flat_map(|report| report.figures.iter().enumerate());
        figures.flat_map(|(at, figure)| std::iter::once(Line::Figure(at)).chain((0..figure.groups.len()).map(move |group| Line::Group(at, group)))).collect()
    }

    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        if self.asking.is_some() {
            vec![Place::SaveAs, Place::Note]
        } else if self.picking.is_some() {
            vec![Place::Choices, Place::List]
        } else if self.inside.is_some() {
            vec![Place::Behind, Place::List]
        } else if self.table.is_some() {
            vec![Place::Tables, Place::List]
        } else {
            vec![Place::Report, Place::Tabs, Place::List]
        }
    }

    /// A report of what was asked for has come.
    pub fn counted(&mut self, report: Box<Report>) {
        self.shown.clone_from(&self.asked);
        self.report = Some(report);
        self.selected = self.selected.min(self.lines().len().saturating_sub(1));
    }

    /// What was asked for cannot be counted: what is shown stays.
    pub fn failed(&mut self) {
        self.asked.clone_from(&self.shown);
        self.by = self.report.as_ref().and_then(|report| report.by.clone());
    }

    /// Whether whoever is here waits for figures or for a file.
    pub fn waits(&self) -> bool {
        self.asking.is_none() && self.picking.is_none() && self.inside.is_none()
    }

    fn count(&self) -> Step {
        Step::effect(Effect::Report(self.asked.clone(), self.by.clone()))
    }

    /// What is needed to count again.
    pub fn effect(&self) -> Effect {
        Effect::Report(self.asked.clone(), self.by.clone())
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        if self.asking.is_some() {
            return self.save(key, command, shared);
        }
        if self.picking.is_some() {
            return self.pick(key, command);
        }
        if let Some(inside) = &mut self.inside {
            let count = inside.records().len();
            if draw::select(&mut inside.at, command, count) {
                return Step::default();
            }
            return match command {
                Some(Command::Right | Command::Left) => {
                    inside.turn(command == Some(Command::Right));
                    Step::default()
                }
                Some(Command::Accept) => inside.records().get(inside.at).map(|record| Step::record(record)).unwrap_or_default(),
                None => Step::default(),
                _ => {
                    self.inside = None;
                    Step::default()
                }
            };
        }
        if command == Some(Command::Save) && self.report.is_some() {
            self.asking = Some(Ask::new(l::save_title(shared.lang), l::save_hint(shared.lang), &format!("bao-cao-{}.xlsx", self.asked.as_deref().unwrap_or("chuong-trinh")), ()));
            return Step::default();
        }
        if self.table.is_some() {
            return self.in_table(command, shared);
        }
        self.in_figures(command, shared)
    }

    fn in_figures(&mut self, command: Option<Command>, shared: &Shared) -> Step {
        let lines = self.lines();
        if draw::select(&mut self.selected, command, lines.len()) {
            return Step::default();
        }
        let periods = self.periods();
        let at = periods.iter().position(|period| *period == self.asked).unwrap_or(0);
        match command {
            Some(Command::NextPeriod) => self.asked.clone_from(&periods[(at + 1) % periods.len()]),
            Some(Command::PreviousPeriod) => self.asked.clone_from(&periods[(at + periods.len() - 1) % periods.len()]),
            Some(Command::Period) => {
                self.picking = Some(Picking::Period(at, Field::default()));
                return Step::default();
            }
            Some(Command::By) => {
                let by = self.dimensions().iter().position(|by| *by == self.by).unwrap_or(0);
                self.picking = Some(Picking::By(by));
                return Step::default();
            }
            Some(Command::Tables) => {
                self.table = Some(InTable::default());
                return Step::default();
            }
            Some(Command::Accept) => {
                let line = lines.get(self.selected).copied();
                self.inside = self.report.as_ref().zip(line).and_then(|(report, line)| behind_line(report, line, shared.lang));
                return Step::default();
            }
            _ => return Step::default(),
        }
        self.count()
    }

    fn in_table(&mut self, command: Option<Command>, shared: &Shared) -> Step {
        let (Some(place), Some(report)) = (&mut self.table, &self.report) else { return Step::default() };
        let count = report.tables.len().max(1);
        let Some(table) = report.tables.get(place.at) else { return Step::default() };
        if draw::select(&mut place.line, command, table.lines.len()) {
            return Step::default();
        }
        match command {
            Some(Command::Back | Command::Tables) => self.table = None,
            Some(Command::NextTable) => *place = InTable { at: (place.at + 1) % count, ..InTable::default() },
            Some(Command::PreviousTable) => *place = InTable { at: (place.at + count - 1) % count, ..InTable::default() },
            Some(Command::Right) => place.column = (place.column + 1).min(table.columns.len().saturating_sub(1)),
            Some(Command::Left) => place.column = place.column.saturating_sub(1),
            Some(Command::Accept) => self.inside = behind_cell(report, *place, shared.lang),
            _ => {}
        }
        Step::default()
    }

    fn pick(&mut self, key: &KeyEvent, command: Option<Command>) -> Step {
        let (periods, dimensions) = (self.periods(), self.dimensions());
        match (&mut self.picking, command) {
            (_, Some(Command::Back)) => self.picking = None,
            (Some(Picking::Period(at, field)), Some(Command::Accept)) => {
                let typed = field.text().trim().to_owned();
                self.asked = if typed.is_empty() { periods.get(*at).cloned().flatten() } else { Some(typed.replace(" - ", "..").replace('–', "..")) };
                self.picking = None;
                return self.count();
            }
            (Some(Picking::By(at)), Some(Command::Accept)) => {
                self.by = dimensions.get(*at).cloned().flatten();
                (self.picking, self.selected) = (None, 0);
                return self.count();
            }
            (Some(Picking::Period(at, field)), command) => {
                if !draw::select(at, command, periods.len()) && Field::takes(key) {
                    field.key(key);
                }
            }
            (Some(Picking::By(at)), command) => {
                draw::select(at, command, dimensions.len());
            }
            (None, _) => {}
        }
        Step::default()
    }

    fn save(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        let Some(ask) = &mut self.asking else { return Step::default() };
        let turn = match command {
            Some(Command::NextFormat) => 1,
            Some(Command::PreviousFormat) => REPORT_FORMATS.len() - 1,
            _ => 0,
        };
        if turn > 0 {
            let path = PathBuf::from(ask.text());
            let at = REPORT_FORMATS.iter().position(|format| *format == crate::workbench::paper::files::ending(&path)).unwrap_or(0);
            let next = path.with_extension(REPORT_FORMATS[(at + turn) % REPORT_FORMATS.len()]);
            ask.set(&next.display().to_string());
            return Step::default();
        }
        match ask.key(key, command) {
            Asked::Open => Step::default(),
            Asked::Dropped => {
                self.asking = None;
                Step::default()
            }
            Asked::Given(text) => {
                self.asking = None;
                shared.busy = true;
                let task = Task::SaveReport { period: self.shown.clone(), by: self.by.clone(), file: home_path(&text), lang: shared.lang };
                Step::effect(Effect::Task(task))
            }
        }
    }

    pub(super) fn asking(&self) -> Option<&Ask<()>> {
        self.asking.as_ref()
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        match (&mut self.asking, &mut self.picking) {
            (Some(ask), _) => ask.paste(text),
            (_, Some(Picking::Period(_, field))) => field.paste(text),
            _ => {}
        }
    }
}

/// A path as typed; one copied from a file manager often comes in quotes.
fn home_path(text: &str) -> PathBuf {
    Path::new(text.trim().trim_matches(['"', '\''])).to_path_buf()
}
