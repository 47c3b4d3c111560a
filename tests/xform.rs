//! Forms in ODK XForm XML: what the reader makes of each part of one, what it refuses and where it points.

use khuyencong::form::draft::{Draft, Row, When};
use khuyencong::form::problem::{Problem, Severity};
use khuyencong::form::xform;
use khuyencong::locale::Text;
use proptest::prelude::*;

const HEAD: &str = r#"<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities"><h:head><h:title>Khảo sát xưởng</h:title><model>"#;

/// A form with this model and body.
fn form(model: &str, body: &str) -> String {
    format!("{HEAD}{model}</model></h:head><h:body>{body}</h:body></h:html>")
}

fn read(text: &str) -> (Draft, Vec<Problem>) {
    xform::read("form.xml", text).unwrap_or_else(|(_, problems)| panic!("{problems:?}"))
}

/// A form that has no problem at all.
fn clean(model: &str, body: &str) -> Draft {
    let (draft, problems) = read(&form(model, body));
    assert!(problems.is_empty(), "{problems:?}");
    draft
}

/// The problems of a form as severity, English sentence and the text that each points at.
fn told(text: &str) -> Vec<(Severity, String, String)> {
    let problems = xform::read("form.xml", text).map_or_else(|(_, problems)| problems, |(_, problems)| problems);
    problems.into_iter().map(|p| (p.severity, p.what.en.clone(), text[p.place].to_owned())).collect()
}

fn row<'d>(draft: &'d Draft, path: &str) -> &'d Row {
    let mut rows = &draft.rows;
    let mut found = None;
    for name in path.split('/') {
        let row = rows.iter().find(|row| row.name.text == name).unwrap_or_else(|| panic!("no {name} of {path} in {:?}", names(rows)));
        (rows, found) = (&row.children, Some(row));
    }
    found.unwrap()
}

fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.name.text.as_str()).collect()
}

fn cell<'d>(draft: &'d Draft, path: &str, column: &str) -> &'d str {
    row(draft, path).cells.get(column).map_or("", |cell| cell.text.as_str())
}

fn label(draft: &Draft, path: &str) -> Text {
    row(draft, path).texts.get("label").map(|(text, _)| text.clone()).unwrap_or_default()
}

#[test]
fn the_instance_gives_rows_and_the_body_what_they_are() {
    let draft = clean(
        r#"<instance><data id="xuong" version="7"><name/><staff><age/><lines jr:template=""><speed/></lines></staff><total/><kept>1</kept><orx:meta><orx:instanceID/></orx:meta></data></instance>
        <bind nodeset="/data/staff/age" type="int"/><bind nodeset="/data/staff/lines/speed" type="decimal"/>
        <bind nodeset="/data/total" type="decimal" calculate="sum(/data/staff/lines/speed)"/>
        <bind nodeset="/data/orx:meta/orx:instanceID" type="string" jr:preload="uid"/>"#,
        r#"<input ref="/data/name"><label>Tên</label></input>
        <group ref="/data/staff"><label>Người</label><input ref="/data/staff/age"><label>Tuổi</label></input>
        <group ref="/data/staff/lines"><label>Dây chuyền</label><repeat nodeset="/data/staff/lines" jr:count=" 3 "><input ref="/data/staff/lines/speed"><label>Tốc độ</label></input></repeat></group></group>"#,
    );
    let kinds = [
        ("name", "text"),
        ("staff", "group"),
        ("staff/age", "integer"),
        ("staff/lines", "repeat"),
        ("staff/lines/speed", "decimal"),
        ("total", "calculate"),
        ("kept", "hidden"),
        ("orx:meta/orx:instanceID", "hidden"),
    ];
    for (path, kind) in kinds {
        assert_eq!(row(&draft, path).kind.text, kind, "{path}");
    }
    assert_eq!((draft.id.text.as_str(), draft.version, draft.title.vi.as_str(), draft.settings["root"].text.as_str()), ("xuong", 7, "Khảo sát xưởng", "data"));
    assert_eq!(cell(&draft, "staff/lines", "repeat_count"), "3");
    assert_eq!(label(&draft, "staff/lines").vi, "Dây chuyền");
    assert_eq!(cell(&draft, "total", "value"), "decimal");
    let set = &row(&draft, "orx:meta/orx:instanceID").sets[0];
    assert_eq!((&set.when, set.value.text.as_str()), (&When::FirstLoad, "concat('uuid:', uuid())"));
}

