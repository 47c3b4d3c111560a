//! Who is surveyed, supported, inspected and followed up, and when: drawn before any answer, so that the records agree.

use super::demo::programme::{self, Activities, ActivityShares};
use super::demo_data::{FAMILY, GIVEN, LEGAL_FORMS, TRADES, Trade};
use crate::interview::json::Keys;
use chrono::{Datelike, Days, NaiveDate};
use sha2::{Digest, Sha256};

/// Reproducible chance (SplitMix64): the same seed draws the same records on every machine.
pub struct Dice {
    state: u64,
    keys: u32,
}

impl Dice {
    pub fn new(seed: &str) -> Self {
        let digest = Sha256::digest(seed.as_bytes());
        let state = digest.iter().take(8).fold(0, |state, byte| state << 8 | u64::from(*byte));
        Self { state, keys: 0 }
    }

    pub fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.roll() % (high.saturating_sub(low) + 1)
    }

    pub fn percent(&mut self, of_hundred: u64) -> bool {
        self.between(1, 100) <= of_hundred
    }

    pub fn index(&mut self, length: usize) -> usize {
        (self.roll() % length.max(1) as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    pub fn weighted(&mut self, from: &[(&'static str, u64)]) -> &'static str {
        let mut at = self.between(1, from.iter().map(|(_, weight)| weight).sum());
        for (name, weight) in from {
            if at <= *weight {
                return name;
            }
            at -= weight;
        }
        from[0].0
    }

    pub fn day(&mut self, from: NaiveDate, to: NaiveDate) -> NaiveDate {
        let length = (to - from).num_days().max(0) as u64;
        from + Days::new(self.between(0, length))
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.index(at + 1));
        }
    }
}

impl Keys for Dice {
    /// Counted and scrambled rather than drawn: two rows of one record must never get the same key.
    fn key(&mut self) -> String {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        self.keys = self.keys.wrapping_add(1);
        let scrambled = self.keys.wrapping_mul(0x5_9e37) & 0xf_ffff;
        (0..4).map(|at| DIGITS[(scrambled >> (5 * at) & 31) as usize] as char).collect()
    }
}

/// How many records of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    pub firms: usize,
    pub surveys: usize,
    pub projects: usize,
    pub inspections: usize,
    pub followups: usize,
    pub activities: ActivityShares,
}

impl Shares {
    pub fn of(records: usize) -> Self {
        let activities = ActivityShares::of(records);
        let rest = records - activities.sum();
        let share = |percent: usize| rest * percent / 100;
        let projects = share(8);
        // Without a project there is nothing to inspect.
        let (inspections, followups) = if projects == 0 { (0, 0) } else { (share(16), share(12)) };
        let surveys = share(25);
        Self { firms: rest - surveys - projects - inspections - followups, surveys, projects, inspections, followups, activities }
    }
}

/// An establishment.
pub struct Firm {
    pub id: String,
    pub number: usize,
    pub trade: &'static Trade,
    pub commune: usize,
    pub legal_form: &'static str,
    pub owner: String,
    pub woman: bool,
    pub start_year: i32,
    /// Percent of its trade's middling size.
    pub size: u64,
    /// The day on which it was recorded.
    pub met: NaiveDate,
}

impl Firm {
    pub fn name(&self) -> String {
        format!("Cơ sở mẫu {} số {:04}", self.trade.name, self.number)
    }

    /// Units of product a year.
    pub fn output(&self) -> u64 {
        (self.trade.output * self.size / 100).max(1)
    }

    /// Đồng a year, to 100,000.
    pub fn revenue(&self) -> u64 {
        self.output() * self.trade.price / 100_000 * 100_000
    }

    pub fn workers(&self) -> u64 {
        (self.revenue() / 420_000_000).clamp(3, 90)
    }
}

/// A survey of a firm.
pub struct Survey {
    pub id: String,
    pub firm: usize,
    pub on: NaiveDate,
    pub data_year: i32,
    pub full: bool,
}

/// A support project with its establishments.
pub struct Project {
    pub id: String,
    pub number: usize,
    pub kind: &'static str,
    pub activity: &'static str,
    /// In whose plan it stands.
    pub year: i32,
    pub approved: NaiveDate,
    pub contracted: NaiveDate,
    pub status: &'static str,
    pub supports: Vec<Support>,
}

/// What a project grants an establishment.
#[derive(Clone, Copy)]
pub struct Support {
    pub firm: usize,
    pub total: u64,
    pub extension: u64,
}

/// An establishment that was accepted (or refused) under a project.
pub struct Case {
    pub project: usize,
    pub support: Support,
    pub survey: usize,
    pub activity: &'static str,
    pub on: NaiveDate,
    pub accepted: bool,
}

/// Everything that is to be recorded.
pub struct Plan {
    pub firms: Vec<Firm>,
    pub surveys: Vec<Survey>,
    pub projects: Vec<Project>,
    pub cases: Vec<Case>,
    /// Kind and case.
    pub inspections: Vec<(&'static str, usize)>,
    /// Case and months after acceptance.
    pub followups: Vec<(usize, i32)>,
    /// Events, products, communes and plans.
    pub activities: Activities,
}

/// The first days of the programme; a survey cannot be earlier.
pub fn start() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default()
}

pub fn month_index(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0() as i32
}

pub fn first_of(index: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(index.div_euclid(12), index.rem_euclid(12) as u32 + 1, 1).unwrap_or_default()
}

/// Days on which an acceptance may lie so that `months` of figures after it have ended by today. In the programme's first
/// year a twelve-month follow-up can only be of an earlier acceptance: those few lie before it.
fn window(months: i32, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let last = if months == 0 { today - Days::new(1) } else { first_of(month_index(today) - months) - Days::new(1) };
    let first = start() + Days::new(40);
    (if first + Days::new(20) <= last { first } else { last - Days::new(200) }, last)
}

struct Drafting<'d> {
    dice: &'d mut Dice,
    today: NaiveDate,
    first_number: usize,
}

