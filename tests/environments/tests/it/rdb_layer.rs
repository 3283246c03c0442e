//! What `scaleway-rdb` puts above the operations, on the emulator: turns, upgrades as foretold, edits, copies.

use futures_util::future::join_all;
use scaleway_core::{Client, Clock, Config, ProjectId, Random, Secret, Size, Timestamp};
use scaleway_emulator::{Emulator, Fault, FaultKind, Latency};
use scaleway_rdb::{
    AclEdit, ConnectionUrl, CreateDatabase, CreateDatabaseBackup, CreateInstance, CreateInstanceFromSnapshot,
    CreateSnapshot, CreateUser, Fate, GetInstanceMetrics, Instance, InstanceId, ListDatabases, ListInstances,
    ListUsers, MajorUpgrade, Password, Permission, PrepareInstanceLogs, Rdb, RestoreDatabaseBackup,
    SetPrivilege, SettingsEdit, UpgradeInstance, VolumeType,
};

/// A cloud in which everything takes as long as recorded, and an instance in it.
struct Cloud {
    emulator: Emulator,
    client: Client,
    rdb: Rdb,
    instance: InstanceId,
}

impl Cloud {
    fn run<F: Future>(test: impl FnOnce(Self) -> F) -> F::Output {
        let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_700_000_000_000));
        let emulator = Emulator::builder()
            .clock(clock.clone())
            .random(Random::seeded(7))
            .latency(Latency::Recorded)
            .build()
            .unwrap();
        let project: ProjectId = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        let config = Config::new("11111111-1111-4111-8111-111111111111").with_default_project(project);
        let client = Client::builder(config, emulator.clone()).clock(clock.clone()).random(Random::seeded(3));
        let client = client.build().unwrap();
        let rdb = Rdb::new(&client);
        let run = async {
            let create = CreateInstance::new("evalap", "PostgreSQL-16", "DB-DEV-S")
                .user_name("admin")
                .password(Password::generate(client.random()).unwrap())
                .volume_type(VolumeType::Sbs5k)
                .volume_size(Size::gigabytes(10));
            let instance = rdb.create_instance(create).await.unwrap().id;
            rdb.wait_for_instance(&instance).await.unwrap();
            test(Self { emulator, client: client.clone(), rdb, instance }).await
        };
        clock.block_on(run).unwrap()
    }

    fn password(&self) -> Secret {
        Password::generate(self.client.random()).unwrap().into()
    }

    fn conflicts(&self) -> usize {
        self.emulator.requests().recent().filter(|request| request.status == Some(409)).count()
    }

    async fn get(&self) -> Instance {
        self.rdb.get_instance(&self.instance).await.unwrap()
    }

    /// A database with a user of its own who may do everything in it.
    async fn tenant(&self, rdb: &Rdb, name: &str) {
        rdb.ensure_database(&self.instance, CreateDatabase::new(name)).await.unwrap();
        rdb.ensure_user(&self.instance, CreateUser::new(name, self.password())).await.unwrap();
        let all = SetPrivilege::new(name, name, Permission::All);
        assert_eq!(rdb.ensure_privilege(&self.instance, all).await.unwrap().permission, Permission::All);
    }
}

const TENANTS: [&str; 6] = ["api", "runners", "streamlit", "docs", "jobs", "audit"];

#[test]
fn calls_on_one_client_never_meet_and_calls_on_several_wait_for_each_other() {
    let (one, apart) = [true, false]
        .map(|shared| {
            Cloud::run(async |cloud| {
                let clients =
                    TENANTS.map(|_| if shared { cloud.rdb.clone() } else { Rdb::new(&cloud.client) });
                for _ in 0..2 {
                    join_all(TENANTS.iter().zip(&clients).map(|(name, rdb)| cloud.tenant(rdb, name))).await;
                }
                let users = cloud.rdb.list_users(&cloud.instance, ListUsers::default()).all().await.unwrap();
                assert_eq!(users.len(), 1 + TENANTS.len());
                let requests = cloud.emulator.requests();
                assert_eq!(
                    requests.count("SetPrivilege") - conflicts_of(&cloud, "SetPrivilege"),
                    6,
                    "set once each"
                );
                cloud.conflicts()
            })
        })
        .into();
    assert_eq!(one, 0);
    assert!(apart > 0, "without the queue they meet");
}

fn conflicts_of(cloud: &Cloud, operation: &str) -> u64 {
    let requests = cloud.emulator.requests();
    let met = requests
        .recent()
        .filter(|request| request.status == Some(409) && request.operation == Some(operation));
    met.count() as u64
}

