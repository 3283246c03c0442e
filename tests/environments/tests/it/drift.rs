//! What somebody changes by hand is noticed, told as what it is, and mended.

use std::time::Duration;

use environments::World;
use evalap_topology::model::Event;
use evalap_topology::state::Holder;
use futures_util::future::LocalBoxFuture;
use scaleway_cockpit as cockpit;
use scaleway_containers as containers;
use scaleway_core::Size;
use scaleway_emulator::{Fault, FaultKind};
use scaleway_rdb as rdb;
use scaleway_secrets as secrets;
use scaleway_vpc as vpc;

use crate::hands::Hands;

type Tamper = for<'a> fn(&'a Hands) -> LocalBoxFuture<'a, ()>;

macro_rules! by_hand {
    (|$hands:ident| $body:expr) => {{
        fn tamper($hands: &Hands) -> LocalBoxFuture<'_, ()> {
            Box::pin(async move {
                $body;
            })
        }
        tamper as Tamper
    }};
}

fn container() -> containers::UpdateContainer {
    containers::UpdateContainer::default()
}

/// What is done by hand, and what the next plan says about it.
fn drifts() -> Vec<(&'static str, Tamper, Vec<&'static str>)> {
    let runners = |field: &'static str| vec![field];
    vec![
        (
            "VPC name",
            by_hand!(|hands| hands
                .vpcs()
                .update_vpc(&hands.vpc().await.id, vpc::UpdateVpc::default().name("mine"))
                .await
                .unwrap()),
            vec!["update vpc.main (name)"],
        ),
        (
            "VPC tags",
            by_hand!(|hands| hands
                .vpcs()
                .update_vpc(&hands.vpc().await.id, vpc::UpdateVpc::default().tags(Vec::<String>::new()))
                .await
                .unwrap()),
            vec!["update vpc.main (tags)"],
        ),
        (
            "network name and tags",
            by_hand!(|hands| {
                let update = vpc::UpdatePrivateNetwork::default().name("mine").tags(Vec::<String>::new());
                hands.vpcs().update_private_network(&hands.network().await.id, update).await.unwrap()
            }),
            vec!["update private_network.main (name, tags)"],
        ),
        (
            "instance name",
            by_hand!(|hands| {
                let update = rdb::UpdateInstance::default().name("mine");
                hands.rdb().update_instance(&hands.instance().await.id, update).await.unwrap()
            }),
            vec!["update database_instance.main (name)"],
        ),
        (
            "instance tags",
            by_hand!(|hands| {
                let update = rdb::UpdateInstance::default().tags(Vec::<String>::new());
                hands.rdb().update_instance(&hands.instance().await.id, update).await.unwrap()
            }),
            vec!["update database_instance.main (tags)"],
        ),
        (
            "backups",
            by_hand!(|hands| {
                let update = rdb::UpdateInstance::default()
                    .backup_schedule_frequency(48u32)
                    .backup_schedule_retention(3u32)
                    .backup_same_region(false);
                hands.rdb().update_instance(&hands.instance().await.id, update).await.unwrap()
            }),
            vec!["update database_instance.main (backup_frequency, backup_retention, backup_same_region)"],
        ),
        (
            "backups switched off",
            by_hand!(|hands| {
                let update = rdb::UpdateInstance::default().is_backup_schedule_disabled(true);
                hands.rdb().update_instance(&hands.instance().await.id, update).await.unwrap()
            }),
            vec!["update database_instance.main (backup_frequency)"],
        ),
        (
            "settings",
            by_hand!(|hands| {
                let settings = rdb::InstanceSettings::new(vec![rdb::InstanceSetting::new("work_mem", "8")]);
                let id = hands.instance().await.id;
                hands.rdb().add_instance_settings(&id, settings).await.unwrap();
                hands.rdb().wait_for_instance(&id).await.unwrap()
            }),
            vec!["update database_instance.main (settings)"],
        ),
        (
            "database deleted",
            by_hand!(|hands| hands
                .rdb()
                .delete_database(&hands.instance().await.id, "evalap")
                .await
                .unwrap()),
            vec![
                "create database.evalap",
                "create database_privilege.evalap/evalap",
                "create database_privilege.evalap_admin/evalap",
                "update container.runners (secret_environment_variables)",
            ],
        ),
        (
            "user made administrator",
            by_hand!(|hands| {
                let update = rdb::UpdateUser::default().is_admin(true);
                hands.rdb().update_user(&hands.instance().await.id, "evalap", update).await.unwrap()
            }),
            vec!["update database_user.evalap (is_admin)"],
        ),
        (
            "privilege",
            by_hand!(|hands| {
                let set = rdb::SetPrivilege::new("evalap", "evalap", rdb::Permission::All);
                hands.rdb().set_privilege(&hands.instance().await.id, set).await.unwrap()
            }),
            vec!["update database_privilege.evalap/evalap (permission)"],
        ),
        (
            "secret's description and tags",
            by_hand!(|hands| {
                let update = secrets::UpdateSecret::default().description("mine").tags(Vec::<String>::new());
                hands.update_secret("staging-openai-api-key", update).await;
            }),
            vec!["update secret.openai-api-key (description, tags)"],
        ),
        (
            "generated secret's tags",
            by_hand!(|hands| {
                let update = secrets::UpdateSecret::default().tags(Vec::<String>::new());
                hands.update_secret("staging-database-password", update).await;
            }),
            vec!["update secret.database-password (tags)"],
        ),
        (
            "secret's name",
            by_hand!(|hands| {
                hands
                    .update_secret("staging-openai-api-key", secrets::UpdateSecret::default().name("mine"))
                    .await;
            }),
            vec!["update secret.openai-api-key (name)"],
        ),
        (
            "secret's path",
            by_hand!(|hands| {
                hands
                    .update_secret("staging-openai-api-key", secrets::UpdateSecret::default().path("/mine"))
                    .await;
            }),
            vec!["update secret.openai-api-key (path)"],
        ),
        (
            "secret protected",
            by_hand!(|hands| {
                let id = hands.secret("staging-openai-api-key").await.id;
                hands.secrets().protect_secret(&id).await.unwrap()
            }),
            vec!["update secret.openai-api-key (protected)"],
        ),
        (
            "a version by hand of a secret that comes from outside",
            by_hand!(|hands| {
                let id = hands.secret("staging-hugging-face-token").await.id;
                let version = secrets::CreateSecretVersion::new(secrets::Payload::text("mine"));
                hands.secrets().create_secret_version(&id, version).await.unwrap()
            }),
            vec![
                "update secret_version.hugging-face-token (source)",
                "update container.runners (secret_environment_variables)",
            ],
        ),
        (
            "a version by hand of a secret that was generated",
            by_hand!(|hands| {
                let id = hands.secret("staging-database-password").await.id;
                let version = secrets::CreateSecretVersion::new(secrets::Payload::text("R0tated-by-hand"))
                    .disable_previous(true);
                hands.secrets().create_secret_version(&id, version).await.unwrap()
            }),
            vec![
                "refresh secret_version.database-password",
                "update database_user.evalap (password)",
                "update container.runners (secret_environment_variables)",
            ],
        ),
        (
            "a version disabled",
            by_hand!(|hands| {
                let id = hands.secret("staging-hugging-face-token").await.id;
                hands.secrets().disable_secret_version(&id, 1).await.unwrap()
            }),
            vec![
                "create secret_version.hugging-face-token",
                "update container.runners (secret_environment_variables)",
            ],
        ),
        (
            "the version that keeps a token disabled",
            by_hand!(|hands| {
                let id = hands.secret("staging-cockpit-push-token").await.id;
                hands.secrets().disable_secret_version(&id, 1).await.unwrap()
            }),
            vec![
                "replace cockpit_token.push (status)",
                "update container.runners (secret_environment_variables)",
            ],
        ),
        (
            "data source's name and retention",
            by_hand!(|hands| {
                let update = cockpit::UpdateDataSource::default().name("mine").retention_days(2u32);
                let id = hands.source("evalap-staging-logs").await.id;
                hands.cockpit().update_data_source(&id, update).await.unwrap()
            }),
            vec!["update data_source.logs (name, retention_days)"],
        ),
        (
            "token deleted",
            by_hand!(|hands| {
                let id = hands.token("evalap-staging-push").await.id;
                hands.cockpit().delete_token(&id).await.unwrap();
            }),
            vec!["create cockpit_token.push", "update container.runners (secret_environment_variables)"],
        ),
        (
            "alert manager off",
            by_hand!(|hands| hands.cockpit().disable_alert_manager(Hands::project()).await.unwrap()),
            vec![
                "create alert_manager.main",
                "create contact_point.astreinte@example.org",
                "create contact_point.evalap-staging@example.org",
            ],
        ),
        (
            "managed alerts off",
            by_hand!(|hands| hands.cockpit().disable_managed_alerts(Hands::project()).await.unwrap()),
            vec!["update alert_manager.main (managed_alerts)"],
        ),
        (
            "contact point",
            by_hand!(|hands| {
                let update = cockpit::UpdateContactPoint::new("astreinte@example.org")
                    .project_id(Hands::project())
                    .send_resolved_notifications(false);
                hands.cockpit().update_contact_point(update).await.unwrap()
            }),
            vec!["update contact_point.astreinte@example.org (send_resolved_notifications)"],
        ),
        (
            "namespace's description and tags",
            by_hand!(|hands| {
                let update =
                    containers::UpdateNamespace::default().description("mine").tags(Vec::<String>::new());
                let id = hands.namespace().await.id;
                hands.containers().update_namespace(&id, update).await.unwrap();
                hands.containers().wait_for_namespace(&id).await.unwrap()
            }),
            vec!["update container_namespace.main (description, tags)"],
        ),
        (
            "container's image",
            by_hand!(|hands| hands.update_container(container().image("nginx:1")).await),
            runners("update container.runners (image)"),
        ),
        (
            "container's size",
            by_hand!(|hands| hands
                .update_container(
                    container().mvcpu_limit(500u32).memory_limit_bytes(Size::bytes(1_024_000_000))
                )
                .await),
            runners("update container.runners (memory_limit_bytes, mvcpu_limit)"),
        ),
        (
            "container's scale",
            by_hand!(|hands| hands
                .update_container(
                    container()
                        .min_scale(2u32)
                        .max_scale(9u32)
                        .scaling_option(containers::ScalingOption::default().cpu_usage_threshold(50u32))
                )
                .await),
            runners("update container.runners (max_scale, min_scale, scaling_option)"),
        ),
        (
            "container's port, time-out and description",
            by_hand!(|hands| hands
                .update_container(
                    container()
                        .port(9000u32)
                        .timeout(std::time::Duration::from_mins(1))
                        .description("mine")
                        .tags(Vec::<String>::new())
                )
                .await),
            runners("update container.runners (description, port, tags, timeout)"),
        ),
        (
            "container made private and without https",
            by_hand!(|hands| hands
                .update_container(
                    container().privacy(containers::Privacy::Private).https_connections_only(false)
                )
                .await),
            runners("update container.runners (https_connections_only, privacy)"),
        ),
        (
            "container's variables",
            by_hand!(|hands| hands
                .update_container(
                    container().environment_variables([("LOG_LEVEL".to_owned(), "trace".to_owned())])
                )
                .await),
            runners("update container.runners (environment_variables)"),
        ),
        (
            "container's command",
            by_hand!(|hands| hands
                .update_container(container().command(vec!["sh".to_owned()]).args(vec!["-c".to_owned()]))
                .await),
            runners("update container.runners (args, command)"),
        ),
        (
            "container's probes",
            by_hand!(|hands| hands
                .update_container(
                    container()
                        .liveness_probe(containers::Probe::tcp())
                        .startup_probe(containers::Probe::http("/mine"))
                )
                .await),
            runners("update container.runners (liveness_probe, startup_probe)"),
        ),
        (
            "container's secret variables",
            by_hand!(|hands| hands
                .update_container(container().secret_environment_variables([(
                    "HF_TOKEN".to_owned(),
                    scaleway_core::Secret::new("mine".to_owned())
                )]))
                .await),
            runners("update container.runners (secret_environment_variables)"),
        ),
    ]
}

