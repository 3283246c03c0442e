//! One process' way to the cloud.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use scaleway_core::{Exchange, Transport, TransportError};
use scaleway_emulator::Emulator;

use crate::fate::Fate;
use crate::net::Net;
use crate::trace::Trace;
use crate::weather::{Trouble, Weather};

type Answer = Result<Response<Bytes>, TransportError>;

/// A transport over the net, as long as its process lives.
#[derive(Debug, Clone)]
pub(crate) struct CloudLink {
    pub(crate) who: usize,
    pub(crate) fate: Fate,
    pub(crate) net: Net,
    pub(crate) cloud: Emulator,
    /// Whether what it writes is the log.
    pub(crate) to_state: bool,
    pub(crate) weather: Weather,
    pub(crate) trace: Trace,
}

impl Transport for CloudLink {
    fn send(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(async move {
            let changes = request.method() != Method::GET;
            if changes {
                self.fate.boundary().await;
            } else {
                self.fate.alive().await;
            }
            let this = self.clone();
            let answer = self.net.carry(async move { this.on_its_way(request).await }).await;
            if changes {
                if self.to_state {
                    self.fate.written().await;
                }
                self.fate.boundary().await;
                self.fate.meet();
            } else {
                self.fate.alive().await;
            }
            answer
        })
    }
}

impl CloudLink {
    async fn on_its_way(self, request: Request<Bytes>) -> Answer {
        let clock = self.cloud.clock();
        let trouble = if self.to_state {
            self.weather.on_the_way_to_the_store(request.method() == Method::PUT, clock.now())
        } else {
            self.weather.on_the_way(&request, clock.now())
        };
        let asked = (request.method().clone(), request.uri().clone());
        clock.sleep(self.weather.way()).await;
        let answer = self.meet(trouble, request, &asked).await;
        self.trace.note(clock, self.who, || {
            let what = match &answer {
                Ok(answer) => answer.status().to_string(),
                Err(error) => error.to_string(),
            };
            let trouble = trouble.map(|trouble| format!(" ({trouble:?})")).unwrap_or_default();
            format!("{} {} → {what}{trouble}", asked.0, asked.1)
        });
        clock.sleep(self.weather.way()).await;
        answer
    }

    async fn meet(&self, trouble: Option<Trouble>, request: Request<Bytes>, asked: &(Method, Uri)) -> Answer {
        match trouble {
            Some(Trouble::Refused) => return Err(TransportError::never_sent("connection refused")),
            Some(Trouble::Reset) => return Err(TransportError::answer_lost("connection reset")),
            Some(Trouble::Throttled) => {
                let mut answer = told(StatusCode::TOO_MANY_REQUESTS, "local_rate_limited");
                let name = HeaderName::from_static("x-envoy-ratelimited");
                answer.headers_mut().insert(name, HeaderValue::from_static("true"));
                return Ok(answer);
            }
            Some(Trouble::Unavailable) => {
                return Ok(told(StatusCode::SERVICE_UNAVAILABLE, "upstream connect error or disconnect"));
            }
            Some(Trouble::Forbidden) => {
                return Ok(told(
                    StatusCode::FORBIDDEN,
                    r#"{"type":"permissions_denied","message":"insufficient permissions","details":[{"resource":"any","action":"any"}]}"#,
                ));
            }
            Some(Trouble::NotYet) => {
                return Ok(told(
                    StatusCode::NOT_FOUND,
                    r#"{"type":"not_found","message":"resource is not found","resource":"any","resource_id":"any"}"#,
                ));
            }
            Some(Trouble::Stale) => {
                if let Some(answer) = self.weather.stale(&asked.1) {
                    return Ok(answer);
                }
            }
            Some(Trouble::Vanished) => std::future::pending().await,
            Some(Trouble::Slow) => {
                self.cloud.clock().sleep(std::time::Duration::from_secs(30)).await;
            }
            _ => {}
        }
        let answer = self.cloud.send(request).await?;
        self.weather.remember(asked, &answer, self.cloud.clock().now());
        match trouble {
            Some(Trouble::Failed) => Ok(told(
                StatusCode::INTERNAL_SERVER_ERROR,
                r#"{"type":"internal","message":"internal error"}"#,
            )),
            Some(Trouble::AnswerLost) => Err(TransportError::answer_lost("connection reset")),
            Some(Trouble::Silence) => std::future::pending().await,
            Some(Trouble::Truncated) if answer.body().len() > 1 => {
                Ok(answer.map(|body| body.slice(..body.len() / 2)))
            }
            _ => Ok(answer),
        }
    }
}

fn told(status: StatusCode, body: &'static str) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::from_static(body.as_bytes()));
    *answer.status_mut() = status;
    answer
}
