//! Tables that a form brings along, as a header and rows: CSV, XML, GeoJSON.

use super::document::{DOCUMENT, Document};
use super::list::ListProblem;
use std::sync::Arc;

type Table = (Vec<String>, Vec<Vec<Arc<str>>>);

/// CSV with a header; short and long lines are taken as they are.
pub(super) fn csv(text: &str) -> Result<Table, ListProblem> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header: Vec<String> = reader.headers().map_err(|_| ListProblem::BadLine(1))?.iter().map(|h| h.trim().to_owned()).collect();
    if header.iter().all(String::is_empty) {
        return Err(ListProblem::NoNameColumn);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| ListProblem::BadLine(e.position().map_or(0, csv::Position::line)))?;
        rows.push((0..header.len()).map(|at| Arc::from(record.get(at).unwrap_or(""))).collect());
    }
    Ok((header, rows))
}

/// `<root><item><name>…</name>…</item>…</root>`
pub(super) fn xml(text: &str) -> Result<Table, ListProblem> {
    let document = Document::from_xml(text).map_err(|_| ListProblem::BadLine(1))?;
    let mut header: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for root in document.children(DOCUMENT) {
        for item in document.children(root) {
            let mut row: Vec<Arc<str>> = vec!["".into(); header.len()];
            for cell in document.children(item) {
                let name = document.name_of(cell);
                let at = header.iter().position(|h| h == name).unwrap_or_else(|| {
                    header.push(name.to_owned());
                    row.push("".into());
                    header.len() - 1
                });
                row[at] = document.text(cell).clone();
            }
            rows.push(row);
        }
    }
    rows.iter_mut().for_each(|row| row.resize(header.len(), "".into()));
    if header.is_empty() { Err(ListProblem::NoNameColumn) } else { Ok((header, rows)) }
}

/// A feature collection of points, lines and polygons: the properties, the id, and the geometry as ODK writes it.
pub(super) fn geojson(text: &str) -> Result<Table, ListProblem> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|e| ListProblem::BadLine(e.line() as u64))?;
    let features = json.get("features").and_then(|f| f.as_array()).ok_or(ListProblem::NoNameColumn)?;
    let mut header = vec!["id".to_owned(), "geometry".to_owned()];
    let mut rows: Vec<Vec<Arc<str>>> = Vec::new();
    let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for feature in features {
        let id = feature.get("id").or_else(|| feature.get("properties")?.get("id")).map(plain).unwrap_or_default();
        let mut row: Vec<Arc<str>> = vec!["".into(); header.len()];
        (row[0], row[1]) = (id.into(), feature.get("geometry").map(geometry).unwrap_or_default().into());
        for (name, value) in feature.get("properties").and_then(|p| p.as_object()).into_iter().flatten() {
            let at = header.iter().position(|h| h == name).unwrap_or_else(|| {
                header.push(name.clone());
                row.push("".into());
                header.len() - 1
            });
            if !value.is_null() {
                row[at] = plain(value).into();
            }
        }
        rows.push(row);
    }
    rows.iter_mut().for_each(|row| row.resize(header.len(), "".into()));
    Ok((header, rows))
}

/// `latitude longitude altitude accuracy`, several separated by `;`. GeoJSON writes the longitude first.
fn geometry(json: &serde_json::Value) -> String {
    let coordinates = json.get("coordinates");
    let kind = json.get("type").and_then(|t| t.as_str()).unwrap_or_default();
    let point = |pair: &serde_json::Value| {
        let number = |at: usize| pair.get(at).map_or_else(|| "0".to_owned(), ToString::to_string);
        format!("{} {} 0 0", number(1), number(0))
    };
    let line = |points: Option<&serde_json::Value>| points.and_then(|p| p.as_array()).into_iter().flatten().map(point).collect::<Vec<_>>().join(";");
    match kind {
        "Point" => coordinates.map(point).unwrap_or_default(),
        "LineString" => line(coordinates),
        "Polygon" => line(coordinates.and_then(|rings| rings.get(0))),
        _ => String::new(),
    }
}
