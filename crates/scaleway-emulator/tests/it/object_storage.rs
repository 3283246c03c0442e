//! Objects in Object Storage, request by request; and how to ask it.

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use scaleway_emulator::{Fault, FaultKind};

use crate::desk::Desk;

/// An answer of Object Storage.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// What lies in the elements of that name, in order.
    pub(crate) fn all(&self, element: &str) -> Vec<String> {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let text = self.text();
        text.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
    }

    pub(crate) fn code(&self) -> (u16, String) {
        (self.status, self.all("Code").pop().unwrap_or_default())
    }
}

impl Desk {
    /// A request about a path (`bucket/key?query`) in `fr-par`.
    pub(crate) fn s3(
        &self,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        self.s3_at("s3.fr-par.scw.cloud", verb, path, headers, body)
    }

    pub(crate) fn s3_at(
        &self,
        host: &str,
        verb: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = http::Request::builder()
            .method(Method::from_bytes(verb.as_bytes()).unwrap())
            .uri(format!("https://{host}/{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.send(request.body(body.into()).unwrap()).unwrap();
        let (parts, body) = answer.into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub(crate) fn put(&self, path: &str, body: &str) -> Answer {
        let answer = self.s3("PUT", path, &[], body.to_owned());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    }

    pub(crate) fn read(&self, path: &str) -> Answer {
        self.s3("GET", path, &[], "")
    }

    pub(crate) fn bucket(&self, name: &str) {
        self.put(name, "");
    }

    pub(crate) fn versioned(&self, name: &str) {
        self.bucket(name);
        let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        self.put(&format!("{name}?versioning"), on);
    }
}

#[test]
fn an_object_is_put_read_and_gone() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    let headers = [
        ("content-type", "text/plain"),
        ("x-amz-meta-made-by", "test"),
        ("cache-control", "no-cache"),
        ("content-md5", "XUFAKrxLKna5cZ2REBfFkg=="),
    ];
    let put = desk.s3("PUT", "evalap/a%20b/c", &headers, "hello");
    assert_eq!((put.status, put.header("etag")), (200, "\"5d41402abc4b2a76b9719d911017c592\""));
    let got = desk.read("evalap/a%20b/c");
    assert_eq!((got.status, got.text().as_str()), (200, "hello"));
    for (name, value) in [
        ("content-type", "text/plain"),
        ("x-amz-meta-made-by", "test"),
        ("cache-control", "no-cache"),
        ("content-length", "5"),
        ("accept-ranges", "bytes"),
        ("last-modified", "Tue, 01 Sep 2026 08:00:00 GMT"),
        ("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
    ] {
        assert_eq!(got.header(name), value, "{name}");
    }
    assert!(got.header("x-amz-request-id").starts_with("txg"));
    assert_eq!(got.headers.get("x-amz-version-id"), None);
    let head = desk.s3("HEAD", "evalap/a%20b/c", &[], "");
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, "5", 0));
    let by_host =
        desk.s3_at("evalap.s3.fr-par.scw.cloud", "GET", "a%20b/c?response-content-type=text/csv", &[], "");
    assert_eq!((by_host.text().as_str(), by_host.header("content-type")), ("hello", "text/csv"));

    assert_eq!(desk.s3("DELETE", "evalap/a%20b/c", &[], "").status, 204);
    assert_eq!(desk.s3("DELETE", "evalap/a%20b/c", &[], "").status, 204, "what is not there is gone");
    let missing = desk.read("evalap/a%20b/c");
    assert_eq!(missing.code(), (404, "NoSuchKey".into()));
    assert_eq!(missing.all("Resource"), ["/evalap/a b/c"]);
    assert_eq!(missing.all("RequestId")[0].len(), 34);
    let head = desk.s3("HEAD", "evalap/a%20b/c", &[], "");
    assert_eq!((head.status, head.body.len()), (404, 0));
}

#[test]
fn ranges_and_conditions_of_reads() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    let etag = desk.put("evalap/k", "0123456789").header("etag").to_owned();
    let ask = |name: &str, value: &str| desk.s3("GET", "evalap/k", &[(name, value)], "");
    let part = ask("range", "bytes=2-4");
    assert_eq!((part.status, part.text().as_str()), (206, "234"));
    assert_eq!((part.header("content-range"), part.header("content-length")), ("bytes 2-4/10", "3"));
    assert_eq!(ask("range", "bytes=-3").text(), "789");
    assert_eq!(ask("range", "bytes=7-").text(), "789");
    let beyond = ask("range", "bytes=10-");
    assert_eq!((beyond.code(), beyond.header("content-range")), ((416, "InvalidRange".into()), "bytes */10"));
    assert_eq!(ask("if-none-match", &etag).status, 304);
    assert_eq!(ask("if-none-match", "\"other\"").status, 200);
    assert_eq!(ask("if-match", &etag).status, 200);
    assert_eq!(ask("if-match", "\"other\"").code(), (412, "PreconditionFailed".into()));
    assert_eq!(ask("if-modified-since", "Tue, 01 Sep 2026 08:00:00 GMT").status, 304);
    assert_eq!(ask("if-modified-since", "Tue, 01 Sep 2026 07:59:59 GMT").status, 200);
    assert_eq!(ask("if-unmodified-since", "Tue, 01 Sep 2026 07:59:59 GMT").status, 412);
}

