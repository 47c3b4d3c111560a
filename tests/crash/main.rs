//! What may happen to a laptop (killed: `tests/kill.rs`): its power cut, its disk full, gone or read-only, its bytes damaged.
//! What was called saved is never lost, nothing panics, and what was repaired is told. `KHUYENCONG_LONG=500` runs the
//! documented number of kills and, with it, 10,000 crash images; see `docs/crashes.md`.

mod damage;
mod migration;
mod size;
mod support;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod faults;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod image;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod power;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod recorder;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod syncing;

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
#[test]
fn power_cuts_and_faults_are_only_played_on_linux() {
    println!("skipped: calls to the system are recorded only on Linux with the GNU C library");
}
