//! Where the state of a world lies.

use std::sync::Arc;

use futures_util::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use scaleway_core::{Client, Config, Random, Transport};
use scaleway_emulator::Emulator;
use scaleway_object_storage::{BucketName, CreateBucket, ObjectStorage};

use crate::executor::block_on;
use crate::stage::SECRET_KEY;

/// Where the bucket is: any key and any project will do.
const ACCESS_KEY: &str = "SCWXXXXXXXXXXXXXXXXX";
const PROJECT: &str = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90";

/// Where the state lies.
#[derive(Debug, Clone)]
pub(crate) enum Disk {
    /// In an object store that answers at once.
    Memory(Arc<InMemory>),
    /// In another, where it was taken.
    Elsewhere(Arc<InMemory>),
    /// In a bucket of the cloud's Object Storage.
    Bucket,
}

impl Disk {
    /// An empty one.
    pub(crate) fn empty(cloud: &Emulator, bucket: bool) -> Self {
        if !bucket {
            return Self::Memory(Arc::default());
        }
        let storage = storage(&client(cloud.clone(), cloud));
        block_on(cloud.clock(), storage.create_bucket(CreateBucket::new(&name()))).expect("a bucket");
        Self::Bucket
    }

    /// As it is now. What lies in a bucket is forked with the cloud.
    pub(crate) fn fork(&self) -> Self {
        match self {
            Self::Memory(memory) => Self::Memory(Arc::new(memory.fork())),
            Self::Elsewhere(memory) => Self::Elsewhere(Arc::new(memory.fork())),
            Self::Bucket => Self::Bucket,
        }
    }

    /// What it is called. A log that was taken elsewhere knows by that whether it goes on where it is.
    pub(crate) fn place(&self) -> &'static str {
        match self {
            Self::Elsewhere(_) => "elsewhere",
            Self::Memory(_) | Self::Bucket => "simulated",
        }
    }

    /// It itself, without a net between.
    pub(crate) fn itself(&self, cloud: &Emulator) -> Arc<dyn ObjectStore> {
        match self {
            Self::Memory(memory) | Self::Elsewhere(memory) => memory.clone(),
            Self::Bucket => Arc::new(objects(&client(cloud.clone(), cloud))),
        }
    }
}

/// The state's objects as `client` reaches them.
pub(crate) fn objects(client: &Client) -> impl ObjectStore + use<> {
    storage(client).objects(&name()).expect("an address")
}

/// A client for a state alone, by the cloud's clock.
pub(crate) fn client(way: impl Transport + 'static, cloud: &Emulator) -> Client {
    let config = Config::new(SECRET_KEY).with_access_key(ACCESS_KEY);
    let config = config.with_default_project(PROJECT.parse().expect("an id"));
    let client = Client::builder(config, way).clock(cloud.clock().clone());
    client.random(Random::seeded(0)).build().expect("a client")
}

/// All objects of the state but those that `skip` names: where each lies, and what it holds.
pub(crate) async fn read(
    disk: &dyn ObjectStore,
    skip: impl Fn(&(Path, Option<String>)) -> bool,
) -> Vec<(String, Vec<u8>)> {
    let mut objects = Vec::new();
    for object in listed(disk).await {
        if !skip(&object) {
            let bytes = disk.get(&object.0).await.expect("an object").bytes().await.expect("bytes");
            objects.push((object.0.to_string(), bytes.to_vec()));
        }
    }
    objects
}

/// Each object's place, and what changes when its bytes do.
pub(crate) async fn listed(disk: &dyn ObjectStore) -> Vec<(Path, Option<String>)> {
    let objects = disk.list(None).map_ok(|object| (object.location, object.e_tag));
    objects.try_collect().await.expect("a list")
}

fn storage(client: &Client) -> ObjectStorage {
    ObjectStorage::new(client).expect("a key")
}

fn name() -> BucketName {
    "simulated".parse().expect("a name")
}
