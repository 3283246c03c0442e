//! What is there without any request having made it: worlds that begin with something in them.

use serde_json::Value;

use crate::Emulator;
use crate::EmulatorError;
use crate::products;
use crate::router::{Found, Router};
use crate::store::{Body, Kind, Record};
use crate::world::World;

/// Where what a GET of this path answers is kept, and whose child it is.
struct Place {
    template: &'static str,
    kind: Kind,
    /// Collection of the parent, and the field or path parameter that names it.
    parent: Option<(&'static str, &'static str)>,
}

const fn place(template: &'static str, collection: &'static str) -> Place {
    Place { template, kind: Kind { collection, resource: "" }, parent: None }
}

impl Place {
    const fn under(mut self, collection: &'static str, field: &'static str) -> Self {
        self.parent = Some((collection, field));
        self
    }
}

const NETWORK: &str = "vpc.private_networks";
const SUBNET: Kind = Kind { collection: "vpc.subnets", resource: "subnet" };

/// What can be put into a world, by the path under which the API answers it.
const PLACES: &[Place] = &[
    place("/account/v3/projects/{project_id}", "account.projects"),
    place("/cockpit/v1/regions/{region}/data-sources/{data_source_id}", "cockpit.data_sources"),
    place("/cockpit/v1/regions/{region}/tokens/{token_id}", "cockpit.tokens"),
    place("/containers/v1/regions/{region}/namespaces/{namespace_id}", "containers.namespaces"),
    place("/containers/v1/regions/{region}/containers/{container_id}", "containers.containers")
        .under("containers.namespaces", "namespace_id"),
    place("/containers/v1/regions/{region}/domains/{domain_id}", "containers.domains")
        .under("containers.containers", "container_id"),
    place("/containers/v1/regions/{region}/triggers/{trigger_id}", "containers.triggers")
        .under("containers.containers", "container_id"),
    place("/iam/v1alpha1/api-keys/{access_key}", "iam.api_keys"),
    place("/iam/v1alpha1/applications/{application_id}", "iam.applications"),
    place("/iam/v1alpha1/groups/{group_id}", "iam.groups"),
    place("/iam/v1alpha1/policies/{policy_id}", "iam.policies"),
    place("/iam/v1alpha1/users/{user_id}", "iam.users"),
    place("/ipam/v1/regions/{region}/ips/{ip_id}", "ipam.ips"),
    place("/rdb/v1/regions/{region}/database-engines", "rdb.offers"),
    place("/rdb/v1/regions/{region}/instances/{instance_id}", "rdb.instances"),
    place("/rdb/v1/regions/{region}/backups/{database_backup_id}", "rdb.backups"),
    place("/rdb/v1/regions/{region}/snapshots/{snapshot_id}", "rdb.snapshots"),
    place("/registry/v1/regions/{region}/namespaces/{namespace_id}", "registry.namespaces"),
    place("/registry/v1/regions/{region}/images/{image_id}", "registry.images")
        .under("registry.namespaces", "namespace_id"),
    place("/registry/v1/regions/{region}/tags/{tag_id}", "registry.tags")
        .under("registry.images", "image_id"),
    place("/secret-manager/v1beta1/regions/{region}/secrets/{secret_id}", "secret-manager.secrets"),
    place(
        "/secret-manager/v1beta1/regions/{region}/secrets/{secret_id}/versions/{revision}",
        "secret-manager.versions",
    )
    .under("secret-manager.secrets", "secret_id"),
    place(
        "/serverless-jobs/v1alpha2/regions/{region}/job-definitions/{job_definition_id}",
        "jobs.definitions",
    ),
    place("/vpc/v2/regions/{region}/vpcs/{vpc_id}", "vpc.vpcs"),
    place("/vpc/v2/regions/{region}/private-networks/{private_network_id}", "vpc.private_networks")
        .under("vpc.vpcs", "vpc_id"),
];

impl Emulator {
    /// Puts something into the world as if it had been there before: `path` is where a GET finds it, `body` what that
    /// GET answers. What is there already under this id is replaced. Answers its kind (`vpc.vpcs`).
    ///
    /// What the API never answers (the data of a secret, a password) is not there afterwards.
    ///
    /// # Errors
    /// [`EmulatorError::Seed`] where the path is of nothing that can be put into a world, or the body is no object.
    pub fn seed(&self, path: &str, body: Value) -> Result<&'static str, EmulatorError> {
        let mut kernel = self.lock();
        kernel.world.settle(self.clock().now());
        seed(&mut kernel.world, path, body)
    }
}

