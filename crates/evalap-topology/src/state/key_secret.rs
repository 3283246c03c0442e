//! The state's key as a secret in Secret Manager: its newest enabled version.

use data_encoding::BASE64;
use scaleway_core::{ProjectId, Random, SecretId};
use scaleway_secrets::{
    CreateSecret, CreateSecretVersion, ListSecretVersions, Payload, SecretVersionStatus, Secrets,
};
use zeroize::Zeroizing;

use super::{StateError, StateKey, Store};

/// Where Secret Manager keeps a state's key.
#[derive(Debug, Clone)]
pub struct KeySecret {
    secrets: Secrets,
    project: ProjectId,
    path: String,
    name: String,
}

impl KeySecret {
    /// The secret at `place`, its path and name (`/evalap/state-key`), in `project`.
    pub fn new(secrets: Secrets, project: ProjectId, place: &str) -> Self {
        let (path, name) = place.rsplit_once('/').unwrap_or(("", place));
        let path = format!("/{}", path.trim_start_matches('/'));
        Self { secrets, project, path, name: name.to_owned() }
    }

    /// The key of the state in `store`. While a rotation is under way, or after one that was interrupted, there are
    /// several enabled versions, and the state says which holds its key.
    pub async fn read(&self, store: &Store) -> Result<StateKey, StateError> {
        let id = self.find().await?.ok_or_else(|| self.missing("there is no secret"))?;
        let keys = self.enabled(&id).await?;
        if keys.is_empty() {
            return Err(self.missing("no version is enabled of the secret"));
        }
        store.fitting(keys).await
    }

    /// Makes the secret with a new key, unless it is there. Whether it was made.
    pub async fn ensure(&self, random: &Random) -> Result<bool, StateError> {
        let create = CreateSecret::new(&self.name)
            .path(&self.path)
            .project_id(self.project.clone())
            .description("The key of the deployment's state: without it the state cannot be read");
        let secret =
            self.secrets.ensure_secret(create).await.map_err(|source| self.failed("made", source))?;
        if !self.enabled(&secret.id).await?.is_empty() {
            return Ok(false);
        }
        self.add(&secret.id, random).await?;
        Ok(true)
    }

    /// Adds a version with a new key beside the one in use, for a rotation; one that an interrupted rotation left is
    /// taken up again.
    pub async fn next(&self, used: &StateKey, random: &Random) -> Result<StateKey, StateError> {
        let id = self.find().await?.ok_or_else(|| self.missing("there is no secret"))?;
        match self.enabled(&id).await?.into_iter().next() {
            Some(newest) if newest.id() != used.id() => Ok(newest),
            _ => self.add(&id, random).await,
        }
    }

    /// Ends a rotation: all versions but the newest are disabled. They can be enabled again.
    pub async fn next_takes_over(&self) -> Result<(), StateError> {
        let id = self.find().await?.ok_or_else(|| self.missing("there is no secret"))?;
        for revision in self.revisions(&id).await?.into_iter().skip(1) {
            self.secrets
                .disable_secret_version(&id, revision)
                .await
                .map_err(|source| self.failed("disabled", source))?;
        }
        Ok(())
    }

    async fn add(&self, id: &SecretId, random: &Random) -> Result<StateKey, StateError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut()).map_err(StateError::Random)?;
        let text = Zeroizing::new(BASE64.encode(bytes.as_slice()));
        let version = CreateSecretVersion::new(Payload::text(text.as_str()));
        let made = self.secrets.create_secret_version(id, version).await;
        made.map_err(|source| self.failed("written", source))?;
        StateKey::new(&bytes)
    }

    async fn find(&self) -> Result<Option<SecretId>, StateError> {
        let found = self.secrets.find_secret(Some(&self.project), &self.path, &self.name).await;
        Ok(found.map_err(|source| self.failed("found", source))?.map(|secret| secret.id))
    }

    /// The enabled versions, the newest first.
    async fn revisions(&self, id: &SecretId) -> Result<Vec<u32>, StateError> {
        let list = self.secrets.list_secret_versions(id, ListSecretVersions::default()).all_settled().await;
        let mut enabled: Vec<u32> = list
            .map_err(|source| self.failed("listed", source))?
            .into_iter()
            .filter(|version| version.status == SecretVersionStatus::Enabled)
            .map(|version| version.revision)
            .collect();
        enabled.sort_unstable_by(|a, b| b.cmp(a));
        Ok(enabled)
    }

    async fn enabled(&self, id: &SecretId) -> Result<Vec<StateKey>, StateError> {
        let mut keys = Vec::new();
        for revision in self.revisions(id).await? {
            let version = self.secrets.access_secret_version(id, revision).await;
            let data = version.map_err(|source| self.failed("read", source))?.data;
            let place = format!("version {revision} of the secret {}", self.place());
            let text = data
                .to_secret()
                .ok_or_else(|| StateError::InvalidKey { place: place.clone(), problem: "not text" })?;
            keys.push(StateKey::parse(&text, &place)?);
        }
        Ok(keys)
    }

    fn place(&self) -> String {
        format!("{}/{}", self.path.trim_end_matches('/'), self.name)
    }

    fn missing(&self, what: &str) -> StateError {
        StateError::KeySecretMissing {
            problem: format!("{what} {} in project {}", self.place(), self.project),
        }
    }

    fn failed(&self, doing: &'static str, source: scaleway_secrets::Error) -> StateError {
        StateError::KeySecret { secret: self.place(), doing, source: Box::new(source) }
    }
}
