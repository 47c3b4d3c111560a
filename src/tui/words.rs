//! Words of the screens that depend on a value.

use crate::locale::{Lang, say};
use crate::record::history::State;
use crate::record::revision::Act;
use crate::store::Notice;

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

/// What a revision did.
pub fn act(act: &Act, lang: Lang) -> String {
    use say::screen as s;
    match act {
        Act::Save => s::act_save(lang),
        Act::Submit => s::act_submit(lang),
        Act::Approve => s::act_approve(lang),
        Act::Return => s::act_return(lang),
        Act::Answer => s::act_answer(lang),
        Act::Void => s::act_void(lang),
        Act::Resolve => s::act_resolve(lang),
        Act::Link => s::act_link(lang),
        Act::Apart => s::act_apart(lang),
        Act::Undo => s::act_undo(lang),
        Act::Unknown(word) => word.clone(),
    }
}

/// What was repaired while opening.
pub fn notice(notice: &Notice, lang: Lang) -> String {
    match notice {
        Notice::Rebuilt(aside) => say::cli::rebuilt(lang, aside.display()),
        Notice::TornTail => say::cli::torn_tail(lang),
        Notice::Damaged { lines, recovered, kept } => {
            let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
            say::cli::journal_damaged(lang, lines.join(", "), recovered, kept.display())
        }
    }
}
