//! Where an environment's state is kept, and its key.

use std::path::{Path, PathBuf};

use evalap_topology::definition::{Definition, KeySource, StatePlace};
use evalap_topology::model::State;
use evalap_topology::state::{KEY_VARIABLE, KeySecret, Session, StateKey, Store};
use scaleway_core::{Client, Clock, ProjectId, Random, Region};
use scaleway_object_storage::{BucketName, ObjectStorage};
use scaleway_secrets::Secrets;

use crate::error::Error;
use crate::text;

/// Where an environment's state is kept, and its key.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// The environment.
    pub(crate) name: String,
    data: PathBuf,
    said: StatePlace,
    /// What relative paths of the definition start at.
    base: PathBuf,
    /// Where the cloud's part is: known from a definition.
    home: Option<(ProjectId, Region)>,
}

impl Place {
    /// What the definition in `file` says.
    pub(crate) fn of(definition: &Definition, file: &Path, data: &Path) -> Self {
        let environment = &definition.environment;
        let home = environment.project_id.parse().ok().zip(environment.region.parse().ok());
        Self {
            name: environment.name.clone(),
            data: data.into(),
            said: definition.state.clone(),
            base: file.parent().unwrap_or(Path::new(".")).into(),
            home,
        }
    }

    /// A folder of the program's data, the key in a file of it.
    pub(crate) fn usual(name: impl Into<String>, data: &Path) -> Self {
        let (name, data) = (name.into(), data.to_owned());
        Self { name, data, said: StatePlace::default(), base: PathBuf::new(), home: None }
    }

    /// The same, but for the state's being in its folder.
    pub(crate) fn in_folder(&self) -> Self {
        let mut place = self.clone();
        place.said.bucket = None;
        place
    }

    /// The folder, used or not.
    pub(crate) fn folder(&self) -> PathBuf {
        self.data.join("state").join(&self.name)
    }

    /// The file of the key, where it is one: outside of the state's folder, for whoever copies that one.
    pub(crate) fn key_file(&self) -> Option<PathBuf> {
        match &self.said.key {
            None => Some(self.data.join("keys").join(format!("{}.key", self.name))),
            Some(KeySource::FromFile(file)) => Some(self.base.join(file)),
            Some(_) => None,
        }
    }

    /// Whether the state cannot be opened without the cloud.
    pub(crate) fn is_remote(&self) -> bool {
        let key_is = matches!(self.said.key, Some(KeySource::Secret(_)));
        self.said.bucket.is_some() || (key_is && std::env::var_os(KEY_VARIABLE).is_none())
    }

    /// Whether it is in a bucket.
    pub(crate) fn is_in_bucket(&self) -> bool {
        self.said.bucket.is_some()
    }

    /// The bucket, and how it is reached; none where the state is in a folder.
    pub(crate) fn bucket(&self, client: &Client) -> Result<Option<(ObjectStorage, BucketName)>, Error> {
        let Some(bucket) = &self.said.bucket else { return Ok(None) };
        let name: BucketName = bucket
            .parse()
            .map_err(|error| Error::refused(format!("[state] bucket: {error}"), "correct it"))?;
        let (project, region) = self.home()?;
        Ok(Some((ObjectStorage::in_region(client, region)?.in_project(project), name)))
    }

    /// The secret of the key, where it is one.
    pub(crate) fn key_secret(&self, client: &Client) -> Result<Option<KeySecret>, Error> {
        let Some(KeySource::Secret(secret)) = &self.said.key else { return Ok(None) };
        let (project, region) = self.home()?;
        Ok(Some(KeySecret::new(Secrets::in_region(client, region), project.clone(), secret)))
    }

    /// State and key. Without a client a remote one is refused.
    pub(crate) async fn open(
        &self,
        client: Option<&Client>,
        clock: &Clock,
    ) -> Result<(Store, StateKey), Error> {
        let store = self.refuged(self.store(client, clock)?, clock)?;
        let key = self.key(client, &store).await?;
        Ok((store, key))
    }

