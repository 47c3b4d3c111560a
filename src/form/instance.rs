//! One record's answers laid out in slots, so that expressions read them without looking names up.
//!
//! The root row and every repeat row own a contiguous block of cells, one for each node of their scope.

use super::expression::Datum;
use super::{Form, Kind, NodeId, ROOT, ScopeId};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Answers by path, in byte order: `revenue_after`, `energy/k3f9/after`; `energy/k3f9/#` orders the rows.
pub type Answers = BTreeMap<String, Value>;

/// A row by its place in [`Instance::rows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub u32);

/// The form's own row.
pub const ROOT_ROW: RowId = RowId(0);

/// One row: the form itself or a repeat's.
#[derive(Clone, Debug)]
pub struct Row {
    /// What kind of row.
    pub scope: ScopeId,
    /// The row around it.
    pub parent: RowId,
    /// Its number among its siblings, from 1.
    pub position: u32,
    /// What its paths begin with: `energy/k3f9/`; empty for the root.
    pub prefix: Arc<str>,
    base: u32,
    /// Rows of each inner scope, as [`super::Scope::inner`] lists them.
    children: Vec<Vec<RowId>>,
}

/// An answer or result while deriving.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The answer as it is kept, or the computed result.
    pub value: Datum,
    /// Whether it is asked at all; a value that is not relevant reads as blank.
    pub relevant: bool,
}

/// Answers in slots.
#[derive(Clone, Debug)]
pub struct Instance {
    /// All rows, each behind the row around it.
    pub rows: Vec<Row>,
    cells: Vec<Cell>,
    by_scope: Vec<Vec<RowId>>,
}

impl Instance {
    /// Lays out `answers`; everything is relevant and nothing computed yet.
    pub fn new(form: &Form, answers: &Answers) -> Self {
        let mut instance = Self { rows: Vec::new(), cells: Vec::new(), by_scope: vec![Vec::new(); form.scopes.len()] };
        instance.add_row(form, answers, ROOT, ROOT_ROW, 1, "".into());
        instance
    }

    /// Lays out a derived record again from what was kept of it, without deriving.
    pub fn restore(form: &Form, answers: &Answers, computed: &Answers, hidden: &[String]) -> Self {
        let mut instance = Self::new(form, answers);
        for id in form.ids() {
            for at in 0..instance.rows_of(form.node(id).scope).len() {
                let row = instance.rows_of(form.node(id).scope)[at];
                let path = instance.path(form, row, id);
                let value = computed.get(&path).map(|value| Datum::of(value, form.node(id).value));
                let cell = instance.cell_mut(form, row, id);
                cell.relevant = hidden.binary_search(&path).is_err();
                cell.value = value.unwrap_or_else(|| std::mem::replace(&mut cell.value, Datum::Blank));
            }
        }
        instance
    }

    fn add_row(&mut self, form: &Form, answers: &Answers, scope: ScopeId, parent: RowId, position: u32, prefix: Arc<str>) -> RowId {
        let id = RowId(self.rows.len() as u32);
        let base = self.cells.len() as u32;
        let mut path = String::from(&*prefix);
        for node in &form.scope(scope).nodes {
            let node = form.node(*node);
            path.truncate(prefix.len());
            path.push_str(&node.name);
            let value = match node.kind {
                Kind::Group | Kind::Repeat(_) | Kind::Note => Datum::Blank,
                _ => answers.get(&path).map_or(Datum::Blank, |value| Datum::of(value, node.value)),
            };
            self.cells.push(Cell { value, relevant: true });
        }
        self.rows.push(Row { scope, parent, position, prefix: prefix.clone(), base, children: Vec::new() });
        self.by_scope[scope.index()].push(id);
        for inner in &form.scope(scope).inner {
            let Some(repeat) = form.scope(*inner).repeat else { continue };
            let start = format!("{prefix}{}/", form.node(repeat).name);
            let children = row_keys(answers, &start)
                .into_iter()
                .enumerate()
                .map(|(at, key)| self.add_row(form, answers, *inner, id, at as u32 + 1, format!("{start}{key}/").into()))
                .collect();
            self.rows[id.0 as usize].children.push(children);
        }
        id
    }

    /// A row.
    pub fn row(&self, id: RowId) -> &Row {
        &self.rows[id.0 as usize]
    }

    /// All rows of a scope, in document order.
    pub fn rows_of(&self, scope: ScopeId) -> &[RowId] {
        &self.by_scope[scope.index()]
    }

    /// The rows of `scope`, which must be directly inside the scope of `row`.
    pub fn children(&self, form: &Form, row: RowId, scope: ScopeId) -> &[RowId] {
        let row = self.row(row);
        let at = form.scope(row.scope).inner.iter().position(|inner| *inner == scope);
        at.and_then(|at| row.children.get(at)).map_or(&[], Vec::as_slice)
    }

    /// The row of `scope` that holds `row`, or `row` itself.
    pub fn climb(&self, mut row: RowId, scope: ScopeId) -> RowId {
        while self.row(row).scope != scope && row != ROOT_ROW {
            row = self.row(row).parent;
        }
        row
    }

    fn slot(&self, form: &Form, row: RowId, node: NodeId) -> usize {
        let node = form.node(node);
        (self.row(self.climb(row, node.scope)).base + node.slot) as usize
    }

    /// The cell of `node` in `row` or in the row around it.
    pub fn cell(&self, form: &Form, row: RowId, node: NodeId) -> &Cell {
        &self.cells[self.slot(form, row, node)]
    }

    /// The same, to write.
    pub fn cell_mut(&mut self, form: &Form, row: RowId, node: NodeId) -> &mut Cell {
        let slot = self.slot(form, row, node);
        &mut self.cells[slot]
    }

    /// The value that expressions see: blank where not relevant.
    pub fn read(&self, form: &Form, row: RowId, node: NodeId) -> Datum {
        let cell = self.cell(form, row, node);
        if cell.relevant { cell.value.clone() } else { Datum::Blank }
    }

    /// Whether the row and everything around the node is relevant.
    pub fn is_relevant(&self, form: &Form, row: RowId, node: NodeId) -> bool {
        self.cell(form, row, node).relevant
    }

    /// The path of a node's answer in a row.
    pub fn path(&self, form: &Form, row: RowId, node: NodeId) -> String {
        let node = form.node(node);
        format!("{}{}", self.row(self.climb(row, node.scope)).prefix, node.name)
    }

    /// The row and node that a path names.
    pub fn locate(&self, form: &Form, path: &str) -> Option<(RowId, NodeId)> {
        let at = path.rfind('/').map_or(0, |at| at + 1);
        let node = form.find(&path[at..])?;
        let rows = self.rows_of(form.node(node).scope);
        rows.iter().find(|row| *self.row(**row).prefix == path[..at]).map(|row| (*row, node))
    }
}

/// The keys of the rows below `start` (`energy/`), in order: those that have an order key, by it and then by key.
pub fn row_keys(answers: &Answers, start: &str) -> Vec<String> {
    let mut keys: Vec<(&str, &str)> = answers
        .range(start.to_owned()..)
        .take_while(|(path, _)| path.starts_with(start))
        .filter_map(|(path, value)| match (path[start.len()..].strip_suffix("/#"), value) {
            (Some(key), Value::Text(order)) if !key.contains('/') => Some((order.as_str(), key)),
            _ => None,
        })
        .collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, key)| key.to_owned()).collect()
}
