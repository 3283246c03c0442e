//! Buckets as a whole.

use http::Method;
use scaleway_core::Error;
use scaleway_object_storage::CreateBucket;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, Request};

use crate::{bucket, document, empty, expect, is_signed, mocked, ok, refused};

#[test]
fn create() {
    mocked(|server, storage| async move {
        expect(&server, Method::PUT, "", "", empty(200)).await;
        storage.create_bucket(CreateBucket::new(&bucket())).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert!(!requests[0].headers.contains_key("x-amz-bucket-object-lock-enabled"));
    });
}

#[test]
fn create_with_object_lock() {
    mocked(|server, storage| async move {
        let signs_it = |request: &Request| {
            let authorization = request.headers["authorization"].to_str().unwrap();
            authorization.contains("x-amz-bucket-object-lock-enabled")
        };
        Mock::given(method("PUT"))
            .and(header("x-amz-bucket-object-lock-enabled", "true"))
            .and(signs_it)
            .respond_with(empty(200))
            .expect(1)
            .mount(&server)
            .await;
        storage.create_bucket(CreateBucket::new(&bucket()).object_lock(true)).await.unwrap();
    });
}

#[test]
fn list() {
    mocked(|server, storage| async move {
        let answer = document(
            "ListAllMyBucketsResult",
            "<Owner><ID>p:p</ID><DisplayName>p:p</DisplayName></Owner><Buckets>\
             <Bucket><Name>evalap</Name><CreationDate>2026-07-03T15:28:04.000Z</CreationDate></Bucket>\
             <Bucket><Name>evalap-2</Name><CreationDate>2026-07-04T15:28:04.000Z</CreationDate></Bucket></Buckets>",
        );
        Mock::given(method("GET"))
            .and(path("/"))
            .and(is_signed)
            .respond_with(ok(answer))
            .expect(1)
            .mount(&server)
            .await;
        let list = storage.list_buckets().await.unwrap();
        assert_eq!(list.owner.unwrap().id, "p:p");
        assert_eq!(list.buckets[1].name.as_str(), "evalap-2");
        assert_eq!(list.buckets[0].creation_date, Some("2026-07-03T15:28:04Z".parse().unwrap()));
    });
}

#[test]
fn an_empty_list_is_no_error() {
    mocked(|server, storage| async move {
        let answer = ok(document("ListAllMyBucketsResult", "<Buckets/>"));
        Mock::given(method("GET")).respond_with(answer).mount(&server).await;
        assert!(storage.list_buckets().await.unwrap().buckets.is_empty());
    });
}

#[test]
fn delete() {
    mocked(|server, storage| async move {
        expect(&server, Method::DELETE, "", "", empty(204)).await;
        storage.delete_bucket(&bucket()).await.unwrap();
    });
}

#[test]
fn what_is_in_the_way_of_a_delete_is_said() {
    mocked(|server, storage| async move {
        expect(&server, Method::DELETE, "", "", refused(409, "BucketNotEmpty")).await;
        let error = storage.delete_bucket(&bucket()).await.unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("all their versions"), "{error}");
    });
}

#[test]
fn a_bucket_is_waited_for_until_it_answers() {
    mocked(|server, storage| async move {
        Mock::given(method("HEAD")).respond_with(empty(404)).up_to_n_times(2).expect(2).mount(&server).await;
        Mock::given(method("HEAD")).respond_with(empty(200)).expect(1).mount(&server).await;
        storage.wait_for_bucket(&bucket()).await.unwrap();
    });
}

#[test]
fn a_bucket_of_others_is_not_waited_for() {
    mocked(|server, storage| async move {
        expect(&server, Method::HEAD, "", "", empty(403)).await;
        let error = storage.wait_for_bucket(&bucket()).await.unwrap_err();
        assert!(error.is_permission_denied(), "{error}");
    });
}

#[test]
fn a_bucket_is_waited_for_until_it_is_gone() {
    mocked(|server, storage| async move {
        Mock::given(method("HEAD")).respond_with(empty(200)).up_to_n_times(2).expect(2).mount(&server).await;
        Mock::given(method("HEAD")).respond_with(empty(404)).expect(1).mount(&server).await;
        storage.wait_until_bucket_gone(&bucket()).await.unwrap();
    });
    mocked(|server, storage| async move {
        Mock::given(method("HEAD")).respond_with(empty(200)).mount(&server).await;
        let error = storage.wait_until_bucket_gone(&bucket()).await.unwrap_err();
        assert!(matches!(error, Error::StillChanging { .. }), "{error}");
    });
}
