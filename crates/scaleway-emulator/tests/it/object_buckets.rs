//! Buckets in Object Storage: whose they are, what is set on them, how they list keys and versions.

use crate::desk::Desk;

#[test]
fn buckets_are_shared_by_all_and_seen_by_their_project() {
    let desk = Desk::instant();
    let key = |project: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential=SCWXXXXXXXXXXXXXXXXX@{project}/20260901/fr-par/s3/aws4_request, SignedHeaders=host, Signature=00"
        )
    };
    let (one, two) =
        (key("11111111-1111-4111-8111-111111111111"), key("22222222-2222-4222-8222-222222222222"));
    let ask = |key: &str, verb: &str, path: &str| desk.s3(verb, path, &[("authorization", key)], "");
    assert_eq!(ask(&one, "PUT", "evalap").status, 200);
    assert_eq!(ask(&one, "PUT", "evalap").code(), (409, "BucketAlreadyOwnedByYou".into()));
    assert_eq!(ask(&two, "PUT", "evalap").code(), (409, "BucketAlreadyExists".into()));
    assert_eq!(ask(&two, "GET", "evalap").code(), (403, "AccessDenied".into()));
    assert_eq!(ask(&one, "GET", "").all("Name"), ["evalap"]);
    assert_eq!(
        ask(&one, "GET", "").all("ID"),
        ["11111111-1111-4111-8111-111111111111:11111111-1111-4111-8111-111111111111"]
    );
    assert_eq!(ask(&two, "GET", "").all("Name"), [""; 0]);
    assert_eq!(desk.read("evalap").status, 200, "a key that names no project may be of any");
    let elsewhere = desk.s3_at("s3.nl-ams.scw.cloud", "GET", "evalap", &[], "");
    assert_eq!(elsewhere.code(), (404, "NoSuchBucket".into()));
    for name in ["ab", "Capital", "under_score", "-first", "192.168.0.1", "two..dots"] {
        assert_eq!(ask(&one, "PUT", name).code(), (400, "InvalidBucketName".into()), "{name}");
    }
    assert_eq!(desk.read("evalap?location").all("LocationConstraint").len(), 0);
    assert!(desk.read("evalap?location").text().contains(">fr-par</LocationConstraint>"));
    desk.put("evalap/k", "");
    assert_eq!(ask(&one, "DELETE", "evalap").code(), (409, "BucketNotEmpty".into()));
    ask(&one, "DELETE", "evalap/k");
    assert_eq!(ask(&one, "DELETE", "evalap").status, 204);
    assert_eq!(ask(&one, "HEAD", "evalap").status, 404);
}

#[test]
fn versions_are_kept_marked_and_found() {
    let desk = Desk::instant();
    desk.versioned("evalap");
    let first = desk.put("evalap/k", "one").header("x-amz-version-id").to_owned();
    let second = desk.put("evalap/k", "two").header("x-amz-version-id").to_owned();
    assert_ne!(first, second);
    assert_eq!(desk.read(&format!("evalap/k?versionId={first}")).text(), "one");
    let gone = desk.s3("DELETE", "evalap/k", &[], "");
    assert_eq!(gone.header("x-amz-delete-marker"), "true");
    let marker = gone.header("x-amz-version-id").to_owned();
    let missing = desk.read("evalap/k");
    assert_eq!((missing.status, missing.header("x-amz-delete-marker")), (404, "true"));
    assert_eq!(desk.read(&format!("evalap/k?versionId={marker}")).status, 405);
    assert_eq!(desk.read("evalap?list-type=2").all("Key"), [""; 0]);
    let versions = desk.read("evalap?versions");
    assert_eq!(versions.all("VersionId"), [marker.clone(), second.clone(), first.clone()]);
    assert_eq!(versions.all("IsLatest"), ["true", "false", "false"]);
    assert_eq!(versions.all("DeleteMarker").len(), 1);
    assert_eq!(desk.s3("DELETE", "evalap", &[], "").code().1, "BucketNotEmpty");
    // Without the marker it is there again.
    let unmarked = desk.s3("DELETE", &format!("evalap/k?versionId={marker}"), &[], "");
    assert_eq!((unmarked.status, unmarked.header("x-amz-delete-marker")), (204, "true"));
    assert_eq!(desk.read("evalap/k").text(), "two");
    desk.s3("DELETE", &format!("evalap/k?versionId={second}"), &[], "");
    assert_eq!(desk.read("evalap/k").text(), "one");
    assert_eq!(desk.read(&format!("evalap/k?versionId={second}")).code(), (404, "NoSuchVersion".into()));

    let off = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    desk.put("evalap?versioning", off);
    assert_eq!(desk.put("evalap/k", "null").header("x-amz-version-id"), "null");
    desk.put("evalap/k", "null again");
    assert_eq!(desk.read("evalap?versions").all("VersionId"), ["null".to_owned(), first]);
    assert_eq!(desk.read("evalap/k?versionId=null").text(), "null again");
}

