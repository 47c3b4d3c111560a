//! A page as one HTML file: nothing outside it is loaded, no script runs, it prints on A4 and reads on a telephone.

use super::page::{Align, Bars, Block, Grid, Page, Paragraph, Run, Slot, escape, escaped};
use crate::locale::{Lang, number};
use std::fmt::Write;

const STYLE: &str = "
:root{color-scheme:light}
body{font:13pt/1.35 'Times New Roman','Liberation Serif',serif;color:#111;background:#fff;max-width:70rem;margin:0 auto;padding:1rem}
h1{font-size:1.3em;text-align:center;margin:.6em 0 .2em}h2{font-size:1.1em;margin:1.2em 0 .4em}h3{font-size:1em;margin:1em 0 .3em}
p{margin:.25em 0}.centre{text-align:center}.right{text-align:right}.both{text-align:justify;text-indent:1.27cm}
table{border-collapse:collapse;width:100%;margin:.5em 0}td,th{vertical-align:top;padding:.15em .35em;font-weight:inherit}
table.lines td,table.lines th{border:1px solid #555}table.lines th{background:#eef2f6;vertical-align:middle}
td p,th p{margin:0}.wide{overflow-x:auto}a{color:#0b4f8a}svg{width:100%;height:auto;max-width:60rem;display:block;margin:.5em auto}
tr:target,h3:target{background:#fff3c4}
@media screen and (max-width:600px){body{padding:.6rem;font-size:12pt}
table.cards,table.cards tbody{display:block;font-size:1em!important}table.cards colgroup{display:none}svg{min-width:40rem}table.cards thead{display:none}table.cards tr{display:block;border:1px solid #555;margin:.5em 0;padding:.2em .4em}
table.cards td{display:flex;border:0!important;padding:.1em 0;gap:.6em}table.cards td::before{content:attr(data-name);flex:0 0 42%;color:#555}
table.cards td.centre,table.cards td.right{text-align:left}table.cards td:empty{display:none}}
@media print{body{max-width:none;padding:0}a{color:inherit;text-decoration:none}tr,svg{break-inside:avoid}thead{display:table-header-group}h2,h3{break-after:avoid}.wide{overflow:visible}#records,#records~*{display:none}}
";

/// The page as a file.
pub fn text(page: &Page) -> String {
    let size = if page.landscape { "A4 landscape;margin:12mm" } else { "A4;margin:20mm 15mm 20mm 30mm" };
    let mut out = format!("<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n", page.lang.code());
    out.push_str("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
    let _ = write!(out, "<title>{}</title>\n<style>{STYLE}@page{{size:{size}}}\n</style>\n</head>\n<body>\n", escaped(&page.title));
    for block in &page.blocks {
        match block {
            Block::Heading(level, text, name) => heading(*level, text, name, &mut out),
            Block::Text(paragraph) => write_paragraph(paragraph, &mut out),
            Block::Grid(grid) => write_grid(grid, &mut out),
            Block::Bars(bars) => draw(bars, page.lang, &mut out),
        }
        out.push('\n');
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn heading(level: u8, text: &str, name: &str, out: &mut String) {
    let level = level.clamp(1, 6);
    let name = if name.is_empty() { String::new() } else { format!(" id=\"{}\"", escaped(name)) };
    let _ = write!(out, "<h{level}{name}>{}</h{level}>", escaped(text));
}

fn class(align: Align) -> &'static str {
    match align {
        Align::Left => "",
        Align::Centre => " class=\"centre\"",
        Align::Right => " class=\"right\"",
        Align::Both => " class=\"both\"",
    }
}

fn write_paragraph(paragraph: &Paragraph, out: &mut String) {
    let _ = write!(out, "<p{}>", class(paragraph.align));
    paragraph.runs.iter().for_each(|run| write_run(run, out));
    out.push_str("</p>");
}

fn write_run(run: &Run, out: &mut String) {
    let link = if run.link.is_empty() { String::new() } else { format!("a href=\"#{}\"", escaped(&run.link)) };
    let marks = [(run.bold, "b"), (run.italic, "i"), (run.underline, "u"), (!run.link.is_empty(), link.as_str())];
    let marks: Vec<&str> = marks.into_iter().filter(|(set, _)| *set).map(|(_, mark)| mark).collect();
    for mark in &marks {
        let _ = write!(out, "<{mark}>");
    }
    escape_lines(&run.text, out);
    for mark in marks.iter().rev() {
        let _ = write!(out, "</{}>", mark.split(' ').next().unwrap_or_default());
    }
}

fn escape_lines(text: &str, out: &mut String) {
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push_str("<br>");
        }
        escape(line, out);
    }
}

/// The head's texts by column, for narrow screens.
fn names(grid: &Grid) -> Vec<String> {
    let head = grid.rows.first().filter(|_| grid.head > 0 && grid.cards);
    let text = |slot: &Slot| slot.text.iter().flat_map(|p| &p.runs).map(|r| r.text.as_str()).collect::<String>();
    head.map_or_else(Vec::new, |row| row.iter().map(text).collect())
}

fn write_grid(grid: &Grid, out: &mut String) {
    let classes = [(grid.lines, "lines"), (grid.cards, "cards")];
    let classes: Vec<&str> = classes.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect();
    let _ = write!(out, "<div class=\"wide\"><table class=\"{}\" style=\"font-size:{}pt\">", classes.join(" "), grid.size);
    let all: u32 = grid.widths.iter().map(|w| u32::from(*w)).sum();
    out.push_str("<colgroup>");
    for width in &grid.widths {
        let _ = write!(out, "<col style=\"width:{:.1}%\">", f64::from(*width) * 100.0 / f64::from(all.max(1)));
    }
    out.push_str("</colgroup>");
    let names = names(grid);
    for (at, row) in grid.rows.iter().enumerate() {
        let is_head = at < grid.head;
        if at == 0 && is_head {
            out.push_str("\n<thead>");
        }
        if at == grid.head {
            out.push_str("\n<tbody>");
        }
        match grid.names.get(at).filter(|name| !name.is_empty()) {
            Some(name) => drop(write!(out, "\n<tr id=\"{}\">", escaped(name))),
            None => out.push_str("\n<tr>"),
        }
        for (column, slot) in row.iter().enumerate() {
            write_slot(slot, is_head, names.get(column).map(String::as_str), out);
        }
        out.push_str("</tr>");
        if is_head && at + 1 == grid.head {
            out.push_str("</thead>");
        }
    }
    let body = if grid.rows.len() > grid.head { "</tbody>" } else { "" };
    let _ = write!(out, "{body}</table></div>");
}

fn write_slot(slot: &Slot, is_head: bool, name: Option<&str>, out: &mut String) {
    let tag = if is_head { "th" } else { "td" };
    let align = slot.text.first().map_or(Align::Left, |p| p.align);
    let _ = write!(out, "<{tag}{}", class(align));
    if slot.columns > 1 {
        let _ = write!(out, " colspan=\"{}\"", slot.columns);
    }
    if slot.rows > 1 {
        let _ = write!(out, " rowspan=\"{}\"", slot.rows);
    }
    if let Some(name) = name.filter(|_| !is_head && slot.text.iter().any(|paragraph| !paragraph.runs.is_empty())) {
        let _ = write!(out, " data-name=\"{}\"", escaped(name));
    }
    out.push('>');
    match slot.text.as_slice() {
        [one] => one.runs.iter().for_each(|run| write_run(run, out)),
        several => several.iter().for_each(|paragraph| write_paragraph(paragraph, out)),
    }
    let _ = write!(out, "</{tag}>");
}

/// Sizes of the drawing, in its own units.
const BAR: f64 = 22.0;
const NAMES: f64 = 330.0;
const WIDE: f64 = 900.0;
const NUMBERS: f64 = 70.0;
/// A bar longer than this times the mark is cut, else one runaway hides all others.
const MOST: f64 = 2.0;
/// A longer name is cut; the table above has it whole.
const NAME: usize = 46;

/// Bars to the right of their names, with a line at the mark; the number stands at the end of each.
fn draw(bars: &Bars, lang: Lang, out: &mut String) {
    let longest = bars.bars.iter().map(|(_, value)| *value).fold(bars.mark, f64::max).min(bars.mark * MOST).max(f64::MIN_POSITIVE);
    let scale = (WIDE - NAMES - NUMBERS) / longest;
    let high = 40.0 + BAR * bars.bars.len() as f64;
    let _ = write!(
        out,
        "<div class=\"wide\"><svg viewBox=\"0 0 {WIDE} {high}\" role=\"img\" aria-label=\"{0}\" font-size=\"13\" font-family=\"sans-serif\"><title>{0}</title>",
        escaped(&bars.title)
    );
    let _ = write!(out, "<text x=\"0\" y=\"16\" font-weight=\"bold\">{}</text>", escaped(&bars.title));
    for (at, (name, value)) in bars.bars.iter().enumerate() {
        let y = 28.0 + BAR * at as f64;
        let length = value.clamp(0.0, longest) * scale;
        let colour = if *value >= bars.mark { "#2e7d4f" } else { "#2f6690" };
        let short: String = if name.chars().count() > NAME { name.chars().take(NAME - 1).chain(['…']).collect() } else { name.clone() };
        let _ = write!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", NAMES - 8.0, y + 14.0, escaped(&short));
        let _ = write!(out, "<rect x=\"{NAMES}\" y=\"{}\" width=\"{length:.1}\" height=\"{}\" fill=\"{colour}\"/>", y + 2.0, BAR - 6.0);
        let _ = write!(out, "<text x=\"{:.1}\" y=\"{}\">{}</text>", NAMES + length + 5.0, y + 14.0, number::format_f64(*value, 1, lang));
    }
    let mark = NAMES + bars.mark * scale;
    let _ = write!(out, "<line x1=\"{mark:.1}\" x2=\"{mark:.1}\" y1=\"24\" y2=\"{}\" stroke=\"#b3261e\" stroke-dasharray=\"4 3\"/></svg></div>", high - 8.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_never_markup() {
        let hostile = "<script>alert(\"1\")</script> & \u{1b}[31m";
        let block = |text: &str| Block::Text(Paragraph::of(vec![Run { link: text.to_owned(), ..Run::new(text) }]));
        let mut grid = Grid { cards: true, ..Grid::new(&[1], 9) };
        grid.rows = vec![vec![Slot::head(hostile)], vec![Slot::text(hostile)]];
        let bars = Bars { title: hostile.into(), bars: vec![(hostile.into(), f64::MAX), ("b".into(), -1.0)], mark: 100.0 };
        let blocks = vec![Block::Heading(9, hostile.into(), hostile.into()), block(hostile), Block::Grid(grid), Block::Bars(bars)];
        let text = text(&Page { lang: Lang::Vi, title: hostile.into(), landscape: false, blocks });
        assert!(!text.contains("<script") && !text.contains('\u{1b}') && !text.contains("(\"1"));
        assert!(text.matches("&lt;script&gt;").count() >= 9);
        assert!(!text.contains("NaN") && !text.contains("inf"));
    }
}
