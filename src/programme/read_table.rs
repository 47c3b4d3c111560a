//! The tables of a programme file.

use super::Source;
use super::read::{Reader, words};
use super::shape::{Name, PartToml, TableToml};
use super::table::{Body, Column, ColumnKind, Part, TableKey, TableRule};
use crate::form::NodeId;
use crate::form::expression::compile::nearest;
use crate::locale::say;

impl Reader<'_> {
    pub(super) fn table(&mut self, table: TableToml) -> Option<TableRule> {
        let keys = table.key.iter().map(|key| Column { name: key.name.clone(), label: words(key.label.clone()), kind: ColumnKind::Text });
        let own = table.column.iter().map(|c| Column { name: c.name.get_ref().clone(), label: words(c.label.clone()), kind: c.kind });
        let columns: Vec<Column> = keys.chain(own).collect();
        let body = if table.from.is_some() { self.listing(&table) } else { self.sums(&table, &columns) };
        Some(TableRule { id: table.id.into_inner(), title: words(table.title), columns, body: body? })
    }

    fn listing(&mut self, table: &TableToml) -> Option<Body> {
        let form = self.form(table.from.as_ref()?)?;
        let rows = self.rows(&form, table.rows.as_ref());
        let holder = rows.map(|(_, holder)| holder);
        let mut values = Vec::new();
        for column in &table.column {
            match &column.of {
                Some(of) => values.push(self.value(&form, holder, column.via.as_ref(), of)),
                None => self.wrong(column.name.span(), |l| say::programme::column_without_value(l, column.name.get_ref())),
            }
        }
        let filter = self.code(&form, None, table.filter.as_ref());
        let by_year = self.code(&form, None, table.by_year.as_ref());
        Some(Body::Listing(Box::new(Source { rows, filter, by_year, ..Source::new(form) }), values.into_iter().collect::<Option<_>>()?))
    }

    fn sums(&mut self, table: &TableToml, columns: &[Column]) -> Option<Body> {
        if table.part.is_empty() || table.key.is_empty() {
            self.wrong(table.id.span(), |l| say::programme::table_without_form(l, table.id.get_ref()));
            return None;
        }
        let keys = table.key.iter().map(|key| TableKey { list: self.list(key.list.as_ref()), all: key.all }).collect::<Vec<_>>();
        let parts: Vec<Option<Part>> = table.part.iter().map(|part| self.part(part, keys.len(), columns)).collect();
        let mut shares = vec![None; keys.len()];
        for column in &table.column {
            let share = column.share.as_ref().map(|[part, whole]| (self.column_at(columns, part), self.column_at(columns, whole)));
            shares.push(share.and_then(|(part, whole)| part.zip(whole)));
        }
        Some(Body::Sums(keys, parts.into_iter().collect::<Option<_>>()?, shares))
    }

    fn column_at(&mut self, columns: &[Column], name: &Name) -> Option<usize> {
        let found = columns.iter().position(|column| column.name == *name.get_ref());
        if found.is_none() {
            let near = nearest(name.get_ref(), columns.iter().map(|column| column.name.as_str()));
            self.wrong_name(name.span(), near, |l| say::programme::no_table_column(l, name.get_ref()));
        }
        found
    }

    fn part(&mut self, part: &PartToml, keys: usize, columns: &[Column]) -> Option<Part> {
        let form = self.form(&part.from)?;
        let rows = self.rows(&form, part.rows.as_ref());
        let holder: Option<NodeId> = rows.map(|(_, holder)| holder);
        if part.key.len() != keys {
            self.wrong(part.from.span(), |l| say::programme::keys_missing(l, keys));
        }
        let codes: Vec<Option<_>> = part.key.iter().map(|key| self.code(&form, holder, Some(key))).collect();
        let mut sums = Vec::new();
        for (name, code) in &part.sum {
            let (at, code) = (self.column_at(columns, name), self.code(&form, holder, Some(code)));
            sums.extend(at.zip(code));
        }
        let mut latest = Vec::new();
        for (name, of) in &part.latest {
            let (at, value) = (self.column_at(columns, name), self.value(&form, None, None, of));
            latest.extend(at.zip(value));
        }
        let filter = self.code(&form, None, part.filter.as_ref());
        let by_year = self.code(&form, holder, part.by_year.as_ref());
        let latest_per = part.latest_per.as_ref().and_then(|name| self.question(&form, name));
        let source = Source { rows, filter, by_year, latest_per, ..Source::new(form) };
        Some(Part { source, keys: codes.into_iter().collect::<Option<_>>()?, sums, latest })
    }
}
