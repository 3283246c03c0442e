use scaleway_core::SecretId;
use scaleway_secrets::{CreateSecret, ListSecrets, SecretType, UpdateSecret};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Behaviour, Kind, Profile, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone, sorted};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// A secret in Secret Manager, without its value: that is a [`SecretVersion`](super::SecretVersion).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Secret {
    /// Its name, unique in its path.
    pub name: String,
    /// Its path.
    pub path: String,
    /// What its value is.
    #[serde(rename = "type")]
    pub kind: SecretType,
    /// What it is for.
    pub description: String,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// Whether it is kept from being deleted.
    pub protected: bool,
}

impl Secret {
    /// The id of the secret at `address`.
    pub(crate) fn id(address: &Address) -> Input<SecretId> {
        Input::output(address, "id")
    }
}

impl Kind for Secret {
    const PROFILE: Profile =
        Profile { attributes: &[("type", Behaviour::Replace)], guard: Some("protected"), ..Profile::PLAIN };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(key(&self.path, &self.name))
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let list = ListSecrets::default().project_id(cloud.project()).scheduled_for_deletion(false);
        let secrets = cloud.secrets.list_secrets(list).all_settled().await?;
        let seen = secrets.into_iter().map(|secret| Seen {
            claim: cloud.claim(&secret.tags),
            status: Status::of(&secret.status, None),
            outputs: attributes([("id", json!(secret.id))]),
            id: secret.id.to_string(),
            key: key(&secret.path, &secret.name),
            attributes: attributes([
                ("name", json!(secret.name)),
                ("path", json!(secret.path)),
                ("type", json!(secret.secret_type)),
                ("description", json!(secret.description.unwrap_or_default())),
                ("tags", sorted(secret.tags)),
                ("protected", json!(secret.protected)),
            ]),
            facts: None,
        });
        Ok(seen.collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let create = CreateSecret::new(&self.name)
            .secret_type(self.kind.clone())
            .project_id(cloud.project())
            .path(&self.path)
            .description(&self.description)
            .tags(self.tags.clone())
            .protected(self.protected);
        Ok(cloud.secrets.create_secret(create).await?.id.to_string())
    }

    async fn ready(&self, _: &Cloud, id: &str) -> Result<Attributes, KindError> {
        Ok(attributes([("id", json!(id))]))
    }

    async fn update(&self, cloud: &Cloud, id: &str, changed: &[String]) -> Result<String, KindError> {
        let id = id.parse()?;
        if changed.iter().any(|attribute| attribute == "protected") {
            if self.protected {
                cloud.secrets.protect_secret(&id).await?;
            } else {
                cloud.secrets.unprotect_secret(&id).await?;
            }
        }
        if changed.iter().any(|attribute| attribute != "protected") {
            let update = UpdateSecret::default()
                .name(&self.name)
                .path(&self.path)
                .description(&self.description)
                .tags(self.tags.clone());
            cloud.secrets.update_secret(&id, update).await?;
        }
        Ok(id.to_string())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        gone(cloud.secrets.delete_secret(&id.parse()?).await)
    }
}

fn key(path: &str, name: &str) -> String {
    format!("{}/{name}", path.trim_end_matches('/'))
}
