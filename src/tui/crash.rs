//! What is written down when the program fails: where in the code, which version, which screen. No answer, no name, and not
//! the failure's own words, which may hold such.

use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Where reports lie and which screen is shown.
static STATE: Mutex<State> = Mutex::new(State { dir: None, screen: "start", written: None });

struct State {
    dir: Option<PathBuf>,
    screen: &'static str,
    written: Option<PathBuf>,
}

/// Reports lie in this folder from now on.
pub fn into_folder(dir: &Path) {
    with(|state| state.dir = Some(dir.to_owned()));
}

/// This screen is shown now.
pub fn on_screen(name: &'static str) {
    with(|state| state.screen = name);
}

fn with(change: impl FnOnce(&mut State)) {
    change(&mut STATE.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
}

/// The report.
fn text(place: &str, screen: &str, thread: &str) -> String {
    let (version, system) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS);
    format!("khuyencong {version} ({system})\nplace: {place}\nthread: {thread}\nscreen: {screen}\n")
}

/// Writes a report, once.
pub fn write(info: &PanicHookInfo<'_>, time: &str) {
    let place = info.location().map_or_else(String::new, |at| format!("{}:{}:{}", at.file(), at.line(), at.column()));
    let thread = std::thread::current().name().unwrap_or("worker").to_owned();
    with(|state| {
        if let Some(dir) = state.dir.clone().filter(|dir| dir.is_dir() && state.written.is_none()) {
            let path = dir.join(format!("crash-{time}.txt"));
            state.written = std::fs::write(&path, text(&place, state.screen, &thread)).ok().map(|()| path);
        }
    });
}

/// The report that was written.
pub fn written() -> Option<PathBuf> {
    let mut path = None;
    with(|state| path = state.written.clone());
    path
}
