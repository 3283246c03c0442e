//! What was found: ours or another's, our own doing or somebody else's.

use std::str::FromStr;

use scaleway_core::SecretId;
use scaleway_rdb::InstanceId;

use super::*;
use crate::input::Input;
use crate::kinds::{Container, DatabaseInstance, DatabaseUser, SecretRef, SecretVersion, Source};

const SECRET: &str = "22222222-2222-4222-8222-222222222222";

/// What an earlier run of ours has left half done is no drift, and nothing that a refresh takes note of.
#[test]
fn our_own_unfinished_work_is_nobody_elses_doing() {
    let deleting = |address: Address| Event::Deleting { address };
    let [creating, created, ready] = made(&vpc(), "vpc-1");
    let here = || Observed::from_iter([(KindName::Vpc, vec![seen(&vpc(), "vpc-1", Claim::Ours)])]);
    let broken = || {
        let mut seen = seen(&vpc(), "vpc-1", Claim::Ours);
        seen.status = Status::Broken { state: "error".into(), reason: String::new() };
        Observed::from_iter([(KindName::Vpc, vec![seen])])
    };
    let half = [creating.clone(), created.clone()];
    let whole = [creating.clone(), created, ready];
    let leaving = || whole.iter().cloned().chain([deleting(vpc().address)]);
    // Theirs: it was ready, and is not there or does not work.
    for observed in [Observed::default(), broken()] {
        let plan = planned(&[vpc()], &state(whole.clone()), &observed);
        assert_eq!(plan.drift().count(), 1, "{:?}", changes(&plan));
    }
    // Ours.
    let unfinished = [
        (vec![vpc()], state([creating.clone()]), here()),
        (vec![vpc()], state([creating]), Observed::default()),
        (vec![vpc()], state(half.clone()), here()),
        (vec![vpc()], state(half), broken()),
        (vec![vpc()], state(leaving()), here()),
        (vec![vpc()], state(leaving()), Observed::default()),
        (vec![], state(leaving()), Observed::default()),
    ];
    for (desired, state, observed) in unfinished {
        let plan = planned(&desired, &state, &observed);
        assert_eq!(plan.effective().count(), 1);
        assert_eq!(plan.drift().count(), 0, "{:?}", changes(&plan));
        let refreshed = plan.only_refresh();
        assert!(refreshed.is_empty() || desired.is_empty(), "{:?}", changes(&refreshed));
    }
}

/// An update that was not seen to end leaves in doubt what it was to write, and what one before it was.
#[test]
fn what_an_update_was_to_write_is_in_doubt_until_it_is_seen_to_end() {
    let updating = |changed: Option<&[&str]>| Event::Updating {
        address: vpc().address,
        spec: vpc().spec.attributes(),
        depends_on: Vec::new(),
        changed: changed.map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
    };
    let writing = |name: &'static str| updating(Some(&[name]));
    let doubts = |events: &[Event]| {
        let state = state(made(&vpc(), "vpc-1").into_iter().chain(events.iter().cloned()));
        ["name", "tags"].map(|name| state.resources[&vpc().address].is_in_doubt(name))
    };
    assert_eq!(doubts(&[]), [false, false]);
    assert_eq!(doubts(&[writing("tags")]), [false, true]);
    assert_eq!(doubts(&[writing("tags"), writing("name")]), [true, true]);
    assert_eq!(doubts(&[updating(None), writing("tags")]), [true, true], "written before this was told");
    assert_eq!(doubts(&[updating(Some(&[]))]), [false, false], "it is only to be started again");
    assert_eq!(doubts(&[writing("tags"), updating(Some(&[]))]), [false, true]);
    let updated = Event::Updated { address: vpc().address, id: "vpc-1".into() };
    assert_eq!(doubts(&[writing("tags"), updated.clone()]), [false, false]);
    assert_eq!(doubts(&[writing("tags"), updated, writing("name")]), [true, false]);
}

/// Somebody has deleted ours and made another, which says that it is ours.
#[test]
fn another_in_the_place_of_what_is_remembered_is_adopted() {
    let mut observed = both_seen();
    observed.all_mut(KindName::PrivateNetwork)[0].id = "pn-2".into();
    let plan = planned(&[vpc(), network()], &both_made(), &observed);
    let why = "another than the one that we remember bears its name, and is ours";
    assert_eq!(changes(&plan), [format!("adopt private_network.main: {why}")]);
    assert_eq!(plan.drift().map(|drift| drift.what).collect::<Vec<_>>(), [why]);
    assert!(!plan.only_refresh().is_empty());
}

fn user_on(instance: u8) -> Resource {
    let instance: InstanceId = format!("11111111-1111-4111-8111-11111111111{instance}").parse().unwrap();
    let user = DatabaseUser {
        instance_id: Input::Known(instance),
        name: "evalap".into(),
        is_admin: true,
        password: SecretRef {
            secret_id: Input::Known(SecretId::from_str(SECRET).unwrap()),
            revision: Input::Known(1),
        },
    };
    Resource::new("evalap", user)
}

