//! The forms and lists at hand: shipped ones (built in), those of a folder that replaces or adds to them, and those that
//! travelled here with records.

use super::{Settings, shipped};
use crate::error::{Exit, Failure};
use crate::form::check::Checked;
use crate::form::draft::{Draft, Source};
use crate::form::list::ChoiceList;
use crate::form::problem::{Problem, Severity};
use crate::form::{Form, Read, check, workbook};
use crate::locale::{Text, say};
use crate::programme::Programme;
use crate::record::Definition;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Different versions of lists are tried together at most this often to find the ones that a record was made with.
const MAX_COMBINATIONS: usize = 512;

type Loaded = Result<Arc<Form>, Failure>;

/// A form file's name and its text.
type FormFile = (String, Arc<str>);

/// The forms at hand.
#[derive(Clone)]
pub struct Library {
    folders: Vec<PathBuf>,
    workbooks: OnceCell<BTreeMap<String, FormFile>>,
    forms: BTreeMap<(String, u32), BTreeSet<Arc<str>>>,
    lists: BTreeMap<String, BTreeSet<Arc<str>>>,
    by_id: RefCell<BTreeMap<String, Loaded>>,
    by_of: RefCell<BTreeMap<String, Option<Arc<Form>>>>,
}

/// What a form file turned out to be.
pub struct Report {
    /// Its name and text.
    pub source: Source,
    /// The form, when it can be used.
    pub form: Option<Form>,
    /// Everything that is wrong or doubtful.
    pub problems: Vec<Problem>,
}

impl Library {
    /// With the folders of the settings.
    pub fn new(settings: &Settings) -> Self {
        let folders = settings.forms_dir.iter().cloned().chain([settings.data_dir.join("forms")]).collect();
        Self { folders, workbooks: OnceCell::new(), forms: BTreeMap::new(), lists: BTreeMap::new(), by_id: RefCell::default(), by_of: RefCell::default() }
    }

    /// Adds a definition that came with records.
    pub fn add(&mut self, definition: Definition) {
        let added = match definition {
            Definition::Form { id, version, source } => self.forms.entry((id, version)).or_default().insert(source.into()),
            Definition::List { name, source } => self.lists.entry(name).or_default().insert(source.into()),
        };
        if added {
            self.by_of.borrow_mut().retain(|_, form| form.is_some());
        }
    }

    /// Whether different forms came here under one id and version.
    pub fn is_contested(&self, id: &str, version: u32) -> bool {
        self.forms.get(&(id.to_owned(), version)).is_some_and(|sources| sources.len() > 1)
    }

    /// Ids and versions under which different forms came here.
    pub fn contested(&self) -> impl Iterator<Item = (&str, u32)> {
        self.forms.iter().filter(|(_, sources)| sources.len() > 1).map(|((id, version), _)| (id.as_str(), *version))
    }

    /// The text of a file of the forms folder: the person's, else the shipped one.
    pub fn text(&self, name: &str) -> Option<Arc<str>> {
        let inside = Path::new(name).components().all(|c| matches!(c, std::path::Component::Normal(_)));
        let own = self.folders.iter().filter(|_| inside).find_map(|folder| std::fs::read_to_string(folder.join(name)).ok());
        own.map(Arc::from).or_else(|| shipped::text(name).map(Arc::from))
    }

