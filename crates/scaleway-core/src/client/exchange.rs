//! One exchange with an API: attempts, waits between them, and what is made of the last one.

use bytes::Bytes;
use http::{StatusCode, header};
use tracing::debug;

use super::{Client, Inner};
use crate::error::{ApiError, Call, ErrorBody};
use crate::retry::{Attempts, Outcome};
use crate::{Error, Result, TransportError};

impl Client {
    /// Sends a request of any form, with the client's connections, time-outs, retries and budget but without its token:
    /// for APIs with ways of their own, such as Object Storage. `request` makes the request anew for each attempt, as a
    /// signature has its time; `repeatable` says that sending it twice has the effect of sending it once; `read_error`
    /// says what the body of a refusal means. `call` is asked for only where something fails.
    ///
    /// # Errors
    /// [`Error::Api`] where the answer is no success, [`Error::Transport`], and what `request` fails with.
    pub async fn exchange(
        &self,
        call: &(dyn Fn() -> Call + Sync),
        repeatable: bool,
        request: &(dyn Fn() -> Result<http::Request<Bytes>> + Sync),
        read_error: fn(&[u8], StatusCode) -> ErrorBody,
    ) -> Result<http::Response<Bytes>> {
        self.exchange_where(call, repeatable, request, read_error, |status| status.is_success()).await
    }

    /// As [`exchange`](Self::exchange), for protocols in which more than a success is an answer: `is_answer` says which
    /// statuses are given back rather than made an error, a challenge for a token or a redirection for example.
    ///
    /// # Errors
    /// As [`exchange`](Self::exchange).
    pub async fn exchange_where(
        &self,
        call: &(dyn Fn() -> Call + Sync),
        repeatable: bool,
        request: &(dyn Fn() -> Result<http::Request<Bytes>> + Sync),
        read_error: fn(&[u8], StatusCode) -> ErrorBody,
        is_answer: fn(StatusCode) -> bool,
    ) -> Result<http::Response<Bytes>> {
        let Inner { clock, retry, budget, .. } = &*self.0;
        let begun = clock.now();
        let mut started = begun;
        let mut attempts = Attempts::new(retry);
        let mut attempt = 0;
        let mut may_have_happened = false;
        loop {
            attempt += 1;
            let sending = self.0.transport.send(request()?);
            let answer = clock.timeout(attempts.time_left(started.since(begun)), sending).await;
            let answer = answer.unwrap_or_else(|| Err(TransportError::answer_lost("time-out")));
            let answered = clock.now();
            let latency_ms = answered.since(started).as_millis();
            let answer = match answer {
                Ok(answer) if is_answer(answer.status()) => {
                    let status = answer.status().as_u16();
                    debug!(attempt, status, %latency_ms, request_id = request_id(&answer), "answered");
                    budget.give_back();
                    return Ok(answer);
                }
                refused => refused,
            };
            let outcome = match &answer {
                Ok(answer) => {
                    debug!(attempt, status = answer.status().as_u16(), %latency_ms, request_id = request_id(answer), "refused");
                    if !retry.permission_grace.is_zero() && is_permission_denied(answer, read_error) {
                        Outcome::Denied
                    } else {
                        Outcome::Answered(answer.status().as_u16())
                    }
                }
                Err(error) => {
                    debug!(attempt, %latency_ms, %error, "no answer");
                    Outcome::Failed(error)
                }
            };
            let call = call();
            may_have_happened |= !call.method.is_safe()
                && match &outcome {
                    Outcome::Answered(status) => matches!(status, 408 | 500 | 502..=599),
                    Outcome::Failed(error) => !error.is_never_sent(),
                    Outcome::Denied => false,
                };
            let elapsed = answered.since(begun);
            let wait = attempts.wait(&outcome, repeatable, elapsed, budget, &self.0.random);
            if let Some(wait) = wait {
                clock.sleep(wait).await;
                started = clock.now();
                continue;
            }
            return Err(match answer {
                Ok(answer) => {
                    let body = read_error(answer.body(), answer.status());
                    Error::Api(Box::new(api_error(call, &answer, body, attempt, may_have_happened)))
                }
                Err(source) => {
                    Error::Transport { call: Box::new(call), attempts: attempt, may_have_happened, source }
                }
            });
        }
    }
}

pub(super) fn request_id(answer: &http::Response<Bytes>) -> Option<String> {
    let id = answer.headers().get("x-request-id").or_else(|| answer.headers().get("x-amz-request-id"));
    id.and_then(|id| id.to_str().ok()).map(str::to_owned)
}

fn is_permission_denied(
    answer: &http::Response<Bytes>,
    read_error: fn(&[u8], StatusCode) -> ErrorBody,
) -> bool {
    answer.status() == StatusCode::FORBIDDEN
        && read_error(answer.body(), answer.status()).is_permission_denied()
}

fn api_error(
    call: Call,
    answer: &http::Response<Bytes>,
    mut body: ErrorBody,
    attempts: u32,
    may_have_happened: bool,
) -> ApiError {
    let status = answer.status();
    if let (true, Some(location)) = (status.is_redirection(), answer.headers().get(header::LOCATION)) {
        body.help_message.get_or_insert_with(|| format!("redirected to {location:?}: check SCW_API_URL"));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        body.kind.get_or_insert_with(|| "too_many_requests".to_owned());
    }
    ApiError {
        call,
        status: status.as_u16(),
        request_id: request_id(answer),
        attempts,
        may_have_happened,
        body,
    }
}
