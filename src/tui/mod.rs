//! The terminal interface: the only user of ratatui and crossterm.
//!
//! input thread → [`message::Message`] on one channel → [`app::App::update`] (no input or output) → [`message::Effect`] →
//! [`worker::Worker`] on its own thread → reply on the same channel → [`app::App::view`] from state alone. All waiting
//! messages are taken before one draw, in order, so that a burst of an input method is one frame and loses nothing.

pub mod app;
pub mod burst;
mod crash;
mod done;
pub mod draw;
pub mod field;
pub mod finder;
pub mod keys;
pub mod listing;
pub mod message;
pub mod queue;
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
use app::App;
use message::{Effect, Message, Reply};
use queue::Queue;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// Opens the screens on a store.
///
/// # Errors
/// There is no terminal, or the store cannot be opened.
pub fn run(settings: Settings, lang: Lang) -> Result<(), Failure> {
    needs_terminal()?;
    crate::store::keep_little();
    // Where the language was not asked for, the person's own comes with the store.
    let lang = settings.lang.or_else(|| crate::store::Identity::load(&settings.data_dir).ok().and_then(|i| Lang::from_code(&i.language))).unwrap_or(lang);
    let chance = Chance::before_store(&settings, "screen");
    let clock = settings.clock;
    crash::into_folder(&settings.data_dir);
    let (sender, receiver) = channel();
    let queue = Arc::new(Queue::default());
    queue::start_worker(settings, queue.clone(), sender.clone());
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
    let gone = sender.clone();
    terminal::when_gone(move || drop(gone.send(Message::Terminate)));
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

/// So many events are taken at once: a paste is one, and an endless stream is still let through.
const AT_ONCE: usize = 1 << 16;

fn start_input(sender: Sender<Message>) {
    use crossterm::event::{poll, read};
    thread::spawn(move || {
        loop {
            let mut events = Vec::new();
            let mut next = read();
            while let Ok(event) = next {
                events.push(event);
                if events.len() == AT_ONCE || !poll(Duration::ZERO).unwrap_or(false) {
                    break;
                }
                next = read();
            }
            // The terminal is gone: keep the draft and end.
            let is_gone = events.is_empty();
            let messages = burst::messages(events, cfg!(windows)).into_iter().chain(is_gone.then_some(Message::Terminate));
            if messages.into_iter().any(|message| sender.send(message).is_err()) || is_gone {
                return;
            }
        }
    });
}
