//! What all screens draw with: the frame, lists, gauges, popups.

use super::app::App;
use super::field::{clip, shorten};
use super::keys::{self, Place};
use super::theme;
use crate::error::Failure;
use crate::locale::{Lang, number, say::face, say::screen as s};
use crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph, Wrap};
use std::cell::RefCell;
use unicode_width::UnicodeWidthStr;

/// What a click does there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// Opens a tab.
    Tab(usize),
    /// Presses a key of the footer.
    Key(KeyCode, KeyModifiers),
    /// Goes so many steps down from what is pointed at (up, where negative); on that itself, opens it.
    Row(isize),
}

thread_local! {
    /// What lies where on the last drawn frame; the last drawn lies on top.
    static HITS: RefCell<Vec<(Rect, Hit)>> = const { RefCell::new(Vec::new()) };
}

/// Forgets what lay where: a new frame begins.
pub fn clear_hits() {
    HITS.with_borrow_mut(Vec::clear);
}

fn mark(area: Rect, hit: Hit) {
    HITS.with_borrow_mut(|hits| hits.push((area, hit)));
}

/// A click on this row of an area goes so many steps down from what is pointed at.
pub fn mark_row(area: Rect, row: u16, steps: isize) {
    if row < area.height {
        mark(Rect { y: area.y + row, height: 1, ..area }, Hit::Row(steps));
    }
}

/// What a click there does.
pub fn hit(column: u16, row: u16) -> Option<Hit> {
    HITS.with_borrow(|hits| hits.iter().rev().find(|(area, _)| area.contains((column, row).into())).map(|(_, hit)| *hit))
}

/// A frame to draw into.
pub type Frame<'a> = ratatui::Frame<'a>;

/// Below this the screens cannot be used.
pub const LEAST: (u16, u16) = (60, 20);

/// Draws header and footer; gives the area between them, or `None` when the window is too small.
pub fn frame(app: &App, places: &[Place], frame: &mut Frame<'_>) -> Option<Rect> {
    let area = frame.area();
    let lang = app.shared.lang;
    if area.width < LEAST.0 || area.height < LEAST.1 {
        frame.render_widget(Paragraph::new(s::too_small(lang, LEAST.0, LEAST.1)).wrap(Wrap { trim: true }), area);
        return None;
    }
    let [head, rule, body, rule_below, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0), Constraint::Length(1), Constraint::Length(1)]).areas(area);
    header(app, frame, head);
    for line in [rule, rule_below] {
        frame.render_widget(Paragraph::new("─".repeat(area.width as usize)).style(theme::faint()), line);
    }
    footer(app, places, frame, foot);
    Some(Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body })
}

