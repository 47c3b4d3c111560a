//! The canonical line looked at without building anything from it: for files of many gigabytes.
//!
//! [`Scanner::scan`] says yes only to lines of which it is sure. Anything rare (a letter outside the plain ranges, an argument of a
//! newer program) gets `None` and belongs to [`super::line::parse`], which alone refuses lines. So a mistake here can cost
//! time but lets nothing through: `tests` holds the two against each other.

mod cursor;
mod plain;
mod shape;

use super::clock::Stamp;
use super::line::MAX_LINE;
use super::revision::RevisionId;
use cursor::Cursor;
use memchr::memmem::Finder;
pub use plain::is_plain_text;
use shape::Shape;

/// The parents of a revision, as far as most readers need them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parents {
    /// A record's beginning.
    None,
    /// It follows one revision.
    One(RevisionId),
    /// It joins several.
    Many,
}

/// What stands where in a line that is certainly canonical. Texts are as written: without their quotes, escapes not undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned<'l> {
    /// The id that it names; whether its content has it is not looked at here.
    pub id: RevisionId,
    /// The laptop.
    pub device: &'l str,
    /// The laptop's number.
    pub seq: u64,
    /// The laptop's revision before.
    pub prev: Option<RevisionId>,
    /// Form, version, hash.
    pub of: &'l [u8],
    /// What it was written on top of.
    pub parents: Parents,
    /// What it does.
    pub act: &'l [u8],
    /// `[…]`
    pub wrote: &'l [u8],
    /// `{…}`
    pub answers: &'l [u8],
    /// Whether any of them is a file.
    pub files: bool,
}

/// Looks at lines, one after another. It remembers what the lines of a form have in common, so that names that were found
/// good in one need only be compared in the next.
pub struct Scanner {
    shapes: Vec<Shape>,
    last: usize,
    is_plain: fn(&[u8]) -> bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::with(is_plain_text)
    }
}

/// So many forms are remembered.
const SHAPES: usize = 16;

impl Scanner {
    /// With a quicker way to say what [`is_plain_text`] does.
    pub fn with(is_plain: fn(&[u8]) -> bool) -> Self {
        Self { shapes: Vec::new(), last: 0, is_plain }
    }

    /// Looks at a revision's line (without LF). `None` is no verdict.
    pub fn scan<'l>(&mut self, line: &'l [u8]) -> Option<Scanned<'l>> {
        if line.len() > MAX_LINE {
            return None;
        }
        let mut at = Cursor::new(line, 0);
        let mut scanned = at.head()?;
        self.turn_to(scanned.of);
        let shape = self.shapes.get_mut(self.last)?;
        let from = at.at;
        let (wrote, is_known) = at.wrote(shape)?;
        scanned.wrote = wrote;
        // What is known is plain text too.
        let plain_from = if is_known { at.at } else { from };
        at.literal(",\"answers\":")?;
        let from_answers = at.at;
        let unforeseen = at.names([b'{', b'}'], shape, |at| at.literal(":").and_then(|()| at.value()))?;
        (scanned.answers, scanned.files) = (line.get(from_answers..at.at)?, at.files);
        at.literal(",\"notes\":")?;
        at.texts_by_name()?;
        at.literal("}")?;
        let is_plain = at.at == line.len() && (self.is_plain)(&line[..from]) && (self.is_plain)(&line[plain_from..]);
        is_plain.then_some(())?;
        shape.learn((!is_known).then_some(wrote), scanned.answers, unforeseen);
        Some(scanned)
    }

    /// Makes a form's shape the last.
    fn turn_to(&mut self, of: &[u8]) {
        if self.shapes.get(self.last).is_some_and(|shape| shape.of == of) {
            return;
        }
        self.last = self.shapes.iter().position(|shape| shape.of == of).unwrap_or_else(|| {
            if self.shapes.len() == SHAPES {
                self.shapes.remove(0);
            }
            self.shapes.push(Shape::of(of));
            self.shapes.len() - 1
        });
    }
}

/// A small part as text; that it is text has been seen.
fn ascii(part: &[u8]) -> Option<&str> {
    std::str::from_utf8(part).ok()
}

/// A path that is looked for in many scanned lines. Quotes in texts stand behind a `\`, so that a path in quotes is a path,
/// and one before a colon is the answer's own.
pub struct Sought {
    path: String,
    name: Finder<'static>,
    key: Finder<'static>,
}

impl Sought {
    /// Looks for a path.
    pub fn new(path: &str) -> Self {
        let find = |text: String| Finder::new(text.as_bytes()).into_owned();
        Self { path: path.to_owned(), name: find(format!("\"{path}\"")), key: find(format!("\"{path}\":")) }
    }

