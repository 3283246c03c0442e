//! Backups, exports, snapshots and logs in one call; the certificate beside the URL.

use scaleway_core::Timestamp;
use scaleway_rdb::{
    ConnectionUrl, CreateDatabaseBackup, CreateInstanceFromSnapshot, CreateSnapshot, InstanceMetrics,
    PrepareInstanceLogs, RestoreDatabaseBackup,
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{busy, expect, id, instance, instance_id, ok, then_list, timeless, with};

const EXPIRY: &str = "2026-06-05T00:00:00Z";

fn backup(status: &str) -> Value {
    json!({"id": "backup-1", "instance_id": "instance-1", "database_name": "evalap", "name": "before-2.4",
        "status": status, "expires_at": EXPIRY, "region": "fr-par", "same_region": true, "instance_name": "evalap"})
}

fn snapshot(status: &str) -> Value {
    json!({"id": "snapshot-1", "instance_id": "instance-1", "name": "before-2.4", "status": status,
        "expires_at": EXPIRY, "region": "fr-par", "instance_name": "evalap", "node_type": "db-dev-s"})
}

fn expiry() -> Timestamp {
    EXPIRY.parse().unwrap()
}

#[test]
fn a_backup_is_made_once_with_its_expiry() {
    timeless(|server, rdb| async move {
        let request = CreateDatabaseBackup::new(instance_id(), "evalap", "before-2.4").expires_at(expiry());
        // Those of other databases, and those that failed, are not it.
        let other = with(backup("ready"), json!({"id": "backup-0", "database_name": "other"}));
        let failed = with(backup("error"), json!({"id": "backup-9"}));
        then_list(&server, "backups", "database_backups", vec![other, failed]).await;
        let body = json!({"instance_id": "instance-1", "database_name": "evalap", "name": "before-2.4", "expires_at": EXPIRY});
        expect(&server, "POST", "backups", None, busy()).await;
        expect(&server, "GET", "instances/instance-1", None, ok(instance("ready"))).await;
        expect(&server, "POST", "backups", Some(body), ok(backup("creating"))).await;
        for status in ["creating", "ready"] {
            expect(&server, "GET", "backups/backup-1", None, ok(backup(status))).await;
        }
        let made = rdb.ensure_database_backup(request.clone()).await.unwrap();
        assert_eq!(serde_json::to_value(made).unwrap(), backup("ready"));

        // It is there, to be kept for less long.
        let longer = with(backup("ready"), json!({"expires_at": null}));
        then_list(&server, "backups", "database_backups", vec![longer.clone()]).await;
        expect(&server, "GET", "backups/backup-1", None, ok(longer)).await;
        expect(
            &server,
            "PATCH",
            "backups/backup-1",
            Some(json!({"expires_at": EXPIRY})),
            ok(backup("ready")),
        )
        .await;
        rdb.ensure_database_backup(request.clone()).await.unwrap();

        // Its creation was lost.
        then_list(&server, "backups", "database_backups", vec![]).await;
        expect(&server, "POST", "backups", None, ResponseTemplate::new(502)).await;
        then_list(&server, "backups", "database_backups", vec![backup("creating")]).await;
        expect(&server, "GET", "backups/backup-1", None, ok(backup("ready"))).await;
        rdb.ensure_database_backup(request).await.unwrap();
    });
}

#[test]
fn a_restore_is_waited_for_and_never_sent_twice() {
    timeless(|server, rdb| async move {
        let (at, into) =
            ("backups/backup-1/restore", RestoreDatabaseBackup::new(instance_id()).database_name("copy"));
        let body = json!({"database_name": "copy", "instance_id": "instance-1"});
        expect(&server, "POST", at, Some(body), ok(backup("restoring"))).await;
        for status in ["restoring", "ready"] {
            expect(&server, "GET", "backups/backup-1", None, ok(backup(status))).await;
        }
        rdb.restore_database_backup_and_wait(&id("backup-1"), into.clone()).await.unwrap();

        // The answer is lost; it is being restored.
        expect(&server, "POST", at, None, ResponseTemplate::new(502)).await;
        for status in ["restoring", "ready"] {
            expect(&server, "GET", "backups/backup-1", None, ok(backup(status))).await;
        }
        rdb.restore_database_backup_and_wait(&id("backup-1"), into.clone()).await.unwrap();

        // The answer is lost; who knows.
        expect(&server, "POST", at, None, ResponseTemplate::new(502)).await;
        expect(&server, "GET", "backups/backup-1", None, ok(backup("ready"))).await;
        let error = rdb.restore_database_backup_and_wait(&id("backup-1"), into).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
    });
}

#[test]
fn an_export_ends_with_a_new_address() {
    timeless(|server, rdb| async move {
        let at = "backups/backup-1";
        let exported = |url: &str, until: &str| {
            with(backup("ready"), json!({"download_url": url, "download_url_expires_at": until}))
        };
        // The clock stands at 1970: this address has four minutes left.
        let stale = exported("https://s3.example/1?key=hunter2", "1970-01-01T00:04:00Z");
        let fresh = exported("https://s3.example/2?key=hunter2", "1970-01-02T00:00:00Z");
        expect(&server, "GET", at, None, ok(stale.clone())).await;
        expect(&server, "POST", "backups/backup-1/export", Some(json!({})), ok(backup("exporting"))).await;
        for answer in [backup("exporting"), stale, fresh.clone()] {
            expect(&server, "GET", at, None, ok(answer)).await;
        }
        let download = rdb.export_database_backup_and_wait(&id("backup-1")).await.unwrap();
        assert_eq!(download.url.expose(), "https://s3.example/2?key=hunter2");
        assert!(!format!("{download:?}").contains("hunter2"));

        expect(&server, "GET", at, None, ok(fresh)).await;
        assert_eq!(rdb.export_database_backup_and_wait(&id("backup-1")).await.unwrap(), download);
    });
}

#[test]
fn a_snapshot_is_made_once_and_an_instance_of_it() {
    timeless(|server, rdb| async move {
        let request = CreateSnapshot::new("before-2.4").expires_at(expiry());
        then_list(
            &server,
            "snapshots",
            "snapshots",
            vec![with(snapshot("error"), json!({"id": "snapshot-0"}))],
        )
        .await;
        let body = json!({"name": "before-2.4", "expires_at": EXPIRY});
        expect(&server, "POST", "instances/instance-1/snapshots", Some(body), ok(snapshot("creating"))).await;
        for status in ["creating", "ready"] {
            expect(&server, "GET", "snapshots/snapshot-1", None, ok(snapshot(status))).await;
        }
        rdb.ensure_snapshot(&instance_id(), request.clone()).await.unwrap();

        let longer = with(snapshot("ready"), json!({"expires_at": "2027-06-05T00:00:00Z"}));
        then_list(&server, "snapshots", "snapshots", vec![longer.clone()]).await;
        expect(&server, "GET", "snapshots/snapshot-1", None, ok(longer)).await;
        expect(
            &server,
            "PATCH",
            "snapshots/snapshot-1",
            Some(json!({"expires_at": EXPIRY})),
            ok(snapshot("ready")),
        )
        .await;
        let made = rdb.ensure_snapshot(&instance_id(), request).await.unwrap();

        let copy = |status: &str| ok(with(instance(status), json!({"id": "instance-2"})));
        expect(&server, "GET", "snapshots/snapshot-1", None, ok(snapshot("ready"))).await;
        let body = json!({"instance_name": "rehearsal"});
        expect(&server, "POST", "snapshots/snapshot-1/create-instance", Some(body), copy("provisioning"))
            .await;
        expect(&server, "GET", "instances/instance-2", None, copy("ready")).await;
        let request = CreateInstanceFromSnapshot::new("rehearsal");
        let copy = rdb.create_instance_from_snapshot_and_wait(&made.id, request).await.unwrap();
        assert_eq!(copy.id.as_str(), "instance-2");
    });
}

#[test]
fn logs_of_all_nodes_are_waited_for() {
    timeless(|server, rdb| async move {
        let log =
            |id: &str, status: &str| json!({"id": id, "status": status, "node_name": id, "region": "fr-par"});
        let asked = json!({"instance_logs": [log("log-1", "creating"), log("log-2", "creating")]});
        expect(&server, "POST", "instances/instance-1/prepare-logs", Some(json!({})), ok(asked)).await;
        for (id, status) in [("log-1", "ready"), ("log-2", "creating"), ("log-2", "ready")] {
            expect(&server, "GET", &format!("logs/{id}"), None, ok(log(id, status))).await;
        }
        let request = PrepareInstanceLogs::default();
        let logs = rdb.prepare_instance_logs_and_wait(&instance_id(), request).await.unwrap();
        assert_eq!(logs.iter().map(|log| log.node_name.as_str()).collect::<Vec<_>>(), ["log-1", "log-2"]);
    });
}

#[test]
fn the_certificate_comes_with_a_url_that_looks_at_it() {
    timeless(|server, rdb| async move {
        let answer =
            json!({"name": "ssl_certificate", "content_type": "application/x-pem-file", "content": "cGVt"});
        expect(&server, "GET", "instances/instance-1/certificate", None, ok(answer)).await;
        let url = ConnectionUrl::at("172.16.20.4", 5432, "evalap", "api", "p@".into());
        let connection = rdb.verified_connection(&instance_id(), url, "/etc/db.pem").await.unwrap();
        assert_eq!(connection.certificate.content, "pem");
        let url = connection.url.secret();
        assert_eq!(
            url.expose(),
            "postgresql://api:p%40@172.16.20.4:5432/evalap?sslmode=verify-full&sslrootcert=%2Fetc%2Fdb.pem"
        );
    });
}

#[test]
fn the_newest_value_of_a_metric_is_known_by_its_time() {
    let series = |name: &str, node: &str, points: Value| json!({"name": name, "metadata": {"node": node}, "points": points});
    let newest_first = json!([["2026-05-05T14:43:00Z", 2.0], ["2026-05-05T14:42:00Z", 1.5]]);
    let metrics: InstanceMetrics = serde_json::from_value(json!({"timeseries": [
        series("cpu_usage_percent", "a", newest_first), series("mem_usage_percent", "a", json!([])),
        series("cpu_usage_percent", "b", json!([])),
    ]}))
    .unwrap();
    let latest: Vec<_> =
        metrics.of("cpu_usage_percent").map(|series| series.latest().map(|point| point.value)).collect();
    assert_eq!(latest, [Some(2.0), None]);
}
