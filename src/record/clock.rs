//! The hybrid logical clock: wall time that never goes back, even when the laptop's clock does.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use std::fmt;

/// A stamp: `2026-11-23T02:56:21.123Z-0003`, 29 bytes, ordered as its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// UTC milliseconds since 1970-01-01.
    pub millis: i64,
    /// Tells apart what happened within a millisecond, or while the wall clock stood behind.
    pub counter: u16,
}

/// A stamp further ahead of this machine's clock than this is not believed: its laptop's clock is wrong.
pub const TRUSTED_AHEAD: TimeDelta = TimeDelta::hours(24);

/// Years 0000 to 9999, so that every stamp has the same width.
const FIRST: i64 = -62_167_219_200_000;
const LAST: i64 = 253_402_300_799_999;

impl Stamp {
    /// The stamp of an event at `now` that follows everything up to `last`.
    pub fn next(now: DateTime<Utc>, last: Option<Stamp>) -> Stamp {
        let now = Stamp { millis: now.timestamp_millis().clamp(FIRST, LAST), counter: 0 };
        match last {
            Some(last) if last >= now => match last.counter.checked_add(1) {
                Some(counter) => Stamp { counter, ..last },
                None => Stamp { millis: last.millis + 1, counter: 0 },
            },
            _ => now,
        }
    }

    /// Reads exactly the canonical text.
    pub fn parse(text: &str) -> Option<Self> {
        let (time, counter) = (text.get(..24)?, text.get(24..)?.strip_prefix('-')?);
        let millis = DateTime::parse_from_rfc3339(time).ok()?.timestamp_millis();
        let counter = u16::from_str_radix(counter, 16).ok()?;
        let stamp = Self { millis, counter };
        (stamp.to_string() == text).then_some(stamp)
    }

    /// The wall time.
    pub fn time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.millis).unwrap_or_default()
    }

    /// Whether a machine whose clock says `now` should believe it.
    pub fn is_trusted(self, now: DateTime<Utc>) -> bool {
        self.time() - now <= TRUSTED_AHEAD
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04x}", self.time().to_rfc3339_opts(SecondsFormat::Millis, true), self.counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_has_one_text() {
        let text = "2026-11-23T02:56:21.123Z-0003";
        assert_eq!(Stamp::parse(text).unwrap().to_string(), text);
        for bad in ["2026-11-23T02:56:21.123Z-00A3", "2026-11-23T02:56:21Z-0003", "2026-11-23T02:56:21.123+07:00-0003", "2026-11-23T02:56:21.123Z", "é"] {
            assert_eq!(Stamp::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn time_never_goes_back_and_the_counter_carries_over() {
        let now = Stamp::parse("2026-11-23T02:56:21.123Z-0000").unwrap();
        let later = Stamp { counter: 0xffff, ..now };
        assert_eq!(Stamp::next(now.time() - TimeDelta::days(400), Some(now)), Stamp { counter: 1, ..now });
        assert_eq!(Stamp::next(now.time(), Some(later)), Stamp { millis: now.millis + 1, counter: 0 });
        assert_eq!(Stamp::next(now.time(), None), now);
    }
}
