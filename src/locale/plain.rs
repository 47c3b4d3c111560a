//! Text from outside made harmless for a terminal: nothing in it may move the cursor, change colours or turn the order of
//! what stands around it.

/// Whether a character would do something to a terminal or to the order of other characters, rather than be shown.
pub fn is_trick(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// One line in which every such character is a visible `�`.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if is_trick(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_become_visible_and_vietnamese_stays_as_it_is() {
        assert_eq!(plain("lt07\u{1b}[31m\u{202e}gpj.exe\r\n"), "lt07�[31m�gpj.exe��");
        assert_eq!(plain("Nguyễn Thị Ổn – “đã đo”"), "Nguyễn Thị Ổn – “đã đo”");
    }
}
