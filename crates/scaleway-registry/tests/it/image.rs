use std::time::Duration;

use scaleway_registry::{ImageId, ListImages, Status, UpdateImage, Visibility};
use serde_json::json;

use crate::{PROJECT, expect, expect_in_turn, expect_query, gone, image, mocked, ok, with};

const AT: &str = "images/image-1";

fn id() -> ImageId {
    "image-1".parse().unwrap()
}

#[tokio::test]
async fn nothing_of_an_answer_is_lost_and_values_that_came_later_survive() {
    let (server, registry) = mocked().await;
    let later = with(with(image("archived"), "visibility", "friends"), "status_message", "moved");
    expect(&server, "GET", AT, None, ok(later.clone())).await;
    let read = registry.get_image(&id()).await.unwrap();
    assert_eq!(read.visibility, Visibility::Other("friends".into()));
    assert_eq!(serde_json::to_value(&read).unwrap(), later);
    let mut bare = image("ready");
    bare.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_at") && name != "status_message");
    expect_in_turn(&server, "images/bare", [ok(bare.clone())]).await;
    let read = registry.get_image(&"bare".parse().unwrap()).await.unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), bare);
}

#[tokio::test]
async fn an_update_sends_what_is_set() {
    let (server, registry) = mocked().await;
    expect(&server, "PATCH", AT, Some(json!({"visibility": "private"})), ok(image("ready"))).await;
    registry.update_image(&id(), UpdateImage::default().visibility(Visibility::Private)).await.unwrap();
    expect(&server, "PATCH", AT, Some(json!({})), ok(image("ready"))).await;
    registry.update_image(&id(), UpdateImage::default()).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_and_filters() {
    let (server, registry) = mocked().await;
    let page = |id: &str| json!({"images": [with(image("ready"), "id", id)], "total_count": 2});
    let query = "project_id=22222222-2222-4222-8222-222222222222&page=1&page_size=100";
    expect_query(&server, "GET", "images", query, page("a")).await;
    let query = "project_id=22222222-2222-4222-8222-222222222222&page=2&page_size=100";
    expect_query(&server, "GET", "images", query, page("b")).await;
    let project: scaleway_core::ProjectId = PROJECT.parse().unwrap();
    let all = registry.list_images(ListImages::default().project_id(project)).all().await.unwrap();
    assert_eq!(all.iter().map(|image| image.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn waiting_ends_when_it_is_ready_and_where_it_never_will_be() {
    let (server, registry) = mocked().await;
    expect_in_turn(&server, AT, [ok(image("unknown")), ok(image("ready"))]).await;
    let ready = registry.wait_for_image(&id()).interval(Duration::ZERO).await.unwrap();
    assert_eq!(ready.status, Status::Ready);
    expect_in_turn(&server, AT, [ok(with(image("error"), "status_message", "broken layer"))]).await;
    let error = registry.wait_for_image(&id()).await.unwrap_err();
    assert_eq!(error.to_string(), "image image-1 is error: broken layer");
}

#[tokio::test]
async fn deleting_ends_with_not_found() {
    let (server, registry) = mocked().await;
    expect(&server, "DELETE", AT, None, ok(image("deleting"))).await;
    assert_eq!(registry.delete_image(&id()).await.unwrap().status, Status::Deleting);
    expect_in_turn(&server, AT, [ok(image("deleting")), gone()]).await;
    registry.wait_until_image_gone(&id()).interval(Duration::ZERO).await.unwrap();
}
