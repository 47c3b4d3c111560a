//! The store's records as facts, and the report over them.

mod facts;
mod json;

use super::Desk;
use crate::error::{Exit, Failure};
use crate::locale::{Lang, Text, number, say};
use crate::programme::Programme;
use crate::programme::due::{Due, Dues};
use crate::programme::figure::{Counting, Figure, Opens, Question, with_parts};
use crate::programme::lines::{Facts, Taker};
use crate::programme::period::Period;
use crate::programme::plan::Plans;
use crate::programme::table::{Table, tables};
use crate::store::spread::spread;
use std::sync::{Mutex, PoisonError};

/// A report: the programme, a period, and the figures.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was promised.
    pub programme: Programme,
    /// When.
    pub period: Period,
    /// The dimension by which figures are parted, if any.
    pub by: Option<String>,
    /// Its name for people.
    pub by_label: Text,
    /// What was done, target by target.
    pub figures: Vec<Figure>,
    /// The tables B1 to B9.
    pub tables: Vec<Table>,
    /// What falls due.
    pub due: Vec<Due>,
    /// Whether the records are synthetic.
    pub demo: bool,
}

impl Desk {
    /// Counts the programme over a period; all of it without one.
    ///
    /// # Errors
    /// The programme file has errors, or the period is not understood.
    pub fn report(&self, asked: Option<&str>) -> Result<Report, Failure> {
        self.report_by(asked, None)
    }

    /// The same, each figure parted by a dimension of the programme (`commune`, `activity`, `industry`, `year`, …).
    ///
    /// # Errors
    /// As [`Self::report`], or there is no such dimension.
    pub fn report_by(&self, asked: Option<&str>, by: Option<&str>) -> Result<Report, Failure> {
        self.counted(asked, by, true)
    }

    /// The same without the tables, which take longer than the figures where there are many records, and without the records
    /// of the numbers that are not of the period.
    ///
    /// # Errors
    /// As [`Self::report_by`].
    pub fn figures_by(&self, asked: Option<&str>, by: Option<&str>) -> Result<Report, Failure> {
        self.counted(asked, by, false)
    }

    /// Counts the headline targets over the whole programme, and what falls due: see [`Programme::at_a_glance`].
    ///
    /// # Errors
    /// The programme file has errors.
    pub fn glance(&self) -> Result<Report, Failure> {
        let programme = self.library().programme()?.at_a_glance();
        let period = programme.whole().ok_or_else(|| bad_period(period_text(&programme)))?;
        let today = self.now().date();
        // Of a hundred thousand records only what is counted is kept, not the answers.
        let takers: Vec<Mutex<Taker<'_, '_>>> = programme.targets.iter().map(|target| Mutex::new(Taker::new(&programme, &target.readings[0]))).collect();
        let (plans, dues) = (Mutex::new(Plans::default()), Mutex::new(Dues::new(&programme)));
        self.in_pieces(&programme, |facts| {
            for taker in &takers {
                let mut taker = taker.lock().unwrap_or_else(PoisonError::into_inner);
                facts.iter().for_each(|fact| taker.take(fact));
            }
            let mut plans = plans.lock().unwrap_or_else(PoisonError::into_inner);
            facts.iter().for_each(|fact| plans.take(&programme, fact));
            let mut dues = dues.lock().unwrap_or_else(PoisonError::into_inner);
            facts.iter().for_each(|fact| dues.take(fact));
        })?;
        let due = dues.into_inner().unwrap_or_else(PoisonError::into_inner).by(today);
        let gone = Facts::new(&[]);
        let counting = Counting::with_plans(&programme, &gone, plans.into_inner().unwrap_or_else(PoisonError::into_inner));
        let question = Question { period: &period, today, by: None, opens: Opens::Nothing };
        let figure = |(at, taker): (usize, Mutex<Taker<'_, '_>>)| counting.figures(at, &[taker.into_inner().unwrap_or_else(PoisonError::into_inner).finish()], &[question]);
        let figures = takers.into_iter().enumerate().flat_map(figure).collect();
        drop(counting);
        Ok(Report { period, by: None, by_label: Text::both(say::programme::year), figures, tables: Vec::new(), due, demo: self.identity().demo, programme })
    }

    fn counted(&self, asked: Option<&str>, by: Option<&str>, with_tables: bool) -> Result<Report, Failure> {
        let programme = self.library().programme()?;
        let period = match asked {
            Some(text) => programme.period(text),
            None => programme.whole(),
        };
        let period = period.ok_or_else(|| bad_period(asked.map_or_else(|| period_text(&programme), str::to_owned)))?;
        if let Some(by) = by.filter(|by| !programme.dimension_names().contains(by)) {
            let names = programme.dimension_names().join(", ");
            let what = Text::both(|l| say::programme::bad_by(l, by));
            return Err(Failure::new(Exit::Usage, what).hint(Text::both(|l| say::programme::bad_by_hint(l, &names))));
        }
        let all = self.facts(&programme)?;
        let counted = all.len() as u64;
        let goes_on = || if self.watch.goes_on(counted) { Ok(()) } else { Err(super::watch::stopped()) };
        let facts = Facts::new(&all);
        let today = self.now().date();
        let counting = Counting::new(&programme, &facts);
        let question = Question { period: &period, today, by, opens: if with_tables { Opens::Everything } else { Opens::Period } };
        let figures = spread(programme.targets.len(), || (), |(), at| counting.target(at, &[question])).into_iter().flatten();
        let figures = with_parts(&programme, figures.collect());
        let tables = if with_tables { tables(&programme, &facts, &period, &figures) } else { Vec::new() };
        goes_on()?;
        let mut dues = Dues::new(&programme);
        all.iter().for_each(|fact| dues.take(fact));
        let due = dues.by(today);
        let by_label = programme.dimensions.iter().find(|d| Some(d.name.as_str()) == by).map_or_else(|| Text::both(say::programme::year), |d| d.label.clone());
        Ok(Report { programme, period, by: by.map(str::to_owned), by_label, figures, tables, due, demo: self.identity().demo })
    }
}

fn period_text(programme: &Programme) -> String {
    format!("{}..{}", programme.years.0, programme.years.1)
}

fn bad_period(text: String) -> Failure {
    Failure::new(Exit::Usage, Text::both(|l| say::failure::bad_period(l, &text))).hint(Text::both(say::failure::bad_period_hint))
}

impl Report {
    /// A figure as people read it: whole numbers whole, shares with one decimal.
    pub fn show(value: Option<f64>, lang: Lang) -> String {
        value.map_or_else(|| "–".to_owned(), |v| number::format_f64(v, 1, lang))
    }

    /// The other readings of a figure on one line.
    pub fn show_also(figure: &Figure, lang: Lang) -> String {
        let name = |also: &crate::programme::figure::Also| if also.label.is_empty() { crate::locale::reading(&also.name, lang) } else { also.label.get(lang).to_owned() };
        figure.also.iter().map(|also| format!("{} {}", name(also), Self::show(also.value, lang))).collect::<Vec<_>>().join(" · ")
    }
}
