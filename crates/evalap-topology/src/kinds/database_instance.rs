use std::collections::BTreeMap;

use scaleway_core::{PrivateNetworkId, Size};
use scaleway_rdb::{
    BackupSchedule, CreateEndpoint, CreateInstance, EncryptionAtRest, EndpointSpec, Instance, InstanceId,
    InstanceSetting, InstanceSettings, ListInstances, MajorUpgrade, UpdateInstance, UpgradeInstance,
    VolumeType,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Kind, Mend, Profile, SecretRef, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone, sorted};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// A PostgreSQL instance: what databases live on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatabaseInstance {
    /// Its name.
    pub name: String,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// The engine with its major version: `PostgreSQL-16`.
    pub engine: String,
    /// The machine: `DB-DEV-S`.
    pub node_type: String,
    /// Whether a second machine stands by. Cannot be undone.
    pub high_availability: bool,
    /// The volume's type.
    pub volume_type: VolumeType,
    /// The volume's size in bytes. It only grows.
    pub volume_size: u64,
    /// Whether the volume is encrypted. Cannot be undone.
    pub encryption: bool,
    /// Hours between two backups.
    pub backup_frequency: u32,
    /// Days that a backup is kept.
    pub backup_retention: u32,
    /// Whether backups stay in the region.
    pub backup_same_region: bool,
    /// Settings that differ from the engine's defaults; others are left alone.
    pub settings: BTreeMap<String, String>,
    /// The private network through which it is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_network_id: Option<Input<PrivateNetworkId>>,
    /// Whether it is reached over the internet, too.
    pub public_endpoint: bool,
    /// The administrator that it is made with.
    pub user_name: String,
    /// The administrator's password.
    pub password: SecretRef,
}

impl DatabaseInstance {
    /// The id of the instance at `address`.
    pub(crate) fn id(address: &Address) -> Input<InstanceId> {
        Input::output(address, "id")
    }

    /// Where services reach it: over the private network where there is one.
    pub(crate) fn host(address: &Address) -> Input<String> {
        Input::output(address, "host")
    }

    /// The port of [`host`](Self::host).
    pub(crate) fn port(address: &Address) -> Input<u32> {
        Input::output(address, "port")
    }

    fn endpoints(&self) -> Result<Vec<EndpointSpec>, Unresolved> {
        let private = self
            .private_network_id
            .as_ref()
            .map(|id| id.known().map(EndpointSpec::private_network))
            .transpose()?;
        let public = self.public_endpoint.then(EndpointSpec::load_balancer);
        Ok(private.into_iter().chain(public).collect())
    }

    /// The upgrades that make the instance as this says, by attribute: the API takes one change a call, and another size only
    /// of a volume that can have one.
    fn upgrades(&self, changed: &[&str]) -> Vec<(&'static str, UpgradeInstance)> {
        let upgrades = [
            ("node_type", UpgradeInstance::NodeType(self.node_type.clone())),
            ("volume_type", UpgradeInstance::VolumeType(self.volume_type.clone())),
            ("volume_size", UpgradeInstance::VolumeSize(Size::bytes(self.volume_size))),
            ("high_availability", UpgradeInstance::EnableHa(true)),
            ("encryption", UpgradeInstance::EnableEncryption(true)),
        ];
        upgrades.into_iter().filter(|(name, _)| changed.contains(name)).collect()
    }

