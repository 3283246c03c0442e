//! What the platform offers to jobs, and how much of it.

use serde_json::{Value, json};

use crate::call::Call;
use crate::quota;
use crate::reply::{Answer, Reply};

use super::secret;

/// CPU in thousandths with the memory, in MB, that the console offers beside it.
const PAIRS: [(u64, u64); 11] = [
    (70, 128),
    (140, 256),
    (280, 512),
    (560, 1_024),
    (1_120, 2_048),
    (1_680, 3_072),
    (2_240, 4_096),
    (3_000, 6_144),
    (4_000, 8_192),
    (5_000, 12_288),
    (6_000, 16_384),
];

#[expect(clippy::unnecessary_wraps, reason = "all handlers have one signature")]
pub(super) fn resources(_: &mut Call<'_>) -> Answer {
    let pair = |(cpu, megabytes): &(u64, u64)| json!({"compute_limit_mvcpu": cpu, "memory_limit_bytes": megabytes * 1_000_000});
    let pairs: Vec<Value> = PAIRS.iter().map(pair).collect();
    Ok(Reply::ok(json!({ "resources": pairs })))
}

#[expect(clippy::unnecessary_wraps, reason = "all handlers have one signature")]
pub(super) fn limits(call: &mut Call<'_>) -> Answer {
    let secrets = quota::limit(call.world, secret::KIND.collection);
    Ok(Reply::ok(json!({ "secrets_per_job_definition": secrets })))
}
