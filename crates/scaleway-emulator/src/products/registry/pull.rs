//! What a container or a job asks before it is started: whether its image is there.

use crate::world::World;

use super::{image, namespace, protocol, tag};

/// Whether the platform can pull the image of that reference. One that is declared missing cannot be; where the
/// emulator's registry is strict, neither can one that was never pushed to it. Any other image can.
pub(crate) fn can_be_pulled(world: &World, reference: &str) -> bool {
    if world.settings.images.behaviour(reference).is_missing() {
        return false;
    }
    match Reference::of(reference) {
        Some(reference) if world.settings.strict_registry => reference.is_pushed(world).is_some(),
        _ => true,
    }
}

/// The parts of `rg.fr-par.scw.cloud/namespace/image:tag`.
#[derive(Debug, PartialEq, Eq)]
struct Reference<'r> {
    region: &'r str,
    namespace: &'r str,
    image: &'r str,
    version: Version<'r>,
}

#[derive(Debug, PartialEq, Eq)]
enum Version<'r> {
    Tag(&'r str),
    Digest(&'r str),
}

impl<'r> Reference<'r> {
    /// `None` where the image is none of this registry's.
    fn of(reference: &'r str) -> Option<Self> {
        let (host, path) = reference.split_once('/')?;
        let region = host.strip_prefix("rg.")?.strip_suffix(".scw.cloud")?;
        let (namespace, rest) = path.split_once('/').unwrap_or((path, ""));
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (image, tag) = rest.split_once(':').unwrap_or((rest, "latest"));
        // Where both are said, the digest counts.
        let version = digest.map_or(Version::Tag(tag), Version::Digest);
        Some(Self { region, namespace, image, version })
    }

    fn is_pushed(&self, world: &World) -> Option<()> {
        let (namespace, _) = namespace::named(world, self.region, self.namespace)?;
        let (image, record) = image::named(world, namespace, self.image)?;
        let is_there = match self.version {
            Version::Tag(tag) => tag::named(world, &image, tag).is_some(),
            Version::Digest(digest) => protocol::has(world, &image, digest),
        };
        (is_there && record.status() != "deleting").then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_four_parts() {
        let of = |text| Reference::of(text).map(|r| (r.region, r.namespace, r.image, r.version));
        let tagged = Some(("fr-par", "evalap", "api", Version::Tag("1.2")));
        assert_eq!(of("rg.fr-par.scw.cloud/evalap/api:1.2"), tagged);
        let latest = Some(("nl-ams", "evalap", "team/api", Version::Tag("latest")));
        assert_eq!(of("rg.nl-ams.scw.cloud/evalap/team/api"), latest);
        let pinned = Some(("fr-par", "evalap", "api", Version::Digest("sha256:00")));
        assert_eq!(of("rg.fr-par.scw.cloud/evalap/api:1.2@sha256:00"), pinned);
        assert_eq!(of("docker.io/library/alpine:3"), None);
        assert_eq!(of("alpine"), None);
    }
}
