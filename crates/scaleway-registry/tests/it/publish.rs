//! Publishing: what is on disk, or in another repository, is there under its digest.

use std::path::Path;
use std::sync::{Arc, Mutex};

use scaleway_registry::{Digest, ImageReference, LocalImage};
use serde_json::{Value, json};

use crate::shelf::{Fault, Shelf};

const MIB: usize = 1024 * 1024;
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn to(text: &str) -> ImageReference {
    format!("rg.fr-par.scw.cloud/{text}").parse().unwrap()
}

fn config(architecture: &str) -> Vec<u8> {
    json!({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers"}})
        .to_string()
        .into_bytes()
}

fn layer(size: usize) -> Vec<u8> {
    (0_u32..).flat_map(u32::to_le_bytes).take(size).collect()
}

fn descriptor(kind: &str, content: &[u8]) -> Value {
    json!({"mediaType": kind, "digest": Digest::of(content).as_str(), "size": content.len()})
}

/// Files of a folder or an archive, by name.
type Files = Vec<(String, Vec<u8>)>;

fn blob(content: &[u8]) -> (String, Vec<u8>) {
    (format!("blobs/{}", Digest::of(content).as_str().replace(':', "/")), content.to_vec())
}

fn with(mut value: Value, field: &str, other: Value) -> Value {
    value[field] = other;
    value
}

fn manifest(config: &[u8], layers: &[&[u8]]) -> Vec<u8> {
    let layers: Vec<Value> =
        layers.iter().map(|layer| descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)).collect();
    let config = descriptor("application/vnd.oci.image.config.v1+json", config);
    json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers})
        .to_string()
        .into_bytes()
}

