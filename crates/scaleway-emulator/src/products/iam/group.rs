//! Groups of users and applications.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{application, log, policy, shared, user};

pub(super) const KIND: Kind = Kind { collection: "iam.groups", resource: "group" };

const FIELDS: &[Field] = &[
    text("organization_id").fixed(),
    text("name").length(1, 64).required(),
    text("description").length(0, 200),
    texts("tags"),
];

const MEMBERS: &[Field] = &[texts("user_ids"), texts("application_ids")];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "groups",
    filters: &["organization_id"],
    order: &["created_at", "updated_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = shared::create(call, FIELDS)?;
    let nobody = || Value::Array(Vec::new());
    fields.extend(body! {
        "user_ids": nobody(),
        "application_ids": nobody(),
        "editable": true,
        "deletable": true,
        "managed": false,
        // The platform's own two groups, of everybody, are not here.
        "all_users": false,
        "all_applications": false,
    });
    shared::must_have_free_name(call, KIND, "", &fields)?;
    let draft = call.draft("", fields);
    let id = call.create(KIND, draft)?;
    log::note(call, "created", KIND, &id)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Members are read in the order of their ids, whatever order they were written in (recorded).
fn view(group: &Record) -> Body {
    let mut view = group.body.clone();
    for members in ["user_ids", "application_ids"] {
        let sorted: BTreeSet<&str> = shared::texts(&group.body, members).into_iter().collect();
        view.insert(members.into(), sorted.into_iter().map(Value::from).collect());
    }
    view
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let has = |group: &Record, members: &str| {
        let has = shared::texts(&group.body, members);
        call.query_all(members).filter(|id| !id.is_empty()).all(|id| has.contains(&id))
    };
    LISTING.answer_with(
        call,
        |group| {
            shared::is_named(call, "name", group)
                && shared::is_tagged(call, group)
                && shared::is_one_of(call, "group_ids", group.text("id"))
                && has(group, "user_ids")
                && has(group, "application_ids")
        },
        view,
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, group) = call.target(KIND, "group_id")?;
    Ok(Reply::resource(view(&group)))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let id = shared::update(call, KIND, "group_id", FIELDS)?;
    Ok(Reply::resource(view(call.find(KIND, &id)?)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, group) = call.target(KIND, "group_id")?;
    shared::must_be(&group, "deletable")?;
    call.world.store.remove(KIND, &id);
    policy::forget_principal(call.world, "group_id", &id);
    log::note(call, "deleted", KIND, &id)?;
    Ok(Reply::empty())
}

/// Replaces all members. They are answered in the order of the request, and `updated_at` stays (recorded).
pub(super) fn set_members(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "group_id")?;
    let members = schema::create(MEMBERS, &call.body)?;
    for field in ["user_ids", "application_ids"] {
        let mut kept = Vec::new();
        for member in shared::texts(&members, field) {
            must_exist(call, field, member)?;
            if !kept.contains(&member) {
                kept.push(member);
            }
        }
        write(call.world, &id, field, &kept);
    }
    changed(call, &id)
}

pub(super) fn add_member(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "group_id")?;
    let (field, member) = named_member(call)?;
    add(call, &id, field, &member)?;
    changed(call, &id)
}

pub(super) fn add_members(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "group_id")?;
    let members = schema::create(MEMBERS, &call.body)?;
    for field in ["user_ids", "application_ids"] {
        for member in shared::texts(&members, field) {
            must_exist(call, field, member)?;
        }
    }
    for field in ["user_ids", "application_ids"] {
        for member in shared::texts(&members, field) {
            add(call, &id, field, member)?;
        }
    }
    changed(call, &id)
}

/// Who is no member is not found, without a name of the resource (recorded).
pub(super) fn remove_member(call: &mut Call<'_>) -> Answer {
    let (id, group) = call.target(KIND, "group_id")?;
    let (field, member) = named_member(call)?;
    let mut members = shared::texts(&group.body, field);
    if !members.contains(&member.as_str()) {
        return Err(Refusal::unknown("", &member));
    }
    members.retain(|other| *other != member);
    write(call.world, &id, field, &members);
    changed(call, &id)
}

fn changed(call: &mut Call<'_>, id: &str) -> Answer {
    log::note(call, "updated", KIND, id)?;
    Ok(Reply::resource(call.view(KIND, id)))
}

/// The list that the request's member belongs to, and the member.
fn named_member(call: &Call<'_>) -> Result<(&'static str, String), Refusal> {
    match (call.text("user_id"), call.text("application_id")) {
        (user, "") if !user.is_empty() => Ok(("user_ids", user.into())),
        ("", application) if !application.is_empty() => Ok(("application_ids", application.into())),
        _ => Err(Refusal::constraint("user_id", "exactly one of user_id and application_id must be said")),
    }
}

fn must_exist(call: &mut Call<'_>, field: &str, member: &str) -> Result<(), Refusal> {
    if field == "application_ids" {
        return call.find(application::KIND, member).map(|_| ());
    }
    user::ensure(call.world);
    call.find(user::KIND, member).map(|_| ())
}

fn add(call: &mut Call<'_>, id: &str, field: &str, member: &str) -> Result<(), Refusal> {
    must_exist(call, field, member)?;
    let group = call.find(KIND, id)?.body.clone();
    let mut members = shared::texts(&group, field);
    if !members.contains(&member) {
        members.push(member);
        write(call.world, id, field, &members);
    }
    Ok(())
}

fn write(world: &mut World, id: &str, field: &str, members: &[&str]) {
    if let Some(group) = world.store.get_mut(KIND, id) {
        group.body.insert(field.into(), members.to_vec().into());
    }
}

/// Takes who is gone out of all groups.
pub(super) fn forget_member(world: &mut World, field: &str, member: &str) {
    for id in of_member(world, field, member) {
        let group = world.store.get(KIND, &id).map(|group| group.body.clone()).unwrap_or_default();
        let mut members = shared::texts(&group, field);
        members.retain(|other| *other != member);
        write(world, &id, field, &members);
    }
}

/// The groups that somebody is in.
fn of_member(world: &World, field: &str, member: &str) -> Vec<String> {
    let groups =
        world.store.all(KIND).filter(|(_, group)| shared::texts(&group.body, field).contains(&member));
    groups.map(|(id, _)| id.to_owned()).collect()
}

/// The groups that a bearer of keys is in.
pub(crate) fn of_bearer(world: &World, bearer: &str) -> Vec<String> {
    let mut groups = of_member(world, "user_ids", bearer);
    groups.extend(of_member(world, "application_ids", bearer));
    groups
}
