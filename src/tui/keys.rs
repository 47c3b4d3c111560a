//! The one key table: what a key does in a place, and its name in the footer and in help. A test refuses a key bound twice.

use crate::locale::{Lang, say::answering as a, say::face as f, say::looking as l, say::opening as o, say::screen as s};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A part of the screens with keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    Everywhere,
    Tabs,
    List,
    Home,
    Establishments,
    Establishment,
    Interview,
    Choices,
    Calendar,
    Find,
    Note,
    Table,
    Review,
    Records,
    Record,
    Sync,
    Conflicts,
    Report,
    Welcome,
    Popup,
    Filter,
    History,
    Duplicates,
    Tables,
    Behind,
    SaveAs,
    Running,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Command {
    Quit,
    Help,
    Language,
    Back,
    NextTab,
    PreviousTab,
    Up,
    Down,
    PageUp,
    PageDown,
    Accept,
    NewEstablishment,
    NewForm,
    Edit,
    Find,
    NextSection,
    PreviousSection,
    Note,
    NextProblem,
    CopyPrevious,
    Rows,
    Choices,
    FormLanguage,
    NewLine,
    Review,
    Undo,
    Toggle,
    AddRow,
    CopyRow,
    DeleteRow,
    Submit,
    Discard,
    Void,
    Plan,
    Conflicts,
    NextPeriod,
    PreviousPeriod,
    Demo,
    Filter,
    Left,
    Right,
    NextCell,
    PreviousCell,
    MoveRowUp,
    MoveRowDown,
    Redo,
    Today,
    TypingMode,
    Palette,
    Theme,
    Record,
    Approve,
    SendBack,
    Reply,
    History,
    TakeBack,
    Minutes,
    Duplicates,
    KeepFirst,
    KeepOther,
    Apart,
    Sort,
    Reverse,
    Mark,
    MarkAll,
    Clear,
    Save,
    By,
    Period,
    Tables,
    NextTable,
    PreviousTable,
    NextFormat,
    PreviousFormat,
    Refresh,
    Cancel,
    ShowFile,
}

/// A row of the table.
pub struct Binding {
    /// Where.
    pub place: Place,
    /// The key.
    pub key: (KeyCode, KeyModifiers),
    /// What it does.
    pub command: Command,
    /// Its name, in the footer when short.
    pub label: fn(Lang) -> String,
    /// Whether the footer shows it.
    pub footer: bool,
}

const fn bind(place: Place, code: KeyCode, command: Command, label: fn(Lang) -> String, footer: bool) -> Binding {
    Binding { place, key: (code, KeyModifiers::NONE), command, label, footer }
}

const fn control(place: Place, letter: char, command: Command, label: fn(Lang) -> String, footer: bool) -> Binding {
    Binding { place, key: (KeyCode::Char(letter), KeyModifiers::CONTROL), command, label, footer }
}

const fn alt(place: Place, code: KeyCode, command: Command, label: fn(Lang) -> String) -> Binding {
    Binding { place, key: (code, KeyModifiers::ALT), command, label, footer: false }
}

