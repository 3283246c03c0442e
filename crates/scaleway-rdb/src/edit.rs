//! Edits: one entry of a list of settings or access rules changed, the others left.
//!
//! The operations that set such a list replace it whole, and what somebody else has added since it was read is gone. An edit
//! reads the list, names in its calls only the entries that lack, differ or are to go, so that nothing else can be dropped,
//! and reads the list again: what somebody else has moved in between is put right.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use scaleway_core::{Error, Result};

use crate::{
    AclRule, AclRuleSpec, DeleteAclRules, DeleteInstanceSettings, InstanceId, InstanceSetting,
    InstanceSettings, Rdb, WriteAclRules,
};

/// Which settings of an instance change, and how; the others stay. For [`Rdb::edit_instance_settings`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct SettingsEdit(BTreeMap<String, Option<String>>);

impl SettingsEdit {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `name` gets this value.
    pub fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), Some(value.into()));
        self
    }

    /// `name` gets its default again.
    pub fn reset(mut self, name: impl Into<String>) -> Self {
        self.0.insert(name.into(), None);
        self
    }

    /// What is to be written, and what is to go.
    fn against(&self, there: &[InstanceSetting]) -> (Vec<InstanceSetting>, Vec<String>) {
        let value =
            |name: &str| there.iter().find(|setting| setting.name == name).map(|setting| &setting.value);
        let (mut written, mut gone) = (Vec::new(), Vec::new());
        for (name, wanted) in &self.0 {
            match (wanted, value(name)) {
                (Some(wanted), is) if is != Some(wanted) => written.push(InstanceSetting::new(name, wanted)),
                (None, Some(_)) => gone.push(name.clone()),
                _ => {}
            }
        }
        (written, gone)
    }
}

/// Which access rules of an instance change, and how; the others stay. For [`Rdb::edit_instance_acl_rules`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct AclEdit(BTreeMap<String, Option<String>>);

impl AclEdit {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `ip` (`203.0.113.0/24`, or one address) in, because of `description`; an empty one leaves that of a rule which
    /// is there.
    pub fn allow(mut self, ip: impl Into<String>, description: impl Into<String>) -> Self {
        self.0.insert(ip.into(), Some(description.into()));
        self
    }

    /// Lets `ip` in no longer, as far as it has a rule of its own.
    pub fn revoke(mut self, ip: impl Into<String>) -> Self {
        self.0.insert(ip.into(), None);
        self
    }

    /// The changes by block: `10.0.0.1` and `10.0.0.1/32` are one.
    fn blocks(&self) -> Result<BTreeMap<IpNet, &Option<String>>> {
        let blocks = self.0.iter().map(|(ip, wanted)| match block(ip) {
            Some(block) => Ok((block, wanted)),
            None => Err(Error::InvalidRequest {
                operation: "AddInstanceACLRules",
                field: "ip".into(),
                problem: format!("{ip:?} is no block of addresses: write it as 203.0.113.0/24"),
            }),
        });
        blocks.collect()
    }
}

fn block(ip: &str) -> Option<IpNet> {
    let block = ip.parse::<IpNet>().or_else(|_| ip.parse::<IpAddr>().map(IpNet::from));
    block.ok().map(|block| block.trunc())
}

/// What is to be written, and what is to go, as the rules spell it.
fn acl_against(
    edit: &BTreeMap<IpNet, &Option<String>>,
    there: &[AclRule],
) -> (Vec<AclRuleSpec>, Vec<String>) {
    let (mut written, mut gone) = (Vec::new(), Vec::new());
    for (wanted_block, wanted) in edit {
        let rules: Vec<_> = there.iter().filter(|rule| block(&rule.ip) == Some(*wanted_block)).collect();
        match wanted {
            Some(text) => {
                let stands = |rule: &&AclRule| text.is_empty() || rule.description == *text;
                if !rules.iter().any(stands) {
                    written.push(AclRuleSpec::new(wanted_block.to_string(), text));
                }
            }
            None => gone.extend(rules.into_iter().map(|rule| rule.ip.clone())),
        }
    }
    (written, gone)
}

/// How often a list that others change meanwhile is put right.
const ROUNDS: u32 = 3;

