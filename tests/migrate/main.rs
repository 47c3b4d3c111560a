//! Declared changes between form versions: what they do to answers, what is refused when they are declared, and that they
//! commute with everything that laptops do.

mod against;
mod declared;
mod histories;
mod support;
mod values;
