//! What older schemas wrote, as this program would have written it.
//!
//! | schema | since |
//! |---|---|
//! | 1 | the first |
//! | 2 | a note says who by a whole holder, not by `user@host`; keys can change, those who wait have a place, calls and moves are told |

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::envelope::{Opened, SCHEMA};

/// What an object holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Record,
    /// A snapshot, or another whole state.
    Folded,
}

/// Reads a payload of any schema up to the present one.
pub(super) fn read<T: DeserializeOwned>(opened: &Opened, holds: Holds) -> Result<T, serde_json::Error> {
    if opened.schema == SCHEMA {
        // That it is UTF-8 is looked at once for the whole, not for each text in it.
        return match std::str::from_utf8(&opened.payload) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(&opened.payload),
        };
    }
    let mut value: Value = serde_json::from_slice(&opened.payload)?;
    if opened.schema < 2 && holds == Holds::Record {
        notes_name_their_holder(&mut value);
    }
    serde_json::from_value(value)
}

/// From 1 to 2.
fn notes_name_their_holder(record: &mut Value) {
    let entries = record.get_mut("entries").and_then(Value::as_array_mut).into_iter().flatten();
    for note in entries.filter_map(|entry| entry.get_mut("note")?.as_object_mut()) {
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let (who, command) = (text(note.remove("who")), text(note.remove("command")));
        let who = who.unwrap_or_default();
        let (user, host) = who.split_once('@').unwrap_or((&who, "unknown"));
        let by = json!({"user": user, "host": host, "pid": 0, "command": command.unwrap_or_default()});
        note.insert("by".to_owned(), by);
    }
}
