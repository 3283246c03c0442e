//! A database that is real: reached with the URL that the client builds, by programs that know nothing of an emulator.

use std::future::Future;
use std::process::Command;

use scaleway_core::{Client, Clock, Config, ProjectId, Random, Secret};
use scaleway_emulator::{Emulator, Latency, Postgres};
use scaleway_rdb::{
    AclRuleSpec, CloneInstance, ConnectionUrl, CreateDatabase, CreateDatabaseBackup, CreateInstance,
    CreateUser, DatabaseBackupId, DatabaseBackupStatus, Instance, InstanceId, InstanceStatus, Permission,
    Rdb, RestoreDatabaseBackup, SetPrivilege, UpdateUser, WriteAclRules,
};

const OWNER: &str = "P4ss/w0rd of the 'owner'";
const READER: &str = "P4ss:w0rd@the-reader?";

/// An emulator whose databases are real, and a client of it.
struct Desk {
    clock: Clock,
    emulator: Emulator,
    rdb: Rdb,
    folder: tempfile::TempDir,
}

impl Desk {
    /// None where PostgreSQL is not installed, which it says.
    fn open() -> Option<Self> {
        let clock = Clock::virtual_from("2026-09-01T08:00:00Z".parse().unwrap());
        let builder =
            Emulator::builder().clock(clock.clone()).random(Random::seeded(7)).latency(Latency::None);
        let emulator = builder.postgres(Postgres::Auto).build().unwrap();
        if emulator.postgres().is_empty() {
            eprintln!("skipped: PostgreSQL's server programs are not installed");
            return None;
        }
        let project: ProjectId = "7a3f4c1e-3d8b-4b0e-9a63-0b6a2c9d1e11".parse().unwrap();
        let config = Config::new("11111111-1111-4111-8111-111111111111").with_default_project(project);
        let client = Client::builder(config, emulator.clone()).clock(clock.clone()).random(Random::seeded(3));
        let rdb = Rdb::new(&client.build().unwrap());
        Some(Self { clock, emulator, rdb, folder: tempfile::tempdir().unwrap() })
    }

    fn wait<T>(&self, answer: impl Future<Output = scaleway_core::Result<T>>) -> T {
        self.clock.block_on(answer).unwrap().unwrap()
    }

    fn ready(&self, id: &InstanceId) -> Instance {
        until(|| {
            let instance = self.wait(self.rdb.get_instance(id));
            assert_ne!(instance.status, InstanceStatus::Error);
            (instance.status == InstanceStatus::Ready).then_some(instance)
        })
    }

    /// An instance with a database `evalap`, whose user `owner` may do everything and `reader` may look.
    fn instance(&self) -> InstanceId {
        let create =
            CreateInstance::new("evalap", "PostgreSQL-16", "DB-DEV-S").user_name("admin").password(OWNER);
        let id = self.wait(self.rdb.create_instance(create)).id;
        self.ready(&id);
        self.wait(self.rdb.create_database(&id, CreateDatabase::new("evalap")));
        for (name, password, permission) in
            [("owner", OWNER, Permission::All), ("reader", READER, Permission::Readonly)]
        {
            self.wait(self.rdb.create_user(&id, CreateUser::new(name, password)));
            self.wait(self.rdb.set_privilege(&id, SetPrivilege::new("evalap", name, permission)));
        }
        id
    }

    /// Says this as a program would: by the client's URL, verified by the certificate that the API gives. Answers what the
    /// database does, or why it refuses.
    fn psql(&self, id: &InstanceId, user: &str, password: &str, sql: &str) -> Result<String, String> {
        let instance = self.ready(id);
        let endpoint = instance.public_endpoint().unwrap();
        let url = ConnectionUrl::new(endpoint, "evalap", user, Secret::new(password)).unwrap();
        let path = self.folder.path().join("ca.pem");
        let connection = self.wait(self.rdb.verified_connection(id, url, path.to_str().unwrap()));
        std::fs::write(&path, &connection.certificate.content).unwrap();
        let programs = self.emulator.postgres().pop().unwrap().1;
        let mut psql = Command::new(programs.join("psql"));
        let output =
            psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, connection.url.secret().expose()]);
        let output = output.output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
        } else {
            Err(String::from_utf8(output.stderr).unwrap())
        }
    }

    fn backup(&self, id: &DatabaseBackupId) {
        until(|| {
            let status = self.wait(self.rdb.get_database_backup(id)).status;
            assert_ne!(status, DatabaseBackupStatus::Error);
            (status == DatabaseBackupStatus::Ready).then_some(())
        });
    }
}

/// Looks until it is so: PostgreSQL takes its own time.
#[allow(clippy::expect_used, reason = "a test that cannot go on has failed")]
fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let mut looks = (0..5_000_000).map(|_| {
        std::thread::yield_now();
        look()
    });
    looks.find_map(|found| found).expect("it came to that")
}

