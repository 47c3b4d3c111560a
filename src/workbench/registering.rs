//! Excel registers → records: a map is proposed once and then followed; good rows come in, bad ones are handed back with reasons.

use super::chance::Chance;
use super::refresh::identity_text;
use super::{Desk, bringing};
use crate::error::{Exit, Failure};
use crate::form::Form;
use crate::intake::grid::{Cell, GridProblem, Sheet};
use crate::intake::map::{MapProblem, Proposal, RegisterMap};
use crate::intake::register::{Bound, CellProblem, Reader, Row, Skip, put, skip, text_at};
use crate::intake::{grid, identity, map, propose};
use crate::interview::Interview;
use crate::interview::json::InputProblem;
use crate::locale::{Lang, Text, fold, say};
use crate::record::history::State;
use crate::store::GUARDED_THREAD;
use crate::value::{Value, is_record_id};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What to bring in.
#[derive(Clone, Debug)]
pub struct Request {
    /// The form's id.
    pub form: String,
    /// The register.
    pub file: PathBuf,
    /// The map; it is written when it is not there.
    pub map: PathBuf,
    /// The sheet, if asked for.
    pub sheet: Option<String>,
    /// The header's row from 1, if asked for.
    pub header: Option<usize>,
    /// Only look.
    pub plan: bool,
}

/// What becomes of a row.
#[derive(Debug)]
pub enum Verdict {
    /// It is a record: its id, its one line, and its soft problems.
    Good(String, String, Vec<InputProblem>),
    /// It came in before.
    Known(String),
    /// It says the same as an earlier row, whose number this is.
    Twin(usize),
    /// It has problems.
    Bad(Vec<CellProblem>),
    /// It is no record.
    Skipped(Skip),
}

/// What became of a register.
#[derive(Debug, Default)]
pub struct Imported {
    /// The rows by their number.
    pub rows: Vec<(usize, Verdict)>,
    /// Whether the map was proposed just now.
    pub proposed: bool,
    /// Whether the good rows were saved.
    pub saved: bool,
    /// Columns that the map does not name.
    pub unmapped: Vec<String>,
    /// Where rows went that did not come in.
    pub rejected: Option<PathBuf>,
}

impl Imported {
    /// How many rows are good, bad, and known.
    pub fn tally(&self) -> (usize, usize, usize) {
        let count = |test: fn(&Verdict) -> bool| self.rows.iter().filter(|(_, verdict)| test(verdict)).count();
        (count(|v| matches!(v, Verdict::Good(..))), count(|v| matches!(v, Verdict::Bad(_))), count(|v| matches!(v, Verdict::Known(_) | Verdict::Twin(_))))
    }
}

/// A sheet with its map.
struct Bearings<'s> {
    sheet: &'s Sheet,
    map: RegisterMap,
    header: usize,
    headers: Vec<String>,
}

