//! Long work tells how far it is, and is told whether to go on.

use crate::error::{Exit, Failure};
use crate::locale::{Text, say};
use std::sync::Arc;

/// Told how many lines were looked at; says whether to go on.
type Tell = dyn Fn(u64) -> bool + Send + Sync;

/// Told as soon as what was asked to be saved is durable.
type Saved = dyn Fn() + Send + Sync;

/// Who watches; nobody by default.
#[derive(Clone, Default)]
pub struct Watch {
    tell: Option<Arc<Tell>>,
    saved: Option<Arc<Saved>>,
}

impl Watch {
    /// Somebody who is told how many lines were looked at and says whether to go on.
    pub fn new(tell: impl Fn(u64) -> bool + Send + Sync + 'static) -> Self {
        Self { tell: Some(Arc::new(tell)), saved: None }
    }

    /// Also tells as soon as a revision is durable: what lists and figures read is brought up to date after that.
    #[must_use]
    pub fn and_saved(self, saved: impl Fn() + Send + Sync + 'static) -> Self {
        Self { saved: Some(Arc::new(saved)), ..self }
    }

    /// A revision is durable.
    pub(super) fn saved(&self) {
        if let Some(saved) = &self.saved {
            saved();
        }
    }

    /// Tells, and asks.
    pub fn goes_on(&self, lines: u64) -> bool {
        self.tell.as_ref().is_none_or(|tell| tell(lines))
    }
}

/// What is said where somebody stopped it: nothing was changed.
pub fn stopped() -> Failure {
    Failure::new(Exit::Refused, Text::both(say::looking::stopped))
}