#[test]
fn lists_are_by_key_in_pages_and_by_prefix() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    for key in ["a", "b/1", "b/2", "b/c/3", "d", "é f"] {
        desk.put(&format!("evalap/{}", key.replace(' ', "%20").replace('é', "%C3%A9")), key);
    }
    assert_eq!(desk.read("evalap").all("Key"), ["a", "b/1", "b/2", "b/c/3", "d", "é f"]);
    assert_eq!(desk.read("evalap?encoding-type=url&prefix=%C3%A9").all("Key"), ["%C3%A9%20f"]);
    let rolled = desk.read("evalap?list-type=2&delimiter=/");
    assert_eq!(rolled.all("Key"), ["a", "d", "é f"]);
    assert_eq!(rolled.all("Prefix"), ["", "b/"]);
    assert_eq!(rolled.all("KeyCount"), ["4"]);
    let below = desk.read("evalap?list-type=2&delimiter=/&prefix=b/");
    assert_eq!(
        (below.all("Key"), below.all("Prefix")),
        (vec!["b/1".to_owned(), "b/2".into()], vec!["b/".into(), "b/c/".into()])
    );
    assert_eq!(desk.read("evalap?list-type=2&start-after=b/2").all("Key"), ["b/c/3", "d", "é f"]);
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = desk.read(&format!("evalap?list-type=2&delimiter=/&max-keys=1{token}"));
        seen.extend(page.all("Key"));
        seen.extend(page.all("Prefix").into_iter().skip(1));
        match page.all("NextContinuationToken").pop() {
            Some(next) => {
                token = format!("&continuation-token={}", next.replace('=', "%3D").replace('+', "%2B"));
            }
            None => break,
        }
    }
    assert_eq!(seen, ["a", "b/", "d", "é f"]);
    let first = desk.read("evalap?max-keys=2");
    assert_eq!(
        (first.all("IsTruncated"), first.all("NextMarker")),
        (vec!["true".to_owned()], vec!["b/1".into()])
    );
    assert_eq!(desk.read("evalap?marker=b/1&max-keys=1").all("Key"), ["b/2"]);
    assert_eq!(desk.read("evalap?list-type=2&continuation-token=*").code().1, "InvalidArgument");
    assert_eq!(desk.read("evalap?max-keys=none").code().1, "InvalidArgument");
}

#[test]
fn parts_of_a_bucket_are_unset_set_and_unset() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    let lifecycle = "<LifecycleConfiguration><Rule><ID>old</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>";
    let tags = "<Tagging><TagSet><Tag><Key>env</Key><Value>staging</Value></Tag></TagSet></Tagging>";
    let encryption = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    let cors = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
    let website = "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>";
    let policy = r#"{"Version":"2023-04-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"evalap/*"}]}"#;
    for (part, document, unset, proof) in [
        ("lifecycle", lifecycle, "NoSuchLifecycleConfiguration", "<Days>30</Days>"),
        ("tagging", tags, "NoSuchTagSet", "<Value>staging</Value>"),
        ("encryption", encryption, "ServerSideEncryptionConfigurationNotFoundError", "AES256"),
        ("cors", cors, "NoSuchCORSConfiguration", "<AllowedMethod>GET</AllowedMethod>"),
        ("website", website, "NoSuchWebsiteConfiguration", "index.html"),
        ("policy", policy, "NoSuchBucketPolicy", "s3:GetObject"),
    ] {
        let path = format!("evalap?{part}");
        assert_eq!(desk.read(&path).code(), (404, unset.into()));
        assert!(desk.s3("PUT", &path, &[], document).status < 300, "{part}");
        assert!(desk.read(&path).text().contains(proof), "{part}: {}", desk.read(&path).text());
        assert_eq!(desk.s3("PUT", &path, &[], "<Nothing/>").status, 400, "{part}");
        if part == "encryption" {
            let put = desk.put("evalap/k", "");
            assert_eq!(put.header("x-amz-server-side-encryption"), "AES256");
        }
        assert_eq!(desk.s3("DELETE", &path, &[], "").status, 204);
        assert_eq!(desk.read(&path).code().1, unset);
    }
    assert!(desk.read("evalap?acl").text().contains("FULL_CONTROL"));
    desk.s3("PUT", "evalap?acl", &[("x-amz-acl", "public-read")], "");
    assert!(desk.read("evalap?acl").text().contains("AllUsers"));
}
