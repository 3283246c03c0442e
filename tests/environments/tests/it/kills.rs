//! The real program, killed by SIGKILL at moments drawn from a seed, the emulator in another process.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::Duration;

use environments::VARIABLES;
use evalap_topology::model::State;
use evalap_topology::state::{Holder, Session, StateKey, Store};
use futures_util::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use scaleway_core::{Client, Clock, Config, Random};
use scaleway_emulator::{Fault, FaultKind};
use scaleway_object_storage::{BucketName, ObjectStorage};
use tempfile::TempDir;

use crate::desk::Desk;
use crate::secrecy;

/// Set to the seed that a failure has printed, it draws the same moments.
const SEED: &str = "EVALAP_KILLS_SEED";

/// More than what an apply sends, to the cloud and to the state's bucket: one that is drawn beyond its end is not killed.
const LONGEST: u64 = 140;

/// How often one environment is killed before it is made whole and taken away.
const IN_A_ROW: usize = 5;

const BUCKET: &str = "evalap-staging-state";
const KEY: [u8; 32] = [7; 32];

/// Where the state is.
#[derive(Clone, Copy, PartialEq)]
enum Keep {
    Bucket,
    Folder,
}

/// One environment on an emulator of its own.
struct Chain {
    desk: Desk,
    folder: TempDir,
    definition: PathBuf,
    keep: Keep,
}

impl Chain {
    fn begin(keep: Keep) -> Self {
        let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
        let definition = folder.path().join("staging.toml");
        let state = match keep {
            Keep::Bucket => format!("[state]\nbucket = {BUCKET:?}\n\n"),
            Keep::Folder => String::new(),
        };
        let text = environments::STAGING.replacen("[network]", &format!("{state}[network]"), 1);
        std::fs::write(&definition, text).unwrap();
        let chain = Self { desk, folder, definition, keep };
        if keep == Keep::Bucket {
            chain.run("manage_state", &["bootstrap"]);
        }
        chain
    }

    fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = self.desk.command(name, self.folder.path(), &self.definition);
        command.env("EVALAP_STATE_KEY", data_encoding::HEXLOWER.encode(&KEY)).args(arguments);
        command
    }

    fn run(&self, name: &str, arguments: &[&str]) -> String {
        let output = self.program(name, arguments).output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{name} {arguments:?}: {:?}\n{said}", output.status);
        said
    }

    fn deploy(&self, arguments: &[&str]) -> String {
        self.run("deploy_staging", &[&["--speed", "max"], arguments].concat())
    }

    /// Kills an apply once the emulator has met its `nth` request: which then has no effect, or one whose answer is
    /// lost, or all it should. Whether it was killed: it may have ended before.
    fn kill(&self, nth: u64, fault: Option<FaultKind>) -> bool {
        let until = self.desk.emulator.requests().total() + nth;
        if let Some(kind) = fault {
            self.desk.emulator.inject(Fault::new(kind).nth(nth));
        }
        let mut child: Child = self.program("deploy_staging", &["--speed", "max", "apply"]).spawn().unwrap();
        let killed = loop {
            if self.desk.emulator.requests().total() >= until {
                // SIGKILL: nothing of the program runs after it.
                child.kill().unwrap();
                break child.wait().unwrap().code().is_none();
            }
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "it failed by itself");
                break false;
            }
            std::thread::yield_now();
        };
        self.desk.emulator.clear_faults();
        killed
    }

    /// That the environment is whole, and that nothing which lasts holds a secret.
    fn is_whole(&self, expected: &[(&str, usize)]) {
        self.deploy(&["apply"]);
        assert_eq!(self.desk.left(), expected, "made once each");
        self.deploy(&["plan", "--detailed-exitcode"]);
        self.run("manage_state", &["verify"]);
        self.run("manage_state", &["audit", "--verify"]);
        let clock = Clock::real();
        let mut values: Vec<String> = VARIABLES.map(|(_, value)| value.to_owned()).into();
        values.extend(secrecy::kept(&self.desk.client(), &clock));
        for file in secrecy::walk(self.folder.path()) {
            secrecy::scan(&file.display().to_string(), &std::fs::read(&file).unwrap(), &values);
        }
        if self.keep == Keep::Bucket {
            clock.block_on(self.bucket_holds_none(&values)).unwrap();
        }
    }

    fn bucket(&self) -> (ObjectStorage, BucketName) {
        let config =
            Config::new("11111111-1111-4111-8111-111111111111").with_access_key("SCWXXXXXXXXXXXXXXXXX");
        let client = Client::builder(config, self.desk.emulator.clone()).build().unwrap();
        (ObjectStorage::new(&client).unwrap(), BUCKET.parse().unwrap())
    }

    async fn session(&self) -> Session<State> {
        let (storage, bucket) = self.bucket();
        let store = Store::bucket(&storage, &bucket).unwrap();
        Session::open(store, StateKey::new(&KEY).unwrap()).await.unwrap()
    }

    /// Neither as it lies in the bucket, nor under our own encryption.
    async fn bucket_holds_none(&self, values: &[String]) {
        let (storage, bucket) = self.bucket();
        let objects = storage.objects(&bucket).unwrap();
        let found: Vec<_> = objects.list(None).try_collect().await.unwrap();
        assert!(found.len() > 10, "{}", found.len());
        for object in found {
            let bytes = objects.get(&object.location).await.unwrap().bytes().await.unwrap();
            secrecy::scan(object.location.as_ref(), &bytes, values);
        }
        let session = self.session().await;
        assert!(session.lease().is_none(), "the lock is free");
        let told = serde_json::to_string(&session.history().await.unwrap()).unwrap();
        secrecy::scan("the log, decrypted", told.as_bytes(), values);
    }

    fn end(&self) {
        self.deploy(&["destroy", "--yes", "--confirm", "staging"]);
        let left = self.desk.left();
        assert!(left.iter().all(|(_, count)| *count == 0), "{left:?}");
    }
}

