//! Who we are to a registry: `Basic` where it asks for that, else the tokens that it sends us to fetch.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use http::HeaderValue;
use scaleway_core::Secret;
use url::Url;

use super::reference::{address, is_loopback};

/// The user that Scaleway's registry knows every secret key under.
const USER: &str = "nologin";

/// Keys and tokens by registry; clones share the tokens.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    scaleway: Secret,
    /// Whether what stands in for Scaleway is on this machine.
    is_local: bool,
    others: BTreeMap<String, (String, Secret)>,
    remembered: Arc<Mutex<BTreeMap<(String, String), HeaderValue>>>,
}

/// What a registry answers to who has shown nothing, or nothing that it takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    Basic,
    /// A token, to be fetched there.
    Bearer {
        realm: Url,
        service: Option<String>,
    },
}

impl Keys {
    /// `api` is where the account's API is: only where that is on this machine, so is its registry.
    pub(crate) fn new(scaleway: Secret, api: &Url) -> Self {
        Self { scaleway, is_local: is_loopback(api), others: BTreeMap::new(), remembered: Arc::default() }
    }

    pub(crate) fn add(&mut self, registry: &str, user: String, password: Secret) {
        self.others.insert(registry.to_owned(), (user, password));
    }

    /// What proves to `registry`, or to whom it sends us, who we are; `None` means to come as anyone.
    pub(crate) fn basic(&self, registry: &str) -> Option<HeaderValue> {
        let (user, password) = match self.others.get(registry) {
            Some((user, password)) => (user.as_str(), password),
            None if self.is_scaleways(registry) => (USER, &self.scaleway),
            None => return None,
        };
        let pair = format!("{user}:{}", password.expose());
        sensitive(&format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
    }

    /// Whether the key of `registry` may be shown to `realm`. Scaleway's own goes to Scaleway alone; all go by https.
    pub(crate) fn may_be_shown(&self, registry: &str, realm: &Url) -> bool {
        let is_private = realm.scheme() == "https" || is_loopback(realm);
        let host = realm.host_str().unwrap_or_default();
        let is_ours = host.ends_with(".scaleway.com") || self.is_scaleways(host);
        is_private && (is_ours || self.others.contains_key(registry) || !self.is_scaleways(registry))
    }

    fn is_scaleways(&self, registry: &str) -> bool {
        registry.ends_with(".scw.cloud")
            || (self.is_local && address(registry).is_some_and(|url| is_loopback(&url)))
    }

    pub(crate) fn remembered(&self, registry: &str, scope: &str) -> Option<HeaderValue> {
        self.lock().get(&(registry.to_owned(), scope.to_owned())).cloned()
    }

    pub(crate) fn remember(&self, registry: &str, scope: &str, authorization: HeaderValue) {
        self.lock().insert((registry.to_owned(), scope.to_owned()), authorization);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), HeaderValue>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A header that no trace of a request prints.
pub(crate) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Challenge {
    /// Reads `Bearer realm="https://…",service="registry",scope="…"`, or `Basic realm="…"`.
    pub(crate) fn read(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let parameters = parameters(rest);
        let realm = parameters.get("realm").and_then(|realm| Url::parse(realm).ok())?;
        Some(Self::Bearer { realm, service: parameters.get("service").cloned() })
    }
}

/// `a="1, 2",b=3` by name. A comma within quotes is no end.
fn parameters(text: &str) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::new();
    let mut quoted = false;
    let parts = text.split(|character: char| {
        quoted ^= character == '"';
        character == ',' && !quoted
    });
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        parameters.insert(name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned());
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_says_where_tokens_are() {
        let header = r#"Bearer realm="https://api.scaleway.com/tokens",service="registry",scope="repository:a:pull,push""#;
        let realm: Url = "https://api.scaleway.com/tokens".parse().unwrap();
        let expected = Challenge::Bearer { realm: realm.clone(), service: Some("registry".into()) };
        assert_eq!(Challenge::read(header), Some(expected));
        assert_eq!(
            Challenge::read("bearer scope=a, realm=https://api.scaleway.com/tokens"),
            Some(Challenge::Bearer { realm, service: None })
        );
        assert_eq!(Challenge::read(r#"Basic realm="rg""#), Some(Challenge::Basic));
        for other in ["", "Negotiate", "Bearer", r#"Bearer realm="nowhere""#] {
            assert_eq!(Challenge::read(other), None, "{other}");
        }
    }

    #[test]
    fn scaleways_key_is_shown_to_scaleway_alone() {
        let key = || Secret::from("key");
        let mut keys = Keys::new(key(), &"https://api.scaleway.com".parse().unwrap());
        let shown = |keys: &Keys, registry: &str, realm: &str| {
            keys.basic(registry).is_some() && keys.may_be_shown(registry, &realm.parse().unwrap())
        };
        assert!(shown(&keys, "rg.fr-par.scw.cloud", "https://api.scaleway.com/tokens"));
        assert!(shown(&keys, "rg.fr-par.scw.cloud", "https://rg.fr-par.scw.cloud/tokens"));
        assert!(!shown(&keys, "127.0.0.1:5000", "http://127.0.0.1:5000/tokens"));
        let emulated = Keys::new(key(), &"http://127.0.0.1:5000".parse().unwrap());
        assert!(shown(&emulated, "127.0.0.1:5000", "http://127.0.0.1:5000/tokens"));
        for realm in ["http://api.scaleway.com/", "https://evil.example/", "https://notscaleway.com/"] {
            assert!(!shown(&keys, "rg.fr-par.scw.cloud", realm), "{realm}");
        }
        assert!(!shown(&keys, "ghcr.io", "https://ghcr.io/token"));
        assert!(!shown(&keys, "rg.fr-par.scw.cloud.evil.example", "https://api.scaleway.com/"));
        keys.add("ghcr.io", "me".into(), Secret::from("s3same"));
        assert!(shown(&keys, "ghcr.io", "https://ghcr.io/token"));
        assert!(!format!("{:?} {keys:?}", keys.basic("ghcr.io")).contains("s3same"));
    }
}
