//! Runs the real binary in a temporary folder with nothing of this machine's environment.

use serde_json::Value as Json;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a run told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub out: String,
    pub err: String,
    pub code: i32,
}

impl Told {
    /// Asserts everything that was told.
    #[track_caller]
    pub fn is(&self, code: i32, out: &str, err: &str) {
        assert_eq!((self.out.as_str(), self.err.as_str(), self.code), (out, err, code), "stdout, stderr, exit");
    }

    /// Asserts that it went well and gives stdout.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:#?}");
        self.out
    }

    /// Asserts that it went well and that stderr is silent; gives stdout.
    #[track_caller]
    pub fn quiet(self) -> String {
        assert_eq!((self.err.as_str(), self.code), ("", 0), "{self:#?}");
        self.out
    }

    /// With what differs from machine to machine under a name.
    pub fn hide(mut self, text: &str, name: &str) -> Self {
        assert!(!text.is_empty());
        self.out = self.out.replace(text, name);
        self.err = self.err.replace(text, name);
        self
    }

    /// The first word of every line of stdout: the record ids that `record add` prints.
    #[track_caller]
    pub fn ids(self) -> Vec<String> {
        self.ok().lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned()).collect()
    }

    /// Every line of stdout as JSON.
    #[track_caller]
    pub fn json_lines(self) -> Vec<Json> {
        self.ok().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// A temporary folder in which laptops and central files lie; the working folder of every run.
pub struct Place {
    dir: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file, making its folder.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// A file's bytes.
    #[track_caller]
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Names of everything in a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(folder)).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// A copy of a store under another name.
    pub fn copy(&self, from: &str, to: &str) -> Laptop<'_> {
        fn copy(from: &std::path::Path, to: &std::path::Path) {
            std::fs::create_dir_all(to).unwrap();
            for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
                let target = to.join(entry.file_name());
                match entry.file_type().unwrap().is_dir() {
                    true => copy(&entry.path(), &target),
                    false => _ = std::fs::copy(entry.path(), target).unwrap(),
                }
            }
        }
        copy(&self.path(from), &self.path(to));
        self.laptop(to)
    }

    /// Removes a folder.
    pub fn remove(&self, folder: &str) {
        std::fs::remove_dir_all(self.path(folder)).unwrap();
    }

    /// A store in the folder, with a fixed clock.
    pub fn laptop(&self, name: &str) -> Laptop<'_> {
        Laptop { place: self, name: name.to_owned(), now: "2026-11-23T09:00:00+07:00".to_owned(), lang: "en".to_owned(), input: Vec::new(), limit: None }
    }

    /// A laptop with a new store.
    #[track_caller]
    pub fn new_laptop(&self, name: &str, person: &str, role: &str) -> Laptop<'_> {
        let laptop = self.laptop(name);
        laptop.run(&["init", "--person", person, "--device", name, "--role", role]).quiet();
        laptop
    }
}

/// How the binary is run: on which store, when, in which language, with what on stdin.
#[derive(Clone)]
pub struct Laptop<'p> {
    place: &'p Place,
    name: String,
    now: String,
    lang: String,
    input: Vec<u8>,
    limit: Option<Limit>,
}

/// No file may become longer than this.
#[derive(Clone, Copy)]
pub struct Limit {
    /// In units of 512 bytes.
    pub blocks: u64,
    /// Whether a write beyond kills the program (as a power cut would, at exactly that byte) or fails as on a full disk.
    pub kills: bool,
}

