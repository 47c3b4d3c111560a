//! Before and after support as bars: revenue, workers, energy per unit of product, with the programme's lines of +20 % and
//! −15 % drawn into them.

use super::super::draw::{self, Frame};
use super::super::theme;
use crate::form::NodeId;
use crate::form::instance::ROOT_ROW;
use crate::form::{Form, ROOT};
use crate::interview::show;
use crate::locale::{Lang, number, say::looking as l};
use crate::workbench::related::Related;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A pair of bars.
struct Chart {
    name: String,
    before: (f64, String),
    after: (f64, String),
    /// Where the programme draws its line, and whether more is better.
    line: Option<(f64, bool)>,
}

/// What a follow-up tells.
#[derive(Default)]
pub struct Charts(Vec<Chart>);

/// Revenue is to grow by this share, energy per unit of product to fall by that.
const GROWTH: f64 = 0.20;
const CUT: f64 = 0.15;

impl Charts {
    /// Of a follow-up.
    pub fn of(related: &Related, lang: Lang) -> Self {
        let pair = |before: &str, after: &str| Some((number_of(related, before, lang)?, number_of(related, after, lang)?));
        let revenue =
            pair("revenue_before", "revenue_after").map(|(before, after)| Chart { name: l::chart_revenue(lang), line: Some((before.0 * (1.0 + GROWTH), true)), before, after });
        let workers = pair("workers_before", "workers_after").map(|(before, after)| Chart { name: l::chart_workers(lang), line: None, before, after });
        // Energy is compared per unit of product, which the form reckons as a share of before: fuels
        // where there were any, else all energy, as its own verdict does.
        let energy = ["fuel_cut", "energy_cut"].iter().find_map(|name| number_of(related, name, lang)).map(|(cut, _)| {
            let percent = |value: f64| (value, format!("{} %", number::format_f64(value, 1, lang)));
            Chart { name: l::chart_energy(lang), before: percent(100.0), after: percent(100.0 - cut), line: Some((100.0 * (1.0 - CUT), false)) }
        });
        Self([revenue, workers, energy].into_iter().flatten().collect())
    }

    /// Its lines.
    pub fn height(&self) -> u16 {
        2 * self.0.len() as u16
    }

    /// Draws them.
    pub fn view(&self, lang: Lang, frame: &mut Frame<'_>, area: Rect) {
        for (at, chart) in self.0.iter().enumerate() {
            chart.view(lang, frame, Rect { y: area.y + 2 * at as u16, height: 2, ..area });
        }
    }
}

impl Chart {
    fn view(&self, lang: Lang, frame: &mut Frame<'_>, area: Rect) {
        const NAME: usize = 11;
        const WHEN: usize = 6;
        const TEXT: usize = 14;
        // One width for all charts, so that their bars stand under each other.
        let bars = (area.width as usize).saturating_sub(NAME + WHEN + TEXT + 3).min(40);
        let [goal, mark] = self.verdict(lang);
        let texts = [format!("{} {goal}", self.before.1), format!("{} {mark}", self.after.1)];
        let most = [self.before.0, self.after.0, self.line.map_or(0.0, |(at, _)| at)].into_iter().fold(0.0_f64, f64::max).max(f64::MIN_POSITIVE);
        let cells = |value: f64| ((value.max(0.0) / most) * bars.saturating_sub(1) as f64).round() as usize;
        let mark = self.line.map(|(at, _)| cells(at));
        let values = [(l::chart_before(lang), self.before.0), (l::chart_after(lang), self.after.0)];
        for (row, ((when, value), text)) in values.into_iter().zip(texts).enumerate() {
            let full = cells(value);
            let bar: String = (0..bars)
                .map(|at| {
                    if Some(at) == mark {
                        '┆'
                    } else if at < full {
                        '█'
                    } else {
                        ' '
                    }
                })
                .collect();
            let name = if row == 0 { self.name.as_str() } else { "" };
            let style = if row == 0 { theme::faint() } else { self.style() };
            draw::line(frame, area, row as u16, &format!("{} {} {bar} {text}", draw::pad(name, NAME), draw::pad(&when, WHEN)), style);
        }
    }

    fn is_met(&self) -> Option<bool> {
        self.line.map(|(at, more)| if more { self.after.0 >= at } else { self.after.0 <= at })
    }

    /// The line in words: a colour alone says nothing.
    fn verdict(&self, lang: Lang) -> [String; 2] {
        let (Some((_, more)), Some(met)) = (self.line, self.is_met()) else { return Default::default() };
        let share = if more { format!("┆+{} %", GROWTH * 100.0) } else { format!("┆−{} %", CUT * 100.0) };
        [share, if met { "✓".to_owned() } else { crate::locale::say::screen::not_met(lang) }]
    }

    fn style(&self) -> Style {
        match self.is_met() {
            Some(true) => theme::good(),
            Some(false) => theme::warning(),
            None => Style::default(),
        }
    }
}

/// A number of the record itself by its question's name, and as it is shown.
fn number_of(related: &Related, name: &str, lang: Lang) -> Option<(f64, String)> {
    let form: &Form = &related.form;
    let id: NodeId = form.find(name).filter(|id| form.node(*id).scope == ROOT)?;
    let value = related.instance.read(form, ROOT_ROW, id).to_value(form.node(id).value)?;
    let number: f64 = value.plain().parse().ok()?;
    // Money in millions or billions: a bar needs the room.
    let text = if number.abs() >= 1e9 {
        format!("{} {}", number::format_f64(number / 1e9, 1, lang), l::billion(lang))
    } else if number.abs() >= 1e6 {
        format!("{} {}", number::format_f64(number / 1e6, 1, lang), l::million(lang))
    } else {
        show::value(form, id, &value, lang)
    };
    Some((number, text))
}
