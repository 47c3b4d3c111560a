//! Styles. Only the terminal's own 16 colours and attributes, readable on dark and light; state never by colour alone.

use ratatui::style::{Color, Modifier, Style};
use std::sync::OnceLock;

static PLAIN: OnceLock<bool> = OnceLock::new();

/// Turns colours off (`NO_COLOR`); attributes stay.
pub fn without_colour(plain: bool) {
    let _ = PLAIN.set(plain);
}

fn colour(colour: Color) -> Style {
    if PLAIN.get().copied().unwrap_or(false) { Style::default() } else { Style::default().fg(colour) }
}

/// Headings.
pub fn title() -> Style {
    Style::default().add_modifier(Modifier::BOLD)
}

/// What the eye should find.
pub fn strong() -> Style {
    colour(Color::Cyan).add_modifier(Modifier::BOLD)
}

/// What may be overlooked.
pub fn faint() -> Style {
    Style::default().add_modifier(Modifier::DIM)
}

/// The selected line.
pub fn selected() -> Style {
    Style::default().add_modifier(Modifier::REVERSED)
}

/// All is well.
pub fn good() -> Style {
    colour(Color::Green)
}

/// To be looked at.
pub fn warning() -> Style {
    colour(Color::Yellow)
}

/// To be set right.
pub fn alert() -> Style {
    colour(Color::Red).add_modifier(Modifier::BOLD)
}

/// The field being typed in.
pub fn field() -> Style {
    Style::default().add_modifier(Modifier::UNDERLINED)
}
