//! The forms that are measured, as XLSForms: the shapes that the engines of the field were measured on before, of any size.

use rust_xlsxwriter::{Workbook, XlsxError};
use std::path::Path;

/// The columns of every survey sheet.
const SURVEY: [&str; 11] = [
    "type",
    "name",
    "label::English (en)",
    "label::Francais (fr)",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "calculation",
    "choice_filter",
    "hint::English (en)",
];

const CHOICES: [&str; 5] = ["list_name", "name", "label::English (en)", "label::Francais (fr)", "region"];

type Cells = Vec<(&'static str, String)>;

/// A synthetic form.
pub struct Shape {
    /// `mixed1000`.
    pub name: String,
    rows: Vec<Cells>,
}

fn plain(kind: &str, name: impl Into<String>, more: &[(&'static str, String)]) -> Cells {
    let mut cells = vec![("type", kind.to_owned()), ("name", name.into())];
    cells.extend_from_slice(more);
    cells
}

fn asked(kind: &str, name: impl Into<String>, more: &[(&'static str, String)]) -> Cells {
    let name = name.into();
    let english = format!("{}?", name.replace('_', " "));
    let mut cells = plain(kind, name, more);
    cells.push((SURVEY[3], format!("FR {english}")));
    cells.push((SURVEY[2], english));
    cells
}

impl Shape {
    /// `questions` in blocks of ten of every common kind, in two languages; each block's score adds to the one before it.
    pub fn mixed(questions: usize) -> Self {
        let mut rows = Vec::new();
        for block in 1..=questions / 10 {
            rows.push(asked("begin_group", format!("b{block}"), &[]));
            rows.extend(questions_of(block));
            rows.push(plain("end_group", "", &[]));
        }
        let last = questions / 10;
        rows.push(plain("note", "total_note", &[(SURVEY[2], format!("Total score ${{b{last}_score}}"))]));
        Self { name: format!("mixed{questions}"), rows }
    }

    /// One question and `length` calculations in a row.
    pub fn chain(length: usize) -> Self {
        let mut rows = vec![asked("integer", "q0", &[])];
        for at in 1..=length {
            let before = if at == 1 { "q0".to_owned() } else { format!("c{}", at - 1) };
            rows.push(plain("calculate", format!("c{at}"), &[("calculation", format!("${{{before}}} + 1"))]));
        }
        rows.push(plain("note", "n", &[(SURVEY[2], format!("${{c{length}}}"))]));
        Self { name: format!("chain{length}"), rows }
    }

    /// One choice that `width` questions hang on.
    pub fn fanout(width: usize) -> Self {
        let mut rows = vec![asked("select_one yn", "gate", &[])];
        rows.extend((1..=width).map(|at| asked("text", format!("t{at}"), &[("relevant", "${gate} = 'yes'".to_owned())])));
        Self { name: format!("fanout{width}"), rows }
    }

    /// Items with a line total each, and their number, sum and maximum outside.
    pub fn repeat() -> Self {
        let calculation = |name: &str, code: &str| plain("calculate", name, &[("calculation", code.to_owned())]);
        let rows = vec![
            asked("begin_repeat", "item", &[]),
            asked("text", "name", &[]),
            asked("integer", "qty", &[("constraint", ". >= 0".to_owned())]),
            asked("decimal", "price", &[]),
            calculation("line", "coalesce(${qty}, 0) * coalesce(${price}, 0)"),
            asked("text", "note_big", &[("relevant", "${line} > 1000".to_owned())]),
            plain("end_repeat", "", &[]),
            calculation("n_items", "count(${item})"),
            calculation("total", "sum(${line})"),
            calculation("maxline", "max(${line})"),
            asked("text", "why_large", &[("relevant", "${total} > 100000".to_owned())]),
        ];
        Self { name: "repeat_sum".to_owned(), rows }
    }

    /// All that is measured.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = [60, 300, 1000, 5000].map(Self::mixed).into();
        all.extend([100, 1000].map(Self::chain));
        all.extend([100, 1000].map(Self::fanout));
        all.push(Self::repeat());
        all
    }

    /// The workbook's bytes.
    pub fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let survey = book.add_worksheet().set_name("survey")?;
        survey.write_row(0, 0, SURVEY)?;
        for (at, cells) in self.rows.iter().enumerate() {
            for (column, text) in cells.iter().filter(|(_, text)| !text.is_empty()) {
                let column = SURVEY.iter().position(|known| known == column).expect("a column of the sheet");
                survey.write_string(at as u32 + 1, column as u16, text)?;
            }
        }
        let choices = book.add_worksheet().set_name("choices")?;
        choices.write_row(0, 0, CHOICES)?;
        for (at, cells) in lists().iter().enumerate() {
            for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                choices.write_string(at as u32 + 1, column as u16, text)?;
            }
        }
        let settings = book.add_worksheet().set_name("settings")?;
        settings.write_row(0, 0, ["form_title", "form_id", "version", "default_language"])?;
        settings.write_row(1, 0, [&*self.name, &*self.name, "1", "English (en)"])?;
        book.save_to_buffer()
    }
}

/// The ten questions of a block of the mixed form.
fn questions_of(block: usize) -> Vec<Cells> {
    let own = |name: &str| format!("b{block}_{name}");
    let with = |column: &'static str, text: String| [(column, text)];
    let required = || ("required", "yes".to_owned());
    let before = if block == 1 { String::new() } else { format!("coalesce(${{b{}_score}}, 0) + ", block - 1) };
    let score = format!("{before}coalesce(${{b{block}_age}}, 0) * 2 + if(${{b{block}_yn}} = 'yes', 1, 0) + count-selected(${{b{block}_crops}})");
    let age = [required(), ("constraint", ". >= 0 and . <= 120".to_owned()), ("constraint_message", "0 to 120".to_owned())];
    let weight = [("relevant", format!("${{b{block}_age}} >= 18")), ("constraint", ". > 0 and . < 300".to_owned())];
    let district = [("choice_filter", format!("region = ${{b{block}_region}}")), ("relevant", format!("${{b{block}_region}} != ''"))];
    vec![
        asked("integer", own("age"), &age),
        asked("decimal", own("wt"), &weight),
        asked("select_one yn", own("yn"), &[required()]),
        asked("text", own("why"), &with("relevant", format!("${{b{block}_yn}} = 'yes'"))),
        asked("select_multiple crop", own("crops"), &[]),
        asked("text", own("other"), &with("relevant", format!("selected(${{b{block}_crops}}, 'other')"))),
        asked("date", own("when"), &with("constraint", ". <= today()".to_owned())),
        asked("select_one region", own("region"), &[]),
        asked("select_one district", own("district"), &district),
        plain("calculate", own("score"), &with("calculation", score)),
    ]
}

fn lists() -> Vec<[String; 5]> {
    let row = |list: &str, name: String, label: String, region: String| [list.to_owned(), name, label.clone(), format!("FR {label}"), region];
    let mut rows: Vec<_> = ["yes", "no", "dk"].map(|name| row("yn", name.to_owned(), name.to_owned(), String::new())).into();
    let crops = ["maize", "rice", "beans", "cassava", "millet", "sorghum", "other"];
    rows.extend(crops.map(|name| row("crop", name.to_owned(), name.to_owned(), String::new())));
    rows.extend((1..=8).map(|at| row("region", format!("r{at}"), format!("Region {at}"), String::new())));
    for region in 1..=8 {
        rows.extend((1..=12).map(|at| row("district", format!("d{region}_{at}"), format!("District {region}.{at}"), format!("r{region}"))));
    }
    rows
}

/// Writes all forms as workbooks into a folder, for the rivals.
pub fn write(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    for shape in Shape::all() {
        std::fs::write(folder.join(format!("{}.xlsx", shape.name)), shape.xlsx()?)?;
    }
    Ok(())
}
