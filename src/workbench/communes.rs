//! Communes as people name them.

use super::library::Library;
use crate::error::{Exit, Failure};
use crate::form::expression::compile::nearest;
use crate::form::list::Choice;
use crate::locale::{Text, fold, say};

/// So many names are offered.
const OFFERED: usize = 5;

/// So many letters of a name say which is meant, if only one begins so.
const ENOUGH: usize = 3;

impl Library {
    /// The code of a commune from its code or its name, with or without tone marks and `xã`, `phường`; the beginning of a name
    /// is enough where only one begins so.
    ///
    /// # Errors
    /// Names that may be meant.
    pub fn commune(&self, typed: &str) -> Result<String, Vec<Text>> {
        let list = self.list("lists/communes.csv").ok_or_else(Vec::new)?;
        let wanted = bare(&fold::fold(typed)).to_owned();
        let names: Vec<(String, &Choice)> = list.choices.iter().map(|choice| (bare(&fold::fold(&choice.label.vi)).to_owned(), choice)).collect();
        if let Some((_, found)) = names.iter().find(|(name, choice)| *choice.name == *typed.trim() || *name == wanted) {
            return Ok(found.name.to_string());
        }
        let begin_so: Vec<&Choice> = names.iter().filter(|(name, _)| wanted.len() >= ENOUGH && name.starts_with(&wanted)).map(|(_, choice)| *choice).collect();
        if let [only] = begin_so[..] {
            return Ok(only.name.to_string());
        }
        let query = fold::Query::new(&wanted);
        let close = nearest(&wanted, names.iter().map(|(name, _)| name.as_str()));
        let close = names.iter().find(|(name, _)| close.as_ref() == Some(name)).map(|(_, choice)| *choice);
        let may_be = begin_so.into_iter().chain(names.iter().filter(|(name, _)| query.matches(name)).map(|(_, choice)| *choice)).chain(close);
        let mut labels: Vec<Text> = Vec::new();
        for label in may_be.map(|choice| choice.label.clone()) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels.truncate(OFFERED);
        Err(labels)
    }
}

/// A folded name without what kind of place it is.
fn bare(name: &str) -> &str {
    ["xa ", "phuong "].iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}

/// That there is no such commune, and which may be meant.
pub(super) fn unknown(typed: &str, near: &[Text]) -> Failure {
    let failure = Failure::new(Exit::Usage, Text::both(|l| say::failure::unknown_commune(l, typed)));
    failure.hint(Text::both(|l| {
        if near.is_empty() { say::failure::no_commune_hint(l) } else { say::failure::near_communes(l, near.iter().map(|name| name.get(l)).collect::<Vec<_>>().join(", ")) }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::Settings;

    #[test]
    fn a_commune_is_known_by_code_by_name_and_by_the_beginning_of_one_name_only() {
        let library = Library::new(&Settings::default());
        let code = |typed: &str| library.commune(typed);
        let own = code("Lương Thế Trân").unwrap();
        for typed in [own.as_str(), "luong the tran", "xa Luong The Tran", "LUONG THE TR", " lương thế "] {
            assert_eq!(code(typed).as_ref(), Ok(&own), "{typed}");
        }
        // A name that others begin with is that of its own commune.
        assert!(code("an xuyen").is_ok());
        assert!(code("luong tran the").unwrap_err().iter().any(|name| name.vi.ends_with("Lương Thế Trân")), "words in another order");
        assert!(code("luong te tran").unwrap_err().iter().any(|name| name.vi.ends_with("Lương Thế Trân")), "a slip");
        let many = code("tan").unwrap_err();
        assert!((2..=OFFERED).contains(&many.len()), "{many:?}");
        assert_eq!(code(""), code("  "));
        assert!(code("zzzz").unwrap_err().is_empty());
    }
}
