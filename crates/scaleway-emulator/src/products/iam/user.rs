//! Users: the organisation's owner and its members.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, object, text, texts};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{group, log, policy, shared};

pub(crate) const KIND: Kind = Kind { collection: "iam.users", resource: "user" };

/// The owner's id.
pub(crate) const OWNER: &str = "00000000-0000-4000-8000-000000000001";

/// Those who are there from the start: the owner, and the members whom the provider's tests take for granted.
const FIRST: [(&str, &str, &str); 4] = [
    (OWNER, "owner", "owner"),
    ("ef29ce05-3f2b-4fa0-a259-d76110850d57", "member-1", "member"),
    ("84d20ae1-9650-419a-ab74-7ab09b6262e0", "member-2", "member"),
    ("88b4dde1-f3d4-478a-a281-784d53399a30", "member-3", "member"),
];

const MEMBER: &[Field] = &[
    text("email").required(),
    flag("send_password_email"),
    flag("send_welcome_email"),
    text("username").required(),
    text("password"),
    text("first_name"),
    text("last_name"),
    text("phone_number"),
    text("locale"),
];

const FIELDS: &[Field] =
    &[text("organization_id"), text("email").or_absent(), texts("tags"), object("member", MEMBER)];

const UPDATE: &[Field] = &[
    texts("tags"),
    text("email"),
    text("first_name"),
    text("last_name"),
    text("phone_number"),
    text("locale"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "users",
    filters: &["organization_id", "mfa", "type"],
    order: &["created_at", "updated_at", "email", "last_login_at", "username"],
};

/// The organisation has users without having asked for them; they come into being when they are first looked for.
pub(super) fn ensure(world: &mut World) {
    if world.store.get(KIND, OWNER).is_some() {
        return;
    }
    let organization = world.settings.organization.clone();
    for (id, name, of) in FIRST {
        // Who was deleted stays deleted: only the owner's absence means that nobody was ever here.
        if world.store.get(KIND, id).is_none() {
            insert(world, &organization, id, of, &format!("{name}@example.com"), name, Body::new());
        }
    }
}

fn insert(
    world: &mut World,
    organization: &str,
    id: &str,
    of: &str,
    email: &str,
    username: &str,
    more: Body,
) {
    let stamp = world.stamp();
    let mut body = body! {
        "id": id,
        "email": email,
        "username": username,
        "first_name": "",
        "last_name": "",
        "phone_number": "",
        "locale": "",
        "created_at": stamp.as_str(),
        "updated_at": stamp.as_str(),
        "organization_id": organization,
        "deletable": of == "member",
        "last_login_at": Value::Null,
        "type": of,
        "status": "activated",
        "mfa": false,
        "two_factor_enabled": false,
        "account_root_user_id": id,
        "tags": Vec::<Value>::new(),
        "locked": false,
    };
    body.extend(more);
    world.store.insert(KIND, id, Record { body, ..Record::default() });
}

/// Invites somebody by e-mail, or makes a member.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    ensure(call.world);
    let mut fields = shared::create(call, FIELDS)?;
    call.must_have_room(KIND, &call.draft("", fields.clone()))?;
    let member = match fields.remove("member") {
        Some(Value::Object(member)) => Some(member),
        _ => None,
    };
    let invited = fields.get("email").and_then(Value::as_str).filter(|email| !email.is_empty());
    let (email, username, mut more) = match (invited, member) {
        (Some(email), None) => (email.to_owned(), email.to_owned(), body! {"status": "invitation_pending"}),
        (None, Some(mut member)) => {
            let mut take = |field: &str| match member.remove(field) {
                Some(Value::String(text)) => text,
                _ => String::new(),
            };
            let (email, username) = (take("email"), take("username"));
            check_password(&take("password"), true)?;
            member.retain(|field, _| !field.starts_with("send_"));
            (email, username, member)
        }
        _ => return Err(Refusal::constraint("email", "exactly one of email and member must be said")),
    };
    let organization = fields.remove("organization_id").unwrap_or_default();
    let organization = organization.as_str().unwrap_or_default().to_owned();
    let is_taken = |(_, other): &(&str, &Record)| {
        other.text("organization_id") == organization
            && (other.text("email") == email || other.text("username") == username)
    };
    if let Some((taken, _)) = call.world.store.all(KIND).find(is_taken) {
        return Err(Refusal::already_exists(KIND, taken, "another user has the e-mail address or the name"));
    }
    more.insert("tags".into(), fields.remove("tags").unwrap_or_else(|| Value::Array(Vec::new())));
    let id = call.world.new_id(KIND)?;
    insert(call.world, &organization, &id, "member", &email, &username, more);
    log::note(call, "created", KIND, &id)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    ensure(call.world);
    LISTING.answer_with(
        call,
        |user| shared::is_one_of(call, "user_ids", user.text("id")) && shared::is_tagged(call, user),
        |user| user.body.clone(),
    )
}

/// The user of the path.
pub(super) fn target(call: &mut Call<'_>) -> Result<(String, Record), Refusal> {
    ensure(call.world);
    call.target(KIND, "user_id")
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, user) = target(call)?;
    Ok(Reply::resource(user.body))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, user) = target(call)?;
    let patch = schema::update(UPDATE, &call.body, &user.body)?;
    shared::must_have_few_tags(&patch)?;
    changed(call, &id, patch)
}

/// Lays `patch` over a user, and answers it.
pub(super) fn changed(call: &mut Call<'_>, id: &str, patch: Body) -> Answer {
    call.change(KIND, id, patch);
    log::note(call, "updated", KIND, id)?;
    Ok(Reply::resource(call.view(KIND, id)))
}

/// The owner stays.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, user) = target(call)?;
    if user.text("type") == "owner" {
        return Err(Refusal::precondition_failed("resource_not_usable", "the owner cannot be deleted"));
    }
    call.world.store.remove(KIND, &id);
    group::forget_member(call.world, "user_ids", &id);
    policy::forget_principal(call.world, "user_id", &id);
    log::note(call, "deleted", KIND, &id)?;
    Ok(Reply::empty())
}

pub(super) fn update_username(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    let patch = schema::create(&[text("username").required()], &call.body)?;
    changed(call, &id, patch)
}

/// A password is checked and forgotten: nobody signs in here.
pub(super) fn update_password(call: &mut Call<'_>) -> Answer {
    let (id, _) = target(call)?;
    check_password(call.text("password"), false)?;
    changed(call, &id, Body::new())
}

fn check_password(password: &str, may_lack: bool) -> Result<(), Refusal> {
    let has = |is: fn(char) -> bool| password.chars().any(is);
    let is_strong = (8..=72).contains(&password.chars().count())
        && has(|c| c.is_ascii_digit())
        && has(char::is_lowercase)
        && has(char::is_uppercase)
        && has(|c| !c.is_alphanumeric());
    if is_strong || (may_lack && password.is_empty()) {
        return Ok(());
    }
    let help =
        "must have 8 to 72 characters with a digit, a lower and an upper case letter and a special one";
    Err(Refusal::invalid_arguments(&[Problem::constraint("password", help)]))
}

pub(super) fn lock(call: &mut Call<'_>) -> Answer {
    set_locked(call, true)
}

pub(super) fn unlock(call: &mut Call<'_>) -> Answer {
    set_locked(call, false)
}

fn set_locked(call: &mut Call<'_>, locked: bool) -> Answer {
    let (id, user) = target(call)?;
    if user.text("type") == "owner" && locked {
        return Err(Refusal::precondition_failed("resource_not_usable", "the owner cannot be locked"));
    }
    changed(call, &id, body! {"locked": locked})
}
