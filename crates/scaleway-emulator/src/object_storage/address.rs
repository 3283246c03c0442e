//! Which bucket and object a request is about, and whether it is for Object Storage at all.

use http::header::AUTHORIZATION;
use http::request::Parts;

use super::text::url_decoded;

/// Where Object Storage is offered.
pub(super) const REGIONS: &[&str] = &["fr-par", "nl-ams", "pl-waw", "it-mil"];

/// Marks a request that came in where nothing but Object Storage listens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnlyHere;

/// What a request is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Address {
    pub(super) region: String,
    /// Empty: all buckets.
    pub(super) bucket: String,
    /// Empty: the bucket as a whole.
    pub(super) key: String,
    /// The path is no text.
    pub(super) is_broken: bool,
}

impl Address {
    /// By the host's name (`s3.<region>.scw.cloud`, with a bucket before it or in the path). On loopback what is signed
    /// as AWS signs is meant for Object Storage, and so is all that came in by its own door.
    pub(crate) fn of(host: &str, parts: &Parts) -> Option<Self> {
        if let Some((bucket, region)) = of_scaleway(host) {
            return Some(Self::new(region, bucket, parts.uri.path()));
        }
        let signature = Signed::find(parts);
        if parts.extensions.get::<OnlyHere>().is_none() && !(signature.is_some() && is_loopback(host)) {
            return None;
        }
        let region = signature.and_then(|signature| signature.region).filter(|name| REGIONS.contains(name));
        let bucket = host.strip_suffix(".localhost").filter(|bucket| *bucket != "s3");
        Some(Self::new(region.unwrap_or(REGIONS[0]), bucket, parts.uri.path()))
    }

    fn new(region: &str, bucket: Option<&str>, path: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = match bucket {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        let (bucket, key) = (url_decoded(bucket), url_decoded(key));
        Self {
            region: region.into(),
            is_broken: bucket.is_none() || key.is_none(),
            bucket: bucket.unwrap_or_default(),
            key: key.unwrap_or_default(),
        }
    }

    /// The path as errors name it.
    pub(super) fn resource(&self) -> String {
        match (self.bucket.as_str(), self.key.as_str()) {
            ("", _) => "/".into(),
            (bucket, "") => format!("/{bucket}"),
            (bucket, key) => format!("/{bucket}/{key}"),
        }
    }
}

/// The bucket, if the name has one, and the region of `[<bucket>.]s3.<region>.scw.cloud`.
fn of_scaleway(host: &str) -> Option<(Option<&str>, &str)> {
    let rest = host.strip_suffix(".scw.cloud")?;
    let (rest, region) = rest.rsplit_once('.')?;
    let bucket = if rest == "s3" { None } else { Some(rest.strip_suffix(".s3")?) };
    Some((bucket, region))
}

fn is_loopback(host: &str) -> bool {
    crate::kernel::is_api(host) && host != "api.scaleway.com" || host.ends_with(".localhost")
}

/// What an AWS signature says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signed<'a> {
    /// `KEY` or `KEY@PROJECT`.
    pub(super) access_key: &'a str,
    pub(super) region: Option<&'a str>,
}

impl<'a> Signed<'a> {
    /// The signature in the header, or in the query of a link.
    pub(super) fn find(parts: &'a Parts) -> Option<Self> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some(rest) = header.and_then(|value| value.strip_prefix("AWS4-HMAC-SHA256")) {
            let credential = rest.split_once("Credential=").map_or("", |(_, rest)| rest);
            return Some(Self::of_credential(credential.split([',', ' ']).next().unwrap_or_default(), "/"));
        }
        let query = parts.uri.query().unwrap_or_default();
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        value("X-Amz-Algorithm").or_else(|| value("X-Amz-Signature"))?;
        let credential = value("X-Amz-Credential").unwrap_or_default();
        let slash = if credential.contains('/') { "/" } else { "%2F" };
        Some(Self::of_credential(credential, slash))
    }

    /// `KEY/20260901/fr-par/s3/aws4_request`.
    fn of_credential(credential: &'a str, slash: &str) -> Self {
        let mut fields = credential.split(slash);
        Self { access_key: fields.next().unwrap_or_default(), region: fields.nth(1) }
    }

    /// The project that the key names.
    pub(super) fn project(self) -> Option<&'a str> {
        let (_, project) = self.access_key.split_once('@').or_else(|| self.access_key.split_once("%40"))?;
        Some(project)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: &str, path: &str, headers: &[(&str, &str)]) -> Option<(String, String, String)> {
        let mut request = http::Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let address = Address::of(host, &request.body(()).unwrap().into_parts().0)?;
        Some((address.region, address.bucket, address.key))
    }

    #[test]
    fn hosts_and_paths_name_buckets_and_objects() {
        let found = |region: &str, bucket: &str, key: &str| Some((region.into(), bucket.into(), key.into()));
        assert_eq!(of("s3.nl-ams.scw.cloud", "/", &[]), found("nl-ams", "", ""));
        assert_eq!(of("s3.nl-ams.scw.cloud", "/b/a%20b/c+d", &[]), found("nl-ams", "b", "a b/c+d"));
        assert_eq!(of("b.s3.fr-par.scw.cloud", "/a//b", &[]), found("fr-par", "b", "a//b"));
        assert_eq!(of("b.c.s3.fr-par.scw.cloud", "/", &[]), found("fr-par", "b.c", ""));
        assert_eq!(of("rg.fr-par.scw.cloud", "/v2/", &[]), None);
        assert_eq!(of("x.functions.fnc.fr-par.scw.cloud", "/", &[]), None);
    }

    #[test]
    fn a_signature_says_what_is_meant_on_loopback() {
        let header = "AWS4-HMAC-SHA256 Credential=SCW@p/20260901/pl-waw/s3/aws4_request, SignedHeaders=host, Signature=ab";
        let signed = [("authorization", header)];
        assert_eq!(of("127.0.0.1", "/b/k", &[]), None);
        assert_eq!(of("127.0.0.1", "/b/k", &signed), Some(("pl-waw".into(), "b".into(), "k".into())));
        assert_eq!(of("b.localhost", "/k", &signed), Some(("pl-waw".into(), "b".into(), "k".into())));
        assert_eq!(of("api.scaleway.com", "/b/k", &signed), None);
        let link = "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=K%40p%2F20260901%2Fit-mil%2Fs3%2Faws4_request";
        assert_eq!(of("localhost", link, &[]), Some(("it-mil".into(), "b".into(), "k".into())));
        let parts = http::Request::get(link).body(()).unwrap().into_parts().0;
        assert_eq!(Signed::find(&parts).and_then(Signed::project), Some("p"));
    }
}
