//! `manage_state`, each command as a person types it: what it does, and what it says of a mistake.

use std::process::Command;
use std::time::Duration;

use environments::World;
use evalap_topology::model::{Event, State};
use evalap_topology::state::{Holder, Session};
use scaleway_core::Clock;
use serde_json::Value;

use crate::office::{Office, session};

#[test]
fn what_a_state_says_and_said_is_shown_compared_and_taken_back() {
    let office = Office::open();
    let newest = office.json(&["list", "--json"])[0]["records"].as_u64().unwrap().to_string();
    assert!(office.does(&["list"]).contains("staging: 33 resources on emulator"));
    assert_eq!(office.json(&["history", "--json"]).as_array().unwrap().len().to_string(), newest);
    assert!(office.does(&["show"]).contains("container.runners"));
    assert_eq!(office.json(&["show", "--json"])["resources"].as_object().unwrap().len(), 33);
    assert!(!office.does(&["show", "--version", "3"]).contains("container.runners"));
    assert!(office.does(&["history"]).contains("container.runners: about to be made"));
    assert!(office.does(&["verify"]).contains("all whole and in a chain"));
    let told = office.json(&["audit", "--verify", "--json"]);
    assert_eq!(told["runs"][0]["outcome"], "done");
    assert_eq!(
        (&told["chain"]["whole"], &told["runs"][6]["by"]["command"]),
        (&true.into(), &"manage_state verify".into())
    );
    // The line that the audit itself left names the record that it found last.
    let next = usize::try_from(told["chain"]["records"].as_u64().unwrap()).unwrap();
    assert_eq!(told["chain"]["hash"], office.json(&["history", "--json"])[next]["previous"]);

    let exported = office.folder.path().join("exported.json").display().to_string();
    office.does(&["export", &exported]);
    assert!(office.does(&["forget", "container.documentation"]).contains("is tracked no longer"));
    assert!(office.does(&["diff", &newest]).contains("- container.documentation"));
    assert!(office.plan(0).contains("@ container.documentation"), "ours by its tags");
    office.does(&["restore", &newest]);
    assert!(office.does(&["diff", &newest]).contains("Both versions say the same"));
    office.does(&["forget", "data_source.logs"]);
    office.does(&["import", &exported]);
    assert!(office.does(&["diff", &newest]).contains("Both versions say the same"));
    assert!(office.plan(0).contains("No changes."));
}

/// What bears tags is found again, what does not is refused; either way the version before has it.
#[test]
fn what_is_forgotten_is_said_to_be_adopted_only_where_it_is_and_is_had_back() {
    let office = Office::open();
    for (address, adopted) in [
        ("container.documentation", "is adopted again if the definition asks for it, by its tags"),
        ("alert_manager.main", "is adopted again if the definition asks for it"),
        ("cockpit_token.push", "only while one of our secrets keeps its value"),
    ] {
        let said = office.does(&["forget", address]);
        assert!(said.contains(adopted), "{said}");
        assert!(office.plan(0).contains(&format!("@ {address}")), "{address}");
        office.does(&back(&said));
    }
    let said = office.does(&["forget", "data_source.logs"]);
    assert!(
        said.contains("is not adopted again") && said.contains("a plan that asks for it is refused"),
        "{said}"
    );
    let refused = office.program("deploy_staging", 0, &["--speed", "max", "plan"]).output().unwrap();
    let wrong = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{wrong}");
    assert!(
        wrong.contains("data_source.logs: ") && wrong.contains("`manage_state restore VERSION`"),
        "{wrong}"
    );
    office.does(&back(&said));
    assert!(office.plan(0).contains("No changes."));
}

#[test]
fn what_forgets_resources_says_which_asks_and_is_taken_back() {
    let office = Office::open();
    let newest = office.json(&["list", "--json"])[0]["records"].as_u64().unwrap();
    let empty = {
        let mut exported: Value = serde_json::from_str(&office.does(&["export"])).unwrap();
        exported["state"]["resources"] = serde_json::json!({});
        office.file("empty.json", &exported.to_string())
    };
    for forgets in [&["restore", "0"][..], &["import", &empty]] {
        let which = "does not know 33 resources (";
        office.refuses(
            1,
            forgets,
            &[which, "and 28 more), which the state would forget", "--confirm staging"],
        );
        let wrong = [forgets, &["--confirm", "production"]].concat();
        office.refuses(1, &wrong, &["\"production\" is not the name of this environment"]);
        assert_eq!(office.json(&["list", "--json"])[0]["resources"], 33);

        let said = office.does(&[forgets, &["--confirm", "staging"]].concat());
        assert!(said.contains("it forgets 33 resources (") && said.contains("and 28 more)"), "{said}");
        let listed = office.json(&["list", "--json"]);
        assert_eq!(
            (&listed[0]["resources"], &listed[0]["bound_to"]["endpoint"]),
            (&0.into(), &"emulator".into())
        );
        let said = office.does(&back(&said));
        assert!(
            said.contains("it brings back 33 resources ("),
            "nothing is forgotten, and nobody asked: {said}"
        );
    }
    assert!(office.does(&["diff", &newest.to_string()]).contains("Both versions say the same"));
    assert!(office.plan(0).contains("No changes."));
}

