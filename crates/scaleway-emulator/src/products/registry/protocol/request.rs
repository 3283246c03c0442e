//! From verb and path to what is asked for.

use http::Method;

/// The names of the protocol's operations, as faults, the request log and the coverage page have them.
pub(crate) const OPERATIONS: &[&str] = &[
    "CancelBlobUpload",
    "CheckRegistry",
    "CreateRegistryToken",
    "DeleteBlob",
    "DeleteManifest",
    "FinishBlobUpload",
    "GetBlob",
    "GetBlobUpload",
    "GetManifest",
    "ListReferrers",
    "ListRepositories",
    "ListRepositoryTags",
    "PutManifest",
    "StartBlobUpload",
    "UploadBlobChunk",
];

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Token { region: String },
    Check,
    Catalog,
    Tags { name: String },
    Referrers { name: String, digest: String },
    GetManifest { name: String, reference: String },
    PutManifest { name: String, reference: String },
    DeleteManifest { name: String, reference: String },
    GetBlob { name: String, digest: String },
    DeleteBlob { name: String, digest: String },
    StartUpload { name: String },
    UploadStatus { name: String, upload: String },
    UploadChunk { name: String, upload: String },
    FinishUpload { name: String, upload: String },
    CancelUpload { name: String, upload: String },
    Unknown,
}

impl Operation {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Token { .. } => "CreateRegistryToken",
            Self::Check => "CheckRegistry",
            Self::Catalog => "ListRepositories",
            Self::Tags { .. } => "ListRepositoryTags",
            Self::Referrers { .. } => "ListReferrers",
            Self::GetManifest { .. } => "GetManifest",
            Self::PutManifest { .. } => "PutManifest",
            Self::DeleteManifest { .. } => "DeleteManifest",
            Self::GetBlob { .. } => "GetBlob",
            Self::DeleteBlob { .. } => "DeleteBlob",
            Self::StartUpload { .. } => "StartBlobUpload",
            Self::UploadStatus { .. } => "GetBlobUpload",
            Self::UploadChunk { .. } => "UploadBlobChunk",
            Self::FinishUpload { .. } => "FinishBlobUpload",
            Self::CancelUpload { .. } => "CancelBlobUpload",
            Self::Unknown => "UnknownRegistryOperation",
        }
    }

    pub(super) fn region(&self) -> Option<&str> {
        match self {
            Self::Token { region } => Some(region),
            _ => None,
        }
    }
}

/// `None` where the path is none of the protocol's; under the registry's own host name there is nothing else.
pub(super) fn parse(verb: &Method, path: &str, own_host: bool) -> Option<Operation> {
    if let Some(region) = path
        .strip_prefix("/registry-internal/v1/regions/")
        .and_then(|rest| rest.strip_suffix("/tokens"))
        .filter(|_| verb == Method::GET)
    {
        return Some(Operation::Token { region: region.into() });
    }
    match path.strip_prefix("/v2").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        Some(rest) => Some(below(verb, rest.trim_start_matches('/')).unwrap_or(Operation::Unknown)),
        None => own_host.then_some(Operation::Unknown),
    }
}

fn below(verb: &Method, path: &str) -> Option<Operation> {
    let read = verb == Method::GET || verb == Method::HEAD;
    if path.is_empty() || path == "_catalog" {
        let found = if path.is_empty() { Operation::Check } else { Operation::Catalog };
        return read.then_some(found);
    }
    // A name has slashes of its own: what follows it is told from the end.
    if let Some(name) = path.strip_suffix("/tags/list") {
        return read.then(|| Operation::Tags { name: name.into() });
    }
    if let Some((name, upload)) = path.rsplit_once("/blobs/uploads") {
        let (name, upload) = (name.to_owned(), upload.trim_matches('/').to_owned());
        return match (verb, upload.is_empty()) {
            (&Method::POST, true) => Some(Operation::StartUpload { name }),
            (&Method::GET, false) => Some(Operation::UploadStatus { name, upload }),
            (&Method::PATCH, false) => Some(Operation::UploadChunk { name, upload }),
            (&Method::PUT, false) => Some(Operation::FinishUpload { name, upload }),
            (&Method::DELETE, false) => Some(Operation::CancelUpload { name, upload }),
            _ => None,
        };
    }
    let (rest, last) = path.rsplit_once('/')?;
    let (name, what) = rest.rsplit_once('/')?;
    let (name, last) = (name.to_owned(), last.to_owned());
    match (what, verb) {
        ("manifests", &Method::PUT) => Some(Operation::PutManifest { name, reference: last }),
        ("manifests", &Method::DELETE) => Some(Operation::DeleteManifest { name, reference: last }),
        ("manifests", _) if read => Some(Operation::GetManifest { name, reference: last }),
        ("blobs", &Method::DELETE) => Some(Operation::DeleteBlob { name, digest: last }),
        ("blobs", _) if read => Some(Operation::GetBlob { name, digest: last }),
        ("referrers", &Method::GET) => Some(Operation::Referrers { name, digest: last }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_from_their_end() {
        let of = |verb, path| parse(&verb, path, false);
        assert_eq!(of(Method::GET, "/v2/"), Some(Operation::Check));
        assert_eq!(of(Method::HEAD, "/v2"), Some(Operation::Check));
        let name = "evalap/team/api".to_owned();
        assert_eq!(
            of(Method::GET, "/v2/evalap/team/api/manifests/1.2"),
            Some(Operation::GetManifest { name: name.clone(), reference: "1.2".into() })
        );
        assert_eq!(
            of(Method::POST, "/v2/evalap/team/api/blobs/uploads/"),
            Some(Operation::StartUpload { name: name.clone() })
        );
        assert_eq!(
            of(Method::PATCH, "/v2/evalap/team/api/blobs/uploads/x"),
            Some(Operation::UploadChunk { name, upload: "x".into() })
        );
        assert_eq!(of(Method::POST, "/v2/evalap/api/manifests/1"), Some(Operation::Unknown));
        assert_eq!(of(Method::GET, "/v2x/"), None);
        assert_eq!(of(Method::GET, "/rdb/v1/"), None);
    }

    #[test]
    fn every_operation_is_listed() {
        assert!(OPERATIONS.is_sorted());
        assert!(OPERATIONS.contains(&Operation::Check.name()));
    }
}
