//! What differs between a resource as it is and as it shall be.

use scaleway_core::Size;
use serde_json::Value;

use super::found::is_another;
use super::{Cause, FieldChange};
use crate::address::Address;
use crate::input;
use crate::kinds::{Behaviour, KindName, Seen};
use crate::model::{Attributes, Phase, Tracked};

/// What differs, and what must happen for it to differ no more.
#[derive(Debug, Default)]
pub(super) struct Difference {
    /// Attributes that an update changes.
    pub(super) in_place: Vec<FieldChange>,
    /// Attributes that only a replacement changes.
    pub(super) by_replacement: Vec<FieldChange>,
    /// Attributes that cannot be changed so at all, each a sentence.
    pub(super) impossible: Vec<String>,
}

/// What differs between what was seen and what it shall be; `moved` are attributes in which only what they refer to does.
pub(super) fn difference(
    address: &Address,
    spec: &Attributes,
    seen: &Seen,
    tracked: Option<&Tracked>,
    moved: &[String],
) -> Difference {
    let kind = address.kind;
    let (mut difference, mut backwards) = (Difference::default(), Vec::new());
    // What was never seen ready may only not have come so far.
    let was_ready = tracked.is_some_and(|tracked| tracked.phase == Phase::Ready);
    // Of another than the one that we remember nothing is known but what can be read.
    let remembered = tracked.filter(|tracked| !is_another(kind, tracked, seen));
    for (name, desired) in spec {
        let before = tracked.and_then(|tracked| tracked.spec.get(name));
        // What the last run was about to write and cannot be read back may or may not have been written.
        let vouched = remembered.filter(|tracked| !tracked.is_in_doubt(name));
        let written = vouched.and_then(|tracked| tracked.spec.get(name));
        let current = seen.attributes.get(name).or(written);
        let rewritten = was_rewritten(kind, name, seen, remembered);
        let behaviour = kind.profile().behaviour(name);
        // What is not known and no update would write.
        if current.is_none() && matches!(behaviour, Behaviour::Fixed | Behaviour::Unsent) {
            continue;
        }
        if !rewritten && current.is_some_and(|current| kind.same(name, desired, current, written)) {
            continue;
        }
        let cause = if input::is_unresolved(desired) {
            Cause::Reference
        } else if rewritten || (was_ready && current.is_some() && before == Some(desired)) {
            Cause::Drift
        } else if before == Some(desired) {
            Cause::Unfinished
        } else if moved.contains(name) {
            Cause::Reference
        } else {
            Cause::Definition
        };
        let current = current.map(|current| kind.named(name, desired, current)).unwrap_or_default();
        let field = FieldChange { name: name.clone(), from: current.clone(), to: desired.clone(), cause };
        match behaviour {
            Behaviour::Replace => difference.by_replacement.push(field),
            Behaviour::Attached if input::is_unresolved(desired) && !current.is_null() => {
                difference.by_replacement.push(field);
            }
            Behaviour::Fixed => backwards.push((field, format!(
                "{address}: {name} cannot be changed: it is {current} and cannot become {desired}. Keep {current}"
            ))),
            Behaviour::GrowOnly if less(desired, &current) => backwards.push((field, format!(
                "{address}: {name} can only grow: it is {0} and cannot become {1}. Keep {0}, or move the data into a new, smaller one by hand",
                size(&current), size(desired)
            ))),
            Behaviour::OneWay if current == Value::Bool(true) => backwards.push((field, format!(
                "{address}: {name} cannot be switched off once it is on. Keep it, or move the data into a new one by hand"
            ))),
            Behaviour::InPlace | Behaviour::Attached | Behaviour::GrowOnly | Behaviour::OneWay | Behaviour::Unsent => difference.in_place.push(field),
        }
    }
    for name in kind.profile().never_unset.iter().filter(|name| !spec.contains_key(**name)) {
        let Some(before) = remembered.and_then(|tracked| tracked.spec.get(*name)) else { continue };
        difference.by_replacement.push(FieldChange {
            name: (*name).to_owned(),
            from: before.clone(),
            to: Value::Null,
            cause: Cause::Definition,
        });
    }
    // What is made anew anyway is made as it shall be.
    let replaced = !difference.by_replacement.is_empty();
    for (field, problem) in backwards {
        if replaced {
            difference.by_replacement.push(field);
        } else {
            difference.impossible.push(problem);
        }
    }
    difference
}

/// Whether somebody else has written what the API does not give back: its witness has changed since our last write.
fn was_rewritten(kind: KindName, attribute: &str, seen: &Seen, tracked: Option<&Tracked>) -> bool {
    let Some((witness, _)) = kind.profile().witness.filter(|(_, witnessed)| *witnessed == attribute) else {
        return false;
    };
    // An update that was not to write it has left the witness of our last write as it was.
    let vouches = |tracked: &&Tracked| {
        matches!(tracked.phase, Phase::Ready | Phase::Updating) && !tracked.is_in_doubt(attribute)
    };
    let Some(tracked) = tracked.filter(vouches) else { return false };
    tracked.outputs.get(witness).is_some_and(|then| seen.outputs.get(witness) != Some(then))
}

fn less(a: &Value, b: &Value) -> bool {
    a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a < b)
}

/// A size as people write it: what can only grow is one.
fn size(bytes: &Value) -> String {
    bytes.as_u64().map_or_else(|| bytes.to_string(), |bytes| Size::bytes(bytes).to_string())
}

/// Whether what others may refer to has moved without our doing. A witness is for ourselves only.
pub(super) fn outputs_moved(kind: KindName, seen: &Seen, tracked: &Tracked) -> bool {
    let witness = kind.profile().witness.map(|(witness, _)| witness);
    seen.outputs
        .iter()
        .any(|(name, value)| Some(name.as_str()) != witness && tracked.outputs.get(name) != Some(value))
}
