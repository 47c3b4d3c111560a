//! What came from the terminal at one moment, as messages: a burst of an input method, a paste, two keys at once.

use super::message::Message;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};

/// A paste has at least so many keys: fewer may be a person who typed ahead.
const LEAST_PASTED: usize = 6;

/// The messages of events that were there at once, in order. `pastes_as_keys` where the system tells of a paste by keys only.
pub fn messages(events: Vec<Event>, pastes_as_keys: bool) -> Vec<Message> {
    let events = apart(events);
    let mut messages = Vec::with_capacity(events.len());
    let mut at = 0;
    while at < events.len() {
        let run = if pastes_as_keys { events[at..].iter().map_while(typed).collect::<String>() } else { String::new() };
        let count = run.chars().count();
        if is_paste(&run) {
            messages.push(Message::Paste(run));
            at += count;
        } else {
            messages.extend(message(&events[at]));
            at += 1;
        }
    }
    messages
}

fn message(event: &Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(*key)),
        Event::Paste(text) => Some(Message::Paste(text.clone())),
        Event::Resize(..) => Some(Message::Resize),
        // A pointer that only moves is no event: nothing is drawn again for it.
        Event::Mouse(mouse) if matches!(mouse.kind, MouseEventKind::Down(MouseButton::Left) | MouseEventKind::ScrollUp | MouseEventKind::ScrollDown) => {
            Some(Message::Mouse(*mouse))
        }
        _ => None,
    }
}

/// What a key types.
fn typed(event: &Event) -> Option<char> {
    let Event::Key(key) = event else { return None };
    match key.code {
        KeyCode::Char(c) if (key.modifiers - KeyModifiers::SHIFT).is_empty() => Some(c),
        KeyCode::Enter if key.modifiers.is_empty() => Some('\n'),
        KeyCode::Tab if key.modifiers.is_empty() => Some('\t'),
        _ => None,
    }
}

/// Several lines at once are pasted; what ends with Enter may be a scanner, whose Enter is meant.
fn is_paste(run: &str) -> bool {
    run.chars().count() >= LEAST_PASTED && run.trim_matches(['\n', '\t']).contains('\n')
}

/// Windows tells of releases too. An Esc that comes together with a key whose code begins with Esc is taken for both by the
/// reader, and the rest of the code for letters: they are put together again.
fn apart(events: Vec<Event>) -> Vec<Event> {
    let is_release = |event: &Event| matches!(event, Event::Key(key) if key.kind == KeyEventKind::Release);
    let events: Vec<Event> = events.into_iter().filter(|event| !is_release(event)).collect();
    let mut all = Vec::with_capacity(events.len());
    let mut at = 0;
    while at < events.len() {
        let is_escape = matches!(&events[at], Event::Key(key) if key.code == KeyCode::Esc && key.modifiers.is_empty());
        all.push(events[at].clone());
        at += 1;
        if is_escape && let Some((code, length)) = behind_escape(&events[at..]) {
            all.push(Event::Key(KeyEvent::from(code)));
            at += length;
        }
    }
    all
}

/// The key whose code, without its Esc, stands here as letters; and how many of them.
fn behind_escape(events: &[Event]) -> Option<(KeyCode, usize)> {
    let code: String = events.iter().map_while(typed).take(5).collect();
    let mut letters = code.chars();
    match (letters.next()?, letters.next()?) {
        ('O', letter @ 'P'..='S') => Some((KeyCode::F(1 + (letter as u8 - b'P')), 2)),
        ('[', 'Z') => Some((KeyCode::BackTab, 2)),
        ('[' | 'O', letter) if letter.is_ascii_uppercase() => lettered(letter).map(|key| (key, 2)),
        ('[', '[') => letters.next().filter(|letter| ('A'..='E').contains(letter)).map(|letter| (KeyCode::F(1 + (letter as u8 - b'A')), 3)),
        ('[', _) => {
            let (number, _) = code[1..].split_once('~')?;
            numbered(number.parse().ok()?).map(|key| (key, number.len() + 2))
        }
        _ => None,
    }
}

fn lettered(letter: char) -> Option<KeyCode> {
    Some(match letter {
        'A' => KeyCode::Up,
        'B' => KeyCode::Down,
        'C' => KeyCode::Right,
        'D' => KeyCode::Left,
        'F' => KeyCode::End,
        'H' => KeyCode::Home,
        _ => return None,
    })
}

fn numbered(number: u8) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number - 10),
        17..=21 => KeyCode::F(number - 11),
        23 | 24 => KeyCode::F(number - 12),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<Event> {
        let key = |c| match c {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            '\u{7f}' => KeyCode::Backspace,
            c => KeyCode::Char(c),
        };
        text.chars().map(|c| Event::Key(KeyEvent::from(key(c)))).collect()
    }

    fn told(text: &str, pastes_as_keys: bool) -> Vec<String> {
        let name = |message: Message| match message {
            Message::Key(key) => format!("{:?}", key.code),
            Message::Paste(text) => format!("paste {text:?}"),
            _ => "other".to_owned(),
        };
        messages(keys(text), pastes_as_keys).into_iter().map(name).collect()
    }

    #[test]
    fn an_escape_and_a_function_key_in_one_burst_are_two_keys() {
        for (code, key) in [
            ("OP", "F(1)"),
            ("OS", "F(4)"),
            ("[15~", "F(5)"),
            ("[20~", "F(9)"),
            ("[24~", "F(12)"),
            ("[[B", "F(2)"),
            ("[A", "Up"),
            ("OH", "Home"),
            ("[Z", "BackTab"),
            ("[5~", "PageUp"),
        ] {
            assert_eq!(told(&format!("\u{1b}{code}a"), false), ["Esc", key, "Char('a')"], "{code}");
        }
        assert_eq!(told("\u{1b}[x", false), ["Esc", "Char('[')", "Char('x')"], "no key has that code");
        assert_eq!(told("[20~", false).len(), 4, "without Esc it is typed");
    }

    #[test]
    fn lines_that_come_at_once_are_pasted_where_a_paste_comes_as_keys() {
        assert_eq!(told("Dòng một\nDòng hai\n", true), ["paste \"Dòng một\\nDòng hai\\n\""]);
        assert_eq!(told("Dòng một\nDòng hai\n", false).len(), 18, "elsewhere the terminal says what is pasted");
        assert_eq!(told("8934567890123\n", true).last().map(String::as_str), Some("Enter"), "a scanner's Enter is meant");
        assert_eq!(told("Vie\u{7f}ê\u{7f}\u{7f}ệt", true).len(), 9, "a burst of an input method is typed");
        assert_eq!(told("1\n2", true), ["Char('1')", "Enter", "Char('2')"], "typed ahead");
    }

    #[test]
    fn releases_are_no_keys() {
        let mut release = KeyEvent::from(KeyCode::Char('a'));
        release.kind = KeyEventKind::Release;
        assert!(messages(vec![Event::Key(release)], true).is_empty());
    }
}
