//! Carrying records between machines in one file.
//!
//! ```text
//! {"!":"khuyencong/1","programme":"ca-mau-2026-2030"}
//! {"form":…}  {"list":…}  {"record":…}     body lines, sorted as raw bytes
//! {"~":"khuyencong/1","lines":…,"sha256":…,"devices":{…}}
//! ```
//! The body of a union is exactly what `LC_ALL=C sort -mu` gives on the bodies of its inputs, so that anyone can check
//! it. A device's export, a return file, the central file and a backup are this one format.

pub mod beside;
pub mod check;
pub mod digest;
mod lanes;
pub mod reader;
pub mod seal;
pub mod seqs;
pub mod tally;
pub mod union;
mod used;
pub mod writer;

pub use reader::{FileProblem, Problem, Reader};

/// The format's name and number.
pub const FORMAT: &str = "khuyencong/1";

/// The header line of a programme's file, without LF.
pub fn header(programme: &str) -> String {
    let mut line = format!("{{\"!\":\"{FORMAT}\",\"programme\":");
    crate::value::write_string(programme, &mut line);
    line + "}"
}
