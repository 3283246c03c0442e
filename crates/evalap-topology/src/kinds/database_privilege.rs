use scaleway_rdb::{InstanceId, ListPrivileges, Permission, SetPrivilege};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::database::{ON_INSTANCE, on_instance, parts};
use super::{Behaviour, Claim, Kind, Profile, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// What a user may do in a database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabasePrivilege {
    /// The instance.
    pub instance_id: Input<InstanceId>,
    /// The database.
    pub database: Input<String>,
    /// The user.
    pub user: Input<String>,
    /// What the user may do.
    pub permission: Permission,
}

impl DatabasePrivilege {
    /// The user of the privilege at `address`, once the privilege is granted.
    pub(crate) fn user(address: &Address) -> Input<String> {
        Input::output(address, "user")
    }

    async fn set(&self, cloud: &Cloud, permission: Permission) -> Result<(), KindError> {
        let instance = self.instance_id.known()?;
        cloud
            .rdb
            .set_privilege(
                instance,
                SetPrivilege::new(self.database.known()?, self.user.known()?, permission),
            )
            .await?;
        Ok(())
    }
}

impl Kind for DatabasePrivilege {
    const PROFILE: Profile = Profile {
        attributes: &[
            ("instance_id", Behaviour::Replace),
            ("database", Behaviour::Replace),
            ("user", Behaviour::Replace),
        ],
        ..ON_INSTANCE
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(on_instance(
            self.instance_id.known()?,
            &format!("{}/{}", self.database.known()?, self.user.known()?),
        ))
    }

    async fn observe(cloud: &Cloud, parents: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let mut seen = Vec::new();
        for parent in parents {
            let instance = parent.id.parse()?;
            let privileges =
                cloud.rdb.list_privileges(&instance, ListPrivileges::default()).all_settled().await?;
            let granted = privileges.into_iter().filter(|privilege| privilege.permission != Permission::None);
            seen.extend(granted.map(|privilege| {
                let key =
                    on_instance(&instance, &format!("{}/{}", privilege.database_name, privilege.user_name));
                Seen {
                    id: key.clone(),
                    key,
                    claim: Claim::Ours,
                    status: Status::Ready,
                    attributes: attributes([
                        ("instance_id", json!(instance)),
                        ("database", json!(privilege.database_name)),
                        ("user", json!(privilege.user_name)),
                        ("permission", json!(privilege.permission)),
                    ]),
                    outputs: attributes([("user", json!(privilege.user_name))]),
                    facts: None,
                }
            }));
        }
        Ok(seen)
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        self.set(cloud, self.permission.clone()).await?;
        Ok(self.key()?)
    }

    async fn ready(&self, _: &Cloud, _: &str) -> Result<Attributes, KindError> {
        Ok(attributes([("user", json!(self.user.known()?))]))
    }

    async fn update(&self, cloud: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        self.set(cloud, self.permission.clone()).await?;
        Ok(id.to_owned())
    }

    /// The platform answers `custom` once a database has tables that are newer than the grant: that is no drift from what
    /// was granted.
    fn same(attribute: &str, desired: &Value, current: &Value, written: Option<&Value>) -> bool {
        desired == current || (attribute == "permission" && current == "custom" && written == Some(desired))
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let (instance, pair) = parts(id)?;
        let (database, user) =
            pair.split_once('/').ok_or_else(|| KindError::Other(format!("{id:?} names no privilege")))?;
        let revoked =
            cloud.rdb.set_privilege(&instance, SetPrivilege::new(database, user, Permission::None)).await;
        gone(revoked)
    }
}
