//! The skeleton of the written report: the figures stand in it, what only people know is left open for them.

use crate::export::page::{Align, Block, Grid, Page, Paragraph, Run, Slot};
use crate::export::paper::Paper;
use crate::export::paper_page;
use crate::locale::say::{self, output as s};
use crate::locale::{Lang, date};
use crate::programme::figure::Figure;
use crate::record::history::State;
use crate::workbench::paper::printout::{Printout, SourceRow};
use crate::workbench::reporting::Report;
use std::collections::BTreeSet;

/// Tables with more columns do not fit on an upright page: they stay in the workbook.
const NARROW: usize = 6;

impl Printout {
    /// The written report over the same paper as the tables.
    pub fn narrative(&self, paper: &Paper) -> Page {
        let (report, lang) = (&self.report, paper.lang);
        let head = self.head(lang);
        let period = |day| date::show_date(day);
        let title = s::narrative_title(lang, report.programme.title.get(lang), period(report.period.from), period(report.period.to));
        let mut blocks = head.blocks("", None, lang);
        blocks.push(Block::Heading(1, s::narrative(lang), String::new()));
        blocks.push(Block::Text(Paragraph::bold(&title).at(Align::Centre)));
        blocks.extend(self.frozen_line(lang).map(|line| Block::Text(Paragraph::italic(line).at(Align::Centre))));
        if report.demo {
            blocks.push(Block::Text(Paragraph::bold(say::screen::demo_banner(lang)).at(Align::Centre)));
        }
        blocks.extend(chapter(s::general(lang), [open(s::direction(lang), lang)]));
        blocks.extend(chapter(s::results(lang), results(report, lang).into_iter().chain([self.caveat(report, lang)])));
        blocks.extend(paper.tables.iter().filter(|table| table.columns.len() <= NARROW && !table.appendix).flat_map(|table| {
            let heading = Block::Text(Paragraph::bold(&table.title).kept());
            [heading, Block::Grid(paper_page::grid(table, paper))]
        }));
        blocks.extend(chapter(s::assessment(lang), assessment(report, lang)));
        let due = (!report.due.is_empty()).then(|| Paragraph::new(s::due_line(lang, report.due.len())));
        blocks.extend(chapter(s::tasks(lang), due.into_iter().chain([open(s::next_tasks(lang), lang)])));
        blocks.extend(chapter(s::proposals(lang), [open(s::requests(lang), lang)]));
        blocks.push(Block::Grid(signature(&head.recipients, lang)));
        Page { lang, title, landscape: false, blocks }
    }

    /// How far the figures can be relied on.
    fn caveat(&self, report: &Report, lang: Lang) -> Paragraph {
        let counted: BTreeSet<&String> = report.figures.iter().flat_map(|figure| &figure.records).collect();
        let rows: Vec<&SourceRow> = counted.into_iter().filter_map(|record| self.rows.get(record)).collect();
        let unapproved = rows.iter().filter(|row| row.state != State::Approved.word()).count();
        let conflicted = rows.iter().filter(|row| row.conflicts).count();
        Paragraph::italic(s::caveat(lang, rows.len(), unapproved, conflicted))
    }
}

fn chapter(heading: String, paragraphs: impl IntoIterator<Item = Paragraph>) -> Vec<Block> {
    std::iter::once(Block::Heading(2, heading, String::new())).chain(paragraphs.into_iter().map(Block::Text)).collect()
}

/// What people have to write.
fn open(what: String, lang: Lang) -> Paragraph {
    Paragraph::italic(s::to_write(lang, what))
}

fn results(report: &Report, lang: Lang) -> Vec<Paragraph> {
    let lines = report.figures.iter().map(|figure| Paragraph::new(result(report, figure, lang)).at(Align::Both));
    lines.collect()
}

fn result(report: &Report, figure: &Figure, lang: Lang) -> String {
    let target = &report.programme.targets[figure.target];
    let (label, unit) = (target.label.get(lang), target.unit.get(lang));
    let done = Report::show(figure.done, lang);
    match (figure.done, target.number) {
        (None, _) => s::result_none(lang, label),
        (Some(_), None) => s::result_plain(lang, label, done, unit),
        (Some(_), Some(number)) if unit == "%" => s::result_rate(lang, label, done, format!("{}{}", target.op.shown(), Report::show(Some(number), lang))),
        (Some(_), Some(number)) => s::result_line(lang, label, done, Report::show(Some(number), lang), unit, Report::show(figure.percent, lang)),
    }
}

fn assessment(report: &Report, lang: Lang) -> Vec<Paragraph> {
    let labels = |met: bool| report.figures.iter().filter(move |f| f.met == Some(met)).map(|f| report.programme.targets[f.target].label.get(lang));
    let mut lines = vec![Paragraph::bold(s::strengths(lang)).kept()];
    lines.extend(labels(true).map(|label| Paragraph::new(s::met_line(lang, label))));
    if labels(true).next().is_none() {
        lines.push(Paragraph::new(s::none_met(lang)));
    }
    lines.push(Paragraph::bold(s::weaknesses(lang)).kept());
    lines.extend(labels(false).map(|label| Paragraph::new(s::not_met_line(lang, label))));
    lines.extend([Paragraph::bold(s::cause_heading(lang)).kept(), open(s::causes(lang), lang)]);
    lines
}

fn signature(recipients: &[String], lang: Lang) -> Grid {
    let mut to = vec![Paragraph::of(vec![Run { bold: true, italic: true, ..Run::new(s::recipients(lang)) }])];
    to.extend(recipients.iter().map(Paragraph::new));
    let sign = vec![Paragraph::bold(s::head_of_unit(lang)).at(Align::Centre), Paragraph::italic(s::sign_and_seal(lang)).at(Align::Centre)];
    let slot = |text| Slot { text, columns: 1, rows: 1 };
    Grid { head: 0, lines: false, rows: vec![vec![slot(to), slot(sign)]], ..Grid::new(&[50, 50], 12) }
}
