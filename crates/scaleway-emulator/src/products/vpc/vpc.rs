//! VPCs.

use crate::call::{Call, body};
use crate::page::{ANY_TAG, Listing};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::{PROJECT, World};

use super::{connector, private_network};

pub(super) const KIND: Kind = Kind { collection: "vpc.vpcs", resource: "vpc" };

/// Recorded: traffic is routed in every new VPC, and custom routes propagated, whatever `enable_routing` says.
const FIELDS: &[Field] = &[
    text("project_id").required().fixed(),
    text("name").required(),
    texts("tags"),
    flag("enable_routing").fixed(),
    flag("enable_transitivity").fixed(),
];

/// Since when custom routes are propagated in every new VPC (recorded); before, only once that was asked for.
const PROPAGATION: &str = "2025-07-08";

const LISTING: Listing = Listing {
    kind: KIND,
    items: "vpcs",
    filters: &[
        "project_id",
        "organization_id",
        ANY_TAG,
        "is_default",
        "routing_enabled",
        "s3_integration_enabled",
    ],
    order: &["created_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    fields.remove("enable_routing");
    let transitivity = fields.remove("enable_transitivity").unwrap_or_default();
    let project = call.text("project_id").to_owned();
    fields.extend(body! {"is_default": false, "transitivity_enabled": transitivity});
    let id = make(call, &project, fields)?;
    answer(call, &id)
}

fn make(call: &mut Call<'_>, project: &str, mut fields: Body) -> Result<String, Refusal> {
    fields.extend(body! {
        "organization_id": call.world.organization_of(project),
        "region": call.region(),
        "routing_enabled": true,
        "custom_routes_propagation_enabled": !call.world.is_before(PROPAGATION),
        "s3_integration_enabled": false,
    });
    let draft = call.draft(project, fields);
    call.create(KIND, draft)
}

/// The VPC that the project has in the request's region without having asked for it.
pub(super) fn default_of(call: &mut Call<'_>, project: &str) -> Result<String, Refusal> {
    let is_it = |vpc: &Record| {
        vpc.project == project
            && vpc.region == call.region()
            && vpc.body.get("is_default") == Some(&true.into())
    };
    if let Some((id, _)) = call.world.store.all(KIND).find(|(_, vpc)| is_it(vpc)) {
        return Ok(id.to_owned());
    }
    let fields = body! {
        "name": "default",
        "project_id": project,
        "tags": vec!["default"],
        "is_default": true,
        "transitivity_enabled": false,
    };
    make(call, project, fields)
}

/// Default VPCs come into being when they are first looked for.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let mut projects: Vec<String> = call.query_all("project_id").map(str::to_owned).collect();
    projects.retain(|id| !id.is_empty());
    if projects.is_empty() {
        projects.extend(call.world.store.all(PROJECT).map(|(id, _)| id.to_owned()));
        // The organisation's first project has its id.
        projects.push(call.world.settings.organization.clone());
    }
    for project in projects {
        default_of(call, &project)?;
    }
    let name = call.query("name").unwrap_or_default();
    LISTING.answer_with(call, |vpc| vpc.text("name").contains(name), |vpc| view(call.world, vpc))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "vpc_id")?;
    answer(call, &id)
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, vpc) = call.target(KIND, "vpc_id")?;
    let patch = schema::update(FIELDS, &call.body, &vpc.body)?;
    call.change(KIND, &id, patch);
    answer(call, &id)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, vpc) = call.target(KIND, "vpc_id")?;
    if vpc.body.get("is_default") == Some(&true.into()) {
        return Err(Refusal::precondition_failed(
            "unknown_precondition",
            "the default VPC cannot be deleted",
        ));
    }
    if !call.world.store.children(KIND, &id, private_network::KIND).is_empty() {
        return Err(Refusal::precondition_failed("resource_still_in_use", "VPC must be empty to be deleted"));
    }
    connector::forget_target(call.world, &id);
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

pub(super) fn enable_routing(call: &mut Call<'_>) -> Answer {
    enable(call, "routing_enabled")
}

pub(super) fn enable_custom_routes_propagation(call: &mut Call<'_>) -> Answer {
    enable(call, "custom_routes_propagation_enabled")
}

/// What is already on stays as it is, `updated_at` included (recorded).
fn enable(call: &mut Call<'_>, field: &'static str) -> Answer {
    let (id, vpc) = call.target(KIND, "vpc_id")?;
    if vpc.body.get(field) != Some(&true.into()) {
        call.change(KIND, &id, Body::from_iter([(field.to_owned(), true.into())]));
    }
    answer(call, &id)
}

pub(super) fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call.world, call.find(KIND, id)?)))
}

/// The number of private networks is counted: it changes without the VPC being updated (recorded).
fn view(world: &World, vpc: &Record) -> Body {
    let mut body = vpc.body.clone();
    let networks = world.store.children(KIND, vpc.text("id"), private_network::KIND).len();
    body.insert("private_network_count".into(), networks.into());
    body
}
