//! What is asked: a form's definition, checked and resolved. Pure.
//!
//! A reader ([`toml`], [`xform`]) makes a [`draft::Draft`] with places; [`check`] makes it a [`Form`] or lists *all* its problems.
//! A form never changes while it is used; what was answered lives in [`instance::Instance`].

pub mod check;
mod check_author;
pub mod check_lists;
pub mod check_logic;
mod check_templates;
pub mod check_text;
pub mod choices;
pub mod column;
pub mod document;
pub mod draft;
pub mod expression;
pub mod instance;
pub mod list;
mod list_file;
pub mod migrate;
pub mod plan;
pub mod problem;
pub mod projection;
mod speak;
pub mod template;
pub mod toml;
pub mod toml_write;
pub mod workbook;
pub mod world;
pub mod xform;
pub mod xlsform;
pub mod xlsform_write;

use crate::locale::Text;
use crate::value::ValueType;
use expression::Code;
use list::ChoiceList;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What a reader gives: the form as written with the problems of its shape, or why it is no form at all.
pub type Read = Result<(draft::Draft, Vec<problem::Problem>), (draft::Source, Vec<problem::Problem>)>;

/// Reads a form's text as what it is.
///
/// # Errors
/// The text is no form at all.
pub fn read(name: &str, text: &str) -> Read {
    if workbook::is_text(text) {
        return xlsform::read_text(name, text);
    }
    if xform::is_text(text) {
        return xform::read(name, text);
    }
    toml::read(name, text)
}

/// Reads a form file's bytes as what they are: a workbook or text.
///
/// # Errors
/// The bytes are no form at all.
pub fn read_bytes(name: &str, bytes: &[u8]) -> Read {
    if workbook::is_workbook(bytes) {
        return xlsform::read_bytes(name, bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => read(name, text),
        Err(_) => read(name, &String::from_utf8_lossy(bytes)),
    }
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
    /// The nodes of a path, each with a value and a label.
    Nodes(Box<Itemset>),
}

/// Choices made of nodes: rows of this form or elements of a document.
#[derive(Clone, Debug)]
pub struct Itemset {
    /// The nodes.
    pub nodes: Code,
    /// What is kept, from a node.
    pub value: Code,
    /// What is shown, from a node.
    pub label: Code,
    /// The list whose labels are shown, where the nodes are its rows.
    pub list: Option<usize>,
}

/// When an action sets an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// When a new record is begun.
    FirstLoad,
    /// Whenever a record is opened.
    Load,
    /// When a row around the question is added.
    NewRow,
    /// When this answer changes.
    Changed(NodeId),
}

/// An action: at an event the question gets a value, which a person may change afterwards.
#[derive(Clone, Debug)]
pub struct Action {
    /// When.
    pub event: Event,
    /// What; blank clears.
    pub value: Code,
}

/// One question, group or repeat.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its name, unique in its group.
    pub name: String,
    /// By which its answers are kept, unique in the form: the name of the first node that has it, else with its group's
    /// before it (`address.name`).
    pub key: String,
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
    /// A repeat whose rows people neither add nor remove.
    pub fixed_rows: bool,
    /// The target it feeds, for readers.
    pub indicator: String,
    /// Where its choices come from.
    pub choices: Choices,
    /// Its expressions and messages.
    pub logic: Logic,
}

/// The choices of a question are shown in any order.
#[derive(Clone, Debug)]
pub struct Shuffle {
    /// What the order follows from; without it every showing has its own.
    pub seed: Option<Code>,
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
    pub shuffle: Option<Shuffle>,
    pub repeat_count: Option<Code>,
    pub unit: Option<Code>,
    pub previous: Option<Code>,
    pub triggers: Vec<NodeId>,
    pub actions: Vec<Action>,
    /// Texts that hold `${…}`, by their column.
    pub templates: template::Templates,
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
    /// In which order nodes are derived, and what follows when one changes.
    pub plan: plan::Plan,
    /// Its version as written; `version` is 1 where that is no number.
    pub written_version: String,
    /// Texts by id, for `jr:itext`.
    pub itext: BTreeMap<String, Text>,
    /// Those of them that hold `${…}`.
    pub itext_templates: BTreeMap<String, template::Template>,
    /// The languages of its texts, the default first.
    pub languages: Vec<String>,
    /// The first values of a new record, where the form writes them out.
    pub initial: Vec<draft::Initial>,
    /// Its choice lists.
    pub lists: Vec<Arc<ChoiceList>>,
    /// The labels that hold `${…}`, by list and the place of the choice.
    pub choice_templates: BTreeMap<(usize, usize), template::Template>,
    /// How answers made with earlier versions become its own, by version.
    pub migrations: Vec<migrate::Migration>,
    /// The name of the root element in absolute paths.
    pub root: String,
    /// Documents that expressions walk through: secondary instances, and lists seen as such.
    pub documents: Vec<Arc<document::Document>>,
    /// The list that each document is made of, if any.
    pub document_lists: Vec<Option<usize>>,
    /// Instance ids to documents.
    pub instances: BTreeMap<String, usize>,
    /// Keys to nodes.
    pub keys: HashMap<String, NodeId>,
    /// Names to nodes, in document order.
    pub names: HashMap<String, Vec<NodeId>>,
    /// Its source text.
    pub source: Arc<str>,
    /// SHA-256 of the source.
    pub hash: String,
    /// `id@version@` and 12 digits of the hash of source and list files: what a revision names.
    pub of: String,
}

impl Node {
    /// A text column: `label`, `hint`, `guidance_hint`, a message.
    pub fn text(&self, column: &str) -> &Text {
        match column {
            "hint" => &self.hint,
            "guidance_hint" => &self.guidance,
            "required_message" => &self.logic.required_message,
            "constraint_message" => &self.logic.constraint_message,
            "warning_message" => &self.logic.warning_message,
            _ => &self.label,
        }
    }
}

impl Form {
    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// A node by its key, by which answers are kept.
    pub fn find(&self, key: &str) -> Option<NodeId> {
        self.keys.get(key).copied()
    }

    /// The node of a name that is directly inside an element; `None` is the root element.
    pub fn child(&self, element: Option<NodeId>, name: &str) -> Option<NodeId> {
        self.names.get(name)?.iter().copied().find(|id| self.node(*id).parent == element)
    }

    /// The first node of a name anywhere inside an element.
    pub fn inside(&self, element: Option<NodeId>, name: &str) -> Option<NodeId> {
        self.names.get(name)?.iter().copied().find(|id| self.is_inside(*id, element))
    }

    /// Whether a node is anywhere inside an element.
    pub fn is_inside(&self, id: NodeId, element: Option<NodeId>) -> bool {
        element.is_none() || self.ancestors(id).any(|above| Some(above) == element)
    }

    /// The nodes around a node, from the inside out.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.node(id).parent, |above| self.node(*above).parent)
    }

    /// The node that `${name}` means at a holder: of several of that name, the one that shares most of what is around.
    pub fn question_near(&self, name: &str, holder: Option<NodeId>) -> Option<NodeId> {
        let all = self.names.get(name)?;
        let (Some(holder), [_, _, ..]) = (holder, all.as_slice()) else { return all.first().copied() };
        let around: Vec<NodeId> = std::iter::once(holder).chain(self.ancestors(holder)).collect();
        let shared = |id: &NodeId| self.ancestors(*id).filter(|above| around.contains(above)).count();
        all.iter().copied().rev().max_by_key(shared)
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
