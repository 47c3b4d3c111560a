//! `record add --ask`: the same interview, question by question, on a plain terminal, a pipe or a screen reader. A line is
//! asked, a line is read; nothing is drawn.

mod choosing;
mod closing;
mod saying;

use super::record::text;
use crate::error::Failure;
use crate::form::instance::RowId;
use crate::form::{Kind, NodeId};
use crate::interview::derive::Severity;
use crate::interview::outline::{self, Line};
use crate::interview::{Interview, entry};
use crate::locale::{Lang, Text, fold, say::line as s};
use crate::record::revision::RevisionId;
use crate::value::{Value, ValueType};
use crate::workbench::related::Gathering;
use crate::workbench::{Desk, attaching};
use clap::ArgMatches;
use std::io::{BufRead, Read, Write};
use std::process::ExitCode;

/// A longer line is no answer that a person types.
const LONGEST_LINE: u64 = 1 << 20;

/// What a read line asks for.
enum Reply {
    /// Nothing more will come.
    End,
    /// The answer stays as it is.
    Keep,
    Help,
    Back,
    Clear,
    Previous,
    Answer(String),
}

/// The interview and where it stands.
struct Asking<'d, 'i> {
    desk: &'d mut Desk,
    input: &'i mut dyn BufRead,
    record: String,
    parents: Vec<RevisionId>,
    interview: Interview,
    lang: Lang,
    /// The choices that were last numbered.
    numbered: Vec<String>,
    /// Nothing can be told any more: the other end is gone.
    silent: bool,
}

/// Where to go from a question.
enum Turn {
    Next,
    Back,
    End,
}

pub fn ask(matches: &ArgMatches, desk: &mut Desk) -> Result<ExitCode, Failure> {
    let lang = desk.lang();
    let mut stdin = std::io::stdin().lock();
    let mut asking = match matches.get_one::<String>("resume") {
        Some(start) => {
            let record = desk.find(start)?;
            let opened = {
                let world = Gathering::new(desk, &record);
                desk.open_record(&record, &world)?
            };
            Asking { record, parents: opened.parents, interview: opened.interview, desk, input: &mut stdin, lang, numbered: Vec::new(), silent: false }
        }
        None => {
            let form = desk.form(text(matches, "form"))?;
            let record = desk.new_record();
            let interview = {
                let world = Gathering::new(desk, &record);
                Interview::begin(form, &desk.who(), desk.around(&world))
            };
            Asking { record, parents: Vec::new(), interview, desk, input: &mut stdin, lang, numbered: Vec::new(), silent: false }
        }
    };
    asking.tell(&format!("{} · {}", asking.interview.form().title.get(lang), s::how_to_answer(lang)));
    asking.walk()
}

impl Asking<'_, '_> {
    /// All lines of all sections, each with its section.
    fn lines(&self) -> Vec<(usize, Line)> {
        let sections = outline::sections(&self.interview);
        sections.iter().enumerate().flat_map(|(at, section)| outline::lines(&self.interview, section).into_iter().map(move |line| (at, line))).collect()
    }

    fn is_stop(&self, line: Line) -> bool {
        let world = Gathering::new(self.desk, &self.record);
        outline::is_stop(&self.interview, line, self.desk.around(&world))
    }

    /// The path of a line, with `+` behind it for the place to add a row: what stays the same while rows come and go.
    fn path(&self, line: Line) -> Option<String> {
        let form = self.interview.form();
        let instance = &self.interview.derived().instance;
        match line {
            Line::Question(row, node) => Some(instance.path(form, row, node)),
            Line::Add(row, node) => Some(instance.path(form, row, node) + "+"),
            _ => None,
        }
    }

    /// Through all questions, then the summary, and from there back to what is wrong, until it is handed in or left.
    fn walk(mut self) -> Result<ExitCode, Failure> {
        let mut from: Option<String> = None;
        loop {
            if matches!(self.walk_from(from.take())?, Turn::End) {
                return self.leave();
            }
            from = loop {
                match self.close()? {
                    closing::Closing::Saved => return Ok(ExitCode::SUCCESS),
                    closing::Closing::Leave => return self.leave(),
                    closing::Closing::Again(path) => break Some(path),
                    closing::Closing::Told => {}
                }
            };
        }
    }

