//! What a project is for, as its owner says.

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, any, choice, object};
use crate::world::PROJECT;

const ARCHITECTURES: &[&str] = &[
    "object_storage",
    "web_hosting",
    "instance",
    "elastic",
    "kubernetes",
    "serverless",
    "dedicated_server",
    "other_architecture_type",
];

/// At most one of these is said.
const USE_CASES: [&str; 9] = [
    "host_website",
    "host_application",
    "deploy_software",
    "set_scaleway_environment",
    "ai_machine",
    "container",
    "archive_data",
    "share_data",
    "other_use_case",
];

const FIELDS: &[Field] = &[object(
    "qualification",
    &[
        choice("architecture_type", ARCHITECTURES).or_text("unknown_architecture_type"),
        any("host_website"),
        any("host_application"),
        any("deploy_software"),
        any("set_scaleway_environment"),
        any("ai_machine"),
        any("container"),
        any("archive_data"),
        any("share_data"),
        any("other_use_case"),
    ],
)
.required()];

pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(PROJECT, "project_id")?;
    let mut request = schema::create(FIELDS, &call.body)?;
    let qualification = request.remove("qualification").unwrap_or_default();
    let said =
        USE_CASES.iter().filter(|case| qualification.get(**case).is_some_and(Value::is_object)).count();
    if said > 1 {
        let help = format!("must say at most one of {}", USE_CASES.join(", "));
        return Err(Refusal::constraint("qualification", help));
    }
    if let Some(project) = call.world.store.get_mut(PROJECT, &id) {
        project.body.insert("qualification".into(), qualification.clone());
    }
    Ok(Reply::ok(json!({"project_id": id, "qualification": qualification})))
}
