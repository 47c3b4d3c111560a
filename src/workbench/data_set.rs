//! The store as a data set for engines: records, answers in long form, indicators and what they were counted from.

mod answers;

use super::Desk;
use super::exporting::{Exported, create, no_folder};
use super::refresh::is_handed_in;
use crate::disk::AtomicFile;
use crate::error::Failure;
use crate::export::Problem;
use crate::export::columns::{ANSWERS, COUNTED, Field, INDICATORS, LISTS, RECORDS, Shape};
use crate::export::parquet::ParquetTable;
use crate::form::list::ChoiceList;
use crate::programme::Programme;
use crate::programme::figure::{Counting, Figure, Opens, Question, with_parts};
use crate::programme::lines::Facts;
use crate::programme::period::Period;
use crate::record::history::State;
use crate::store::IndexRow;
use crate::store::spread::spread;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A table with its file.
struct Table {
    path: PathBuf,
    table: ParquetTable<AtomicFile>,
    rows: u64,
}

impl Table {
    fn new(dir: &Path, shape: Shape) -> Result<Self, Failure> {
        let (path, file) = create(dir, &format!("{}.parquet", shape.0))?;
        let table = ParquetTable::new(file, shape).map_err(|problem| told(problem, &path))?;
        Ok(Self { path, table, rows: 0 })
    }

    fn row(&mut self, fields: &[Field<'_>]) -> Result<(), Failure> {
        self.rows += 1;
        self.table.row(fields).map_err(|problem| told(problem, &self.path))
    }

    fn finish(self) -> Result<(PathBuf, AtomicFile, u64), Failure> {
        let file = self.table.finish().map_err(|problem| told(problem, &self.path))?;
        Ok((self.path, file, self.rows))
    }
}

fn told(problem: Problem, path: &Path) -> Failure {
    match problem {
        Problem::Io(error) => Failure::io(path, &error),
        Problem::Workbook(why) => Failure::io(path, &std::io::Error::other(why)),
    }
}

impl Desk {
    /// Writes the data set into a folder. Drafts stay at home; void records, those that are another one by decision, and answers that
    /// are not relevant are left out. All files come in, or none.
    ///
    /// # Errors
    /// The programme has errors, or the system refuses.
    pub fn export_data_set(&self, dir: &Path, only: Option<&str>) -> Result<Exported, Failure> {
        let programme = self.library().programme()?;
        std::fs::create_dir_all(dir).map_err(|e| no_folder(dir, &e))?;
        let mut exported = Exported::default();
        let (mut records, mut answers) = (Table::new(dir, RECORDS)?, Table::new(dir, ANSWERS)?);
        for row in self.rows().values().filter(|row| only.is_none_or(|form| form == row.form)) {
            exported.void += usize::from(row.state == State::Void);
            if self.goes_out(row) {
                records.row(&record_fields(row, &row.at.to_string()))?;
            }
        }
        let going: Vec<&IndexRow> = self.rows().values().filter(|row| self.goes_out(row) && only.is_none_or(|form| form == row.form)).collect();
        answers::write(self, &mut answers, &going)?;
        let mut files = vec![records.finish()?, answers.finish()?];
        if only.is_none() {
            let facts = self.facts(&programme)?;
            files.extend(indicators(dir, &programme, &Facts::new(&facts), self.now().date())?);
            files.push(lists(dir, &programme)?);
        }
        for (path, file, rows) in files {
            file.commit(false).map_err(|e| Failure::io(&path, &e))?;
            exported.files.push((path, rows));
        }
        Ok(exported)
    }

    fn goes_out(&self, row: &IndexRow) -> bool {
        is_handed_in(row.state) && !self.links().is_linked(&row.record)
    }
}

/// The lists that the programme and its forms name: labels for people, and what figures count in them.
fn lists(dir: &Path, programme: &Programme) -> Result<(PathBuf, AtomicFile, u64), Failure> {
    let mut table = Table::new(dir, LISTS)?;
    let forms = programme.forms();
    let of_readings = programme.targets.iter().flat_map(|target| &target.readings).flat_map(|r| r.each.iter().chain(r.entries.iter().map(|(list, _)| list)));
    let named = of_readings.chain(programme.dimensions.iter().filter_map(|d| d.list.as_ref())).chain(forms.iter().flat_map(|form| &form.lists));
    let files: BTreeMap<&str, &ChoiceList> = named.filter(|list| list.name.contains('/')).map(|list| (list.name.as_str(), &**list)).collect();
    for (name, list) in files {
        for choice in &list.choices {
            let labels = [("label_vi", &*choice.label.vi), ("label_en", &*choice.label.en)];
            let own = list.columns.iter().map(String::as_str).zip(choice.cells.iter().map(|cell| &**cell));
            for (field, value) in own.filter(|(field, _)| !field.starts_with("label") && *field != "name").chain(labels) {
                table.row(&[text(name), text(&choice.name), text(field), text(value)])?;
            }
        }
    }
    table.finish()
}

fn text(text: &str) -> Field<'_> {
    if text.is_empty() { Field::Blank } else { Field::Text(text) }
}

