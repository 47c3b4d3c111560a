//! Lines → one number.

use super::figure::Head;
use super::lines::{Line, Lines, select, year_of};
use super::period::Period;
use super::{Measure, Programme, Reading};
use chrono::NaiveDate;

/// A number and what it rests on.
#[derive(Clone, Default)]
pub struct Count<'f> {
    /// The number; `None` where nothing can be counted.
    pub value: Option<f64>,
    /// The newest day among what was counted.
    pub day: Option<NaiveDate>,
    /// The records counted, by id, each once.
    pub records: Vec<Head<'f>>,
    /// Records that fit but in which the value is undetermined.
    pub undetermined: Vec<Head<'f>>,
}

/// When and for whom a reading is counted.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The programme.
    pub programme: &'a Programme,
    /// The period.
    pub period: &'a Period,
    /// Years that begin after this day do not enter a yearly mean.
    pub today: NaiveDate,
    /// Which of the chosen lines.
    pub keep: &'a dyn Fn(&Line<'_>) -> bool,
    /// Whether a figure over the choices of a list is divided by their number.
    pub divide: bool,
}

/// Counts a reading.
pub fn count<'f>(reading: &Reading, lines: &Lines<'f>, asked: Asked<'_>) -> Count<'f> {
    let count = if reading.per_year { yearly(reading, lines, asked) } else { once(reading, lines, asked, asked.period) };
    divided(reading, count, asked.divide)
}

/// A figure over the choices of a list is divided by their number, where that is asked for.
fn divided<'f>(reading: &Reading, mut count: Count<'f>, divide: bool) -> Count<'f> {
    if let Some(list) = reading.each.as_ref().filter(|list| divide && !list.choices.is_empty()) {
        count.value = count.value.map(|value| value / list.choices.len() as f64);
    }
    count
}

/// Counts the lines of each group on its own; `groups` tells whether a line is of a group. Lines are chosen once for all.
pub fn count_each<'f>(reading: &Reading, lines: &Lines<'f>, asked: Asked<'_>, groups: &[&dyn Fn(&Line<'_>) -> bool]) -> Vec<Count<'f>> {
    if reading.per_year {
        return groups.iter().map(|keep| count(reading, lines, Asked { keep: *keep, ..asked })).collect();
    }
    let chosen = select(reading, lines, asked.period);
    let of = |keep: &&dyn Fn(&Line<'_>) -> bool| {
        let own: Vec<&Line> = chosen.iter().copied().filter(|line| keep(line)).collect();
        divided(reading, measure(reading.measure, &own, lines.things), asked.divide)
    };
    groups.iter().map(of).collect()
}

fn once<'f>(reading: &Reading, lines: &Lines<'f>, asked: Asked<'_>, period: &Period) -> Count<'f> {
    if let Some((list, column)) = &reading.entries {
        let at = list.columns.iter().position(|c| c == column);
        let year = year_of(asked.programme, period.from).to_string();
        let names = |choice: &crate::form::list::Choice| at.and_then(|at| choice.cells.get(at)).is_some_and(|cell| cell.split_whitespace().any(|word| word == year));
        return Count { value: Some(list.choices.iter().filter(|choice| names(choice)).count() as f64), ..Count::default() };
    }
    let chosen: Vec<&Line> = select(reading, lines, period).into_iter().filter(|line| (asked.keep)(line)).collect();
    measure(reading.measure, &chosen, lines.things)
}

