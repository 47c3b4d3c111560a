//! Records that may be one: why they look alike, both side by side; they are one, or they are not. Both can be taken back.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::field::shorten;
use super::super::keys::{Command, Place};
use super::super::message::Effect;
use super::super::task::Task;
use super::super::theme;
use super::super::words;
use super::Step;
use super::ask::{Ask, Asked};
use super::record::decides;
use crate::form::instance::ROOT_ROW;
use crate::form::{Kind, ROOT};
use crate::interview::show;
use crate::locale::{Lang, date, say::looking as l};
use crate::value::ValueType;
use crate::workbench::related::Related;
use crate::workbench::waiting::Alike;
use crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;

/// What is to be decided of the pair.
#[derive(Clone, Copy)]
enum Verdict {
    KeepFirst,
    KeepOther,
    Apart,
}

/// The screen.
pub struct Duplicates {
    pairs: Vec<Alike>,
    selected: usize,
    scroll: usize,
    asking: Option<Ask<Verdict>>,
}

impl Duplicates {
    /// With what is open.
    pub fn new(pairs: Vec<Alike>) -> Self {
        Self { pairs, selected: 0, scroll: 0, asking: None }
    }

    /// The same pairs, decided ones gone; the selection stays where it was.
    pub fn renew(&mut self, pairs: Vec<Alike>) {
        self.selected = self.selected.min(pairs.len().saturating_sub(1));
        self.pairs = pairs;
    }

    /// The places whose keys work.
    pub fn places(&self) -> Vec<Place> {
        if self.asking.is_some() { vec![Place::Note] } else { vec![Place::Duplicates, Place::List] }
    }

    /// Takes a key.
    pub fn key(&mut self, key: &KeyEvent, command: Option<Command>, shared: &mut Shared) -> Step {
        if let Some(ask) = &mut self.asking {
            match ask.key(key, command) {
                Asked::Open => {}
                Asked::Dropped => self.asking = None,
                Asked::Given(reason) => return self.decide(reason),
            }
            return Step::default();
        }
        if draw::select(&mut self.selected, command, self.pairs.len()) {
            self.scroll = 0;
            return Step::default();
        }
        match command {
            Some(Command::Back) => return Step::back(),
            Some(Command::Right) => self.scroll += 3,
            Some(Command::Left) => self.scroll = self.scroll.saturating_sub(3),
            Some(Command::TakeBack) => return super::records::take_back(shared),
            Some(Command::Edit) => return self.pairs.get(self.selected).map(|alike| Step::record(&alike.pair.other)).unwrap_or_default(),
            Some(Command::KeepFirst) => self.ask(Verdict::KeepFirst, shared),
            Some(Command::KeepOther) => self.ask(Verdict::KeepOther, shared),
            Some(Command::Apart) => self.ask(Verdict::Apart, shared),
            _ => {}
        }
        Step::default()
    }

    fn ask(&mut self, verdict: Verdict, shared: &mut Shared) {
        let Some(alike) = self.pairs.get(self.selected) else { return };
        if !decides(shared) {
            return;
        }
        // Where two decided differently, one of both is taken back first.
        if !alike.pair.disputed.is_empty() {
            shared.notice = Some(l::decided_differently(shared.lang));
            return;
        }
        let lang = shared.lang;
        let hint = match verdict {
            Verdict::KeepFirst => l::link_hint(lang, name(&alike.other), name(&alike.one)),
            Verdict::KeepOther => l::link_hint(lang, name(&alike.one), name(&alike.other)),
            Verdict::Apart => l::apart_hint(lang),
        };
        self.asking = Some(Ask::new(l::pair_reason(lang), hint, "", verdict));
    }

