//! The interview's editing: typing, choosing, reasons, rows.

use super::super::app::Shared;
use super::super::field::Field;
use super::super::keys::Command;
use super::super::message::Effect;
use super::Step;
use super::calendar::Calendar;
use super::choices::{Choices, Outcome};
use super::find::Find;
use super::interview::{InterviewScreen, Over, around, world};
use super::interview_rows::{add_row, delete_row, repeat_here};
use super::{interview_review, interview_table};
use crate::form::Kind;
use crate::interview::derive::Severity;
use crate::interview::outline::Line;
use crate::locale::date;
use crate::locale::say::{self, screen as s};
use crate::value::{Value, ValueType};
use crate::workbench::related::references;
use chrono::NaiveDateTime;
use crossterm::event::{KeyCode, KeyEvent};

/// Whether the question under the cursor is answered from a list.
fn chooses(screen: &InterviewScreen) -> Option<ValueType> {
    let (_, node) = screen.question()?;
    let value = screen.interview.form().node(node).value;
    matches!(value, ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank | ValueType::Reference).then_some(value)
}

/// A key that is no command: typed into the field, or into the search of a choice list that it opens.
pub fn typed(screen: &mut InterviewScreen, key: &KeyEvent, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    // Where no text is typed a slash searches; in a text it is a letter like any other.
    let is_path = screen.question().is_some_and(|(_, node)| screen.interview.form().node(node).value == ValueType::File);
    if key.code == KeyCode::Char('/') && !is_path && !screen.is_typed_into_now(shared, now) {
        return command(screen, Command::Find, shared, now);
    }
    let Some((_, node)) = screen.editable(shared, now) else { return Vec::new() };
    let question = screen.interview.form().node(node);
    let (kind, is_range) = (question.value, question.range.is_some());
    if chooses(screen).is_some() {
        match key.code {
            KeyCode::Char(c) if Field::takes(key) => {
                open_choices(screen, shared, now);
                let outcome = match &mut screen.over {
                    Some(Over::Choices(choices)) => choices.first_key(c),
                    _ => None,
                };
                if let Some(outcome) = outcome {
                    return chosen(screen, outcome, shared, now);
                }
            }
            KeyCode::Backspace | KeyCode::Delete => {
                clear(screen, shared, now);
                screen.enter(shared);
            }
            _ => {}
        }
        return Vec::new();
    }
    let clears = matches!(key.code, KeyCode::Backspace | KeyCode::Delete);
    match (kind, key.code) {
        (ValueType::Acknowledge, KeyCode::Char(' ')) => acknowledge(screen, shared, now),
        (ValueType::Acknowledge, _) if clears => clear(screen, shared, now),
        (ValueType::Acknowledge, _) => {}
        (ValueType::File, _) if clears && screen.field.text().is_empty() => clear(screen, shared, now),
        (_, KeyCode::Left | KeyCode::Right) if is_range => screen.step_range(node, key.code == KeyCode::Right, shared, now),
        _ if Field::takes(key) && screen.field.key(key) => return changed(screen, shared, now),
        _ => {}
    }
    Vec::new()
}

fn clear(screen: &mut InterviewScreen, shared: &Shared, now: NaiveDateTime) {
    if let Some(path) = screen.path() {
        screen.set(&path, None, shared, now);
    }
}

/// Marks or unmarks what is to be acknowledged.
fn acknowledge(screen: &mut InterviewScreen, shared: &Shared, now: NaiveDateTime) {
    if let Some(path) = screen.path() {
        let value = screen.interview.answers().get(&path).is_none().then(|| Value::text("OK"));
        screen.set(&path, value, shared, now);
    }
}

/// Whether the question under the cursor takes several lines.
fn is_multiline(screen: &InterviewScreen) -> bool {
    screen.question().map(|(_, node)| screen.interview.form().node(node)).is_some_and(|node| node.value == ValueType::Text && node.appearance.contains("multiline"))
}

/// Pasted text goes where a key would type.
pub fn paste(screen: &mut InterviewScreen, text: &str, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let takes = screen.editable(shared, now).is_some_and(|(_, node)| screen.interview.form().node(node).value != ValueType::Acknowledge);
    match &mut screen.over {
        Some(Over::Note(field, _)) => field.paste(text),
        Some(Over::Find(find)) => find.paste(text),
        Some(Over::Choices(choices)) => choices.paste(text),
        Some(Over::Review(review)) => review.asking.iter_mut().for_each(|ask| ask.paste(text)),
        Some(_) => {}
        None if !takes => {}
        None => {
            if is_multiline(screen) {
                screen.field.paste_lines(text)
            } else {
                screen.field.paste(text)
            }
            return changed(screen, shared, now);
        }
    }
    Vec::new()
}

