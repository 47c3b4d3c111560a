//! Synthetic records for trying out and for measuring: obviously invented, believable in size, the same for the same seed.
//!
//! Every record goes through the same engine and checks as a person's; one that is refused is a bug here or in a form.

pub(super) mod programme;

use super::demo_answers as answers;
use super::demo_data::FAMILY;
use super::demo_plan::{Dice, Plan, Shares, draw};
use super::{Content, Desk, Saving, Settings};
use crate::error::{Exit, Failure};
use crate::locale::{Text, date, say};
use crate::store::Identity;
use crate::store::identity::Role;
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// So many records are made durable at once; one fsync each would take longer than everything else.
const SAVED_AT_ONCE: usize = 500;

/// Makes a store for synthetic records.
///
/// # Errors
/// There is one already, or the system's.
pub fn create(settings: &Settings) -> Result<(), Failure> {
    let identity = Identity {
        person: format!("{} Văn Mẫu (giám sát)", FAMILY[0]),
        device: "demo".to_owned(),
        role: Role::Supervisor,
        language: settings.lang.map_or_else(String::new, |lang| lang.code().to_owned()),
        demo: true,
        ..Identity::default()
    };
    Desk::create(settings, identity).map(|_| ())
}

/// Adds so many synthetic records, or fewer where whoever watches stops it; gives how many.
///
/// # Errors
/// The store holds real records, or the system's.
pub fn fill(desk: &mut Desk, records: usize, seed: &str) -> Result<usize, Failure> {
    let holds_something = !desk.rows().is_empty() || desk.store().draft_list().next().is_some();
    if holds_something && !desk.identity().demo {
        let what = Text::both(|l| say::failure::not_empty(l, desk.dir().display()));
        return Err(Failure::new(Exit::Refused, what).hint(Text::both(say::failure::not_empty_hint)));
    }
    let have = desk.rows().len();
    let mut dice = Dice::new(&format!("{seed}\n{have}"));
    let communes: Vec<String> = names(desk, "lists/communes.csv");
    let today = desk.now().date().min(NaiveDate::from_ymd_opt(2030, 12, 31).unwrap_or_default());
    let mut plan = draw(&mut dice, Shares::of(records), communes.len().max(1), today, have);
    let mut made = Making { desk, dice, today, block: Vec::new(), saved: 0, is_stopped: false };
    match made.all(&mut plan, &communes) {
        // What is made already is whole and stays.
        Err(_) if made.is_stopped => made.flush()?,
        done => done?,
    }
    Ok(made.saved)
}

/// The names of a list, in order.
fn names(desk: &Desk, list: &str) -> Vec<String> {
    desk.library().list(list).map(|list| list.choices.iter().map(|choice| choice.name.to_string()).collect()).unwrap_or_default()
}

struct Making<'d> {
    desk: &'d mut Desk,
    dice: Dice,
    today: NaiveDate,
    block: Vec<Saving>,
    saved: usize,
    /// Whoever watches does not want more of them.
    is_stopped: bool,
}

