//! Expression cases of the three engines of the field, through `forms eval --batch` of the real program.

use super::{Row, Table};
use khuyencong::form::expression::syntax::{self, SyntaxErrorKind};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Which expressions, and why.
type Decision = (fn(&str) -> bool, &'static str);

/// Where we decide otherwise than every engine that was recorded, and why. See docs/conformance.md.
const DECIDED: [Decision; 9] = [
    (|e| e.contains("decimal-date-time(date("), "decided: date() gives whole days, also inside decimal-date-time()"),
    (|e| e.contains("date") || e.starts_with("number(") || e.starts_with("\"20") || e == ".", "decided: a date is a whole day, without a zone; what is no date is blank"),
    (|e| e.starts_with("area(") || e.starts_with("geofence("), "decided: geometry that is none gives no number; edges of a fence as the crossing number says"),
    (|e| e.starts_with("decimal-time("), "decided: decimal-time() reads the clock as it is written"),
    (|e| e == "number()" || e.ends_with("e()") || e.ends_with("length()"), "decided: without an argument the context is meant, as in XPath"),
    (|e| e.starts_with("max(") || e.starts_with("min("), "decided: blank and non-numeric nodes are skipped; the greatest of negative numbers is one of them"),
    (|e| e.starts_with('('), "decided: a path in brackets may go on, as in XPath"),
    (|e| e.contains("div 0"), "decided: substring() from -Infinity follows XPath 1.0"),
    (|e| e.contains(".."), "decided: the value of a group of a document is the text inside, of a form's group blank"),
];

/// All sets of expression cases.
pub fn run(shared: &Path) -> Table {
    let mut rows = cases(shared);
    rows.push(in_forms(shared));
    Table { rows }
}

fn lines(path: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect()
}

fn text<'a>(case: &'a Json, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_default()
}

fn cases(shared: &Path) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    let all: Vec<Json> = lines(&shared.join("conformance/xpath_cases.jsonl"))
        .into_iter()
        .filter(|case| seen.insert([text(case, "expr").to_owned(), case["context"].to_string(), case["kind"].to_string(), case["expected"].to_string()]))
        .collect();
    let results = evaluate(&all);
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for case in &all {
        let unanimous = case["unanimous"] == true;
        let name = format!("expressions {} {}", if unanimous { "unanimous" } else { "disputed" }, text(case, "profile"));
        let row = rows.entry(name.clone()).or_insert_with(|| Row::new(name, 100.0));
        match not_applicable(case) {
            Some(reason) => row.skip(reason),
            None => judge(case, unanimous, results.get(text(case, "id")), row),
        }
    }
    rows.into_values().collect()
}

fn not_applicable(case: &Json) -> Option<&'static str> {
    let (expression, kind, profile) = (text(case, "expr"), text(case, "kind"), text(case, "profile"));
    if profile == "xml" {
        return Some("XML beyond forms: namespaces, attributes, axes, comments");
    }
    if case["volatile"] == true {
        return Some("depends on the moment or on chance: only the shape could be compared");
    }
    if kind.starts_with("nodeset") {
        return Some("gives nodes: a form takes values");
    }
    let node = case["context"]["node"].as_str().unwrap_or_default();
    if node.split('/').any(|step| !step.is_empty() && !step.starts_with('*')) {
        return Some("stands at a comment, an attribute or an instruction");
    }
    if case["unanimous"] != true && case["context"]["xml"].as_str().is_some_and(|xml| xml.contains("xmlns=\"http://www.w3.org/1999/xhtml\"")) && !expression.contains('*') {
        return Some("rests on XML namespaces");
    }
    if matches!(text(case, "id"), "wf-0756") {
        return Some("rests on XML namespaces");
    }
    if matches!(kind, "error" | "parse_error") { None } else { refusal(expression) }
}

/// Why a part of XPath that forms do not use is refused, if that is what is wrong with an expression.
fn refusal(expression: &str) -> Option<&'static str> {
    match syntax::parse(expression).err()?.kind {
        SyntaxErrorKind::NotInForms(part) => Some(match part.as_str() {
            "//" => "`//` is refused: forms name their way",
            "|" => "unions are refused",
            "$" => "variables are refused",
            "@" => "attributes are refused",
            part if part.ends_with("::") => "axes other than child, parent and self are refused",
            part if part.ends_with(":*") => "wildcards with a prefix are refused",
            _ => "node tests are refused",
        }),
        SyntaxErrorKind::Unexpected(part) if ["and", "or", "div", "mod"].iter().any(|word| part.starts_with(word)) => Some("an operator joined to a name is refused"),
        _ => None,
    }
}

