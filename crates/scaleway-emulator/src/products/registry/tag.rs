//! Tags: names that an image's manifests go by.

use http::StatusCode;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{image, lost, off_contract, protocol};

pub(super) const KIND: Kind = Kind { collection: "registry.tags", resource: "tag" };

const LISTING: Listing =
    Listing { kind: KIND, items: "tags", filters: &["name"], order: &["created_at", "name"] };

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let (id, _) = image::target(call)?;
    LISTING.answer_with(call, |tag| tag.text("image_id") == id, |tag| tag.body.clone())
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, tag) = target(call)?;
    Ok(Reply::resource(tag.body))
}

/// Refused where another tag of the image has the same digest, unless it is forced.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, tag) = target(call)?;
    let shared = of(call.world, tag.text("image_id"))
        .any(|(other, record)| other != id && record.text("digest") == tag.text("digest"));
    if shared && call.query("force") != Some("true") {
        let message = "another tag has the same digest: delete with force";
        return Err(off_contract(StatusCode::CONFLICT, message));
    }
    call.change(KIND, &id, body! {"status": "deleting"});
    image::recount(call.world, tag.text("image_id"), None);
    call.world.wake_after(KIND, &id, call.until_ready());
    Ok(Reply::resource(call.view(KIND, &id)))
}

fn target(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    call.target(KIND, "tag_id").map_err(|_| lost("Tag"))
}

/// The tags of an image with their ids.
pub(super) fn of<'w>(world: &'w World, image: &str) -> impl Iterator<Item = (String, &'w Record)> {
    let ids = world.store.children(image::KIND, image, KIND);
    ids.into_iter().filter_map(|id| world.store.get(KIND, &id).map(|tag| (id, tag)))
}

/// The tag of that name which is not on its way out.
pub(super) fn named<'w>(world: &'w World, image: &str, name: &str) -> Option<(String, &'w Record)> {
    of(world, image).find(|(_, tag)| tag.text("name") == name && tag.status() != "deleting")
}

/// Takes the tag away, and what was only known by it.
pub(super) fn remove(world: &mut World, id: &str) {
    let Some(tag) = world.store.get(KIND, id) else { return };
    let (image, digest) = (tag.text("image_id").to_owned(), tag.text("digest").to_owned());
    world.store.remove(KIND, id);
    protocol::let_go(world, &image, &digest);
}

/// Lets the image's tag mean `digest`, whether it was there or not.
pub(super) fn point(world: &mut World, image: &str, name: &str, digest: &str) -> Result<(), Refusal> {
    if let Some((id, _)) = named(world, image, name) {
        world.lay(KIND, &id, body! {"digest": digest});
        return Ok(());
    }
    let found = world.store.get(image::KIND, image).ok_or_else(|| lost("Image"))?;
    let (region, project) = (found.region.clone(), found.project.clone());
    let id = world.new_id(KIND)?;
    let body: Body = body! {
        "id": id.as_str(),
        "name": name,
        "image_id": image,
        "status": "ready",
        "digest": digest,
        "created_at": world.stamp(),
        "updated_at": world.stamp(),
    };
    let parent = Some((image::KIND.collection.into(), image.into()));
    world.store.insert(KIND, &id, Record { region, project, parent, body, ..Record::default() });
    Ok(())
}
