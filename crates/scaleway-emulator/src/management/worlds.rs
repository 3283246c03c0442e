//! Worlds put aside and taken back.

use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use super::read;
use crate::kernel::Kernel;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::seed;

/// How many worlds are kept in memory.
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default = "nameless")]
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    path: String,
    body: Value,
}

fn nameless() -> String {
    "default".into()
}

pub(super) fn reset(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    kernel.reset()?;
    Ok(Reply::empty())
}

/// The names, and how many records each has.
pub(super) fn list(kernel: &mut Kernel, _: &Parts, _: &[u8]) -> Answer {
    let snapshots = kernel.snapshots.iter().map(
        |(name, world)| json!({"name": name, "at": world.now(), "records": world.store.everything().count()}),
    );
    Ok(Reply::ok(json!({"snapshots": snapshots.collect::<Vec<Value>>()})))
}

/// Takes the place of one of the same name.
pub(super) fn snapshot(kernel: &mut Kernel, parts: &Parts, body: &[u8]) -> Answer {
    let Named { name } = read(body)?;
    if kernel.snapshots.len() >= MOST && !kernel.snapshots.contains_key(&name) {
        let help = format!("is {name:?}, but {MOST} worlds are kept already: use one of their names again");
        return Err(Refusal::constraint("name", help));
    }
    let world = kernel.world.put_aside();
    kernel.snapshots.insert(name, world);
    list(kernel, parts, &[])
}

/// Everything exists as it did then; the time does not go back, and what was due since has happened.
pub(super) fn restore(kernel: &mut Kernel, _: &Parts, body: &[u8]) -> Answer {
    let Named { name } = read(body)?;
    let Some(world) = kernel.snapshots.get(&name) else {
        let known = kernel.snapshots.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let help = format!("is {name:?}, but no world is kept under that name; kept are: {known}");
        return Err(Refusal::constraint("name", help));
    };
    kernel.world.take_over(world).map_err(|error| Refusal::internal(&error.to_string()))?;
    Ok(Reply::empty())
}

/// Answers the kind of what is there now.
pub(super) fn seed(kernel: &mut Kernel, _: &Parts, body: &[u8]) -> Answer {
    let Seed { path, body } = read(body)?;
    let kind = seed::seed(&mut kernel.world, &path, body);
    let kind = kind.map_err(|error| Refusal::constraint("path", error.to_string()))?;
    Ok(Reply::ok(json!({ "kind": kind })))
}
