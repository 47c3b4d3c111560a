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
    /// One answer in this row or a row around it.
    Answer(NodeId),
    /// Inside a predicate: computed in the row that holds the expression.
    Outer(Box<Code>),
    /// Answers (or rows) of any number.
    Nodes(Arc<Nodes>),
    /// A column of the choice that is being filtered, or of a table row.
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
}

/// A set of answers or rows.
#[derive(Clone, Debug)]
pub struct Nodes {
    /// The question whose answers, or the repeat whose rows, are meant.
    pub target: NodeId,
    /// Rows are taken under the row of this scope that holds the expression.
    pub under: ScopeId,
    /// Conditions on the rows of a scope, in the order written.
    pub filters: Vec<(ScopeId, Filter)>,
    /// Conditions on the answer itself.
    pub own: Vec<Code>,
}

/// A condition on rows.
#[derive(Clone, Debug)]
pub enum Filter {
    /// The row in which this is true.
    Where(Code),
    /// The n-th row, from 1.
    At(Code),
}

impl Code {
    /// Calls `visit` on this and every part of it.
    pub fn walk(&self, visit: &mut dyn FnMut(&Code)) {
        visit(self);
        match self {
            Code::Call(_, parts) => parts.iter().for_each(|p| p.walk(visit)),
            Code::Outer(a) | Code::Matches(a, _) | Code::Lookup(_, a, _) | Code::ChoiceName(a, _) | Code::Negate(a) => a.walk(visit),
            Code::Binary(_, a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
            Code::Nodes(nodes) => {
                for (_, Filter::Where(code) | Filter::At(code)) in &nodes.filters {
                    code.walk(visit);
                }
                nodes.own.iter().for_each(|code| code.walk(visit));
            }
            _ => {}
        }
    }

    /// The questions and repeats that this reads.
    pub fn reads(&self) -> Vec<NodeId> {
        let mut reads = Vec::new();
        self.walk(&mut |code| match code {
            Code::Answer(node) => reads.push(*node),
            Code::Nodes(nodes) => reads.push(nodes.target),
            _ => {}
        });
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
