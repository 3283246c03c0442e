//! New versions in place of old ones, within the 20 that a secret may have.

use scaleway_core::{Error, Result, SecretId};

use crate::{CreateSecretVersion, ListSecretVersions, SecretVersion, SecretVersionStatus, Secrets};

/// The most versions that a secret may have.
const LIMIT: u32 = 20;

/// How many versions of a secret stay. The newest that can be accessed stays in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct KeepVersions {
    /// How many stay enabled, the newest first: at least 1.
    pub enabled: u32,
    /// How many stay at all, enabled or disabled, the newest first: 2 to 20.
    pub total: u32,
}

impl KeepVersions {
    /// So many that can be accessed, and so many in all.
    pub fn new(enabled: u32, total: u32) -> Self {
        Self { enabled, total }
    }

    fn check(self) -> Result<Self> {
        let refuse = |field: &str, problem: String| {
            Err(Error::InvalidRequest { operation: "CreateSecretVersion", field: field.to_owned(), problem })
        };
        if self.enabled == 0 {
            refuse("enabled", "0 versions would leave none to access: keep at least 1".to_owned())
        } else if !(2..=LIMIT).contains(&self.total) {
            refuse("total", format!("{} versions: keep 2 to {LIMIT}", self.total))
        } else {
            Ok(self)
        }
    }

    /// Which of `versions` to disable, and which to delete.
    fn prune(self, versions: &[SecretVersion]) -> (Vec<u32>, Vec<u32>) {
        let is = |version: &&SecretVersion, status| version.status == status;
        let mut live: Vec<_> = versions
            .iter()
            .filter(|v| is(v, SecretVersionStatus::Enabled) || is(v, SecretVersionStatus::Disabled))
            .collect();
        live.sort_by_key(|version| std::cmp::Reverse(version.revision));
        let newest_enabled = live.iter().find(|v| is(v, SecretVersionStatus::Enabled)).map(|v| v.revision);
        let (mut disable, mut delete) = (Vec::new(), Vec::new());
        let (mut enabled, mut total) = (0, u32::from(newest_enabled.is_some()));
        for version in live {
            let spared = Some(version.revision) == newest_enabled;
            if !spared && total >= self.total {
                delete.push(version.revision);
                continue;
            }
            total += u32::from(!spared);
            if version.status == SecretVersionStatus::Enabled {
                if enabled >= self.enabled {
                    disable.push(version.revision);
                } else {
                    enabled += 1;
                }
            }
        }
        (disable, delete)
    }
}

impl Default for KeepVersions {
    /// The new version and the one before it stay enabled, and 10 in all.
    fn default() -> Self {
        Self::new(2, 10)
    }
}

/// # Rotation
impl Secrets {
    /// Gives the secret a new version by `CreateSecretVersion`, after it has disabled and deleted old ones so that with
    /// the new one there are no more than `keep` says. Where the new one is not made after all, the value until then
    /// can still be accessed.
    ///
    /// # Errors
    /// Beside the usual ones: [`Error::InvalidRequest`] where `keep` is out of its bounds.
    pub async fn rotate_secret(
        &self,
        id: &SecretId,
        request: CreateSecretVersion,
        keep: KeepVersions,
    ) -> Result<SecretVersion> {
        let keep = keep.check()?;
        self.prune_secret(id, KeepVersions::new((keep.enabled - 1).max(1), keep.total - 1)).await?;
        // The last one that is enabled is disabled by the very call that replaces it.
        let request = if keep.enabled == 1 { request.disable_previous(true) } else { request };
        self.create_secret_version(id, request).await
    }

    async fn prune_secret(&self, id: &SecretId, keep: KeepVersions) -> Result<()> {
        let versions = self.list_secret_versions(id, ListSecretVersions::default()).all().await?;
        let (disable, delete) = keep.prune(&versions);
        for revision in disable {
            self.disable_secret_version(id, revision).await?;
        }
        for revision in delete {
            self.delete_secret_version(id, revision).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(statuses: &[&str]) -> Vec<SecretVersion> {
        let version = |(index, status): (usize, &&str)| {
            let version = serde_json::json!({"revision": index + 1, "secret_id": "s", "status": status, "region": "fr-par"});
            serde_json::from_value(version).unwrap()
        };
        statuses.iter().enumerate().map(version).collect()
    }

    #[test]
    fn the_newest_stay() {
        let all = versions(&["enabled", "enabled", "disabled", "deleted", "enabled", "enabled"]);
        assert_eq!(KeepVersions::new(2, 3).prune(&all), (vec![], vec![2, 1]));
        assert_eq!(KeepVersions::new(1, 4).prune(&all), (vec![5, 2], vec![1]));
        assert_eq!(KeepVersions::new(4, 5).prune(&all), (vec![], vec![]));
    }

    #[test]
    fn the_newest_that_can_be_accessed_stays_whatever_is_newer() {
        let all = versions(&["enabled", "enabled", "disabled", "disabled"]);
        assert_eq!(KeepVersions::new(1, 1).prune(&all), (vec![], vec![4, 3, 1]));
        assert_eq!(KeepVersions::new(1, 2).prune(&all), (vec![], vec![3, 1]));
    }

    #[test]
    fn too_few_or_too_many_are_refused() {
        assert!(KeepVersions::default().check().is_ok());
        for (keep, says) in [
            (KeepVersions::new(0, 5), "enabled: 0 versions"),
            (KeepVersions::new(1, 21), "total: 21 versions: keep 2 to 20"),
            (KeepVersions::new(1, 1), "total: 1 versions"),
        ] {
            let error = keep.check().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
