//! Whether every `${name}` of the workbook names one question.

use super::columns::{self, Meaning};
use super::survey::Survey;
use super::table::{Column, Line, Table};
use crate::form::expression::compile::nearest;
use crate::form::problem::Problem;
use crate::locale::{Text, say};

/// Checks all sheets that may hold references.
pub fn check(survey: &Table<'_>, choices: Option<&Table<'_>>, own: &[Table<'_>], read: &Survey, problems: &mut Vec<Problem>) {
    let mut checker = Checker { read, problems };
    for table in own {
        let ignored = |column: &Column| table.name == "entities" && matches!(column.path[0].as_str(), "dataset" | "repeat");
        checker.table(table, &|column| !ignored(column));
    }
    checker.table(survey, &|column| !matches!(columns::meaning(&column.path), Meaning::Type | Meaning::Name | Meaning::Trigger));
    if let Some(choices) = choices {
        checker.table(choices, &|column| matches!(columns::meaning(&column.path), Meaning::Text(..)));
    }
}

struct Checker<'c> {
    read: &'c Survey,
    problems: &'c mut Vec<Problem>,
}

impl Checker<'_> {
    fn table(&mut self, table: &Table<'_>, counts: &dyn Fn(&Column) -> bool) {
        let columns: Vec<&Column> = table.columns.iter().filter(|column| counts(column)).collect();
        for line in table.lines() {
            for column in &columns {
                self.cell(line, column);
            }
        }
    }

    fn cell(&mut self, line: Line<'_, '_>, column: &Column) {
        let Some(value) = line.get(Some(column)) else { return };
        for (name, place) in value.references() {
            let Some(name) = name else {
                self.problems.push(Problem::error(place, Text::both(say::xlsform::bad_reference)));
                continue;
            };
            match self.read.names.get(name).copied().unwrap_or(0) {
                0 => {
                    let near = nearest(name, self.read.names.keys().map(String::as_str));
                    self.problems.push(Problem::error(place, Text::both(|lang| say::xlsform::unknown_reference(lang, name))).near(near));
                }
                1 => {}
                _ => self.problems.push(Problem::error(place, Text::both(|lang| say::xlsform::ambiguous_reference(lang, name)))),
            }
        }
    }
}
