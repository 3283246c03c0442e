//! Values for what the platform itself hands them to: jobs.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

use crate::store::Record;
use crate::world::World;

use super::{secret, version};

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sealed {
    Unknown,
    Disabled,
}

/// The value of a version of a secret: a number, `latest` or `latest_enabled`.
pub(crate) fn reveal(
    world: &World,
    region: &str,
    secret_id: &str,
    revision: &str,
) -> Result<Vec<u8>, Sealed> {
    let secret = world.store.get(secret::KIND, secret_id).filter(|secret| secret.region == region);
    let secret = secret.ok_or(Sealed::Unknown)?;
    if secret::is_scheduled(secret) {
        return Err(Sealed::Unknown);
    }
    let version = find(world, secret_id, revision).ok_or(Sealed::Unknown)?;
    match version.status() {
        "enabled" => {}
        "disabled" => return Err(Sealed::Disabled),
        _ => return Err(Sealed::Unknown),
    }
    let data = version.hidden.get("data").and_then(Value::as_str).unwrap_or_default();
    BASE64_STANDARD.decode(data).map_err(|_| Sealed::Unknown)
}

fn find<'w>(world: &'w World, secret_id: &str, revision: &str) -> Option<&'w Record> {
    if !revision.starts_with("latest") {
        return world.store.get(version::KIND, &version::key_of(secret_id, revision));
    }
    let keys = world.store.children(secret::KIND, secret_id, version::KIND);
    let versions = keys.iter().filter_map(|key| world.store.get(version::KIND, key));
    versions
        .filter(|version| revision != "latest_enabled" || version.status() == "enabled")
        .max_by_key(|version| version.order)
}
