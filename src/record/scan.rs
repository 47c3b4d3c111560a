//! The canonical line looked at without building anything from it: for files of many gigabytes.
//!
//! [`scan`] says yes only to lines of which it is sure. Anything rare (a letter outside the plain ranges, an argument of a
//! newer program) gets `None` and belongs to [`super::line::parse`], which alone refuses lines. So a mistake here can cost
//! time but lets nothing through: `tests` holds the two against each other.

mod plain;

use super::clock::Stamp;
use super::line::MAX_LINE;
use super::revision::{RevisionId, unhex};
use crate::value::{Decimal, is_record_id};
use memchr::memmem::Finder;
use plain::is_plain_text;

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
    /// Who.
    pub person: &'l str,
    /// Form, version, hash.
    pub of: &'l str,
    /// What it was written on top of.
    pub parents: Parents,
    /// What it does.
    pub act: &'l str,
    /// `[…]`
    pub wrote: &'l [u8],
    /// `{…}`
    pub answers: &'l [u8],
}

/// Looks at a revision's line (without LF). `None` is no verdict.
pub fn scan(line: &[u8]) -> Option<Scanned<'_>> {
    if line.len() > MAX_LINE {
        return None;
    }
    is_plain_text(line).then_some(())?;
    let mut at = Cursor { text: line, at: 0 };
    at.literal("{\"record\":\"")?;
    is_record_id(ascii(at.take(36)?)?).then_some(())?;
    at.literal("\",\"at\":\"")?;
    is_stamp(ascii(at.take(29)?)?).then_some(())?;
    at.literal("\",\"id\":\"")?;
    let id = unhex(ascii(at.take(64)?)?)?;
    at.literal("\",\"device\":")?;
    let device = ascii(at.string()?)?;
    at.literal(",\"seq\":")?;
    let seq = at.whole_number()?;
    at.literal(",\"prev\":")?;
    let prev = match at.string()? {
        b"" => None,
        id => Some(unhex(ascii(id)?)?),
    };
    at.literal(",\"person\":")?;
    let person = ascii(at.string()?)?;
    at.literal(",\"of\":")?;
    let of = ascii(at.string()?)?;
    at.literal(",\"parents\":")?;
    let parents = at.parents()?;
    at.literal(",\"act\":")?;
    let act = ascii(at.string()?)?;
    at.literal(",\"args\":")?;
    at.object(&mut Cursor::argument)?;
    at.literal(",\"wrote\":")?;
    let wrote = at.span(&mut |at| at.sorted_names())?;
    at.literal(",\"answers\":")?;
    let answers = at.span(&mut |at| at.object(&mut Cursor::value))?;
    at.literal(",\"notes\":")?;
    at.object(&mut |at| at.string().map(|_| ()))?;
    at.literal("}")?;
    let whole = at.at == at.text.len() && (1..=super::line::MAX_SEQ).contains(&seq);
    whole.then_some(Scanned { id, device, seq, prev, person, of, parents, act, wrote, answers })
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
        ascii(Cursor { text: answers, at }.span(&mut Cursor::value)?)
    }
}

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// `2026-11-23T02:56:21.123Z-0003`; days that not every month has are left to [`Stamp::parse`].
fn is_stamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let pair = |at: usize| u32::from(bytes[at] - b'0') * 10 + u32::from(bytes[at + 1] - b'0');
    let shape = b"0000-00-00T00:00:00.000Z-hhhh";
    let fits = bytes.len() == shape.len()
        && bytes.iter().zip(shape).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            b'h' => byte.is_ascii_digit() || (b'a'..=b'f').contains(byte),
            exactly => byte == exactly,
        });
    let common = |_: ()| (1..=12).contains(&pair(5)) && (1..=28).contains(&pair(8)) && pair(11) < 24 && pair(14) < 60 && pair(17) < 60;
    fits && (common(()) || Stamp::parse(text).is_some())
}