    /// With the folder of this machine that keeps what cannot be written.
    pub(crate) fn refuged(&self, store: Store, clock: &Clock) -> Result<Store, Error> {
        let refuge = self.data.join("refuge").join(&self.name);
        Ok(store.with_refuge(Store::folder(&refuge, clock.clone(), Random::system())?))
    }

    /// Where the state is, without the key that it takes to read it.
    pub(crate) fn store(&self, client: Option<&Client>, clock: &Clock) -> Result<Store, Error> {
        if self.said.bucket.is_none() {
            return Ok(Store::folder(&self.folder(), clock.clone(), Random::system())?);
        }
        let client = client.ok_or_else(|| self.unreachable("the state is in a bucket"))?;
        let Some((storage, bucket)) = self.bucket(client)? else {
            return Err(self.unreachable("the state is in a bucket"));
        };
        Ok(Store::bucket(&storage, &bucket)?)
    }

    /// The key of the state in `store`.
    pub(crate) async fn key(&self, client: Option<&Client>, store: &Store) -> Result<StateKey, Error> {
        if let Some(key) = StateKey::from_env()? {
            return Ok(key);
        }
        if let Some(KeySource::FromEnv(variable)) = &self.said.key {
            return Ok(StateKey::from_variable(variable)?);
        }
        if let Some(file) = self.key_file() {
            return Ok(StateKey::load_or_create(&file, store).await?);
        }
        let client = client.ok_or_else(|| self.unreachable("the state's key is in Secret Manager"))?;
        match self.key_secret(client)? {
            Some(secret) => Ok(secret.read(store).await?),
            None => Err(self.unreachable("the state's key is in Secret Manager")),
        }
    }

    /// The key that the state in `store` is written with: the definition's, or the one beside the folder that it was kept in
    /// before the definition named another.
    pub(crate) async fn key_in_use(&self, client: Option<&Client>, store: &Store) -> Result<StateKey, Error> {
        let beside = Self::usual(&self.name, &self.data).key_file().filter(|file| file.exists());
        let Some(file) = beside else { return self.key(client, store).await };
        let used = store.key_in_use().await?;
        let fits = |key: &StateKey| used.as_deref() == Some(key.id());
        match StateKey::load_or_create(&file, store).await {
            Ok(key) if fits(&key) => Ok(key),
            Ok(_) => self.key(client, store).await,
            // It may be one that nobody needs any more.
            Err(error) => self.key(client, store).await.ok().filter(fits).ok_or_else(|| error.into()),
        }
    }

    /// The folder that a state is in still, where the definition names a bucket: it must be moved first. One that cannot be
    /// opened is none of this environment's.
    pub(crate) async fn left_behind(&self, clock: &Clock) -> Result<Option<String>, Error> {
        if self.said.bucket.is_none() || !self.folder().exists() {
            return Ok(None);
        }
        let place = self.in_folder();
        let store = place.store(None, clock)?;
        if store.key_in_use().await?.is_none() {
            return Ok(None);
        }
        let opened = async {
            let key = place.key_in_use(None, &store).await?;
            Ok::<_, Error>(Box::pin(Session::<State>::open(store.clone(), key)).await?)
        };
        match opened.await {
            Ok(session) if session.moved_to().is_none() && !session.state().resources.is_empty() => {
                Ok(Some(store.place().to_owned()))
            }
            Ok(_) => Ok(None),
            Err(error) => {
                text::complain(format!(
                    "What is in {} cannot be opened, and is not looked at: {}",
                    store.place(),
                    text::told(&error)
                ));
                Ok(None)
            }
        }
    }

    fn home(&self) -> Result<(&ProjectId, &Region), Error> {
        let (project, region) =
            self.home.as_ref().ok_or_else(|| self.unreachable("project and region are not known"))?;
        Ok((project, region))
    }

    fn unreachable(&self, why: &str) -> Error {
        Error::refused(
            format!("{}: {why}", self.name),
            "name the definition (--definition FILE) and the other side (--target emulator or scaleway)",
        )
    }
}
