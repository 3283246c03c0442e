//! Images from the disk to a container that runs them: pushed, copied by digest, told by the JSON API, started.

use std::path::Path;

use scaleway_containers::{ContainerStatus, Containers, CreateContainer, CreateNamespace};
use scaleway_core::{Client, Clock, Config, ProjectId, Random, Timestamp};
use scaleway_emulator::Emulator;
use scaleway_registry::{Digest, ImageReference, ListTags, LocalImage, Namespace, Publisher, Registry};
use serde_json::{Value, json};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A cloud that starts none of its registry's images but those that were pushed.
struct Dock {
    client: Client,
    registry: Registry,
    publisher: Publisher,
}

impl Dock {
    fn run<F: Future>(test: impl FnOnce(Self) -> F) -> F::Output {
        let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_700_000_000_000));
        let builder = Emulator::builder().clock(clock.clone()).random(Random::seeded(7));
        let emulator = builder.strict_registry(true).build().unwrap();
        let project: ProjectId = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90".parse().unwrap();
        let config = Config::new("11111111-1111-4111-8111-111111111111").with_default_project(project);
        let client = Client::builder(config, emulator).clock(clock.clone()).random(Random::seeded(3));
        let client = client.build().unwrap();
        let publisher = Publisher::new(&client).unwrap();
        clock.block_on(test(Self { registry: Registry::new(&client), publisher, client })).unwrap()
    }

    async fn namespace(&self, name: &str) -> Namespace {
        let request = scaleway_registry::CreateNamespace::new(name);
        let namespace = self.registry.create_namespace(request).await.unwrap();
        self.registry.wait_for_namespace(&namespace.id).await.unwrap()
    }

    /// Its name is told by the JSON API, with this digest.
    async fn is_told(&self, namespace: &Namespace, name: &str, tag: &str, digest: &Digest) {
        let pushed = self.registry.wait_for_pushed_tag(&namespace.id, name, tag).await.unwrap();
        assert_eq!((pushed.name.as_str(), pushed.digest.as_str()), (tag, digest.as_str()));
        let image = self.registry.find_image(&namespace.id, name).await.unwrap().unwrap();
        assert_eq!(image.tags, [tag]);
        let tags = self.registry.list_tags(&image.id, ListTags::default()).all().await.unwrap();
        assert_eq!(tags, [pushed]);
    }
}

fn config() -> Vec<u8> {
    json!({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers"}}).to_string().into_bytes()
}

fn descriptor(kind: &str, content: &[u8]) -> Value {
    json!({"mediaType": kind, "digest": Digest::of(content).as_str(), "size": content.len()})
}

/// An OCI layout of one layer.
fn layout(at: &Path, layer: &[u8]) -> Digest {
    let config = config();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
        "layers": [descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
    });
    let manifest = manifest.to_string().into_bytes();
    let index = json!({"schemaVersion": 2, "manifests": [descriptor(MANIFEST, &manifest)]});
    let blobs = at.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    std::fs::write(at.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    std::fs::write(at.join("index.json"), index.to_string()).unwrap();
    for content in [&*config, layer, &*manifest] {
        let digest = Digest::of(content);
        std::fs::write(blobs.join(digest.as_str().trim_start_matches("sha256:")), content).unwrap();
    }
    Digest::of(&manifest)
}

/// An archive of one layer, as `docker save` wrote it before it wrote layouts.
fn saved(at: &Path, layer: &[u8]) {
    let list = json!([{"Config": "c.json", "RepoTags": ["api:1"], "Layers": ["a/layer.tar"]}]).to_string();
    let files = [("a/layer.tar", layer), ("c.json", &*config()), ("manifest.json", list.as_bytes())];
    let mut archive = tar::Builder::new(std::fs::File::create(at).unwrap());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content).unwrap();
    }
    archive.finish().unwrap();
}

#[test]
fn an_image_goes_from_the_disk_through_two_namespaces() {
    let place = tempfile::tempdir().unwrap();
    // Above 8 MiB a layer goes in parts.
    let layer: Vec<u8> = (0_u32..).flat_map(u32::to_le_bytes).take(9 << 20).collect();
    let digest = layout(place.path(), &layer);
    let image = LocalImage::open(place.path()).unwrap();
    Dock::run(async |dock| {
        let staging = dock.namespace("evalap-staging").await;
        let production = dock.namespace("evalap-production").await;
        let to = staging.image("api", "1.4").unwrap();
        assert!(dock.publisher.digest(&to).await.unwrap_err().is_not_found());
        let pushed = dock.publisher.push(image.clone(), &to).await.unwrap();
        assert_eq!((&pushed.digest, pushed.sent, pushed.spared), (&digest, image.size(), 0));
        assert_eq!(dock.publisher.digest(&to).await.unwrap(), digest);
        assert_eq!(dock.publisher.wait_for(&to).await.unwrap(), digest);
        dock.is_told(&staging, "api", "1.4", &digest).await;

        let again = dock.publisher.push(image.clone(), &to).await.unwrap();
        assert_eq!((again.sent, again.spared), (0, image.size()));

        let promoted = production.image("api", "1").unwrap();
        let copied = dock.publisher.copy(&pushed.image, &promoted).await.unwrap();
        assert_eq!((&copied.digest, copied.sent), (&digest, 0), "mounted");
        assert_eq!(dock.publisher.digest(&copied.image).await.unwrap(), digest);
        dock.is_told(&production, "api", "1", &digest).await;
    });
}

#[test]
fn what_docker_save_wrote_is_started_and_what_nobody_pushed_is_not() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("api.tar");
    saved(&path, b"a layer");
    let image = LocalImage::open(&path).unwrap();
    Dock::run(async |dock| {
        let namespace = dock.namespace("evalap").await;
        let pushed = dock.publisher.push(image, &namespace.image("api", "1").unwrap()).await.unwrap();
        dock.is_told(&namespace, "api", "1", &pushed.digest).await;

        let containers = Containers::new(&dock.client);
        let home = containers.create_namespace(CreateNamespace::new("evalap")).await.unwrap();
        containers.wait_for_namespace(&home.id).await.unwrap();
        let start = async |name: &str, image: &ImageReference| {
            let create = CreateContainer::new(home.id.clone(), name, image.to_string());
            let container = containers.create_container(create).await.unwrap();
            containers.wait_for_container(&container.id).await
        };
        for (name, image) in [("tagged", namespace.image("api", "1").unwrap()), ("pinned", pushed.image)] {
            assert_eq!(start(name, &image).await.unwrap().status, ContainerStatus::Ready, "{image}");
        }
        let absent = namespace.image("api", "2").unwrap();
        let error = start("absent", &absent).await.unwrap_err().to_string();
        assert!(error.contains(&format!("Unable to pull image {absent}")), "{error}");
    });
}
