//! A page as a Word document: the five parts of an OOXML package that a document without pictures needs.
//!
//! Written by hand, because what minutes and a narrative need of the format is small: paragraphs, tables with merged cells,
//! a page number. The same page gives the same bytes.

use super::page::{Align, Block, Grid, Page, Paragraph, Run, Slot, escape, escaped};
use std::fmt::Write as _;
use std::io::{self, Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" \
ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
<Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>\
<Override PartName=\"/word/footer1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>\
<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";
const PACKAGE: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" \
Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"rId2\" \
Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>";
const PARTS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" \
Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/><Relationship Id=\"rId2\" \
Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer\" Target=\"footer1.xml\"/></Relationships>";
const WORD: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
/// Times New Roman 13, as Decree 30/2020 wants official papers.
const STYLES: &str = "<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:cs=\"Times New Roman\" w:eastAsia=\"Times New Roman\"/>\
<w:sz w:val=\"26\"/><w:szCs w:val=\"26\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before=\"40\" w:after=\"40\"/></w:pPr></w:pPrDefault></w:docDefaults>\
<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>";

/// Lengths in twentieths of a point: A4 and margins (top, right, bottom, left) of 20, 15, 20 and 30 mm.
const SHORT: u32 = 11906;
const LONG: u32 = 16838;
const MARGINS: [u32; 4] = [1134, 850, 1134, 1701];
/// The first line of running text: 1.27 cm.
const INDENT: u32 = 720;

/// The page as a file.
///
/// # Errors
/// The writer's; none is known of for a buffer in memory.
pub fn bytes(page: &Page) -> io::Result<Vec<u8>> {
    let core = format!(
        "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title></cp:coreProperties>",
        escaped(&page.title)
    );
    let footer = "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>\
<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
    let parts = [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", PACKAGE.to_owned()),
        ("docProps/core.xml", core),
        ("word/_rels/document.xml.rels", PARTS.to_owned()),
        ("word/styles.xml", format!("<w:styles {WORD}>{STYLES}{}</w:styles>", heading_styles())),
        ("word/footer1.xml", format!("<w:ftr {WORD}>{footer}</w:ftr>")),
        ("word/document.xml", document(page)),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, SimpleFileOptions::default()).map_err(io::Error::other)?;
        zip.write_all(HEAD.as_bytes())?;
        zip.write_all(text.as_bytes())?;
    }
    zip.finish().map(Cursor::into_inner).map_err(io::Error::other)
}

fn heading_styles() -> String {
    let style = |level: usize, size: u32, centre: &str| {
        format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/><w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/>\
<w:pPr><w:keepNext/><w:spacing w:before=\"160\" w:after=\"60\"/>{centre}<w:outlineLvl w:val=\"{}\"/></w:pPr><w:rPr><w:b/><w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/></w:rPr></w:style>",
            level - 1
        )
    };
    style(1, 28, "<w:jc w:val=\"center\"/>") + &style(2, 26, "") + &style(3, 26, "")
}

fn document(page: &Page) -> String {
    let (wide, high, orient) = if page.landscape { (LONG, SHORT, " w:orient=\"landscape\"") } else { (SHORT, LONG, "") };
    let [top, right, bottom, left] = MARGINS;
    let mut out = format!("<w:document {WORD}><w:body>");
    for block in &page.blocks {
        match block {
            Block::Heading(level, text, _) => {
                let _ = write!(out, "<w:p><w:pPr><w:pStyle w:val=\"Heading{}\"/></w:pPr>", (*level).clamp(1, 3));
                write_run(&Run::new(text), None, &mut out);
                out.push_str("</w:p>");
            }
            Block::Text(paragraph) => write_paragraph(paragraph, None, &mut out),
            Block::Grid(grid) => write_grid(grid, wide - left - right, &mut out),
            // The numbers stand in the table above them.
            Block::Bars(_) => {}
        }
    }
    let _ = write!(
        out,
        "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId2\"/><w:pgSz w:w=\"{wide}\" w:h=\"{high}\"{orient}/>\
<w:pgMar w:top=\"{top}\" w:right=\"{right}\" w:bottom=\"{bottom}\" w:left=\"{left}\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
    );
    out
}

