use scaleway_cockpit::{
    CreateGrafanaUser, GrafanaUserId, GrafanaUserRole, InProject, ListGrafanaUsers, ListProductDashboards,
};
use serde_json::{Value, json};

use crate::{
    GLOBAL, PROJECT, assert_whole, expect, expect_pages, expect_query, mocked, no_content, ok, with,
};

const IN_PROJECT: &str = "project_id=22222222-2222-4222-8222-222222222222";

fn user(password: Option<&str>) -> Value {
    json!({"id": 2, "login": "evalap", "role": "viewer", "password": password})
}

fn dashboard() -> Value {
    json!({
        "name": "scw-rdb", "title": "Databases", "url": "https://grafana.example/d/scw-rdb", "tags": ["rdb"],
        "variables": ["region"],
    })
}

#[tokio::test]
async fn grafana_is_in_no_region() {
    let (server, cockpit) = mocked().await;
    let grafana = json!({"grafana_url": "https://grafana.example"});
    expect_query(&server, "GET", &format!("{GLOBAL}/grafana"), IN_PROJECT, ok(grafana.clone())).await;
    assert_whole(&cockpit.get_grafana(InProject::default()).await.unwrap(), &grafana);
    let body = json!({"project_id": PROJECT});
    expect(&server, "POST", &format!("{GLOBAL}/grafana/sync-data-sources"), Some(body), no_content()).await;
    cockpit.sync_grafana_data_sources(InProject::default()).await.unwrap();
}

#[tokio::test]
async fn a_password_is_answered_once_and_never_shown() {
    let (server, cockpit) = mocked().await;
    let at = format!("{GLOBAL}/grafana/users");
    let body = json!({"project_id": PROJECT, "login": "evalap", "role": "viewer"});
    expect(&server, "POST", &at, Some(body), ok(user(Some("s3cr3t-value")))).await;
    let reset = json!({"project_id": PROJECT});
    expect(&server, "POST", &format!("{at}/2/reset-password"), Some(reset), ok(user(Some("0ther-value"))))
        .await;
    expect_query(&server, "DELETE", &format!("{at}/2"), IN_PROJECT, no_content()).await;

    let create = CreateGrafanaUser::new("evalap", GrafanaUserRole::Viewer);
    let made = cockpit.create_grafana_user(create).await.unwrap();
    assert!(!format!("{made:?}").contains("s3cr3t"));
    assert_eq!(made.id, GrafanaUserId::new(2));
    assert_whole(&made, &user(Some("s3cr3t-value")));
    let reset = cockpit.reset_grafana_user_password(made.id, InProject::default()).await.unwrap();
    assert_eq!(reset.password.unwrap().expose(), "0ther-value");
    cockpit.delete_grafana_user(made.id, InProject::default()).await.unwrap();
}

#[tokio::test]
async fn a_list_of_users_reads_every_page_once() {
    let (server, cockpit) = mocked().await;
    let items = [1, 2, 3].map(|id| with(user(Some("")), "id", id));
    expect_pages(&server, &format!("{GLOBAL}/grafana/users"), "grafana_users", items).await;
    let all = cockpit.list_grafana_users(ListGrafanaUsers::default()).all().await.unwrap();
    assert_eq!(all.iter().map(|user| user.id).collect::<Vec<_>>(), [1, 2, 3].map(GrafanaUserId::new));
    assert!(all.iter().all(|user| user.password.as_ref().unwrap().is_empty()));
}

#[tokio::test]
async fn dashboards_are_listed_and_got_by_name() {
    let (server, cockpit) = mocked().await;
    let at = format!("{GLOBAL}/grafana/product-dashboards");
    let items = ["a", "b", "c"].map(|name| with(dashboard(), "name", name));
    expect_pages(&server, &at, "dashboards", items).await;
    let list = ListProductDashboards::default().tags(["rdb".to_owned()]);
    let all = cockpit.list_product_dashboards(list).all().await.unwrap();
    assert_eq!(all.iter().map(|dashboard| dashboard.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    expect_query(&server, "GET", &format!("{at}/scw-rdb"), IN_PROJECT, ok(dashboard())).await;
    let got = cockpit.get_product_dashboard("scw-rdb", InProject::default()).await.unwrap();
    assert_whole(&got, &dashboard());
}
