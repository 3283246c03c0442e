//! Object Storage by the clock: what expires, what is locked, which links still work; and in a folder.

use scaleway_emulator::Emulator;
use tempfile::TempDir;

use crate::desk::{Desk, PROJECT};

const DAY: u64 = 24 * 60 * 60;

fn rules(desk: &Desk, bucket: &str, rules: &str) {
    let document = format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
    desk.put(&format!("{bucket}?lifecycle"), &document);
}

#[test]
fn objects_expire_at_the_midnight_after_their_days() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    rules(
        &desk,
        "evalap",
        "<Rule><ID>a</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>2</Days></Expiration></Rule>\
         <Rule><ID>b</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>\
         <AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>\
         <Rule><ID>c</ID><Filter><Prefix></Prefix></Filter><Status>Disabled</Status><Expiration><Days>1</Days></Expiration></Rule>",
    );
    desk.put("evalap/logs/1", "old");
    desk.put("evalap/kept", "kept");
    desk.s3("POST", "evalap/big?uploads", &[], "");
    desk.wait(DAY);
    assert_eq!(desk.read("evalap").all("Key"), ["kept", "logs/1"]);
    assert_eq!(desk.read("evalap/kept").status, 200);
    desk.wait(DAY);
    assert_eq!(desk.read("evalap/kept").code(), (403, "InvalidObjectState".into()));
    assert_eq!(desk.read("evalap?uploads").all("UploadId"), [""; 0]);
    assert_eq!(desk.read("evalap").all("Key"), ["kept", "logs/1"]);
    desk.wait(DAY);
    assert_eq!(desk.read("evalap").all("Key"), ["kept"]);
    desk.s3("POST", "evalap/kept?restore", &[], "<RestoreRequest><Days>1</Days></RestoreRequest>");
    assert_eq!(desk.read("evalap/kept").text(), "kept");
}

#[test]
fn versions_that_are_old_expire_after_the_marker_that_made_them_old() {
    let desk = Desk::instant();
    desk.versioned("evalap");
    rules(
        &desk,
        "evalap",
        "<Rule><ID>a</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>\
         <NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule>\
         <Rule><ID>b</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>",
    );
    desk.put("evalap/k", "content");
    desk.wait(2 * DAY);
    let versions = desk.read("evalap?versions");
    assert_eq!((versions.all("DeleteMarker").len(), versions.all("Version").len()), (1, 1));
    desk.wait(2 * DAY);
    assert_eq!(desk.read("evalap?versions").all("Key"), [""; 0]);
}

#[test]
fn a_lock_holds_until_its_time() {
    let desk = Desk::instant();
    let made = desk.s3("PUT", "evalap", &[("x-amz-bucket-object-lock-enabled", "true")], "");
    assert_eq!(made.status, 200);
    let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>";
    desk.put("evalap?object-lock", lock);
    let id = desk.put("evalap/k", "kept").header("x-amz-version-id").to_owned();
    let path = format!("evalap/k?versionId={id}");
    assert_eq!(desk.read(&path).header("x-amz-object-lock-mode"), "GOVERNANCE");
    assert_eq!(desk.s3("DELETE", &path, &[], "").code(), (403, "AccessDenied".into()));
    let shorter = "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2026-09-01T09:00:00Z</RetainUntilDate></Retention>";
    assert_eq!(desk.s3("PUT", "evalap/k?retention", &[], shorter).status, 403);
    desk.put("evalap/k?legal-hold", "<LegalHold><Status>ON</Status></LegalHold>");
    desk.wait(DAY + 1);
    assert_eq!(desk.s3("DELETE", &path, &[], "").status, 403);
    desk.put("evalap/k?legal-hold", "<LegalHold><Status>OFF</Status></LegalHold>");
    assert_eq!(desk.s3("DELETE", &path, &[], "").status, 204);
    let suspended = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    assert_eq!(desk.s3("PUT", "evalap?versioning", &[], suspended).code().1, "InvalidBucketState");
    desk.bucket("plain");
    assert_eq!(desk.read("plain?object-lock").code().1, "ObjectLockConfigurationNotFoundError");
}

#[test]
fn a_link_works_until_its_time_by_the_clock() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    desk.put("evalap/k", "content");
    let link = "evalap/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=SCW%2F20260901%2Ffr-par%2Fs3%2Faws4_request\
        &X-Amz-Date=20260901T080000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00";
    desk.wait(59);
    assert_eq!(desk.read(link).text(), "content");
    desk.wait(2);
    assert_eq!(desk.read(link).code(), (403, "AccessDenied".into()));
    assert_eq!(desk.read(&link.replace("=60&", "=604801&")).code().0, 400);
}

#[test]
fn objects_are_found_again_in_a_folder_and_their_files_go_with_them() {
    let folder = TempDir::new().unwrap();
    let open = || Desk::with(|builder| builder.data_dir(folder.path()));
    let files = || walk(&folder.path().join("blobs"));
    let desk = open();
    desk.bucket("evalap");
    desk.put("evalap/kept", "kept");
    desk.put("evalap/gone", "gone");
    desk.put("evalap/kept", "kept again");
    assert_eq!(files(), 2, "what was replaced is no file any more");
    drop(desk);
    let desk = open();
    assert_eq!(desk.read("evalap/kept").text(), "kept again");
    desk.s3("DELETE", "evalap/gone", &[], "");
    desk.s3("PUT", "evalap/copy", &[("x-amz-copy-source", "evalap/kept")], "");
    assert_eq!(files(), 1, "a copy is of the same content");
    desk.s3("DELETE", "evalap/kept", &[], "");
    assert_eq!(desk.read("evalap/copy").text(), "kept again");
    desk.s3("DELETE", "evalap/copy", &[], "");
    assert_eq!(files(), 0);
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

#[test]
fn who_is_nobody_is_refused_where_keys_are_asked_for() {
    let desk = Desk::with(|builder| builder.strict_auth(true));
    assert_eq!(desk.s3("PUT", "evalap", &[], "").code(), (403, "AccessDenied".into()));
    let key = |access_key: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={access_key}@{PROJECT}/20260901/fr-par/s3/aws4_request, SignedHeaders=host, Signature=00"
        )
    };
    let unknown = desk.s3("PUT", "evalap", &[("authorization", &key("SCWUNKNOWN"))], "");
    assert_eq!(unknown.code(), (403, "InvalidAccessKeyId".into()));
    let owner = desk.emulator.owner_key().unwrap().access_key.clone();
    let headers = [("authorization", key(&owner)), ("x-amz-date", "20260901T080000Z".into())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(desk.s3("PUT", "evalap", &headers, "").code(), (403, "SignatureDoesNotMatch".into()));
    let emulator: &Emulator = &desk.emulator;
    assert_eq!(emulator.requests().count("CreateBucket"), 3);
}