#[test]
fn a_migration_migrates_and_a_reader_only_reads() {
    let Some(desk) = Desk::open() else { return };
    let id = desk.instance();
    let migrate = "CREATE TABLE models (id serial PRIMARY KEY, name text); INSERT INTO models (name) VALUES ('a'), ('b')";
    desk.psql(&id, "owner", OWNER, migrate).unwrap();
    let permit = |user: &str, permission: Permission| {
        desk.wait(desk.rdb.set_privilege(&id, SetPrivilege::new("evalap", user, permission)));
    };
    let count = || desk.psql(&id, "reader", READER, "SELECT count(*) FROM models");
    assert!(
        count().unwrap_err().contains("permission denied for table models"),
        "it came after the permission"
    );
    permit("reader", Permission::Readonly);
    assert_eq!(count().unwrap(), "2");
    let refused = desk.psql(&id, "reader", READER, "DELETE FROM models").unwrap_err();
    assert!(refused.contains("permission denied for table models"), "{refused}");
    assert_eq!(desk.psql(&id, "admin", OWNER, "SHOW ssl").unwrap(), "on");
    permit("reader", Permission::None);
    let refused = desk.psql(&id, "reader", READER, "SELECT 1").unwrap_err();
    assert!(refused.contains("permission denied for database"), "{refused}");
    permit("admin", Permission::All);
    desk.wait(desk.rdb.delete_user(&id, "owner"));
    assert_eq!(
        desk.psql(&id, "admin", OWNER, "SELECT name FROM models ORDER BY id DESC LIMIT 1").unwrap(),
        "b"
    );
}

#[test]
fn a_changed_password_and_a_rule_that_leaves_us_out_keep_us_out() {
    let Some(desk) = Desk::open() else { return };
    let id = desk.instance();
    desk.wait(desk.rdb.update_user(&id, "owner", UpdateUser::default().password(READER)));
    let refused = desk.psql(&id, "owner", OWNER, "SELECT 1").unwrap_err();
    assert!(refused.contains("password authentication failed"), "{refused}");
    assert_eq!(desk.psql(&id, "owner", READER, "SELECT 1").unwrap(), "1");
    let only = |ip: &str| WriteAclRules::new([AclRuleSpec::new(ip, "them")]);
    desk.wait(desk.rdb.set_instance_acl_rules(&id, only("10.0.0.0/8")));
    let refused = desk.psql(&id, "owner", READER, "SELECT 1").unwrap_err();
    assert!(refused.contains("no pg_hba.conf entry for host \"127.0.0.1\""), "{refused}");
    desk.wait(desk.rdb.set_instance_acl_rules(&id, only("127.0.0.1/32")));
    assert_eq!(desk.psql(&id, "owner", READER, "SELECT 1").unwrap(), "1");
    let before = desk.wait(desk.rdb.get_instance_certificate(&id)).content;
    desk.wait(desk.rdb.renew_instance_certificate(&id));
    assert_ne!(desk.wait(desk.rdb.get_instance_certificate(&id)).content, before);
    assert_eq!(desk.psql(&id, "owner", READER, "SELECT 1").unwrap(), "1", "verified by the new one");
}

#[test]
fn rows_come_back_from_a_backup_and_go_along_with_a_clone() {
    let Some(desk) = Desk::open() else { return };
    let id = desk.instance();
    desk.psql(&id, "owner", OWNER, "CREATE TABLE runs AS SELECT generate_series(1, 100) AS n").unwrap();
    let backup = CreateDatabaseBackup::new(id.clone(), "evalap", "before");
    let backup = desk.wait(desk.rdb.create_database_backup(backup)).id;
    desk.backup(&backup);
    desk.psql(&id, "owner", OWNER, "DROP TABLE runs; CREATE TABLE later (n int)").unwrap();
    desk.wait(desk.rdb.restore_database_backup(&backup, RestoreDatabaseBackup::new(id.clone())));
    desk.backup(&backup);
    assert_eq!(desk.psql(&id, "reader", READER, "SELECT sum(n) FROM runs").unwrap(), "5050");
    let later = "SELECT to_regclass('later') IS NULL";
    assert_eq!(desk.psql(&id, "owner", OWNER, later).unwrap(), "t", "what came later is gone");
    desk.psql(&id, "owner", OWNER, "ALTER TABLE runs ADD note text").unwrap();
    let clone = desk.wait(desk.rdb.clone_instance(&id, CloneInstance::new("copy"))).id;
    assert_eq!(desk.psql(&clone, "reader", READER, "SELECT count(*) FROM runs").unwrap(), "100");
    desk.psql(&clone, "owner", OWNER, "DELETE FROM runs").unwrap();
    assert_eq!(desk.psql(&id, "owner", OWNER, "SELECT count(*) FROM runs").unwrap(), "100");
}
