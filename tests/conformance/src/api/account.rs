//! Account v3: projects, contracts: query, body and answer of every operation.

use scaleway_account::*;
use scaleway_core::{Empty, Page};

use crate::operation::{Api, Operation, delete, get, patch, post};

pub(super) const API: Api =
    Api { facts: "account", client: "scaleway-account", root: "/account/v3", operations: OPERATIONS };

#[rustfmt::skip] // one line an operation
const OPERATIONS: &[Operation] = &[
    get::<DownloadContractSignature, (), ContractDocument>("DownloadContractSignature", "/contract-signatures/{contract_signature_id}/download"),
    post::<(), CreateContractSignature, ContractSignature>("CreateContractSignature", "/contract-signatures"),
    post::<(), Empty, ContractSignature>("ValidateContractSignature", "/contract-signatures/{contract_signature_id}/validate"),
    post::<(), CheckContractSignature, SignatureCheck>("CheckContractSignature", "/contract-signatures/check"),
    get::<ListContractSignatures, (), Page<ContractSignature>>("ListContractSignatures", "/contract-signatures"),
    post::<(), CreateProject, Project>("CreateProject", "/projects"),
    get::<ListProjects, (), Page<Project>>("ListProjects", "/projects"),
    get::<(), (), Project>("GetProject", "/projects/{project_id}"),
    delete::<(), (), Empty>("DeleteProject", "/projects/{project_id}"),
    post::<DeleteProjectWithResources, (), Project>("DeleteProjectWithResources", "/projects/{project_id}/delete-with-resources"),
    patch::<(), UpdateProject, Project>("UpdateProject", "/projects/{project_id}"),
    post::<(), SetProjectQualification, ProjectQualification>("SetProjectQualification", "/projects/{project_id}/project-qualification"),
];
