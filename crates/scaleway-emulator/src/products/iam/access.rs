//! What authentication asks of IAM.

use crate::refusal::Refusal;
use crate::store::{Body, Record};
use crate::world::World;

use super::{api_key, jwt, policy, rule, shared, user};

pub(crate) use super::user::OWNER;

/// An API key.
pub(crate) struct Key<'w> {
    pub(crate) secret: &'w str,
    pub(crate) bearer: &'w str,
    pub(crate) default_project: &'w str,
    pub(crate) is_expired: bool,
}

fn secret_of(key: &Record) -> &str {
    key.hidden.get("secret_key").and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// The key of that access key.
pub(crate) fn key<'w>(world: &'w World, access_key: &str) -> Option<Key<'w>> {
    let key = world.store.get(api_key::KIND, access_key)?;
    Some(Key {
        secret: secret_of(key),
        bearer: api_key::bearer(key),
        default_project: key.text("default_project_id"),
        is_expired: api_key::is_expired(world, key),
    })
}

/// The access key of the key with that secret.
pub(crate) fn key_of_secret<'w>(world: &'w World, secret: &str) -> Option<&'w str> {
    let mut keys = world.store.all(api_key::KIND);
    keys.find(|(_, key)| !secret.is_empty() && secret_of(key) == secret).map(|(access_key, _)| access_key)
}

/// The user whom a session's token belongs to.
pub(crate) fn user_of_session(world: &World, token: &str) -> Option<String> {
    jwt::audience_of(world, token)
}

/// Access key and secret of a key of the owner's that the emulator made itself.
pub(crate) fn owner_key(world: &World) -> Option<(String, String)> {
    let mut keys = world.store.all(api_key::KIND);
    let (access_key, key) = keys.find(|(_, key)| key.hidden.contains_key("first"))?;
    Some((access_key.into(), secret_of(key).into()))
}

/// Makes a key of the owner's, in place of the one before.
pub(crate) fn make_owner_key(world: &mut World, access_key: &str, secret: &str, fields: Body) {
    user::ensure(world);
    if let Some((former, _)) = owner_key(world) {
        world.store.remove(api_key::KIND, &former);
    }
    api_key::make(world, user::KIND, OWNER, access_key, secret, fields);
    if let Some(key) = world.store.get_mut(api_key::KIND, access_key) {
        key.hidden.insert("first".into(), true.into());
    }
}

/// `SCW` and 17 characters that no key has.
pub(crate) fn draw_access_key(world: &World) -> Result<String, Refusal> {
    api_key::draw_access_key(world)
}

pub(crate) fn is_owner(world: &World, bearer: &str) -> bool {
    world.store.get(user::KIND, bearer).is_some_and(|user| user.text("type") == "owner")
}

/// Whether the bearer is a user who was locked out.
pub(crate) fn is_locked(world: &World, bearer: &str) -> bool {
    let user = world.store.get(user::KIND, bearer);
    user.is_some_and(|user| user.body.get("locked") == Some(&true.into()))
}

/// A rule that holds for somebody.
pub(crate) struct Rule<'w>(&'w Record);

impl<'w> Rule<'w> {
    pub(crate) fn sets(&self) -> impl Iterator<Item = &'w str> {
        shared::texts(&self.0.body, "permission_set_names").into_iter()
    }

    pub(crate) fn projects(&self) -> impl Iterator<Item = &'w str> {
        shared::texts(&self.0.body, "project_ids").into_iter()
    }

    /// Whether it holds in the organisation and all its projects.
    pub(crate) fn is_of_organization(&self) -> bool {
        !self.0.text("organization_id").is_empty()
    }
}

/// All rules of a bearer's policies. One with a condition grants nothing: conditions are not evaluated.
pub(crate) fn rules_of_bearer<'w>(world: &'w World, bearer: &str) -> impl Iterator<Item = Rule<'w>> {
    let policies = policy::of_bearer(world, bearer);
    let rules = policies.into_iter().flat_map(|policy| rule::of(world, policy));
    rules.filter(|rule| rule.text("condition").is_empty()).map(Rule)
}

/// Whether there is a permission set of that name.
#[cfg(test)]
pub(crate) fn permission_set(name: &str) -> Option<&'static str> {
    super::permission_set::find(name).map(|set| set.name.as_str())
}
