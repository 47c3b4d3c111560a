//! A place in a line, going forward. Everything gives `None` where a line is not certainly canonical.

use super::shape::Shape;
use super::{Parents, Scanned, ascii, fits, is_stamp};
use crate::record::line::MAX_SEQ;
use crate::record::revision::{RevisionId, unhex_bytes};
use crate::value::Decimal;

/// A place in a text.
pub struct Cursor<'l> {
    /// The text.
    pub text: &'l [u8],
    /// The next byte.
    pub at: usize,
    /// Whether a file was passed.
    pub files: bool,
}

const ONES: u128 = u128::MAX / 0xff;
const HIGH_BITS: u128 = ONES * 0x80;

/// So many bytes are looked at together for the end of a string.
const AT_ONCE: usize = 32;

/// Where the first quote or `\` stands among bytes.
#[inline]
fn first_end(bytes: &[u8; AT_ONCE]) -> Option<usize> {
    let zeros = |word: u128| word.wrapping_sub(ONES) & !word & HIGH_BITS;
    // The lowest mark is exact; those above it may come from a borrow.
    let marks = |half: usize| {
        let word = bytes[half * 16..].first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes));
        zeros(word ^ (ONES * b'"' as u128)) | zeros(word ^ (ONES * b'\\' as u128))
    };
    let (low, high) = (marks(0), marks(1));
    let bits = if low != 0 { low.trailing_zeros() } else { 128 + high.trailing_zeros() };
    (low | high != 0).then_some(bits as usize / 8)
}

impl<'l> Cursor<'l> {
    /// A place in a text.
    pub fn new(text: &'l [u8], at: usize) -> Self {
        Self { text, at, files: false }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn rest(&self) -> &'l [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Goes behind what must stand here.
    #[inline]
    pub fn literal(&mut self, wanted: &str) -> Option<()> {
        self.rest().starts_with(wanted.as_bytes()).then(|| self.at += wanted.len())
    }

    fn take<const N: usize>(&mut self) -> Option<&'l [u8; N]> {
        let taken = self.rest().first_chunk()?;
        self.at += N;
        Some(taken)
    }

