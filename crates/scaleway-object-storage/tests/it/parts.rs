//! The parts of a bucket: written exactly, read whole.

use http::Method;
use scaleway_core::{Error, Result};
use scaleway_object_storage::{
    AbortIncompleteUploads, Acl, BucketName, BucketPolicy, CannedAcl, Encryption, EncryptionAlgorithm,
    Expiration, Grant, Grantee, Group, Lifecycle, LifecycleFilter, LifecycleFilterAnd, LifecycleRule,
    LockMode, MfaDelete, NoncurrentExpiration, NoncurrentTransition, ObjectLock, ObjectStorage, Permission,
    Principal, Statement, StorageClass, Tag, Tags, Transition, VersioningStatus,
};

use crate::{bucket, document, empty, expect, mocked, ok, refused};

/// What is written with `put` is `content` in `root`; what is read of it with `get` is the same, and is written as it was.
fn whole<T, G, P>(
    part: &'static str,
    root: &str,
    value: T,
    content: &str,
    get: impl AsyncFn(ObjectStorage, BucketName) -> Result<G>,
    put: impl AsyncFn(ObjectStorage, BucketName, T) -> Result<P>,
) where
    T: Clone + PartialEq + std::fmt::Debug,
    G: Into<Option<T>>,
{
    let document = document(root, content);
    mocked(async |server, storage| {
        expect(&server, Method::PUT, part, &document, empty(200)).await;
        expect(&server, Method::GET, part, "", ok(document.clone())).await;
        put(storage.clone(), bucket(), value.clone()).await.unwrap();
        assert_eq!(get(storage, bucket()).await.unwrap().into(), Some(value.clone()));
    });
}

#[test]
fn versioning() {
    mocked(|server, storage| async move {
        for status in ["Enabled", "Suspended", "Resting"] {
            let body = document("VersioningConfiguration", &format!("<Status>{status}</Status>"));
            expect(&server, Method::PUT, "versioning", &body, empty(200)).await;
        }
        for status in [
            VersioningStatus::Enabled,
            VersioningStatus::Suspended,
            VersioningStatus::Other("Resting".into()),
        ] {
            storage.put_bucket_versioning(&bucket(), status).await.unwrap();
        }
        let answer = "<Status>Enabled</Status><MfaDelete>Disabled</MfaDelete>";
        expect(&server, Method::GET, "versioning", "", ok(document("VersioningConfiguration", answer))).await;
        let versioning = storage.get_bucket_versioning(&bucket()).await.unwrap();
        assert!(versioning.is_enabled() && versioning.mfa_delete == Some(MfaDelete::Disabled));
    });
    mocked(|server, storage| async move {
        expect(&server, Method::GET, "versioning", "", ok(document("VersioningConfiguration", ""))).await;
        assert_eq!(storage.get_bucket_versioning(&bucket()).await.unwrap().status, None);
    });
}

#[test]
fn encryption() {
    whole(
        "encryption",
        "ServerSideEncryptionConfiguration",
        Encryption::aes256(),
        "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
         </ApplyServerSideEncryptionByDefault></Rule>",
        async |storage, bucket| storage.get_bucket_encryption(&bucket).await,
        async |storage, bucket, value| storage.put_bucket_encryption(&bucket, value).await,
    );
    mocked(|server, storage| async move {
        let answer = "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>new:one</SSEAlgorithm>\
                      </ApplyServerSideEncryptionByDefault></Rule>";
        let answer = ok(document("ServerSideEncryptionConfiguration", answer));
        expect(&server, Method::GET, "encryption", "", answer).await;
        let encryption = storage.get_bucket_encryption(&bucket()).await.unwrap().unwrap();
        let algorithm = encryption.rules[0].default.as_ref().unwrap().algorithm.clone();
        assert_eq!(algorithm, EncryptionAlgorithm::Other("new:one".into()));
    });
}

#[test]
fn tagging() {
    whole(
        "tagging",
        "Tagging",
        Tags::from_iter([("environment", "staging & more"), ("owner", "")]),
        "<TagSet><Tag><Key>environment</Key><Value>staging &amp; more</Value></Tag>\
         <Tag><Key>owner</Key><Value/></Tag></TagSet>",
        async |storage, bucket| storage.get_bucket_tagging(&bucket).await,
        async |storage, bucket, value| storage.put_bucket_tagging(&bucket, value).await,
    );
}

