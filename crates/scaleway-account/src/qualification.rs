//! Qualifications: what an organization tells Scaleway that a project is for.

use derive_setters::Setters;
use scaleway_core::{ProjectId, Result};
use serde::{Deserialize, Serialize};

use crate::Accounts;

/// What a project is for: an architecture, and of the use cases at most one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct Qualification {
    /// What it is mainly built of.
    #[setters(skip)]
    pub architecture_type: ArchitectureType,
    /// It hosts a website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_website: Option<UseCase<Website>>,
    /// It hosts an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_application: Option<UseCase<Application>>,
    /// Software is deployed in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy_software: Option<UseCase>,
    /// It is where an organization sets up how it uses Scaleway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_scaleway_environment: Option<UseCase>,
    /// It trains or runs models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ai_machine: Option<UseCase>,
    /// It runs containers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<UseCase>,
    /// It keeps archives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive_data: Option<UseCase>,
    /// It shares data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_data: Option<UseCase>,
    /// It does something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_use_case: Option<UseCase>,
}

impl Qualification {
    /// This architecture, and no use case unless set.
    pub fn new(architecture_type: ArchitectureType) -> Self {
        Self {
            architecture_type,
            host_website: None,
            host_application: None,
            deploy_software: None,
            set_scaleway_environment: None,
            ai_machine: None,
            container: None,
            archive_data: None,
            share_data: None,
            other_use_case: None,
        }
    }
}

/// What a project is mainly built of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArchitectureType {
    /// Nobody has said.
    UnknownArchitectureType,
    /// Object Storage.
    ObjectStorage,
    /// Web Hosting.
    WebHosting,
    /// Instances.
    Instance,
    /// Elastic Metal.
    Elastic,
    /// Kubernetes.
    Kubernetes,
    /// Serverless Containers, Functions or Jobs.
    Serverless,
    /// Dedicated servers.
    DedicatedServer,
    /// Something else.
    OtherArchitectureType,
    /// An architecture that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A use case, more precisely. Most are not divided further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UseCase<Sub = Undivided> {
    /// Which part of it.
    pub sub_use_case: Sub,
}

impl<Sub> From<Sub> for UseCase<Sub> {
    fn from(sub_use_case: Sub) -> Self {
        Self { sub_use_case }
    }
}

/// The part of a use case that has no parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Undivided {
    /// All of it: the only value there is today.
    UnknownSubUseCase,
    /// A part that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The kinds of website that a project hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Website {
    /// Nobody has said.
    UnknownSubUseCase,
    /// One that informs.
    InformationWebsite,
    /// One that sells.
    EcommerceWebsite,
    /// One with many visitors.
    HighWebsite,
    /// Another kind.
    OtherSubUseCase,
    /// A kind that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The kinds of application that a project hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Application {
    /// Nobody has said.
    UnknownSubUseCase,
    /// Software as a service.
    SaasApp,
    /// An application of a public administration.
    GovernmentApp,
    /// A kind that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A project and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProjectQualification {
    /// The project.
    pub project_id: ProjectId,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification: Option<Qualification>,
}

/// A request for `SetProjectQualification`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct SetProjectQualification {
    /// What it is for, in place of what was said before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualification: Option<Qualification>,
}

/// # Qualifications
impl Accounts {
    /// `SetProjectQualification`.
    pub async fn set_project_qualification(
        &self,
        project: &ProjectId,
        request: SetProjectQualification,
    ) -> Result<ProjectQualification> {
        let path = ["projects", project.as_str(), "project-qualification"];
        let set = self.api.post("SetProjectQualification", &path);
        self.api.send(set.json(&request).repeatable()).await
    }
}
