//! The sheet `entities`: lists that records add to or change, and where in a form each of them belongs.
//!
//! The engine keeps these for the export; they are checked here so that a form made here works elsewhere. An entity list
//! belongs to one container: the form, a group or a repeat. Which one follows from the questions saved to it and those
//! its expressions name; lists that share a scope each need a container of their own.

use super::table::{Line, Table};
use super::words;
use crate::form::draft::Cell;
use crate::form::problem::Problem;
use crate::locale::{Lang, Text, say};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

const KNOWN: [&str; 6] = ["dataset", "entity_id", "create_if", "update_if", "repeat", "label"];

/// Where something stands: the names of the containers around it, and which of them are repeats.
type Path = Vec<(String, bool)>;

/// An entity list.
#[derive(Debug)]
struct Declaration {
    name: String,
    place: Range<usize>,
    /// The questions that its expressions name.
    mentions: BTreeSet<String>,
    uses: Vec<Use>,
}

/// A question saved to the list, or named by it.
#[derive(Debug)]
struct Use {
    path: Path,
    kind: UseKind,
}

#[derive(Debug)]
enum UseKind {
    Saved { property: String, place: Range<usize> },
    Named(String),
}

/// All entity lists.
#[derive(Debug, Default)]
pub struct Entities {
    declarations: Vec<Declaration>,
}

impl Entities {
    /// Reads the sheet.
    pub fn read(table: &Table<'_>, problems: &mut Vec<Problem>) -> Self {
        let mut entities = Self::default();
        for column in table.columns.iter().filter(|column| !KNOWN.contains(&column.path[0].as_str())) {
            if table.lines().any(|line| line.get(Some(column)).is_some()) {
                problems.push(Problem::error(column.place.clone(), Text::both(|lang| say::xlsform::bad_entity_header(lang, &column.header))));
            }
        }
        for line in table.lines().filter(|line| !line.is_empty()) {
            entities.declare(table, line, problems);
        }
        entities
    }

    fn declare(&mut self, table: &Table<'_>, line: Line<'_, '_>, problems: &mut Vec<Problem>) {
        let column = |name: &str| table.column(&[name]);
        let get = |name: &str| line.get(column(name));
        let place = line.place(column("dataset"));
        let name = get("dataset").map(|value| value.text.into_owned()).unwrap_or_default();
        let (id, create, update, label) = (get("entity_id"), get("create_if"), get("update_if"), get("label"));
        let mut error = |place: Range<usize>, say: &dyn Fn(Lang) -> String| problems.push(Problem::error(place, Text::both(say)));
        if name.is_empty() {
            return error(place, &say::xlsform::entity_no_name);
        }
        match () {
            () if name.starts_with("__") => error(place.clone(), &|lang| say::xlsform::entity_underscores(lang, &name)),
            () if name.contains('.') => error(place.clone(), &|lang| say::xlsform::entity_period(lang, &name)),
            () if !words::is_name(&name) => error(place.clone(), &|lang| say::xlsform::bad_name(lang, &name)),
            () if self.has(&name) => return error(place, &|lang| say::xlsform::entity_twice(lang, &name)),
            () => {}
        }
        match (&id, &create, &update, &label) {
            (None, _, Some(update), _) => error(update.place.clone(), &|lang| say::xlsform::entity_needs_id(lang, &name)),
            (Some(_), Some(create), None, _) => error(create.place.clone(), &|lang| say::xlsform::entity_id_creates(lang, &name)),
            (None, _, _, None) => error(place.clone(), &|lang| say::xlsform::entity_needs_label(lang, &name)),
            _ => {}
        }
        let cells = [id, create, update, label];
        let mentions = cells.iter().flatten().flat_map(|value| value.references()).filter_map(|(name, _)| name.map(str::to_owned)).collect();
        self.declarations.push(Declaration { name, place, mentions, uses: Vec::new() });
    }

    /// Whether there is such a list.
    pub fn has(&self, name: &str) -> bool {
        self.declarations.iter().any(|declaration| declaration.name == name)
    }

    /// Whether a list's expressions name this question.
    pub fn mention(&self, question: &str) -> bool {
        self.declarations.iter().any(|declaration| declaration.mentions.contains(question))
    }

    /// A question that lists name stands at `path`.
    pub fn reference(&mut self, question: &str, path: Path) {
        for declaration in self.declarations.iter_mut().filter(|declaration| declaration.mentions.contains(question)) {
            declaration.uses.push(Use { path: path.clone(), kind: UseKind::Named(question.to_owned()) });
        }
    }

    /// A question at `path` has this in its column `save_to`.
    pub fn save(&mut self, cell: &Cell, path: Path, is_container: bool, problems: &mut Vec<Problem>) {
        let place = cell.place.clone();
        if let Err(what) = self.try_save(cell, path, is_container) {
            problems.push(Problem::error(place, what));
        }
    }

