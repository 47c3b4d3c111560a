//! The answers of the data set in long form, read from where they lie and encoded on every core.

use super::{Desk, Table, text, told};
use crate::error::Failure;
use crate::export::columns::Field;
use crate::export::parquet::{Encoded, Group};
use crate::record::links::Links;
use crate::store::spread::spread_in_order;
use crate::store::view::View;
use crate::store::view::part::{Kept, Reading};
use crate::store::{IndexRow, KeptEntry, KeptPart, Raw, StoreProblem};
use std::ops::Range;

/// So many records' answers make a group of rows.
const PIECE: usize = 2048;

/// Where answers are read.
struct Source<'d> {
    view: &'d View,
    links: &'d Links,
}

/// The paths of one record's entries, one behind the other, and its entries.
#[derive(Default)]
struct Entries<'b> {
    paths: String,
    answers: Vec<(Range<usize>, Raw<'b>)>,
    hidden: Vec<Range<usize>>,
    computed: Vec<(Range<usize>, Raw<'b>)>,
}

/// Writes the answers of records, which stand in the order of their ids.
pub(super) fn write(desk: &Desk, table: &mut Table, rows: &[&IndexRow]) -> Result<(), Failure> {
    let source = Source { view: desk.store().view(), links: desk.links() };
    let pieces: Vec<&[&IndexRow]> = rows.chunks(PIECE).collect();
    let Table { path, table: out, rows: written } = table;
    let (path, blank) = (&*path, out.group());
    let work = |reading: &mut Reading<'_>, at: usize| -> Result<Encoded, Failure> {
        let mut group = blank.another();
        source.piece(reading, pieces[at], &mut group).map_err(Failure::from)?;
        group.encode().map_err(|problem| told(problem, path))
    };
    spread_in_order(
        pieces.len(),
        || source.view.reading(),
        work,
        |encoded| {
            let encoded = encoded?;
            *written += encoded.rows as u64;
            out.append(encoded).map_err(|problem| told(problem, path))
        },
    )
}

impl Source<'_> {
    fn piece(&self, reading: &mut Reading<'_>, rows: &[&IndexRow], group: &mut Group) -> Result<(), StoreProblem> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
        let names = reading.names().to_vec();
        // Marks that order rows are no data.
        let wanted: Vec<bool> = names.iter().map(|name| name != "#").collect();
        let mut left = rows.iter().peekable();
        reading.each(&first.record, &last.record, &mut |record, kept| {
            let Some(row) = left.next_if(|row| row.record == record) else { return Ok(()) };
            self.record(row, kept, (&names, &wanted), group)
        })?;
        // Every record that lists show has its answers: else the view lost some.
        if left.next().is_some() { Err(self.view.lost()) } else { Ok(()) }
    }

    fn record(&self, row: &IndexRow, kept: Kept<'_, '_>, (names, wanted): (&[String], &[bool]), group: &mut Group) -> Result<(), StoreProblem> {
        let mut entries = Entries::default();
        kept.read(wanted, |entry| {
            let KeptEntry { part, names: numbers, keys, value } = entry;
            let path = entries.path(names, numbers, keys);
            match part {
                KeptPart::Answer => entries.answers.push((path, value)),
                KeptPart::Hidden => entries.hidden.push(path),
                KeptPart::Computed => entries.computed.push((path, value)),
            }
        })?;
        let Entries { paths, answers, hidden, computed } = &entries;
        // All three stand in the order of their paths.
        let (mut gone, mut results) = (hidden.iter().map(|path| &paths[path.clone()]).peekable(), computed.iter().map(|(path, _)| &paths[path.clone()]).peekable());
        for (path, value) in answers {
            let path = &paths[path.clone()];
            let (is_hidden, is_result) = (holds(&mut gone, path), holds(&mut results, path));
            if !is_hidden && !is_result {
                self.answer(row, (path, false), value, group);
            }
        }
        let mut gone = hidden.iter().map(|path| &paths[path.clone()]).peekable();
        for (path, value) in computed {
            let path = &paths[path.clone()];
            if !holds(&mut gone, path) {
                self.answer(row, (path, true), value, group);
            }
        }
        Ok(())
    }

    fn answer(&self, row: &IndexRow, (path, computed): (&str, bool), value: &Raw<'_>, group: &mut Group) {
        let (place, question) = path.rsplit_once('/').unwrap_or(("", path));
        let other;
        let (shown, number) = match value {
            Raw::Text(linked) if !self.links.is_empty() && self.links.is_linked(linked) => (self.links.principal(linked), Field::Blank),
            Raw::Text(text) => (*text, Field::Blank),
            Raw::Number(number) => (*number, number.parse().map_or(Field::Blank, Field::Number)),
            Raw::Other(value) => {
                other = value.plain();
                (other.as_str(), Field::Blank)
            }
            Raw::None => return,
        };
        group.row(&[text(&row.record), text(&row.form), text(path), text(question), Field::Text(place), Field::Flag(computed), text(shown), number]);
    }
}

/// Whether a path is among others; they and the paths that are asked for stand in order.
fn holds<'p>(others: &mut std::iter::Peekable<impl Iterator<Item = &'p str>>, path: &str) -> bool {
    while others.next_if(|other| *other < path).is_some() {}
    others.peek().is_some_and(|other| *other == path)
}

impl Entries<'_> {
    /// Appends a path.
    fn path(&mut self, names: &[String], numbers: &[u32], keys: &[&str]) -> Range<usize> {
        let start = self.paths.len();
        for (at, number) in numbers.iter().enumerate() {
            let name = names.get(*number as usize).map_or("", String::as_str);
            for part in [Some(name), keys.get(at).copied()].into_iter().flatten() {
                if self.paths.len() > start {
                    self.paths.push('/');
                }
                self.paths.push_str(part);
            }
        }
        start..self.paths.len()
    }
}