#[test]
fn object_lock() {
    for (lock, rule) in [
        (ObjectLock::enabled(), ""),
        (ObjectLock::days(LockMode::Governance, 30), "<Mode>GOVERNANCE</Mode><Days>30</Days>"),
        (ObjectLock::years(LockMode::Compliance, 2), "<Mode>COMPLIANCE</Mode><Years>2</Years>"),
    ] {
        let rule = if rule.is_empty() {
            String::new()
        } else {
            format!("<Rule><DefaultRetention>{rule}</DefaultRetention></Rule>")
        };
        whole(
            "object-lock",
            "ObjectLockConfiguration",
            lock,
            &format!("<ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}"),
            async |storage, bucket| storage.get_object_lock_configuration(&bucket).await,
            async |storage, bucket, value| storage.put_object_lock_configuration(&bucket, value).await,
        );
    }
}

#[test]
fn lifecycle() {
    let both = LifecycleFilterAnd::default()
        .prefix("runs/")
        .tags(vec![Tag::new("keep", "no")])
        .object_size_greater_than(1024_u64);
    let mut dated = Expiration::default();
    dated.date = Some("2027-01-01T00:00:00Z".parse().unwrap());
    let rules = [
        LifecycleRule::new("all")
            .expiration(Expiration::days(365))
            .transitions(vec![
                Transition::days(30, StorageClass::OnezoneIa),
                Transition::days(90, StorageClass::Glacier),
            ])
            .noncurrent_expiration(NoncurrentExpiration::days(30))
            .noncurrent_transitions(vec![NoncurrentTransition::days(7, StorageClass::Other("COLD".into()))])
            .abort_incomplete_uploads(AbortIncompleteUploads::days(1)),
        LifecycleRule::new("both")
            .filter(LifecycleFilter::and(both))
            .expiration(Expiration::delete_markers()),
        LifecycleRule::new("tag").filter(LifecycleFilter::tag("a", "b")).expiration(dated),
    ];
    whole(
        "lifecycle",
        "LifecycleConfiguration",
        Lifecycle::from_iter(rules),
        "<Rule><ID>all</ID><Status>Enabled</Status><Filter><Prefix/></Filter>\
         <Expiration><Days>365</Days></Expiration>\
         <Transition><Days>30</Days><StorageClass>ONEZONE_IA</StorageClass></Transition>\
         <Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>\
         <NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>\
         <NoncurrentVersionTransition><NoncurrentDays>7</NoncurrentDays><StorageClass>COLD</StorageClass>\
         </NoncurrentVersionTransition>\
         <AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>\
         </AbortIncompleteMultipartUpload></Rule>\
         <Rule><ID>both</ID><Status>Enabled</Status><Filter><And><Prefix>runs/</Prefix>\
         <Tag><Key>keep</Key><Value>no</Value></Tag><ObjectSizeGreaterThan>1024</ObjectSizeGreaterThan></And></Filter>\
         <Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>\
         <Rule><ID>tag</ID><Status>Enabled</Status><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>\
         <Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration></Rule>",
        async |storage, bucket| storage.get_bucket_lifecycle(&bucket).await,
        async |storage, bucket, value| storage.put_bucket_lifecycle(&bucket, value).await,
    );
}

/// As answers may have it: old rules, and elements in any order.
#[test]
fn a_lifecycle_in_another_order_is_read() {
    mocked(|server, storage| async move {
        let answer = document(
            "LifecycleConfiguration",
            "<Rule>\n  <Transition><StorageClass>GLACIER</StorageClass><Days>1</Days></Transition>\n  \
             <Prefix>logs/</Prefix><Status>Disabled</Status>\n  \
             <Transition><Days>2</Days><StorageClass>GLACIER</StorageClass></Transition><ID>old</ID></Rule>",
        );
        expect(&server, Method::GET, "lifecycle", "", ok(answer)).await;
        let lifecycle = storage.get_bucket_lifecycle(&bucket()).await.unwrap().unwrap();
        let rule = &lifecycle.rules[0];
        assert_eq!((rule.id.as_deref(), rule.prefix.as_deref()), (Some("old"), Some("logs/")));
        assert_eq!(rule.transitions.iter().map(|to| to.days).collect::<Vec<_>>(), [Some(1), Some(2)]);
    });
}

