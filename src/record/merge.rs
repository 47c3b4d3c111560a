//! What a history says now. Pure, total, never fails, and does not depend on order: it looks only at who knew whom.

use super::clock::Stamp;
use super::history::History;
use super::revision::{Act, Revision, RevisionId};
use crate::value::Value;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// A value that somebody gave an answer without knowing the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The value; `None` is a clear.
    pub value: Option<Value>,
    /// The revision that wrote it, as a place in the history; of several that gave the same value the earliest.
    pub revision: usize,
    /// All revisions that wrote it and stand.
    pub writers: Vec<usize>,
}

/// An answer that two people gave different values, neither knowing the other's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The answer.
    pub path: String,
    /// Every value, by (at, device).
    pub candidates: Vec<Candidate>,
    /// The value that all of them knew before, where there is one.
    pub base: Option<Value>,
}

/// A record's current answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Path → value; of a conflict the provisional one.
    pub answers: BTreeMap<String, Value>,
    /// Path → note.
    pub notes: BTreeMap<String, String>,
    /// Answers that need a decision, by path.
    pub conflicts: Vec<Conflict>,
    /// Some writer's clock is not believed yet: another value may be shown once it is.
    pub is_early: bool,
}

/// Merges a history. `now` decides only which clocks are believed for the provisional value of a conflict.
pub fn merge(history: &History, now: DateTime<Utc>) -> Merged {
    let revisions = history.revisions();
    let paths: BTreeSet<&str> = revisions.iter().flat_map(|r| &r.wrote).map(String::as_str).collect();
    let mut merged = Merged { notes: notes(history), ..Merged::default() };
    for path in paths {
        let candidates = candidates(history, path);
        match candidates.as_slice() {
            [] => {}
            [one] => {
                if let Some(value) = &one.value {
                    merged.answers.insert(path.to_owned(), value.clone());
                }
            }
            several => {
                merged.is_early |= several.iter().flat_map(|c| &c.writers).any(|w| !revisions[*w].at.is_trusted(now));
                let best = several.iter().max_by_key(|c| c.writers.iter().map(|w| rank(&revisions[*w], now)).max());
                if let Some(value) = best.and_then(|c| c.value.clone()) {
                    merged.answers.insert(path.to_owned(), value);
                }
                merged.conflicts.push(Conflict { path: path.to_owned(), base: base(history, path, several), candidates });
            }
        }
    }
    keep_edited_rows(history, &mut merged);
    merged
}

/// Trusted clocks first, then the later stamp, then the device's name, then (of a cloned laptop) the id.
fn rank(revision: &Revision, now: DateTime<Utc>) -> (bool, Stamp, &str, RevisionId) {
    (revision.at.is_trusted(now), revision.at, &revision.device, revision.id)
}

/// The revisions that wrote `path` and that no other writer of it descends from.
fn maximal_writers(history: &History, path: &str) -> Vec<usize> {
    let wrote = |at: &usize| !history.is_undone(*at) && history.revisions()[*at].wrote.binary_search_by(|w| w.as_str().cmp(path)).is_ok();
    let writers: Vec<usize> = (0..history.revisions().len()).filter(wrote).collect();
    writers.iter().copied().filter(|at| !writers.iter().any(|later| history.descends(*later, *at))).collect()
}

/// The distinct values of the maximal writers, by (at, device). The same value from two people is one candidate.
pub fn candidates(history: &History, path: &str) -> Vec<Candidate> {
    let revisions = history.revisions();
    let mut writers = maximal_writers(history, path);
    writers.sort_by(|a, b| (revisions[*a].at, &revisions[*a].device).cmp(&(revisions[*b].at, &revisions[*b].device)));
    let mut found: Vec<Candidate> = Vec::new();
    for revision in writers {
        let value = revisions[revision].answers.get(path).cloned();
        match found.iter_mut().find(|c| c.value == value) {
            Some(same) => same.writers.push(revision),
            None => found.push(Candidate { value, revision, writers: vec![revision] }),
        }
    }
    found
}

/// The last value of `path` that every candidate's writer knew.
fn base(history: &History, path: &str, candidates: &[Candidate]) -> Option<Value> {
    let revisions = history.revisions();
    let known_to_all = |at: &usize| candidates.iter().all(|c| history.descends(c.revision, *at));
    let wrote = |at: &usize| !history.is_undone(*at) && revisions[*at].wrote.iter().any(|w| w == path);
    history.by_knowledge().filter(wrote).filter(known_to_all).last().and_then(|at| revisions[at].answers.get(path).cloned())
}

