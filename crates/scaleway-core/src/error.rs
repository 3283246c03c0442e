//! What went wrong, and what can be done about it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ConfigError, TransportError};

/// What every call of a client crate may answer instead of its result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed. Ask the predicates rather than the variants: they say what can be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The API answered, and the answer is an error.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// No answer came.
    #[error("{call}: no answer after {attempts} attempt(s){}", doubt(*.may_have_happened))]
    Transport {
        /// The call.
        call: Box<Call>,
        /// How many times it was sent.
        attempts: u32,
        /// Whether one of the attempts may have reached the API.
        may_have_happened: bool,
        /// The last failure.
        source: TransportError,
    },
    /// The API answered with success, but not in the shape that is expected of it.
    #[error("{call}: the answer cannot be read{}", request_suffix(request_id.as_deref()))]
    Decode {
        /// The call.
        call: Box<Call>,
        /// The API's name for the exchange.
        request_id: Option<String>,
        /// Where and why reading stopped.
        source: serde_json::Error,
    },
    /// The request was refused before it was sent.
    #[error("{operation}: {field}: {problem}")]
    InvalidRequest {
        /// The API operation.
        operation: &'static str,
        /// The field at fault.
        field: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// What was waited for will never happen.
    #[error("{what} is {state}{}", reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default())]
    Never {
        /// The resource that was waited for.
        what: String,
        /// Its status.
        state: String,
        /// The platform's own reason.
        reason: Option<String>,
    },
    /// What was waited for has not happened in time; it may still.
    #[error("{what} is still {state} after {} s; nothing is lost, waiting can go on", waited.as_secs())]
    StillChanging {
        /// The resource that was waited for.
        what: String,
        /// Its status when waiting ended.
        state: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Which call failed: operation, verb and address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The API operation: `CreateContainer`.
    pub operation: &'static str,
    /// The HTTP verb.
    pub method: http::Method,
    /// The address, without its query.
    pub url: String,
}

impl Call {
    /// The call of `operation` at `url`, which is without its query.
    pub fn new(operation: &'static str, method: http::Method, url: impl Into<String>) -> Self {
        Self { operation, method, url: url.into() }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.operation, self.method, self.url)
    }
}

/// What a caller must know of a call that failed and may have had its effect.
fn doubt(may_have_happened: bool) -> &'static str {
    if may_have_happened { "; it may have happened all the same: look before sending it again" } else { "" }
}

fn request_suffix(request_id: Option<&str>) -> String {
    request_id.map(|id| format!(" [request {id}]")).unwrap_or_default()
}

/// An error that the API answered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// The call.
    pub call: Call,
    /// The HTTP status.
    pub status: u16,
    /// The API's name for the exchange, to give to Scaleway's support.
    pub request_id: Option<String>,
    /// How many times the call was sent.
    pub attempts: u32,
    /// Whether an attempt may have had its effect although none answered so.
    pub may_have_happened: bool,
    /// What the API said.
    pub body: ErrorBody,
}

impl std::error::Error for ApiError {}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.call, self.status, self.body)?;
        if self.attempts > 1 {
            write!(f, " ({} attempts)", self.attempts)?;
        }
        f.write_str(doubt(self.may_have_happened))?;
        f.write_str(&request_suffix(self.request_id.as_deref()))
    }
}

/// The body of an error, as the API spells it. Which fields are there depends on the type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ErrorBody {
    /// `invalid_arguments`, `not_found`, `transient_state`, `quotas_exceeded`, …; some answers have none.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The API's sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The kind of resource concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The resource concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// With `transient_state`: the state that the resource is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_state: Option<String>,
    /// With `precondition_failed`: the precondition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precondition: Option<String>,
    /// What the API advises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_message: Option<String>,
    /// With `denied_authentication`: the method of authentication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// With `denied_authentication`: why it was denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// With `resource_expired`: since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired_since: Option<String>,
    /// With `invalid_request_error`: what is wrong with each argument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeMap<String, Vec<String>>>,
    /// What is wrong in detail: arguments, quotas, permissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Vec<ErrorDetail>>,
}

/// One detail of an error: an argument, a quota or a permission.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ErrorDetail {
    /// The argument at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argument_name: Option<String>,
    /// `unknown`, `required`, `format` or `constraint`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the API advises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_message: Option<String>,
    /// The resource whose quota is exceeded, or on which an action is not permitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The quota.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<u64>,
    /// How much of the quota is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<u64>,
    /// What the quota is counted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The action that is not permitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

impl ErrorBody {
    /// Reads a body, whatever it is: gateways answer with HTML or nothing.
    pub(crate) fn read(bytes: &[u8], status: http::StatusCode) -> Self {
        const SHOWN: usize = 200;
        let body = serde_json::from_slice(bytes).ok().and_then(Self::from_fields).unwrap_or_default();
        if body.kind.is_some() || body.message.is_some() {
            return body;
        }
        let text: String = String::from_utf8_lossy(bytes).trim().chars().take(SHOWN).collect();
        let message =
            if text.is_empty() { status.canonical_reason().unwrap_or("no reason").to_owned() } else { text };
        Self { message: Some(message), ..body }
    }

