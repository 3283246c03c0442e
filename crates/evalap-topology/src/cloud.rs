//! The clients of one environment, and what all kinds need of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use scaleway_cockpit::Cockpit;
use scaleway_containers::Containers;
use scaleway_core::{Client, Clock, ProjectId, Random, Region, Secret, SecretId};
use scaleway_rdb::Rdb;
use scaleway_secrets::Secrets;
use scaleway_vpc::Vpcs;
use serde_json::Value;

use crate::apply::Fence;
use crate::error::KindError;
use crate::kinds::Claim;
use crate::state::{Digest, StateKey};

/// One environment's place in the cloud: the products' clients, its project and region, and what marks a resource as its.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) containers: Containers,
    pub(crate) rdb: Rdb,
    pub(crate) secrets: Secrets,
    pub(crate) cockpit: Cockpit,
    pub(crate) vpcs: Vpcs,
    client: Client,
    fence: Fence,
    project: ProjectId,
    /// The tags that mark a resource as this environment's.
    marks: Vec<String>,
    key: StateKey,
    /// Secret values of this run by the digest that plans and state know them by, and by where Secret Manager keeps them.
    given: BTreeMap<String, Secret>,
    read: Mutex<BTreeMap<(SecretId, u32), Secret>>,
}

impl Cloud {
    /// The clients of `region`. What bears all of `marks` as tags is ours; `given` are the values of secrets that come
    /// from outside, by digest under `key`.
    pub(crate) fn new(
        client: &Client,
        project: ProjectId,
        region: &Region,
        marks: Vec<String>,
        key: StateKey,
        given: impl IntoIterator<Item = Secret>,
    ) -> Self {
        let given = given.into_iter().map(|secret| (key.digest(&secret).to_string(), secret)).collect();
        let fence = Fence::default();
        let client = &client.wrap(|transport| fence.around(transport));
        Self {
            containers: Containers::in_region(client, region),
            rdb: Rdb::in_region(client, region),
            secrets: Secrets::in_region(client, region),
            cockpit: Cockpit::in_region(client, region),
            vpcs: Vpcs::in_region(client, region),
            client: client.clone(),
            fence,
            project,
            marks,
            key,
            given,
            read: Mutex::default(),
        }
    }

    pub(crate) fn project(&self) -> ProjectId {
        self.project.clone()
    }

    /// The clock of the clients.
    pub(crate) fn clock(&self) -> &Clock {
        self.client.clock()
    }

    pub(crate) fn fence(&self) -> &Fence {
        &self.fence
    }

    pub(crate) fn random(&self) -> &Random {
        self.client.random()
    }

    pub(crate) fn claim(&self, tags: &[String]) -> Claim {
        if self.marks.iter().all(|mark| tags.contains(mark)) { Claim::Ours } else { Claim::Foreign }
    }

    /// What stands for a value in plans and state.
    pub(crate) fn digest(&self, value: &Secret) -> Digest {
        self.key.digest(value)
    }

    /// A digest as the state's key makes it, which may have been made with one before it.
    pub(crate) fn lifted(&self, digest: String) -> String {
        self.key.lift(&digest).map_or(digest, |digest| digest.to_string())
    }

    /// The value from outside that has this digest.
    pub(crate) fn given(&self, digest: &str) -> Option<&Secret> {
        self.given.get(digest)
    }

    /// The value that Secret Manager keeps as this version; read once a run.
    pub(crate) async fn secret(&self, id: &SecretId, revision: u32) -> Result<Secret, KindError> {
        let place = (id.clone(), revision);
        let known = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some(secret) = known {
            return Ok(secret);
        }
        let version = self.secrets.access_secret_version(id, revision).await?;
        let secret = version.data.to_secret();
        let secret = secret
            .ok_or_else(|| KindError::Other(format!("version {revision} of secret {id} is no text")))?;
        self.remember(id, revision, secret.clone());
        Ok(secret)
    }

    /// Keeps a value that was just written, so that it need not be read.
    pub(crate) fn remember(&self, id: &SecretId, revision: u32, secret: Secret) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert((id.clone(), revision), secret);
    }
}

/// Tags as attributes have them: their order means nothing.
pub(crate) fn sorted(mut tags: Vec<String>) -> Value {
    tags.sort();
    tags.into()
}

/// A deletion's answer: that it is gone already, or on its way out by someone else's deletion, is what was wanted.
pub(crate) fn gone<T>(deleted: scaleway_core::Result<T>) -> Result<(), KindError> {
    match deleted {
        Err(error) if !error.is_not_found() && !is_being_deleted(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

fn is_being_deleted(error: &scaleway_core::Error) -> bool {
    let state = error.api().and_then(|error| error.body.current_state.as_deref());
    error.is_transient_state() && state == Some("deleting")
}
