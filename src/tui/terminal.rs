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

fn restore() {
    let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, crossterm::terminal::LeaveAlternateScreen, crossterm::cursor::Show);
    let _ = crossterm::terminal::disable_raw_mode();
}
