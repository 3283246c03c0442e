use scaleway_containers::{CreateNamespace, ListNamespaces, NamespaceId, UpdateNamespace};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Behaviour, Kind, Profile, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone, sorted};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// What the services live in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContainerNamespace {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its tags, sorted.
    pub tags: Vec<String>,
}

impl ContainerNamespace {
    /// A namespace of this name.
    pub fn new(name: impl Into<String>, description: impl Into<String>, tags: Vec<String>) -> Self {
        Self { name: name.into(), description: description.into(), tags }
    }

    /// The id of the namespace at `address`.
    pub(crate) fn id(address: &Address) -> Input<NamespaceId> {
        Input::output(address, "id")
    }
}

impl Kind for ContainerNamespace {
    const PROFILE: Profile =
        Profile { attributes: &[("name", Behaviour::Replace)], typical: (5.0, 5.0, 5.0), ..Profile::PLAIN };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.name.clone())
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let list = ListNamespaces::default().project_id(cloud.project());
        let namespaces = cloud.containers.list_namespaces(list).all_settled().await?;
        let seen = namespaces.into_iter().map(|namespace| Seen {
            claim: cloud.claim(&namespace.tags),
            status: Status::of(&namespace.status, namespace.error_message.as_deref()),
            outputs: attributes([("id", json!(namespace.id))]),
            id: namespace.id.to_string(),
            key: namespace.name.clone(),
            attributes: attributes([
                ("name", json!(namespace.name)),
                ("description", json!(namespace.description)),
                ("tags", sorted(namespace.tags)),
            ]),
            facts: None,
        });
        Ok(seen.collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let create = CreateNamespace::new(&self.name)
            .project_id(cloud.project())
            .description(&self.description)
            .tags(self.tags.clone());
        Ok(cloud.containers.create_namespace(create).await?.id.to_string())
    }

    async fn ready(&self, cloud: &Cloud, id: &str) -> Result<Attributes, KindError> {
        cloud.containers.wait_for_namespace(&id.parse()?).await?;
        Ok(attributes([("id", json!(id))]))
    }

    async fn update(&self, cloud: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        let update = UpdateNamespace::default().description(&self.description).tags(self.tags.clone());
        cloud.containers.update_namespace(&id.parse()?, update).await?;
        Ok(id.to_string())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let id = id.parse()?;
        gone(cloud.containers.delete_namespace(&id).await)?;
        Ok(cloud.containers.wait_until_namespace_gone(&id).await?)
    }
}
