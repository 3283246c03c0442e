//! What a plan says of what it does, and of what a person must decide, in sentences.

use serde_json::Value;

use super::{Cause, FieldChange};
use crate::address::Address;
use crate::kinds::{Owner, Seen};
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
    format!(
        "{address}: a {label} {key:?} exists already (id {id}) and is not ours: {sign}. Rename ours in the definition, or delete that one"
    )
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
