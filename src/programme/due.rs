//! What falls due: follow-ups so many months after an event, that nobody has made yet.

use super::figure::{Fact, holds};
use super::{FollowUp, Programme};
use crate::form::NodeId;
use crate::form::instance::ROOT_ROW;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A follow-up to be made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Due {
    /// When.
    #[serde(with = "crate::locale::iso")]
    pub day: NaiveDate,
    /// About which record.
    pub about: String,
    /// How many months after the event.
    pub months: u32,
    /// With which form.
    pub form: String,
    /// What is known of it already: the point, and the other records that the event was about.
    pub given: Vec<(String, String)>,
}

/// The desk reminds this long before the day.
const AHEAD: chrono::Days = chrono::Days::new(30);

fn text(fact: &Fact<'_>, node: NodeId) -> String {
    fact.instance.read(&fact.form, ROOT_ROW, node).to_text().to_string()
}

/// Events and the follow-ups that were made, taken from one fact after the other, which need not be kept.
pub struct Dues<'p> {
    programme: &'p Programme,
    /// By follow-up.
    seen: Vec<Seen>,
}

/// What was seen for one follow-up.
#[derive(Default)]
struct Seen {
    /// What events are about → the first of them.
    events: BTreeMap<String, First>,
    /// What was followed up → after how many months.
    done: BTreeMap<String, BTreeSet<String>>,
}

/// The first event about something.
struct First {
    day: NaiveDate,
    record: String,
    /// What it says of other records.
    references: Vec<(String, String)>,
}

impl<'p> Dues<'p> {
    /// Of a programme, with nothing seen.
    pub fn new(programme: &'p Programme) -> Self {
        Self { programme, seen: programme.follow_ups.iter().map(|_| Seen::default()).collect() }
    }

    /// Takes a fact in, if it is an event or a follow-up; facts may come in any order.
    pub fn take(&mut self, fact: &Fact<'_>) {
        for (follow_up, seen) in self.programme.follow_ups.iter().zip(&mut self.seen) {
            if fact.form.of == follow_up.from.of {
                seen.event(follow_up, fact);
            }
            if let Some(subject) = follow_up.then.subject.filter(|_| fact.form.of == follow_up.then.of) {
                seen.done.entry(text(fact, subject)).or_default().insert(text(fact, follow_up.point));
            }
        }
    }

    /// The follow-ups that are due by `today` (or within 30 days), the oldest first.
    pub fn by(&self, today: NaiveDate) -> Vec<Due> {
        let mut all: Vec<Due> = self.programme.follow_ups.iter().zip(&self.seen).flat_map(|(follow_up, seen)| seen.due(follow_up, today)).collect();
        all.sort();
        all
    }
}

impl Seen {
    fn event(&mut self, follow_up: &FollowUp, fact: &Fact<'_>) {
        let Some(day) = fact.day.filter(|_| holds(follow_up.filter.as_ref(), fact, true)) else { return };
        let about = text(fact, follow_up.about);
        let record = fact.head.record;
        if self.events.get(&about).is_none_or(|first| (day, record) < (first.day, first.record.as_str())) {
            self.events.insert(about, First { day, record: record.to_owned(), references: references_of(fact, follow_up) });
        }
    }

    fn due(&self, follow_up: &FollowUp, today: NaiveDate) -> Vec<Due> {
        let mut found = Vec::new();
        for (about, First { day: event, references, .. }) in &self.events {
            let done = self.done.get(about);
            for months in &follow_up.months {
                let Some(day) = event.checked_add_months(Months::new(*months)) else { continue };
                let is_done = done.is_some_and(|done| done.contains(&months.to_string()));
                if !is_done && day.checked_sub_days(AHEAD).is_some_and(|from| from <= today) {
                    let mut given = references.clone();
                    given.push((follow_up.then.node(follow_up.point).name.clone(), months.to_string()));
                    found.push(Due { day, about: about.clone(), months: *months, form: follow_up.then.id.clone(), given });
                }
            }
        }
        found
    }
}

/// The event's references that the follow-up asks for too, such as the project.
fn references_of(event: &Fact<'_>, follow_up: &FollowUp) -> Vec<(String, String)> {
    let then = &follow_up.then;
    let asked = then.top_questions().filter(|id| Some(*id) != then.subject && then.node(*id).to.is_some());
    let known = |id: NodeId| event.form.top_questions().find(|own| event.form.node(*own).to == then.node(id).to).map(|own| text(event, own));
    asked.filter_map(|id| Some((then.node(id).name.clone(), known(id)?))).filter(|(_, record)| !record.is_empty()).collect()
}
