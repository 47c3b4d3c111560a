//! `${last-saved#name}` as the path into the last saved record that other formats write.

use super::sources::LAST_SAVED;
use super::words;
use crate::form::draft::{Cell, Row};
use std::collections::BTreeMap;

/// Rewrites the expressions and texts of all rows; `root` is the name of the form's root element.
pub fn resolve(rows: &mut [Row], root: &str) {
    let mut paths = BTreeMap::new();
    gather(rows, &format!("instance('{LAST_SAVED}')/{root}"), &mut paths);
    rewrite_all(rows, &paths);
}

fn gather(rows: &[Row], above: &str, paths: &mut BTreeMap<String, String>) {
    for row in rows {
        let path = format!("{above}/{}", row.name.text);
        gather(&row.children, &path, paths);
        paths.entry(row.name.text.clone()).or_insert(path);
    }
}

fn rewrite_all(rows: &mut [Row], paths: &BTreeMap<String, String>) {
    for row in rows {
        row.cells.values_mut().for_each(|cell| rewrite(cell, paths));
        for (text, _) in row.texts.values_mut() {
            for said in [&mut text.vi, &mut text.en].into_iter().chain(text.more.iter_mut().map(|(_, said)| said)) {
                if let Some(text) = rewritten(said, paths, &|path| format!("${{{path}}}")) {
                    *said = text;
                }
            }
        }
        row.sets.iter_mut().for_each(|set| rewrite(&mut set.value, paths));
        rewrite_all(&mut row.children, paths);
    }
}

fn rewrite(cell: &mut Cell, paths: &BTreeMap<String, String>) {
    if let Some(text) = rewritten(&cell.text, paths, &str::to_owned) {
        *cell = Cell::made(text, cell.place.clone());
    }
}

/// The text with `written` paths; `None` where it speaks of no last saved record.
fn rewritten(text: &str, paths: &BTreeMap<String, String>, written: &dyn Fn(&str) -> String) -> Option<String> {
    let mut out = String::new();
    let mut from = 0;
    for reference in words::references(text).iter().filter(|reference| reference.last_saved) {
        let Some(path) = reference.name.and_then(|name| paths.get(name)) else { continue };
        out.push_str(&text[from..reference.part.start]);
        out.push_str(&written(path));
        from = reference.part.end;
    }
    (from > 0).then(|| out + &text[from..])
}
