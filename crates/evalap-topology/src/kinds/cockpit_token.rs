use scaleway_cockpit::{CreateToken, ListTokens, TokenScope};
use scaleway_core::SecretId;
use scaleway_secrets::{CreateSecretVersion, ListSecretVersions, Payload};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Claim, Kind, KindName, Owner, Profile, Recovery, Seen, Status, attributes};
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// What may write to data sources, or read them. Its secret is answered once, and kept in Secret Manager before the token
/// counts as made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CockpitToken {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<TokenScope>,
    /// The secret that keeps its value.
    pub secret_id: Input<SecretId>,
}

/// What the version that keeps a token's value says of itself.
fn mark(token: &str) -> String {
    format!("evalap-topology: Cockpit token {token}")
}

fn sorted(scopes: &[TokenScope]) -> Value {
    let mut scopes: Vec<String> = scopes.iter().map(scaleway_core::wire::spelled).collect();
    scopes.sort();
    json!(scopes)
}

impl Kind for CockpitToken {
    const PROFILE: Profile = Profile {
        owner: Owner::Name,
        recovery: Recovery::DeleteAndRecreate,
        parent: Some(KindName::SecretVersion),
        attributes: &[
            ("name", Behaviour::Replace),
            ("scopes", Behaviour::Replace),
            ("secret_id", Behaviour::Replace),
        ],
        typical: (0.3, 0.3, 0.1),
        ..Profile::PLAIN
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.name.clone())
    }

    /// A token is ours where one of our secrets keeps its value, and of no use where none does.
    async fn observe(cloud: &Cloud, versions: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let list = ListTokens::default().project_id(cloud.project());
        let tokens = cloud.cockpit.list_tokens(list).all_settled().await?;
        let seen = tokens.into_iter().map(|token| {
            let mark = json!(mark(token.id.as_str()));
            let kept = versions.iter().find(|version| version.attributes.get("description") == Some(&mark));
            let mut seen = Seen {
                claim: Claim::Ours,
                status: Status::Ready,
                outputs: kept.map(|version| version.outputs.clone()).unwrap_or_default(),
                id: token.id.to_string(),
                key: token.name.clone(),
                attributes: attributes([("name", json!(token.name)), ("scopes", sorted(&token.scopes))]),
                facts: None,
            };
            seen.outputs.insert("id".to_owned(), json!(token.id));
            if let Some(secret) = seen.outputs.get("secret_id").cloned() {
                seen.attributes.insert("secret_id".to_owned(), secret);
            } else {
                let reason = "the newest enabled version of its secret does not keep its value".to_owned();
                seen.claim = Claim::Unmarked;
                seen.status = Status::Broken { state: "doubt".to_owned(), reason };
            }
            seen
        });
        Ok(seen.collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let secret = self.secret_id.known()?;
        let create = CreateToken::new(&self.name, self.scopes.clone()).project_id(cloud.project());
        let token = cloud.cockpit.create_token(create).await?;
        let value = token
            .secret_key
            .ok_or_else(|| KindError::Other("the API did not answer the token's secret".into()))?;
        let keep = CreateSecretVersion::new(Payload::text(value.expose()))
            .description(mark(token.id.as_str()))
            .disable_previous(true);
        let version = cloud.secrets.create_secret_version(secret, keep).await?;
        cloud.remember(secret, version.revision, value);
        Ok(token.id.to_string())
    }

    async fn ready(&self, cloud: &Cloud, id: &str) -> Result<Attributes, KindError> {
        let secret = self.secret_id.known()?;
        let versions =
            cloud.secrets.list_secret_versions(secret, ListSecretVersions::default()).all_settled().await?;
        let mark = mark(id);
        let kept = versions.iter().find(|version| version.description.as_deref() == Some(&mark));
        let kept =
            kept.ok_or_else(|| KindError::Other(format!("secret {secret} does not keep the token's value")))?;
        Ok(attributes([("id", json!(id)), ("secret_id", json!(secret)), ("revision", json!(kept.revision))]))
    }

    /// All that could be changed about a token replaces it.
    async fn update(&self, _: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        Ok(id.to_owned())
    }

    fn same(attribute: &str, desired: &Value, current: &Value, _: Option<&Value>) -> bool {
        let sorted = |value: &Value| {
            let mut items: Vec<String> = value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|item| Some(item.as_str()?.to_owned()))
                .collect();
            items.sort();
            items
        };
        desired == current || (attribute == "scopes" && sorted(desired) == sorted(current))
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        gone(cloud.cockpit.delete_token(&id.parse()?).await)
    }
}
