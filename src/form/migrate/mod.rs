//! Answers made with an earlier version of a form, as the newer version sees them. Pure.
//!
//! # What is declared
//!
//! ```toml
//! form = "shop"
//! version = 3
//!
//! [[migrate]]                                   # version 1 → 2
//! from = 1
//! step = [
//!   { rename = { from = "area", to = "floor_area" } },            # a question, or a repeat with all that is in it
//!   { split = { from = "contact", into = [
//!       { to = "contact_name", value = "substring-before(${contact}, ',')" },
//!       { to = "phone", value = "substring-after(${contact}, ',')" } ] } },
//! ]
//!
//! [[migrate]]                                   # version 2 → 3
//! from = 2
//! step = [
//!   { retype = { question = "workers", from = "text", to = "integer" } },
//!   { choice = { question = "kind", from = "ice", to = "ice_plant" } },
//!   { unit = { question = "revenue", factor = 1000000 } },        # triệu đồng → đồng, exact
//!   { set = { to = "staff", value = "${men} + ${women}" } },
//!   { move = { question = "power", into = "machines" } },         # into a repeat, or out_of = "machines"
//!   { drop = "fax" },
//! ]
//! ```
//!
//! An entry says what became of answers made with *exactly* version `from` on the way to the next declared version: the
//! next larger `from`, or the form's own. So 1 → 3 is 1 → 2 followed by 2 → 3 and nothing else, and a form carries the
//! whole chain for as long as there may be records of its beginning. "Exactly" rather than "up to": an author has looked
//! at the versions named and at no others. A version in which nothing has to be declared takes an entry without steps. A
//! record of a version for which nothing is declared opens with its own form.
//!
//! A step on a question inside a repeat is done in every row. Steps are done in order. Names are of the version before
//! the step; `to` and `into` are of the version after it. An answer that stands already where another would go stays,
//! unless the expression for it reads it. Expressions see the answers as they are before their step, under
//! the names of then ([`check`] works the names out from the back, from the form's own). They may not read the
//! clock or chance.
//!
//! # What it is not
//!
//! Nothing is ever rewritten. A revision keeps the answers and names that it was made with (invariant 1); [`migrate`]
//! gives a *view* of it, every time it is read. Each revision of a history is seen through it **before** the merge, paths
//! of `wrote` included, so that an edit under an old name on a laptop that has not seen the new form meets an edit under
//! the new one: same answer, same candidates, one conflict or none. The view of a revision depends on that revision and on
//! the form alone, so it cannot depend on the order in which revisions came. What a revision *wrote* it has meant under
//! the old name; the view of it has meant the same under the new:
//!
//! - rename, move: the new path, in place of the old;
//! - retype, choice, unit: the same path;
//! - split: every part, in place of the old path; set: the question, if an answer that the expression reads was written
//!   (a constant belongs to the first revision);
//! - drop: nothing. It stays in the history.
//!
//! A revision saved under the new form holds the answers as seen; the paths that only the migration changed are in its
//! `wrote` too (whoever cannot migrate finds the answers by it) and named in its argument [`CARRIED`]; the view takes them
//! out of `wrote` again. A person did not mean them: were they writes, saving *any* answer on one laptop would contradict
//! an edit of a renamed one on another.
//!
//! # What cannot be read
//!
//! A value that the new type cannot hold stays as it is, under its path, and is a [`Problem`]; so do the answer that could
//! not be split and rows that found no room. A number that would get too long in the new unit stays as *text*, so that
//! nobody takes it for a number in the new unit.

pub mod check;
pub mod compare;
pub mod convert;
mod known;
mod run;

pub use run::{Before, migrate};

use super::list::ChoiceList;
use super::{Form, NodeId};
use crate::locale::Text;
use crate::value::{Decimal, Value, ValueType};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The argument of a revision that names the paths in its `wrote` that only a migration changed.
pub const CARRIED: &str = "carried";

/// What became of answers made with one version on the way to the next declared one.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The version that they were made with.
    pub from: u32,
    /// What is done, in order.
    pub(super) steps: Vec<Step>,
}

/// One checked step.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Rename {
        from: String,
        to: String,
    },
    Retype {
        question: String,
        to: ValueType,
        list: Option<Arc<ChoiceList>>,
    },
    Choice {
        question: String,
        from: String,
        to: String,
        list: Option<Arc<ChoiceList>>,
    },
    Unit {
        question: String,
        factor: Decimal,
    },
    /// `split` (which takes the old answer away) and `set`.
    Compute {
        from: Option<String>,
        parts: Vec<Part>,
    },
    Into {
        question: String,
        repeat: String,
    },
    OutOf {
        question: String,
        repeat: String,
    },
    Drop {
        question: String,
    },
}

/// A question that gets a computed value.
#[derive(Clone, Debug)]
pub(super) struct Part {
    to: String,
    value: ValueType,
    /// A form of the names of then, in which the expression is the calculation of `node`.
    form: Arc<Form>,
    node: NodeId,
    /// The names that the expression reads; for a repeat, that rows come and go.
    reads: BTreeSet<String>,
}

impl Step {
    fn word(&self) -> &'static str {
        match self {
            Self::Rename { .. } => "rename",
            Self::Retype { .. } => "retype",
            Self::Choice { .. } => "choice",
            Self::Unit { .. } => "unit",
            Self::Compute { from: Some(_), .. } => "split",
            Self::Compute { from: None, .. } => "set",
            Self::Into { .. } | Self::OutOf { .. } => "move",
            Self::Drop { .. } => "drop",
        }
    }
}

/// Answers as a newer version sees them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Migrated {
    /// All answers.
    pub answers: BTreeMap<String, Value>,
    /// All notes.
    pub notes: BTreeMap<String, String>,
    /// The paths that were set or cleared.
    pub wrote: BTreeSet<String>,
    /// What was changed, by the path that it has now.
    pub traces: BTreeMap<String, Trace>,
    /// What could not be carried over.
    pub problems: Vec<Problem>,
}

/// How an answer came to be what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The paths that its value was made from, as they were when it was answered.
    pub was: BTreeSet<String>,
    /// The steps, in order: the version behind which they stand, and their kind.
    pub steps: Vec<(u32, &'static str)>,
}

/// An answer that a step could not carry over. It is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The answer that should have got it.
    pub path: String,
    /// Where it is kept.
    pub kept: String,
    /// What is kept there.
    pub value: Value,
    /// Why.
    pub what: Text,
}

impl Problem {
    /// Whether it is still open: the old value stands, and nobody has answered what should have got it.
    pub fn is_open(&self, answers: &BTreeMap<String, Value>) -> bool {
        answers.get(&self.kept) == Some(&self.value) && (self.kept == self.path || !answers.contains_key(&self.path))
    }
}

impl Form {
    /// Whether answers made with `version` have a way to this form.
    pub fn declares(&self, version: u32) -> bool {
        version < self.version && self.migrations.iter().any(|migration| migration.from == version)
    }
}
