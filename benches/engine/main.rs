//! The form engine: loading a form, one answer in forms of many questions and of many rows, expressions.
//!
//! `cargo bench --bench engine` measures synthetic forms that it makes itself. Further:
//! `-- FILE.xml FILE.xlsx …` measures these instead; a file that ends in `.jsonl` holds expression cases, one that ends in
//! `.txt` an expression a line. `--json` prints lines of JSON. `--write FOLDER` only writes the synthetic forms as `.xlsx`, for
//! `benches/rivals/run.sh`. The figures stand in docs/performance.md.

mod expressions;
mod figure;
mod shapes;
mod work;

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let mut as_json = false;
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => as_json = true,
            "--write" => return shapes::write(Path::new(&arguments.next().ok_or("--write needs a folder")?)),
            _ => files.push(argument.into()),
        }
    }
    let mut emit = |figure: figure::Figure| figure.print(as_json);
    if files.is_empty() {
        for shape in shapes::Shape::all() {
            work::measure(&shape.name, "load from .xlsx", &shape.xlsx()?, &mut emit)?;
        }
        let shared = std::env::var_os("KHUYENCONG_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
        files.push(shared.join("conformance/xpath_cases.jsonl"));
    }
    for file in &files {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        match ending {
            "jsonl" | "txt" => expressions::measure(file, &mut emit)?,
            "xlsx" => work::measure(&name, "load from .xlsx", &std::fs::read(file)?, &mut emit)?,
            _ => work::measure(&name, "load from XForm XML", &std::fs::read(file)?, &mut emit)?,
        }
    }
    Ok(())
}
