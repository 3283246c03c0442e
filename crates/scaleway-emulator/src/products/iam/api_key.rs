//! API keys of applications and users. The secret is answered once.

use scaleway_core::Timestamp;
use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::quota;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::{application, log, organization, shared, user};

pub(crate) const KIND: Kind = Kind { collection: "iam.api_keys", resource: "access_key" };

/// What the characters of an access key are drawn from (recorded: no I, L, O and U).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const FIELDS: &[Field] = &[
    text("application_id").or_absent().fixed(),
    text("user_id").or_absent().fixed(),
    text("description").length(0, 200),
    text("default_project_id"),
    text("expires_at").or_null(),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "api_keys",
    filters: &["organization_id", "editable", "application_id", "user_id"],
    order: &["created_at", "updated_at", "expires_at", "access_key"],
};

/// Who bears a key.
pub(super) fn bearer(key: &Record) -> &str {
    let application = key.text("application_id");
    if application.is_empty() { key.text("user_id") } else { application }
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let said = |field: &str| Some(call.text(field).to_owned()).filter(|id| !id.is_empty());
    let (parent, id) = match (said("application_id"), said("user_id")) {
        (Some(application), None) => (application::KIND, application),
        (None, Some(user)) => (user::KIND, user),
        _ => {
            let help = "exactly one of application_id and user_id must be said";
            return Err(Refusal::constraint("application_id", help));
        }
    };
    user::ensure(call.world);
    let organization = call.find(parent, &id)?.text("organization_id").to_owned();
    check_expiry(call, &organization, &mut fields, true)?;
    if fields.get("default_project_id").is_none_or(|id| id == "") {
        fields.insert("default_project_id".into(), organization.clone().into());
    }
    fields.retain(|field, value| !(field.ends_with("_id") && value == ""));
    let held = call.world.store.all(KIND).filter(|(_, key)| organization_of(call.world, key) == organization);
    quota::admit(call.world, KIND.collection, "api_key", held.count() as u64, 1)?;
    let secret = call.world.uuid()?;
    let access_key = make(call.world, parent, &id, &draw_access_key(call.world)?, &secret, fields);
    log::note(call, "created", KIND, &access_key)?;
    let mut answer = call.view(KIND, &access_key);
    answer.insert("secret_key".into(), secret.into());
    Ok(Reply::resource(answer))
}

/// Keeps a key; its secret where nobody is answered it.
pub(super) fn make(
    world: &mut World,
    parent: Kind,
    bearer: &str,
    access_key: &str,
    secret: &str,
    mut fields: Body,
) -> String {
    let stamp = world.stamp();
    fields.extend(body! {
        "access_key": access_key,
        "secret_key": Value::Null,
        "created_at": stamp.as_str(),
        "updated_at": stamp.as_str(),
        "editable": true,
        "deletable": true,
        "managed": false,
        "creation_ip": "127.0.0.1",
    });
    let record = Record {
        parent: Some((parent.collection.into(), bearer.into())),
        hidden: body! {"secret_key": secret},
        body: fields,
        ..Record::default()
    };
    world.store.insert(KIND, access_key, record);
    access_key.into()
}

/// `SCW` and 17 characters that no key has.
pub(super) fn draw_access_key(world: &World) -> Result<String, Refusal> {
    loop {
        let mut bytes = [0; 17];
        world.fill(&mut bytes)?;
        let drawn: String = bytes.map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).iter().collect();
        let access_key = format!("SCW{drawn}");
        if world.store.get(KIND, &access_key).is_none() {
            return Ok(access_key);
        }
    }
}

/// Writes the end of a key in UTC (recorded), and refuses one that the organisation does not allow.
fn check_expiry(call: &Call<'_>, organization: &str, fields: &mut Body, new: bool) -> Result<(), Refusal> {
    let said = fields.get("expires_at").and_then(Value::as_str).filter(|text| !text.is_empty());
    if said.is_none() && !new {
        return Ok(());
    }
    let unreadable = |_| {
        let problem = Problem::format("expires_at", "must be a timestamp (RFC 3339)");
        Refusal::invalid_arguments(&[problem])
    };
    let at: Option<Timestamp> = said.map(str::parse).transpose().map_err(unreadable)?;
    if at.is_some_and(|at| at <= call.world.now()) {
        return Err(Refusal::constraint("expires_at", "must lie in the future"));
    }
    if let Some(longest) = organization::longest_key_life(call.world, organization)
        && at.is_none_or(|at| at > call.world.now() + longest)
    {
        let help = format!("the organization allows keys of at most {}s", longest.as_secs());
        return Err(Refusal::constraint("expires_at", help));
    }
    fields.insert("expires_at".into(), at.map_or(Value::Null, |at| at.to_string().into()));
    Ok(())
}

pub(crate) fn organization_of<'w>(world: &'w World, key: &Record) -> &'w str {
    let bearer = bearer(key);
    let found = world.store.get(application::KIND, bearer).or_else(|| world.store.get(user::KIND, bearer));
    found.map_or(world.settings.organization.as_str(), |bearer| bearer.text("organization_id"))
}

/// Whether its time is over.
pub(crate) fn is_expired(world: &World, key: &Record) -> bool {
    let end: Option<Timestamp> = key.text("expires_at").parse().ok();
    end.is_some_and(|end| end <= world.now())
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let expired = call.query("expired").and_then(|value| value.parse::<bool>().ok());
    let bearer_type = call.query("bearer_type").unwrap_or_default();
    let organization = call.query("organization_id").unwrap_or_default();
    LISTING.answer_with(
        call,
        |key| {
            (organization.is_empty() || organization_of(call.world, key) == organization)
                && expired.is_none_or(|wanted| wanted == is_expired(call.world, key))
                && shared::is_one_of(call, "bearer_id", bearer(key))
                && key.text("access_key").contains(call.query("access_key").unwrap_or_default())
                && shared::is_one_of(call, "access_keys", key.text("access_key"))
                && key.text("description").contains(call.query("description").unwrap_or_default())
                && match bearer_type {
                    "user" => key.body.contains_key("user_id"),
                    "application" => key.body.contains_key("application_id"),
                    _ => true,
                }
        },
        |key| key.body.clone(),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "access_key")
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, key) = call.target(KIND, "access_key")?;
    shared::must_be(&key, "editable")?;
    let mut patch = schema::update(FIELDS, &call.body, &key.body)?;
    let organization = organization_of(call.world, &key).to_owned();
    check_expiry(call, &organization, &mut patch, false)?;
    call.change(KIND, &id, patch);
    log::note(call, "updated", KIND, &id)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, key) = call.target(KIND, "access_key")?;
    shared::must_be(&key, "deletable")?;
    call.world.store.remove(KIND, &id);
    log::note(call, "deleted", KIND, &id)?;
    Ok(Reply::empty())
}
