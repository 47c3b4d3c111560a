//! The terminal interface: the only user of ratatui and crossterm.
//!
//! input thread → [`message::Message`] on one channel → [`app::App::update`] (no input or output) → [`message::Effect`] →
//! [`worker::Worker`] on its own thread → reply on the same channel → [`app::App::view`] from state alone. All waiting
//! messages are taken before one draw, in order, so that a burst of an input method is one frame and loses nothing.

pub mod app;
mod crash;
mod done;
pub mod draw;
pub mod field;
pub mod finder;
pub mod keys;
pub mod message;
pub mod screen;
pub mod shared;
pub mod task;
mod terminal;
pub mod theme;
pub mod typing;
pub mod words;
pub mod worker;

use crate::error::{Exit, Failure};
use crate::form::Form;
use crate::locale::{Lang, Text, date, say};
use crate::workbench::Settings;
use crate::workbench::chance::{Chance, Clock};
use crate::workbench::watch::Watch;
use app::App;
use crossterm::event::{Event, KeyEventKind, MouseButton, MouseEventKind};
use message::{Effect, Message, Reply};
use std::collections::VecDeque;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use task::Task;
use worker::Worker;

/// Effects waiting for the worker.
#[derive(Default)]
struct Queue {
    effects: Mutex<VecDeque<Effect>>,
    more: Condvar,
    /// What is being done is to be given up.
    stop: AtomicBool,
}

impl Queue {
    /// Puts an effect at the end. What is being typed gives way to what was typed later, a draft to a newer one.
    fn push(&self, effect: Effect) {
        match effect {
            Effect::Cancel => return self.stop.store(true, Ordering::Relaxed),
            // Who quits does not wait for a sync: it is given up where nothing was changed yet.
            Effect::Quit => self.stop.store(true, Ordering::Relaxed),
            Effect::Plan(_) | Effect::Sync(_) => self.stop.store(false, Ordering::Relaxed),
            _ => {}
        }
        let mut effects = self.effects.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let stale = match (effects.back(), &effect) {
            (Some(Effect::Typing { record: a, path: p, .. }), Effect::Typing { record: b, path: q, .. }) => a == b && p == q,
            (Some(Effect::Keep(a)), Effect::Keep(b)) => a.record == b.record,
            (Some(Effect::Report(..)), Effect::Report(..)) | (Some(Effect::Glance), Effect::Glance) => true,
            (Some(Effect::Task(Task::Waiting(_))), Effect::Task(Task::Waiting(_))) => true,
            _ => false,
        };
        if stale {
            effects.pop_back();
        }
        effects.push_back(effect);
        self.more.notify_one();
    }

    /// Takes the first effect; with `patience` gives up waiting after that long.
    fn pop(&self, patience: Option<Duration>) -> Option<Effect> {
        let mut effects = self.effects.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        loop {
            if let Some(effect) = effects.pop_front() {
                return Some(effect);
            }
            effects = match patience {
                None => self.more.wait(effects).unwrap_or_else(std::sync::PoisonError::into_inner),
                Some(patience) => {
                    let (effects, waited) = self.more.wait_timeout(effects, patience).unwrap_or_else(std::sync::PoisonError::into_inner);
                    if waited.timed_out() && effects.is_empty() {
                        return None;
                    }
                    effects
                }
            };
        }
    }
}

/// Opens the screens on a store.
///
/// # Errors
/// There is no terminal, or the store cannot be opened.
pub fn run(settings: Settings, lang: Lang) -> Result<(), Failure> {
    needs_terminal()?;
    // Where the language was not asked for, the person's own comes with the store.
    let lang = settings.lang.or_else(|| crate::store::Identity::load(&settings.data_dir).ok().and_then(|i| Lang::from_code(&i.language))).unwrap_or(lang);
    let chance = Chance::before_store(&settings, "screen");
    let clock = settings.clock;
    crash::into_folder(&settings.data_dir);
    let (sender, receiver) = channel();
    let queue = Arc::new(Queue::default());
    start_worker(settings, queue.clone(), sender.clone());
    queue.push(Effect::Open);
    let mut app = App::new(lang, chance);
    drive(&mut app, clock, &queue, sender, &receiver)?;
    app.fatal.map_or(Ok(()), Err)
}

/// Opens a form to try it; nothing is kept.
///
/// # Errors
/// There is no terminal.
pub fn try_form(form: Arc<Form>, lang: Lang) -> Result<(), Failure> {
    needs_terminal()?;
    let settings = Settings::default();
    let (sender, receiver) = channel();
    let mut app = App::new(lang, Chance::before_store(&settings, "try"));
    app.shared.trying = true;
    let begun = Reply::Begun { record: "00000000-0000-7000-8000-000000000000".to_owned(), form, subject: None, given: Vec::new(), gathered: Vec::new() };
    app.screens.clear();
    app.update(Message::Reply(Box::new(begun)), date::local(Clock::System.now()));
    let queue = Arc::new(Queue::default());
    start_nobody(queue.clone(), sender.clone());
    drive(&mut app, Clock::System, &queue, sender, &receiver)
}

fn needs_terminal() -> Result<(), Failure> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, Text::both(say::failure::no_terminal)).hint(Text::both(say::failure::no_terminal_hint)))
}

/// What was typed is durable after this long at the latest.
const TYPED_DURABLE: Duration = Duration::from_secs(1);

