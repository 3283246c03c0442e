//! Access control lists: who may reach the public endpoint of an instance.

use std::borrow::Cow;

use scaleway_core::{Listed, Page, Pager, Result};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// Whom an instance lets in at its public endpoint. A new instance has a rule for `0.0.0.0/0`: everyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AclRule {
    /// The addresses it is about: `203.0.113.0/24`.
    pub ip: String,
    /// What they speak.
    pub protocol: AclRuleProtocol,
    /// Which way the traffic goes.
    pub direction: AclRuleDirection,
    /// What is done with it.
    pub action: AclRuleAction,
    /// What the rule is for.
    #[serde(default)]
    pub description: String,
    /// The port that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
}

impl Listed for AclRule {
    const FIELD: &'static str = "rules";

    fn identity(&self) -> Cow<'_, str> {
        self.ip.as_str().into()
    }
}

/// What the traffic of an [`AclRule`] speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AclRuleProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP.
    Icmp,
    /// A protocol that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Which way the traffic of an [`AclRule`] goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AclRuleDirection {
    /// To the instance.
    Inbound,
    /// From the instance.
    Outbound,
    /// A direction that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What an [`AclRule`] does with traffic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AclRuleAction {
    /// It passes.
    Allow,
    /// It does not pass.
    Deny,
    /// An action that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A rule to be made: lets these addresses in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AclRuleSpec {
    /// The addresses: `203.0.113.0/24`.
    pub ip: String,
    /// What the rule is for; the API turns an empty text into `IP allowed`.
    #[serde(default)]
    pub description: String,
}

impl AclRuleSpec {
    /// Lets `ip` (`203.0.113.0/24`) in, because of `description`.
    pub fn new(ip: impl Into<String>, description: impl Into<String>) -> Self {
        Self { ip: ip.into(), description: description.into() }
    }
}

/// A request for `AddInstanceACLRules` or `SetInstanceACLRules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct WriteAclRules {
    /// The rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<AclRuleSpec>>,
}

impl WriteAclRules {
    /// These rules.
    pub fn new(rules: impl Into<Vec<AclRuleSpec>>) -> Self {
        Self { rules: Some(rules.into()) }
    }
}

/// A request for `DeleteInstanceACLRules`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct DeleteAclRules {
    /// The addresses of the rules, as the rules spell them.
    #[serde(default)]
    pub acl_rule_ips: Vec<String>,
}

impl DeleteAclRules {
    /// The rules for these addresses.
    pub fn new(ips: impl Into<Vec<String>>) -> Self {
        Self { acl_rule_ips: ips.into() }
    }
}

/// The rules that an operation answers: those there are now, or those that it deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AclRules {
    /// The rules.
    #[serde(default)]
    pub rules: Vec<AclRule>,
}

/// # Access control lists
impl Rdb {
    /// `ListInstanceACLRules`.
    pub fn list_instance_acl_rules(&self, instance: &InstanceId) -> Pager<AclRule> {
        let list = self.api.get::<Page<_>>("ListInstanceACLRules", &["instances", instance.as_str(), "acls"]);
        Pager::new(&self.api, list)
    }

    /// `AddInstanceACLRules`: adds these rules to those there are.
    pub async fn add_instance_acl_rules(
        &self,
        instance: &InstanceId,
        request: WriteAclRules,
    ) -> Result<AclRules> {
        let path = ["instances", instance.as_str(), "acls"];
        self.api.send(self.api.post("AddInstanceACLRules", &path).json(&request)).await
    }

    /// `SetInstanceACLRules`: these rules take the place of all there are.
    pub async fn set_instance_acl_rules(
        &self,
        instance: &InstanceId,
        request: WriteAclRules,
    ) -> Result<AclRules> {
        let path = ["instances", instance.as_str(), "acls"];
        self.api.send(self.api.put("SetInstanceACLRules", &path).json(&request)).await
    }

    /// `DeleteInstanceACLRules`: answers the rules that it deleted.
    pub async fn delete_instance_acl_rules(
        &self,
        instance: &InstanceId,
        request: DeleteAclRules,
    ) -> Result<AclRules> {
        let path = ["instances", instance.as_str(), "acls"];
        self.api.send(self.api.delete("DeleteInstanceACLRules", &path).json(&request)).await
    }
}