/// Draws a plan of about `shares`; what cannot be followed up yet becomes a further establishment.
pub fn draw(dice: &mut Dice, shares: Shares, communes: usize, today: NaiveDate, first_number: usize) -> Plan {
    let mut drafting = Drafting { dice, today, first_number };
    let accepted = if shares.projects == 0 { 0 } else { (shares.inspections * 78 / 100).max(shares.inspections.min(5)) };
    let mut plan =
        Plan { firms: Vec::new(), surveys: Vec::new(), projects: Vec::new(), cases: Vec::new(), inspections: Vec::new(), followups: Vec::new(), activities: Activities::default() };
    drafting.projects(&mut plan, shares.projects, accepted);
    drafting.followups(&mut plan, shares.followups);
    drafting.inspections(&mut plan, shares.inspections);
    // Of a year that has not come yet there is neither plan nor report: those become establishments, too.
    let missing = shares.followups - plan.followups.len();
    let activities = shares.activities.until(communes, today);
    let missing = missing + shares.activities.sum() - activities.sum();
    drafting.firms(&mut plan, shares.firms + missing, communes);
    plan.activities = programme::draw(drafting.dice, activities, plan.firms.len(), communes, today, first_number);
    drafting.surveys(&mut plan, shares.surveys);
    drafting.money(&mut plan);
    plan
}