fn header(app: &App, frame: &mut Frame<'_>, area: Rect) {
    let shared = &app.shared;
    let lang = shared.lang;
    let tabs = [s::tab_home(lang), s::tab_establishments(lang), s::tab_records(lang), s::tab_sync(lang), s::tab_report(lang)];
    let current = app.screens.first().and_then(super::screen::Screen::tab);
    let mut spans = Vec::new();
    let banner = if shared.identity.demo || shared.trying { 7 } else { 0 };
    let tabs_width: usize = tabs.iter().map(|tab| tab.width() + 2).sum();
    // Where there is little room the tabs go before the program's own name.
    if current.is_none() || s::program(lang).width() + 2 + banner + tabs_width <= area.width as usize {
        spans.push(Span::styled(format!(" {} ", s::program(lang)), theme::title()));
    }
    if shared.identity.demo || shared.trying {
        let banner = if shared.trying { s::trying_banner(lang) } else { s::demo_short(lang) };
        spans.push(Span::styled(format!(" {banner} "), theme::alert()));
    }
    if current.is_some() {
        for (at, tab) in tabs.iter().enumerate() {
            let column = spans.iter().map(Span::width).sum::<usize>() as u16;
            mark(Rect { x: area.x + column, width: tab.width() as u16 + 2, ..area }, Hit::Tab(at));
            let style = if current == Some(at) { theme::selected() } else { theme::faint() };
            spans.push(Span::styled(format!(" {tab} "), style));
        }
    }
    let left: usize = spans.iter().map(Span::width).sum();
    let who =
        if shared.identity.person.is_empty() { String::new() } else { format!("{} · {}", shared.identity.person, shared.identity.device.split('-').next().unwrap_or_default()) };
    let room = (area.width as usize).saturating_sub(left + 2);
    let who = shorten(&who, room);
    spans.push(Span::raw(" ".repeat(room.saturating_sub(who.width()) + 1)));
    spans.push(Span::styled(who, theme::faint()));
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

fn footer(app: &App, places: &[Place], frame: &mut Frame<'_>, area: Rect) {
    let shared = &app.shared;
    let lang = shared.lang;
    let at_work = shared.progress.filter(|_| places.contains(&Place::Running)).map(|seen| face::seen(lang, number::format(&seen.to_string(), lang)));
    let behind = shared.behind.map(|behind| behind.text(lang));
    let notice = at_work.as_ref().or(shared.notice.as_ref()).or(behind.as_ref());
    let state = match (notice, shared.busy, shared.saved_at) {
        (Some(notice), ..) => notice.clone(),
        (None, true, _) => s::busy(lang),
        (None, false, saved) => {
            let saved = saved.map_or_else(String::new, |at| s::saved_at(lang, at.format("%H:%M")));
            let unsynced = if shared.unsynced > 0 { s::unsynced(lang, shared.unsynced) } else { String::new() };
            [saved, unsynced].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ")
        }
    };
    let width = area.width as usize - 2;
    let room = width.saturating_sub(if notice.is_some() { state.width().min(width * 2 / 3) } else { state.width().min(LEAST_STATE) } + 2);
    let keys = footer_keys(places, lang, room);
    let shown = keys.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("  ");
    let state = shorten(&state, width.saturating_sub(shown.width() + 1));
    let gap = width.saturating_sub(state.width() + shown.width());
    let mut column = area.x + (1 + state.width() + gap) as u16;
    for ((code, modifiers), text) in &keys {
        mark(Rect { x: column, width: text.width() as u16, ..area }, Hit::Key(*code, *modifiers));
        column += text.width() as u16 + 2;
    }
    let style = if notice.is_some() { theme::strong() } else { theme::good() };
    let line = Line::from(vec![Span::raw(" "), Span::styled(state, style), Span::raw(" ".repeat(gap)), Span::styled(shown, theme::faint())]);
    frame.render_widget(Paragraph::new(line), area);
}

/// What the store last did stays in sight, however many keys there are: `Đã lưu 14:03`.
const LEAST_STATE: usize = 12;

/// The keys that fit: the place's first two and the way out, its third, help and quit, then the others, shown in the table's
/// order.
fn footer_keys(places: &[Place], lang: Lang, room: usize) -> Vec<((KeyCode, KeyModifiers), String)> {
    let bound: Vec<_> = keys::bindings(places).filter(|b| b.footer).collect();
    let all: Vec<_> = bound.iter().map(|b| (b.place == Place::Everywhere, format!("{} {}", keys::name(b.key), (b.label)(lang)))).collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    let own = |at: &usize| all[..*at].iter().filter(|(everywhere, _)| !everywhere).count();
    let first = |at: &usize| !bound[..*at].iter().any(|earlier| earlier.key == bound[*at].key);
    order.retain(first);
    order.sort_by_key(|at| {
        if bound[*at].command == keys::Command::Palette {
            // It finds what else there is, so it gives way to what works here.
            (4, *at)
        } else if all[*at].0 {
            (2, *at)
        } else if own(at) < 2 || bound[*at].command == keys::Command::Back {
            // The way out is always told.
            (0, *at)
        } else if own(at) < 3 {
            (1, *at)
        } else {
            (3, *at)
        }
    });
    let mut used = 0;
    let mut chosen: Vec<usize> = order
        .into_iter()
        .filter(|at| {
            let wide = all[*at].1.width() + 2;
            let fits = used + wide <= room + 2;
            used += if fits { wide } else { 0 };
            fits
        })
        .collect();
    chosen.sort_unstable();
    chosen.iter().map(|at| (bound[*at].key, all[*at].1.clone())).collect()
}

/// A wrapped text.
pub fn text(frame: &mut Frame<'_>, area: Rect, text: &str) {
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: false }), area);
}