#[test]
fn what_a_lost_call_made_is_found() {
    Cloud::run(async |cloud| {
        for operation in ["CreateDatabase", "CreateUser", "SetPrivilege"] {
            cloud.emulator.inject(Fault::new(FaultKind::LostAnswer).operation(operation));
        }
        cloud.tenant(&cloud.rdb, "api").await;
        assert_eq!(cloud.emulator.requests().count("CreateDatabase"), 1);
        assert_eq!(cloud.emulator.requests().count("CreateUser"), 1);
        let list = cloud.rdb.list_databases(&cloud.instance, ListDatabases::default().name("api"));
        assert_eq!(list.all().await.unwrap().len(), 1);

        for operation in ["CreateDatabaseBackup", "CreateSnapshot"] {
            cloud.emulator.inject(Fault::new(FaultKind::LostAnswer).operation(operation));
        }
        let backup = CreateDatabaseBackup::new(cloud.instance.clone(), "api", "before");
        cloud.rdb.ensure_database_backup(backup).await.unwrap();
        cloud.rdb.ensure_snapshot(&cloud.instance, CreateSnapshot::new("before")).await.unwrap();
        assert_eq!(cloud.emulator.requests().count("CreateDatabaseBackup"), 1);
        assert_eq!(cloud.emulator.requests().count("CreateSnapshot"), 1);

        cloud.emulator.inject(Fault::new(FaultKind::LostAnswer).operation("UpgradeInstance"));
        let growth = UpgradeInstance::VolumeSize(Size::gigabytes(20));
        let grown = cloud.rdb.upgrade_and_wait(&cloud.instance, growth).await.unwrap();
        assert_eq!(grown.volume.unwrap().size, Size::gigabytes(20));
        assert_eq!(cloud.emulator.requests().count("UpgradeInstance"), 1);
    });
}

/// Whether an upgrade did what was foretold.
async fn upgrade(cloud: &Cloud, id: &InstanceId, change: UpgradeInstance) -> Instance {
    let rdb = &cloud.rdb;
    let before = rdb.get_instance(id).await.unwrap();
    let rules = rdb.list_instance_acl_rules(id).all().await.unwrap();
    let would = before.preflight(&change).unwrap();
    let after = rdb.upgrade_and_wait(id, change.clone()).await.unwrap();
    assert_eq!(after.id != before.id, would.new_instance, "{change:?}");
    let ids = |instance: &Instance| -> Vec<_> {
        instance.endpoints.iter().map(|endpoint| endpoint.id.clone()).collect()
    };
    assert_eq!(ids(&after) == ids(&before), would.endpoints != Fate::StaysBehind, "{change:?}");
    let rules_after = rdb.list_instance_acl_rules(&after.id).all().await.unwrap();
    let ips =
        |rules: &[scaleway_rdb::AclRule]| -> Vec<_> { rules.iter().map(|rule| rule.ip.clone()).collect() };
    assert_eq!(ips(&rules_after) == ips(&rules), would.acl == Fate::Kept, "{change:?}");
    if before.is_ha_cluster {
        assert_eq!(after.is_ha_cluster, would.high_availability == Fate::Kept, "{change:?}");
    }
    after
}

#[test]
fn upgrades_do_what_was_foretold() {
    Cloud::run(async |cloud| {
        let only_office = AclEdit::new().allow("203.0.113.0/24", "office").revoke("0.0.0.0/0");
        cloud.rdb.edit_instance_acl_rules(&cloud.instance, only_office).await.unwrap();
        let id = &cloud.instance;
        upgrade(&cloud, id, UpgradeInstance::VolumeSize(Size::gigabytes(20))).await;
        upgrade(&cloud, id, UpgradeInstance::NodeType("DB-DEV-M".into())).await;
        upgrade(&cloud, id, UpgradeInstance::VolumeType(VolumeType::Sbs15k)).await;
        upgrade(&cloud, id, UpgradeInstance::EnableEncryption(true)).await;
        let ready = upgrade(&cloud, id, UpgradeInstance::EnableHa(true)).await;
        assert!(ready.preflight(&UpgradeInstance::EnableHa(true)).unwrap().already);

        let sent = cloud.emulator.requests().count("UpgradeInstance");
        cloud.rdb.upgrade_and_wait(id, UpgradeInstance::EnableHa(true)).await.unwrap();
        cloud.rdb.upgrade_and_wait(id, UpgradeInstance::VolumeSize(Size::gigabytes(15))).await.unwrap_err();
        assert_eq!(
            cloud.emulator.requests().count("UpgradeInstance"),
            sent,
            "nothing to do, and nothing allowed"
        );

        let version = ready.upgradable_version.unwrap()[0].id.clone();
        let staying = MajorUpgrade::new(version.clone());
        upgrade(&cloud, id, UpgradeInstance::MajorUpgradeWorkflow(staying)).await;
        let moving = MajorUpgrade::new(version).with_endpoints(true);
        let newer = upgrade(&cloud, id, UpgradeInstance::MajorUpgradeWorkflow(moving)).await;
        assert_ne!(newer.engine, ready.engine);
        assert_eq!(cloud.rdb.list_instances(ListInstances::default()).all().await.unwrap().len(), 3);
    });
}

