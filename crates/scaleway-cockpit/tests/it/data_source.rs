use scaleway_cockpit::{
    Cockpit, CreateDataSource, DataSourceKind, DataSourceOrigin, ListDataSources, ListDataSourcesOrder,
    UpdateDataSource,
};
use scaleway_core::{Client, Region};
use serde_json::{Value, json};

use crate::{
    PROJECT, REGIONAL, assert_whole, config, expect, expect_pages, expect_query, mocked, no_content, ok, with,
};

fn data_source() -> Value {
    json!({
        "id": "source-1", "project_id": PROJECT, "name": "evalap-staging", "url": "https://source-1.metrics.example",
        "type": "metrics", "origin": "custom", "created_at": "2026-05-05T14:42:12.873213Z",
        "updated_at": "2026-05-05T14:42:12.873213Z", "synchronized_with_grafana": true, "retention_days": 31,
        "region": "fr-par", "current_month_usage": 6_183_614,
    })
}

#[tokio::test]
async fn it_is_made_in_the_default_project() {
    let (server, cockpit) = mocked().await;
    let at = format!("{REGIONAL}/data-sources");
    let body =
        json!({"project_id": PROJECT, "name": "evalap-staging", "type": "metrics", "retention_days": 31});
    expect(&server, "POST", &at, Some(body), ok(data_source())).await;
    let create = CreateDataSource::new("evalap-staging", DataSourceKind::Metrics).retention_days(31u32);
    let made = cockpit.create_data_source(create).await.unwrap();
    assert_eq!(made.origin, DataSourceOrigin::Custom);
    assert_whole(&made, &data_source());
}

#[tokio::test]
async fn without_retention_the_api_decides_and_older_answers_do_not_say() {
    let (server, cockpit) = mocked().await;
    let body = json!({"project_id": "other", "name": "evalap", "type": "traces"});
    let mut answer = with(data_source(), "type", "profiles");
    for missing in ["retention_days", "current_month_usage"] {
        answer.as_object_mut().unwrap().remove(missing);
    }
    expect(&server, "POST", &format!("{REGIONAL}/data-sources"), Some(body), ok(answer.clone())).await;
    let create = CreateDataSource::new("evalap", DataSourceKind::Traces)
        .project_id("other".parse::<scaleway_core::ProjectId>().unwrap());
    let made = cockpit.create_data_source(create).await.unwrap();
    assert_eq!(made.kind, DataSourceKind::Other("profiles".into()), "values that came later survive");
    assert_whole(&made, &answer);
}

#[tokio::test]
async fn an_update_leaves_what_is_unset() {
    let (server, cockpit) = mocked().await;
    let at = format!("{REGIONAL}/data-sources/source-1");
    expect(&server, "PATCH", &at, Some(json!({"retention_days": 60})), ok(data_source())).await;
    let update = UpdateDataSource::default().retention_days(60u32);
    cockpit.update_data_source(&"source-1".parse().unwrap(), update).await.unwrap();
}

#[tokio::test]
async fn it_is_got_and_deleted_by_its_id() {
    let (server, cockpit) = mocked().await;
    let (at, id) = (format!("{REGIONAL}/data-sources/source-1"), "source-1".parse().unwrap());
    expect_query(&server, "GET", &at, "", ok(data_source())).await;
    expect_query(&server, "DELETE", &at, "", no_content()).await;
    assert_whole(&cockpit.get_data_source(&id).await.unwrap(), &data_source());
    cockpit.delete_data_source(&id).await.unwrap();
}

#[tokio::test]
async fn filters_are_sent_and_lists_repeat_their_key() {
    let (server, cockpit) = mocked().await;
    let query = "order_by=name_asc&project_id=22222222-2222-4222-8222-222222222222&origin=custom&types=metrics&types=logs\
                 &page=1&page_size=100";
    let answer = json!({"data_sources": [data_source()], "total_count": 1});
    expect_query(&server, "GET", &format!("{REGIONAL}/data-sources"), query, ok(answer)).await;
    let list = ListDataSources::default()
        .order_by(ListDataSourcesOrder::NameAsc)
        .origin(DataSourceOrigin::Custom)
        .kinds([DataSourceKind::Metrics, DataSourceKind::Logs]);
    assert_eq!(cockpit.list_data_sources(list).all().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, cockpit) = mocked().await;
    let items = ["a", "b", "c"].map(|id| with(data_source(), "id", id));
    expect_pages(&server, &format!("{REGIONAL}/data-sources"), "data_sources", items).await;
    let all = cockpit.list_data_sources(ListDataSources::default()).all().await.unwrap();
    assert_eq!(all.iter().map(|source| source.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn another_region_has_another_address() {
    let (server, _) = mocked().await;
    let cockpit = Cockpit::in_region(&Client::new(config(&server)).unwrap(), &Region::NlAms);
    let at = "/cockpit/v1/regions/nl-ams/data-sources/source-1";
    expect_query(&server, "GET", at, "", ok(with(data_source(), "region", "nl-ams"))).await;
    assert_eq!(cockpit.get_data_source(&"source-1".parse().unwrap()).await.unwrap().region, Region::NlAms);
}
