//! What several tests share.

pub mod drafts;
