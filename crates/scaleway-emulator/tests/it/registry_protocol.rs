//! The registry's own HTTP protocol: push, pull, and what the JSON API tells of it.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use http::StatusCode;
use scaleway_core::Random;
use scaleway_emulator::{Fault, FaultKind, Latency};
use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk};
use crate::registry_client::{
    INDEX, MANIFEST, REGISTRY, Registry, body_of, digest_of, header, refused, text,
};

#[test]
fn what_is_pushed_is_pulled_by_tag_and_digest_and_told_by_the_json_api() {
    let registry = Registry::new(Desk::instant());
    let digest = registry.push("evalap/api", "1.2", b"a layer");
    for reference in ["1.2", digest.as_str()] {
        let pulled = registry.get(&format!("/v2/evalap/api/manifests/{reference}"));
        assert_eq!((pulled.status(), header(&pulled, "content-type")), (StatusCode::OK, MANIFEST));
        assert_eq!(digest_of(pulled.body()), digest);
        let layer = body_of(&pulled)["layers"][0]["digest"].clone();
        assert_eq!(registry.get(&format!("/v2/evalap/api/blobs/{}", text(&layer))).body(), "a layer");
        let head = registry.ask("HEAD", &format!("/v2/evalap/api/manifests/{reference}"), &[], b"");
        assert_eq!(header(&head, "content-length"), pulled.body().len().to_string());
        assert!(head.body().is_empty());
    }
    let images = registry.images();
    let image = &images["images"][0];
    assert_eq!((&image["name"], &image["tags"], &image["size"]), (&json!("api"), &json!(["1.2"]), &json!(9)));
    assert_eq!((&image["status"], &image["visibility"]), (&json!("ready"), &json!("inherit")));
    let tags = registry.tags(image);
    assert_eq!((&tags[0]["digest"], &tags[0]["name"]), (&json!(digest), &json!("1.2")));
    let path = format!("{REGISTRY}/namespaces/{}", registry.namespace);
    let namespace = registry.desk.ok("GET", &path, Value::Null);
    assert_eq!((&namespace["image_count"], &namespace["size"]), (&json!(1), &json!(9)));

    let newer = registry.push("evalap/api", "1.2", b"another layer");
    let tags = registry.tags(image);
    assert_eq!((tags.as_array().unwrap().len(), &tags[0]["digest"]), (1, &json!(newer)));
    assert_eq!(registry.get(&format!("/v2/evalap/api/manifests/{digest}")).status(), 200, "still by digest");
}

#[test]
fn without_a_key_only_public_images_are_pulled() {
    let registry = Registry::new(Desk::instant());
    let digest = registry.push("evalap/api", "1", b"layer");
    let path = format!("/v2/evalap/api/manifests/{digest}");
    let ping = registry.raw("GET", "/v2/", &[], b"");
    assert_eq!(refused(&ping), (401, "UNAUTHORIZED".into()));
    let realm = "https://api.scaleway.com/registry-internal/v1/regions/fr-par/tokens";
    assert_eq!(header(&ping, "www-authenticate"), format!("Bearer realm=\"{realm}\",service=\"registry\""));
    let denied = registry.raw("GET", &path, &[], b"");
    assert_eq!(denied.status(), 401);
    assert!(header(&denied, "www-authenticate").ends_with("scope=\"repository:evalap/api:pull\""));

    let token = |headers: &[(&str, &str)]| {
        let answer = registry.raw("GET", &format!("{realm}?service=registry"), headers, b"");
        assert_eq!(answer.status(), 200);
        format!("Bearer {}", text(&body_of(&answer)["token"]))
    };
    let nobody = token(&[]);
    assert_eq!(registry.raw("GET", &path, &[("Authorization", &nobody)], b"").status(), 401);
    let basic = format!("Basic {}", BASE64_STANDARD.encode("nologin:some-secret-key"));
    let somebody = token(&[("Authorization", &basic)]);
    assert_eq!(registry.raw("GET", &path, &[("Authorization", &somebody)], b"").status(), 200);
    assert_eq!(registry.raw("GET", "/v2/", &[("Authorization", &somebody)], b"").status(), 200);

    let image = format!("{REGISTRY}/images/{}", text(&registry.images()["images"][0]["id"]));
    registry.desk.ok("PATCH", &image, json!({"visibility": "public"}));
    assert_eq!(registry.raw("GET", &path, &[("Authorization", &nobody)], b"").status(), 200);
    let upload = registry.raw("POST", "/v2/evalap/api/blobs/uploads/", &[("Authorization", &nobody)], b"");
    assert_eq!(upload.status(), 401, "public is not for pushing");
    let namespace = format!("{REGISTRY}/namespaces/{}", registry.namespace);
    registry.desk.ok("PATCH", &namespace, json!({"is_public": true}));
    registry.desk.ok("PATCH", &image, json!({"visibility": "private"}));
    assert_eq!(registry.raw("GET", &path, &[("Authorization", &nobody)], b"").status(), 401);
}