impl Desk {
    /// Looks at a register, or brings its good rows in.
    ///
    /// # Errors
    /// The file or the map cannot be used: nothing is changed. (A proposed map is written.)
    pub fn import_register(&mut self, request: &Request) -> Result<Imported, Failure> {
        let form = self.form(&request.form)?;
        let sheets = sheets_of(&request.file)?;
        let mut imported = Imported::default();
        let text = match std::fs::read_to_string(&request.map) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                imported.proposed = true;
                let (text, any) = propose_map(&form, &sheets, request, self.lang())?;
                crate::disk::replace(&request.map, text.as_bytes()).map_err(|e| Failure::io(&request.map, &e))?;
                if !any {
                    let hint = Text::both(|l| say::data::nothing_matches_hint(l, request.map.display()));
                    return Err(Failure::new(Exit::Refused, Text::both(|l| say::data::nothing_matches(l, request.file.display()))).hint(hint));
                }
                text
            }
            Err(error) => return Err(Failure::io(&request.map, &error)),
        };
        let map = map::read(&text, &form).map_err(|problems| bad_map(&request.map, &problems))?;
        let bearings = Bearings::take(&form, &sheets, map, request)?;
        imported.unmapped = bearings.unmapped();
        let interviews = self.judge(&form, &bearings, request, &mut imported)?;
        if !request.plan && !imported.proposed {
            imported.rejected = reject(&bearings, &imported.rows, request, self.lang())?;
            self.hand_in(&form, interviews)?;
            imported.saved = true;
        }
        Ok(imported)
    }

    fn judge(&self, form: &Arc<Form>, bearings: &Bearings<'_>, request: &Request, imported: &mut Imported) -> Result<Vec<(String, Interview)>, Failure> {
        let (bound, id) = bearings.bind(request)?;
        let refer = |form: &str, text: &str| self.refer(form, text);
        let reader = Reader { form, map: &bearings.map, bound, id, refer: &refer, today: self.now().date() };
        let (mut above, mut seen, mut interviews) = (Vec::new(), BTreeMap::new(), Vec::new());
        for (at, cells) in bearings.sheet.rows.iter().enumerate().skip(bearings.header + 1) {
            let verdict = match skip(cells, reader.bound.len()) {
                Some(Skip::Blank) => continue,
                Some(skipped) => Verdict::Skipped(skipped),
                None => {
                    let row = reader.row(cells, &mut above);
                    let record = identity::derived("row", &format!("{}\n{}", form.id, row.identity));
                    if self.row(&record).is_some() {
                        Verdict::Known(record)
                    } else if let Some(first) = seen.get(&record) {
                        Verdict::Twin(*first)
                    } else {
                        seen.insert(record.clone(), at + 1);
                        self.judge_row(&reader, row, record, &mut interviews)
                    }
                }
            };
            imported.rows.push((at + 1, verdict));
        }
        Ok(interviews)
    }

    fn judge_row(&self, reader: &Reader<'_>, row: Row, record: String, interviews: &mut Vec<(String, Interview)>) -> Verdict {
        let Row { mut answers, mut problems, digits, said, .. } = row;
        let fill = |answers: &serde_json::Map<String, Json>| {
            let mut keys = Chance::of_record(self.settings(), self.store(), &format!("{record} rows"));
            self.fill(reader.form.clone(), &record, &Json::Object(answers.clone()), &mut keys, false)
        };
        let mut filled = fill(&answers);
        // Excel takes the first zero from a telephone number or a code.
        if let Err(found) = &filled {
            let short: Vec<_> = digits.iter().filter(|place| found.iter().any(|p| p.path == place.path)).collect();
            for place in &short {
                let text = text_at(&answers, place).map(|text| format!("0{text}"));
                put(&mut answers, place, text.map_or(Json::Null, Json::String));
            }
            if !short.is_empty() {
                let again = fill(&answers);
                let better = again.as_ref().map_or_else(|left| left.len() < found.len(), |_| true);
                filled = if better { again } else { filled };
            }
        }
        match filled {
            Ok((interview, soft)) if problems.is_empty() => {
                let summary = {
                    let world = super::related::Gathering::new(self, &record);
                    interview.summary(self.around(&world))
                };
                interviews.push((record.clone(), interview));
                Verdict::Good(record, summary, soft)
            }
            Ok(_) => Verdict::Bad(problems),
            Err(found) => {
                for problem in found {
                    // A cell that could not be read has said why already.
                    if !problems.iter().any(|p| p.path == problem.path) {
                        problems.push(at_cell(reader, problem, &said));
                    }
                }
                Verdict::Bad(problems)
            }
        }
    }

    /// The one record of a form that a register means: by its id, by an answer that is unique, by its one line, by its words.
    fn refer(&self, form: &str, text: &str) -> Result<String, Text> {
        let lower = text.trim().to_lowercase();
        if is_record_id(&lower) && self.row(&lower).is_some() {
            return Ok(lower);
        }
        let (folded, bare, query) = (fold::fold(text), identity_text(&Value::text(text)), fold::Query::new(text));
        let rows = || self.rows().values().filter(|row| row.form == form && row.state != State::Void);
        let identical = || rows().filter(|row| row.identity.iter().any(|(_, value)| *value == bare)).collect::<Vec<_>>();
        let named = || rows().filter(|row| fold::fold(&row.summary) == folded || row.summary.split(" · ").next().map(fold::fold).as_deref() == Some(&folded)).collect::<Vec<_>>();
        let found = || rows().filter(|row| !query.is_empty() && query.matches(&row.search)).collect::<Vec<_>>();
        let tiers: [&dyn Fn() -> Vec<_>; 3] = [&identical, &named, &found];
        match tiers.into_iter().map(|tier| tier()).find(|rows| !rows.is_empty()).unwrap_or_default()[..] {
            [one] => Ok(one.record.to_string()),
            [] => Err(Text::both(|l| say::data::no_such_record(l, text))),
            _ => Err(Text::both(|l| say::data::several_such_records(l, text))),
        }
    }
}

/// A problem of the interview at the cell that it came from.
fn at_cell(reader: &Reader<'_>, problem: InputProblem, said: &BTreeMap<String, String>) -> CellProblem {
    let bound = reader.bound.iter().find(|bound| bound.place.path == problem.path);
    let value = said.get(&problem.path).cloned().unwrap_or_default();
    CellProblem { column: bound.map(|bound| (bound.at, bound.rule.header.clone())), value, path: problem.path, message: problem.message }
}

