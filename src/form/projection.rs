//! Which questions of a form are laid out when many of its records are read for a few of their answers.

use super::{Form, Kind, NodeId, ScopeId};

/// Marks a node that is left out.
const LEFT_OUT: u32 = u32::MAX;

/// The nodes of a form that are laid out: what was asked for, and every group and repeat. The others read as blank.
#[derive(Clone, Debug)]
pub struct Projection {
    /// The kept nodes of each scope.
    scopes: Vec<Vec<NodeId>>,
    /// By node: its place in the block of its row.
    slots: Vec<u32>,
}

impl Projection {
    /// Of the questions that are `wanted`.
    pub fn new(form: &Form, wanted: &dyn Fn(NodeId) -> bool) -> Self {
        let mut slots = vec![LEFT_OUT; form.nodes.len()];
        let kept = |id: &NodeId| matches!(form.node(*id).kind, Kind::Group | Kind::Repeat(_)) || wanted(*id);
        let scopes: Vec<Vec<NodeId>> = form.scopes.iter().map(|scope| scope.nodes.iter().copied().filter(kept).collect()).collect();
        for (at, id) in scopes.iter().flat_map(|nodes| (0u32..).zip(nodes)) {
            slots[id.0 as usize] = at;
        }
        Self { scopes, slots }
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