#[test]
fn conditional_writes_have_one_winner() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    let create = [("if-none-match", "*")];
    assert_eq!(desk.s3("PUT", "evalap/lock", &[("if-match", "\"x\"")], "").code(), (404, "NoSuchKey".into()));
    let first = desk.s3("PUT", "evalap/lock", &create, "first");
    assert_eq!(first.status, 200);
    let second = desk.s3("PUT", "evalap/lock", &create, "second");
    assert_eq!(second.code(), (412, "PreconditionFailed".into()));
    let held = [("if-match", first.header("etag"))];
    let third = desk.s3("PUT", "evalap/lock", &held, "third");
    assert_eq!(third.status, 200);
    assert_eq!(desk.s3("PUT", "evalap/lock", &held, "late").status, 412);
    assert_eq!(desk.read("evalap/lock").text(), "third");
    desk.put("evalap/source", "copied");
    let copy = [("x-amz-copy-source", "/evalap/source"), ("if-none-match", "*")];
    assert_eq!(desk.s3("PUT", "evalap/lock", &copy, "").status, 412);
    assert_eq!(desk.s3("PUT", "evalap/copy", &copy, "").status, 200);
    assert_eq!(desk.read("evalap/copy").text(), "copied");
    assert_eq!(desk.s3("PUT", "evalap/x", &[("if-none-match", "\"etag\"")], "").code().0, 501);
}

#[test]
fn wrong_digests_and_documents_are_refused() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    let put = |name: &str, value: &str| desk.s3("PUT", "evalap/k", &[(name, value)], "hello").code().1;
    assert_eq!(put("content-md5", "AAAA"), "InvalidDigest");
    assert_eq!(put("content-md5", "AAAAAAAAAAAAAAAAAAAAAA=="), "BadDigest");
    assert_eq!(put("x-amz-checksum-crc32", "AAAAAA=="), "BadDigest");
    assert_eq!(put("x-amz-checksum-crc32", "NhCmhg=="), "");
    assert_eq!(put("x-amz-storage-class", "COLD"), "InvalidStorageClass");
    assert_eq!(desk.s3("PUT", "evalap?versioning", &[], "<nothing").code(), (400, "MalformedXML".into()));
    assert_eq!(desk.s3("PUT", &format!("evalap/{}", "k".repeat(1025)), &[], "").code().1, "KeyTooLongError");
    assert_eq!(desk.s3("GET", "evalap?replication", &[], "").code(), (501, "NotImplemented".into()));
    assert_eq!(desk.s3("PATCH", "evalap/k", &[], "").code(), (405, "MethodNotAllowed".into()));
}