#[test]
fn policy() {
    let policy = BucketPolicy::new([
        Statement::allow(
            Principal::scw(["application_id:1"]),
            "s3:*",
            ["evalap", "evalap/*"].into_iter().collect::<scaleway_object_storage::OneOrMany<String>>(),
        )
        .sid("own"),
        Statement::deny(Principal::everyone(), "s3:DeleteObject", "evalap/*"),
    ])
    .id("policy");
    let body = r#"{"Version":"2023-04-17","Id":"policy","Statement":[{"Sid":"own","Effect":"Allow","Principal":{"SCW":["application_id:1"]},"Action":"s3:*","Resource":["evalap","evalap/*"]},{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"evalap/*"}]}"#;
    mocked(async |server, storage| {
        expect(&server, Method::PUT, "policy", body, empty(204)).await;
        storage.put_bucket_policy(&bucket(), policy.clone()).await.unwrap();
    });
    // Another's policy comes back as it was spelled.
    let other = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"*"},"NotAction":["s3:Put*"],"NotResource":"evalap/*","Condition":{"IpAddress":{"aws:SourceIp":["192.0.2.0/24"]}}}}"#;
    for body in [body, other] {
        mocked(async |server, storage| {
            let answer = empty(200).set_body_raw(body, "application/json");
            expect(&server, Method::GET, "policy", "", answer).await;
            let read = storage.get_bucket_policy(&bucket()).await.unwrap().unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), body);
        });
    }
}

const OWNER: &str = "22222222-2222-4222-8222-222222222222:22222222-2222-4222-8222-222222222222";

/// A grant as it travels.
fn granted(kind: &str, grantee: &str, permission: &str) -> String {
    let xsi = r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;
    format!(
        r#"<Grant><Grantee {xsi} xsi:type="{kind}">{grantee}</Grantee><Permission>{permission}</Permission></Grant>"#
    )
}

#[test]
fn acl() {
    let log_delivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";
    let group = |name: &str| format!("<URI>http://acs.amazonaws.com/groups/global/{name}</URI>");
    let grants = [
        Grant::new(Grantee::user(OWNER), Permission::FullControl),
        Grant::new(Grantee::Group(Group::AllUsers), Permission::Read),
        Grant::new(Grantee::Group(Group::AuthenticatedUsers), Permission::WriteAcp),
        Grant::new(Grantee::Group(Group::Other(log_delivery.into())), Permission::Other("LOG".into())),
    ];
    let list = [
        granted("CanonicalUser", &format!("<ID>{OWNER}</ID>"), "FULL_CONTROL"),
        granted("Group", &group("AllUsers"), "READ"),
        granted("Group", &group("AuthenticatedUsers"), "WRITE_ACP"),
        granted("Group", &format!("<URI>{log_delivery}</URI>"), "LOG"),
    ]
    .concat();
    let acl = Acl::new(OWNER, grants);
    let public: Vec<String> = acl.public_grants().map(ToString::to_string).collect();
    assert_eq!(public, ["READ to everyone", "WRITE_ACP to every customer"]);
    assert!(!acl.is_private());
    whole(
        "acl",
        "AccessControlPolicy",
        acl,
        &format!("<Owner><ID>{OWNER}</ID></Owner><AccessControlList>{list}</AccessControlList>"),
        async |storage, bucket| storage.get_bucket_acl(&bucket).await,
        async |storage, bucket, value| storage.put_bucket_acl(&bucket, value).await,
    );
}

