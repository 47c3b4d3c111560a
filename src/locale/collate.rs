//! The Vietnamese order of lists: letters as the alphabet has them (a ă â … d đ … o ô ơ … u ư), then tones (ngang, huyền,
//! hỏi, ngã, sắc, nặng), then case. Persons stand by given name, which comes last.

use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// The letters in their order; other letters stand behind by their code.
const ALPHABET: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";

/// The tones in their order, as combining marks; no mark comes first.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// The marks that make another letter rather than a tone: breve, circumflex, horn.
const LETTER_MARKS: [char; 3] = ['\u{306}', '\u{302}', '\u{31b}'];

/// A key: texts in the order of their keys are in the Vietnamese order.
pub fn key(text: &str) -> Vec<u8> {
    quickly(text).unwrap_or_else(|| carefully(text))
}

/// Latin letters up to U+024F and those of Vietnamese (U+1E00–U+1EFF).
const LATIN: usize = 0x250;
const MORE: std::ops::Range<usize> = 0x1e00..0x1f00;

/// What such a letter weighs as letter, tone and case, where that is one byte each; else zeros.
static WEIGHTS: LazyLock<Vec<[u8; 3]>> = LazyLock::new(|| {
    let weight = |code: usize| match carefully(&char::from_u32(code as u32)?.to_string()).as_slice() {
        [letter, 0, tone, 0, case] => Some([*letter, *tone, *case]),
        _ => None,
    };
    (0..LATIN).chain(MORE).map(|code| weight(code).unwrap_or_default()).collect()
});

/// By table; `None` where some letter is not in it.
fn quickly(text: &str) -> Option<Vec<u8>> {
    let weights = &*WEIGHTS;
    let count = text.chars().count();
    let mut key = vec![0; 3 * count + 2];
    for (at, c) in text.chars().enumerate() {
        let code = c as usize;
        let place = if MORE.contains(&code) { LATIN + code - MORE.start } else { Some(code).filter(|code| *code < LATIN)? };
        let [letter, tone, case] = weights[place];
        if letter == 0 {
            return None;
        }
        (key[at], key[count + 1 + at], key[2 * (count + 1) + at]) = (letter, tone, case);
    }
    Some(key)
}

fn carefully(text: &str) -> Vec<u8> {
    let (mut letters, mut tones, mut cases) = (Vec::with_capacity(text.len() + 8), Vec::new(), Vec::new());
    let mut marks: Vec<char> = text.nfd().collect();
    marks.push('\0');
    let mut at = 0;
    while at + 1 < marks.len() {
        let base = marks[at];
        let end = at + 1 + marks[at + 1..].iter().take_while(|c| unicode_normalization::char::is_combining_mark(**c)).count();
        let following = &marks[at + 1..end];
        let letter: String = std::iter::once(base).chain(following.iter().copied().filter(|c| LETTER_MARKS.contains(c))).nfc().flat_map(char::to_lowercase).collect();
        weigh(&letter, &mut letters);
        let tone = following.iter().find_map(|c| TONES.iter().position(|tone| tone == c)).map_or(0, |tone| tone as u8 + 1);
        tones.push(tone + 1);
        cases.push(if base.is_uppercase() { 2 } else { 1 });
        at = end;
    }
    letters.push(0);
    letters.extend(tones);
    letters.push(0);
    letters.extend(cases);
    letters
}

/// White space before digits before letters before everything else; never the byte 0, which ends a level.
fn weigh(letter: &str, out: &mut Vec<u8>) {
    for c in letter.chars() {
        if c.is_whitespace() || c.is_control() {
            out.push(1);
        } else if let Some(digit) = c.to_digit(10) {
            out.push(10 + digit as u8);
        } else if let Some(at) = ALPHABET.chars().position(|a| a == c) {
            out.push(40 + at as u8);
        } else if c.is_alphabetic() {
            out.push(120);
            out.extend((c as u32).to_be_bytes().map(|byte| byte.saturating_add(1)));
        } else {
            out.push(2 + (c as u32 % 7) as u8);
        }
    }
}

/// A key for persons: the given name, which is the last word, then the rest.
pub fn given_name_key(person: &str) -> Vec<u8> {
    // What stands in brackets, such as a role, is no name.
    let bare = person.split('(').next().unwrap_or_default().trim();
    let (rest, given) = bare.rsplit_once(' ').unwrap_or(("", bare));
    let mut whole = key(given);
    whole.push(0);
    whole.extend(key(rest));
    whole.push(0);
    whole.extend(key(person));
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<'t>(mut texts: Vec<&'t str>, key: &dyn Fn(&str) -> Vec<u8>) -> Vec<&'t str> {
        texts.reverse();
        texts.sort_by_key(|text| key(text));
        texts
    }

    #[test]
    fn letters_come_before_tones_and_tones_before_case() {
        for order in [
            vec!["gà", "gả", "gã", "gá", "gạ"],
            vec!["da", "đa"],
            vec!["an", "ăn", "ân", "ba"],
            vec!["o", "ô", "ơ", "p"],
            vec!["cơ sở 2", "cơ sở ba", "Cơ sở Ba", "cơ sở bà", "cơ sở đá"],
            vec!["ma tu", "má ta", "mà tô"],
        ] {
            let expected = if order[0] == "ma tu" { vec!["má ta", "mà tô", "ma tu"] } else { order.clone() };
            assert_eq!(sorted(order, &key), expected);
        }
    }

    #[test]
    fn the_table_says_what_the_rules_say_of_every_letter_wherever_it_stands() {
        for c in '\0'..='\u{2fff}' {
            for text in [c.to_string(), format!("a{c}B"), format!("{c}\u{301}"), format!("Cơ sở {c}{c}")] {
                assert_eq!(key(&text), carefully(&text), "{text:?}");
            }
        }
        assert!(quickly("Cơ sở chế biến Đầm Dơi").is_some() && quickly("").is_some(), "Vietnamese needs no more than the table");
    }

    #[test]
    fn composed_and_decomposed_letters_have_one_place() {
        assert_eq!(key("Việt"), key("Vie\u{302}\u{323}t"));
    }

    #[test]
    fn persons_stand_by_given_name_then_by_family_name() {
        let persons = vec!["Trần Thị An", "Nguyễn Văn Ân", "Lê Văn Bình", "Phạm Văn Bình", "Đỗ Thị Cúc", "Lê Thị Dung", "Bùi Đạt (giám sát)"];
        assert_eq!(sorted(persons.clone(), &given_name_key), persons);
    }
}
