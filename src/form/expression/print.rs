//! Syntax tree → text, written so that it parses to the same tree again.

use super::syntax::{Axis, Start, Step, Syntax, SyntaxKind};
use std::fmt;

impl fmt::Display for Syntax {
    /// Written so that it parses to the same tree again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            SyntaxKind::Number(n) => write!(f, "{n}"),
            SyntaxKind::Text(text) if text.contains('\'') => write!(f, "\"{text}\""),
            SyntaxKind::Text(text) => write!(f, "'{text}'"),
            SyntaxKind::Call(name, arguments) => write_call(f, name, arguments),
            SyntaxKind::Binary(operator, a, b) => {
                write_operand(f, a, matches!(&a.kind, SyntaxKind::Binary(inner, ..) if inner.level() < operator.level()))?;
                write!(f, " {} ", operator.text())?;
                write_operand(f, b, matches!(&b.kind, SyntaxKind::Binary(inner, ..) if inner.level() <= operator.level()))
            }
            SyntaxKind::Negate(a) => {
                write!(f, "-")?;
                write_operand(f, a, matches!(a.kind, SyntaxKind::Binary(..)))
            }
            SyntaxKind::Path(start, steps) => write_path(f, start, steps),
        }
    }
}

fn write_operand(f: &mut fmt::Formatter<'_>, operand: &Syntax, brackets: bool) -> fmt::Result {
    if brackets { write!(f, "({operand})") } else { write!(f, "{operand}") }
}

fn write_call(f: &mut fmt::Formatter<'_>, name: &str, arguments: &[Syntax]) -> fmt::Result {
    write!(f, "{name}(")?;
    for (at, argument) in arguments.iter().enumerate() {
        write!(f, "{}{argument}", if at > 0 { ", " } else { "" })?;
    }
    write!(f, ")")
}

fn write_path(f: &mut fmt::Formatter<'_>, start: &Start, steps: &[Step]) -> fmt::Result {
    match start {
        Start::Question(name) => write!(f, "${{{name}}}")?,
        Start::Root => write!(f, "/")?,
        Start::Here => {}
        Start::Current => write!(f, "current()")?,
        Start::Call(name, arguments) => write_call(f, name, arguments)?,
        Start::Group(inner) => write!(f, "({inner})")?,
    }
    let joined = matches!(start, Start::Root | Start::Here);
    for (at, step) in steps.iter().enumerate() {
        // Predicates directly behind a start stand on a `.` step that is not written.
        let silent = at == 0 && !joined && step.axis == Axis::Here && !step.predicates.is_empty();
        if !silent && (at > 0 || !joined) {
            write!(f, "/")?;
        }
        match &step.axis {
            Axis::Child(name) => write!(f, "{name}")?,
            Axis::Any => write!(f, "*")?,
            Axis::Parent => write!(f, "..")?,
            Axis::Here if silent => {}
            Axis::Here => write!(f, ".")?,
        }
        for predicate in &step.predicates {
            write!(f, "[{predicate}]")?;
        }
    }
    Ok(())
}
