//! Strict authentication: keys made through IAM, and what policies grant.

use bytes::Bytes;
use scaleway_emulator::Builder;
use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk};

const OURS: &str = "7a3f4c1e-3d8b-4b0e-9a63-0b6a2c9d1e11";
const THEIRS: &str = "0f7e5d42-4a3a-4a46-9a0d-3c1f6f1f2b22";
const IAM: &str = "/iam/v1alpha1";
const SECRETS: &str = "/secret-manager/v1beta1/regions/fr-par";
const OWNER: (&str, &str) = ("SCWBBBBBBBBBBBBBBBBB", "aaaaaaaa-0000-4000-8000-aaaaaaaaaaaa");

struct Strict {
    desk: Desk,
    organization: String,
}

/// A bearer of a key: its id, and the key's two parts.
struct Key {
    application: String,
    access: String,
    secret: String,
}

fn strict(builder: Builder) -> Builder {
    builder.strict_auth(true).owner_key(OWNER.0, OWNER.1)
}

impl Strict {
    fn new() -> Self {
        let desk = Desk::with(strict);
        let organization = desk.emulator.organization();
        Self { desk, organization }
    }

    fn ask(&self, secret: &str, verb: &str, path: &str, body: Value) -> (u16, Value) {
        let request = http::Request::builder()
            .method(verb)
            .uri(format!("https://api.scaleway.com{path}"))
            .header("X-Auth-Token", secret);
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let answer = self.desk.send(request.body(body).unwrap()).unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body();
        (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
    }

    fn own(&self, verb: &str, path: &str, body: Value) -> Value {
        let (status, body) = self.ask(OWNER.1, verb, path, body);
        assert!(status < 300, "{verb} {path}: {status} {body}");
        body
    }

    fn bearer(&self, name: &str, more: Value) -> Key {
        let application = self.own("POST", &format!("{IAM}/applications"), json!({"name": name}));
        let application = application["id"].as_str().unwrap().to_owned();
        let mut request = json!({"application_id": application, "default_project_id": OURS});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let key = self.own("POST", &format!("{IAM}/api-keys"), request);
        let text = |field: &str| key[field].as_str().unwrap().to_owned();
        Key { application, access: text("access_key"), secret: text("secret_key") }
    }

    fn policy(&self, name: &str, principal: Value, rules: Value) -> String {
        let mut request = json!({"name": name, "rules": rules});
        request.as_object_mut().unwrap().extend(principal.as_object().unwrap().clone());
        let policy = self.own("POST", &format!("{IAM}/policies"), request);
        policy["id"].as_str().unwrap().to_owned()
    }

    /// The status of an answer.
    fn status(&self, key: &Key, verb: &str, path: &str, body: Value) -> u16 {
        self.ask(&key.secret, verb, path, body).0
    }
}

fn in_ours(sets: &[&str]) -> Value {
    json!([{"permission_set_names": sets, "project_ids": [OURS]}])
}

fn namespace(project: &str, name: &str) -> Value {
    json!({"project_id": project, "name": name})
}

#[test]
fn a_key_that_iam_did_not_make_is_nobodys() {
    let strict = Strict::new();
    let path = format!("{CONTAINERS}/namespaces");
    let refused = |token: &str| strict.ask(token, "GET", &path, Value::Null);
    let denied = json!({"type": "denied_authentication", "message": "authentication is denied",
        "method": "api_key", "reason": "not_found"});
    assert_eq!(refused("11111111-1111-4111-8111-111111111111"), (401, denied));
    assert_eq!(refused("").1["reason"], "invalid_argument");
    assert_eq!(strict.ask(OWNER.1, "GET", &path, Value::Null).0, 200);
    let key = strict.own("GET", &format!("{IAM}/api-keys/{}", OWNER.0), Value::Null);
    assert_eq!((&key["secret_key"], &key["default_project_id"]), (&json!(null), &json!(strict.organization)));
}

#[test]
fn a_key_does_what_its_policies_grant_where_they_grant_it() {
    let strict = Strict::new();
    let key = strict.bearer("ci", json!({}));
    let path = format!("{CONTAINERS}/namespaces");
    let denied = json!({"type": "permissions_denied", "message": "insufficient permissions",
        "details": [{"resource": "container", "action": "write"}]});
    assert_eq!(strict.ask(&key.secret, "POST", &path, namespace(OURS, "a")), (403, denied));
    let policy =
        strict.policy("ci", json!({"application_id": key.application}), in_ours(&["ContainersFullAccess"]));
    let (status, made) = strict.ask(&key.secret, "POST", &path, namespace(OURS, "a"));
    assert_eq!((status, &made["project_id"]), (200, &json!(OURS)));
    assert_eq!(strict.status(&key, "POST", &path, namespace(THEIRS, "a")), 403);
    assert_eq!(strict.status(&key, "GET", &format!("{SECRETS}/secrets"), Value::Null), 403);
    // A resource is of the project that it was made in, whoever names it.
    let theirs = strict.own("POST", &path, namespace(THEIRS, "b"));
    let one = format!("{path}/{}", theirs["id"].as_str().unwrap());
    for verb in ["GET", "PATCH", "DELETE"] {
        assert_eq!(strict.status(&key, verb, &one, json!({})), 403, "{verb}");
    }
    let inside = json!({"namespace_id": theirs["id"], "name": "c", "image": "nginx"});
    assert_eq!(strict.status(&key, "POST", &format!("{CONTAINERS}/containers"), inside), 403);
    // What was granted can be taken back.
    strict.own(
        "PUT",
        &format!("{IAM}/rules"),
        json!({"policy_id": policy, "rules": in_ours(&["ContainersReadOnly"])}),
    );
    let own = format!("{path}/{}", made["id"].as_str().unwrap());
    assert_eq!(strict.status(&key, "GET", &own, Value::Null), 200);
    assert_eq!(strict.status(&key, "DELETE", &own, Value::Null), 403);
    strict.own("DELETE", &format!("{IAM}/policies/{policy}"), Value::Null);
    assert_eq!(strict.status(&key, "GET", &own, Value::Null), 403);
}

#[test]
fn a_request_that_names_no_project_is_about_that_of_the_key() {
    let strict = Strict::new();
    let key = strict.bearer("ci", json!({}));
    strict.policy("ci", json!({"application_id": key.application}), in_ours(&["ContainersFullAccess"]));
    let path = format!("{CONTAINERS}/namespaces");
    strict.own("POST", &path, namespace(THEIRS, "theirs"));
    let (status, made) = strict.ask(&key.secret, "POST", &path, json!({"name": "ours"}));
    assert_eq!((status, &made["project_id"]), (200, &json!(OURS)));
    let (_, seen) = strict.ask(&key.secret, "GET", &path, Value::Null);
    assert_eq!((&seen["total_count"], &seen["namespaces"][0]["name"]), (&json!(1), &json!("ours")));
    let all = strict.own("GET", &path, Value::Null);
    assert_eq!(all["total_count"], 2);
    let other = strict.bearer("other", json!({"default_project_id": THEIRS}));
    strict.policy("other", json!({"application_id": other.application}), in_ours(&["ContainersFullAccess"]));
    assert_eq!(
        strict.status(&other, "POST", &path, json!({"name": "x"})),
        403,
        "its own project is not granted"
    );
}

#[test]
fn groups_and_rules_of_the_organization_count() {
    let strict = Strict::new();
    let key = strict.bearer("auditor", json!({}));
    let group = strict.own("POST", &format!("{IAM}/groups"), json!({"name": "auditors"}));
    let everywhere =
        json!([{"permission_set_names": ["AllProductsReadOnly"], "organization_id": strict.organization}]);
    strict.policy("audit", json!({"group_id": group["id"]}), everywhere);
    let path = format!("{CONTAINERS}/namespaces");
    strict.own("POST", &path, namespace(THEIRS, "theirs"));
    assert_eq!(strict.status(&key, "GET", &path, Value::Null), 403);
    let group = format!("{IAM}/groups/{}", group["id"].as_str().unwrap());
    strict.own("POST", &format!("{group}/add-member"), json!({"application_id": key.application}));
    assert_eq!(strict.ask(&key.secret, "GET", &path, Value::Null).1["total_count"], 1);
    assert_eq!(strict.status(&key, "POST", &path, namespace(THEIRS, "b")), 403);
    assert_eq!(strict.status(&key, "GET", &format!("{IAM}/policies"), Value::Null), 403, "IAM is no product");
    strict.own("POST", &format!("{group}/remove-member"), json!({"application_id": key.application}));
    assert_eq!(strict.status(&key, "GET", &path, Value::Null), 403);
}

#[test]
fn a_rule_with_a_condition_grants_nothing() {
    let strict = Strict::new();
    let key = strict.bearer("ci", json!({}));
    let mut rules = in_ours(&["ContainersReadOnly"]);
    rules[0]["condition"] = json!("request.user_agent == 'x'");
    strict.policy("ci", json!({"application_id": key.application}), rules);
    assert_eq!(strict.status(&key, "GET", &format!("{CONTAINERS}/namespaces"), Value::Null), 403);
}

#[test]
fn keys_end_by_time_by_deletion_and_with_their_bearer() {
    let strict = Strict::new();
    let end = (crate::desk::start() + std::time::Duration::from_mins(1)).to_string();
    let timed = strict.bearer("timed", json!({"expires_at": end}));
    let deleted = strict.bearer("deleted", json!({}));
    let orphan = strict.bearer("orphan", json!({}));
    for key in [&timed, &deleted, &orphan] {
        strict.policy(
            &key.access,
            json!({"application_id": key.application}),
            in_ours(&["ContainersReadOnly"]),
        );
    }
    let path = format!("{CONTAINERS}/namespaces");
    let reason = |key: &Key| {
        let (status, body) = strict.ask(&key.secret, "GET", &path, Value::Null);
        (status, body["reason"].as_str().unwrap_or_default().to_owned())
    };
    for key in [&timed, &deleted, &orphan] {
        assert_eq!(reason(key).0, 200);
    }
    strict.desk.wait(61);
    assert_eq!(reason(&timed), (401, "expired".into()));
    strict.own("DELETE", &format!("{IAM}/api-keys/{}", deleted.access), Value::Null);
    assert_eq!(reason(&deleted), (401, "not_found".into()));
    strict.own("DELETE", &format!("{IAM}/applications/{}", orphan.application), Value::Null);
    assert_eq!(reason(&orphan), (401, "not_found".into()));
}

#[test]
fn values_of_secrets_need_a_set_of_their_own() {
    let strict = Strict::new();
    let secret = strict.own("POST", &format!("{SECRETS}/secrets"), namespace(OURS, "db"));
    let versions = format!("{SECRETS}/secrets/{}/versions", secret["id"].as_str().unwrap());
    strict.own("POST", &versions, json!({"data": "cHc="}));
    let reader = strict.bearer("reader", json!({}));
    strict.policy(
        "reader",
        json!({"application_id": reader.application}),
        in_ours(&["SecretManagerReadOnly"]),
    );
    let service = strict.bearer("service", json!({}));
    strict.policy(
        "service",
        json!({"application_id": service.application}),
        in_ours(&["SecretManagerSecretAccess"]),
    );
    let access = format!("{versions}/latest/access");
    assert_eq!(strict.status(&reader, "GET", &versions, Value::Null), 200);
    assert_eq!(strict.status(&reader, "GET", &access, Value::Null), 403);
    assert_eq!(strict.ask(&service.secret, "GET", &access, Value::Null).1["data"], "cHc=");
    strict.own("POST", &format!("{SECRETS}/secrets"), namespace(THEIRS, "theirs"));
    let (_, browsed) = strict.ask(&reader.secret, "GET", &format!("{SECRETS}/secrets/browse"), Value::Null);
    assert_eq!((&browsed["total_count"], &browsed["items"][0]["name"]), (&json!(1), &json!("db")));
    let (status, denied) = strict.ask(&service.secret, "GET", &format!("{SECRETS}/secrets"), Value::Null);
    assert_eq!((status, &denied["details"]), (403, &json!([{"resource": "secret", "action": "list"}])));
}

#[test]
fn a_users_key_and_session_end_when_the_user_is_locked_out() {
    let strict = Strict::new();
    let users = strict.own("GET", &format!("{IAM}/users?type=member"), Value::Null);
    let user = users["users"][0]["id"].as_str().unwrap().to_owned();
    let key = strict.own("POST", &format!("{IAM}/api-keys"), json!({"user_id": user}));
    let secret = key["secret_key"].as_str().unwrap();
    strict.policy("user", json!({"user_id": user}), in_ours(&["ContainersReadOnly"]));
    let session = strict.own("POST", &format!("{IAM}/jwts"), json!({"user_id": user}));
    let path = format!("{CONTAINERS}/namespaces?project_id={OURS}");
    let by_session = |token: &str| {
        let request =
            http::Request::get(format!("https://api.scaleway.com{path}")).header("X-Session-Token", token);
        strict.desk.send(request.body(Bytes::new()).unwrap()).unwrap().status().as_u16()
    };
    let token = session["token"].as_str().unwrap();
    assert_eq!((strict.ask(secret, "GET", &path, Value::Null).0, by_session(token)), (200, 200));
    assert_eq!(by_session("a.b.c"), 401);
    strict.own("POST", &format!("{IAM}/users/{user}/lock"), json!({}));
    assert_eq!((strict.ask(secret, "GET", &path, Value::Null).0, by_session(token)), (401, 401));
    strict.own("POST", &format!("{IAM}/users/{user}/unlock"), json!({}));
    assert_eq!((strict.ask(secret, "GET", &path, Value::Null).0, by_session(token)), (200, 200));
}

#[test]
fn without_strict_authentication_any_key_may_do_anything() {
    let desk = Desk::instant();
    assert!(desk.emulator.owner_key().is_none());
    assert_eq!(desk.get(&format!("{IAM}/policies")).0, 200);
}

#[test]
fn a_kept_world_keeps_its_owners_key() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Desk::with(|builder| builder.strict_auth(true).data_dir(folder.path()));
    // A folder as a process leaves it that is killed before anything is asked of it.
    let killed = tempfile::tempdir().unwrap();
    let (first, path) = (open(), format!("{CONTAINERS}/namespaces"));
    for file in std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), killed.path().join(file.file_name())).unwrap();
        }
    }
    let key = first.emulator.owner_key().unwrap().clone();
    let ask = |desk: &Desk| {
        let request = http::Request::get(format!("https://api.scaleway.com{path}"))
            .header("X-Auth-Token", key.secret_key.expose());
        desk.send(request.body(Bytes::new()).unwrap()).unwrap().status().as_u16()
    };
    assert_eq!(ask(&first), 200);
    let again = Desk::with(|builder| builder.strict_auth(true).data_dir(killed.path()));
    assert_eq!((again.emulator.owner_key(), ask(&again)), (Some(&key), 200));
    drop(first);
    let second = open();
    assert_eq!(second.emulator.owner_key(), Some(&key));
    assert_eq!(ask(&second), 200);
}

