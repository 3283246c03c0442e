//! Secrets: names in folders. What is deleted can be restored for seven days.

use std::time::Duration;

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, flag, text, texts};
use crate::store::{Body, Effect, Kind, Record, Transition};
use crate::world::World;

use super::{ephemeral, version};

pub(super) const KIND: Kind = Kind { collection: "secret-manager.secrets", resource: "secret" };

/// How long a deletion can be taken back: seven days.
pub(super) const GRACE: Duration = Duration::from_hours(7 * 24);

/// How many deleted secrets are kept to be restored: those beyond are gone, so that a world that makes and deletes all the
/// time stays of one size.
const MOST_DELETED: usize = 1_000;

const TYPES: &[&str] =
    &["opaque", "certificate", "key_value", "basic_credentials", "database_credentials", "ssh_key"];

const FIELDS: &[Field] = &[
    text("project_id").required().fixed(),
    text("name").length(1, 255).required(),
    texts("tags"),
    text("description"),
    choice("type", TYPES).or_text("opaque").fixed(),
    text("path").or_text("/"),
    ephemeral::POLICY,
    flag("protected").fixed(),
    text("key_id").or_null().fixed(),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "secrets",
    filters: &["project_id", "organization_id", "tags", "name", "path", "type"],
    order: &["name", "created_at", "updated_at"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    check(&mut fields)?;
    fields.extend(body! {
        "status": "ready",
        "managed": false,
        "used_by": Vec::<Value>::new(),
        "deletion_requested_at": Value::Null,
        "region": call.region(),
    });
    let project = call.text("project_id").to_owned();
    let draft = call.draft(&project, fields);
    must_have_free_name(call, "", &draft)?;
    let id = call.create(KIND, draft)?;
    answer(call, &id)
}

/// Checks what is there of name, path and policy, and gives the path its usual form: `/a/b`.
fn check(fields: &mut Body) -> Result<(), Refusal> {
    if let Some(name) = fields.get("name").and_then(Value::as_str)
        && !is_name(name)
    {
        return Err(Refusal::constraint("name", "may have letters, digits, '.', '_' and '-'"));
    }
    if let Some(path) = fields.get_mut("path") {
        *path = folder(path.as_str().unwrap_or_default())?.into();
    }
    ephemeral::check(fields)
}

fn is_name(text: &str) -> bool {
    let outer = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.starts_with(outer) && text.ends_with(outer) && text.chars().all(|c| outer(c) || c == '.' || c == '-')
}

/// `/a/b/` → `/a/b`; empty → `/`.
pub(super) fn folder(path: &str) -> Result<String, Refusal> {
    let inner = path.trim_end_matches('/');
    let is_path = inner.is_empty()
        || inner.strip_prefix('/').is_some_and(|inner| {
            let folders = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            inner.split('/').all(|name| !name.is_empty() && name.chars().all(folders))
        });
    match (is_path, inner) {
        (true, "") => Ok("/".into()),
        (true, inner) => Ok(inner.into()),
        (false, _) => {
            let help =
                "must begin with / and have names of letters, digits, '.', '_' and '-' between slashes";
            Err(Refusal::constraint("path", help))
        }
    }
}

/// Refuses where another secret has the name in that folder. One that is scheduled for deletion has given it up.
fn must_have_free_name(call: &Call<'_>, id: &str, draft: &Record) -> Result<(), Refusal> {
    let mut of_that_name = call.world.store.named(KIND, draft.text("name"));
    let taken = of_that_name.find(|(other_id, other)| {
        *other_id != id && is_beside(other, draft) && other.text("path") == draft.text("path")
    });
    match taken {
        Some((taken, _)) => {
            let help = format!("cannot have the same secret name {:?} in a given path", draft.text("name"));
            Err(Refusal::already_exists(KIND, taken, &help))
        }
        None => Ok(()),
    }
}

fn is_beside(other: &Record, draft: &Record) -> bool {
    other.project == draft.project && other.region == draft.region && !is_scheduled(other)
}

/// Whether it was deleted and can be restored.
pub(super) fn is_scheduled(secret: &Record) -> bool {
    !secret.text("deletion_requested_at").is_empty()
}

/// The secret of the path, unless it is scheduled for deletion.
pub(super) fn usable(call: &Call<'_>) -> Result<(String, Record), Refusal> {
    let (id, secret) = call.target(KIND, "secret_id")?;
    must_be_usable(&secret)?;
    Ok((id, secret))
}

pub(super) fn must_be_usable(secret: &Record) -> Result<(), Refusal> {
    if is_scheduled(secret) {
        let help = "the secret is scheduled for deletion; restore it first";
        return Err(Refusal::precondition_failed("resource_not_usable", help));
    }
    Ok(())
}

/// What the API answers: the record with the number of versions that are not deleted.
pub(super) fn view(call: &Call<'_>, secret: &Record) -> Body {
    let mut view = secret.body.clone();
    let versions = version::of(call, secret.text("id"));
    let count = versions.iter().filter(|(_, version)| version.status() != "deleted").count();
    view.insert("version_count".into(), count.into());
    view
}

fn answer(call: &Call<'_>, id: &str) -> Answer {
    Ok(Reply::resource(view(call, call.find(KIND, id)?)))
}

/// Those scheduled for deletion, or the others.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let said = |name: &str| call.query(name).and_then(|value| value.parse::<bool>().ok());
    let scheduled = said("scheduled_for_deletion").unwrap_or_default();
    let is_ephemeral = said("ephemeral");
    LISTING.answer_with(
        call,
        |secret| {
            is_scheduled(secret) == scheduled
                && is_ephemeral.is_none_or(|wanted| wanted == ephemeral::policy(secret).is_some())
        },
        |secret| view(call, secret),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    answer(call, call.param("secret_id"))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, mut secret) = usable(call)?;
    let mut patch = schema::update(FIELDS, &call.body, &secret.body)?;
    check(&mut patch)?;
    if patch.contains_key("ephemeral_policy") && ephemeral::policy(&secret).is_none() {
        let help = "an ephemeral policy can only be given at creation";
        return Err(Refusal::constraint("ephemeral_policy", help));
    }
    secret.body.extend(patch.clone());
    must_have_free_name(call, &id, &secret)?;
    call.change(KIND, &id, patch);
    answer(call, &id)
}

