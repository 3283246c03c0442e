//! Serverless Jobs v1alpha2.

use http::StatusCode;
use scaleway_core::Timestamp;
use serde_json::json;

use crate::refusal::Refusal;
use crate::router::{Product, Route};
use crate::store::Kind;
use crate::world::World;

pub(super) mod cron;
mod definition;
mod life;
mod offer;
mod process;
mod run;
mod secret;
mod trigger;

/// The path of all resources of a kind, or of one of them, or of what can be done with one.
macro_rules! path {
    ($collection:literal) => {
        concat!("/serverless-jobs/v1alpha2/regions/{region}/", $collection)
    };
    ($collection:literal, $id:literal) => {
        concat!("/serverless-jobs/v1alpha2/regions/{region}/", $collection, "/{", $id, "}")
    };
    ($collection:literal, $id:literal, $action:literal) => {
        concat!("/serverless-jobs/v1alpha2/regions/{region}/", $collection, "/{", $id, "}/", $action)
    };
}

pub(super) const PRODUCT: Product = Product {
    name: "jobs",
    regions: &["fr-par", "nl-ams", "pl-waw"],
    routes: &[
        Route::new("POST", path!("job-definitions"), "CreateJobDefinition", definition::create),
        Route::new("GET", path!("job-definitions"), "ListJobDefinitions", definition::list),
        Route::new("GET", path!("job-definitions", "job_definition_id"), "GetJobDefinition", definition::get),
        Route::new(
            "PATCH",
            path!("job-definitions", "job_definition_id"),
            "UpdateJobDefinition",
            definition::update,
        ),
        Route::new(
            "DELETE",
            path!("job-definitions", "job_definition_id"),
            "DeleteJobDefinition",
            definition::delete,
        ),
        Route::new(
            "POST",
            path!("job-definitions", "job_definition_id", "start"),
            "StartJobDefinition",
            run::start,
        ),
        Route::new("GET", path!("job-runs"), "ListJobRuns", run::list),
        Route::new("GET", path!("job-runs", "job_run_id"), "GetJobRun", run::get),
        Route::new("POST", path!("job-runs", "job_run_id", "stop"), "StopJobRun", run::stop),
        Route::new("POST", path!("secrets"), "CreateSecrets", secret::create),
        Route::new("GET", path!("secrets"), "ListSecrets", secret::list),
        Route::new("GET", path!("secrets", "secret_id"), "GetSecret", secret::get),
        Route::new("PATCH", path!("secrets", "secret_id"), "UpdateSecret", secret::update),
        Route::new("DELETE", path!("secrets", "secret_id"), "DeleteSecret", secret::delete),
        Route::new("POST", path!("triggers"), "CreateTrigger", trigger::create),
        Route::new("GET", path!("triggers"), "ListTriggers", trigger::list),
        Route::new("GET", path!("triggers", "trigger_id"), "GetTrigger", trigger::get),
        Route::new("PATCH", path!("triggers", "trigger_id"), "UpdateTrigger", trigger::update),
        Route::new("DELETE", path!("triggers", "trigger_id"), "DeleteTrigger", trigger::delete),
        Route::new("GET", path!("job-resources"), "ListJobResources", offer::resources).simple(),
        Route::new("GET", path!("job-limits"), "GetJobLimits", offer::limits).simple(),
    ],
};

pub(crate) use process::Processes;

/// A run takes its next step, or a schedule fires; `now` is the time that the world is moving to.
pub(super) fn wake(world: &mut World, collection: &str, id: &str, now: Timestamp) {
    match collection {
        collection if collection == run::KIND.collection => life::step(world, id, now),
        collection if collection == definition::KIND.collection => definition::fire(world, id, now),
        collection if collection == trigger::KIND.collection => trigger::fire(world, id, now),
        _ => {}
    }
}

/// A definition was put into the world: it is started when it says.
pub(super) fn seeded(world: &mut World, collection: &str, id: &str) {
    if collection == definition::KIND.collection {
        definition::schedule(world, id);
    }
}

/// Hears what processes of jobs have said, and who of them has ended.
pub(super) fn look(world: &mut World) {
    if world.processes.is_empty() {
        return;
    }
    let store = &world.store;
    let wanted = |id: &str| store.get(run::KIND, id).is_some_and(life::is_active);
    for (id, code) in world.processes.look(wanted) {
        life::exited(world, &id, code);
    }
}

/// Ends the runs whose processes ended with the program that had started them.
pub(super) fn reopened(world: &mut World) {
    let lost = world.store.all(run::KIND).filter(|(_, run)| life::is_process(run) && life::is_active(run));
    let lost: Vec<String> = lost.map(|(id, _)| id.to_owned()).collect();
    for id in lost {
        life::lost(world, &id);
    }
}

/// This API's 404, which has no type (recorded for definitions).
fn lost(kind: Kind) -> Refusal {
    off_contract(StatusCode::NOT_FOUND, &format!("{} is not found", kind.resource))
}

/// What this API refuses with: a message and no type.
fn off_contract(status: StatusCode, message: &str) -> Refusal {
    Refusal::raw(status, json!({ "message": message }))
}
