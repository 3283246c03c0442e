//! Domains: names of one's own for a container.

use std::borrow::Cow;
use std::time::Duration;

use derive_setters::Setters;
use scaleway_core::{
    Id, Listed, OrganizationId, Pace, Page, Pager, Progress, ProjectId, Request, Result, Timestamp, Waiter,
    wire,
};
use serde::{Deserialize, Serialize};

use crate::{Container, ContainerId, Containers, NamespaceId};

/// The id of a [`Domain`].
pub type DomainId = Id<Domain>;

/// A name of one's own under which a container answers, with a certificate that the platform gets and renews.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// The container that answers.
    pub container_id: ContainerId,
    /// The name: `evalap.example.org`.
    pub hostname: String,
    /// What it is doing.
    pub status: DomainStatus,
    /// Why it is in error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Listed for Domain {
    const FIELD: &'static str = "domains";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`Domain`] is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DomainStatus {
    /// The API does not say.
    UnknownStatus,
    /// Its DNS record is checked and its certificate got.
    Creating,
    /// It is being changed.
    Updating,
    /// It is being deleted.
    Deleting,
    /// The container answers under it.
    Ready,
    /// It does not work, often for want of a DNS record: see its `error_message`.
    Error,
    /// Scaleway has locked it: its support knows why.
    Locked,
    /// It is being locked.
    Locking,
    /// It is moving to a new version of the platform.
    Upgrading,
    /// A status that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateDomain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateDomain {
    /// The container that shall answer.
    #[setters(skip)]
    pub container_id: ContainerId,
    /// The name. Its DNS record must exist already: a CNAME to the host of the container's public endpoint.
    #[setters(skip)]
    pub hostname: String,
    /// Its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

impl CreateDomain {
    /// This name for this container.
    pub fn new(container_id: ContainerId, hostname: impl Into<String>) -> Self {
        Self { container_id, hostname: hostname.into(), tags: None }
    }
}

/// A request for `UpdateDomain`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateDomain {
    /// All tags, in place of those there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// The order of [`ListDomains`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListDomainsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    HostnameAsc,
    /// By name, backwards.
    HostnameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListDomains`: what is not set does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListDomains {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListDomainsOrder>,
    /// Only those of this organization.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// Only those of this project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those of this namespace's containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_id: Option<NamespaceId>,
    /// Only those of this container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_id: Option<ContainerId>,
}

impl Domain {
    fn progress(self) -> Progress<Self> {
        match &self.status {
            DomainStatus::Ready => Progress::Reached(self),
            DomainStatus::Error | DomainStatus::Locked => {
                Progress::never(wire::spelled(&self.status), self.error_message.as_deref())
            }
            status => Progress::Changing(wire::spelled(status)),
        }
    }
}

const PACE: Pace = Pace::new(Duration::from_secs(1), Duration::from_mins(10));

/// # Domains
impl Containers {
    /// `CreateDomain`: answers while its certificate is still being got; [wait](Self::wait_for_domain) for it.
    pub async fn create_domain(&self, request: CreateDomain) -> Result<Domain> {
        self.api.send(self.api.post("CreateDomain", &["domains"]).json(&request)).await
    }

    /// `GetDomain`.
    pub async fn get_domain(&self, id: &DomainId) -> Result<Domain> {
        self.api.send(self.get_domain_request(id)).await
    }

    fn get_domain_request(&self, id: &DomainId) -> Request<Domain> {
        self.api.get("GetDomain", &["domains", id.as_str()])
    }

    /// `ListDomains`.
    pub fn list_domains(&self, request: ListDomains) -> Pager<Domain> {
        let list = self.api.get::<Page<_>>("ListDomains", &["domains"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `UpdateDomain`: only its tags can be changed.
    pub async fn update_domain(&self, id: &DomainId, request: UpdateDomain) -> Result<Domain> {
        self.api.send(self.api.patch("UpdateDomain", &["domains", id.as_str()]).json(&request)).await
    }

    /// `DeleteDomain`: answers while it is still being deleted.
    pub async fn delete_domain(&self, id: &DomainId) -> Result<Domain> {
        self.api.send(self.api.delete("DeleteDomain", &["domains", id.as_str()])).await
    }

    /// Waits until the container answers under the domain, 10 minutes at most unless told otherwise; `error` and `locked`
    /// end it at once.
    pub fn wait_for_domain(&self, id: &DomainId) -> Waiter<Domain> {
        self.domain_waiter(format!("domain {id}"), id)
    }

    fn domain_waiter(&self, what: String, id: &DomainId) -> Waiter<Domain> {
        self.api.wait(what, PACE, self.get_domain_request(id), Domain::progress)
    }

    /// Makes `hostname` a name of `container` and waits until the platform has found its DNS record and got a certificate,
    /// 10 minutes at most. A domain of this name that the container has already is waited for. (`ListDomains`,
    /// `CreateDomain`, `GetDomain`.)
    ///
    /// # Errors
    /// [`Error::Never`](crate::Error::Never) where the DNS check fails: it names the record that is needed, and carries the
    /// platform's message. Once the record is there, delete the domain and connect it again.
    pub async fn connect_domain(&self, container: &Container, hostname: &str) -> Result<Domain> {
        let list = ListDomains::default().container_id(container.id.clone());
        let there =
            self.list_domains(list).all().await?.into_iter().find(|domain| domain.hostname == hostname);
        let domain = match there {
            Some(domain) => domain,
            None => self.create_domain(CreateDomain::new(container.id.clone(), hostname)).await?,
        };
        let what = format!("domain {hostname} (needs a DNS record: CNAME to {})", container.dns_target());
        self.domain_waiter(what, &domain.id).await
    }

    /// Waits until the domain is gone.
    pub fn wait_until_domain_gone(&self, id: &DomainId) -> Waiter<()> {
        self.api.wait_until_gone(format!("domain {id}"), PACE, self.get_domain_request(id), |domain| {
            (wire::spelled(&domain.status), domain.error_message)
        })
    }
}
