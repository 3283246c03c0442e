//! The text a definition came from, and where in it each value is.

use std::collections::BTreeMap;
use std::ops::Range;

use super::problem::{Place, join};
use super::sensitive;
use super::tree::{Data, Node};

/// The text a definition came from, and where in it each value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: Text,
    places: BTreeMap<String, Spans>,
}

/// Kept out of `Debug`: a file may hold what should not be in it.
#[derive(Clone, PartialEq, Eq)]
struct Text {
    text: String,
    /// What looks like a secret.
    hidden: Vec<Range<usize>>,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.text.len())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Spans {
    key: Range<usize>,
    value: Range<usize>,
}

impl Source {
    pub(super) fn new(name: &str, text: &str, root: &Node) -> Self {
        let text = Text { text: text.to_owned(), hidden: Vec::new() };
        let mut source = Self { name: name.to_owned(), text, places: BTreeMap::new() };
        source.visit("", "", root);
        source
    }

    /// The file's name, as it was given to the decoder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn visit(&mut self, path: &str, key: &str, node: &Node) {
        match &node.value {
            Data::Table(entries) => {
                for (key, value) in entries {
                    let path = join(path, &key.name);
                    if let (Some(key), Some(value)) = (&key.span, &value.span) {
                        self.places.insert(path.clone(), Spans { key: key.clone(), value: value.clone() });
                    }
                    self.visit(&path, &key.name, value);
                }
            }
            Data::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    if let Some(span) = &item.span {
                        self.places.insert(path.clone(), Spans { key: span.clone(), value: span.clone() });
                    }
                    self.visit(&path, key, item);
                }
            }
            Data::Text(text) => {
                // Only in `environment` does the name tell: elsewhere such a name refers to a secret and holds none.
                let name = if path.contains(".environment.") { key } else { "" };
                if sensitive::looks_secret(name, text) {
                    self.text.hidden.extend(node.span.clone());
                }
            }
            _ => {}
        }
    }

    /// Completes a place that only has a path: with the position of that path, or of the nearest table above it.
    pub(crate) fn locate(&self, place: &mut Place, at_key: bool) {
        if place.span.is_none() {
            place.span = Some(self.span_of(&place.path, at_key));
        }
        let start = place.span.as_ref().map_or(0, |span| span.start).min(self.text.text.len());
        let before = self.text.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        place.file = Some(self.name.clone());
        place.line = Some(before.matches('\n').count() + 1);
        place.column = Some(before[line_start..].chars().count() + 1);
    }

    fn span_of(&self, path: &str, at_key: bool) -> Range<usize> {
        let mut above = path;
        loop {
            if let Some(spans) = self.places.get(above) {
                // What is missing from a table is shown at the table's name.
                return if at_key || above != path { spans.key.clone() } else { spans.value.clone() };
            }
            match above.rfind(['.', '[']) {
                Some(at) => above = &above[..at],
                None => return 0..0,
            }
        }
    }

    /// The text with asterisks for what looks like a secret, every position unchanged.
    pub(super) fn masked_text(&self) -> String {
        let mut text = self.text.text.clone();
        for span in &self.text.hidden {
            if let Some(found) = text.get(span.clone()) {
                let mask: String = found.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
                text.replace_range(span.clone(), &mask);
            }
        }
        text
    }
}
