//! What was answered: revisions, their one canonical line, a record's history, its merge. Pure.
//!
//! Nothing here is ever changed or dropped: a history is a set of revisions, and what it says now is computed from all of them.

pub mod clock;
pub mod decision;
pub mod definition;
pub mod history;
pub mod line;
pub mod links;
pub mod merge;
pub mod revision;
pub mod scan;

pub use definition::{Definition, Entry};
pub use history::History;
pub use revision::{Act, Revision};
