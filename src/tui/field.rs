//! A line of text being typed. Made for Vietnamese input methods, which type by sending Backspaces and letters in one
//! burst: every key in order, one scalar a Backspace (0x7F and 0x08 alike), no composing while typing.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Text and cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
    /// Byte offset, on a scalar's boundary.
    cursor: usize,
}

impl Field {
    /// With a text and the cursor behind it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a key types or moves here, rather than commanding something.
    pub fn takes(key: &KeyEvent) -> bool {
        let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            // AltGr arrives as Ctrl+Alt on Windows.
            KeyCode::Char(_) if key.modifiers.contains(KeyModifiers::CONTROL | KeyModifiers::ALT) => true,
            KeyCode::Char('h' | 'w' | 'u') if key.modifiers == KeyModifiers::CONTROL => true,
            KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Delete | KeyCode::Left | KeyCode::Right | KeyCode::Home | KeyCode::End => plain,
            _ => false,
        }
    }

    /// Takes a key; true when the text changed.
    pub fn key(&mut self, key: &KeyEvent) -> bool {
        let before = self.text.len();
        let control = key.modifiers == KeyModifiers::CONTROL;
        match key.code {
            KeyCode::Backspace => self.backspace(),
            KeyCode::Char('h') if control => self.backspace(),
            KeyCode::Char('u') if control => {
                self.text.drain(..self.cursor);
                self.cursor = 0;
            }
            KeyCode::Char('w') if control => self.erase_word(),
            KeyCode::Char(c) => {
                self.text.insert(self.cursor, c);
                self.cursor += c.len_utf8();
                return true;
            }
            KeyCode::Delete => {
                if let Some(c) = self.text[self.cursor..].chars().next() {
                    self.text.drain(self.cursor..self.cursor + c.len_utf8());
                }
            }
            KeyCode::Left => self.cursor -= self.text[..self.cursor].graphemes(true).next_back().map_or(0, str::len),
            KeyCode::Right => self.cursor += self.text[self.cursor..].graphemes(true).next().map_or(0, str::len),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => {}
        }
        self.text.len() != before
    }

    /// Puts pasted text in; line ends become spaces.
    pub fn paste(&mut self, text: &str) {
        let line: String = text.trim_end_matches(['\r', '\n']).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.text.insert_str(self.cursor, &line);
        self.cursor += line.len();
    }

    /// The same, keeping its lines.
    pub fn paste_lines(&mut self, text: &str) {
        let lines: String = text.replace("\r\n", "\n").chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
        self.text.insert_str(self.cursor, &lines);
        self.cursor += lines.len();
    }

    fn backspace(&mut self) {
        if let Some(c) = self.text[..self.cursor].chars().next_back() {
            self.cursor -= c.len_utf8();
            self.text.remove(self.cursor);
        }
    }

    fn erase_word(&mut self) {
        let kept = self.text[..self.cursor].trim_end();
        let start = kept.rfind(' ').map_or(0, |at| at + 1);
        self.text.drain(start..self.cursor);
        self.cursor = start;
    }

    /// The part that fits a width so that the cursor is in sight, and the cursor's column in it. Only that part is looked at: a
    /// text may be megabytes.
    pub fn window(&self, width: usize) -> (String, usize) {
        let (mut start, mut column) = (self.cursor, 0);
        for grapheme in self.text[..self.cursor].graphemes(true).rev() {
            let wider = column + seen(grapheme).width();
            if wider >= width {
                break;
            }
            (start, column) = (start - grapheme.len(), wider);
        }
        let shown = self.text[start..].graphemes(true).map(seen);
        (fitting(shown, width).collect(), column)
    }
}

/// A sign as it is seen on one line: the end of a line is a sign of its own, of the same place in the text's order.
fn seen(grapheme: &str) -> &str {
    if grapheme.contains('\n') { "↵" } else { grapheme }
}

