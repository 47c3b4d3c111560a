//! Attached files: a path that a person typed, pasted or dropped → the file's hash, and a copy of it in the store's folder.

use super::chance::Chance;
use crate::disk::AtomicFile;
use crate::interview::json::Keys;
use crate::interview::show;
use crate::locale::{Text, say};
use crate::value::FileRef;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The folder of attached files in a store's, each named by the SHA-256 of its content.
pub const FOLDER: &str = "attachments";

/// A larger file is no attachment of a survey.
const MAX_BYTES: u64 = 256 << 20;

/// Reads a file; with a folder, a copy of it is there afterwards, durable.
///
/// # Errors
/// A sentence.
pub fn attach(given: &str, folder: Option<&Path>) -> Result<FileRef, Text> {
    let path = found(given);
    let shown = &path.display();
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Text::both(|l| say::asking::file_absent(l, shown)),
        _ => Text::both(|l| say::asking::file_refused(l, shown, &error)),
    };
    // A pipe or a device would never end: not even opened.
    let metadata = std::fs::metadata(&path).map_err(refused)?;
    if !metadata.is_file() {
        return Err(Text::both(|l| say::asking::file_is_none(l, shown)));
    }
    if metadata.len() > MAX_BYTES {
        return Err(Text::both(|l| say::asking::file_too_large(l, shown, show::size(MAX_BYTES, l))));
    }
    let (sha256, bytes) = pass_on(&path, &mut io::sink()).map_err(refused)?;
    let name = path.file_name().map_or_else(|| sha256.clone(), |name| name.to_string_lossy().into_owned());
    if let Some(folder) = folder {
        keep(&path, folder, (&sha256, bytes)).map_err(refused)?;
    }
    Ok(FileRef { sha256, bytes, name: crate::locale::fold::nfc(&name) })
}

/// The path that is meant: as typed, without the quotes or backslashes that terminals and file managers put around it.
fn found(given: &str) -> PathBuf {
    let given = given.trim();
    let quoted = ['"', '\''].iter().find_map(|quote| given.strip_prefix(*quote)?.strip_suffix(*quote));
    let address = given.strip_prefix("file://").map(unescaped);
    let home = given.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    let candidates = [Some(PathBuf::from(given)), quoted.map(PathBuf::from), address.map(PathBuf::from), home, Some(PathBuf::from(given.replace("\\ ", " ")))];
    candidates.iter().flatten().find(|path| path.exists()).cloned().unwrap_or_else(|| PathBuf::from(quoted.unwrap_or(given)))
}

/// `%20` → a space.
fn unescaped(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, after @ ..] = rest {
        let code = (*first == b'%').then(|| after.get(..2)).flatten().and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Copies a file's bytes; gives their hash and number, no more of them than [`MAX_BYTES`].
fn pass_on(path: &Path, to: &mut impl Write) -> io::Result<(String, u64)> {
    let mut from = File::open(path)?.take(MAX_BYTES);
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        bytes += read as u64;
    }
    let hex = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((hex, bytes))
}

fn keep(path: &Path, folder: &Path, (sha256, bytes): (&str, u64)) -> io::Result<()> {
    let target = folder.join(sha256);
    if std::fs::metadata(&target).is_ok_and(|there| there.len() == bytes) {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    let mut copy = AtomicFile::create(&target)?;
    let (written, _) = pass_on(path, &mut copy)?;
    if written != sha256 {
        return Err(io::Error::other("it is being written to"));
    }
    copy.commit(false)
}

/// Row keys, and files that are attached to a store.
pub struct Attaching {
    keys: Chance,
    folder: PathBuf,
}

impl Attaching {
    /// For the store in a folder.
    pub fn new(keys: Chance, store: &Path) -> Self {
        Self { keys, folder: store.join(FOLDER) }
    }
}

impl Keys for Attaching {
    fn key(&mut self) -> String {
        self.keys.key(4)
    }

    fn file(&mut self, path: &str) -> Result<FileRef, Text> {
        attach(path, Some(&self.folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_however_its_path_was_pasted_and_copied_once() {
        let place = tempfile::tempdir().unwrap();
        let (file, folder) = (place.path().join("ảnh máy.jpg"), place.path().join("store/attachments"));
        std::fs::write(&file, b"abc").unwrap();
        let path = file.display().to_string();
        let pasted = [path.clone(), format!("'{path}'"), format!("\"{path}\" "), path.replace(' ', "\\ "), format!("file://{}", path.replace(' ', "%20"))];
        for given in pasted {
            let found = attach(&given, Some(&folder)).unwrap_or_else(|why| panic!("{given}: {}", why.en));
            assert_eq!((found.name.as_str(), found.bytes), ("ảnh máy.jpg", 3));
            assert_eq!(found.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        }
        let kept: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(std::fs::read(&kept[0]).unwrap(), b"abc");
    }

    #[test]
    fn what_is_no_file_is_refused_with_a_sentence() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().display().to_string();
        assert_eq!(attach(&folder, None).unwrap_err().en, format!("{folder} is not a file"));
        let absent = format!("{folder}/none.jpg");
        assert_eq!(attach(&absent, None).unwrap_err().en, format!("There is no file {absent}"));
    }
}
