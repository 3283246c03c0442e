//! What stands for what: the recorded ids, names, hosts, addresses and keys, and the emulator's own, one to one.

use std::collections::{HashMap, HashSet};
use std::net::Ipv6Addr;
use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

/// What a piece of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Id,
    Key,
    Address,
    /// A host of the platform; its labels are mapped one by one.
    Host,
    Label,
    Name,
}

static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        (?P<host>(?:[A-Za-z0-9_-]+\.)+scw\.(?:cloud|eu))
        | (?P<id>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})
        | (?P<key>SCW[A-Z0-9]{17})
        | (?P<four>\d{1,3}(?:\.\d{1,3}){3})
        | (?P<six>[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})",
    )
    .ok()
});

/// A text as pieces: what stands between is of no kind.
fn pieces(text: &str) -> Vec<(Option<Kind>, &str)> {
    let Some(token) = &*TOKEN else { return vec![(None, text)] };
    let (mut pieces, mut end) = (Vec::new(), 0);
    for found in token.captures_iter(text) {
        let kinds = [
            ("host", Kind::Host),
            ("id", Kind::Id),
            ("key", Kind::Key),
            ("four", Kind::Address),
            ("six", Kind::Address),
        ];
        let Some((name, kind, piece)) =
            kinds.iter().find_map(|(name, kind)| Some((*name, *kind, found.name(name)?)))
        else {
            continue;
        };
        if name == "six" && piece.as_str().parse::<Ipv6Addr>().is_err() {
            continue;
        }
        if piece.start() > end {
            pieces.push((None, &text[end..piece.start()]));
        }
        pieces.push((Some(kind), piece.as_str()));
        end = piece.end();
    }
    if end < text.len() {
        pieces.push((None, &text[end..]));
    }
    pieces
}

/// What recordings say in place of a masked id.
const MASK: &str = "11111111-1111-1111-1111-111111111111";

/// The map. What a request has said stands for itself.
#[derive(Debug, Default)]
pub(super) struct Ids {
    own: HashMap<(Kind, String), String>,
    recorded: HashMap<(Kind, String), String>,
    /// Every text that a request has said, as it was recorded.
    said: HashSet<String>,
}

impl Ids {
    /// The emulator's own text in place of a recorded one.
    pub(super) fn translate(&self, text: &str) -> String {
        if let Some(name) = self.own.get(&(Kind::Name, text.to_owned())) {
            return name.clone();
        }
        let translated = pieces(text).into_iter().map(|(kind, piece)| match kind {
            None => piece.to_owned(),
            Some(Kind::Host) => {
                let labels =
                    piece.split('.').map(|label| match self.own.get(&(Kind::Label, label.to_owned())) {
                        Some(own) => own.clone(),
                        None => self.translate_ids(label),
                    });
                labels.collect::<Vec<_>>().join(".")
            }
            Some(kind) => {
                self.own.get(&(kind, piece.to_owned())).cloned().unwrap_or_else(|| piece.to_owned())
            }
        });
        translated.collect()
    }

    fn translate_ids(&self, label: &str) -> String {
        let translated = pieces(label).into_iter().map(|(kind, piece)| {
            let own = kind.and_then(|kind| self.own.get(&(kind, piece.to_owned())));
            own.cloned().unwrap_or_else(|| piece.to_owned())
        });
        translated.collect()
    }