fn start_worker(settings: Settings, queue: Arc<Queue>, sender: Sender<Message>) {
    thread::spawn(move || {
        let mut worker = Worker::new(settings);
        worker.watched_by(watch(queue.clone(), sender.clone()));
        loop {
            let Some(effect) = queue.pop(worker.has_unsynced().then_some(TYPED_DURABLE)) else {
                if let Some(reply) = worker.sync_typed() {
                    let _ = sender.send(Message::Reply(Box::new(reply)));
                }
                continue;
            };
            let last = effect == Effect::Quit;
            // A worker that died silently would go on taking what it cannot keep: the program ends with a sentence instead.
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| worker.carry_out(effect)));
            let died = done.is_err();
            let reply = done.unwrap_or_else(|_| Some(Reply::Fatal(crate::store::StoreProblem::View(String::new()).into())));
            if let Some(reply) = reply {
                let _ = sender.send(Message::Reply(Box::new(reply)));
            }
            if last || died {
                return;
            }
        }
    });
}

/// Tells the screens how far a sync is, a few times a second, and the sync whether to go on.
fn watch(queue: Arc<Queue>, sender: Sender<Message>) -> Watch {
    const BETWEEN: Duration = Duration::from_millis(150);
    let (last, sender) = (Mutex::new(Instant::now()), Mutex::new(sender));
    Watch::new(move |lines| {
        let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.elapsed() >= BETWEEN {
            *last = Instant::now();
            let _ = sender.lock().unwrap_or_else(std::sync::PoisonError::into_inner).send(Message::Progress(lines));
        }
        !queue.stop.load(Ordering::Relaxed)
    })
}

/// Trying a form: what would be gathered is not there, and what would be kept is not.
fn start_nobody(queue: Arc<Queue>, sender: Sender<Message>) {
    thread::spawn(move || {
        loop {
            let Some(effect) = queue.pop(None) else { continue };
            let last = effect == Effect::Quit;
            if let Some(reply) = without_store(effect) {
                let _ = sender.send(Message::Reply(Box::new(reply)));
            }
            if last {
                return;
            }
        }
    });
}

/// What comes of an effect where there is no store: files are read but not copied, nothing is known of other records.
pub fn without_store(effect: Effect) -> Option<Reply> {
    match effect {
        Effect::Quit => Some(Reply::Closed),
        Effect::Attach { record, path, file } => {
            let read = crate::workbench::attaching::attach(&file, None);
            Some(Reply::Attached { record, path, file, read })
        }
        Effect::Gather(reference) => Some(Reply::Gathered(vec![(reference, Vec::new())])),
        _ => None,
    }
}

fn drive(app: &mut App, clock: Clock, queue: &Queue, sender: Sender<Message>, receiver: &Receiver<Message>) -> Result<(), Failure> {
    let system = |e: std::io::Error| Failure::io(std::path::Path::new("terminal"), &e);
    theme::Look::from_environment(&|name| std::env::var(name).ok()).set();
    let mut terminal = terminal::Guard::new().map_err(system)?;
    let signals = sender.clone();
    let _ = ctrlc::set_handler(move || {
        let _ = signals.send(Message::Terminate);
    });
    terminal.draw(|frame| app.view(frame)).map_err(system)?;
    start_input(sender);
    // A failure in drawing or in the state must not take what the worker still has to keep with it.
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| turn(app, clock, queue, receiver, &mut terminal)));
    drop(terminal);
    if ended.is_err() {
        queue.push(Effect::Quit);
        while let Ok(message) = receiver.recv() {
            if matches!(&message, Message::Reply(reply) if matches!(**reply, Reply::Closed | Reply::Fatal(_))) {
                break;
            }
        }
        let path = crash::written().map_or_else(String::new, |path| path.display().to_string());
        return Err(Failure::new(Exit::System, Text::both(say::looking::crashed)).hint(Text::both(|l| say::looking::crashed_hint(l, &path))));
    }
    Ok(())
}

fn turn(app: &mut App, clock: Clock, queue: &Queue, receiver: &Receiver<Message>, terminal: &mut terminal::Guard) {
    let mut gone = false;
    while !app.closed {
        let Ok(first) = receiver.recv() else { break };
        let now = date::local(clock.now());
        let mut next = Some(first);
        while let Some(message) = next {
            fail_where_asked(&message);
            app.update(message, now).into_iter().for_each(|effect| queue.push(effect));
            next = receiver.try_recv().ok();
        }
        crash::on_screen(app.screens.last().map_or("none", screen::Screen::name));
        // A terminal that has vanished cannot be drawn on; the worker is still drained before the program ends.
        if !gone && !app.closed && terminal.draw(|frame| app.view(frame)).is_err() {
            gone = true;
            app.update(Message::Terminate, now).into_iter().for_each(|effect| queue.push(effect));
        }
    }
}

/// Lets a test see what a failure of the program leaves behind; not in what is shipped.
fn fail_where_asked(message: &Message) {
    if cfg!(debug_assertions)
        && let Message::Paste(text) = message
        && std::env::var("KHUYENCONG_TEST_FAILURE").is_ok_and(|asked| asked == *text)
    {
        panic!("asked for: {text}");
    }
}

fn start_input(sender: Sender<Message>) {
    thread::spawn(move || {
        loop {
            let message = match crossterm::event::read() {
                // Windows tells of releases too; a composed letter may come as a release only on some input methods.
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => Message::Key(key),
                Ok(Event::Paste(text)) => Message::Paste(text),
                Ok(Event::Resize(..)) => Message::Resize,
                // A pointer that only moves is no event: nothing is drawn again for it.
                Ok(Event::Mouse(mouse)) if matches!(mouse.kind, MouseEventKind::Down(MouseButton::Left) | MouseEventKind::ScrollUp | MouseEventKind::ScrollDown) => {
                    Message::Mouse(mouse)
                }
                Ok(_) => continue,
                // The terminal is gone: keep the draft and end.
                Err(_) => {
                    let _ = sender.send(Message::Terminate);
                    return;
                }
            };
            if sender.send(message).is_err() {
                return;
            }
        }
    });
}
