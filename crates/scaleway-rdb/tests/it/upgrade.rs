//! Upgrades: what they would do, and one change at a time.

use scaleway_core::Size;
use scaleway_rdb::{
    Error, Fate, HighAvailabilityMode, Instance, MajorUpgrade, UpgradableVersionId, UpgradeInstance,
    VolumeType,
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::{busy, expect, id, instance, instance_id, ok, timeless, with};

fn read(fields: Value) -> Instance {
    serde_json::from_value(with(instance("ready"), fields)).unwrap()
}

fn major(with_endpoints: bool) -> UpgradeInstance {
    UpgradeInstance::MajorUpgradeWorkflow(MajorUpgrade::new(id("version-17")).with_endpoints(with_endpoints))
}

fn volume(gigabytes: u64) -> Value {
    json!({"volume": {"type": "sbs_5k", "size": gigabytes * 1_000_000_000, "class": "sbs"}})
}

#[test]
fn a_change_of_the_instance_itself_keeps_what_it_has() {
    let there = read(
        json!({"encryption": {"enabled": false}, "is_ha_cluster": false, "high_availability_mode": null,
        "read_replicas": []}),
    );
    for (change, restart, irreversible, seconds) in [
        (UpgradeInstance::NodeType("DB-GP-XS".into()), Some(true), false, 212),
        (UpgradeInstance::EnableHa(true), None, true, 480),
        (UpgradeInstance::HighAvailabilityMode(HighAvailabilityMode::MultipleZone), None, true, 480),
        (UpgradeInstance::VolumeSize(Size::gigabytes(15)), None, true, 30),
        (UpgradeInstance::VolumeType(VolumeType::Sbs15k), None, false, 420),
        (UpgradeInstance::EnableEncryption(true), None, true, 360),
    ] {
        let would = there.preflight(&change).unwrap();
        assert!(!would.already && !would.new_instance, "{change:?}");
        assert_eq!((would.endpoints, would.acl), (Fate::Kept, Fate::Kept), "{change:?}");
        assert_eq!(
            (would.high_availability, would.read_replicas),
            (Fate::Absent, Fate::Absent),
            "{change:?}"
        );
        assert_eq!((would.restart, would.irreversible), (restart, irreversible), "{change:?}");
        assert_eq!(would.typical_duration.as_secs(), seconds, "{change:?}");
    }
}

#[test]
fn a_new_version_leaves_behind_what_does_not_move() {
    for (change, endpoints) in [
        (major(true), Fate::Moves),
        (major(false), Fate::StaysBehind),
        (UpgradeInstance::UpgradableVersionId(id("version-17")), Fate::StaysBehind),
    ] {
        let would = read(json!({})).preflight(&change).unwrap();
        assert!(would.new_instance);
        assert_eq!(would.endpoints, endpoints);
        assert_eq!(
            (would.acl, would.high_availability, would.read_replicas),
            (Fate::StaysBehind, Fate::StaysBehind, Fate::StaysBehind)
        );
        assert_eq!(
            (would.restart, would.irreversible),
            (Some(endpoints == Fate::Moves), endpoints == Fate::Moves)
        );
    }
    let bare = json!({"endpoints": [], "is_ha_cluster": false, "read_replicas": []});
    let would = read(bare).preflight(&major(true)).unwrap();
    assert_eq!(
        (would.endpoints, would.acl, would.high_availability),
        (Fate::Absent, Fate::Absent, Fate::Absent)
    );
    assert_eq!(
        read(json!({})).preflight(&major(true)).unwrap().to_string(),
        "a new instance; what is written meanwhile is lost to it; about 333 s; endpoints: moves to the new instance; \
         ACL: stays behind; high availability: stays behind; read replicas: stays behind; connections break; cannot be undone"
    );
}

#[test]
fn what_is_so_already_is_known() {
    for change in [
        UpgradeInstance::NodeType("DB-DEV-S".into()),
        UpgradeInstance::EnableHa(true),
        UpgradeInstance::HighAvailabilityMode(HighAvailabilityMode::MultipleZone),
        UpgradeInstance::VolumeSize(Size::gigabytes(10)),
        UpgradeInstance::VolumeType(VolumeType::Sbs5k),
        UpgradeInstance::EnableEncryption(true),
    ] {
        let would = read(json!({})).preflight(&change).unwrap();
        assert!(would.already, "{change:?}");
        assert_eq!(would.to_string(), "nothing to do");
    }
    let other = UpgradeInstance::HighAvailabilityMode(HighAvailabilityMode::SingleZone);
    assert!(!read(json!({})).preflight(&other).unwrap().already);
}

#[test]
fn what_cannot_be_done_is_refused_before_any_call() {
    timeless(|server, rdb| async move {
        for (change, problem) in [
            (UpgradeInstance::VolumeSize(Size::gigabytes(5)), "volume_size: 5 GB is less than the 10 GB"),
            (
                UpgradeInstance::VolumeSize(Size::gigabytes(12)),
                "volume_size: 12 GB is not a multiple of 5 GB",
            ),
            (UpgradeInstance::EnableHa(false), "enable_ha: high availability cannot be taken back"),
            (
                UpgradeInstance::HighAvailabilityMode(HighAvailabilityMode::Disabled),
                "high_availability_mode: high availability cannot be taken back",
            ),
            (UpgradeInstance::EnableEncryption(false), "enable_encryption: encryption cannot be taken back"),
            (
                UpgradeInstance::UpgradableVersionId(id("version-18")),
                "upgradable_version_id: PostgreSQL-16 cannot be upgraded to version-18; it can to: version-17 (PostgreSQL-17)",
            ),
            (
                UpgradeInstance::MajorUpgradeWorkflow(MajorUpgrade::new(
                    UpgradableVersionId::new("x").unwrap(),
                )),
                "major_upgrade_workflow.upgradable_version_id: PostgreSQL-16 cannot",
            ),
        ] {
            expect(&server, "GET", "instances/instance-1", None, ok(instance("ready"))).await;
            let error = rdb.upgrade_and_wait(&instance_id(), change).await.unwrap_err();
            assert!(matches!(error, Error::InvalidRequest { .. }), "{error}");
            assert!(error.to_string().contains(problem), "{error}");
        }
        let local = read(json!({"volume": {"type": "lssd", "size": 10_000_000_000_u64, "class": "lssd"}}));
        let error = local.preflight(&UpgradeInstance::VolumeSize(Size::gigabytes(20))).unwrap_err();
        assert!(error.to_string().contains("local disk"), "{error}");
    });
}

#[test]
fn an_upgrade_waits_before_and_after_and_believes_only_what_it_reads() {
    timeless(|server, rdb| async move {
        let at = "instances/instance-1";
        let grown = with(instance("ready"), volume(20));
        expect(&server, "GET", at, None, ok(instance("backuping"))).await;
        expect(&server, "GET", at, None, ok(instance("ready"))).await;
        let upgrade = "instances/instance-1/upgrade";
        expect(&server, "POST", upgrade, None, busy()).await;
        expect(&server, "GET", at, None, ok(instance("ready"))).await;
        let body = json!({"volume_size": 20_000_000_000_u64});
        expect(&server, "POST", upgrade, Some(body), ok(with(instance("initializing"), volume(20)))).await;
        // An old answer: ready, and as it was.
        expect(&server, "GET", at, None, ok(instance("ready"))).await;
        expect(&server, "GET", at, None, ok(with(instance("initializing"), volume(20)))).await;
        expect(&server, "GET", at, None, ok(grown.clone())).await;
        let growth = UpgradeInstance::VolumeSize(Size::gigabytes(20));
        let made = rdb.upgrade_and_wait(&instance_id(), growth.clone()).await.unwrap();
        assert_eq!(serde_json::to_value(made).unwrap(), grown);

        // Asked for again, nothing is sent.
        expect(&server, "GET", at, None, ok(grown)).await;
        rdb.upgrade_and_wait(&instance_id(), growth).await.unwrap();
    });
}

#[test]
fn a_full_disk_takes_a_larger_volume_and_nothing_else() {
    timeless(|server, rdb| async move {
        let at = "instances/instance-1";
        expect(&server, "GET", at, None, ok(instance("disk_full"))).await;
        expect(&server, "POST", "instances/instance-1/upgrade", None, ok(instance("disk_full"))).await;
        expect(&server, "GET", at, None, ok(instance("disk_full"))).await;
        expect(&server, "GET", at, None, ok(with(instance("ready"), volume(20)))).await;
        rdb.upgrade_and_wait(&instance_id(), UpgradeInstance::VolumeSize(Size::gigabytes(20))).await.unwrap();

        for _ in 0..2 {
            expect(&server, "GET", at, None, ok(instance("disk_full"))).await;
        }
        let node = UpgradeInstance::NodeType("DB-GP-XS".into());
        let error = rdb.upgrade_and_wait(&instance_id(), node).await.unwrap_err();
        assert!(error.to_string().contains("disk_full"), "{error}");
    });
}

#[test]
fn an_upgrade_whose_answer_was_lost_is_not_sent_again() {
    timeless(|server, rdb| async move {
        let (at, upgrade) = ("instances/instance-1", "instances/instance-1/upgrade");
        let lost = || ResponseTemplate::new(502);
        let growth = UpgradeInstance::VolumeSize(Size::gigabytes(20));
        // It happened.
        expect(&server, "GET", at, None, ok(instance("ready"))).await;
        expect(&server, "POST", upgrade, None, lost()).await;
        expect(&server, "GET", at, None, ok(with(instance("initializing"), volume(20)))).await;
        expect(&server, "GET", at, None, ok(with(instance("ready"), volume(20)))).await;
        rdb.upgrade_and_wait(&instance_id(), growth.clone()).await.unwrap();
        // It did not.
        for _ in 0..2 {
            expect(&server, "GET", at, None, ok(instance("ready"))).await;
        }
        expect(&server, "POST", upgrade, None, lost()).await;
        let error = rdb.upgrade_and_wait(&instance_id(), growth).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        // A new instance may have been made: that is for the caller to look for.
        expect(&server, "GET", at, None, ok(instance("ready"))).await;
        expect(&server, "POST", upgrade, None, lost()).await;
        assert!(rdb.upgrade_and_wait(&instance_id(), major(true)).await.unwrap_err().may_have_happened());
    });
}

#[test]
fn a_major_upgrade_answers_the_new_instance() {
    timeless(|server, rdb| async move {
        let new =
            |status: &str| ok(with(instance(status), json!({"id": "instance-2", "engine": "PostgreSQL-17"})));
        expect(&server, "GET", "instances/instance-1", None, ok(instance("ready"))).await;
        let body = json!({"major_upgrade_workflow": {"upgradable_version_id": "version-17", "with_endpoints": true}});
        expect(&server, "POST", "instances/instance-1/upgrade", Some(body), new("provisioning")).await;
        expect(&server, "GET", "instances/instance-2", None, new("initializing")).await;
        expect(&server, "GET", "instances/instance-2", None, new("ready")).await;
        let made = rdb.upgrade_and_wait(&instance_id(), major(true)).await.unwrap();
        assert_eq!((made.id.as_str(), made.engine.as_str()), ("instance-2", "PostgreSQL-17"));
    });
}
