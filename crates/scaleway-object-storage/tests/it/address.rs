//! Where requests go, and as whom.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use scaleway_core::{Client, Clock, Config, Exchange, Region, Transport};
use scaleway_object_storage::ObjectStorage;

use crate::{ACCESS_KEY, PROJECT, SECRET_KEY, config, then};

/// Answers everything with success, and keeps it.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<Mutex<Vec<http::Request<Bytes>>>>);

impl Transport for Seen {
    fn send(&self, request: http::Request<Bytes>) -> Exchange<'_> {
        self.0.lock().unwrap().push(request);
        Box::pin(async { Ok(http::Response::new(Bytes::new())) })
    }
}

impl Seen {
    /// The address and the `authorization` of a HEAD of `bucket`.
    fn head(&self, config: Config, region: &Region, bucket: &str) -> (String, String) {
        let clock = Clock::virtual_from(then());
        let client = Client::builder(config, self.clone()).clock(clock.clone()).build().unwrap();
        let storage = ObjectStorage::in_region(&client, region).unwrap();
        clock.block_on(storage.head_bucket(&bucket.parse().unwrap())).unwrap().unwrap();
        let request = self.0.lock().unwrap().pop().unwrap();
        (request.uri().to_string(), request.headers()["authorization"].to_str().unwrap().to_owned())
    }
}

#[test]
fn buckets_are_hosts_unless_they_cannot_be() {
    let seen = Seen::default();
    let url = |config, region, bucket| seen.head(config, &region, bucket).0;
    assert_eq!(url(config(), Region::FrPar, "evalap"), "https://evalap.s3.fr-par.scw.cloud/");
    assert_eq!(url(config(), Region::NlAms, "evalap"), "https://evalap.s3.nl-ams.scw.cloud/");
    assert_eq!(url(config(), Region::FrPar, "eval.ap"), "https://s3.fr-par.scw.cloud/eval.ap");
    let elsewhere = |at: &str| config().with_s3_endpoint(at.parse().unwrap());
    assert_eq!(
        url(elsewhere("http://127.0.0.1:9000"), Region::FrPar, "evalap"),
        "http://127.0.0.1:9000/evalap"
    );
    assert_eq!(
        url(elsewhere("http://localhost:9000/"), Region::FrPar, "evalap"),
        "http://localhost:9000/evalap"
    );
    assert_eq!(
        url(elsewhere("https://s3.test:9000"), Region::FrPar, "evalap"),
        "https://evalap.s3.test:9000/"
    );
    let variables = |name: &str| match name {
        "SCW_ACCESS_KEY" => Some(ACCESS_KEY.to_owned()),
        "SCW_SECRET_KEY" => Some(SECRET_KEY.to_owned()),
        "SCW_CONFIG_PATH" => Some("/nowhere".to_owned()),
        "SCW_S3_ENDPOINT" => Some("https://s3.test".to_owned()),
        "SCW_S3_USE_PATH_STYLE" => Some("true".to_owned()),
        _ => None,
    };
    let config = Config::from_variables(&variables).unwrap();
    assert_eq!(url(config, Region::FrPar, "evalap"), "https://s3.test/evalap");
}

/// The signature was computed by AWS' published algorithm, step by step, apart from this crate.
#[test]
fn the_request_is_signed_as_key_and_project() {
    let (_, authorization) = Seen::default().head(config(), &Region::FrPar, "evalap");
    assert_eq!(
        authorization,
        format!(
            "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}@{PROJECT}/20260703/fr-par/s3/aws4_request, \
             SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
             Signature=2cba81fa5dbdef709c6005c958cdca1f61b7742ee47ad7e818e9d8533e6b100c"
        )
    );
}

#[test]
fn without_a_project_the_key_stands_alone() {
    let config = Config::new(SECRET_KEY).with_access_key(ACCESS_KEY);
    let (_, authorization) = Seen::default().head(config, &Region::FrPar, "evalap");
    assert!(authorization.contains(&format!("Credential={ACCESS_KEY}/20260703/")), "{authorization}");
}

#[test]
fn another_project_replaces_the_first() {
    let clock = Clock::virtual_from(then());
    let seen = Seen::default();
    let client = Client::builder(config(), seen.clone()).clock(clock.clone()).build().unwrap();
    let storage = ObjectStorage::new(&client).unwrap().in_project(&"other".parse().unwrap());
    clock.block_on(storage.head_bucket(&crate::bucket())).unwrap().unwrap();
    let request = seen.0.lock().unwrap().pop().unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains(&format!("Credential={ACCESS_KEY}@other/")), "{authorization}");
}

#[test]
fn without_an_access_key_there_is_no_client() {
    let client = Client::builder(Config::new(SECRET_KEY), Seen::default()).build().unwrap();
    let error = ObjectStorage::new(&client).unwrap_err().to_string();
    assert!(error.contains("SCW_ACCESS_KEY"), "{error}");
}

#[test]
fn nothing_shows_the_secret_key() {
    let client = Client::builder(config(), Seen::default()).build().unwrap();
    let storage = ObjectStorage::new(&client).unwrap();
    assert!(!format!("{storage:?}").contains(SECRET_KEY));
    #[cfg(feature = "object-store")]
    assert!(!format!("{:?}", storage.objects(&crate::bucket()).unwrap()).contains(SECRET_KEY));
}