#[test]
fn chunks_follow_each_other() {
    let registry = Registry::new(Desk::instant());
    let begun = registry.ask("POST", "/v2/evalap/api/blobs/uploads/", &[], b"");
    let at = header(&begun, "location").to_owned();
    let first = registry.ask("PATCH", &at, &[("Content-Range", "0-4")], b"12345");
    assert_eq!((first.status(), header(&first, "range")), (StatusCode::ACCEPTED, "0-4"));
    let wrong = registry.ask("PATCH", &at, &[("Content-Range", "7-8")], b"89");
    assert_eq!((wrong.status(), header(&wrong, "range")), (StatusCode::RANGE_NOT_SATISFIABLE, "0-4"));
    let known = registry.ask("GET", &at, &[], b"");
    assert_eq!((known.status(), header(&known, "range")), (StatusCode::NO_CONTENT, "0-4"));
    registry.ask("PATCH", &at, &[], b"67");
    let other = digest_of(b"other");
    let wrong = registry.ask("PUT", &format!("{at}?digest={other}"), &[], b"");
    assert_eq!(refused(&wrong), (400, "DIGEST_INVALID".into()));
    let digest = digest_of(b"123456789");
    let made = registry.ask("PUT", &format!("{at}?digest={digest}"), &[("Content-Range", "7-8")], b"89");
    assert_eq!(made.status(), 201);
    let path = format!("/v2/evalap/api/blobs/{digest}");
    assert_eq!(registry.get(&path).body(), "123456789");
    assert_eq!(refused(&registry.ask("GET", &at, &[], b"")), (404, "BLOB_UPLOAD_UNKNOWN".into()));

    let part = registry.ask("GET", &path, &[("Range", "bytes=2-4")], b"");
    assert_eq!((part.status(), part.body().as_ref()), (StatusCode::PARTIAL_CONTENT, b"345".as_slice()));
    assert_eq!(header(&part, "content-range"), "bytes 2-4/9");
    assert_eq!(registry.ask("GET", &path, &[("Range", "bytes=-2")], b"").body(), "89");
    assert_eq!(registry.ask("GET", &path, &[("Range", "bytes=9-")], b"").status(), 416);
    let head = registry.ask("HEAD", &path, &[], b"");
    assert_eq!((head.status(), header(&head, "content-length")), (StatusCode::OK, "9"));
    assert_eq!(registry.ask("DELETE", &path, &[], b"").status(), 202);
    assert_eq!(refused(&registry.get(&path)), (404, "BLOB_UNKNOWN".into()));

    let begun = registry.ask("POST", "/v2/evalap/api/blobs/uploads/", &[], b"");
    assert_eq!(registry.ask("DELETE", header(&begun, "location"), &[], b"").status(), 204);
    assert_eq!(registry.ask("PATCH", header(&begun, "location"), &[], b"x").status(), 404);
    let at_once =
        registry.ask("POST", &format!("/v2/evalap/api/blobs/uploads/?digest={other}"), &[], b"other");
    assert_eq!(at_once.status(), 201);
}

