//! A typed client of Scaleway Serverless Containers (API containers v1).
//!
//! | resource | operations |
//! |---|---|
//! | [`Namespace`] | [create](Containers::create_namespace), [get](Containers::get_namespace), [list](Containers::list_namespaces), [update](Containers::update_namespace), [delete](Containers::delete_namespace), [wait](Containers::wait_for_namespace) |
//! | [`Container`] | [create](Containers::create_container), [get](Containers::get_container), [list](Containers::list_containers), [update](Containers::update_container), [redeploy](Containers::redeploy_container), [delete](Containers::delete_container), [wait](Containers::wait_for_container); [deploy an image](Containers::deploy_image), [its memory](memory_for) |
//! | [`Domain`] | [create](Containers::create_domain), [get](Containers::get_domain), [list](Containers::list_domains), [update](Containers::update_domain), [delete](Containers::delete_domain), [wait](Containers::wait_for_domain); [connect](Containers::connect_domain) |
//! | [`Trigger`] | [create](Containers::create_trigger), [get](Containers::get_trigger), [list](Containers::list_triggers), [update](Containers::update_trigger), [delete](Containers::delete_trigger), [wait](Containers::wait_for_trigger) |
//!
//! ```no_run
//! use scaleway_containers::{Containers, CreateContainer, CreateNamespace};
//! use scaleway_core::{Client, Size};
//!
//! # async fn run() -> Result<(), scaleway_containers::Error> {
//! let containers = Containers::new(&Client::from_env()?);
//! let namespace = containers.create_namespace(CreateNamespace::new("evalap-staging")).await?;
//! let namespace = containers.wait_for_namespace(&namespace.id).await?;
//! let create = CreateContainer::new(namespace.id, "streamlit", "rg.fr-par.scw.cloud/evalap/streamlit:1.4.2")
//!     .min_scale(1u32)
//!     .mvcpu_limit(250u32)
//!     .memory_limit_bytes(Size::megabytes(512));
//! let container = containers.create_container(create).await?;
//! let container = containers.wait_for_container(&container.id).await?;
//! println!("{} answers at {}", container.name, container.public_endpoint);
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do.

mod client;
mod container;
mod domain;
mod namespace;
mod trigger;
mod trigger_source;

pub use client::Containers;
pub use container::{
    Container, ContainerId, ContainerStatus, CreateContainer, HttpProbe, ListContainers, ListContainersOrder,
    Privacy, Probe, Protocol, Sandbox, ScalingOption, TcpProbe, UpdateContainer, memory_for,
};
pub use domain::{CreateDomain, Domain, DomainId, DomainStatus, ListDomains, ListDomainsOrder, UpdateDomain};
pub use namespace::{
    CreateNamespace, ListNamespaces, ListNamespacesOrder, Namespace, NamespaceId, NamespaceStatus,
    UpdateNamespace,
};
pub use scaleway_core::{self, Client, Error, Result};
pub use trigger::{
    CreateTrigger, HttpMethod, ListTriggers, ListTriggersOrder, Trigger, TriggerDestination, TriggerId,
    TriggerSource, TriggerStatus, UpdateTrigger, UpdateTriggerDestination,
};
pub use trigger_source::{
    CreateCronConfig, CreateNatsConfig, CreateSqsConfig, CronConfig, NatsConfig, SqsConfig, UpdateCronConfig,
    UpdateNatsConfig, UpdateSqsConfig,
};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
