//! Tokens of private containers: all that is left of the API's version before this one, which Terraform's provider and `scw` still ask.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text};
use crate::store::{Body, Kind, Record};

use super::{container, namespace};

const KIND: Kind = Kind { collection: "containers.tokens", resource: "token" };

const FIELDS: &[Field] = &[
    text("container_id").or_absent(),
    text("namespace_id").or_absent(),
    text("description"),
    text("expires_at").or_null(),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "tokens",
    filters: &["container_id", "namespace_id"],
    order: &["created_at"],
};

/// For one container, or all of a namespace. The token itself is told once.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    call.body.retain(|_, value| value != "");
    let mut fields = schema::create(FIELDS, &call.body)?;
    let owner = match (call.text("container_id").to_owned(), call.text("namespace_id").to_owned()) {
        (id, none) if none.is_empty() && !id.is_empty() => (container::KIND, id),
        (none, id) if none.is_empty() && !id.is_empty() => (namespace::KIND, id),
        _ => {
            let help = "exactly one of container_id and namespace_id must be said";
            return Err(Refusal::constraint("container_id", help));
        }
    };
    if fields["expires_at"].as_str().is_some_and(|at| at.parse::<Timestamp>().is_err()) {
        let problem = Problem::format("expires_at", "must be a timestamp (RFC 3339)");
        return Err(Refusal::invalid_arguments(&[problem]));
    }
    let project = call.find(owner.0, &owner.1)?.project.clone();
    fields.extend(body! {"status": "ready", "token": ""});
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((owner.0.collection.into(), owner.1));
    let id = call.create(KIND, draft)?;
    let mut signature = [0; 64];
    call.world.fill(&mut signature)?;
    let part = |value: &[u8]| URL_SAFE_NO_PAD.encode(value);
    let header = json!({"alg": "ES256", "typ": "JWT"}).to_string();
    let claims = json!({"jti": id}).to_string();
    let token = format!("{}.{}.{}", part(header.as_bytes()), part(claims.as_bytes()), part(&signature));
    let mut made = call.view(KIND, &id);
    made.insert("token".into(), token.into());
    Ok(Reply::resource(told(made)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer_with(call, |_| true, |token: &Record| told(token.body.clone()))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, token) = call.target(KIND, "token_id")?;
    Ok(Reply::resource(told(token.body)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, mut token) = call.target(KIND, "token_id")?;
    token.body.insert("status".into(), Value::from("deleting"));
    call.world.store.remove(KIND, &id);
    Ok(Reply::resource(told(token.body)))
}

/// Tokens have no dates of their own.
fn told(mut token: Body) -> Body {
    for date in ["created_at", "updated_at"] {
        token.remove(date);
    }
    token
}
