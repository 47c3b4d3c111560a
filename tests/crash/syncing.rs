//! A laptop that syncs by what its last sync noted, the store closed: its power cut at any call, each of its calls failing.

use crate::faults::at_each_call;
use crate::image::rebuild;
use crate::power::{POLICIES, field_file};
use crate::recorder::{Call, Recording};
use crate::support::{Dice, establishment, new_desk, rounds, scratch, settings};
use khuyencong::error::Failure;
use khuyencong::store::Notice;
use khuyencong::workbench::Desk;
use khuyencong::workbench::merging::{merge_files, verify};
use khuyencong::workbench::passing::sync_closed;
use std::path::Path;

fn sync(place: &Path) -> Result<(), Failure> {
    sync_closed(&settings(&place.join("store")), &place.join("central.jsonl"), false, &mut |_, _| ()).map(|_| ())
}

fn open(place: &Path) -> Desk {
    let (desk, notices) = Desk::open(settings(&place.join("store"))).unwrap();
    assert!(!notices.iter().any(Notice::is_loss), "{notices:?}");
    desk
}

/// One more record here, one more from somebody else in the central file.
fn go_on(place: &Path, field: &Path) {
    let mut desk = open(place);
    establishment(&mut desk, "Cơ sở ở đây").unwrap();
    desk.close().unwrap();
    merge_files(&place.join("central.jsonl"), &[field.to_owned()], false, &settings(place)).unwrap();
}

fn in_central(place: &Path) -> u64 {
    verify(&place.join("central.jsonl")).unwrap().seal.devices().values().map(|device| device.count()).sum()
}

fn in_store(place: &Path) -> usize {
    open(place).store().view().revision_keys().count()
}

#[test]
fn no_power_cut_in_a_sync_loses_anything_on_either_side() {
    let dir = scratch();
    let root = dir.path().join("field");
    std::fs::create_dir(&root).unwrap();
    let fields: Vec<_> = (0..3).map(|n| field_file(dir.path(), n)).collect();
    let recording = Recording::of(&root);
    new_desk(&root.join("store"), "lt9").close().unwrap();
    for field in &fields {
        go_on(&root, field);
        recording.acknowledge();
        // What comes in opens the store; the second time it stays closed.
        sync(&root).unwrap();
        recording.acknowledge();
        sync(&root).unwrap();
        recording.acknowledge();
    }
    let calls = recording.calls();
    assert_eq!((in_central(&root), in_store(&root)), (6, 6));
    let is_acknowledged = |call: &&Call| matches!(call, Call::Acknowledged);
    let first = calls.iter().position(|call| is_acknowledged(&call)).unwrap();
    let mut dice = Dice::new(44);
    for round in 0..rounds(60, 500) {
        let cut = first + 1 + dice.below(calls.len() - first);
        let image = dir.path().join("image");
        let _ = std::fs::remove_dir_all(&image);
        rebuild(&calls[..cut], &root.canonicalize().unwrap(), &image, POLICIES[round % 3], &mut dice);
        // Two revisions a round, known on both sides with its second acknowledgement.
        let done = calls[..cut].iter().filter(is_acknowledged).count();
        let (begun, known) = (2 * done.div_ceil(3), 2 * ((done + 1) / 3));
        assert!(in_central(&image) as usize >= known, "cut {cut}: the central file");
        sync(&image).unwrap_or_else(|e| panic!("cut {cut}: {e:?}"));
        let (central, store) = (in_central(&image) as usize, in_store(&image));
        assert!(central == store && store >= begun, "cut {cut}: {central} and {store} of {begun}");
    }
}

#[test]
fn a_sync_of_a_closed_store_that_fails_anywhere_loses_nothing() {
    let dir = scratch();
    let base = dir.path().join("base");
    new_desk(&base.join("store"), "lt9").close().unwrap();
    let fields: Vec<_> = (0..2).map(|n| field_file(dir.path(), n)).collect();
    go_on(&base, &fields[0]);
    sync(&base).unwrap();
    go_on(&base, &fields[1]);
    let check = |place: &Path, result: Result<(), Failure>, name: &str| {
        assert!(in_central(place) >= 3 && in_store(place) >= 3, "{name}: something is gone");
        if result.is_ok() {
            assert_eq!((in_central(place), in_store(place)), (4, 4), "{name}: called done, but it is not");
        }
        sync(place).unwrap_or_else(|e| panic!("{name}: again: {e:?}"));
        assert_eq!((in_central(place), in_store(place)), (4, 4), "{name}");
    };
    at_each_call(&base, sync, check);
}
