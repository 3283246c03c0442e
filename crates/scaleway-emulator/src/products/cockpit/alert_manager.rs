//! The alert manager, of which a project has one a region.

use serde_json::Value;

use crate::call::{Call, body};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::store::{Body, Kind};

use super::{alert, contact_point, project, put, queried_project, singleton};

const KIND: Kind = Kind { collection: "cockpit.alert_managers", resource: "alert manager" };

/// Where it was never enabled it is there all the same, disabled.
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    Ok(Reply::resource(view(call, queried_project(call)?)))
}

fn view(call: &Call<'_>, project: &str) -> Body {
    let mut view = body! {
        "alert_manager_enabled": false,
        "alert_manager_url": Value::Null,
        "region": call.region(),
    };
    view.extend(call.view(KIND, &singleton(call, project)));
    view.insert("managed_alerts_enabled".into(), (alert::enabled(call, project) > 0).into());
    view
}

/// Refuses where alerts would go nowhere.
pub(super) fn must_be_enabled(call: &Call<'_>, project: &str) -> Result<(), Refusal> {
    let manager = call.view(KIND, &singleton(call, project));
    if manager.get("alert_manager_enabled") == Some(&Value::Bool(true)) {
        return Ok(());
    }
    let help = "the alert manager is disabled in this project and region; enable it first";
    Err(Refusal::precondition_failed("resource_not_usable", help))
}

pub(super) fn enable(call: &mut Call<'_>) -> Answer {
    let project = project(call)?;
    if must_be_enabled(call, &project).is_err() {
        let id = call.world.uuid()?;
        let url = format!("https://{id}.alertmanager.cockpit.{}.scw.cloud", call.region());
        set(call, &project, body! {"alert_manager_enabled": true, "alert_manager_url": url});
    }
    Ok(Reply::resource(view(call, &project)))
}

/// Disables the managed alerts with it, and deletes the contact points (documented).
pub(super) fn disable(call: &mut Call<'_>) -> Answer {
    let project = project(call)?;
    alert::forget(call, &project);
    contact_point::forget(call, &project);
    set(call, &project, body! {"alert_manager_enabled": false, "alert_manager_url": Value::Null});
    Ok(Reply::resource(view(call, &project)))
}

fn set(call: &mut Call<'_>, project: &str, patch: Body) {
    put(call, KIND, &singleton(call, project), project, patch);
}

/// All preconfigured alerts at once.
pub(super) fn enable_alerts(call: &mut Call<'_>) -> Answer {
    let project = project(call)?;
    must_be_enabled(call, &project)?;
    alert::set_all(call, &project, true)?;
    Ok(Reply::resource(view(call, &project)))
}

pub(super) fn disable_alerts(call: &mut Call<'_>) -> Answer {
    let project = project(call)?;
    alert::set_all(call, &project, false)?;
    Ok(Reply::resource(view(call, &project)))
}

/// No mail is sent.
pub(super) fn test(call: &mut Call<'_>) -> Answer {
    let project = project(call)?;
    must_be_enabled(call, &project)?;
    Ok(Reply::empty())
}
