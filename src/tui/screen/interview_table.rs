//! The keys of a table of rows: moving from cell to cell, typing into them, adding, copying, moving and deleting rows.

use super::super::app::Shared;
use super::super::field::Field;
use super::super::keys::Command;
use super::super::message::Effect;
use super::interview::{InterviewScreen, Over, around, world};
use super::interview_edit;
use super::interview_rows::{add_row, copy_row, delete_row, repeat_here};
use super::review::Review;
use super::table::{Table, columns};
use crate::form::Kind;
use crate::locale::say::{self, screen as s};
use chrono::NaiveDateTime;
use crossterm::event::{KeyCode, KeyEvent};

/// Opens the table of the repeat around the cursor, at the same answer.
pub fn open(screen: &mut InterviewScreen, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let Some((repeat, row)) = repeat_here(screen) else {
        shared.notice = Some(s::no_rows_here(shared.lang));
        return Vec::new();
    };
    let effects = screen.left(shared, now);
    let table = Table { repeat, ..Table::default() };
    let at = row.and_then(|row| place_of(screen, &table, &row)).unwrap_or(if table.rows(screen).is_empty() { 0 } else { table.rows(screen).len() });
    let here = screen.question().and_then(|(_, node)| columns(screen, &table.repeat).iter().position(|id| *id == node));
    screen.tables.push(Table { row: at, column: here.unwrap_or(0), ..table });
    seat(screen, shared);
    effects
}

/// Which row a path is of.
fn place_of(screen: &InterviewScreen, table: &Table, path: &str) -> Option<usize> {
    let instance = &screen.interview.derived().instance;
    let prefix = format!("{}/", path.trim_end_matches('/'));
    table.rows(screen).iter().position(|row| prefix.starts_with(&*instance.row(*row).prefix))
}

/// Puts the interview's cursor on the question of the cell.
fn seat(screen: &mut InterviewScreen, shared: &Shared) {
    let Some(mut table) = screen.tables.pop() else { return };
    let rows = table.rows(screen).len();
    let last = if screen.fixes_rows(&table.repeat) { rows.saturating_sub(1) } else { rows };
    table.row = table.row.min(last);
    table.column = table.column.min(columns(screen, &table.repeat).len().saturating_sub(1));
    table.typing = false;
    let instance = &screen.interview.derived().instance;
    let path = match table.cell(screen) {
        Some((row, node)) => instance.path(screen.interview.form(), row, node),
        None => format!("{}+", table.repeat),
    };
    let line = screen.line_of(&path);
    table.live = line.is_some() && !path.ends_with('+');
    screen.tables.push(table);
    if let Some(line) = line {
        screen.at = line;
        screen.enter(shared);
    }
}

/// Leaves the cell, moves, and enters another.
fn go(screen: &mut InterviewScreen, shared: &mut Shared, now: NaiveDateTime, to: impl FnOnce(&mut Table)) -> Vec<Effect> {
    let effects = screen.left(shared, now);
    if let Some(table) = screen.tables.last_mut() {
        to(table);
    }
    seat(screen, shared);
    effects
}

