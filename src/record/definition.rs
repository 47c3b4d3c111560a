//! Form and list lines: the definitions travel with the records that they made.

use super::line::{LineProblem, MAX_LINE};
use super::revision::Revision;
use crate::value::write_string;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// A form's or a list's source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Definition {
    /// `{"form":…,"version":…,"hash":…,"source":…}`
    Form {
        /// Its id.
        id: String,
        /// Its version.
        version: u32,
        /// The text.
        source: String,
    },
    /// `{"list":…,"hash":…,"source":…}`
    List {
        /// `lists/energy.csv`
        name: String,
        /// The text.
        source: String,
    },
}

/// A body line of a central file or a line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)]
pub enum Entry {
    /// A form or list.
    Definition(Definition),
    /// A revision.
    Revision(Revision),
}

impl Definition {
    /// The text.
    pub fn source(&self) -> &str {
        match self {
            Self::Form { source, .. } | Self::List { source, .. } => source,
        }
    }

    /// SHA-256 of the text, as hex.
    pub fn hash(&self) -> String {
        Sha256::digest(self.source().as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The canonical line, without LF.
    pub fn line(&self) -> String {
        let mut out = String::with_capacity(self.source().len() + 160);
        match self {
            Self::Form { id, version, .. } => {
                out.push_str("{\"form\":");
                write_string(id, &mut out);
                out.push_str(&format!(",\"version\":{version}"));
            }
            Self::List { name, .. } => {
                out.push_str("{\"list\":");
                write_string(name, &mut out);
            }
        }
        out.push_str(&format!(",\"hash\":\"{}\",\"source\":", self.hash()));
        write_string(self.source(), &mut out);
        out.push('}');
        out
    }

    fn parse(text: &str) -> Result<Self, LineProblem> {
        let json: Json = serde_json::from_str(text).map_err(|_| LineProblem::NotALine)?;
        let string = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned).ok_or(LineProblem::NotALine);
        let definition = if text.starts_with("{\"form\"") {
            let version = json.get("version").and_then(Json::as_u64).and_then(|v| u32::try_from(v).ok()).ok_or(LineProblem::NotALine)?;
            Self::Form { id: string("form")?, version, source: string("source")? }
        } else {
            Self::List { name: string("list")?, source: string("source")? }
        };
        let line = definition.line();
        if line == text {
            return Ok(definition);
        }
        // Only the hash differs: the source was changed, or its hash was.
        let altered = line.len() == text.len() && string("hash")? != definition.hash();
        Err(if altered { LineProblem::Altered } else { LineProblem::NotCanonical })
    }
}

impl Entry {
    /// Reads a body line (without LF).
    ///
    /// # Errors
    /// Why it is refused.
    pub fn parse(line: &[u8]) -> Result<Self, LineProblem> {
        if line.starts_with(b"{\"record\"") {
            return super::line::parse(line).map(Self::Revision);
        }
        if line.len() > MAX_LINE {
            return Err(LineProblem::TooLong);
        }
        let text = std::str::from_utf8(line).map_err(|_| LineProblem::NotText)?;
        match text.get(..7) {
            Some("{\"form\"" | "{\"list\"") => Definition::parse(text).map(Self::Definition),
            _ => Err(LineProblem::NotALine),
        }
    }

    /// The canonical line, without LF.
    pub fn line(&self) -> String {
        match self {
            Self::Definition(definition) => definition.line(),
            Self::Revision(revision) => revision.line(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_name_their_own_hash() {
        let form = Definition::Form { id: "shop".into(), version: 3, source: "form = \"shop\"\n".into() };
        let line = form.line();
        assert_eq!(Entry::parse(line.as_bytes()), Ok(Entry::Definition(form)));
        assert_eq!(Entry::parse(line.replace("shop\\\"", "shop\\'").as_bytes()), Err(LineProblem::NotALine));
        assert_eq!(Entry::parse(line.replacen("= ", "=x", 1).as_bytes()), Err(LineProblem::Altered));
    }
}
