//! The program as a script sees it: the real binary, a temporary folder, a fixed clock and fixed chance.

mod commands;
mod damage;
mod district;
mod records;
mod refusals;
mod story;
mod support;
mod upgrade;
mod workbooks;