#[test]
fn binds_give_cells_that_point_at_their_attribute() {
    let text = form(
        r#"<instance><data id="f"><a/><g><b/></g></data></instance>
        <bind nodeset="/data/a" type="int" relevant="/data/g/b = 1" constraint=". &lt; 5" jr:constraintMsg="Quá lớn" required="true()" jr:requiredMsg="Cần" readonly="false()" entities:saveto="age" odk:x="y"/>
        <bind nodeset="/data/g" relevant="/data/a &gt; 2"/>"#,
        r#"<input ref="/data/a"><label>A</label></input><input ref="/data/g/b"><label>B</label></input>"#,
    );
    let (draft, problems) = read(&text);
    assert!(problems.is_empty(), "{problems:?}");
    let a = row(&draft, "a");
    assert_eq!(&text[a.cells["relevant"].place.clone()], "/data/g/b = 1");
    assert!(a.cells["relevant"].exact);
    assert_eq!((a.cells["constraint"].text.as_str(), &text[a.cells["constraint"].place.clone()]), (". < 5", ". &lt; 5"));
    assert_eq!((a.texts["constraint_message"].0.vi.as_str(), a.texts["required_message"].0.vi.as_str()), ("Quá lớn", "Cần"));
    assert_eq!((a.cells["required"].text.as_str(), a.cells["read_only"].text.as_str()), ("true()", "false()"));
    assert_eq!((a.extra["save_to"].text.as_str(), a.extra["bind::odk:x"].text.as_str()), ("age", "y"));
    assert_eq!(cell(&draft, "g", "relevant"), "/data/a > 2");
}

#[test]
fn texts_come_in_every_language_with_their_outputs_and_media() {
    let draft = clean(
        r#"<itext><translation lang="French (fr)"><text id="q"><value>Nom de <output value=" /data/who "/></value><value form="image">jr://images/a.png</value></text><text id="h"><value>aide</value><value form="guidance">plus</value></text></translation>
        <translation lang="Tiếng Việt (vi)" default="true()"><text id="q"><value>Tên của <output value="/data/who"/> (<output value="/data/n + 1"/>)</value></text><text id="h"><value>giúp</value></text></translation></itext>
        <instance><data id="f"><who/><n/><q/></data></instance><bind nodeset="/data/q" constraint="true()" jr:constraintMsg="jr:itext('h')"/>"#,
        r#"<input ref="/data/who"><label>Giá ${5}</label></input><input ref="/data/n"><label ref="/data/who"/></input>
        <input ref="/data/q"><label ref="jr:itext('q')"/><hint ref="jr:itext('h')"/></input>"#,
    );
    assert_eq!(draft.languages, ["vi", "French (fr)"]);
    let text = label(&draft, "q");
    assert_eq!(text.vi, "Tên của ${who} (${/data/n + 1})");
    assert_eq!(text.named("French (fr)"), Some("Nom de ${who}"));
    let q = row(&draft, "q");
    assert_eq!(q.texts["image"].0.named("French (fr)"), Some("a.png"));
    assert_eq!((q.texts["hint"].0.vi.as_str(), q.texts["guidance_hint"].0.named("French (fr)")), ("giúp", Some("plus")));
    assert_eq!(q.texts["constraint_message"].0.vi, "giúp");
    assert_eq!(label(&draft, "who").vi, "Giá ${'$'}{5}", "a written ${{ is no placeholder");
    assert_eq!(label(&draft, "n").vi, "${who}");
}

#[test]
fn a_nameless_language_is_no_translation() {
    let draft = clean(
        r#"<itext><translation lang="default"><text id="q"><value>Tên</value></text></translation></itext><instance><data id="f"><q/></data></instance>"#,
        r#"<input ref="/data/q"><label ref="jr:itext('q')"/></input>"#,
    );
    assert_eq!((draft.languages.len(), label(&draft, "q")), (0, Text::plain("Tên")));
}

