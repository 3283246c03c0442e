use scaleway_rdb::{CreateUser, InstanceId, ListUsers, UpdateUser};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::database::{ON_INSTANCE, on_instance, parts};
use super::{Claim, Kind, Profile, SecretRef, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// A user of an instance's databases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseUser {
    /// The instance.
    pub instance_id: Input<InstanceId>,
    /// The user's name.
    pub name: String,
    /// Whether the user administers the instance.
    pub is_admin: bool,
    /// The user's password.
    pub password: SecretRef,
}

impl DatabaseUser {
    /// The name of the user at `address`, once it exists.
    pub(crate) fn name(address: &Address) -> Input<String> {
        Input::output(address, "name")
    }
}

impl Kind for DatabaseUser {
    const PROFILE: Profile = ON_INSTANCE;

    fn key(&self) -> Result<String, Unresolved> {
        Ok(on_instance(self.instance_id.known()?, &self.name))
    }

    async fn observe(cloud: &Cloud, parents: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let mut seen = Vec::new();
        for parent in parents {
            let instance = parent.id.parse()?;
            let users = cloud.rdb.list_users(&instance, ListUsers::default()).all_settled().await?;
            seen.extend(users.into_iter().map(|user| {
                let key = on_instance(&instance, &user.name);
                Seen {
                    id: key.clone(),
                    key,
                    claim: Claim::Ours,
                    status: Status::Ready,
                    attributes: attributes([
                        ("instance_id", json!(instance)),
                        ("name", json!(user.name)),
                        ("is_admin", json!(user.is_admin)),
                    ]),
                    outputs: attributes([("name", json!(user.name))]),
                    facts: None,
                }
            }));
        }
        Ok(seen)
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let instance = self.instance_id.known()?;
        let create = CreateUser::new(&self.name, self.password.value(cloud).await?).is_admin(self.is_admin);
        cloud.rdb.create_user(instance, create).await?;
        Ok(on_instance(instance, &self.name))
    }

    async fn ready(&self, _: &Cloud, _: &str) -> Result<Attributes, KindError> {
        Ok(attributes([("name", json!(self.name))]))
    }

    async fn update(&self, cloud: &Cloud, id: &str, changed: &[String]) -> Result<String, KindError> {
        let mut update = UpdateUser::default().is_admin(self.is_admin);
        if changed.iter().any(|name| name == "password") {
            update.password = Some(self.password.value(cloud).await?);
        }
        cloud.rdb.update_user(self.instance_id.known()?, &self.name, update).await?;
        Ok(id.to_owned())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let (instance, name) = parts(id)?;
        gone(cloud.rdb.delete_user(&instance, name).await)
    }
}