    /// The path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether a scanned `[…]` of names holds it.
    pub fn is_in(&self, wrote: &[u8]) -> bool {
        self.name.find(wrote).is_some()
    }

    /// The value of its answer in a scanned `{…}` of answers, as written.
    pub fn answer<'l>(&self, answers: &'l [u8]) -> Option<&'l str> {
        let at = self.key.find(answers)? + self.key.needle().len();
        let mut value = Cursor::new(answers, at);
        value.value()?;
        ascii(answers.get(at..value.at)?)
    }
}

/// `2026-11-23T02:56:21.123Z-0003`; the last of February is left to [`Stamp::parse`].
fn is_stamp(bytes: &[u8; 29]) -> bool {
    let pair = |at: usize| u32::from(bytes[at] - b'0') * 10 + u32::from(bytes[at + 1] - b'0');
    let days = || match pair(5) {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    let is_common = || (1..=days()).contains(&pair(8)) && pair(11) < 24 && pair(14) < 60 && pair(17) < 60;
    fits(bytes, b"0000-00-00T00:00:00.000Z-hhhh") && (is_common() || ascii(bytes).is_some_and(|text| Stamp::parse(text).is_some()))
}

/// Whether bytes have a shape: `0` for a digit, `h` for one of base 16, the others for themselves. Without branches, so that
/// the compiler can take many at a time.
fn fits<const N: usize>(bytes: &[u8; N], shape: &[u8; N]) -> bool {
    let mut wrong = false;
    for (byte, wanted) in bytes.iter().zip(shape) {
        let is_digit = byte.wrapping_sub(b'0') <= 9;
        let is_hex = is_digit | (byte.wrapping_sub(b'a') <= 5);
        wrong |= !(((*wanted == b'0') & is_digit) | ((*wanted == b'h') & is_hex) | ((*wanted != b'h') & (byte == wanted)));
    }
    !wrong
}

#[cfg(test)]
mod tests {
    use super::super::line::parse;
    use super::*;
    use proptest::prelude::*;

    fn scan(line: &[u8]) -> Option<Scanned<'_>> {
        Scanner::default().scan(line)
    }

    const LINE: &str = r#"{"record":"0192f3c0-7a10-7c3e-9d52-3f1f6a2b4c5d","at":"2026-11-23T02:56:21.123Z-0003","id":"0000000000000000000000000000000000000000000000000000000000000000","device":"lt07-k3f9q2","seq":12,"prev":"7d85818cfb5a76fee9379d3e656eb9525f6569ce7be75e660a7ba6bac0182ace","person":"Nguyễn Thử \"Nghiệm\"","of":"shop@1@3f2a9c0d1e4b","parents":["7d85818cfb5a76fee9379d3e656eb9525f6569ce7be75e660a7ba6bac0182ace"],"act":"save","args":{"carried":["a","b"],"reason":"đo lại"},"wrote":["energy/a7q2/#","name"],"answers":{"energy/a7q2/#":"V","file":{"sha256":"7d85818cfb5a76fee9379d3e656eb9525f6569ce7be75e660a7ba6bac0182ace","bytes":10,"name":"ảnh.jpg"},"kinds":["a","b"],"name":"Cơ sở\n\u0001 khô","place":[9.1,105.25],"workers":-12.5},"notes":{"name":"“nghe nói”"}}"#;

    /// The line with the id that its content has.
    fn sealed(line: &str) -> Vec<u8> {
        let mut bytes = line.as_bytes().to_vec();
        let id = super::super::revision::hex(&super::super::revision::digest_of(&bytes));
        if let Some(place) = bytes.get_mut(super::super::revision::ID_AT..super::super::revision::ID_AT + 64) {
            place.copy_from_slice(id.as_bytes());
        }
        bytes
    }

    #[test]
    fn an_ordinary_line_needs_no_second_look_and_says_the_same_to_both_readers() {
        let line = sealed(LINE);
        let (scanned, parsed) = (scan(&line).unwrap(), parse(&line).unwrap());
        assert_eq!((scanned.id, scanned.device, scanned.seq, scanned.prev), (parsed.id, parsed.device.as_str(), parsed.seq, parsed.prev));
        assert_eq!((scanned.of, scanned.act, scanned.parents), (parsed.of.as_bytes(), &b"save"[..], Parents::One(parsed.parents[0])));
        assert!(scanned.files, "a photo");
        let sought = |path: &str| (Sought::new(path).is_in(scanned.wrote), Sought::new(path).answer(scanned.answers));
        assert_eq!(sought("workers"), (false, Some("-12.5")));
        assert_eq!(sought("energy/a7q2/#"), (true, Some("\"V\"")));
        assert_eq!(sought("worker"), (false, None));
        assert_eq!((sought("name").0, sought("energy").0), (true, false));
    }

    #[test]
    fn a_day_is_one_of_its_month() {
        for (day, is_one) in [
            ("02-28", true),
            ("02-29", false),
            ("02-30", false),
            ("04-30", true),
            ("04-31", false),
            ("12-31", true),
            ("12-32", false),
            ("13-01", false),
            ("00-10", false),
            ("01-00", false),
        ] {
            let text = format!("2026-{day}T02:56:21.123Z-0003");
            assert_eq!(is_stamp(text.as_bytes().try_into().unwrap()), is_one, "{day}");
            assert_eq!(Stamp::parse(&text).is_some(), is_one, "{day}");
        }
    }

    #[test]
    fn every_letter_that_is_called_plain_is_in_normal_form_wherever_it_stands() {
        for letter in ('\u{1}'..=char::MAX).filter(|c| is_plain_text(c.to_string().as_bytes())) {
            let text = format!("e{letter}e");
            assert!(unicode_normalization::is_nfc(&text) && letter >= ' ', "{letter:?}");
            let alone = letter.to_string();
            assert!(matches!(unicode_normalization::is_nfc_quick(alone.chars()), unicode_normalization::IsNormalized::Yes), "{letter:?}");
        }
        assert!(is_plain_text("Đặng Thị Ngữ – “ổn”".as_bytes()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// Whatever is changed in a line: what the quick reader takes, the careful one takes too.
        #[test]
        fn nothing_gets_through_that_the_careful_reader_would_refuse(at in 0..LINE.len(), length in 0..6usize, put in prop_oneof![
            "[ -~]{0,3}", Just("\u{301}".to_owned()), Just("\u{2000}".to_owned()), Just("\\u000a".to_owned()), Just("\\u001F".to_owned()), Just("\\/".to_owned()),
            Just("0".to_owned()), Just(",\"a\":1".to_owned()), Just("[]".to_owned()), Just("{}".to_owned()), Just("\"\"".to_owned()), Just("1.0".to_owned())
        ]) {
            let whole = |at: usize| (at..LINE.len()).find(|at| LINE.is_char_boundary(*at)).unwrap_or(LINE.len());
            let (from, to) = (whole(at), whole((at + length).min(LINE.len())));
            let line = sealed(&[&LINE[..from], &put, &LINE[to..]].concat());
            let mut remembering = Scanner::default();
            prop_assert!(remembering.scan(LINE.as_bytes()).is_some());
            let scanned = scan(&line);
            prop_assert_eq!(&remembering.scan(&line), &scanned, "what was seen before changes nothing");
            if let Some(scanned) = scanned {
                let careful = parse(&line);
                let same_id = super::super::revision::digest_of(&line) == scanned.id;
                prop_assert_eq!(careful.is_ok(), same_id, "{:?}", String::from_utf8_lossy(&line));
            }
        }

        /// Lines of a form in which questions come and go: a memory of those before changes nothing in what is found.
        #[test]
        fn a_memory_of_other_lines_changes_nothing(lines in prop::collection::vec((prop::collection::vec((0..40u8, any::<bool>()), 0..30), prop::collection::vec(0..40u8, 0..20), any::<bool>()), 1..12)) {
            let mut remembering = Scanner::default();
            for (answers, wrote, sorts) in lines {
                let name = |n: &u8| match n % 3 { 0 => format!("q{n:02}"), 1 => format!("energy_before_works/k{n:02}/of_all_machines"), _ => format!("{n}") };
                let (mut answers, mut wrote): (Vec<_>, Vec<_>) = (answers.iter().map(|(n, text)| (name(n), *text, n)).collect(), wrote.iter().map(name).collect());
                if sorts {
                    answers.sort();
                    answers.dedup_by(|a, b| a.0 == b.0);
                    wrote.sort();
                    wrote.dedup();
                }
                let answers: Vec<String> = answers.iter().map(|(name, text, n)| if *text { format!("\"{name}\":\"mắm {n}\"") } else { format!("\"{name}\":{}", u64::from(**n) * 99_999_999) }).collect();
                let wrote: Vec<String> = wrote.iter().map(|name| format!("\"{name}\"")).collect();
                let (before, _) = LINE.split_once("[\"energy").unwrap();
                let line = sealed(&format!("{before}[{}],\"answers\":{{{}}},\"notes\":{{}}}}", wrote.join(","), answers.join(",")));
                let found = remembering.scan(&line);
                prop_assert_eq!(found.is_some(), parse(&line).is_ok(), "{}", String::from_utf8_lossy(&line));
                prop_assert!(found.as_ref().is_none_or(|found| !found.files));
                prop_assert_eq!(found, scan(&line));
            }
        }
    }
}