#[test]
fn a_blob_is_taken_over_from_another_image() {
    let registry = Registry::new(Desk::instant());
    let blob = registry.push_blob("evalap/api", b"shared");
    let digest = text(&blob["digest"]);
    let mount = |digest: &str, from: &str| {
        registry
            .ask("POST", &format!("/v2/evalap/web/blobs/uploads/?mount={digest}&from={from}"), &[], b"")
            .status()
    };
    assert_eq!(registry.get(&format!("/v2/evalap/web/blobs/{digest}")).status(), 404);
    assert_eq!(mount(digest, "evalap/api"), 201);
    assert_eq!(registry.get(&format!("/v2/evalap/web/blobs/{digest}")).body(), "shared");
    assert_eq!(mount(&digest_of(b"unknown"), "evalap/api"), 202);
    assert_eq!(mount(digest, "elsewhere/api"), 202);
}

#[test]
fn a_manifest_names_only_what_is_there() {
    let registry = Registry::new(Desk::instant());
    let config = registry.push_blob("evalap/api", b"{}");
    let image = |config: &Value, layers: Value| {
        json!({"schemaVersion": 2, "config": config, "layers": layers}).to_string().into_bytes()
    };
    let put = |reference: &str, manifest: &[u8]| {
        refused(&registry.put("evalap/api", reference, MANIFEST, manifest))
    };
    let missing = json!([{"digest": digest_of(b"missing"), "size": 7}]);
    assert_eq!(put("1", &image(&config, missing)), (400, "MANIFEST_BLOB_UNKNOWN".into()));
    let mut longer = config.clone();
    longer["size"] = json!(3);
    assert_eq!(put("1", &image(&longer, json!([]))), (400, "SIZE_INVALID".into()));
    let good = image(&config, json!([]));
    assert_eq!(put("-wrong", &good), (400, "TAG_INVALID".into()));
    assert_eq!(put(&digest_of(b"other"), &good), (400, "DIGEST_INVALID".into()));
    assert_eq!(put("1", b"{"), (400, "MANIFEST_INVALID".into()));
    let typed = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).to_string();
    assert_eq!(put("1", typed.as_bytes()), (400, "MANIFEST_INVALID".into()));
    assert_eq!(registry.put("evalap/api", "1", "text/plain", &good).status(), 400);
    assert_eq!(registry.images()["total_count"], 0, "nothing came of these");

    let index = |digest: &str| {
        json!({"schemaVersion": 2, "mediaType": INDEX,
            "manifests": [{"mediaType": MANIFEST, "digest": digest, "size": good.len()}]})
        .to_string()
    };
    let unknown = registry.put("evalap/api", "all", INDEX, index(&digest_of(b"x")).as_bytes());
    assert_eq!(refused(&unknown), (400, "MANIFEST_BLOB_UNKNOWN".into()));
    let digest = digest_of(&good);
    assert_eq!(registry.put("evalap/api", &digest, MANIFEST, &good).status(), 201);
    assert_eq!(registry.put("evalap/api", "all", INDEX, index(&digest).as_bytes()).status(), 201);
    let pulled = registry.get("/v2/evalap/api/manifests/all");
    assert_eq!(header(&pulled, "content-type"), INDEX);

    assert_eq!(refused(&registry.get("/v2/elsewhere/api/manifests/1")), (404, "NAME_UNKNOWN".into()));
    assert_eq!(refused(&registry.get("/v2/evalap/api/manifests/none")), (404, "MANIFEST_UNKNOWN".into()));
    let unknown = registry.ask("POST", "/v2/elsewhere/api/blobs/uploads/", &[], b"");
    assert_eq!(refused(&unknown), (404, "NAME_UNKNOWN".into()), "a namespace is made by the JSON API");
    assert_eq!(refused(&registry.get("/v2/evalap/UPPER/manifests/1")), (400, "NAME_INVALID".into()));
}

