//! `khuyencong`: offline field surveys for a provincial industrial-extension programme.
//!
//! Collaborators record on laptops without a network; their stores sync with one central export file; supervisors merge,
//! settle conflicts and report against the programme's targets. This page is the map of the code.
//!
//! # Words
//!
//! | word | means |
//! |---|---|
//! | form | a definition: questions, logic, checks; has an id and a version |
//! | question, group, repeat | parts of a form |
//! | interview | a form being answered: form + answers + derived state |
//! | answer, value | what a person gave, and its typed value; kept even while its question is not relevant |
//! | state | what is *derived* from answers: relevance, computed values, problems. Never stored as truth |
//! | record | one filled form, known for life by its UUIDv7 |
//! | revision | one immutable saved version of a record, with parents |
//! | history | the set of a record's revisions |
//! | conflict | two revisions, neither knowing the other, that give one answer different values |
//! | reference | an answer that names another record |
//! | store | everything kept on this laptop: a journal, and a view of it |
//! | central file | the export file that stores sync with |
//! | programme, target, indicator, period | what the province promised; how it is counted; when |
//!
//! # Who may import whom
//!
//! Left may import right, nothing else: no cycles. `tests/tidy.rs` reads this table and the code. *Pure* folders name no
//! file system, environment, clock, thread, random source, sled, ratatui, `HashMap` or printing: time, ids and
//! randomness come in as arguments.
//!
//! | folder | may import | pure | what it is for |
//! |---|---|---|---|
//! | value | – | pure | an answer's types, one canonical text |
//! | locale | – | pure | Vietnamese and English: sentences, numbers, dates, search |
//! | disk | – | | replacing files, locks, free space: where systems differ |
//! | form | value locale | pure | what is asked: reading and writing forms, checking, expressions |
//! | interview | form value locale | pure | asking it: answer → derive → outline |
//! | record | value | pure | what was answered: revision, canonical line, history, merge, clock |
//! | exchange | record value | | central file: read, verify, union, write |
//! | store | record value disk | | keeping it here: the only user of sled and bincode |
//! | programme | interview form record value locale | pure | targets, periods, figures with their records |
//! | export | programme record form value locale interview | | records as tables for other programs, reports and minutes as files for people |
//! | intake | export form value locale interview | | what other programs wrote → answers: CSV, JSON and XML submissions, Excel registers |
//! | error | store exchange record disk locale | | every error as a sentence with a way out |
//! | workbench | error export intake programme store exchange record interview form value locale disk | | a person at work on one store: what screens and commands both do |
//! | tui | workbench error export intake programme store exchange record interview form value locale disk | | the only user of ratatui and crossterm |
//! | cli | tui workbench error export intake programme store exchange record interview form value locale disk | | one short file a command group: the only place that prints |
//!
//! # Three journeys
//!
//! 1. **A keypress**: input thread → [`tui::message::Message`] → [`tui::app::App::update`], which does no input or output
//!    and gives [`tui::message::Effect`]s → [`tui::worker::Worker`], in order, on its own thread → reply →
//!    [`tui::app::App::view`] from state alone. "Saved" is shown only after the fsync.
//! 2. **A form definition**: TOML ([`form::toml`]), a workbook ([`form::workbook`] → [`form::xlsform`]) or an XForm
//!    ([`form::xform`]) → [`form::draft::Draft`] with places → [`form::check::check`] for its author, [`form::check::load`] for
//!    use → a [`form::Form`] with its [`form::plan::Plan`], or all its problems → [`interview::Interview::begin`] → [`interview::outline::lines`] → screen.
//!    Writers ([`form::toml_write`], [`form::xlsform_write`]) start from the draft again.
//! 3. **An export**: [`store`] → canonical sorted lines → [`exchange::union::union`] → each revision as its
//!    form's newest version sees it ([`form::migrate`]) → [`record::merge::merge`] →
//!    [`interview::derive::derive`] → [`programme::figure::figures`] → report.
//!
//! # Invariants
//!
//! 1. A revision never changes; merging is a set union of revisions.
//! 2. Derived state is never stored as truth.
//! 3. What the screen calls saved survives kill -9 and a power cut.
//! 4. The same revisions in, in any order, give the same bytes out.
//! 5. Loading a form, a store or a file never panics, whatever the bytes.
//! 6. Nothing typed by a person is discarded by the program: only a person voids, and a void is a revision too.
//! 7. Every number in a report opens to the records that it was counted from.

#![warn(missing_docs)]

pub mod cli;
pub mod disk;
pub mod error;
pub mod exchange;
pub mod export;
pub mod form;
pub mod intake;
pub mod interview;
pub mod locale;
pub mod programme;
pub mod record;
pub mod store;
pub mod tui;
pub mod value;
pub mod workbench;
