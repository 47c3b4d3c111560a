//! Names that recur (questions, devices, forms) by number, and the sum that vouches for the names behind numbers.

use std::collections::BTreeMap;

/// Names by number.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    names: Vec<String>,
    numbers: BTreeMap<String, u32>,
    /// All names one behind the other, a zero byte behind each: what [`Self::sum`] takes.
    ended: Vec<u8>,
    /// Where each name's zero byte ends in it.
    ends: Vec<usize>,
}

impl Dictionary {
    /// From its names in order.
    pub fn new(names: Vec<String>) -> Self {
        let mut dictionary = Self::default();
        for (at, name) in (0u32..).zip(names) {
            dictionary.numbers.insert(name.clone(), at);
            dictionary.keep(name);
        }
        dictionary
    }

    fn keep(&mut self, name: String) {
        self.ended.extend_from_slice(name.as_bytes());
        self.ended.push(0);
        self.ends.push(self.ended.len());
        self.names.push(name);
    }

    /// The number of a name, given to it now if it has none.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        self.keep(name.to_owned());
        number
    }

    /// All names in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A name.
    pub fn name(&self, number: u32) -> Option<&str> {
        self.names.get(number as usize).map(String::as_str)
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
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        summed.extend_from_slice(&self.ended[start..end]);
        Some(())
    }
}
