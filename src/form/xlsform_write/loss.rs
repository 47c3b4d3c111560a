//! What a plain XLSForm tool will not do with a form that was written out.

use crate::locale::{Lang, say::transfer_forms as say};
use std::collections::BTreeMap;

/// Something that only this program does; it is kept in columns of our own and comes back when the file is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Soft checks.
    Warning,
    /// The value of the last record, shown beside the question.
    Previous,
    /// Units behind answers.
    Unit,
    /// References to other records.
    Reference,
    /// Choices taken from other records.
    Rows,
    /// Choices that are only proposed.
    Suggest,
    /// Choices by a path into an instance.
    Itemset,
    /// `money`, `percent`, `month`, `year`: written as the nearest native type.
    Type,
    /// Expressions with functions of ours.
    Functions,
    /// Expressions with functions that Collect does not know.
    Unknown,
    /// Triggers that no person answers.
    Trigger,
    /// Actions that XLSForm has no words for.
    Action,
    /// List files that were not at hand.
    File,
    /// `subject`, `date`, `summary`, `identity`.
    Head,
    /// First values and instances written as XML; these are not kept.
    Instances,
    /// What is declared about earlier versions; not kept either.
    Migrations,
}

/// Questions named in one sentence at most; the rest are counted.
const MOST_NAMES: usize = 6;

/// The losses as sentences.
pub fn sentences(losses: &BTreeMap<Loss, Vec<String>>, lang: Lang) -> Vec<String> {
    losses.iter().map(|(loss, names)| sentence(*loss, &short(names, lang), lang)).collect()
}

fn short(names: &[String], lang: Lang) -> String {
    let shown = names.iter().take(MOST_NAMES).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => say::and_more(lang, shown, more),
    }
}

fn sentence(loss: Loss, names: &str, lang: Lang) -> String {
    match loss {
        Loss::Warning => say::loss_warning(lang, names),
        Loss::Previous => say::loss_previous(lang, names),
        Loss::Unit => say::loss_unit(lang, names),
        Loss::Reference => say::loss_reference(lang, names),
        Loss::Rows => say::loss_rows(lang, names),
        Loss::Suggest => say::loss_suggest(lang, names),
        Loss::Itemset => say::loss_itemset(lang, names),
        Loss::Type => say::loss_type(lang, names),
        Loss::Functions => say::loss_functions(lang, names),
        Loss::Unknown => say::loss_unknown(lang, names),
        Loss::Trigger => say::loss_trigger(lang, names),
        Loss::Action => say::loss_action(lang, names),
        Loss::File => say::loss_file(lang, names),
        Loss::Head => say::loss_head(lang, names),
        Loss::Instances => say::loss_instances(lang),
        Loss::Migrations => say::loss_migrations(lang),
    }
}
