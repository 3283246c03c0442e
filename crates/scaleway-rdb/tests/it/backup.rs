use std::time::Duration;

use scaleway_core::Timestamp;
use scaleway_rdb::{
    CreateDatabaseBackup, DatabaseBackupId, DatabaseBackupStatus, ListDatabaseBackups, RestoreDatabaseBackup,
    UpdateDatabaseBackup,
};
use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::matchers::method;

use crate::{expect, expect_pages, gone, id, instance_id, mocked, ok, with};

fn backup(status: &str) -> Value {
    json!({
        "id": "backup-1", "instance_id": "instance-1", "database_name": "evalap", "name": "before", "status": status,
        "size": 1335, "expires_at": "2026-06-05T00:00:00Z", "created_at": "2026-05-05T14:42:12.873213Z",
        "updated_at": "2026-05-05T14:42:42.1Z", "instance_name": "evalap", "download_url": "https://s3.example/dump?token=x",
        "download_url_expires_at": "2026-05-06T00:00:00Z", "region": "fr-par", "same_region": true,
    })
}

fn backup_id() -> DatabaseBackupId {
    id("backup-1")
}

#[tokio::test]
async fn a_backup_is_made_and_changed() {
    let (server, rdb) = mocked().await;
    let body = json!({"instance_id": "instance-1", "database_name": "evalap", "name": "before", "expires_at": "2026-06-05T00:00:00Z"});
    expect(&server, "POST", "backups", Some(body), ok(backup("creating"))).await;
    expect(&server, "PATCH", "backups/backup-1", Some(json!({"name": "after"})), ok(backup("ready"))).await;
    let expiry: Timestamp = "2026-06-05T00:00:00Z".parse().unwrap();
    let create = CreateDatabaseBackup::new(instance_id(), "evalap", "before").expires_at(expiry);
    let made = rdb.create_database_backup(create).await.unwrap();
    assert_eq!(serde_json::to_value(&made).unwrap(), backup("creating"));
    assert!(!format!("{made:?}").contains("token"), "the address of a dump is a key to it");
    rdb.update_database_backup(&backup_id(), UpdateDatabaseBackup::default().name("after")).await.unwrap();
}

#[tokio::test]
async fn a_backup_is_restored_exported_and_deleted() {
    let (server, rdb) = mocked().await;
    let restore = json!({"instance_id": "instance-1", "database_name": "copy"});
    expect(&server, "POST", "backups/backup-1/restore", Some(restore), ok(backup("restoring"))).await;
    expect(&server, "POST", "backups/backup-1/export", Some(json!({})), ok(backup("exporting"))).await;
    expect(&server, "DELETE", "backups/backup-1", None, ok(backup("deleting"))).await;
    let request = RestoreDatabaseBackup::new(instance_id()).database_name("copy");
    let restoring = rdb.restore_database_backup(&backup_id(), request).await.unwrap();
    assert_eq!(restoring.status, DatabaseBackupStatus::Restoring);
    assert_eq!(
        rdb.export_database_backup(&backup_id()).await.unwrap().status,
        DatabaseBackupStatus::Exporting
    );
    assert_eq!(
        rdb.delete_database_backup(&backup_id()).await.unwrap().status,
        DatabaseBackupStatus::Deleting
    );
}

#[tokio::test]
async fn waiting_ends_with_ready_with_error_and_with_the_end() {
    let (server, rdb) = mocked().await;
    Mock::given(method("GET")).respond_with(ok(backup("creating"))).up_to_n_times(1).mount(&server).await;
    expect(&server, "GET", "backups/backup-1", None, ok(backup("ready"))).await;
    rdb.wait_for_database_backup(&backup_id()).interval(Duration::ZERO).await.unwrap();

    let (server, rdb) = mocked().await;
    expect(&server, "GET", "backups/backup-1", None, ok(backup("error"))).await;
    let error = rdb.wait_for_database_backup(&backup_id()).await.unwrap_err();
    assert_eq!(error.to_string(), "backup backup-1 is error");

    let (server, rdb) = mocked().await;
    expect(&server, "GET", "backups/backup-1", None, gone("database_backup")).await;
    rdb.wait_until_database_backup_gone(&backup_id()).await.unwrap();
}

#[tokio::test]
async fn backups_are_listed() {
    let (server, rdb) = mocked().await;
    let items = ["a", "b"].map(|id| with(backup("ready"), json!({"id": id})));
    expect_pages(&server, "backups", "database_backups", Some(("instance_id", "instance-1")), items.clone())
        .await;
    let listed =
        rdb.list_database_backups(ListDatabaseBackups::default().instance_id(instance_id())).all().await;
    assert_eq!(serde_json::to_value(listed.unwrap()).unwrap(), json!(items));
}
