//! Work on the lines of a union that need not hold it up, on a thread of its own, in order.

use super::check::{Batch, Fact};
use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What the lines of a batch say: a fact for every line, `None` for forms and lists.
pub type Facts = Arc<Vec<Option<Fact>>>;

/// So many batches may wait: about what is merged while the disk lets those who write wait.
const WAITING: usize = 12;

type Take<'t> = &'t (dyn Fn(&Arc<Batch>, &Facts) + Sync);

/// Hands batches to the work that is done beside. Dropped behind the last.
pub enum Hand<'t> {
    /// To its thread.
    Over(SyncSender<(Arc<Batch>, Facts)>),
    /// No thread was to be had.
    Here(Take<'t>),
}

impl Hand<'_> {
    /// The next batch.
    pub fn batch(&self, batch: &Arc<Batch>, facts: &Facts) {
        match self {
            // A thread that ended has panicked, which is told when it is joined.
            Self::Over(to) => _ = to.send((batch.clone(), facts.clone())),
            Self::Here(take) => take(batch, facts),
        }
    }
}

/// Runs `run`, which hands on what `take` works at beside it, and `end` behind the last batch. Gives what each comes to.
pub fn beside<T: Send, E: Send, R>(state: &mut T, take: impl Fn(&mut T, &Arc<Batch>, &Facts) + Sync, end: impl Fn(&mut T) -> E + Sync, run: impl FnOnce(Hand<'_>) -> R) -> (R, E) {
    let state = Mutex::new(state);
    let take = |batch: &Arc<Batch>, facts: &Facts| take(&mut state.lock().unwrap_or_else(PoisonError::into_inner), batch, facts);
    let end = || end(&mut state.lock().unwrap_or_else(PoisonError::into_inner));
    thread::scope(|scope| {
        let (to, handed) = sync_channel::<(Arc<Batch>, Facts)>(WAITING);
        let work = || {
            handed.into_iter().for_each(|(batch, facts)| take(&batch, &facts));
            end()
        };
        match thread::Builder::new().name("beside".to_owned()).spawn_scoped(scope, work) {
            Ok(thread) => {
                let ran = run(Hand::Over(to));
                (ran, thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            }
            Err(_) => (run(Hand::Here(&take)), end()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::check::Placed;
    use super::*;

    #[test]
    fn batches_come_in_order_and_the_end_behind_the_last() {
        let mut seen = Vec::new();
        let take = |seen: &mut Vec<u64>, batch: &Arc<Batch>, facts: &Facts| {
            assert_eq!(facts.len(), batch.lines.len());
            seen.extend(batch.lines.iter().map(|line| line.number));
        };
        let (ran, ended) = beside(
            &mut seen,
            take,
            |seen| seen.len(),
            |hand| {
                for number in 0..100 {
                    let batch = Batch { lines: vec![Placed { end: 0, holders: 0, number }], ..Batch::default() };
                    hand.batch(&Arc::new(batch), &Arc::new(vec![None]));
                }
                "ran"
            },
        );
        assert_eq!((ran, ended), ("ran", 100));
        assert!(seen.into_iter().eq(0..100));
    }
}
