//! What of all records is shown, and in which order.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::listing::{Listing, Mark, in_period, years};
use super::super::theme;
use super::super::words;
use crate::locale::collate::key;
use crate::locale::fold::fold;
use crate::locale::{Lang, say::looking as l, say::screen as s};
use crate::record::history::State;
use crate::store::Part;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::style::Style;
use std::cmp::Reverse;

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

    fn fits(self, mark: &Mark) -> bool {
        match self {
            Self::State(state) => mark.state == state,
            Self::InConflict => mark.in_conflict,
            Self::WithProblem => mark.with_problem,
        }
    }
}

impl Filter {
    /// Which of some records are shown, in their order.
    pub fn shown(&self, order: &[u32], listing: &Listing) -> Vec<u32> {
        if self.is_empty() {
            return order.to_vec();
        }
        let number = |wanted: &Option<String>, names: &[Part]| wanted.as_ref().map(|wanted| names.iter().position(|name| name == wanted).map_or(u32::MAX - 1, |at| at as u32));
        let (form, person, place) = (number(&self.form, &listing.forms), number(&self.person, &listing.persons), number(&self.commune, &listing.places));
        let fits = |mark: &Mark| {
            form.is_none_or(|form| u32::from(mark.form) == form)
                && self.state.is_none_or(|state| state.fits(mark))
                && person.is_none_or(|person| mark.person == person)
                && self.period.as_ref().is_none_or(|period| in_period(mark.day, period))
                && place.is_none_or(|place| listing.place_of(mark) == place)
        };
        order.iter().copied().filter(|at| fits(listing.mark(*at))).collect()
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

    /// All records in this order. Equal ones stand by when they were saved, the last first, so that an order never depends on
    /// chance.
    pub fn order(self, shared: &Shared) -> Vec<u32> {
        let listing = &shared.listing;
        match self {
            Self::Saved => listing.saved().to_vec(),
            Self::Day => listing.order(|mark| Reverse(mark.day)),
            Self::Form => {
                let titles: Vec<Vec<u8>> = listing.forms.iter().map(|form| key(&shared.title(form))).collect();
                let rank: Vec<usize> = titles.iter().map(|title| titles.iter().filter(|other| *other < title).count()).collect();
                listing.order(|mark| rank[usize::from(mark.form)])
            }
            Self::State => listing.order(|mark| mark.state as u8),
            Self::Person => listing.order(|mark| mark.person),
            Self::Name => listing.order(|mark| listing.name(mark)),
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
    with_any(shared, shared.listing.persons.iter().map(|person| (person.to_string(), person.to_string())))
}

fn communes(shared: &Shared) -> Choices<String> {
    with_any(shared, shared.listing.places.iter().map(|place| (place.to_string(), place.to_string())))
}

/// Years and half-years that records are of, the newest first.
fn periods(shared: &Shared) -> Choices<String> {
    let years = years(&shared.listing).into_iter();
    with_any(shared, years.flat_map(|year| [year.to_string(), format!("{year}-H2"), format!("{year}-H1")]).map(|period| (period.clone(), period)))
}
