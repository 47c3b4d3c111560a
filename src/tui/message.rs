//! What comes in and what is to be done: plain data, so that a test can compare it.

use super::listing::Listing;
use super::typing::Mode;
use crate::form::Form;
use crate::interview::Interview;
use crate::locale::{Lang, Text, say};
use crate::programme::period::Period;
use crate::record::Revision;
use crate::record::revision::RevisionId;
use crate::store::{Change, Draft, Identity};
use crate::value::FileRef;
use crate::workbench::edit::{Choice, OpenConflict};
use crate::workbench::related::Related;
use crate::workbench::reporting::Report;
use crate::workbench::transfer::Synced;
use crate::workbench::{Content, related};
use crossterm::event::KeyEvent;
use std::path::PathBuf;
use std::sync::Arc;

/// Something that happened.
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The window changed its size.
    Resize,
    /// The system asks the program to end.
    Terminate,
    /// A click, or a turn of the wheel.
    Mouse(crossterm::event::MouseEvent),
    /// How far the worker is: so many lines were looked at.
    Progress(u64),
    /// A revision is durable; the lists that show it follow in a reply.
    Durable,
    /// The worker has done something.
    Reply(Box<Reply>),
}

/// Something to be done by the worker. Carried out in order; a revision is never dropped, a waiting draft may give way to
/// a newer one.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open the store.
    Open,
    /// Make the store, then open it.
    Create(Identity),
    /// Make a demo store, then open it.
    Demo,
    /// Begin a record of a form, about a record if given.
    Begin {
        /// The form.
        form: String,
        /// What it is about.
        subject: Option<String>,
        /// Answers that are known already.
        given: Vec<(String, String)>,
    },
    /// Open a draft or a record to edit it.
    Edit(String),
    /// Find what is known about a record.
    Gather(String),
    /// Keep what is being typed.
    Typing {
        /// The draft.
        record: String,
        /// The field.
        path: String,
        /// Its text.
        text: String,
    },
    /// Read a file and keep a copy of it: the answer to a question.
    Attach {
        /// The record.
        record: String,
        /// The question.
        path: String,
        /// The path of the file, as typed.
        file: String,
    },
    /// Keep a draft.
    Keep(Box<Draft>),
    /// Throw a draft away.
    Discard(String),
    /// Hand a record in.
    Submit(Box<Submission>),
    /// Show a record with its history.
    Look(String),
    /// Strike a record out.
    Void {
        /// The record.
        record: String,
        /// Why.
        reason: String,
    },
    /// Show what a sync would do.
    Plan(PathBuf),
    /// Sync.
    Sync(PathBuf),
    /// Show the conflicts.
    Conflicts,
    /// Settle a conflict.
    Resolve {
        /// The record.
        record: String,
        /// The answer.
        path: String,
        /// With what.
        choice: Choice,
        /// Why.
        reason: String,
    },
    /// Count what the desk shows of the programme.
    Glance,
    /// Count a period (the whole programme without one), parted by a dimension or not.
    Report(Option<String>, Option<String>),
    /// A decision, an explanation, a paper.
    Task(super::task::Task),
    /// Give up what is being done, where nothing was changed yet.
    Cancel,
    /// Remember how Vietnamese is typed.
    TypingMode(Mode),
    /// Remember the language.
    Language(Lang),
    /// Close the store and end.
    Quit,
}

impl Effect {
    /// Begins a record of a form, about a record if given.
    pub fn begin(form: impl Into<String>, subject: Option<String>) -> Self {
        Self::Begin { form: form.into(), subject, given: Vec::new() }
    }
}

/// A record to hand in.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The record.
    pub record: String,
    /// Its form.
    pub form: Arc<Form>,
    /// Its answers.
    pub content: Content,
}

impl PartialEq for Submission {
    fn eq(&self, other: &Self) -> bool {
        self.record == other.record && self.content.answers == other.content.answers && self.content.notes == other.content.notes
    }
}

