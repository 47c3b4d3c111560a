//! Long work tells how far it is, and is told whether to go on.

use crate::error::{Exit, Failure};
use crate::locale::{Text, say};
use std::sync::Arc;

/// Told how many lines were looked at; says whether to go on.
type Tell = dyn Fn(u64) -> bool + Send + Sync;

/// Who watches; nobody by default.
#[derive(Clone, Default)]
pub struct Watch(Option<Arc<Tell>>);

impl Watch {
    /// Somebody who is told how many lines were looked at and says whether to go on.
    pub fn new(tell: impl Fn(u64) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    /// Tells, and asks.
    pub fn goes_on(&self, lines: u64) -> bool {
        self.0.as_ref().is_none_or(|tell| tell(lines))
    }
}

/// What is said where somebody stopped it: nothing was changed.
pub fn stopped() -> Failure {
    Failure::new(Exit::Refused, Text::both(say::looking::stopped))
}