/// Kills so many applies, a few of each environment, each of which is then finished and destroyed.
fn killed(times: usize, keep: Keep) {
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| Random::system().below(1_000_000));
    // Shown where the test fails.
    println!("{SEED}={seed}");
    let random = Random::seeded(seed);
    let expected = {
        let chain = Chain::begin(keep);
        chain.deploy(&["apply"]);
        chain.desk.left()
    };
    assert!(expected.iter().all(|(_, count)| *count > 0), "{expected:?}");
    let mut left = times;
    while left > 0 {
        let chain = Chain::begin(keep);
        for _ in 0..IN_A_ROW.min(left) {
            let (nth, fault) = (1 + random.below(LONGEST), random.below(3));
            let fault =
                [None, Some(FaultKind::Hang), Some(FaultKind::HangAfter)][usize::try_from(fault).unwrap()];
            let killed = chain.kill(nth, fault);
            println!("request {nth}, {fault:?}: {}", if killed { "killed" } else { "it ended before" });
            if !killed {
                break;
            }
            left -= 1;
        }
        chain.is_whole(&expected);
        chain.end();
    }
}

#[test]
fn killed_at_fifty_moments_with_its_state_in_a_bucket_it_goes_on_each_time_and_leaves_nothing_behind() {
    killed(50, Keep::Bucket);
}

#[test]
fn killed_at_ten_moments_with_its_state_in_a_folder_it_goes_on_each_time_and_leaves_nothing_behind() {
    killed(10, Keep::Folder);
}

#[test]
fn a_lock_left_by_a_run_that_died_with_its_work_done_is_freed_by_one_that_has_nothing_to_do() {
    let chain = Chain::begin(Keep::Bucket);
    chain.deploy(&["apply"]);
    // A process that ran here, and whose pid another has by now.
    let mut dead = serde_json::to_value(Holder::current("deploy_staging apply")).unwrap();
    dead["started"] = "0".into();
    let dead: Holder = serde_json::from_value(dead).unwrap();
    let clock = Clock::real();
    clock
        .block_on(async {
            chain.session().await.lock(dead, Duration::ZERO, |_| ()).await.unwrap();
            assert!(chain.session().await.lease().is_some());
        })
        .unwrap();
    let said = chain.deploy(&["apply"]);
    assert!(said.contains("No changes.\nThe lock is free again: "), "{said}");
    clock.block_on(async { assert!(chain.session().await.lease().is_none()) }).unwrap();
    assert!(!chain.deploy(&["apply"]).contains("The lock"));
    chain.run("manage_state", &["audit", "--verify"]);
}
