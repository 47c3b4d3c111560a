//! `forms eval`: one expression, or many as JSON lines, over answers given as JSON.

use super::{Context, say_out};
use crate::error::{Exit, Failure};
use crate::form::check_logic::{compile_error, syntax_error};
use crate::form::document::Document;
use crate::form::draft::{self, Draft, Row};
use crate::form::expression::compile::{Site, compile};
use crate::form::expression::evaluate::{Frame, Item, evaluate, truth};
use crate::form::expression::{Datum, syntax};
use crate::form::instance::{Answers, Instance, ROOT_ROW};
use crate::form::list::ChoiceList;
use crate::form::world::{Taken, World};
use crate::form::{Form, check};
use crate::locale::{Lang, Text, date, say};
use crate::value::{Decimal, Value};
use crate::workbench::chance::Chance;
use crate::workbench::library::Library;
use chrono::Local;
use clap::ArgMatches;
use serde_json::{Map, Value as Json, json};
use std::cell::Cell;
use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

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
    match compute(&expression, &answers, None, context, &library) {
        Ok(datum) => {
            say_out(shown(&datum));
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            tell!("{}", say::failure::bad_expression(context.lang, &expression));
            tell!("{}", why.get(context.lang));
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
    let wanted = input.get("as").and_then(Json::as_str);
    let computed = match input.get("context").filter(|c| c.get("xml").is_some()) {
        Some(document) => in_document(expression, document, wanted, context),
        None => {
            let empty = Json::Object(Map::new());
            let answers = input.get("context").and_then(|c| c.get("answers")).unwrap_or(&empty);
            compute(expression, answers, wanted, context, library)
        }
    };
    let datum = match computed {
        Ok(datum) => datum,
        Err(why) => return json!({"id": id, "error": why.get(Lang::En)}),
    };
    let (value, kind) = match &datum {
        Datum::Blank => (json!(""), "string"),
        Datum::Boolean(truth) => (json!(truth), "boolean"),
        Datum::Number(number) => (number_json(*number), "number"),
        Datum::Date(_) | Datum::Moment(_) => (json!(&*datum.to_text()), "date"),
        Datum::Text(text) => (json!(&**text), "string"),
        Datum::File(file) => (json!(file.name), "string"),
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

fn compute(expression: &str, answers: &Json, wanted: Option<&str>, context: &Context, library: &Library) -> Result<Datum, Text> {
    let (form, answers) = adhoc(answers, expression, library)?;
    let instance = Instance::new(&form, &answers);
    cast(expression, Site::top(&form), wanted, &frame(&form, &instance, &Luck::new(context), context))
}

/// An expression at a node of an XML document: `{"xml", "node": "/*[1]/*[2]", "root"?}`. A node of text is taken for the
/// element around it.
fn in_document(expression: &str, input: &Json, wanted: Option<&str>, context: &Context) -> Result<Datum, Text> {
    let text = |key: &str| input.get(key).and_then(Json::as_str).unwrap_or_default();
    let unreadable = |why: &str| Text::both(|l| say::form::bad_instance(l, "xml", why));
    let mut document = Document::from_xml(text("xml")).map_err(|why| unreadable(&why))?;
    let at = |document: &Document, path: &str| document.by_numbers(&numbers(path)).ok_or_else(|| unreadable(path));
    let node = at(&document, text("node"))?;
    document.begin_at(at(&document, text("root"))?);
    let mut form = adhoc(&Json::Object(Map::new()), "", &Library::new(&context.settings))?.0;
    form.documents.push(Arc::new(document));
    form.document_lists.push(None);
    add_model(&mut form, text("xml"), text("lang"));
    let instance = Instance::new(&form, &Answers::new());
    cast(expression, Site::inside(&form, 0), wanted, &frame(&form, &instance, &Luck::new(context), context).on(Item::Element(0, node)))
}

/// What `instance('…')` and `jr:itext('…')` mean in the XML of a whole form: its secondary instances and its texts.
fn add_model(form: &mut Form, xml: &str, language: &str) {
    let Ok(parsed) = roxmltree::Document::parse_with_options(xml, roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() }) else { return };
    let named = |name: &'static str| parsed.descendants().filter(move |node| node.tag_name().name() == name);
    for (id, instance) in named("instance").filter_map(|node| Some((node.attribute("id")?, node))) {
        let inner = instance.first_element_child().map(|root| &xml[root.range()]);
        if let Some(document) = inner.and_then(|text| Document::from_xml(text).ok()) {
            form.instances.insert(id.to_owned(), form.documents.len());
            form.documents.push(Arc::new(document));
            form.document_lists.push(None);
        }
    }
    let spoken = || named("translation").filter(|node| language.is_empty() || node.attribute("lang") == Some(language));
    let texts = spoken().next().into_iter().flat_map(|translation| translation.children());
    for (id, text) in texts.filter_map(|text| Some((text.attribute("id")?, text))) {
        let value = text.children().find(|node| node.is_element() && node.attribute("form").is_none());
        form.itext.insert(id.to_owned(), Text::plain(value.and_then(|node| node.text()).unwrap_or_default()));
    }
}

/// The numbers of `/*[1]/*[2]`.
fn numbers(path: &str) -> Vec<usize> {
    path.split('/').filter_map(|step| step.strip_prefix("*[")?.strip_suffix(']')?.parse().ok()).collect()
}

/// The clock is that of the machine's zone where `TZ` names one: expressions are tried out here, no record is made.
fn frame<'a>(form: &'a Form, instance: &'a Instance, luck: &'a Luck, context: &Context) -> Frame<'a> {
    let now = context.settings.clock.now();
    let frame = Frame::new(form, instance, luck, date::local(now), context.lang, ROOT_ROW);
    match std::env::var_os("TZ") {
        Some(_) => Frame { now: now.with_timezone(&Local).fixed_offset(), ..frame },
        None => frame,
    }
}

