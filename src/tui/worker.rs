//! Carries effects out, one after the other, on a thread of its own: the only part of the screens that touches the store.

use super::listing::Listing;
use super::message::{Behind, Effect, FormLine, Gathered, Message, Overview, Reply, Submission};
use super::task;
use crate::error::Failure;
use crate::interview::json::InputProblem;
use crate::locale::Text;
use crate::record::history::State;
use crate::store::{Draft, Store};
use crate::workbench::edit::EditProblem;
use crate::workbench::library::Library;
use crate::workbench::opening::Glimpse;
use crate::workbench::related::{Gathering, references};
use crate::workbench::watch::Watch;
use crate::workbench::{Desk, Settings, attaching, demo};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};

/// The worker's state.
pub struct Worker {
    settings: Settings,
    desk: Option<Desk>,
    watch: Watch,
    /// Told what can be shown before a store is open.
    early: Option<Sender<Message>>,
}

impl Worker {
    /// Before the store is open.
    pub fn new(settings: Settings) -> Self {
        Self { settings, desk: None, watch: Watch::default(), early: None }
    }

    /// Lets somebody watch long work and stop it.
    pub fn watched_by(&mut self, watch: Watch) {
        self.watch = watch;
    }

    /// Tells what can be shown of a store while it is still being looked through.
    pub fn tells_early(&mut self, sender: Sender<Message>) {
        self.early = Some(sender);
    }

    /// Does one thing; most things have one reply.
    pub fn carry_out(&mut self, effect: Effect) -> Option<Reply> {
        match self.attempt(effect) {
            Ok(reply) => reply,
            Err(failure) if self.desk.is_none() => Some(Reply::Fatal(failure)),
            Err(failure) => Some(Reply::Failed(failure)),
        }
    }

    /// Whether something was typed that is not durable yet.
    pub fn has_unsynced(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.store().has_unsynced_drafts())
    }

    /// Makes what was typed durable.
    pub fn sync_typed(&mut self) -> Option<Reply> {
        let desk = self.desk.as_mut()?;
        desk.store_mut().sync_drafts().err().map(|problem| Reply::Failed(problem.into()))
    }

    fn attempt(&mut self, effect: Effect) -> Result<Option<Reply>, Failure> {
        match effect {
            Effect::Open if !Store::exists(&self.settings.data_dir) => Ok(Some(Reply::NoStore)),
            Effect::Open => self.open().map(Some),
            Effect::Create(identity) => match Desk::create(&self.settings, identity) {
                Ok(_) => self.open().map(Some),
                // A commune that does not exist is no reason to end: the welcome stays.
                Err(failure) => Ok(Some(Reply::Failed(failure))),
            },
            Effect::Demo => {
                if !Store::exists(&self.settings.data_dir) {
                    demo::create(&self.settings)?;
                }
                self.open()?;
                let desk = self.desk()?;
                demo::fill(desk, DEMO_RECORDS, "1")?;
                self.open().map(Some)
            }
            // Before there is a store these stand in what it is made with.
            Effect::Language(_) | Effect::TypingMode(_) | Effect::Glance | Effect::Report(..) | Effect::Task(_) if self.desk.is_none() => Ok(None),
            Effect::Quit => match self.desk.take().map(Desk::close) {
                Some(Err(failure)) => Ok(Some(Reply::Fatal(failure))),
                _ => Ok(Some(Reply::Closed)),
            },
            effect => self.work(effect),
        }
    }

    fn desk(&mut self) -> Result<&mut Desk, Failure> {
        self.desk.as_mut().ok_or_else(|| crate::store::StoreProblem::NotThere(self.settings.data_dir.clone()).into())
    }

    fn open(&mut self) -> Result<Reply, Failure> {
        let shown = Arc::new(OnceLock::new());
        let notices = match &self.desk {
            Some(_) => Vec::new(),
            None => {
                let (early, known) = (self.early.clone(), shown.clone());
                let show = move |glimpse: Glimpse| {
                    let listing = known.get_or_init(|| Arc::new(Listing::new(glimpse.rows.clone())));
                    early.iter().for_each(|early| show_early(early, &glimpse, listing));
                };
                let (mut desk, notices) = Desk::open_showing(self.settings.clone(), show)?;
                desk.set_watch(self.watch.clone());
                let lang = desk.lang();
                self.desk = Some(desk);
                notices.iter().map(|n| super::words::notice(n, lang)).collect()
            }
        };
        let desk = self.desk()?;
        // Mostly nothing came since: then the lists need not be worked out again.
        let overview = match shown.get().filter(|listing| listing.rows().is_same(desk.rows())) {
            Some(listing) => overview_with(desk, listing.clone()),
            None => overview(desk),
        };
        Ok(Reply::Opened { identity: desk.identity().clone(), forms: forms(desk.library()), overview, notices })
    }

    fn work(&mut self, effect: Effect) -> Result<Option<Reply>, Failure> {
        let desk = self.desk()?;
        match effect {
            Effect::Begin { form, subject, given } => {
                let form = desk.form(&form)?;
                let gathered = subject.iter().map(|s| (s.clone(), desk.gather(s))).collect();
                Ok(Some(Reply::Begun { record: desk.new_record(), form, subject, given, gathered }))
            }
            Effect::Edit(record) => edit(desk, record).map(Some),
            Effect::Gather(reference) => Ok(Some(Reply::Gathered(vec![(reference.clone(), desk.gather(&reference))]))),
            Effect::Typing { record, path, text } => {
                desk.store_mut().keep_typing(&record, &path, &text)?;
                Ok(None)
            }
            Effect::Attach { record, path, file } => {
                let read = attaching::attach(&file, Some(&desk.dir().join(attaching::FOLDER)));
                Ok(Some(Reply::Attached { record, path, file, read }))
            }
            Effect::Keep(draft) => {
                desk.keep_draft(*draft)?;
                Ok(Some(Reply::Kept(drafts(desk))))
            }
            Effect::Discard(record) => {
                desk.end_draft(&record)?;
                Ok(Some(Reply::Kept(drafts(desk))))
            }
            Effect::Submit(submission) => {
                let Submission { record, form, content } = *submission;
                desk.submit(&record, &form, content)?;
                Ok(Some(Reply::Saved { record, overview: overview(desk) }))
            }
            Effect::Look(record) => look(desk, &record).map(Some),
            Effect::Void { record, reason } => {
                desk.void(&record, &reason)?;
                Ok(Some(Reply::Saved { record, overview: overview(desk) }))
            }
            effect => decide(desk, effect),
        }
    }
}