#[test]
fn what_is_changed_by_hand_is_told_and_mended() {
    let mut wrong = Vec::new();
    for (what, tamper, expected) in drifts() {
        let world = World::staging();
        world.must_apply();
        world.run(tamper(&Hands::in_world(&world)));
        let changes = world.changes();
        if changes != expected {
            wrong.push(format!("{what}: {changes:#?} instead of {expected:#?}"));
            continue;
        }
        let outcome = world.run(world.apply()).unwrap();
        if !outcome.is_complete() {
            wrong.push(format!("{what}: {:#?}", outcome.failed));
        }
        let left = world.changes();
        if !left.is_empty() {
            wrong.push(format!("{what}: left to do: {left:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Somebody deletes what is ours and puts their own in its place, under the same name.
fn usurped(name: &'static str) -> World {
    let world = World::staging();
    world.must_apply();
    let hands = Hands::in_world(&world);
    world.run(async {
        if name == "secret" {
            let id = hands.secret("staging-openai-api-key").await.id;
            hands.secrets().delete_secret(&id).await.unwrap();
            let create = secrets::CreateSecret::new("staging-openai-api-key").project_id(Hands::project());
            hands.secrets().create_secret(create).await.unwrap();
        } else {
            let id = hands.token("evalap-staging-read").await.id;
            hands.cockpit().delete_token(&id).await.unwrap();
            let scopes = vec![cockpit::TokenScope::ReadOnlyLogs];
            let create =
                cockpit::CreateToken::new("evalap-staging-read", scopes).project_id(Hands::project());
            hands.cockpit().create_token(create).await.unwrap();
        }
    });
    world
}

#[test]
fn what_took_the_place_of_ours_is_refused_and_never_deleted() {
    for (name, address) in [("secret", "secret.openai-api-key"), ("token", "cockpit_token.read")] {
        let world = usurped(name);
        let plan = world.run(world.plan()).unwrap();
        assert!(
            plan.problems.iter().any(|problem| problem.contains(address) && problem.contains("not ours")),
            "{name}: {:?}\n{:#?}",
            plan.problems,
            environments::lines(&plan)
        );
        let outcome = world.run(world.destroy()).unwrap();
        assert!(outcome.is_complete(), "{:#?}", outcome.failed);
        let hands = Hands::in_world(&world);
        // Theirs is there still: this fails the test where it is not.
        match name {
            "secret" => drop(world.run(hands.secret("staging-openai-api-key"))),
            _ => drop(world.run(hands.token("evalap-staging-read"))),
        }
    }
}

/// A token is not made, by this fault; then it is called `pull` instead of `push`, in the definition and in the state.
fn renamed_after(fault: FaultKind) -> World {
    let world = World::staging();
    world.emulator.inject(Fault::new(fault).operation("CreateToken").times(100));
    assert!(!world.run(world.apply()).unwrap().is_complete());
    world.emulator.clear_faults();
    let world = world.edit("[monitoring.tokens.push]", "[monitoring.tokens.pull]");
    world.run(async {
        let mut engine = world.open().await.unwrap();
        let session = engine.session();
        session.lock(Holder::current("test"), Duration::ZERO, |_| {}).await.unwrap();
        let (from, to) = ("cockpit_token.push".parse().unwrap(), "cockpit_token.pull".parse().unwrap());
        session.append(vec![Event::Renamed { from, to }]).await.unwrap();
        session.release(None).await.unwrap();
    });
    world
}

async fn tokens(hands: &Hands) -> Vec<cockpit::Token> {
    let list = cockpit::ListTokens::default().project_id(Hands::project());
    hands.cockpit().list_tokens(list).all().await.unwrap()
}

#[test]
fn what_turns_up_under_a_name_that_nothing_was_begun_under_is_not_deleted() {
    let world = renamed_after(FaultKind::ErrorBefore);
    let hands = Hands::in_world(&world);
    world.run(async {
        let mut engine = world.open().await.unwrap();
        let plan = engine.plan().await.unwrap();
        assert_eq!(plan.problems, Vec::<String>::new());
        let theirs =
            cockpit::CreateToken::new("evalap-staging-pull", vec![cockpit::TokenScope::ReadOnlyLogs]);
        let theirs = hands.cockpit().create_token(theirs.project_id(Hands::project())).await.unwrap().id;
        let outcome = world.carry_out(&mut engine, &plan).await;
        assert!(tokens(&hands).await.iter().any(|token| token.id == theirs), "{outcome:#?}");
    });
}

#[test]
fn a_token_that_was_made_and_lost_is_not_left_behind_under_its_former_name() {
    let world = renamed_after(FaultKind::LostAnswer);
    let hands = Hands::in_world(&world);
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
    let mut names: Vec<_> = world.run(tokens(&hands)).into_iter().map(|token| token.name).collect();
    names.sort();
    assert_eq!(names, ["evalap-staging-pull", "evalap-staging-read"]);
}
