//! The store's records as facts, and the report over them.

use super::Desk;
use super::refresh::is_handed_in;
use crate::error::{Exit, Failure};
use crate::form::instance::Instance;
use crate::locale::{Lang, Text, number, say};
use crate::programme::Programme;
use crate::programme::due::{Due, due};
use crate::programme::figure::{Fact, Figure, figures};
use crate::programme::period::Period;
use crate::record::history::State;
use serde_json::{Value as Json, json};

/// A report: the programme, a period, and the figures.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was promised.
    pub programme: Programme,
    /// When.
    pub period: Period,
    /// What was done, target by target.
    pub figures: Vec<Figure>,
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
        let programme = self.library().programme()?;
        let period = match asked {
            Some(text) => programme.period(text),
            None => programme.whole(),
        };
        let period = period.ok_or_else(|| bad_period(asked.map_or_else(|| period_text(&programme), str::to_owned)))?;
        let facts = self.facts(&programme)?;
        let figures = figures(&programme, &facts, &period);
        let due = due(&programme, &facts, self.now().date());
        Ok(Report { programme, period, figures, due, demo: self.identity().demo })
    }

    /// The records that the programme counts.
    pub(super) fn facts(&self, programme: &Programme) -> Result<Vec<Fact>, Failure> {
        let mut facts = Vec::new();
        self.store().view().each_current(&mut |record, mut current| {
            let Some(row) = self.row(record).filter(|row| is_handed_in(row.state) && !self.links().is_linked(record)) else { return };
            if !programme.targets.iter().any(|t| t.form.id == row.form) {
                return;
            }
            let Ok(form) = self.form_of(&current.of) else { return };
            self.follow_links(&mut current);
            let instance = Instance::restore(&form, &current.answers, &current.computed, &current.hidden);
            facts.push(Fact {
                record: record.to_owned(),
                form,
                instance,
                date: row.date.clone(),
                at: row.at,
                approved: row.state == State::Approved,
                conflicted: row.conflicts > 0,
                overridden: row.warnings > 0,
            });
        })?;
        Ok(facts)
    }
}

fn period_text(programme: &Programme) -> String {
    format!("{}..{}", programme.years.0, programme.years.1)
}

fn bad_period(text: String) -> Failure {
    Failure::new(Exit::Usage, Text::both(|l| say::failure::bad_period(l, &text))).hint(Text::both(say::failure::bad_period_hint))
}

/// A double as an exact JSON number, or null.
fn exact(number: Option<f64>) -> Json {
    let text = number.and_then(crate::value::Decimal::from_f64);
    text.and_then(|text| serde_json::from_str(text.as_str()).ok()).unwrap_or(Json::Null)
}

impl Report {
    /// As scripts read it.
    pub fn to_json(&self) -> Json {
        let targets: Vec<Json> = self.figures.iter().map(|figure| self.target_json(figure)).collect();
        json!({
            "programme": self.programme.id,
            "period": {"from": self.period.from.to_string(), "to": self.period.to.to_string(), "label": self.period.label},
            "demo": self.demo,
            "targets": targets,
            "due": self.due.iter().map(|d| json!({"day": d.day.to_string(), "record": d.about, "form": d.form, "months": d.months})).collect::<Vec<_>>(),
            "tables": {},
        })
    }

    fn target_json(&self, figure: &Figure) -> Json {
        let target = &self.programme.targets[figure.target];
        let both = |text: &Text| json!({"vi": text.vi, "en": text.en});
        let also: Vec<Json> = figure.also.iter().map(|(name, value)| json!({"name": name, "value": exact(*value)})).collect();
        json!({
            "id": target.id, "label": both(&target.label), "op": target.op.sign(), "number": exact(target.number), "unit": both(&target.unit),
            "done": exact(figure.done), "percent": exact(figure.percent), "met": figure.met, "counted_by": both(&target.counted_by),
            "also": also, "records": figure.records, "undetermined": figure.undetermined, "unapproved": figure.unapproved,
            "conflicted": figure.conflicted, "overridden": figure.overridden, "reference_factors": figure.reference_factors,
        })
    }

    /// A figure as people read it: whole numbers whole, shares with one decimal.
    pub fn show(value: Option<f64>, lang: Lang) -> String {
        value.map_or_else(|| "–".to_owned(), |v| number::format_f64(v, 1, lang))
    }
}
