//! What errors say, and what is sent again.

use std::time::Duration;

use http::Method;
use scaleway_core::{Client, Error};
use scaleway_object_storage::CreateBucket;
use wiremock::Mock;
use wiremock::matchers::method;

use crate::{SECRET_KEY, bucket, document, empty, expect, mocked, ok, refused};

#[test]
fn predicates_hold() {
    type Predicate = fn(&Error) -> bool;
    let cases: [(u16, &str, Predicate); 6] = [
        (404, "NoSuchBucket", Error::is_not_found),
        (409, "BucketAlreadyExists", Error::is_conflict),
        (412, "PreconditionFailed", Error::is_precondition_failed),
        (403, "AccessDenied", Error::is_permission_denied),
        (403, "SignatureDoesNotMatch", Error::is_unauthenticated),
        (403, "InvalidAccessKeyId", Error::is_unauthenticated),
    ];
    for (status, code, predicate) in cases {
        mocked(|server, storage| async move {
            expect(&server, Method::GET, "versioning", "", refused(status, code)).await;
            let error = storage.get_bucket_versioning(&bucket()).await.unwrap_err();
            assert!(predicate(&error), "{error}");
            assert_eq!((error.status(), error.kind()), (Some(status), Some(code)));
            assert_eq!(error.request_id(), Some("tx1"));
            let text = error.to_string();
            assert!(
                text.contains("As said.") && text.contains("/evalap") && !text.contains(SECRET_KEY),
                "{text}"
            );
        });
    }
}

#[test]
fn a_head_says_what_its_status_says() {
    mocked(|server, storage| async move {
        expect(&server, Method::HEAD, "", "", empty(403)).await;
        assert!(storage.head_bucket(&bucket()).await.unwrap_err().is_permission_denied());
    });
    mocked(|server, storage| async move {
        expect(&server, Method::HEAD, "", "", empty(404)).await;
        assert!(storage.head_bucket(&bucket()).await.unwrap_err().is_not_found());
    });
}

#[test]
fn what_passes_is_sent_again_with_a_signature_of_its_time() {
    mocked(|server, storage| async move {
        let slow = refused(503, "SlowDown");
        Mock::given(method("PUT")).respond_with(slow).up_to_n_times(4).expect(4).mount(&server).await;
        Mock::given(method("PUT")).respond_with(empty(200)).expect(1).mount(&server).await;
        storage.create_bucket(CreateBucket::new(&bucket())).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        let signed: Vec<_> = requests.iter().map(|request| &request.headers["x-amz-date"]).collect();
        assert!(signed.is_sorted() && signed[0] < signed[4], "{signed:?}");
    });
}

#[test]
fn a_create_that_may_have_worked_before_says_so() {
    mocked(|server, storage| async move {
        Mock::given(method("PUT"))
            .respond_with(refused(500, "InternalError"))
            .up_to_n_times(1)
            .mount(&server)
            .await;
        Mock::given(method("PUT")).respond_with(refused(409, "BucketAlreadyOwnedByYou")).mount(&server).await;
        let error = storage.create_bucket(CreateBucket::new(&bucket())).await.unwrap_err();
        assert!(error.is_conflict() && error.may_have_happened(), "{error}");
    });
}

#[test]
fn what_is_no_document_is_an_error() {
    for body in ["", "<html", "{}", "<VersioningConfiguration><Status>"] {
        mocked(|server, storage| async move {
            expect(&server, Method::GET, "lifecycle", "", ok(body)).await;
            let error = storage.get_bucket_lifecycle(&bucket()).await.unwrap_err();
            assert!(matches!(error, Error::Decode { .. }), "{body:?}: {error}");
        });
    }
}

#[test]
fn a_grant_that_has_not_spread_yet_is_waited_for_where_that_is_asked_for() {
    mocked(|server, storage| async move {
        let denied = refused(403, "AccessDenied");
        Mock::given(method("GET")).respond_with(denied).up_to_n_times(3).expect(3).mount(&server).await;
        Mock::given(method("GET"))
            .respond_with(ok(document("VersioningConfiguration", "")))
            .expect(1)
            .mount(&server)
            .await;
        let client: &Client = storage.client();
        let mut patient = *client.retry_policy();
        patient.permission_grace = Duration::from_mins(5);
        let storage = storage.clone().with_client(&client.with_retry(patient));
        storage.get_bucket_versioning(&bucket()).await.unwrap();
    });
}

#[test]
fn a_redirection_says_what_to_check() {
    mocked(|server, storage| async move {
        let answer = empty(307).insert_header("location", "https://elsewhere.test/");
        expect(&server, Method::DELETE, "", "", answer).await;
        let error = storage.delete_bucket(&bucket()).await.unwrap_err().to_string();
        assert!(error.contains("SCW_S3_ENDPOINT") && !error.contains("SCW_API_URL"), "{error}");
    });
}
