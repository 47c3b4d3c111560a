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

/// The beginning of a name that others wrote: it may have megabytes.
pub fn short_name(name: &str) -> String {
    const MOST: usize = 60;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => plain(&name[..end]) + "…",
        None => plain(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_of_megabytes_the_beginning_is_told() {
        assert_eq!(short_name(&"đ".repeat(1 << 20)), "đ".repeat(60) + "…");
        assert_eq!(short_name("ca-mau-2026-2030"), "ca-mau-2026-2030");
    }

    #[test]
    fn tricks_become_visible_and_vietnamese_stays_as_it_is() {
        assert_eq!(plain("lt07\u{1b}[31m\u{202e}gpj.exe\r\n"), "lt07�[31m�gpj.exe��");
        assert_eq!(plain("Nguyễn Thị Ổn – “đã đo”"), "Nguyễn Thị Ổn – “đã đo”");
    }
}
