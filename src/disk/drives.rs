//! Removable drives and the central files on them, where each system mounts such.

use std::fs;
use std::path::{Path, PathBuf};

/// What a central file is called where none is there yet.
pub const NAME: &str = "khuyencong.jsonl";

/// So many are offered at most: a drive full of other files must not hide the rest.
const MOST: usize = 12;

/// The central files in the top folders of removable drives, then where one would be made on drives without any.
pub fn central_files() -> Vec<PathBuf> {
    central_files_on(&roots().into_iter().flat_map(|root| folders(&root)).collect::<Vec<_>>())
}

/// The same over given drives.
pub fn central_files_on(drives: &[PathBuf]) -> Vec<PathBuf> {
    let (mut found, mut offered) = (Vec::new(), Vec::new());
    for drive in drives {
        let before = found.len();
        found.extend(entries(drive).into_iter().filter(|path| is_central(path)));
        if found.len() == before {
            offered.push(drive.join(NAME));
        }
    }
    found.extend(offered);
    found.truncate(MOST);
    found
}

fn is_central(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    path.is_file() && (name.ends_with(".jsonl") || name.ends_with(".jsonl.zst"))
}

/// Folders in which drives appear; on Windows the drives themselves lie in none.
fn roots() -> Vec<PathBuf> {
    if cfg!(windows) {
        return vec![PathBuf::new()];
    }
    let user = std::env::var("USER").unwrap_or_default();
    let mut roots = vec![PathBuf::from("/Volumes")];
    if !user.is_empty() {
        roots.extend(["/media", "/run/media"].into_iter().map(|root| Path::new(root).join(&user)));
    }
    roots
}

fn folders(root: &Path) -> Vec<PathBuf> {
    if cfg!(windows) {
        return ('D'..='Z').map(|letter| PathBuf::from(format!("{letter}:\\"))).filter(|drive| drive.is_dir()).collect();
    }
    entries(root).into_iter().filter(|path| path.is_dir()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_there_come_before_those_that_would_be_made() {
        let place = tempfile::tempdir().unwrap();
        let (empty, full) = (place.path().join("a"), place.path().join("b"));
        [&empty, &full].iter().for_each(|dir| fs::create_dir(dir).unwrap());
        fs::write(full.join("tong-hop.jsonl"), "").unwrap();
        fs::write(full.join("note.txt"), "").unwrap();
        assert_eq!(central_files_on(&[empty.clone(), full.clone()]), [full.join("tong-hop.jsonl"), empty.join(NAME)]);
    }
}