    /// The ids of all forms: shipped ones first, in the order of work.
    pub fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = shipped::forms().map(str::to_owned).collect();
        let mut own: Vec<String> = Vec::new();
        for entry in self.folders.iter().filter_map(|f| std::fs::read_dir(f).ok()).flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            own.extend(name.strip_suffix(".toml").filter(|id| *id != "programme").map(str::to_owned));
        }
        own.extend(self.workbooks().keys().cloned());
        own.sort();
        own.dedup();
        own.retain(|id| !ids.contains(id));
        ids.extend(own);
        ids
    }

    /// A form by id.
    ///
    /// # Errors
    /// There is none, or it has errors.
    pub fn form(&self, id: &str) -> Loaded {
        if let Some(loaded) = self.by_id.borrow().get(id) {
            return loaded.clone();
        }
        let loaded = self.load(id);
        self.by_id.borrow_mut().insert(id.to_owned(), loaded.clone());
        loaded
    }

    /// A form's file: `id.toml`, or the workbook that says it is this form.
    fn form_file(&self, id: &str) -> Option<FormFile> {
        let file = format!("{id}.toml");
        self.text(&file).map(|text| (file, text)).or_else(|| self.workbooks().get(id).cloned())
    }

    /// The workbooks of the folders by the form's id, which need not be the file's name; earlier folders go first.
    fn workbooks(&self) -> &BTreeMap<String, FormFile> {
        self.workbooks.get_or_init(|| {
            let files = self.folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flat_map(|entries| {
                let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| is_workbook_name(path)).collect();
                paths.sort();
                paths
            });
            let mut workbooks = BTreeMap::new();
            for path in files {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let Ok(bytes) = std::fs::read(&path) else { continue };
                if let Ok((draft, _)) = read_guarded(&name, &bytes) {
                    workbooks.entry(draft.id.text).or_insert((name, draft.source.text));
                }
            }
            workbooks
        })
    }

    fn load(&self, id: &str) -> Loaded {
        let Some((file, text)) = self.form_file(id) else {
            let hint = Text::both(|l| say::failure::no_form_hint(l, self.ids().join(", ")));
            return Err(Failure::new(Exit::Refused, Text::both(|l| say::failure::no_form(l, id))).hint(hint));
        };
        let report = load_text(&file, &text, &|name| self.text(name));
        report.form.map(Arc::new).ok_or_else(|| bad_form(&file, &report.problems))
    }

    /// Exactly the form (and lists) that a record names.
    pub fn by_of(&self, of: &str) -> Option<Arc<Form>> {
        if let Some(found) = self.by_of.borrow().get(of) {
            return found.clone();
        }
        let found = self.search(of);
        self.by_of.borrow_mut().insert(of.to_owned(), found.clone());
        found
    }

    fn search(&self, of: &str) -> Option<Arc<Form>> {
        let mut parts = of.split('@');
        let (id, version) = (parts.next()?, parts.next()?.parse::<u32>().ok()?);
        if let Ok(form) = self.form(id)
            && form.of == of
        {
            return Some(form);
        }
        let own = self.form_file(id).map(|(_, text)| text);
        let stored = self.forms.get(&(id.to_owned(), version)).into_iter().flatten().cloned();
        own.into_iter().chain(stored).find_map(|source| self.with_lists(id, &source, of))
    }

    /// Tries the known versions of the form's lists until the hash fits.
    fn with_lists(&self, id: &str, source: &Arc<str>, of: &str) -> Option<Arc<Form>> {
        let asked = RefCell::new(BTreeMap::<String, Vec<Arc<str>>>::new());
        let versions = |name: &str| {
            let mut all: Vec<Arc<str>> = self.text(name).into_iter().collect();
            all.extend(self.lists.get(name).into_iter().flatten().filter(|text| !all.contains(text)).cloned().collect::<Vec<_>>());
            all
        };
        let first = |name: &str| {
            let all = versions(name);
            let text = all.first().cloned();
            asked.borrow_mut().insert(name.to_owned(), all);
            text
        };
        let form = load_text(id, source, &first).form?;
        if form.of == of {
            return Some(Arc::new(form));
        }
        let asked = asked.into_inner();
        let count = asked.values().map(|v| v.len().max(1)).product::<usize>().min(MAX_COMBINATIONS);
        (1..count).find_map(|number| {
            let choose = |name: &str| {
                let mut rest = number;
                for (list, versions) in &asked {
                    let at = rest % versions.len().max(1);
                    rest /= versions.len().max(1);
                    if list == name {
                        return versions.get(at).cloned();
                    }
                }
                None
            };
            load_text(id, source, &choose).form.filter(|form| form.of == of).map(Arc::new)
        })
    }

    /// The programme: targets and how they are counted.
    ///
    /// # Errors
    /// The file has errors.
    pub fn programme(&self) -> Result<Programme, Failure> {
        let text = self.text("programme.toml").unwrap_or_default();
        self.read_programme(&text).map_err(|problems| {
            let source = Source::new("programme.toml", text);
            Failure::new(Exit::Refused, Text::both(|l| say::failure::bad_programme(l, "programme.toml")))
                .why(Text::both(|l| crate::form::problem::render_all(&problems, &source, l)))
        })
    }

    /// Reads a programme file over the forms and lists at hand.
    ///
    /// # Errors
    /// All its problems.
    pub fn read_programme(&self, text: &str) -> Result<Programme, Vec<Problem>> {
        Programme::read(text, crate::programme::read::Library { form: &|id| self.form(id).ok(), list: &|name| self.list(name) })
    }

    /// The same, with what stands in another folder first.
    pub fn beside(mut self, folder: &Path) -> Self {
        self.folders.insert(0, folder.to_owned());
        self
    }

    /// The programme's id, which every central file names.
    pub fn programme_id(&self) -> String {
        crate::programme::id_of(&self.text("programme.toml").unwrap_or_default())
    }

    /// A list by its name.
    pub fn list(&self, name: &str) -> Option<ChoiceList> {
        self.text(name).and_then(|text| ChoiceList::from_csv(name, &text).ok())
    }
}