/// The administrator comes with an instance, which an earlier run has made anew, and came no further.
#[test]
fn what_comes_with_what_was_made_anew_is_written_once_more() {
    let id = |user: &Resource| user.address.kind.key(&user.spec.attributes()).unwrap();
    let (then, now) = (user_on(1), user_on(2));
    let state = state(made(&then, &id(&then)));
    let mut seen = seen(&now, &id(&now), Claim::Ours);
    seen.key = id(&now);
    seen.attributes = now.spec.attributes();
    seen.attributes.remove("password");
    let plan = planned(
        std::slice::from_ref(&now),
        &state,
        &Observed::from_iter([(KindName::DatabaseUser, vec![seen])]),
    );
    let Change::Adopt { spec, fields, .. } = &plan.changes[0].change else { panic!("{plan:?}") };
    assert_eq!(spec, &now.spec.attributes());
    let fields: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.cause)).collect();
    assert_eq!(fields, [("password", Cause::Unfinished)], "whether it has the same is not known");
    assert_eq!(plan.drift().count(), 0, "that is our own doing");
    // What does not come with it.
    let plan = planned(&[now], &state, &Observed::default());
    assert_eq!(
        changes(&plan),
        ["create database_user.evalap: an earlier run has made anew what it lives in"]
    );
    assert_eq!(plan.drift().count(), 0);
}

/// A secret's newest version is the one that counts, whoever has added it.
#[test]
fn what_moves_to_another_id_is_remembered_under_it() {
    let secret_id = Input::Known(SecretId::from_str(SECRET).unwrap());
    let source = Source::Generated { length: 32, special: false };
    let version = Resource::new("main", SecretVersion { secret_id, source });
    let mut state = state(made(&version, &format!("{SECRET}/1")));
    let tracked = state.resources.get_mut(&version.address).unwrap();
    tracked.outputs.insert("told_once".into(), json!("x"));
    let mut seen = seen(&version, &format!("{SECRET}/2"), Claim::Ours);
    seen.key = SECRET.into();
    seen.attributes = version.spec.attributes();
    let observed = Observed::from_iter([(KindName::SecretVersion, vec![seen])]);
    let plan = planned(&[version], &state, &observed);
    assert_eq!(changes(&plan), ["refresh secret_version.main: it is there under another id"]);
    let Change::Refresh { id, outputs } = &plan.changes[0].change else { panic!("{plan:?}") };
    assert_eq!(
        (id, &outputs["told_once"]),
        (&format!("{SECRET}/2"), &json!("x")),
        "what only we know stays known"
    );
}

/// Between an interrupted create and the next run somebody has renamed it in the definition.
#[test]
fn what_was_begun_under_another_name_is_not_left_behind() {
    let [creating, ..] = made(&vpc(), "vpc-1");
    let renamed = Resource::new("main", Vpc::new("other", vec!["ours".into()]));
    let state = state([creating]);
    let here = |claim| Observed::from_iter([(KindName::Vpc, vec![seen(&vpc(), "vpc-1", claim)])]);
    let plan = planned(std::slice::from_ref(&renamed), &state, &here(Claim::Ours));
    assert_eq!(changes(&plan), ["adopt vpc.main: an earlier run made it and lost the answer"]);
    assert_eq!(plan.changes[0].change.fields()[0].name, "name");
    let plan = planned(std::slice::from_ref(&renamed), &state, &here(Claim::Foreign));
    assert_eq!(changes(&plan), ["create vpc.main: an earlier run was about to make it"], "that is another's");
    // Nor is what cannot say whose it is, unless it has the name that we were about to give.
    let unmarked = |key: &str| {
        let mut there = seen(&vpc(), "vpc-1", Claim::Unmarked);
        there.key = key.into();
        Observed::from_iter([(KindName::Vpc, vec![there])])
    };
    let plan = planned(std::slice::from_ref(&renamed), &state, &unmarked("other"));
    assert!(plan.is_empty() && plan.problems[0].contains("and is not ours"), "{plan:?}");
    let plan = planned(&[vpc()], &state, &unmarked("evalap-staging"));
    assert_eq!(changes(&plan), ["adopt vpc.main: an earlier run made it and lost the answer"]);
    let plan = planned(std::slice::from_ref(&renamed), &state, &unmarked("evalap-staging"));
    assert_eq!(
        changes(&plan),
        ["adopt vpc.main: an earlier run made it and lost the answer"],
        "by the same rule"
    );
    // What is wanted under that name takes it.
    let plan = planned(&[Resource::new("other", vpc().spec)], &state, &here(Claim::Ours));
    assert_eq!(
        changes(&plan),
        ["adopt vpc.other: it exists and is ours", "forget vpc.main: it is called otherwise by now"]
    );
}