/// Every key. Letters without Ctrl are never bound: they belong to typing and searching.
pub const TABLE: &[Binding] = {
    use Command as C;
    use KeyCode::{BackTab, Char, Down, Enter, Esc, F, PageDown, PageUp, Tab, Up};
    use Place as P;
    &[
        bind(P::Everywhere, F(1), C::Help, s::key_help, true),
        control(P::Everywhere, 'q', C::Quit, s::key_quit, true),
        bind(P::Everywhere, F(12), C::Language, s::key_language, false),
        control(P::Everywhere, 'p', C::Palette, l::key_palette, true),
        control(P::Everywhere, 'o', C::Theme, l::key_theme, false),
        bind(P::Tabs, Tab, C::NextTab, s::key_next_tab, true),
        bind(P::Tabs, BackTab, C::PreviousTab, s::key_previous_tab, false),
        bind(P::List, Up, C::Up, s::key_up, false),
        bind(P::List, Down, C::Down, s::key_down, false),
        bind(P::List, PageUp, C::PageUp, s::key_page_up, false),
        bind(P::List, PageDown, C::PageDown, s::key_page_down, false),
        bind(P::Home, Enter, C::Accept, s::key_open, true),
        bind(P::Home, F(2), C::NewEstablishment, s::key_new_establishment, true),
        bind(P::Home, F(5), C::Demo, s::key_demo, false),
        bind(P::Home, F(7), C::Conflicts, s::key_conflicts, false),
        bind(P::Home, F(8), C::Duplicates, l::key_duplicates, false),
        bind(P::Establishments, Enter, C::Accept, s::key_open, true),
        bind(P::Establishments, F(2), C::NewEstablishment, s::key_new_establishment, true),
        bind(P::Establishment, Enter, C::Accept, s::key_open, true),
        bind(P::Establishment, F(2), C::NewForm, s::key_new_form, true),
        bind(P::Establishment, F(3), C::Edit, s::key_edit, true),
        bind(P::Establishment, F(4), C::Record, l::key_record, false),
        bind(P::Establishment, Esc, C::Back, s::key_back, true),
        bind(P::Interview, Enter, C::Accept, s::key_next, true),
        bind(P::Interview, F(9), C::Review, s::key_review, true),
        bind(P::Interview, Esc, C::Back, s::key_leave, true),
        bind(P::Interview, Down, C::Down, s::key_down, false),
        bind(P::Interview, Up, C::Up, s::key_up, false),
        bind(P::Interview, PageDown, C::PageDown, s::key_page_down, false),
        bind(P::Interview, PageUp, C::PageUp, s::key_page_up, false),
        bind(P::Interview, Tab, C::NextSection, s::key_next_section, true),
        bind(P::Interview, BackTab, C::PreviousSection, s::key_previous_section, false),
        bind(P::Interview, F(2), C::NewForm, s::key_create_here, false),
        bind(P::Interview, F(3), C::Note, s::key_note, true),
        bind(P::Interview, F(4), C::NextProblem, s::key_next_problem, true),
        bind(P::Interview, F(5), C::CopyPrevious, s::key_copy_previous, false),
        bind(P::Interview, F(6), C::Rows, s::key_rows, false),
        bind(P::Interview, F(7), C::Choices, s::key_choices, false),
        bind(P::Interview, F(8), C::DeleteRow, s::key_delete_row, false),
        Binding { place: P::Interview, key: (Enter, KeyModifiers::ALT), command: C::NewLine, label: crate::locale::say::asking::key_new_line, footer: false },
        control(P::Interview, 'l', C::FormLanguage, crate::locale::say::asking::key_form_language, false),
        control(P::Interview, 'j', C::NewLine, crate::locale::say::asking::key_new_line, false),
        control(P::Interview, 'z', C::Undo, s::key_undo, false),
        control(P::Interview, 'f', C::Find, s::key_find, false),
        control(P::Interview, 'x', C::Discard, s::key_discard, false),
        // What the interview, its tables and its calendar have beside that.
        control(P::Interview, 'y', C::Redo, a::key_redo, false),
        alt(P::Interview, Up, C::MoveRowUp, a::key_move_row_up),
        alt(P::Interview, Down, C::MoveRowDown, a::key_move_row_down),
        bind(P::Table, Tab, C::NextCell, a::key_next_cell, true),
        bind(P::Table, BackTab, C::PreviousCell, a::key_previous_cell, false),
        bind(P::Table, F(3), C::Note, s::key_note, false),
        bind(P::Table, F(4), C::NextProblem, s::key_next_problem, false),
        bind(P::Table, F(9), C::Review, s::key_review, false),
        bind(P::Table, F(7), C::Choices, s::key_choices, false),
        alt(P::Table, Up, C::MoveRowUp, a::key_move_row_up),
        alt(P::Table, Down, C::MoveRowDown, a::key_move_row_down),
        control(P::Table, 'y', C::Redo, a::key_redo, false),
        control(P::Table, 'f', C::Find, s::key_find, false),
        bind(P::Calendar, Enter, C::Accept, s::key_choose, true),
        bind(P::Calendar, KeyCode::Left, C::Left, a::key_day_before, false),
        bind(P::Calendar, KeyCode::Right, C::Right, a::key_day_after, false),
        bind(P::Calendar, KeyCode::Home, C::Today, a::key_today, true),
        bind(P::Calendar, Esc, C::Back, s::key_close, true),
        bind(P::Find, Enter, C::Accept, s::key_go_there, true),
        bind(P::Find, Esc, C::Back, s::key_close, true),
        control(P::Everywhere, 't', C::TypingMode, a::key_typing_mode, false),
        bind(P::Choices, Enter, C::Accept, s::key_choose, true),
        bind(P::Choices, Char(' '), C::Toggle, s::key_toggle, false),
        bind(P::Choices, F(2), C::NewForm, s::key_create_here, false),
        bind(P::Choices, Esc, C::Back, s::key_close, true),
        bind(P::Note, Enter, C::Accept, s::key_keep, true),
        bind(P::Note, Esc, C::Back, s::key_close, true),
        bind(P::Table, Enter, C::Accept, s::key_next, true),
        bind(P::Table, F(2), C::AddRow, s::key_add_row, true),
        bind(P::Table, F(5), C::CopyRow, s::key_copy_row, true),
        bind(P::Table, F(8), C::DeleteRow, s::key_delete_row, true),
        control(P::Table, 'z', C::Undo, s::key_undo, true),
        bind(P::Table, KeyCode::Right, C::Right, s::key_right, false),
        bind(P::Table, KeyCode::Left, C::Left, s::key_left, false),
        bind(P::Table, Esc, C::Back, s::key_close, true),
        bind(P::Review, Enter, C::Accept, s::key_go_there, true),
        bind(P::Review, F(10), C::Submit, s::key_submit, true),
        control(P::Review, 's', C::Submit, s::key_submit, false),
        bind(P::Review, F(6), C::Minutes, l::key_minutes, false),
        bind(P::Review, Esc, C::Back, s::key_back, true),
        bind(P::Records, Enter, C::Accept, s::key_open, true),
        bind(P::Records, F(4), C::Filter, s::key_filter, true),
        bind(P::Records, F(5), C::Sort, l::key_sort, true),
        bind(P::Records, F(6), C::Reverse, l::key_reverse, false),
        bind(P::Records, F(8), C::Mark, l::key_mark, true),
        bind(P::Records, F(9), C::Approve, l::key_approve, true),
        control(P::Records, 'a', C::MarkAll, l::key_mark_all, false),
        control(P::Records, 'z', C::TakeBack, l::key_take_back, false),
        bind(P::Filter, Enter, C::Accept, s::key_close, true),
        bind(P::Filter, KeyCode::Right, C::Right, l::key_next_choice, true),
        bind(P::Filter, KeyCode::Left, C::Left, l::key_previous_choice, false),
        bind(P::Filter, F(5), C::Clear, l::key_clear, true),
        bind(P::Filter, Esc, C::Back, s::key_close, false),
        bind(P::Record, Enter, C::Accept, l::key_why, true),
        bind(P::Record, F(2), C::ShowFile, f::key_show_file, false),
        bind(P::Record, F(3), C::Edit, s::key_edit, true),
        bind(P::Record, F(4), C::Record, l::key_establishment, false),
        bind(P::Record, F(5), C::SendBack, l::key_send_back, true),
        bind(P::Record, F(6), C::Reply, l::key_answer, true),
        bind(P::Record, F(7), C::History, l::key_history, true),
        bind(P::Record, F(8), C::Void, s::key_void, true),
        bind(P::Record, F(9), C::Approve, l::key_approve, true),
        bind(P::Record, F(10), C::Minutes, l::key_minutes, false),
        control(P::Record, 'z', C::TakeBack, l::key_take_back, false),
        bind(P::Record, Esc, C::Back, s::key_back, true),
        bind(P::History, Up, C::Up, l::key_newer, true),
        bind(P::History, Down, C::Down, l::key_older, false),
        bind(P::History, KeyCode::Left, C::Left, l::key_against_older, true),
        bind(P::History, KeyCode::Right, C::Right, l::key_against_newer, false),
        bind(P::History, Esc, C::Back, s::key_close, true),
        bind(P::Sync, Enter, C::Accept, s::key_plan_or_sync, true),
        bind(P::Sync, Up, C::Up, l::key_file_before, false),
        bind(P::Sync, Down, C::Down, l::key_file_after, false),
        bind(P::Sync, F(5), C::Refresh, l::key_drives, false),
        bind(P::Sync, F(7), C::Conflicts, s::key_conflicts, true),
        bind(P::Sync, F(8), C::Duplicates, l::key_duplicates, true),
        bind(P::Running, Esc, C::Cancel, l::key_cancel, true),
        bind(P::Conflicts, Enter, C::Accept, s::key_take, true),
        bind(P::Conflicts, F(7), C::Edit, s::key_other_value, true),
        control(P::Conflicts, 'z', C::TakeBack, l::key_take_back, true),
        bind(P::Conflicts, Esc, C::Back, s::key_back, true),
        bind(P::Duplicates, Enter, C::KeepFirst, l::key_keep_first, true),
        bind(P::Duplicates, F(5), C::KeepOther, l::key_keep_other, true),
        bind(P::Duplicates, F(6), C::Apart, l::key_apart, true),
        bind(P::Duplicates, F(3), C::Edit, l::key_open_other, false),
        bind(P::Duplicates, KeyCode::Right, C::Right, l::key_more_answers, false),
        bind(P::Duplicates, KeyCode::Left, C::Left, l::key_earlier_answers, false),
        control(P::Duplicates, 'z', C::TakeBack, l::key_take_back, true),
        bind(P::Duplicates, Esc, C::Back, s::key_back, true),
        bind(P::Report, Enter, C::Accept, s::key_records, true),
        bind(P::Report, KeyCode::Right, C::NextPeriod, s::key_next_period, true),
        bind(P::Report, KeyCode::Left, C::PreviousPeriod, s::key_previous_period, false),
        bind(P::Report, F(2), C::Save, l::key_save, true),
        bind(P::Report, F(4), C::By, l::key_by, true),
        bind(P::Report, F(5), C::Tables, l::key_tables, true),
        bind(P::Report, F(6), C::Period, l::key_period, false),
        bind(P::Tables, Enter, C::Accept, s::key_records, true),
        bind(P::Tables, F(6), C::NextTable, l::key_next_table, true),
        bind(P::Tables, F(4), C::PreviousTable, l::key_previous_table, false),
        bind(P::Tables, F(2), C::Save, l::key_save, true),
        bind(P::Tables, F(5), C::Tables, l::key_figures, false),
        bind(P::Tables, KeyCode::Right, C::Right, s::key_right, false),
        bind(P::Tables, KeyCode::Left, C::Left, s::key_left, false),
        bind(P::Tables, Esc, C::Back, s::key_back, true),
        bind(P::Behind, Enter, C::Accept, s::key_open, true),
        bind(P::Behind, KeyCode::Right, C::Right, o::key_next_number, false),
        bind(P::Behind, KeyCode::Left, C::Left, o::key_previous_number, false),
        bind(P::Behind, Esc, C::Back, s::key_back, true),
        bind(P::SaveAs, Enter, C::Accept, f::key_write, true),
        bind(P::SaveAs, Down, C::NextFormat, l::key_next_format, true),
        bind(P::SaveAs, Up, C::PreviousFormat, l::key_previous_format, false),
        bind(P::Welcome, Enter, C::Accept, s::key_next, true),
        bind(P::Welcome, Up, C::Up, s::key_up, false),
        bind(P::Welcome, Down, C::Down, s::key_down, false),
        bind(P::Welcome, F(5), C::Demo, s::key_demo, true),
        bind(P::Popup, Esc, C::Back, s::key_close, true),
        bind(P::Popup, Enter, C::Accept, s::key_close, false),
    ]
};

