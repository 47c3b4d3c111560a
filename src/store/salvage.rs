//! What can still be read of a view that is not to be trusted, or of one of an earlier schema: revisions and definitions
//! one by one, each vouched for by its own hash.

use super::dictionary::Dictionary;
use super::envelope::{self, EnvelopeProblem};
use super::schema::{RevisionV1, RevisionV2, SCHEMA, unpack, unpack_body};
use super::trees::{definition_of, each_bytes, key_parts, open_db};
use crate::record::{Entry, Revision};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a view, giving every entry that is whole. What is not, is passed over.
pub fn salvage(sled: &Path) -> Vec<Entry> {
    let mut found = Vec::new();
    // It was looked at a moment ago, and its lock may not be free yet.
    let Ok(db) = open_db(sled) else { return found };
    let dictionary = names(&db);
    if let Ok(tree) = db.open_tree("definitions") {
        let _ = each_bytes(&tree, b"", &mut |key, bytes| {
            let source = any_schema::<String>(bytes);
            found.extend(source.and_then(|source| definition_of(key, source)).map(Entry::Definition).filter(is_whole));
            Ok(())
        });
    }
    if let Ok(tree) = db.open_tree("revisions") {
        let _ = each_bytes(&tree, b"", &mut |key, bytes| {
            found.extend(revision(key, bytes, &dictionary).map(Entry::Revision).filter(is_whole));
            Ok(())
        });
    }
    found
}

/// Whether an entry has the hash that it names.
fn is_whole(entry: &Entry) -> bool {
    Entry::parse(entry.line().as_bytes()).is_ok_and(|again| again == *entry)
}

/// The shape of a definition's text is the same in all schemas.
fn any_schema<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match envelope::open(SCHEMA, bytes) {
        Err(EnvelopeProblem::Older(schema)) => envelope::open(schema, bytes).ok(),
        other => other.ok(),
    }
}

fn revision(key: &[u8], bytes: &[u8], dictionary: &Dictionary) -> Option<Revision> {
    let key = key_parts(key)?;
    match envelope::open::<RevisionV2>(SCHEMA, bytes) {
        Ok(packed) => unpack(packed, key, dictionary),
        Err(EnvelopeProblem::Older(2)) => unpack(envelope::open(2, bytes).ok()?, key, dictionary),
        Err(EnvelopeProblem::Older(1)) => unpack_body(envelope::open::<RevisionV1>(1, bytes).ok()?, key, dictionary),
        Err(_) => None,
    }
}

/// Names at their places; a lost one leaves its place empty.
fn names(db: &sled::Db) -> Dictionary {
    let mut by_number = BTreeMap::new();
    if let Ok(tree) = db.open_tree("names") {
        let _ = each_bytes(&tree, b"", &mut |key, bytes| {
            let number = <[u8; 4]>::try_from(key).map(u32::from_be_bytes);
            by_number.extend(number.ok().zip(any_schema::<String>(bytes)));
            Ok(())
        });
    }
    // No form has as many names: a number beyond it is damage, and must not make a list of that length.
    const MOST: u32 = 1 << 20;
    let end = by_number.keys().next_back().map_or(0, |last| (last + 1).min(MOST));
    Dictionary::new((0..end).map(|number| by_number.remove(&number).unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Definition;
    use crate::store::view::View;
    use std::sync::mpsc::channel;

    #[test]
    fn a_view_whose_lock_is_let_go_a_moment_later_gives_what_it_has() {
        let dir = tempfile::tempdir().unwrap();
        let sled = dir.path().join("sled");
        let form = Entry::Definition(Definition::Form { id: "shop".into(), version: 1, source: "form = \"shop\"\n".into() });
        let view = View::open(&sled).unwrap();
        view.insert(&form, "lt01", chrono::DateTime::default()).unwrap();
        let (begins, begun) = channel();
        let salvaging = std::thread::spawn(move || {
            begins.send(()).unwrap();
            salvage(&sled)
        });
        begun.recv().unwrap();
        drop(view);
        assert_eq!(salvaging.join().unwrap(), [form]);
    }
}