/// The field's text changed: it is the answer at once, and kept.
pub fn changed(screen: &mut InterviewScreen, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let (Some(path), true) = (screen.path(), screen.question().is_some()) else { return Vec::new() };
    let text = screen.field.text().to_owned();
    screen.type_at(&path, &text, shared, now);
    screen.layout();
    if shared.trying {
        return Vec::new();
    }
    if !screen.kept {
        let effect = screen.keep(shared, now);
        screen.kept |= effect.is_some();
        return effect.into_iter().collect();
    }
    vec![Effect::Typing { record: screen.record.clone(), path, text }]
}

/// Enter: adds a row, opens an unanswered list, asks for a missing reason, or goes on.
pub fn accept(screen: &mut InterviewScreen, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    match screen.lines.get(screen.at).copied() {
        Some(Line::Add(row, node)) => {
            let path = screen.interview.derived().instance.path(screen.interview.form(), row, node);
            return add_row(screen, &path, shared, now);
        }
        Some(Line::Question(_, node)) if screen.interview.form().node(node).value == ValueType::Acknowledge && screen.editable(shared, now).is_some() => {
            acknowledge(screen, shared, now);
        }
        _ => {}
    }
    let blank = screen.path().is_some_and(|path| !screen.interview.answers().contains_key(&path));
    if chooses(screen).is_some() && blank && screen.editable(shared, now).is_some() {
        open_choices(screen, shared, now);
        return Vec::new();
    }
    if wants_reason(screen) {
        screen.over = Some(Over::Note(Field::default(), true));
        return Vec::new();
    }
    screen.next(shared, now)
}

/// Whether the answer under the cursor is unusual and has no reason yet.
fn wants_reason(screen: &InterviewScreen) -> bool {
    let Some(path) = screen.path() else { return false };
    let soft = screen.interview.findings().into_iter().any(|f| f.path == path && f.severity == Severity::Soft);
    soft && !screen.interview.notes().contains_key(&path)
}

/// Further commands.
pub fn command(screen: &mut InterviewScreen, command: Command, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    match command {
        Command::Choices => match screen.question().map(|(_, node)| screen.interview.form().node(node).value) {
            Some(ValueType::Date) => open_calendar(screen, shared, now),
            Some(ValueType::File) => return screen.show_file(shared),
            _ => open_choices(screen, shared, now),
        },
        Command::NewForm => return create(screen, shared, now),
        Command::NewLine if is_multiline(screen) && screen.editable(shared, now).is_some() => {
            screen.field.paste_lines("\n");
            return changed(screen, shared, now);
        }
        Command::Note => {
            let text = screen.path().and_then(|path| screen.interview.notes().get(&path).cloned()).unwrap_or_default();
            screen.over = screen.question().map(|_| Over::Note(Field::new(text), false));
        }
        Command::FormLanguage => screen.next_language(shared, now),
        Command::Find => screen.over = Some(Over::Find(Find::new(screen, shared))),
        Command::CopyPrevious => copy_previous(screen, shared, now),
        Command::Undo | Command::Redo => {
            if command == Command::Undo {
                screen.undo(shared, now)
            } else {
                screen.redo(shared, now)
            }
            return screen.keep(shared, now).into_iter().collect();
        }
        Command::Rows => return interview_table::open(screen, shared, now),
        Command::MoveRowUp | Command::MoveRowDown => return interview_table::move_row_here(screen, command == Command::MoveRowUp, shared, now),
        Command::DeleteRow => {
            if let Some((repeat, Some(row))) = repeat_here(screen) {
                if screen.fixes_rows(&repeat) {
                    shared.notice = Some(say::asking::rows_are_fixed(shared.lang));
                    return Vec::new();
                }
                delete_row(screen, &row, shared, now);
                return screen.left(shared, now);
            }
            shared.notice = Some(s::no_rows_here(shared.lang));
        }
        _ => {}
    }
    Vec::new()
}

fn copy_previous(screen: &mut InterviewScreen, shared: &mut Shared, now: NaiveDateTime) {
    let (Some((row, node)), Some(path)) = (screen.editable(shared, now), screen.path()) else { return };
    let previous = {
        let world = world(shared, &screen.record);
        screen.interview.previous(row, node, around(&world, shared, now))
    };
    match previous {
        Some(value) => {
            screen.set(&path, Some(value), shared, now);
            screen.field = Field::default();
            screen.enter(shared);
        }
        None => shared.notice = Some(s::no_previous(shared.lang)),
    }
}

/// Opens the list of the question under the cursor.
fn open_choices(screen: &mut InterviewScreen, shared: &Shared, now: NaiveDateTime) {
    let (Some((row, node)), Some(path)) = (screen.editable(shared, now), screen.path()) else { return };
    let form = screen.interview.form();
    let question = form.node(node);
    let current = screen.interview.answers().get(&path);
    let choices = match question.value {
        ValueType::Reference => {
            let near = references(form, &screen.interview.derived().instance);
            Choices::of_records(shared, question.to.as_deref().unwrap_or_default(), &near, current)
        }
        _ => {
            let world = world(shared, &screen.record);
            let set = screen.interview.derived().choices(form, around(&world, shared, now), row, node);
            Choices::new(set, question.value, current)
        }
    };
    if question.kind == Kind::Question && (!choices.is_empty() || question.value == ValueType::Reference) {
        screen.over = Some(Over::Choices(choices));
    }
}