/// What a key does in the first of `places` that knows it.
pub fn command(places: &[Place], key: &KeyEvent) -> Option<Command> {
    let modifiers = key.modifiers - KeyModifiers::SHIFT;
    places.iter().find_map(|place| TABLE.iter().find(|b| b.place == *place && b.key == (key.code, modifiers)).map(|b| b.command))
}

/// The bindings of places, in order.
pub fn bindings<'p>(places: &'p [Place]) -> impl Iterator<Item = &'static Binding> + 'p {
    places.iter().flat_map(|place| TABLE.iter().filter(move |b| b.place == *place))
}

/// The places in the order of the README, with what they are called there.
pub const SECTIONS: &[(Place, &str)] = &[
    (Place::Everywhere, "Everywhere"),
    (Place::Tabs, "On a tab"),
    (Place::List, "In a list"),
    (Place::Home, "Desk"),
    (Place::Establishments, "Establishments"),
    (Place::Establishment, "One establishment"),
    (Place::Interview, "Interview"),
    (Place::Find, "Finding a question"),
    (Place::Calendar, "Calendar"),
    (Place::Choices, "A choice list"),
    (Place::Note, "A line that is asked for"),
    (Place::Table, "Rows as a table"),
    (Place::Review, "Review before handing in"),
    (Place::Records, "Records"),
    (Place::Filter, "The filter of records"),
    (Place::Record, "One record"),
    (Place::History, "Two revisions compared"),
    (Place::Sync, "Sync"),
    (Place::Running, "While a sync runs"),
    (Place::Conflicts, "Conflicts"),
    (Place::Duplicates, "Possible duplicates"),
    (Place::Report, "Report"),
    (Place::Tables, "Report tables"),
    (Place::Behind, "Records behind a number"),
    (Place::SaveAs, "Saving a report"),
    (Place::Welcome, "Welcome"),
    (Place::Popup, "A window over the screen"),
];

