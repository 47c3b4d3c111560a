//! Moving a row of a repeat to another place.

use super::{Around, Interview, order};
use crate::value::Value;

impl Interview {
    /// Moves a row (`energy/k3f9`) so that it becomes the `to`-th (from 0) of its repeat; false where it cannot move.
    /// Only its own order key changes, unless two rows share one (two laptops added a row each): then all get new ones.
    pub fn move_row(&mut self, row: &str, to: usize, around: Around<'_>) -> bool {
        let Some((start, _)) = row.rsplit_once('/') else { return false };
        let instance = &self.derived().instance;
        let mut rows: Vec<(String, String)> =
            self.rows(start).iter().map(|id| instance.row(*id)).map(|r| (r.prefix.trim_end_matches('/').to_owned(), r.order.to_string())).collect();
        let Some(from) = rows.iter().position(|(path, _)| path == row).filter(|from| *from != to && to < rows.len()) else { return false };
        let moved = rows.remove(from);
        rows.insert(to, moved);
        let before = to.checked_sub(1).map(|at| rows[at].1.clone());
        let after = rows.get(to + 1).map(|(_, order)| order.clone());
        let fits = before.as_ref().zip(after.as_ref()).is_none_or(|(before, after)| before < after);
        if fits {
            rows = vec![(row.to_owned(), order::between(before.as_deref(), after.as_deref()))];
        } else {
            let mut last: Option<String> = None;
            for (_, key) in &mut rows {
                *key = order::between(last.as_deref(), None);
                last = Some(key.clone());
            }
        }
        for (path, order) in rows {
            self.answer(&format!("{path}/#"), Some(Value::text(order)), around);
        }
        true
    }
}
