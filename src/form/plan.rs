//! In which order a form's nodes are derived, and what has to be derived again when one changes. Made once, when a form
//! is loaded.

use super::column::Columns;
use super::expression::Code;
use super::expression::code::Read;
use super::expression::function::{Function, KEPT};
use super::{Choices, Event, Form, Kind, Logic, Node, NodeId, ROOT, ScopeId};

/// What of a node depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Relevance, calculation, number of rows.
    State,
    /// Problems, choices.
    Check,
    /// The default that fills it in while it is blank.
    Default,
}

/// A node that depends on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Follower {
    /// What of it.
    pub part: Part,
    /// Which.
    pub node: NodeId,
    /// In which rows: those below the changed row's ancestor of this scope.
    pub under: ScopeId,
}

/// The plan.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// All nodes, each behind those that it reads and the one around it.
    pub order: Vec<NodeId>,
    /// The place of each node in `order`.
    pub rank: Vec<u32>,
    /// What depends on each node.
    pub followers: Vec<Vec<Follower>>,
    /// The nodes with an action when this one changes.
    pub actions: Vec<Vec<NodeId>>,
    /// Whether a node's result is kept as it was first computed.
    pub kept: Vec<bool>,
    /// The questions of which totals over all rows are taken.
    pub columns: Columns,
}

impl Plan {
    /// The plan of a form whose logic is resolved, with its nodes in order.
    pub fn new(form: &Form, order: Vec<NodeId>) -> Self {
        let mut rank = vec![0; form.nodes.len()];
        for (at, id) in order.iter().enumerate() {
            rank[id.index()] = at as u32;
        }
        let nodes = form.nodes.len();
        let kept = form.nodes.iter().map(|node| node.logic.calculation.as_ref().is_some_and(|code| code.calls(KEPT))).collect();
        let mut plan = Self { order, rank, followers: vec![Vec::new(); nodes], actions: vec![Vec::new(); nodes], kept, columns: Columns::new(nodes) };
        for id in form.ids() {
            for (part, code) in parts(form.node(id)) {
                for Read { node, under } in code.dependencies(&|node| form.node(node).scope) {
                    plan.followers[node.index()].push(Follower { part, node: id, under });
                }
                code.walk(&mut |code| plan.columns_of(form, id, code));
            }
            for action in &form.node(id).logic.actions {
                if let Event::Changed(trigger) = action.event {
                    plan.actions[trigger.index()].push(id);
                }
            }
        }
        for list in &mut plan.followers {
            list.sort_unstable();
            list.dedup();
        }
        for list in &mut plan.actions {
            list.dedup();
        }
        plan
    }

    /// Notes the column that a part of an expression of `id` takes the total of.
    fn columns_of(&mut self, form: &Form, id: NodeId, code: &Code) {
        if let Code::Call(Function::Sum | Function::Min | Function::Max, arguments) = code
            && let [Code::Nodes(path)] = &**arguments
            && let Some(question) = path.target.filter(|target| path.is_column && form.node(*target).scope != ROOT)
            && !matches!(form.node(question).kind, Kind::Repeat(_))
        {
            self.columns.note(id, question);
        }
    }
}

/// Every expression of a node that is derived, and for what.
fn parts(node: &Node) -> impl Iterator<Item = (Part, &Code)> {
    let Logic { relevant, calculation, repeat_count, default, required, constraint, warning, choice_filter, .. } = &node.logic;
    let state = [relevant, calculation, repeat_count].into_iter().flatten().map(|code| (Part::State, code));
    let checks = [required, constraint, warning, choice_filter].into_iter().flatten().map(|code| (Part::Check, code));
    let choices: Vec<&Code> = match &node.choices {
        Choices::Answers(code) | Choices::Rows(code) => vec![code],
        Choices::Nodes(itemset) => vec![&itemset.nodes, &itemset.value],
        Choices::None | Choices::List(_) => Vec::new(),
    };
    let checks = checks.chain(choices.into_iter().map(|code| (Part::Check, code)));
    state.chain(checks).chain(default.iter().map(|code| (Part::Default, code)))
}
