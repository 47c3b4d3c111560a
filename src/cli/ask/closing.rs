//! The end of asking: what is wrong, and whether to hand it in.

use super::super::record::one_line;
use super::{Asking, Reply, agrees};
use crate::error::Failure;
use crate::interview::derive::{Finding, Severity};
use crate::interview::outline::Line;
use crate::locale::say::line as s;
use crate::workbench::Content;
use crate::workbench::related::Gathering;
use std::process::ExitCode;

/// What becomes of it.
pub(super) enum Closing {
    /// Handed in.
    Saved,
    /// Left as a draft.
    Leave,
    /// Back to this question.
    Again(String),
    /// Help was told: the same again.
    Told,
}

impl Asking<'_, '_> {
    /// Tells what is wrong; hands it in, goes back to the first problem, or leaves the draft, as the person wants.
    pub(super) fn close(&mut self) -> Result<Closing, Failure> {
        let lang = self.lang;
        let open: Vec<Finding> = self.interview.blocking().collect();
        if open.is_empty() {
            self.tell(&format!("\n{}", s::ready(lang)));
            self.prompt(&s::hand_in(lang));
            return match self.read() {
                Reply::Answer(typed) if agrees(&typed) => self.hand_in(),
                Reply::Back => Ok(self.last().map_or(Closing::Leave, Closing::Again)),
                Reply::Help => Ok(self.told_keys()),
                _ => Ok(Closing::Leave),
            };
        }
        self.tell(&format!("\n{}", s::problems(lang, open.len())));
        for (at, finding) in open.iter().enumerate() {
            let label = self.words((finding.row, finding.node), "label");
            let mark = if finding.severity == Severity::Hard { "✗" } else { "⚠" };
            self.tell(&format!("  {}. {mark} {label}: {}", at + 1, finding.message.get(lang)));
        }
        self.prompt(&s::mend(lang));
        Ok(match self.read() {
            Reply::Help => self.told_keys(),
            Reply::Keep => Closing::Again(self.seat(&open[0])),
            Reply::Back => self.last().map_or(Closing::Leave, Closing::Again),
            Reply::Answer(typed) => match typed.parse::<usize>().ok().and_then(|n| open.get(n.checked_sub(1)?)) {
                Some(finding) => Closing::Again(self.seat(finding)),
                None => Closing::Leave,
            },
            _ => Closing::Leave,
        })
    }

    /// `?`: what works; then the end is asked again.
    fn told_keys(&mut self) -> Closing {
        self.tell(&format!("  {}", s::keys(self.lang)));
        Closing::Told
    }

    /// Where a problem is set right: at its question, or where a row is added.
    fn seat(&self, finding: &Finding) -> String {
        let here = |path: &str| self.lines().iter().any(|(_, line)| self.path(*line).as_deref() == Some(path));
        if here(&finding.path) { finding.path.clone() } else { format!("{}+", finding.path) }
    }

    /// The last question that is asked.
    fn last(&self) -> Option<String> {
        self.lines().into_iter().rev().map(|(_, line)| line).find(|line| matches!(line, Line::Question(..)) && self.is_stop(*line)).and_then(|line| self.path(line))
    }

    fn hand_in(&mut self) -> Result<Closing, Failure> {
        {
            let world = Gathering::new(self.desk, &self.record);
            self.interview.finish(self.desk.around(&world));
        }
        if !self.parents.is_empty() && self.interview.changed().is_empty() {
            self.tell(&crate::locale::say::screen::nothing_changed(self.lang));
            return Ok(Closing::Leave);
        }
        let form = self.interview.form().clone();
        let content = Content::of(&self.interview, self.parents.clone());
        self.desk.submit(&self.record, &form, content)?;
        let summary = self.desk.row(&self.record).map_or_else(String::new, |row| one_line(&row.summary));
        self.tell(&format!("{} {} {summary}", self.record, form.id));
        Ok(Closing::Saved)
    }

    /// The draft stays; how to take it up again.
    pub(super) fn leave(mut self) -> Result<ExitCode, Failure> {
        if self.parents.is_empty() && self.interview.is_untouched(&[]) {
            self.tell(&format!("\n{}", s::nothing_kept(self.lang)));
            return Ok(ExitCode::SUCCESS);
        }
        self.keep()?;
        let (record, form) = (self.record.clone(), self.interview.form().id.clone());
        self.tell(&format!("\n{}", s::kept(self.lang, &record)));
        self.tell(&format!("khuyencong record add --form {form} --ask --resume {record}"));
        Ok(ExitCode::SUCCESS)
    }
}
