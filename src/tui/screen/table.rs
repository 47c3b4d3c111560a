//! The rows of a repeat as a table that is typed into: a row a line, the first column fixed, wide tables moving under it.
//! Its cell is the interview's question; only the way of showing and of moving differs.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::shorten;
use super::super::theme;
use super::interview::InterviewScreen;
use crate::form::instance::RowId;
use crate::form::{Kind, NodeId};
use crate::interview::derive::Severity;
use crate::interview::{markdown, show};
use crate::locale::Lang;
use crate::locale::say::{answering, screen as s};
use crate::value::ValueType;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The narrowest and the widest column.
const NARROW: usize = 12;
const WIDE: usize = 28;

/// The table of one repeat.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Its path.
    pub repeat: String,
    /// The row under the cursor; behind the last one stands the place to add a row.
    pub row: usize,
    /// The column under the cursor.
    pub column: usize,
    /// Something was typed into the cell: the arrows move in its text.
    pub typing: bool,
    /// The cell is asked: the interview's cursor stands on its question.
    pub live: bool,
}

/// Where the columns stand.
struct Columns {
    all: Vec<NodeId>,
    /// Those in sight, by their place in `all`.
    shown: Vec<usize>,
    width: usize,
    gutter: usize,
}

impl Table {
    /// The rows.
    pub fn rows<'s>(&self, screen: &'s InterviewScreen) -> &'s [RowId] {
        screen.interview.rows(&self.repeat)
    }

    /// The row and question under the cursor.
    pub fn cell(&self, screen: &InterviewScreen) -> Option<(RowId, NodeId)> {
        Some((*self.rows(screen).get(self.row)?, *columns(screen, &self.repeat).get(self.column)?))
    }

    /// The path of a row, as `energy/k3f9`.
    pub fn row_path(&self, screen: &InterviewScreen) -> Option<String> {
        let row = self.rows(screen).get(self.row)?;
        Some(screen.interview.derived().instance.row(*row).prefix.trim_end_matches('/').to_owned())
    }

    /// The cell where it is no question that can be answered now, and what can be done there.
    pub(super) fn beside(&self, screen: &InterviewScreen, lang: Lang) -> Option<((RowId, NodeId), String)> {
        let (row, node) = self.cell(screen).filter(|_| !self.live)?;
        let is_repeat = matches!(screen.interview.form().node(node).kind, Kind::Repeat(_));
        Some(((row, node), if is_repeat { answering::opens_rows(lang) } else { answering::not_asked_here(lang) }))
    }

    /// Which columns fit: the first one always, and as many others as the cursor's needs to be in sight.
    fn lay_out(&self, screen: &InterviewScreen, rows: usize, width: usize) -> Columns {
        let all = columns(screen, &self.repeat);
        let gutter = rows.max(1).to_string().len() + 1;
        let room = width.saturating_sub(gutter);
        let fitting = (room / (NARROW + 1)).clamp(2, all.len().max(2));
        let first = (self.column + 2).saturating_sub(fitting).max(1);
        let shown = std::iter::once(0).chain(first..).take_while(|at| *at < all.len()).take(fitting).collect();
        Columns { all, shown, width: (room / fitting).saturating_sub(1).clamp(4, WIDE), gutter }
    }

    /// Draws it.
    pub fn view(&self, screen: &InterviewScreen, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let rows = self.rows(screen);
        let columns = self.lay_out(screen, rows.len(), area.width as usize);
        self.view_head(screen, &columns, rows, shared, frame, area);
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        let fixed = screen.fixes_rows(&self.repeat);
        let count = rows.len() + usize::from(!fixed);
        let height = body.height as usize;
        let first = draw::scroll(self.row, height, count);
        for (line, at) in (first..count.min(first + height)).enumerate() {
            match rows.get(at) {
                Some(row) => self.view_row(screen, &columns, (at, *row), line as u16, shared, frame, body),
                None => {
                    let style = if self.row == at { theme::selected() } else { theme::faint() };
                    draw::line(frame, body, line as u16, &shorten(&answering::add_row_here(shared.lang), body.width as usize), style);
                }
            }
        }
    }

    fn view_head(&self, screen: &InterviewScreen, columns: &Columns, rows: &[RowId], shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        let form = screen.interview.form();
        let mut title = format!("{} · {}", self.title(screen, shared), s::rows_count(lang, rows.len()));
        if columns.shown.len() < columns.all.len() {
            let left = if columns.shown.get(1).is_some_and(|at| *at > 1) { "‹ " } else { "" };
            let right = if columns.shown.last().is_some_and(|at| at + 1 < columns.all.len()) { " ›" } else { "" };
            title += &format!(" · {left}{}{right}", answering::column_of(lang, self.column + 1, columns.all.len()));
        }
        draw::heading(frame, area, 0, &title);
        for (place, at) in columns.shown.iter().enumerate() {
            // What a label shows of its row is shown of the first.
            let id = columns.all[*at];
            let label = rows.first().map_or_else(|| markdown::plain(form.node(id).label.get(lang)), |row| screen.say((*row, id), "label", shared));
            draw::line(frame, columns.place(place, area), 1, &shorten(&label, columns.width), theme::faint());
        }
    }

    /// The repeat's label, behind those of the rows around it.
    fn title(&self, screen: &InterviewScreen, shared: &Shared) -> String {
        let titles = screen.tables.iter().take_while(|t| self.repeat.starts_with(&t.repeat)).filter_map(|table| {
            let (row, node) = screen.interview.derived().instance.locate(screen.interview.form(), &table.repeat)?;
            let label = Some(screen.say((row, node), "label", shared)).filter(|l| !l.is_empty()).unwrap_or_else(|| screen.interview.form().node(node).name.clone());
            Some(if table.repeat == self.repeat { label } else { format!("{label} {}", table.row + 1) })
        });
        titles.collect::<Vec<_>>().join(" › ")
    }

    #[allow(clippy::too_many_arguments)]
    fn view_row(&self, screen: &InterviewScreen, columns: &Columns, (at, row): (usize, RowId), line: u16, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let here = at == self.row;
        let number = format!("{:>width$}", at + 1, width = columns.gutter - 1);
        draw::line(frame, area, line, &number, if here { theme::strong() } else { theme::faint() });
        for (place, column) in columns.shown.iter().enumerate() {
            let id = columns.all[*column];
            let area = columns.place(place, area);
            if here && *column == self.column {
                self.view_cell(screen, (row, id), line, shared, frame, area);
                continue;
            }
            let text = screen.table_cell((row, id), shared);
            let style = match screen.interview.derived().problem_at(row, id) {
                Some((Severity::Soft, _)) => theme::warning(),
                _ if text.starts_with('✗') => theme::alert(),
                _ => Style::default(),
            };
            draw::line(frame, area, line, &shorten(&text, columns.width), style);
        }
    }

    /// The cell under the cursor: what is typed, or the answer.
    fn view_cell(&self, screen: &InterviewScreen, at: (RowId, NodeId), line: u16, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let width = area.width as usize;
        if self.live && screen.is_typed_into() {
            let mark = screen.cell_mark(at);
            let before = mark.chars().count();
            let (text, column) = screen.field.window(width.saturating_sub(before + 1));
            draw::line(frame, area, line, &format!("{mark}{}", draw::pad(&text, width.saturating_sub(before))), theme::field());
            if screen.over.is_none() {
                frame.set_cursor_position((area.x + (before + column) as u16, area.y + line));
            }
            return;
        }
        draw::line(frame, area, line, &draw::pad(&screen.table_cell(at, shared), width), theme::selected());
        if screen.over.is_none() {
            frame.set_cursor_position((area.x, area.y + line));
        }
    }
}

