//! `object_store` over the emulator as its connector.

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig};
use scaleway_emulator::{Fault, FaultKind};

use crate::desk::Desk;

fn objects(desk: &Desk, endpoint: &str) -> AmazonS3 {
    AmazonS3Builder::new()
        .with_bucket_name("mine")
        .with_region("fr-par")
        .with_endpoint(endpoint)
        .with_access_key_id("SCWXXXXXXXXXXXXXXXXX")
        .with_secret_access_key("11111111-1111-4111-8111-111111111111")
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
        .with_http_connector(desk.emulator.clone())
        .build()
        .unwrap()
}

#[test]
fn objects_are_put_read_listed_and_deleted_without_a_port() {
    let desk = Desk::instant();
    assert_eq!(desk.s3("PUT", "mine", &[], "").status, 200);
    let objects = objects(&desk, "https://s3.fr-par.scw.cloud");
    let path = Path::from("a/lock");
    let run = async {
        let created = |content: &'static str| {
            let options = PutOptions::from(PutMode::Create);
            objects.put_opts(&path, PutPayload::from_static(content.as_bytes()), options)
        };
        created_ok(created("first").await);
        assert!(matches!(created("late").await, Err(Error::AlreadyExists { .. })));
        assert_eq!(objects.get(&path).await.unwrap().bytes().await.unwrap(), "first");
        assert_eq!(objects.get_range(&path, 1..3).await.unwrap(), "ir");
        let listed = objects.list_with_delimiter(None).await.unwrap();
        assert_eq!((listed.common_prefixes, listed.objects.len()), (vec![Path::from("a")], 0));
        objects.delete(&path).await.unwrap();
        assert!(matches!(objects.get(&path).await, Err(Error::NotFound { .. })));
    };
    desk.clock.block_on(run).unwrap();
    assert_eq!(desk.emulator.requests().count("PutObject"), 2);
}

fn created_ok(answer: object_store::Result<object_store::PutResult>) {
    assert!(answer.unwrap().e_tag.is_some());
}

#[test]
fn what_is_lost_and_who_nobody_is_are_errors_of_a_connection() {
    let desk = Desk::instant();
    desk.s3("PUT", "mine", &[], "");
    let path = Path::from("a");
    let lost = objects(&desk, "https://s3.fr-par.scw.cloud");
    desk.emulator.inject(Fault::new(FaultKind::LostAnswer).operation("PutObject"));
    desk.clock.block_on(lost.put(&path, "1".into())).unwrap().unwrap_err();
    assert_eq!(desk.clock.block_on(lost.get(&path)).unwrap().unwrap().meta.size, 1, "it happened");
    let nobody = objects(&desk, "https://s3.nobody.example");
    desk.clock.block_on(nobody.put(&path, "1".into())).unwrap().unwrap_err();
}
