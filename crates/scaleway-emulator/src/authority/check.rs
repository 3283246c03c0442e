//! Whether a request is allowed, by the projects that it is about.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::call::Call;
use crate::products::iam;
use crate::refusal::Refusal;
use crate::router::Product;
use crate::world::World;

use super::{Permission, Principal};

/// The projects whose resources a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Visible {
    All,
    Only(BTreeSet<String>),
}

impl Visible {
    /// Whether a resource of this project is shown; what belongs to no project always is.
    pub(crate) fn includes(&self, project: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(projects) => project.is_empty() || projects.contains(project),
        }
    }
}

/// Where a permission is granted.
enum Granted {
    Everywhere,
    In(BTreeSet<String>),
}

impl World {
    /// Refuses with a 403 what `principal` may not do in `project` (in the organisation, where the permission is about
    /// that).
    pub(crate) fn authorize(
        &self,
        principal: &Principal,
        permission: &Permission,
        project: &str,
    ) -> Result<(), Refusal> {
        let is_granted = match self.granted(principal, permission) {
            Granted::Everywhere => true,
            Granted::In(projects) => !permission.of_organization && projects.contains(project),
        };
        if is_granted {
            return Ok(());
        }
        Err(Refusal::permissions_denied(permission.resource, permission.action))
    }

    fn granted(&self, principal: &Principal, permission: &Permission) -> Granted {
        let bearer = match principal {
            Principal::Anyone | Principal::Bearer { is_owner: true, .. } => return Granted::Everywhere,
            Principal::Bearer { id, .. } => id,
        };
        let mut projects = BTreeSet::new();
        for rule in iam::rules_of_bearer(self, bearer) {
            if rule.sets().any(|set| permission.is_in(set)) {
                if rule.is_of_organization() {
                    return Granted::Everywhere;
                }
                projects.extend(rule.projects().map(str::to_owned));
            }
        }
        Granted::In(projects)
    }
}

/// Refuses what the caller may not do. A request that names no project is about that of the key, and a list shows what
/// may be seen.
pub(crate) fn check(call: &mut Call<'_>, product: &Product) -> Result<(), Refusal> {
    if call.principal == Principal::Anyone {
        return Ok(());
    }
    let reads = call.route.verb == "GET";
    let permission = Permission::of(product.name, call.route.operation, reads);
    if permission.of_organization {
        return call.world.authorize(&call.principal, &permission, "");
    }
    let named = projects(call, product);
    if !named.is_empty() {
        return named
            .iter()
            .try_for_each(|project| call.world.authorize(&call.principal, &permission, project));
    }
    match call.world.granted(&call.principal, &permission) {
        Granted::Everywhere => {}
        // A resource that is looked for by its id and not found has no project either: its 404 tells nothing.
        Granted::In(projects) if reads && !projects.is_empty() => call.visible = Visible::Only(projects),
        Granted::In(projects) => {
            let project = call.principal.project().unwrap_or_default();
            if !projects.contains(project) {
                return Err(Refusal::permissions_denied(permission.resource, permission.action));
            }
        }
    }
    if !reads && let Some(project) = call.principal.project() {
        let project = project.to_owned();
        let said = call.body.entry("project_id").or_insert(Value::Null);
        if said.as_str().is_none_or(str::is_empty) {
            *said = project.into();
        }
    }
    Ok(())
}

/// The projects that the request names: itself, or by resources of the product.
fn projects(call: &Call<'_>, product: &Product) -> BTreeSet<String> {
    let mut projects = BTreeSet::new();
    let mut by_resource = |id: &str| {
        let found = call.world.store.find_in(product.name, id).map(|record| record.project.clone());
        projects.extend(found.filter(|project| !project.is_empty()));
    };
    for (_, id) in call.path() {
        by_resource(id);
    }
    let is_reference =
        |field: &str| field.ends_with("_id") && !["project_id", "organization_id"].contains(&field);
    for (field, value) in &call.body {
        if let Value::String(id) = value
            && is_reference(field)
        {
            by_resource(id);
        }
    }
    for (field, id) in call.queries() {
        if is_reference(field) {
            by_resource(id);
        }
    }
    let said = call.queries().filter(|(field, _)| *field == "project_id").map(|(_, project)| project);
    let said = said.chain([call.text("project_id"), call.param("project_id")]);
    projects.extend(said.filter(|project| !project.is_empty()).map(str::to_owned));
    projects
}
