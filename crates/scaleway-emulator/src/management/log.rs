//! The request log.

use http::request::Parts;
use serde_json::{Map, json};

use crate::kernel::Kernel;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::requests::{RequestEntry, Requests};

pub(super) fn list(kernel: &mut Kernel, parts: &Parts, _: &[u8]) -> Answer {
    let requests = &kernel.requests;
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let mut last = usize::MAX;
    for (name, value) in query {
        last = match (&*name, value.parse()) {
            ("last", Ok(last)) => last,
            ("last", Err(_)) => {
                return Err(Refusal::constraint("last", format!("must be a whole number, is {value:?}")));
            }
            (name, _) => return Err(Refusal::constraint(name, "is not known here: there is last=N")),
        };
    }
    let by_operation: Map<_, _> = requests.by_operation().map(|(name, n)| (name, n.into())).collect();
    let mut recent: Vec<&RequestEntry> = requests.recent().rev().take(last).collect();
    recent.reverse();
    Ok(Reply::ok(json!({"total": requests.total(), "by_operation": by_operation, "recent": recent})))
}

pub(super) fn clear(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    kernel.requests = Requests::default();
    Ok(Reply::empty())
}