/// A text in lines of a width, broken between words where that goes.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.width() + 1 + word.width() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            if line.width() > width {
                let mut pieces = pieces(&line, width);
                line = pieces.pop().unwrap_or_default();
                lines.append(&mut pieces);
            }
        }
        lines.push(line);
    }
    lines
}

/// A word cut into parts of a width, at least a sign each.
fn pieces(word: &str, width: usize) -> Vec<String> {
    let (mut pieces, mut used) = (Vec::<String>::new(), 0);
    for grapheme in word.graphemes(true) {
        used += grapheme.width();
        match pieces.last_mut() {
            Some(piece) if used <= width => piece.push_str(grapheme),
            _ => {
                pieces.push(grapheme.to_owned());
                used = grapheme.width();
            }
        }
    }
    pieces
}

fn fitting<'t>(graphemes: impl Iterator<Item = &'t str>, width: usize) -> impl Iterator<Item = &'t str> {
    let mut used = 0;
    graphemes.take_while(move |grapheme| {
        used += grapheme.width();
        used <= width
    })
}

/// The beginning of a text that fits a width on the screen.
pub fn clip(text: &str, width: usize) -> String {
    fitting(text.graphemes(true), width).collect()
}

/// The same, ending in `…` when something was cut off.
pub fn shorten(text: &str, width: usize) -> String {
    let whole = clip(text, width);
    if whole.len() == text.len() { whole } else { clip(text, width.saturating_sub(1)) + "…" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[KeyEvent]) -> String {
        let mut field = Field::default();
        keys.iter().for_each(|key| {
            assert!(Field::takes(key), "{key:?}");
            field.key(key);
        });
        field.text().to_owned()
    }

    fn burst(text: &str, backspace: KeyEvent) -> Vec<KeyEvent> {
        text.chars().map(|c| if c == '⌫' { backspace } else { KeyEvent::from(KeyCode::Char(c)) }).collect()
    }

    #[test]
    fn bursts_of_input_methods_end_with_the_intended_text() {
        let backspaces = [KeyEvent::from(KeyCode::Backspace), KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL)];
        for backspace in backspaces {
            assert_eq!(typed(&burst("Vie⌫êt⌫⌫ệt", backspace)), "Việt");
            assert_eq!(typed(&burst("nguoi⌫⌫⌫ười", backspace)), "người");
            assert_eq!(typed(&burst("dd⌫⌫đ", backspace)), "đ");
            // Unikey's decomposed output counts scalars: e, dot, circumflex.
            assert_eq!(typed(&burst("e\u{323}\u{302}⌫⌫⌫x", backspace)), "x");
        }
    }

    #[test]
    fn a_text_of_megabytes_is_shown_like_a_short_one() {
        let text = "câu trả lời dài\n".repeat(100_000);
        let mut field = Field::new(text.clone());
        assert_eq!(field.window(12), ("rả lời dài↵".to_owned(), 11));
        field.key(&KeyEvent::from(KeyCode::Left));
        assert_eq!(field.window(12), ("trả lời dài↵".to_owned(), 11));
        assert_eq!(wrap(&text, 20).len(), 100_000);
        assert_eq!(wrap(&"dài".repeat(100_000), 30), vec!["dài".repeat(10); 10_000]);
        assert_eq!((wrap("ab 漢字漢", 1), shorten(&text, 4)), (["a", "b", "漢", "字", "漢"].map(str::to_owned).to_vec(), "câu…".to_owned()));
    }

    #[test]
    fn the_cursor_stays_in_sight() {
        let mut field = Field::new("Cơ sở bánh phồng tôm");
        assert_eq!(field.window(10).1, 9);
        field.key(&KeyEvent::from(KeyCode::Home));
        assert_eq!(field.window(10), ("Cơ sở bánh".to_owned(), 0));
        assert_eq!(shorten("Đất Mũi", 5), "Đất …");
    }
}