    /// Everything before what was written.
    pub fn head(&mut self) -> Option<Scanned<'l>> {
        self.literal("{\"record\":\"")?;
        fits(self.take()?, b"hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh").then_some(())?;
        self.literal("\",\"at\":\"")?;
        is_stamp(self.take()?).then_some(())?;
        self.literal("\",\"id\":\"")?;
        let id = unhex_bytes(self.take()?)?;
        self.literal("\",\"device\":")?;
        let device = ascii(self.string()?)?;
        self.literal(",\"seq\":")?;
        let seq = self.whole_number().filter(|seq| (1..=MAX_SEQ).contains(seq))?;
        self.literal(",\"prev\":")?;
        let prev = if self.literal("\"\"").is_some() { None } else { Some(self.id()?) };
        self.literal(",\"person\":")?;
        self.string()?;
        self.literal(",\"of\":")?;
        let of = self.string()?;
        self.literal(",\"parents\":")?;
        let parents = self.parents()?;
        self.literal(",\"act\":")?;
        let act = self.string()?;
        self.literal(",\"args\":")?;
        self.names([b'{', b'}'], &Shape::default(), |at| at.literal(":").and_then(|()| at.argument()))?;
        self.literal(",\"wrote\":")?;
        Some(Scanned { id, device, seq, prev, of, parents, act, wrote: &[], answers: &[], files: false })
    }

    /// The names of what was written, and whether they are those that the shape knows.
    pub fn wrote(&mut self, shape: &Shape) -> Option<(&'l [u8], bool)> {
        let from = self.at;
        let known = shape.wrote_at(self.rest());
        match known {
            Some(length) => self.at += length,
            None => _ = self.names([b'[', b']'], shape, |_| Some(()))?,
        }
        Some((self.text.get(from..self.at)?, known.is_some()))
    }

    /// Texts by name.
    pub fn texts_by_name(&mut self) -> Option<()> {
        self.names([b'{', b'}'], &Shape::default(), |at| at.literal(":").and_then(|()| at.string()).map(|_| ())).map(|_| ())
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

    /// Goes on to the next quote or `\`, or close to the end.
    #[inline]
    fn skip_plain(&mut self) {
        while let Some(bytes) = self.rest().first_chunk() {
            match first_end(bytes) {
                Some(end) => {
                    self.at += end;
                    return;
                }
                None => self.at += AT_ONCE,
            }
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

    /// A name, in its quotes, that can be compared as it is written.
    #[inline]
    fn name(&mut self) -> Option<&'l [u8]> {
        let from = self.quoted()? - 1;
        loop {
            self.skip_plain();
            match self.peek()? {
                b'"' => break,
                b'\\' => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(from..self.at)
    }

    /// Names between brackets, in order, and behind each what `behind` reads. Gives how many the shape did not foresee.
    #[inline]
    pub fn names(&mut self, [open, close]: [u8; 2], shape: &Shape, mut behind: impl FnMut(&mut Self) -> Option<()>) -> Option<usize> {
        self.byte(open)?;
        if self.byte(close).is_some() {
            return Some(0);
        }
        // `next` is the place in the shape behind the last foreseen name; `last` is a name behind that one which was not.
        let (mut next, mut last, mut unforeseen) = (0, None, 0);
        loop {
            if let Some(found) = shape.find(next, self.rest()) {
                let name = shape.name(found);
                last.take().is_none_or(|last| is_before(last, name)).then_some(())?;
                self.at += name.len();
                next = found + 1;
            } else {
                let name = self.name()?;
                let before = last.unwrap_or_else(|| next.checked_sub(1).map_or(&[][..], |before| shape.name(before)));
                (before.is_empty() || is_before(before, name)).then_some(())?;
                (last, unforeseen) = (Some(name), unforeseen + 1);
            }
            behind(self)?;
            if self.byte(close).is_some() {
                return Some(unforeseen);
            }
            self.byte(b',')?;
        }
    }

    #[inline]
    fn byte(&mut self, wanted: u8) -> Option<()> {
        (self.peek() == Some(wanted)).then(|| self.at += 1)
    }

    fn whole_number(&mut self) -> Option<u64> {
        let digits = self.number()?;
        let all_digits = digits.len() < 19 && digits.iter().all(u8::is_ascii_digit);
        all_digits.then(|| digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    #[inline]
    fn number(&mut self) -> Option<&'l [u8]> {
        /// Longer ones, fractions and negative ones are looked at closely.
        const SHORT: usize = 15;
        let from = self.at;
        let mut digits = self.rest().first_chunk().map_or(0, leading_digits);
        if digits == 8 {
            digits += self.text[from + 8..].first_chunk().map_or(0, leading_digits);
        }
        let is_whole = self.text.get(from + digits).is_some_and(|b| *b != b'-' && *b != b'.');
        if is_whole && (1..=SHORT).contains(&digits) && (self.text[from] != b'0' || digits == 1) {
            self.at += digits;
            return self.text.get(from..self.at);
        }
        while self.peek().is_some_and(|b| b.is_ascii_digit() || b == b'-' || b == b'.') {
            self.at += 1;
        }
        self.text.get(from..self.at).filter(|text| ascii(text).is_some_and(Decimal::is_canonical))
    }

    /// Items between brackets.
    fn items(&mut self, [open, close]: [u8; 2], read: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<usize> {
        self.byte(open)?;
        if self.byte(close).is_some() {
            return Some(0);
        }
        let mut count = 0;
        loop {
            read(self)?;
            count += 1;
            if self.byte(close).is_some() {
                return Some(count);
            }
            self.byte(b',')?;
        }
    }

    fn id(&mut self) -> Option<RevisionId> {
        self.byte(b'"')?;
        let id = unhex_bytes(self.take()?)?;
        self.byte(b'"')?;
        Some(id)
    }

    fn parents(&mut self) -> Option<Parents> {
        let mut last: Option<RevisionId> = None;
        let count = self.items([b'[', b']'], &mut |at| {
            let id = at.id()?;
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
            b'[' => self.texts(),
            _ => None,
        }
    }

    fn texts(&mut self) -> Option<()> {
        self.items([b'[', b']'], &mut |at| at.string().map(|_| ())).map(|_| ())
    }

    /// An answer's value.
    #[inline]
    pub fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'[' | b'{' => self.composed(),
            _ => self.number().map(|_| ()),
        }
    }

    fn composed(&mut self) -> Option<()> {
        match (self.peek()?, self.text.get(self.at + 1)?) {
            (b'{', _) => self.file(),
            (_, b'"' | b']') => self.texts(),
            _ => self.items([b'[', b']'], &mut |at| at.number().map(|_| ())).filter(|count| (2..=4).contains(count)).map(|_| ()),
        }
    }

    fn file(&mut self) -> Option<()> {
        self.literal("{\"sha256\":")?;
        self.id()?;
        self.literal(",\"bytes\":")?;
        self.whole_number()?;
        self.literal(",\"name\":")?;
        self.string()?;
        self.files = true;
        self.literal("}")
    }
}

/// How many digits eight bytes begin with.
#[inline]
fn leading_digits(bytes: &[u8; 8]) -> usize {
    const EACH: u64 = u64::MAX / 0xff;
    let word = u64::from_le_bytes(*bytes) ^ (EACH * b'0' as u64);
    let others = (((word & (EACH * 0x7f)) + EACH * (0x7f - 9)) | word) & (EACH * 0x80);
    others.trailing_zeros() as usize / 8
}

/// Whether a name in its quotes stands before another: these are not compared.
fn is_before(one: &[u8], other: &[u8]) -> bool {
    let bare = |name: &'_ [u8]| name.len().saturating_sub(1);
    one[1..bare(one)] < other[1..bare(other)]
}

/// The names of a `{…}` that was found good, in their quotes.
pub fn names_of(answers: &[u8]) -> Vec<&[u8]> {
    let mut names = Vec::new();
    let mut at = Cursor::new(answers, 0);
    let _ = at.items([b'{', b'}'], &mut |at| {
        names.push(at.name()?);
        at.literal(":")?;
        at.value()
    });
    names
}