/// A key while a table is open.
pub fn key(screen: &mut InterviewScreen, key: &KeyEvent, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    use Command as C;
    let Some(table) = screen.tables.last().cloned() else { return Vec::new() };
    match command {
        Some(C::Back) => close(screen, shared, now),
        Some(C::Up) => go(screen, shared, now, |t| t.row = t.row.saturating_sub(1)),
        Some(C::Down) => go(screen, shared, now, |t| t.row += 1),
        Some(C::PageUp) => go(screen, shared, now, |t| t.row = t.row.saturating_sub(10)),
        Some(C::PageDown) => go(screen, shared, now, |t| t.row += 10),
        Some(C::Left | C::Right) if table.typing && screen.is_typed_into() => {
            screen.field.key(key);
            Vec::new()
        }
        Some(C::Left | C::PreviousCell) => go(screen, shared, now, |t| t.column = t.column.saturating_sub(1)),
        Some(C::Right | C::NextCell) => go(screen, shared, now, |t| t.column += 1),
        Some(C::Accept) => accept(screen, &table, shared, now),
        Some(C::Undo | C::Redo) => {
            let undoes = command == Some(C::Undo);
            if undoes {
                screen.undo(shared, now)
            } else {
                screen.redo(shared, now)
            }
            follow(screen, &table, undoes);
            seat(screen, shared);
            screen.keep(shared, now).into_iter().collect()
        }
        Some(C::AddRow | C::CopyRow | C::DeleteRow | C::MoveRowUp | C::MoveRowDown) => change_rows(screen, &table, command, shared, now),
        Some(C::NextProblem) => {
            screen.tables.clear();
            screen.next_problem(shared, now)
        }
        Some(C::Review) => {
            let effects = screen.left(shared, now);
            screen.tables.clear();
            screen.over = Some(Over::Review(Review::new(screen)));
            effects
        }
        Some(command) if table.live => interview_edit::command(screen, command, shared, now),
        Some(_) => Vec::new(),
        None => type_into(screen, &table, key, shared, now),
    }
}

fn type_into(screen: &mut InterviewScreen, table: &Table, key: &KeyEvent, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    if !table.live {
        return Vec::new();
    }
    if let Some(table) = screen.tables.last_mut() {
        table.typing |= Field::takes(key) && !matches!(key.code, KeyCode::Home | KeyCode::End);
    }
    let effects = interview_edit::typed(screen, key, shared, now);
    keep_column(screen);
    effects
}

/// What was answered may have brought columns or taken them away: the cursor stays on its question.
fn keep_column(screen: &mut InterviewScreen) {
    let Some(table) = screen.tables.last().filter(|table| table.live) else { return };
    let found = screen.question().and_then(|(_, node)| columns(screen, &table.repeat).iter().position(|id| *id == node));
    if let (Some(found), Some(table)) = (found, screen.tables.last_mut()) {
        table.column = found;
    }
}

/// Esc: to the table around it, or back to the questions, on the answer where the cursor stood.
fn close(screen: &mut InterviewScreen, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let effects = screen.left(shared, now);
    screen.tables.pop();
    if screen.tables.is_empty() {
        screen.settle_cursor(shared, now)
    } else {
        seat(screen, shared)
    }
    effects
}

/// Enter: adds a row, opens a repeat inside, or answers and goes on to the next cell.
fn accept(screen: &mut InterviewScreen, table: &Table, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let Some((row, node)) = table.cell(screen) else {
        return change_rows(screen, table, Some(Command::AddRow), shared, now);
    };
    let form = screen.interview.form();
    if matches!(form.node(node).kind, Kind::Repeat(_)) {
        let repeat = screen.interview.derived().instance.path(form, row, node);
        let effects = screen.left(shared, now);
        screen.tables.push(Table { repeat, ..Table::default() });
        seat(screen, shared);
        return effects;
    }
    if table.live { interview_edit::accept(screen, shared, now) } else { next(screen, shared, now) }
}

/// To the next cell that can be answered, in this row or the next one; behind the last to the place to add a row.
pub fn next(screen: &mut InterviewScreen, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    keep_column(screen);
    let Some(table) = screen.tables.last().cloned() else { return Vec::new() };
    let effects = screen.left(shared, now);
    let count = columns(screen, &table.repeat).len();
    let here = (table.column + 1..count).map(|column| (table.row, column));
    let below = (0..count).map(|column| (table.row + 1, column));
    let found = here.chain(below).find(|(row, column)| is_asked(screen, &Table { row: *row, column: *column, ..table.clone() }, shared, now));
    let (row, column) = found.unwrap_or((table.row + 1, 0));
    if let Some(table) = screen.tables.last_mut() {
        (table.row, table.column) = (row, column);
    }
    seat(screen, shared);
    effects
}

