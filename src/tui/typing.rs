//! Typing Vietnamese on a machine without an input method: Telex or VNI, off unless asked for.
//!
//! It works as Unikey does, one step further in: for a key it gives the Backspaces and letters that turn the word as it
//! stands into the word as it is meant. The fields know no composing; they take such bursts from outside as well.

use crate::locale::{Lang, say::answering as s};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use vi::processor::AccentStyle;
use vi::transform_buffer_with_style;

/// Longer than any syllable with its keys; behind that a word is typed as it is.
const LONGEST: usize = 16;

/// How letters become Vietnamese ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Not at all: the machine's input method does it.
    #[default]
    Off,
    /// `aa` â, `ow` ơ, `dd` đ, `s f r x j` tones.
    Telex,
    /// `a6` â, `o7` ơ, `d9` đ, `1` to `5` tones.
    Vni,
}

impl Mode {
    /// The next one, round and round.
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::Telex,
            Self::Telex => Self::Vni,
            Self::Vni => Self::Off,
        }
    }

    /// What it is, as a sentence.
    pub fn told(self, lang: Lang) -> String {
        match self {
            Self::Off => s::typing_off(lang),
            Self::Telex => s::typing_telex(lang),
            Self::Vni => s::typing_vni(lang),
        }
    }

    /// Its name in the settings; empty when it is off.
    pub fn code(self) -> &'static str {
        match self {
            Self::Off => "",
            Self::Telex => "Telex",
            Self::Vni => "VNI",
        }
    }

    /// The mode of a name.
    pub fn from_code(code: &str) -> Self {
        [Self::Telex, Self::Vni].into_iter().find(|mode| mode.code() == code).unwrap_or_default()
    }
}

/// The word that is being typed: its keys, and the text that they have become.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// How it composes.
    pub mode: Mode,
    keys: String,
    text: String,
}

fn key(code: KeyCode) -> KeyEvent {
    KeyEvent::from(code)
}

impl Composer {
    /// Takes the next mode.
    pub fn switch(&mut self) {
        self.mode = self.mode.next();
        self.forget();
    }

    /// The word ends: the cursor went elsewhere, or something else was done.
    pub fn forget(&mut self) {
        self.keys.clear();
        self.text.clear();
    }

    /// The keys that a pressed key stands for: itself, or the Backspaces and letters that mend the word.
    pub fn take(&mut self, pressed: KeyEvent) -> Vec<KeyEvent> {
        match pressed.code {
            _ if self.mode == Mode::Off => vec![pressed],
            KeyCode::Char(c) if (pressed.modifiers - KeyModifiers::SHIFT).is_empty() && self.composes(c) => self.compose(c, pressed),
            KeyCode::Backspace => self.erase(pressed),
            KeyCode::Char('h') if pressed.modifiers == KeyModifiers::CONTROL => self.erase(pressed),
            _ => {
                self.forget();
                vec![pressed]
            }
        }
    }

    fn composes(&self, c: char) -> bool {
        c.is_ascii_alphabetic() || (self.mode == Mode::Vni && c.is_ascii_digit() && !self.keys.is_empty())
    }

    fn compose(&mut self, c: char, pressed: KeyEvent) -> Vec<KeyEvent> {
        if self.keys.len() >= LONGEST {
            self.keys.push(c);
            self.text.push(c);
            return vec![pressed];
        }
        self.keys.push(c);
        let meant = self.composed();
        let burst = burst(&self.text, &meant);
        self.text = meant;
        burst
    }

    fn composed(&self) -> String {
        compose(self.mode, &self.keys)
    }

    /// A letter goes. The word is typed on by the keys that stand for what is left: all but one, or but the last few; where
    /// there are none such, what is left stays as it is and a new word begins.
    fn erase(&mut self, pressed: KeyEvent) -> Vec<KeyEvent> {
        self.text.pop();
        if self.keys.len() > LONGEST {
            self.keys.pop();
            return vec![pressed];
        }
        let without = |at: usize| self.keys.chars().enumerate().filter(|(other, _)| *other != at).map(|(_, c)| c).collect::<String>();
        let one_less = (0..self.keys.len()).rev().map(without);
        let shorter = (0..self.keys.len()).rev().map(|end| self.keys[..end].to_owned());
        match one_less.chain(shorter).find(|keys| !keys.is_empty() && compose(self.mode, keys) == self.text) {
            Some(keys) => self.keys = keys,
            None => self.forget(),
        }
        vec![pressed]
    }
}