impl Columns {
    /// Where the column of this place stands.
    fn place(&self, place: usize, area: Rect) -> Rect {
        let x = (self.gutter + place * (self.width + 1)) as u16;
        Rect { x: area.x + x.min(area.width), width: (self.width as u16).min(area.width.saturating_sub(x)), ..area }
    }
}

impl InterviewScreen {
    /// Whether the form itself says how many rows a repeat has.
    pub(super) fn fixes_rows(&self, repeat: &str) -> bool {
        let form = self.interview.form();
        form.node_of_path(repeat).map(|id| form.node(id)).is_some_and(|node| node.logic.repeat_count.is_some() || node.fixed_rows)
    }

    /// What is wrong with an answer, as a mark before it.
    fn cell_mark(&self, (row, id): (RowId, NodeId)) -> &'static str {
        let form = self.interview.form();
        let derived = self.interview.derived();
        if !self.unread.is_empty() && self.unread.contains_key(&derived.instance.path(form, row, id)) {
            return "✗ ";
        }
        match derived.problem_at(row, id) {
            Some((Severity::Hard, _)) if derived.instance.cell(form, row, id).value.is_blank() => "• ",
            Some((Severity::Hard, _)) => "✗ ",
            Some(_) => "⚠ ",
            None => "",
        }
    }

    /// An answer in a table, with the mark that it has among the questions; of a repeat inside the number of its rows.
    fn table_cell(&self, (row, id): (RowId, NodeId), shared: &Shared) -> String {
        let form = self.interview.form();
        let derived = self.interview.derived();
        if !derived.instance.is_relevant(form, row, id) {
            return String::new();
        }
        if let Kind::Repeat(scope) = form.node(id).kind {
            return format!("{} ›", s::rows_count(shared.lang, derived.instance.children(form, row, scope).len()));
        }
        if !self.unread.is_empty()
            && let Some(typed) = self.unread.get(&derived.instance.path(form, row, id))
        {
            return format!("✗ {typed}");
        }
        let value = derived.value(form, row, id);
        let mark = self.cell_mark((row, id));
        let shown = match value {
            None => "–".to_owned(),
            Some(value) if form.node(id).value == ValueType::Reference => shared.summary(&value.plain()),
            Some(value) => show::one_line(&show::answer(form, &derived.instance, (row, id), &value, shared.lang)),
        };
        format!("{mark}{shown}")
    }
}

/// The questions and results of a repeat that have a label, and the repeats inside: those that are asked in some row.
pub(super) fn columns(screen: &InterviewScreen, repeat: &str) -> Vec<NodeId> {
    let form = screen.interview.form();
    let Some(Kind::Repeat(scope)) = form.node_of_path(repeat).map(|id| form.node(id).kind) else { return Vec::new() };
    let rows = screen.interview.rows(repeat);
    let instance = &screen.interview.derived().instance;
    let is_asked = |id: &NodeId| rows.is_empty() || rows.iter().any(|row| instance.is_relevant(form, *row, *id));
    let is_column = |id: &NodeId| match form.node(*id).kind {
        Kind::Question | Kind::Calculate => !form.node(*id).label.is_empty() && is_asked(id),
        Kind::Repeat(_) => is_asked(id),
        _ => false,
    };
    form.scope(scope).nodes.iter().copied().filter(is_column).collect()
}
