use scaleway_iam::{
    CreateJwt, CreateUser, JoinUserConnection, ListJwts, ListUsers, NewMember, RemoveUserConnection,
    UpdateUser, UpdateUserPassword, UpdateUserUsername, UserId, UserType,
};
use serde_json::{Value, json};

use crate::{ORGANIZATION, assert_whole, expect, expect_pages, mocked, no_content, ok};

fn user(id: &str) -> Value {
    json!({
        "id": id, "email": "ada@example.org", "username": "ada", "first_name": "Ada", "last_name": "L", "phone_number": "",
        "locale": "fr_FR", "created_at": "2026-05-05T14:42:12.873213Z", "updated_at": "2026-05-05T14:42:12.873213Z",
        "organization_id": ORGANIZATION, "deletable": true, "last_login_at": "2026-05-05T14:42:12Z", "type": "member",
        "status": "activated", "mfa": true, "account_root_user_id": "root-1", "tags": ["on-call"], "locked": false,
    })
}

fn jwt(id: &str) -> Value {
    json!({
        "jti": id, "issuer_id": "user-1", "audience_id": "user-1", "created_at": "2026-05-05T14:42:12.873213Z",
        "expires_at": "2026-05-05T15:42:12.873213Z", "ip": "192.0.2.1", "user_agent": "curl",
    })
}

fn id() -> UserId {
    "user-1".parse().unwrap()
}

#[tokio::test]
async fn a_user_is_invited_or_made_a_member() {
    let (server, iam) = mocked().await;
    let body = json!({"organization_id": ORGANIZATION, "email": "ada@example.org"});
    expect(&server, "POST", "users", Some(body), ok(user("user-1"))).await;
    let invited = iam.create_user(CreateUser::invite("ada@example.org")).await.unwrap();
    assert_eq!(invited.kind, UserType::Member);
    assert_whole(&invited, &user("user-1"));

    let body = json!({"organization_id": ORGANIZATION, "tags": ["on-call"],
        "member": {"email": "ada@example.org", "username": "ada", "password": "s3cr3t", "send_password_email": false}});
    expect(&server, "POST", "users", Some(body), ok(user("user-1"))).await;
    let member = NewMember::new("ada@example.org", "ada").password("s3cr3t").send_password_email(false);
    let create = CreateUser::member(member).tags(["on-call".to_owned()]);
    assert!(!format!("{create:?}").contains("s3cr3t"));
    iam.create_user(create).await.unwrap();
}

#[tokio::test]
async fn a_user_is_got_changed_locked_and_removed() {
    let (server, iam) = mocked().await;
    expect(&server, "GET", "users/user-1", None, ok(user("user-1"))).await;
    expect(&server, "PATCH", "users/user-1", Some(json!({"first_name": ""})), ok(user("user-1"))).await;
    let name = json!({"username": "ada"});
    expect(&server, "POST", "users/user-1/update-username", Some(name), ok(user("user-1"))).await;
    let password = json!({"password": "s3cr3t"});
    expect(&server, "POST", "users/user-1/update-password", Some(password), ok(user("user-1"))).await;
    for turn in ["lock", "unlock"] {
        expect(&server, "POST", &format!("users/user-1/{turn}"), Some(json!({})), ok(user("user-1"))).await;
    }
    expect(&server, "DELETE", "users/user-1", None, no_content()).await;

    assert_whole(&iam.get_user(&id()).await.unwrap(), &user("user-1"));
    iam.update_user(&id(), UpdateUser::default().first_name("")).await.unwrap();
    iam.update_user_username(&id(), UpdateUserUsername::new("ada")).await.unwrap();
    let password = UpdateUserPassword::new("s3cr3t");
    assert!(!format!("{password:?}").contains("s3cr3t"));
    iam.update_user_password(&id(), password).await.unwrap();
    iam.lock_user(&id()).await.unwrap();
    iam.unlock_user(&id()).await.unwrap();
    iam.delete_user(&id()).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, iam) = mocked().await;
    expect_pages(&server, "users", "users", ("type", "owner"), ["a", "b", "c"].map(user)).await;
    let all = iam.list_users(ListUsers::default().kind(UserType::Owner)).all().await.unwrap();
    assert_eq!(all.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[tokio::test]
async fn users_of_several_organizations_are_connected_by_a_token() {
    let (server, iam) = mocked().await;
    let connections = json!({"connections": [{
        "organization": {"id": ORGANIZATION, "name": "other", "locked": false},
        "user": {"id": "user-2", "username": "ada", "type": "owner"},
    }]});
    expect(&server, "GET", "users/user-1/connections", None, ok(connections.clone())).await;
    let token = ok(json!({"token": "s3cr3t"}));
    expect(&server, "POST", "users/user-1/initiate-connection", Some(json!({})), token).await;
    let join = json!({"token": "s3cr3t"});
    expect(&server, "POST", "users/user-2/join-connection", Some(join), no_content()).await;
    let remove = json!({"target_user_id": "user-2"});
    expect(&server, "POST", "users/user-1/remove-connection", Some(remove), no_content()).await;

    let other: UserId = "user-2".parse().unwrap();
    assert_whole(&iam.get_user_connections(&id()).await.unwrap(), &connections);
    let begun = iam.initiate_user_connection(&id()).await.unwrap();
    assert!(!format!("{begun:?}").contains("s3cr3t"));
    iam.join_user_connection(&other, JoinUserConnection::new(begun.token)).await.unwrap();
    iam.remove_user_connection(&id(), RemoveUserConnection::new(other)).await.unwrap();
}

#[tokio::test]
async fn a_web_token_is_made_listed_and_deleted() {
    let (server, iam) = mocked().await;
    let token = "jwt-1".parse().unwrap();
    let answer = json!({"jwt": jwt("jwt-1"), "token": "s3cr3t-1", "renew_token": "s3cr3t-2"});
    let body = json!({"user_id": "user-1", "referrer": "https://example.org"});
    expect(&server, "POST", "jwts", Some(body), ok(answer.clone())).await;
    let made = iam.create_jwt(CreateJwt::new(id(), "https://example.org")).await.unwrap();
    assert!(!format!("{made:?}").contains("s3cr3t"));
    assert_whole(&made, &answer);
    expect(&server, "GET", "jwts/jwt-1", None, ok(jwt("jwt-1"))).await;
    assert_whole(&iam.get_jwt(&token).await.unwrap(), &jwt("jwt-1"));
    expect(&server, "DELETE", "jwts/jwt-1", None, no_content()).await;
    iam.delete_jwt(&token).await.unwrap();
    expect_pages(&server, "jwts", "jwts", ("audience_id", "user-1"), ["a", "b", "c"].map(jwt)).await;
    let all = iam.list_jwts(ListJwts::default().audience_id(id())).all().await.unwrap();
    assert_eq!(all.iter().map(|jwt| jwt.jti.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