#[test]
fn lists_come_in_pages() {
    let registry = Registry::new(Desk::instant());
    let manifest = registry.manifest("evalap/api", b"{}", &[]);
    for tag in ["b", "a", "c"] {
        registry.put("evalap/api", tag, MANIFEST, &manifest);
    }
    registry.push("evalap/web", "1", b"x");
    let all = body_of(&registry.get("/v2/evalap/api/tags/list"));
    assert_eq!(all, json!({"name": "evalap/api", "tags": ["a", "b", "c"]}));
    let first = registry.get("/v2/evalap/api/tags/list?n=2");
    assert_eq!(body_of(&first)["tags"], json!(["a", "b"]));
    assert_eq!(header(&first, "link"), "</v2/evalap/api/tags/list?n=2&last=b>; rel=\"next\"");
    let last = registry.get("/v2/evalap/api/tags/list?n=2&last=b");
    assert_eq!(body_of(&last)["tags"], json!(["c"]));
    assert!(last.headers().get("link").is_none());
    let catalog = body_of(&registry.get("/v2/_catalog"));
    assert_eq!(catalog, json!({"repositories": ["evalap/api", "evalap/web"]}));
    assert_eq!(registry.get("/v2/evalap/none/tags/list").status(), 404);
    let other = registry.raw(
        "GET",
        "https://rg.nl-ams.scw.cloud/v2/_catalog",
        &[("Authorization", "Bearer eA")],
        b"",
    );
    assert_eq!(body_of(&other)["repositories"], json!([]), "another region");
}

#[test]
fn what_refers_to_a_manifest_is_listed() {
    let registry = Registry::new(Desk::instant());
    let subject = registry.push("evalap/api", "1", b"x");
    let config = registry.push_blob("evalap/api", b"{}");
    let signature = json!({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/x-signature",
        "config": config, "layers": [], "subject": {"digest": subject}, "annotations": {"by": "ci"}});
    let made = registry.put("evalap/api", "sig", MANIFEST, signature.to_string().as_bytes());
    assert_eq!(header(&made, "oci-subject"), subject);
    let list = |query: &str| {
        body_of(&registry.get(&format!("/v2/evalap/api/referrers/{subject}{query}")))["manifests"].take()
    };
    let found = list("");
    assert_eq!(
        (&found[0]["artifactType"], &found[0]["annotations"]),
        (&json!("application/x-signature"), &json!({"by": "ci"}))
    );
    assert_eq!(list("?artifactType=other"), json!([]));
}