    /// Those that it does not have by now: an earlier run may have begun one and not seen its end.
    async fn missing(
        &self,
        mut upgrades: Vec<(&'static str, UpgradeInstance)>,
        cloud: &Cloud,
        id: &InstanceId,
    ) -> Result<Vec<(&'static str, UpgradeInstance)>, KindError> {
        if !upgrades.is_empty() {
            let (wanted, has) = (json!(self), seen(cloud, cloud.rdb.get_instance(id).await?).attributes);
            upgrades.retain(|(name, _)| {
                !has.get(*name).is_some_and(|is| Self::same(name, &wanted[*name], is, None))
            });
        }
        Ok(upgrades)
    }

    /// What the platform's own upgrade to another engine would do. It is not what the plan does.
    fn engine_preflight(&self, instance: &Instance) -> String {
        let (is, wanted) = (&instance.engine, &self.engine);
        let offered = instance.upgradable_version.iter().flatten();
        let Some(version) = offered.clone().find(|version| version.name.eq_ignore_ascii_case(wanted)) else {
            let offered: Vec<_> = offered.map(|version| version.name.as_str()).collect();
            let offered = if offered.is_empty() { "nothing".to_owned() } else { offered.join(", ") };
            return format!(
                "engine: the platform upgrades {is} to {offered}, and not to {wanted}; {EMPTIED}"
            );
        };
        let upgrade = MajorUpgrade::new(version.id.clone()).with_endpoints(true);
        match instance.preflight(&UpgradeInstance::MajorUpgradeWorkflow(upgrade)) {
            Ok(preflight) => format!(
                "engine: the platform's own upgrade from {is} to {wanted} ({}, its version {}) is {preflight}; {EMPTIED}",
                version.id, version.minor_version
            ),
            Err(error) => format!("engine: {error}; {EMPTIED}"),
        }
    }
}

/// What becomes of the data where the engine is replaced.
const EMPTIED: &str = "this plan does not use it: it deletes the instance with its data and makes an empty one; keep the engine as it is to keep the data";

fn outputs(instance: &Instance) -> Attributes {
    let endpoint = instance.private_endpoint().or_else(|| instance.public_endpoint());
    attributes([
        ("id", json!(instance.id)),
        ("host", json!(endpoint.and_then(|endpoint| endpoint.host()))),
        ("port", json!(endpoint.map(|endpoint| endpoint.port))),
    ])
}

impl Kind for DatabaseInstance {
    const PROFILE: Profile = Profile {
        holds_data: true,
        attributes: &[
            // A new major version makes a new instance: never by the way.
            ("engine", Behaviour::Replace),
            ("private_network_id", Behaviour::Replace),
            ("user_name", Behaviour::Fixed),
            ("high_availability", Behaviour::OneWay),
            ("encryption", Behaviour::OneWay),
            ("volume_size", Behaviour::GrowOnly),
        ],
        never_unset: &["private_network_id"],
        one_at_a_time: Some("id"),
        mend: Mend::Person,
        typical: (212.0, 182.0, 60.0),
        ..Profile::PLAIN
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.name.clone())
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let list = ListInstances::default().project_id(cloud.project());
        let instances = cloud.rdb.list_instances(list).all_settled().await?;
        Ok(instances.into_iter().map(|instance| seen(cloud, instance)).collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let create = CreateInstance::new(&self.name, &self.engine, &self.node_type)
            .project_id(cloud.project())
            .tags(self.tags.clone())
            .user_name(&self.user_name)
            .password(self.password.value(cloud).await?)
            .is_ha_cluster(self.high_availability)
            .volume_type(self.volume_type.clone())
            .volume_size(Size::bytes(self.volume_size))
            .encryption(EncryptionAtRest::new(self.encryption))
            .backup_same_region(self.backup_same_region)
            .init_endpoints(self.endpoints()?);
        Ok(cloud.rdb.create_instance(create).await?.id.to_string())
    }

    async fn ready(&self, cloud: &Cloud, id: &str) -> Result<Attributes, KindError> {
        let id = id.parse()?;
        let mut instance = cloud.rdb.wait_for_instance(&id).await?;
        // A create takes neither schedule nor settings: an instance is made with the platform's own.
        if !self.has_schedule(&instance) {
            instance = cloud.rdb.update_instance(&id, self.schedule()).await?;
        }
        if !self.has_settings(&instance) {
            self.set_settings(cloud, &id).await?;
            instance = cloud.rdb.wait_for_instance(&id).await?;
        }
        Ok(outputs(&instance))
    }