#[test]
fn a_private_container_asks_who_calls() {
    let strict = Strict::new();
    let namespace = strict.own("POST", &format!("{CONTAINERS}/namespaces"), namespace(OURS, "a"));
    let request =
        json!({"namespace_id": namespace["id"], "name": "api", "image": "nginx", "privacy": "private"});
    let made = strict.own("POST", &format!("{CONTAINERS}/containers"), request);
    let one = format!("{CONTAINERS}/containers/{}", made["id"].as_str().unwrap());
    let seen = strict.own("GET", &one, Value::Null);
    let address = seen["public_endpoint"].as_str().unwrap().to_owned();
    let call = |token: &str| {
        let request = http::Request::get(format!("{address}/")).header("X-Auth-Token", token);
        strict.desk.send(request.body(Bytes::new()).unwrap()).unwrap().status().as_u16()
    };
    let service = strict.bearer("service", json!({}));
    let other = strict.bearer("other", json!({}));
    let set = in_ours(&["ContainersPrivateAccess"]);
    strict.policy("service", json!({"application_id": service.application}), set);
    strict.policy("other", json!({"application_id": other.application}), in_ours(&["ContainersReadOnly"]));
    assert_eq!((call(&service.secret), call(&other.secret), call("any")), (200, 403, 403));
}
