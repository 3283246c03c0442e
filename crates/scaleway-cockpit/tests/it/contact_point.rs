use scaleway_cockpit::{CreateContactPoint, DeleteContactPoint, ListContactPoints, UpdateContactPoint};
use serde_json::{Value, json};

use crate::{
    PROJECT, REGIONAL, assert_whole, expect, expect_pages, expect_query, mocked, no_content, ok, with,
};

fn contact_point() -> Value {
    json!({"email": {"to": "on-call@example.org"}, "region": "fr-par", "send_resolved_notifications": true})
}

fn at() -> String {
    format!("{REGIONAL}/alert-manager/contact-points")
}

#[tokio::test]
async fn it_is_named_by_its_address_throughout() {
    let (server, cockpit) = mocked().await;
    let email = "on-call@example.org";
    let body = json!({"project_id": PROJECT, "email": {"to": email}});
    expect(&server, "POST", &at(), Some(body.clone()), ok(contact_point())).await;
    let quiet = with(contact_point(), "send_resolved_notifications", false);
    let update = with(body.clone(), "send_resolved_notifications", false);
    expect(&server, "PATCH", &at(), Some(update), ok(quiet.clone())).await;
    expect(&server, "POST", &format!("{}/delete", at()), Some(body), no_content()).await;

    let made = cockpit.create_contact_point(CreateContactPoint::new(email)).await.unwrap();
    assert_whole(&made, &contact_point());
    let update = UpdateContactPoint::new(email).send_resolved_notifications(false);
    assert_whole(&cockpit.update_contact_point(update).await.unwrap(), &quiet);
    cockpit.delete_contact_point(DeleteContactPoint::new(email)).await.unwrap();
}

#[tokio::test]
async fn an_update_leaves_what_is_unset() {
    let (server, cockpit) = mocked().await;
    let body = json!({"project_id": PROJECT, "email": {"to": "on-call@example.org"}});
    expect(&server, "PATCH", &at(), Some(body), ok(contact_point())).await;
    cockpit.update_contact_point(UpdateContactPoint::new("on-call@example.org")).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, cockpit) = mocked().await;
    let items = ["a", "b", "c"].map(|to| with(contact_point(), "email", json!({"to": to})));
    expect_pages(&server, &at(), "contact_points", items).await;
    let all = cockpit.list_contact_points(ListContactPoints::default()).all().await.unwrap();
    assert_eq!(
        all.iter().map(|point| point.email.as_ref().unwrap().to.as_str()).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

#[tokio::test]
async fn the_first_page_says_whether_there_are_others() {
    let (server, cockpit) = mocked().await;
    let answer = json!({
        "contact_points": [contact_point()], "total_count": 1,
        "has_additional_receivers": true, "has_additional_contact_points": false,
    });
    let query = "project_id=22222222-2222-4222-8222-222222222222";
    expect_query(&server, "GET", &at(), query, ok(answer.clone())).await;
    let first = cockpit.first_contact_points(ListContactPoints::default()).await.unwrap();
    assert!(first.has_additional_receivers && !first.has_additional_contact_points);
    assert_whole(&first, &answer);
}
