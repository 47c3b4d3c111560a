//! Central files that are hostile, broken or many: refused with a sentence or taken as they are; memory does not grow, nothing
//! is lost in silence, and whatever happens while a file is written leaves the old one or the new one.

#[path = "support/files.rs"]
mod files;

use files::Lines;
use khuyencong::disk::FileLock;
use khuyencong::error::{Exit, Failure};
use khuyencong::exchange::Reader;
use khuyencong::exchange::check::Checkers;
use khuyencong::exchange::digest::Digester;
use khuyencong::exchange::union::{Source, UnionProblem, union};
use khuyencong::exchange::writer::{Target, Writer};
use khuyencong::locale::Lang;
use khuyencong::record::clock::Stamp;
use khuyencong::record::{Act, Revision};
use khuyencong::value::{Decimal, FileRef, Value};
use khuyencong::workbench::Settings;
use khuyencong::workbench::merging::{Merged, merge_files, verify};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PROGRAMME: &str = "ca-mau-2026-2030";

/// A laptop that makes revisions.
#[derive(Clone)]
struct Laptop {
    device: String,
    person: String,
    end: Option<Revision>,
}

impl Laptop {
    fn new(device: &str) -> Self {
        Self { device: device.to_owned(), person: "Người Thử".to_owned(), end: None }
    }

    fn revision(&mut self, record: u32, answers: BTreeMap<String, Value>) -> Revision {
        let seq = self.end.as_ref().map_or(1, |end| end.seq + 1);
        let revision = Revision {
            record: format!("0192f3c0-7a10-7c3e-9d52-{record:012x}"),
            at: Stamp { millis: 1_790_000_000_000 + i64::from(record) * 1000 + seq as i64, counter: 0 },
            id: [0; 32],
            device: self.device.clone(),
            seq,
            prev: self.end.as_ref().map(|end| end.id),
            person: self.person.clone(),
            of: "shop@1@3f2a9c0d1e4b".to_owned(),
            parents: Vec::new(),
            act: Act::Submit,
            args: BTreeMap::new(),
            wrote: answers.keys().cloned().collect(),
            answers,
            notes: BTreeMap::new(),
        }
        .seal();
        self.end = Some(revision.clone());
        revision
    }

    fn lines(&mut self, records: impl IntoIterator<Item = u32>) -> Lines {
        records.into_iter().map(|record| self.revision(record, named(record)).line().into_bytes()).collect()
    }
}

fn named(record: u32) -> BTreeMap<String, Value> {
    BTreeMap::from([("name".to_owned(), Value::text(format!("Cơ sở {record}"))), ("workers".to_owned(), Value::Number(Decimal::from(i64::from(record))))])
}

/// A file with its seal from lines in any order.
fn file(lines: &[Vec<u8>]) -> Vec<u8> {
    let mut sorted = lines.to_vec();
    sorted.sort();
    sorted.dedup();
    files::joined(&[&sorted], false).1
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path()).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn merge(out: &Path, inputs: &[&Path]) -> Result<Merged, Failure> {
    merge_files(out, &inputs.iter().map(|p| p.to_path_buf()).collect::<Vec<_>>(), false, &Settings::default())
}

fn body(bytes: &[u8]) -> Vec<&[u8]> {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    lines[1..lines.len() - 1].to_vec()
}

/// The failure's sentences, after making sure that it has some in both languages.
#[track_caller]
fn sentence(failure: &Failure) -> String {
    assert!([Lang::Vi, Lang::En].iter().all(|lang| failure.lines(*lang).iter().all(|line| line.len() > 3)));
    failure.lines(Lang::En).join(" ")
}

