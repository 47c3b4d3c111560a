//! Work on many pieces, spread over the machine's cores; what comes out does not depend on how many there are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope, ScopedJoinHandle};

/// More threads than this gain nothing: the store's disk is the same for all.
const MOST: usize = 8;

/// So many pieces for each thread may wait to be taken.
const AHEAD: usize = 2;

/// Threads want room for their stacks and heaps, and sled panics where it then finds none for its own.
const ROOM: usize = 256 << 20;

fn threads(count: usize) -> usize {
    // Asking takes up nothing.
    if Vec::<u8>::new().try_reserve_exact(ROOM).is_err() {
        return 1;
    }
    thread::available_parallelism().map_or(1, usize::from).min(MOST).min(count)
}

/// As many threads as can be had, up to `count`.
fn spawn<'s, 'e, T: Send + 's>(scope: &'s Scope<'s, 'e>, count: usize, run: impl FnOnce() -> T + Copy + Send + 's) -> Vec<ScopedJoinHandle<'s, T>> {
    (0..count).map_while(|_| thread::Builder::new().spawn_scoped(scope, run).ok()).collect()
}

/// Does `count` pieces of work and gives what they come to, in order. Each thread has a `start` of its own.
pub fn spread<S, T: Send>(count: usize, start: impl Fn() -> S + Sync, work: impl Fn(&mut S, usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut own = start();
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return done;
            }
            done.push((at, work(&mut own, at)));
        }
    };
    let run = &run;
    let mut all: Vec<(usize, T)> = thread::scope(|scope| {
        let others = spawn(scope, threads(count).saturating_sub(1), run);
        let mut all = run();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, done)| done).collect()
}

/// Pieces that are done and not taken yet.
struct Waiting<T> {
    next: usize,
    taken: usize,
    /// Nothing more is wanted, or somebody panicked.
    is_over: bool,
    done: BTreeMap<usize, T>,
}

/// Ends the work of all, however its thread ends.
struct Over<'w, T>(&'w Mutex<Waiting<T>>, &'w Condvar);

impl<T> Drop for Over<'_, T> {
    fn drop(&mut self) {
        lock(self.0).is_over = true;
        self.1.notify_all();
    }
}

fn lock<T>(waiting: &Mutex<Waiting<T>>) -> MutexGuard<'_, Waiting<T>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same with more pieces than memory would hold: each is taken, in order, as soon as it is there.
///
/// # Errors
/// The first of `take`; the pieces behind it are not taken.
pub fn spread_in_order<S, T: Send, E>(
    count: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let threads = threads(count);
    let (waiting, changed) = (Mutex::new(Waiting { next: 0, taken: 0, is_over: false, done: BTreeMap::new() }), Condvar::new());
    let run = || {
        let mut own = start();
        loop {
            let mut state = lock(&waiting);
            while !state.is_over && state.next < count && state.next >= state.taken + AHEAD * threads {
                state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.is_over || state.next >= count {
                return;
            }
            let at = state.next;
            state.next += 1;
            drop(state);
            let guard = Over(&waiting, &changed);
            let done = work(&mut own, at);
            std::mem::forget(guard);
            lock(&waiting).done.insert(at, done);
            changed.notify_all();
        }
    };
    let run = &run;
    thread::scope(|scope| {
        if spawn(scope, threads, run).is_empty() {
            let mut own = start();
            return (0..count).try_for_each(|at| take(work(&mut own, at)));
        }
        let _over = Over(&waiting, &changed);
        for at in 0..count {
            let mut state = lock(&waiting);
            let done = loop {
                match state.done.remove(&at) {
                    Some(done) => break done,
                    // A thread panicked: the scope passes that on.
                    None if state.is_over => return Ok(()),
                    None => state = changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                }
            };
            state.taken = at + 1;
            drop(state);
            changed.notify_all();
            take(done)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_pieces() {
        for count in [0, 1, 2, 1000] {
            assert_eq!(spread(count, || (), |(), at| at * 3), (0..count).map(|at| at * 3).collect::<Vec<_>>());
            let mut taken = Vec::new();
            let done: Result<(), ()> = spread_in_order(
                count,
                || (),
                |(), at| at * 3,
                |piece| {
                    taken.push(piece);
                    Ok(())
                },
            );
            assert_eq!((done, taken), (Ok(()), (0..count).map(|at| at * 3).collect::<Vec<_>>()));
        }
    }

    #[test]
    fn a_refusal_ends_the_work() {
        let done = spread_in_order(1000, || (), |(), at| at, |at| if at < 10 { Ok(()) } else { Err(at) });
        assert_eq!(done, Err(10));
    }

    #[test]
    fn a_panic_is_passed_on() {
        let work = |(): &mut (), at: usize| assert!(at < 5, "piece {at}");
        assert!(std::panic::catch_unwind(|| spread_in_order(20, || (), work, |()| Ok::<(), ()>(()))).is_err());
        assert!(std::panic::catch_unwind(|| spread(20, || (), work)).is_err());
    }
}
