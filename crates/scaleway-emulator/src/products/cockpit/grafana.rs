//! The Grafana of a project, which all its regions share.

use serde_json::{Value, json};

use crate::call::Call;
use crate::products::pages;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};

use super::{data_source, project, queried_project};

/// Name and title of some of the platform's dashboards.
const DASHBOARDS: [(&str, &str, &str); 5] = [
    ("scw-cockpit-overview", "Cockpit - Overview", "cockpit"),
    ("scw-instance-overview", "Instances - Overview", "instance"),
    ("scw-kubernetes-cluster-overview", "Kubernetes - Cluster overview", "kubernetes"),
    ("scw-lb-overview", "Load Balancers - Overview", "lb"),
    ("scw-rdb-postgresql-overview", "Managed Databases - PostgreSQL overview", "rdb"),
];

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    Ok(Reply::ok(json!({"grafana_url": url(call, queried_project(call)?)})))
}

/// Where it is now, or was.
fn url(call: &Call<'_>, project: &str) -> String {
    let domain = if call.world.is_before("2024-10-12") {
        "obs.fr-par.scw.cloud"
    } else if call.world.is_before("2025-06-01") {
        "cockpit.fr-par.scw.cloud"
    } else {
        "cockpit.scaleway.com"
    };
    format!("https://{project}.dashboard.{domain}")
}

pub(super) fn sync(call: &mut Call<'_>) -> Answer {
    let project = project(call)?;
    data_source::synchronize_all(call, &project);
    Ok(Reply::empty())
}

/// Those that have every tag asked for.
pub(super) fn dashboards(call: &mut Call<'_>) -> Answer {
    let found = DASHBOARDS.iter().filter(|(_, _, tag)| call.query_all("tags").all(|wanted| wanted == *tag));
    let project = queried_project(call)?;
    let found = found.map(|dashboard| view(call, dashboard, project)).collect();
    pages::answer(call, "dashboards", found)
}

pub(super) fn dashboard(call: &mut Call<'_>) -> Answer {
    let name = call.param("dashboard_name");
    let found = DASHBOARDS.iter().find(|(have, _, _)| *have == name);
    match found {
        Some(dashboard) => Ok(Reply::ok(view(call, dashboard, queried_project(call)?))),
        None => Err(Refusal::unknown("dashboard", name)),
    }
}

fn view(call: &Call<'_>, (name, title, tag): &(&str, &str, &str), project: &str) -> Value {
    json!({
        "name": name,
        "title": title,
        "url": format!("{}/d/{name}", url(call, project)),
        "tags": [tag],
        "variables": ["region", "resource_name"],
    })
}
