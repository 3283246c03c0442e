//! Edits of the definition become exactly their difference.

use environments::World;
use scaleway_rdb::{CreateEndpoint, EndpointSpec, ListInstances, Rdb};

fn deployed() -> World {
    let world = World::staging();
    world.must_apply();
    world
}

/// Applies an edit, and checks what it changes, that only that is changed, and that nothing is left to change.
fn edit(world: World, from: &str, to: &str, expected: &[&str]) -> World {
    let world = world.edit(from, to);
    assert_eq!(world.changes(), expected);
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
    world
}

#[test]
fn a_memory_limit() {
    edit(
        deployed(),
        "memory = \"1024MB\"",
        "memory = \"1500MB\"",
        &["update container.streamlit (memory_limit_bytes)"],
    );
}

/// The platform's own settings are no part of the difference.
#[test]
fn a_setting() {
    let world = deployed().edit("max_connections = \"100\"", "max_connections = \"200\"");
    let plan = world.run(Box::pin(world.plan())).unwrap();
    let fields: Vec<_> = plan.effective().flat_map(|planned| planned.change.fields()).collect();
    let [settings] = fields[..] else { panic!("{fields:?}") };
    assert_eq!(settings.from, serde_json::json!({"work_mem": "4", "max_connections": "100"}));
    assert_eq!(settings.to, serde_json::json!({"work_mem": "4", "max_connections": "200"}));
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

/// A service is not given the new password before the user has it: it knows the user by what that may do, which stays.
#[test]
fn a_services_password_waits_for_its_users() {
    let mut world = deployed();
    world.variables.insert("DATABASE_PASSWORD".into(), "Short-no-more-1234567890".into());
    let world = world.edit(
        "database-password = { generate = { length = 40 }",
        "database-password = { from_env = \"DATABASE_PASSWORD\"",
    );
    let plan = world.run(Box::pin(world.plan())).unwrap();
    let why = |of: &str| {
        let planned = plan.effective().find(|planned| planned.address.to_string() == of).unwrap();
        planned.why.clone()
    };
    assert_eq!(why("database_user.evalap"), "what it refers to changes: password");
    assert_eq!(why("container.runners"), "what it refers to changes: secret_environment_variables");
    let outcome = world.run(Box::pin(world.apply())).unwrap();
    assert!(outcome.is_complete(), "{outcome:#?}");
    let ended = |of: &str| {
        let done = outcome.done.iter().find(|done| done.address.to_string() == of).unwrap();
        (done.began, done.began + done.took)
    };
    assert!(ended("container.runners").0 >= ended("database_user.evalap").1, "{outcome:#?}");
}

#[test]
fn a_shorter_retention_says_what_is_lost() {
    let plan = |from: &str, to: &str| {
        let world = deployed().edit(from, to);
        world.run(Box::pin(world.plan())).unwrap()
    };
    let told = |plan: &evalap_topology::plan::Plan| -> Vec<String> {
        plan.effective().flat_map(|planned| planned.preflight.clone()).collect()
    };
    let days = |days: u32| format!("metrics = {{ retention_days = {days} }}");
    let shorter = told(&plan(&days(31), &days(10)));
    assert_eq!(shorter, ["retention_days: what is older than 10 days is deleted, and does not come back"]);
    assert_eq!(told(&plan(&days(31), &days(40))), Vec::<String>::new());
}

#[test]
fn an_image() {
    let world = edit(deployed(), "runners:0.9.0", "runners:0.9.1", &["update container.runners (image)"]);
    assert_eq!(world.emulator.requests().count("UpdateContainer"), 1);
    assert_eq!(world.emulator.requests().count("CreateContainer"), 3);
}

#[test]
fn a_secrets_value() {
    let mut world = deployed();
    world.variables.insert("ALBERT_API_KEY".into(), "a new value".into());
    let expected = [
        "update secret_version.albert-api-key (source)",
        "update container.runners (secret_environment_variables)",
        "update container.streamlit (secret_environment_variables)",
    ];
    assert_eq!(world.changes(), expected);
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

/// The data stays where it is.
#[test]
fn a_public_endpoint_comes_and_goes_and_one_that_somebody_opened_is_closed() {
    let (closed, open) = (
        "engine = \"PostgreSQL-16\"",
        "engine = \"PostgreSQL-16\"\npublic_endpoint = true\nacl = { office = \"198.51.100.7/32\" }",
    );
    let opened = ["update database_instance.main (public_endpoint)", "adopt database_acl.main (rules)"];
    let world = edit(deployed(), closed, open, &opened);
    let public = |world: &World| {
        let instances = Rdb::new(&world.client());
        let all = world.run(instances.list_instances(ListInstances::default()).all()).unwrap();
        (all[0].id.clone(), all[0].public_endpoint().is_some(), all[0].private_endpoint().is_some())
    };
    let (id, ..) = public(&world);
    assert_eq!(public(&world), (id.clone(), true, true));
    let shut = ["update database_instance.main (public_endpoint)", "delete database_acl.main"];
    let world = edit(world, open, closed, &shut);
    assert_eq!(public(&world), (id.clone(), false, true));

    let create = CreateEndpoint::new(EndpointSpec::load_balancer());
    world.run(async { Rdb::new(&world.client()).create_endpoint(&id, create).await }).unwrap();
    assert_eq!(world.changes(), ["update database_instance.main (public_endpoint)"]);
    world.must_apply();
    assert_eq!(public(&world), (id, false, true));
    assert_eq!(world.emulator.requests().count("CreateInstance"), 1);
}

#[test]
fn one_more_service_and_one_less() {
    let more =
        "[services.extra]\nimage = \"extra:1.0.0\"\nliveness = { http = \"/\" }\n\n[services.documentation]";
    let world = edit(deployed(), "[services.documentation]", more, &["create container.extra"]);
    edit(world, more, "[services.documentation]", &["delete container.extra"]);
}

#[test]
fn one_more_secret() {
    let more = "[secrets]\nextra = { generate = { length = 20 } }";
    edit(deployed(), "[secrets]", more, &["create secret.extra", "create secret_version.extra"]);
}

#[test]
fn a_renamed_database_loses_the_old_ones_data_only_with_a_confirmation() {
    let world = deployed()
        .edit("databases = [\"evalap\"]", "databases = [\"evalap2\"]")
        .edit("privileges = { evalap = \"all\" }", "privileges = { evalap2 = \"all\" }")
        .edit("privileges = { evalap = \"readwrite\" }", "privileges = { evalap2 = \"readwrite\" }")
        .edit("database = \"evalap\"", "database = \"evalap2\"");
    let plan = world.run(world.plan()).unwrap();
    assert_eq!(plan.losses().iter().map(ToString::to_string).collect::<Vec<_>>(), ["database.evalap"]);
    let refused = world.run(async {
        let mut engine = world.open().await.unwrap();
        let lock = evalap_topology::Lock::now("test");
        engine
            .apply(&plan, lock, &evalap_topology::apply::ApplyOptions::default(), |_| {}, &|_| {})
            .await
            .unwrap_err()
    });
    assert!(refused.to_string().contains("database.evalap is deleted with its data"), "{refused}");
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

#[test]
fn a_volume_grows_and_never_shrinks() {
    let world = edit(
        deployed(),
        "size = \"10GB\"",
        "size = \"20GB\"",
        &["update database_instance.main (volume_size)"],
    );
    let world = world.edit("size = \"20GB\"", "size = \"10GB\"");
    let plan = world.run(world.plan()).unwrap();
    assert!(
        plan.problems[0].contains("volume_size can only grow: it is 20 GB and cannot become 10 GB"),
        "{:?}",
        plan.problems
    );
    let calls = world.emulator.requests().count("UpgradeInstance");
    let error = world.run(world.apply()).unwrap_err().to_string();
    assert!(error.contains("volume_size"), "{error}");
    assert_eq!(world.emulator.requests().count("UpgradeInstance"), calls);
}

#[test]
fn what_is_replaced_anyway_may_become_smaller() {
    let world = edit(
        deployed(),
        "size = \"10GB\"",
        "size = \"20GB\"",
        &["update database_instance.main (volume_size)"],
    );
    let world = world.edit("size = \"20GB\"", "size = \"10GB\"").edit("PostgreSQL-16", "PostgreSQL-17");
    let plan = world.run(world.plan()).unwrap();
    assert_eq!(plan.problems, Vec::<String>::new());
    let instance =
        plan.changes.iter().find(|planned| planned.address.to_string() == "database_instance.main");
    let fields: Vec<_> = instance.unwrap().change.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!((instance.unwrap().change.verb(), fields), ("replace", vec!["engine", "volume_size"]));
    assert!(!plan.losses().is_empty());
}

#[test]
fn retention_contacts_and_tags() {
    let world = edit(
        deployed(),
        "retention_days = 14",
        "retention_days = 30",
        &["update data_source.logs (retention_days)"],
    );
    let world = edit(
        world,
        "\"astreinte@example.org\"",
        "\"nuit@example.org\"",
        &["create contact_point.nuit@example.org", "delete contact_point.astreinte@example.org"],
    );
    let tagged = world.edit("tags = [\"team=evalap\"]", "tags = [\"team=evalap\", \"cost=42\"]");
    assert!(
        tagged.changes().iter().all(|line| line.starts_with("update ") && line.ends_with("(tags)")),
        "{:?}",
        tagged.changes()
    );
    tagged.must_apply();
    assert_eq!(tagged.changes(), Vec::<String>::new());
}

#[test]
fn a_probe_and_a_network_that_are_wanted_no_more() {
    let startup = "startup = { http = \"/health\", interval = \"5s\", timeout = \"2s\", failures = 12 }\n";
    let world = edit(
        deployed(),
        startup,
        "",
        &["replace container.runners (startup_probe)", "update container.streamlit (environment_variables)"],
    );
    edit(
        world,
        "max_scale = 3\nprivate_network = true\nliveness = { http = \"/_stcore/health\"",
        "max_scale = 3\nliveness = { http = \"/_stcore/health\"",
        &["replace container.streamlit (private_network_id)"],
    );
}

#[test]
fn a_privilege_that_says_none_is_the_same_as_no_privilege() {
    edit(
        deployed(),
        "privileges = { evalap = \"readwrite\" }",
        "privileges = { evalap = \"none\" }",
        &["delete database_privilege.evalap/evalap"],
    );
}

#[test]
fn an_administrator_is_not_renamed() {
    let world = deployed().edit("[database.users.evalap_admin]", "[database.users.boss]");
    let plan = world.run(world.plan()).unwrap();
    assert!(
        plan.problems.iter().any(|problem| problem.contains("user_name cannot be changed")),
        "{:?}",
        plan.problems
    );
}

#[test]
fn what_an_instance_refuses_to_do_at_once_is_done_one_after_another() {
    let world = World::with(
        environments::STAGING,
        scaleway_emulator::Latency::Recorded,
        scaleway_emulator::ImageBook::new(),
    );
    world.must_apply();
    let more = "databases = [\"evalap\", \"spare\"]";
    let world = edit(world, "databases = [\"evalap\"]", more, &["create database.spare"]);
    let world = world.edit(more, "databases = [\"evalap\"]");
    edit(
        world,
        "size = \"10GB\"",
        "size = \"20GB\"",
        &["update database_instance.main (volume_size)", "delete database.spare"],
    );
}

#[test]
fn another_subnet_makes_all_that_is_attached_to_it_again() {
    let world = deployed().edit("10.41.0.0/22", "10.43.0.0/22");
    let changes = world.changes();
    for container in ["runners", "streamlit"] {
        let replaced = format!("replace container.{container} (");
        assert!(changes.iter().any(|line| line.starts_with(&replaced)), "{changes:#?}");
    }
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

/// What a plan says of the instance beyond its attributes.
fn foreseen(world: &World) -> Vec<String> {
    let plan = world.run(world.plan()).unwrap();
    let instance =
        plan.changes.iter().find(|planned| planned.address.to_string() == "database_instance.main");
    instance.unwrap().preflight.clone()
}

#[test]
fn an_upgrade_says_beforehand_what_it_does() {
    let world = deployed().edit("size = \"10GB\"", "size = \"20GB\"");
    let told = foreseen(&world);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("volume_size: about 30 s; endpoints: kept"), "{told:?}");
    assert!(told[0].ends_with("cannot be undone"), "{told:?}");
    world.must_apply();
    assert_eq!(foreseen(&world), Vec::<String>::new());
}

#[test]
fn another_engine_says_what_the_platforms_own_upgrade_would_do() {
    let world = World::staging().edit("engine = \"PostgreSQL-16\"", "engine = \"PostgreSQL-15\"");
    world.must_apply();
    let newer = world.edit("engine = \"PostgreSQL-15\"", "engine = \"PostgreSQL-16\"");
    let told = foreseen(&newer).join("\n");
    assert!(told.contains("own upgrade from PostgreSQL-15 to PostgreSQL-16"), "{told}");
    assert!(told.contains("a new instance"), "{told}");
    assert!(told.contains("deletes the instance with its data"), "{told}");
    let plan = newer.run(newer.plan()).unwrap();
    let losses: Vec<_> = plan.losses().iter().map(ToString::to_string).collect();
    assert!(losses.contains(&"database_instance.main".to_owned()), "{losses:?}");

    let older = newer.edit("engine = \"PostgreSQL-16\"", "engine = \"PostgreSQL-14\"");
    let told = foreseen(&older).join("\n");
    assert!(told.contains("and not to PostgreSQL-14"), "{told}");
}
