//! Search without tone marks: `co so` finds `Cơ sở`, `d` finds `Đ`.

use memchr::memmem::Finder;
use std::sync::LazyLock;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Lower case without marks, `đ` and the look-alike `ð` as `d`, white space collapsed.
pub fn fold(text: &str) -> String {
    quickly(text).unwrap_or_else(|| carefully(text))
}

/// Latin letters up to U+024F and those of Vietnamese (U+1E00–U+1EFF).
const LATIN: usize = 0x250;
const MORE: std::ops::Range<usize> = 0x1e00..0x1f00;

/// What such a letter folds to, where that is one ASCII letter or a blank; else 0.
static LETTERS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folded = |code: usize| {
        let c = char::from_u32(code as u32)?;
        if c.is_whitespace() || c.is_control() {
            return Some(b' ');
        }
        // Between two letters, so that what depends on its neighbours is seen.
        let text = carefully(&format!("x{c}x"));
        match text.as_bytes() {
            [b'x', one, b'x'] if one.is_ascii() => Some(*one),
            _ => None,
        }
    };
    (0..LATIN).chain(MORE).map(|code| folded(code).unwrap_or(0)).collect()
});

/// By table; `None` where some letter is not in it.
fn quickly(text: &str) -> Option<String> {
    let letters = &*LETTERS;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let code = c as usize;
        let place = if MORE.contains(&code) { LATIN + code - MORE.start } else { Some(code).filter(|code| *code < LATIN)? };
        match letters[place] {
            0 => return None,
            b' ' if out.is_empty() || out.ends_with(' ') => {}
            letter => out.push(char::from(letter)),
        }
    }
    out.truncate(out.trim_end().len());
    Some(out)
}

fn carefully(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'đ' | 'ð' => out.push('d'),
            c if c.is_whitespace() || c.is_control() => {
                if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a text is as [`nfc`] would have it.
pub fn is_kept(text: &str) -> bool {
    text.is_ascii() || (is_nfc(text) && !text.contains(['ð', 'Ð']))
}

/// NFC, the only form that is kept and drawn; the look-alike eth becomes `đ`.
pub fn nfc(text: &str) -> String {
    if is_kept(text) {
        return text.to_owned();
    }
    text.nfc()
        .map(|c| match c {
            'ð' => 'đ',
            'Ð' => 'Đ',
            c => c,
        })
        .collect()
}

/// A query: its words must all occur in a folded text, in any order.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// The longest first: it is the one that most texts lack.
    words: Vec<Finder<'static>>,
}

impl Query {
    /// Folds what a person typed.
    pub fn new(typed: &str) -> Self {
        let typed = fold(typed);
        let mut words: Vec<&str> = typed.split(' ').filter(|w| !w.is_empty()).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Self { words: words.into_iter().map(|word| Finder::new(word).into_owned()).collect() }
    }

    /// Whether every word occurs in `folded`, which must come from [`fold`].
    pub fn matches(&self, folded: &str) -> bool {
        self.words.iter().all(|word| word.find(folded.as_bytes()).is_some())
    }

    /// Its words, to be looked for one by one.
    pub fn words(&self) -> impl Iterator<Item = impl Fn(&str) -> bool> {
        self.words.iter().map(|word| |folded: &str| word.find(folded.as_bytes()).is_some())
    }

    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// How well a folded text answers a folded query: 0 where it is the query, 1 where it begins with it, 2 where a word does, 3
/// where it only holds it.
pub fn rank(folded: &str, query: &str) -> u8 {
    match folded.find(query) {
        Some(0) if folded.len() == query.len() => 0,
        Some(0) => 1,
        Some(_) if folded.match_indices(query).any(|(at, _)| folded[..at].ends_with(|c: char| !c.is_alphanumeric())) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_case_and_eth_fold_away() {
        for (text, folded) in [("Đầm Dơi", "dam doi"), ("Hoà Bình", "hoa binh"), ("THỦY SẢN", "thuy san"), ("Ðất  Mũi ", "dat mui"), ("Vie\u{302}\u{323}t", "viet")] {
            assert_eq!(fold(text), folded);
        }
    }

    #[test]
    fn the_table_says_what_the_rules_say_of_every_letter_wherever_it_stands() {
        for c in '\0'..='\u{2fff}' {
            for text in [c.to_string(), format!("a{c}b"), format!("{c}{c} "), format!(" {c}"), format!("Σ{c}"), format!("{c}\u{301}")] {
                assert_eq!(fold(&text), carefully(&text), "{text:?}");
            }
        }
        assert_eq!(quickly("Cơ sở chế biến Đầm Dơi").as_deref(), Some("co so che bien dam doi"), "Vietnamese needs no more than the table");
    }

    #[test]
    fn words_match_in_any_order() {
        let name = fold("Cơ sở bánh phồng tôm Đất Mũi");
        assert!(Query::new("tom phồng").matches(&name));
        assert!(Query::new("mui d").matches(&name));
        assert!(!Query::new("tôm khô").matches(&name));
    }

    #[test]
    fn what_begins_with_the_query_goes_before_what_only_holds_it() {
        let ranks = ["da bac", "da bac 2", "xa da bac", "(da bac)", "sada bac"].map(|text| rank(text, "da bac"));
        assert_eq!(ranks, [0, 1, 2, 2, 3]);
    }
}
