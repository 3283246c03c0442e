//! The full name of an image.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::Digest;

/// The full name of an image: `rg.fr-par.scw.cloud/evalap/streamlit:1.4.2`, or with a digest in place of the tag:
/// `…/streamlit@sha256:…`. Nothing is made up: neither a registry nor the tag `latest`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageReference {
    registry: String,
    repository: String,
    version: Version,
}

/// What an image's name ends in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Version {
    Tag(String),
    Digest(Digest),
}

/// Why a text is no [`ImageReference`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no full name of an image: {problem}")]
pub struct InvalidReference {
    text: String,
    problem: String,
}

impl ImageReference {
    /// The registry's host: `rg.fr-par.scw.cloud`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The name within the registry: `evalap/streamlit`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, where the name ends in one.
    pub fn tag(&self) -> Option<&str> {
        match &self.version {
            Version::Tag(tag) => Some(tag),
            Version::Digest(_) => None,
        }
    }

    /// The digest, where the name ends in one.
    pub fn digest(&self) -> Option<&Digest> {
        match &self.version {
            Version::Tag(_) => None,
            Version::Digest(digest) => Some(digest),
        }
    }

    /// The same image by its digest: what to deploy, as a tag may move.
    #[must_use]
    pub fn with_digest(&self, digest: &Digest) -> Self {
        Self { version: Version::Digest(digest.clone()), ..self.clone() }
    }

    /// What the registry's own protocol calls the version.
    pub(crate) fn version(&self) -> &str {
        match &self.version {
            Version::Tag(tag) => tag,
            Version::Digest(digest) => digest.as_str(),
        }
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.digest().is_some() { '@' } else { ':' };
        write!(f, "{}/{}{mark}{}", self.registry, self.repository, self.version())
    }
}

impl FromStr for ImageReference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let wrong = |problem: String| InvalidReference { text: text.to_owned(), problem };
        let (registry, rest) = text
            .split_once('/')
            .filter(|(host, _)| host.contains(['.', ':']) || *host == "localhost")
            .ok_or_else(|| wrong("it begins with no registry (rg.fr-par.scw.cloud/…)".to_owned()))?;
        if address(registry).is_none() {
            return Err(wrong(format!("{registry:?} is no host")));
        }
        let (name, digest) = match rest.split_once('@') {
            Some((name, digest)) => {
                (name, Some(digest.parse::<Digest>().map_err(|error| wrong(error.to_string()))?))
            }
            None => (rest, None),
        };
        let (repository, tag) = match name.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (name, None),
        };
        if !repository.split('/').all(is_part_of_name) {
            return Err(wrong(format!(
                "{repository:?} may hold lower-case letters and digits, with . _ - between them"
            )));
        }
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(wrong(format!("{tag:?} is no tag")));
        }
        let version = match (digest, tag) {
            // As everywhere: the digest says which, the tag is a remark.
            (Some(digest), _) => Version::Digest(digest),
            (None, Some(tag)) => Version::Tag(tag.to_owned()),
            (None, None) => return Err(wrong("it ends in neither a :tag nor an @digest".to_owned())),
        };
        Ok(Self { registry: registry.to_owned(), repository: repository.to_owned(), version })
    }
}

/// Where a registry is: over https, but on this machine.
pub(crate) fn address(registry: &str) -> Option<Url> {
    let url = Url::parse(&format!("https://{registry}/")).ok()?;
    let is_bare = url.path() == "/" && url.username().is_empty() && url.query().is_none();
    if is_loopback(&url) { Url::parse(&format!("http://{registry}/")).ok() } else { Some(url) }
        .filter(|_| is_bare)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_part_of_name(part: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
    part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
        && is_end(part.bytes().next())
        && is_end(part.bytes().last())
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_and_written_alike() {
        let digest = Digest::of(b"");
        for text in [
            "rg.fr-par.scw.cloud/evalap/streamlit:1.4.2",
            "127.0.0.1:5000/a:b",
            "localhost/a/b/c-d__e:latest",
            &format!("rg.fr-par.scw.cloud/evalap/streamlit@{digest}"),
        ] {
            assert_eq!(text.parse::<ImageReference>().unwrap().to_string(), text);
        }
        let both: ImageReference = format!("ghcr.io/a/b:1@{digest}").parse().unwrap();
        assert_eq!((both.tag(), both.digest()), (None, Some(&digest)));
    }

    #[test]
    fn what_is_left_out_is_not_made_up() {
        for (text, problem) in [
            ("alpine:3", "no registry"),
            ("library/alpine:3", "no registry"),
            ("rg.fr-par.scw.cloud/evalap/streamlit", "neither"),
            ("rg.fr-par.scw.cloud/evalap/Streamlit:1", "lower-case"),
            ("rg.fr-par.scw.cloud/evalap//a:1", "lower-case"),
            ("rg.fr-par.scw.cloud/../a:1", "lower-case"),
            ("rg.fr-par.scw.cloud/a:.1", "no tag"),
            ("rg.fr-par.scw.cloud/a@sha256:12", "no digest"),
            ("key@rg.fr-par.scw.cloud/a:1", "no host"),
        ] {
            let error = text.parse::<ImageReference>().unwrap_err().to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }

    #[test]
    fn only_this_machine_is_spoken_to_in_the_clear() {
        let scheme = |registry| address(registry).unwrap().scheme().to_owned();
        assert_eq!(scheme("rg.fr-par.scw.cloud"), "https");
        assert_eq!(scheme("10.0.0.1:5000"), "https");
        assert_eq!(scheme("127.0.0.1:5000"), "http");
        assert_eq!(scheme("localhost:5000"), "http");
    }
}
