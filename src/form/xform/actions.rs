//! Actions: values that are set at some moment, and what only a phone can do.

use super::Reader;
use super::tree::NodeAt;
use super::xml::{Element, is_odk};
use crate::form::draft::{Cell, Set, When};
use crate::locale::{Text, say};

/// What an event means for an action; `At` where it happens at a moment that forms know.
enum Moment {
    At(When),
    /// It must not be used here.
    Wrong(Text),
    /// It can be used, and nothing will come of it.
    Never(Text),
}

impl<'a> Reader<'a> {
    /// Reads an action; `control` is the element of the body that it stands in, `from` that element's node.
    pub fn action(&mut self, element: Element<'a>, from: NodeAt, control: Option<Element<'a>>) {
        let name = element.tag_name().name();
        let Some(events) = self.xml.attribute(element, "event") else { return self.lacks(element, "event") };
        if name != "setvalue" && !is_odk(element.tag_name().namespace()) {
            return self.error(self.xml.tag(element), Text::both(|lang| say::xform::wrong_namespace(lang, name)));
        }
        let moments = self.moments(&events, from, control);
        let Some(target) = self.target(element, from) else { return };
        let named = Cell { place: self.xml.tag(element), ..Cell::default() };
        if self.is_attribute_of_question(target, &named) {
            return;
        }
        match name {
            "setgeopoint" => self.warning(self.xml.tag(element), Text::both(say::xform::no_position)),
            "recordaudio" => self.warning(self.xml.tag(element), Text::both(say::xform::no_recording)),
            _ => {
                let value = self.xml.attribute(element, "value").unwrap_or_else(|| self.literal(element));
                let value = self.in_named_rows(element, value);
                let sets = moments.into_iter().map(|when| Set { when, value: value.clone() });
                self.tree.nodes[target].row.sets.extend(sets);
            }
        }
    }

    /// An action whose target says which rows (`/data/lines[position() = 1]/speed`) leaves the answer in others as it is.
    fn in_named_rows(&mut self, element: Element<'a>, value: Cell) -> Cell {
        let Some(target) = self.xml.attribute(element, "ref").filter(|target| target.text.contains('[')) else { return value };
        match rows_condition(&target.text) {
            Some(condition) => Cell::made(format!("if({condition}, {}, .)", value.text), value.place),
            None => {
                self.warning(target.place, Text::both(|lang| say::xform::rows_left_out(lang, &target.text)));
                value
            }
        }
    }

    /// The words of an action as an expression that gives them.
    fn literal(&self, element: Element<'a>) -> Cell {
        let words = self.xml.content(element);
        Cell::made(quoted(&words.text), words.place)
    }

    fn moments(&mut self, events: &Cell, from: NodeAt, control: Option<Element<'a>>) -> Vec<When> {
        let mut moments = Vec::new();
        let mut start = 0;
        for event in events.text.split_whitespace() {
            let at = events.text[start..].find(event).map_or(start, |found| start + found);
            start = at + event.len();
            let place = events.part(at, start);
            match self.moment(event, from, control) {
                Moment::At(when) => moments.push(when),
                Moment::Wrong(what) => self.error(place, what),
                Moment::Never(what) => self.warning(place, what),
            }
        }
        moments
    }

    fn moment(&self, event: &str, from: NodeAt, control: Option<Element<'a>>) -> Moment {
        let around = control.map(|element| element.tag_name().name());
        match event {
            // `xforms-ready` is what forms said before ODK had its own events.
            "odk-instance-first-load" | "xforms-ready" => Moment::At(When::FirstLoad),
            "odk-instance-load" => Moment::At(When::Load),
            "odk-new-repeat" | "jr-insert" => match control {
                Some(control) if control.ancestors().any(|e| e.tag_name().name() == "repeat") => Moment::At(When::NewRow),
                _ => Moment::Wrong(Text::both(say::xform::new_row_in_model)),
            },
            "xforms-value-changed" => match around {
                Some(name) if !matches!(name, "group" | "repeat" | "body") => Moment::At(When::Changed(self.changed(from, control))),
                _ => Moment::Never(Text::both(say::xform::changed_in_model)),
            },
            "xforms-revalidate" => Moment::Never(Text::both(|lang| say::xform::late_event(lang, event))),
            _ => Moment::Wrong(Text::both(|lang| say::xform::unknown_event(lang, event))),
        }
    }

    /// The question that an action waits for, by its absolute path.
    fn changed(&self, from: NodeAt, control: Option<Element<'a>>) -> Cell {
        let reference = control.and_then(|element| self.xml.attribute(element, "ref").or_else(|| self.xml.attribute(element, "bind")));
        Cell::made(self.tree.path(from), reference.map_or(0..0, |cell| cell.place))
    }
}

/// The predicates of a path as a condition seen from the node that it leads to: only numbers of rows can be said so.
fn rows_condition(path: &str) -> Option<String> {
    let steps: Vec<&str> = path.split('/').collect();
    let mut conditions = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let Some((_, predicate)) = step.split_once('[') else { continue };
        let number = predicate.strip_suffix(']')?.trim();
        let number = number.strip_prefix("position()").map_or(Some(number), |rest| rest.trim_start().strip_prefix('='))?.trim();
        let above = vec![".."; steps.len() - 1 - at].join("/");
        conditions.push(format!("position({above}) = {}", number.parse::<u32>().ok()?));
    }
    Some(conditions.join(" and "))
}

/// A text as an expression that gives it, whatever quotes it holds.
pub fn quoted(text: &str) -> String {
    match (text.contains('\''), text.contains('"')) {
        (false, _) => format!("'{text}'"),
        (true, false) => format!("\"{text}\""),
        (true, true) => {
            let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
            format!("concat({})", parts.join(", \"'\", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::expression::syntax::parse;

    #[test]
    fn rows_that_a_target_names_become_a_condition() {
        assert_eq!(rows_condition("/data/r[position()=2]/a").as_deref(), Some("position(..) = 2"));
        assert_eq!(rows_condition("/data/r[1]/s[ position() = 3 ]/g/a").as_deref(), Some("position(../../..) = 1 and position(../..) = 3"));
        assert_eq!(rows_condition("/data/r[a = 1]/b"), None);
    }

    #[test]
    fn any_text_can_be_quoted() {
        for text in ["", "phở", "Hà's", "a \"b\"", "a 'b' \"c\""] {
            assert!(parse(&quoted(text)).is_ok(), "{text}");
        }
        assert_eq!(quoted("a'\"b"), "concat('a', \"'\", '\"b')");
    }
}
