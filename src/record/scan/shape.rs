//! What the lines of one form have in common: the names of its questions.

/// Names that were found good and in order, of the last line that had many others.
#[derive(Default)]
pub struct Shape {
    /// The form, its version and its hash.
    pub of: Vec<u8>,
    /// A `[…]` of plain text that was found good.
    wrote: Vec<u8>,
    names: Vec<Foreseen>,
}

/// A name in its quotes; its beginning as a number, for the most of them are short.
struct Foreseen {
    head: u128,
    mask: u128,
    name: Box<[u8]>,
}

const HEAD: usize = 16;

/// So many names may be missing between two before they are looked at as new ones.
const SKIPPED: usize = 4;

/// Shorter lists of names are not worth to be remembered.
const SHORT: usize = 64;

impl Foreseen {
    fn new(name: &[u8]) -> Self {
        let mut head = [0; HEAD];
        let length = name.len().min(HEAD);
        head[..length].copy_from_slice(&name[..length]);
        Self { head: u128::from_le_bytes(head), mask: u128::MAX >> (8 * (HEAD - length)), name: name.into() }
    }

    #[inline]
    fn begins(&self, text: &[u8]) -> bool {
        match text.first_chunk::<HEAD>() {
            Some(head) => (u128::from_le_bytes(*head) ^ self.head) & self.mask == 0 && (self.name.len() <= HEAD || text.starts_with(&self.name)),
            None => text.starts_with(&self.name),
        }
    }
}

impl Shape {
    /// Of a form, of which no line is known yet.
    pub fn of(of: &[u8]) -> Self {
        Self { of: of.to_vec(), ..Self::default() }
    }

    /// Which of the names, from the `next` one on, a text begins with.
    #[inline]
    pub fn find(&self, next: usize, text: &[u8]) -> Option<usize> {
        let found = |at: &usize| self.names.get(*at).is_some_and(|name| name.begins(text));
        (next..next + SKIPPED).find(found)
    }

    /// A name, in its quotes.
    #[inline]
    pub fn name(&self, at: usize) -> &[u8] {
        self.names.get(at).map_or(&[], |name| &name.name)
    }

    /// Whether a text begins with a list of names that is known; how long it is.
    pub fn wrote_at(&self, text: &[u8]) -> Option<usize> {
        (!self.wrote.is_empty() && text.starts_with(&self.wrote)).then_some(self.wrote.len())
    }

    /// Remembers what is good and plain text: a list of names that was not known, and the names of answers if many were not
    /// foreseen.
    pub fn learn(&mut self, wrote: Option<&[u8]>, answers: &[u8], unforeseen: usize) {
        if let Some(wrote) = wrote.filter(|wrote| wrote.len() >= SHORT) {
            self.wrote.clear();
            self.wrote.extend_from_slice(wrote);
        }
        if unforeseen > self.names.len() / 4 {
            self.names = super::cursor::names_of(answers).into_iter().map(Foreseen::new).collect();
        }
    }
}