/// A name with its first bytes as a number, which mostly decides what stands before what.
#[derive(Clone, Copy)]
struct Name<'l> {
    head: u64,
    name: &'l [u8],
}

impl Name<'_> {
    #[inline]
    fn is_before(&self, other: &Self) -> bool {
        if self.head == other.head { self.name < other.name } else { self.head < other.head }
    }
}

struct Cursor<'l> {
    text: &'l [u8],
    at: usize,
}

impl<'l> Cursor<'l> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn literal(&mut self, wanted: &str) -> Option<()> {
        self.text[self.at..].starts_with(wanted.as_bytes()).then(|| self.at += wanted.len())
    }

    fn take(&mut self, length: usize) -> Option<&'l [u8]> {
        let taken = self.text.get(self.at..self.at + length)?;
        self.at += length;
        Some(taken)
    }

    fn span(&mut self, read: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<&'l [u8]> {
        let from = self.at;
        read(self)?;
        self.text.get(from..self.at)
    }

    /// A string with canonical escapes.
    #[inline]
    fn string(&mut self) -> Option<&'l [u8]> {
        let from = self.quoted()?;
        loop {
            self.skip_plain();
            match self.peek()? {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(from..self.at - 1)
    }

    /// Goes behind a quote; says where.
    #[inline]
    fn quoted(&mut self) -> Option<usize> {
        (self.peek()? == b'"').then(|| {
            self.at += 1;
            self.at
        })
    }

    /// Goes on to the next quote or `\`, or close to the end, eight bytes at a time.
    #[inline]
    fn skip_plain(&mut self) {
        const ONES: u64 = 0x0101_0101_0101_0101;
        let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGH_BITS;
        while let Some(word) = self.text.get(self.at..self.at + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes) {
            let found = zeros(word ^ (ONES * b'"' as u64)) | zeros(word ^ (ONES * b'\\' as u64));
            if found != 0 {
                // The lowest mark is exact; those above it may come from a borrow.
                self.at += found.trailing_zeros() as usize / 8;
                return;
            }
            self.at += 8;
        }
    }

    /// `\"`, `\\`, `\b \t \n \f \r`, or `\u00xx` for what has no shorter form.
    fn escape(&mut self) -> Option<()> {
        self.at += match self.text.get(self.at + 1)? {
            b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => 2,
            b'u' => {
                let digits = ascii(self.text.get(self.at + 2..self.at + 6)?)?;
                let code = u8::from_str_radix(digits.strip_prefix("00")?, 16).ok()?;
                (code < 0x20 && !matches!(code, 8 | 9 | 10 | 12 | 13) && format!("{code:04x}") == digits).then_some(6)?
            }
            _ => return None,
        };
        Some(())
    }

    /// A name that can be compared as it is written.
    #[inline]
    fn name(&mut self) -> Option<Name<'l>> {
        let from = self.quoted()?;
        loop {
            self.skip_plain();
            match self.peek()? {
                b'"' => break,
                b'\\' => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        let name = self.text.get(from..self.at - 1)?;
        let head = match self.text.get(from..from + 8).and_then(|bytes| bytes.try_into().ok()).map(u64::from_be_bytes) {
            Some(head) if name.len() >= 8 => head,
            Some(head) => head & !(u64::MAX >> (8 * name.len())),
            None => name.iter().enumerate().fold(0, |head, (at, byte)| head | u64::from(*byte) << (56 - 8 * at)),
        };
        Some(Name { head, name })
    }

    fn whole_number(&mut self) -> Option<u64> {
        let digits = self.number()?;
        let all_digits = digits.len() < 19 && digits.iter().all(u8::is_ascii_digit);
        all_digits.then(|| digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    fn number(&mut self) -> Option<&'l [u8]> {
        /// Longer ones, fractions and negative ones are looked at closely.
        const SHORT: usize = 18;
        let from = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let is_whole = self.peek().is_none_or(|b| b != b'-' && b != b'.');
        if is_whole && (1..=SHORT).contains(&(self.at - from)) && (self.text[from] != b'0' || self.at == from + 1) {
            return self.text.get(from..self.at);
        }
        while self.peek().is_some_and(|b| b.is_ascii_digit() || b == b'-' || b == b'.') {
            self.at += 1;
        }
        self.text.get(from..self.at).filter(|text| ascii(text).is_some_and(Decimal::is_canonical))
    }

    /// Items between brackets that have been opened, up to `end`.
    #[inline]
    fn items(&mut self, end: u8, read: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<usize> {
        let mut count = 0;
        self.at += 1;
        while self.peek()? != end {
            if count > 0 {
                self.literal(",")?;
            }
            read(self)?;
            count += 1;
        }
        self.at += 1;
        Some(count)
    }

    fn object(&mut self, read: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        (self.peek()? == b'{').then_some(())?;
        let mut previous: Option<Name<'_>> = None;
        let entries = self.items(b'}', &mut |at| {
            let key = at.name()?;
            previous.is_none_or(|before| before.is_before(&key)).then_some(())?;
            previous = Some(key);
            at.literal(":")?;
            read(at)
        });
        entries.map(|_| ())
    }

    fn sorted_names(&mut self) -> Option<()> {
        (self.peek()? == b'[').then_some(())?;
        let mut previous: Option<Name<'_>> = None;
        let names = self.items(b']', &mut |at| {
            let name = at.name()?;
            previous.is_none_or(|before| before.is_before(&name)).then_some(())?;
            previous = Some(name);
            Some(())
        });
        names.map(|_| ())
    }

    fn parents(&mut self) -> Option<Parents> {
        (self.peek()? == b'[').then_some(())?;
        let mut last: Option<RevisionId> = None;
        let count = self.items(b']', &mut |at| {
            let id = unhex(ascii(at.string()?)?)?;
            last.is_none_or(|before| before < id).then_some(())?;
            last = Some(id);
            Some(())
        })?;
        Some(match (count, last) {
            (1, Some(id)) => Parents::One(id),
            (0, _) => Parents::None,
            _ => Parents::Many,
        })
    }

    /// Texts, and lists of texts; anything else is for the careful reader.
    fn argument(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'[' => self.items(b']', &mut |at| at.string().map(|_| ())).map(|_| ()),
            _ => None,
        }
    }

    /// An answer's value.
    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'[' if self.text.get(self.at + 1).is_some_and(|b| matches!(b, b'"' | b']')) => self.items(b']', &mut |at| at.string().map(|_| ())).map(|_| ()),
            b'[' => self.items(b']', &mut |at| at.number().map(|_| ())).filter(|count| (2..=4).contains(count)).map(|_| ()),
            b'{' => self.file(),
            _ => self.number().map(|_| ()),
        }
    }

    fn file(&mut self) -> Option<()> {
        self.literal("{\"sha256\":")?;
        unhex(ascii(self.string()?)?)?;
        self.literal(",\"bytes\":")?;
        self.whole_number()?;
        self.literal(",\"name\":")?;
        self.string()?;
        self.literal("}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::parse;
    use super::*;
    use proptest::prelude::*;

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
        assert_eq!((scanned.of, scanned.act, scanned.parents), (parsed.of.as_str(), "save", Parents::One(parsed.parents[0])));
        let sought = |path: &str| (Sought::new(path).is_in(scanned.wrote), Sought::new(path).answer(scanned.answers));
        assert_eq!(sought("workers"), (false, Some("-12.5")));
        assert_eq!(sought("energy/a7q2/#"), (true, Some("\"V\"")));
        assert_eq!(sought("worker"), (false, None));
        assert_eq!((sought("name").0, sought("energy").0), (true, false));
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
            if let Some(scanned) = scan(&line) {
                let careful = parse(&line);
                let same_id = super::super::revision::digest_of(&line) == scanned.id;
                prop_assert_eq!(careful.is_ok(), same_id, "{:?}", String::from_utf8_lossy(&line));
            }
        }
    }
}