#[test]
fn an_acl_is_private_where_only_the_owner_has_something() {
    let owner = format!("<ID>{OWNER}</ID><DisplayName>{OWNER}</DisplayName>");
    let own = granted("CanonicalUser", &owner, "FULL_CONTROL");
    let other = granted("CanonicalUser", "<ID>another</ID>", "READ");
    let unknown = granted("AmazonCustomerByEmail", "<EmailAddress>a@b.fr</EmailAddress>", "READ");
    for (list, is_private) in [
        (own.clone(), true),
        (String::new(), true),
        (format!("{own}{other}"), false),
        (format!("{own}{unknown}"), false),
    ] {
        let content = format!("<Owner>{owner}</Owner><AccessControlList>{list}</AccessControlList>");
        mocked(async |server, storage| {
            let answer = document("AccessControlPolicy", &content);
            expect(&server, Method::GET, "acl", "", ok(answer)).await;
            let acl = storage.get_bucket_acl(&bucket()).await.unwrap();
            assert_eq!(acl.is_private(), is_private, "{acl:?}");
            assert_eq!(acl.public_grants().count(), 0, "{acl:?}");
        });
    }
}

/// Nobody is to take it for a private one.
#[test]
fn an_acl_without_its_list_is_refused() {
    mocked(|server, storage| async move {
        let answer = document("AccessControlPolicy", &format!("<Owner><ID>{OWNER}</ID></Owner>"));
        expect(&server, Method::GET, "acl", "", ok(answer)).await;
        let error = storage.get_bucket_acl(&bucket()).await.unwrap_err();
        assert!(matches!(error, Error::Decode { .. }), "{error}");
    });
}

#[test]
fn an_acl_is_set_by_its_name() {
    for (acl, name) in [
        (CannedAcl::Private, "private"),
        (CannedAcl::PublicRead, "public-read"),
        (CannedAcl::PublicReadWrite, "public-read-write"),
        (CannedAcl::AuthenticatedRead, "authenticated-read"),
    ] {
        mocked(|server, storage| async move {
            expect(&server, Method::PUT, "acl", "", empty(200)).await;
            storage.put_bucket_canned_acl(&bucket(), acl).await.unwrap();
            let requests = server.received_requests().await.unwrap();
            assert_eq!(requests[0].headers["x-amz-acl"], name);
        });
    }
}

#[test]
fn what_was_never_set_is_nothing() {
    mocked(|server, storage| async move {
        for (part, code) in [
            ("lifecycle", "NoSuchLifecycleConfiguration"),
            ("policy", "NoSuchBucketPolicy"),
            ("tagging", "NoSuchTagSet"),
            ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
            ("object-lock", "ObjectLockConfigurationNotFoundError"),
        ] {
            expect(&server, Method::GET, part, "", refused(404, code)).await;
        }
        assert_eq!(storage.get_bucket_lifecycle(&bucket()).await.unwrap(), None);
        assert_eq!(storage.get_bucket_policy(&bucket()).await.unwrap(), None);
        assert_eq!(storage.get_bucket_tagging(&bucket()).await.unwrap(), Tags::default());
        assert_eq!(storage.get_bucket_encryption(&bucket()).await.unwrap(), None);
        assert_eq!(storage.get_object_lock_configuration(&bucket()).await.unwrap(), None);
    });
}

#[test]
fn a_bucket_that_is_not_there_is_an_error() {
    mocked(|server, storage| async move {
        for part in ["acl", "lifecycle", "policy", "tagging", "encryption", "object-lock"] {
            expect(&server, Method::GET, part, "", refused(404, "NoSuchBucket")).await;
        }
        assert!(storage.get_bucket_acl(&bucket()).await.unwrap_err().is_not_found());
        assert!(storage.get_bucket_lifecycle(&bucket()).await.unwrap_err().is_not_found());
        assert!(storage.get_bucket_policy(&bucket()).await.unwrap_err().is_not_found());
        assert!(storage.get_bucket_tagging(&bucket()).await.unwrap_err().is_not_found());
        assert!(storage.get_bucket_encryption(&bucket()).await.unwrap_err().is_not_found());
        assert!(storage.get_object_lock_configuration(&bucket()).await.unwrap_err().is_not_found());
    });
}

#[test]
fn parts_are_taken_away() {
    mocked(|server, storage| async move {
        for part in ["lifecycle", "policy", "tagging", "encryption"] {
            expect(&server, Method::DELETE, part, "", empty(204)).await;
        }
        storage.delete_bucket_lifecycle(&bucket()).await.unwrap();
        storage.delete_bucket_policy(&bucket()).await.unwrap();
        storage.delete_bucket_tagging(&bucket()).await.unwrap();
        storage.delete_bucket_encryption(&bucket()).await.unwrap();
    });
}
