//! Labels and hints as ODK writes them, with a little markdown and HTML in them → plain text for a terminal.

/// What emphasises, the longest first.
const EMPHASIS: [&str; 5] = ["***", "**", "__", "*", "_"];

/// Tags that only dress text up.
const TAGS: [&str; 16] = ["span", "font", "b", "strong", "i", "em", "u", "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "br"];

/// What a backslash takes its meaning from.
const ESCAPED: &str = "\\*_#[]()<>";

/// Where escaped characters hide meanwhile: characters that no text has.
const HIDDEN: u32 = 0xF_0000;

/// A text without its markdown: emphasis and headings lose their marks, a link shows its address behind its words, a tag
/// goes. What only looks like markdown (`5 * 3`, `tệp_của_tôi`, `____`) stays.
pub fn plain(text: &str) -> String {
    if !text.contains(['*', '_', '#', '[', '<', '\\']) {
        return text.to_owned();
    }
    let mut out = without_tags(&links(&hide(text)));
    for mark in EMPHASIS {
        out = without(&out, mark);
    }
    let lines: Vec<&str> = out.split('\n').map(heading).collect();
    show(&lines.join("\n"))
}

fn hide(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let hidden = chars.peek().filter(|_| c == '\\').and_then(|next| ESCAPED.find(*next)).and_then(|at| char::from_u32(HIDDEN + at as u32));
        match hidden {
            Some(hidden) => {
                out.push(hidden);
                chars.next();
            }
            None => out.push(c),
        }
    }
    out
}

fn show(text: &str) -> String {
    let escaped = |c: char| (c as u32).checked_sub(HIDDEN).and_then(|at| ESCAPED.as_bytes().get(at as usize));
    text.chars().map(|c| escaped(c).map_or(c, |byte| char::from(*byte))).collect()
}

/// `[words](address)` → `words (address)`.
fn links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let link = rest[open..].find("](").map(|at| at + open).filter(|middle| !rest[open + 1..*middle].contains(['[', '\n']));
        let end = link.and_then(|middle| rest[middle..].find(')').map(|at| (middle, at + middle)));
        match end {
            Some((middle, end)) => {
                let (words, address) = (&rest[open + 1..middle], rest[middle + 2..end].trim());
                out.push_str(&rest[..open]);
                out.push_str(&if words == address { address.to_owned() } else { format!("{words} ({address})") });
                rest = &rest[end + 1..];
            }
            None => {
                out.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
            }
        }
    }
    out + rest
}

/// Tags go; a line break in HTML is one here.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let inside = rest[open..].find('>').map(|end| &rest[open + 1..open + end]);
        let name = |inside: &str| inside.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default().to_ascii_lowercase();
        match inside.filter(|inside| TAGS.contains(&name(inside).as_str())) {
            Some(inside) => {
                if name(inside) == "br" || inside.eq_ignore_ascii_case("/p") || inside.eq_ignore_ascii_case("/div") {
                    out.push('\n');
                }
                rest = &rest[open + inside.len() + 2..];
            }
            None => {
                out.push('<');
                rest = &rest[open + 1..];
            }
        }
    }
    out + rest
}

/// Takes away the pairs of a mark around words.
fn without(text: &str, mark: &str) -> String {
    let inner = mark.chars().next().unwrap_or('*');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(mark) {
        let before = rest[..open].chars().next_back().or(out.chars().next_back());
        let after = &rest[open + mark.len()..];
        let opens = before.is_none_or(|c| !c.is_alphanumeric() && c != inner) && after.chars().next().is_some_and(|c| !c.is_whitespace() && c != inner);
        match Some(after).filter(|_| opens).and_then(|after| closing(after, mark, inner)) {
            Some(end) => {
                out.push_str(&rest[..open]);
                out.push_str(&after[..end]);
                rest = &after[end + mark.len()..];
            }
            None => {
                // A longer run is no mark of this length: past all of it.
                let run = open + rest[open..].len() - rest[open..].trim_start_matches(inner).len();
                out.push_str(&rest[..run]);
                rest = &rest[run..];
            }
        }
    }
    out + rest
}

/// Where the mark that closes stands, in the same paragraph.
fn closing(text: &str, mark: &str, inner: char) -> Option<usize> {
    let paragraph = text.split("\n\n").next().unwrap_or(text);
    paragraph.match_indices(mark).map(|(at, _)| at).find(|at| {
        let before = paragraph[..*at].chars().next_back();
        let after = paragraph[at + mark.len()..].chars().next();
        before.is_some_and(|c| !c.is_whitespace() && c != inner) && after.is_none_or(|c| !c.is_alphanumeric() && c != inner)
    })
}

/// `## Heading` → `Heading`.
fn heading(line: &str) -> &str {
    let words = line.trim_start_matches('#');
    let level = line.len() - words.len();
    if (1..=6).contains(&level) && words.starts_with(' ') { words.trim() } else { line }
}

#[cfg(test)]
mod tests {
    use super::plain;
    use proptest::prelude::*;

    #[test]
    fn marks_go_and_words_stay() {
        for (written, shown) in [
            ("**Xin chào.** Đọc _kỹ_.", "Xin chào. Đọc kỹ."),
            ("***cả hai***, __đậm__ và *nghiêng*", "cả hai, đậm và nghiêng"),
            ("## Phần hai\nnội dung", "Phần hai\nnội dung"),
            ("Đọc [hướng dẫn](https://example.org/a) trước", "Đọc hướng dẫn (https://example.org/a) trước"),
            ("<span style=\"color:red\">đỏ</span><br>xuống dòng", "đỏ\nxuống dòng"),
            ("**in *trong* đậm**", "in trong đậm"),
            (r"\*không\* phải", "*không* phải"),
            ("*chưa đóng", "*chưa đóng"),
        ] {
            assert_eq!(plain(written), shown);
        }
    }

    #[test]
    fn what_only_looks_like_markdown_stays() {
        for text in ["5 * 3 * 2", "2*3*4", "tệp_của_tôi", "Tên: ____ và ____", "a < b > c", "#1 trong tỉnh", "[chưa chọn]", "* mục một", "<ghi rõ>"] {
            assert_eq!(plain(text), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_shown(text in r"[a *_#\[\]()<>\\/brộ\n]{0,40}") {
            plain(&text);
        }
    }
}