#[test]
fn choices_come_from_items_instances_and_files() {
    let draft = clean(
        r#"<itext><translation lang="vi"><text id="f-0"><value>Điện</value></text><text id="f-1"><value>Than</value></text></translation><translation lang="en"><text id="f-0"><value>Power</value><value form="image">jr://images/p.png</value></text><text id="f-1"><value>Coal</value></text></translation></itext>
        <instance><data id="f"><yes/><fuel/><deep/><file/></data></instance>
        <instance id="fuels"><root><item><itextId>f-0</itextId><id>e</id><unit>kWh</unit></item><item><itextId>f-1</itextId><id>c</id></item></root></instance>
        <instance id="tree"><root><item><name>x</name><part><name>y</name></part></item></root></instance>
        <instance id="communes" src="jr://file-csv/communes.csv"/>"#,
        r#"<select1 ref="/data/yes"><label>1</label><item><label>Có</label><value>y</value></item><item><label>Không</label><value>n</value></item></select1>
        <select ref="/data/fuel"><label>2</label><itemset nodeset="instance('fuels')/root/item[unit != '']"><value ref="id"/><label ref="jr:itext(itextId)"/></itemset></select>
        <select1 ref="/data/deep"><label>3</label><itemset nodeset="instance('tree')/root/item/part"><value ref="name"/><label ref="name"/></itemset></select1>
        <odk:rank ref="/data/file"><label>4</label><itemset nodeset="instance('communes')/root/item"><value ref="name"/><label ref="label"/></itemset></odk:rank>"#,
    );
    let list = |name: &str| &draft.lists.iter().find(|(list, _)| list.name == name).unwrap().0;
    assert_eq!((row(&draft, "yes").kind.text.as_str(), cell(&draft, "yes", "choices")), ("select_one", "yes"));
    assert_eq!(list("yes").get("n").unwrap().label.vi, "Không");
    let fuels = list("fuels");
    assert_eq!(fuels.columns, ["itextId", "id", "unit", "image"]);
    assert_eq!(fuels.get("e").unwrap().label, Text::pair("Điện", "Power"));
    assert_eq!((fuels.cell("e", "unit").map(|c| &**c), fuels.cell("c", "unit").map(|c| &**c), fuels.cell("e", "image").map(|c| &**c)), (Some("kWh"), Some(""), Some("p.png")));
    assert_eq!((cell(&draft, "fuel", "itemset"), cell(&draft, "fuel", "itemset_value")), ("instance('fuels')/root/item[unit != '']", "id"));
    assert_eq!(cell(&draft, "fuel", "itemset_label"), "jr:itext(itextId)");
    let instance = |id: &str| draft.instances.iter().find(|(name, _)| name == id).unwrap().1.text.as_str();
    assert!(instance("tree").starts_with("<root><item>") && instance("tree").ends_with("</root>"));
    assert_eq!(instance("communes"), "src:jr://file-csv/communes.csv");
    assert_eq!(row(&draft, "file").kind.text, "rank");
}