#[test]
fn what_is_deleted_on_one_side_is_gone_on_the_other() {
    let registry = Registry::new(Desk::recorded());
    let one = registry.push("evalap/api", "one", b"1");
    registry.push("evalap/api", "two", b"2");
    let manifest = registry.get("/v2/evalap/api/manifests/two").body().clone();
    registry.put("evalap/api", "again", MANIFEST, &manifest);
    let image = registry.images()["images"][0].clone();
    let tag = |name: &str| {
        let tags = registry.tags(&image);
        let found = tags.as_array().unwrap().iter().find(|tag| tag["name"] == name).cloned();
        format!("{REGISTRY}/tags/{}", text(&found.unwrap()["id"]))
    };
    assert_eq!(registry.desk.ask("DELETE", &tag("two"), Value::Null).0, 409, "another tag has its digest");
    let deleting = registry.desk.ok("DELETE", &format!("{}?force=true", tag("two")), Value::Null);
    assert_eq!(deleting["status"], "deleting");
    assert_eq!(registry.get("/v2/evalap/api/manifests/two").status(), 404, "at once");
    registry.desk.ok("DELETE", &tag("one"), Value::Null);
    registry.desk.wait(10);
    assert_eq!(registry.get(&format!("/v2/evalap/api/manifests/{one}")).status(), 404, "nothing names it");
    assert_eq!(registry.images()["images"][0]["tags"], json!(["again"]));
    assert_eq!(registry.images()["images"][0]["size"], 3);

    let again = registry.get("/v2/evalap/api/manifests/again");
    let digest = header(&again, "docker-content-digest");
    assert_eq!(registry.ask("DELETE", &format!("/v2/evalap/api/manifests/{digest}"), &[], b"").status(), 202);
    assert_eq!(registry.tags(&image), json!([]));
    registry.push("evalap/api", "new", b"3");
    let deleting =
        registry.desk.ok("DELETE", &format!("{REGISTRY}/images/{}", text(&image["id"])), Value::Null);
    assert_eq!((&deleting["status"], &deleting["tags"]), (&json!("deleting"), &json!(["new"])));
    registry.desk.wait(1);
    assert_eq!(registry.images()["images"][0]["status"], "deleting");
    registry.desk.wait(10);
    assert_eq!(registry.images()["total_count"], 0);
    assert_eq!(registry.get(&format!("/v2/evalap/api/blobs/{}", digest_of(b"3"))).status(), 404);
    registry.push("evalap/api", "1", b"4");
    let namespace = format!("{REGISTRY}/namespaces/{}", registry.namespace);
    assert_eq!(registry.desk.ok("DELETE", &namespace, Value::Null)["status"], "deleting");
    assert_eq!(registry.desk.ok("GET", &namespace, Value::Null)["status"], "deleting", "an image is in it");
    registry.desk.wait(1);
    assert_eq!(registry.desk.get(&namespace).0, 404);
    assert_eq!(registry.get("/v2/evalap/api/manifests/1").status(), 404);
}

#[test]
fn where_the_registry_is_strict_a_container_starts_once_its_image_was_pushed() {
    let registry = Registry::new(Desk::with(|b| b.latency(Latency::Recorded).strict_registry(true)));
    let namespace = registry.desk.namespace("evalap");
    let status = |name: &str, image: &str| {
        let body = json!({"namespace_id": namespace, "name": name, "image": image,
            "startup_probe": {"failure_threshold": 1, "interval": "1s", "timeout": "1s", "tcp": {}}});
        let made = registry.desk.ok("POST", &format!("{CONTAINERS}/containers"), body);
        registry.desk.wait(60);
        let path = format!("{CONTAINERS}/containers/{}", text(&made["id"]));
        registry.desk.ok("GET", &path, Value::Null)["status"].take()
    };
    let digest = registry.push("evalap/api", "1", b"x");
    assert_eq!(status("pushed", "rg.fr-par.scw.cloud/evalap/api:1"), "ready");
    assert_eq!(status("pinned", &format!("rg.fr-par.scw.cloud/evalap/api@{digest}")), "ready");
    assert_eq!(status("absent", "rg.fr-par.scw.cloud/evalap/api:2"), "error");
    assert_eq!(status("elsewhere", "rg.nl-ams.scw.cloud/evalap/api:1"), "error");
    assert_eq!(status("other", "docker.io/library/nginx:1"), "ready");
}

#[test]
fn a_kept_world_keeps_its_images_and_a_fork_has_them_too() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Desk::with(|builder| builder.data_dir(folder.path()));
    let mut registry = Registry::new(open());
    let digest = registry.push("evalap/api", "1", b"a layer");
    let begun = registry.ask("POST", "/v2/evalap/api/blobs/uploads/", &[], b"");
    registry.ask("PATCH", header(&begun, "location"), &[], b"half of it");
    let path = format!("/v2/evalap/api/manifests/{digest}");
    let pull = |registry: &Registry| {
        let manifest = registry.get(&path);
        let layer = body_of(&manifest)["layers"][0]["digest"].clone();
        registry.get(&format!("/v2/evalap/api/blobs/{}", text(&layer))).body().clone()
    };
    let clock = registry.desk.clock.clone();
    let fork = registry.desk.emulator.fork(clock.clone(), Random::seeded(3));
    let forked = Registry { desk: Desk { clock, emulator: fork }, namespace: registry.namespace.clone() };
    assert_eq!(pull(&forked), "a layer");
    let namespace = registry.namespace.clone();
    drop(registry.desk);
    registry = Registry { desk: open(), namespace };
    assert_eq!(pull(&registry), "a layer");
    let rest = registry.ask("PATCH", header(&begun, "location"), &[("Content-Range", "10-14")], b", all");
    assert_eq!((rest.status(), header(&rest, "range")), (StatusCode::ACCEPTED, "0-14"));
}