impl Making<'_> {
    fn all(&mut self, plan: &mut Plan, communes: &[String]) -> Result<(), Failure> {
        self.firms(plan, communes)?;
        self.surveys(plan, communes)?;
        self.projects(plan)?;
        self.inspections(plan)?;
        self.followups(plan)?;
        self.activities(plan, communes)
    }

    /// Form by form, since what refers to a record takes answers from it.
    fn firms(&mut self, plan: &mut Plan, communes: &[String]) -> Result<(), Failure> {
        for firm in &mut plan.firms {
            let commune = communes.get(firm.commune).map_or("", String::as_str);
            let answers = answers::establishment(firm, commune, &mut self.dice);
            firm.id = self.add("establishment", firm.met, &answers)?;
        }
        self.flush()
    }

    fn surveys(&mut self, plan: &mut Plan, communes: &[String]) -> Result<(), Failure> {
        let collaborators = self.collaborators(communes);
        for survey in &mut plan.surveys {
            let firm = &plan.firms[survey.firm];
            let answers = answers::survey(survey, firm, &collaborators[firm.commune], &mut self.dice);
            survey.id = self.add("establishment_survey", survey.on, &answers)?;
        }
        self.flush()
    }

    fn projects(&mut self, plan: &mut Plan) -> Result<(), Failure> {
        for project in &mut plan.projects {
            let answers = answers::project(project, &plan.firms, self.today, &mut self.dice);
            project.id = self.add("support_project", project.approved, &answers)?;
        }
        self.flush()
    }

    fn inspections(&mut self, plan: &Plan) -> Result<(), Failure> {
        // Minutes are numbered within a year, and their number has at most four digits.
        let mut numbers: BTreeMap<i32, u32> = BTreeMap::new();
        for (kind, case) in &plan.inspections {
            let case = &plan.cases[*case];
            let on = answers::inspected_on(kind, case, plan, self.today);
            let number = numbers.entry(on.year()).or_default();
            *number = *number % 9999 + 1;
            let answers = answers::inspection(kind, *number, case, plan, on, &mut self.dice);
            self.add("machinery_inspection", on, &answers)?;
        }
        self.flush()
    }

    fn followups(&mut self, plan: &Plan) -> Result<(), Failure> {
        for (case, months) in &plan.followups {
            let case = &plan.cases[*case];
            let on = answers::followed_on(case, *months, self.today, &mut self.dice);
            let answers = answers::followup(case, *months, plan, on, &mut self.dice);
            self.add("post_support_performance", on, &answers)?;
        }
        self.flush()
    }

    /// Events, recognised products, communes and plans.
    fn activities(&mut self, plan: &Plan, communes: &[String]) -> Result<(), Failure> {
        let commune = |at: usize| communes.get(at).map_or("", String::as_str);
        for event in &plan.activities.events {
            let answers = programme::event_answers(event, &plan.firms, commune(event.number % communes.len().max(1)), self.today, &mut self.dice);
            self.add("programme_event", event.on, &answers)?;
        }
        for (number, recognition) in plan.activities.recognitions.iter().enumerate() {
            let answers = programme::recognition_answers(recognition, &plan.firms[recognition.firm], number + 1, &mut self.dice);
            self.add("product_recognition", recognition.on, &answers)?;
        }
        for status in &plan.activities.statuses {
            let answers = programme::status_answers(status, commune(status.commune), &mut self.dice);
            self.add("commune_status", status.on, &answers)?;
        }
        for year in &plan.activities.plans {
            let answers = programme::plan_answers(*year, &mut self.dice);
            self.add("annual_plan", programme::planned_on(*year), &answers)?;
        }
        self.flush()
    }

    /// Who looks after each commune.
    fn collaborators(&self, communes: &[String]) -> Vec<String> {
        let list = self.desk.library().list("lists/collaborators.csv").unwrap_or_default();
        let looks_after = |name: &str, commune: &String| list.cell(name, "communes").is_some_and(|cell| cell.split(' ').any(|code| code == commune));
        let of = |commune: &String| list.choices.iter().find(|choice| looks_after(&choice.name, commune)).or(list.choices.first());
        communes.iter().map(|commune| of(commune).map_or_else(String::new, |choice| choice.name.to_string())).collect()
    }

    /// Fills and checks one record; it is saved with its block.
    fn add(&mut self, form: &str, on: NaiveDate, answers: &Json) -> Result<String, Failure> {
        self.is_stopped = !self.desk.watch.goes_on((self.saved + self.block.len()) as u64);
        if self.is_stopped {
            return Err(super::watch::stopped());
        }
        let id = self.id(on);
        let form = self.desk.form(form)?;
        let (mut interview, _) = self.desk.fill(form.clone(), &id, answers, &mut self.dice, false).map_err(|problems| {
            let first = problems.first().map(|p| Text::both(|lang| format!("{}: {}", form.id, crate::interview::json::problem_line(p, lang))));
            Failure::new(Exit::Refused, Text::both(|l| say::failure::input_refused(l, problems.len()))).why(first.unwrap_or_default())
        })?;
        // What is unusual needs a reason, as it would from a person.
        let unusual: Vec<String> = interview.findings().into_iter().map(|finding| finding.path.clone()).collect();
        for path in unusual {
            interview.note(&path, "Đã xem lại, số liệu đúng (mẫu)");
        }
        let content = Content::of(&interview, Vec::new());
        self.block.push(Saving { record: id.clone(), form, content });
        if self.block.len() >= SAVED_AT_ONCE {
            self.flush()?;
        }
        Ok(id)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let block = std::mem::take(&mut self.block);
        self.saved += block.len();
        self.desk.submit_all(block)
    }

    /// A UUIDv7 of some moment of a working day.
    fn id(&mut self, on: NaiveDate) -> String {
        let moment = on.and_time(NaiveTime::MIN) + TimeDelta::milliseconds(self.dice.between(7 * 3_600_000, 17 * 3_600_000) as i64);
        let millis = date::zone().from_local_datetime(&moment).single().map_or(0, |moment| moment.timestamp_millis());
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.dice.roll().to_be_bytes());
        random[8..].copy_from_slice(&self.dice.roll().to_be_bytes()[..2]);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(millis).unwrap_or(0), &random).into_uuid().hyphenated().to_string()
    }
}