#[test]
fn controls_become_question_types() {
    let asked = [
        (r#"<input ref="/data/a"/>"#, "date", "date"),
        (r#"<input ref="/data/a"/>"#, "dateTime", "datetime"),
        (r#"<input ref="/data/a"/>"#, "xsd:int", "integer"),
        (r#"<input ref="/data/a"/>"#, "geoshape", "geoshape"),
        (r#"<trigger ref="/data/a"/>"#, "string", "acknowledge"),
        (r#"<range ref="/data/a" start="1" end="9" step="2"/>"#, "int", "range"),
        (r#"<upload ref="/data/a" mediatype="image/*"/>"#, "binary", "image"),
        (r#"<upload ref="/data/a" mediatype="application/pdf"/>"#, "binary", "file"),
        (r#"<input ref="/data/a" query="instance('s')/root/item[p = 1]"/>"#, "string", "select_one"),
    ];
    for (control, data_type, kind) in asked {
        let draft = clean(&format!(r#"<instance><data id="f"><a/></data></instance><bind nodeset="/data/a" type="{data_type}"/>"#), control);
        assert_eq!(row(&draft, "a").kind.text, kind, "{control} {data_type}");
    }
    let old = clean(r#"<instance><data id="f"><a/></data></instance>"#, r#"<input ref="/data/a" query="instance('towns')/root/item[state = 1]"/>"#);
    assert_eq!(cell(&old, "a", "itemset"), "instance('towns')/root/item[list_name = 'towns'][state = 1]");
    assert_eq!(old.instances[0].1.text, "src:jr://file-csv/itemsets.csv");
    let draft = clean(r#"<instance><data id="f"><a/></data></instance>"#, r#"<range ref="/data/a" start="1" end="9" step="2" appearance="vertical"/>"#);
    assert_eq!((cell(&draft, "a", "parameters"), cell(&draft, "a", "appearance")), ("start=1 end=9 step=2", "vertical"));
}

#[test]
fn a_text_that_nobody_can_type_into_is_a_note() {
    let note = r#"<instance><data id="f"><a/></data></instance><bind nodeset="/data/a" type="string" readonly="true()"/>"#;
    assert_eq!(row(&clean(note, r#"<input ref="/data/a"/>"#), "a").kind.text, "note");
    for filled in [note.replace("<a/>", "<a>x</a>"), note.replace("readonly", "calculate=\"1\" readonly"), note.replace("string", "int")] {
        assert_ne!(row(&clean(&filled, r#"<input ref="/data/a"/>"#), "a").kind.text, "note", "{filled}");
    }
}

#[test]
fn actions_are_told_with_their_moment() {
    let draft = clean(
        r#"<instance><data id="f"><a/><b/><r><c/></r></data></instance><bind id="bb" nodeset="/data/b"/>
        <setvalue event="odk-instance-first-load odk-instance-load" ref="/data/a" value="1 + 1"/><setvalue event="odk-instance-first-load" bind="bb">Hà's</setvalue>"#,
        r#"<input ref="/data/a"><setvalue event="xforms-value-changed" ref="/data/b" value="/data/a"/><setvalue event="xforms-value-changed" ref="/data/r/c"/></input>
        <repeat nodeset="/data/r"><setvalue event="odk-new-repeat" ref="/data/r/c" value="position(..)"/><input ref="/data/r/c"/></repeat>"#,
    );
    let sets = |path: &str| -> Vec<(String, String)> { row(&draft, path).sets.iter().map(|s| (format!("{:?}", s.when), s.value.text.clone())).collect() };
    assert_eq!(sets("a"), [("FirstLoad".to_owned(), "1 + 1".to_owned()), ("Load".to_owned(), "1 + 1".to_owned())]);
    let b = &row(&draft, "b").sets;
    assert!(b.iter().any(|s| s.when == When::FirstLoad && s.value.text == "\"Hà's\""));
    assert!(b.iter().any(|s| matches!(&s.when, When::Changed(cell) if cell.text == "/data/a") && s.value.text == "/data/a"));
    let c = &row(&draft, "r/c").sets;
    assert!(c.iter().any(|s| s.when == When::NewRow && s.value.text == "position(..)"));
    assert!(c.iter().any(|s| matches!(&s.when, When::Changed(cell) if cell.text == "/data/a") && s.value.text == "''"));
}

#[test]
fn first_values_and_ready_rows_are_kept_as_written() {
    let draft = clean(
        r#"<instance><data id="f"><a> 5 </a><r jr:template=""><b>t</b></r><r><b>1</b></r><r><b>2</b></r></data></instance>"#,
        r#"<input ref="/data/a"/><repeat nodeset="/data/r"><input ref="/data/r/b"/></repeat>"#,
    );
    let rows: Vec<_> = draft.initial.iter().map(|i| (i.name.as_str(), i.value.as_str(), i.template, i.children.first().map_or("", |c| c.value.as_str()))).collect();
    assert_eq!(rows[1..], [("a", "5", false, ""), ("r", "", true, "t"), ("r", "", false, "1"), ("r", "", false, "2")]);
    assert_eq!((rows[0].0, rows[0].1), ("@id", "f"));
    assert_eq!(names(&draft.rows), ["a", "r"]);
}

#[test]
fn questions_stand_in_the_order_in_which_the_body_asks_them() {
    let draft = clean(
        r#"<instance><data id="f"><a/><hidden/><g><b/><c/></g><d/></data></instance>"#,
        r#"<input ref="/data/d"/><group ref="/data/g"><input ref="/data/g/c"/><input ref="/data/g/b"/></group><input ref="/data/a"/>"#,
    );
    assert_eq!(names(&draft.rows), ["d", "hidden", "g", "a"]);
    assert_eq!(names(&row(&draft, "g").children), ["c", "b"]);
}

#[test]
fn metadata_and_record_names_are_known() {
    let draft = clean(
        r#"<instance><data id="f"><s/><d/><meta><instanceID/><instanceName/><entity dataset="trees" id=""><label/></entity></meta></data></instance>
        <bind nodeset="/data/s" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/><bind nodeset="/data/d" jr:preload="property" jr:preloadParams="uri:deviceid"/>
        <bind nodeset="/data/meta/instanceName" calculate="concat(/data/s, '')"/><bind nodeset="/data/meta/entity/@id" calculate="uuid()"/>"#,
        "",
    );
    assert_eq!((row(&draft, "s").kind.text.as_str(), row(&draft, "d").kind.text.as_str()), ("start", "deviceid"));
    assert_eq!(draft.head["summary"].text, "/data/meta/instanceName");
    assert_eq!(cell(&draft, "meta/entity/@id", "calculation"), "uuid()");
    assert_eq!(row(&draft, "meta/entity").extra["instance::dataset"].text, "trees");
}

#[test]
fn what_is_wrong_is_pointed_at() {
    use Severity::{Error, Warning};
    let plain = r#"<instance><data id="f"><apple/></data></instance>"#;
    let asked = r#"<input ref="/data/apple"/>"#;
    let cases: [(String, Severity, &str, &str); 13] = [
        (form(plain, r#"<input ref="/data/appel"/>"#), Error, "/data/appel", "no node"),
        (form(&format!(r#"{plain}<bind nodeset="/data/pear"/>"#), asked), Warning, "/data/pear", "no node"),
        (form(&format!(r#"{plain}<bind nodeset="/data/apple" type="foo"/>"#), asked), Warning, "foo", "data type"),
        (form(plain, r#"<dial ref="/data/apple"/>"#), Warning, "dial", "control"),
        (form(&format!(r#"{plain}<setvalue event="odk-instance-first-load my-event" ref="/data/apple"/>"#), asked), Error, "my-event", "event"),
        (form(&format!(r#"{plain}<setvalue event="odk-new-repeat" ref="/data/apple"/>"#), asked), Error, "odk-new-repeat", "repeat"),
        (form(&format!(r#"{plain}<setgeopoint event="odk-instance-first-load" ref="/data/apple"/>"#), asked), Error, "setgeopoint", "namespace"),
        (form(&format!(r#"{plain}<odk:setgeopoint event="odk-instance-first-load" ref="/data/apple"/>"#), asked), Warning, "odk:setgeopoint", "position"),
        (form(&format!(r#"{plain}<submission method="pigeon"/>"#), asked), Error, "pigeon", "sending"),
        (form(plain, r#"<upload ref="/data/apple" mediatype=".jpg"/>"#), Error, ".jpg", "mediatype"),
        (form(plain, r#"<input ref="/data/apple"><label ref="jr:itext('none')"/></input>"#), Warning, "jr:itext('none')", "text"),
        (form(plain, r#"<input/>"#), Error, "input", "lacks"),
        (
            form(
                &format!(r#"{plain}<instance id="i"><root><item><x>1</x></item></root></instance>"#),
                r#"<select1 ref="/data/apple"><itemset nodeset="instance('i')/root/item"><value ref="name"/><label ref="label"/></itemset></select1>"#,
            ),
            Error,
            "name",
            "no element",
        ),
    ];
    for (text, severity, points_at, says) in cases {
        let told = told(&text);
        assert!(told.iter().any(|(s, what, at)| *s == severity && at == points_at && what.contains(says)), "{points_at}: {told:?}");
    }
    let (_, problems) = read(&form(plain, r#"<input ref="/data/appel"/>"#));
    assert_eq!(problems[0].hint.en, "did you mean “apple”?");
}

#[test]
fn what_is_no_form_is_refused_with_a_sentence_and_a_place() {
    for (text, says) in [
        ("<a>", "not valid XML"),
        ("<a b='1' b='2'/>", "not valid XML"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "not valid XML"),
        ("<a/>", "no ODK form"),
        ("<h><head><model/></head></h>", "no primary instance"),
        ("<h><head><model><instance/></model></head></h>", "no primary instance"),
    ] {
        let (source, problems) = xform::read("form.xml", text).expect_err(text);
        assert!(problems[0].what.en.contains(says), "{text}: {problems:?}");
        assert!(problems[0].place.end <= source.text.len());
    }
    let text = "\u{feff}\n<h>\n  <p>đ</q>\n</h>";
    let (source, problems) = xform::read("form.xml", text).unwrap_err();
    assert_eq!(problems[0].line_column(&source).0, 3);
    let deep = format!("<h><head><model><instance>{}", "<a>".repeat(500)) + &"</a>".repeat(500) + "</instance></model></head></h>";
    assert!(told(&deep)[0].1.contains("nested"));
}

#[test]
fn a_bare_angle_in_an_expression_is_taken_as_odk_takes_it() {
    let text = form(r#"<instance><data id="f"><a/></data></instance><bind nodeset="/data/a" constraint=". < 5 and . > 1"/>"#, r#"<input ref="/data/a"/>"#);
    let (draft, problems) = read(&text);
    assert!(problems.is_empty());
    let cell = &row(&draft, "a").cells["constraint"];
    assert_eq!((cell.text.as_str(), &text[cell.place.clone()], cell.exact), (". < 5 and . > 1", ". < 5 and . > 1", true));
}

const WHOLE: &str = include_str!("data/workshop.xml");

#[test]
fn the_same_text_reads_the_same_twice() {
    let (first, second) = (read(WHOLE), read(WHOLE));
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    assert!(first.1.iter().all(|p| p.severity == Severity::Warning), "{:?}", first.1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text is refused or read, and every problem points into it.
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        places_fit(&text)?;
        places_fit(&format!("<{text}"))?;
    }

    /// Nor a form that is damaged somewhere.
    #[test]
    fn no_damaged_form_makes_the_reader_panic(cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[<>/\"'&;=a-z{}$.\\[\\] đ]{0,12}"), 1..4)) {
        let mut text = WHOLE.to_owned();
        for (at, length, put) in cuts {
            let start = floor(&text, at.index(text.len()));
            let end = floor(&text, (start + length).min(text.len()));
            text.replace_range(start..end, &put);
        }
        places_fit(&text)?;
    }

    /// Nor any expression, name or text in the places where a form has them.
    #[test]
    fn no_words_make_the_reader_panic(words in "[^<&\"]{0,40}", place in 0usize..9) {
        let marks = ["/data/owner", "jr:itext('owner')", "uid", "image/*", "odk-new-repeat", "instance('fuels')/root/item", "Chủ xưởng", "/data/lines", "vi"];
        places_fit(&WHOLE.replace(marks[place], &words))?;
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn places_fit(text: &str) -> Result<(), TestCaseError> {
    let (source, problems, cells) = match xform::read("form.xml", text) {
        Ok((draft, problems)) => {
            let mut cells = Vec::new();
            gather(&draft.rows, &mut cells);
            (draft.source, problems, cells)
        }
        Err((source, problems)) => (source, problems, Vec::new()),
    };
    for place in problems.iter().map(|p| p.place.clone()).chain(cells) {
        prop_assert!(text.get(place.clone()).is_some(), "{place:?} is no part of the text");
    }
    for problem in problems {
        problem.render(&source, khuyencong::locale::Lang::Vi);
    }
    Ok(())
}

fn gather(rows: &[Row], cells: &mut Vec<std::ops::Range<usize>>) {
    for row in rows {
        cells.push(row.name.place.clone());
        cells.extend(row.cells.values().map(|cell| cell.place.clone()));
        cells.extend(row.texts.values().map(|(_, place)| place.clone()));
        gather(&row.children, cells);
    }
}
