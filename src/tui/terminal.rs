//! Entering and leaving the terminal. However the program ends, the terminal is left as it was.

use super::crash;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{self, Stdout, stdout};

/// A terminal in use; dropping it (also by a panic) restores what was before.
pub struct Guard {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Guard {
    /// Takes the terminal.
    pub fn new() -> io::Result<Self> {
        crossterm::terminal::enable_raw_mode()?;
        // From here on dropping the guard undoes what was done so far.
        let terminal = Terminal::new(CrosstermBackend::new(stdout())).inspect_err(|_| restore())?;
        let guard = Self { terminal };
        execute!(stdout(), crossterm::terminal::EnterAlternateScreen, EnableBracketedPaste, EnableMouseCapture)?;
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if crate::store::is_guarded() {
                return before(info);
            }
            // Nothing is told of it on the terminal: the failure's own words may hold answers, and those of the worker would
            // break the screen that is still drawn. Who waits for the program's end says a sentence.
            crash::write(info, &chrono::Local::now().format("%Y%m%d-%H%M%S").to_string());
        }));
        Ok(guard)
    }

    /// Draws a frame.
    pub fn draw(&mut self, render: impl FnOnce(&mut ratatui::Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render).map(|_| ())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Calls `then` once the terminal is gone. A window that was closed mostly sends a signal; where it does not reach this program
/// (it was started in a session of its own), nothing else would tell: the reader of keys would read nothing over and over.
#[cfg(unix)]
pub fn when_gone(then: impl FnOnce() + Send + 'static) {
    use rustix::event::{PollFd, PollFlags, poll};
    std::thread::spawn(move || {
        let terminal = io::stdin();
        loop {
            // Asked for nothing, the system tells of the end only.
            let mut fds = [PollFd::new(&terminal, PollFlags::empty())];
            match poll(&mut fds, None) {
                Ok(_) if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) => return then(),
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    });
}

/// Closing the window ends a program there.
#[cfg(not(unix))]
pub fn when_gone(_: impl FnOnce() + Send + 'static) {}

fn restore() {
    let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, crossterm::terminal::LeaveAlternateScreen, crossterm::cursor::Show);
    let _ = crossterm::terminal::disable_raw_mode();
}