/// `size` in points, where it is not the document's.
fn write_paragraph(paragraph: &Paragraph, size: Option<u8>, out: &mut String) {
    out.push_str("<w:p><w:pPr>");
    if paragraph.keep {
        out.push_str("<w:keepNext/>");
    }
    out.push_str(match paragraph.align {
        Align::Left => "",
        Align::Centre => "<w:jc w:val=\"center\"/>",
        Align::Right => "<w:jc w:val=\"right\"/>",
        Align::Both => "",
    });
    if paragraph.align == Align::Both {
        let _ = write!(out, "<w:ind w:firstLine=\"{INDENT}\"/><w:jc w:val=\"both\"/>");
    }
    out.push_str("</w:pPr>");
    paragraph.runs.iter().for_each(|run| write_run(run, size, out));
    out.push_str("</w:p>");
}

fn write_run(run: &Run, size: Option<u8>, out: &mut String) {
    out.push_str("<w:r><w:rPr>");
    for (set, mark) in [(run.bold, "<w:b/>"), (run.italic, "<w:i/>")] {
        out.push_str(if set { mark } else { "" });
    }
    if let Some(size) = size {
        let half = u32::from(size) * 2;
        let _ = write!(out, "<w:sz w:val=\"{half}\"/><w:szCs w:val=\"{half}\"/>");
    }
    out.push_str(if run.underline { "<w:u w:val=\"single\"/>" } else { "" });
    out.push_str("</w:rPr>");
    for (at, line) in run.text.split('\n').enumerate() {
        out.push_str(if at > 0 { "<w:br/>" } else { "" });
        out.push_str("<w:t xml:space=\"preserve\">");
        escape(line, out);
        out.push_str("</w:t>");
    }
    out.push_str("</w:r>");
}

fn write_grid(grid: &Grid, width: u32, out: &mut String) {
    let all: u32 = grid.widths.iter().map(|w| u32::from(*w)).sum::<u32>().max(1);
    let widths: Vec<u32> = grid.widths.iter().map(|w| u32::from(*w) * width / all).collect();
    let _ = write!(out, "<w:tbl><w:tblPr><w:tblW w:w=\"{width}\" w:type=\"dxa\"/>");
    if grid.lines {
        out.push_str("<w:tblBorders>");
        for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
            let _ = write!(out, "<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>");
        }
        out.push_str("</w:tblBorders>");
    }
    out.push_str("<w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"60\" w:type=\"dxa\"/><w:right w:w=\"60\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>");
    for width in &widths {
        let _ = write!(out, "<w:gridCol w:w=\"{width}\"/>");
    }
    out.push_str("</w:tblGrid>");
    // For every column: how many more rows the slot above still covers, and over how many columns it lies.
    let mut above = vec![(0u16, 1u16); widths.len()];
    for (at, row) in grid.rows.iter().enumerate() {
        let head = if at < grid.head { "<w:tblHeader/>" } else { "" };
        let _ = write!(out, "<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>");
        write_row(row, &widths, &mut above, grid.size, out);
        out.push_str("</w:tr>");
    }
    // Two tables without a paragraph between them would become one.
    out.push_str("</w:tbl><w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\"/></w:pPr></w:p>");
}

fn write_row(row: &[Slot], widths: &[u32], above: &mut [(u16, u16)], size: u8, out: &mut String) {
    let mut slots = row.iter();
    let mut at = 0;
    while at < widths.len() {
        let (left, over) = above[at];
        if left > 0 {
            above[at].0 -= 1;
            open_slot(&widths[at..(at + usize::from(over)).min(widths.len())], "<w:vMerge/>", out);
            out.push_str("<w:p/></w:tc>");
            at += usize::from(over.max(1));
            continue;
        }
        let Some(slot) = slots.next() else { break };
        let end = (at + usize::from(slot.columns.max(1))).min(widths.len());
        above[at] = (slot.rows.saturating_sub(1), slot.columns.max(1));
        open_slot(&widths[at..end], if slot.rows > 1 { "<w:vMerge w:val=\"restart\"/>" } else { "" }, out);
        slot.text.iter().for_each(|paragraph| write_paragraph(paragraph, Some(size), out));
        out.push_str(if slot.text.is_empty() { "<w:p/></w:tc>" } else { "</w:tc>" });
        at = end;
    }
}

fn open_slot(widths: &[u32], merge: &str, out: &mut String) {
    let _ = write!(out, "<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/>", widths.iter().sum::<u32>());
    if widths.len() > 1 {
        let _ = write!(out, "<w:gridSpan w:val=\"{}\"/>", widths.len());
    }
    let _ = write!(out, "{merge}</w:tcPr>");
}