fn compose(mode: Mode, keys: &str) -> String {
    let mut meant = String::new();
    let method = if mode == Mode::Telex { &vi::TELEX } else { &vi::VNI };
    transform_buffer_with_style(method, AccentStyle::Old, keys.chars(), &mut meant);
    meant
}

/// The Backspaces and letters from one word to another, as an input method sends them.
pub fn burst(from: &str, to: &str) -> Vec<KeyEvent> {
    let same = from.chars().zip(to.chars()).take_while(|(a, b)| a == b).count();
    let gone = from.chars().count() - same;
    std::iter::repeat_n(key(KeyCode::Backspace), gone).chain(to.chars().skip(same).map(|c| key(KeyCode::Char(c)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::field::Field;
    use proptest::prelude::*;

    /// What stands in a field after these keys; `<` is a Backspace.
    fn typed(mode: Mode, keys: &str) -> String {
        let (mut composer, mut field) = (Composer { mode, ..Composer::default() }, Field::default());
        for c in keys.chars() {
            let code = if c == '<' { KeyCode::Backspace } else { KeyCode::Char(c) };
            for key in composer.take(KeyEvent::from(code)) {
                field.key(&key);
            }
        }
        field.text().to_owned()
    }

    #[test]
    fn words_and_sentences_come_out_as_they_are_meant() {
        for (telex, vni, meant) in [
            ("Nguyeexn Vawn Tuyeets", "Nguye6n4 Va8n Tuye6t1", "Nguyễn Văn Tuyết"),
            ("cow sowr banhs phoongf toom", "co7 so73 banh1 pho6ng2 to6m", "cơ sở bánh phồng tôm"),
            ("DDaamf Dowi", "D9a6m2 Do7i", "Đầm Dơi"),
            ("ddaats muxi", "d9a6t1 mu4i", "đất mũi"),
            ("dduwowcj", "d9u7o7c5", "được"),
            ("nguwowif", "ngu7o7i2", "người"),
            ("khuyeens coong", "khuye6n1 co6ng", "khuyến công"),
            ("hoaf binhf", "hoa2 binh2", "hòa bình"),
            ("HOAF", "HOA2", "HÒA"),
            ("nghieeng", "nghie6ng", "nghiêng"),
            ("quaans gias", "qua6n1 gia1", "quấn giá"),
        ] {
            assert_eq!(typed(Mode::Telex, telex), meant, "{telex}");
            assert_eq!(typed(Mode::Vni, vni), meant, "{vni}");
        }
    }

    #[test]
    fn erasing_a_letter_leaves_a_word_that_can_be_typed_on() {
        assert_eq!(typed(Mode::Telex, "vieejt<t"), "việt");
        assert_eq!(typed(Mode::Telex, "vieejt<<<<<nam"), "nam");
        assert_eq!(typed(Mode::Vni, "d9a6t5<t mu4i"), "đật mũi");
        assert_eq!(typed(Mode::Vni, "ha2<o3"), "hỏ");
    }

    #[test]
    fn numbers_and_codes_stay_as_they_are() {
        assert_eq!(typed(Mode::Vni, "0912345678"), "0912345678");
        assert_eq!(typed(Mode::Telex, "85A8000001"), "85A8000001");
        assert_eq!(typed(Mode::Off, "vieejt"), "vieejt");
    }

    proptest! {
        #[test]
        fn whatever_is_typed_the_text_is_what_the_composer_believes(keys in "[a-zA-Z0-9< ]{0,40}") {
            for mode in [Mode::Telex, Mode::Vni] {
                let (mut composer, mut field) = (Composer { mode, ..Composer::default() }, Field::default());
                for c in keys.chars() {
                    let code = if c == '<' { KeyCode::Backspace } else { KeyCode::Char(c) };
                    for key in composer.take(KeyEvent::from(code)) {
                        field.key(&key);
                    }
                    prop_assert!(field.text().ends_with(&composer.text), "{} {}", field.text(), composer.text);
                }
            }
        }
    }
}
