//! An earlier version beside a later one: what an author forgot to declare, and how it could be declared.

use crate::support::{V1, V2, V3, form, problems};
use khuyencong::form::migrate::compare::{suggestion, undeclared};

/// A version without what it declares.
fn bare(text: &str) -> String {
    text[..text.find("[[migrate]]").unwrap()].to_owned()
}

#[test]
fn what_is_declared_is_not_told() {
    for (old, new) in [(V1, V2), (V1, V3), (V2, V3)] {
        assert_eq!(undeclared(&form(old), &form(new)), []);
    }
}

#[test]
fn what_is_not_declared_is_told_with_a_step_that_would_do() {
    let (old, new) = (form(V1), form(&bare(V3)));
    let found = undeclared(&old, &new);
    let told: Vec<(&str, &str)> = found.iter().map(|one| (one.what.en.as_str(), one.step.as_str())).collect();
    let expected = [
        ("“power” is gone and nothing is declared", r#"{ rename = { from = "power", to = "energy" } }"#),
        ("“area” is gone and nothing is declared", r#"{ rename = { from = "area", to = "floor" } }"#),
        ("“contact” is gone and nothing is declared", r#"{ drop = "contact" }"#),
        ("“fax” is gone and nothing is declared", r#"{ drop = "fax" }"#),
        ("“floor” was text and is decimal, and nothing is declared", r#"{ retype = { question = "floor", from = "text", to = "decimal" } }"#),
        ("the choice “ice” of “goods” is gone and nothing is declared", r#"{ choice = { question = "goods", from = "ice", to = "ice_plant" } }"#),
        ("“revenue” was decimal and is money, and nothing is declared", r#"{ retype = { question = "revenue", from = "decimal", to = "money" } }"#),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_form_with_the_suggestion_has_nothing_left_to_declare() {
    let (old, new) = (form(V1), bare(V3));
    let whole = format!("{new}\n{}", suggestion(&old, &undeclared(&old, &form(&new))));
    assert_eq!(problems(&whole), Vec::<String>::new());
    assert_eq!(undeclared(&old, &form(&whole)), []);
}

#[test]
fn a_question_that_moved_into_a_repeat_is_told() {
    let inside = V1.replace("version = 1", "version = 2").replace("[[question]]\nname = \"fax\"\ntype = \"text\"\nlabel = { vi = \"Fax\", en = \"Fax\" }\n", "")
        + "\n[[question.question]]\nname = \"fax\"\ntype = \"text\"\nlabel = { vi = \"Fax\", en = \"Fax\" }\n";
    let found = undeclared(&form(V1), &form(&inside));
    assert_eq!(found.iter().map(|one| one.step.as_str()).collect::<Vec<_>>(), [r#"{ move = { question = "fax", into = "power" } }"#]);
    assert_eq!(
        undeclared(&form(&inside.replace("version = 2", "version = 1")), &form(&V1.replace("version = 1", "version = 2")))[0].step,
        r#"{ move = { question = "fax", out_of = "power" } }"#
    );
}
