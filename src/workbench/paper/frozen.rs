//! A report put down in a file: figures, tables, and the records behind them as they stood. Printed from it, it is the same to
//! the byte, whatever happens to the records afterwards.
//!
//! Two lines: a head that names the kind, its version and the SHA-256 of the second, which is the report as JSON.

use super::letterhead::Letterhead;
use super::printout::{Printout, SourceRow};
use crate::error::{Exit, Failure};
use crate::locale::{Text, date, say};
use crate::programme::due::Due;
use crate::programme::figure::Figure;
use crate::programme::period::Period;
use crate::programme::table::Table;
use crate::programme::{Comparison, Programme, Target};
use crate::workbench::Desk;
use crate::workbench::reporting::Report;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The version of the file.
const VERSION: u64 = 1;
/// What its head names it.
const KIND: &str = "khuyencong-report";

/// When and by whom a report was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// When, in the records' time zone.
    pub at: String,
    /// By whom.
    pub person: String,
    /// On which laptop.
    pub device: String,
}

/// What a report needs of a target once it is counted.
#[derive(Serialize, Deserialize)]
struct Promise {
    id: String,
    label: Text,
    op: Comparison,
    number: Option<f64>,
    unit: Text,
    headline: bool,
    counted_by: Text,
}

#[derive(Serialize, Deserialize)]
struct Content {
    frozen: Option<Frozen>,
    programme: String,
    title: Text,
    years: (i32, i32),
    targets: Vec<Promise>,
    period: Period,
    by: Option<String>,
    by_label: Text,
    figures: Vec<Figure>,
    tables: Vec<Table>,
    due: Vec<Due>,
    demo: bool,
    records: BTreeMap<String, SourceRow>,
    forms: BTreeMap<String, Text>,
    heads: [Letterhead; 2],
}

impl Desk {
    /// Marks a report as frozen now, by whoever works here.
    pub fn freeze(&self, printout: Printout) -> Printout {
        let (person, device) = (self.identity().person.clone(), self.identity().device.clone());
        Printout { frozen: Some(Frozen { at: date::moment_text(self.now()), person, device }), ..printout }
    }
}

impl Printout {
    /// The file of a frozen report.
    ///
    /// # Errors
    /// A figure cannot be written.
    pub fn to_file(&self) -> Result<Vec<u8>, Failure> {
        let Report { programme, period, by, by_label, figures, tables, due, demo } = self.report.clone();
        let targets = programme.targets.into_iter().map(promise).collect();
        let (records, forms, heads, frozen) = (self.rows.clone(), self.titles.clone(), self.heads.clone(), self.frozen.clone());
        let content = Content {
            frozen,
            programme: programme.id,
            title: programme.title,
            years: programme.years,
            targets,
            period,
            by,
            by_label,
            figures,
            tables,
            due,
            demo,
            records,
            forms,
            heads,
        };
        let body = serde_json::to_string(&content).map_err(|e| Failure::new(Exit::Refused, Text::plain(e.to_string())))?;
        let head = serde_json::json!({KIND: VERSION, "sha256": sha256(body.as_bytes())});
        Ok(format!("{head}\n{body}\n").into_bytes())
    }

    /// Reads the file of a frozen report. `name` is said where it is none.
    ///
    /// # Errors
    /// It is no such file, of a newer version, or not as it was written.
    pub fn from_file(name: &str, bytes: &[u8]) -> Result<Self, Failure> {
        let none = || Failure::new(Exit::Refused, Text::both(|l| say::frozen::no_report(l, name))).hint(Text::both(say::frozen::no_report_hint));
        let altered = || Failure::new(Exit::Damage, Text::both(|l| say::frozen::altered(l, name))).hint(Text::both(say::frozen::altered_hint));
        let (head, body) = std::str::from_utf8(bytes).ok().and_then(|text| text.split_once('\n')).ok_or_else(none)?;
        let head: serde_json::Value = serde_json::from_str(head).map_err(|_| none())?;
        let version = head[KIND].as_u64().ok_or_else(none)?;
        if version > VERSION {
            return Err(Failure::new(Exit::Refused, Text::both(|l| say::frozen::newer(l, name))).hint(Text::both(say::frozen::newer_hint)));
        }
        let body = body.strip_suffix('\n').unwrap_or(body);
        if head["sha256"].as_str() != Some(&sha256(body.as_bytes())) {
            return Err(altered());
        }
        // By way of a value: numbers keep every digit there.
        let value: serde_json::Value = serde_json::from_str(body).map_err(|_| altered())?;
        let content: Content = serde_json::from_value(value).map_err(|_| altered())?;
        if content.figures.iter().any(|figure| figure.target >= content.targets.len()) {
            return Err(altered());
        }
        Ok(content.into())
    }
}

impl From<Content> for Printout {
    fn from(content: Content) -> Self {
        let targets = content.targets.into_iter().map(counted).collect();
        let programme = Programme { id: content.programme, title: content.title, years: content.years, targets, ..Programme::default() };
        let Content { frozen, period, by, by_label, figures, tables, due, demo, records, forms, heads, .. } = content;
        Self { report: Report { programme, period, by, by_label, figures, tables, due, demo }, rows: records, titles: forms, heads, frozen }
    }
}

fn promise(target: Target) -> Promise {
    let Target { id, label, op, number, unit, headline, counted_by, .. } = target;
    Promise { id, label, op, number, unit, headline, counted_by }
}

/// A target that is not counted any more.
fn counted(promise: Promise) -> Target {
    let Promise { id, label, op, number, unit, headline, counted_by } = promise;
    Target { id, label, op, number, unit, headline, counted_by, readings: Vec::new(), parts: Vec::new(), reference_factors: None, factor_version: None }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
