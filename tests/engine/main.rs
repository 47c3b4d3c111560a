//! The engine's laws and stories.

mod farm;
mod laws;
mod stories;