/// One styled line at a row of an area; nothing beyond its edges.
pub fn line(frame: &mut Frame<'_>, area: Rect, row: u16, text: &str, style: Style) {
    if row < area.height {
        let at = Rect { y: area.y + row, height: 1, ..area };
        frame.render_widget(Paragraph::new(clip(text, area.width as usize)).style(style), at);
    }
}

/// A heading with a line under the rest of the row.
pub fn heading(frame: &mut Frame<'_>, area: Rect, row: u16, title: &str) {
    line(frame, area, row, &shorten(title, area.width as usize), theme::title());
}

/// The first line to show of a list so that the selected one is in sight.
pub fn scroll(selected: usize, height: usize, count: usize) -> usize {
    let selected = if selected < count { selected } else { 0 };
    let middle = selected.saturating_sub(height / 2);
    middle.min(count.saturating_sub(height))
}

/// A list of lines with one selected; only what is in sight is made.
pub fn list(frame: &mut Frame<'_>, area: Rect, count: usize, selected: usize, make: impl Fn(usize) -> String) {
    let height = area.height as usize;
    let first = scroll(selected, height, count);
    for (row, at) in (first..count.min(first + height)).enumerate() {
        let style = if at == selected { theme::selected() } else { Style::default() };
        let text = shorten(&make(at), area.width as usize);
        let text = if at == selected { pad(&text, area.width as usize) } else { text };
        line(frame, area, row as u16, &text, style);
        // Where nothing is pointed at, the first step leads to the first line.
        let steps = if selected < count { at as isize - selected as isize } else { at as isize + 1 };
        mark_row(area, row as u16, steps);
    }
}

/// Fills a text up to a width.
pub fn pad(text: &str, width: usize) -> String {
    let text = shorten(text, width);
    let room = width.saturating_sub(text.width());
    text + &" ".repeat(room)
}

/// Columns of fixed widths, separated by a space.
pub fn columns(cells: &[(&str, usize)]) -> String {
    cells.iter().map(|(cell, width)| pad(cell, *width)).collect::<Vec<_>>().join(" ")
}

/// A bar of `width` cells filled by `share` (0 to 1).
pub fn gauge(share: f64, width: usize) -> String {
    let full = (share.clamp(0.0, 1.0) * width as f64).round() as usize;
    "█".repeat(full) + &"░".repeat(width - full)
}

/// Moves a selection.
pub fn select(selected: &mut usize, command: Option<keys::Command>, count: usize) -> bool {
    use keys::Command as C;
    let last = count.saturating_sub(1);
    *selected = match command {
        Some(C::Up) => selected.saturating_sub(1),
        Some(C::Down) => (*selected + 1).min(last),
        Some(C::PageUp) => selected.saturating_sub(10),
        Some(C::PageDown) => (*selected + 10).min(last),
        _ => {
            *selected = (*selected).min(last);
            return false;
        }
    };
    true
}

/// Clears the middle of the screen for a popup and gives the area inside its border.
pub fn popup(frame: &mut Frame<'_>, width: u16, height: u16, title: &str) -> Rect {
    let all = frame.area();
    let (width, height) = (width.min(all.width.saturating_sub(2)), height.min(all.height.saturating_sub(2)));
    let area = Rect { x: (all.width - width) / 2, y: (all.height - height) / 2, width, height };
    frame.render_widget(Clear, area);
    // What lies under a popup is not clicked; the footer names its keys.
    HITS.with_borrow_mut(|hits| hits.retain(|(_, hit)| matches!(hit, Hit::Key(..))));
    let block = Block::default().borders(Borders::ALL).border_style(theme::strong()).title(format!(" {title} "));
    let inside = block.inner(area);
    frame.render_widget(block, area);
    inside
}

/// A sentence and a way out.
pub fn failure(failure: &Failure, lang: Lang, frame: &mut Frame<'_>) {
    let inside = popup(frame, 66, 9, &s::not_done(lang));
    let text = failure.lines(lang).join("\n\n");
    frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), inside);
}
