//! One record's answers laid out in slots, so that expressions read them without looking names up.
//!
//! The root row and every repeat row own a contiguous block of cells, one for each node of their scope.

pub mod part;

use super::column::{Column, Totals};
use super::expression::Datum;
use super::projection::Projection;
use super::{Form, Kind, NodeId, ROOT, ScopeId};
use crate::value::Value;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Answers by path, in byte order: `revenue_after`, `energy/k3f9/after`; `energy/k3f9/#` orders the rows.
pub type Answers = BTreeMap<String, Value>;

/// A row by its place in an [`Instance`].
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
    /// Its order key: siblings stand in the order of these.
    pub order: Arc<str>,
    base: u32,
    /// Whether it was not taken out.
    is_there: bool,
    /// Rows of each inner scope, as [`super::Scope::inner`] lists them.
    children: Vec<Vec<RowId>>,
}

impl Row {
    /// Its key among its siblings; empty for the root.
    pub fn key(&self) -> &str {
        self.prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }
}

/// An answer or result while deriving.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The answer as it is kept, or the computed result.
    pub value: Datum,
    /// Whether it is asked at all; a value that is not relevant reads as blank.
    pub relevant: bool,
    /// Waits to be derived.
    pub queued: bool,
    /// Waits to be looked at for problems.
    pub unchecked: bool,
    /// Has a problem.
    pub wrong: bool,
}

/// What is left out reads as this.
static BLANK: Cell = Cell { value: Datum::Blank, relevant: true, queued: false, unchecked: false, wrong: false };

/// Answers in slots. Rows come and go; a row's id and cells are never used again for another.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    rows: Vec<Row>,
    cells: Vec<Cell>,
    by_prefix: BTreeMap<Arc<str>, RowId>,
    /// As the form's plan lists them.
    columns: Vec<Column>,
    /// Where only some nodes are laid out ([`part`]): which. Such a one is read, never derived or changed.
    projection: Option<Arc<Projection>>,
}

impl Instance {
    /// Lays out `answers`; everything is relevant and nothing computed yet.
    pub fn new(form: &Form, answers: &Answers) -> Self {
        let mut instance = Self { columns: vec![Column::default(); form.plan.columns.nodes.len()], ..Self::default() };
        instance.lay_out(form, answers, ROOT, ROOT_ROW, 1, ("".into(), "".into()));
        instance
    }

    /// Lays out a derived record again from what was kept of it, without deriving.
    pub fn restore(form: &Form, answers: &Answers, computed: &Answers, hidden: &[String]) -> Self {
        let mut instance = Self::new(form, answers);
        for id in form.ids() {
            for row in instance.rows_of(form, form.node(id).scope) {
                let path = instance.path(form, row, id);
                let value = computed.get(&path).map(|value| Datum::of(value, form.node(id).value));
                let cell = instance.cell_mut(form, row, id);
                cell.relevant = hidden.binary_search(&path).is_err();
                cell.value = value.unwrap_or_else(|| std::mem::replace(&mut cell.value, Datum::Blank));
            }
        }
        instance
    }

    fn lay_out(&mut self, form: &Form, answers: &Answers, scope: ScopeId, parent: RowId, position: u32, (prefix, order): (Arc<str>, Arc<str>)) -> RowId {
        let id = RowId(self.rows.len() as u32);
        let base = self.cells.len() as u32;
        let mut path = String::from(&*prefix);
        for node in &form.scope(scope).nodes {
            let node = form.node(*node);
            path.truncate(prefix.len());
            path.push_str(&node.key);
            let value = match node.kind {
                Kind::Group | Kind::Repeat(_) | Kind::Note => Datum::Blank,
                _ => answers.get(&path).map_or(Datum::Blank, |value| Datum::of(value, node.value)),
            };
            self.cells.push(Cell { value, relevant: true, queued: false, unchecked: false, wrong: false });
        }
        self.rows.push(Row { scope, parent, position, prefix: prefix.clone(), order, base, is_there: true, children: Vec::new() });
        self.by_prefix.insert(prefix.clone(), id);
        for inner in &form.scope(scope).inner {
            let Some(repeat) = form.scope(*inner).repeat else { continue };
            let start = format!("{prefix}{}/", form.node(repeat).key);
            let mut children = Vec::new();
            for (at, (order, key)) in row_marks(answers, &start).into_iter().enumerate() {
                let names = (format!("{start}{key}/").into(), order.into());
                children.push(self.lay_out(form, answers, *inner, id, at as u32 + 1, names));
            }
            self.rows[id.0 as usize].children.push(children);
        }
        id
    }

