//! What a plan says of what it does, and of what a person must decide, in sentences.

use serde_json::Value;

use super::{Cause, FieldChange};
use crate::address::Address;
use crate::kinds::{KindName, Owner, Seen};
use crate::model::{Phase, Tracked};

/// Why something is made that is remembered.
pub(super) fn missing(tracked: &Tracked, has_new_home: bool) -> &'static str {
    match tracked.phase {
        Phase::Creating => "an earlier run was about to make it",
        Phase::Deleting => "it was deleted and is wanted again",
        _ if has_new_home => "an earlier run has made anew what it lives in",
        _ => "it has been deleted outside of this tool",
    }
}

/// What exists under its name, and cannot be taken for it.
pub(super) fn foreign(address: &Address, seen: &Seen) -> String {
    let (label, key, id) = (address.kind.label(), &seen.key, &seen.id);
    let sign = match address.kind.profile().owner {
        Owner::Tag => "it does not bear this environment's tags",
        Owner::Name => "this state does not remember making it",
        Owner::Parent | Owner::Singleton => "it belongs to something else",
    };
    let forgotten =
        if address.kind.profile().owner == Owner::Name { back(address.kind) } else { String::new() };
    format!(
        "{address}: a {label} {key:?} exists already (id {id}) and is not ours: {sign}. Rename ours in the definition, or delete that one{forgotten}"
    )
}

/// How something is had back that nothing in the cloud says is ours, where that is found to exist.
fn back(kind: KindName) -> String {
    let lost = if kind.profile().holds_data { ", where deleting it would lose its data" } else { "" };
    format!(
        ". If this state made it and forgot it, `manage_state restore VERSION` (of `manage_state history`) brings it back{lost}"
    )
}

/// What the next plan makes of a resource of the kind that exists and is not tracked any more, where the definition asks for
/// it: a sentence.
pub fn after_forgetting(kind: KindName) -> &'static str {
    match (kind.profile().owner, kind) {
        (Owner::Tag, _) => "is adopted again if the definition asks for it, by its tags",
        (Owner::Parent, _) => "is adopted again if the definition asks for it and what it is in is ours",
        (Owner::Singleton, _) => "is adopted again if the definition asks for it",
        (Owner::Name, KindName::CockpitToken) => {
            "is adopted again only while one of our secrets keeps its value; else a plan that asks for it is refused, for nothing says that it is ours"
        }
        (Owner::Name, _) => {
            "is not adopted again: nothing in the cloud says that it is ours, and a plan that asks for it is refused"
        }
    }
}

/// The API would refuse to delete it, half-way through everything else.
pub(super) fn guarded(address: &Address, seen: &Seen) -> Option<String> {
    let guard = address.kind.profile().guard?;
    (seen.attributes.get(guard) == Some(&Value::Bool(true))).then(|| {
        format!("{address} cannot be deleted while it is {guard}: write `{guard} = false` for it in the definition and apply that first")
    })
}

/// Who makes which differences.
pub(super) fn reason(fields: &[FieldChange]) -> String {
    let names = |cause: Cause| {
        fields
            .iter()
            .filter(|field| field.cause == cause)
            .map(|field| field.name.as_str())
            .collect::<Vec<_>>()
    };
    let part = |cause, text: &str| {
        let names = names(cause);
        (!names.is_empty()).then(|| format!("{text} {}", names.join(", ")))
    };
    let parts = [
        part(Cause::Definition, "the definition changes"),
        part(Cause::Drift, "somebody has changed"),
        part(Cause::Unfinished, "an earlier run did not finish"),
        part(Cause::Reference, "what it refers to changes:"),
        part(Cause::Broken, "it cannot be used:"),
        part(Cause::Asked, "asked for:"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