/// Ephemeral secrets are gone at once (recorded), others can be restored for a while.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, secret) = call.target(KIND, "secret_id")?;
    if secret.body.get("protected") == Some(&Value::Bool(true)) {
        let help = "the secret is protected; unprotect it first";
        return Err(Refusal::precondition_failed("protected_resource", help));
    }
    if ephemeral::policy(&secret).is_some() {
        call.world.store.remove(KIND, &id);
    } else if !is_scheduled(&secret) {
        let stamp = call.world.stamp();
        if call.world.is_before("2026-06-22") {
            // Then it was no update (recorded).
            set(call, KIND, &id, body! {"deletion_requested_at": stamp});
        } else {
            call.change(KIND, &id, body! {"deletion_requested_at": stamp});
        }
        let at = call.world.now() + GRACE;
        call.world.store.schedule(KIND, &id, vec![Transition { at, effect: Effect::Delete }]);
        forget_the_oldest(call.world);
    }
    Ok(Reply::empty())
}

/// Lets go the one that was deleted longest ago, where more could be restored than are kept.
fn forget_the_oldest(world: &mut World) {
    let deleted = || world.store.all(KIND).filter(|(_, secret)| is_scheduled(secret));
    if deleted().count() <= MOST_DELETED {
        return;
    }
    let oldest = deleted().min_by_key(|(_, secret)| secret.text("deletion_requested_at"));
    if let Some(oldest) = oldest.map(|(id, _)| id.to_owned()) {
        world.store.remove(KIND, &oldest);
    }
}

pub(super) fn restore(call: &mut Call<'_>) -> Answer {
    let (id, secret) = call.target(KIND, "secret_id")?;
    if is_scheduled(&secret) {
        must_have_free_name(call, &id, &secret)?;
        set(call, KIND, &id, body! {"deletion_requested_at": Value::Null});
        call.change(KIND, &id, Body::new());
        call.world.store.schedule(KIND, &id, Vec::new());
    }
    answer(call, &id)
}

/// Lays `patch` over the record as it is: nulls are kept, `updated_at` stays.
pub(super) fn set(call: &mut Call<'_>, kind: Kind, id: &str, patch: Body) {
    if let Some(record) = call.world.store.get_mut(kind, id) {
        record.body.extend(patch);
    }
}

pub(super) fn protect(call: &mut Call<'_>) -> Answer {
    set_protected(call, true)
}

pub(super) fn unprotect(call: &mut Call<'_>) -> Answer {
    set_protected(call, false)
}

fn set_protected(call: &mut Call<'_>, protected: bool) -> Answer {
    let (id, _) = usable(call)?;
    call.change(KIND, &id, body! {"protected": protected});
    answer(call, &id)
}

/// Notes the product; what it does with the secret is not emulated.
pub(super) fn add_owner(call: &mut Call<'_>) -> Answer {
    const OWNER: &[Field] = &[choice("product", &["edge_services", "s2s_vpn"]).required()];
    let (id, secret) = usable(call)?;
    let owner = schema::create(OWNER, &call.body)?.remove("product").unwrap_or_default();
    let mut owners = secret.body.get("used_by").and_then(Value::as_array).cloned().unwrap_or_default();
    if !owners.contains(&owner) {
        owners.push(owner);
        call.change(KIND, &id, body! {"used_by": owners});
    }
    Ok(Reply::empty())
}
