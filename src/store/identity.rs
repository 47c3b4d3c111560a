//! `identity.toml`: who works on this laptop. Small, readable, written atomically.

use super::StoreProblem;
use crate::disk;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file's name.
pub const FILE: &str = "identity.toml";

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
    /// [`StoreProblem::NotThere`] or [`StoreProblem::Identity`].
    pub fn load(dir: &Path) -> Result<Self, StoreProblem> {
        let path = dir.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(StoreProblem::NotThere(dir.to_owned())),
            Err(e) => return Err(StoreProblem::Io(path, e)),
        };
        toml::from_str(&text).map_err(|e| StoreProblem::Identity(path, e.message().to_owned()))
    }

    /// Writes it so that a crash leaves the old or the new one.
    ///
    /// # Errors
    /// The system's.
    pub fn save(&self, dir: &Path) -> Result<(), StoreProblem> {
        let path = dir.join(FILE);
        let text = toml::to_string(self).map_err(|e| StoreProblem::Identity(path.clone(), e.to_string()))?;
        disk::replace(&path, text.as_bytes()).map_err(|e| StoreProblem::Io(path, e))
    }
}

/// Cuts a label down to what a device name may hold: `LT-07` → `lt07`.
pub fn device_label(typed: &str) -> String {
    let folded: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    folded.to_ascii_lowercase()
}
