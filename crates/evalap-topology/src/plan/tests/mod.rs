mod found;

use serde_json::json;

use super::*;
use crate::kinds::{Claim, KindName, PrivateNetwork, Resource, Seen, Status, Vpc};
use crate::model::{Binding, Event, State};
use crate::observe::Observed;
use crate::state::Fold;

fn vpc() -> Resource {
    Resource::new("main", Vpc::new("evalap-staging", vec!["ours".into()]))
}

fn network() -> Resource {
    Resource::new("main", PrivateNetwork::new(&vpc().address, "evalap-staging", vec!["ours".into()]))
}

fn basis(state: &State) -> Basis {
    let binding = Binding {
        environment: "staging".into(),
        endpoint: "emulator".into(),
        project_id: "p".into(),
        region: "fr-par".into(),
    };
    let depended_on = state
        .resources
        .iter()
        .map(|(address, tracked)| (address.clone(), tracked.depends_on.clone()))
        .collect();
    Basis::new(binding, state.version, "definition".into(), depended_on)
}

fn seen(resource: &Resource, id: &str, claim: Claim) -> Seen {
    let mut attributes = resource.spec.attributes();
    attributes.insert("vpc_id".into(), "vpc-1".into());
    if resource.address.kind == KindName::Vpc {
        attributes.remove("vpc_id");
    }
    let outputs = [("id".to_owned(), json!(id))].into_iter().collect();
    Seen {
        id: id.into(),
        key: "evalap-staging".into(),
        claim,
        status: Status::Ready,
        attributes,
        outputs,
        facts: None,
    }
}

fn state(events: impl IntoIterator<Item = Event>) -> State {
    let mut state = State::default();
    events.into_iter().for_each(|event| state.apply(event).unwrap());
    state
}

/// The events of making a resource.
fn made(resource: &Resource, id: &str) -> [Event; 3] {
    let mut spec = resource.spec.attributes();
    let mut depends_on = Vec::new();
    if let Some(vpc_id) = spec.get_mut("vpc_id") {
        *vpc_id = "vpc-1".into();
        depends_on.push(vpc().address);
    }
    let address = || resource.address.clone();
    [
        Event::Creating { address: address(), spec, depends_on },
        Event::Created { address: address(), id: id.into() },
        Event::Ready {
            address: address(),
            id: id.into(),
            outputs: [("id".to_owned(), json!(id))].into_iter().collect(),
        },
    ]
}

fn both_made() -> State {
    state(made(&vpc(), "vpc-1").into_iter().chain(made(&network(), "pn-1")))
}

fn both_seen() -> Observed {
    Observed::from_iter([
        (KindName::Vpc, vec![seen(&vpc(), "vpc-1", Claim::Ours)]),
        (KindName::PrivateNetwork, vec![seen(&network(), "pn-1", Claim::Ours)]),
    ])
}

fn planned(desired: &[Resource], state: &State, observed: &Observed) -> Plan {
    plan(desired, state, observed, basis(state)).unwrap()
}

fn changes(plan: &Plan) -> Vec<String> {
    plan.effective()
        .map(|planned| format!("{} {}: {}", planned.change.verb(), planned.address, planned.why))
        .collect()
}

#[test]
fn what_does_not_exist_is_made_in_order_and_its_reference_is_known_after() {
    let plan = planned(&[network(), vpc()], &State::default(), &Observed::default());
    assert_eq!(
        changes(&plan),
        ["create vpc.main: it does not exist", "create private_network.main: it does not exist"]
    );
    let Change::Create { spec } = &plan.changes[1].change else { panic!("{plan:?}") };
    assert!(crate::input::is_unresolved(&spec["vpc_id"]));
    let after: Vec<_> =
        steps(&plan).into_iter().map(|(step, ordered)| (step.address, ordered.after.len())).collect();
    assert_eq!(after, [(vpc().address, 0), (network().address, 1)]);
}

#[test]
fn what_is_as_it_shall_be_stays() {
    let plan = planned(&[vpc(), network()], &both_made(), &both_seen());
    assert!(plan.is_empty(), "{:?}", changes(&plan));
}

#[test]
fn the_order_of_the_definition_means_nothing() {
    for state in [State::default(), both_made()] {
        for observed in [Observed::default(), both_seen()] {
            assert_eq!(
                planned(&[vpc(), network()], &state, &observed),
                planned(&[network(), vpc()], &state, &observed)
            );
        }
    }
}