    async fn update(&self, cloud: &Cloud, id: &str, changed: &[String]) -> Result<String, KindError> {
        let instance = id.parse()?;
        let names: Vec<&str> = changed.iter().map(String::as_str).collect();
        if names.contains(&"public_endpoint") {
            self.set_public_endpoint(cloud, &instance).await?;
        }
        for (_, upgrade) in self.missing(self.upgrades(&names), cloud, &instance).await? {
            cloud.rdb.upgrade_instance(&instance, upgrade).await?;
            cloud.rdb.wait_for_instance(&instance).await?;
        }
        if changed.iter().any(|name| name == "settings") {
            self.set_settings(cloud, &instance).await?;
            cloud.rdb.wait_for_instance(&instance).await?;
        }
        if changed.iter().any(|name| name == "password") {
            let update = scaleway_rdb::UpdateUser::default().password(self.password.value(cloud).await?);
            cloud.rdb.update_user(&instance, &self.user_name, update).await?;
        }
        let plain = ["name", "tags", "backup_frequency", "backup_retention", "backup_same_region"];
        if changed.iter().any(|name| plain.contains(&name.as_str())) {
            let update = self.schedule().name(&self.name).tags(self.tags.clone());
            cloud.rdb.update_instance(&instance, update).await?;
        }
        Ok(id.to_owned())
    }

    /// A setting that the definition does not name is left alone.
    fn same(attribute: &str, desired: &Value, current: &Value, _: Option<&Value>) -> bool {
        match (attribute, desired.as_object(), current.as_object()) {
            ("settings", Some(desired), Some(current)) => {
                desired.iter().all(|(name, value)| current.get(name) == Some(value))
            }
            ("node_type", _, _) => same_text(desired, current),
            _ => desired == current,
        }
    }

    fn named(attribute: &str, desired: &Value, current: &Value) -> Value {
        let mut named = current.clone();
        if attribute == "settings"
            && let (Some(named), Some(desired)) = (named.as_object_mut(), desired.as_object())
        {
            named.retain(|name, _| desired.contains_key(name));
        }
        named
    }

