//! Work on many pieces, spread over the machine's cores; what comes out does not depend on how many there are.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More threads than this gain nothing: the store's disk is the same for all.
const MOST: usize = 8;

/// Does `count` pieces of work and gives what they come to, in order. Each thread has a `start` of its own.
pub fn spread<S, T: Send>(count: usize, start: impl Fn() -> S + Sync, work: impl Fn(&mut S, usize) -> T + Sync) -> Vec<T> {
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get()).min(MOST).min(count);
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
    if threads < 2 {
        return run().into_iter().map(|(_, done)| done).collect();
    }
    let mut all: Vec<(usize, T)> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut all = run();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_the_pieces() {
        for count in [0, 1, 2, 1000] {
            assert_eq!(spread(count, || (), |(), at| at * 3), (0..count).map(|at| at * 3).collect::<Vec<_>>());
        }
    }
}
