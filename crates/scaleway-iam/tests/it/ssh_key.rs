use scaleway_iam::{CreateSshKey, ListSshKeys, SshKeyId, UpdateSshKey};
use serde_json::{Value, json};

use crate::{ORGANIZATION, PROJECT, assert_whole, expect, expect_pages, mocked, no_content, ok};

fn key(id: &str) -> Value {
    json!({
        "id": id, "name": "laptop", "public_key": "ssh-ed25519 AAAA", "fingerprint": "256 MD5:00 (ssh-ed25519)",
        "created_at": "2026-05-05T14:42:12.873213Z", "updated_at": "2026-05-05T14:42:12.873213Z",
        "organization_id": ORGANIZATION, "project_id": PROJECT, "disabled": false,
    })
}

#[tokio::test]
async fn a_key_is_made_got_changed_and_deleted() {
    let (server, iam) = mocked().await;
    let id: SshKeyId = "key-1".parse().unwrap();
    let body = json!({"name": "laptop", "public_key": "ssh-ed25519 AAAA", "project_id": PROJECT});
    expect(&server, "POST", "ssh-keys", Some(body), ok(key("key-1"))).await;
    expect(&server, "GET", "ssh-keys/key-1", None, ok(key("key-1"))).await;
    expect(&server, "PATCH", "ssh-keys/key-1", Some(json!({"disabled": true})), ok(key("key-1"))).await;
    expect(&server, "DELETE", "ssh-keys/key-1", None, no_content()).await;
    let made = iam.create_ssh_key(CreateSshKey::new("laptop", "ssh-ed25519 AAAA")).await.unwrap();
    assert_whole(&made, &key("key-1"));
    assert_whole(&iam.get_ssh_key(&id).await.unwrap(), &key("key-1"));
    iam.update_ssh_key(&id, UpdateSshKey::default().disabled(true)).await.unwrap();
    iam.delete_ssh_key(&id).await.unwrap();
}

#[tokio::test]
async fn a_list_reads_every_page_once() {
    let (server, iam) = mocked().await;
    let items = ["a", "b", "c"].map(key);
    expect_pages(&server, "ssh-keys", "ssh_keys", ("disabled", "false"), items).await;
    let all = iam.list_ssh_keys(ListSshKeys::default().disabled(false)).all().await.unwrap();
    assert_eq!(all.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
}
