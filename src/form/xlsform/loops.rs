//! Loops: questions written once and asked for every choice of a list. Other programs write them out too.

use super::choices::label_in;
use super::survey::Walker;
use super::table::Line;
use crate::form::draft::{Cell, Row};
use crate::locale::{Text, say};

/// Rows that all loops together may make: what the checker takes.
const MAX_ROWS: usize = 20_000;

impl<'a, 't> Walker<'a, 't> {
    /// A loop needs a list.
    pub fn check_loop(&mut self, line: Line<'a, 't>, list: Option<&str>) {
        let place = line.place(self.at.kind);
        match list {
            None => self.error(place, say::xlsform::loop_without_list),
            Some(list) if self.around.lists.get(list).is_none() => self.error(place, |lang| say::xlsform::unknown_list(lang, list)),
            Some(_) => {}
        }
    }

    /// A loop's questions, once for each choice, in a group named like the choice.
    pub fn write_out(&mut self, row: &mut Row, list: &str) {
        let inside = std::mem::take(&mut row.children);
        let Some(list) = self.around.lists.get(list) else { return };
        let choices: Vec<_> = list.choices.iter().filter(|choice| choice.name != "none").cloned().collect();
        let size: usize = inside.iter().map(count).sum();
        self.written_out = self.written_out.saturating_add(size.saturating_mul(choices.len()));
        if self.written_out > MAX_ROWS {
            return self.error(row.name.place.clone(), say::form::too_many);
        }
        for name in inside.iter().flat_map(names).filter(|_| choices.len() > 1) {
            *self.names.entry(name.clone()).or_default() += 1;
            if self.repeats.contains(&name) {
                self.error(row.name.place.clone(), |lang| say::xlsform::duplicate_repeat(lang, &name));
            }
        }
        for choice in choices {
            let mut group = Row { name: Cell::made(&*choice.name, row.name.place.clone()), kind: Cell::made("group", row.kind.place.clone()), ..Row::default() };
            group.texts.insert("label", (choice.label.clone(), row.name.place.clone()));
            group.children = inside.clone();
            group.children.iter_mut().for_each(|child| substitute(child, &choice.name, &choice.label));
            row.children.push(group);
        }
    }
}

fn count(row: &Row) -> usize {
    1 + row.children.iter().map(count).sum::<usize>()
}

fn names(row: &Row) -> Vec<String> {
    let mut all = vec![row.name.text.clone()];
    all.extend(row.children.iter().flat_map(names));
    all
}

/// Fills `%(name)s` and `%(label)s` in.
fn substitute(row: &mut Row, name: &str, label: &Text) {
    let fill = |text: &str, language: &str| {
        if text.contains("%(") { text.replace("%(name)s", name).replace("%(label)s", &label_in(label, language)) } else { text.to_owned() }
    };
    for (text, _) in row.texts.values_mut() {
        text.vi = fill(&text.vi, "vi");
        text.en = fill(&text.en, "en");
        for (language, said) in &mut text.more {
            *said = fill(said, language);
        }
    }
    for cell in row.cells.values_mut() {
        cell.text = fill(&cell.text, "vi");
    }
    row.children.iter_mut().for_each(|child| substitute(child, name, label));
}
