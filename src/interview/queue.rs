//! Cells that wait to be derived, the first in the form's plan at the front.

use crate::form::instance::{ROOT_ROW, RowId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The queue. Cells of the form's own row, most of all, are a bit each by their rank; those of repeat rows are a heap.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    root: Vec<u64>,
    /// Before this word of `root` no bit is set.
    from: usize,
    rows: BinaryHeap<Reverse<(u32, RowId)>>,
    length: usize,
}

impl Queue {
    /// Adds a cell that does not wait yet.
    pub fn push(&mut self, rank: u32, row: RowId) {
        self.length += 1;
        if row != ROOT_ROW {
            return self.rows.push(Reverse((rank, row)));
        }
        let word = rank as usize / 64;
        if word >= self.root.len() {
            self.root.resize(word + 1, 0);
        }
        self.root[word] |= 1 << (rank % 64);
        self.from = self.from.min(word);
    }

    /// Takes the cell with the least rank out; among rows the one that was laid out first.
    pub fn pop(&mut self) -> Option<(u32, RowId)> {
        while self.root.get(self.from) == Some(&0) {
            self.from += 1;
        }
        let root = self.root.get(self.from).map(|word| self.from as u32 * 64 + word.trailing_zeros());
        let row = self.rows.peek().map(|Reverse((rank, _))| *rank);
        match (root, row) {
            (Some(rank), row) if row.is_none_or(|row| rank < row) => {
                self.root[self.from] &= self.root[self.from] - 1;
                self.length -= 1;
                Some((rank, ROOT_ROW))
            }
            _ => {
                let Reverse(first) = self.rows.pop()?;
                self.length -= 1;
                Some(first)
            }
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn cells_come_out_in_the_order_of_the_plan(steps in prop::collection::vec(prop::option::of((0u32..300, any::<bool>(), 1u32..4)), 0..80)) {
            let (mut queue, mut expected) = (Queue::default(), BTreeSet::new());
            for step in steps {
                match step {
                    // A node's cells are either all in the form's own row or all in repeat rows.
                    Some((rank, in_row, row)) => {
                        let cell = if in_row { (rank * 2 + 1, RowId(row)) } else { (rank * 2, ROOT_ROW) };
                        if expected.insert(cell) {
                            queue.push(cell.0, cell.1);
                        }
                    }
                    None => prop_assert_eq!(queue.pop(), expected.pop_first()),
                }
                prop_assert_eq!(queue.len(), expected.len());
            }
        }
    }
}