/// The command that takes back what was just done, as it was said.
fn back(said: &str) -> [&str; 2] {
    let command = said.split("`manage_state ").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    let (verb, version) = command.split_once(' ').unwrap();
    [verb, version]
}

#[test]
fn every_command_is_in_the_audit_what_it_found_and_why_it_was_refused() {
    let office = Office::open();
    let made = office.json(&["list", "--json"])[0]["records"].as_u64().unwrap();
    let exported = office.folder.path().join("exported.json").display().to_string();
    for arguments in
        [&["show"][..], &["history"], &["diff", "3"], &["verify"], &["export", &exported], &["unlock"]]
    {
        office.does(arguments);
    }
    office.refuses(1, &["restore", "999"], &["no version 999"]);
    office.refuses(
        1,
        &["move", "container.runners", "vpc.x"],
        &["another kind", "move container.runners container.x"],
    );
    office.does(&["forget", "container.documentation"]);
    for command in ["show", "graph", "drift", "plan", "apply", "apply"] {
        office.says("deploy_staging", 0, &["--speed", "max", command]);
    }
    let changed = office.json(&["audit", "--changed", "--json"]);
    let commands: Vec<_> = changed["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["by"]["command"].as_str().unwrap())
        .collect();
    assert_eq!(commands, ["deploy_staging apply", "manage_state forget", "deploy_staging apply"]);
    let mut destroy = office.program("deploy_staging", 0, &["--speed", "max", "destroy"]);
    assert_eq!(destroy.output().unwrap().status.code(), Some(1));
    let lost = "the data of data_source.traces, data_source.metrics, data_source.logs, database.evalap and database_instance.main would be lost for good, and there is no terminal to ask on; nothing was changed";
    assert_eq!(
        office.audited(1),
        [
            "manage_state show: done",
            "manage_state history: done",
            "manage_state diff: done",
            "manage_state verify: done",
            "manage_state export: done",
            "manage_state unlock: done",
            &format!(
                "manage_state restore: failed; because the state has no version 999: the newest is {}, `manage_state history` lists them",
                made + 6
            ),
            "manage_state move: refused; because container.runners cannot be called vpc.x: that is another kind",
            "manage_state forget: done; address container.documentation",
            "deploy_staging show: done",
            "deploy_staging graph: done",
            "deploy_staging drift: done; drift 0 resources",
            "deploy_staging plan: done; plan 1 to adopt",
            "deploy_staging apply: done; changes 1",
            "deploy_staging apply: done; changes 0",
            "manage_state audit: done",
            &format!("deploy_staging destroy: refused; because {lost}"),
        ]
    );
}

#[test]
fn a_mistake_is_named_and_changes_nothing() {
    let office = Office::open();
    let before = office.does(&["show", "--json"]);
    let exported = office.does(&["export"]);
    let file = |name: &str, from: &str, to: &str| office.file(name, &exported.replace(from, to));
    let other_format = file("format.json", "evalap-state-export/1", "evalap-state-export/9");
    let other_region = file("region.json", "fr-par", "nl-ams");
    let other_name = file("name.json", "\"environment\": \"staging\"", "\"environment\": \"production\"");
    let nothing = office.file("nothing.json", "{}");
    let shows = "`manage_state show` lists";
    for (code, arguments, words) in [
        (1, &["show", "--version", "999"][..], &["no version 999"][..]),
        (1, &["diff", "999"], &["no version 999"]),
        (1, &["restore", "999"], &["no version 999"]),
        (1, &["export", "--version", "999"], &["no version 999"]),
        (1, &["forget", "container"], &["\"container\" is no address: expected container.NAME", shows]),
        (1, &["forget", "containr.runners"], &["is container.runners meant?", shows]),
        (1, &["move", "runners", "container.x"], &["expected KIND.NAME", shows]),
        (1, &["forget", "container.runer"], &["it is not tracked", "is container.runners meant?", shows]),
        (1, &["move", "container.runner", "container.x"], &["is container.runners meant?", shows]),
        (
            1,
            &["forget", "container.nix"],
            &["error: container.nix cannot be forgotten: it is not tracked", shows],
        ),
        (1, &["move", "container.nix", "container.x"], &["error: container.nix cannot be renamed", shows]),
        (
            1,
            &["move", "container.runners", "vpc.x"],
            &["that is another kind", "move container.runners container.x"],
        ),
        (1, &["move", "container.runners", "container.streamlit"], &["that is tracked already", shows]),
        (64, &["move", "container.runners"], &["<TO>"]),
        (1, &["import", "/nowhere.json"], &["/nowhere.json: cannot be read"]),
        (1, &["import", &other_format], &["evalap-state-export/9", "export it again"]),
        (
            1,
            &["import", &other_region],
            &["another cloud, project or region", ", nl-ams, and this one is of "],
        ),
        (1, &["import", &other_name], &["environment \"production\""]),
        (1, &["import", &nothing], &["is no exported state"]),
        (1, &["rekey"], &["--new-key-from"]),
        (1, &["rekey", "--new-key-from", "NOT_SET"], &["NOT_SET is not set"]),
        (1, &["bootstrap"], &["in a folder, which needs no preparation", "[state] bucket"]),
    ] {
        office.refuses(code, arguments, words);
    }
    assert_eq!(office.does(&["show", "--json"]), before);
    let refused = "refused (because container.nix cannot be forgotten: it is not tracked)";
    assert!(office.does(&["audit"]).contains(refused), "the audit says why");
    let mut command = Command::new(office.program("manage_state", 0, &[]).get_program());
    let output = command.args(["--environment", "../x", "show"]).output().unwrap();
    let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(wrong.contains("--environment \"../x\" is no name"), "{wrong}");
    assert!(office.does(&["unlock"]).contains("Nobody holds the lock."));
}

/// Whoever renames a resource in the state and not in the definition must not lose it.
#[test]
fn what_the_state_calls_otherwise_is_adopted_again_and_not_deleted() {
    let world = World::staging();
    world.must_apply();
    let renamed =
        |from: &str, to: &str| Event::Renamed { from: from.parse().unwrap(), to: to.parse().unwrap() };
    world.run(async {
        let mut session = Session::<State>::open(world.store.clone(), world.key.clone()).await.unwrap();
        session.lock(Holder::current("manage_state move"), Duration::ZERO, |_| {}).await.unwrap();
        let both = vec![
            renamed("container.runners", "container.other"),
            // Bears no tags: only the state knows that it is ours.
            renamed("data_source.logs", "data_source.other"),
        ];
        session.append(both).await.unwrap();
        session.release(None).await.unwrap();
    });
    let plan = world.run(world.plan()).unwrap();
    assert!(plan.problems.is_empty(), "{:#?}", plan.problems);
    let verbs: Vec<_> =
        plan.effective().map(|planned| format!("{} {}", planned.change.verb(), planned.address)).collect();
    let expected = [
        "adopt data_source.logs",
        "adopt container.runners",
        "forget container.other",
        "forget data_source.other",
    ];
    assert_eq!(verbs, expected);
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
    for operation in ["DeleteContainer", "DeleteDataSource"] {
        assert_eq!(world.emulator.requests().count(operation), 0, "{operation}");
    }
}

#[test]
fn a_held_lock_is_broken_by_force_alone_and_says_whose_it_was() {
    let office = Office::open();
    let clock = Clock::real();
    let mut holder = session(&office.state(), &clock);
    let lock = holder.lock(Holder::current("deploy_staging apply"), Duration::ZERO, |_| {});
    clock.block_on(lock).unwrap().unwrap();
    let who = format!("pid {}, `deploy_staging apply`", std::process::id());
    office.refuses(1, &["forget", "vpc.main"], &["the state is locked by", &who, "--lock-timeout"]);
    office.refuses(1, &["forget", "vpc.main", "--lock-timeout", "2s"], &["the state is locked by", &who]);
    office.refuses(1, &["unlock"], &[&who, "unlock --force"]);
    assert!(office.does(&["list"]).contains(&who));
    let held = format!("{who}) has held the lock since");
    assert!(office.plan(0).contains(&held), "a plan that may be out of date in a moment says so");
    assert!(office.does(&["unlock", "--force"]).contains(&who), "who is robbed");
    office.does(&["forget", "vpc.main"]);
    let robbed = clock.block_on(holder.append(Vec::new())).unwrap().unwrap_err();
    assert!(robbed.is_fenced(), "{robbed}");
}
