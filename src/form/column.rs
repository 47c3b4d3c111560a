//! The numbers of one question in all rows of a repeat, and what they come to: when a row is added behind thousands, a total
//! goes on from where it was.

use super::{Form, NodeId};

/// What the numbers of some rows come to. Rows without a number are passed over.
#[derive(Clone, Copy, Debug)]
pub struct Totals {
    /// Their sum, added in the order of rows, infinite ones left out.
    pub sum: f64,
    /// The least; not a number where there is none.
    pub least: f64,
    /// The greatest; not a number where there is none.
    pub greatest: f64,
}

impl Totals {
    const NONE: Self = Self { sum: 0.0, least: f64::NAN, greatest: f64::NAN };

    /// With one more row. What is not a number gives way to what is, as `f64::min` has it.
    fn and(self, number: f64) -> Self {
        let sum = if number.is_finite() { self.sum + number } else { self.sum };
        Self { sum, least: self.least.min(number), greatest: self.greatest.max(number) }
    }
}

/// A question's numbers by row, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Column {
    numbers: Vec<f64>,
    /// Behind each row, of all rows up to it.
    totals: Vec<Totals>,
}

impl Column {
    /// The rows from this place on (from 0) are others now.
    pub fn forget_from(&mut self, place: usize) {
        self.numbers.truncate(place);
        self.totals.truncate(place);
    }

    /// The number in a row has changed.
    pub fn set(&mut self, place: usize, number: f64) {
        if let Some(known) = self.numbers.get_mut(place) {
            *known = number;
            self.totals.truncate(place);
        }
    }

    /// Brings it up to date; `read` gives the number of a row that is not known.
    pub fn refresh(&mut self, rows: usize, read: impl Fn(usize) -> f64) {
        self.numbers.extend((self.numbers.len()..rows).map(read));
        let mut last = self.totals.last().copied().unwrap_or(Totals::NONE);
        for number in &self.numbers[self.totals.len()..] {
            last = last.and(*number);
            self.totals.push(last);
        }
    }

    /// What all rows come to; `None` where it is not up to date.
    pub fn totals(&self, rows: usize) -> Option<Totals> {
        match self.totals.last() {
            _ if self.totals.len() != rows => None,
            None => Some(Totals::NONE),
            Some(last) => Some(*last),
        }
    }
}

/// The columns of a form, each with the question it is of.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The questions, in order.
    pub nodes: Vec<NodeId>,
    /// By node: its column, if it has one.
    of: Vec<Option<u32>>,
    /// By node: the columns that its expressions read.
    read: Vec<Vec<u32>>,
}

impl Columns {
    /// No columns yet, for a form of so many nodes.
    pub fn new(nodes: usize) -> Self {
        Self { nodes: Vec::new(), of: vec![None; nodes], read: vec![Vec::new(); nodes] }
    }

    /// Notes that the expressions of `reader` take the total of a question.
    pub fn note(&mut self, reader: NodeId, question: NodeId) {
        let next = self.nodes.len() as u32;
        let at = *self.of[question.index()].get_or_insert(next);
        if at == next {
            self.nodes.push(question);
        }
        if !self.read[reader.index()].contains(&at) {
            self.read[reader.index()].push(at);
        }
    }

    /// The column of a question.
    pub fn of(&self, question: NodeId) -> Option<usize> {
        self.of.get(question.index()).copied().flatten().map(|at| at as usize)
    }

    /// The columns that the expressions of a node read.
    pub fn read_by(&self, node: NodeId) -> impl Iterator<Item = usize> + '_ {
        self.read.get(node.index()).into_iter().flatten().map(|at| *at as usize)
    }

    /// The columns of questions in rows of a repeat's scope.
    pub fn inside<'a>(&'a self, form: &'a Form, scope: super::ScopeId) -> impl Iterator<Item = usize> + 'a {
        self.nodes.iter().enumerate().filter(move |(_, node)| form.node(**node).scope == scope).map(|(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn totals_after_changes_are_those_of_the_rows(changes in prop::collection::vec((0usize..12, 0u8..4, prop_oneof![Just(f64::NAN), Just(f64::INFINITY), -9.0..9.0f64]), 0..40)) {
            let mut rows: Vec<f64> = Vec::new();
            let mut column = Column::default();
            for (at, what, number) in changes {
                let place = at.min(rows.len());
                match what {
                    0 => { rows.insert(place, number); column.forget_from(place); }
                    1 if place < rows.len() => { rows.remove(place); column.forget_from(place); }
                    2 if place < rows.len() => { rows[place] = number; column.set(place, number); }
                    _ => column.refresh(rows.len(), |row| rows[row]),
                }
                let Some(totals) = column.totals(rows.len()) else { continue };
                let numbers = || rows.iter().copied().filter(|number| !number.is_nan());
                let expected = [numbers().filter(|n| n.is_finite()).fold(0.0, |a, b| a + b), numbers().fold(f64::NAN, f64::min), numbers().fold(f64::NAN, f64::max)];
                prop_assert_eq!([totals.sum, totals.least, totals.greatest].map(f64::to_bits), expected.map(f64::to_bits));
            }
        }
    }
}
