//! A month to pick a day from, Monday first.

use super::super::draw::{self, Frame};
use super::super::keys::Command;
use super::super::theme;
use crate::locale::{Lang, date, say::answering as s};
use chrono::{Datelike, Days, Months, NaiveDate};
use ratatui::layout::Rect;

/// The calendar, with a day pointed at.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    /// The day pointed at.
    pub day: NaiveDate,
    today: NaiveDate,
}

impl Calendar {
    /// With a day pointed at, today if there is none yet.
    pub fn new(day: Option<NaiveDate>, today: NaiveDate) -> Self {
        Self { day: day.unwrap_or(today), today }
    }

    /// Moves; false when the command means nothing here.
    pub fn key(&mut self, command: Option<Command>) -> bool {
        let days = |n: i64| if n < 0 { self.day.checked_sub_days(Days::new(n.unsigned_abs())) } else { self.day.checked_add_days(Days::new(n as u64)) };
        let moved = match command {
            Some(Command::Left) => days(-1),
            Some(Command::Right) => days(1),
            Some(Command::Up) => days(-7),
            Some(Command::Down) => days(7),
            Some(Command::PageUp) => self.day.checked_sub_months(Months::new(1)),
            Some(Command::PageDown) => self.day.checked_add_months(Months::new(1)),
            Some(Command::Today) => Some(self.today),
            _ => return false,
        };
        self.day = moved.unwrap_or(self.day);
        true
    }

    /// Draws it.
    pub fn view(&self, lang: Lang, frame: &mut Frame<'_>) {
        let inside = draw::popup(frame, 34, 12, &s::month_title(lang, self.day.month(), self.day.year()));
        draw::line(frame, inside, 0, &s::weekdays(lang), theme::faint());
        let first = self.day.with_day(1).unwrap_or(self.day);
        let offset = first.weekday().num_days_from_monday();
        for day in first.iter_days().take_while(|day| day.month() == first.month()) {
            let cell = offset + day.day() - 1;
            let place = Rect { x: inside.x + 1 + (cell % 7) as u16 * 4, width: 4, ..inside };
            let style = match day {
                day if day == self.day => theme::selected(),
                day if day == self.today => theme::strong(),
                _ => ratatui::style::Style::default(),
            };
            let mark = if day == self.today { '*' } else { ' ' };
            draw::line(frame, place, (cell / 7) as u16 + 1, &format!("{:>2}{mark}", day.day()), style);
        }
        draw::line(frame, inside, 8, &date::show_long(self.day, lang), theme::strong());
        draw::line(frame, inside, 9, &s::calendar_keys(lang), theme::faint());
    }
}
