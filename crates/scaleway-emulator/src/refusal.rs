//! The API's error bodies, each with its HTTP status.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::reply::Reply;
use crate::store::Kind;

/// A request that was refused.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(Box<Reply>);

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        *refusal.0
    }
}

/// One field that is wrong.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) field: String,
    pub(crate) reason: &'static str,
    pub(crate) help: String,
}

impl Problem {
    pub(crate) fn required(field: impl Into<String>) -> Self {
        Self { field: field.into(), reason: "required", help: String::new() }
    }

    pub(crate) fn format(field: impl Into<String>, help: impl Into<String>) -> Self {
        Self { field: field.into(), reason: "format", help: help.into() }
    }

    pub(crate) fn constraint(field: impl Into<String>, help: impl Into<String>) -> Self {
        Self { field: field.into(), reason: "constraint", help: help.into() }
    }
}

impl Refusal {
    /// A body of any shape: for what is off the contract.
    pub(crate) fn raw(status: StatusCode, body: Value) -> Self {
        Self(Box::new(Reply::json(status, body)))
    }

    /// Plain text: what is behind another host than the API's.
    pub(crate) fn text(status: StatusCode, why: impl Into<String>) -> Self {
        Self(Box::new(Reply::text(status, why)))
    }

    fn typed(status: StatusCode, kind: &str, message: &str, more: Value) -> Self {
        let mut body = Map::new();
        body.insert("type".into(), kind.into());
        body.insert("message".into(), message.into());
        if let Value::Object(more) = more {
            body.extend(more);
        }
        Self::raw(status, Value::Object(body))
    }

    /// 400: the body is no JSON object.
    pub(crate) fn not_json(why: &str) -> Self {
        let message = format!("the body is no JSON object: {why}");
        Self::typed(StatusCode::BAD_REQUEST, "invalid_request_error", &message, Value::Null)
    }

    /// 400.
    pub(crate) fn invalid_arguments(problems: &[Problem]) -> Self {
        let details: Vec<Value> = problems
            .iter()
            .map(|p| json!({"argument_name": p.field, "reason": p.reason, "help_message": p.help}))
            .collect();
        let more = json!({ "details": details });
        Self::typed(StatusCode::BAD_REQUEST, "invalid_arguments", "invalid argument(s)", more)
    }

    /// 400 with one problem, which is that a value is out of its bounds.
    pub(crate) fn constraint(field: &str, help: impl Into<String>) -> Self {
        Self::invalid_arguments(&[Problem::constraint(field, help)])
    }

    /// 401.
    pub(crate) fn denied_authentication(method: &str, reason: &str) -> Self {
        let more = json!({"method": method, "reason": reason});
        Self::typed(StatusCode::UNAUTHORIZED, "denied_authentication", "authentication is denied", more)
    }

    /// 403.
    pub(crate) fn permissions_denied(resource: &str, action: &str) -> Self {
        let more = json!({"details": [{"resource": resource, "action": action}]});
        Self::typed(StatusCode::FORBIDDEN, "permissions_denied", "insufficient permissions", more)
    }

    /// 403.
    pub(crate) fn quotas_exceeded(scope: &str, resource: &str, quota: u64, current: u64) -> Self {
        let more = json!({"details": [
            {"resource": resource, "quota": quota, "current": current, "scope": scope}
        ]});
        Self::typed(StatusCode::FORBIDDEN, "quotas_exceeded", "quota(s) exceeded for this resource", more)
    }

    /// 404.
    pub(crate) fn not_found(kind: Kind, id: &str) -> Self {
        Self::unknown(kind.resource, id)
    }

    /// 404 of something that is no resource of ours: a region, for example.
    pub(crate) fn unknown(resource: &str, id: &str) -> Self {
        let more = json!({"resource": resource, "resource_id": id});
        Self::typed(StatusCode::NOT_FOUND, "not_found", "resource is not found", more)
    }

    /// 409: the name is taken.
    pub(crate) fn already_exists(kind: Kind, id: &str, help: &str) -> Self {
        let more = json!({"resource": kind.resource, "resource_id": id, "help_message": help});
        Self::typed(StatusCode::CONFLICT, "already_exists", "resource already exists", more)
    }

    /// 409: the resource is on its way from one state to another.
    pub(crate) fn transient_state(kind: Kind, id: &str, state: &str) -> Self {
        let more = json!({"resource": kind.resource, "resource_id": id, "current_state": state});
        let message = "resource is in a transient state";
        Self::typed(StatusCode::CONFLICT, "transient_state", message, more)
    }

    /// 412.
    #[allow(dead_code, reason = "for the products with preconditions")]
    pub(crate) fn precondition_failed(precondition: &str, help: &str) -> Self {
        let more = json!({"precondition": precondition, "help_message": help});
        let message = "a precondition is not respected";
        Self::typed(StatusCode::PRECONDITION_FAILED, "precondition_failed", message, more)
    }

    /// 412.
    pub(crate) fn out_of_stock(resource: &str) -> Self {
        let more = json!({ "resource": resource });
        Self::typed(StatusCode::PRECONDITION_FAILED, "out_of_stock", "resource is out of stock", more)
    }

    /// 500: the emulator itself failed, or was told to.
    pub(crate) fn internal(message: &str) -> Self {
        Self::typed(StatusCode::INTERNAL_SERVER_ERROR, "internal", message, Value::Null)
    }
}
