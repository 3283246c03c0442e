//! Faults, listed, injected and cleared.

use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use super::read;
use crate::fault::{Declared, Fault};
use crate::kernel::Kernel;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Several {
    faults: Vec<Declared>,
}

/// What is still to go wrong, and how many requests each fault has met.
pub(super) fn list(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    let faults = kernel.faults.iter().map(|fault| {
        let mut told = serde_json::to_value(Declared::from(fault)).unwrap_or_default();
        told["met"] = fault.met().into();
        told
    });
    Ok(Reply::ok(json!({"faults": faults.collect::<Vec<_>>()})))
}

/// All of them, or none where one is wrong.
pub(super) fn inject(kernel: &mut Kernel, parts: &Parts, body: &[u8]) -> Answer {
    let are_several = serde_json::from_slice::<Value>(body).is_ok_and(|body| body.get("faults").is_some());
    let declared = if are_several { read::<Several>(body)?.faults } else { vec![read(body)?] };
    let faults = declared.into_iter().enumerate().map(|(n, declared)| {
        Fault::try_from(declared).map_err(|wrong| {
            let field = if are_several { format!("faults[{n}].{}", wrong.field) } else { wrong.field.into() };
            Refusal::constraint(&field, wrong.help)
        })
    });
    for fault in faults.collect::<Result<Vec<_>, _>>()? {
        kernel.inject(fault);
    }
    list(kernel, parts, &[])
}

pub(super) fn clear(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    kernel.clear_faults();
    Ok(Reply::empty())
}