/// Whether a file is named like a workbook; a spreadsheet program's lock file (`~$form.xlsx`) is none.
fn is_workbook_name(path: &Path) -> bool {
    let is_kind = path.extension().is_some_and(|kind| ["xlsx", "xlsm", "xls"].iter().any(|known| kind.eq_ignore_ascii_case(known)));
    is_kind && !path.file_name().unwrap_or_default().to_string_lossy().starts_with('~')
}

/// Reads a form's text for use.
fn load_text(name: &str, text: &str, lists: &dyn Fn(&str) -> Option<Arc<str>>) -> Report {
    report(crate::form::read(name, text), &|draft| check::load(draft, &lists))
}

/// Reads and checks a form file, a workbook or text, for its author.
pub fn check_bytes(name: &str, bytes: &[u8], lists: &dyn Fn(&str) -> Option<Arc<str>>) -> Report {
    report(read_guarded(name, bytes), &|draft| check::check(draft, &lists))
}

/// Reads a form file; a workbook on a thread of its own, since a damaged one may make its reader panic. That is caught,
/// but the person at the screen must not see it either.
fn read_guarded(name: &str, bytes: &[u8]) -> Read {
    let read = || crate::form::read_bytes(name, bytes);
    if !workbook::is_workbook(bytes) {
        return read();
    }
    let guarded = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name(crate::store::GUARDED_THREAD.to_owned()).spawn_scoped(scope, read).ok()?;
        thread.join().ok()
    });
    guarded.unwrap_or_else(|| Err((Source::new(name, ""), vec![Problem::error(0..0, Text::both(say::xlsform::not_a_workbook))])))
}

fn report(read: Read, check: &dyn Fn(&Draft) -> Checked) -> Report {
    let (draft, mut problems) = match read {
        Err((source, problems)) => return Report { source, form: None, problems },
        Ok(read) => read,
    };
    let checked = check(&draft);
    let is_bad = problems.iter().any(|p| p.severity == Severity::Error);
    let (form, found) = match checked {
        Ok((form, found)) => (Some(form).filter(|_| !is_bad), found),
        Err(found) => (None, found),
    };
    problems.extend(found);
    Report { source: draft.source, form, problems }
}

fn bad_form(file: &str, problems: &[Problem]) -> Failure {
    let first = problems.iter().find(|p| p.severity == Severity::Error).map(|p| p.what.clone()).unwrap_or_default();
    Failure::new(Exit::Refused, Text::both(|l| say::failure::bad_form(l, file))).why(first).hint(Text::both(|l| say::failure::bad_form_hint(l, file)))
}
