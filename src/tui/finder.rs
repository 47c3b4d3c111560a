//! The finder over everything: F1 shows what works on this screen, Ctrl-P what there is at all. Both are searched by typing,
//! without tone marks, and Enter does what is pointed at.

use super::app::Shared;
use super::draw::{self, Frame};
use super::field::Field;
use super::keys::{self, Command, Place};
use super::screen::filter::{Filter, Standing};
use super::theme;
use crate::locale::fold::{Query, fold};
use crate::locale::{Lang, say::looking as l, say::screen as s};
use crate::record::history::State;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// What an entry does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Presses a key of the screen.
    Press(KeyCode, KeyModifiers),
    /// Opens a tab.
    Tab(usize),
    /// Opens the conflicts.
    Conflicts,
    /// Opens records that may be one.
    Duplicates,
    /// Opens the records, filtered.
    Records(Filter),
    /// Begins a record of a form.
    Begin(String),
    /// The other language.
    Language,
    /// The next theme.
    Theme,
    /// Ends the program.
    Quit,
}

/// Which of both it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The keys of the screen.
    Help,
    /// Everything.
    Palette,
}

/// The finder, open.
pub struct Finder {
    kind: Kind,
    field: Field,
    selected: usize,
    /// The places whose keys worked when it was opened.
    places: Vec<Place>,
}

/// An entry: its key or nothing, its name, what it does.
pub struct Entry {
    /// The key's name, empty where there is none.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What it does.
    pub action: Action,
}

impl Finder {
    /// Opened over a screen.
    pub fn new(kind: Kind, places: Vec<Place>) -> Self {
        Self { kind, field: Field::default(), selected: 0, places }
    }

    /// The entries that fit what is typed, in either language: whoever knows a thing by its other name finds it too.
    pub fn entries(&self, shared: &Shared) -> Vec<Entry> {
        let query = Query::new(self.field.text());
        let all = |lang| match self.kind {
            Kind::Help => keys_of(&self.places, lang),
            Kind::Palette => everything(&self.places, shared, lang),
        };
        let both = all(shared.lang).into_iter().zip(all(shared.lang.other()));
        both.filter(|(entry, other)| [entry, other].iter().any(|named| query.matches(&fold(&format!("{} {}", named.name, named.key))))).map(|(entry, _)| entry).collect()
    }

    /// Takes a key: what to do, if anything, and whether it stays open.
    pub fn key(&mut self, key: &KeyEvent, shared: &Shared) -> (Option<Action>, bool) {
        let entries = self.entries(shared);
        let command = keys::command(&[Place::Popup, Place::List], key);
        if draw::select(&mut self.selected, command, entries.len()) {
            return (None, true);
        }
        match (command, key.code) {
            (Some(Command::Accept), _) => (entries.into_iter().nth(self.selected).map(|entry| entry.action), false),
            (Some(Command::Back), _) | (_, KeyCode::F(1)) => (None, false),
            _ => {
                if Field::takes(key) && self.field.key(key) {
                    self.selected = 0;
                }
                (None, true)
            }
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.selected = 0;
    }

    /// Draws it over everything.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>) {
        let lang = shared.lang;
        let entries = self.entries(shared);
        let title = if self.kind == Kind::Help { s::help_title(lang) } else { l::palette_title(lang) };
        let all = match self.kind {
            Kind::Help => keys_of(&self.places, lang).len(),
            Kind::Palette => usize::MAX,
        };
        let high = all.saturating_add(6).min(frame.area().height as usize - 2) as u16;
        let inside = draw::popup(frame, 64, high, &title);
        let label = s::search(lang);
        let (text, column) = self.field.window((inside.width as usize).saturating_sub(label.width() + 2));
        draw::line(frame, inside, 0, &format!("{label} {text}"), theme::strong());
        frame.set_cursor_position((inside.x + (label.width() + 1 + column) as u16, inside.y));
        let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(3), ..inside };
        if entries.is_empty() {
            draw::line(frame, list, 0, &s::nothing_found(lang, self.field.text()), theme::faint());
        }
        draw::list(frame, list, entries.len(), self.selected, |at| format!("{} {}", draw::pad(&entries[at].key, 10), entries[at].name));
        let below = if self.kind == Kind::Help { s::help_typing(lang) } else { l::palette_hint(lang) };
        draw::line(frame, inside, inside.height.saturating_sub(1), &below, theme::faint());
    }
}

fn keys_of(places: &[Place], lang: Lang) -> Vec<Entry> {
    let mut places = places.to_vec();
    places.push(Place::Everywhere);
    let entries = keys::bindings(&places).map(|b| Entry { key: keys::name(b.key), name: (b.label)(lang), action: Action::Press(b.key.0, b.key.1) });
    entries.collect()
}

/// Everything there is, the screen's own first.
fn everything(places: &[Place], shared: &Shared, lang: Lang) -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        keys_of(places, lang).into_iter().filter(|entry| !matches!(entry.action, Action::Press(KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown, _))).collect();
    // A form is being tried: there is nothing else to go to.
    if shared.identity.person.is_empty() {
        return entries;
    }
    let mut go = |name: String, action: Action| entries.push(Entry { key: String::new(), name, action });
    let tabs = [s::tab_home(lang), s::tab_establishments(lang), s::tab_records(lang), s::tab_sync(lang), s::tab_report(lang)];
    for (at, tab) in tabs.into_iter().enumerate() {
        go(l::go_to(lang, tab), Action::Tab(at));
    }
    go(l::go_conflicts(lang), Action::Conflicts);
    go(l::go_duplicates(lang), Action::Duplicates);
    for state in [Standing::State(State::Submitted), Standing::State(State::Returned), Standing::InConflict, Standing::WithProblem] {
        go(l::go_records(lang, state.word(lang)), Action::Records(Filter { state: Some(state), ..Filter::default() }));
    }
    for form in &shared.forms {
        go(l::go_new(lang, form.title.get(lang)), Action::Begin(form.id.clone()));
        go(l::go_records(lang, form.title.get(lang)), Action::Records(Filter { form: Some(form.id.clone()), ..Filter::default() }));
    }
    go(l::go_language(lang), Action::Language);
    go(l::go_theme(lang), Action::Theme);
    go(s::key_quit(lang), Action::Quit);
    entries
}
