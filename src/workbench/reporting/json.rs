//! A report as scripts read it: `report --format json`.

use super::Report;
use crate::locale::Text;
use crate::programme::figure::Figure;
use crate::programme::table::{Cell, Table, TableLine};
use serde_json::{Map, Value as Json, json};

/// A double as an exact JSON number, or null.
fn exact(number: Option<f64>) -> Json {
    let text = number.and_then(crate::value::Decimal::from_f64);
    text.and_then(|text| serde_json::from_str(text.as_str()).ok()).unwrap_or(Json::Null)
}

fn both(text: &Text) -> Json {
    json!({"vi": text.vi, "en": text.en})
}

impl Report {
    /// As scripts read it.
    pub fn to_json(&self) -> Json {
        let targets: Vec<Json> = self.figures.iter().map(|figure| self.target_json(figure)).collect();
        let tables: Map<String, Json> = self.tables.iter().map(|table| (table.id.clone(), Json::Array(table.lines.iter().map(|line| line_json(table, line)).collect()))).collect();
        json!({
            "programme": self.programme.id,
            "period": {"from": self.period.from.to_string(), "to": self.period.to.to_string(), "label": self.period.label},
            "demo": self.demo,
            "by": self.by,
            "targets": targets,
            "due": self.due.iter().map(|d| json!({"day": d.day.to_string(), "record": d.about, "form": d.form, "months": d.months})).collect::<Vec<_>>(),
            "tables": tables,
        })
    }

    fn target_json(&self, figure: &Figure) -> Json {
        let target = &self.programme.targets[figure.target];
        let also: Vec<Json> = figure.also.iter().map(|also| json!({"name": also.name, "label": both(&also.label), "value": exact(also.value), "records": also.records})).collect();
        let years: Vec<Json> = figure
            .years
            .iter()
            .map(|year| json!({"year": year.year, "plan": exact(year.plan), "done": exact(year.done), "plan_records": year.plan_records, "records": year.records}))
            .collect();
        let mut json = json!({
            "id": target.id, "label": both(&target.label), "op": target.op.sign(), "number": exact(target.number), "unit": both(&target.unit),
            "done": exact(figure.done), "percent": exact(figure.percent), "met": figure.met, "day": figure.day.map(|day| day.to_string()), "counted_by": both(&target.counted_by),
            "also": also, "records": figure.records, "undetermined": figure.undetermined, "out_of_season": figure.out_of_season, "unapproved": figure.unapproved,
            "conflicted": figure.conflicted, "overridden": figure.overridden, "reference_factors": figure.reference_factors, "factor_versions": figure.factor_versions,
            "year": {"year": figure.year, "plan": exact(figure.plan), "done": exact(figure.year_done), "percent": exact(figure.percent_of_plan()),
                "plan_records": figure.plan_records, "records": figure.year_records},
            "cumulative": {"done": exact(figure.cumulative), "percent": exact(figure.percent_of_programme(target)), "records": figure.cumulative_records}, "years": years,
        });
        if self.by.is_some() {
            let group =
                |group: &crate::programme::figure::GroupFigure| json!({"group": group.group, "label": both(&group.label), "done": exact(group.done), "records": group.records});
            json["groups"] = figure.groups.iter().map(group).collect();
        }
        json
    }
}

/// A line by the names of its columns; a choice and a reference with what people read of them.
fn line_json(table: &Table, line: &TableLine) -> Json {
    let cells = table.columns.iter().zip(&line.cells).map(|(column, cell)| (column.name.clone(), cell_json(cell)));
    cells.chain([("records".to_owned(), json!(line.records))]).collect::<Map<_, _>>().into()
}

fn cell_json(cell: &Cell) -> Json {
    match cell {
        Cell::Blank => Json::Null,
        Cell::Number(number) => exact(Some(*number)),
        Cell::Text(text) => json!(text),
        Cell::Choice(name, label) if name.is_empty() => both(label),
        Cell::Choice(name, label) => json!({"name": name, "label": both(label)}),
        Cell::Record(record, summary) => json!({"record": record, "summary": summary}),
    }
}
