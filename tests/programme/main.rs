//! The programme's figures.

mod hand;
mod naive;
