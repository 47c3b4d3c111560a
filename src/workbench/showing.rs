//! Showing an attached file with the system's own program.

use super::Desk;
use super::attaching::FOLDER;
use crate::disk::viewer;
use crate::error::{Exit, Failure};
use crate::locale::{Text, say::face as s};
use crate::value::FileRef;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Copies that are shown lie here, each under its own name: what a file is called tells the system how to show it, and what
/// is done to the copy is not done to the file that is kept.
const SHOWN: &str = "shown";

impl Desk {
    /// Shows an attached file; does not wait for it to be closed.
    ///
    /// # Errors
    /// It is not here, it is of a kind that might run, or nothing on this machine shows it.
    pub fn show_file(&self, file: &FileRef) -> Result<(), Failure> {
        let refuse = |what: Text| Failure::new(Exit::Refused, what);
        let name = file_name(&file.name);
        if !viewer::is_shown(&name) {
            let kept = self.dir().join(FOLDER).join(&file.sha256);
            return Err(refuse(Text::both(|l| s::not_shown(l, &name))).hint(Text::both(|l| s::file_lies(l, kept.display()))));
        }
        let copy = copy_of(self.dir(), &file.sha256, &name).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => refuse(Text::both(|l| s::file_not_here(l, &name))),
            _ => Failure::io(&self.dir().join(SHOWN), &e),
        })?;
        viewer::show(&copy, self.settings().viewer.as_ref()).map_err(|_| refuse(Text::both(|l| s::no_viewer(l, &name))).hint(Text::both(|l| s::file_lies(l, copy.display()))))
    }
}

/// The last part of a name, without what a file system does not take.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().map(|c| if c.is_control() || "<>:\"|?*".contains(c) { '_' } else { c }).collect::<String>().trim_matches(['.', ' ']).to_owned()
}

fn copy_of(store: &Path, sha256: &str, name: &str) -> io::Result<PathBuf> {
    let kept = store.join(FOLDER).join(sha256);
    let folder = store.join(SHOWN);
    // What was shown before has been looked at; what is still open may refuse to go.
    for old in fs::read_dir(&folder).into_iter().flatten().flatten().filter(|entry| entry.file_name() != sha256) {
        let _ = fs::remove_dir_all(old.path());
    }
    let place = folder.join(sha256);
    fs::create_dir_all(&place)?;
    let copy = place.join(name);
    if fs::metadata(&copy).ok().map(|there| there.len()) != Some(fs::metadata(&kept)?.len()) {
        fs::copy(&kept, &copy)?;
    }
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_elsewhere_stays_in_its_folder() {
        for (name, safe) in [("ảnh máy.jpg", "ảnh máy.jpg"), ("../../x/y.pdf", "y.pdf"), ("c:\\x\\y.pdf", "y.pdf"), ("a:b?.pdf", "a_b_.pdf"), ("..pdf", "pdf")] {
            assert_eq!(file_name(name), safe);
        }
    }
}
