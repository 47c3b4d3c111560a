//! Laying out some of a record's answers as they are read one by one, in the order of their paths: a row's mark comes before
//! its answers, a row before those inside it.

use super::{Cell, Instance, ROOT_ROW, Row, RowId};
use crate::form::expression::Datum;
use crate::form::projection::Projection;
use crate::form::{Form, Kind, NodeId, ROOT, ScopeId};
use std::sync::Arc;

/// A part of a record being laid out.
pub struct Laying<'p, 'b> {
    form: &'p Form,
    projection: &'p Arc<Projection>,
    instance: Instance,
    /// By row, but for the first: its key and its order key.
    marks: Vec<(&'b str, &'b str)>,
}

impl<'p, 'b> Laying<'p, 'b> {
    /// Of a record of the form, without an answer yet; everything is relevant.
    pub fn new(form: &'p Form, projection: &'p Arc<Projection>) -> Self {
        let instance = Instance { projection: Some(projection.clone()), ..Instance::default() };
        let mut laying = Self { form, projection, instance, marks: Vec::new() };
        laying.push(ROOT, ROOT_ROW, Arc::default());
        laying
    }

    fn push(&mut self, scope: ScopeId, parent: RowId, prefix: Arc<str>) -> RowId {
        let instance = &mut self.instance;
        let id = RowId(instance.rows.len() as u32);
        let base = instance.cells.len() as u32;
        let blank = Cell { value: Datum::Blank, relevant: true, queued: false, unchecked: false, wrong: false };
        let count = self.projection.nodes(scope).len();
        if id == ROOT_ROW {
            // Most records have no other row, and a hundred thousand of them are kept.
            instance.rows.reserve_exact(1);
            instance.cells.reserve_exact(count);
        }
        instance.cells.resize(instance.cells.len() + count, blank);
        instance.rows.push(Row { scope, parent, position: 1, prefix, order: Arc::default(), base, is_there: true, children: Vec::new() });
        id
    }

    fn key(&self, row: RowId) -> Option<(&'b str, &'b str)> {
        self.marks.get((row.0 as usize).checked_sub(1)?).copied()
    }

    /// The row that a path's repeats and keys lead to.
    fn row(&self, repeats: &[NodeId], keys: &[&str]) -> Option<RowId> {
        let mut row = ROOT_ROW;
        for (repeat, key) in repeats.iter().zip(keys) {
            let children = self.instance.row(row).children.get(self.inner(row, *repeat)?)?;
            // Answers come row by row: it is the last one, most of the time.
            row = *children.iter().rev().find(|child| self.key(**child).is_some_and(|(own, _)| own == *key))?;
        }
        (repeats.len() == keys.len()).then_some(row)
    }

    /// The place of a repeat's rows among the children of a row, if it belongs there.
    fn inner(&self, row: RowId, repeat: NodeId) -> Option<usize> {
        let Kind::Repeat(scope) = self.form.node(repeat).kind else { return None };
        self.form.scope(self.instance.row(row).scope).inner.iter().position(|inner| *inner == scope)
    }

    /// A row of the last of the repeats: its keys, its own last, and its order key. Those of repeats that nobody reads are left out.
    pub fn mark(&mut self, repeats: &[NodeId], keys: &[&'b str], order: &'b str) {
        let (Some((repeat, around)), Some((key, keys))) = (repeats.split_last(), keys.split_last()) else { return };
        let Some((parent, at)) = self.row(around, keys).and_then(|parent| Some((parent, self.inner(parent, *repeat)?))) else { return };
        let Some(scope) = self.form.scope(self.instance.row(parent).scope).inner.get(at).copied().filter(|scope| self.projection.has_rows(*scope)) else { return };
        let prefix = format!("{}{}/{key}/", self.instance.row(parent).prefix, self.form.node(*repeat).key);
        let row = self.push(scope, parent, prefix.into());
        self.marks.push((key, order));
        let children = &mut self.instance.rows[parent.0 as usize].children;
        if children.len() <= at {
            children.resize(at + 1, Vec::new());
        }
        children[at].push(row);
    }

    fn cell(&mut self, node: NodeId, repeats: &[NodeId], keys: &[&str]) -> Option<&mut Cell> {
        let row = self.instance.row(self.row(repeats, keys)?);
        let slot = self.projection.slot(node).filter(|_| row.scope == self.form.node(node).scope)?;
        let at = (row.base + slot) as usize;
        self.instance.cells.get_mut(at)
    }

    /// An answer; what is read from it is computed only where it has a place.
    pub fn answer(&mut self, node: NodeId, repeats: &[NodeId], keys: &[&str], value: impl FnOnce() -> Datum) {
        if !matches!(self.form.node(node).kind, Kind::Group | Kind::Repeat(_) | Kind::Note) {
            self.computed(node, repeats, keys, value);
        }
    }

    /// A computed value: it stands before an answer of the same path.
    pub fn computed(&mut self, node: NodeId, repeats: &[NodeId], keys: &[&str], value: impl FnOnce() -> Datum) {
        if let Some(cell) = self.cell(node, repeats, keys) {
            cell.value = value();
        }
    }

    /// Something that is not relevant.
    pub fn hidden(&mut self, node: NodeId, repeats: &[NodeId], keys: &[&str]) {
        if let Some(cell) = self.cell(node, repeats, keys) {
            cell.relevant = false;
        }
    }

    /// The record, its rows in their order.
    pub fn finish(mut self) -> Instance {
        let mut instance = std::mem::take(&mut self.instance);
        for at in 0..instance.rows.len() {
            let mut children = std::mem::take(&mut instance.rows[at].children);
            for siblings in &mut children {
                let mark = |row: &RowId| self.key(*row).map(|(key, order)| (order, key));
                siblings.sort_by(|a, b| mark(a).cmp(&mark(b)));
                for (place, row) in (1u32..).zip(siblings.iter()) {
                    instance.rows[row.0 as usize].position = place;
                }
            }
            instance.rows[at].children = children;
        }
        instance
    }
}