impl Drafting<'_> {
    fn projects(&mut self, plan: &mut Plan, projects: usize, cases: usize) {
        // One of each kind first, so that even a small store shows them all.
        const FIRST: [&str; 5] = ["machinery", "key", "demonstration", "cleaner_production", "environment"];
        const REST: [(&str, u64); 5] = [("machinery", 82), ("demonstration", 5), ("cleaner_production", 5), ("environment", 5), ("key", 3)];
        let kinds: Vec<&'static str> = (0..projects).map(|at| if at < FIRST.len() { FIRST[at] } else { self.dice.weighted(&REST) }).collect();
        let closed: Vec<usize> = (0..projects).filter(|at| *at < FIRST.len() || self.dice.percent(85)).take(cases).collect();
        let groups: Vec<usize> = closed.iter().copied().filter(|at| kinds[*at] == "machinery" && (*at == 0 || self.dice.percent(70))).collect();
        let mut counts = vec![0; projects];
        for at in 0..cases {
            let project = closed.get(at).copied().unwrap_or_else(|| *self.dice.pick(&groups));
            counts[project] += 1;
        }
        for (at, kind) in kinds.iter().enumerate() {
            self.project(plan, at, kind, counts[at]);
        }
    }

    fn project(&mut self, plan: &mut Plan, at: usize, kind: &'static str, cases: usize) {
        const OPEN: [(&str, u64); 5] = [("registered", 30), ("surveyed", 20), ("approved", 25), ("contracted", 15), ("installed", 10)];
        const CLOSED: [(&str, u64); 3] = [("accepted", 45), ("settled", 35), ("followed", 20)];
        let months = self.months(at, cases);
        let (first, last) = window(months, self.today);
        let base = self.dice.day(first, last);
        let (approved, year) = match cases {
            0 => (self.dice.day(start(), self.today), None),
            _ => (base - Days::new(self.dice.between(110, 150)), Some(base.year())),
        };
        let contracted = (approved + Days::new(self.dice.between(12, 35))).min(self.today);
        // Content of a key project: it is its own kind, whatever is done.
        let activity = if kind == "key" { "key_project" } else { kind };
        let project_kind = if kind == "key" {
            "key"
        } else if cases > 1 {
            "group"
        } else {
            "single"
        };
        let status = if cases == 0 { self.dice.weighted(&OPEN) } else { self.dice.weighted(&CLOSED) };
        for number in 0..cases {
            let on = (base + Days::new(self.dice.between(0, 21))).min(last);
            let accepted = (at < 5 && number == 0) || self.dice.percent(88);
            let activity = if kind == "key" { "machinery" } else { kind };
            let support = Support { firm: 0, total: 0, extension: 0 };
            plan.cases.push(Case { project: at, support, survey: 0, activity, on, accepted });
        }
        let (number, year) = (self.first_number + at + 1, year.unwrap_or(approved.year()));
        plan.projects.push(Project { id: String::new(), number, kind: project_kind, activity, year, approved, contracted, status, supports: Vec::new() });
    }

    /// How many months of figures after acceptance a project's establishments have.
    fn months(&mut self, at: usize, cases: usize) -> i32 {
        let early = window(13, self.today).0 < start();
        match (cases, self.dice.between(1, 100)) {
            (0, _) => 0,
            // The first of each kind must count in the programme's years.
            _ if at < 5 => 7,
            (_, 1..=12) => 13,
            (_, 13..=45) if !early => 13,
            (_, 13..=70) => 7,
            _ => 0,
        }
    }

    fn followups(&mut self, plan: &mut Plan, wanted: usize) {
        let mut possible = Vec::new();
        for (at, case) in plan.cases.iter().enumerate().filter(|(_, case)| case.accepted) {
            let visit = |months: i32| first_of(month_index(case.on) + months + 1);
            possible.extend([6, 12].into_iter().filter(|months| visit(*months) <= self.today && visit(*months) >= start()).map(|months| (at, months)));
        }
        self.dice.shuffle(&mut possible);
        possible.truncate(wanted);
        // By point: the six-month figures are there when the twelve-month visit takes place.
        possible.sort_by_key(|(case, months)| (*months, *case));
        plan.followups = possible;
    }

    fn inspections(&mut self, plan: &mut Plan, wanted: usize) {
        const OTHERS: [(&str, u64); 3] = [("pre_support", 30), ("progress", 45), ("post_support", 25)];
        plan.inspections = (0..plan.cases.len()).map(|case| ("acceptance", case)).collect();
        let mut free: Vec<usize> = (0..plan.cases.len()).collect();
        self.dice.shuffle(&mut free);
        for at in 0..wanted.saturating_sub(plan.cases.len()) {
            let case = free[at % free.len()];
            let mut kind = self.dice.weighted(&OTHERS);
            if kind == "post_support" && (!plan.cases[case].accepted || plan.cases[case].on + Days::new(120) > self.today) {
                kind = "progress";
            }
            plan.inspections.push((kind, case));
        }
    }

    fn firms(&mut self, plan: &mut Plan, count: usize, communes: usize) {
        for at in 0..count {
            let woman = self.dice.percent(42);
            let owner = format!("{} {} (mẫu)", self.dice.pick(&FAMILY), self.dice.pick(&GIVEN[usize::from(!woman)]));
            plan.firms.push(Firm {
                id: String::new(),
                number: self.first_number + at + 1,
                trade: self.dice.pick(&TRADES),
                // The first ones go round, so that no commune is empty for long.
                commune: if at < communes { at } else { self.dice.index(communes) },
                legal_form: self.dice.weighted(&LEGAL_FORMS),
                owner,
                woman,
                start_year: self.dice.between(1994, 2023) as i32,
                size: self.dice.between(35, 95) + if self.dice.percent(35) { self.dice.between(10, 120) } else { 0 },
                met: self.dice.day(start(), self.today),
            });
        }
        let mut order: Vec<usize> = (0..count).collect();
        self.dice.shuffle(&mut order);
        for (case, firm) in plan.cases.iter_mut().zip(&order) {
            case.support.firm = *firm;
        }
        // Some that are recorded although they are not eligible: the form asks for a reason.
        for firm in order.iter().skip(plan.cases.len()).step_by(60) {
            plan.firms[*firm].legal_form = "other";
        }
        for (at, project) in plan.projects.iter_mut().enumerate() {
            let of_project = plan.cases.iter().filter(|case| case.project == at).map(|case| case.support);
            project.supports = of_project.collect();
            if project.supports.is_empty() {
                let firm = order[self.dice.index(plan.cases.len().max(1))];
                project.supports.push(Support { firm, total: 0, extension: 0 });
            }
        }
    }

    fn surveys(&mut self, plan: &mut Plan, wanted: usize) {
        for at in 0..plan.cases.len() {
            let case = &plan.cases[at];
            let planned = case.on - Days::new(self.dice.between(155, 200));
            let on = planned.max(start() + Days::new(self.dice.between(0, 20))).min(self.today);
            plan.cases[at].survey = at;
            let (firm, data_year) = (plan.cases[at].support.firm, plan.cases[at].on.year() - 1);
            plan.surveys.push(Survey { id: String::new(), firm, on, data_year, full: self.dice.percent(50) });
            plan.firms[firm].met = on;
        }
        let supported: Vec<usize> = plan.cases.iter().map(|case| case.support.firm).collect();
        let mut free: Vec<usize> = (0..plan.firms.len()).filter(|firm| !supported.contains(firm)).collect();
        self.dice.shuffle(&mut free);
        for at in 0..wanted.saturating_sub(plan.cases.len()) {
            let firm = free.get(at % free.len().max(1)).copied().unwrap_or(0);
            // A second survey of a firm is a later year's.
            let on = self.dice.day(plan.firms[firm].met, self.today);
            plan.surveys.push(Survey { id: String::new(), firm, on, data_year: on.year() - 1, full: self.dice.percent(15) });
        }
    }

    /// Amounts within the ceilings of lists/ceilings.csv.
    fn money(&mut self, plan: &mut Plan) {
        for at in 0..plan.projects.len() {
            for support in 0..plan.projects[at].supports.len() {
                let activity = plan.projects[at].activity;
                let (low, high, percent, most) = match activity {
                    "key_project" => (600, 1_800, 50, 300),
                    "demonstration" => (700, 2_600, 30, 1_000),
                    "cleaner_production" => (350, 1_400, 30, 500),
                    "environment" => (180, 800, 30, 300),
                    _ => (77, 620, 50, 300),
                };
                let total = self.dice.between(low, high);
                let extension = (total * self.dice.between(percent - 8, percent) / 100).min(most);
                let granted = &mut plan.projects[at].supports[support];
                (granted.total, granted.extension) = (total * 1_000_000, extension * 1_000_000);
            }
            let supports = plan.projects[at].supports.clone();
            for case in plan.cases.iter_mut().filter(|case| case.project == at) {
                case.support = supports.iter().copied().find(|support| support.firm == case.support.firm).unwrap_or(case.support);
            }
        }
    }
}