    /// Lays out the row of `scope` that `answers` hold under `key` below a row, in its place by its order key. `None` when
    /// it is there already, or has no order key.
    pub fn insert(&mut self, form: &Form, answers: &Answers, parent: RowId, scope: ScopeId, key: &str) -> Option<RowId> {
        let repeat = form.scope(scope).repeat?;
        let prefix: Arc<str> = format!("{}{}/{key}/", self.row(parent).prefix, form.node(repeat).key).into();
        let Some(Value::Text(order)) = answers.get(&format!("{prefix}#")) else { return None };
        if self.by_prefix.contains_key(&prefix) {
            return None;
        }
        let at = form.scope(self.row(parent).scope).inner.iter().position(|inner| *inner == scope)?;
        let siblings = &self.row(parent).children[at];
        let place = siblings.partition_point(|row| {
            let row = self.row(*row);
            (&*row.order, &*row.prefix) < (order.as_str(), &*prefix)
        });
        let id = self.lay_out(form, answers, scope, parent, place as u32 + 1, (prefix, order.as_str().into()));
        self.rows[parent.0 as usize].children[at].insert(place, id);
        self.renumber(form, parent, at, place);
        Some(id)
    }

    /// Takes a row out, with all inside.
    pub fn remove(&mut self, form: &Form, row: RowId) {
        let (parent, scope) = (self.row(row).parent, self.row(row).scope);
        let Some(at) = form.scope(self.row(parent).scope).inner.iter().position(|inner| *inner == scope) else { return };
        let siblings = &mut self.rows[parent.0 as usize].children[at];
        let Some(place) = siblings.iter().position(|sibling| *sibling == row) else { return };
        siblings.remove(place);
        self.renumber(form, parent, at, place);
        let mut open = vec![row];
        while let Some(row) = open.pop() {
            let row = &mut self.rows[row.0 as usize];
            row.is_there = false;
            self.by_prefix.remove(&row.prefix);
            open.extend(row.children.iter().flatten());
        }
    }

    fn renumber(&mut self, form: &Form, parent: RowId, at: usize, from: usize) {
        if let (ROOT_ROW, Some(scope)) = (parent, form.scope(ROOT).inner.get(at)) {
            form.plan.columns.inside(form, *scope).for_each(|column| self.columns[column].forget_from(from));
        }
        for place in from..self.rows[parent.0 as usize].children[at].len() {
            let row = self.rows[parent.0 as usize].children[at][place];
            self.rows[row.0 as usize].position = place as u32 + 1;
        }
    }

    /// A row.
    pub fn row(&self, id: RowId) -> &Row {
        &self.rows[id.0 as usize]
    }

    /// Whether a row is still there.
    pub fn is_there(&self, id: RowId) -> bool {
        self.row(id).is_there
    }

    /// What a cell of a column reads as has changed.
    pub fn cell_changed(&mut self, form: &Form, row: RowId, node: NodeId) {
        if let Some(column) = form.plan.columns.of(node) {
            let number = self.read(form, row, node).to_number();
            let place = self.row(row).position as usize - 1;
            self.columns[column].set(place, number);
        }
    }

    /// Brings the totals up to date that the expressions of a node take.
    pub fn refresh_columns(&mut self, form: &Form, node: NodeId) {
        for at in form.plan.columns.read_by(node) {
            let question = form.plan.columns.nodes[at];
            let mut column = std::mem::take(&mut self.columns[at]);
            let rows = self.children(form, ROOT_ROW, form.node(question).scope);
            column.refresh(rows.len(), |row| self.read(form, rows[row], question).to_number());
            self.columns[at] = column;
        }
    }

    /// What a question's numbers in all rows of its repeat come to, where that is known.
    pub fn totals(&self, form: &Form, question: NodeId) -> Option<Totals> {
        let column = self.columns.get(form.plan.columns.of(question)?)?;
        let scope = form.node(question).scope;
        let is_asked = form.scope(scope).repeat.is_some_and(|repeat| self.is_relevant(form, ROOT_ROW, repeat));
        column.totals(self.children(form, ROOT_ROW, scope).len()).filter(|_| is_asked)
    }

