//! Arguments → [`khuyencong::cli::run`] → exit code.

fn main() -> std::process::ExitCode {
    khuyencong::cli::run(std::env::args_os().collect())
}
