//! Drives the screens as a person does: keys in helix's notation, the screen as plain text.

use crate::place::Laptop;
use chrono::NaiveDateTime;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use khuyencong::form::Form;
use khuyencong::locale::{Lang, date};
use khuyencong::store::Identity;
use khuyencong::tui::app::App;
use khuyencong::tui::message::{Effect, Message, Reply};
use khuyencong::tui::queue::Queue;
use khuyencong::tui::task::{Outcome, Task};
use khuyencong::tui::worker::Worker;
use khuyencong::workbench::Settings;
use khuyencong::workbench::chance::Chance;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use std::sync::Arc;
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// The program on a screen of some size.
pub struct Driver {
    pub app: App,
    worker: Worker,
    queue: Arc<Queue>,
    now: NaiveDateTime,
    size: (u16, u16),
    dir: std::path::PathBuf,
    /// The worker is still at something: what is asked for waits.
    at_work: bool,
}

impl Driver {
    /// The program started on a laptop's store, all that it does at first done.
    pub fn open(laptop: &Laptop) -> Self {
        Self::with(laptop.settings())
    }

    /// The same with other settings.
    pub fn with(settings: Settings) -> Self {
        let now = date::local(settings.clock.now());
        // As the program does: the person's language comes with the store.
        let lang = Identity::load(&settings.data_dir).ok().and_then(|identity| Lang::from_code(&identity.language));
        let app = App::new(lang.unwrap_or_default(), Chance::before_store(&settings, "screen"));
        let mut driver = Self::of(app, settings, now);
        driver.carry_out(vec![Effect::Open]);
        driver
    }

    /// The program started on a store that ended with a kill; `meanwhile` is while it is still being looked through.
    pub fn after_a_kill(laptop: &Laptop, meanwhile: impl FnOnce(&mut Self)) -> Self {
        std::fs::remove_file(laptop.settings().data_dir.join("clean")).unwrap();
        Self::while_opening(laptop, meanwhile)
    }

    /// The program started; `meanwhile` is while the store is still being opened and what can be shown before stands on the screen.
    pub fn while_opening(laptop: &Laptop, meanwhile: impl FnOnce(&mut Self)) -> Self {
        let settings = laptop.settings();
        let now = date::local(settings.clock.now());
        let app = App::new(Lang::Vi, Chance::before_store(&settings, "screen"));
        let mut driver = Self::of(app, settings, now);
        let (sender, early) = std::sync::mpsc::channel();
        driver.worker.tells_early(sender);
        let opened = driver.worker.carry_out(Effect::Open).unwrap();
        driver.at_work = true;
        early.try_iter().for_each(|message| driver.message(message));
        meanwhile(&mut driver);
        driver.at_work = false;
        driver.take(opened);
        driver.carry_out(Vec::new());
        driver
    }

    /// A form being tried, without a store.
    pub fn trying(form: Arc<Form>) -> Self {
        let now = date::parse_iso("2026-03-10").unwrap().and_hms_opt(9, 0, 0).unwrap();
        let settings = Settings { data_dir: "/nowhere".into(), seed: Some("1".to_owned()), ..Settings::default() };
        let mut app = App::new(Lang::Vi, Chance::before_store(&settings, "try"));
        app.shared.trying = true;
        app.screens.clear();
        let mut driver = Self::of(app, settings, now);
        let begun = Reply::Begun { record: "00000000-0000-7000-8000-000000000000".to_owned(), form, subject: None, given: Vec::new(), gathered: Vec::new() };
        driver.message(Message::Reply(Box::new(begun)));
        driver
    }

    fn of(app: App, settings: Settings, now: NaiveDateTime) -> Self {
        let dir = settings.data_dir.clone();
        let (mut worker, queue) = (Worker::new(settings), Arc::new(Queue::default()));
        worker.watched_by(queue.watch(std::sync::mpsc::channel().0));
        Self { app, worker, queue, now, size: (80, 24), dir, at_work: false }
    }

    /// In a window of another size.
    pub fn sized(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self.message(Message::Resize);
        self
    }

