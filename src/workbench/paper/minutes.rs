//! Inspection minutes on paper, from a record of the shipped form `machinery_inspection`.
//!
//! The order of an official paper (Decree 30/2020): heading, title, grounds, those present, findings, conclusion, signatures.
//! A question that an office's own version of the form no longer has leaves its line out.

use super::letterhead::official_day;
use crate::error::{Exit, Failure};
use crate::export::page::{Align, Block, Grid, Page, Paragraph, Run, Slot};
use crate::form::instance::{ROOT_ROW, RowId};
use crate::form::{Kind, NodeId};
use crate::interview::show;
use crate::locale::say::{face, minutes as s, output};
use crate::locale::{Lang, Text, date, words};
use crate::record::history::State;
use crate::store::IndexRow;
use crate::value::Value;
use crate::workbench::Desk;
use crate::workbench::related::{Gathering, Related};
use chrono::Timelike;

/// The form of which records are minutes.
pub const FORM: &str = "machinery_inspection";

/// The questions of a section, in the order of the paper.
const PROJECT: [&str; 10] =
    ["establishment", "project_name", "project_kind", "activity", "budget_source", "implementing_unit", "approved_total", "approved_extension", "approved_own", "approved_other"];
const COSTS: [&str; 7] = ["total_actual", "other_eligible_costs", "support_ceiling", "support_payable", "advance_paid", "balance", "own_actual"];
const SAFETY: [&str; 9] = [
    "operators_trained",
    "safety",
    "strict_equipment",
    "environment_state",
    "committed_material_cut",
    "committed_energy_cut",
    "committed_revenue_rise",
    "jobs_expected",
    "still_on_site",
];
const CONCLUSION: [&str; 7] = ["reason_gone", "conclusion", "defects", "corrective_action", "deadline", "recommendation", "establishment_opinion"];
/// The amount that is told in words too.
const IN_WORDS: &str = "support_payable";

/// A record being laid out.
struct Writer<'a> {
    desk: &'a Desk,
    of: &'a Related,
    lang: Lang,
}

impl Desk {
    /// The minutes of a record that was handed in.
    ///
    /// # Errors
    /// There is no such record, it is of another form, a draft, or void.
    pub fn minutes(&self, start: &str, lang: Lang) -> Result<Page, Failure> {
        let record = self.find(start)?;
        let refuse = |what: Text| Failure::new(Exit::Refused, what);
        let Some(row) = self.row(&record) else {
            return Err(refuse(Text::both(|l| output::draft_minutes(l, &record))).hint(Text::both(output::draft_minutes_hint)));
        };
        if row.form != FORM {
            let title = |l| self.form(&row.form).map_or_else(|_| row.form.to_string(), |form| form.title.get(l).to_owned());
            return Err(refuse(Text::both(|l| output::not_minutes(l, &record, title(l)))).hint(Text::both(output::not_minutes_hint)));
        }
        if row.state == State::Void {
            return Err(refuse(Text::both(|l| output::void_minutes(l, &record))));
        }
        let related = self.related(row).ok_or_else(|| refuse(Text::both(|l| output::unreadable_record(l, &record))))?;
        Ok(Writer { desk: self, of: &related, lang }.page())
    }

    /// The minutes of what is being filled in, as it stands; the paper says that it is a draft.
    ///
    /// # Errors
    /// There is no such draft or record, or it is of another form.
    pub fn minutes_of_draft(&self, record: &str, lang: Lang) -> Result<Page, Failure> {
        let interview = self.open_record(record, &Gathering::new(self, record))?.interview;
        let form = interview.form().clone();
        if form.id != FORM {
            let title = |l| form.title.get(l).to_owned();
            return Err(Failure::new(Exit::Refused, Text::both(|l| output::not_minutes(l, record, title(l)))).hint(Text::both(output::not_minutes_hint)));
        }
        let row = IndexRow { record: record.into(), form: FORM.into(), state: State::Draft, ..IndexRow::default() };
        let related = Related { row, form, instance: interview.derived().instance.clone() };
        Ok(Writer { desk: self, of: &related, lang }.page())
    }
}

