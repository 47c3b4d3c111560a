//! The program as a script sees it: the real binary, a temporary folder, a fixed clock and fixed chance.

mod ask;
mod clocks;
mod commands;
mod copies;
mod damage;
mod data;
#[cfg(feature = "parquet")]
mod data_set;
mod district;
mod doctor;
#[cfg(unix)]
mod faults;
mod frozen;
mod opening;
mod outputs;
#[cfg(unix)]
mod readme;
mod records;
mod refusals;
mod registers;
mod review;
mod story;
mod submissions;
mod support;
mod transfer_forms;
mod traps;
mod upgrade;
mod workbooks;
