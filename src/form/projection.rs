//! Which questions of a form are laid out when many of its records are read for a few of their answers.

use super::{Form, Kind, NodeId, Scope, ScopeId};

/// Marks a node that is left out.
const LEFT_OUT: u32 = u32::MAX;

/// The nodes of a form that are laid out: what was asked for, and every group and repeat around it. The others
/// read as blank, and a repeat of which nothing was asked for has no rows.
#[derive(Clone, Debug)]
pub struct Projection {
    /// The kept nodes of each scope.
    scopes: Vec<Vec<NodeId>>,
    /// By scope: whether its rows are laid out.
    rows: Vec<bool>,
    /// By node: its place in the block of its row.
    slots: Vec<u32>,
}

impl Projection {
    /// Of the questions that are `wanted`.
    pub fn new(form: &Form, wanted: &dyn Fn(NodeId) -> bool) -> Self {
        let mut slots = vec![LEFT_OUT; form.nodes.len()];
        let mut rows = vec![false; form.scopes.len()];
        for id in form.ids().filter(|id| wanted(*id)) {
            // Of a repeat that is asked for its rows may be counted.
            let innermost = if let Kind::Repeat(scope) = form.node(id).kind { scope } else { form.node(id).scope };
            form.around(innermost).for_each(|scope| rows[scope.index()] = true);
        }
        let mut around: Vec<bool> = vec![false; form.nodes.len()];
        form.ids().filter(|id| wanted(*id)).flat_map(|id| form.ancestors(id)).for_each(|above| around[above.0 as usize] = true);
        let kept = |id: &NodeId| around[id.0 as usize] || wanted(*id);
        let of_scope = |(scope, rows): (&Scope, &bool)| scope.nodes.iter().copied().filter(|id| *rows && kept(id)).collect();
        let scopes: Vec<Vec<NodeId>> = form.scopes.iter().zip(&rows).map(of_scope).collect();
        for (at, id) in scopes.iter().flat_map(|nodes| (0u32..).zip(nodes)) {
            slots[id.0 as usize] = at;
        }
        Self { scopes, rows, slots }
    }

    /// Whether the rows of a scope are laid out.
    pub fn has_rows(&self, scope: ScopeId) -> bool {
        self.rows.get(scope.index()).copied().unwrap_or_default()
    }

    /// The nodes kept of a scope.
    pub fn nodes(&self, scope: ScopeId) -> &[NodeId] {
        self.scopes.get(scope.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// All nodes kept.
    pub fn kept(&self) -> impl Iterator<Item = NodeId> {
        self.scopes.iter().flatten().copied()
    }

    /// A node's place in the block of its row, if it is kept.
    pub fn slot(&self, node: NodeId) -> Option<u32> {
        self.slots.get(node.0 as usize).copied().filter(|slot| *slot != LEFT_OUT)
    }
}
