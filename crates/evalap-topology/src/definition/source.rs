//! The text a definition came from, and where in it each value is.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use toml::de::DeTable;

use super::problem::{Place, join};
use super::sensitive;
use super::tree::{Data, Node};

/// The text a definition came from, and where in it each value is.
#[derive(Clone)]
pub struct Source {
    name: String,
    text: String,
    /// Found when something is to be shown: with most definitions nothing is.
    places: OnceLock<Places>,
}

/// Where things are in a text.
#[derive(Clone, Default)]
struct Places {
    /// Of what each path names.
    spans: BTreeMap<String, Spans>,
    /// What looks like a secret.
    hidden: Vec<Range<usize>>,
}

#[derive(Clone)]
struct Spans {
    key: Range<usize>,
    value: Range<usize>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.text) == (&other.name, &other.text)
    }
}

impl Eq for Source {}

/// Without the text: a file may hold what should not be in it.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?}, {} bytes)", self.name, self.text.len())
    }
}

impl Places {
    fn visit(&mut self, path: &str, key: &str, node: &Node<'_>) {
        match &node.value {
            Data::Table(entries) => {
                for (key, value) in entries {
                    let path = join(path, key.name);
                    self.visit(&path, key.name, value);
                    if let (Some(key), Some(value)) = (&key.span, &value.span) {
                        self.spans.insert(path, Spans { key: key.clone(), value: value.clone() });
                    }
                }
            }
            Data::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    self.visit(&path, key, item);
                    if let Some(span) = &item.span {
                        self.spans.insert(path, Spans { key: span.clone(), value: span.clone() });
                    }
                }
            }
            Data::Text(text) => {
                // Only in `environment` does the name tell: elsewhere such a name refers to a secret and holds none.
                let name = if path.contains(".environment.") { key } else { "" };
                if sensitive::looks_secret(name, text) {
                    self.hidden.extend(node.span.clone());
                }
            }
            _ => {}
        }
    }
}

impl Source {
    pub(super) fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned(), places: OnceLock::new() }
    }

    /// The file's name, as it was given to the decoder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn places(&self) -> &Places {
        self.places.get_or_init(|| {
            let (table, _) = DeTable::parse_recoverable(&self.text);
            let mut places = Places::default();
            places.visit("", "", &Node::from_toml(table.get_ref(), 0..0));
            places
        })
    }

    /// Completes a place that only has a path: with the position of that path, or of the nearest table above it.
    pub(crate) fn locate(&self, place: &mut Place, at_key: bool) {
        if place.span.is_none() {
            place.span = Some(self.span_of(&place.path, at_key));
        }
        let start = place.span.as_ref().map_or(0, |span| span.start).min(self.text.len());
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        place.file = Some(self.name.clone());
        place.line = Some(before.matches('\n').count() + 1);
        place.column = Some(before[line_start..].chars().count() + 1);
    }

    fn span_of(&self, path: &str, at_key: bool) -> Range<usize> {
        let mut above = path;
        loop {
            if let Some(spans) = self.places().spans.get(above) {
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
        let mut text = self.text.clone();
        for span in &self.places().hidden {
            if let Some(found) = text.get(span.clone()) {
                let mask: String = found.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
                text.replace_range(span.clone(), &mask);
            }
        }
        text
    }
}
