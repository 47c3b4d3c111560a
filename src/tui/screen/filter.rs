//! What of all records is shown, and in which order.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::theme;
use super::super::words;
use crate::locale::collate::{given_name_key, key};
use crate::locale::fold::fold;
use crate::locale::{Lang, date, say::looking as l, say::screen as s};
use crate::record::history::State;
use crate::store::IndexRow;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::style::Style;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What is asked of a record, besides the words that are searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The form.
    pub form: Option<String>,
    /// The state.
    pub state: Option<Standing>,
    /// Who wrote last.
    pub person: Option<String>,
    /// The commune, by its label.
    pub commune: Option<String>,
    /// `2026`, `2026-H1`.
    pub period: Option<String>,
}

/// A state as people ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As the record's history says.
    State(State),
    /// An answer is in conflict.
    InConflict,
    /// An answer has a problem.
    WithProblem,
}

impl Standing {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::State(State::Submitted), Self::State(State::Approved), Self::State(State::Returned), Self::State(State::Void), Self::InConflict, Self::WithProblem];

    /// Its word.
    pub fn word(self, lang: Lang) -> String {
        match self {
            Self::State(state) => words::state(state, lang),
            Self::InConflict => l::in_conflict(lang),
            Self::WithProblem => l::with_problem(lang),
        }
    }

    fn fits(self, row: &IndexRow) -> bool {
        match self {
            Self::State(state) => row.state == state,
            Self::InConflict => row.conflicts > 0,
            Self::WithProblem => row.problems > 0,
        }
    }
}

impl Filter {
    /// Whether a record is shown.
    pub fn fits(&self, row: &IndexRow, shared: &Shared) -> bool {
        self.form.as_ref().is_none_or(|form| row.form == *form)
            && self.state.is_none_or(|state| state.fits(row))
            && self.person.as_ref().is_none_or(|person| row.person == *person)
            && self.period.as_ref().is_none_or(|period| in_period(&row.date, period))
            && self.commune.as_ref().is_none_or(|commune| {
                let place = shared.rows.get(&row.subject).unwrap_or(row);
                shared.place(place) == Some(commune.as_str())
            })
    }

    /// Whether everything is shown.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// In words: `Phiếu khảo sát · đã nộp · 2026`.
    pub fn words(&self, shared: &Shared) -> String {
        let lang = shared.lang;
        let form = self.form.as_ref().map_or_else(|| s::all_forms(lang), |form| shared.title(form));
        let more = [self.state.map(|state| state.word(lang)), self.person.clone(), self.commune.clone(), self.period.clone()];
        std::iter::once(form).chain(more.into_iter().flatten()).collect::<Vec<_>>().join(" · ")
    }
}

/// Whether a day (`2026-07-01`) belongs to a year or half-year by the calendar; reports have cut-offs of their own.
fn in_period(day: &str, period: &str) -> bool {
    let month: u32 = day.get(5..7).and_then(|month| month.parse().ok()).unwrap_or(0);
    match period.split_once("-H") {
        None => day.starts_with(period),
        Some((year, half)) => day.starts_with(year) && (half == "1") == (month <= 6),
    }
}

/// By what records are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// When they were saved, the last first.
    #[default]
    Saved,
    /// Their day.
    Day,
    /// Their form.
    Form,
    /// Their state.
    State,
    /// Who wrote last, by given name.
    Person,
    /// Their name.
    Name,
}

impl Sort {
    /// The next column.
    pub fn next(self) -> Self {
        const ALL: [Sort; 6] = [Sort::Saved, Sort::Day, Sort::Form, Sort::State, Sort::Person, Sort::Name];
        let at = ALL.iter().position(|sort| *sort == self).unwrap_or(0);
        ALL[(at + 1) % ALL.len()]
    }

    /// Its name.
    pub fn word(self, lang: Lang) -> String {
        match self {
            Self::Saved => l::sort_saved(lang),
            Self::Day => l::sort_day(lang),
            Self::Form => l::sort_form(lang),
            Self::State => l::sort_state(lang),
            Self::Person => l::sort_person(lang),
            Self::Name => l::sort_name(lang),
        }
    }

    /// Sorts; `reverse` turns the usual direction round.
    pub fn sort(self, rows: &mut [&IndexRow], reverse: bool, shared: &Shared) {
        // Equal ones stand by when they were saved, the last first, so that an order never depends on chance.
        rows.sort_by(|a, b| (b.at, &b.record).cmp(&(a.at, &a.record)));
        match self {
            Self::Saved => {}
            Self::Day => rows.sort_by(|a, b| b.date.cmp(&a.date)),
            Self::Form => rows.sort_by_cached_key(|row| key(&shared.title(&row.form))),
            Self::State => rows.sort_by(|a, b| (a.state as u8).cmp(&(b.state as u8)).then(Ordering::Equal)),
            Self::Person => rows.sort_by_cached_key(|row| given_name_key(&row.person)),
            Self::Name => rows.sort_by_cached_key(|row| key(&shared.about(row))),
        }
        if reverse {
            rows.reverse();
        }
    }
}

/// The choices of one line of the panel: a value and its words, the first for all.
type Choices<T> = Vec<(Option<T>, String)>;

/// The panel in which a filter is set.
#[derive(Default)]
pub struct Panel {
    line: usize,
    typed: String,
}

const LINES: usize = 5;

