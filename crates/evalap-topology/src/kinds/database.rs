use scaleway_rdb::{CreateDatabase, InstanceId, ListDatabases};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Behaviour, Claim, Kind, KindName, Owner, Profile, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// A database on an instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Database {
    /// The instance.
    pub instance_id: Input<InstanceId>,
    /// Its name.
    pub name: String,
}

/// How what lives on an instance is told apart: by the instance, and its own name.
pub(super) fn on_instance(instance: &InstanceId, name: &str) -> String {
    format!("{instance}/{name}")
}

/// The parts of [`on_instance`].
pub(super) fn parts(id: &str) -> Result<(InstanceId, &str), KindError> {
    let (instance, name) =
        id.split_once('/').ok_or_else(|| KindError::Other(format!("{id:?} names nothing on an instance")))?;
    Ok((instance.parse()?, name))
}

/// What lives on an instance is changed one after another: the API refuses two changes at once.
pub(super) const ON_INSTANCE: Profile = Profile {
    owner: Owner::Parent,
    parent: Some(KindName::DatabaseInstance),
    goes_with: Some(KindName::DatabaseInstance),
    attributes: &[("instance_id", Behaviour::Replace), ("name", Behaviour::Replace)],
    one_at_a_time: Some("instance_id"),
    typical: (0.9, 0.5, 0.9),
    ..Profile::PLAIN
};

impl Database {
    /// The name of the database at `address`, once it exists.
    pub(crate) fn name(address: &Address) -> Input<String> {
        Input::output(address, "name")
    }
}

impl Kind for Database {
    const PROFILE: Profile = Profile { holds_data: true, ..ON_INSTANCE };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(on_instance(self.instance_id.known()?, &self.name))
    }

    async fn observe(cloud: &Cloud, parents: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let mut seen = Vec::new();
        for parent in parents {
            let instance = parent.id.parse()?;
            let databases =
                cloud.rdb.list_databases(&instance, ListDatabases::default()).all_settled().await?;
            seen.extend(databases.into_iter().map(|database| {
                let key = on_instance(&instance, &database.name);
                Seen {
                    id: key.clone(),
                    key,
                    claim: Claim::Ours,
                    status: Status::Ready,
                    attributes: attributes([
                        ("instance_id", json!(instance)),
                        ("name", json!(database.name)),
                    ]),
                    outputs: attributes([("name", json!(database.name))]),
                    facts: None,
                }
            }));
        }
        Ok(seen)
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let instance = self.instance_id.known()?;
        cloud.rdb.create_database(instance, CreateDatabase::new(&self.name)).await?;
        Ok(on_instance(instance, &self.name))
    }

    async fn ready(&self, _: &Cloud, _: &str) -> Result<Attributes, KindError> {
        Ok(attributes([("name", json!(self.name))]))
    }

    /// There is nothing to change about a database.
    async fn update(&self, _: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        Ok(id.to_owned())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let (instance, name) = parts(id)?;
        gone(cloud.rdb.delete_database(&instance, name).await)
    }
}
