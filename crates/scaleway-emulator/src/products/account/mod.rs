//! Account v3: the projects of an organisation, and its contracts.

use crate::router::{Product, Route};

mod contract;
mod project;
mod qualification;

/// The path of what is below the API, a project or a signature.
macro_rules! path {
    ($rest:literal) => {
        concat!("/account/v3/", $rest)
    };
}
macro_rules! project {
    ($rest:literal) => {
        concat!("/account/v3/projects/{project_id}", $rest)
    };
}
macro_rules! signature {
    ($rest:literal) => {
        concat!("/account/v3/contract-signatures/{contract_signature_id}", $rest)
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "account",
    regions: &[],
    routes: &[
        Route::new("POST", path!("projects"), "CreateProject", project::create),
        Route::new("GET", path!("projects"), "ListProjects", project::list),
        Route::new("GET", project!(""), "GetProject", project::get),
        Route::new("PATCH", project!(""), "UpdateProject", project::update),
        Route::new("DELETE", project!(""), "DeleteProject", project::delete),
        Route::new(
            "POST",
            project!("/delete-with-resources"),
            "DeleteProjectWithResources",
            project::delete_with_resources,
        ),
        Route::new("POST", project!("/project-qualification"), "SetProjectQualification", qualification::set),
        Route::new("POST", path!("contract-signatures"), "CreateContractSignature", contract::create)
            .simple(),
        Route::new("GET", path!("contract-signatures"), "ListContractSignatures", contract::list).simple(),
        Route::new("POST", path!("contract-signatures/check"), "CheckContractSignature", contract::check)
            .simple(),
        Route::new("POST", signature!("/validate"), "ValidateContractSignature", contract::validate).simple(),
        Route::new("GET", signature!("/download"), "DownloadContractSignature", contract::download).simple(),
    ],
};
