//! Choosing on a line: by number, by name, by words without tone marks.

use super::Asking;
use crate::form::NodeId;
use crate::form::instance::RowId;
use crate::form::list::ChoiceList;
use crate::interview::choose::ChoiceSet;
use crate::interview::{entry, markdown};
use crate::locale::{Text, say, say::line as s};
use crate::record::history::State;
use crate::value::{Value, ValueType};
use crate::workbench::related::Gathering;
use std::sync::Arc;

/// So many choices are told at once.
pub(super) const TOLD: usize = 20;

impl Asking<'_, '_> {
    /// The choices of a question now; of a reference the records of its form.
    pub(super) fn choices(&self, (row, node): (RowId, NodeId)) -> ChoiceSet {
        let form = self.interview.form();
        if form.node(node).value != ValueType::Reference {
            let world = Gathering::new(self.desk, &self.record);
            return self.interview.derived().choices(form, self.desk.around(&world), row, node);
        }
        let to = form.node(node).to.as_deref().unwrap_or_default();
        let mut rows: Vec<_> = self.desk.rows().values().filter(|row| row.form == to && row.state != State::Void).collect();
        rows.sort_by(|a, b| (&a.search, &a.record).cmp(&(&b.search, &b.record)));
        let rows = rows.into_iter().map(|row| (Text::plain(row.summary.clone()), vec![Arc::from(row.record.as_str()), Arc::from(row.search.as_str())]));
        ChoiceSet::whole(Arc::new(ChoiceList::new("", vec!["name".to_owned(), "search".to_owned()], rows.collect())))
    }

    /// Tells choices with their numbers, which can be picked until others are told.
    pub(super) fn tell_choices(&mut self, choices: &ChoiceSet, found: &[usize]) {
        let lang = self.lang;
        let told: Vec<(String, String)> = found.iter().take(TOLD).filter_map(|at| choices.get(*at)).map(|c| (c.name.to_string(), markdown::plain(c.label.get(lang)))).collect();
        self.numbered = told.iter().map(|(name, _)| name.clone()).collect();
        for (at, (_, label)) in told.iter().enumerate() {
            self.tell(&format!("  {}. {}", at + 1, crate::interview::show::one_line(label)));
        }
        if found.len() > TOLD {
            self.tell(&format!("  {}", s::more_choices(lang, found.len() - TOLD)));
        }
    }

    /// Reads a choice: numbers of what was told, names, labels; words that only one choice has. Several found are told.
    pub(super) fn choose(&mut self, typed: &str, at: (RowId, NodeId)) -> Result<Option<Option<Value>>, Text> {
        let kind = self.interview.form().node(at.1).value;
        if let Some(names) = self.picked(typed, kind) {
            return Ok(Some(Some(if matches!(kind, ValueType::SelectMultiple | ValueType::Rank) { self.several(names, kind, at) } else { Value::Text(names[0].clone()) })));
        }
        let choices = self.choices(at);
        let read = {
            let world = Gathering::new(self.desk, &self.record);
            entry::read(typed, self.interview.form(), self.interview.derived(), at, self.desk.around(&world))
        };
        if let Ok(value) = read {
            return Ok(Some(value));
        }
        match choices.search(typed)[..] {
            [] => Err(Text::both(|l| say::form::not_a_choice(l, typed))),
            [one] => {
                let name = choices.get(one).map_or_else(String::new, |c| c.name.to_string());
                Ok(Some(Some(if matches!(kind, ValueType::SelectMultiple | ValueType::Rank) { Value::Choices(vec![name]) } else { Value::Text(name) })))
            }
            ref found => {
                let found = found.to_vec();
                self.tell_choices(&choices, &found);
                self.prompt(&s::pick_one(self.lang));
                Ok(None)
            }
        }
    }

    /// The choices behind numbers; nothing where the line is no such numbers, or is a code of the list itself.
    fn picked(&self, typed: &str, kind: ValueType) -> Option<Vec<String>> {
        let several = matches!(kind, ValueType::SelectMultiple | ValueType::Rank);
        let parts: Vec<&str> = typed.split([',', ';', ' ']).filter(|part| !part.is_empty()).collect();
        if parts.len() > 1 && !several {
            return None;
        }
        parts.iter().map(|part| part.parse::<usize>().ok().and_then(|at| self.numbered.get(at.checked_sub(1)?)).cloned()).collect()
    }

    fn several(&self, mut names: Vec<String>, kind: ValueType, at: (RowId, NodeId)) -> Value {
        if kind == ValueType::SelectMultiple {
            let choices = self.choices(at);
            names.sort_by_key(|name| choices.list.position(name));
            names.dedup();
        }
        Value::Choices(names)
    }
}