/// Deleting a row against an edit inside it keeps the row and asks.
fn keep_edited_rows(history: &History, merged: &mut Merged) {
    let revisions = history.revisions();
    let clears = |at: usize, path: &String| !revisions[at].answers.contains_key(path);
    let cleared: BTreeSet<&String> = (0..revisions.len()).flat_map(|at| revisions[at].wrote.iter().filter(move |w| w.ends_with("/#") && clears(at, w))).collect();
    for path in cleared {
        let inside = path.trim_end_matches('#');
        let deleters: Vec<usize> = maximal_writers(history, path).into_iter().filter(|at| clears(*at, path)).collect();
        let edits = |at: &usize| !history.is_undone(*at) && revisions[*at].wrote.iter().any(|w| w.starts_with(inside) && w != path && revisions[*at].answers.contains_key(w));
        let unaware = |at: &usize| deleters.iter().any(|deleter| !history.descends(*deleter, *at) && !history.descends(*at, *deleter) && deleter != at);
        let editors: Vec<usize> = (0..revisions.len()).filter(edits).filter(unaware).collect();
        let kept = editors.iter().find_map(|at| revisions[*at].answers.get(path).map(|order| (*at, order.clone())));
        let Some((editor, order)) = kept else { continue };
        // The row stays in sight until a person decides, also where its order is in conflict already.
        merged.answers.entry(path.clone()).or_insert_with(|| order.clone());
        if merged.conflicts.iter().any(|c| c.path == *path) {
            continue;
        }
        let keeping = Candidate { value: Some(order.clone()), revision: editor, writers: editors };
        let mut candidates = vec![keeping, Candidate { value: None, revision: deleters[0], writers: deleters }];
        candidates.sort_by(|a, b| (revisions[a.revision].at, &revisions[a.revision].device).cmp(&(revisions[b.revision].at, &revisions[b.revision].device)));
        merged.conflicts.push(Conflict { path: path.clone(), candidates, base: Some(order) });
    }
    merged.conflicts.sort_by(|a, b| a.path.cmp(&b.path));
}

/// The notes. A revision holds all of them and does not say which it wrote, so it counts as the writer of those that
/// differ from what it had seen. A note is never in conflict: of several that did not know each other the later is shown.
fn notes(history: &History) -> BTreeMap<String, String> {
    let revisions = history.revisions();
    if let [one] = revisions {
        return one.notes.clone();
    }
    let mut writers: BTreeMap<&str, Vec<usize>> = revisions.iter().flat_map(|r| r.notes.keys()).map(|path| (path.as_str(), Vec::new())).collect();
    if writers.is_empty() {
        return BTreeMap::new();
    }
    for at in history.by_knowledge().filter(|at| !history.is_undone(*at)) {
        for (path, writers) in &mut writers {
            let seen: Vec<usize> = writers.iter().copied().filter(|writer| history.descends(at, *writer)).collect();
            if revisions[at].notes.get(*path) != newest_note(history, path, &seen) {
                writers.push(at);
            }
        }
    }
    writers.into_iter().filter_map(|(path, writers)| Some((path.to_owned(), newest_note(history, path, &writers)?.clone()))).collect()
}

/// What the latest of these writers, leaving out those that another knew, says of a path. Each stands after those that it knew.
fn newest_note<'h>(history: &'h History, path: &str, writers: &[usize]) -> Option<&'h String> {
    let revisions = history.revisions();
    // Whoever is known by any is known by one that stands: mostly there is only the last.
    let mut standing: Vec<usize> = Vec::new();
    for at in writers.iter().rev() {
        if !standing.iter().any(|later| history.descends(*later, *at)) {
            standing.push(*at);
        }
    }
    standing.into_iter().max_by_key(|at| (revisions[*at].at, &revisions[*at].device, revisions[*at].id)).and_then(|at| revisions[at].notes.get(path))
}

/// Why an answer has its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// Every revision that wrote it, each after those that it knew, and what it wrote.
    pub writers: Vec<(usize, Option<Value>)>,
    /// Of a row that was kept: every revision that edited it unaware of its removal, and what it wrote in there, by path.
    pub inside: Vec<(usize, BTreeMap<String, Value>)>,
    /// The values that stand.
    pub candidates: Vec<Candidate>,
    /// The rule that chose.
    pub rule: Rule,
}

/// The rules of the merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Nobody ever answered.
    NeverAnswered,
    /// One writer knew all others.
    Latest,
    /// Several did not know each other but agree.
    Agreed,
    /// A person decided.
    Resolved,
    /// Several did not know each other and differ.
    Conflict,
    /// The row was removed by one and edited by another.
    RowKept,
}

/// Explains an answer.
pub fn why(history: &History, path: &str, merged: &Merged) -> Why {
    let revisions = history.revisions();
    let writers = history.by_knowledge().filter(|at| revisions[*at].wrote.iter().any(|w| w == path)).map(|at| (at, revisions[at].answers.get(path).cloned())).collect();
    let maximal = maximal_writers(history, path);
    let candidates = candidates(history, path);
    let in_conflict = merged.conflicts.iter().any(|c| c.path == path);
    let rule = match (candidates.len(), maximal.len()) {
        (0, _) => Rule::NeverAnswered,
        (1, _) if in_conflict => Rule::RowKept,
        (1, 1) if revisions[maximal[0]].act == Act::Resolve => Rule::Resolved,
        (1, 1) => Rule::Latest,
        (1, _) => Rule::Agreed,
        _ => Rule::Conflict,
    };
    let kept = merged.conflicts.iter().find(|c| c.path == path && rule == Rule::RowKept);
    let editors = kept.iter().flat_map(|conflict| &conflict.candidates).filter(|c| c.value.is_some()).flat_map(|c| &c.writers);
    let within = path.trim_end_matches('#');
    let wrote = |at: usize| revisions[at].answers.iter().filter(move |(p, _)| p.starts_with(within) && *p != path && revisions[at].wrote.contains(p));
    let inside = editors.map(|at| (*at, wrote(*at).map(|(p, value)| (p.clone(), value.clone())).collect())).collect();
    Why { writers, inside, candidates, rule }
}
