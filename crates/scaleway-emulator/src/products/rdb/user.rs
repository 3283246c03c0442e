//! Users of instances.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, text};
use crate::store::{Kind, Record};

use super::{database, instance, pace, privilege};

/// Records are found by `<instance>/<name>`.
pub(super) const KIND: Kind = Kind { collection: "rdb.users", resource: "user" };

const FIELDS: &[Field] = &[text("name").required(), text("password").required(), flag("is_admin")];
const UPDATE: &[Field] = &[text("password"), flag("is_admin")];

const LISTING: Listing =
    Listing { kind: KIND, items: "users", filters: &["name"], order: &["name", "is_admin"] };

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let (id, _) = call.target(instance::KIND, "instance_id")?;
    LISTING.answer_with(call, |record| database::is_of(record, &id), |record| record.body.clone())
}

/// The password is checked and forgotten: nobody can log in here.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let (id, _) = instance::ready(call)?;
    let asked = schema::create(FIELDS, &call.body)?;
    let name = call.text("name").to_owned();
    check(&name, "name")?;
    check_password(call.text("password"), "password")?;
    if call.world.store.get(KIND, &key(&id, &name)).is_some() {
        let help = format!("name {name:?} is already used by another user of the instance");
        return Err(Refusal::already_exists(KIND, &name, &help));
    }
    pace::one_at_a_time(call, &id)?;
    insert(call, &id, &name, asked["is_admin"] == true);
    Ok(Reply::resource(call.view(KIND, &key(&id, &name))))
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, name, user) = target(call)?;
    let mut patch = schema::update(UPDATE, &call.body, &user.body)?;
    if let Some(password) = patch.remove("password") {
        check_password(password.as_str().unwrap_or_default(), "password")?;
    }
    pace::one_at_a_time(call, &id)?;
    if let Some(record) = call.world.store.get_mut(KIND, &key(&id, &name)) {
        record.body.extend(patch);
    }
    Ok(Reply::resource(call.view(KIND, &key(&id, &name))))
}

/// Takes its privileges along.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, name, _) = target(call)?;
    pace::one_at_a_time(call, &id)?;
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

pub(super) fn insert(call: &mut Call<'_>, instance: &str, name: &str, is_admin: bool) {
    let user = database::below(call, instance, body! {"name": name, "is_admin": is_admin});
    call.world.store.insert(KIND, &key(instance, name), user);
}

pub(super) fn key(instance: &str, name: &str) -> String {
    format!("{instance}/{name}")
}

/// Whether this can be a user's name.
pub(super) fn check(name: &str, field: &str) -> Result<(), Refusal> {
    database::check_name(name, field)
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
    let ids = call.world.store.children(instance::KIND, instance, KIND);
    let users = ids.iter().filter_map(|id| call.world.store.get(KIND, id));
    users
        .map(|user| (user.text("name").to_owned(), user.body.get("is_admin") == Some(&Value::Bool(true))))
        .collect()
}
