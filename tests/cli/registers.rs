//! `record import`.
