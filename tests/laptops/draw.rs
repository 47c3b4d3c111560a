//! Chance that can be repeated, and the steps that it draws.

/// A generator (xorshift64*), the same on every machine.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// Of a sequence's number.
    pub fn new(number: u64) -> Self {
        Self(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    /// From 0 up to a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }
}

/// Something that somebody does. Numbers choose among what is there at the time, so any part of a sequence is one too.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Add {
        on: u64,
    },
    Save {
        on: u64,
        record: u64,
        what: u64,
    },
    Submit {
        on: u64,
        record: u64,
    },
    Sync {
        on: u64,
        by_stick: bool,
    },
    LoseAcknowledgement {
        on: u64,
    },
    Gather,
    Resolve {
        on: u64,
        which: u64,
        take: u64,
    },
    Review {
        on: u64,
        record: u64,
        what: u64,
    },
    Pair {
        on: u64,
        one: u64,
        other: u64,
        is_link: bool,
    },
    Undo {
        on: u64,
        which: u64,
    },
    Clone {
        on: u64,
    },
    /// Closed and opened, with the view gone if `is_bare`: the journal alone says everything.
    Reopen {
        on: u64,
        is_bare: bool,
    },
    Clock {
        on: u64,
        to: u64,
    },
}

impl Step {
    /// Draws one.
    pub fn draw(dice: &mut Dice) -> Self {
        let on = dice.below(12);
        let (record, what) = (dice.below(64), dice.below(64));
        match dice.below(100) {
            0..10 => Self::Add { on },
            10..38 => Self::Save { on, record, what },
            38..41 => Self::Submit { on, record },
            41..58 => Self::Sync { on, by_stick: what.is_multiple_of(4) },
            58..62 => Self::LoseAcknowledgement { on },
            62..65 => Self::Gather,
            65..72 => Self::Resolve { on, which: record, take: what },
            72..81 => Self::Review { on, record, what },
            81..87 => Self::Pair { on, one: record, other: what, is_link: dice.below(3) > 0 },
            87..92 => Self::Undo { on, which: record },
            92..94 => Self::Clone { on },
            94..96 => Self::Reopen { on, is_bare: what > 40 },
            _ => Self::Clock { on, to: what },
        }
    }
}
