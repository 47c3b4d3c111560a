//! Search without tone marks: `co so` finds `Cơ sở`, `d` finds `Đ`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case without marks, `đ` and the look-alike `ð` as `d`, white space collapsed.
pub fn fold(text: &str) -> String {
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

/// NFC, the only form that is kept and drawn; the look-alike eth becomes `đ`.
pub fn nfc(text: &str) -> String {
    text.nfc()
        .map(|c| match c {
            'ð' => 'đ',
            'Ð' => 'Đ',
            c => c,
        })
        .collect()
}

/// A query: its words must all occur in a folded text, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// Folds what a person typed.
    pub fn new(typed: &str) -> Self {
        Self { words: fold(typed).split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect() }
    }

    /// Whether every word occurs in `folded`, which must come from [`fold`].
    pub fn matches(&self, folded: &str) -> bool {
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    /// Whether every word occurs in one of several folded texts.
    pub fn matches_among(&self, folded: &[&str]) -> bool {
        self.words.iter().all(|word| folded.iter().any(|text| text.contains(word.as_str())))
    }

    /// Whether nothing was asked.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
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
    fn words_match_in_any_order() {
        let name = fold("Cơ sở bánh phồng tôm Đất Mũi");
        assert!(Query::new("tom phồng").matches(&name));
        assert!(Query::new("mui d").matches(&name));
        assert!(!Query::new("tôm khô").matches(&name));
    }
}
