//! Serverless Containers.

use bytes::Bytes;
use scaleway_emulator::{Image, ImageBook, Latency, WhileChanging};
use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk, PROJECT};

#[test]
fn a_namespace_goes_from_creating_to_ready_on_the_clock() {
    let desk = Desk::recorded();
    let all = format!("{CONTAINERS}/namespaces");
    let made = desk.ok("POST", &all, json!({"project_id": PROJECT, "name": "evalap", "tags": null}));
    let id = made["id"].as_str().unwrap();
    let one = format!("{all}/{id}");
    assert_eq!(made["status"], "creating");
    assert_eq!(made["description"], "");
    assert_eq!(made["tags"], json!([]));
    assert_eq!(made["region"], "fr-par");
    desk.wait(3);
    assert_eq!(desk.get(&one).1["status"], "creating");
    desk.wait(2);
    let ready = desk.get(&one).1;
    assert_eq!(ready["status"], "ready");
    assert_eq!(ready["created_at"], made["created_at"]);
}

#[test]
fn what_a_namespace_update_does_not_name_stays() {
    let desk = Desk::recorded();
    let id = desk.namespace("evalap");
    let one = format!("{CONTAINERS}/namespaces/{id}");
    let tagged = desk.ok("PATCH", &one, json!({"tags": ["a"], "description": null}));
    assert_eq!((&tagged["status"], &tagged["tags"]), (&json!("ready"), &json!(["a"])));
    let varied = desk.ok("PATCH", &one, json!({"environment_variables": {"A": "1"}}));
    assert_eq!((&varied["status"], &varied["tags"]), (&json!("updating"), &json!(["a"])));
    let (status, refused) = desk.ask("PATCH", &one, json!({"tags": []}));
    assert_eq!((status, &refused["type"]), (409, &json!("transient_state")));
    assert_eq!(refused["current_state"], "updating");
}

#[test]
fn a_name_is_taken_once_a_project_and_region() {
    let desk = Desk::instant();
    let id = desk.namespace("evalap");
    let all = format!("{CONTAINERS}/namespaces");
    let (status, refused) = desk.ask("POST", &all, json!({"project_id": PROJECT, "name": "evalap"}));
    assert_eq!(
        (status, &refused["type"], &refused["resource_id"]),
        (409, &json!("already_exists"), &json!(id))
    );
    desk.ok("POST", &all, json!({"project_id": "another", "name": "evalap"}));
    let elsewhere = all.replace("fr-par", "nl-ams");
    desk.ok("POST", &elsewhere, json!({"project_id": PROJECT, "name": "evalap"}));
}

#[test]
fn a_deleted_namespace_is_gone_after_a_while() {
    let desk = Desk::recorded();
    let id = desk.namespace("evalap");
    let one = format!("{CONTAINERS}/namespaces/{id}");
    assert_eq!(desk.ok("DELETE", &one, Value::Null)["status"], "deleting");
    assert_eq!(desk.get(&one).1["status"], "deleting");
    desk.wait(6);
    let (status, gone) = desk.get(&one);
    let expected = json!({"message": "resource is not found", "resource": "namespace", "resource_id": id,
        "type": "not_found"});
    assert_eq!((status, gone), (404, expected));
}

/// A desk with a namespace, and a container in it as the request says.
fn deploy(images: ImageBook, more: Value) -> (Desk, String, Value) {
    let desk = Desk::with(|builder| builder.images(images).latency(Latency::Recorded));
    let namespace = desk.namespace("evalap-staging");
    let mut request = json!({"namespace_id": namespace, "name": "api", "image": "evalap/api:1", "port": 80});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = desk.ok("POST", &format!("{CONTAINERS}/containers"), request);
    let one = format!("{CONTAINERS}/containers/{}", made["id"].as_str().unwrap());
    (desk, one, made)
}

