//! How the sync is drawn: the offered files, the plan, how far it is, what it did and what lies beside.

use super::super::app::Shared;
use super::super::draw::{self, Frame};
use super::super::theme;
use super::sync::Sync;
use crate::exchange::union::Tally;
use crate::locale::plain::plain;
use crate::locale::{Lang, number, say, say::looking as l, say::screen as s};
use crate::workbench::transfer::Synced;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::path::Path;

/// Files offered at once.
const OFFERED: usize = 4;

/// Lines of what lies beside a sync.
const BESIDE: usize = 6;

impl Sync {
    /// Draws it.
    pub fn view(&self, shared: &Shared, frame: &mut Frame<'_>, area: Rect) {
        let lang = shared.lang;
        draw::heading(frame, area, 0, &s::sync_title(lang));
        draw::text(frame, Rect { y: area.y + 1, height: 2.min(area.height), ..area }, &s::sync_intro(lang));
        let (text, column) = self.path.window(area.width as usize - 3);
        draw::line(frame, area, 3, &format!("▸ {}", draw::pad(&text, area.width as usize - 3)), theme::field());
        if self.running.is_none() {
            frame.set_cursor_position((area.x + 2 + column as u16, area.y + 3));
        }
        let offers = self.offers(shared);
        if !offers.is_empty() {
            draw::line(frame, area, 4, &s::sync_recent(lang, offers.len()), theme::faint());
        }
        let shows_offers = self.planned.is_none() && self.done.is_none() && self.running.is_none();
        let list = if shows_offers { offers.len().min(OFFERED) as u16 } else { 0 };
        if list > 0 {
            let here = self.offered.unwrap_or(usize::MAX);
            let drive = |path: &str| self.drives.iter().any(|drive| drive.display().to_string() == path);
            let place = Rect { x: area.x + 2, y: area.y + 5, width: area.width.saturating_sub(2), height: list };
            draw::list(frame, place, offers.len(), here, |at| if drive(&offers[at]) { format!("{} {}", l::on_drive(lang), offers[at]) } else { offers[at].clone() });
        }
        let from = 6 + list;
        let result = Rect { y: area.y + from, height: area.height.saturating_sub(from), ..area };
        if let Some(done) = self.running {
            view_running(done, lang, frame, result);
        } else if let Some(done) = &self.done {
            draw::heading(frame, result, 0, &s::sync_done(lang));
            view_tally(done, false, lang, frame, result);
        } else if let Some((_, plan)) = &self.planned {
            draw::heading(frame, result, 0, &s::sync_plan(lang));
            view_tally(plan, true, lang, frame, result);
        } else {
            draw::text(frame, result, &s::sync_help(lang, shared.unsynced));
        }
    }
}

fn view_running(done: u64, lang: Lang, frame: &mut Frame<'_>, area: Rect) {
    draw::heading(frame, area, 0, &l::syncing(lang));
    draw::line(frame, area, 1, &l::lines_seen(lang, number::format(&done.to_string(), lang)), theme::faint());
    draw::line(frame, area, 2, &l::can_cancel(lang), theme::strong());
}

fn view_tally(synced: &Synced, is_plan: bool, lang: Lang, frame: &mut Frame<'_>, area: Rect) {
    let Tally { new, known, sent, merged, conflicts, duplicates } = synced.tally;
    let rows = [
        (s::tally_new(lang, new), Style::default()),
        (s::tally_sent(lang, sent), Style::default()),
        (s::tally_known(lang, known), theme::faint()),
        (s::tally_merged(lang, merged), Style::default()),
        (s::tally_conflicts(lang, conflicts), if conflicts > 0 { theme::alert() } else { theme::faint() }),
        (s::tally_duplicates(lang, duplicates), if duplicates > 0 { theme::warning() } else { theme::faint() }),
    ];
    let mut row = 1;
    for (text, style) in rows {
        draw::line(frame, area, row, &text, style);
        row += 1;
    }
    for text in beside(synced, is_plan, lang).into_iter().take(BESIDE) {
        draw::line(frame, area, row, &format!("! {text}"), theme::warning());
        row += 1;
    }
    if is_plan {
        if synced.creates {
            draw::line(frame, area, row + 1, &s::sync_creates(lang), theme::alert());
        }
        draw::line(frame, area, row + 2, &s::sync_go(lang), theme::strong());
    }
}

/// `42–57, 60`
fn runs(runs: &[(u64, u64)]) -> String {
    const SHOWN: usize = 4;
    let run = |(first, last): &(u64, u64)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    let more = if runs.len() > SHOWN { ", …" } else { "" };
    runs.iter().take(SHOWN).map(run).collect::<Vec<_>>().join(", ") + more
}

/// What people should know beside the counts: two laptops under one name, missing numbers, attached files.
fn beside(synced: &Synced, is_plan: bool, lang: Lang) -> Vec<String> {
    use say::exchange as e;
    let beside = &synced.beside;
    let carried = &beside.carried;
    let name = |kept: &Path| plain(&kept.file_name().unwrap_or_default().to_string_lossy());
    let mut lines: Vec<String> = beside.kept.iter().map(|kept| l::central_gone(lang, name(kept))).collect();
    lines.extend(beside.forks.iter().map(|(device, of)| e::fork(lang, plain(device), runs(of))));
    lines.extend(beside.missing.iter().map(|(device, of)| e::gap(lang, plain(device), runs(of))));
    lines.extend(carried.failed.iter().map(|(file, why)| e::attachment_failed(lang, file.display(), why.lines(lang).join(" "))));
    lines.extend(carried.damaged.iter().map(|file| e::attachment_damaged(lang, file.display())));
    if !carried.missing.is_empty() {
        lines.push(l::attachments_missing(lang, carried.missing.len()));
    }
    match carried.copied {
        0 => {}
        count if is_plan => lines.push(e::attachments_would_copy(lang, count)),
        count => lines.push(e::attachments_copied(lang, count)),
    }
    lines
}
