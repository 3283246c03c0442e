//! A typed client of Scaleway accounts (API account v3): projects, and the contracts of an organization.
//!
//! | resource | operations |
//! |---|---|
//! | [`Project`] | [create](Accounts::create_project), [get](Accounts::get_project), [list](Accounts::list_projects), [find by name](Accounts::find_project), [update](Accounts::update_project), [delete](Accounts::delete_project), [delete with all that is in it](Accounts::delete_project_with_resources), [wait](Accounts::wait_for_project), [wait until gone](Accounts::wait_until_project_gone) |
//! | [`Qualification`] of a project | [set](Accounts::set_project_qualification) |
//! | [`ContractSignature`] | [create](Accounts::create_contract_signature), [validate](Accounts::validate_contract_signature), [check](Accounts::check_contract_signature), [list](Accounts::list_contract_signatures), [download](Accounts::download_contract_signature) |
//!
//! ```no_run
//! use scaleway_account::{Accounts, CreateProject};
//! use scaleway_core::Client;
//!
//! # async fn run() -> Result<(), scaleway_account::Error> {
//! let accounts = Accounts::new(&Client::from_env()?);
//! let project = match accounts.find_project("evalap-staging").await? {
//!     Some(project) => project,
//!     None => accounts.create_project(CreateProject::new("evalap-staging")).await?,
//! };
//! println!("{} is {}", project.name, project.id);
//! # Ok(())
//! # }
//! ```
//!
//! Requests that name no organization are about the client's default one (`SCW_DEFAULT_ORGANIZATION_ID`).
//!
//! # Errors
//! Every operation fails with [`Error`]: ask its predicates (`is_not_found`, `is_transient`, …) what to do.

mod client;
mod contract;
mod project;
mod qualification;

pub use client::Accounts;
pub use contract::{
    CheckContractSignature, Contract, ContractDocument, ContractId, ContractSignature, ContractSignatureId,
    ContractType, CreateContractSignature, DownloadContractSignature, ListContractSignatures,
    ListContractSignaturesOrder, SignatureCheck,
};
pub use project::{
    CreateProject, DeleteProjectWithResources, ListProjects, ListProjectsOrder, Project, ProjectStatus,
    UpdateProject,
};
pub use qualification::{
    Application, ArchitectureType, ProjectQualification, Qualification, SetProjectQualification, Undivided,
    UseCase, Website,
};
pub use scaleway_core::{self, Client, Error, Result};

// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