    /// Asks from a question on (the first one without), in order.
    fn walk_from(&mut self, from: Option<String>) -> Result<Turn, Failure> {
        let mut lines = self.lines();
        let start = from.and_then(|path| lines.iter().position(|(_, line)| self.path(*line).as_deref() == Some(&path)));
        let mut at = start.unwrap_or(0);
        let mut section = usize::MAX;
        while at < lines.len() {
            let (of, line) = lines[at];
            if of != section {
                section = of;
                self.say_section(section);
            }
            if !self.is_stop(line) {
                self.say_line(line);
                at += 1;
                continue;
            }
            let path = self.path(line).unwrap_or_default();
            let turn = match line {
                Line::Add(..) => self.offer_row(path.trim_end_matches('+'))?,
                _ => self.question(line)?,
            };
            lines = self.lines();
            let here = lines.iter().position(|(_, line)| self.path(*line).as_deref() == Some(&path)).unwrap_or(at.min(lines.len()));
            match turn {
                Turn::End => return Ok(Turn::End),
                Turn::Back => at = (0..here).rev().find(|at| self.is_stop(lines[*at].1)).unwrap_or(here),
                // A row that was added stands before the place that offered it: it is asked now.
                Turn::Next => at = if path.ends_with('+') && here > at { at } else { here + 1 },
            }
        }
        Ok(Turn::Next)
    }

    /// Asks one question until its answer is right or is left as it is.
    fn question(&mut self, line: Line) -> Result<Turn, Failure> {
        let Line::Question(row, node) = line else { return Ok(Turn::Next) };
        self.say_question(row, node);
        loop {
            let reply = self.read();
            // Rows are numbered anew when one comes or goes; here none does.
            let outcome = match reply {
                Reply::End => return Ok(Turn::End),
                Reply::Back => return Ok(Turn::Back),
                Reply::Keep => return self.reason((row, node)),
                Reply::Help => {
                    self.say_help(row, node);
                    continue;
                }
                Reply::Clear => self.answer((row, node), None)?,
                Reply::Previous => match self.previous(row, node) {
                    Some(value) => self.answer((row, node), Some(value))?,
                    None => Some(Text::both(crate::locale::say::screen::no_previous)),
                },
                Reply::Answer(typed) => match self.understand(&typed, (row, node)) {
                    Ok(Some(value)) => self.answer((row, node), value)?,
                    // Several choices were found and are told; one of them is to be picked.
                    Ok(None) => continue,
                    Err(problem) => Some(problem),
                },
            };
            match outcome {
                None => {
                    self.say_understood(row, node);
                    return self.reason((row, node));
                }
                Some(problem) => {
                    self.tell(&format!("✗ {}", problem.get(self.lang)));
                    self.prompt("");
                }
            }
        }
    }

    /// What a line means at a question. `Ok(None)`: it named several choices, which were told.
    fn understand(&mut self, typed: &str, at: (RowId, NodeId)) -> Result<Option<Option<Value>>, Text> {
        let question = self.interview.form().node(at.1);
        if question.value == ValueType::File {
            let folder = self.desk.dir().join(attaching::FOLDER);
            return attaching::attach(typed, Some(&folder)).map(|file| Some(Some(Value::File(file))));
        }
        if matches!(question.value, ValueType::SelectOne | ValueType::SelectMultiple | ValueType::Rank | ValueType::Reference) {
            return self.choose(typed, at);
        }
        let world = Gathering::new(self.desk, &self.record);
        entry::read(typed, self.interview.form(), self.interview.derived(), at, self.desk.around(&world)).map(Some)
    }

