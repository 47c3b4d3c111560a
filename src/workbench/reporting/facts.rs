//! The store's records as facts: only the answers that the programme reads, taken from where they lie, on every core.

use super::super::Desk;
use super::super::refresh::is_handed_in;
use super::super::watch::stopped;
use crate::error::Failure;
use crate::form::expression::Datum;
use crate::form::instance::part::Laying;
use crate::form::projection::Projection;
use crate::form::{Form, NodeId};
use crate::locale::date;
use crate::programme::Programme;
use crate::programme::figure::{Fact, Head};
use crate::record::history::State;
use crate::record::links::Links;
use crate::store::spread::spread;
use crate::store::view::View;
use crate::store::view::part::{Kept, Reading};
use crate::store::{IndexRow, KeptEntry, KeptPart, Raw, StoreProblem};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// So many records are read at a time by one thread.
const PIECE: usize = 1024;

/// What is taken of a form's records, by the numbers of the store's names.
struct Taken<'p> {
    form: &'p Arc<Form>,
    projection: &'p Arc<Projection>,
    nodes: Vec<Option<NodeId>>,
    wanted: Vec<bool>,
}

impl<'p> Taken<'p> {
    fn new((form, projection): &'p (Arc<Form>, Arc<Projection>), names: &[String]) -> Self {
        let nodes: Vec<Option<NodeId>> = names.iter().map(|name| form.find(name)).collect();
        let kept = |node: &Option<NodeId>| node.is_some_and(|node| projection.slot(node).is_some());
        let wanted = names.iter().zip(&nodes).map(|(name, node)| name == MARK || kept(node)).collect();
        Self { form, projection, nodes, wanted }
    }
}

/// Orders the rows of a repeat.
const MARK: &str = "#";

/// Everything that a thread needs.
struct Source<'d> {
    view: &'d View,
    links: &'d Links,
    forms: &'d BTreeMap<String, (Arc<Form>, Arc<Projection>)>,
}

impl Desk {
    /// The records that the programme counts.
    pub(in crate::workbench) fn facts(&self, programme: &Programme) -> Result<Vec<Fact<'_>>, Failure> {
        let found = self.in_pieces(programme, |facts| facts)?;
        let mut all = Vec::with_capacity(found.iter().map(Vec::len).sum());
        found.into_iter().for_each(|piece| all.extend(piece));
        Ok(all)
    }

    /// The records that the programme counts, a piece at a time on every core; gives what is taken of each piece, in order.
    pub(super) fn in_pieces<'d, T: Send>(&'d self, programme: &Programme, take: impl Fn(Vec<Fact<'d>>) -> T + Sync) -> Result<Vec<T>, Failure> {
        // A record of another version is counted as the programme's version sees it, by the names of its questions.
        let forms = programme.projections();
        let counts = |row: &&IndexRow| is_handed_in(row.state) && forms.contains_key(&*row.form) && !self.links().is_linked(&row.record);
        let rows: Vec<&IndexRow> = self.rows().values().filter(counts).collect();
        let source = Source { view: self.store().view(), links: self.links(), forms: &forms };
        let pieces: Vec<&[&IndexRow]> = rows.chunks(PIECE).collect();
        let (watch, seen, is_stopped) = (&self.watch, AtomicU64::new(0), AtomicBool::new(false));
        let found = spread(
            pieces.len(),
            || source.view.reading(),
            |reading, at| {
                let seen = seen.fetch_add(pieces[at].len() as u64, Ordering::Relaxed);
                if is_stopped.load(Ordering::Relaxed) || !watch.goes_on(seen) {
                    is_stopped.store(true, Ordering::Relaxed);
                    return Ok(None);
                }
                source.piece(reading, pieces[at]).map(|facts| Some(take(facts)))
            },
        );
        if is_stopped.into_inner() {
            return Err(stopped());
        }
        found.into_iter().filter_map(Result::transpose).collect::<Result<Vec<_>, StoreProblem>>().map_err(Failure::from)
    }
}

impl Source<'_> {
    /// The facts of records that stand in the order of their ids.
    fn piece<'r>(&self, reading: &mut Reading<'_>, rows: &[&'r IndexRow]) -> Result<Vec<Fact<'r>>, StoreProblem> {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
        let names = reading.names().to_vec();
        let taken: BTreeMap<&str, Taken<'_>> = self.forms.iter().map(|(id, form)| (id.as_str(), Taken::new(form, &names))).collect();
        let mut facts = Vec::new();
        let mut left = rows.iter().peekable();
        reading.each(&first.record, &last.record, &mut |record, kept| {
            let Some(row) = left.next_if(|row| row.record == record) else { return Ok(()) };
            if let Some(taken) = taken.get(row.form.as_str()) {
                facts.push(self.fact(row, taken, kept)?);
            }
            Ok(())
        })?;
        // Every record that lists show has its answers: else the view lost some.
        if left.next().is_some() { Err(self.view.lost()) } else { Ok(facts) }
    }

    fn fact<'r>(&self, row: &'r IndexRow, taken: &Taken<'_>, kept: Kept<'_, '_>) -> Result<Fact<'r>, StoreProblem> {
        let mut laying = Laying::new(taken.form, taken.projection);
        let mut repeats: Vec<NodeId> = Vec::new();
        kept.read(&taken.wanted, |entry| {
            let KeptEntry { part, names, keys, value } = entry;
            let Some((last, around)) = names.split_last() else { return };
            let node = |number: &u32| taken.nodes.get(*number as usize).copied().flatten();
            repeats.clear();
            repeats.extend(around.iter().filter_map(node));
            if repeats.len() != around.len() {
                return;
            }
            match (part, node(last), value) {
                (KeptPart::Answer, None, Raw::Text(order)) => laying.mark(&repeats, keys, order),
                (KeptPart::Answer, Some(node), value) => laying.answer(node, &repeats, keys, || self.datum(value, node, taken.form)),
                (KeptPart::Computed, Some(node), value) => laying.computed(node, &repeats, keys, || self.datum(value, node, taken.form)),
                (KeptPart::Hidden, Some(node), _) => laying.hidden(node, &repeats, keys),
                _ => {}
            }
        })?;
        Ok(Fact {
            head: Head { record: &row.record, at: row.at, approved: row.state == State::Approved, conflicted: row.conflicts > 0, overridden: row.warnings > 0 },
            form: taken.form.clone(),
            instance: laying.finish(),
            date: &row.date,
            day: date::parse_iso(&row.date),
            summary: &row.summary,
        })
    }

    /// A value as expressions see it; a reference to a linked record names the one that it reads as.
    fn datum(&self, value: Raw<'_>, node: NodeId, form: &Form) -> Datum {
        let kind = form.node(node).value;
        match value {
            Raw::Text(text) if self.links.is_empty() || !self.links.is_linked(text) => Datum::of_text(text, kind),
            Raw::Text(text) => Datum::of_text(self.links.principal(text), kind),
            Raw::Number(number) => number.parse().map_or(Datum::Blank, Datum::Number),
            Raw::Other(value) => Datum::of(&value, kind),
            Raw::None => Datum::Blank,
        }
    }
}