impl Panel {
    /// Takes a key; false to leave.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, filter: &mut Filter, shared: &Shared) -> bool {
        let before = self.line;
        match command {
            Some(Command::Back | Command::Accept) => return false,
            Some(Command::Up) => self.line = self.line.saturating_sub(1),
            Some(Command::Down) => self.line = (self.line + 1).min(LINES - 1),
            Some(Command::Right) => self.turn(filter, shared, &|at, count| (at + 1) % count),
            Some(Command::Left) => self.turn(filter, shared, &|at, count| (at + count - 1) % count),
            Some(Command::Clear) => *filter = Filter::default(),
            _ => match key.code {
                KeyCode::Char(c) => {
                    self.typed.push(c);
                    self.find(filter, shared);
                }
                KeyCode::Backspace => {
                    self.typed.pop();
                    self.find(filter, shared);
                }
                _ => {}
            },
        }
        if before != self.line || matches!(command, Some(Command::Left | Command::Right | Command::Clear)) {
            self.typed.clear();
        }
        true
    }

    fn turn(&self, filter: &mut Filter, shared: &Shared, to: &dyn Fn(usize, usize) -> usize) {
        match self.line {
            0 => turned(&mut filter.form, &forms(shared), to),
            1 => turned(&mut filter.state, &states(shared), to),
            2 => turned(&mut filter.person, &persons(shared), to),
            3 => turned(&mut filter.commune, &communes(shared), to),
            _ => turned(&mut filter.period, &periods(shared), to),
        }
    }

    /// The first choice in which a word begins with what is typed.
    fn find(&self, filter: &mut Filter, shared: &Shared) {
        let typed = fold(&self.typed);
        match self.line {
            0 => found(&mut filter.form, &forms(shared), &typed),
            1 => found(&mut filter.state, &states(shared), &typed),
            2 => found(&mut filter.person, &persons(shared), &typed),
            3 => found(&mut filter.commune, &communes(shared), &typed),
            _ => found(&mut filter.period, &periods(shared), &typed),
        }
    }

    /// Draws it over the list.
    pub fn view(&self, filter: &Filter, shared: &Shared, frame: &mut Frame<'_>) {
        let lang = shared.lang;
        let any = || l::any(lang);
        let rows = [
            (l::filter_form(lang), filter.form.as_ref().map_or_else(any, |form| shared.title(form))),
            (l::filter_state(lang), filter.state.map_or_else(any, |state| state.word(lang))),
            (l::filter_person(lang), filter.person.clone().unwrap_or_else(any)),
            (l::filter_commune(lang), filter.commune.clone().unwrap_or_else(any)),
            (l::filter_period(lang), filter.period.clone().unwrap_or_else(any)),
        ];
        let inside = draw::popup(frame, 58, LINES as u16 + 4, &l::filter_title(lang));
        for (at, (label, value)) in rows.iter().enumerate() {
            let here = at == self.line;
            let text = format!("{} {} ◂ {value} ▸", if here { "▸" } else { " " }, draw::pad(label, 14));
            draw::line(frame, inside, at as u16, &draw::pad(&text, inside.width as usize), if here { theme::selected() } else { Style::default() });
            draw::mark_row(inside, at as u16, at as isize - self.line as isize);
        }
        draw::line(frame, inside, LINES as u16 + 1, &l::filter_hint(lang), theme::faint());
    }
}

fn turned<T: Clone + PartialEq>(value: &mut Option<T>, choices: &Choices<T>, to: &dyn Fn(usize, usize) -> usize) {
    let at = choices.iter().position(|(choice, _)| choice == value).unwrap_or(0);
    value.clone_from(&choices[to(at, choices.len())].0);
}

fn found<T: Clone>(value: &mut Option<T>, choices: &Choices<T>, typed: &str) {
    let begins = |words: &str| {
        let folded = fold(words);
        folded.starts_with(typed) || folded.split(' ').any(|word| word.starts_with(typed)) || folded.contains(typed)
    };
    let hit = if typed.is_empty() {
        choices.first()
    } else {
        choices.iter().skip(1).find(|(_, words)| fold(words).starts_with(typed)).or_else(|| choices.iter().skip(1).find(|(_, words)| begins(words)))
    };
    if let Some((choice, _)) = hit {
        value.clone_from(choice);
    }
}

fn with_any<T>(shared: &Shared, choices: impl Iterator<Item = (T, String)>) -> Choices<T> {
    std::iter::once((None, l::any(shared.lang))).chain(choices.map(|(choice, words)| (Some(choice), words))).collect()
}

fn forms(shared: &Shared) -> Choices<String> {
    with_any(shared, shared.forms.iter().map(|form| (form.id.clone(), form.title.get(shared.lang).to_owned())))
}

fn states(shared: &Shared) -> Choices<Standing> {
    with_any(shared, Standing::ALL.into_iter().map(|state| (state, state.word(shared.lang))))
}

/// Everybody who wrote, by given name.
fn persons(shared: &Shared) -> Choices<String> {
    let mut persons: Vec<&String> = shared.rows.values().map(|row| &row.person).collect::<BTreeSet<_>>().into_iter().collect();
    persons.sort_by_cached_key(|person| given_name_key(person));
    with_any(shared, persons.into_iter().map(|person| (person.clone(), person.clone())))
}

fn communes(shared: &Shared) -> Choices<String> {
    let mut places: Vec<&str> = shared.rows.values().filter_map(|row| shared.place(row)).collect::<BTreeSet<_>>().into_iter().collect();
    places.sort_by_cached_key(|place| key(place));
    with_any(shared, places.into_iter().map(|place| (place.to_owned(), place.to_owned())))
}

/// Years and half-years that records are of, the newest first.
fn periods(shared: &Shared) -> Choices<String> {
    let years: BTreeSet<&str> = shared.rows.values().filter(|row| date::parse_iso(&row.date).is_some()).filter_map(|row| row.date.get(..4)).collect();
    with_any(shared, years.into_iter().rev().flat_map(|year| [year.to_owned(), format!("{year}-H2"), format!("{year}-H1")]).map(|period| (period.clone(), period)))
}
