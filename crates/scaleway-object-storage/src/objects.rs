//! The way to a bucket's objects: `object_store`, over the client's own transport.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::BodyExt;
use object_store::RetryConfig;
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut, S3CopyIfNotExists};
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpService,
};
use scaleway_core::{Clock, Result, RetryPolicy, Transport, TransportError};

use crate::client::invalid;
use crate::{BucketName, ObjectStorage};

/// # Objects
impl ObjectStorage {
    /// A bucket's objects. What is asked for leaves by the client's transport, once: an attempt that fails is the
    /// caller's to repeat, for its conditions decide whether that is safe. Writes and copies may be conditional.
    ///
    /// The transport reads answers whole, up to 16 MiB over https: read what is larger by ranges. Requests are signed by
    /// the system's clock, which `object_store` does not let be replaced.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest) where `object_store` does not accept the address.
    pub fn objects(&self, bucket: &BucketName) -> Result<AmazonS3> {
        let path_style = self.is_path_style(bucket);
        let bucket_url = self.bucket_url(bucket);
        // `object_store` adds the bucket to the path, but not to the host.
        let endpoint = if path_style { self.endpoint.as_str() } else { &bucket_url };
        AmazonS3Builder::new()
            .with_bucket_name(bucket.as_str())
            .with_region(&self.signer.region)
            .with_endpoint(endpoint.trim_end_matches('/'))
            .with_virtual_hosted_style_request(!path_style)
            .with_allow_http(self.endpoint.scheme() == "http")
            .with_access_key_id(&self.signer.access_key)
            .with_secret_access_key(self.signer.secret_key.expose())
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_copy_if_not_exists(S3CopyIfNotExists::Header("if-none-match".into(), "*".into()))
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
            .with_http_connector(Connector(Over {
                transport: self.client.transport(),
                clock: self.client.clock().clone(),
                retry: *self.client.retry_policy(),
            }))
            .build()
            .map_err(|error| invalid("AmazonS3", "address", error))
    }
}

/// Gives everyone the same transport.
#[derive(Debug)]
struct Connector(Over);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// A transport as `object_store` calls it.
#[derive(Debug, Clone)]
struct Over {
    transport: Arc<dyn Transport>,
    clock: Clock,
    retry: RetryPolicy,
}

#[async_trait]
impl HttpService for Over {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let body: Bytes = body.collect().await?.to_bytes();
        let sending = self.transport.send(http::Request::from_parts(parts, body));
        let answer = self.clock.timeout(self.retry.attempt_timeout, sending).await;
        match answer {
            Some(Ok(answer)) => Ok(answer.map(Into::into)),
            Some(Err(error)) => {
                let kind = match error {
                    TransportError::NeverSent { .. } => HttpErrorKind::Connect,
                    TransportError::AnswerLost { .. } => HttpErrorKind::Interrupted,
                    _ => HttpErrorKind::Unknown,
                };
                Err(HttpError::new(kind, error))
            }
            None => Err(HttpError::new(HttpErrorKind::Timeout, TransportError::answer_lost("time-out"))),
        }
    }
}
