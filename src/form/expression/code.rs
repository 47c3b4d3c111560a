//! A resolved expression: names have become slots, lists and columns have become numbers.

use super::datum::Datum;
use super::function::Function;
use super::syntax::Operator;
use crate::form::{NodeId, ScopeId};
use regex::Regex;
use std::sync::Arc;

/// Resolved code. Cheap to clone; evaluating it allocates only for new text.
#[derive(Clone, Debug)]
pub enum Code {
    /// A constant.
    Constant(Datum),
    /// `.`: the answer that is being checked.
    This,
    /// One answer, in the row that holds the expression or a row around it.
    Answer(NodeId),
    /// Inside a predicate: one answer in the row being tested or a row around it.
    Near(NodeId),
    /// Answers, rows or elements of any number.
    Nodes(Arc<Path>),
    /// A column of the choice that is being filtered.
    Column(Arc<str>),
    /// A function.
    Call(Function, Box<[Code]>),
    /// `regex()` with a constant pattern.
    Matches(Box<Code>, Arc<Regex>),
    /// `lookup()` in a list of the form: list number, key, column name.
    Lookup(usize, Box<Code>, Arc<str>),
    /// `jr:choice-name(value, question)`.
    ChoiceName(Box<Code>, NodeId),
    /// `a + b`
    Binary(Operator, Box<Code>, Box<Code>),
    /// `-a`
    Negate(Box<Code>),
    /// A part that does not fit: which of the errors told, and the parts inside. No form with one can be used.
    Broken(usize, Box<[Code]>),
}

/// A walk through the form's answers or a document.
#[derive(Clone, Debug)]
pub struct Path {
    /// Where it begins.
    pub start: Start,
    /// How it goes on.
    pub steps: Box<[Step]>,
    /// The question or repeat that it leads to, where that is known and only one.
    pub target: Option<NodeId>,
    /// Whether it leads to all rows of a repeat that stands in the form itself, or to a question in all of them.
    pub is_column: bool,
    /// What it looks at on its way.
    pub reads: Box<[Read]>,
}

/// Where a walk begins.
#[derive(Clone, Debug)]
pub enum Start {
    /// At what is being looked at: inside a predicate the row or element being tested.
    Context,
    /// At the question that holds the expression.
    Holder,
    /// At the holder's row of this scope (its repeat), or at the form's root element.
    Row(ScopeId),
    /// At the top of one of the form's documents.
    Document(usize),
    /// At the nodes that a call gives.
    Nodes(Box<Code>),
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where to.
    pub to: To,
    /// Which of what is there.
    pub predicates: Box<[Code]>,
}

/// Where a step leads.
#[derive(Clone, Debug)]
pub enum To {
    /// A question, group or repeat (its rows) directly inside.
    Child(NodeId),
    /// Whichever of these is directly inside.
    AnyOf(Box<[NodeId]>),
    /// An element of a document by name.
    Named(Arc<str>),
    /// Everything directly inside.
    All,
    /// What is around.
    Parent,
    /// The same.
    Own,
}

/// Something that an expression depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// The question, or the repeat whose rows matter.
    pub node: NodeId,
    /// A change concerns the expression in all rows below the changed row's ancestor of this scope.
    pub under: ScopeId,
}

impl Code {
    /// Calls `visit` on this and every part of it.
    pub fn walk(&self, visit: &mut dyn FnMut(&Code)) {
        visit(self);
        match self {
            Code::Call(_, parts) | Code::Broken(_, parts) => parts.iter().for_each(|p| p.walk(visit)),
            Code::Matches(a, _) | Code::Lookup(_, a, _) | Code::ChoiceName(a, _) | Code::Negate(a) => a.walk(visit),
            Code::Binary(_, a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
            Code::Nodes(path) => {
                if let Start::Nodes(code) = &path.start {
                    code.walk(visit);
                }
                path.steps.iter().flat_map(|step| &step.predicates).for_each(|code| code.walk(visit));
            }
            _ => {}
        }
    }

    /// What this reads; `scope_of` gives a node's scope. What a predicate reads of the row being tested stands among the
    /// reads of the walk around it.
    pub fn dependencies(&self, scope_of: &dyn Fn(NodeId) -> ScopeId) -> Vec<Read> {
        let mut reads = Vec::new();
        self.walk(&mut |code| match code {
            Code::Answer(node) => reads.push(Read { node: *node, under: scope_of(*node) }),
            Code::Nodes(path) => reads.extend(&path.reads),
            _ => {}
        });
        reads.sort_unstable();
        reads.dedup();
        reads
    }

    /// The questions and repeats that this reads.
    pub fn reads(&self) -> Vec<NodeId> {
        let mut reads: Vec<NodeId> = self.dependencies(&|_| crate::form::ROOT).into_iter().map(|read| read.node).collect();
        reads.sort_unstable();
        reads.dedup();
        reads
    }

    /// Whether it calls one of `functions`.
    pub fn calls(&self, functions: &[Function]) -> bool {
        let mut found = false;
        self.walk(&mut |code| found |= matches!(code, Code::Call(function, _) if functions.contains(function)));
        found
    }
}
