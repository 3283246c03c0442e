//! Signatures: AWS Signature Version 4 in the headers, the body's hash included.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use bytes::Bytes;
use scaleway_core::{BoxError, Secret, Timestamp};

/// What signs: `KEY@PROJECT_ID` (or `KEY` alone), its secret key and the region.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    pub(crate) access_key: String,
    pub(crate) secret_key: Secret,
    pub(crate) region: String,
}

impl Signer {
    /// Adds the headers that say who asks, and when: `authorization`, `x-amz-date`, `x-amz-content-sha256`.
    pub(crate) fn sign(&self, request: &mut http::Request<Bytes>, at: Timestamp) -> Result<(), BoxError> {
        let identity =
            Credentials::new(&*self.access_key, self.secret_key.expose(), None, None, "scaleway").into();
        // As S3 has it: the address is signed as it stands, and so is the body.
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        let since_epoch = Duration::from_millis(u64::try_from(at.as_unix_millis())?);
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(UNIX_EPOCH + since_epoch)
            .settings(settings)
            .build()?
            .into();
        let mut headers = Vec::new();
        for (name, value) in request.headers() {
            headers.push((name.as_str(), value.to_str()?));
        }
        let signable = SignableRequest::new(
            request.method().as_str(),
            request.uri().to_string(),
            headers.into_iter(),
            SignableBody::Bytes(request.body()),
        )?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        instructions.apply_to_request_http1x(request);
        if let Some(signature) = request.headers_mut().get_mut(http::header::AUTHORIZATION) {
            // So that no trace of a request prints it: it is good for some minutes.
            signature.set_sensitive(true);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer {
            access_key: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_key: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1".into(),
        }
    }

    /// 24 May 2013, 00:00:00 UTC.
    fn then() -> Timestamp {
        "2013-05-24T00:00:00Z".parse().unwrap()
    }

    fn signature(request: &http::Request<Bytes>) -> &str {
        request.headers()["authorization"].to_str().unwrap().rsplit_once("Signature=").unwrap().1
    }

    /// The examples of "Authenticating Requests: Using the Authorization Header" in AWS' documentation of S3.
    #[test]
    fn the_examples_of_aws_come_out() {
        for (query, expected) in [
            ("lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ] {
            let uri = format!("https://examplebucket.s3.amazonaws.com/?{query}");
            let mut request = http::Request::get(uri).body(Bytes::new()).unwrap();
            signer().sign(&mut request, then()).unwrap();
            assert_eq!(signature(&request), expected);
            assert_eq!(request.headers()["x-amz-date"], "20130524T000000Z");
            assert!(request.headers()["authorization"].is_sensitive());
        }
    }

    #[test]
    fn time_body_and_headers_change_the_signature() {
        let signed = |body: &'static str, lock: &str, at| {
            let mut request = http::Request::put("https://b.s3.fr-par.scw.cloud/")
                .header("x-amz-bucket-object-lock-enabled", lock)
                .body(Bytes::from(body))
                .unwrap();
            signer().sign(&mut request, at).unwrap();
            signature(&request).to_owned()
        };
        let first = signed("a", "true", then());
        assert_eq!(first, signed("a", "true", then()));
        assert_ne!(first, signed("b", "true", then()));
        assert_ne!(first, signed("a", "false", then()));
        assert_ne!(first, signed("a", "true", then() + Duration::from_secs(1)));
    }

    #[test]
    fn the_secret_key_is_not_shown() {
        assert!(!format!("{:?}", signer()).contains("wJalr"));
    }
}