/// A layout as buildx writes it: an index of an index, in which stand arm64, amd64 and an attestation.
fn layout(layers: &[&[u8]]) -> (Files, Digest) {
    let amd64 = manifest(&config("amd64"), layers);
    let of = |architecture: &str, os: &str, content: &[u8]| {
        with(descriptor(MANIFEST, content), "platform", json!({"architecture": architecture, "os": os}))
    };
    let inner = json!({"schemaVersion": 2, "manifests": [
        of("arm64", "linux", b"arm64"), of("unknown", "unknown", b"attestation"), of("amd64", "linux", &amd64),
    ]});
    let inner = inner.to_string().into_bytes();
    let named = with(
        descriptor(INDEX, &inner),
        "annotations",
        json!({"io.containerd.image.name": "docker.io/library/api:1", "org.opencontainers.image.ref.name": "1"}),
    );
    let mut files = vec![
        ("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
        ("index.json".to_owned(), json!({"schemaVersion": 2, "manifests": [named]}).to_string().into_bytes()),
        blob(&inner),
        blob(&amd64),
        blob(&config("amd64")),
    ];
    files.extend(layers.iter().map(|layer| blob(layer)));
    (files, Digest::of(&amd64))
}

fn folder(at: &Path, files: &Files) {
    for (name, content) in files {
        let path = at.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}

fn archive(at: &Path, files: &Files, links: &[(&str, &str)]) {
    let mut archive = tar::Builder::new(std::fs::File::create(at).unwrap());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    for (name, target) in links {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        archive.append_link(&mut header, name, target).unwrap();
    }
    archive.finish().unwrap();
}

fn opened(layers: &[&[u8]]) -> (tempfile::TempDir, LocalImage) {
    let place = tempfile::tempdir().unwrap();
    folder(place.path(), &layout(layers).0);
    let image = LocalImage::open(place.path()).unwrap();
    (place, image)
}

#[test]
fn a_layout_is_pushed_for_amd64_and_all_of_it_is_there() {
    let layers = [layer(300), layer(20 * MIB)];
    let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let (files, digest) = layout(&layers);
    let place = tempfile::tempdir().unwrap();
    folder(place.path(), &files);
    archive(&place.path().join("image.tar"), &files, &[]);
    let seen = Arc::new(Mutex::new(Vec::new()));
    for path in [place.path().to_owned(), place.path().join("image.tar")] {
        let shelf = Shelf::default();
        let image = LocalImage::open(&path).unwrap();
        assert_eq!(image.digest(), &digest);
        let total = image.size();
        let report = seen.clone();
        let published = shelf.run(|publisher| async move {
            let publish = publisher.push(image, &to("evalap/api:1.4"));
            let reported = publish.on_progress(move |at| report.lock().unwrap().push((at.done, at.total)));
            let published = reported.await.unwrap();
            assert_eq!(publisher.digest(&to("evalap/api:1.4")).await.unwrap(), published.digest);
            published
        });
        assert_eq!((published.digest, published.sent, published.spared), (digest.clone(), total, 0));
        assert_eq!(published.image.to_string(), format!("rg.fr-par.scw.cloud/evalap/api@{digest}"));
        for content in &layers {
            let key = ("evalap/api".to_owned(), Digest::of(content).to_string());
            assert_eq!(shelf.state(|state| state.blobs[&key].clone()), *content);
        }
        assert_eq!(shelf.state(|state| state.log.last().cloned()).as_deref(), Some("HEAD manifests"));
        assert!(shelf.state(|state| state.largest) <= 8 * MIB);
        assert_eq!(shelf.asked("token repository:evalap/api:pull,push"), 1);
        let progress = std::mem::take(&mut *seen.lock().unwrap());
        assert!(progress.is_sorted() && progress.len() > 4, "{progress:?}");
        assert_eq!(progress.last(), Some(&(total, total)));
    }
}

#[test]
fn what_is_there_is_not_sent_again() {
    let content = layer(1000);
    let (_place, image) = opened(&[&content]);
    let shelf = Shelf::default();
    shelf.run(|publisher| async move {
        let first = publisher.push(image.clone(), &to("evalap/api:1")).await.unwrap();
        let again = publisher.push(image.clone(), &to("evalap/api:2")).await.unwrap();
        assert_eq!((again.digest, again.sent, again.spared), (first.digest, 0, image.size()));
    });
    assert_eq!((shelf.asked("POST uploads"), shelf.asked("PUT manifests")), (2, 2));
}

#[test]
fn a_part_whose_answer_is_lost_is_asked_after_and_not_sent_twice() {
    let content = layer(20 * MIB);
    for fault in [Fault::Lost, Fault::Half, Fault::Status(503)] {
        let (_place, image) = opened(&[&content]);
        let shelf = Shelf::default();
        shelf.fail("PATCH upload", fault);
        shelf.run(|publisher| async move { publisher.push(image, &to("evalap/api:1")).await.unwrap() });
        assert_eq!((shelf.asked("GET upload"), shelf.asked("POST uploads")), (1, 2), "{fault:?}");
        assert_eq!(shelf.asked("PATCH upload"), if fault == Fault::Lost { 3 } else { 4 }, "{fault:?}");
    }
}

#[test]
fn an_upload_that_the_registry_lost_is_begun_anew() {
    let content = layer(9 * MIB);
    for (request, fault) in [("GET upload", Fault::Status(404)), ("PUT upload", Fault::Status(500))] {
        let (_place, image) = opened(&[&content]);
        let shelf = Shelf::default();
        shelf.fail("PATCH upload", if request == "GET upload" { Fault::Lost } else { Fault::Status(502) });
        shelf.fail(request, fault);
        let ended = shelf.run(|publisher| async move { publisher.push(image, &to("evalap/api:1")).await });
        assert!(ended.unwrap().sent > 9 << 20);
        assert_eq!(shelf.asked("POST uploads"), 3);
    }
}

#[test]
fn an_upload_that_ended_well_unseen_is_believed() {
    let content = layer(100);
    let (_place, image) = opened(&[&content]);
    let shelf = Shelf::default();
    shelf.fail("PUT upload", Fault::Lost);
    shelf.run(|publisher| async move { publisher.push(image, &to("evalap/api:1")).await.unwrap() });
    assert_eq!((shelf.asked("PUT upload"), shelf.asked("HEAD blobs")), (2, 3));
}

#[test]
fn a_damaged_layer_is_not_pushed_and_the_name_stands_for_nothing() {
    let content = layer(9 * MIB);
    let (place, image) = opened(&[&content]);
    let at = place.path().join(blob(&content).0);
    let mut damaged = content.clone();
    damaged[MIB] ^= 1;
    std::fs::write(&at, damaged).unwrap();
    let shelf = Shelf::default();
    let error = shelf.run(|publisher| async move {
        let error = publisher.push(image, &to("evalap/api:1")).await.unwrap_err();
        assert!(publisher.digest(&to("evalap/api:1")).await.unwrap_err().is_not_found());
        error.to_string()
    });
    assert!(error.contains(Digest::of(&content).as_str()) && error.contains("damaged"), "{error}");
    assert_eq!((shelf.asked("PUT upload"), shelf.asked("PUT manifests")), (0, 0));
}

#[test]
fn an_archive_of_an_older_docker_is_given_the_digests_that_it_lacks() {
    let (plain, gzip) = (layer(700), [&[0x1f, 0x8b][..], &layer(50)].concat());
    let files = vec![
        ("a/layer.tar".to_owned(), plain.clone()),
        ("b/layer.tar".to_owned(), gzip.clone()),
        ("c.json".to_owned(), config("amd64")),
        (
            "manifest.json".to_owned(),
            json!([
                {"Config": "c.json", "RepoTags": ["api:1"], "Layers": ["a/layer.tar", "b/layer.tar", "d/layer.tar"]},
                {"Config": "c.json", "RepoTags": null, "Layers": []},
            ])
            .to_string()
            .into_bytes(),
        ),
    ];
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("saved.tar");
    archive(&path, &files, &[("d/layer.tar", "../a/layer.tar")]);
    let error = LocalImage::open(&path).unwrap_err().to_string();
    assert!(error.ends_with("2 images; say which, with `open_named`: api:1"), "{error}");
    let image = LocalImage::open_named(&path, "api:1").unwrap();
    let shelf = Shelf::default();
    let digest = image.digest().clone();
    shelf.run(|publisher| async move { publisher.push(image, &to("evalap/api:1")).await.unwrap() });
    let manifests = shelf.state(|state| state.manifests.clone());
    let manifest: Value =
        serde_json::from_slice(&manifests[&("evalap/api".into(), digest.to_string())].1).unwrap();
    let layers: Vec<_> = manifest["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["mediaType"].as_str().unwrap())
        .collect();
    let tar = "application/vnd.oci.image.layer.v1.tar";
    assert_eq!(layers, [tar, &format!("{tar}+gzip"), tar]);
    assert_eq!(manifest["layers"][2]["digest"], Digest::of(&plain).as_str());
}

#[test]
fn what_is_no_image_is_refused_before_anything_is_sent() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    std::fs::write(at("gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    archive(&at("empty.tar"), &vec![("readme".to_owned(), b"hello".to_vec())], &[]);
    let saved = |config: &str| json!([{"Config": config, "Layers": ["l"]}]).to_string().into_bytes();
    let old = |name: &str, files: &[(&str, Vec<u8>)]| {
        let files = files.iter().map(|(name, content)| ((*name).to_owned(), content.clone())).collect();
        archive(&at(name), &files, &[]);
    };
    old("arm", &[("manifest.json", saved("c")), ("c", config("arm64")), ("l", layer(9))]);
    old("part", &[("manifest.json", saved("c")), ("c", config("amd64"))]);
    let (mut files, _) = layout(&[&layer(30)]);
    files.pop();
    archive(&at("lacking"), &files, &[]);
    for (name, problem) in [
        ("nothing", "No such file"),
        ("gz", "unpack it with `gunzip` first"),
        ("empty.tar", "neither an OCI layout nor an archive"),
        ("arm", "for linux/arm64, and Serverless Containers run linux/amd64 only"),
        ("part", "l is missing"),
        ("lacking", "is missing"),
    ] {
        let error = LocalImage::open(at(name)).unwrap_err().to_string();
        assert!(error.contains(problem) && error.contains(place.path().to_str().unwrap()), "{name}: {error}");
    }
    archive(&at("named"), &layout(&[&layer(30)]).0, &[]);
    LocalImage::open_named(at("named"), "api:1").unwrap();
    let error = LocalImage::open_named(at("named"), "api:2").unwrap_err().to_string();
    assert!(error.contains("no image named api:2; there is: docker.io/library/api:1, 1"), "{error}");
}

/// A registry with an image of three platforms in `from`.
fn stocked(from: &str, content: &[u8]) -> (Shelf, Digest, Digest) {
    let shelf = Shelf::default();
    let (files, digest) = layout(&[content]);
    for (name, content) in &files {
        if name.starts_with("blobs/") {
            shelf.put_blob(from, content);
            shelf.put_manifest(from, "staging", MANIFEST, content);
        }
    }
    let index = shelf.put_manifest(from, "staging", INDEX, &files[2].1);
    (shelf, index, digest)
}

#[test]
fn a_copy_within_a_registry_is_mounted() {
    let (shelf, index, digest) = stocked("staging/api", &layer(9 * MIB));
    shelf.run(|publisher| async move {
        let from = to("staging/api:staging").with_digest(&index);
        let copied = publisher.copy(&from, &to("production/api:1")).await.unwrap();
        assert_eq!((&copied.digest, copied.sent), (&digest, 0));
        assert_eq!(publisher.digest(&to("production/api:1")).await.unwrap(), digest);
        let error = publisher.copy(&from, &to("production/api:1").with_digest(&index)).await.unwrap_err();
        assert!(error.to_string().contains(&format!("the image is {digest}, not {index}")), "{error}");
    });
    assert_eq!((shelf.asked("PATCH upload"), shelf.asked("PUT upload")), (0, 0));
    assert_eq!(shelf.asked("token repository:staging/api:pull"), 2);
}

#[test]
fn what_cannot_be_mounted_is_read_in_parts_wherever_it_is_kept_and_sent() {
    let content = layer(17 * MIB);
    let (shelf, _, digest) = stocked("staging/api", &content);
    shelf.state(|state| state.redirects = true);
    // A mount that the registry does not do begins an upload instead.
    let other = Shelf::default();
    let both = Both { from: shelf.clone(), to: other.clone() };
    both.run(|publisher| async move {
        let copied = publisher.copy(&to("staging/api:staging"), &to("production/api:1")).await.unwrap();
        assert_eq!(copied.digest, digest);
    });
    let key = ("production/api".to_owned(), Digest::of(&content).to_string());
    assert_eq!(other.state(|state| state.blobs[&key].clone()), content);
    assert_eq!(other.state(|state| state.largest), 8 * MIB);
}

#[test]
fn what_a_registry_answers_is_held_to_its_digest() {
    let (shelf, index, _) = stocked("staging/api", &layer(100));
    shelf.fail("GET manifests", Fault::Damaged);
    shelf.run(|publisher| async move {
        let from = to("staging/api:staging").with_digest(&index);
        let error = publisher.copy(&from, &to("production/api:1")).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(&format!("the manifest {index} was answered as sha256:")), "{cause}");
    });
}

#[test]
fn waiting_ends_when_the_tag_is_there_and_a_refusal_says_what_to_do() {
    let shelf = Shelf::default();
    let pusher = shelf.clone();
    shelf.run(|publisher| async move {
        let mut looks = 0;
        let waiter = publisher.wait_for(&to("evalap/api:1")).on_progress(move |state, _| {
            assert_eq!(state, "not pushed");
            looks += 1;
            if looks == 3 {
                pusher.put_manifest("evalap/api", "1", MANIFEST, b"{}");
            }
        });
        assert_eq!(waiter.await.unwrap(), Digest::of(b"{}"));
    });
    shelf.fail("HEAD manifests", Fault::Status(403));
    shelf.run(|publisher| async move {
        let error = publisher.wait_for(&to("evalap/api:1")).await.unwrap_err().to_string();
        assert!(
            error.contains("evalap/api/manifests/1") && error.contains("ContainerRegistryReadOnly"),
            "{error}"
        );
    });
}

/// Two registries by one name: what is below `staging` is in one, the rest in the other.
#[derive(Debug, Clone)]
struct Both {
    from: Shelf,
    to: Shelf,
}

impl Both {
    fn run<F: Future>(&self, test: impl FnOnce(scaleway_registry::Publisher) -> F) -> F::Output {
        use scaleway_core::{Client, Clock, Config, Timestamp};
        let clock = Clock::virtual_from(Timestamp::UNIX_EPOCH);
        let client =
            Client::builder(Config::new(crate::KEY), self.clone()).clock(clock.clone()).build().unwrap();
        clock.block_on(test(scaleway_registry::Publisher::new(&client).unwrap())).unwrap()
    }
}

impl scaleway_core::Transport for Both {
    fn send(&self, request: http::Request<bytes::Bytes>) -> scaleway_core::Exchange<'_> {
        let of_staging = request.uri().path().contains("staging/");
        if of_staging { self.from.send(request) } else { self.to.send(request) }
    }
}