    /// Takes an answer and keeps the draft; a sentence if it is not right.
    fn answer(&mut self, (row, node): (RowId, NodeId), value: Option<Value>) -> Result<Option<Text>, Failure> {
        let path = self.interview.derived().instance.path(self.interview.form(), row, node);
        let blank = value.is_none();
        {
            let world = Gathering::new(self.desk, &self.record);
            self.interview.answer(&path, value, self.desk.around(&world));
        }
        self.keep()?;
        Ok(match self.interview.derived().problem_at(row, node) {
            Some((Severity::Hard, message)) if !blank => Some(message.clone()),
            _ => None,
        })
    }

    /// An unusual answer without a reason: asks for one; going on without is allowed until it is handed in.
    fn reason(&mut self, (row, node): (RowId, NodeId)) -> Result<Turn, Failure> {
        let path = self.interview.derived().instance.path(self.interview.form(), row, node);
        let Some((Severity::Soft, message)) = self.interview.derived().problem_at(row, node) else { return Ok(Turn::Next) };
        if self.interview.notes().contains_key(&path) {
            return Ok(Turn::Next);
        }
        let message = message.get(self.lang).to_owned();
        self.tell(&format!("⚠ {message}"));
        self.prompt(&s::reason(self.lang));
        match self.read() {
            Reply::End => return Ok(Turn::End),
            Reply::Back => return Ok(Turn::Back),
            Reply::Answer(reason) => {
                self.interview.note(&path, &reason);
                self.keep()?;
            }
            _ => {}
        }
        Ok(Turn::Next)
    }

    /// Whether to add a row to a repeat.
    fn offer_row(&mut self, repeat: &str) -> Result<Turn, Failure> {
        self.say_rows(repeat);
        match self.read() {
            Reply::End => Ok(Turn::End),
            Reply::Back => Ok(Turn::Back),
            Reply::Answer(typed) if agrees(&typed) => {
                let key = self.desk.new_key();
                {
                    let world = Gathering::new(self.desk, &self.record);
                    self.interview.add_row(repeat, &key, self.desk.around(&world));
                }
                self.keep()?;
                Ok(Turn::Next)
            }
            _ => Ok(Turn::Next),
        }
    }

    fn keep(&mut self) -> Result<(), Failure> {
        let mut draft = {
            let world = Gathering::new(self.desk, &self.record);
            self.desk.draft_of(&self.record, &self.parents, &self.interview, self.desk.around(&world))
        };
        draft.cursor = String::new();
        self.desk.keep_draft(draft)
    }

    fn previous(&self, row: RowId, node: NodeId) -> Option<Value> {
        let world = Gathering::new(self.desk, &self.record);
        self.interview.previous(row, node, self.desk.around(&world))
    }

    /// A line of the input.
    fn read(&mut self) -> Reply {
        let mut bytes = Vec::new();
        let read = (&mut *self.input).take(LONGEST_LINE).read_until(b'\n', &mut bytes);
        if self.silent || !matches!(read, Ok(1..)) {
            return Reply::End;
        }
        let text = fold::nfc(&String::from_utf8_lossy(&bytes));
        match text.trim().trim_start_matches('\u{feff}') {
            "" => Reply::Keep,
            "?" => Reply::Help,
            "<" => Reply::Back,
            "-" => Reply::Clear,
            "=" => Reply::Previous,
            typed => Reply::Answer(typed.to_owned()),
        }
    }

    /// Tells a line. When nobody hears it any more, what was answered is kept.
    fn tell(&mut self, text: &str) {
        let lines: Vec<String> = text.lines().map(crate::locale::plain::plain).collect();
        self.silent |= writeln!(std::io::stdout(), "{}", lines.join("\n")).is_err();
    }

    fn prompt(&mut self, text: &str) {
        let mut out = std::io::stdout();
        self.silent |= write!(out, "{text}> ").and_then(|()| out.flush()).is_err();
    }

    /// Whether a node is a question or result with something to say.
    fn is_kind(&self, node: NodeId, kind: Kind) -> bool {
        self.interview.form().node(node).kind == kind
    }
}

/// Whether a line says yes.
fn agrees(typed: &str) -> bool {
    ["c", "co", "y", "yes", "1", "+"].contains(&fold::fold(typed).as_str())
}
