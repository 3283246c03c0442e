//! Objects by `object_store`, over the client's transport.

use object_store::{Error, ObjectStoreExt, PutMode, PutPayload, UpdateVersion};
use wiremock::Mock;
use wiremock::matchers::{header, header_exists, method, path};

use crate::{ACCESS_KEY, PROJECT, bucket, empty, mocked, refused};

#[test]
fn a_write_may_be_conditional_and_is_sent_once() {
    mocked(|server, storage| async move {
        let put = || Mock::given(method("PUT")).and(path("/evalap/log/7"));
        put()
            .and(header("if-none-match", "*"))
            .and(header_exists("authorization"))
            .respond_with(refused(412, "PreconditionFailed"))
            .expect(1)
            .mount(&server)
            .await;
        put()
            .and(header("if-match", "\"a\""))
            .respond_with(empty(200).insert_header("etag", "\"b\""))
            .expect(1)
            .mount(&server)
            .await;
        let objects = storage.objects(&bucket()).unwrap();
        let at = object_store::path::Path::from("log/7");
        let write = |mode: PutMode| {
            let (objects, at) = (&objects, &at);
            async move {
                use object_store::ObjectStore;
                objects.put_opts(at, PutPayload::from_static(b"x"), mode.into()).await
            }
        };
        let lost = write(PutMode::Create).await.unwrap_err();
        assert!(matches!(lost, Error::AlreadyExists { .. }), "{lost}");
        let seen = UpdateVersion { e_tag: Some("\"a\"".into()), version: None };
        assert_eq!(write(PutMode::Update(seen)).await.unwrap().e_tag.as_deref(), Some("\"b\""));
        let requests = server.received_requests().await.unwrap();
        let authorization = requests[0].headers["authorization"].to_str().unwrap();
        assert!(authorization.contains(&format!("Credential={ACCESS_KEY}@{PROJECT}/")), "{authorization}");
    });
}

#[test]
fn its_own_retries_are_off() {
    mocked(|server, storage| async move {
        Mock::given(method("GET")).respond_with(refused(503, "SlowDown")).expect(1).mount(&server).await;
        let objects = storage.objects(&bucket()).unwrap();
        objects.get(&"a".into()).await.unwrap_err();
    });
}

#[test]
fn an_object_is_read_whole() {
    mocked(|server, storage| async move {
        let answer = empty(200)
            .set_body_raw("content", "text/plain")
            .insert_header("etag", "\"a\"")
            .insert_header("last-modified", "Fri, 03 Jul 2026 15:28:04 GMT");
        Mock::given(method("GET"))
            .and(path("/evalap/a%20b"))
            .respond_with(answer)
            .expect(1)
            .mount(&server)
            .await;
        let objects = storage.objects(&bucket()).unwrap();
        let read = objects.get(&"a b".into()).await.unwrap().bytes().await.unwrap();
        assert_eq!(read, "content");
    });
}
