//! What waits for the worker, and the worker's thread: what a person waits for goes before what is only counted beside.

use super::message::{Effect, Message, Reply};
use super::task::Task;
use super::worker::Worker;
use crate::workbench::Settings;
use crate::workbench::watch::Watch;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

/// Effects waiting for the worker.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    more: Condvar,
    /// A person wants what is being done to be given up.
    stop: AtomicBool,
    /// Something that a person waits for has come while something else was being counted.
    give_way: AtomicBool,
}

#[derive(Default)]
struct State {
    effects: VecDeque<Effect>,
    /// What is being done may give way.
    is_aside: bool,
    /// What gave way is not begun again before.
    rests_until: Option<Instant>,
}

/// What gave way waits until nothing else was asked for this long: a person who types would start it over at every key.
const REST: Duration = Duration::from_millis(500);

/// Figures and what waits are counted from everything there is; nobody waits for them as for a record to open.
fn is_aside(effect: &Effect) -> bool {
    matches!(effect, Effect::Glance | Effect::Report(..) | Effect::Task(Task::Waiting(_)))
}

/// Whether an effect makes an earlier one needless: figures that were asked for otherwise since.
fn replaces(later: &Effect, earlier: &Effect) -> bool {
    match (earlier, later) {
        (Effect::Glance | Effect::Report(..), Effect::Glance | Effect::Report(..)) | (Effect::Task(Task::Waiting(_)), Effect::Task(Task::Waiting(_))) => true,
        (Effect::Typing { record: a, path: p, .. }, Effect::Typing { record: b, path: q, .. }) => a == b && p == q,
        (Effect::Keep(a), Effect::Keep(b)) => a.record == b.record,
        // Who waits for a store that is looked through presses again: one form opens.
        (Effect::Begin { .. } | Effect::Edit(_), Effect::Begin { .. } | Effect::Edit(_)) => later == earlier,
        _ => false,
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Puts an effect at the end. What is being typed gives way to what was typed later, a draft to a newer one.
    pub fn push(&self, effect: Effect) {
        match effect {
            Effect::Cancel => return self.stop.store(true, Ordering::Relaxed),
            // Who quits does not wait for a sync: it is given up where nothing was changed yet.
            Effect::Quit => self.stop.store(true, Ordering::Relaxed),
            Effect::Plan(_) | Effect::Sync(_) | Effect::Demo | Effect::Glance | Effect::Report(..) | Effect::Task(Task::SaveReport { .. }) => {
                self.stop.store(false, Ordering::Relaxed)
            }
            _ => {}
        }
        let mut state = self.lock();
        if is_aside(&effect) {
            state.effects.retain(|earlier| !replaces(&effect, earlier));
        } else {
            state.effects.pop_back_if(|earlier| replaces(&effect, earlier));
        }
        if state.is_aside {
            self.give_way.store(true, Ordering::Relaxed);
        }
        state.effects.push_back(effect);
        self.more.notify_one();
    }

    /// Puts back what gave way, unless it was asked for again meanwhile.
    fn again(&self, effect: Effect) {
        self.stop.store(false, Ordering::Relaxed);
        let mut state = self.lock();
        if !state.effects.iter().any(|later| replaces(later, &effect)) {
            state.effects.push_back(effect);
        }
        state.rests_until = Some(Instant::now() + REST);
    }

    /// Takes the first effect that somebody waits for, else the first; with `patience` gives up waiting after that long.
    pub fn pop(&self, patience: Option<Duration>) -> Option<Effect> {
        let deadline = patience.map(|patience| Instant::now() + patience);
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let rest = state.rests_until.map(|until| until.saturating_duration_since(now)).filter(|rest| !rest.is_zero());
            let first = state.effects.iter().position(|effect| !is_aside(effect)).or((rest.is_none() && !state.effects.is_empty()).then_some(0));
            if let Some(effect) = first.and_then(|at| state.effects.remove(at)) {
                state.is_aside = is_aside(&effect);
                if !state.is_aside {
                    state.rests_until = state.rests_until.map(|_| now + REST);
                }
                self.give_way.store(false, Ordering::Relaxed);
                return Some(effect);
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(now));
            if left.is_some_and(|left| left.is_zero()) {
                return None;
            }
            let wait = [left, rest.filter(|_| !state.effects.is_empty())].into_iter().flatten().min();
            state = match wait {
                None => self.more.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner),
                Some(wait) => self.more.wait_timeout(state, wait).unwrap_or_else(std::sync::PoisonError::into_inner).0,
            };
        }
    }

    /// Tells the screens how far the worker is, a few times a second, and the worker whether to go on.
    pub fn watch(self: &Arc<Self>, sender: Sender<Message>) -> Watch {
        const BETWEEN: Duration = Duration::from_millis(150);
        let queue = self.clone();
        let durable = Mutex::new(sender.clone());
        let (last, sender) = (Mutex::new((Instant::now(), u64::MAX)), Mutex::new(sender));
        Watch::new(move |seen| {
            let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            // What begins anew is not told at once: most of it is done before anybody could read that.
            if seen < last.1 {
                last.0 = Instant::now();
            }
            last.1 = seen;
            if last.0.elapsed() >= BETWEEN {
                last.0 = Instant::now();
                let _ = sender.lock().unwrap_or_else(std::sync::PoisonError::into_inner).send(Message::Progress(seen));
            }
            !queue.stop.load(Ordering::Relaxed) && !queue.give_way.load(Ordering::Relaxed)
        })
        .and_saved(move || drop(durable.lock().unwrap_or_else(std::sync::PoisonError::into_inner).send(Message::Durable)))
    }
}

