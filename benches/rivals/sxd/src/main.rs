//! Expressions a second in sxd-xpath, over the value cases that it understands; writes these to a file, one a line.
//!
//! `sxd-bench CASES.jsonl COMMON.txt`

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;
use sxd_document::Package;
use sxd_xpath::{Context, Factory, XPath};

const PASSES: usize = 60;

fn cases(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let wanted = |case: &Value| {
        let kind = case["kind"].as_str().unwrap_or_default();
        case["unanimous"] == true && case["asserted"] == true && case.get("volatile").is_none() && case["profile"] == "value" && matches!(kind, "boolean" | "number" | "string")
    };
    let cases = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).filter(wanted);
    cases.filter_map(|case| case["expr"].as_str().map(str::to_owned)).filter(|expression| !expression.contains('\n') && seen.insert(expression.clone())).collect()
}

fn print(what: &str, count: usize, work: impl Fn()) {
    let mut rates: Vec<f64> = (0..PASSES)
        .map(|_| {
            let begun = Instant::now();
            work();
            count as f64 / begun.elapsed().as_secs_f64()
        })
        .skip(PASSES / 2)
        .collect();
    rates.sort_by(f64::total_cmp);
    let (median, low, high) = (rates[rates.len() / 2], rates[0], rates[rates.len() - 1]);
    println!("{}", json!({"engine": "sxd-xpath", "form": "expressions", "what": what, "unit": "/s", "median": median, "low": low, "high": high, "n": rates.len(), "count": count}));
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (cases_file, common_file) = (arguments.next().ok_or("CASES.jsonl")?, arguments.next().ok_or("COMMON.txt")?);
    let package = Package::new();
    let document = package.as_document();
    let (factory, context) = (Factory::new(), Context::new());
    let build = |expression: &str| factory.build(expression).ok().flatten();
    let understood = |expression: &String| build(expression).is_some_and(|xpath| xpath.evaluate(&context, document.root()).is_ok());
    let common: Vec<String> = cases(&std::fs::read_to_string(cases_file)?).into_iter().filter(understood).collect();
    let prepared: Vec<XPath> = common.iter().filter_map(|expression| build(expression)).collect();
    print("prepared", common.len(), || {
        for xpath in &prepared {
            drop(black_box(xpath.evaluate(&context, document.root())));
        }
    });
    print("parsed and run", common.len(), || {
        for expression in &common {
            black_box(build(expression).is_some_and(|xpath| xpath.evaluate(&context, document.root()).is_ok()));
        }
    });
    std::fs::write(common_file, common.join("\n"))?;
    Ok(())
}
