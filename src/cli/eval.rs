//! `forms eval`: one expression, or many as JSON lines, over answers given as JSON.

use super::{Context, say_out};
use crate::error::{Exit, Failure};
use crate::form::check_text::{Compiled, compile_text};
use crate::form::draft::{Cell, Draft, Row};
use crate::form::expression::Datum;
use crate::form::expression::evaluate::{Frame, evaluate};
use crate::form::instance::{Answers, Instance, ROOT_ROW};
use crate::form::world::Nowhere;
use crate::form::{Form, check};
use crate::locale::{Lang, Text, date, say};
use crate::value::{Decimal, Value};
use crate::workbench::library::Library;
use clap::ArgMatches;
use serde_json::{Map, Value as Json, json};
use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;

pub fn run(matches: &ArgMatches, context: &Context) -> Result<ExitCode, Failure> {
    let library = Library::new(&context.settings);
    if matches.get_flag("batch") {
        for line in std::io::stdin().lock().split(b'\n') {
            let line = line.map_err(|e| Failure::io(Path::new("-"), &e))?;
            // A line that is no text is one failed case, not the end of the batch.
            let line = String::from_utf8_lossy(&line);
            if !line.trim().is_empty() {
                say_out(batch(&line, context, &library).to_string());
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let expression = matches.get_one::<String>("expression").cloned().unwrap_or_default();
    let answers = match matches.get_one::<String>("answers") {
        None => Json::Object(Map::new()),
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|e| Failure::io(Path::new(file), &e))?;
            serde_json::from_str(&text).map_err(|e| Failure::new(Exit::Refused, Text::both(|l| say::failure::not_json(l, e.line(), &e))))?
        }
    };
    match compute(&expression, &answers, context, &library) {
        Ok(datum) => {
            say_out(shown(&datum));
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            eprintln!("{}", say::failure::bad_expression(context.lang, &expression));
            eprintln!("{}", why.get(context.lang));
            Ok(ExitCode::from(Exit::Refused as u8))
        }
    }
}

fn batch(line: &str, context: &Context, library: &Library) -> Json {
    let input: Json = match serde_json::from_str(line) {
        Ok(input) => input,
        Err(error) => return json!({"id": null, "error": error.to_string()}),
    };
    let id = input.get("id").cloned().unwrap_or(Json::Null);
    let Some(expression) = input.get("expr").and_then(Json::as_str) else { return json!({"id": id, "error": "expr"}) };
    let empty = Json::Object(Map::new());
    let answers = input.get("context").and_then(|c| c.get("answers")).unwrap_or(&empty);
    let datum = match compute(expression, answers, context, library) {
        Ok(datum) => datum,
        Err(why) => return json!({"id": id, "error": why.get(Lang::En)}),
    };
    let datum = match input.get("as").and_then(Json::as_str) {
        Some("boolean") => Datum::Boolean(datum.to_boolean()),
        Some("number") => Datum::Number(datum.to_number()),
        Some("string") => Datum::Text(datum.to_text()),
        _ => datum,
    };
    let (value, kind) = match &datum {
        Datum::Blank => (json!(""), "string"),
        Datum::Boolean(truth) => (json!(truth), "boolean"),
        Datum::Number(number) => (number_json(*number), "number"),
        Datum::Date(_) | Datum::Moment(_) => (json!(&*datum.to_text()), "date"),
        Datum::Text(text) => (json!(&**text), "string"),
    };
    json!({"id": id, "value": value, "type": kind})
}

/// What JSON cannot say (NaN, infinities, negative zero) as text.
fn number_json(number: f64) -> Json {
    if number == 0.0 && number.is_sign_negative() {
        return json!("-0");
    }
    match Decimal::from_f64(number).and_then(|n| serde_json::from_str(n.as_str()).ok()) {
        Some(json) => json,
        None if number.is_finite() => json!(number),
        None => json!(crate::form::expression::datum::number_text(number)),
    }
}

fn shown(datum: &Datum) -> String {
    datum.to_text().to_string()
}

fn compute(expression: &str, answers: &Json, context: &Context, library: &Library) -> Result<Datum, Text> {
    let (form, answers) = adhoc(answers, expression, library)?;
    let code = match compile_text(expression, &form) {
        Compiled::Code(code) => code,
        Compiled::Problem { what, near, start, .. } => {
            let place = format!("{expression}\n{}^", " ".repeat(expression[..start.min(expression.len())].chars().count()));
            return Err(Text::both(|l| {
                let near = near.as_ref().map_or_else(String::new, |name| format!(" {}", say::form::did_you_mean(l, name)));
                format!("{}{near}\n{place}", what.get(l))
            }));
        }
    };
    let instance = Instance::new(&form, &answers);
    let now = date::local(context.settings.clock.now());
    Ok(evaluate(&code, &Frame::new(&form, &instance, &Nowhere, now, context.lang, ROOT_ROW)))
}

/// A form with a question for every name in the answers, typed by what the answer looks like. The expression stands in
/// a calculation of it, so that the lists that it looks up are loaded.
fn adhoc(answers: &Json, expression: &str, library: &Library) -> Result<(Form, Answers), Text> {
    let Json::Object(object) = answers else { return Err(Text::both(say::form::not_an_object)) };
    let mut kept = Answers::new();
    let mut rows = questions(object, "", &mut kept);
    let mut holder = row("expression_", "hidden");
    holder.cells.insert("indicator", Cell { text: expression.to_owned(), ..Cell::default() });
    rows.push(holder);
    let id = Cell { text: "answers".to_owned(), ..Cell::default() };
    let draft = Draft { id, version: 1, rows, ..Draft::default() };
    match check::check(&draft, &|name: &str| library.text(name)) {
        Ok((form, _)) => Ok((form, kept)),
        Err(problems) => Err(problems.into_iter().next().map(|p| p.what).unwrap_or_default()),
    }
}

fn row(name: &str, kind: &str) -> Row {
    let cell = |text: &str| Cell { text: text.to_owned(), ..Cell::default() };
    Row { name: cell(name), kind: cell(kind), ..Row::default() }
}

fn questions(object: &Map<String, Json>, prefix: &str, kept: &mut Answers) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (name, json) in object {
        let path = format!("{prefix}{name}");
        let (kind, value) = match json {
            Json::Array(items) if items.iter().any(Json::is_object) => {
                let mut repeat = row(name, "repeat");
                for (at, item) in items.iter().filter_map(Json::as_object).enumerate() {
                    kept.insert(format!("{path}/r{at}/#"), Value::text(format!("{at:06}")));
                    for question in questions(item, &format!("{path}/r{at}/"), kept) {
                        if !repeat.children.iter().any(|c| c.name.text == question.name.text) {
                            repeat.children.push(question);
                        }
                    }
                }
                rows.push(repeat);
                continue;
            }
            Json::Number(number) => ("decimal", Decimal::parse(&number.to_string()).map(Value::Number)),
            Json::String(text) if date::parse_iso(text).is_some() => ("date", Some(Value::text(text))),
            Json::String(text) if date::parse_moment(text).is_some() => ("datetime", Some(Value::text(text))),
            Json::String(text) => ("text", Some(Value::text(text))),
            Json::Bool(truth) => ("text", Some(Value::text(if *truth { "true" } else { "false" }))),
            Json::Array(items) => ("text", Some(Value::text(items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), str::to_owned)).collect::<Vec<_>>().join(" ")))),
            _ => ("text", None),
        };
        if let Some(value) = value {
            kept.insert(path, value);
        }
        rows.push(row(name, kind));
    }
    rows
}