impl Laptop<'_> {
    /// At another time.
    pub fn at(&self, now: &str) -> Self {
        Self { now: now.to_owned(), ..self.clone() }
    }

    /// In another language; an empty one is not asked for.
    pub fn lang(&self, lang: &str) -> Self {
        Self { lang: lang.to_owned(), ..self.clone() }
    }

    /// With something on stdin.
    pub fn input(&self, input: impl AsRef<[u8]>) -> Self {
        Self { input: input.as_ref().to_owned(), ..self.clone() }
    }

    /// With files that can only become so long; where there is a shell for it.
    pub fn limited(&self, limit: Limit) -> Self {
        Self { limit: Some(limit), ..self.clone() }
    }

    fn command(&self) -> Command {
        let Some(limit) = self.limit else { return Command::new(env!("CARGO_BIN_EXE_khuyencong")) };
        let mut shell = Command::new("sh");
        let trap = if limit.kills { "" } else { "trap '' XFSZ;" };
        shell.args(["-c", &format!("{trap} ulimit -f {}; exec \"$@\"", limit.blocks), "sh", env!("CARGO_BIN_EXE_khuyencong")]);
        shell
    }

    /// Runs a command.
    pub fn run(&self, args: &[&str]) -> Told {
        self.run_into(args, Stdio::piped())
    }

    /// Runs a command with its stdout somewhere else.
    pub fn run_into(&self, args: &[&str], stdout: Stdio) -> Told {
        self.run_between(args, stdout, Stdio::piped())
    }

    /// The same with its stderr somewhere else, too.
    pub fn run_between(&self, args: &[&str], stdout: Stdio, stderr: Stdio) -> Told {
        let mut command = self.command();
        command.env_clear().current_dir(self.place.dir.path());
        for kept in ["PATH", "SYSTEMROOT", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command.env("KHUYENCONG_NOW", &self.now).env("KHUYENCONG_SEED", "1");
        let lang = Some(&self.lang).filter(|lang| !lang.is_empty());
        command.args(lang.iter().flat_map(|lang| ["--lang", lang])).arg("--data-dir").arg(self.place.path(&self.name)).args(args);
        let mut child = command.stdin(Stdio::piped()).stdout(stdout).stderr(stderr).spawn().unwrap();
        // A program that refuses before it reads closes the pipe; that is not this test's concern.
        let _ = child.stdin.take().unwrap().write_all(&self.input);
        let output = child.wait_with_output().unwrap();
        Told { out: self.text(&output.stdout), err: self.text(&output.stderr), code: output.status.code().unwrap_or(-1) }
    }

    fn text(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let folder = self.place.dir.path().display().to_string();
        let text = text.replace(&folder, "[TMP]").replace("\r\n", "\n");
        if !cfg!(windows) {
            return text;
        }
        // Paths behind it are written as elsewhere; a `\` anywhere else may be part of JSON.
        let slashed = |part: &str| {
            let end = part.find(char::is_whitespace).unwrap_or(part.len());
            part[..end].replace('\\', "/") + &part[end..]
        };
        let mut parts = text.split("[TMP]");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + "[TMP]" + &slashed(part))
    }

    /// Records these answers and gives the new records' ids.
    #[track_caller]
    pub fn add(&self, form: &str, records: &[Json]) -> Vec<String> {
        let lines: Vec<String> = records.iter().map(Json::to_string).collect();
        let ids = self.input(lines.join("\n")).run(&["record", "add", "--form", form]).ids();
        assert_eq!(ids.len(), records.len());
        ids
    }

    /// `record show --format json`.
    #[track_caller]
    pub fn show(&self, record: &str) -> Json {
        serde_json::from_str(&self.run(&["record", "show", record, "--format", "json"]).ok()).unwrap()
    }

    /// A laptop that also knows the small form of `forms/shop.toml`.
    pub fn with_shop(&self) -> Self {
        self.place.write(&format!("{}/forms/shop.toml", self.name), include_str!("forms/shop.toml"));
        self.clone()
    }

    /// A laptop that also knows the form of `forms/farm.toml`: repeats in repeats, several choices, results that are kept.
    pub fn with_farm(&self) -> Self {
        self.place.write(&format!("{}/forms/farm.toml", self.name), include_str!("forms/farm.toml"));
        self.clone()
    }

    /// The bytes of the journal, the store's truth.
    pub fn journal(&self) -> Vec<u8> {
        std::fs::read(self.place.path(&self.name).join("journal.jsonl")).unwrap_or_default()
    }
}

/// The body lines of a central file: all but the first and the last.
pub fn body(bytes: &[u8]) -> Vec<&[u8]> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    lines[1..lines.len() - 1].to_vec()
}
