//! What can be chosen at a question now.

use crate::form::list::{Choice, ChoiceList};
use crate::locale::fold;
use std::sync::Arc;

/// The choices of a question after its filter.
#[derive(Clone, Debug)]
pub struct ChoiceSet {
    /// Where they come from.
    pub list: Arc<ChoiceList>,
    kept: Option<Vec<usize>>,
    /// The places in `list` in the order of showing, where that is another.
    order: Option<Vec<usize>>,
}

impl ChoiceSet {
    pub(super) fn new(list: Arc<ChoiceList>, kept: Option<Vec<usize>>) -> Self {
        Self { list, kept, order: None }
    }

    /// A whole list.
    pub fn whole(list: Arc<ChoiceList>) -> Self {
        Self { list, kept: None, order: None }
    }

    /// The same choices in the order that shuffling their places gives.
    pub(super) fn shuffled(self, shuffle: impl FnOnce(Vec<usize>) -> Vec<usize>) -> Self {
        let places = self.kept.clone().unwrap_or_else(|| (0..self.list.choices.len()).collect());
        Self { order: Some(shuffle(places)), ..self }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.list.choices.len(), Vec::len)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A choice by its place after the filter.
    pub fn get(&self, at: usize) -> Option<&Choice> {
        let at = match self.order.as_ref().or(self.kept.as_ref()) {
            Some(places) => *places.get(at)?,
            None => at,
        };
        self.list.choices.get(at)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Choice> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Whether one of that name is among them.
    pub fn contains(&self, name: &str) -> bool {
        self.list.position(name).is_some_and(|at| self.kept.as_ref().is_none_or(|kept| kept.binary_search(&at).is_ok()))
    }

    /// The choices that hold every word of a query, folded: first those of that code or label, then those that begin with
    /// it, then those that have a word that does.
    pub fn search(&self, typed: &str) -> Vec<usize> {
        let query = fold::Query::new(typed);
        let start = fold::fold(typed);
        let mut found: Vec<usize> = (0..self.len()).filter(|at| self.get(*at).is_some_and(|c| query.matches(&c.search))).collect();
        if !start.is_empty() {
            let is_code = |name: &str| if name.eq_ignore_ascii_case(&start) { 0 } else { u8::from(!name.starts_with(&start)) };
            found.sort_by_cached_key(|at| self.get(*at).map_or(u8::MAX, |c| fold::rank(&c.search, &start).min(is_code(&c.name))));
        }
        found
    }
}