/// A form at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormLine {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: crate::locale::Text,
    /// Whether its records are about an establishment.
    pub has_subject: bool,
}

/// The lists that many screens show.
#[derive(Clone, Default)]
pub struct Overview {
    /// All records.
    pub listing: Arc<Listing>,
    /// All drafts.
    pub drafts: Vec<Draft>,
    /// Revisions that no sync has carried away yet.
    pub unsynced: usize,
}

/// What is known about references: of each the record itself and those that name it.
pub type Gathered = Vec<(String, Vec<Arc<Related>>)>;

/// What goes on behind what is shown already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// The store is being opened; what is shown is how it was left.
    Opening,
    /// The store ended uncleanly and is being looked through; what is shown may lack something.
    Checking,
}

impl Behind {
    /// As it is told.
    pub fn text(self, lang: Lang) -> String {
        match self {
            Self::Opening => say::screen::opening(lang),
            Self::Checking => say::screen::checking(lang),
        }
    }
}

/// What the worker has done.
pub enum Reply {
    /// There is no store yet.
    NoStore,
    /// The store is being opened, or looked through after an unclean end; this is what can be shown meanwhile.
    Glimpsed {
        /// Who works here.
        identity: Identity,
        /// The forms.
        forms: Vec<FormLine>,
        /// The records.
        listing: Arc<Listing>,
        /// Why it takes a while.
        behind: Behind,
    },
    /// The store is open.
    Opened {
        /// Who works here.
        identity: Identity,
        /// The forms.
        forms: Vec<FormLine>,
        /// The lists.
        overview: Overview,
        /// What was repaired.
        notices: Vec<String>,
    },
    /// A new record can be filled in.
    Begun {
        /// Its id.
        record: String,
        /// Its form.
        form: Arc<Form>,
        /// What it is about.
        subject: Option<String>,
        /// Answers that are known already.
        given: Vec<(String, String)>,
        /// What is known about that.
        gathered: Gathered,
    },
    /// A record or draft can be edited.
    Editing {
        /// Its id.
        record: String,
        /// As it stands.
        interview: Box<Interview>,
        /// The heads that it was opened from.
        parents: Vec<RevisionId>,
        /// What was typed but is no answer.
        typing: std::collections::BTreeMap<String, String>,
        /// Where the cursor stood.
        cursor: String,
        /// The steps that can be taken back.
        undo: Vec<Change>,
        /// What is known about its references.
        gathered: Gathered,
    },
    /// What is known about a reference.
    Gathered(Gathered),
    /// A file was read, or why not.
    Attached {
        /// The record.
        record: String,
        /// The question.
        path: String,
        /// What was typed.
        file: String,
        /// What it is.
        read: Result<FileRef, Text>,
    },
    /// A draft is durable.
    Kept(Vec<Draft>),
    /// A revision is durable.
    Saved {
        /// Its record.
        record: String,
        /// The lists now.
        overview: Overview,
    },
    /// A record with its history.
    Looked {
        /// Its answers.
        related: Option<Arc<Related>>,
        /// Its revisions.
        history: Vec<Revision>,
        /// Of which version it was made, and what could not be carried over from there.
        migrated: Vec<Text>,
        /// Records about it.
        about: Vec<Arc<related::Related>>,
    },
    /// What a sync would do.
    Planned(PathBuf, Synced),
    /// What a sync did.
    Synced(PathBuf, Synced, Overview),
    /// The conflicts.
    Conflicts(Vec<OpenConflict>),
    /// The figures and, for tables, the period.
    Report(Box<Report>, Period),
    /// The headline targets, for the desk.
    Glance(Box<Report>),
    /// A task is done.
    Done(super::task::Outcome),
    /// It could not be done.
    Failed(crate::error::Failure),
    /// It could not be done, and the program cannot go on.
    Fatal(crate::error::Failure),
    /// All is closed.
    Closed,
}
