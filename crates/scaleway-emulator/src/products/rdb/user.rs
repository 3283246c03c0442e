//! Users of instances.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, text};
use crate::store::{Body, Kind, Record};
use crate::world::World;

use super::cluster::sql;
use super::{cluster, database, instance, pace, privilege};

/// Records are found by `<instance>/<name>`.
pub(super) const KIND: Kind = Kind { collection: "rdb.users", resource: "user" };

const VERIFIER: &str = "verifier";

const FIELDS: &[Field] = &[text("name").required(), text("password").required(), flag("is_admin")];
const UPDATE: &[Field] = &[text("password"), flag("is_admin")];

const LISTING: Listing =
    Listing { kind: KIND, items: "users", filters: &["name"], order: &["name", "is_admin"] };

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(instance::KIND, "instance_id")?;
    LISTING.answer_with(call, |record| database::is_of(record, &id), |record| record.body.clone())
}

/// The password is checked and forgotten, but for what a cluster checks it against.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let (id, instance) = instance::ready(call)?;
    let asked = schema::create(FIELDS, &call.body)?;
    let name = call.text("name").to_owned();
    check(instance.text("engine"), &name, "name")?;
    check_password(call.text("password"), "password")?;
    if call.world.store.get(KIND, &key(&id, &name)).is_some() {
        let help = format!("name {name:?} is already used by another user of the instance");
        return Err(Refusal::already_exists(KIND, &name, &help));
    }
    pace::one_at_a_time(call, &id)?;
    let is_admin = asked["is_admin"] == true;
    let verifier = cluster::verifier(call, &id, call.text("password"))?;
    cluster::tell(call, &id, cluster::FIRST, &sql::user(&name, is_admin, verifier.as_deref()))?;
    insert(call, &id, &name, is_admin, verifier);
    privilege::regrant(call, &id, &name)?;
    Ok(Reply::resource(call.view(KIND, &key(&id, &name))))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, name, user) = target(call)?;
    let mut patch = schema::update(UPDATE, &call.body, &user.body)?;
    let mut verifier = verifier_of(&user);
    if let Some(password) = patch.remove("password") {
        let password = password.as_str().unwrap_or_default();
        check_password(password, "password")?;
        verifier = cluster::verifier(call, &id, password)?.or(verifier);
    }
    pace::one_at_a_time(call, &id)?;
    let is_admin = patch.get("is_admin").or(user.body.get("is_admin")) == Some(&Value::Bool(true));
    cluster::tell(call, &id, cluster::FIRST, &sql::user(&name, is_admin, verifier.as_deref()))?;
    if let Some(record) = call.world.store.get_mut(KIND, &key(&id, &name)) {
        record.body.extend(patch);
        record.hidden.extend(hidden(verifier));
    }
    privilege::regrant(call, &id, &name)?;
    Ok(Reply::resource(call.view(KIND, &key(&id, &name))))
}

/// Takes its privileges along.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, name, _) = target(call)?;
    pace::one_at_a_time(call, &id)?;
    for database in database::all(call, &id) {
        cluster::tell(call, &id, &database, &sql::disown(&name))?;
    }
    cluster::tell(call, &id, cluster::FIRST, &sql::drop_user(&name))?;
    privilege::forget(call, &id, |privilege| privilege.text("user_name") == name);
    call.world.store.remove(KIND, &key(&id, &name));
    Ok(Reply::empty())
}

fn target(call: &Call<'_>) -> Result<(String, String, Record), Refusal> {
    let (id, _) = instance::ready(call)?;
    let name = call.param("name").to_owned();
    let user = call.world.store.get(KIND, &key(&id, &name)).cloned();
    let user = user.ok_or_else(|| Refusal::not_found(KIND, &name))?;
    Ok((id, name, user))
}

/// With what a cluster checks the password against, where the instance is one.
pub(super) fn insert(
    call: &mut Call<'_>,
    instance: &str,
    name: &str,
    is_admin: bool,
    verifier: Option<String>,
) {
    let mut user = database::below(call, instance, body! {"name": name, "is_admin": is_admin});
    user.hidden = hidden(verifier);
    call.world.store.insert(KIND, &key(instance, name), user);
}

fn hidden(verifier: Option<String>) -> Body {
    verifier.map(|verifier| (VERIFIER.to_owned(), verifier.into())).into_iter().collect()
}

/// What a cluster checks the user's password against.
pub(super) fn verifier_of(user: &Record) -> Option<String> {
    user.hidden.get(VERIFIER).and_then(Value::as_str).map(str::to_owned)
}

pub(super) fn key(instance: &str, name: &str) -> String {
    format!("{instance}/{name}")
}

/// Whether this can be a user's name in an instance of this engine.
pub(super) fn check(engine: &str, name: &str, field: &str) -> Result<(), Refusal> {
    let is_mysql = engine.starts_with("MySQL");
    let (longest, reserved): (_, &[&str]) = if is_mysql { (32, &["_rdb"]) } else { (63, &["_rdb", "pg_"]) };
    let fits = (1..=longest).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_$-".contains(c))
        && !reserved.iter().any(|prefix| name.starts_with(prefix));
    if fits {
        return Ok(());
    }
    let help = format!(
        "must have 1 to {longest} letters, digits, _, $ and -, begin with a letter, and not with {}, is {name:?}",
        reserved.join(" or ")
    );
    Err(Refusal::constraint(field, help))
}

/// 8 to 128 characters with a digit, an upper case, a lower case and a special character.
pub(super) fn check_password(password: &str, field: &str) -> Result<(), Refusal> {
    let length = password.chars().count();
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let strong = has(|c| c.is_ascii_digit())
        && has(char::is_uppercase)
        && has(char::is_lowercase)
        && has(|c| !c.is_alphanumeric());
    if (8..=128).contains(&length) && strong {
        return Ok(());
    }
    let help = "must have 8 to 128 characters, with a digit, an upper case letter, a lower case letter and a special \
                character";
    Err(Refusal::constraint(field, help))
}

/// Name and whether they are administrators.
pub(super) fn all(call: &Call<'_>, instance: &str) -> Vec<(String, bool)> {
    of(call.world, instance)
}

pub(super) fn of(world: &World, instance: &str) -> Vec<(String, bool)> {
    let ids = world.store.children(instance::KIND, instance, KIND);
    let users = ids.iter().filter_map(|id| world.store.get(KIND, id));
    users
        .map(|user| (user.text("name").to_owned(), user.body.get("is_admin") == Some(&Value::Bool(true))))
        .collect()
}
