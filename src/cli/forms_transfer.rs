//! `forms import`, `forms export`: forms from and to other shapes.

use super::{Context, flag, option, say_out};
use crate::disk;
use crate::error::{Exit, Failure};
use crate::form::draft::{Draft, Source};
use crate::form::list::{Choice, ChoiceList};
use crate::form::problem::{Problem, Severity, render_all};
use crate::form::workbook::clean;
use crate::form::xlsform_write::{Unwritable, bytes, sentences, write};
use crate::form::{check, check_lists, toml_write};
use crate::locale::{Lang, Text, say};
use crate::workbench::library::Library;
use clap::{Arg, ArgMatches, Command};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

pub fn commands(lang: Lang) -> [Command; 2] {
    use say::transfer_forms as s;
    let output = || option("output", "FILE", say::cli::output(lang)).short('o').required(true);
    let force = || flag("force", s::force(lang));
    [
        Command::new("import").about(s::forms_import(lang)).args([Arg::new("file").value_name("FILE").required(true), output(), force()]),
        Command::new("export").about(s::forms_export(lang)).args([Arg::new("form").value_name("FORM").required(true).help(s::form_or_file(lang)), output(), force()]),
    ]
}

/// Reads a file of any shape and writes it as TOML, if it makes a form.
pub fn import(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    let file = Path::new(matches.get_one::<String>("file").map_or("", String::as_str));
    let output = Output::of(matches, &["toml"])?;
    let Some(mut form) = Found::file(file, context)? else { return Ok(ExitCode::from(Exit::Refused as u8)) };
    form.drop_copies(context.lang);
    form.drop_empty_columns();
    if !form.holds(context) {
        return Ok(ExitCode::from(Exit::Refused as u8));
    }
    output.write(toml_write::write(&form.draft).as_bytes())?;
    say_out(say::transfer_forms::wrote(context.lang, output.path.display()));
    for (name, text) in form.files_beside() {
        output.write_beside(&name, &text, context.lang)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a form of the library, or one in a file, as a workbook or as TOML.
pub fn export(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    let name = matches.get_one::<String>("form").map_or("", String::as_str);
    let output = Output::of(matches, &["xlsx", "toml"])?;
    let found = if Path::new(name).is_file() { Found::file(Path::new(name), context)? } else { Found::named(name, context)? };
    let Some(form) = found else { return Ok(ExitCode::from(Exit::Refused as u8)) };
    if output.ending == "toml" {
        output.write(toml_write::write(&form.draft).as_bytes())?;
        say_out(say::transfer_forms::wrote(context.lang, output.path.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let written = write(&form.draft, &|list: &str| form.list(list));
    output.write(&bytes(&written.sheets).map_err(|why| too_large(&why))?)?;
    say_out(say::transfer_forms::wrote(context.lang, output.path.display()));
    for (name, text) in &written.files {
        output.write_beside(name, text, context.lang)?;
    }
    let losses = sentences(&written.losses, context.lang);
    if !losses.is_empty() {
        tell!("{}", say::transfer_forms::losses_begin(context.lang));
        losses.iter().for_each(|loss| tell!("- {loss}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn too_large(why: &Unwritable) -> Failure {
    use say::transfer_forms as s;
    Failure::new(
        Exit::Refused,
        Text::both(|lang| match why {
            Unwritable::TooLong { sheet, column, row } => s::cell_too_long(lang, sheet, column, row),
            Unwritable::TooLarge(why) => s::book_too_large(lang, why),
        }),
    )
}

/// A form that was read, and where its lists are looked for.
struct Found {
    draft: Draft,
    folder: Option<PathBuf>,
    library: Library,
}

impl Found {
    /// A form in a file. Its problems are printed; `None` if it is no form at all.
    fn file(path: &Path, context: &Context) -> Result<Option<Self>, Failure> {
        let bytes = std::fs::read(path).map_err(|e| Failure::io(path, &e))?;
        let folder = path.parent().map(Path::to_owned);
        Ok(Self::read(&path.display().to_string(), &bytes, folder, context))
    }

    /// A form of the library.
    fn named(id: &str, context: &Context) -> Result<Option<Self>, Failure> {
        let library = Library::new(&context.settings);
        let file = format!("{id}.toml");
        match library.text(&file) {
            Some(text) => Ok(Self::read(&file, text.as_bytes(), None, context)),
            // The library says what there is.
            None => library.form(id).map(|_| None),
        }
    }

    fn read(name: &str, bytes: &[u8], folder: Option<PathBuf>, context: &Context) -> Option<Self> {
        let (draft, problems) = match crate::form::read_bytes(name, bytes) {
            Ok(read) => read,
            Err((source, problems)) => {
                told(&problems, &source, context);
                return None;
            }
        };
        told(&problems, &draft.source, context);
        let bad = problems.iter().any(|problem| problem.severity == Severity::Error);
        (!bad).then(|| Self { draft, folder, library: Library::new(&context.settings) })
    }

    /// Whether it makes a form; what is wrong or doubtful is printed.
    fn holds(&self, context: &Context) -> bool {
        let checked = check::check(&self.draft, &|list: &str| self.list(list));
        let good = checked.is_ok();
        told(&checked.map_or_else(|problems| problems, |(_, problems)| problems), &self.draft.source, context);
        good
    }

    /// The text of a list file: beside the form, then of the library.
    fn list(&self, name: &str) -> Option<Arc<str>> {
        self.list_beside(name).or_else(|| self.library.text(name))
    }

    fn list_beside(&self, name: &str) -> Option<Arc<str>> {
        let folder = self.folder.as_ref().filter(|_| is_inside(name))?;
        std::fs::read_to_string(folder.join(name)).ok().map(Arc::from)
    }

    /// A workbook carries copies of list files: one that is at hand unchanged is read from its file again.
    fn drop_copies(&mut self, lang: Lang) {
        let lists = std::mem::take(&mut self.draft.lists);
        let (files, own): (Vec<_>, Vec<_>) = lists.into_iter().partition(|(list, _)| list.name.ends_with(".csv"));
        self.draft.lists = own;
        for (list, place) in files {
            let file = self.list(&list.name).and_then(|text| ChoiceList::from_csv(&list.name, &text).ok());
            if file.as_ref().is_some_and(|file| is_copy(&list, file)) {
                continue;
            }
            if file.is_some() {
                tell!("{}", say::transfer_forms::list_kept(lang, &list.name));
            }
            self.draft.lists.push((list, place));
        }
    }

    /// All lists of a workbook share its columns: those in which nothing stands and that nothing names are no loss.
    fn drop_empty_columns(&mut self) {
        let mut named = String::new();
        check_lists::each_row(&self.draft.rows, &mut |row| row.cells.values().for_each(|cell| named += &cell.text));
        for (list, _) in &mut self.draft.lists {
            *list = list.with_columns(|at, column| !list.is_empty_column(at) || named.contains(column));
        }
    }

    /// The list files that lie beside the form and that it uses.
    fn files_beside(&self) -> Vec<(String, Arc<str>)> {
        let mut names = std::collections::BTreeSet::new();
        check_lists::each_row(&self.draft.rows, &mut |row| names.extend(row.cells.get("choices_file").map(|cell| cell.text.clone())));
        names.retain(|name| !self.draft.lists.iter().any(|(list, _)| list.name == *name));
        names.into_iter().filter_map(|name| self.list_beside(&name).map(|text| (name, text))).collect()
    }
}

/// Whether a list that a workbook carries says nothing else than the file.
fn is_copy(list: &ChoiceList, file: &ChoiceList) -> bool {
    let same = |a: &str, b: &str| clean(a) == clean(b);
    let same_choice = |(a, b): (&Choice, &Choice)| {
        let cells = list.columns.iter().zip(&a.cells).filter(|(_, cell)| !cell.is_empty());
        let mut known = cells.map(|(column, cell)| file.cell(&b.name, column).is_some_and(|known| same(cell, known)));
        a.name == b.name && same(&a.label.vi, &b.label.vi) && same(&a.label.en, &b.label.en) && known.all(|same| same)
    };
    list.choices.len() == file.choices.len() && list.choices.iter().zip(&file.choices).all(same_choice)
}

fn told(problems: &[Problem], source: &Source, context: &Context) {
    if !problems.is_empty() {
        tell!("{}", render_all(problems, source, context.lang));
    }
}

/// Whether a name stays in the folder that it is joined to.
fn is_inside(name: &str) -> bool {
    Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Where to write.
struct Output {
    path: PathBuf,
    ending: String,
    force: bool,
}

impl Output {
    fn of(matches: &ArgMatches, endings: &[&str]) -> Result<Self, Failure> {
        let path = PathBuf::from(matches.get_one::<String>("output").map_or("", String::as_str));
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        if !endings.contains(&ending.as_str()) {
            let wanted = endings.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(", ");
            return Err(Failure::new(Exit::Usage, Text::both(|lang| say::transfer_forms::wanted_ending(lang, path.display(), &wanted))));
        }
        let output = Self { path, ending, force: matches.get_flag("force") };
        output.free(&output.path)?;
        Ok(output)
    }

    fn free(&self, path: &Path) -> Result<(), Failure> {
        if self.force || !path.exists() {
            return Ok(());
        }
        let what = Text::both(|lang| say::transfer_forms::exists(lang, path.display()));
        Err(Failure::new(Exit::Usage, what).hint(Text::both(say::transfer_forms::exists_hint)))
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        disk::replace(&self.path, bytes).map_err(|e| Failure::io(&self.path, &e))
    }

    /// Writes a list file that belongs in the same folder, unless it is there already.
    fn write_beside(&self, name: &str, text: &str, lang: Lang) -> Result<(), Failure> {
        let path = self.path.with_file_name(name);
        if !is_inside(name) || std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return Ok(());
        }
        self.free(&path)?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| Failure::io(folder, &e))?;
        }
        disk::replace(&path, text.as_bytes()).map_err(|e| Failure::io(&path, &e))?;
        say_out(say::transfer_forms::wrote_beside(lang, path.display()));
        Ok(())
    }
}
