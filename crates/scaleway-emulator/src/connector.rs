//! The emulator as `object_store` reaches a bucket: in process, without a port.

use async_trait::async_trait;
use http_body_util::BodyExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use scaleway_core::{Transport, TransportError};

use crate::Emulator;

/// What `AmazonS3Builder::with_http_connector` takes (feature `object-store`). Time-outs of the client's options are not
/// kept: an answer comes at once, or with the emulator's latency on its own clock.
///
/// ```
/// use object_store::aws::AmazonS3Builder;
/// use object_store::path::Path;
/// use object_store::ObjectStoreExt;
/// use scaleway_core::{Clock, Transport};
/// use scaleway_emulator::Emulator;
///
/// let emulator = Emulator::builder().seed(1).build()?;
/// let objects = AmazonS3Builder::new()
///     .with_bucket_name("mine")
///     .with_region("fr-par")
///     .with_endpoint("https://s3.fr-par.scw.cloud")
///     .with_access_key_id("SCWXXXXXXXXXXXXXXXXX")
///     .with_secret_access_key("any")
///     .with_http_connector(emulator.clone())
///     .build()?;
/// Clock::real().block_on(async {
///     let bucket = http::Request::put("https://s3.fr-par.scw.cloud/mine").body(bytes::Bytes::new())?;
///     assert_eq!(emulator.send(bucket).await?.status(), 200);
///     objects.put(&Path::from("greeting"), "hello".into()).await?;
///     assert_eq!(objects.get(&Path::from("greeting")).await?.bytes().await?, "hello");
///     assert_eq!(emulator.requests().count("PutObject"), 1);
///     Ok::<(), Box<dyn std::error::Error>>(())
/// })??;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl HttpConnector for Emulator {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Emulator {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        match self.send(http::Request::from_parts(parts, body)).await {
            Ok(answer) => Ok(answer.map(Into::into)),
            Err(error) => {
                let kind = match error {
                    TransportError::NeverSent { .. } => HttpErrorKind::Connect,
                    TransportError::AnswerLost { .. } => HttpErrorKind::Interrupted,
                    _ => HttpErrorKind::Unknown,
                };
                Err(HttpError::new(kind, error))
            }
        }
    }
}