#[test]
fn edits_at_once_lose_nothing() {
    Cloud::run(async |cloud| {
        let before = cloud.get().await.settings;
        let other = Rdb::new(&cloud.client);
        let (one, two) =
            (SettingsEdit::new().set("work_mem", "8"), SettingsEdit::new().set("max_connections", "150"));
        let (one, two) = futures_util::join!(
            cloud.rdb.edit_instance_settings(&cloud.instance, one),
            other.edit_instance_settings(&cloud.instance, two)
        );
        one.unwrap();
        two.unwrap();
        let set = cloud.get().await.settings;
        for (name, value) in [("work_mem", "8"), ("max_connections", "150")] {
            assert!(set.iter().any(|setting| setting.name == name && setting.value == value), "{name}");
        }
        for kept in before.iter().filter(|setting| !["work_mem", "max_connections"].contains(&&*setting.name))
        {
            assert!(set.contains(kept), "{kept:?}");
        }

        let edits = [
            AclEdit::new().allow("203.0.113.0/24", "office"),
            AclEdit::new().allow("198.51.100.7", "VPN"),
            AclEdit::new().revoke("0.0.0.0/0"),
        ];
        let clients = [Rdb::new(&cloud.client), Rdb::new(&cloud.client), Rdb::new(&cloud.client)];
        let edits =
            clients.iter().zip(edits).map(|(rdb, edit)| rdb.edit_instance_acl_rules(&cloud.instance, edit));
        for edited in join_all(edits).await {
            edited.unwrap();
        }
        let rules = cloud.rdb.list_instance_acl_rules(&cloud.instance).all().await.unwrap();
        let mut ips: Vec<_> = rules.iter().map(|rule| rule.ip.as_str()).collect();
        ips.sort_unstable();
        assert_eq!(ips, ["198.51.100.7/32", "203.0.113.0/24"]);
        assert_eq!(cloud.emulator.requests().count("SetInstanceACLRules"), 0);
    });
}

#[test]
fn copies_are_made_kept_and_brought_back() {
    Cloud::run(async |cloud| {
        let (rdb, id) = (&cloud.rdb, &cloud.instance);
        cloud.tenant(rdb, "api").await;
        let expiry = Timestamp::from_unix_millis(1_703_000_000_000);
        let request = CreateDatabaseBackup::new(id.clone(), "api", "before-2.4").expires_at(expiry);
        let backup = rdb.ensure_database_backup(request.clone()).await.unwrap();
        assert_eq!(backup.expires_at, Some(expiry));
        assert_eq!(rdb.ensure_database_backup(request).await.unwrap().id, backup.id);
        assert_eq!(cloud.emulator.requests().count("CreateDatabaseBackup"), 1);

        let into = RestoreDatabaseBackup::new(id.clone()).database_name("api");
        rdb.restore_database_backup_and_wait(&backup.id, into).await.unwrap();
        let download = rdb.export_database_backup_and_wait(&backup.id).await.unwrap();
        assert!(download.url.expose().starts_with("https://"));
        assert_eq!(rdb.export_database_backup_and_wait(&backup.id).await.unwrap(), download);

        let snapshot = rdb.ensure_snapshot(id, CreateSnapshot::new("before-2.4")).await.unwrap();
        let rehearsal = CreateInstanceFromSnapshot::new("rehearsal");
        let copy = rdb.create_instance_from_snapshot_and_wait(&snapshot.id, rehearsal).await.unwrap();
        assert!(rdb.find_database(&copy.id, "api").await.unwrap().is_some());
        assert!(rdb.find_user(&copy.id, "nobody").await.unwrap().is_none());

        let logs = rdb.prepare_instance_logs_and_wait(id, PrepareInstanceLogs::default()).await.unwrap();
        assert!(!logs.is_empty() && logs.iter().all(|log| log.download_url.is_some()));
        let metrics = rdb.get_instance_metrics(id, GetInstanceMetrics::default()).await.unwrap();
        let name = metrics.timeseries[0].name.clone();
        assert!(metrics.of(&name).all(|series| series.latest().is_some()));

        let instance = cloud.get().await;
        let url =
            ConnectionUrl::new(instance.public_endpoint().unwrap(), "api", "api", cloud.password()).unwrap();
        let connection = rdb.verified_connection(id, url, "/etc/db.pem").await.unwrap();
        assert!(connection.certificate.content.contains("BEGIN CERTIFICATE"));
    });
}