    /// The same for all texts of a JSON value.
    pub(super) fn translate_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.translate(text)),
            Value::Array(items) => items.iter().map(|item| self.translate_value(item)).collect(),
            Value::Object(fields) => {
                let fields =
                    fields.iter().map(|(name, value)| (self.translate(name), self.translate_value(value)));
                Value::Object(fields.collect())
            }
            other => other.clone(),
        }
    }

    /// Remembers what a request says.
    pub(super) fn say(&mut self, text: &str) {
        self.said.insert(text.to_owned());
    }

    /// The same for all texts of a JSON value.
    pub(super) fn say_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.say(text),
            Value::Array(items) => items.iter().for_each(|item| self.say_value(item)),
            Value::Object(fields) => fields.values().for_each(|value| self.say_value(value)),
            _ => {}
        }
    }

    /// Whether a request has said it.
    pub(super) fn was_said(&self, text: &str) -> bool {
        self.said.contains(text)
    }

    /// Whether the emulator's text may stand for the recorded one; `learn`: from now on it does.
    pub(super) fn agree(&mut self, recorded: &str, own: &str, learn: bool) -> bool {
        let (left, right) = (pieces(recorded), pieces(own));
        left.len() == right.len()
            && left.iter().zip(&right).all(|((a, _), (b, _))| a == b)
            && left.iter().zip(&right).all(|((kind, a), (_, b))| match kind {
                None => a == b,
                Some(Kind::Host) => self.hosts(a, b, learn),
                Some(Kind::Address) if a.contains(':') != b.contains(':') => false,
                Some(kind) => self.pair(*kind, a, b, learn),
            })
    }

    /// A name that the platform has chosen: no request has said it.
    pub(super) fn agree_on_name(&mut self, recorded: &str, own: &str, learn: bool) -> bool {
        !self.was_said(recorded) && self.pair(Kind::Name, recorded, own, learn)
    }

    fn hosts(&mut self, recorded: &str, own: &str, learn: bool) -> bool {
        let (a, b): (Vec<_>, Vec<_>) = (recorded.split('.').collect(), own.split('.').collect());
        a.len() == b.len()
            && a.into_iter().zip(b).all(|(a, b)| {
                if a == b {
                    return self.own.get(&(Kind::Label, a.to_owned())).is_none_or(|own| own == b);
                }
                let (left, right) = (pieces(a), pieces(b));
                let ids =
                    |side: &[(Option<Kind>, &str)]| side.iter().any(|(kind, _)| *kind == Some(Kind::Id));
                if ids(&left) && ids(&right) {
                    return left.len() == right.len()
                        && left.into_iter().zip(right).all(|((kind, a), (_, b))| match kind {
                            None => a == b,
                            Some(kind) => self.pair(kind, a, b, learn),
                        });
                }
                self.pair(Kind::Label, a, b, learn)
            })
    }

    fn pair(&mut self, kind: Kind, recorded: &str, own: &str, learn: bool) -> bool {
        let (left, right) = ((kind, recorded.to_owned()), (kind, own.to_owned()));
        match (self.own.get(&left), self.recorded.get(&right)) {
            (None, None) => {
                if learn {
                    self.own.insert(left, own.to_owned());
                    self.recorded.insert(right, recorded.to_owned());
                }
                true
            }
            (Some(known), of) if recorded == MASK => known == own && of.is_some(),
            (Some(known), Some(of)) => known == own && of == recorded,
            _ => false,
        }
    }

    /// The masked id means this one.
    pub(super) fn unmask(&mut self, id: &str) {
        self.own.insert((Kind::Id, MASK.to_owned()), id.to_owned());
    }

    /// All ids of a JSON value stand for themselves.
    pub(super) fn keep_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => _ = self.agree(text, text, true),
            Value::Array(items) => items.iter().for_each(|item| self.keep_value(item)),
            Value::Object(fields) => fields.values().for_each(|value| self.keep_value(value)),
            _ => {}
        }
    }

    /// The own id that stands for a recorded one; itself where nothing was learned.
    pub(super) fn own_id(&self, recorded: &str) -> String {
        self.translate(recorded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "2a99bb4d-d2d7-4297-b3c6-fb08994366c6";
    const B: &str = "11111111-d2d7-4297-b3c6-fb08994366c6";
    const X: &str = "00000000-0000-4000-8000-000000000001";
    const Y: &str = "00000000-0000-4000-8000-000000000002";

    #[test]
    fn an_id_stands_for_one_other_and_no_second() {
        let mut ids = Ids::default();
        assert!(ids.agree(A, X, true));
        assert!(ids.agree(&format!("urn:{A}:x"), &format!("urn:{X}:x"), true));
        assert!(!ids.agree(A, Y, true), "it has another");
        assert!(!ids.agree(B, X, true), "another has it");
        assert!(!ids.agree(&format!("urn:{A}"), &format!("url:{X}"), true), "what stands between");
        assert_eq!(ids.translate(&format!("/a/{A}/b/{B}")), format!("/a/{X}/b/{B}"));
    }

    #[test]
    fn hosts_are_compared_label_by_label() {
        let mut ids = Ids::default();
        assert!(ids.agree(
            "https://nsab-c.functions.fnc.fr-par.scw.cloud/x",
            "https://ns12-c.functions.fnc.fr-par.scw.cloud/x",
            true
        ));
        assert!(!ids.agree(
            "https://nsab-c.functions.fnc.fr-par.scw.cloud",
            "https://ns13-c.functions.fnc.fr-par.scw.cloud",
            true
        ));
        assert!(!ids.agree("nsab-c.scw.cloud", "ns12-c.fnc.scw.cloud", true));
        assert!(ids.agree(&format!("{A}.metrics.scw.cloud"), &format!("{X}.metrics.scw.cloud"), true));
        assert!(!ids.agree(A, Y, true), "the id in the host was learned");
        assert_eq!(
            ids.translate("http://nsab-c.functions.fnc.fr-par.scw.cloud/"),
            "http://ns12-c.functions.fnc.fr-par.scw.cloud/"
        );
    }

    #[test]
    fn addresses_keep_their_family_and_their_prefix() {
        let mut ids = Ids::default();
        assert!(ids.agree("172.16.32.2/22", "172.16.4.2/22", true));
        assert!(!ids.agree("172.16.32.3/22", "172.16.4.3/24", true));
        assert!(!ids.agree("fd46:78ab::/64", "172.16.4.0/64", true));
        assert!(!ids.agree("14:42:21", "14:42:22", true), "a time is no address");
    }

    #[test]
    fn a_masked_id_is_another_name_of_the_one_that_is_known() {
        let mut ids = Ids::default();
        ids.unmask(A);
        assert!(ids.agree(A, A, true));
        assert_eq!(ids.translate(MASK), A);
        assert!(ids.agree(MASK, A, true) && !ids.agree(MASK, X, true));
    }

    #[test]
    fn a_name_that_was_said_is_no_name_of_the_platform() {
        let mut ids = Ids::default();
        ids.say("mine");
        assert!(!ids.agree_on_name("mine", "theirs", true));
        assert!(ids.agree_on_name("pn-quirky", "pn-brave", true));
        assert_eq!(ids.translate("pn-quirky"), "pn-brave");
    }
}
