//! Why an answer has its value, in words: of a computed one the expression with its inputs, of a given one who wrote what
//! and the rule that chose.

use super::Desk;
use super::related::Related;
use super::upgrade::Standing;
use crate::error::{Exit, Failure};
use crate::form::draft::Row;
use crate::form::instance::RowId;
use crate::form::{Form, Kind, NodeId};
use crate::interview::{json, show};
use crate::locale::{Lang, Text, date, say};
use crate::record::merge::{Rule, why};
use crate::value::Value;

/// More values of one input than these are told by their number.
const MOST_VALUES: usize = 12;

impl Desk {
    /// Why the answer at a path has its value, line by line.
    ///
    /// # Errors
    /// There is no such record or answer, or its form is not here.
    pub fn explain(&self, record: &str, path: &str, lang: Lang) -> Result<Vec<String>, Failure> {
        let standing = self.standing(record)?;
        let form = standing.form.clone()?;
        let is_computed = form.node_of_path(path).is_some_and(|id| form.node(id).kind == Kind::Calculate);
        if is_computed {
            let related = self.row(record).and_then(|row| self.related(row));
            let place = related.as_ref().and_then(|related| Some((related, related.instance.locate(&related.form, path)?)));
            return place.map(|(related, at)| computed(related, at, lang)).ok_or_else(|| no_path(path));
        }
        let path = json::canonical_path(&form, &standing.merged.answers, path).ok_or_else(|| no_path(path))?;
        Ok(self.given(&standing, &form, &path, lang))
    }

    /// Who wrote what, and which rule chose.
    fn given(&self, standing: &Standing, form: &Form, path: &str, lang: Lang) -> Vec<String> {
        let why = why(standing.seen(), path, &standing.merged);
        let mut lines = vec![format!("{}: {}", show::path(form, &standing.merged.answers, path, lang), self.shown(form, path, standing.merged.answers.get(path), lang))];
        let told = |at: usize, what: String| {
            let revision = &standing.history.revisions()[at];
            let device = revision.device.split('-').next().unwrap_or_default();
            format!("{} · {} · {device}: {what}", date::local(revision.at.time()).format("%d/%m/%Y %H:%M"), revision.person)
        };
        for (at, value) in &why.writers {
            let revision = &standing.history.revisions()[*at];
            lines.push(told(*at, value.as_ref().map_or_else(|| show::cleared(path, lang), |v| self.shown(form, path, Some(v), lang))));
            lines.extend(revision.argument("reason").map(|reason| format!("  “{reason}”")));
            if let Some(by) = standing.history.undone_by(*at).map(|by| &standing.history.revisions()[by]) {
                lines.push(format!("  {}", say::looking::taken_back_by(lang, &by.person)));
            }
        }
        for (at, wrote) in &why.inside {
            let answers = wrote.iter().map(|(path, value)| format!("{} = {}", show::path(form, &standing.merged.answers, path, lang), self.shown(form, path, Some(value), lang)));
            lines.push(told(*at, answers.collect::<Vec<_>>().join("; ")));
        }
        lines.push(String::new());
        lines.push(rule(why.rule, lang));
        lines
    }

    /// A value as people read it; another record by what it is called.
    fn shown(&self, form: &Form, path: &str, value: Option<&Value>, lang: Lang) -> String {
        let other = value.and_then(|value| self.row(&value.plain()));
        other.map_or_else(|| show::one_line(&show::at_path(form, path, value, lang)), |row| row.summary.to_string())
    }
}

fn no_path(path: &str) -> Failure {
    Failure::new(Exit::Refused, Text::both(|l| say::failure::no_path(l, path)))
}

/// The rule of a merge as a sentence.
pub fn rule(rule: Rule, lang: Lang) -> String {
    use say::cli as s;
    match rule {
        Rule::NeverAnswered => s::why_never(lang),
        Rule::Latest => s::why_latest(lang),
        Rule::Agreed => s::why_agreed(lang),
        Rule::Resolved => s::why_resolved(lang),
        Rule::Conflict => s::why_conflict(lang),
        Rule::RowKept => s::why_row_kept(lang),
    }
}

/// The expression as the form writes it, and every input with its value.
fn computed(related: &Related, (row, id): (RowId, NodeId), lang: Lang) -> Vec<String> {
    let form = &related.form;
    let mut lines = vec![format!("{} = {}", label(related, row, id, lang), value(related, row, id, lang)), say::cli::why_computed(lang)];
    if let Some(expression) = expression(form, id) {
        lines.push(String::new());
        lines.push(say::looking::why_expression(lang));
        lines.extend(expression.lines().map(|line| format!("  {}", line.trim())));
    }
    let inputs = form.node(id).logic.calculation.as_ref().map(crate::form::expression::Code::reads).unwrap_or_default();
    if !inputs.is_empty() {
        lines.push(String::new());
        lines.push(say::looking::why_inputs(lang));
        lines.extend(inputs.into_iter().map(|input| format!("  {}", input_line(related, row, input, lang))));
    }
    lines
}

fn input_line(related: &Related, row: RowId, input: NodeId, lang: Lang) -> String {
    let form = &related.form;
    let name = &form.node(input).name;
    if let Kind::Repeat(scope) = form.node(input).kind {
        let count = related.instance.rows_below(form, row, scope).len();
        return format!("${{{name}}} · {}: {}", label(related, row, input, lang), say::looking::rows(lang, count));
    }
    let rows = related.instance.rows_below(form, row, form.node(input).scope);
    let mut values: Vec<String> = rows.iter().take(MOST_VALUES).map(|row| value(related, *row, input, lang)).collect();
    if rows.len() > MOST_VALUES {
        values.push(format!("… ({})", rows.len()));
    }
    let text = if values.is_empty() { "–".to_owned() } else { values.join("; ") };
    format!("${{{name}}} · {}: {text}", label(related, rows.first().copied().unwrap_or(row), input, lang))
}

/// A label filled in where the row has it, as it is written elsewhere.
fn label(related: &Related, row: RowId, id: NodeId, lang: Lang) -> String {
    let node = related.form.node(id);
    let is_there = related.instance.row(related.instance.climb(row, node.scope)).scope == node.scope;
    let label = if is_there { show::label(&related.form, &related.instance, (row, id), lang) } else { show::one_line(node.label.get(lang)) };
    if label.is_empty() { node.name.clone() } else { label }
}

fn value(related: &Related, row: RowId, id: NodeId, lang: Lang) -> String {
    let form = &related.form;
    let value = related.instance.read(form, row, id).to_value(form.node(id).value);
    value.map_or_else(|| "–".to_owned(), |value| show::one_line(&show::value(form, id, &value, lang)))
}

/// A calculation as its author wrote it, where the form's text tells.
fn expression(form: &Form, id: NodeId) -> Option<String> {
    let (draft, _) = crate::form::toml::read(&form.id, &form.source).ok()?;
    fn find<'r>(rows: &'r [Row], name: &str) -> Option<&'r Row> {
        rows.iter().find_map(|row| if row.name.text == name { Some(row) } else { find(&row.children, name) })
    }
    Some(find(&draft.rows, &form.node(id).name)?.cells.get("calculation")?.text.clone())
}
