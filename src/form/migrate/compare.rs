//! Two versions of a form side by side: what went or changed between them without being declared.
//!
//! A form cannot know what it was; given its earlier version, this does what an author would forget: every question,
//! choice and type of then is followed through the declared steps, and what is lost on the way is told with a step that
//! would declare it.

use super::Step;
use super::known::{Name, Names, type_name};
use crate::form::Form;
use crate::locale::{Text, say};
use crate::value::ValueType;
use std::collections::{BTreeMap, BTreeSet};
use strsim::jaro_winkler;

/// Names at least this near to each other are taken for one that was renamed.
const NEAR: f64 = 0.85;

/// Something that is not declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// What went or changed.
    pub what: Text,
    /// The step that would declare it, as it is written in a form; to be looked at, not to be believed.
    pub step: String,
}

/// What changed from `old` to `new` without being declared in `new`; empty where nothing did.
pub fn undeclared(old: &Form, new: &Form) -> Vec<Undeclared> {
    let mut followed = Followed::new(old);
    for step in new.migrations.iter().filter(|migration| migration.from >= old.version).flat_map(|migration| &migration.steps) {
        followed.take(step);
    }
    let names = Names::of(new);
    let mut found = Vec::new();
    // Repeats first: what is in a renamed one is not gone.
    for is_repeat in [true, false] {
        for (name, known) in followed.missing(&names, is_repeat) {
            let renamed = followed.renamed(&name, &known, &names, new);
            found.push(gone(&name, &known, renamed.as_deref()));
            match renamed {
                Some(to) => followed.rename(&name, &to),
                None => followed.drop(&name),
            }
        }
    }
    for (name, known) in &followed.names {
        let Some(now) = names.get(name) else { continue };
        if now.is_repeat != known.is_repeat || now.inside != known.inside {
            found.push(Undeclared { what: Text::both(|l| say::migrate::other_place(l, name)), step: moved(name, known, now) });
            continue;
        }
        found.extend(retyped(name, known.value, now.value));
        found.extend(followed.choices_gone(name, now, new));
    }
    found
}

/// The whole entry of what is missing, for a form's file.
pub fn suggestion(old: &Form, found: &[Undeclared]) -> String {
    let steps: String = found.iter().map(|one| format!("  {},\n", one.step)).collect();
    format!("[[migrate]]\nfrom = {}\nstep = [\n{steps}]\n", old.version)
}

/// The names of an old form under the names that declared steps give them.
struct Followed<'f> {
    old: &'f Form,
    names: BTreeMap<String, Name>,
    /// Per question, what became of its choices.
    choices: BTreeMap<String, BTreeMap<String, String>>,
}

