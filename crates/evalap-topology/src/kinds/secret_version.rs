use scaleway_core::{Random, Secret, SecretId};
use scaleway_secrets::{
    CreateSecretVersion, ListSecretVersions, ListSecrets, Payload, SecretVersion as Existing,
    SecretVersionStatus,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Kind, KindName, Owner, Profile, Seen, Status, attributes};
use crate::address::Address;
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// A secret's value: a version in Secret Manager, and nowhere else. A new value is a new version; the one before it is
/// disabled once the new one is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecretVersion {
    /// The secret.
    pub secret_id: Input<SecretId>,
    /// Where the value comes from.
    pub source: Source,
}

/// Where a secret's value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// From outside: this stands for the value, which the run was given.
    Given {
        /// The value's digest under the state's key.
        digest: String,
    },
    /// Made here, once.
    Generated {
        /// How many characters.
        length: u16,
        /// Whether there are special characters among them.
        special: bool,
    },
}

/// One version of a secret, for who needs its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecretRef {
    /// The secret.
    pub secret_id: Input<SecretId>,
    /// The version.
    pub revision: Input<u32>,
}

impl SecretVersion {
    /// The secret of that name and its newest version that is enabled, if somebody has made one.
    pub(crate) async fn existing(
        cloud: &Cloud,
        path: &str,
        name: &str,
    ) -> Result<Option<(SecretId, u32)>, KindError> {
        let list = ListSecrets::default()
            .project_id(cloud.project())
            .scheduled_for_deletion(false)
            .name(name)
            .path(path);
        let secrets = cloud.secrets.list_secrets(list).all_settled().await?;
        let Some(secret) = secrets.into_iter().find(|secret| secret.name == name) else { return Ok(None) };
        let versions = cloud
            .secrets
            .list_secret_versions(&secret.id, ListSecretVersions::default())
            .all_settled()
            .await?;
        let enabled = versions.iter().filter(|version| version.status == SecretVersionStatus::Enabled);
        Ok(enabled.map(|version| version.revision).max().map(|revision| (secret.id, revision)))
    }
}

impl SecretRef {
    /// The version that the resource at `address` keeps: a secret version, or a token that is stored in a secret.
    pub(crate) fn to(address: &Address) -> Self {
        Self { secret_id: Input::output(address, "secret_id"), revision: Input::output(address, "revision") }
    }

    /// The value.
    pub(crate) async fn value(&self, cloud: &Cloud) -> Result<Secret, KindError> {
        cloud.secret(self.secret_id.known()?, *self.revision.known()?).await
    }
}

const MADE_BY: &str = "evalap-topology: ";

impl Source {
    /// What a version's description says of its value, so that a version whose creation was not answered is known again.
    fn mark(&self) -> String {
        match self {
            Self::Given { digest } => format!("{MADE_BY}{digest}"),
            Self::Generated { length, special } => format!("{MADE_BY}generated {length} {special}"),
        }
    }

    fn of(description: &str) -> Option<Self> {
        let mark = description.strip_prefix(MADE_BY)?;
        let Some(made) = mark.strip_prefix("generated ") else {
            return Some(Self::Given { digest: mark.to_owned() });
        };
        let (length, special) = made.split_once(' ')?;
        Some(Self::Generated { length: length.parse().ok()?, special: special.parse().ok()? })
    }

    fn value(&self, cloud: &Cloud) -> Result<Secret, KindError> {
        match self {
            Self::Given { digest } => cloud.given(digest).cloned().ok_or_else(|| {
                KindError::Other("its value is not at hand: the variable or file that it comes from has changed since the plan".into())
            }),
            Self::Generated { length, special } => generate(usize::from(*length), *special, cloud.random())
                .map_err(|error| KindError::Other(format!("no value can be generated: {error}"))),
        }
    }
}

/// Letters and digits that are not taken for each other, and what no shell, URL or environment file reads in its own way.
const LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
const SPECIAL: &str = "-_.";

