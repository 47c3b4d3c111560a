//! Styles. Four themes: dark and light of 256 colours, the terminal's own 16 which are readable on both, and none. State
//! never by colour alone. Where signs cannot be drawn they are put in ASCII, in one place.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use std::cell::Cell;

/// Colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// The terminal's own.
    #[default]
    Sixteen,
    /// Attributes only.
    Plain,
}

/// How the screens look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Colours.
    pub theme: Theme,
    /// Lines and signs in ASCII.
    pub ascii: bool,
}

thread_local! {
    // Screens are drawn on one thread; tests draw theirs each on its own.
    static LOOK: Cell<Look> = const { Cell::new(Look { theme: Theme::Sixteen, ascii: false }) };
}

impl Theme {
    /// The next one, round.
    pub fn next(self) -> Self {
        match self {
            Self::Sixteen => Self::Dark,
            Self::Dark => Self::Light,
            Self::Light => Self::Plain,
            Self::Plain => Self::Sixteen,
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "dark" => Some(Self::Dark),
            "light" => Some(Self::Light),
            "16" => Some(Self::Sixteen),
            "none" => Some(Self::Plain),
            _ => None,
        }
    }
}

impl Look {
    /// What the surroundings ask for: `NO_COLOR`, `KHUYENCONG_THEME` (`dark`, `light`, `16`, `none`), `KHUYENCONG_ASCII`,
    /// and what `TERM` and `COLORFGBG` say of the terminal.
    pub fn from_environment(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = given("TERM").unwrap_or_default();
        let is_bare = matches!(term.as_str(), "dumb" | "linux" | "vt100" | "vt220" | "ansi");
        let ascii = given("KHUYENCONG_ASCII").map_or(is_bare, |value| value != "0");
        let theme = if given("NO_COLOR").is_some() || matches!(term.as_str(), "dumb" | "vt100" | "vt220") {
            Theme::Plain
        } else if let Some(theme) = given("KHUYENCONG_THEME").and_then(|word| Theme::parse(&word)) {
            theme
        } else if term.contains("256color") || given("COLORTERM").is_some() {
            // `COLORFGBG` is `foreground;background`; 7 and 15 are light. Who says nothing gets what suits both.
            match given("COLORFGBG").and_then(|pair| pair.rsplit(';').next()?.parse::<u8>().ok()) {
                Some(7 | 15) => Theme::Light,
                Some(_) => Theme::Dark,
                None => Theme::Sixteen,
            }
        } else {
            Theme::Sixteen
        };
        Self { theme, ascii }
    }

    /// Draws like this from now on, on this thread.
    pub fn set(self) {
        LOOK.set(self);
    }

    /// How it is drawn on this thread.
    pub fn current() -> Self {
        LOOK.get()
    }
}

/// A colour by theme: of 256 on dark, of 256 on light, of the terminal's own.
fn colour(dark: u8, light: u8, own: Color) -> Style {
    match LOOK.get().theme {
        Theme::Dark => Style::default().fg(Color::Indexed(dark)),
        Theme::Light => Style::default().fg(Color::Indexed(light)),
        Theme::Sixteen => Style::default().fg(own),
        Theme::Plain => Style::default(),
    }
}

/// Headings.
pub fn title() -> Style {
    Style::default().add_modifier(Modifier::BOLD)
}

/// What the eye should find.
pub fn strong() -> Style {
    colour(117, 25, Color::Cyan).add_modifier(Modifier::BOLD)
}

/// What may be overlooked.
pub fn faint() -> Style {
    match LOOK.get().theme {
        Theme::Dark => Style::default().fg(Color::Indexed(248)),
        Theme::Light => Style::default().fg(Color::Indexed(240)),
        _ => Style::default().add_modifier(Modifier::DIM),
    }
}

/// The selected line.
pub fn selected() -> Style {
    Style::default().add_modifier(Modifier::REVERSED)
}

/// All is well.
pub fn good() -> Style {
    colour(114, 28, Color::Green)
}

/// To be looked at.
pub fn warning() -> Style {
    colour(221, 130, Color::Yellow)
}

/// To be set right.
pub fn alert() -> Style {
    colour(210, 124, Color::Red).add_modifier(Modifier::BOLD)
}

/// The field being typed in.
pub fn field() -> Style {
    Style::default().add_modifier(Modifier::UNDERLINED)
}

/// Puts every sign of a drawn screen that is no letter in ASCII, where that is asked for: nothing is forgotten, whoever drew.
pub fn degrade(buffer: &mut Buffer) {
    if !LOOK.get().ascii {
        return;
    }
    for cell in &mut buffer.content {
        if let Some(plain) = ascii(cell.symbol()) {
            cell.set_symbol(plain);
        }
    }
}

/// One column wide in, one column wide out: no frame is broken by it.
fn ascii(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "─" | "━" | "–" | "—" | "−" | "▁" => "-",
        "│" | "┃" | "▏" | "┆" => "|",
        "┌" | "┐" | "└" | "┘" | "├" | "┤" | "┬" | "┴" | "┼" | "╭" | "╮" | "╰" | "╯" => "+",
        "█" | "▓" | "▉" | "▊" | "▋" | "▌" | "▍" | "▎" => "#",
        "░" | "▒" | "·" | "•" | "…" => ".",
        "▸" | "→" | "›" => ">",
        "◂" | "←" | "‹" => "<",
        "▴" | "↑" => "^",
        "▾" | "↓" => "v",
        "●" | "✓" | "✔" => "*",
        "○" => "o",
        "✎" => "e",
        "↩" | "↻" | "↵" => "r",
        "◷" => "@",
        "≠" | "⚠" => "!",
        "≈" => "~",
        "×" => "x",
        "≥" => ">",
        "≤" => "<",
        "“" | "”" => "\"",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(variables: &[(&str, &str)]) -> Look {
        Look::from_environment(&|name| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_surroundings_choose_the_look() {
        assert_eq!(look(&[("TERM", "xterm-256color")]), Look { theme: Theme::Sixteen, ascii: false });
        assert_eq!(look(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;15")]).theme, Theme::Light);
        assert_eq!(look(&[("TERM", "xterm-256color"), ("COLORFGBG", "15;0")]).theme, Theme::Dark);
        assert_eq!(look(&[("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("KHUYENCONG_THEME", "dark")]).theme, Theme::Plain);
        assert_eq!(look(&[("TERM", "linux")]), Look { theme: Theme::Sixteen, ascii: true });
        assert_eq!(look(&[("TERM", "dumb")]), Look { theme: Theme::Plain, ascii: true });
        assert!(look(&[("TERM", "xterm"), ("KHUYENCONG_ASCII", "1")]).ascii);
        assert!(!look(&[("TERM", "linux"), ("KHUYENCONG_ASCII", "0")]).ascii);
    }

    #[test]
    fn a_sign_and_its_stand_in_are_equally_wide() {
        use unicode_width::UnicodeWidthStr;
        for sign in ["─", "│", "┌", "█", "░", "▸", "◂", "●", "○", "✓", "✎", "↩", "◷", "≠", "≈", "…", "→", "↵"] {
            let plain = ascii(sign).unwrap();
            assert!(plain.is_ascii() && plain.width() == sign.width(), "{sign} {plain}");
        }
    }
}
