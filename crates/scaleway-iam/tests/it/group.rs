use scaleway_iam::{ApplicationId, CreateGroup, GroupId, GroupMember, GroupMembers, ListGroups, UpdateGroup};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{ORGANIZATION, assert_whole, expect, expect_pages, mocked, no_content, ok};

fn group(id: &str) -> Value {
    json!({
        "id": id, "created_at": "2026-05-05T14:42:12.873213Z", "updated_at": "2026-05-05T14:42:12.873213Z",
        "organization_id": ORGANIZATION, "name": "operators", "description": "", "user_ids": ["user-1"], "application_ids": [],
        "tags": [], "editable": true, "deletable": true, "managed": false, "all_users": false,
    })
}

fn id() -> GroupId {
    "group-1".parse().unwrap()
}

#[tokio::test]
async fn a_group_is_made_got_changed_and_deleted() {
    let (server, iam) = mocked().await;
    let body = json!({"name": "operators", "organization_id": ORGANIZATION});
    expect(&server, "POST", "groups", Some(body), ok(group("group-1"))).await;
    expect(&server, "GET", "groups/group-1", None, ok(group("group-1"))).await;
    expect(&server, "PATCH", "groups/group-1", Some(json!({"tags": []})), ok(group("group-1"))).await;
    expect(&server, "DELETE", "groups/group-1", None, no_content()).await;
    assert_whole(&iam.create_group(CreateGroup::new("operators")).await.unwrap(), &group("group-1"));
    assert_whole(&iam.get_group(&id()).await.unwrap(), &group("group-1"));
    iam.update_group(&id(), UpdateGroup::default().tags(Vec::new())).await.unwrap();
    iam.delete_group(&id()).await.unwrap();
}

#[tokio::test]
async fn members_are_set_added_and_removed() {
    let (server, iam) = mocked().await;
    let application = || "application-1".parse::<ApplicationId>().unwrap();
    let all = json!({"user_ids": ["user-1"], "application_ids": []});
    expect(&server, "PUT", "groups/group-1/members", Some(all), ok(group("group-1"))).await;
    let members = GroupMembers::default().user_ids(["user-1".parse().unwrap()]);
    iam.set_group_members(&id(), members).await.unwrap();

    let more = json!({"user_ids": [], "application_ids": ["application-1"]});
    expect(&server, "POST", "groups/group-1/add-members", Some(more), ok(group("group-1"))).await;
    iam.add_group_members(&id(), GroupMembers::default().application_ids([application()])).await.unwrap();

    let one = json!({"user_id": "user-1"});
    expect(&server, "POST", "groups/group-1/add-member", Some(one), ok(group("group-1"))).await;
    iam.add_group_member(&id(), GroupMember::user("user-1".parse().unwrap())).await.unwrap();

    let one = json!({"application_id": "application-1"});
    expect(&server, "POST", "groups/group-1/remove-member", Some(one), ok(group("group-1"))).await;
    iam.remove_group_member(&id(), GroupMember::application(application())).await.unwrap();
}

#[tokio::test]
async fn a_group_that_is_changing_says_so() {
    let (server, iam) = mocked().await;
    let refusal = json!({"type": "transient_state", "message": "resource is in a transient state", "resource": "group",
        "resource_id": "group-1", "current_state": "updating"});
    let refused = ResponseTemplate::new(409).set_body_json(refusal);
    expect(&server, "POST", "groups/group-1/remove-member", None, refused).await;
    let member = GroupMember::user("user-1".parse().unwrap());
    let error = iam.remove_group_member(&id(), member).await.unwrap_err();
    assert!(error.is_transient_state() && error.to_string().contains("is updating"), "{error}");
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, iam) = mocked().await;
    let items = ["a", "b", "c"].map(group);
    expect_pages(&server, "groups", "groups", ("user_ids", "user-1"), items).await;
    let list = ListGroups::default().user_ids(["user-1".parse().unwrap()]);
    let all = iam.list_groups(list).all().await.unwrap();
    assert_eq!(all.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
