use std::time::Duration;

use scaleway_core::Error;
use scaleway_registry::{DeleteTag, Image, ListTags, ListTagsOrder, Namespace, Status, Tag, TagId};
use serde_json::{Value, json};

use crate::{expect, expect_in_turn, expect_query, gone, image, mocked, namespace, ok, tag, with};

const AT: &str = "tags/tag-1";

fn id() -> TagId {
    "tag-1".parse().unwrap()
}

#[tokio::test]
async fn nothing_of_an_answer_is_lost() {
    let (server, registry) = mocked().await;
    expect(&server, "GET", AT, None, ok(tag("ready"))).await;
    let read = registry.get_tag(&id()).await.unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), tag("ready"));
}

#[tokio::test]
async fn a_list_reads_every_page_and_filters() {
    let (server, registry) = mocked().await;
    let page = |id: &str| json!({"tags": [with(tag("ready"), "id", id)], "total_count": 2});
    let at = "images/image-1/tags";
    let first = "order_by=created_at_desc&name=1.4.2&page=1&page_size=100";
    expect_query(&server, "GET", at, first, page("a")).await;
    let second = "order_by=created_at_desc&name=1.4.2&page=2&page_size=100";
    expect_query(&server, "GET", at, second, page("b")).await;
    let list = ListTags::default().order_by(ListTagsOrder::CreatedAtDesc).name("1.4.2");
    let all = registry.list_tags(&"image-1".parse().unwrap(), list).all().await.unwrap();
    assert_eq!(all.iter().map(|tag| tag.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn deleting_says_by_force_only_when_asked_to() {
    let (server, registry) = mocked().await;
    expect_query(&server, "DELETE", AT, "", tag("deleting")).await;
    registry.delete_tag(&id(), DeleteTag::default()).await.unwrap();
    expect_query(&server, "DELETE", AT, "force=true", tag("deleting")).await;
    let deleted = registry.delete_tag(&id(), DeleteTag::default().force(true)).await.unwrap();
    assert_eq!(deleted.status, Status::Deleting);
    expect_in_turn(&server, AT, [ok(tag("deleting")), gone()]).await;
    registry.wait_until_tag_gone(&id()).interval(Duration::ZERO).await.unwrap();
}

#[tokio::test]
async fn waiting_ends_when_it_is_ready_and_where_it_never_will_be() {
    let (server, registry) = mocked().await;
    expect_in_turn(&server, AT, [ok(tag("unknown")), ok(tag("ready"))]).await;
    assert_eq!(registry.wait_for_tag(&id()).interval(Duration::ZERO).await.unwrap().status, Status::Ready);
    expect_in_turn(&server, AT, [ok(tag("error"))]).await;
    let error = registry.wait_for_tag(&id()).await.unwrap_err();
    assert!(matches!(error, Error::Never { .. }) && error.to_string() == "tag tag-1 is error", "{error}");
}

#[tokio::test]
async fn a_push_is_waited_for_from_before_there_is_an_image() {
    let (server, registry) = mocked().await;
    let images = |images: Value| ok(json!({"images": images, "total_count": 1}));
    let tags = |tags: Value| ok(json!({"tags": tags, "total_count": 1}));
    let none = ok(json!({"images": [], "total_count": 0}));
    let answers = [none, images(json!([image("ready")])), images(json!([image("ready")]))];
    expect_in_turn(&server, "images", answers).await;
    let other = tags(json!([with(tag("ready"), "name", "1.4.20")]));
    expect_in_turn(&server, "images/image-1/tags", [other, tags(json!([tag("ready")]))]).await;
    let (report, reported) = std::sync::mpsc::channel();
    let waiter = registry
        .wait_for_pushed_tag(&"namespace-1".parse().unwrap(), "streamlit", "1.4.2")
        .interval(Duration::ZERO)
        .on_progress(move |state, _| report.send(state.to_owned()).unwrap());
    assert_eq!(waiter.await.unwrap().digest, "sha256:0123abcd");
    assert_eq!(reported.try_iter().collect::<Vec<_>>(), ["not pushed", "not pushed"]);
    let asked = server.received_requests().await.unwrap();
    let queries: Vec<_> = asked.iter().filter_map(|request| request.url.query()).collect();
    assert_eq!(queries[0], "namespace_id=namespace-1&name=streamlit&page=1&page_size=100");
    assert_eq!(queries[2], "name=1.4.2&page=1&page_size=100");
}

#[test]
fn a_pinned_name_pulls_by_digest() {
    let namespace: Namespace = serde_json::from_value(namespace("ready")).unwrap();
    let image: Image = serde_json::from_value(image("ready")).unwrap();
    let tag: Tag = serde_json::from_value(tag("ready")).unwrap();
    assert_eq!(namespace.pinned(&image, &tag), "rg.fr-par.scw.cloud/evalap/streamlit@sha256:0123abcd");
}
