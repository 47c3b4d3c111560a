//! `identity.toml`: who works on this laptop. Small, readable, written atomically, with a sum behind it and a copy beside it.

use super::StoreProblem;
use crate::disk;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file's name.
pub const FILE: &str = "identity.toml";

/// The same once more, for when the first is damaged.
pub const COPY: &str = "identity.copy.toml";

/// The layout of the store's folder that this program writes. Raised when an older program must not write there any
/// more; see `migrate`.
pub const FORMAT: u32 = 3;

const SUM: &str = "# sum ";

fn first_format() -> u32 {
    1
}

/// What a person does in the programme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Surveys and follow-ups.
    #[default]
    Collaborator,
    /// Inspections.
    Inspector,
    /// Merging, approving, reporting.
    Supervisor,
}

/// Who works on this laptop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The layout of the folder; what is saved is always [`FORMAT`].
    #[serde(default = "first_format")]
    pub format: u32,
    /// Their name.
    pub person: String,
    /// The laptop's label and 6 random characters, `lt07-k3f9q2`: the name of its chain of revisions.
    pub device: String,
    /// What they do.
    #[serde(default)]
    pub role: Role,
    /// Codes of their communes.
    #[serde(default)]
    pub communes: Vec<String>,
    /// `vi` or `en`; empty to follow the system.
    #[serde(default)]
    pub language: String,
    /// How Vietnamese is typed without an input method, `Telex` or `VNI`; empty where the machine has one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub typing: String,
    /// The programme that the records belong to.
    pub programme: String,
    /// Whether all records are synthetic.
    #[serde(default)]
    pub demo: bool,
    /// The highest number of this laptop's revisions that a sync has carried away.
    #[serde(default)]
    pub synced: u64,
    /// Central files that were used, the last first.
    #[serde(default)]
    pub central_files: Vec<String>,
}

impl Identity {
    /// Reads it.
    ///
    /// # Errors
    /// [`StoreProblem::NotThere`], [`StoreProblem::Identity`] or [`StoreProblem::Newer`].
    pub fn load(dir: &Path) -> Result<Self, StoreProblem> {
        Self::load_file(dir, FILE)
    }

    /// Reads the copy.
    ///
    /// # Errors
    /// The same.
    pub fn load_copy(dir: &Path) -> Result<Self, StoreProblem> {
        Self::load_file(dir, COPY)
    }

    fn load_file(dir: &Path, name: &str) -> Result<Self, StoreProblem> {
        let path = dir.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Self::read(&bytes).map_err(|why| StoreProblem::Identity(path.clone(), why)).and_then(|identity| match identity.format {
                1..=FORMAT => Ok(identity),
                newer => Err(StoreProblem::Newer(dir.to_owned(), newer.try_into().unwrap_or(u16::MAX))),
            }),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(StoreProblem::NotThere(dir.to_owned())),
            Err(e) => Err(StoreProblem::Io(path, e)),
        }
    }

    /// Reads its text. The sum at the end must fit; format 1 had none.
    ///
    /// # Errors
    /// What is wrong, in the words of the reader.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
        let (body, sum) = match text.rfind(SUM) {
            Some(at) => (&text[..at], Some(text[at + SUM.len()..].strip_suffix('\n').unwrap_or("cut"))),
            None => (text, None),
        };
        let actual = format!("{:08x}", crc32fast::hash(body.as_bytes()));
        if let Some(sum) = sum.filter(|sum| *sum != actual) {
            return Err(format!("sum {sum} ≠ {actual}"));
        }
        let identity: Self = toml::from_str(text).map_err(|e| e.message().to_owned())?;
        if sum.is_none() && identity.format > first_format() { Err("sum?".to_owned()) } else { Ok(identity) }
    }

    /// Writes it so that a crash leaves the old or the new one.
    ///
    /// # Errors
    /// The system's.
    pub fn save(&self, dir: &Path) -> Result<(), StoreProblem> {
        let path = dir.join(FILE);
        let current = Self { format: FORMAT, ..self.clone() };
        let body = toml::to_string(&current).map_err(|e| StoreProblem::Identity(path.clone(), e.to_string()))?;
        let text = format!("{body}{SUM}{:08x}\n", crc32fast::hash(body.as_bytes()));
        [path, dir.join(COPY)].into_iter().try_for_each(|path| disk::replace(&path, text.as_bytes()).map_err(|e| StoreProblem::Io(path, e)))
    }
}

/// Cuts a label down to what a device name may hold: `LT-07` → `lt07`.
pub fn device_label(typed: &str) -> String {
    let folded: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    folded.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused_or_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let saved = Identity { person: "Người Thử".into(), device: "lt07-k3f9q2".into(), communes: vec!["32244".into()], synced: 41, format: FORMAT, ..Identity::default() };
        saved.save(dir.path()).unwrap();
        let good = std::fs::read(dir.path().join(FILE)).unwrap();
        assert_eq!(Identity::read(&good).as_ref(), Ok(&saved));
        let harmless = |bytes: &[u8]| Identity::read(bytes).is_ok_and(|read| read != saved);
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert!(!harmless(&bad), "byte {at} bit {bit}");
            }
            assert!(!harmless(&good[..at]), "cut at {at}");
        }
    }
}
