//! No key and no sequence of keys may end the program otherwise than by quitting.

use crate::driver::Driver;
use crate::interviews::follow_up;
use crate::place::{DUE, Place, district};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;

const CODES: [KeyCode; 26] = [
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Insert,
    KeyCode::Null,
    KeyCode::Char(' '),
    KeyCode::Char('1'),
    KeyCode::Char('9'),
    KeyCode::Char('0'),
    KeyCode::Char('đ'),
    KeyCode::Char('z'),
    KeyCode::Char('h'),
    KeyCode::Char('f'),
    KeyCode::Char('日'),
    KeyCode::Char('\u{303}'),
];

fn keys() -> Vec<KeyEvent> {
    let plain = CODES.into_iter().chain((1..=12).map(KeyCode::F));
    // Quitting is what the keys are not expected to do here.
    let with = |modifiers| CODES.into_iter().map(move |code| KeyEvent::new(code, modifiers));
    plain.map(KeyEvent::from).chain(with(KeyModifiers::CONTROL)).chain(with(KeyModifiers::ALT)).collect()
}

/// Ways to all screens and to what lies over them.
const SCREENS: [&str; 33] = [
    "",
    "<F1>",
    "<tab>",
    "<tab>ba tam<ret>",
    "<tab>ba tam<ret><F2>",
    "<tab><tab>",
    "<tab><tab><ret>",
    "<tab><tab>kc-1<ret><F8>",
    "<tab><tab><tab>",
    "<tab><tab><tab><F7>",
    "<S-tab>",
    "<S-tab><ret>",
    "<F2>",
    "<F2><F9>",
    "<F2><down><ret>",
    "<F2><F3>",
    "<C-p>",
    "<tab><tab><F4>",
    "<tab><tab><F5><F6>",
    "<tab><tab><ret><F7>",
    "<tab><tab>nghiem<ret><F10>",
    "<tab><tab>ba tam<ret><down><ret>",
    "<F7>",
    "<F8>",
    "<F8><ret>",
    "<S-tab><F2>",
    "<S-tab><F4>",
    "<S-tab><F6>",
    "<S-tab><F5>",
    "<S-tab><F5><F6><ret>",
    "<F2><F9><F6>",
    "<F2><C-f>",
    "<tab>ba tam<ret><F2><down><down><down><ret><F6>",
];

#[test]
fn every_key_on_every_screen_leaves_a_screen_that_can_be_drawn() {
    let place = Place::new();
    let d = district(&place);
    let mut driver = Driver::open(&d.laptop);
    for way in SCREENS {
        for key in keys() {
            home(&mut driver);
            driver.keys(way).key(key);
            assert!(!driver.screen().is_empty() && driver.app.fatal.is_none() && !driver.app.closed, "{way} {key:?}");
        }
    }
}

/// Back to the desk from anywhere: what lies over a screen closes by Esc, then the screens do.
fn home(driver: &mut Driver) {
    while driver.app.screens.len() > 1 || driver.app.finder.is_some() || driver.app.failure.is_some() {
        driver.keys("<esc>");
    }
    for _ in 0..8 {
        if driver.app.screens[0].tab() == Some(0) {
            return;
        }
        // Of the report's records only Esc leads back to the tabs.
        driver.keys("<esc><tab>");
    }
    panic!("the desk cannot be reached:\n{}", driver.screen());
}

fn sequence() -> impl Strategy<Value = Vec<KeyEvent>> {
    proptest::collection::vec(proptest::sample::select(keys()), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_keys_in_an_interview_panics(keys in sequence(), start in proptest::sample::select(vec!["", "<tab><tab>", "<tab><tab><ret>Dao<ret>", "<tab><tab><ret>Dao<F6>", "<F9>"]), size in proptest::sample::select(vec![(80, 24), (60, 20), (20, 5), (200, 50)])) {
        let place = Place::new();
        let mut driver = follow_up(&district(&place)).sized(size.0, size.1);
        driver.keys(start);
        for key in keys {
            driver.key(key);
            driver.screen();
        }
        prop_assert!(driver.app.fatal.is_none());
    }

    #[test]
    fn no_sequence_of_keys_from_the_first_start_on_panics(keys in sequence(), size in proptest::sample::select(vec![(80, 24), (60, 20), (20, 5), (1, 1)])) {
        let place = Place::new();
        let mut driver = Driver::open(&place.bare("new").at(DUE)).sized(size.0, size.1);
        driver.keys("Lê Văn Thử<ret><ret>LT-07<ret><ret>");
        for key in keys {
            driver.key(key);
            driver.screen();
        }
        prop_assert!(driver.app.fatal.is_none());
    }
}
