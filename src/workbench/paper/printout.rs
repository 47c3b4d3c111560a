//! Everything that a report is printed from, so that it can be printed without the store.

use super::frozen::Frozen;
use super::letterhead::Letterhead;
use crate::locale::{Lang, Text, date, say};
use crate::programme::figure::Figure;
use crate::workbench::Desk;
use crate::workbench::reporting::Report;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A record behind a figure, as it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    /// Its form's id.
    pub form: String,
    /// The day of its event.
    pub date: String,
    /// One line about it.
    pub summary: String,
    /// The word of its state.
    pub state: String,
    /// Who wrote it.
    pub person: String,
    /// Whether an answer was in conflict.
    pub conflicts: bool,
    /// Whether a soft check was overridden.
    pub warnings: bool,
}

/// A report with the records behind it and who issues it.
#[derive(Clone, Debug)]
pub struct Printout {
    /// The figures and tables.
    pub report: Report,
    /// The records, by id.
    pub rows: BTreeMap<String, SourceRow>,
    /// The titles of their forms, by id.
    pub titles: BTreeMap<String, Text>,
    /// Who issues it, in Vietnamese and in English.
    pub heads: [Letterhead; 2],
    /// When and by whom it was frozen, if it was.
    pub frozen: Option<Frozen>,
}

impl Desk {
    /// A report with everything that it is printed from.
    pub fn printout(&self, report: Report) -> Printout {
        let of_figures = report.figures.iter().flat_map(Figure::all_records);
        let of_tables = report.tables.iter().flat_map(|table| &table.lines).flat_map(|line| line.records.iter().chain(line.own.iter().flat_map(|(_, own)| own)));
        let records: BTreeSet<&String> = of_figures.chain(of_tables).chain(report.due.iter().map(|due| &due.about)).collect();
        let row = |record: &String| {
            let row = self.row(record)?;
            let (form, state) = (row.form.to_string(), row.state.word().to_owned());
            let (date, summary, person) = (row.date.to_string(), row.summary.to_string(), row.person.to_string());
            Some((record.clone(), SourceRow { form, date, summary, state, person, conflicts: row.conflicts > 0, warnings: row.warnings > 0 }))
        };
        let rows: BTreeMap<String, SourceRow> = records.into_iter().filter_map(row).collect();
        let forms: BTreeSet<&String> = rows.values().map(|row| &row.form).chain(report.due.iter().map(|due| &due.form)).collect();
        let titles = forms.into_iter().filter_map(|id| Some((id.clone(), self.form(id).ok()?.title.clone()))).collect();
        let heads = [Lang::Vi, Lang::En].map(|lang| self.letterhead(lang));
        Printout { report, rows, titles, heads, frozen: None }
    }
}

impl Printout {
    /// A report without the lines of its records: for the formats that list none.
    pub fn bare(report: Report) -> Self {
        Self { report, rows: BTreeMap::new(), titles: BTreeMap::new(), heads: Default::default(), frozen: None }
    }

    /// Who issues it.
    pub fn head(&self, lang: Lang) -> &Letterhead {
        &self.heads[usize::from(lang == Lang::En)]
    }

    /// When and by whom it was frozen, for people.
    pub fn frozen_line(&self, lang: Lang) -> Option<String> {
        let frozen = self.frozen.as_ref()?;
        Some(say::frozen::frozen_line(lang, date::show(&frozen.at), &frozen.person, &frozen.device))
    }

    /// As scripts read it.
    pub fn to_json(&self) -> serde_json::Value {
        let mut json = self.report.to_json();
        if let Some(frozen) = &self.frozen {
            json["frozen"] = serde_json::json!({"at": frozen.at, "person": frozen.person, "device": frozen.device});
        }
        json
    }
}
