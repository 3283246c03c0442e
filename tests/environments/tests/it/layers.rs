//! Arrows go down only: who may depend on whom, by the manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What each package of the workspace depends on, in what ships (or, with `dev`, in its tests).
fn dependencies(dev: bool) -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let arguments =
        ["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path", manifest];
    let output = Command::new(cargo).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let of = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().clone();
        let others = all.iter().filter(|dependency| dependency["name"] != package["name"]);
        others.filter(|dependency| (dependency["kind"] == "dev") == dev).map(name).collect()
    };
    packages.map(|package| (name(package), of(package))).collect()
}

#[test]
fn a_client_knows_the_core_and_nothing_else_of_ours() {
    let all = dependencies(false);
    let clients = all.iter().filter(|(name, _)| {
        name.starts_with("scaleway-") && !matches!(name.as_str(), "scaleway-core" | "scaleway-emulator")
    });
    let mut met = 0;
    for (name, depends_on) in clients {
        let ours: Vec<_> = depends_on.iter().filter(|other| all.contains_key(*other)).collect();
        assert_eq!(ours, ["scaleway-core"], "{name}");
        met += 1;
    }
    assert!(met >= 5);
}

#[test]
fn the_emulator_knows_the_core_only_and_nothing_that_ships_knows_the_emulator() {
    for dev in [false, true] {
        let all = dependencies(dev);
        let ours: Vec<_> = all["scaleway-emulator"].iter().filter(|other| all.contains_key(*other)).collect();
        assert!(ours.iter().all(|other| *other == "scaleway-core"), "{ours:?}");
    }
    for (name, depends_on) in dependencies(false) {
        let ships = name.starts_with("scaleway-") || name == "evalap-topology";
        assert!(!ships || !depends_on.contains("scaleway-emulator"), "{name} depends on the emulator");
    }
}

#[test]
fn only_the_core_knows_the_http_client_and_the_bench_that_weighs_it() {
    for (name, depends_on) in dependencies(false) {
        let may = matches!(name.as_str(), "scaleway-core" | "bench");
        assert!(may || !depends_on.contains("reqwest"), "{name} depends on reqwest");
    }
}