    /// What can be read of an object: one field of an unexpected form must not hide the `type`.
    fn from_fields(mut fields: serde_json::Map<String, serde_json::Value>) -> Option<Self> {
        fields.retain(|name, value| {
            let field = serde_json::Map::from_iter([(name.clone(), value.clone())]);
            serde_json::from_value::<Self>(field.into()).is_ok()
        });
        serde_json::from_value(fields.into()).ok()
    }

    pub(crate) fn is_permission_denied(&self) -> bool {
        // The second is Object Storage's, the third the registry's.
        matches!(self.kind.as_deref(), Some("permissions_denied" | "AccessDenied" | "DENIED"))
    }
}

impl fmt::Display for ErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_deref().unwrap_or("error"))?;
        let mut say = |label: &str, text: &Option<String>| match text {
            Some(text) if !text.is_empty() => write!(f, "{label}{text}"),
            _ => Ok(()),
        };
        say(": ", &self.message)?;
        say("; ", &self.resource)?;
        say(" ", &self.resource_id)?;
        say(" is ", &self.current_state)?;
        say("; since ", &self.expired_since)?;
        say("; ", &self.precondition)?;
        say("; ", &self.reason)?;
        say("; ", &self.help_message)?;
        for (argument, problems) in self.fields.iter().flatten() {
            write!(f, "; {argument}: {}", problems.join(", "))?;
        }
        for detail in self.details.iter().flatten() {
            let mut say = |label: &str, text: &Option<String>| match text {
                Some(text) if !text.is_empty() => write!(f, "{label}{text}"),
                _ => Ok(()),
            };
            say("; ", &detail.argument_name)?;
            say("; ", &detail.resource)?;
            say(" ", &detail.action)?;
            say(" ", &detail.reason)?;
            say(": ", &detail.help_message)?;
            if let (Some(current), Some(quota)) = (detail.current, detail.quota) {
                write!(f, ": {current} of {quota} used")?;
            }
        }
        Ok(())
    }
}

impl Error {
    /// The API's own error, where it answered one.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The HTTP status that the API answered.
    pub fn status(&self) -> Option<u16> {
        self.api().map(|error| error.status)
    }

    /// The API's type of error, such as `invalid_arguments`.
    pub fn kind(&self) -> Option<&str> {
        self.api().and_then(|error| error.body.kind.as_deref())
    }

    /// The API's name for the exchange.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id.as_deref(),
            Self::Decode { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// There is no such thing. After a create, it may only not be visible yet.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// What exists is in the way: a name that is taken, a resource that is changing.
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(409)
    }

    /// The resource is changing and takes no other change now: wait for it, then ask again.
    pub fn is_transient_state(&self) -> bool {
        self.kind() == Some("transient_state")
    }

    /// An argument is wrong: sending it again will not help.
    pub fn is_invalid_arguments(&self) -> bool {
        matches!(self.kind(), Some("invalid_arguments" | "invalid_request_error"))
            || matches!(self, Self::InvalidRequest { .. })
    }

    /// The API wants fewer requests, and still wanted fewer after all retries.
    pub fn is_rate_limited(&self) -> bool {
        self.status() == Some(429)
    }

    /// The key is not known: check `SCW_SECRET_KEY`.
    pub fn is_unauthenticated(&self) -> bool {
        // Object Storage answers 403 to this, too.
        self.status() == Some(401)
            || matches!(self.kind(), Some("InvalidAccessKeyId" | "SignatureDoesNotMatch"))
    }

    /// The key may not do this. A 403 without this type means something else (jobs answer one while a run is running),
    /// and right after an IAM change one may only mean that it has not spread yet.
    pub fn is_permission_denied(&self) -> bool {
        self.api().is_some_and(|error| error.body.is_permission_denied())
    }

    /// A quota is used up.
    pub fn is_quota_exceeded(&self) -> bool {
        self.kind() == Some("quotas_exceeded")
    }

    /// A condition does not hold, such as a secret's protection.
    pub fn is_precondition_failed(&self) -> bool {
        self.status() == Some(412)
    }

    /// It may work later, without any change: the network, the API's load, a resource in motion.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::StillChanging { .. } => true,
            Self::Transport { source, .. } => {
                !matches!(source, TransportError::TooLarge { .. } | TransportError::Withheld { .. })
            }
            Self::Api(error) => {
                matches!(error.status, 408 | 429 | 500 | 502..=599) || self.is_transient_state()
            }
            _ => false,
        }
    }

    /// The call may have had its effect although it failed: look before sending it again.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Transport { may_have_happened, .. } => *may_have_happened,
            Self::Api(error) => error.may_have_happened,
            // The API answered with success.
            Self::Decode { call, .. } => !call.method.is_safe(),
            _ => false,
        }
    }
}