fn judge(case: &Json, unanimous: bool, result: Option<&Json>, row: &mut Row) {
    let empty = Json::Null;
    let result = result.unwrap_or(&empty);
    let engines = case["engine_values"].as_object().into_iter().flatten().map(|(_, value)| value);
    let agrees = agrees(case, &case["expected"], result) || (!unanimous && engines.into_iter().any(|value| self::agrees(case, value, result)));
    if agrees {
        return row.count(Ok(()));
    }
    match DECIDED.iter().find(|(is, _)| is(text(case, "expr"))) {
        Some((_, reason)) => row.skip(reason),
        None => row.count(Err(format!("{} {} wants {} gives {}", text(case, "id"), text(case, "expr"), case["expected"], result))),
    }
}

fn agrees(case: &Json, expected: &Json, result: &Json) -> bool {
    let is_error = result.get("error").is_some();
    let kind = text(case, "kind");
    match kind {
        "parse" => return syntax::parse(text(case, "expr")).is_ok(),
        "parse_error" => return syntax::parse(text(case, "expr")).is_err(),
        "error" => return is_error,
        _ if expected.get("error").is_some() => return is_error || result["value"] == "" || number(&result["value"]).is_nan() || result["value"] == false,
        _ if is_error => return false,
        _ => {}
    }
    let value = &result["value"];
    match kind {
        "number" => same(number(expected), number(value), case),
        "number_rounded" => {
            let factor = expected["factor"].as_f64().unwrap_or(1.0);
            let wanted = if expected.is_object() { number(&expected["value"]) } else { number(expected) };
            same((wanted * factor + 0.5).floor(), (number(value) * factor + 0.5).floor(), case)
        }
        "string_length" => expected.as_u64() == value.as_str().map(|text| text.encode_utf16().count() as u64),
        "string_matches" => {
            let pattern = expected["pattern"].as_str().unwrap_or_default();
            regex::Regex::new(pattern).is_ok_and(|regex| value.as_str().is_some_and(|text| regex.is_match(text)))
        }
        "date" => {
            let (wanted, given) = (expected.as_str().unwrap_or_default(), value.as_str().unwrap_or_default());
            wanted.get(..10) == given.get(..10) && (given.len() == 10 || wanted.get(..19) == given.get(..19))
        }
        _ => value == expected || (value.is_string() && expected.is_number() && value.as_str() == Some(&expected.to_string())),
    }
}

fn number(json: &Json) -> f64 {
    match json {
        Json::String(text) => text.parse().unwrap_or(f64::NAN),
        Json::Bool(truth) => f64::from(u8::from(*truth)),
        json => json.as_f64().unwrap_or(f64::NAN),
    }
}

fn same(wanted: f64, given: f64, case: &Json) -> bool {
    let geometry = ["area(", "distance("].iter().any(|name| text(case, "expr").contains(name));
    let most = if geometry { 0.01 + 1e-4 * wanted.abs() } else { case["tolerance"].as_f64().unwrap_or(0.0) + 1e-9 * wanted.abs() };
    wanted == given || (wanted.is_nan() && given.is_nan()) || (wanted - given).abs() <= most
}

/// Runs every case, in the zone in which it was recorded.
fn evaluate(cases: &[Json]) -> BTreeMap<String, Json> {
    let mut results = BTreeMap::new();
    for zone in ["America/Phoenix", "UTC"] {
        let here = |case: &&Json| (case["tz"].as_str().unwrap_or("America/Phoenix") == "America/Phoenix") == (zone == "America/Phoenix");
        let input: String = cases.iter().filter(here).map(|case| request(case) + "\n").collect();
        let mut child = Command::new(env!("CARGO_BIN_EXE_khuyencong"))
            .args(["--lang", "en", "forms", "eval", "--batch"])
            .env("TZ", zone)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the writer ends").expect("the program reads all");
        assert!(output.status.success(), "forms eval --batch ended with {}", output.status);
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let result: Json = serde_json::from_str(line).expect("a result is JSON");
            results.insert(text(&result, "id").to_owned(), result);
        }
    }
    results
}

fn request(case: &Json) -> String {
    let wanted = match text(case, "kind") {
        "boolean" => json!("boolean"),
        "number" | "number_rounded" => json!("number"),
        kind if kind.starts_with("string") || kind == "date" => json!("string"),
        _ => Json::Null,
    };
    json!({"id": case["id"], "expr": case["expr"], "as": wanted, "context": case["context"]}).to_string()
}

/// Every expression found in real forms parses, or is refused by a decision.
fn in_forms(shared: &Path) -> Row {
    let mut row = Row::new("expressions found in forms", 100.0);
    for case in lines(&shared.join("conformance/expressions_in_forms.jsonl")) {
        let expression = text(&case, "expr");
        let parsed = syntax::parse(expression);
        let no_expression = [" ? ", "because pyxform"].iter().find(|part| expression.contains(**part)).map(|_| "no expression at all: prose, or a sign lost in an encoding");
        match no_expression.or_else(|| refusal(expression)).filter(|_| parsed.is_err()) {
            Some(reason) => row.skip(reason),
            None => row.count(parsed.map(|_| ()).map_err(|error| format!("{expression}: {error:?}"))),
        }
    }
    row
}
