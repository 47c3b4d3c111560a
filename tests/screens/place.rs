//! Laptops in a temporary folder, and records that were there before the screens are opened.

use crate::district;
use khuyencong::interview::json::Keys;
use khuyencong::record::Revision;
use khuyencong::store::Identity;
use khuyencong::store::identity::Role;
use khuyencong::workbench::chance::Clock;
use khuyencong::workbench::{Content, Desk, Settings};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use tempfile::TempDir;

pub const SURVEYED: &str = "2026-03-10T09:00:00+07:00";
pub const CONTRACTED: &str = "2026-05-06T09:00:00+07:00";
pub const ACCEPTED: &str = "2026-06-21T09:00:00+07:00";
/// Twelve months after acceptance: when a follow-up is due.
pub const DUE: &str = "2027-06-25T09:00:00+07:00";

/// A temporary folder.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A screen's text without what differs from machine to machine.
    pub fn hide(&self, screen: &str) -> String {
        screen.replace(&self.0.path().display().to_string(), "[TMP]")
    }

    /// A laptop without a store.
    pub fn bare(&self, name: &str) -> Laptop {
        Laptop { dir: self.path(name), now: SURVEYED.to_owned() }
    }

    /// A laptop with a store.
    pub fn laptop(&self, name: &str, person: &str) -> Laptop {
        self.laptop_of(name, person, Role::Collaborator)
    }

    /// The laptop of a supervisor.
    pub fn office(&self) -> Laptop {
        self.laptop_of("vp01", "Phạm Giám Sát", Role::Supervisor)
    }

    fn laptop_of(&self, name: &str, person: &str, role: Role) -> Laptop {
        let laptop = self.bare(name);
        let identity = Identity { person: person.to_owned(), device: name.to_owned(), role, ..Identity::default() };
        Desk::create(&laptop.settings(), identity).unwrap();
        laptop
    }
}

/// A store's folder and what the clock says.
#[derive(Clone)]
pub struct Laptop {
    dir: PathBuf,
    now: String,
}

struct RowKeys(u32);

impl Keys for RowKeys {
    fn key(&mut self) -> String {
        self.0 += 1;
        format!("r{:03}", self.0)
    }
}

impl Laptop {
    pub fn at(&self, now: &str) -> Self {
        Self { now: now.to_owned(), ..self.clone() }
    }

    pub fn settings(&self) -> Settings {
        Settings { data_dir: self.dir.clone(), clock: Clock::parse(&self.now).unwrap(), seed: Some("1".to_owned()), ..Settings::default() }
    }

    pub fn desk(&self) -> Desk {
        Desk::open(self.settings()).unwrap().0
    }

    /// Hands a record in and gives its id.
    #[track_caller]
    pub fn add(&self, form: &str, answers: &Json) -> String {
        let mut desk = self.desk();
        let form = desk.form(form).unwrap();
        let record = desk.new_record();
        let (interview, _) = desk.fill(form.clone(), &record, answers, &mut RowKeys(0), false).unwrap_or_else(|problems| panic!("{problems:#?}"));
        desk.submit(&record, &form, Content::of(&interview, Vec::new())).unwrap();
        desk.close().unwrap();
        record
    }

    #[track_caller]
    pub fn edit(&self, record: &str, path: &str, value: &str) {
        let mut desk = self.desk();
        assert!(desk.edit(record, &[(path.to_owned(), value.to_owned())]).is_ok());
        desk.close().unwrap();
    }

    pub fn sync(&self, central: &std::path::Path) {
        let mut desk = self.desk();
        desk.sync(central, false).unwrap();
        desk.close().unwrap();
    }

    /// The revisions of the only record of a form.
    #[track_caller]
    pub fn only(&self, form: &str) -> Vec<Revision> {
        let desk = self.desk();
        let records: Vec<String> = desk.rows().values().filter(|row| row.form == form).map(|row| row.record.to_string()).collect();
        assert_eq!(records.len(), 1, "{form}");
        desk.history(&records[0]).unwrap().revisions().to_vec()
    }
}

/// A small district: three establishments; the first has a survey, a project and accepted machines.
pub struct District {
    pub laptop: Laptop,
    pub ba_tam: String,
}

pub fn establishment(name: &str, phone: &str) -> Json {
    district::with(district::establishment(name), json!({ "phone": phone }))
}

pub fn district(place: &Place) -> District {
    let laptop = place.laptop("lt07", "Lê Văn Thử");
    let ba_tam = laptop.add("establishment", &establishment("Cơ sở khô Ba Tâm", "0912345671"));
    let tu_duoc = laptop.add("establishment", &establishment("Lò rèn Tư Đước", "0912345672"));
    laptop.add("establishment", &establishment("Hợp tác xã muối Điền Hải", "0912345673"));
    let survey = laptop.add("establishment_survey", &district::survey(&ba_tam, "2026-03-10"));
    laptop.add("establishment_survey", &with_revenue(district::survey(&tu_duoc, "2026-03-10"), 250));
    let project = laptop.at(CONTRACTED).add("support_project", &district::project("KC-1", "single", "machinery", &[&ba_tam]));
    laptop.at(ACCEPTED).add("machinery_inspection", &district::acceptance(1, &project, &ba_tam, &survey, "machinery"));
    District { laptop: laptop.at(DUE), ba_tam }
}

/// A survey whose only product earned that many million đồng.
fn with_revenue(mut survey: Json, count: u64) -> Json {
    survey["products"][0]["product_revenue"] = json!(district::million(count));
    survey["revenue"] = json!(district::million(count));
    survey
}

/// A complete follow-up of the first establishment, on the day it is due.
pub fn follow_up(project: &str, establishment: &str) -> Json {
    district::FollowUp {
        project,
        establishment,
        point: "12",
        day: "2027-06-25",
        output: (1000, 1200),
        materials: vec![district::material("Thép", 2000, 1900, None)],
        energy: ("diesel", 1000, 900),
        revenue: (100, 130),
        rural: (10, 12, 0),
        more: json!({}),
    }
    .json()
}