    /// The window changes its size.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.message(Message::Resize);
    }

    /// What is drawn, with its styles.
    pub fn buffer(&self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal.draw(|frame| self.app.view(frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The worker does everything that is to be done, and what comes of that, until nothing is left.
    fn carry_out(&mut self, effects: Vec<Effect>) {
        effects.into_iter().for_each(|effect| self.queue.push(effect));
        if self.at_work {
            return;
        }
        while let Some(effect) = self.queue.pop(Some(Duration::ZERO)) {
            // Which drives there are differs from machine to machine.
            if effect == Effect::Task(Task::Drives) {
                let found = vec!["/media/thu/USB-01/khuyencong.jsonl".into()];
                self.take(Reply::Done(Outcome::Drives(found)));
                continue;
            }
            let effect = self.inside(effect);
            let reply = if self.app.shared.trying { khuyencong::tui::without_store(effect) } else { self.worker.carry_out(effect) };
            if let Some(reply) = reply {
                self.take(reply);
            }
        }
    }

    /// A file without a folder is written into the test's own: random keys must not write where the tests stand.
    fn inside(&self, effect: Effect) -> Effect {
        let place = |file: std::path::PathBuf| self.dir.join(file);
        match effect {
            Effect::Task(Task::SaveReport { period, by, file, lang }) => Effect::Task(Task::SaveReport { period, by, file: place(file), lang }),
            Effect::Task(Task::Minutes { record, file, lang, is_draft }) => Effect::Task(Task::Minutes { record, file: place(file), lang, is_draft }),
            other => other,
        }
    }

    #[track_caller]
    fn take(&mut self, reply: Reply) {
        if let Reply::Fatal(failure) = &reply {
            panic!("the program ended: {}", failure.lines(Lang::En).join(" "));
        }
        self.app.update(Message::Reply(Box::new(reply)), self.now).into_iter().for_each(|effect| self.queue.push(effect));
    }

    /// The screens as they are while the worker is still at what these keys ask for, and has looked at so much.
    #[track_caller]
    pub fn at_work(&mut self, keys: &str, seen: u64) -> &mut Self {
        self.waiting(keys).message(Message::Progress(seen));
        self
    }

    /// The same, of what does not tell how much it has looked at.
    pub fn waiting(&mut self, keys: &str) -> &mut Self {
        self.at_work = true;
        read(keys).into_iter().for_each(|key| self.message(Message::Key(key)));
        self
    }

    /// The worker told that a revision is durable.
    pub fn durable(&mut self) -> &mut Self {
        self.message(Message::Durable);
        self
    }

    fn message(&mut self, message: Message) {
        let effects = self.app.update(message, self.now);
        self.carry_out(effects);
    }

    pub fn key(&mut self, key: KeyEvent) -> &mut Self {
        self.message(Message::Key(key));
        self
    }

    /// Presses keys: `abc<ret><down><F9><C-z><tab>`.
    #[track_caller]
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.at_work = false;
        for key in read(keys) {
            self.key(key);
        }
        self
    }

    /// Keys that come in faster than the worker works: what it does is told only after the last of them.
    #[track_caller]
    pub fn burst(&mut self, keys: &str) -> &mut Self {
        let now = self.now;
        let effects = read(keys).into_iter().flat_map(|key| self.app.update(Message::Key(key), now)).collect();
        self.carry_out(effects);
        self
    }

    /// A click where a text stands on the screen.
    #[track_caller]
    pub fn click(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        let found = screen.lines().enumerate().find_map(|(row, line)| line.find(text).map(|at| (line[..at].width(), row)));
        let (column, row) = found.unwrap_or_else(|| panic!("“{text}” is not on the screen:\n{screen}"));
        self.mouse(MouseEventKind::Down(MouseButton::Left), column as u16, row as u16)
    }

    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        self.message(Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.message(Message::Paste(text.to_owned()));
        self
    }

    /// Goes to the question of this label and presses keys there.
    #[track_caller]
    pub fn answer(&mut self, label: &str, keys: &str) -> &mut Self {
        self.keys("<C-f>").keys(label).keys("<ret>").keys(keys)
    }

    /// What stands on the screen.
    pub fn screen(&self) -> String {
        screen_text(&self.buffer())
    }

    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "“{text}” is not on the screen:\n{screen}");
        self
    }

    #[track_caller]
    pub fn hides(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "“{text}” is on the screen:\n{screen}");
        self
    }

    /// Quits, so that the store can be looked into.
    #[track_caller]
    pub fn quit(mut self) {
        self.keys("<C-q>");
        assert!(self.app.closed && self.app.fatal.is_none());
    }
}

/// The text of a screen, line by line, without the hidden half of wide glyphs and without blanks at the end.
pub fn screen_text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let lines = buffer.content.chunks(width).map(|row| {
        let mut line = String::new();
        let mut column = 0;
        while let Some(cell) = row.get(column) {
            line += cell.symbol();
            column += cell.symbol().width().max(1);
        }
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Keys from their notation; a wrong name is a mistake in the test.
#[track_caller]
fn read(keys: &str) -> Vec<KeyEvent> {
    let mut found = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let (key, length) = match rest.strip_prefix('<').and_then(|name| name.split_once('>')) {
            Some((name, _)) => (named(name).unwrap_or_else(|| panic!("no key <{name}>")), name.len() + 2),
            None => (KeyEvent::from(KeyCode::Char(c)), c.len_utf8()),
        };
        found.push(key);
        rest = &rest[length..];
    }
    found
}

fn named(name: &str) -> Option<KeyEvent> {
    if name == "A-ret" {
        return Some(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT));
    }
    if let Some(arrow) = name.strip_prefix("A-") {
        return named(arrow).map(|key| KeyEvent::new(key.code, KeyModifiers::ALT));
    }
    if let Some(letter) = name.strip_prefix("C-") {
        return Some(KeyEvent::new(KeyCode::Char(letter.chars().next()?), KeyModifiers::CONTROL));
    }
    if let Some(number) = name.strip_prefix('F') {
        return Some(KeyEvent::from(KeyCode::F(number.parse().ok()?)));
    }
    Some(KeyEvent::from(match name {
        "ret" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "S-tab" => KeyCode::BackTab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "pgup" => KeyCode::PageUp,
        "pgdn" => KeyCode::PageDown,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "bs" => KeyCode::Backspace,
        "del" => KeyCode::Delete,
        _ => return None,
    }))
}

#[test]
fn wide_glyphs_take_one_place_in_the_text() {
    let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 8, 1));
    buffer.set_string(0, 0, "日本 ữ", ratatui::style::Style::default());
    assert_eq!(screen_text(&buffer), "日本 ữ");
}
