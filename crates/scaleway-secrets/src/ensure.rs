//! Secrets by name: finding one, and making sure that one is there.

use std::collections::BTreeSet;

use scaleway_core::{Error, ProjectId, Result, wire};

use crate::{CreateSecret, ListSecrets, SecretEntry, Secrets, UpdateSecret};

/// # By name
impl Secrets {
    /// The secret of this name in this folder, by `ListSecrets`; in the client's default project unless one is given.
    /// Secrets that are scheduled for deletion are not found.
    pub async fn find_secret(
        &self,
        project: Option<&ProjectId>,
        path: &str,
        name: &str,
    ) -> Result<Option<SecretEntry>> {
        let mut project = project.cloned();
        self.api.fill_project(&mut project)?;
        let path = folder(path);
        let mut list = ListSecrets::default().path(&path).name(name).scheduled_for_deletion(false);
        list.project_id = project;
        let found = self.list_secrets(list).all().await?;
        Ok(found.into_iter().find(|secret| secret.name == name && folder(&secret.path) == path))
    }

    /// Makes the secret, or gives the one of that name in that folder what is set in `request`, by `UpdateSecret`,
    /// `ProtectSecret` and `UnprotectSecret`, where it differs. So it can be called again, whatever became of the call
    /// before.
    ///
    /// # Errors
    /// Beside the usual ones: [`Error::InvalidRequest`] where there is such a secret of another type or under another
    /// key, which cannot be changed.
    pub async fn ensure_secret(&self, mut request: CreateSecret) -> Result<SecretEntry> {
        self.api.fill_project(&mut request.project_id)?;
        let path = request.path.insert(folder(request.path.as_deref().unwrap_or_default())).clone();
        let look = async || self.find_secret(request.project_id.as_ref(), &path, &request.name).await;
        if let Some(found) = look().await? {
            return self.align_secret(found, request).await;
        }
        match self.create_secret(request.clone()).await {
            // The lost call, or another's, may have made it.
            Err(error) if error.may_have_happened() || error.is_conflict() => {
                let found = look().await?.ok_or(error)?;
                self.align_secret(found, request).await
            }
            made => made,
        }
    }

    async fn align_secret(&self, found: SecretEntry, wanted: CreateSecret) -> Result<SecretEntry> {
        let fixed = |field: &str, is: String, wanted: String| Error::InvalidRequest {
            operation: "CreateSecret",
            field: field.to_owned(),
            problem: format!(
                "secret {} ({}) has {is} and cannot change to {wanted}: use another name, or delete it first",
                found.name, found.id
            ),
        };
        if let Some(wanted) = &wanted.secret_type
            && *wanted != found.secret_type
        {
            return Err(fixed("type", wire::spelled(&found.secret_type), wire::spelled(wanted)));
        }
        if let Some(wanted) = &wanted.key_id
            && found.key_id.as_ref() != Some(wanted)
        {
            let is =
                found.key_id.as_ref().map_or_else(|| "the platform's key".to_owned(), ToString::to_string);
            return Err(fixed("key_id", is, wanted.to_string()));
        }

        let update = UpdateSecret {
            tags: wanted.tags.filter(|tags| set(tags) != set(&found.tags)),
            description: wanted
                .description
                .filter(|text| text != found.description.as_deref().unwrap_or_default()),
            ephemeral_policy: wanted
                .ephemeral_policy
                .filter(|policy| Some(policy) != found.ephemeral_policy.as_ref()),
            ..UpdateSecret::default()
        };
        let mut secret = found;
        if update != UpdateSecret::default() {
            secret = self.update_secret(&secret.id, update).await?;
        }
        match (secret.protected, wanted.protected) {
            (false, Some(true)) => self.protect_secret(&secret.id).await,
            (true, Some(false)) => self.unprotect_secret(&secret.id).await,
            _ => Ok(secret),
        }
    }
}

/// A folder as the API spells it: with a slash before it and none after.
fn folder(path: &str) -> String {
    format!("/{}", path.trim_matches('/'))
}

fn set(tags: &[String]) -> BTreeSet<&String> {
    tags.iter().collect()
}
