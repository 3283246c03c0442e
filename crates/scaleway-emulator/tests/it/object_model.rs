//! Object Storage against a model: whatever is done to a bucket, it reads and lists as a sorted map of versions would.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::desk::Desk;
use crate::object_storage::Answer;

const BUCKET: &str = "evalap";

/// Names that begin alike, hold delimiters, and want spelling in a path or a document.
const KEYS: [&str; 12] =
    ["a", "a/", "a/b", "a/b/c", "a/bc", "a b", "a+b", "a%2Fb", "ä/<&>\"", "b", "b//c", "\u{1F600}"];

#[derive(Debug, Clone)]
enum Deed {
    Put(&'static str, String),
    /// `If-None-Match: *`.
    Create(&'static str, String),
    /// `If-Match`, with the tag of now or one that never was.
    Replace(&'static str, String, bool),
    Copy(&'static str, &'static str),
    Delete(&'static str),
    DeleteMany(Vec<&'static str>),
    /// Of the versions that there are, one for good.
    DeleteVersion(&'static str, Index),
    Versioning(bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    let (key, content) = (|| select(&KEYS[..]), || "[a-c]{0,3}");
    prop_oneof![
        4 => (key(), content()).prop_map(|(key, content)| Deed::Put(key, content)),
        2 => (key(), content()).prop_map(|(key, content)| Deed::Create(key, content)),
        2 => (key(), content(), any::<bool>()).prop_map(|(key, content, now)| Deed::Replace(key, content, now)),
        1 => (key(), key()).prop_map(|(from, to)| Deed::Copy(from, to)),
        3 => key().prop_map(Deed::Delete),
        1 => vec(key(), 1..4).prop_map(Deed::DeleteMany),
        2 => (key(), any::<Index>()).prop_map(|(key, which)| Deed::DeleteVersion(key, which)),
        1 => any::<bool>().prop_map(Deed::Versioning),
    ]
}

/// A version, or `None` for a marker of deletion, and its id.
type Version = (String, Option<String>);

/// What a bucket should be: by key, the newest version first.
#[derive(Default)]
struct Model {
    versions: BTreeMap<&'static str, Vec<Version>>,
    /// Whether there are versions; `None`: there never were.
    versioning: Option<bool>,
}

impl Model {
    fn current(&self, key: &str) -> Option<&str> {
        self.versions.get(key)?.first()?.1.as_deref()
    }

    /// A new version or marker. Without versions it takes the place of the one that has no id.
    fn insert(&mut self, key: &'static str, id: &str, content: Option<&str>) {
        let versions = self.versions.entry(key).or_default();
        if self.versioning != Some(true) {
            versions.retain(|(id, _)| id != "null");
        }
        versions.insert(0, (id.to_owned(), content.map(str::to_owned)));
    }

    fn delete(&mut self, key: &'static str, marker: &str) {
        if self.versioning.is_some() {
            self.insert(key, marker, None);
        } else {
            self.versions.remove(key);
        }
    }

    /// What a list shows: keys and prefixes, in order.
    fn list(&self, prefix: &str, delimiter: &str) -> Vec<String> {
        let keys = KEYS.iter().filter(|key| self.current(key).is_some() && key.starts_with(prefix));
        let shown: BTreeSet<String> = keys
            .map(|key| match key[prefix.len()..].find(delimiter).filter(|_| !delimiter.is_empty()) {
                Some(at) => key[..prefix.len() + at + delimiter.len()].to_owned(),
                None => (*key).to_owned(),
            })
            .collect();
        shown.into_iter().collect()
    }

    /// Every version: its key, its id, whether it is a marker, whether it is the newest.
    fn list_versions(&self) -> Vec<(String, String, bool, bool)> {
        let each = self.versions.iter().flat_map(|(key, versions)| {
            versions
                .iter()
                .enumerate()
                .map(move |(n, (id, content))| ((*key).to_owned(), id.clone(), content.is_none(), n == 0))
        });
        each.collect()
    }
}

fn escaped(text: &str) -> String {
    text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect()
}

fn path(key: &str) -> String {
    format!("{BUCKET}/{}", escaped(key))
}

/// What `encoding-type=url` spelled.
fn read(text: &str) -> String {
    let query = format!("={text}");
    let (_, text) = url::form_urlencoded::parse(query.as_bytes()).next().unwrap();
    text.into_owned()
}

/// The id that an answer gives the version that it made or removed.
fn id(answer: &Answer) -> String {
    let id = answer.header("x-amz-version-id");
    if id.is_empty() { "null".into() } else { id.into() }
}

fn does(desk: &Desk, model: &mut Model, deed: Deed) {
    match deed {
        Deed::Put(key, content) => {
            let answer = desk.put(&path(key), &content);
            model.insert(key, &id(&answer), Some(&content));
        }
        Deed::Create(key, content) => {
            let answer = desk.s3("PUT", &path(key), &[("if-none-match", "*")], content.clone());
            assert_eq!(answer.status, if model.current(key).is_some() { 412 } else { 200 });
            if answer.status == 200 {
                model.insert(key, &id(&answer), Some(&content));
            }
        }
        Deed::Replace(key, content, of_now) => {
            let now = desk.s3("HEAD", &path(key), &[], "").header("etag").to_owned();
            let tag =
                if of_now && !now.is_empty() { now } else { "\"00000000000000000000000000000000\"".into() };
            let answer = desk.s3("PUT", &path(key), &[("if-match", &tag)], content.clone());
            let expected = match model.current(key) {
                None => 404,
                Some(_) if of_now => 200,
                Some(_) => 412,
            };
            assert_eq!(answer.status, expected, "{}", answer.text());
            if expected == 200 {
                model.insert(key, &id(&answer), Some(&content));
            }
        }
        Deed::Copy(from, to) => {
            let source = format!("/{}", path(from));
            let headers = [("x-amz-copy-source", source.as_str()), ("x-amz-metadata-directive", "REPLACE")];
            let answer = desk.s3("PUT", &path(to), &headers, "");
            let content = model.current(from).map(str::to_owned);
            assert_eq!(answer.status, if content.is_some() { 200 } else { 404 }, "{}", answer.text());
            if content.is_some() {
                model.insert(to, &id(&answer), content.as_deref());
            }
        }
        Deed::Delete(key) => {
            let answer = desk.s3("DELETE", &path(key), &[], "");
            assert_eq!(answer.status, 204);
            assert_eq!(answer.header("x-amz-delete-marker") == "true", model.versioning.is_some());
            model.delete(key, &id(&answer));
        }
        Deed::DeleteMany(keys) => {
            let objects = keys.iter().map(|key| format!("<Object><Key>{}</Key></Object>", xml(key)));
            let objects = objects.collect::<Vec<_>>().concat();
            let answer =
                desk.s3("POST", &format!("{BUCKET}?delete"), &[], format!("<Delete>{objects}</Delete>"));
            assert_eq!((answer.status, answer.all("Key").len()), (200, keys.len()), "{}", answer.text());
            let mut markers = answer.all("DeleteMarkerVersionId").into_iter();
            for key in keys {
                let marker = markers.next().unwrap_or_default();
                model.delete(key, &marker);
            }
        }
        Deed::DeleteVersion(key, which) => {
            let Some(versions) = model.versions.get_mut(key).filter(|versions| !versions.is_empty()) else {
                return;
            };
            let (id, _) = versions.remove(which.index(versions.len()));
            let answer = desk.s3("DELETE", &format!("{}?versionId={id}", path(key)), &[], "");
            assert_eq!((answer.status, answer.header("x-amz-version-id")), (204, id.as_str()));
        }
        Deed::Versioning(on) => {
            let status = if on { "Enabled" } else { "Suspended" };
            let document =
                format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
            desk.put(&format!("{BUCKET}?versioning"), &document);
            model.versioning = Some(on);
        }
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// All pages of a list of objects.
fn listed(desk: &Desk, prefix: &str, delimiter: &str, page: usize) -> Vec<String> {
    let mut shown = Vec::new();
    let mut more = String::new();
    loop {
        let (prefix, delimiter) = (escaped(prefix), escaped(delimiter));
        let answer = desk.read(&format!(
            "{BUCKET}?list-type=2&encoding-type=url&max-keys={page}&prefix={prefix}&delimiter={delimiter}{more}"
        ));
        let contents = answer.all("Contents");
        let keys = contents.iter().map(|entry| entry.split("</Key>").next().unwrap().replace("<Key>", ""));
        let prefixes = answer
            .all("CommonPrefixes")
            .into_iter()
            .map(|entry| entry.replace("<Prefix>", "").replace("</Prefix>", ""));
        let mut of_page: Vec<String> = keys.chain(prefixes).map(|text| read(&text)).collect();
        assert!(of_page.len() <= page, "{}", answer.text());
        of_page.sort();
        shown.extend(of_page);
        match answer.all("NextContinuationToken").pop() {
            Some(token) => more = format!("&continuation-token={}", escaped(&token)),
            None => return shown,
        }
        assert!(shown.len() <= KEYS.len(), "it does not end: {shown:?}");
    }
}

/// All pages of a list of versions.
fn listed_versions(desk: &Desk, page: usize) -> Vec<(String, String, bool, bool)> {
    let mut shown = Vec::new();
    let mut more = String::new();
    loop {
        let answer = desk.read(&format!("{BUCKET}?versions&encoding-type=url&max-keys={page}{more}"));
        let text = answer.text();
        for entry in text.split("<Version>").flat_map(|part| part.split("<DeleteMarker>")).skip(1) {
            let value = |name: &str| {
                let (_, rest) = entry.split_once(&format!("<{name}>")).unwrap();
                rest.split('<').next().unwrap().to_owned()
            };
            let is_marker = !entry.contains("<ETag>");
            shown.push((read(&value("Key")), value("VersionId"), is_marker, value("IsLatest") == "true"));
        }
        let Some(key) = answer.all("NextKeyMarker").pop() else { return shown };
        let version = answer.all("NextVersionIdMarker").pop().unwrap();
        more = format!("&key-marker={key}&version-id-marker={version}");
        assert!(shown.len() < 1000, "it does not end");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_bucket_is_a_sorted_map_of_versions(
        deeds in vec(deed(), 1..40),
        page in 1_usize..5,
        prefix in select(&["", "a", "a/", "a/b", "ä", "b/", "x"][..]),
        delimiter in select(&["", "/", "b", "//"][..]),
    ) {
        let desk = Desk::instant();
        desk.bucket(BUCKET);
        let mut model = Model::default();
        for deed in deeds {
            does(&desk, &mut model, deed);
        }
        for key in KEYS {
            let got = desk.read(&path(key));
            let content = (got.status == 200).then(|| got.text());
            prop_assert_eq!(content.as_deref(), model.current(key));
            for (id, content) in model.versions.get(key).into_iter().flatten() {
                let got = desk.read(&format!("{}?versionId={id}", path(key)));
                let expected = if content.is_some() { 200 } else { 405 };
                prop_assert_eq!(got.status, expected, "{} {}", key, id);
                prop_assert!(content.as_ref().is_none_or(|content| *content == got.text()));
            }
        }
        prop_assert_eq!(listed(&desk, prefix, delimiter, page), model.list(prefix, delimiter));
        prop_assert_eq!(listed_versions(&desk, page), model.list_versions());
    }
}
