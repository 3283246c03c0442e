//! Preflight: what an upgrade would do to an instance, worked out without a call.

use std::fmt;
use std::time::Duration;

use scaleway_core::{Error, Result, Size};

use crate::{HighAvailabilityMode, Instance, MajorUpgrade, UpgradableVersionId, UpgradeInstance, VolumeType};

/// What becomes of something that the instance has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// It has none.
    Absent,
    /// It stays as it is.
    Kept,
    /// It moves to the new instance.
    Moves,
    /// It stays with the old instance; the new one does not have it until it is set up there.
    StaysBehind,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "none",
            Self::Kept => "kept",
            Self::Moves => "moves to the new instance",
            Self::StaysBehind => "stays behind",
        })
    }
}

/// What an [`UpgradeInstance`] would do: see [`Instance::preflight`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UpgradePreflight {
    /// The instance is so already: there is nothing to do.
    pub already: bool,
    /// It makes a new instance, with another id, from a snapshot of this one: what is written after the snapshot is lost to
    /// the new one. The old one stays, and is paid for, until it is deleted.
    pub new_instance: bool,
    /// The addresses by which programs reach the instance. A new instance that they do not move to has others.
    pub endpoints: Fate,
    /// The access rules. A public endpoint of a new instance lets everyone in until its rules are set.
    pub acl: Fate,
    /// The standby node.
    pub high_availability: Fate,
    /// The read replicas.
    pub read_replicas: Fate,
    /// Whether connections break: `None` where the platform promises nothing, so be ready for it.
    pub restart: Option<bool>,
    /// It cannot be undone.
    pub irreversible: bool,
    /// How long it takes, about: recorded or documented by the platform.
    pub typical_duration: Duration,
}

impl fmt::Display for UpgradePreflight {
    /// For people: `about 30 s; endpoints: kept; ACL: kept; high availability: none; …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.already {
            return f.write_str("nothing to do");
        }
        if self.new_instance {
            f.write_str("a new instance; what is written meanwhile is lost to it; ")?;
        }
        let restart = match self.restart {
            Some(true) => "connections break",
            Some(false) => "connections stay",
            None => "connections may break",
        };
        write!(
            f,
            "about {} s; endpoints: {}; ACL: {}; high availability: {}; read replicas: {}; {restart}{}",
            self.typical_duration.as_secs(),
            self.endpoints,
            self.acl,
            self.high_availability,
            self.read_replicas,
            if self.irreversible { "; cannot be undone" } else { "" }
        )
    }
}

/// Volumes grow by this.
const STEP: Size = Size::gigabytes(5);

// How long changes take: as recorded, encryption as documented.
const NODE: Duration = Duration::from_secs(212);
const STANDBY: Duration = Duration::from_mins(8);
const VOLUME_SIZE: Duration = Duration::from_secs(30);
const VOLUME_TYPE: Duration = Duration::from_mins(7);
const VERSION: Duration = Duration::from_secs(333);
/// An hour for 100 GB.
const ENCRYPTION_PER_GIGABYTE: Duration = Duration::from_secs(36);

impl Instance {
    /// What `change` would do to this instance, by what is known of the platform; no call is made.
    ///
    /// ```
    /// # use scaleway_core::Size;
    /// # use scaleway_rdb::{Fate, Instance, Result, UpgradeInstance};
    /// fn may_run_by_day(instance: &Instance) -> Result<bool> {
    ///     let preflight = instance.preflight(&UpgradeInstance::VolumeSize(Size::gigabytes(20)))?;
    ///     Ok(preflight.endpoints == Fate::Kept && preflight.restart != Some(true))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] for what the platform refuses: a smaller volume or one that is not a multiple of 5 GB, high
    /// availability or encryption taken back, a version that the instance cannot be upgraded to.
    pub fn preflight(&self, change: &UpgradeInstance) -> Result<UpgradePreflight> {
        self.allow(change)?;
        let kept = |there: bool| if there { Fate::Kept } else { Fate::Absent };
        let endpoints = !self.endpoints.is_empty();
        let mut preflight = UpgradePreflight {
            already: is_made(self, change),
            new_instance: false,
            endpoints: kept(endpoints),
            acl: kept(self.public_endpoint().is_some()),
            high_availability: kept(self.is_ha_cluster),
            read_replicas: kept(!self.read_replicas.is_empty()),
            restart: None,
            irreversible: false,
            typical_duration: Duration::ZERO,
        };
        match change {
            UpgradeInstance::NodeType(_) => {
                preflight.restart = Some(true);
                preflight.typical_duration = NODE;
            }
            UpgradeInstance::EnableHa(_) | UpgradeInstance::HighAvailabilityMode(_) => {
                preflight.irreversible = true;
                preflight.typical_duration = STANDBY;
            }
            UpgradeInstance::VolumeSize(_) => {
                preflight.irreversible = true;
                preflight.typical_duration = VOLUME_SIZE;
            }
            UpgradeInstance::VolumeType(_) => preflight.typical_duration = VOLUME_TYPE,
            UpgradeInstance::EnableEncryption(_) => {
                preflight.irreversible = true;
                let gigabytes = self.size().as_bytes() / 1_000_000_000;
                preflight.typical_duration =
                    ENCRYPTION_PER_GIGABYTE * u32::try_from(gigabytes).unwrap_or(u32::MAX);
            }
            UpgradeInstance::UpgradableVersionId(_) => preflight.moves_to_new_instance(false),
            UpgradeInstance::MajorUpgradeWorkflow(MajorUpgrade { with_endpoints, .. }) => {
                preflight.moves_to_new_instance(*with_endpoints);
            }
        }
        Ok(preflight)
    }