    fn decide(&mut self, reason: String) -> Step {
        let (Some(alike), Some(ask)) = (self.pairs.get(self.selected), self.asking.take()) else { return Step::default() };
        let (one, other) = (alike.pair.one.clone(), alike.pair.other.clone());
        let (record, other) = if matches!(ask.what, Verdict::KeepOther) { (one, other) } else { (other, one) };
        Step::effect(Effect::Task(Task::Pair { record, other, is_link: !matches!(ask.what, Verdict::Apart), reason }))
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        if let Some(ask) = &mut self.asking {
            ask.paste(text);
        }
    }

    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        draw::heading(frame, area, 0, &l::duplicates_title(lang, self.pairs.len()));
        let Some(alike) = self.pairs.get(self.selected) else {
            return draw::line(frame, area, 2, &l::duplicates_none(lang), theme::good());
        };
        let high = (area.height / 4).clamp(2, 10).min(self.pairs.len() as u16);
        let list = Rect { y: area.y + 1, height: high, ..area };
        draw::list(frame, list, self.pairs.len(), self.selected, |at| {
            let pair = &self.pairs[at];
            format!("{} | {} · {}", pair.one.row.summary, pair.other.row.summary, pair.reasons(lang))
        });
        let body = Rect { y: area.y + high + 2, height: area.height.saturating_sub(high + 2), ..area };
        view_pair(alike, self.scroll, shared, frame, body);
        if let Some(ask) = &self.asking {
            ask.view(frame);
        }
    }
}

fn view_pair(alike: &Alike, scroll: usize, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
    let lang = shared.lang;
    draw::line(frame, area, 0, &l::alike_by(lang, alike.reasons(lang)), theme::warning());
    let [label, one, other] = Layout::horizontal([Constraint::Percentage(28), Constraint::Percentage(36), Constraint::Percentage(36)]).spacing(1).areas(area);
    let head = |related: &Related| format!("{} · {}", words::state(related.row.state, lang), wrote(related));
    draw::line(frame, one, 1, &shorten(&head(&alike.one), one.width as usize), theme::strong());
    draw::line(frame, other, 1, &shorten(&head(&alike.other), other.width as usize), theme::strong());
    let lines = beside(alike, shared);
    let room = (area.height as usize).saturating_sub(2);
    let first = scroll.min(lines.len().saturating_sub(room));
    for (at, [name, left, right]) in lines.iter().skip(first).take(room).enumerate() {
        let row = at as u16 + 2;
        // Equal answers are marked, not only coloured.
        let (mark, style) = if left == right { ("=", theme::faint()) } else { ("≠", Style::default()) };
        draw::line(frame, label, row, &shorten(&format!("{mark} {name}"), label.width as usize), style);
        draw::line(frame, one, row, &shorten(left, one.width as usize), style);
        draw::line(frame, other, row, &shorten(right, other.width as usize), style);
    }
}

/// The first part of a record's line: enough beside the other's.
fn name(related: &Related) -> &str {
    related.row.summary.split(" · ").next().unwrap_or_default()
}

fn wrote(related: &Related) -> String {
    let row = &related.row;
    format!("{} · {} · {}", row.person, row.device.split('-').next().unwrap_or_default(), date::local(row.at.time()).format("%d/%m/%Y"))
}

/// Label, the one's answer, the other's, of all questions that either answers.
fn beside(alike: &Alike, shared: &Shared) -> Vec<[String; 3]> {
    let form = &alike.one.form;
    let questions = form.ids().filter(|id| form.node(*id).scope == ROOT && form.node(*id).kind == Kind::Question);
    let rows = questions.filter_map(|id| {
        let label = show::label(form, &alike.one.instance, (ROOT_ROW, id), shared.lang);
        let name = &form.node(id).name;
        let answers = [&alike.one, &alike.other].map(|related| answer(related, name, shared, shared.lang));
        let [one, other] = answers;
        (one != "–" || other != "–").then_some([label, one, other])
    });
    rows.collect()
}

fn answer(related: &Related, name: &str, shared: &Shared, lang: Lang) -> String {
    let form = &related.form;
    let found = form.find(name).filter(|id| form.node(*id).scope == ROOT);
    let value = found.and_then(|id| Some((id, related.instance.read(form, ROOT_ROW, id).to_value(form.node(id).value)?)));
    match value {
        None => "–".to_owned(),
        Some((id, value)) if form.node(id).value == ValueType::Reference => shared.summary(&value.plain()),
        Some((id, value)) => show::one_line(&show::value(form, id, &value, lang)),
    }
}
