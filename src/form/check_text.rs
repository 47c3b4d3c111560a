//! One expression on its own, against a form: for the programme file, `--where` and `forms eval`.

use super::check_logic::{compile_error, syntax_error};
use super::expression::compile::{Site, compile};
use super::expression::{Code, syntax};
use super::{Form, NodeId};
use crate::locale::Text;

/// What came of it.
pub enum Compiled {
    /// It can run.
    Code(Code),
    /// It cannot.
    Problem {
        /// Why.
        what: Text,
        /// The nearest known name.
        near: Option<String>,
        /// The first byte of the part that is wrong.
        start: usize,
        /// One past its last byte.
        end: usize,
    },
}

/// Parses and resolves at the top of a form.
pub fn compile_text(text: &str, form: &Form) -> Compiled {
    compile_text_at(text, form, None)
}

/// Parses and resolves at a question, in whose rows it runs; without one, at the top of a form.
pub fn compile_text_at(text: &str, form: &Form, holder: Option<NodeId>) -> Compiled {
    let parsed = match syntax::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => return Compiled::Problem { what: syntax_error(&error), near: None, start: error.span.start, end: error.span.end },
    };
    let site = holder.map_or_else(|| Site::top(form), |node| Site::at(form, node));
    match compile(&parsed, site).whole() {
        Ok(code) => Compiled::Code(code),
        Err(error) => {
            let (what, near) = compile_error(&error);
            Compiled::Problem { what, near, start: error.span.start, end: error.span.end }
        }
    }
}