    fn preflight(&self, facts: Option<&Value>, changed: &[&str]) -> Vec<Result<String, String>> {
        // From memory nothing more is known of it.
        let Some(mut instance) = facts.and_then(|facts| Instance::deserialize(facts).ok()) else {
            return Vec::new();
        };
        let engine = changed.contains(&"engine").then(|| Ok(self.engine_preflight(&instance)));
        let mut told: Vec<_> = engine.into_iter().collect();
        // Whoever is replaced is not upgraded.
        if changed.iter().any(|name| Self::PROFILE.behaviour(name) == Behaviour::Replace) {
            return told;
        }
        for (name, upgrade) in self.upgrades(changed) {
            match instance.preflight(&upgrade) {
                Ok(preflight) => told.push(Ok(format!("{name}: {preflight}"))),
                Err(error) => told.push(Err(error.to_string())),
            }
            if let (UpgradeInstance::VolumeType(kind), Some(volume)) = (upgrade, &mut instance.volume) {
                volume.kind = kind;
            }
        }
        told
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let id = id.parse()?;
        let mut deleted = gone(cloud.rdb.delete_instance(&id).await);
        // One that an interrupted run began to make, or to change, is not deleted before that is over.
        if matches!(&deleted, Err(KindError::Api(error)) if error.is_transient_state()) {
            match cloud.rdb.wait_for_instance(&id).await {
                Ok(_) | Err(scaleway_core::Error::Never { .. }) => {}
                Err(error) => gone::<()>(Err(error))?,
            }
            deleted = gone(cloud.rdb.delete_instance(&id).await);
        }
        deleted?;
        Ok(cloud.rdb.wait_until_instance_gone(&id).await?)
    }
}

/// Node types are known in lower and in upper case.
fn same_text(a: &Value, b: &Value) -> bool {
    a.as_str().zip(b.as_str()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
}

impl DatabaseInstance {
    fn schedule(&self) -> UpdateInstance {
        UpdateInstance::default()
            .is_backup_schedule_disabled(false)
            .backup_schedule_frequency(self.backup_frequency)
            .backup_schedule_retention(self.backup_retention)
            .backup_same_region(self.backup_same_region)
    }

    fn has_settings(&self, instance: &Instance) -> bool {
        let has = |(name, value): (&String, &String)| {
            instance.settings.iter().any(|set| set.name == *name && set.value == *value)
        };
        self.settings.iter().all(has)
    }

    /// Opens it to the internet, or closes it: by what is there now, an earlier run may have lost the answer.
    async fn set_public_endpoint(&self, cloud: &Cloud, id: &InstanceId) -> Result<(), KindError> {
        let instance = cloud.rdb.get_instance(id).await?;
        if !self.public_endpoint {
            for endpoint in instance.endpoints.iter().filter(|endpoint| endpoint.is_public()) {
                gone(cloud.rdb.delete_endpoint(&endpoint.id).await)?;
            }
        } else if instance.public_endpoint().is_none() {
            cloud.rdb.create_endpoint(id, CreateEndpoint::new(EndpointSpec::load_balancer())).await?;
        }
        cloud.rdb.wait_for_instance(id).await?;
        Ok(())
    }

    /// The setting that an answer refuses, as `settings.1.name`, counted in the order in which they are sent.
    fn refused_setting(&self, error: &scaleway_core::Error) -> Option<&String> {
        let details = error.api()?.body.details.as_ref()?;
        let place = details.iter().find_map(|detail| {
            detail.argument_name.as_ref()?.strip_prefix("settings.")?.split('.').next()?.parse().ok()
        })?;
        self.settings.keys().nth(place)
    }

    /// Sets the definition's settings and leaves the others alone.
    async fn set_settings(&self, cloud: &Cloud, id: &InstanceId) -> Result<(), KindError> {
        let settings: Vec<_> =
            self.settings.iter().map(|(name, value)| InstanceSetting::new(name, value)).collect();
        let set = cloud.rdb.add_instance_settings(id, InstanceSettings::new(settings)).await;
        set.map_err(|error| match self.refused_setting(&error) {
            Some(name) => KindError::Setting { name: name.clone(), source: error },
            None => error.into(),
        })?;
        Ok(())
    }

    fn has_schedule(&self, instance: &Instance) -> bool {
        let schedule = instance.backup_schedule.as_ref();
        schedule.is_some_and(|s| {
            !s.disabled && s.frequency == self.backup_frequency && s.retention == self.backup_retention
        }) && instance.backup_same_region == self.backup_same_region
    }
}

/// A schedule that is switched off makes a backup every 0 hours.
fn frequency(schedule: &BackupSchedule) -> u32 {
    if schedule.disabled { 0 } else { schedule.frequency }
}

fn seen(cloud: &Cloud, instance: Instance) -> Seen {
    let private = instance.private_endpoint().and_then(|endpoint| endpoint.private_network.as_ref());
    let settings: BTreeMap<_, _> =
        instance.settings.iter().map(|setting| (&setting.name, &setting.value)).collect();
    Seen {
        claim: cloud.claim(&instance.tags),
        status: Status::of(&instance.status, None),
        outputs: outputs(&instance),
        id: instance.id.to_string(),
        key: instance.name.clone(),
        facts: Some(json!(instance)),
        attributes: attributes([
            ("name", json!(instance.name)),
            ("engine", json!(instance.engine)),
            ("node_type", json!(instance.node_type)),
            ("high_availability", json!(instance.is_ha_cluster)),
            ("volume_type", json!(instance.volume.as_ref().map(|volume| &volume.kind))),
            ("volume_size", json!(instance.volume.as_ref().map(|volume| volume.size))),
            ("encryption", json!(instance.encryption.as_ref().map(|encryption| encryption.enabled))),
            ("backup_frequency", json!(instance.backup_schedule.as_ref().map(frequency))),
            ("backup_retention", json!(instance.backup_schedule.as_ref().map(|schedule| schedule.retention))),
            ("backup_same_region", json!(instance.backup_same_region)),
            ("settings", json!(settings)),
            ("private_network_id", json!(private.map(|private| &private.private_network_id))),
            ("public_endpoint", json!(instance.public_endpoint().is_some())),
            ("tags", sorted(instance.tags)),
        ]),
    }
}
