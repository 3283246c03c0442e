//! `deploy_staging drift`, as cron runs it: its exit code, and what it says.

use std::collections::BTreeMap;
use std::time::Duration;

use evalap_topology::address::Address;
use evalap_topology::model::{Event, State};
use evalap_topology::state::{Holder, Session, StateKey, Store};
use scaleway_containers::{Containers, UpdateContainer};
use scaleway_core::{Clock, Random, Secret};
use scaleway_emulator::{Fault, FaultKind};
use scaleway_rdb::{Rdb, UpgradeInstance};

use crate::desk::Desk;
use crate::office::{Office, session};

#[test]
fn its_exit_code_is_two_for_what_is_written_blindly_and_for_what_no_plan_mends() {
    let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
    let data = folder.path();
    let drift = |arguments: &[&str]| {
        let key = ("EVALAP_STATE_KEY", "07".repeat(32));
        let output = desk.program(data, arguments).env(key.0, key.1).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(drift(&["apply"]).0, Some(0));
    let (code, said, _) = drift(&["drift"]);
    assert!(code == Some(0) && said.contains("No drift"), "{said}");
    // Nor may a mistake in a crontab look like drift.
    assert_eq!(drift(&["drift", "--jsn"]).0, Some(64));
    let (code, said, _) = drift(&["--help"]);
    assert!(code == Some(0) && said.contains("64 wrong usage"), "{said}");

    let clock = Clock::real();
    let ids = clock.block_on(async {
        let store = Store::folder(&data.join("state/staging"), clock.clone(), Random::system()).unwrap();
        let session = Session::<State>::open(store, StateKey::new(&[7; 32]).unwrap()).await.unwrap();
        let id = |address: &str| session.state().resources[&address.parse().unwrap()].id.clone().unwrap();
        (id("container.runners"), id("database_instance.main"))
    });
    let (container, instance) = ids.unwrap();
    let (containers, rdb) = (Containers::new(&desk.client()), Rdb::new(&desk.client()));
    clock
        .block_on(async {
            let written = [("OPENAI_API_KEY".to_owned(), Secret::new("somebody else's"))];
            let secrets = UpdateContainer::default().secret_environment_variables(BTreeMap::from(written));
            containers.update_container(&container.parse().unwrap(), secrets).await.unwrap();
        })
        .unwrap();
    let (code, said, _) = drift(&["drift"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("secret_environment_variables: another value"), "{said}");
    // What is only taken note of is told all the same.
    let (code, said, _) = drift(&["plan", "--refresh-only"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(drift(&["plan", "--refresh-only", "--detailed-exitcode"]).0, Some(2));
    assert!(said.contains("secret_environment_variables: another value"), "{said}");
    assert!(said.contains("Nothing for the state to take note of"), "{said}");

    clock
        .block_on(rdb.upgrade_instance(&instance.parse().unwrap(), UpgradeInstance::EnableHa(true)))
        .unwrap()
        .unwrap();
    assert_eq!(drift(&["apply", "--target", "container.runners"]).0, Some(1), "it is refused");
    let (code, said, wrong) = drift(&["drift", "--json"]);
    assert_eq!(code, Some(2), "{wrong}");
    assert!(wrong.contains("high_availability cannot be switched off"), "{wrong}");
    let told: Vec<serde_json::Value> = serde_json::from_str(&said).unwrap();
    assert_eq!(told[0]["address"], "container.runners");
}

/// Whoever is told nothing takes what was true yesterday for what is.
#[test]
fn what_is_answered_from_memory_says_so_and_since_when() {
    let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
    let definition = folder.path().join("staging.toml");
    let bucket = "[state]\nbucket = \"evalap-staging-state\"\n\n[network]";
    std::fs::write(&definition, environments::STAGING.replacen("[network]", bucket, 1)).unwrap();
    let runs = |name: &str, arguments: &[&str]| {
        let mut command = desk.command(name, folder.path(), &definition);
        command.env("EVALAP_STATE_KEY", "07".repeat(32)).args(arguments);
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let deploys = |arguments: &[&str]| runs("deploy_staging", &[&["--speed", "max"], arguments].concat());
    assert_eq!(runs("manage_state", &["bootstrap"]).0, Some(0));
    assert_eq!(deploys(&["apply"]).0, Some(0));
    for operation in ["GetObject", "ListObjectsV2", "PutObject"] {
        desk.emulator.inject(Fault::new(FaultKind::ErrorBefore).operation(operation).times(100_000));
    }
    for arguments in [&["show"][..], &["plan"], &["plan", "--refresh=false"]] {
        let (code, _, wrong) = deploys(arguments);
        assert_eq!(code, Some(0), "{arguments:?}: {wrong}");
        assert!(wrong.contains("Read-only") && wrong.contains("last read at 20"), "{arguments:?}: {wrong}");
    }
    let (_, said, _) = deploys(&["plan", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert!(plan["basis"]["remembered"].as_str().unwrap().starts_with("20"), "{said}");
    // Neither that nothing differs nor what somebody has changed can be known.
    for arguments in
        [&["plan", "--detailed-exitcode"][..], &["plan", "--refresh-only"], &["drift"], &["apply"]]
    {
        let (code, said, wrong) = deploys(arguments);
        assert_eq!(code, Some(1), "{arguments:?}: {said}{wrong}");
        assert!(wrong.contains("cannot read the state in bucket evalap-staging-state"), "{wrong}");
    }
    assert!(deploys(&["drift"]).2.contains("what to do: run the command again when it answers"));
}

/// Neither is drift: cron is not woken by a run that is at work, or that was interrupted, and whoever reads it is told.
#[test]
fn who_is_at_work_and_what_was_begun_is_said_beside_that_there_is_no_drift() {
    let office = Office::open();
    let clock = Clock::real();
    let mut holder = session(&office.state(), &clock);
    let address: Address = "container.documentation".parse().unwrap();
    let tracked = holder.state().resources[&address].clone();
    let (spec, depends_on) = (tracked.spec, tracked.depends_on);
    let updating = Event::Updating { address, spec, depends_on, changed: Some(Vec::new()) };
    clock
        .block_on(async {
            holder.lock(Holder::current("deploy_staging apply"), Duration::ZERO, |_| {}).await.unwrap();
            holder.append(vec![updating]).await.unwrap();
        })
        .unwrap();
    let who = format!("pid {}, `deploy_staging apply`) has held the lock since", std::process::id());
    let says =
        |arguments: &[&str]| office.says("deploy_staging", 0, &[&["--speed", "max"], arguments].concat());
    let said = says(&["drift"]);
    assert!(said.contains("No drift: ") && said.contains("look again when it is done"), "{said}");
    assert!(
        said.contains("Not finished: what an earlier run has begun on container.documentation."),
        "{said}"
    );
    assert!(said.contains(&who), "{said}");
    assert_eq!(says(&["drift", "--json"]).trim(), "[]", "and nothing else");

    let file = office.folder.path().join("kept.plan").display().to_string();
    let said = says(&["plan", "--out", &file]);
    assert!(said.contains(&who) && said.contains("is refused once that run has written"), "{said}");
    assert!(!says(&["plan"]).contains("is refused once"), "nothing was kept");
    clock.block_on(holder.release(None)).unwrap().unwrap();
    assert!(!says(&["drift"]).contains("has held the lock"));
}