/// The mean over the years of the period that have begun.
fn yearly<'f>(reading: &Reading, lines: &Lines<'f>, asked: Asked<'_>) -> Count<'f> {
    let by_year = reading.sources.iter().any(|source| source.by_year.is_some());
    let (first, last) = (year_of(asked.programme, asked.period.from), year_of(asked.programme, asked.period.to.min(asked.today.max(asked.period.from))));
    let mut all = Count::default();
    let mut values = Vec::new();
    for year in first..=last {
        let Some(whole) = asked.programme.year(year) else { continue };
        // What speaks of a year belongs to all of it; what happened on a day must lie in the period too.
        let part = Period { from: whole.from.max(asked.period.from), to: whole.to.min(asked.period.to), label: whole.label.clone() };
        let count = once(reading, lines, asked, if by_year { &whole } else { &part });
        values.extend(count.value);
        all.day = all.day.max(count.day);
        all.records.extend(count.records);
        all.undetermined.extend(count.undetermined);
    }
    for records in [&mut all.records, &mut all.undetermined] {
        records.sort_by(|a, b| a.record.cmp(b.record));
        once_each(records);
    }
    all.value = Some(values.iter().sum::<f64>() / values.len() as f64).filter(|value| value.is_finite());
    all
}

/// A figure over lines, and which of their records have a determined value.
fn measure<'f>(measure: Measure, lines: &[&Line<'f>], things: usize) -> Count<'f> {
    let newest = lines.iter().max_by_key(|line| (line.day, line.head.at, line.head.record));
    let day = newest.map(|line| line.day);
    let whole = |value: Option<f64>| Count { value, day, records: records(lines), undetermined: Vec::new() };
    match measure {
        Measure::Count => return whole(Some(lines.len() as f64)),
        Measure::CountDistinct => {
            let mut seen = vec![false; things];
            lines.iter().filter_map(|line| line.thing).for_each(|thing| seen[thing] = true);
            return whole(Some(seen.into_iter().filter(|seen| *seen).count() as f64));
        }
        Measure::Status => return whole(Some(f64::from(u8::from(newest.is_some_and(|line| line.is_true))))),
        Measure::Latest => return whole(newest.and_then(|line| line.number)),
        _ => {}
    }
    let weighted = matches!(measure, Measure::WeightedMean | Measure::RatioOfSums | Measure::GrowthOfSums);
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    let mut counted: Vec<&Line> = Vec::new();
    for line in lines.iter().filter(|line| line.determined) {
        let value = if measure == Measure::Share { Some(f64::from(u8::from(line.is_true))) } else { line.number };
        if let (Some(value), Some(weight)) = (value, if weighted { line.weight } else { Some(1.0) }) {
            pairs.push((value, weight));
            counted.push(line);
        }
    }
    let (all, counted) = (records(lines), records(&counted));
    // Both are in order: what is not among those counted is undetermined.
    let mut left = counted.iter().peekable();
    let undetermined = all.into_iter().filter(|head| left.next_if(|next| next.record == head.record).is_none()).collect();
    Count { value: combine(measure, &pairs), day, undetermined, records: counted }
}

/// The records of lines, which stand in their order.
fn records<'f>(lines: &[&Line<'f>]) -> Vec<Head<'f>> {
    let mut records: Vec<Head<'_>> = lines.iter().map(|line| line.head).collect();
    once_each(&mut records);
    records
}

fn once_each(records: &mut Vec<Head<'_>>) {
    records.dedup_by_key(|head| head.record);
}

fn combine(measure: Measure, pairs: &[(f64, f64)]) -> Option<f64> {
    let sum: f64 = pairs.iter().map(|(value, _)| value).sum();
    let weights: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let count = pairs.len() as f64;
    let result = match measure {
        Measure::Sum => sum,
        Measure::Mean => sum / count,
        Measure::Share => sum / count * 100.0,
        Measure::WeightedMean => pairs.iter().map(|(value, weight)| value * weight).sum::<f64>() / weights,
        Measure::RatioOfSums => sum / weights,
        Measure::GrowthOfSums => (sum / weights - 1.0) * 100.0,
        Measure::Min => pairs.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min),
        Measure::Max => pairs.iter().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max),
        Measure::Count | Measure::CountDistinct | Measure::Latest | Measure::Status | Measure::Entries => count,
    };
    Some(result).filter(|r| r.is_finite())
}
