//! Drafts compared without their places, and drafts made at random.

use khuyencong::form::check::TYPES;
use khuyencong::form::draft::{Cell, Change, Draft, Initial, Migration, Row, Set, Source, When};
use khuyencong::form::list::ChoiceList;
use khuyencong::form::toml::{CELL_COLUMNS, TEXT_COLUMNS};
use khuyencong::locale::Text;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All that a draft says, without where it stands.
pub fn bare(draft: &Draft) -> String {
    let mut draft = draft.clone();
    draft.source = Source::default();
    draft.head.values_mut().chain(draft.settings.values_mut()).chain(&mut draft.identity).for_each(place_nowhere);
    draft.id = Cell::made(draft.id.text, 0..0);
    draft.lists.iter_mut().for_each(|(_, place)| *place = 0..0);
    draft.instances.iter_mut().for_each(|(_, cell)| place_nowhere(cell));
    draft.migrations.iter_mut().for_each(migration_nowhere);
    draft.rows.iter_mut().for_each(row_nowhere);
    format!("{draft:#?}")
}

/// All that a draft says and that a workbook can hold too: without embedded copies of list files, columns of lists in which
/// nothing stands, the order in which a text's languages were met, and the typographic quotes and wide blanks that every reader of workbooks makes plain.
pub fn comparable(draft: &Draft) -> String {
    let mut draft = draft.clone();
    draft.lists.retain(|(list, _)| !list.name.contains('/'));
    for (list, _) in &mut draft.lists {
        *list = list.with_columns(|at, _| !list.is_empty_column(at));
    }
    let languages = draft.languages.clone();
    each_text(&mut draft, &mut |text| text.more.sort_by_key(|(language, _)| languages.iter().position(|known| known == language)));
    let plain = bare(&draft).replace(['\u{201c}', '\u{201d}'], "\\\"").replace(['\u{2018}', '\u{2019}'], "'");
    plain.replace('\u{a0}', " ")
}

fn each_text(draft: &mut Draft, visit: &mut dyn FnMut(&mut Text)) {
    fn of_row(row: &mut Row, visit: &mut dyn FnMut(&mut Text)) {
        row.texts.values_mut().for_each(|(text, _)| visit(text));
        row.children.iter_mut().for_each(|child| of_row(child, visit));
    }
    visit(&mut draft.title);
    draft.lists.iter_mut().flat_map(|(list, _)| &mut list.choices).for_each(|choice| visit(&mut choice.label));
    draft.rows.iter_mut().for_each(|row| of_row(row, visit));
}

fn place_nowhere(cell: &mut Cell) {
    *cell = Cell::made(std::mem::take(&mut cell.text), 0..0);
}

fn migration_nowhere(migration: &mut Migration) {
    place_nowhere(&mut migration.from);
    for change in &mut migration.changes {
        let cells: Vec<&mut Cell> = match change {
            Change::Rename { from: a, to: b } | Change::Unit { question: a, factor: b } | Change::Set { to: a, value: b } => vec![a, b],
            Change::Choice { question, from, to } => vec![question, from, to],
            Change::Retype { question, from, to } => [question, from].into_iter().chain(to).collect(),
            Change::Move { question, into, out_of } => [question].into_iter().chain(into).chain(out_of).collect(),
            Change::Split { from, into } => [from].into_iter().chain(into.iter_mut().flat_map(|(to, value)| [to, value])).collect(),
            Change::Drop(name) => vec![name],
        };
        cells.into_iter().for_each(place_nowhere);
    }
}

fn migration() -> impl Strategy<Value = Migration> {
    let said = || "[a-zà-ỹ'\"\\\\ ${}\n]{1,8}|-?[1-9][0-9]{0,2}(\\.[0-9]{0,2}[1-9])?".prop_map(|text| Cell::made(text, 0..0));
    let change = (0..8, said(), said(), said(), vec((said(), said()), 0..3), any::<bool>()).prop_map(|(kind, a, b, c, into, some)| match kind {
        0 => Change::Rename { from: a, to: b },
        1 => Change::Retype { question: a, from: b, to: Some(c).filter(|_| some) },
        2 => Change::Choice { question: a, from: b, to: c },
        3 => Change::Unit { question: a, factor: b },
        4 => Change::Set { to: a, value: b },
        5 => Change::Split { from: a, into },
        6 => Change::Move { question: a, into: Some(b.clone()).filter(|_| some), out_of: Some(c).filter(|_| !some) },
        _ => Change::Drop(a),
    });
    (said(), vec(change, 0..4)).prop_map(|(from, changes)| Migration { from, changes })
}

fn row_nowhere(row: &mut Row) {
    [&mut row.name, &mut row.kind].into_iter().chain(row.cells.values_mut()).chain(row.extra.values_mut()).for_each(place_nowhere);
    row.texts.values_mut().for_each(|(_, place)| *place = 0..0);
    for set in &mut row.sets {
        place_nowhere(&mut set.value);
        if let When::Changed(of) = &mut set.when {
            place_nowhere(of);
        }
    }
    row.children.iter_mut().for_each(row_nowhere);
}

