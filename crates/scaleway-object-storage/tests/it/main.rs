//! Single exchanges against a mocked Object Storage.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod address;
mod bucket;
mod errors;
#[cfg(feature = "object-store")]
mod objects;
mod parts;
mod readme;

use std::future::Future;

use http::Method;
use scaleway_core::{Client, Clock, Config, Random, Timestamp};
use scaleway_object_storage::{BucketName, ObjectStorage};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const ACCESS_KEY: &str = "SCWXXXXXXXXXXXXXXXXX";
const SECRET_KEY: &str = "11111111-1111-4111-8111-111111111111";
const PROJECT: &str = "22222222-2222-4222-8222-222222222222";
const XMLNS: &str = r#"xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#;

/// The time at which all tests begin.
fn then() -> Timestamp {
    "2026-07-03T15:28:04Z".parse().unwrap()
}

fn config() -> Config {
    Config::new(SECRET_KEY).with_access_key(ACCESS_KEY).with_default_project(PROJECT.parse().unwrap())
}

fn bucket() -> BucketName {
    "evalap".parse().unwrap()
}

/// A mocked Object Storage and a client of it, by a clock that moves when someone sleeps.
fn mocked<F: Future<Output = ()>>(test: impl FnOnce(MockServer, ObjectStorage) -> F) {
    let clock = Clock::virtual_from(then());
    clock
        .block_on(async {
            // What the mock does is out of the clock's sight.
            let server = MockServer::start().await;
            let config = config().with_s3_endpoint(server.uri().parse().unwrap());
            let https = scaleway_core::Https::new(&scaleway_core::HttpsOptions::default(), clock.clone());
            let client = Client::builder(config, https.unwrap())
                .clock(clock.clone())
                .random(Random::seeded(1))
                .build()
                .unwrap();
            let storage = ObjectStorage::new(&client).unwrap();
            test(server, storage).await;
        })
        .unwrap();
}

/// Expects exactly one signed request with this query and body, and answers it.
async fn expect(
    server: &MockServer,
    verb: Method,
    query: &'static str,
    body: &str,
    answer: ResponseTemplate,
) {
    let body = body.to_owned();
    Mock::given(method(verb.as_str()))
        .and(path("/evalap"))
        .and(move |request: &Request| {
            request.url.query().unwrap_or_default() == query && request.body == body.as_bytes()
        })
        .and(is_signed)
        .respond_with(answer)
        .expect(1)
        .mount(server)
        .await;
}

fn is_signed(request: &Request) -> bool {
    let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap());
    let scope = format!("Credential={ACCESS_KEY}@{PROJECT}/20260703/fr-par/s3/aws4_request,");
    header("authorization")
        .is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 ") && value.contains(&scope))
        && header("x-amz-date").is_some_and(|date| date.starts_with("20260703T1528"))
        && header("x-amz-content-sha256").is_some_and(|hash| hash.len() == 64)
        && header("x-auth-token").is_none()
        && header("content-md5").is_some() != request.body.is_empty()
}

fn document(root: &str, content: &str) -> String {
    format!("<{root} {XMLNS}>{content}</{root}>")
}

fn ok(body: impl Into<String>) -> ResponseTemplate {
    let body = format!("<?xml version='1.0' encoding='UTF-8'?>\n{}", body.into());
    ResponseTemplate::new(200).set_body_raw(body, "application/xml")
}

fn empty(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

fn refused(status: u16, code: &str) -> ResponseTemplate {
    let body = format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<Error><Code>{code}</Code><Message>As said.</Message>\
         <RequestId>tx1</RequestId><HostId>tx1</HostId><Resource>/evalap</Resource></Error>"
    );
    ResponseTemplate::new(status)
        .set_body_raw(body, "application/xml")
        .insert_header("x-amz-request-id", "tx1")
}