impl<'f> Followed<'f> {
    fn new(old: &'f Form) -> Self {
        let mut choices = BTreeMap::new();
        let names: BTreeMap<String, Name> = Names::of(old).all().map(|(name, known)| (name.to_owned(), known.clone())).collect();
        for (name, known) in &names {
            if let Some(list) = known.node.and_then(|node| old.list(node)) {
                choices.insert(name.clone(), list.choices.iter().map(|choice| (choice.name.to_string(), choice.name.to_string())).collect());
            }
        }
        Self { old, names, choices }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Rename { from, to } => self.rename(from, to),
            Step::Retype { question, to, .. } => {
                if let Some(known) = self.names.get_mut(question) {
                    known.value = Some(*to);
                }
                self.choices.remove(question);
            }
            Step::Choice { question, from, to, .. } => {
                for now in self.choices.get_mut(question).into_iter().flat_map(BTreeMap::values_mut).filter(|now| *now == from) {
                    to.clone_into(now);
                }
            }
            Step::Unit { .. } | Step::Compute { from: None, .. } => {}
            Step::Compute { from: Some(from), parts } => {
                if !parts.iter().any(|part| part.to == *from) {
                    self.names.remove(from);
                }
            }
            Step::Into { question, repeat } => {
                if let Some(known) = self.names.get_mut(question) {
                    known.inside.push(repeat.clone());
                }
            }
            Step::OutOf { question, .. } => {
                if let Some(known) = self.names.get_mut(question) {
                    known.inside.pop();
                }
            }
            Step::Drop { question } => self.drop(question),
        }
    }

    fn drop(&mut self, name: &str) {
        self.names.retain(|other, known| other != name && !known.inside.iter().any(|repeat| repeat == name));
    }

    /// The questions (or repeats, the outermost first) that the new form does not have.
    fn missing(&self, new: &Names, is_repeat: bool) -> Vec<(String, Name)> {
        let gone = |(name, known): &(&String, &Name)| known.is_repeat == is_repeat && new.get(name).is_none();
        let mut missing: Vec<(String, Name)> = self.names.iter().filter(gone).map(|(name, known)| (name.clone(), known.clone())).collect();
        missing.sort_by_key(|(_, known)| known.inside.len());
        missing
    }

    /// The new name that an old one most likely has: one that came, stands in the same place and is near enough.
    fn renamed(&self, name: &str, known: &Name, names: &Names, new: &Form) -> Option<String> {
        let inside = self.names.get(name).map_or(&known.inside, |known| &known.inside);
        let came = names.all().filter(|(to, now)| !self.names.contains_key(*to) && now.is_repeat == known.is_repeat && now.inside == *inside);
        let nearest = came.map(|(to, _)| (self.near(name, to, new), to)).filter(|(near, _)| *near >= NEAR).max_by(|a, b| a.0.total_cmp(&b.0));
        nearest.map(|(_, to)| to.to_owned())
    }

    fn rename(&mut self, from: &str, to: &str) {
        if let Some(known) = self.names.remove(from) {
            self.names.insert(to.to_owned(), known);
        }
        if let Some(choices) = self.choices.remove(from) {
            self.choices.insert(to.to_owned(), choices);
        }
        for repeat in self.names.values_mut().flat_map(|known| &mut known.inside).filter(|repeat| *repeat == from) {
            to.clone_into(repeat);
        }
    }

    /// Choices that the list of now does not have.
    fn choices_gone(&self, name: &str, now: &Name, new: &Form) -> Vec<Undeclared> {
        let Some(list) = now.node.and_then(|node| new.list(node)) else { return Vec::new() };
        let had: BTreeSet<&String> = self.choices.get(name).into_iter().flat_map(BTreeMap::values).collect();
        let came = || list.choices.iter().map(|choice| &*choice.name).filter(|choice| !had.contains(&(*choice).to_owned()));
        let one = |choice: &String| {
            let near = came().max_by(|a, b| self.choice_near(name, choice, a, list).total_cmp(&self.choice_near(name, choice, b, list)));
            Undeclared {
                what: Text::both(|l| say::migrate::no_longer_choice(l, name, choice)),
                step: format!("{{ choice = {{ question = {}, from = {}, to = {} }} }}", quoted(name), quoted(choice), quoted(near.unwrap_or("?"))),
            }
        };
        had.iter().copied().filter(|choice| list.get(choice).is_none()).map(one).collect()
    }

    /// How alike an old and a new question are: the same label says more than a like name.
    fn near(&self, name: &str, to: &str, new: &Form) -> f64 {
        let label = self.names.get(name).and_then(|known| known.node).map(|node| &self.old.node(node).label);
        let is_same = label.zip(new.find(to)).is_some_and(|(label, id)| !label.is_empty() && *label == new.node(id).label);
        if is_same { 2.0 } else { jaro_winkler(name, to) }
    }

    /// The same of choices.
    fn choice_near(&self, question: &str, old: &str, new: &str, list: &crate::form::list::ChoiceList) -> f64 {
        let before = self.names.get(question).and_then(|known| known.node).and_then(|node| self.old.list(node)).and_then(|list| list.get(old));
        let same = before.zip(list.get(new)).is_some_and(|(a, b)| !a.label.is_empty() && a.label == b.label);
        if same { 2.0 } else { jaro_winkler(old, new) }
    }
}

fn gone(name: &str, known: &Name, renamed: Option<&str>) -> Undeclared {
    let step = match renamed {
        Some(to) => format!("{{ rename = {{ from = {}, to = {} }} }}", quoted(name), quoted(to)),
        None => format!("{{ drop = {} }}", quoted(&[known.inside.as_slice(), &[name.to_owned()]].concat().join("/"))),
    };
    Undeclared { what: Text::both(|l| say::migrate::no_longer(l, name)), step }
}

fn moved(name: &str, known: &Name, now: &Name) -> String {
    match (known.inside.split_last(), now.inside.split_last()) {
        (_, Some((repeat, around))) if *around == known.inside[..] => format!("{{ move = {{ question = {}, into = {} }} }}", quoted(name), quoted(repeat)),
        (Some((repeat, around)), _) if *around == now.inside[..] => format!("{{ move = {{ question = {}, out_of = {} }} }}", quoted(name), quoted(repeat)),
        _ => format!("{{ set = {{ to = {}, value = \"?\" }} }}", quoted(name)),
    }
}

fn retyped(name: &str, old: Option<ValueType>, new: Option<ValueType>) -> Option<Undeclared> {
    let (old, new) = old.zip(new).filter(|(old, new)| !fits(*old, *new))?;
    let (from, to) = (type_name(old), type_name(new));
    let step = format!("{{ retype = {{ question = {}, from = {}, to = {} }} }}", quoted(name), quoted(from), quoted(to));
    Some(Undeclared { what: Text::both(|l| say::migrate::other_kind(l, name, from, to)), step })
}

/// Whether every answer of the old type is one of the new: nothing needs to be declared then.
fn fits(old: ValueType, new: ValueType) -> bool {
    use ValueType as T;
    let is_whole = |value| matches!(value, T::Integer | T::Money | T::Year);
    old == new || old.is_number() && matches!(new, T::Decimal | T::Percent) || is_whole(old) && is_whole(new) || old == T::SelectOne && new == T::Text
}

/// A name as TOML writes it. Names of forms need no escapes; choices may.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    crate::value::write_string(text, &mut out);
    out
}