/// Ours, found instead of what is remembered, without anything that is remembered, or after a lost answer: what it is in counts
/// as it does for what is remembered.
#[test]
fn what_is_found_sick_is_mended_as_what_is_remembered_is() {
    let instance: DatabaseInstance = serde_json::from_value(json!({
        "name": "evalap-staging", "tags": ["ours"], "engine": "PostgreSQL-16", "node_type": "DB-DEV-S",
        "high_availability": false, "volume_type": "sbs_5k", "volume_size": 10_000_000_000_u64, "encryption": true,
        "backup_frequency": 24, "backup_retention": 7, "backup_same_region": false, "settings": {},
        "public_endpoint": false, "user_name": "admin",
        "password": {"secret_id": SECRET, "revision": 1},
    }))
    .unwrap();
    let container: Container = serde_json::from_value(json!({
        "namespace_id": SECRET, "name": "evalap-staging", "description": "", "tags": ["ours"], "image": "a:1", "port": 80,
        "mvcpu_limit": 140, "memory_limit_bytes": 256_000_000, "min_scale": 0, "max_scale": 1,
        "scaling_option": {"concurrent_requests_threshold": 50}, "timeout": 300, "privacy": "public",
        "https_connections_only": true, "environment_variables": {}, "secret_environment_variables": {},
        "command": [], "args": [], "deadline": 60,
    }))
    .unwrap();
    let of = |resource: &Resource, status: Status, events: &[Event]| {
        let kind = resource.address.kind;
        let mut there = seen(resource, "1", Claim::Ours);
        there.attributes = resource.spec.attributes();
        there.key = kind.key(&there.attributes).unwrap();
        there.status = status;
        let observed = Observed::from_iter([(kind, vec![there])]);
        planned(std::slice::from_ref(resource), &state(events.iter().cloned()), &observed)
    };
    let in_error = || Status::Broken { state: "error".into(), reason: String::new() };
    // Another one was made; only the first word of it was written; nothing was.
    for written in [3, 1, 0] {
        let events = |resource: &Resource| made(resource, "0")[..written].to_vec();
        let instance = Resource::new("main", instance.clone());
        let plan = of(&instance, in_error(), &events(&instance));
        assert!(plan.is_empty() && plan.problems[0].contains("is not touched"), "{plan:?}");

        let plan = of(&vpc(), in_error(), &events(&vpc()));
        assert!(changes(&plan)[0].starts_with("replace vpc.main: ") && plan.problems.is_empty(), "{plan:?}");

        let container = Resource::new("main", container.clone());
        let plan = of(&container, in_error(), &events(&container));
        assert!(changes(&plan)[0].starts_with("adopt container.main: "), "{plan:?}");
        assert!(plan.changes[0].change.touches_cloud(), "an update mends it");

        let plan = of(&vpc(), Status::Changing("deleting".into()), &events(&vpc()));
        assert!(changes(&plan)[0].starts_with("replace vpc.main: "), "{plan:?}");

        let plan = of(&vpc(), Status::Changing("updating".into()), &events(&vpc()));
        assert!(matches!(plan.changes[0].change, Change::Adopt { settle: true, .. }), "{plan:?}");
    }
}

/// Nothing in the cloud says whose a data source is, and deleting it loses what it holds.
#[test]
fn what_only_the_state_knows_to_be_ours_says_how_it_is_had_back() {
    let problem = |kind: KindName| {
        let address = crate::address::Address::new(kind, "main");
        crate::plan::why::foreign(&address, &seen(&vpc(), "id-1", Claim::Unmarked))
    };
    let told = problem(KindName::DataSource);
    assert!(told.contains("this state does not remember making it"), "{told}");
    assert!(
        told.contains("`manage_state restore VERSION`") && told.contains("would lose its data"),
        "{told}"
    );
    let told = problem(KindName::ContactPoint);
    assert!(told.contains("`manage_state restore VERSION`") && !told.contains("lose its data"), "{told}");
    assert!(!problem(KindName::Vpc).contains("restore"), "its tags say whose it is");
}

/// What each cloud has of itself does not count, nor what was never seen ready.
#[test]
fn where_nothing_exists_of_many_that_were_ready_it_is_asked_whether_this_is_their_cloud() {
    let vpcs: Vec<_> = (0..5)
        .map(|n| Resource::new(n.to_string(), Vpc::new(format!("evalap-{n}"), vec!["ours".into()])))
        .collect();
    let events =
        |count: usize| vpcs[..count].iter().flat_map(|vpc| made(vpc, &format!("id {}", vpc.address)));
    let warned = |state: &State, observed: &Observed| planned(&[], state, observed).warnings;
    let told = "none of the 5 resources that the state remembers exists here: is this the cloud that they were made in?";
    assert_eq!(warned(&state(events(5)), &Observed::default()), [told]);
    assert_eq!(warned(&state(events(4)), &Observed::default()), [""; 0], "somebody may have deleted as many");
    let [begun, ..] = made(&network(), "pn-1");
    assert_eq!(warned(&state(events(5).chain([begun])), &Observed::default()), [""; 0]);
    let one = seen(&vpcs[4], &format!("id {}", vpcs[4].address), Claim::Ours);
    assert_eq!(warned(&state(events(5)), &Observed::from_iter([(KindName::Vpc, vec![one])])), [""; 0]);
}
