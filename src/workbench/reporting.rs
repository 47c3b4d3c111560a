//! The store's records as facts, and the report over them.

mod json;

use super::Desk;
use super::refresh::is_handed_in;
use crate::error::{Exit, Failure};
use crate::form::instance::Instance;
use crate::locale::{Lang, Text, number, say};
use crate::programme::Programme;
use crate::programme::due::{Due, due};
use crate::programme::figure::{Fact, Figure, Question, figures};
use crate::programme::lines::Facts;
use crate::programme::period::Period;
use crate::programme::table::{Table, tables};
use crate::record::history::State;
use std::collections::BTreeSet;

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

    /// The same without the tables, which take longer than the figures where there are many records.
    ///
    /// # Errors
    /// As [`Self::report_by`].
    pub fn figures_by(&self, asked: Option<&str>, by: Option<&str>) -> Result<Report, Failure> {
        self.counted(asked, by, false)
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
        let figures = figures(&programme, &facts, Question { period: &period, today, by });
        goes_on()?;
        let tables = if with_tables { tables(&programme, &facts, &period, &figures) } else { Vec::new() };
        goes_on()?;
        let due = due(&programme, &all, today);
        let by_label = programme.dimensions.iter().find(|d| Some(d.name.as_str()) == by).map_or_else(|| Text::both(say::programme::year), |d| d.label.clone());
        Ok(Report { programme, period, by: by.map(str::to_owned), by_label, figures, tables, due, demo: self.identity().demo })
    }

    /// The records that the programme counts.
    pub(super) fn facts(&self, programme: &Programme) -> Result<Vec<Fact>, Failure> {
        let forms = programme.projections();
        let mut facts = Vec::new();
        let (mut seen, mut going) = (0, true);
        let keys: BTreeSet<&str> = forms.values().flat_map(|(form, part)| part.kept().map(|id| form.node(id).key.as_str())).collect();
        self.store().view().each_current_part(&|name| keys.contains(name), &mut |record, mut current| {
            seen += 1;
            going = going && self.watch.goes_on(seen);
            if !going {
                return;
            }
            let Some(row) = self.row(record).filter(|row| is_handed_in(row.state) && !self.links().is_linked(record)) else { return };
            // A record of another version is counted as the programme's version sees it, by the names of its questions.
            let Some((form, part)) = forms.get(row.form.as_str()) else { return };
            self.follow_links(&mut current);
            let instance = Instance::restore_part(form, part, &current.answers, &current.computed, &current.hidden);
            facts.push(Fact {
                record: record.to_owned(),
                form: form.clone(),
                instance,
                date: row.date.to_string(),
                at: row.at,
                summary: row.summary.to_string(),
                approved: row.state == State::Approved,
                conflicted: row.conflicts > 0,
                overridden: row.warnings > 0,
            });
        })?;
        if going { Ok(facts) } else { Err(super::watch::stopped()) }
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
