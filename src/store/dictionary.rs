//! Names that recur (questions, devices, forms) by number, and the sum that vouches for the names behind numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Names by number. A copy costs nothing; a new name in one of several copies costs it all of them.
#[derive(Clone, Debug, Default)]
pub struct Dictionary(Arc<Names>);

#[derive(Clone, Debug, Default)]
struct Names {
    names: Vec<String>,
    numbers: BTreeMap<String, u32>,
    /// All names one behind the other, a zero byte behind each: what [`Dictionary::sum`] takes.
    ended: Vec<u8>,
    /// Where each name's zero byte ends in it.
    ends: Vec<usize>,
}

impl Dictionary {
    /// From its names in order.
    pub fn new(names: Vec<String>) -> Self {
        let mut all = Names::default();
        for (at, name) in (0u32..).zip(names) {
            all.numbers.insert(name.clone(), at);
            all.keep(name);
        }
        Self(Arc::new(all))
    }

    /// The number of a name, given to it now if it has none.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.0.numbers.get(name) {
            return *number;
        }
        let all = Arc::make_mut(&mut self.0);
        let number = all.names.len() as u32;
        all.numbers.insert(name.to_owned(), number);
        all.keep(name.to_owned());
        number
    }

    /// All names in order.
    pub fn names(&self) -> &[String] {
        &self.0.names
    }

    /// A name.
    pub fn name(&self, number: u32) -> Option<&str> {
        self.0.names.get(number as usize).map(String::as_str)
    }

    /// CRC-32 of the names behind numbers; `None` where one is missing.
    pub fn sum(&self, numbers: impl Iterator<Item = u32>) -> Option<u32> {
        let mut summed = Vec::new();
        for number in numbers {
            self.add_ended(number, &mut summed)?;
        }
        Some(crc32fast::hash(&summed))
    }

    /// Appends what a name adds to the sum; `None` where there is none of that number.
    pub fn add_ended(&self, number: u32, summed: &mut Vec<u8>) -> Option<()> {
        let at = number as usize;
        let end = *self.0.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.0.ends[before]);
        summed.extend_from_slice(&self.0.ended[start..end]);
        Some(())
    }
}

impl Names {
    fn keep(&mut self, name: String) {
        self.ended.extend_from_slice(name.as_bytes());
        self.ended.push(0);
        self.ends.push(self.ended.len());
        self.names.push(name);
    }
}
