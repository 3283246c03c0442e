use std::collections::BTreeMap;

use scaleway_rdb::{AclRuleSpec, InstanceId, WriteAclRules};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::database::ON_INSTANCE;
use super::{Behaviour, Claim, Kind, Owner, Profile, Seen, Status, attributes};
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// Who may reach an instance's public endpoint: the whole list, for an instance is made open to the world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseAcl {
    /// The instance.
    pub instance_id: Input<InstanceId>,
    /// What each range of addresses is for, by range in CIDR notation.
    pub rules: BTreeMap<String, String>,
}

impl DatabaseAcl {
    async fn set(&self, cloud: &Cloud) -> Result<(), KindError> {
        let rules: Vec<_> =
            self.rules.iter().map(|(ip, description)| AclRuleSpec::new(ip, description)).collect();
        cloud.rdb.set_instance_acl_rules(self.instance_id.known()?, WriteAclRules::new(rules)).await?;
        Ok(())
    }
}

impl Kind for DatabaseAcl {
    const PROFILE: Profile = Profile {
        owner: Owner::Singleton,
        attributes: &[("instance_id", Behaviour::Replace)],
        ..ON_INSTANCE
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.instance_id.known()?.to_string())
    }

    async fn observe(cloud: &Cloud, parents: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let mut seen = Vec::new();
        for parent in parents {
            let instance: InstanceId = parent.id.parse()?;
            let rules = cloud.rdb.list_instance_acl_rules(&instance).all_settled().await?;
            let rules: BTreeMap<_, _> = rules.into_iter().map(|rule| (rule.ip, rule.description)).collect();
            seen.push(Seen {
                id: instance.to_string(),
                key: instance.to_string(),
                claim: Claim::Ours,
                status: Status::Ready,
                attributes: attributes([("instance_id", json!(instance)), ("rules", json!(rules))]),
                outputs: Attributes::new(),
                facts: None,
            });
        }
        Ok(seen)
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        self.set(cloud).await?;
        Ok(self.instance_id.known()?.to_string())
    }

    async fn ready(&self, _: &Cloud, _: &str) -> Result<Attributes, KindError> {
        Ok(Attributes::new())
    }

    async fn update(&self, cloud: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        self.set(cloud).await?;
        Ok(id.to_owned())
    }

    /// Nobody may reach it any more: the list is never left open.
    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let none = WriteAclRules::new(Vec::new());
        gone(cloud.rdb.set_instance_acl_rules(&id.parse()?, none).await)
    }
}
