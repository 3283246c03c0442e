//! Secrets of a job: references to Secret Manager. No value passes through a definition.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, Page, Pager, Result, SecretId};
use serde::{Deserialize, Serialize};

use crate::{JobDefinitionId, Jobs};

/// The id of a [`JobSecret`].
pub type JobSecretId = Id<JobSecret>;

/// A secret of Secret Manager that a job sees as a file or as a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobSecret {
    /// Its id, as the job's; the secret's own is `secret_manager_id`.
    pub secret_id: JobSecretId,
    /// The secret in Secret Manager.
    pub secret_manager_id: SecretId,
    /// The version: a number, `latest` or `latest_enabled`.
    #[serde(default)]
    pub secret_manager_version: String,
    /// The job that sees it.
    pub job_definition_id: JobDefinitionId,
    /// There where the job sees it as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<SecretFile>,
    /// There where the job sees it as a variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_var: Option<SecretEnvVar>,
}

impl Listed for JobSecret {
    const FIELD: &'static str = "secrets";

    fn identity(&self) -> Cow<'_, str> {
        self.secret_id.as_str().into()
    }
}

/// The file that a job sees a secret as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecretFile {
    /// Its absolute path.
    pub path: String,
}

/// The variable that a job sees a secret as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecretEnvVar {
    /// Its name.
    pub name: String,
}

/// A request for `CreateSecrets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct CreateSecrets {
    /// The job that is to see them.
    pub job_definition_id: JobDefinitionId,
    /// The secrets, and what the job sees them as.
    #[serde(default)]
    pub secrets: Vec<SecretReference>,
}

impl CreateSecrets {
    /// Lets this job see these secrets.
    pub fn new(job_definition_id: JobDefinitionId, secrets: impl Into<Vec<SecretReference>>) -> Self {
        Self { job_definition_id, secrets: secrets.into() }
    }
}

/// A secret of Secret Manager, and what a job sees it as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct SecretReference {
    /// The secret in Secret Manager.
    pub secret_manager_id: SecretId,
    /// The version: a number, `latest` or `latest_enabled`.
    pub secret_manager_version: String,
    /// The absolute path of the file that the job sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The name of the variable that the job sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env_var_name: Option<String>,
}

impl SecretReference {
    /// This version of this secret, as the file at this absolute path.
    pub fn file(
        secret_manager_id: SecretId,
        secret_manager_version: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        Self {
            secret_manager_id,
            secret_manager_version: secret_manager_version.into(),
            path: Some(path.into()),
            env_var_name: None,
        }
    }

    /// This version of this secret, as the variable of this name.
    pub fn env_var(
        secret_manager_id: SecretId,
        secret_manager_version: impl Into<String>,
        env_var_name: impl Into<String>,
    ) -> Self {
        Self {
            secret_manager_id,
            secret_manager_version: secret_manager_version.into(),
            path: None,
            env_var_name: Some(env_var_name.into()),
        }
    }
}

/// What `CreateSecrets` made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedSecrets {
    /// The secrets that the job sees from now on.
    #[serde(default)]
    pub secrets: Vec<JobSecret>,
}

/// A request for `UpdateSecret`: what is not set stays as it is. Set `path` or `env_var_name`, not both: a file
/// becomes a variable by the latter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateSecret {
    /// The version: a number, `latest` or `latest_enabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_manager_version: Option<String>,
    /// The absolute path of the file that the job sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The name of the variable that the job sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env_var_name: Option<String>,
}

/// A request for `ListSecrets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct ListSecrets {
    /// The job that sees them.
    pub job_definition_id: JobDefinitionId,
}

impl ListSecrets {
    /// The secrets that this job sees.
    pub fn new(job_definition_id: JobDefinitionId) -> Self {
        Self { job_definition_id }
    }
}

/// # Secrets
impl Jobs {
    /// `CreateSecrets`: runs that start later see them.
    pub async fn create_secrets(&self, request: CreateSecrets) -> Result<CreatedSecrets> {
        self.api.send(self.api.post("CreateSecrets", &["secrets"]).json(&request)).await
    }

    /// `GetSecret`.
    pub async fn get_secret(&self, id: &JobSecretId) -> Result<JobSecret> {
        self.api.send(self.api.get("GetSecret", &["secrets", id.as_str()])).await
    }

    /// `ListSecrets`: the secrets that a job sees.
    pub fn list_secrets(&self, request: ListSecrets) -> Pager<JobSecret> {
        let list = self.api.get::<Page<_>>("ListSecrets", &["secrets"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateSecret`.
    pub async fn update_secret(&self, id: &JobSecretId, request: UpdateSecret) -> Result<JobSecret> {
        self.api.send(self.api.patch("UpdateSecret", &["secrets", id.as_str()]).json(&request)).await
    }

    /// `DeleteSecret`: the job does not see it any more; the secret in Secret Manager stays.
    pub async fn delete_secret(&self, id: &JobSecretId) -> Result<()> {
        self.api.send(self.api.delete("DeleteSecret", &["secrets", id.as_str()])).await.map(|Empty {}| ())
    }
}