/// Makes the record that a reference needs, in place.
fn create(screen: &mut InterviewScreen, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let Some((_, node)) = screen.editable(shared, now) else { return Vec::new() };
    let Some(form) = screen.interview.form().node(node).to.clone() else { return Vec::new() };
    screen.over = None;
    screen.creating = screen.path();
    let mut effects = screen.left(shared, now);
    effects.push(Effect::begin(form, None));
    effects
}

/// Something was chosen.
fn chosen(screen: &mut InterviewScreen, outcome: Outcome, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let Some(path) = screen.path() else { return Vec::new() };
    screen.over = None;
    match outcome {
        Outcome::Nothing => Vec::new(),
        Outcome::Skipped => screen.next(shared, now),
        Outcome::Create => create(screen, shared, now),
        Outcome::Chosen(value) => {
            screen.set(&path, value, shared, now);
            let mut effects = screen.gather(shared);
            if wants_reason(screen) {
                screen.over = Some(Over::Note(Field::default(), true));
            } else {
                effects.extend(screen.next(shared, now));
            }
            effects
        }
    }
}

/// A key while something lies over the questions.
pub fn over(screen: &mut InterviewScreen, key: &KeyEvent, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Step {
    let effects = match screen.over.take() {
        Some(Over::Choices(mut choices)) => match choices.key(key, command) {
            Some(outcome) => chosen(screen, outcome, shared, now),
            None => {
                screen.over = Some(Over::Choices(choices));
                Vec::new()
            }
        },
        Some(Over::Note(field, wanted)) => note(screen, (field, wanted), key, command, shared, now),
        Some(Over::Find(asked)) => find(screen, asked, key, command, shared, now),
        Some(Over::Calendar(shown)) => calendar(screen, shown, key, command, shared, now),
        Some(Over::Review(review)) => interview_review::key(screen, review, key, command, shared, now),
        // Enter throws away, anything else keeps.
        Some(Over::Discard) if command == Some(Command::Accept) => {
            let effect = Effect::Discard(screen.record.clone());
            return Step { effects: vec![effect], pop: true, push: None };
        }
        Some(Over::Discard) | None => Vec::new(),
    };
    Step { effects, ..Step::default() }
}

fn note(screen: &mut InterviewScreen, (mut field, wanted): (Field, bool), key: &KeyEvent, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    match command {
        Some(Command::Accept) => {
            if let Some(path) = screen.path() {
                screen.interview.note(&path, &crate::locale::fold::nfc(field.text()));
                screen.layout();
            }
            if wanted { screen.next(shared, now) } else { screen.left(shared, now) }
        }
        // Moving on without a reason is allowed; the review asks again.
        Some(Command::Back) if wanted => screen.next(shared, now),
        Some(Command::Back) => Vec::new(),
        _ => {
            if Field::takes(key) {
                field.key(key);
            }
            screen.over = Some(Over::Note(field, wanted));
            Vec::new()
        }
    }
}

fn find(screen: &mut InterviewScreen, mut find: Find, key: &KeyEvent, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    match command {
        Some(Command::Accept) => {
            let effects = screen.left(shared, now);
            match find.target() {
                Some(path) => {
                    screen.tables.clear();
                    screen.go_to(path, shared, now);
                }
                None => shared.notice = Some(s::nothing_found(shared.lang, find.text())),
            }
            effects
        }
        Some(Command::Back) => Vec::new(),
        _ => {
            find.key(key, command);
            screen.over = Some(Over::Find(find));
            Vec::new()
        }
    }
}

/// Opens the calendar at the day that is answered.
fn open_calendar(screen: &mut InterviewScreen, shared: &Shared, now: NaiveDateTime) {
    let (Some(_), Some(path)) = (screen.editable(shared, now), screen.path()) else { return };
    let day = screen.interview.answers().get(&path).and_then(|value| date::parse_iso(&value.plain()));
    screen.over = Some(Over::Calendar(Calendar::new(day, now.date())));
}

/// In the calendar: arrows move, Enter takes the day, a digit goes back to typing.
fn calendar(screen: &mut InterviewScreen, mut calendar: Calendar, key: &KeyEvent, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    match (command, screen.path()) {
        (Some(Command::Accept), Some(path)) => {
            screen.set(&path, Some(Value::text(calendar.day.to_string())), shared, now);
            if wants_reason(screen) {
                screen.over = Some(Over::Note(Field::default(), true));
                return Vec::new();
            }
            return screen.next(shared, now);
        }
        (Some(Command::Back), _) => {}
        (None, _) if matches!(key.code, KeyCode::Char(c) if c.is_ascii_digit()) => {
            screen.field = Field::default();
            return typed(screen, key, shared, now);
        }
        _ => {
            calendar.key(command);
            screen.over = Some(Over::Calendar(calendar));
        }
    }
    Vec::new()
}
