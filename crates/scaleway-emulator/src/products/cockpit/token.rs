//! Tokens: their secret is answered once, and opens the addresses of data sources.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text, texts};
use crate::store::{Kind, Record};
use crate::world::World;

const KIND: Kind = Kind { collection: "cockpit.tokens", resource: "token" };

/// In the order in which they are answered (recorded for the first three).
const SCOPES: [&str; 9] = [
    "write_only_metrics",
    "read_only_metrics",
    "write_only_logs",
    "read_only_logs",
    "write_only_traces",
    "read_only_traces",
    "full_access_metrics_rules",
    "full_access_logs_rules",
    "full_access_alert_manager",
];

const FIELDS: &[Field] =
    &[text("project_id").required(), text("name").length(1, 255).required(), texts("token_scopes")];

const LISTING: Listing =
    Listing { kind: KIND, items: "tokens", filters: &["project_id"], order: &["created_at", "name"] };

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let asked = fields.remove("token_scopes").unwrap_or_default();
    let asked: Vec<&str> = asked.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(unknown) = asked.iter().find(|scope| !SCOPES.contains(scope)) {
        let help = format!("{unknown:?} is none of {}", SCOPES.join(", "));
        return Err(Refusal::constraint("token_scopes", help));
    }
    let scopes: Vec<&str> = SCOPES.into_iter().filter(|scope| asked.contains(scope)).collect();
    fields.extend(body! {"scopes": scopes, "secret_key": Value::Null, "region": call.region()});
    let project = call.text("project_id").to_owned();
    let draft = call.draft(&project, fields);
    let id = call.create(KIND, draft)?;
    let secret = call.world.uuid()?;
    if let Some(token) = call.world.store.get_mut(KIND, &id) {
        token.hidden = body! {"secret_key": secret.as_str()};
    }
    let mut token = call.view(KIND, &id);
    token.insert("secret_key".into(), secret.into());
    Ok(Reply::resource(token))
}

/// The token of that secret.
pub(super) fn find<'w>(world: &'w World, secret: &str) -> Option<&'w Record> {
    let mut tokens = world.store.all(KIND).map(|(_, token)| token);
    tokens.find(|token| token.hidden.get("secret_key").and_then(Value::as_str) == Some(secret))
}

pub(super) fn has_scope(token: &Record, scope: &str) -> bool {
    let scopes = token.body.get("scopes").and_then(Value::as_array);
    scopes.is_some_and(|scopes| scopes.iter().any(|have| have == scope))
}

/// Those that have every scope asked for.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let wanted: Vec<&str> = call.query_all("token_scopes").filter(|s| !s.starts_with("unknown")).collect();
    LISTING.answer_with(
        call,
        |token| wanted.iter().all(|scope| has_scope(token, scope)),
        |token| token.body.clone(),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, mut token) = call.target(KIND, "token_id")?;
    // Then it was no secret yet (recorded).
    if call.world.is_before("2024-12-01") {
        token.body.extend(token.hidden);
    }
    Ok(Reply::resource(token.body))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "token_id")?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}
