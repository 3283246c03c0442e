//! Documents: as they are read, kept and answered.

use std::fmt::{Display, Write as _};

use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// How deep a document may go.
const DEEPEST: usize = 16;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// An element with what is in it: text or other elements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    text: String,
    pub(super) children: Vec<Self>,
}

impl Element {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// With an element that holds a text.
    pub(super) fn field(self, name: &str, text: impl Display) -> Self {
        self.with(Self { name: name.into(), text: text.to_string(), ..Self::default() })
    }

    /// With an element that holds a text, if there is one.
    pub(super) fn maybe(self, name: &str, text: Option<impl Display>) -> Self {
        match text {
            Some(text) => self.field(name, text),
            None => self,
        }
    }

    /// With an element in it.
    pub(super) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// With elements in it.
    pub(super) fn with_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    pub(super) fn attribute(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// The first element of that name in it.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.all(name).next()
    }

    /// Every element of that name in it.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first element of that name in it.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// The text of an element some steps down.
    pub(super) fn at(&self, path: &[&str]) -> Option<&str> {
        path.iter().try_fold(self, |element, name| element.child(name)).map(|found| found.text.as_str())
    }

    /// The document, with S3's namespace.
    pub(super) fn document(&self) -> String {
        let mut out = String::from("<?xml version='1.0' encoding='UTF-8'?>\n");
        self.write(&mut out, Some(NAMESPACE));
        out
    }

    /// The document as errors are, without a namespace.
    pub(super) fn bare_document(&self) -> String {
        let mut out = String::from("<?xml version='1.0' encoding='UTF-8'?>\n");
        self.write(&mut out, None);
        out
    }

    fn write(&self, out: &mut String, namespace: Option<&str>) {
        // Writing to a String does not fail.
        let _ = write!(out, "<{}", self.name);
        if let Some(namespace) = namespace {
            let _ = write!(out, " xmlns=\"{namespace}\"");
        }
        for (name, value) in self.attributes.iter().filter(|(name, _)| name != "xmlns") {
            let _ = write!(out, " {name}=\"{}\"", escape(value.as_str()));
        }
        out.push('>');
        out.push_str(&escape(self.text.as_str()).replace('\r', "&#13;"));
        for child in &self.children {
            child.write(out, None);
        }
        let _ = write!(out, "</{}>", self.name);
    }

    /// The document that `bytes` hold; `None` where they hold none that is whole.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_reader(bytes);
        // The first is what holds the document.
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) if open.len() <= DEEPEST => open.push(Self::of(&start)?),
                Event::Empty(start) => open.last_mut()?.children.push(Self::of(&start)?),
                Event::End(_) => {
                    let mut done = open.pop()?;
                    if !done.children.is_empty() {
                        done.text.clear();
                    }
                    open.last_mut()?.children.push(done);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text.decode().ok()?),
                Event::CData(text) => open.last_mut()?.text.push_str(&text.decode().ok()?),
                Event::GeneralRef(reference) => {
                    let text = &mut open.last_mut()?.text;
                    match reference.resolve_char_ref().ok()? {
                        Some(character) => text.push(character),
                        None => text.push_str(resolve_predefined_entity(&reference.decode().ok()?)?),
                    }
                }
                Event::Eof if open.len() == 1 => return open.pop()?.children.pop(),
                Event::Start(_) | Event::DocType(_) | Event::Eof => return None,
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }

    fn of(start: &BytesStart<'_>) -> Option<Self> {
        let name = std::str::from_utf8(start.local_name().into_inner()).ok()?.to_owned();
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.ok()?;
            let name = std::str::from_utf8(attribute.key.into_inner()).ok()?.to_owned();
            Some((name, attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned()))
        });
        Some(Self { name, attributes: attributes.collect::<Option<_>>()?, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["", "a<b>&\"'", " spaces ", "é…", "line\r\nbreak"] {
            let whole = Element::new("Tagging").with(Element::new("Tag").field("Value", text));
            let read = Element::read(whole.document().as_bytes()).unwrap();
            assert_eq!(read.at(&["Tag", "Value"]), Some(text));
        }
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["", "<a>", "<a></b>", "text", "<!DOCTYPE a><a/>", "<a>&nothing;</a>", "\u{0}"] {
            assert_eq!(Element::read(text.as_bytes()), None, "{text}");
        }
        let deep = "<a>".repeat(100) + &"</a>".repeat(100);
        assert_eq!(Element::read(deep.as_bytes()), None);
    }

    #[test]
    fn prefixes_comments_and_sections_are_understood() {
        let text = "<?xml version='1.0'?><s:Tag xmlns:s='x'>\n <!-- --> <s:Key><![CDATA[a&b]]>&#233;&amp;</s:Key>\n</s:Tag>";
        let read = Element::read(text.as_bytes()).unwrap();
        assert_eq!((read.name.as_str(), read.value("Key"), read.text.as_str()), ("Tag", Some("a&bé&"), ""));
    }
}
