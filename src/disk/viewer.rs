//! Showing a file with the program that the system has for it.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A viewer that cannot show anything says so within this time; one that can goes on.
const REFUSES_WITHIN: Duration = Duration::from_millis(400);

/// What is safe to be shown: a file that came from another laptop must not start a program.
const SHOWN: [&str; 30] = [
    "jpg", "jpeg", "png", "gif", "webp", "bmp", "heic", "heif", "tif", "tiff", "pdf", "txt", "csv", "md", "doc", "docx", "odt", "rtf", "xls", "xlsx", "ods", "ppt", "pptx", "odp",
    "mp3", "m4a", "wav", "mp4", "mov", "3gp",
];

/// Whether a file of this name is shown rather than left alone.
pub fn is_shown(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|kind| SHOWN.contains(&kind.to_string_lossy().to_lowercase().as_str()))
}

/// The system's own viewer.
fn systems() -> &'static str {
    if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    }
}

/// Shows a file with `viewer`, or with the system's; does not wait for it to be closed.
///
/// # Errors
/// There is no such program, or it says that it cannot show the file.
pub fn show(file: &Path, viewer: Option<&OsString>) -> io::Result<()> {
    let program = viewer.cloned().unwrap_or_else(|| systems().into());
    // It must not write over the screen, nor read what is typed.
    let mut child = Command::new(program).arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    if refused(&mut child)? {
        return Err(io::ErrorKind::Unsupported.into());
    }
    // Whoever ends must be waited for, or stays as a shadow until this program ends.
    thread::spawn(move || drop(child.wait()));
    Ok(())
}

fn refused(child: &mut Child) -> io::Result<bool> {
    let begun = Instant::now();
    while begun.elapsed() < REFUSES_WITHIN {
        match child.try_wait()? {
            // On Windows the answer says nothing.
            Some(status) => return Ok(!status.success() && !cfg!(windows)),
            None => thread::sleep(Duration::from_millis(10)),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_shortcuts_are_left_alone() {
        assert!(is_shown("Ảnh máy.JPG") && is_shown("hợp đồng.pdf"));
        assert!(["a.exe", "a.bat", "a.lnk", "a.desktop", "a.sh", "a.html", "a.svg", "a", "jpg"].iter().all(|name| !is_shown(name)));
    }

    #[test]
    fn a_viewer_that_is_not_there_is_an_error() {
        assert_eq!(show(Path::new("/"), Some(&"khuyencong-no-such-viewer".into())).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