fn small() -> Vec<u8> {
    file(&Laptop::new("lt01-aaaaaa").lines([1, 2]))
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_file_is_refused_and_changes_nothing() {
    let place = Place::new();
    let good = small();
    let other = place.put("other.jsonl", &file(&Laptop::new("lt02-bbbbbb").lines([3])));
    let (bad, out) = (place.path("bad.jsonl"), place.path("out.jsonl"));
    assert!(merge(&out, &[&place.put("good.jsonl", &good), &other]).is_ok());
    let before = fs::read(&out).unwrap();
    let refused = |bytes: &[u8], how: &str| {
        fs::write(&bad, bytes).unwrap();
        let failure = merge(&out, &[&other, &bad]).expect_err(how);
        assert!(matches!(failure.exit, Exit::Refused | Exit::Damage), "{how}: {}", sentence(&failure));
        assert!(sentence(&failure).contains("bad.jsonl"), "{how}");
    };
    for at in 0..good.len() {
        let mut flipped = good.clone();
        flipped[at] ^= 1 << (at % 8);
        refused(&flipped, &format!("byte {at} flipped"));
        refused(&good[..at], &format!("cut at {at}"));
    }
    assert_eq!(fs::read(&out).unwrap(), before);
    assert_eq!(place.names(), [".out.jsonl.lock", "bad.jsonl", "good.jsonl", "other.jsonl", "out.jsonl"]);
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_packed_file_is_refused_or_unpacks_to_the_same() {
    let place = Place::new();
    let packed = files::joined(&[&Laptop::new("lt01-aaaaaa").lines([1, 2])], true).1;
    let good = small();
    let (bad, out) = (place.path("bad.jsonl.zst"), place.path("out.jsonl"));
    let mut refused = 0;
    for at in 0..packed.len() {
        let mut flipped = packed.clone();
        flipped[at] ^= 1 << (at % 8);
        for bytes in [&flipped[..], &packed[..at]] {
            fs::write(&bad, bytes).unwrap();
            match merge(&out, &[&bad]) {
                Ok(_) => assert_eq!(fs::read(&out).unwrap(), good, "at {at}"),
                Err(failure) => {
                    refused += 1;
                    assert!(matches!(failure.exit, Exit::Refused | Exit::Damage), "{at}: {}", sentence(&failure));
                }
            }
            let _ = fs::remove_file(&out);
        }
    }
    assert!(refused > packed.len() * 2 - 20, "{refused} of {}", packed.len() * 2);
}

/// A reader that would wait for the line's end would need a gigabyte here.
#[test]
fn a_line_that_does_not_end_is_given_up_at_the_longest_that_there_may_be() {
    let place = Place::new();
    let header = format!("{{\"!\":\"khuyencong/1\",\"programme\":\"{PROGRAMME}\"}}\n{{\"record\":\"");
    let plain = place.put("plain.jsonl", header.as_bytes());
    // A hole of a gigabyte takes no room on the disk.
    fs::File::options().write(true).open(&plain).unwrap().set_len(1 << 30).unwrap();
    let packed = place.path("packed.jsonl.zst");
    let mut packer = zstd::stream::write::Encoder::new(fs::File::create(&packed).unwrap(), 1).unwrap();
    packer.write_all(header.as_bytes()).unwrap();
    let zeros = vec![b'0'; 1 << 20];
    (0..64).for_each(|_| packer.write_all(&zeros).unwrap());
    packer.finish().unwrap();
    for bad in [&plain, &packed] {
        let failure = verify(bad).map(|_| ()).unwrap_err();
        assert!(sentence(&failure).contains("line 2") && sentence(&failure).contains("too long"), "{}", sentence(&failure));
    }
}

#[test]
fn a_packed_file_that_asks_for_more_memory_than_ours_ever_do_is_refused() {
    let place = Place::new();
    let mut packer = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    packer.window_log(27).unwrap();
    packer.write_all(&small()).unwrap();
    let bad = place.put("bad.jsonl.zst", &packer.finish().unwrap());
    let failure = verify(&bad).map(|_| ()).unwrap_err();
    assert!(sentence(&failure).contains("zstd"), "{}", sentence(&failure));
}

#[test]
fn nesting_and_numbers_without_end_are_refused_and_do_not_exhaust_the_stack() {
    let place = Place::new();
    let line = String::from_utf8(Laptop::new("lt01-aaaaaa").lines([1]).remove(0)).unwrap();
    let deep = "[".repeat(1_000_000);
    let tricks = [
        line.replace("\"args\":{}", &format!("\"args\":{{\"x\":{deep}}}")),
        line.replace("\"workers\":1", &format!("\"workers\":{deep}")),
        line.replace("\"workers\":1", &format!("\"workers\":{}", "9".repeat(1_000_000))),
        line.replace("\"seq\":1", "\"seq\":99999999999999999999999"),
        line.replace("\"seq\":1", "\"seq\":1e999999999"),
        line.replace("\"parents\":[]", &format!("\"parents\":[{}]", "\"\",".repeat(100_000))),
        deep,
    ];
    for (at, trick) in tricks.iter().enumerate() {
        assert_ne!(*trick, line);
        let bad = place.put("bad.jsonl", format!("{{\"!\":\"khuyencong/1\",\"programme\":\"{PROGRAMME}\"}}\n{trick}\n").as_bytes());
        let failure = verify(&bad).map(|_| ()).unwrap_err();
        assert_eq!(failure.exit, Exit::Damage, "{at}: {}", sentence(&failure));
    }
}

#[test]
fn more_files_than_a_system_lets_be_open_are_merged_and_give_what_one_by_one_gives() {
    let place = Place::new();
    let inputs: Vec<PathBuf> = (0..130u32).map(|n| place.put(&format!("in{n}.jsonl"), &file(&Laptop::new(&format!("lt{n:03}-aaaaaa")).lines([n, 500 + n, 1000])))).collect();
    let (at_once, one_by_one) = (place.path("a.jsonl"), place.path("b.jsonl"));
    let merged = merge(&at_once, &inputs.iter().map(PathBuf::as_path).collect::<Vec<_>>()).unwrap();
    assert_eq!(merged.told.tally.new, 390);
    for input in inputs.iter().rev() {
        merge(&one_by_one, &[input]).unwrap();
    }
    assert_eq!(fs::read(&at_once).unwrap(), fs::read(&one_by_one).unwrap());
}

#[test]
fn two_laptops_from_one_disk_are_named_and_told_apart() {
    let place = Place::new();
    let mut first = Laptop::new("lt07-k3f9q2");
    let common = first.lines([1, 2]);
    let mut second = Laptop { person: "Trần Bản Sao".to_owned(), ..first.clone() };
    let (mine, theirs) = (first.lines([3, 4, 5]), second.lines([6, 7]));
    let (a, b) = (place.put("a.jsonl", &file(&[&common[..], &mine].concat())), place.put("b.jsonl", &file(&[&common[..], &theirs].concat())));
    let out = place.path("out.jsonl");
    let merged = merge(&out, &[&a, &b]).unwrap();
    assert_eq!(merged.forks, [("lt07-k3f9q2".to_owned(), vec![(3, 4)])]);
    let verified = verify(&out).unwrap();
    let [fork] = &verified.forks[..] else { panic!("{:?}", verified.forks) };
    assert_eq!((fork.device.as_str(), fork.last_common), ("lt07-k3f9q2", 2));
    let branches: BTreeSet<(u64, u64, &str)> = fork.branches.iter().map(|b| (b.first, b.last, b.persons.first().unwrap().as_str())).collect();
    assert_eq!(branches, BTreeSet::from([(3, 5, "Người Thử"), (3, 4, "Trần Bản Sao")]));
    assert_eq!(verified.seal.devices()["lt07-k3f9q2"].count(), 7, "nothing is lost by it");
    assert!(verify(&a).unwrap().forks.is_empty());
}

#[test]
fn holes_are_named_and_a_link_that_does_not_fit_is_damage() {
    let place = Place::new();
    let mut laptop = Laptop::new("lt01-aaaaaa");
    let lines = laptop.lines([1, 2, 3, 4, 5]);
    let (a, b) = (place.put("a.jsonl", &file(&lines[..1])), place.put("b.jsonl", &file(&lines[3..4])));
    let out = place.path("out.jsonl");
    assert_eq!(merge(&out, &[&a, &b]).unwrap().gaps, [("lt01-aaaaaa".to_owned(), vec![(2, 3)])]);
    assert!(verify(&out).is_ok(), "a hole is no damage");
    let mut liar = Laptop::new("lt01-aaaaaa");
    liar.lines([9]);
    let broken = place.put("c.jsonl", &file(&[&lines[..1], &liar.lines([10])].concat()));
    let failure = verify(&broken).map(|_| ()).unwrap_err();
    assert!(failure.exit == Exit::Damage && sentence(&failure).contains("revision 2 of lt01-aaaaaa"), "{}", sentence(&failure));
}

#[test]
fn what_a_killed_writer_left_is_removed_and_the_old_file_is_there() {
    let place = Place::new();
    let good = small();
    let out = place.put("out.jsonl", &good);
    for leftover in [".out.jsonl.4711.tmp", ".out.jsonl.12.tmp", ".other.jsonl.12.tmp"] {
        place.put(leftover, &good[..good.len() / 2]);
    }
    let more = place.put("more.jsonl", &file(&Laptop::new("lt02-bbbbbb").lines([3])));
    merge(&out, &[&more]).unwrap();
    assert_eq!(place.names(), [".other.jsonl.12.tmp", ".out.jsonl.lock", "more.jsonl", "out.jsonl", "out.jsonl.bak"]);
    assert_eq!(fs::read(place.path("out.jsonl.bak")).unwrap(), good);
}

#[test]
fn a_merge_that_adds_nothing_writes_nothing_and_one_that_adds_at_the_end_copies_the_beginning() {
    let place = Place::new();
    let (one, two) = (Laptop::new("lt01-aaaaaa").lines(1..50), Laptop::new("lt02-bbbbbb").lines([60]));
    let (a, b) = (place.put("a.jsonl", &file(&one)), place.put("b.jsonl", &file(&two)));
    let out = place.path("out.jsonl");
    merge(&out, &[&a]).unwrap();
    let written = fs::metadata(&out).unwrap().modified().unwrap();
    let merged = merge(&out, &[&a, &a]).unwrap();
    assert_eq!((merged.told.tally.new, merged.told.tally.known), (0, 98));
    assert!(!place.path("out.jsonl.bak").exists() && fs::metadata(&out).unwrap().modified().unwrap() == written);
    merge(&out, &[&b]).unwrap();
    assert_eq!(fs::read(&out).unwrap(), file(&[one, two].concat()));
}

#[test]
fn a_file_is_not_merged_while_another_machine_writes_it() {
    let place = Place::new();
    let (a, out) = (place.put("a.jsonl", &small()), place.path("out.jsonl"));
    let lock = FileLock::take(&out).unwrap();
    assert_eq!(merge(&out, &[&a]).unwrap_err().exit, Exit::Locked);
    drop(lock);
    merge(&out, &[&a]).unwrap();
}

#[test]
fn attached_files_follow_their_records_and_only_they() {
    let place = Place::new();
    let content: [&[u8]; 3] = [b"anh mot", b"anh hai", b"mat roi"];
    let names: Vec<String> = content.iter().map(|bytes| Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()).collect();
    let mut laptop = Laptop::new("lt01-aaaaaa");
    let photo = |at: usize| Value::File(FileRef { sha256: names[at].clone(), bytes: content[at].len() as u64, name: "../../etc/passwd".to_owned() });
    let lines: Lines = (0..3).map(|at| laptop.revision(at as u32, BTreeMap::from([("photo".to_owned(), photo(at))])).line().into_bytes()).collect();
    let a = place.put("a.jsonl", &file(&lines));
    let beside = place.path("a.jsonl.files");
    fs::create_dir(&beside).unwrap();
    fs::write(beside.join(&names[0]), content[0]).unwrap();
    fs::write(beside.join(&names[1]), b"not what its name says").unwrap();
    fs::write(beside.join("stray.exe"), b"nobody asked for it").unwrap();
    let out = place.path("out.jsonl");
    let merged = merge(&out, &[&a]).unwrap();
    assert_eq!((merged.carried.copied, &merged.carried.missing, merged.carried.damaged.len()), (1, &vec![names[2].clone()], 1));
    let mut there: Vec<_> = fs::read_dir(place.path("out.jsonl.files")).unwrap().map(|e| e.unwrap().file_name()).collect();
    there.sort();
    assert_eq!(there, [names[0].as_str()]);
    assert_eq!(merge(&out, &[&a]).unwrap().carried.copied, 0, "it is there already");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Files of any laptops in any order, any number of times, on top of any of them: the same bytes, plain and packed.
    #[test]
    fn any_order_and_repetition_of_files_gives_the_same_file(
        holds in prop::collection::vec(prop::collection::vec(any::<bool>(), 12), 1..5),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let place = Place::new();
        let mut laptops = [Laptop::new("lt01-aaaaaa"), Laptop::new("lt02-bbbbbb")];
        let all: Lines = (0..12u32).map(|n| laptops[n as usize % 2].lines([n * 7 % 12]).remove(0)).collect();
        let paths: Vec<PathBuf> = holds.iter().enumerate().map(|(at, holds)| {
            let lines: Lines = all.iter().zip(holds).filter(|(_, holds)| **holds).map(|(line, _)| line.clone()).collect();
            place.put(&format!("in{at}.jsonl"), &file(&lines))
        }).collect();
        let wanted: BTreeSet<&Vec<u8>> = all.iter().enumerate().filter(|(n, _)| holds.iter().any(|h| h[*n])).map(|(_, line)| line).collect();
        let wanted = file(&wanted.into_iter().cloned().collect::<Vec<_>>());
        let (out, packed) = (place.path("out.jsonl"), place.path("out.jsonl.zst"));
        let mut inputs: Vec<&Path> = order.iter().map(|at| paths[at.index(paths.len())].as_path()).collect();
        for input in &inputs {
            merge(&out, &[input]).unwrap();
        }
        inputs.extend(paths.iter().map(PathBuf::as_path));
        merge(&out, &inputs).unwrap();
        merge(&packed, &[&out]).unwrap();
        inputs.reverse();
        merge(&packed, &inputs).unwrap();
        let there = fs::read(&out).unwrap();
        prop_assert_eq!(&there, &wanted);
        prop_assert_eq!(zstd::decode_all(&fs::read(&packed).unwrap()[..]).unwrap(), there.clone());
        prop_assert!(body(&there).is_sorted());
    }
}

/// A file that is replaced and need not be read again for it.
struct ReadOnce(Vec<u8>);

impl Target for ReadOnce {
    type File = Vec<u8>;

    fn exists(&self) -> bool {
        true
    }

    fn begin(&self) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn begin_with(&self, bytes: u64) -> io::Result<Vec<u8>> {
        Ok(self.0[..bytes as usize].to_vec())
    }

    fn present(&self) -> io::Result<Box<dyn io::Read>> {
        Err(io::Error::other("it was read before"))
    }
}

#[test]
fn the_beginning_of_a_file_is_hashed_once_however_much_is_put_behind_it() {
    let (there, new) = (Laptop::new("lt01-aaaaaa").lines((1..100).chain(20_000..20_100)), Laptop::new("lt02-aaaaaa").lines(1000..9000));
    let (target, whole) = (ReadOnce(file(&there)), file(&[&there[..], &new].concat()));
    let (checkers, digester) = (Checkers::new(1), Digester::new(1, 2));
    let present = Reader::open(io::Cursor::new(target.0.clone()), Path::new("out.jsonl"), None, 1 << 18, &digester, 0).unwrap();
    let mut sources: Vec<Box<dyn Source + '_>> = vec![Box::new(present), Box::new(files::Memory::new(&new))];
    let mut writer = Writer::new(&target, PROGRAMME, false, &digester, 1);
    let seals = union(&mut sources, &checkers, &mut |batch, _| writer.batch(batch, &|holders| holders.contains(&0)).map_err(UnionProblem::Io)).unwrap();
    assert!(writer.finish(&seals.all).unwrap().unwrap() == whole);
}
