//! Images: what was pushed under one name of a namespace.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{lost, namespace, protocol, tag};

pub(super) const KIND: Kind = Kind { collection: "registry.images", resource: "image" };

const FIELDS: &[Field] = &[choice("visibility", &["inherit", "public", "private"])];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "images",
    filters: &["namespace_id", "name", "project_id", "organization_id"],
    order: &["created_at", "name"],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, image) = target(call)?;
    Ok(Reply::resource(image.body))
}

/// The SDKs say "unknown" as `visibility_unknown`.
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, image) = target(call)?;
    if call.text("visibility") == "visibility_unknown" {
        call.body.remove("visibility");
    }
    let patch = schema::update(FIELDS, &call.body, &image.body)?;
    call.change(KIND, &id, patch);
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// It is seen to be deleted for some seconds, and its namespace counts it until then (recorded).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    call.change(KIND, &id, body! {"status": "deleting"});
    call.world.wake_after(KIND, &id, call.until_ready());
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    call.target(KIND, "image_id").map_err(|_| lost("Image"))
}

/// Takes the image and all that was pushed of it away.
pub(super) fn remove(world: &mut World, id: &str) {
    let Some(image) = world.store.get(KIND, id) else { return };
    let (namespace, name) = (image.text("namespace_id").to_owned(), image.text("name").to_owned());
    world.store.remove(KIND, id);
    protocol::forget(world, &namespace, &name);
    namespace::recount(world, &namespace);
}

/// The image of that name in a namespace.
pub(super) fn named<'w>(world: &'w World, namespace: &str, name: &str) -> Option<(String, &'w Record)> {
    let ids = world.store.children(namespace::KIND, namespace, KIND);
    let mut images = ids.into_iter().filter_map(|id| world.store.get(KIND, &id).map(|image| (id, image)));
    images.find(|(_, image)| image.text("name") == name)
}

/// Whether anyone may pull it.
pub(super) fn is_public(image: &Record, namespace: &Record) -> bool {
    match image.text("visibility") {
        "public" => true,
        "private" => false,
        _ => namespace.body.get("is_public") == Some(&Value::Bool(true)),
    }
}

/// Makes the image of that name where it is absent; answers its id.
pub(super) fn ensure(world: &mut World, namespace: &str, name: &str) -> Result<String, Refusal> {
    if let Some((id, _)) = named(world, namespace, name) {
        return Ok(id);
    }
    let (region, project) = world
        .store
        .get(namespace::KIND, namespace)
        .map(|record| (record.region.clone(), record.project.clone()))
        .ok_or_else(|| lost("Namespace"))?;
    let id = world.new_id(KIND)?;
    let body: Body = body! {
        "id": id.as_str(),
        "name": name,
        "namespace_id": namespace,
        "status": "ready",
        "status_message": "",
        "visibility": "inherit",
        "size": 0,
        "tags": json!([]),
        "created_at": world.stamp(),
        "updated_at": world.stamp(),
    };
    let parent = Some((namespace::KIND.collection.into(), namespace.into()));
    world.store.insert(KIND, &id, Record { region, project, parent, body, ..Record::default() });
    Ok(id)
}

/// Tells the image's tags and size anew, and its namespace's.
pub(super) fn recount(world: &mut World, id: &str, size: Option<u64>) {
    let mut tags: Vec<(u64, String)> = world
        .store
        .children(KIND, id, tag::KIND)
        .iter()
        .filter_map(|tag| world.store.get(tag::KIND, tag))
        .filter(|tag| tag.status() != "deleting")
        .map(|tag| (tag.order, tag.text("name").to_owned()))
        .collect();
    tags.sort();
    let tags: Vec<Value> = tags.into_iter().map(|(_, name)| name.into()).collect();
    let mut patch: Body = body! {"tags": tags};
    if let Some(size) = size {
        patch.insert("size".into(), size.into());
    }
    world.lay(KIND, id, patch);
    let namespace = world.store.get(KIND, id).map(|image| image.text("namespace_id").to_owned());
    if let Some(namespace) = namespace {
        namespace::recount(world, &namespace);
    }
}