/// A value that has a digit, an upper and a lower case letter and, where asked for, a special character: what the platform
/// wants of a database's password.
fn generate(length: usize, special: bool, random: &Random) -> std::io::Result<Secret> {
    let alphabet: Vec<char> = LETTERS.chars().chain(SPECIAL.chars().filter(|_| special)).collect();
    // Bytes beyond the last multiple of the alphabet's length would favour its first characters.
    let fair = 256 / alphabet.len() * alphabet.len();
    loop {
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let mut bytes = [0; 64];
            random.fill(&mut bytes)?;
            let drawn = bytes.into_iter().map(usize::from).filter(|byte| *byte < fair);
            text.extend(drawn.take(length - text.len()).map(|byte| alphabet[byte % alphabet.len()]));
        }
        let has = |kind: fn(char) -> bool| text.contains(kind);
        let special = !special || has(|c| SPECIAL.contains(c));
        let whole = special
            && has(|c| c.is_ascii_digit())
            && has(|c| c.is_ascii_uppercase())
            && has(|c| c.is_ascii_lowercase());
        let value = Secret::new(text);
        // A value too short to hold one of each kind is what was asked for all the same.
        if whole || length < 8 {
            return Ok(value);
        }
    }
}

impl SecretVersion {
    async fn add(&self, cloud: &Cloud, disable_previous: bool) -> Result<String, KindError> {
        let secret = self.secret_id.known()?;
        let value = self.source.value(cloud)?;
        let create = CreateSecretVersion::new(Payload::text(value.expose()))
            .description(self.source.mark())
            .disable_previous(disable_previous);
        let version = cloud.secrets.create_secret_version(secret, create).await?;
        cloud.remember(secret, version.revision, value);
        Ok(id(secret, version.revision))
    }
}

impl Kind for SecretVersion {
    const PROFILE: Profile = Profile {
        owner: Owner::Parent,
        parent: Some(KindName::Secret),
        goes_with: Some(KindName::Secret),
        attributes: &[("secret_id", Behaviour::Replace)],
        moving_outputs: &["revision"],
        ..Profile::PLAIN
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.secret_id.known()?.to_string())
    }

    async fn observe(cloud: &Cloud, parents: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let lists = parents.iter().map(async |parent| -> Result<Option<Seen>, KindError> {
            let secret: SecretId = parent.id.parse()?;
            let versions = cloud
                .secrets
                .list_secret_versions(&secret, ListSecretVersions::default())
                .all_settled()
                .await?;
            let enabled =
                versions.into_iter().filter(|version| version.status == SecretVersionStatus::Enabled);
            Ok(enabled.max_by_key(|version| version.revision).map(|version| seen(cloud, &secret, &version)))
        });
        Ok(futures_util::future::try_join_all(lists).await?.into_iter().flatten().collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        self.add(cloud, false).await
    }

    async fn ready(&self, _: &Cloud, id: &str) -> Result<Attributes, KindError> {
        let (secret, revision) = parts(id)?;
        Ok(outputs(&secret, revision))
    }

    async fn update(&self, cloud: &Cloud, _: &str, _: &[String]) -> Result<String, KindError> {
        self.add(cloud, true).await
    }

    /// What was made here once is kept, whatever has become of it since.
    fn same(attribute: &str, desired: &Value, current: &Value, _: Option<&Value>) -> bool {
        desired == current || (attribute == "source" && desired.get("generated").is_some())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let (secret, revision) = parts(id)?;
        gone(cloud.secrets.delete_secret_version(&secret, revision).await)
    }
}

fn parts(id: &str) -> Result<(SecretId, u32), KindError> {
    let parts = id
        .split_once('/')
        .and_then(|(secret, revision)| Some((secret.parse().ok()?, revision.parse().ok()?)));
    parts.ok_or_else(|| KindError::Other(format!("{id:?} names no version of a secret")))
}

fn id(secret: &SecretId, revision: u32) -> String {
    format!("{secret}/{revision}")
}

fn outputs(secret: &SecretId, revision: u32) -> Attributes {
    attributes([("secret_id", json!(secret)), ("revision", json!(revision))])
}

fn seen(cloud: &Cloud, secret: &SecretId, version: &Existing) -> Seen {
    let source = match Source::of(version.description.as_deref().unwrap_or_default()) {
        // The state's key may have changed since: then the state has it as the new one would.
        Some(Source::Given { digest }) => Some(Source::Given { digest: cloud.lifted(digest) }),
        source => source,
    };
    Seen {
        id: id(secret, version.revision),
        key: secret.to_string(),
        claim: super::Claim::Ours,
        status: Status::Ready,
        // A version that somebody else has added says nothing of its value: then the source differs, and is written again.
        attributes: attributes([
            ("secret_id", json!(secret)),
            ("source", json!(source.map_or(json!("unknown"), |source| json!(source)))),
            ("description", json!(version.description)),
        ]),
        outputs: outputs(secret, version.revision),
        facts: None,
    }
}
