//! Privileges: what users may do in databases.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::products::pages;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, text};
use crate::store::{Kind, Record};
use crate::world::World;

use super::cluster::sql;
use super::user::key;
use super::{cluster, database, instance, pace, user};

/// Records are found by `<instance>/<database>/<user>`; where there is none, it is `none`.
pub(super) const KIND: Kind = Kind { collection: "rdb.privileges", resource: "privilege" };

const FIELDS: &[Field] = &[
    text("database_name").required(),
    text("user_name").required(),
    choice("permission", &["readonly", "readwrite", "all", "custom", "none"]),
];

/// Every user with every database, whether anything was granted or not.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(instance::KIND, "instance_id")?;
    let wanted =
        |query: &str, have: &str| call.query(query).is_none_or(|name| name.is_empty() || name == have);
    let mut found = Vec::new();
    for (user, is_admin) in user::all(call, &id) {
        for database in database::all(call, &id) {
            if wanted("user_name", &user) && wanted("database_name", &database) {
                let permission = of(call.world, &id, &database, (&user, is_admin));
                found.push(json!({"database_name": database, "user_name": user, "permission": permission}));
            }
        }
    }
    let order = call.order_by().unwrap_or("user_name_asc");
    let field = if order.starts_with("database_name") { "database_name" } else { "user_name" };
    found.sort_by(|a, b| a[field].as_str().cmp(&b[field].as_str()));
    if order.ends_with("_desc") {
        found.reverse();
    }
    pages::answer(call, "privileges", found)
}

pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let (id, _) = instance::ready(call)?;
    let mut asked = schema::create(FIELDS, &call.body)?;
    let (database, user) = (call.text("database_name").to_owned(), call.text("user_name").to_owned());
    for (kind, name) in [(database::KIND, &database), (user::KIND, &user)] {
        if call.world.store.get(kind, &key(&id, name)).is_none() {
            return Err(Refusal::not_found(kind, name));
        }
    }
    if asked.get("permission") == Some(&Value::from("custom")) {
        return Err(Refusal::constraint(
            "permission",
            "custom is what others grant in the database; it cannot be set",
        ));
    }
    asked.entry("permission").or_insert_with(|| "readonly".into());
    pace::one_at_a_time(call, &id)?;
    let permission = asked["permission"].as_str().unwrap_or_default();
    grant(call, &id, &database, &user, permission)?;
    insert(call, &id, &database, &user, asked["permission"].clone());
    Ok(Reply::resource(asked))
}

/// What was granted to a user on a database, or is theirs by default.
fn of<'w>(world: &'w World, instance: &str, database: &str, user: (&str, bool)) -> &'w str {
    let (name, is_admin) = user;
    let granted = world.store.get(KIND, &key(instance, &format!("{database}/{name}")));
    granted.map_or(if is_admin { "all" } else { "none" }, |granted| granted.text("permission"))
}

/// All users with their permissions on a database.
pub(super) fn on(world: &World, instance: &str, database: &str) -> Vec<(String, String)> {
    let users = user::of(world, instance).into_iter();
    users
        .map(|(name, is_admin)| {
            let permission = of(world, instance, database, (&name, is_admin)).to_owned();
            (name, permission)
        })
        .collect()
}

/// The cluster follows.
fn grant(
    call: &Call<'_>,
    instance: &str,
    database: &str,
    user: &str,
    permission: &str,
) -> Result<(), Refusal> {
    cluster::tell(call, instance, database, &sql::privilege(database, user, permission))
}

/// A new or changed user has what is theirs by default.
pub(super) fn regrant(call: &Call<'_>, instance: &str, user: &str) -> Result<(), Refusal> {
    for database in database::all(call, instance) {
        let permissions = on(call.world, instance, &database);
        if let Some((_, permission)) = permissions.iter().find(|(name, _)| name == user) {
            grant(call, instance, &database, user, permission)?;
        }
    }
    Ok(())
}

/// On a new database everybody has what is theirs by default.
pub(super) fn regrant_on(call: &Call<'_>, instance: &str, database: &str) -> Result<(), Refusal> {
    let permissions = on(call.world, instance, database);
    permissions.iter().try_for_each(|(user, permission)| grant(call, instance, database, user, permission))
}

pub(super) fn insert(call: &mut Call<'_>, instance: &str, database: &str, user: &str, permission: Value) {
    let body = body! {"database_name": database, "user_name": user, "permission": permission};
    let privilege = database::below(call, instance, body);
    call.world.store.insert(KIND, &key(instance, &format!("{database}/{user}")), privilege);
}

/// What was granted in an instance.
pub(super) fn all<'a>(call: &'a Call<'_>, instance: &str) -> Vec<&'a Record> {
    let ids = call.world.store.children(instance::KIND, instance, KIND);
    ids.iter().filter_map(|id| call.world.store.get(KIND, id)).collect()
}

/// Takes away what was granted, where `goes` says so.
pub(super) fn forget(call: &mut Call<'_>, instance: &str, goes: impl Fn(&Record) -> bool) {
    for id in call.world.store.children(instance::KIND, instance, KIND) {
        if call.world.store.get(KIND, &id).is_some_and(&goes) {
            call.world.store.remove(KIND, &id);
        }
    }
}
