//! Expressions: parsed once with spans ([`syntax`]), resolved against a form's slots ([`compile`]), then evaluated
//! ([`evaluate`]) any number of times. Dependencies are known when a form is loaded.

pub mod code;
pub mod compile;
mod dates;
pub mod datum;
mod digest;
pub mod evaluate;
pub mod function;
pub mod functions;
pub mod geo;
mod lex;
mod parse;
mod print;
pub mod syntax;
pub mod walk;

pub use code::Code;
pub use datum::Datum;
