//! A new API key in place of an old one, without a moment in which neither is valid.

use std::time::Duration;

use scaleway_core::{Result, Timestamp};

use crate::{AccessKey, ApiKey, CreateApiKey, Iam};

/// Two API keys of one bearer, both valid: the old one and the one that takes its place. What uses the old one is given
/// the new one now; then [`finish`](Self::finish) deletes the old one, or [`abandon`](Self::abandon) the new one.
///
/// A rotation that is dropped leaves both keys: [`list_api_keys`](Iam::list_api_keys) shows them.
///
/// ```no_run
/// # async fn run(iam: scaleway_iam::Iam, old: scaleway_iam::AccessKey) -> Result<(), scaleway_iam::Error> {
/// let rotation = iam.rotate_api_key(&old, None).await?;
/// let new = rotation.new_key();
/// // Put `new.access_key` and `new.secret_key` where the old ones are, see that they work, then:
/// rotation.finish().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "both keys stay valid until `finish` or `abandon`"]
pub struct KeyRotation {
    iam: Iam,
    old: AccessKey,
    new: ApiKey,
}

impl KeyRotation {
    /// The new key, with its secret key.
    pub fn new_key(&self) -> &ApiKey {
        &self.new
    }

    /// The access key of the old one.
    pub fn old_key(&self) -> &AccessKey {
        &self.old
    }

    /// Deletes the old key, by `DeleteAPIKey`. It can be called again where it failed.
    pub async fn finish(&self) -> Result<()> {
        self.iam.delete_key_if_any(&self.old).await
    }

    /// Deletes the new key, by `DeleteAPIKey`: all is as before. It can be called again where it failed.
    pub async fn abandon(&self) -> Result<()> {
        self.iam.delete_key_if_any(&self.new.access_key).await
    }
}

/// # Rotation of API keys
impl Iam {
    /// Makes a key like `old`: of the same bearer, with the same default project and description, by `GetAPIKey` and
    /// `CreateAPIKey`. It is valid for `lifetime` from now, or for as long as the old one was made for. It may take up
    /// to two minutes until it is accepted everywhere.
    pub async fn rotate_api_key(&self, old: &AccessKey, lifetime: Option<Duration>) -> Result<KeyRotation> {
        let found = self.get_api_key(old).await?;
        let request = successor(found, lifetime, self.api.client().clock().now());
        let new = self.create_api_key(request).await?;
        Ok(KeyRotation { iam: self.clone(), old: old.clone(), new })
    }

    async fn delete_key_if_any(&self, key: &AccessKey) -> Result<()> {
        match self.delete_api_key(key).await {
            Err(error) if error.is_not_found() => Ok(()),
            deleted => deleted,
        }
    }
}

/// The request for a key like `old`.
fn successor(old: ApiKey, lifetime: Option<Duration>, now: Timestamp) -> CreateApiKey {
    let lifetime =
        lifetime.or_else(|| old.expires_at.zip(old.created_at).map(|(end, start)| end.since(start)));
    CreateApiKey {
        application_id: old.application_id,
        user_id: old.user_id,
        expires_at: lifetime.map(|lifetime| now + lifetime),
        default_project_id: Some(old.default_project_id),
        description: Some(old.description),
    }
}
