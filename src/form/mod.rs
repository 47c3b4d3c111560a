//! What is asked: a form's definition, checked and resolved. Pure.
//!
//! A reader ([`toml`]) makes a [`draft::Draft`] with places; [`check`] makes it a [`Form`] or lists *all* its problems.
//! A form never changes while it is used; what was answered lives in [`instance::Instance`].

pub mod check;
mod check_logic;
pub mod check_text;
pub mod draft;
pub mod expression;
pub mod instance;
pub mod list;
pub mod problem;
pub mod toml;
pub mod world;

use crate::locale::Text;
use crate::value::ValueType;
use expression::Code;
use list::ChoiceList;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a reader gives: the form as written with the problems of its shape, or why it is no form at all.
pub type Read = Result<(draft::Draft, Vec<problem::Problem>), (draft::Source, Vec<problem::Problem>)>;

/// Reads a form's text as what it is.
///
/// # Errors
/// The text is no form at all.
pub fn read(name: &str, text: &str) -> Read {
    toml::read(name, text)
}

/// A question, group or repeat of a form, by its place in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A set of questions that are answered together: the form's own (0) or one repeat's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u16);

/// The form's own scope.
pub const ROOT: ScopeId = ScopeId(0);

impl NodeId {
    /// As an index into [`Form::nodes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl ScopeId {
    /// As an index into [`Form::scopes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Questions under one heading.
    Group,
    /// A table: its rows live in the scope.
    Repeat(ScopeId),
    /// Only shown.
    Note,
    /// Computed from other answers.
    Calculate,
    /// Kept, never shown.
    Hidden,
    /// Filled by the program.
    Meta(Meta),
    /// Asked.
    Question,
}

/// What the program fills in itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meta {
    /// When the interview began.
    Start,
    /// When it was last saved.
    End,
    /// The day it began.
    Today,
    /// The device's name.
    Device,
    /// The person's name.
    Person,
    /// The person's e-mail address.
    Email,
    /// The person's telephone number.
    Phone,
}

/// Where a question's choices come from.
#[derive(Clone, Debug, Default)]
pub enum Choices {
    /// Not a choice question.
    #[default]
    None,
    /// A list of the form ([`Form::lists`]).
    List(usize),
    /// The answers to a question in a repeat of this form.
    Answers(Code),
    /// The rows of a repeat in another record.
    Rows(Code),
}

/// One question, group or repeat.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name, unique in the form.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The type of its answer or result.
    pub value: ValueType,
    /// The group or repeat around it.
    pub parent: Option<NodeId>,
    /// What it holds.
    pub children: Vec<NodeId>,
    /// The scope it is answered in.
    pub scope: ScopeId,
    /// Its place among the scope's nodes.
    pub slot: u32,
    /// What is asked.
    pub label: Text,
    /// Help shown with it.
    pub hint: Text,
    /// Help shown on request.
    pub guidance: Text,
    /// `multiline`, `suggest`, …
    pub appearance: String,
    /// The form that a reference points to.
    pub to: Option<String>,
    /// `start`, `end`, `step` of a range.
    pub range: Option<[f64; 3]>,
    /// Personal data.
    pub personal: bool,
    /// The target it feeds, for readers.
    pub indicator: String,
    /// Where its choices come from.
    pub choices: Choices,
    /// Its expressions and messages.
    pub logic: Logic,
}

/// The expressions of a node and what they say.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Logic {
    pub required: Option<Code>,
    pub required_message: Text,
    pub relevant: Option<Code>,
    pub constraint: Option<Code>,
    pub constraint_message: Text,
    pub warning: Option<Code>,
    pub warning_message: Text,
    pub calculation: Option<Code>,
    pub default: Option<Code>,
    pub read_only: Option<Code>,
    pub choice_filter: Option<Code>,
    pub repeat_count: Option<Code>,
    pub unit: Option<Code>,
    pub previous: Option<Code>,
    pub trigger: Option<NodeId>,
}

/// The questions of the form itself or of one repeat.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The scope around it; [`ROOT`] for the form's own.
    pub parent: ScopeId,
    /// The repeat whose rows it describes; `None` for the form's own.
    pub repeat: Option<NodeId>,
    /// Its nodes, in order of slots.
    pub nodes: Vec<NodeId>,
    /// The repeats directly in it, in document order.
    pub inner: Vec<ScopeId>,
}

/// A checked form.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// Its title.
    pub title: Text,
    /// The reference under which its records appear on a timeline.
    pub subject: Option<NodeId>,
    /// The answer that dates its records.
    pub date: Option<NodeId>,
    /// One line for lists.
    pub summary: Option<Code>,
    /// Answers that should be unique across records.
    pub identity: Vec<NodeId>,
    /// Its nodes, in document order.
    pub nodes: Vec<Node>,
    /// Its scopes; the first is its own.
    pub scopes: Vec<Scope>,
    /// Nodes with relevance or a calculation, each behind all that it reads.
    pub order: Vec<NodeId>,
    /// Its choice lists.
    pub lists: Vec<Arc<ChoiceList>>,
    /// Names to nodes.
    pub names: BTreeMap<String, NodeId>,
    /// Its source text.
    pub source: Arc<str>,
    /// SHA-256 of the source.
    pub hash: String,
    /// `id@version@` and 12 digits of the hash of source and list files: what a revision names.
    pub of: String,
}

impl Form {
    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// A node by name.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.names.get(name).copied()
    }

    /// All node ids in document order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The nodes at the top, in order.
    pub fn top(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.ids().filter(|id| self.node(*id).parent.is_none())
    }

    /// The questions outside of every repeat, in order.
    pub fn top_questions(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.scope(ROOT).nodes.iter().copied().filter(|id| self.node(*id).kind == Kind::Question)
    }

    /// A scope.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }

    /// The scope itself, then the scopes around it up to the form's own.
    pub fn around(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> + '_ {
        let mut next = Some(scope);
        std::iter::from_fn(move || {
            let now = next?;
            next = (now != ROOT).then(|| self.scope(now).parent);
            Some(now)
        })
    }

    /// The innermost scope that holds both.
    pub fn common(&self, a: ScopeId, b: ScopeId) -> ScopeId {
        let of_b: Vec<_> = self.around(b).collect();
        self.around(a).find(|s| of_b.contains(s)).unwrap_or(ROOT)
    }

    /// The list from which a choice question's labels come, if it is one of the form's.
    pub fn list(&self, id: NodeId) -> Option<&Arc<ChoiceList>> {
        match self.node(id).choices {
            Choices::List(list) => self.lists.get(list),
            _ => None,
        }
    }

    /// The questions a path names: `energy/k3f9/after` → the node `after`; `None` for `…/#` and for unknown paths.
    pub fn node_of_path(&self, path: &str) -> Option<NodeId> {
        let last = path.rsplit('/').next()?;
        let id = self.find(last)?;
        (path.split('/').count() == 2 * (self.around(self.node(id).scope).count() - 1) + 1).then_some(id)
    }

    /// Whether an answer of this node is kept in records.
    pub fn is_kept(&self, id: NodeId) -> bool {
        let node = self.node(id);
        match node.kind {
            Kind::Question | Kind::Hidden | Kind::Meta(_) => true,
            Kind::Calculate => node.logic.calculation.as_ref().is_some_and(|c| c.calls(expression::function::KEPT)),
            Kind::Group | Kind::Repeat(_) | Kind::Note => false,
        }
    }
}
