//! What official papers share: the national heading, the bodies that issue them, the line of place and day (Decree 30/2020).

use crate::export::page::{Align, Block, Grid, Paragraph, Run, Slot};
use crate::locale::say::output as s;
use crate::locale::{Lang, date};
use crate::workbench::Desk;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// The list in which an office says who it is and on which laws its papers rest.
const LIST: &str = "lists/minutes.csv";

/// Who issues a paper and on what grounds, as the office's list says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letterhead {
    /// The body above the one that issues.
    pub authority: String,
    /// The one that issues.
    pub unit: String,
    /// Where.
    pub place: String,
    /// The laws, a sentence each.
    pub bases: Vec<String>,
    /// Who gets it.
    pub recipients: Vec<String>,
}

impl Desk {
    /// The letterhead of the office's list, else of the shipped one.
    pub fn letterhead(&self, lang: Lang) -> Letterhead {
        let Some(list) = self.library().list(LIST) else { return Letterhead::default() };
        let of = |part: &str| {
            list.choices.iter().filter(|choice| list.cell(&choice.name, "part").is_some_and(|p| &**p == part)).map(|choice| choice.label.get(lang).to_owned()).collect::<Vec<_>>()
        };
        let one = |part: &str| of(part).into_iter().next().unwrap_or_default();
        Letterhead { authority: one("authority"), unit: one("unit"), place: one("place"), bases: of("basis"), recipients: of("recipient") }
    }
}

/// `ngày 05 tháng 7 năm 2026`: a zero before days below 10 and before months 1 and 2 only.
pub fn official_day(day: Option<NaiveDate>, lang: Lang) -> String {
    let Some(day) = day else { return s::open_day(lang) };
    let month = if day.month() <= 2 { format!("{:02}", day.month()) } else { day.month().to_string() };
    match lang {
        Lang::Vi => s::official_day(lang, format!("{:02}", day.day()), month, day.year()),
        Lang::En => date::show_date(day),
    }
}

impl Letterhead {
    /// The heading: who issues at the left, the nation at the right, and under each its number or its place and day.
    pub fn blocks(&self, number: &str, day: Option<NaiveDate>, lang: Lang) -> Vec<Block> {
        let centred = |run: Run| Paragraph::of(vec![run]).at(Align::Centre);
        let underlined = |text: &str| centred(Run { underline: true, ..Run::bold(text) });
        let number = if number.is_empty() { s::no_number(lang) } else { s::numbered(lang, number) };
        let slot = |text: Vec<Paragraph>| Slot { text, columns: 1, rows: 1 };
        let mut grid = Grid { head: 0, lines: false, ..Grid::new(&[44, 56], 12) };
        grid.rows.push(vec![slot(vec![centred(Run::new(&self.authority)), underlined(&self.unit)]), slot(vec![centred(Run::bold(s::nation(lang))), underlined(&s::motto(lang))])]);
        let place = s::place_and_day(lang, &self.place, official_day(day, lang));
        grid.rows.push(vec![slot(vec![centred(Run::new(number))]), slot(vec![Paragraph::italic(place).at(Align::Centre)])]);
        vec![Block::Grid(grid)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_days_and_the_first_two_months_get_a_zero() {
        let day = |y, m, d| official_day(NaiveDate::from_ymd_opt(y, m, d), Lang::Vi);
        assert_eq!(day(2026, 7, 5), "ngày 05 tháng 7 năm 2026");
        assert_eq!(day(2026, 2, 1), "ngày 01 tháng 02 năm 2026");
        assert_eq!(day(2026, 11, 23), "ngày 23 tháng 11 năm 2026");
        assert_eq!(official_day(None, Lang::Vi), "ngày … tháng … năm …");
    }
}
