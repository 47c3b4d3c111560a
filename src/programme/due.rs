//! What falls due: follow-ups so many months after an event, that nobody has made yet.

use super::figure::{Fact, holds};
use super::{FollowUp, Programme};
use crate::form::instance::ROOT_ROW;
use crate::form::{Form, NodeId};
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

/// The follow-ups that are due by `today` (or within 30 days), the oldest first.
pub fn due(programme: &Programme, facts: &[Fact<'_>], today: NaiveDate) -> Vec<Due> {
    let mut all: Vec<Due> = programme.follow_ups.iter().flat_map(|follow_up| of(follow_up, facts, today)).collect();
    all.sort();
    all
}

/// The event's references that the follow-up asks for too, such as the project.
fn references_of(event: &Fact<'_>, follow_up: &FollowUp) -> Vec<(String, String)> {
    let then = &follow_up.then;
    let asked = then.top_questions().filter(|id| Some(*id) != then.subject && then.node(*id).to.is_some());
    let known = |id: NodeId| event.form.top_questions().find(|own| event.form.node(*own).to == then.node(id).to).map(|own| text(event, own));
    asked.filter_map(|id| Some((then.node(id).name.clone(), known(id)?))).filter(|(_, record)| !record.is_empty()).collect()
}

fn of(follow_up: &FollowUp, facts: &[Fact<'_>], today: NaiveDate) -> Vec<Due> {
    let same = |fact: &&Fact<'_>, form: &Form| fact.form.of == form.of;
    let mut events: BTreeMap<String, (NaiveDate, &Fact<'_>)> = BTreeMap::new();
    for fact in facts.iter().filter(|f| same(f, &follow_up.from) && holds(follow_up.filter.as_ref(), f, true)) {
        if let Some(day) = fact.day {
            let first = events.entry(text(fact, follow_up.about)).or_insert((day, fact));
            if day < first.0 {
                *first = (day, fact);
            }
        }
    }
    let followed = facts.iter().filter(|f| same(f, &follow_up.then)).filter_map(|fact| Some((text(fact, follow_up.then.subject?), text(fact, follow_up.point))));
    let done: BTreeSet<(String, String)> = followed.collect();
    let mut found = Vec::new();
    for (about, (event, fact)) in events {
        for months in &follow_up.months {
            let Some(day) = event.checked_add_months(Months::new(*months)) else { continue };
            let is_done = done.contains(&(about.clone(), months.to_string()));
            if !is_done && day.checked_sub_days(AHEAD).is_some_and(|from| from <= today) {
                let mut given = references_of(fact, follow_up);
                given.push((follow_up.then.node(follow_up.point).name.clone(), months.to_string()));
                found.push(Due { day, about: about.clone(), months: *months, form: follow_up.then.id.clone(), given });
            }
        }
    }
    found
}