fn forms(library: &Library) -> Vec<FormLine> {
    let forms = library.ids().into_iter().filter_map(|id| library.form(&id).ok());
    forms.map(|form| FormLine { id: form.id.clone(), title: form.title.clone(), has_subject: form.subject.is_some() }).collect()
}

fn show_early(early: &Sender<Message>, glimpse: &Glimpse, listing: &Arc<Listing>) {
    let behind = if glimpse.is_clean { Behind::Opening } else { Behind::Checking };
    let _ = early.send(Message::Reply(Box::new(Reply::Glimpsed { identity: glimpse.identity.clone(), forms: forms(&glimpse.library), listing: listing.clone(), behind })));
}

/// Enough to look around in.
const DEMO_RECORDS: usize = 200;

fn decide(desk: &mut Desk, effect: Effect) -> Result<Option<Reply>, Failure> {
    match effect {
        Effect::Plan(path) => desk.sync(&path, true).map(|plan| Some(Reply::Planned(path, plan))),
        Effect::Sync(path) => {
            let done = desk.sync(&path, false)?;
            let mut identity = desk.identity().clone();
            identity.central_files.retain(|f| *f != path.display().to_string());
            identity.central_files.insert(0, path.display().to_string());
            identity.central_files.truncate(8);
            desk.store_mut().set_identity(identity)?;
            Ok(Some(Reply::Synced(path, done, overview(desk))))
        }
        Effect::Conflicts => desk.conflicts().map(|open| Some(Reply::Conflicts(open))),
        Effect::Resolve { record, path, choice, reason } => match desk.resolve(&record, &path, &choice, &reason) {
            Ok(revision) => Ok(Some(Reply::Done(task::decided(desk, &[revision])))),
            Err(EditProblem::Failure(failure)) => Err(failure),
            Err(EditProblem::Answers(problems)) => Err(told(problems)),
        },
        Effect::Task(task) => task::carry_out(desk, task).map(|outcome| Some(Reply::Done(outcome))),
        Effect::Report(period, by) => {
            let report = desk.report_by(period.as_deref(), by.as_deref())?;
            let period = report.period.clone();
            desk.store().view().spare();
            Ok(Some(Reply::Report(Box::new(report), period)))
        }
        Effect::Glance => {
            let report = Box::new(desk.glance()?);
            desk.store().view().spare();
            Ok(Some(Reply::Glance(report)))
        }
        Effect::TypingMode(mode) => {
            let mut identity = desk.identity().clone();
            identity.typing = mode.code().to_owned();
            desk.store_mut().set_identity(identity)?;
            Ok(None)
        }
        Effect::Language(lang) => {
            let mut identity = desk.identity().clone();
            identity.language = lang.code().to_owned();
            desk.store_mut().set_identity(identity)?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

fn told(problems: Vec<InputProblem>) -> Failure {
    let text = |lang| problems.iter().map(|p| p.message.get(lang).to_owned()).collect::<Vec<_>>().join("; ");
    Failure::new(crate::error::Exit::Refused, Text::both(text))
}

fn drafts(desk: &Desk) -> Vec<Draft> {
    desk.store().draft_list().cloned().collect()
}

/// The lists as they are now.
pub(super) fn overview(desk: &Desk) -> Overview {
    overview_with(desk, Arc::new(Listing::new(desk.rows().clone())))
}

fn overview_with(desk: &Desk, listing: Arc<Listing>) -> Overview {
    Overview { listing, drafts: drafts(desk), unsynced: desk.unsynced() }
}

fn edit(desk: &mut Desk, record: String) -> Result<Reply, Failure> {
    let asked = desk.row(&record).filter(|row| row.state == State::Returned).map(|_| desk.questions(&record)).transpose()?.unwrap_or_default();
    let mut opened = {
        let world = Gathering::new(desk, &record);
        desk.open_record(&record, &world)?
    };
    // A record that was returned opens at what is asked about.
    if let Some(asked) = asked.into_iter().next().filter(|_| opened.cursor.is_empty()) {
        opened.cursor = asked.path;
    }
    let wanted = references(opened.interview.form(), &opened.interview.derived().instance);
    let gathered: Gathered = wanted.into_iter().map(|reference| (reference.clone(), desk.gather(&reference))).collect();
    Ok(Reply::Editing { record, interview: Box::new(opened.interview), parents: opened.parents, typing: opened.typing, cursor: opened.cursor, undo: opened.undo, gathered })
}

fn look(desk: &Desk, record: &str) -> Result<Reply, Failure> {
    let standing = desk.standing(record)?;
    let migrated = standing.told();
    let history = standing.seen().revisions().to_vec();
    let related = desk.row(record).and_then(|row| desk.related(row)).map(std::sync::Arc::new);
    let about = desk.gather(record).into_iter().filter(|r| r.row.record != record).collect();
    Ok(Reply::Looked { related, history, migrated, about })
}
