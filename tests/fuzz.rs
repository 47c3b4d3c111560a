//! The fuzz targets on stable Rust: the small corpus, and chance mutations of it with a fixed seed. A second or two for
//! each target here; `KHUYENCONG_LONG=N` runs N thousand executions of each, on every thread that there is. See
//! `docs/fuzzing.md`.

#[path = "../fuzz/targets.rs"]
#[allow(dead_code)]
mod targets;

use std::path::Path;
use std::time::{Duration, Instant};

/// Words that mean something to one reader or another.
const WORDS: [&[u8]; 24] = [
    b"\"",
    b"'",
    b"[[",
    b"]]",
    b"{",
    b"}",
    b"${n}",
    b"((",
    b"))",
    b"<a>",
    b"</a>",
    b"\n",
    b"\0",
    b"\xff",
    b"\xe1\xbb\x85",
    b"|",
    b"1e308",
    b"-0",
    b"18446744073709551616",
    b"repeat",
    b"../",
    b"\\u0000",
    b"current()",
    b"&amp;",
];

/// No input grows beyond this.
const MOST: usize = 1 << 16;

struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }

    fn part(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        from..(from + self.below(24)).min(length)
    }
}

fn mutate(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    for _ in 0..=dice.below(5) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 if at < bytes.len() => bytes[at] = dice.below(256) as u8,
            2 => drop(bytes.splice(at..at, WORDS[dice.below(WORDS.len())].iter().copied())),
            3 => drop(bytes.drain(dice.part(bytes.len()))),
            4 => {
                let copied = bytes[dice.part(bytes.len())].repeat(1 + dice.below(40));
                bytes.splice(at..at, copied);
            }
            5 => bytes.truncate(at),
            6 => {
                let from = dice.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let part = dice.part(other.len());
                bytes.splice(at..at, other[part].iter().copied());
            }
        }
        bytes.truncate(MOST);
    }
}

/// The small corpus of a target, and what other tests read of its kind.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(root.join("fuzz/corpus").join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    let shared: &[&str] = match name {
        "form_toml" => &["tests/cli/forms/shop.toml", "tests/cli/forms/farm.toml"],
        "xform" => &["tests/data/workshop.xml"],
        _ => &[],
    };
    files.extend(shared.iter().map(|file| root.join(file)));
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Runs one input where a panic names it: it is kept, to go into the corpus with the repair.
fn run(name: &str, target: fn(&[u8]), input: &[u8]) {
    let begun = Instant::now();
    if std::panic::catch_unwind(|| target(input)).is_err() {
        let kept = std::env::temp_dir().join(format!("fuzz-{name}-{:08x}", crc32fast::hash(input)));
        std::fs::write(&kept, input).unwrap();
        panic!("{name} panics on {}", kept.display());
    }
    // Far beyond what any input of this size may take: a hang, not slowness.
    if begun.elapsed() > Duration::from_secs(60) {
        let kept = std::env::temp_dir().join(format!("slow-{name}-{:08x}", crc32fast::hash(input)));
        std::fs::write(&kept, input).unwrap();
        panic!("{name} hangs on {}", kept.display());
    }
}

fn fuzz(name: &str) {
    let target = targets::TARGETS.iter().find(|(known, _)| *known == name).unwrap().1;
    let corpus = corpus(name);
    corpus.iter().for_each(|input| run(name, target, input));
    let asked = std::env::var("KHUYENCONG_LONG").ok().and_then(|text| text.parse::<u64>().ok()).map(|thousands| thousands * 1000);
    let (begun, mut count) = (Instant::now(), 0u64);
    let mut dice = Dice(0x5eed_0000 + u64::from(crc32fast::hash(name.as_bytes())));
    while asked.map_or(count < 300 && begun.elapsed() < Duration::from_secs(4), |most| count < most) {
        let mut input = corpus[dice.below(corpus.len())].clone();
        mutate(&mut input, &corpus[dice.below(corpus.len())], &mut dice);
        run(name, target, &input);
        count += 1;
        if count.is_multiple_of(100_000) {
            eprintln!("{name}: {count} executions in {:.0} s", begun.elapsed().as_secs_f64());
        }
    }
    println!("{name}: {count} executions in {:.1} s", begun.elapsed().as_secs_f64());
}

macro_rules! each {
    ($($name:ident)*) => { $(#[test] fn $name() { fuzz(stringify!($name)); })* };
}

each! { form_toml xform xlsform xlsform_text expression central_line store_value drafts key_bursts }
