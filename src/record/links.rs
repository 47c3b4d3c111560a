//! Records that people said are one, or are not: which of them the others read as. Pure; the same whatever order it came in.

use super::history::History;
use super::revision::{Act, RevisionId};
use std::collections::{BTreeMap, BTreeSet};

/// A decision about two records that stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pairing {
    /// The record that the decision is part of.
    pub record: String,
    /// The other.
    pub other: String,
    /// Whether they are one (`link`: `record` reads as `other`) or not (`apart`).
    pub is_link: bool,
    /// The revision that says so.
    pub revision: RevisionId,
}

impl Pairing {
    /// The two records, the lesser first.
    pub fn pair(&self) -> (String, String) {
        pair(&self.record, &self.other)
    }
}

/// Two records, the lesser first.
pub fn pair(one: &str, other: &str) -> (String, String) {
    if one <= other { (one.to_owned(), other.to_owned()) } else { (other.to_owned(), one.to_owned()) }
}

/// The decisions of a history about pairs, as far as nobody took them back.
pub fn pairings(history: &History) -> Vec<Pairing> {
    let decided = history.revisions().iter().enumerate().filter(|(at, r)| matches!(r.act, Act::Link | Act::Apart) && !history.is_undone(*at));
    let told = decided.filter_map(|(_, r)| {
        let other = r.argument("target").filter(|other| *other != r.record)?;
        Some(Pairing { record: r.record.clone(), other: other.to_owned(), is_link: r.act == Act::Link, revision: r.id })
    });
    told.collect()
}

/// What decides which of linked records the others read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its form: records of different forms are never one.
    pub form: String,
    /// A void record is taken only where there is no other.
    pub is_void: bool,
}

/// All decisions about pairs of records together.
///
/// Links are taken as saying that two records are one, so chains and circles need no rule of their own: of all records that
/// links join, the others read as one that is not void, of these one that is not itself said to be another, of these the
/// one begun first. A link between two records that somebody keeps apart joins nothing until one of both is taken back.
#[derive(Clone, Debug, Default)]
pub struct Links {
    reads_as: BTreeMap<String, String>,
    classes: BTreeMap<String, BTreeSet<String>>,
    apart: BTreeSet<(String, String)>,
    /// The same, of what the records read as.
    apart_as_one: BTreeSet<(String, String)>,
    disputed: BTreeSet<(String, String)>,
}

impl Links {
    /// From the decisions of all records. `member` knows the records that are here; links to others wait for them.
    pub fn new<'p>(pairings: impl Iterator<Item = &'p Pairing> + Clone, member: &dyn Fn(&str) -> Option<Member>) -> Self {
        let apart: BTreeSet<(String, String)> = pairings.clone().filter(|p| !p.is_link).map(Pairing::pair).collect();
        let links: BTreeSet<(&str, &str)> = pairings.filter(|p| p.is_link).map(|p| (p.record.as_str(), p.other.as_str())).collect();
        let mut found = Self { apart, ..Self::default() };
        let (mut members, mut neighbours) = (BTreeMap::new(), BTreeMap::<&str, BTreeSet<&str>>::new());
        let mut linked = BTreeSet::new();
        for (record, other) in links {
            let (Some(one), Some(two)) = (member(record), member(other)) else { continue };
            if one.form != two.form {
                continue;
            }
            if found.apart.contains(&pair(record, other)) {
                found.disputed.insert(pair(record, other));
                continue;
            }
            members.extend([(record, one), (other, two)]);
            neighbours.entry(record).or_default().insert(other);
            neighbours.entry(other).or_default().insert(record);
            linked.insert(record);
        }
        let mut seen = BTreeSet::new();
        for start in neighbours.keys().copied() {
            if !seen.insert(start) {
                continue;
            }
            let (mut class, mut open) = (BTreeSet::from([start]), vec![start]);
            while let Some(record) = open.pop() {
                open.extend(neighbours[record].iter().filter(|next| class.insert(**next)));
            }
            seen.extend(&class);
            let rank = |record: &str| (members.get(record).is_none_or(|m: &Member| m.is_void), linked.contains(record), record.to_owned());
            if let Some(principal) = class.iter().copied().min_by_key(|record| rank(record)) {
                found.join(principal, &class);
            }
        }
        found.apart_as_one = found.apart.iter().map(|(one, other)| pair(found.principal(one), found.principal(other))).collect();
        found
    }

    fn join(&mut self, principal: &str, class: &BTreeSet<&str>) {
        self.reads_as.extend(class.iter().filter(|record| **record != principal).map(|record| ((*record).to_owned(), principal.to_owned())));
        self.classes.insert(principal.to_owned(), class.iter().map(|record| (*record).to_owned()).collect());
        let inside = |(one, other): &&(String, String)| class.contains(one.as_str()) && class.contains(other.as_str());
        self.disputed.extend(self.apart.iter().filter(inside).cloned());
    }

    /// The record that another reads as; itself where nobody linked it.
    pub fn principal<'r>(&'r self, record: &'r str) -> &'r str {
        self.reads_as.get(record).map_or(record, String::as_str)
    }

    /// Whether it reads as another.
    pub fn is_linked(&self, record: &str) -> bool {
        self.reads_as.contains_key(record)
    }

    /// All records that are one with it, itself among them.
    pub fn class<'r>(&'r self, record: &'r str) -> impl Iterator<Item = &'r str> {
        let class = self.classes.get(self.principal(record));
        class.into_iter().flatten().map(String::as_str).chain(class.is_none().then_some(record))
    }

    /// Whether nothing reads as anything else.
    pub fn is_empty(&self) -> bool {
        self.reads_as.is_empty()
    }

    /// Whether somebody has decided about two records, or about any that are one with them, one way or the other.
    pub fn is_decided(&self, one: &str, other: &str) -> bool {
        let (one, other) = (self.principal(one), self.principal(other));
        one == other || self.apart.contains(&pair(one, other)) || self.apart_as_one.contains(&pair(one, other))
    }

    /// Pairs that are said to be one and not to be one.
    pub fn disputed(&self) -> &BTreeSet<(String, String)> {
        &self.disputed
    }
}