    fn try_save(&mut self, cell: &Cell, path: Path, is_container: bool) -> Result<(), Text> {
        let (list, property) = match cell.text.split_once('#') {
            Some((_, rest)) if rest.contains('#') => return Err(Text::both(say::xlsform::entity_hashes)),
            Some((list, property)) => (Some(list), property),
            None => (None, cell.text.as_str()),
        };
        let found = match (list, self.declarations.as_mut_slice()) {
            (None, [only]) => Some(only),
            (None, []) => return Ok(()),
            (None, _) => return Err(Text::both(say::xlsform::entity_which)),
            (Some(list), all) => all.iter_mut().find(|declaration| declaration.name == list),
        };
        let Some(declaration) = found else {
            return Err(Text::both(|lang| say::xlsform::entity_unknown(lang, list.unwrap_or_default())));
        };
        let is_taken = |used: &Use| matches!(&used.kind, UseKind::Saved { property: taken, .. } if taken == property);
        match () {
            () if is_container => return Err(Text::both(say::xlsform::entity_container)),
            () if matches!(property.to_lowercase().as_str(), "name" | "label") => return Err(Text::both(|lang| say::xlsform::entity_reserved(lang, property))),
            () if property.starts_with("__") => return Err(Text::both(|lang| say::xlsform::entity_underscores(lang, property))),
            () if !words::is_name(property) => return Err(Text::both(|lang| say::xlsform::bad_name(lang, property))),
            () if declaration.uses.iter().any(is_taken) => return Err(Text::both(|lang| say::xlsform::entity_assigned(lang, property))),
            () => {}
        }
        declaration.uses.push(Use { path, kind: UseKind::Saved { property: property.to_owned(), place: cell.place.clone() } });
        Ok(())
    }

    /// Gives each list a container; tells which find none.
    pub fn allocate(self, problems: &mut Vec<Problem>) {
        let mut scopes: BTreeMap<Path, Vec<Request<'_>>> = BTreeMap::new();
        for declaration in &self.declarations {
            let request = Request::of(declaration, problems);
            scopes.entry(request.scope.clone()).or_default().push(request);
        }
        let mut taken: BTreeMap<Path, &str> = BTreeMap::new();
        for request in scopes.values().flatten() {
            if let Err(other) = request.place(&mut taken) {
                let what = Text::both(|lang| say::xlsform::entity_no_place(lang, &request.list.name, other));
                problems.push(Problem::error(request.list.place.clone(), what));
            }
        }
    }
}

/// The part of a path up to its innermost repeat: what one record of that scope holds.
fn scope(path: &[(String, bool)]) -> &[(String, bool)] {
    path.iter().rposition(|(_, is_repeat)| *is_repeat).map_or(&[], |at| &path[..=at])
}

fn repeats(path: &[(String, bool)]) -> usize {
    path.iter().filter(|(_, is_repeat)| *is_repeat).count()
}

fn shown(path: &[(String, bool)]) -> String {
    path.iter().fold("/survey".to_owned(), |shown, (name, _)| format!("{shown}/{name}"))
}

/// The container that a list would have, and those it could have.
struct Request<'d> {
    list: &'d Declaration,
    /// The outermost container that it may have.
    scope: Path,
    wanted: Path,
    saved: Vec<&'d Path>,
}

impl<'d> Request<'d> {
    fn of(list: &'d Declaration, problems: &mut Vec<Problem>) -> Self {
        let deepest = list.uses.iter().map(|used| scope(&used.path)).fold(&[][..], |best, next| if repeats(next) > repeats(best) { next } else { best });
        let saved: Vec<&Path> = list.uses.iter().filter(|used| matches!(used.kind, UseKind::Saved { .. })).map(|used| &used.path).collect();
        let wanted = match saved.is_empty() {
            true => {
                let inside = list.uses.iter().map(|used| used.path.as_slice()).filter(|path| scope(path) == deepest);
                inside.fold(deepest, |best, next| if next.len() > best.len() { next } else { best }).to_vec()
            }
            false => {
                let inner = saved.iter().map(|path| scope(path)).fold(&[][..], |best, next| if repeats(next) > repeats(best) { next } else { best });
                let shared = common(&saved);
                if repeats(&shared) < repeats(inner) { inner.to_vec() } else { shared }
            }
        };
        let request = Self { list, scope: deepest.to_vec(), wanted, saved };
        request.check(problems);
        request
    }

    /// Every use must lie on the way to the list's scope, and what is saved in that scope itself.
    fn check(&self, problems: &mut Vec<Problem>) {
        for used in &self.list.uses {
            let own = scope(&used.path);
            let is_on_the_way = self.scope.starts_with(own);
            let (name, other) = (&self.list.name, shown(&self.scope));
            let problem = match &used.kind {
                UseKind::Saved { place, .. } if !is_on_the_way || scope(&self.wanted) != own => {
                    Problem::error(place.clone(), Text::both(|lang| say::xlsform::entity_scope_save(lang, name, &other)))
                }
                UseKind::Named(question) if !is_on_the_way => {
                    Problem::error(self.list.place.clone(), Text::both(|lang| say::xlsform::entity_scope_reference(lang, name, question, &other)))
                }
                _ => continue,
            };
            problems.push(problem);
            return;
        }
    }

    /// Takes the innermost free container between the wanted one and the scope; gives the list that is in the way.
    fn place(&self, taken: &mut BTreeMap<Path, &'d str>) -> Result<(), &'d str> {
        let mut in_the_way = None;
        for depth in (self.scope.len()..=self.wanted.len()).rev() {
            let path = self.wanted[..depth].to_vec();
            match taken.get(&path).copied() {
                None => {
                    for saved in &self.saved {
                        for inner in depth..=saved.len() {
                            taken.insert(saved[..inner].to_vec(), &self.list.name);
                        }
                    }
                    taken.insert(path, &self.list.name);
                    return Ok(());
                }
                Some(other) => {
                    if let Some(other) = self.saved.iter().find_map(|saved| taken.get(*saved).copied()) {
                        return Err(other);
                    }
                    in_the_way = Some(other);
                }
            }
        }
        in_the_way.map_or(Ok(()), Err)
    }
}

/// The containers around all of the paths.
fn common(paths: &[&Path]) -> Path {
    let Some((first, rest)) = paths.split_first() else { return Path::new() };
    let shared = |path: &&Path| path.iter().zip(first.iter()).take_while(|(a, b)| a == b).count();
    let length = rest.iter().map(shared).min().unwrap_or(first.len());
    first[..length].to_vec()
}