fn is_asked(screen: &InterviewScreen, table: &Table, shared: &Shared, now: NaiveDateTime) -> bool {
    let Some((row, node)) = table.cell(screen) else { return false };
    let form = screen.interview.form();
    let instance = &screen.interview.derived().instance;
    if matches!(form.node(node).kind, Kind::Repeat(_)) {
        return instance.is_relevant(form, row, node);
    }
    screen.line_of(&instance.path(form, row, node)).is_some_and(|at| screen.is_stop(at, shared, now))
}

fn change_rows(screen: &mut InterviewScreen, table: &Table, command: Option<Command>, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let moves = matches!(command, Some(Command::MoveRowUp | Command::MoveRowDown));
    if !moves && screen.fixes_rows(&table.repeat) {
        shared.notice = Some(say::asking::rows_are_fixed(shared.lang));
        return Vec::new();
    }
    let mut effects = screen.left(shared, now);
    let row = table.row_path(screen);
    let (mut to, mut column) = (table.row, table.column);
    match (command, row) {
        (Some(Command::AddRow), _) => {
            effects.extend(add_row(screen, &table.repeat, shared, now));
            (to, column) = (table.rows(screen).len().saturating_sub(1), 0);
        }
        (Some(Command::CopyRow), Some(row)) => {
            copy_row(screen, &row, &table.repeat, table.row + 1, shared, now);
            to += 1;
        }
        (Some(Command::DeleteRow), Some(row)) => delete_row(screen, &row, shared, now),
        (Some(command), Some(row)) if moves => {
            let target = if command == Command::MoveRowUp { table.row.checked_sub(1) } else { Some(table.row + 1) };
            to = target.filter(|to| move_row(screen, &row, *to, shared, now)).unwrap_or(to);
        }
        _ => {}
    }
    if let Some(table) = screen.tables.last_mut() {
        (table.row, table.column) = (to, column);
    }
    seat(screen, shared);
    if command == Some(Command::AddRow) && !is_asked(screen, &Table { row: to, column, ..table.clone() }, shared, now) {
        effects.extend(next(screen, shared, now));
    }
    effects.extend(screen.left(shared, now));
    effects
}

/// Moves a row so that it becomes the `to`-th of its repeat.
pub fn move_row(screen: &mut InterviewScreen, row: &str, to: usize, shared: &Shared, now: NaiveDateTime) -> bool {
    let moved = {
        let world = world(shared, &screen.record);
        screen.interview.move_row(row, to, around(&world, shared, now))
    };
    if moved {
        screen.layout();
        screen.note_step(screen.path());
    }
    moved
}

/// One row up or down with the row around the cursor.
pub fn move_row_here(screen: &mut InterviewScreen, up: bool, shared: &mut Shared, now: NaiveDateTime) -> Vec<Effect> {
    let Some((repeat, Some(row))) = repeat_here(screen) else {
        shared.notice = Some(s::no_rows_here(shared.lang));
        return Vec::new();
    };
    let effects = screen.left(shared, now);
    let table = Table { repeat, ..Table::default() };
    let at = place_of(screen, &table, &row);
    if let Some(to) = at.and_then(|at| if up { at.checked_sub(1) } else { Some(at + 1) }) {
        move_row(screen, &row, to, shared, now);
        screen.settle_cursor(shared, now);
    }
    effects.into_iter().chain(screen.left(shared, now)).collect()
}

/// After taking back, to the row in which something changed.
fn follow(screen: &mut InterviewScreen, table: &Table, undone: bool) {
    let change = if undone { screen.redo.last() } else { screen.undo.last() };
    let row = change.and_then(|change| place_of(screen, table, &change.at));
    if let (Some(row), Some(table)) = (row, screen.tables.last_mut()) {
        table.row = row;
    }
}