/// What was typed is durable after this long at the latest.
const TYPED_DURABLE: Duration = Duration::from_secs(1);

/// Starts the worker; it ends after [`Effect::Quit`].
pub fn start_worker(settings: Settings, queue: Arc<Queue>, sender: Sender<Message>) {
    thread::spawn(move || {
        let mut worker = Worker::new(settings);
        worker.watched_by(queue.watch(sender.clone()));
        worker.tells_early(sender.clone());
        loop {
            let Some(effect) = queue.pop(worker.has_unsynced().then_some(TYPED_DURABLE)) else {
                if let Some(reply) = worker.sync_typed() {
                    let _ = sender.send(Message::Reply(Box::new(reply)));
                }
                continue;
            };
            let last = effect == Effect::Quit;
            let aside = is_aside(&effect).then(|| effect.clone());
            // A worker that died silently would go on taking what it cannot keep: the program ends with a sentence instead.
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| worker.carry_out(effect)));
            let died = done.is_err();
            let reply = done.unwrap_or_else(|_| Some(Reply::Fatal(crate::store::StoreProblem::View(String::new()).into())));
            match (aside, reply) {
                (Some(effect), Some(Reply::Failed(_))) if queue.give_way.load(Ordering::Relaxed) => queue.again(effect),
                (_, Some(reply)) => drop(sender.send(Message::Reply(Box::new(reply)))),
                (_, None) => {}
            }
            if last || died {
                return;
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    const AT_ONCE: Option<Duration> = Some(Duration::ZERO);

    fn report(year: &str) -> Effect {
        Effect::Report(Some(year.to_owned()), None)
    }

    #[test]
    fn what_is_counted_beside_gives_way_to_what_is_waited_for_and_is_begun_again() {
        let queue = Arc::new(Queue::default());
        let watch = queue.watch(channel().0);
        queue.push(report("2026"));
        assert_eq!(queue.pop(AT_ONCE), Some(report("2026")));
        assert!(watch.goes_on(1));
        queue.push(Effect::Edit("r".to_owned()));
        assert!(!watch.goes_on(2), "somebody waits");
        queue.again(report("2026"));
        assert_eq!(queue.pop(AT_ONCE), Some(Effect::Edit("r".to_owned())));
        assert!(watch.goes_on(1));
        assert_eq!(queue.pop(AT_ONCE), None, "it rests for a moment first");
        queue.lock().rests_until = None;
        assert_eq!(queue.pop(AT_ONCE), Some(report("2026")));
    }

    #[test]
    fn figures_that_were_asked_for_otherwise_since_are_not_counted() {
        let queue = Queue::default();
        [report("2026"), Effect::Conflicts, report("2027")].into_iter().for_each(|effect| queue.push(effect));
        assert_eq!([queue.pop(AT_ONCE), queue.pop(AT_ONCE), queue.pop(AT_ONCE)], [Some(Effect::Conflicts), Some(report("2027")), None]);
        queue.push(report("2028"));
        queue.again(report("2027"));
        assert_eq!(queue.lock().effects.len(), 1);
    }

    #[test]
    fn a_person_stops_what_is_being_done_and_only_that() {
        let queue = Arc::new(Queue::default());
        let watch = queue.watch(channel().0);
        queue.push(Effect::Sync("a".into()));
        queue.push(Effect::Cancel);
        assert_eq!(queue.pop(AT_ONCE), Some(Effect::Sync("a".into())));
        assert!(!watch.goes_on(1));
        queue.push(Effect::Sync("b".into()));
        assert!(watch.goes_on(1));
        queue.push(Effect::Quit);
        assert!(!watch.goes_on(1), "who quits does not wait");
    }
}
