//! The form as a person sees it: sections with their progress, and the lines of a section.

use super::derive::Severity;
use super::order::walk;
use super::{Around, Interview};
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::{Kind, NodeId};

/// A section: a top-level group, or the questions that stand outside of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its nodes at the top level.
    pub nodes: Vec<NodeId>,
    /// The group that names it.
    pub group: Option<NodeId>,
    /// Questions asked now.
    pub asked: usize,
    /// Of these, answered.
    pub answered: usize,
    /// Hard problems of answered questions.
    pub wrong: usize,
    /// Required and blank.
    pub missing: usize,
    /// Soft problems without a reason.
    pub warnings: usize,
}

/// One line of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// An inner group's heading.
    Heading(RowId, NodeId),
    /// A repeat's heading, in the row around it.
    Table(RowId, NodeId),
    /// A row of a repeat begins.
    Row(RowId),
    /// A question, result or note.
    Question(RowId, NodeId),
    /// The place to add a row to a repeat.
    Add(RowId, NodeId),
}

impl Line {
    /// The node it stands for, if any.
    pub fn place(self) -> (RowId, Option<NodeId>) {
        match self {
            Line::Heading(row, node) | Line::Table(row, node) | Line::Question(row, node) | Line::Add(row, node) => (row, Some(node)),
            Line::Row(row) => (row, None),
        }
    }
}

/// The sections that have something to ask or show now.
pub fn sections(interview: &Interview) -> Vec<Section> {
    let form = interview.form();
    let mut sections: Vec<Section> = Vec::new();
    for id in form.top() {
        let group = (form.node(id).kind == Kind::Group).then_some(id);
        let joins = group.is_none() && sections.last().is_some_and(|s| s.group.is_none());
        if joins {
            sections.last_mut().expect("there is a last section").nodes.push(id);
        } else {
            sections.push(Section { nodes: vec![id], group, asked: 0, answered: 0, wrong: 0, missing: 0, warnings: 0 });
        }
    }
    count(interview, &mut sections);
    sections.retain(|s| {
        let derived = interview.derived();
        s.nodes.iter().any(|id| derived.instance.is_relevant(form, ROOT_ROW, *id) && visible(form.node(*id).kind))
    });
    sections
}

fn visible(kind: Kind) -> bool {
    !matches!(kind, Kind::Hidden | Kind::Meta(_))
}

fn count(interview: &Interview, sections: &mut [Section]) {
    let form = interview.form();
    let derived = interview.derived();
    // The section of every node, by the place of its top-level ancestor.
    let mut of = vec![0usize; form.nodes.len()];
    for (at, section) in sections.iter().enumerate() {
        for id in &section.nodes {
            of[id.index()] = at;
        }
    }
    for id in form.ids() {
        if let Some(parent) = form.node(id).parent {
            of[id.index()] = of[parent.index()];
        }
    }
    walk(form, &derived.instance, &mut |row, id| {
        let cell = derived.instance.cell(form, row, id);
        let blank = cell.value.is_blank();
        let section = &mut sections[of[id.index()]];
        if cell.relevant && form.node(id).kind == Kind::Question {
            section.asked += 1;
            section.answered += usize::from(!blank);
        }
        match derived.problem_at(row, id) {
            Some((Severity::Hard, _)) if blank => section.missing += 1,
            Some((Severity::Hard, _)) => section.wrong += 1,
            Some((Severity::Soft, _)) if !interview.notes().contains_key(&derived.instance.path(form, row, id)) => section.warnings += 1,
            _ => {}
        }
    });
}

/// The lines of a section: what is relevant and shown, tables opened out.
pub fn lines(interview: &Interview, section: &Section) -> Vec<Line> {
    let mut lines = Vec::new();
    for id in &section.nodes {
        match section.group {
            Some(group) if group == *id => interview.form().node(*id).children.iter().for_each(|child| add(interview, ROOT_ROW, *child, &mut lines)),
            _ => add(interview, ROOT_ROW, *id, &mut lines),
        }
    }
    lines
}

fn add(interview: &Interview, row: RowId, id: NodeId, lines: &mut Vec<Line>) {
    let form = interview.form();
    let instance = &interview.derived().instance;
    let node = form.node(id);
    if !instance.is_relevant(form, row, id) || !visible(node.kind) {
        return;
    }
    match node.kind {
        Kind::Group => {
            let at = lines.len();
            node.children.iter().for_each(|child| add(interview, row, *child, lines));
            if lines.len() > at {
                lines.insert(at, Line::Heading(row, id));
            }
        }
        Kind::Repeat(scope) => {
            lines.push(Line::Table(row, id));
            for inner in instance.children(form, row, scope) {
                lines.push(Line::Row(*inner));
                node.children.iter().for_each(|child| add(interview, *inner, *child, lines));
            }
            if node.logic.repeat_count.is_none() && !node.fixed_rows {
                lines.push(Line::Add(row, id));
            }
        }
        // A result without a label is only a step on the way to another.
        Kind::Calculate if node.label.is_empty() => {}
        _ => lines.push(Line::Question(row, id)),
    }
}

/// Whether a line can hold the cursor.
pub fn is_stop(interview: &Interview, line: Line, around: Around<'_>) -> bool {
    match line {
        Line::Question(row, id) => !interview.derived().is_read_only(interview.form(), around, row, id),
        Line::Add(..) => true,
        _ => false,
    }
}