/// The table as the README shows it.
pub fn markdown() -> String {
    let mut text = String::from("| where | keys |\n|---|---|\n");
    for (place, title) in SECTIONS {
        let keys = bindings(std::slice::from_ref(place)).map(|b| format!("{} {}", name(b.key), (b.label)(Lang::En)));
        text.push_str(&format!("| {title} | {} |\n", keys.collect::<Vec<_>>().join(" · ")));
    }
    text
}

/// A key's name as people read it on the keyboard.
pub fn name((code, modifiers): (KeyCode, KeyModifiers)) -> String {
    let key = match code {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(c) => c.to_ascii_uppercase().to_string(),
        KeyCode::F(n) => format!("F{n}"),
        KeyCode::BackTab => "Shift-Tab".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::Up => "↑".to_owned(),
        KeyCode::Down => "↓".to_owned(),
        KeyCode::Left => "←".to_owned(),
        KeyCode::Right => "→".to_owned(),
        other => format!("{other:?}"),
    };
    match modifiers {
        KeyModifiers::CONTROL => format!("Ctrl-{key}"),
        KeyModifiers::ALT => format!("Alt-{key}"),
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_bound_twice_in_a_place_and_none_takes_letters_from_typing() {
        for (at, binding) in TABLE.iter().enumerate() {
            assert!(!TABLE[..at].iter().any(|b| b.place == binding.place && b.key == binding.key), "{:?} {}", binding.place, name(binding.key));
            let types = matches!(binding.key, (KeyCode::Char(c), m) if m.is_empty() && c != ' ');
            assert!(!types, "{:?} {}", binding.place, name(binding.key));
        }
    }

    /// `INSTA_UPDATE=always` writes it, as with snapshots.
    #[test]
    fn the_readme_holds_the_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let readme = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = readme.split_once("<!-- keys -->\n").expect("README.md has a place for the keys");
        let (held, after) = rest.split_once("<!-- end of keys -->").expect("README.md has a place for the keys");
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(&path, format!("{before}<!-- keys -->\n{}<!-- end of keys -->{after}", markdown())).unwrap();
        } else {
            assert_eq!(held, markdown());
        }
    }

    #[test]
    fn every_place_has_a_section() {
        assert!(TABLE.iter().all(|binding| SECTIONS.iter().any(|(place, _)| *place == binding.place)));
    }
}