    fn size(&self) -> Size {
        self.volume.as_ref().map(|volume| volume.size).unwrap_or_default()
    }

    /// Refuses what the platform would refuse, or take and never undo.
    fn allow(&self, change: &UpgradeInstance) -> Result<()> {
        let refused = |field: &str, problem: String| {
            Err(Error::InvalidRequest { operation: "UpgradeInstance", field: field.into(), problem })
        };
        match change {
            UpgradeInstance::VolumeSize(size) => {
                let is = self.size();
                if self.volume.as_ref().is_some_and(|volume| volume.kind == VolumeType::Lssd) {
                    refused(
                        "volume_size",
                        "the size of a local disk is its node type's: change that, or the volume type".into(),
                    )
                } else if *size < is {
                    refused(
                        "volume_size",
                        format!(
                            "{size} is less than the {is} there are, and a volume only grows: to shrink, restore a backup into a new instance"
                        ),
                    )
                } else if size.as_bytes() % STEP.as_bytes() != 0 {
                    refused("volume_size", format!("{size} is not a multiple of {STEP}"))
                } else {
                    Ok(())
                }
            }
            UpgradeInstance::EnableHa(false) => refused(
                "enable_ha",
                "high availability cannot be taken back: restore a backup into a new instance".into(),
            ),
            UpgradeInstance::HighAvailabilityMode(HighAvailabilityMode::Disabled) => refused(
                "high_availability_mode",
                "high availability cannot be taken back: restore a backup into a new instance".into(),
            ),
            UpgradeInstance::EnableEncryption(false) => refused(
                "enable_encryption",
                "encryption cannot be taken back: restore a backup into a new instance".into(),
            ),
            UpgradeInstance::UpgradableVersionId(version) => {
                self.allow_version("upgradable_version_id", version)
            }
            UpgradeInstance::MajorUpgradeWorkflow(upgrade) => self.allow_version(
                "major_upgrade_workflow.upgradable_version_id",
                &upgrade.upgradable_version_id,
            ),
            _ => Ok(()),
        }
    }

    fn allow_version(&self, field: &str, wanted: &UpgradableVersionId) -> Result<()> {
        if self.upgradable_version.iter().flatten().any(|version| version.id == *wanted) {
            return Ok(());
        }
        let versions: Vec<_> = self
            .upgradable_version
            .iter()
            .flatten()
            .map(|version| format!("{} ({})", version.id, version.name))
            .collect();
        let versions = if versions.is_empty() { "none".to_owned() } else { versions.join(", ") };
        let problem = format!("{} cannot be upgraded to {wanted}; it can to: {versions}", self.engine);
        Err(Error::InvalidRequest { operation: "UpgradeInstance", field: field.into(), problem })
    }
}

impl UpgradePreflight {
    fn moves_to_new_instance(&mut self, with_endpoints: bool) {
        let left = |fate: Fate| if fate == Fate::Absent { fate } else { Fate::StaysBehind };
        self.new_instance = true;
        if self.endpoints != Fate::Absent {
            self.endpoints = if with_endpoints { Fate::Moves } else { Fate::StaysBehind };
        }
        self.acl = left(self.acl);
        self.high_availability = left(self.high_availability);
        self.read_replicas = left(self.read_replicas);
        // The old instance goes on, as long as it keeps its endpoints.
        self.restart = Some(with_endpoints);
        self.irreversible = with_endpoints;
        self.typical_duration = VERSION;
    }
}

/// Whether the instance reads as the change wants it. A new version is never made on the instance itself.
pub(crate) fn is_made(instance: &Instance, change: &UpgradeInstance) -> bool {
    let volume = instance.volume.as_ref();
    match change {
        UpgradeInstance::NodeType(wanted) => instance.node_type.eq_ignore_ascii_case(wanted),
        UpgradeInstance::EnableHa(wanted) => instance.is_ha_cluster == *wanted,
        UpgradeInstance::HighAvailabilityMode(wanted) => {
            instance.is_ha_cluster
                && instance.high_availability_mode.as_ref().is_none_or(|mode| mode == wanted)
        }
        UpgradeInstance::VolumeSize(wanted) => volume.is_some_and(|volume| volume.size == *wanted),
        UpgradeInstance::VolumeType(wanted) => volume.is_some_and(|volume| volume.kind == *wanted),
        UpgradeInstance::EnableEncryption(wanted) => {
            instance.encryption.is_some_and(|encryption| encryption.enabled) == *wanted
        }
        UpgradeInstance::UpgradableVersionId(_) | UpgradeInstance::MajorUpgradeWorkflow(_) => false,
    }
}
