//! Projects. One that nobody made, but that a request named, was remembered by the world.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::quota;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text};
use crate::store::{Body, Record};
use crate::world::{PROJECT, World};

/// What must be gone before a project is; what a project has without having asked for it goes with it.
const KEEPS_IT: [&str; 7] = [
    "containers.namespaces",
    "jobs.definitions",
    "object-storage.buckets",
    "rdb.instances",
    "secret-manager.secrets",
    "vpc.private_networks",
    "vpc.vpcs",
];

const FIELDS: &[Field] = &[
    text("name").length(1, 64).required(),
    text("organization_id").fixed(),
    text("description").length(0, 200),
];

const LISTING: Listing = Listing {
    kind: PROJECT,
    items: "projects",
    filters: &["organization_id"],
    order: &["created_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    if fields.get("organization_id").is_none_or(|id| id == "") {
        fields.insert("organization_id".into(), call.world.settings.organization.clone().into());
    }
    must_have_free_name(call, "", &fields)?;
    let organization = fields.get("organization_id").and_then(Value::as_str).unwrap_or_default();
    let held = call.world.store.all(PROJECT).filter(|(id, project)| {
        // Those that were only ever named are nobody's wish.
        project.text("organization_id") == organization && project.text("name") != *id
    });
    let held = held.count();
    quota::admit(call.world, PROJECT.collection, "project", held as u64, 1)?;
    let id = call.world.new_id(PROJECT)?;
    fields.extend(body! {"qualification": Value::Null, "status": "active"});
    let draft = call.draft(&id, fields);
    insert(call, &id, draft);
    // Recorded: the qualification is null in this answer, and unknown in all others.
    Ok(Reply::resource(call.view(PROJECT, &id)))
}

fn insert(call: &mut Call<'_>, id: &str, mut project: Record) {
    let stamp = call.world.stamp();
    project.body.extend(body! {"id": id, "created_at": stamp.as_str(), "updated_at": stamp.as_str()});
    call.world.store.insert(PROJECT, id, project);
}

fn must_have_free_name(call: &Call<'_>, id: &str, fields: &Body) -> Result<(), Refusal> {
    let same = |project: &Record, field: &str| project.body.get(field) == fields.get(field);
    let taken =
        call.world.store.all(PROJECT).find(|(other, project)| {
            *other != id && same(project, "organization_id") && same(project, "name")
        });
    match taken {
        Some((taken, project)) => {
            let help = format!("name {:?} is already used by another project", project.text("name"));
            Err(Refusal::already_exists(PROJECT, taken, &help))
        }
        None => Ok(()),
    }
}

fn view(project: &Record) -> Body {
    let mut view = project.body.clone();
    if view.get("qualification").is_none_or(Value::is_null) {
        view.insert("qualification".into(), json!({"architecture_type": "unknown_architecture_type"}));
    }
    view.entry("status").or_insert_with(|| "active".into());
    view
}

fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call.find(PROJECT, id)?)))
}

/// An organisation that is asked about has its first project.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    if let Some(organization) = call.query("organization_id").filter(|id| !id.is_empty()) {
        let organization = organization.to_owned();
        call.world.ensure_organization(&organization);
    }
    let name = call.query("name").unwrap_or_default();
    let wanted: Vec<&str> = call.query_all("project_ids").filter(|id| !id.is_empty()).collect();
    LISTING.answer_with(
        call,
        |project| {
            project.text("name").contains(name) && (wanted.is_empty() || wanted.contains(&project.text("id")))
        },
        view,
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    answer(call, call.param("project_id"))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, project) = call.target(PROJECT, "project_id")?;
    let patch = schema::update(FIELDS, &call.body, &project.body)?;
    let mut renamed = project.body;
    renamed.extend(patch.clone());
    must_have_free_name(call, &id, &renamed)?;
    call.change(PROJECT, &id, patch);
    answer(call, &id)
}

fn must_not_be_first(project: &Record) -> Result<(), Refusal> {
    if project.text("id") == project.text("organization_id") {
        let help = "the organization's first project cannot be deleted";
        return Err(Refusal::precondition_failed("unknown_precondition", help));
    }
    Ok(())
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, project) = call.target(PROJECT, "project_id")?;
    must_not_be_first(&project)?;
    let kept = call.world.store.everything().find(|(collection, _, record)| {
        record.project == id && KEEPS_IT.contains(collection) && !goes_by_itself(record)
    });
    if let Some((collection, resource, _)) = kept {
        let help = format!("the project must be empty to be deleted: it has {resource} of {collection}");
        return Err(Refusal::precondition_failed("resource_still_in_use", &help));
    }
    remove_resources(call.world, &id);
    call.world.store.remove(PROJECT, &id);
    Ok(Reply::empty())
}

/// A secret whose deletion was asked for, a default VPC.
fn goes_by_itself(record: &Record) -> bool {
    record.body.get("deletion_requested_at").is_some_and(Value::is_string)
        || record.body.get("is_default") == Some(&true.into())
}

fn remove_resources(world: &mut World, project: &str) {
    let all = world.store.everything();
    let its =
        all.filter(|(collection, _, record)| record.project == project && *collection != PROJECT.collection);
    let its: Vec<(String, String)> = its.map(|(of, id, _)| (of.to_owned(), id.to_owned())).collect();
    for (collection, id) in its {
        world.store.remove_from(&collection, &id);
    }
}

/// All that is in the project goes at once, the project itself when the time for that is over.
pub(super) fn delete_with_resources(call: &mut Call<'_>) -> Answer {
    let (id, project) = call.target(PROJECT, "project_id")?;
    must_not_be_first(&project)?;
    if call.query("project_name").is_none_or(|name| name != project.text("name")) {
        let problem = Problem::constraint("project_name", "must be the project's name, as a confirmation");
        return Err(Refusal::invalid_arguments(&[problem]));
    }
    remove_resources(call.world, &id);
    call.delete_in_time(PROJECT, &id);
    answer(call, &id)
}
