//! Which questions of each form a programme reads: of a hundred thousand records only those answers are laid out.

use super::group::Value;
use super::table::Body;
use super::{Programme, Source};
use crate::form::expression::Code;
use crate::form::projection::Projection;
use crate::form::{Form, NodeId, ROOT, ScopeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

#[derive(Default)]
struct Wanted {
    forms: BTreeMap<String, (Arc<Form>, BTreeSet<NodeId>)>,
}

impl Wanted {
    fn of(&mut self, form: &Arc<Form>) -> &mut BTreeSet<NodeId> {
        &mut self.forms.entry(form.id.clone()).or_insert_with(|| (form.clone(), BTreeSet::new())).1
    }

    fn codes<'c>(&mut self, form: &Arc<Form>, codes: impl IntoIterator<Item = &'c Code>) {
        let wanted = self.of(form);
        codes.into_iter().for_each(|code| wanted.extend(code.reads()));
    }

    fn source(&mut self, source: &Source) {
        let codes = [&source.filter, &source.guard, &source.prefer, &source.by_year, &source.of, &source.weight, &source.class];
        self.codes(&source.form, codes.into_iter().flatten());
        self.of(&source.form).extend(source.latest_per);
        self.rows(&source.form, source.rows.map(|(scope, _)| scope));
    }

    /// The rows of a repeat, even where nothing in them is read.
    fn rows(&mut self, form: &Arc<Form>, scope: Option<ScopeId>) {
        self.of(form).extend(scope.and_then(|scope| form.scope(scope).repeat));
    }

    fn value(&mut self, form: &Arc<Form>, value: &Value) {
        match &value.via {
            None => self.codes(form, [&value.code]),
            Some((question, other)) => {
                self.of(form).insert(*question);
                self.codes(other, [&value.code]);
            }
        }
    }
}

impl Programme {
    /// What is to be laid out of each form's records, by the form's id.
    pub fn projections(&self) -> BTreeMap<String, (Arc<Form>, Arc<Projection>)> {
        let mut wanted = Wanted::default();
        for target in &self.targets {
            target.readings.iter().flat_map(|reading| &reading.sources).for_each(|source| wanted.source(source));
            if let Some(source) = target.readings.first().and_then(|reading| reading.sources.first()) {
                wanted.codes(&source.form, target.reference_factors.iter().chain(&target.factor_version));
            }
        }
        if let Some(plan) = &self.plan {
            wanted.source(&plan.source);
            wanted.of(&plan.source.form).extend([plan.target, plan.number]);
        }
        for key in self.dimensions.iter().flat_map(|dimension| &dimension.keys) {
            wanted.value(&key.form, &key.of);
            wanted.rows(&key.form, key.rows);
        }
        self.tables.iter().for_each(|table| table_reads(&table.body, &mut wanted));
        for follow_up in &self.follow_ups {
            wanted.codes(&follow_up.from, &follow_up.filter);
            wanted.of(&follow_up.from).insert(follow_up.about);
            wanted.of(&follow_up.then).extend(follow_up.then.subject.into_iter().chain([follow_up.point]));
        }
        let part = |(id, (form, nodes)): (String, (Arc<Form>, BTreeSet<NodeId>))| {
            // What names another record is few, and what falls due passes it on.
            let projection = Projection::new(&form, &|node| nodes.contains(&node) || (form.node(node).to.is_some() && form.node(node).scope == ROOT));
            (id, (form, Arc::new(projection)))
        };
        wanted.forms.into_iter().map(part).collect()
    }
}

fn table_reads(body: &Body, wanted: &mut Wanted) {
    match body {
        Body::Listing(source, values) => {
            wanted.source(source);
            values.iter().for_each(|value| wanted.value(&source.form, value));
        }
        Body::Sums(_, parts, _) => {
            for part in parts {
                wanted.source(&part.source);
                wanted.codes(&part.source.form, part.keys.iter().chain(part.sums.iter().map(|(_, code)| code)));
                part.latest.iter().for_each(|(_, value)| wanted.value(&part.source.form, value));
            }
        }
    }
}