/// Any text that a cell may hold: quotes, backslashes, line ends and control characters among them.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zà-ỹ ]{0,12}",
        2 => r#"['"\\\n\r\t${}=.#\[\]a]{0,12}"#,
        1 => "\\PC{0,8}",
        1 => any::<String>().prop_map(|text| text.chars().take(12).collect()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z][a-z0-9_]{0,6}", 1 => "[A-Za-zÀ-ỹ][A-Za-z0-9_.\\-]{0,6}"]
}

fn cell() -> impl Strategy<Value = Cell> {
    any_text().prop_map(|text| Cell::made(text, 0..0))
}

fn said() -> impl Strategy<Value = Text> {
    let more = prop_oneof![3 => Just(BTreeMap::new()), 1 => btree_map("[A-Z][a-zç]{1,6}( \\([a-z]{2}\\))?", any_text(), 0..3)];
    (any_text(), any_text(), more, any::<bool>()).prop_map(|(vi, en, more, same)| Text { en: if same { vi.clone() } else { en }, vi, more: more.into_iter().collect() })
}

fn list() -> impl Strategy<Value = Vec<(Text, Vec<String>)>> {
    vec((said(), vec(any_text(), 3)), 0..4)
}

/// Choice names are made unique: a list that repeats one is refused by the reader, rightly.
fn inline(name: String, rows: Vec<(Text, Vec<String>)>) -> ChoiceList {
    let columns = if rows.is_empty() { vec!["name".to_owned()] } else { ["name", "district", "ghi chú", "label"].map(str::to_owned).to_vec() };
    let rows = rows.into_iter().enumerate();
    let rows = rows.map(|(at, (label, cells))| (label, std::iter::once(format!("c{at}")).chain(cells).map(Arc::from).collect())).collect();
    ChoiceList::new(name, columns, rows)
}

fn set() -> impl Strategy<Value = Set> {
    let when = prop_oneof![Just(When::FirstLoad), Just(When::Load), Just(When::NewRow), cell().prop_map(When::Changed)];
    (when, cell()).prop_map(|(when, value)| Set { when, value })
}

fn row() -> impl Strategy<Value = Row> {
    let kind = prop::sample::select(TYPES.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    let texts = btree_map(prop::sample::select(TEXT_COLUMNS.to_vec()), said().prop_map(|text| (text, 0..0)), 0..3);
    let cells = btree_map(prop::sample::select(CELL_COLUMNS.to_vec()), cell(), 0..4);
    let extra = btree_map(prop_oneof![name(), Just("bind::oc:external".to_owned()), any_text()], cell(), 0..2);
    (name(), kind, texts, cells, vec(set(), 0..2), extra, any::<bool>()).prop_map(|(name, kind, texts, cells, sets, extra, personal)| Row {
        name: Cell::made(name, 0..0),
        kind: Cell::made(kind, 0..0),
        texts,
        cells,
        sets,
        extra,
        personal,
        children: Vec::new(),
    })
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let tree = row().prop_recursive(3, 12, 3, |inner| (row(), vec(inner, 0..3)).prop_map(|(row, children)| Row { children, ..row }));
    vec(tree, 0..4)
}

fn initial() -> impl Strategy<Value = Vec<Initial>> {
    let leaf = (name(), any_text(), any::<bool>()).prop_map(|(name, value, template)| Initial { name, value, template, children: Vec::new() });
    let tree = leaf.prop_recursive(3, 8, 3, |inner| (name(), vec(inner, 0..3)).prop_map(|(name, children)| Initial { name, children, ..Initial::default() }));
    vec(tree, 0..3)
}

/// Any draft that a reader could make.
pub fn random() -> impl Strategy<Value = Draft> {
    let head = (name(), 1..u32::MAX, said(), vec("[a-z]{2}|[A-Z][a-z]{3,6}", 1..3), vec(cell(), 0..2));
    let maps = (btree_map(prop::sample::select(vec!["subject", "date", "summary"]), cell(), 0..3), btree_map(name(), cell(), 0..3));
    let lists = btree_map(prop_oneof![name(), Just("lists/energy.csv".to_owned())], list(), 0..3);
    let instances = vec((name(), prop_oneof![cell(), Just(Cell::made("src:jr://file/a.xml", 0..0)), Just(Cell::made("<root><item>\"'\\</item></root>", 0..0))]), 0..2);
    let itext = (btree_map(any_text(), said(), 0..2), vec(migration(), 0..2));
    (head, maps, lists, instances, itext, initial(), rows()).prop_map(
        |((id, version, title, languages, identity), (head, settings), lists, instances, (itext, migrations), initial, rows)| Draft {
            source: Source::default(),
            id: Cell::made(id, 0..0),
            version,
            title,
            languages,
            head,
            settings,
            identity,
            lists: lists.into_iter().map(|(name, rows)| (inline(name, rows), 0..0)).collect(),
            instances,
            itext,
            migrations,
            initial,
            rows,
        },
    )
}
