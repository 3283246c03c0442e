//! Databases of instances.

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text};
use crate::store::{Body, Kind, Record};

use super::cluster::sql;
use super::user::key;
use super::{cluster, instance, privilege};

/// Records are found by `<instance>/<name>`.
pub(super) const KIND: Kind = Kind { collection: "rdb.databases", resource: "database" };

/// The database that every instance has from the start.
pub(super) const DEFAULT: &str = "rdb";

/// Bytes of an empty database, as recorded.
const EMPTY: u64 = 7_739_059;

const FIELDS: &[Field] = &[text("name").required()];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "databases",
    filters: &["name", "owner", "managed"],
    order: &["name", "size"],
};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(instance::KIND, "instance_id")?;
    let sizes = call.query("skip_size_retrieval") != Some("true");
    LISTING.answer_with(
        call,
        |record| is_of(record, &id),
        |record| {
            let mut body = record.body.clone();
            if !sizes {
                body.insert("size".into(), 0.into());
            }
            body
        },
    )
}

/// Owner and size are not in the answer yet (recorded).
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let (id, _) = instance::ready(call)?;
    schema::create(FIELDS, &call.body)?;
    let name = call.text("name").to_owned();
    check_name(&name, "name")?;
    if call.world.store.get(KIND, &key(&id, &name)).is_some() {
        let help = format!("name {name:?} is already used by another database of the instance");
        return Err(Refusal::already_exists(KIND, &name, &help));
    }
    cluster::tell(call, &id, cluster::FIRST, &sql::database(&name))?;
    insert(call, &id, &name);
    privilege::regrant_on(call, &id, &name)?;
    Ok(Reply::resource(body! {"name": name, "owner": "", "managed": true, "size": 0}))
}

/// Takes the privileges on it along.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = instance::ready(call)?;
    let name = call.param("name").to_owned();
    if call.world.store.get(KIND, &key(&id, &name)).is_none() {
        return Err(Refusal::not_found(KIND, &name));
    }
    cluster::tell(call, &id, cluster::FIRST, &sql::drop_database(&name))?;
    privilege::forget(call, &id, |privilege| privilege.text("database_name") == name);
    call.world.store.remove(KIND, &key(&id, &name));
    Ok(Reply::empty())
}

pub(super) fn insert(call: &mut Call<'_>, instance: &str, name: &str) {
    let body = body! {"name": name, "owner": "_rdb_superadmin", "managed": true, "size": EMPTY};
    let database = below(call, instance, body);
    call.world.store.insert(KIND, &key(instance, name), database);
}

/// The names of an instance's databases.
pub(super) fn all(call: &Call<'_>, instance: &str) -> Vec<String> {
    let ids = call.world.store.children(instance::KIND, instance, KIND);
    let databases = ids.iter().filter_map(|id| call.world.store.get(KIND, id));
    databases.map(|database| database.text("name").to_owned()).collect()
}

/// A record that lives in an instance and dies with it.
pub(super) fn below(call: &Call<'_>, instance: &str, body: Body) -> Record {
    let mut record = call.draft("", body);
    record.parent = Some((instance::KIND.collection.into(), instance.into()));
    record
}

pub(super) fn is_of(record: &Record, instance: &str) -> bool {
    record.parent.as_ref().is_some_and(|(_, id)| id == instance)
}

/// Whether this can be the name of a database: 1 to 63 characters that need no escape in a path.
pub(super) fn check_name(name: &str, field: &str) -> Result<(), Refusal> {
    let fits = (1..=63).contains(&name.chars().count())
        && !name.chars().any(|c| c.is_control() || "/\"'".contains(c));
    if fits && !name.starts_with("_rdb_") {
        return Ok(());
    }
    let help =
        format!("must have 1 to 63 characters, no quotes, no slash, and not begin with _rdb_, is {name:?}");
    Err(Refusal::constraint(field, help))
}