    /// All rows of a scope, in document order.
    pub fn rows_of(&self, form: &Form, scope: ScopeId) -> Vec<RowId> {
        self.rows_below(form, ROOT_ROW, scope)
    }

    /// The rows of `scope` inside `row`, in document order; `row` itself where it is of that scope; the row around it where
    /// the scope is further out; those inside the row that both share otherwise.
    pub fn rows_below(&self, form: &Form, row: RowId, scope: ScopeId) -> Vec<RowId> {
        let common = form.common(self.row(row).scope, scope);
        let mut rows = vec![self.climb(row, common)];
        let mut down: Vec<ScopeId> = form.around(scope).take_while(|s| *s != common).collect();
        while let Some(inner) = down.pop() {
            rows = rows.into_iter().flat_map(|row| self.children(form, row, inner).iter().copied()).collect();
        }
        rows
    }

    /// The rows of `scope`, which must be directly inside the scope of `row`.
    pub fn children(&self, form: &Form, row: RowId, scope: ScopeId) -> &[RowId] {
        let row = self.row(row);
        let at = form.scope(row.scope).inner.iter().position(|inner| *inner == scope);
        at.and_then(|at| row.children.get(at)).map_or(&[], Vec::as_slice)
    }

    /// The row of `scope` that holds `row`, or `row` itself; the root where none does.
    pub fn climb(&self, mut row: RowId, scope: ScopeId) -> RowId {
        while self.row(row).scope != scope && row != ROOT_ROW {
            row = self.row(row).parent;
        }
        row
    }

    fn slot(&self, form: &Form, row: RowId, id: NodeId) -> usize {
        let node = form.node(id);
        let row = self.row(self.climb(row, node.scope));
        if let Some(part) = &self.projection {
            return part.slot(id).map_or(usize::MAX, |slot| (row.base + slot) as usize);
        }
        // A node of a scope that is not around the row has no cell: the form's checks never let that be asked.
        debug_assert_eq!(row.scope, node.scope, "{} is not answered there", node.key);
        (row.base + node.slot) as usize
    }

    /// The cell of `node` in `row` or in the row around it.
    pub fn cell(&self, form: &Form, row: RowId, node: NodeId) -> &Cell {
        let cell = self.cells.get(self.slot(form, row, node));
        // Who lays out a part says before what is going to be read.
        debug_assert!(cell.is_some(), "{} is read and was left out", form.node(node).key);
        cell.unwrap_or(&BLANK)
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
        format!("{}{}", self.row(self.climb(row, node.scope)).prefix, node.key)
    }

    /// The row and node that a path names.
    pub fn locate(&self, form: &Form, path: &str) -> Option<(RowId, NodeId)> {
        let at = path.rfind('/').map_or(0, |at| at + 1);
        let node = form.find(&path[at..])?;
        let row = self.row_at(&path[..at])?;
        (self.row(row).scope == form.node(node).scope).then_some((row, node))
    }

    /// The row whose paths begin with `prefix` (`energy/k3f9/`).
    pub fn row_at(&self, prefix: &str) -> Option<RowId> {
        self.by_prefix.get(prefix).copied()
    }
}

/// The keys of the rows below `start` (`energy/`), in order: those that have an order key, by it and then by key.
pub fn row_keys(answers: &Answers, start: &str) -> Vec<String> {
    row_marks(answers, start).into_iter().map(|(_, key)| key.to_owned()).collect()
}

/// Order keys and keys of the rows below `start`, in order.
fn row_marks<'a>(answers: &'a Answers, start: &str) -> Vec<(&'a str, &'a str)> {
    let mut keys: Vec<(&str, &str)> = answers
        .range::<str, _>((Bound::Included(start), Bound::Unbounded))
        .take_while(|(path, _)| path.starts_with(start))
        .filter_map(|(path, value)| match (path[start.len()..].strip_suffix("/#"), value) {
            (Some(key), Value::Text(order)) if !key.contains('/') => Some((order.as_str(), key)),
            _ => None,
        })
        .collect();
    keys.sort_unstable();
    keys
}