/// Chance, and no other records.
struct Luck(Chance);

impl Luck {
    fn new(context: &Context) -> Self {
        Self(Chance::before_store(&context.settings, "eval"))
    }
}

impl World for Luck {
    fn latest(&self, _: &str, _: &str, _: &str, _: Option<&str>, _: i64) -> Option<Taken> {
        None
    }

    fn rows(&self, _: &str, _: &str, _: &str, _: i64) -> Option<Arc<ChoiceList>> {
        None
    }

    fn random(&self) -> f64 {
        self.0.random()
    }

    fn uuid(&self) -> String {
        self.0.uuid_v4()
    }
}

/// Computes. A wrong name or argument in a part that is never reached (`false() and nope()`) does not matter here; a form
/// with one is refused.
fn cast(expression: &str, site: Site<'_>, wanted: Option<&str>, frame: &Frame<'_>) -> Result<Datum, Text> {
    let parsed = syntax::parse(expression).map_err(|error| pointed(expression, &syntax_error(&error), None, error.span.start))?;
    let compiled = compile(&parsed, site);
    let broken = Cell::new(None);
    let frame = Frame { broken: Some(&broken), ..*frame };
    let code = &compiled.code;
    let datum = match wanted {
        Some("boolean") => Datum::Boolean(truth(code, &frame)),
        Some("number") => Datum::Number(evaluate(code, &frame).to_number()),
        Some("string") => Datum::text_of(&evaluate(code, &frame)),
        _ => evaluate(code, &frame),
    };
    match broken.get().and_then(|at| compiled.errors.get(at)).or_else(|| compiled.errors.iter().find(|error| error.is_shape())) {
        None => Ok(datum),
        Some(error) => {
            let (what, near) = compile_error(error);
            Err(pointed(expression, &what, near, error.span.start))
        }
    }
}

/// A sentence with the expression and a caret below it.
fn pointed(expression: &str, what: &Text, near: Option<String>, start: usize) -> Text {
    let place = format!("{expression}\n{}^", " ".repeat(expression[..start.min(expression.len())].chars().count()));
    Text::both(|l| {
        let near = near.as_ref().map_or_else(String::new, |name| format!(" {}", say::form::did_you_mean(l, name)));
        format!("{}{near}\n{place}", what.get(l))
    })
}

/// A form with a question for every name in the answers, typed by what the answer looks like. The expression stands in
/// a calculation of it, so that the lists that it looks up are loaded.
fn adhoc(answers: &Json, expression: &str, library: &Library) -> Result<(Form, Answers), Text> {
    let Json::Object(object) = answers else { return Err(Text::both(say::form::not_an_object)) };
    let mut kept = Answers::new();
    let mut rows = questions(object, "", &mut kept);
    let mut holder = row("expression_", "hidden");
    holder.cells.insert("indicator", draft::Cell { text: expression.to_owned(), ..draft::Cell::default() });
    rows.push(holder);
    let id = draft::Cell { text: "answers".to_owned(), ..draft::Cell::default() };
    let draft = Draft { id, version: 1, rows, ..Draft::default() };
    match check::check(&draft, &|name: &str| library.text(name)) {
        Ok((form, _)) => Ok((form, kept)),
        Err(problems) => Err(problems.into_iter().next().map(|p| p.what).unwrap_or_default()),
    }
}

fn row(name: &str, kind: &str) -> Row {
    let cell = |text: &str| draft::Cell { text: text.to_owned(), ..draft::Cell::default() };
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
