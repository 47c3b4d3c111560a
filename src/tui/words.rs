//! Words of the screens that depend on a value.

use crate::locale::{Lang, date, say};
use crate::record::history::State;
use crate::record::revision::Act;
use crate::store::Notice;
use std::path::Path;

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

/// A theme.
pub fn theme(theme: super::theme::Theme, lang: Lang) -> String {
    use super::theme::Theme;
    use say::looking as l;
    match theme {
        Theme::Dark => l::theme_dark(lang),
        Theme::Light => l::theme_light(lang),
        Theme::Sixteen => l::theme_sixteen(lang),
        Theme::Plain => l::theme_plain(lang),
    }
}

/// What was repaired while opening.
pub fn notice(notice: &Notice, lang: Lang) -> String {
    match notice {
        Notice::Rebuilt(aside) => say::cli::rebuilt(lang, aside.display()),
        Notice::Refilled(count) => say::store::refilled(lang, count),
        Notice::Upgraded(format) => say::store::upgraded(lang, format),
        Notice::TornTail(kept) => say::store::torn_tail(lang, kept.display()),
        Notice::ClockBehind(last) => say::store::clock_behind(lang, date::local(*last).format("%d/%m/%Y")),
        Notice::Damaged { lines, recovered, lost, kept } => {
            let what = if lines.is_empty() { say::store::shortened(lang, recovered) } else { say::store::damaged(lang, numbers(lines), recovered) };
            let lost = (*lost > 0).then(|| say::store::lost(lang, lost));
            [Some(what), lost, old_file(kept.as_deref(), lang)].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Notice::Drafts(lines, kept) => {
            let what = if lines.is_empty() { say::store::drafts_changed(lang) } else { say::store::drafts_damaged(lang, numbers(lines)) };
            [Some(what), old_file(kept.as_deref(), lang)].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Notice::Identity(kept) => [Some(say::store::identity_restored(lang)), old_file(kept.as_deref(), lang)].into_iter().flatten().collect::<Vec<_>>().join(" "),
    }
}

/// Line numbers for a sentence; of very many the first.
pub fn numbers(lines: &[u64]) -> String {
    const MOST: usize = 20;
    let shown: Vec<String> = lines.iter().take(MOST).map(u64::to_string).collect();
    let more = lines.len().saturating_sub(MOST);
    if more == 0 { shown.join(", ") } else { format!("{} … (+{more})", shown.join(", ")) }
}

fn old_file(kept: Option<&Path>, lang: Lang) -> Option<String> {
    kept.map(|kept| say::store::kept(lang, kept.display()))
}