fn record_fields<'a>(row: &'a IndexRow, saved_at: &'a str) -> [Field<'a>; 12] {
    let whole = |number: u32| Field::Whole(number.into());
    [
        text(&row.record),
        text(&row.form),
        whole(row.version),
        text(row.state.word()),
        whole(row.conflicts),
        whole(row.warnings),
        text(&row.person),
        text(&row.device),
        text(saved_at),
        text(&row.date),
        text(&row.subject),
        text(&row.summary),
    ]
}

/// The whole programme, its years, its half-years.
fn periods(programme: &Programme) -> Vec<Period> {
    let (first, last) = programme.years;
    let years = (first..=last).flat_map(|year| [year.to_string(), format!("{year}-H1"), format!("{year}-H2")]);
    programme.whole().into_iter().chain(years.filter_map(|text| programme.period(&text))).collect()
}

fn indicators(dir: &Path, programme: &Programme, facts: &Facts<'_>, today: NaiveDate) -> Result<Vec<(PathBuf, AtomicFile, u64)>, Failure> {
    let (mut indicators, mut counted) = (Table::new(dir, INDICATORS)?, Table::new(dir, COUNTED)?);
    let (counting, periods) = (Counting::new(programme, facts), periods(programme));
    let questions: Vec<Question<'_>> = periods.iter().map(|period| Question { period, today, by: None, opens: Opens::Period }).collect();
    let mut by_target: Vec<_> = spread(programme.targets.len(), || (), |(), at| counting.target(at, &questions).into_iter()).into_iter().collect();
    for period in &periods {
        let figures = by_target.iter_mut().filter_map(Iterator::next).collect();
        for figure in with_parts(programme, figures) {
            write_figure(&mut indicators, programme, (period, today), &figure)?;
            for record in &figure.records {
                counted.row(&[text(&period.label), text(&programme.targets[figure.target].id), text(record)])?;
            }
        }
    }
    Ok(vec![indicators.finish()?, counted.finish()?])
}

/// The reading that counts has no name; the others have neither a number that was promised, nor plans, nor records of
/// their own.
fn write_figure(table: &mut Table, programme: &Programme, (period, today): (&Period, NaiveDate), figure: &Figure) -> Result<(), Failure> {
    let target = &programme.targets[figure.target];
    let number = |number: Option<f64>| number.map_or(Field::Blank, Field::Number);
    let (from, to, today) = (period.from.to_string(), period.to.to_string(), today.to_string());
    let [year_from, programme_from] = [figure.year, programme.years.0].map(|year| programme.first_day(year).map(|day| day.to_string()).unwrap_or_default());
    let readings = [("", figure.done)].into_iter().chain(figure.also.iter().map(|also| (also.name.as_str(), also.value)));
    for (name, done) in readings {
        let counts = name.is_empty();
        let only = |field: Field<'static>| if counts { field } else { Field::Blank };
        table.row(&[
            text(&period.label),
            text(&from),
            text(&to),
            text(&target.id),
            Field::Text(name),
            text(&target.unit.vi),
            only(Field::Text(target.op.sign())),
            only(number(target.number)),
            number(done),
            only(number(figure.percent)),
            only(figure.met.map_or(Field::Blank, Field::Flag)),
            only(Field::Whole(i64::try_from(figure.records.len()).unwrap_or(i64::MAX))),
            text(&today),
            Field::Whole(figure.year.into()),
            text(&year_from),
            text(&programme_from),
            only(number(figure.plan)),
            only(number(figure.year_done)),
            only(number(figure.cumulative)),
            only(number(figure.percent_of_plan())),
            only(number(figure.percent_of_programme(target))),
        ])?;
    }
    Ok(())
}