/// Status and text at a container's address.
fn call(desk: &Desk, container: &Value, token: Option<&str>) -> (u16, String) {
    let mut request = http::Request::get(container["public_endpoint"].as_str().unwrap());
    if let Some(token) = token {
        request = request.header("X-Auth-Token", token);
    }
    let answer = desk.send(request.body(Bytes::new()).unwrap()).unwrap();
    (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
}

#[test]
fn a_container_has_the_platforms_defaults_and_becomes_ready() {
    let (desk, one, made) = deploy(ImageBook::new(), json!({}));
    let namespace = made["namespace_id"].as_str().unwrap();
    for (field, value) in [
        ("status", json!("creating")),
        ("min_scale", json!(0)),
        ("max_scale", json!(5)),
        ("memory_limit_bytes", json!(2_048_000_000_u64)),
        ("mvcpu_limit", json!(1000)),
        ("local_storage_limit_bytes", json!(1_000_000_000)),
        ("timeout", json!("300s")),
        ("privacy", json!("public")),
        ("protocol", json!("http1")),
        ("https_connections_only", json!(false)),
        ("sandbox", json!("v2")),
        ("scaling_option", json!({"concurrent_requests_threshold": 50})),
        ("liveness_probe", json!({"failure_threshold": 30, "interval": "10s", "timeout": "1s", "tcp": {}})),
        ("startup_probe", json!(null)),
        ("command", json!([])),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert!(made.get("startup_probe").is_some() && made.get("error_message").is_none());
    let address = format!("https://evalapstaging{}-api.functions.fnc.fr-par.scw.cloud", &namespace[..8]);
    assert_eq!(made["public_endpoint"], address);
    assert_eq!(call(&desk, &made, None).0, 503);
    desk.wait(16);
    let ready = desk.get(&one).1;
    assert_eq!((&ready["status"], &ready["error_message"]), (&json!("ready"), &json!("")));
    assert_eq!(call(&desk, &made, None), (200, "api: image evalap/api:1, revision 1\n".into()));
}

#[test]
fn the_old_revision_answers_until_the_new_one_is_ready() {
    let images = ImageBook::new().with(Image::new("evalap/api:2").crashes());
    let (desk, one, made) = deploy(images, json!({}));
    desk.wait(16);
    let updating = desk.ok("PATCH", &one, json!({"image": "evalap/api:2", "privacy": "unknown_privacy"}));
    assert_eq!((&updating["status"], &updating["image"]), (&json!("updating"), &json!("evalap/api:2")));
    assert!(updating.get("error_message").is_none());
    assert!(call(&desk, &made, None).1.contains("api:1, revision 1"));
    desk.wait(300);
    assert_eq!(desk.get(&one).1["status"], "updating", "30 probes, 10 s apart, and a moment");
    desk.wait(6);
    let failed = desk.get(&one).1;
    assert_eq!(failed["status"], "error");
    assert_eq!(failed["error_message"], "Container is unable to start OR is not listening on port 80");
    assert!(call(&desk, &made, None).1.contains("revision 1"), "a failed update leaves what was there");
    desk.ok("PATCH", &one, json!({"image": "evalap/api:3"}));
    desk.wait(16);
    assert!(call(&desk, &made, None).1.contains("api:3, revision 3"));
}

#[test]
fn the_probe_that_fails_decides_when_and_why() {
    let images = ImageBook::new().with(Image::new("evalap/api").fails_on("/health"));
    let probes = json!({
        "liveness_probe": {"failure_threshold": 3, "interval": "10.000000000s", "timeout": "30s", "http": {"path": "/health"}},
        "startup_probe": {"failure_threshold": 5, "interval": "15s", "timeout": "60s", "tcp": {}},
    });
    let (desk, one, _) = deploy(images, probes);
    desk.wait(31);
    assert_eq!(desk.get(&one).1["status"], "creating");
    desk.wait(3);
    let failed = desk.get(&one).1;
    let message =
        "Container is unable to start OR does not respond to HTTP requests on port 80 and path /health";
    assert_eq!((&failed["status"], failed["error_message"].as_str()), (&json!("error"), Some(message)));
    assert_eq!(failed["liveness_probe"]["interval"], "10s");
    let other = desk.ok("PATCH", &one, json!({"liveness_probe": {"tcp": {}}}));
    assert_eq!(
        other["liveness_probe"],
        json!({"failure_threshold": 3, "interval": "10s", "timeout": "30s", "tcp": {}})
    );
    desk.wait(16);
    assert_eq!(desk.get(&one).1["status"], "ready");
}

#[test]
fn a_probe_has_the_defaults_where_a_client_sends_zero_for_what_nobody_said() {
    let zero = json!({"failure_threshold": 0, "interval": null, "timeout": null, "http": {"path": "/a"}});
    let (desk, one, made) = deploy(ImageBook::new(), json!({"liveness_probe": zero}));
    let whole = json!({"failure_threshold": 30, "interval": "10s", "timeout": "1s", "http": {"path": "/a"}});
    assert_eq!(made["liveness_probe"], whole);
    desk.wait(16);
    let request = json!({"startup_probe": {"failure_threshold": 51, "tcp": {}}});
    let (status, refused) = desk.ask("PATCH", &one, request);
    let argument = &refused["details"][0]["argument_name"];
    assert_eq!((status, argument), (400, &json!("startup_probe.failure_threshold")));
}

#[test]
fn milan_has_containers() {
    let desk = Desk::instant();
    let milan = CONTAINERS.replace("fr-par", "it-mil");
    let namespace =
        desk.ok("POST", &format!("{milan}/namespaces"), json!({"project_id": PROJECT, "name": "it"}));
    let body = json!({"namespace_id": namespace["id"], "name": "api", "image": "api:1"});
    let made = desk.ok("POST", &format!("{milan}/containers"), body);
    assert!(made["public_endpoint"].as_str().unwrap().ends_with(".functions.fnc.it-mil.scw.cloud"));
    assert_eq!(call(&desk, &made, None).0, 200);
}

#[test]
fn images_that_are_missing_or_listen_elsewhere_end_in_an_error() {
    let images = ImageBook::new()
        .with(Image::new("evalap/api:1").missing())
        .with(Image::new("evalap/api").listens_on(3000));
    let (desk, one, _) = deploy(images, json!({}));
    desk.wait(306);
    let message = desk.get(&one).1["error_message"].to_string();
    assert!(message.contains("evalap/api:1"), "{message}");
    desk.ok("PATCH", &one, json!({"image": "evalap/api:2"}));
    desk.wait(306);
    assert_eq!(
        desk.get(&one).1["error_message"],
        "Container is unable to start OR is not listening on port 80"
    );
    desk.ok("PATCH", &one, json!({"port": 3000}));
    desk.wait(16);
    assert_eq!(desk.get(&one).1["status"], "ready");
}

#[test]
fn secret_variables_come_back_as_hashes_that_change_only_when_written() {
    let secrets = json!({"secret_environment_variables": {"A": "alpha", "B": "beta"}});
    let (desk, one, made) = deploy(ImageBook::new(), secrets);
    desk.wait(16);
    let hashes = made["secret_environment_variables"].clone();
    assert!(hashes["A"].as_str().unwrap().starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hashes}");
    assert_eq!(desk.get(&one).1["secret_environment_variables"], hashes);
    assert!(!format!("{made}").contains("alpha"));
    let changed = desk.ok("PATCH", &one, json!({"secret_environment_variables": {"A": "", "C": "gamma"}}));
    let after = &changed["secret_environment_variables"];
    assert_eq!((&after["A"], after.get("B")), (&hashes["A"], None));
    desk.wait(16);
    let again = desk.ok("PATCH", &one, json!({"secret_environment_variables": {"A": "alpha"}}));
    assert_ne!(again["secret_environment_variables"]["A"], hashes["A"], "written again, another salt");
}

#[test]
fn updates_of_what_is_changing_are_refused_or_taken() {
    let (desk, one, _) = deploy(ImageBook::new(), json!({}));
    let (status, refused) = desk.ask("PATCH", &one, json!({"tags": ["a"]}));
    assert_eq!((status, &refused["current_state"]), (409, &json!("creating")));

    let desk = Desk::with(|builder| builder.while_changing(WhileChanging::Accept).latency(Latency::Recorded));
    let namespace = desk.namespace("evalap");
    let request = json!({"namespace_id": namespace, "name": "api", "image": "evalap/api:1"});
    let made = desk.ok("POST", &format!("{CONTAINERS}/containers"), request);
    let one = format!("{CONTAINERS}/containers/{}", made["id"].as_str().unwrap());
    desk.wait(10);
    assert_eq!(desk.ok("PATCH", &one, json!({"tags": ["a"]}))["status"], "updating");
    desk.wait(10);
    assert_eq!(desk.get(&one).1["status"], "updating", "the way begins anew");
}

#[test]
fn limits_are_checked_together() {
    let desk = Desk::instant();
    let namespace = desk.namespace("evalap");
    let all = format!("{CONTAINERS}/containers");
    let request = |more: Value| {
        let mut request = json!({"namespace_id": namespace, "name": "api", "image": "a"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.ask("POST", &all, request)
    };
    for (more, field) in [
        (json!({"port": 8008}), "port"),
        (json!({"min_scale": 6}), "min_scale"),
        (json!({"memory_limit_bytes": 128_000_000, "mvcpu_limit": 6000}), "memory_limit_bytes"),
        (
            json!({"scaling_option": {"concurrent_requests_threshold": 81}}),
            "scaling_option.concurrent_requests_threshold",
        ),
        (json!({"environment_variables": {"PORT": "1"}}), "environment_variables.PORT"),
        (json!({"secret_environment_variables": {"SCW_X": "1"}}), "secret_environment_variables.SCW_X"),
        (json!({"liveness_probe": {}}), "liveness_probe"),
        (json!({"privacy": "secret"}), "privacy"),
    ] {
        let (status, body) = request(more);
        assert_eq!((status, &body["details"][0]["argument_name"]), (400, &json!(field)), "{body}");
    }
    let (status, body) = request(json!({"namespace_id": "none"}));
    assert_eq!((status, &body["resource"]), (404, &json!("namespace")));
    let (status, body) = request(json!({"memory_limit_bytes": 512_000_000}));
    assert_eq!((status, &body["mvcpu_limit"]), (200, &json!(256)));
    assert_eq!(request(json!({})).0, 409, "the name is taken");
}

#[test]
fn private_and_https_only_containers_say_so() {
    let more = json!({"privacy": "private", "https_connections_only": true});
    let (desk, _, made) = deploy(ImageBook::new(), more);
    desk.wait(16);
    assert_eq!(call(&desk, &made, None).0, 403);
    assert_eq!(call(&desk, &made, Some("any")).0, 200);
    let plain = made["public_endpoint"].as_str().unwrap().replace("https:", "http:");
    let answer = desk.send(http::Request::get(format!("{plain}/a?b=c")).body(Bytes::new()).unwrap()).unwrap();
    assert_eq!(answer.status(), 308);
    assert_eq!(answer.headers()["location"], format!("{}/a?b=c", made["public_endpoint"].as_str().unwrap()));
}

#[test]
fn a_namespace_takes_its_containers_domains_and_triggers_along() {
    let (desk, one, made) = deploy(ImageBook::new(), json!({}));
    desk.wait(16);
    let id = made["id"].as_str().unwrap();
    let domain = desk.ok(
        "POST",
        &format!("{CONTAINERS}/domains"),
        json!({"container_id": id, "hostname": "api.example.org"}),
    );
    let cron = json!({"container_id": id, "name": "nightly", "cron_config": {"schedule": "5 4 * * *"}});
    let trigger = desk.ok("POST", &format!("{CONTAINERS}/triggers"), cron);
    desk.wait(10);
    let ask = http::Request::get("https://api.example.org/").body(Bytes::new());
    assert_eq!(desk.send(ask.unwrap()).unwrap().status(), 200);
    let namespace = format!("{CONTAINERS}/namespaces/{}", made["namespace_id"].as_str().unwrap());
    desk.ok("DELETE", &namespace, Value::Null);
    assert_eq!(desk.get(&one).1["status"], "deleting");
    assert_eq!(call(&desk, &made, None).0, 503);
    desk.wait(6);
    for (path, id) in [("domains", &domain["id"]), ("triggers", &trigger["id"]), ("containers", &made["id"])]
    {
        assert_eq!(desk.get(&format!("{CONTAINERS}/{path}/{}", id.as_str().unwrap())).0, 404, "{path}");
    }
    let ask = http::Request::get(made["public_endpoint"].as_str().unwrap()).body(Bytes::new());
    assert!(desk.send(ask.unwrap()).unwrap_err().is_never_sent());
}

#[test]
fn a_trigger_is_updated_at_once_or_in_time_by_what_is_said() {
    let (desk, _, made) = deploy(ImageBook::new(), json!({}));
    desk.wait(16);
    let sqs = json!({"region": "fr-par", "endpoint": "https://sqs", "access_key_id": "k",
        "secret_access_key": "hidden-value", "queue_url": "https://sqs/q"});
    let request = json!({"container_id": made["id"], "name": "queue", "sqs_config": sqs});
    let trigger = desk.ok("POST", &format!("{CONTAINERS}/triggers"), request);
    assert_eq!((&trigger["source_type"], &trigger["status"]), (&json!("sqs"), &json!("creating")));
    assert_eq!(trigger["destination_config"], json!({"http_path": "/", "http_method": "post"}));
    assert!(!trigger.to_string().contains("hidden-value"));
    desk.wait(6);
    let one = format!("{CONTAINERS}/triggers/{}", trigger["id"].as_str().unwrap());
    let renamed = desk.ok("PATCH", &one, json!({"name": "other", "sqs_config": {"region": null}}));
    assert_eq!((&renamed["status"], &renamed["error_message"]), (&json!("ready"), &json!("")));
    let moved = desk.ok("PATCH", &one, json!({"sqs_config": {"queue_url": "https://sqs/r"}}));
    assert_eq!(
        (&moved["status"], &moved["sqs_config"]["endpoint"]),
        (&json!("updating"), &json!("https://sqs"))
    );
    let both = json!({"container_id": made["id"], "name": "both", "cron_config": {"schedule": "* * * * *"}, "sqs_config": {}});
    assert_eq!(desk.ask("POST", &format!("{CONTAINERS}/triggers"), both).0, 400);
    let list = |query: &str| desk.get(&format!("{CONTAINERS}/triggers?{query}")).1["total_count"].clone();
    assert_eq!(
        (list("trigger_type=sqs"), list("trigger_type=cron"), list("namespace_id=x")),
        (json!(1), json!(0), json!(0))
    );
}

#[test]
fn what_calls_a_container_or_carries_it_must_be_real() {
    let desk = Desk::instant();
    let body = json!({"namespace_id": desk.namespace("evalap"), "name": "api", "image": "api:1"});
    let container = desk.ok("POST", &format!("{CONTAINERS}/containers"), body.clone());
    let id = &container["id"];
    let refused = |verb: &str, path: &str, body: Value, argument: &str| {
        let (status, refused) = desk.ask(verb, path, body);
        assert_eq!((status, &refused["details"][0]["argument_name"]), (400, &json!(argument)), "{refused}");
    };
    let triggers = format!("{CONTAINERS}/triggers");
    let cron = |schedule: &str, zone: &str| json!({"cron_config": {"schedule": schedule, "timezone": zone}, "name": "t", "container_id": id});
    refused("POST", &triggers, cron("daily", "UTC"), "cron_config.schedule");
    refused("POST", &triggers, cron("0 4 * * *", "Mars/Base"), "cron_config.schedule");
    let trigger = desk.ok("POST", &triggers, cron("0 4 * * *", "Europe/Paris"));
    let trigger = format!("{triggers}/{}", trigger["id"].as_str().unwrap());
    refused("PATCH", &trigger, json!({"cron_config": {"schedule": "daily"}}), "cron_config.schedule");
    let domains = format!("{CONTAINERS}/domains");
    for hostname in ["localhost", "not a host.example.com", "-a.example.com", "a..com"] {
        refused("POST", &domains, json!({"container_id": id, "hostname": hostname}), "hostname");
    }
    let mut elsewhere = body;
    elsewhere["name"] = "other".into();
    elsewhere["private_network_id"] = PROJECT.into();
    let (status, missing) = desk.ask("POST", &format!("{CONTAINERS}/containers"), elsewhere);
    assert_eq!((status, &missing["resource"]), (404, &json!("private_network")));
}
