//! Reports and minutes on paper.

pub mod behind;
pub mod files;
pub mod frozen;
pub mod letterhead;
pub mod minutes;
pub mod narrative;
pub mod printing;
pub mod printout;
