//! What others have in the same project: it must be there afterwards as it was before.

use bytes::Bytes;
use http::{Method, Request};
use scaleway_core::Transport;
use scaleway_emulator::Emulator;
use serde_json::{Value, json};

use crate::stage::Environment;

/// Things that bear other names and no tags of ours.
pub(crate) async fn bystanders(cloud: &Emulator, project: &str) {
    let things = [
        (
            "/secret-manager/v1beta1/regions/fr-par/secrets",
            json!({"project_id": project, "name": "somebodys", "type": "opaque", "tags": ["team=other"]}),
        ),
        ("/containers/v1/regions/fr-par/namespaces", json!({"project_id": project, "name": "somebodys"})),
        ("/vpc/v2/regions/fr-par/vpcs", json!({"project_id": project, "name": "somebodys"})),
        (
            "/cockpit/v1/regions/fr-par/data-sources",
            json!({"project_id": project, "name": "somebodys", "type": "metrics"}),
        ),
    ];
    for (path, body) in things {
        asked(cloud, Method::POST, path, &body).await;
    }
}

/// Somebody has deleted a namespace of ours, and made one of the same name.
pub(crate) async fn usurper(cloud: &Emulator, project: &str, environment: Environment) {
    let name = format!("evalap-{}", environment.name());
    let ours = cloud
        .inventory()
        .into_iter()
        .find(|thing| thing.kind == "containers.namespaces" && thing.text("name") == name);
    let ours = ours.unwrap_or_else(|| panic!("no namespace {name}"));
    let namespaces = "/containers/v1/regions/fr-par/namespaces";
    asked(cloud, Method::DELETE, &format!("{namespaces}/{}", ours.id), &Value::Null).await;
    while cloud.inventory().iter().any(|thing| thing.id == ours.id) {
        cloud.clock().sleep(std::time::Duration::from_secs(5)).await;
    }
    let body = json!({"project_id": project, "name": name, "tags": ["team=other"]});
    asked(cloud, Method::POST, namespaces, &body).await;
}

async fn asked(cloud: &Emulator, method: Method, path: &str, body: &Value) {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let request = Request::builder()
        .method(method)
        .uri(format!("https://api.scaleway.com{path}"))
        .header("X-Auth-Token", "somebody")
        .body(body)
        .expect("a request");
    let answer = cloud.send(request).await.expect("an answer");
    assert!(answer.status().is_success(), "{path}: {:?}", answer.body());
}
