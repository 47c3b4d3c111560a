//! The screens, without a terminal: keys in, text out. One thread, no sleeps, a fixed clock and seed.

mod behaviour;
mod decisions;
#[allow(dead_code)]
#[path = "../cli/district.rs"]
mod district;
mod driver;
mod every_type;
mod gallery;
mod hostile;
mod interviews;
mod looks;
mod nerves;
mod place;
mod speed;
mod tables;
mod work;