/// Damaged workbooks can make their reader panic: it runs where that ends nothing.
fn sheets_of(file: &Path) -> Result<Vec<Sheet>, Failure> {
    let shown = file.display().to_string();
    let bytes = bytes_of_register(&shown)?;
    let thread = std::thread::Builder::new().name(GUARDED_THREAD.to_owned()).spawn(move || grid::read(&bytes));
    let read = thread.map_err(|e| Failure::io(file, &e))?.join().unwrap_or_else(|_| Err(GridProblem::Unreadable(String::new())));
    let refused = |what: Text| Failure::new(Exit::Refused, what);
    read.map_err(|problem| match problem {
        GridProblem::Empty => refused(Text::both(|l| say::data::empty_file(l, &shown))),
        GridProblem::Unreadable(why) => {
            refused(Text::both(|l| say::data::unreadable_workbook(l, &shown))).why(Text::plain(why)).hint(Text::both(say::data::unreadable_workbook_hint))
        }
        GridProblem::Locked => refused(Text::both(|l| say::data::locked_workbook(l, &shown))).hint(Text::both(say::data::locked_workbook_hint)),
        GridProblem::TooLarge => refused(Text::both(|l| say::data::file_too_large(l, &shown))).hint(Text::both(say::data::file_too_large_hint)),
        GridProblem::LongCell(place) => refused(Text::both(|l| say::data::cell_too_long(l, &shown, &place))).hint(Text::both(say::data::cell_too_long_hint)),
    })
}

fn bytes_of_register(shown: &str) -> Result<Vec<u8>, Failure> {
    bringing::bytes_of(shown)
}

/// The sheet that is asked for, else the one whose header names the most questions.
fn choose_sheet<'s>(form: &Form, sheets: &'s [Sheet], wanted: &str, request: &Request) -> Result<&'s Sheet, Failure> {
    if let [only] = sheets
        && (only.name.is_empty() || wanted.is_empty())
    {
        return Ok(only);
    }
    if !wanted.is_empty() {
        let named = sheets.iter().find(|sheet| sheet.name == wanted).or_else(|| sheets.iter().find(|sheet| fold::fold(&sheet.name) == fold::fold(wanted)));
        let names = sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>().join(", ");
        let failure = || {
            let what = Text::both(|l| say::data::no_sheet(l, request.file.display(), wanted));
            Failure::new(Exit::Refused, what).hint(Text::both(|l| say::data::no_sheet_hint(l, &names)))
        };
        return named.ok_or_else(failure);
    }
    let fit = |sheet: &Sheet| {
        let at = propose::header_row(form, &sheet.rows);
        at.map_or(0, |at| propose::guess(form, &propose::headers(&sheet.rows, at)).iter().flatten().map(|g| u32::from(g.score)).sum::<u32>())
    };
    let best = sheets.iter().enumerate().map(|(at, sheet)| (fit(sheet), std::cmp::Reverse(at), sheet)).max_by_key(|(fit, at, _)| (*fit, *at));
    best.map(|(.., sheet)| sheet).ok_or_else(|| Failure::new(Exit::Refused, Text::both(|l| say::data::empty_file(l, request.file.display()))))
}

fn no_header(request: &Request) -> Failure {
    Failure::new(Exit::Refused, Text::both(|l| say::data::no_header(l, request.file.display()))).hint(Text::both(say::data::no_header_hint))
}

/// A map for the register, and whether any column of it means a question.
fn propose_map(form: &Form, sheets: &[Sheet], request: &Request, lang: Lang) -> Result<(String, bool), Failure> {
    let sheet = choose_sheet(form, sheets, request.sheet.as_deref().unwrap_or_default(), request)?;
    let asked = request.header.and_then(|row| row.checked_sub(1)).filter(|at| *at < sheet.rows.len());
    let found = if request.header.is_some() { asked } else { propose::header_row(form, &sheet.rows) };
    let header = found.ok_or_else(|| no_header(request))?;
    let headers = propose::headers(&sheet.rows, header);
    let guesses = propose::guess(form, &headers);
    let proposal = Proposal { form, sheet: &sheet.name, header, headers: &headers, guesses: &guesses };
    Ok((map::write(&proposal, lang), guesses.iter().any(Option::is_some)))
}