#[test]
fn a_difference_says_who_made_it() {
    let mut wanted = vpc();
    wanted.spec = Vpc::new("evalap-staging", vec!["ours".into(), "team".into()]).into();
    let plan = planned(&[wanted, network()], &both_made(), &both_seen());
    assert_eq!(changes(&plan), ["update vpc.main: the definition changes tags"]);

    let mut drifted = both_seen();
    drifted.all_mut(KindName::Vpc)[0].attributes.insert("tags".into(), json!(["ours", "theirs"]));
    let plan = planned(&[vpc(), network()], &both_made(), &drifted);
    assert_eq!(changes(&plan), ["update vpc.main: somebody has changed tags"]);
    let [field] = plan.changes[0].change.fields() else { panic!("{plan:?}") };
    assert_eq!((&field.from, &field.to), (&json!(["ours", "theirs"]), &json!(["ours"])));
}

#[test]
fn what_cannot_be_changed_is_replaced_and_what_refers_to_it_with_it() {
    let mut wanted = network();
    let mut spec = PrivateNetwork::new(&vpc().address, "evalap-staging", vec!["ours".into()]);
    spec.subnet = Some("10.0.0.0/24".parse().unwrap());
    wanted.spec = spec.into();
    let mut observed = both_seen();
    observed.all_mut(KindName::PrivateNetwork)[0].attributes.insert("subnet".into(), "10.9.0.0/24".into());
    let plan = planned(&[vpc(), wanted], &both_made(), &observed);
    assert_eq!(changes(&plan), ["replace private_network.main: the definition changes subnet"]);

    // The VPC is gone: it is made again, and so is what was in it, after it.
    let mut observed = both_seen();
    observed.all_mut(KindName::Vpc).clear();
    let plan = planned(&[vpc(), network()], &both_made(), &observed);
    assert_eq!(
        changes(&plan),
        [
            "create vpc.main: it has been deleted outside of this tool",
            "replace private_network.main: what it refers to changes: vpc_id",
        ]
    );
}

#[test]
fn a_lost_answer_is_found_again_and_a_stranger_is_refused() {
    let creating = state(made(&vpc(), "vpc-1").into_iter().take(1));
    let ours = Observed::from_iter([(KindName::Vpc, vec![seen(&vpc(), "vpc-1", Claim::Ours)])]);
    let plan = planned(&[vpc()], &creating, &ours);
    assert_eq!(changes(&plan), ["adopt vpc.main: an earlier run made it and lost the answer"]);
    let plan = planned(&[vpc()], &creating, &Observed::default());
    assert_eq!(changes(&plan), ["create vpc.main: an earlier run was about to make it"]);
    let plan = planned(&[vpc()], &State::default(), &ours);
    assert_eq!(changes(&plan), ["adopt vpc.main: it exists and is ours"]);

    let theirs = Observed::from_iter([(KindName::Vpc, vec![seen(&vpc(), "vpc-9", Claim::Foreign)])]);
    for state in [State::default(), creating] {
        let plan = planned(&[vpc()], &state, &theirs);
        let [problem] = &plan.problems[..] else { panic!("{plan:?}") };
        assert!(
            problem.contains("vpc.main") && problem.contains("vpc-9") && problem.contains("not ours"),
            "{problem}"
        );
        assert!(!plan.changes[0].change.touches_cloud());
    }
}

/// The state was told another address (`manage_state move`), and the definition was not.
#[test]
fn what_is_wanted_under_another_address_is_not_deleted_under_its_old_one() {
    for claim in [Claim::Ours, Claim::Foreign] {
        let mut moved = both_made();
        let to = Address::new(KindName::PrivateNetwork, "other");
        moved.apply(Event::Renamed { from: network().address, to }).unwrap();
        let mut observed = both_seen();
        observed.all_mut(KindName::PrivateNetwork)[0].claim = claim;
        let plan = planned(&[vpc(), network()], &moved, &observed);
        assert_eq!(
            changes(&plan),
            [
                "adopt private_network.main: it exists and is ours, called private_network.other until now",
                "forget private_network.other: it is called otherwise by now",
            ]
        );
        assert!(plan.problems.is_empty(), "{:?}", plan.problems);
    }
}