#[test]
fn faults_and_the_log_know_the_protocols_operations() {
    let registry = Registry::new(Desk::instant());
    registry.desk.emulator.inject(Fault::new(FaultKind::Throttled).operation("PutManifest"));
    let manifest = registry.manifest("evalap/api", b"{}", &[]);
    assert_eq!(registry.put("evalap/api", "1", MANIFEST, &manifest).status(), 429);
    assert_eq!(registry.put("evalap/api", "1", MANIFEST, &manifest).status(), 201);
    assert_eq!(registry.desk.emulator.requests().count("registry.PutManifest"), 2);
    let coverage = registry.desk.ok("GET", "/_emulator/coverage", Value::Null);
    assert_eq!(coverage["registry.FinishBlobUpload"], "faithful");
}

#[test]
fn strict_authentication_asks_what_a_key_may_do() {
    let owner = ("SCWOWNER00000000000X", "0a1b2c3d-0000-4000-8000-000000000001");
    let desk = Desk::with(|builder| builder.strict_auth(true).owner_key(owner.0, owner.1));
    let json_api = |verb: &str, path: &str, key: &str, body: Value| -> Value {
        let request = http::Request::builder().method(verb).uri(format!("https://api.scaleway.com{path}"));
        let request = request.header("X-Auth-Token", key).body(body.to_string().into()).unwrap();
        let answer = desk.send(request).unwrap();
        assert!(answer.status().is_success(), "{verb} {path}: {:?}", answer.body());
        serde_json::from_slice(answer.body()).unwrap()
    };
    let organization = "00000000-0000-4000-8000-00000000e0e0";
    let body = json!({"name": "evalap", "project_id": organization});
    json_api("POST", &format!("{REGISTRY}/namespaces"), owner.1, body);
    let body = json!({"name": "ci", "organization_id": organization});
    let application = json_api("POST", "/iam/v1alpha1/applications", owner.1, body);
    let body = json!({"name": "ci", "organization_id": organization, "application_id": application["id"],
        "rules": [{"permission_set_names": ["ContainerRegistryReadOnly"], "project_ids": [organization]}]});
    json_api("POST", "/iam/v1alpha1/policies", owner.1, body);
    let body = json!({"application_id": application["id"], "default_project_id": organization});
    let key = json_api("POST", "/iam/v1alpha1/api-keys", owner.1, body);

    let with = |secret: &str, verb: &str, path: &str| {
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("nologin:{secret}")));
        let request = http::Request::builder().method(verb).uri(format!("https://rg.fr-par.scw.cloud{path}"));
        desk.send(request.header("Authorization", basic).body(Bytes::new()).unwrap()).unwrap()
    };
    let upload = "/v2/evalap/api/blobs/uploads/";
    assert_eq!(with(owner.1, "POST", upload).status(), 202);
    let denied = with(text(&key["secret_key"]), "POST", upload);
    assert_eq!(
        (denied.status(), &body_of(&denied)["type"]),
        (StatusCode::FORBIDDEN, &json!("permissions_denied"))
    );
    assert_eq!(body_of(&denied)["details"][0], json!({"resource": "api_namespace", "action": "write"}));
    let path = "/v2/evalap/api/manifests/1";
    assert_eq!(refused(&with(text(&key["secret_key"]), "GET", path)), (404, "MANIFEST_UNKNOWN".into()));
    let unknown = with("11111111-1111-4111-8111-111111111111", "GET", "/v2/");
    assert_eq!(refused(&unknown), (401, "UNAUTHORIZED".into()));
}
