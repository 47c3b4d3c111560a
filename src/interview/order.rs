//! The order of questions and of repeat rows.

use crate::form::instance::{Instance, ROOT_ROW, RowId};
use crate::form::{Form, Kind, NodeId};

/// Visits every node of every row in the order of asking: a repeat, then its rows one by one.
pub fn walk(form: &Form, instance: &Instance, visit: &mut dyn FnMut(RowId, NodeId)) {
    walk_row(form, instance, ROOT_ROW, visit);
}

fn walk_row(form: &Form, instance: &Instance, row: RowId, visit: &mut dyn FnMut(RowId, NodeId)) {
    for id in &form.scope(instance.row(row).scope).nodes {
        visit(row, *id);
        if let Kind::Repeat(scope) = form.node(*id).kind {
            for inner in instance.children(form, row, scope) {
                walk_row(form, instance, *inner, visit);
            }
        }
    }
}

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

fn digit(byte: u8) -> usize {
    DIGITS.iter().position(|d| *d == byte).unwrap_or(0)
}

/// An order key that sorts between two others (a fraction in base 62, written without `0.`), so that a row can be put
/// anywhere without touching another. `None` is an open end.
pub fn between(low: Option<&str>, high: Option<&str>) -> String {
    let low = low.unwrap_or("").as_bytes();
    let high = high.filter(|h| h.as_bytes() > low).map(str::as_bytes);
    let mut key = String::new();
    let mut bounded = high.is_some();
    for at in 0.. {
        let least = low.get(at).map_or(0, |b| digit(*b));
        let most = if bounded { high.and_then(|h| h.get(at)).map_or(62, |b| digit(*b)) } else { 62 };
        if most > least + 1 {
            // At an open end a small step keeps keys short over many appended rows; between two rows take the middle.
            let step = if high.is_none() && at > 0 || high.is_none() && !low.is_empty() { 1 } else { (most - least) / 2 };
            key.push(DIGITS[least + step] as char);
            return key;
        }
        key.push(DIGITS[least] as char);
        if most != least {
            bounded = false;
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_row_stands_in_the_middle() {
        assert_eq!(between(None, None), "V");
        assert_eq!(between(Some("V"), None), "W");
        assert_eq!(between(Some("z"), None), "z1");
        assert_eq!(between(Some("V"), Some("W")), "VV");
        assert_eq!(between(None, Some("1")), "0V");
    }

    proptest! {
        #[test]
        fn a_key_always_fits_between(choices in proptest::collection::vec(0usize..100, 1..200)) {
            let mut keys: Vec<String> = Vec::new();
            for choice in choices {
                let at = choice % (keys.len() + 1);
                let low = at.checked_sub(1).map(|i| keys[i].clone());
                let high = keys.get(at).cloned();
                let key = between(low.as_deref(), high.as_deref());
                prop_assert!(low.is_none_or(|l| l < key) && high.is_none_or(|h| key < h), "{key}");
                keys.insert(at, key);
            }
        }
    }
}
