//! Words of the screens that depend on a value.

use crate::locale::{Lang, say};
use crate::record::history::State;

/// A record's state.
pub fn state(state: State, lang: Lang) -> String {
    use say::screen as s;
    match state {
        State::Draft => s::state_draft(lang),
        State::Submitted => s::state_submitted(lang),
        State::Approved => s::state_approved(lang),
        State::Returned => s::state_returned(lang),
        State::Void => s::state_void(lang),
    }
}