impl Writer<'_> {
    fn page(&self) -> Page {
        let head = self.desk.letterhead(self.lang);
        let day = self.text("started_at").and_then(|text| date::parse_moment(&text)).map(|moment| moment.date());
        let mut blocks = head.blocks(&self.shown("minutes_number"), day, self.lang);
        let title = s::of_visit(self.lang, self.shown("kind"), self.shown("visit_no"));
        blocks.push(Block::Heading(1, s::title(self.lang), String::new()));
        blocks.push(Block::Text(Paragraph::bold(&title).at(Align::Centre)));
        blocks.extend(self.cautions().into_iter().map(|text| Block::Text(Paragraph::bold(text).at(Align::Centre))));
        let italic = |text: String| Block::Text(Paragraph::italic(text).at(Align::Both));
        blocks.extend(head.bases.into_iter().chain(self.own_bases()).map(italic));
        let today = s::today(self.lang, self.moment("started_at"), self.shown("place"));
        blocks.push(Block::Text(Paragraph::new(today).at(Align::Both)));
        self.section(s::present(self.lang), self.present(), &mut blocks);
        self.section(s::project(self.lang), self.lines(&PROJECT), &mut blocks);
        self.papers(&mut blocks);
        self.machines(&mut blocks);
        self.section(s::costs(self.lang), self.lines(&COSTS), &mut blocks);
        self.section(s::safety(self.lang), self.lines(&SAFETY), &mut blocks);
        self.section(s::conclusion(self.lang), self.lines(&CONCLUSION), &mut blocks);
        let end = s::end(self.lang, self.moment("ended_at"), self.shown("copies"));
        blocks.push(Block::Text(Paragraph::new(end).at(Align::Both).kept()));
        blocks.push(Block::Grid(self.signatures()));
        Page { lang: self.lang, title: format!("{} {}", s::title(self.lang), title), landscape: false, blocks }
    }

    fn id(&self, question: &str) -> Option<NodeId> {
        self.of.form.find(question)
    }

    fn value(&self, row: RowId, question: &str) -> Option<(NodeId, Value)> {
        let id = self.id(question)?;
        let value = self.of.instance.read(&self.of.form, row, id).to_value(self.of.form.node(id).value)?;
        Some((id, value))
    }

    /// An answer as people read it; empty where there is none.
    fn at(&self, row: RowId, question: &str) -> String {
        let Some((id, value)) = self.value(row, question) else { return String::new() };
        match &value {
            Value::Text(record) if self.of.form.node(id).to.is_some() => self.desk.row(record).map_or_else(|| record.clone(), |row| row.summary.to_string()),
            value => show::value(&self.of.form, id, value, self.lang),
        }
    }

    fn shown(&self, question: &str) -> String {
        self.at(ROOT_ROW, question)
    }

    fn text(&self, question: &str) -> Option<String> {
        self.value(ROOT_ROW, question).map(|(_, value)| value.plain())
    }

    fn day(&self, question: &str) -> String {
        official_day(self.text(question).and_then(|text| date::parse_iso(&text)), self.lang)
    }

    fn moment(&self, question: &str) -> String {
        match self.text(question).and_then(|text| date::parse_moment(&text)) {
            Some(moment) => s::moment(self.lang, format!("{:02}", moment.hour()), format!("{:02}", moment.minute()), official_day(Some(moment.date()), self.lang)),
            None => official_day(None, self.lang),
        }
    }

    fn label(&self, question: &str) -> String {
        self.id(question).map_or_else(String::new, |id| self.of.form.node(id).label.get(self.lang).to_owned())
    }

    /// The rows of a repeat, in order.
    fn rows(&self, repeat: &str) -> Vec<RowId> {
        let scope = self.id(repeat).and_then(|id| if let Kind::Repeat(scope) = self.of.form.node(id).kind { Some(scope) } else { None });
        scope.map_or_else(Vec::new, |scope| self.of.instance.rows_of(&self.of.form, scope))
    }

    /// What a reader must know before relying on the paper.
    fn cautions(&self) -> Vec<String> {
        let row = &self.of.row;
        let cautions = [
            self.desk.identity().demo.then(|| s::synthetic(self.lang)),
            (row.state == State::Draft).then(|| face::minutes_of_draft(self.lang)),
            (!matches!(row.state, State::Approved | State::Draft)).then(|| s::unapproved(self.lang)),
            (row.conflicts > 0).then(|| s::conflicted(self.lang, row.conflicts)),
        ];
        cautions.into_iter().flatten().collect()
    }

    /// The decision and the contract of this very project.
    fn own_bases(&self) -> Vec<String> {
        let approval = (!self.shown("approval_number").is_empty()).then(|| s::of_approval(self.lang, self.shown("approval_number"), self.day("approval_date")));
        let contract = (!self.shown("contract_number").is_empty()).then(|| s::of_contract(self.lang, self.shown("contract_number"), self.day("contract_date")));
        approval.into_iter().chain(contract).collect()
    }

    /// A section that has nothing to say is left out.
    fn section(&self, heading: String, lines: Vec<Paragraph>, blocks: &mut Vec<Block>) {
        if !lines.is_empty() {
            blocks.push(Block::Heading(2, heading, String::new()));
            blocks.extend(lines.into_iter().map(Block::Text));
        }
    }

    /// The parties in the order in which they were first written down, each with its people.
    fn parties(&self) -> Vec<(String, Vec<RowId>)> {
        let mut parties: Vec<(String, Vec<RowId>)> = Vec::new();
        for row in self.rows("participants") {
            let party = self.at(row, "party");
            match parties.iter_mut().find(|(name, _)| *name == party) {
                Some((_, rows)) => rows.push(row),
                None => parties.push((party, vec![row])),
            }
        }
        parties
    }

    fn present(&self) -> Vec<Paragraph> {
        let mut lines = Vec::new();
        for (at, (party, rows)) in self.parties().into_iter().enumerate() {
            lines.push(Paragraph::bold(s::party(self.lang, at + 1, party)).kept());
            lines.extend(rows.into_iter().map(|row| Paragraph::new(s::person(self.lang, self.at(row, "full_name"), self.at(row, "position"))).at(Align::Both)));
        }
        lines
    }

    /// `- Label: value` for every question that was answered; money with its unit.
    fn lines(&self, questions: &[&str]) -> Vec<Paragraph> {
        let mut lines = Vec::new();
        for question in questions {
            let Some((id, value)) = self.value(ROOT_ROW, question) else { continue };
            let is_money = self.of.form.node(id).value == crate::value::ValueType::Money;
            let shown = if is_money { s::dong(self.lang, self.shown(question)) } else { self.shown(question) };
            lines.push(Paragraph::new(s::line(self.lang, self.label(question), shown)).at(Align::Both));
            let dong = value.plain().parse::<i128>().ok().filter(|_| *question == IN_WORDS);
            lines.extend(dong.map(|dong| Paragraph::italic(s::in_words(self.lang, words::money_words(dong))).at(Align::Both)));
        }
        lines
    }

    /// The list of papers: every question `paper_…` that was answered.
    fn papers(&self, blocks: &mut Vec<Block>) {
        let form = &self.of.form;
        let names = form.top_questions().map(|id| form.node(id).name.as_str()).filter(|name| name.starts_with("paper_"));
        let mut grid = Grid::new(&[8, 72, 20], 12);
        grid.rows.push([s::number(self.lang), s::paper(self.lang), s::there(self.lang)].map(Slot::head).into());
        for name in names.filter(|name| self.value(ROOT_ROW, name).is_some()) {
            let number = Slot::at(Align::Centre, grid.rows.len().to_string());
            grid.rows.push(vec![number, Slot::text(self.label(name)), Slot::at(Align::Centre, self.shown(name))]);
        }
        if grid.rows.len() > 1 {
            blocks.push(Block::Heading(2, s::papers(self.lang), String::new()));
            blocks.push(Block::Grid(grid));
        }
        if !self.shown("invoice_number").is_empty() {
            let invoice = s::invoice(self.lang, self.shown("invoice_number"), self.day("invoice_date"), self.shown("invoice_value"), self.shown("invoice_vat"));
            blocks.push(Block::Text(Paragraph::new(invoice).at(Align::Both)));
        }
    }

    /// The machines: two lines of head, merged where a column has no parts; the sum below.
    fn machines(&self, blocks: &mut Vec<Block>) {
        let rows = self.rows("machines");
        if rows.is_empty() {
            return;
        }
        let l = self.lang;
        let mut grid = Grid { head: 2, ..Grid::new(&[6, 19, 12, 8, 8, 11, 11, 13, 13, 11, 7], 9) };
        let tall = |text: String| Slot::head(text).over(1, 2);
        grid.rows.push(vec![
            tall(s::number(l)),
            tall(s::machine(l)),
            tall(s::origin(l)),
            Slot::head(s::quantity(l)).over(2, 1),
            Slot::head(s::specification(l)).over(2, 1),
            tall(s::price(l)),
            tall(s::amount(l)),
            tall(s::state(l)),
            tall(s::meets(l)),
        ]);
        grid.rows.push([s::approved(l), s::found(l), s::approved(l), s::found(l)].map(Slot::head).into());
        grid.rows.extend(rows.iter().enumerate().map(|(at, row)| self.machine(at + 1, *row)));
        let total = Paragraph::bold(self.sum(&rows)).at(Align::Right);
        grid.rows.push(vec![Slot::new(Paragraph::bold(s::total(l)).at(Align::Centre)).over(8, 1), Slot::new(total), Slot::text("").over(2, 1)]);
        blocks.push(Block::Heading(2, s::machines(l), String::new()));
        blocks.push(Block::Grid(grid));
    }

    fn machine(&self, number: usize, row: RowId) -> Vec<Slot> {
        let cell = |question: &str| Slot::text(self.at(row, question));
        let right = |question: &str| Slot::at(Align::Right, self.at(row, question));
        let joined = |questions: &[&str]| Slot::text(questions.iter().map(|question| self.at(row, question)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; "));
        vec![
            Slot::at(Align::Centre, number.to_string()),
            joined(&["machine", "model", "serial"]),
            joined(&["country", "year_made", "condition"]),
            right("quantity_approved"),
            right("quantity_found"),
            cell("spec_approved"),
            cell("spec_found"),
            right("unit_price"),
            right("amount"),
            cell("operating_state"),
            Slot::at(Align::Centre, self.at(row, "meets")),
        ]
    }

    /// The sum of the amounts; nothing where one is missing, rather than too little.
    fn sum(&self, rows: &[RowId]) -> String {
        let amounts: Option<Vec<i128>> = rows.iter().map(|row| self.value(*row, "amount").and_then(|(_, value)| value.plain().parse().ok())).collect();
        let sum = amounts.and_then(|amounts| amounts.into_iter().try_fold(0i128, i128::checked_add));
        sum.map_or_else(String::new, |sum| crate::locale::number::format(&sum.to_string(), self.lang))
    }

    /// A place to sign for every party, three beside each other; who signed on the screen stands below.
    fn signatures(&self) -> Grid {
        const BESIDE: usize = 3;
        let signed: Vec<(String, String)> = self.rows("signatures").into_iter().map(|row| (self.at(row, "signed_party"), self.at(row, "signed_name"))).collect();
        let first = |party: &str, rows: &[RowId]| {
            let name = signed.iter().find(|(of, _)| of == party).map(|(_, name)| name.clone());
            name.unwrap_or_else(|| rows.first().map_or_else(String::new, |row| self.at(*row, "full_name")))
        };
        let centred = |run: Run| Paragraph::of(vec![run]).at(Align::Centre).kept();
        let slot = |text: Vec<Paragraph>| Slot { text, columns: 1, rows: 1 };
        // The blank lines are where ink goes.
        let ink = || vec![centred(Run { italic: true, ..Run::new(s::sign(self.lang)) }), centred(Run::new("\n\n\n"))];
        let mut grid = Grid { head: 0, lines: false, ..Grid::new(&[33, 33, 34], 12) };
        for line in self.parties().chunks(BESIDE) {
            let blank = || (line.len()..BESIDE).map(|_| Slot::text(""));
            let heads = line.iter().map(|(party, _)| slot(vec![centred(Run::bold(s::for_party(self.lang, party.to_uppercase())))]));
            let names = line.iter().map(|(party, rows)| slot(ink().into_iter().chain([centred(Run::bold(first(party, rows)))]).collect()));
            grid.rows.push(heads.chain(blank()).collect());
            grid.rows.push(names.chain(blank()).collect());
        }
        grid
    }
}