#[test]
fn what_is_no_longer_wanted_goes_in_reverse_even_without_its_definition() {
    let plan = planned(&[], &both_made(), &both_seen());
    assert_eq!(
        changes(&plan),
        [
            "delete private_network.main: it is not in the definition any more",
            "delete vpc.main: it is not in the definition any more",
        ]
    );
    let order = crate::graph::in_order(&waits(&steps(&plan)));
    let order: Vec<_> = order.unwrap().into_iter().map(|step| step.address.kind).collect();
    assert_eq!(order, [KindName::PrivateNetwork, KindName::Vpc]);

    let plan = planned(&[], &both_made(), &Observed::default());
    assert!(plan.changes.iter().all(|planned| planned.change == Change::Forget { gone: true }));
}

#[test]
fn a_definition_that_contradicts_itself_is_an_error_that_names_it() {
    let twice = plan(&[vpc(), vpc()], &State::default(), &Observed::default(), basis(&State::default()));
    assert!(twice.unwrap_err().to_string().contains("vpc.main"));
    let dangling =
        plan(&[network()], &State::default(), &Observed::default(), basis(&State::default())).unwrap_err();
    assert_eq!(dangling.to_string(), "private_network.main refers to vpc.main, which does not exist");
}

#[test]
fn a_plan_survives_being_written_and_tells_what_has_moved() {
    let mut plan = planned(&[vpc(), network()], &both_made(), &Observed::default());
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
    let now = plan.basis.clone();
    plan.basis.still_holds(&now).unwrap();
    plan.basis.version -= 1;
    assert!(plan.basis.still_holds(&now).unwrap_err().to_string().contains("from event"));
}

#[test]
fn what_is_protected_is_not_deleted_half_way_through_everything_else() {
    let secret = |protected| {
        let tags = vec!["ours".to_owned()];
        let (name, path, kind) = ("staging-key".into(), "/".into(), scaleway_secrets::SecretType::Opaque);
        let secret = crate::kinds::Secret { name, path, kind, description: String::new(), tags, protected };
        Resource::new("key", secret)
    };
    let problems = |protected| {
        let secret = secret(protected);
        let state = state(made(&secret, "secret-1"));
        let seen = Observed::from_iter([(KindName::Secret, vec![seen(&secret, "secret-1", Claim::Ours)])]);
        planned(&[], &state, &seen).problems
    };
    assert!(problems(false).is_empty());
    let refused = problems(true);
    assert!(refused[0].starts_with("secret.key") && refused[0].contains("protected = false"), "{refused:?}");
}

/// An instance as it is, and how far it has come; the definition wants less of it.
fn smaller_instance(status: Status) -> Plan {
    let instance = |volume_size| {
        let text = json!({
            "name": "evalap-staging", "tags": ["ours"], "engine": "PostgreSQL-16", "node_type": "DB-DEV-S",
            "high_availability": false, "volume_type": "sbs_5k", "volume_size": volume_size, "encryption": true,
            "backup_frequency": 24, "backup_retention": 7, "backup_same_region": false, "settings": {},
            "public_endpoint": false, "user_name": "admin",
            "password": {"secret_id": "11111111-1111-4111-8111-111111111111", "revision": 1},
        });
        Resource::new("main", serde_json::from_value::<crate::kinds::DatabaseInstance>(text).unwrap())
    };
    let large = instance(20_000_000_000_u64);
    let mut seen = seen(&large, "instance-1", Claim::Ours);
    seen.attributes.remove("vpc_id");
    seen.status = status;
    let observed = Observed::from_iter([(KindName::DatabaseInstance, vec![seen])]);
    planned(&[instance(10_000_000_000)], &state(made(&large, "instance-1")), &observed)
}

#[test]
fn what_cannot_shrink_can_be_made_smaller_where_it_is_made_anew_anyway() {
    let refused = smaller_instance(Status::Ready).problems;
    assert!(refused[0].contains("volume_size can only grow"), "{refused:?}");
    let replaced = smaller_instance(Status::Changing("deleting".into()));
    assert_eq!(
        changes(&replaced),
        ["replace database_instance.main: somebody is deleting it, and it is wanted"]
    );
    assert_eq!(replaced.problems, Vec::<String>::new());
}
