//! Submissions as JSON: our own, Kobo's, and Central's OData; single, in lines, in an array, or in an envelope.

use super::shape;
use super::{Incoming, Intake, Unreadable};
use crate::form::Form;
use crate::locale::{Text, say};
use serde_json::{Map, Value as Json};

/// Under which keys services put the records they list.
const ENVELOPES: [&str; 2] = ["value", "results"];

/// What only other programs' records have at their top.
const FOREIGN: [&str; 8] = ["__id", "__system", "_uuid", "_id", "_xform_id_string", "formhub/uuid", "meta", "instanceID"];

/// Where a record's instance id stands, the one that never changes first.
const INSTANCE: [&str; 6] = ["KEY", "__id", "meta/rootUuid", "meta/instanceID", "_uuid", "instanceID"];

/// Reads all records of a JSON text.
///
/// # Errors
/// [`Unreadable::Json`].
pub fn read(form: &Form, text: &str) -> Result<Intake, Unreadable> {
    let stream = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    let values = stream.collect::<Result<Vec<_>, _>>().map_err(|e| Unreadable::Json(e.line(), e.to_string()))?;
    let mut intake = Intake::default();
    let mut records: Vec<Json> = Vec::new();
    for value in values {
        unwrap(form, value, &mut records, &mut intake);
    }
    let many = records.len() > 1;
    for (at, record) in records.iter().enumerate() {
        let mut incoming = one(form, record, &mut intake);
        incoming.place = if many { (at + 1).to_string() } else { String::new() };
        intake.records.push(incoming);
    }
    Ok(intake)
}

/// Takes records out of arrays and envelopes; a question may well be called `value`, so an envelope holds objects.
fn unwrap(form: &Form, value: Json, records: &mut Vec<Json>, intake: &mut Intake) {
    match value {
        Json::Array(items) => records.extend(items),
        Json::Object(mut object) => {
            let listed =
                |object: &Map<String, Json>, key: &&str| form.find(key).is_none() && object.get(*key).and_then(Json::as_array).is_some_and(|a| a.iter().all(Json::is_object));
            match ENVELOPES.into_iter().find(|key| listed(&object, key)) {
                Some(key) => {
                    if ["next", "@odata.nextLink"].iter().any(|next| object.get(*next).is_some_and(|link| !link.is_null())) {
                        intake.remarks.push(Text::both(say::data::more_pages));
                    }
                    records.extend(object.remove(key).and_then(|list| if let Json::Array(list) = list { Some(list) } else { None }).unwrap_or_default());
                }
                None => records.push(Json::Object(object)),
            }
        }
        other => records.push(other),
    }
}

fn one(form: &Form, record: &Json, intake: &mut Intake) -> Incoming {
    let Json::Object(object) = record else {
        let problem = crate::interview::json::InputProblem { path: String::new(), message: Text::both(say::form::not_an_object) };
        intake.problems.push(problem);
        return Incoming::default();
    };
    if let (Some(Json::String(id)), Some(Json::Object(answers)), true) = (object.get("record"), object.get("answers"), form.find("record").is_none()) {
        return exported(form, id, answers, object.get("computed"));
    }
    let foreign = object.keys().any(|key| key.contains('/') || key.contains("@odata.") || (FOREIGN.contains(&key.as_str()) && form.find(key).is_none()));
    if !foreign {
        return Incoming { answers: object.clone(), ..Incoming::default() };
    }
    Incoming { instance: instance(object), ..shape::record(form, object, intake) }
}

/// A line of our own `export --format jsonl` or `record list`. Its results are computed again, and that needs no telling.
fn exported(form: &Form, id: &str, answers: &Map<String, Json>, computed: Option<&Json>) -> Incoming {
    let mut quiet = Intake::default();
    let mut incoming = shape::record(form, answers, &mut quiet);
    if let Some(Json::Object(computed)) = computed {
        incoming.kept.extend(shape::record(form, computed, &mut quiet).kept);
    }
    Incoming { instance: Some(id.to_owned()), ..incoming }
}

fn instance(object: &Map<String, Json>) -> Option<String> {
    let flat = INSTANCE.iter().filter_map(|key| object.get(*key));
    let nested = object.get("meta").and_then(|meta| meta.get("instanceID")).into_iter();
    flat.chain(nested).filter_map(Json::as_str).find(|id| !id.trim().is_empty()).map(str::to_owned)
}