fn bad_map(path: &Path, problems: &[MapProblem]) -> Failure {
    let lines = |lang: Lang| {
        let line = |p: &MapProblem| if p.line == 0 { p.message.get(lang).to_owned() } else { say::data::map_line(lang, p.line, p.message.get(lang)) };
        problems.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    Failure::new(Exit::Refused, Text::both(|l| say::data::bad_map(l, path.display()))).why(Text::both(lines)).hint(Text::both(say::data::bad_map_hint))
}

/// White space and case do not tell headers apart.
fn same(a: &str, b: &str) -> bool {
    a == b || fold::fold(a) == fold::fold(b)
}

impl<'s> Bearings<'s> {
    fn take(form: &Form, sheets: &'s [Sheet], map: RegisterMap, request: &Request) -> Result<Self, Failure> {
        let sheet = choose_sheet(form, sheets, request.sheet.as_deref().unwrap_or(&map.sheet), request)?;
        let named = |at: usize| {
            let headers = propose::headers(&sheet.rows, at);
            map.rules.iter().filter(|rule| rule.place.is_some() && headers.iter().any(|h| same(h, &rule.header))).count()
        };
        let written = map.header.checked_sub(1).filter(|at| *at < sheet.rows.len());
        let asked = request.header.map_or(written, |row| row.checked_sub(1));
        // Rows may have been put above the header since the map was made.
        let searched = || (0..sheet.rows.len().min(100)).map(|at| (named(at), std::cmp::Reverse(at))).max().filter(|(count, _)| *count > 0).map(|(_, at)| at.0);
        let header = asked.filter(|at| request.header.is_some() || named(*at) > 0).or_else(searched).ok_or_else(|| no_header(request))?;
        let headers = propose::headers(&sheet.rows, header);
        Ok(Self { sheet, map, header, headers })
    }

    fn column(&self, header: &str, letter: Option<&str>) -> Option<usize> {
        let mut fits: Vec<usize> = (0..self.headers.len()).filter(|at| !header.is_empty() && same(&self.headers[*at], header)).collect();
        fits.sort_by_key(|at| letter.is_none_or(|letter| !grid::letter(*at).eq_ignore_ascii_case(letter)));
        fits.first().copied()
    }

    fn bind(&self, request: &Request) -> Result<(Vec<Bound<'_>>, Option<usize>), Failure> {
        let (mut bound, mut problems) = (Vec::new(), Vec::new());
        for rule in &self.map.rules {
            let Some(place) = &rule.place else { continue };
            match self.column(&rule.header, rule.column.as_deref()) {
                Some(at) => bound.push(Bound { at, rule, place }),
                None => problems.push(MapProblem { line: 0, message: Text::both(|l| say::data::no_column(l, &rule.header)) }),
            }
        }
        let id = self.column(&self.map.id, None);
        if !self.map.id.is_empty() && id.is_none() {
            problems.push(MapProblem { line: 0, message: Text::both(|l| say::data::no_id_column(l, &self.map.id)) });
        }
        if !problems.is_empty() {
            return Err(bad_map(&request.map, &problems));
        }
        if bound.is_empty() {
            let hint = Text::both(|l| say::data::nothing_matches_hint(l, request.map.display()));
            return Err(Failure::new(Exit::Refused, Text::both(|l| say::data::nothing_matches(l, request.file.display()))).hint(hint));
        }
        Ok((bound, id))
    }

    fn unmapped(&self) -> Vec<String> {
        let named = |header: &&String| header.is_empty() || self.map.rules.iter().any(|rule| same(&rule.header, header));
        self.headers.iter().filter(|header| !named(header)).cloned().collect()
    }
}

/// Writes the bad rows as a register of their own, which can be mended and brought in with the same map.
fn reject(bearings: &Bearings<'_>, rows: &[(usize, Verdict)], request: &Request, lang: Lang) -> Result<Option<PathBuf>, Failure> {
    if !rows.iter().any(|(_, verdict)| matches!(verdict, Verdict::Bad(_))) {
        return Ok(None);
    }
    let mut name = request.file.file_name().unwrap_or_default().to_owned();
    name.push(".rejected.csv");
    let path = request.file.with_file_name(name);
    let width = bearings.headers.len();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    let more = [say::data::row_number(lang), say::data::reasons(lang)];
    // Writing into memory cannot fail.
    let _ = writer.write_record(bearings.headers.iter().chain(&more));
    for (number, verdict) in rows {
        let Verdict::Bad(problems) = verdict else { continue };
        let cells = bearings.sheet.rows.get(number - 1).map_or(&[][..], Vec::as_slice);
        let shown = (0..width).map(|at| cells.get(at).map_or_else(String::new, |cell| again(cell, bearings.map.numbers)));
        let reasons = problems.iter().map(|p| crate::intake::register::problem_line(p, lang)).collect::<Vec<_>>().join("; ");
        let _ = writer.write_record(shown.chain([number.to_string(), reasons]));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    crate::disk::replace(&path, &bytes).map_err(|e| Failure::io(&path, &e))?;
    Ok(Some(path))
}

/// A cell as text that is read back as the same.
fn again(cell: &Cell, numbers: Lang) -> String {
    match cell {
        Cell::Number(number) if numbers == Lang::Vi => number.as_str().replace('.', ","),
        Cell::Moment(moment) if moment.time() == chrono::NaiveTime::MIN => moment.date().to_string(),
        cell => cell.shown(),
    }
}
