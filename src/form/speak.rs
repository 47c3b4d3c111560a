//! A form in another of its languages: the same questions and logic, other texts.

use super::Form;
use super::check::check;
use crate::locale::Text;
use std::sync::Arc;

impl Form {
    /// The language after `language` among the form's own; the first after the last or an unknown one. `None` where F12
    /// shows all that there is: the form speaks nothing but Vietnamese and English, or one language.
    pub fn next_language(&self, language: &str) -> Option<&str> {
        let further = self.languages.iter().any(|language| !matches!(language.as_str(), "vi" | "en"));
        if !further || self.languages.len() < 2 {
            return None;
        }
        let at = self.languages.iter().position(|known| known == language).map_or(0, |at| (at + 1) % self.languages.len());
        self.languages.get(at).map(String::as_str)
    }

    /// The form with its texts in one of its languages; where one lacks it, it stays as it is. `None` where the source
    /// does not give the same form again.
    pub fn speaking(&self, language: &str) -> Option<Self> {
        let (mut draft, _) = super::read(&self.id, &self.source).ok()?;
        draft.speak(language);
        // It is chosen, so it is the default now.
        draft.languages.retain(|known| known != language);
        draft.languages.insert(0, language.to_owned());
        let lists = |name: &str| self.lists.iter().find(|list| list.name == name || list.name.split('#').next() == Some(name)).and_then(|list| list.source.clone());
        let (other, _) = check(&draft, &lists).ok()?;
        let alike = other.nodes.len() == self.nodes.len() && other.lists.len() == self.lists.len() && other.nodes.iter().zip(&self.nodes).all(|(a, b)| a.key == b.key);
        alike.then(|| self.with_texts_of(other))
    }

    fn with_texts_of(&self, other: Self) -> Self {
        let mut form = self.clone();
        (form.title, form.itext, form.itext_templates, form.choice_templates) = (other.title, other.itext, other.itext_templates, other.choice_templates);
        for (node, spoken) in form.nodes.iter_mut().zip(other.nodes) {
            (node.label, node.hint, node.guidance) = (spoken.label, spoken.hint, spoken.guidance);
            let (logic, spoken) = (&mut node.logic, spoken.logic);
            (logic.required_message, logic.constraint_message, logic.warning_message) = (spoken.required_message, spoken.constraint_message, spoken.warning_message);
            logic.templates = spoken.templates;
        }
        for (list, spoken) in form.lists.iter_mut().zip(&other.lists) {
            let labels: Vec<Text> = spoken.choices.iter().map(|choice| choice.label.clone()).collect();
            // A list whose file is not at hand again keeps its labels.
            if labels.len() == list.choices.len() {
                labels.into_iter().enumerate().for_each(|(at, label)| Arc::make_mut(list).say(at, label));
            }
        }
        form
    }
}