#[test]
fn faults_and_the_log_know_the_operations() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    desk.emulator.inject(Fault::new(FaultKind::Throttled).operation("PutObject"));
    desk.emulator.inject(Fault::new(FaultKind::ErrorAfter).operation("PutObject").nth(2));
    assert_eq!(desk.read("evalap").status, 200);
    assert_eq!(desk.s3("PUT", "evalap/k", &[], "1").code(), (503, "SlowDown".into()));
    assert_eq!(desk.read("evalap/k").status, 404);
    assert_eq!(desk.s3("PUT", "evalap/k", &[], "2").code(), (500, "InternalError".into()));
    assert_eq!(desk.read("evalap/k").text(), "2");
    let requests = desk.emulator.requests();
    assert_eq!(requests.count("object_storage.PutObject"), 2);
    assert_eq!(requests.count("GetObject"), 2);
    let last = requests.recent().next_back().unwrap();
    assert_eq!((last.operation, last.status), (Some("GetObject"), Some(StatusCode::OK.as_u16())));
}

#[test]
fn many_are_deleted_at_once() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    desk.put("evalap/a", "");
    desk.put("evalap/b%26", "");
    let wanted = "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;</Key></Object><Object><Key>c</Key></Object></Delete>";
    let answer = desk.s3("POST", "evalap?delete", &[], wanted);
    assert_eq!((answer.status, answer.all("Key")), (200, vec!["a".to_owned(), "b&amp;".into(), "c".into()]));
    assert_eq!(desk.read("evalap").all("Key"), [""; 0]);
    let quiet = "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>";
    assert_eq!(desk.s3("POST", "evalap?delete", &[], quiet).all("Key"), [""; 0]);
}

#[test]
fn an_upload_in_parts_becomes_one_object() {
    let desk = Desk::instant();
    desk.bucket("evalap");
    let begun = desk.s3("POST", "evalap/big?uploads", &[("content-type", "text/plain")], "");
    let id = begun.all("UploadId").pop().unwrap();
    let large = vec![b'x'; 5 * 1024 * 1024];
    let part = |n: u32, body: &[u8]| {
        let answer = desk.s3("PUT", &format!("evalap/big?partNumber={n}&uploadId={id}"), &[], body.to_vec());
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.header("etag").to_owned()
    };
    let (one, two) = (part(1, &large), part(3, b"the end"));
    part(2, b"never used");
    assert_eq!(desk.read("evalap/big").status, 404);
    assert_eq!(desk.read("evalap?uploads").all("UploadId").pop().as_ref(), Some(&id));
    assert_eq!(desk.read(&format!("evalap/big?uploadId={id}")).all("PartNumber"), ["1", "2", "3"]);
    let list = |parts: &[(u32, &str)]| {
        let parts = parts
            .iter()
            .map(|(n, etag)| format!("<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>"));
        format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.collect::<String>())
    };
    let complete = |headers: &[(&str, &str)], parts: &[(u32, &str)]| {
        desk.s3("POST", &format!("evalap/big?uploadId={id}"), headers, list(parts))
    };
    assert_eq!(complete(&[], &[(3, &two), (1, &one)]).code().1, "InvalidPartOrder");
    assert_eq!(complete(&[], &[(1, "\"no\"")]).code().1, "InvalidPart");
    assert_eq!(complete(&[("if-match", "\"no\"")], &[(1, &one)]).code().1, "NoSuchKey");
    let made = complete(&[("if-none-match", "*")], &[(1, &one), (3, &two)]);
    assert_eq!(made.status, 200, "{}", made.text());
    assert!(made.all("ETag")[0].ends_with("-2&quot;"), "{}", made.text());
    let head = desk.s3("HEAD", "evalap/big", &[], "");
    assert_eq!((head.header("content-length"), head.header("content-type")), ("5242887", "text/plain"));
    let across = desk.s3("GET", "evalap/big", &[("range", "bytes=5242879-5242883")], "");
    assert_eq!(across.text(), "xthe ");
    let part = desk.read("evalap/big?partNumber=2");
    assert_eq!(
        (part.status, part.text().as_str(), part.header("x-amz-mp-parts-count")),
        (206, "the end", "2")
    );
    assert_eq!(complete(&[], &[(1, &one)]).code().1, "NoSuchUpload");
    assert_eq!(desk.read("evalap?uploads").all("UploadId"), [""; 0]);
}