impl Emulator {
    /// Takes away what [`Emulator::seed`] has put under `path`, and all that is in it. Nothing happens where nothing is.
    pub fn withdraw(&self, path: &str) {
        let mut kernel = self.lock();
        kernel.world.settle(self.clock().now());
        if let Some((kind, id)) = named(path) {
            kernel.world.store.remove(kind, &id);
        }
    }
}

/// The resource that a GET of this path finds.
fn named(path: &str) -> Option<(Kind, String)> {
    let place = PLACES.iter().find(|place| is_of(place.template, path))?;
    Some((place.kind, params(path)?.pop()?.1))
}

/// What [`Emulator::seed`] does.
pub(crate) fn seed(world: &mut World, path: &str, body: Value) -> Result<&'static str, EmulatorError> {
    let refused = |why: &str| EmulatorError::Seed { path: path.to_owned(), why: why.to_owned() };
    let Value::Object(body) = body else { return Err(refused("its body is no JSON object")) };
    let params = params(path).ok_or_else(|| refused("the emulator knows no such path"))?;
    let place = PLACES.iter().find(|place| is_of(place.template, path));
    let place = place.ok_or_else(|| refused("nothing that is there can be put under it"))?;
    let mut id = params.last().map(|(_, value)| value.clone()).unwrap_or_default();
    let parent = place.parent.and_then(|(collection, field)| {
        let named = params.iter().find(|(name, _)| *name == field).map(|(_, value)| value.as_str());
        let parent = named.or_else(|| body.get(field).and_then(Value::as_str))?;
        Some((collection.to_owned(), parent.to_owned()))
    });
    if let ("secret-manager.versions", Some((_, secret))) = (place.kind.collection, &parent) {
        id = format!("{secret}/{id}");
    }
    let mut record = Record {
        region: params
            .iter()
            .find(|(name, _)| *name == "region")
            .map_or_else(String::new, |(_, v)| v.clone()),
        project: project(world, &body, place, parent.as_ref(), &id),
        parent,
        body,
        ..Record::default()
    };
    complete(world, place.kind, &id, &mut record);
    world.store.insert(place.kind, &id, record);
    products::seeded(world, place.kind.collection, &id);
    Ok(place.kind.collection)
}

/// What the kind keeps beside its body.
fn complete(world: &mut World, kind: Kind, id: &str, record: &mut Record) {
    match kind.collection {
        "ipam.ips" => {
            let subnet = world.store.get(
                SUBNET,
                record.body.get("source").and_then(|source| source["subnet_id"].as_str()).unwrap_or_default(),
            );
            let Some(subnet) = subnet else { return };
            for field in ["private_network_id", "vpc_id"] {
                record.hidden.insert(field.into(), subnet.text(field).into());
            }
            record.parent = Some((NETWORK.into(), subnet.text("private_network_id").into()));
        }
        "vpc.private_networks" => {
            let subnets = record.body.remove("subnets").unwrap_or_default();
            for subnet in subnets.as_array().into_iter().flatten().filter_map(Value::as_object) {
                let own = subnet.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
                let parent = Some((kind.collection.into(), id.into()));
                let (region, project) = (record.region.clone(), record.project.clone());
                let body = subnet.clone();
                world.store.insert(
                    SUBNET,
                    &own,
                    Record { region, project, parent, body, ..Record::default() },
                );
            }
        }
        "containers.triggers" | "containers.domains" => {
            let container = Kind { collection: "containers.containers", resource: "" };
            let namespace =
                world.store.get(container, record.text("container_id")).map(|c| c.text("namespace_id"));
            record.hidden.insert("namespace_id".into(), namespace.unwrap_or_default().into());
        }
        _ => {}
    }
}

fn project(world: &World, body: &Body, place: &Place, parent: Option<&(String, String)>, id: &str) -> String {
    if place.kind.collection == "account.projects" {
        return id.to_owned();
    }
    let said = body.get("project_id").and_then(Value::as_str);
    let of_parent = || {
        let (collection, id) = parent?;
        let mut records = world.store.everything();
        records
            .find(|(kind, own, _)| kind == collection && own == id)
            .map(|(_, _, record)| record.project.as_str())
    };
    said.or_else(of_parent).unwrap_or_default().to_owned()
}

/// The parameters of the path's GET.
fn params(path: &str) -> Option<Vec<(&'static str, String)>> {
    match Router::get().find("GET", path) {
        Found::Route { params, .. } => Some(params),
        Found::Unknown { .. } => None,
    }
}

fn is_of(template: &str, path: &str) -> bool {
    let mut segments = path.trim_end_matches('/').split('/');
    let fits =
        template.split('/').all(|own| segments.next().is_some_and(|s| own.starts_with('{') || own == s));
    fits && segments.next().is_none()
}