/// # Editing settings and access rules
impl Rdb {
    /// Changes these settings by `AddInstanceSettings` and `DeleteInstanceSettings`, leaves the others, and waits until the
    /// instance is ready; answers all that are set. What reads as wanted is not written. It takes its turn with the other
    /// changes of the instance, as [`ensure_database`](Self::ensure_database).
    ///
    /// ```no_run
    /// # use scaleway_rdb::{InstanceId, Rdb, SettingsEdit};
    /// # async fn run(rdb: Rdb, id: InstanceId) -> scaleway_rdb::Result<()> {
    /// rdb.edit_instance_settings(&id, SettingsEdit::new().set("work_mem", "8").reset("max_connections")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beside the usual ones: [`Error::StillChanging`] where somebody else keeps changing the same settings.
    pub async fn edit_instance_settings(
        &self,
        instance: &InstanceId,
        edit: SettingsEdit,
    ) -> Result<Vec<InstanceSetting>> {
        let _turn = self.turn(instance).await?;
        let started = self.api.client().clock().now();
        let mut lost = None;
        for round in 0.. {
            let there = self.wait_for_instance(instance).await?.settings;
            let (written, gone) = edit.against(&there);
            if written.is_empty() && gone.is_empty() {
                return Ok(there);
            }
            if round == ROUNDS {
                break;
            }
            if !written.is_empty() {
                let request = InstanceSettings::new(written);
                let add = || self.add_instance_settings(instance, request.clone());
                lost = unless_lost(self.patiently(instance, add).await)?.or(lost);
            }
            if !gone.is_empty() {
                let request = DeleteInstanceSettings::new(gone);
                let delete = || self.delete_instance_settings(instance, request.clone());
                lost = unless_lost(self.patiently(instance, delete).await)?.or(lost);
            }
        }
        let waited = self.api.client().clock().now().since(started);
        Err(lost.unwrap_or_else(|| contested(instance, "settings", waited)))
    }

    /// Changes these access rules by `AddInstanceACLRules` and `DeleteInstanceACLRules`, leaves the others, and waits until
    /// the instance is ready; answers all rules. New rules are there before others go. It takes its turn with the other
    /// changes of the instance, as [`ensure_database`](Self::ensure_database).
    ///
    /// ```no_run
    /// # use scaleway_rdb::{AclEdit, InstanceId, Rdb};
    /// # async fn run(rdb: Rdb, id: InstanceId) -> scaleway_rdb::Result<()> {
    /// rdb.edit_instance_acl_rules(&id, AclEdit::new().allow("203.0.113.0/24", "office").revoke("0.0.0.0/0")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Beside the usual ones: [`Error::InvalidRequest`] for what is no block of addresses, before anything is sent;
    /// [`Error::StillChanging`] where somebody else keeps changing the same rules.
    pub async fn edit_instance_acl_rules(
        &self,
        instance: &InstanceId,
        edit: AclEdit,
    ) -> Result<Vec<AclRule>> {
        let edit = edit.blocks()?;
        let _turn = self.turn(instance).await?;
        let started = self.api.client().clock().now();
        let mut lost = None;
        for round in 0.. {
            self.wait_for_instance(instance).await?;
            let there = self.list_instance_acl_rules(instance).all().await?;
            let (written, gone) = acl_against(&edit, &there);
            if written.is_empty() && gone.is_empty() {
                return Ok(there);
            }
            if round == ROUNDS {
                break;
            }
            if !written.is_empty() {
                let request = WriteAclRules::new(written);
                let add = || self.add_instance_acl_rules(instance, request.clone());
                lost = unless_lost(self.patiently(instance, add).await)?.or(lost);
            }
            if !gone.is_empty() {
                let request = DeleteAclRules::new(gone);
                let delete = || self.delete_instance_acl_rules(instance, request.clone());
                lost = unless_lost(self.patiently(instance, delete).await)?.or(lost);
            }
        }
        let waited = self.api.client().clock().now().since(started);
        Err(lost.unwrap_or_else(|| contested(instance, "access rules", waited)))
    }
}

/// The error of a write whose answer was lost: the next look says what became of it.
fn unless_lost<T>(answer: Result<T>) -> Result<Option<Error>> {
    match answer {
        Err(error) if error.may_have_happened() => Ok(Some(error)),
        Err(error) => Err(error),
        Ok(_) => Ok(None),
    }
}

fn contested(instance: &InstanceId, what: &str, waited: Duration) -> Error {
    let state = format!("not as written, after {ROUNDS} writes: somebody else changes them");
    Error::StillChanging { what: format!("{what} of instance {instance}"), state, waited }
}
