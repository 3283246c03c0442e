//! Second factors: authenticators. What they sign is not verified.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, text};
use crate::store::{Effect, Kind, Record, Transition};

use super::user;

const KIND: Kind = Kind { collection: "iam.webauthn_authenticators", resource: "webauthn_authenticator" };

/// A registration that was begun.
const CEREMONY: Kind = Kind { collection: "iam.webauthn_ceremonies", resource: "ceremony" };

/// How long a registration may take.
const PATIENCE: Duration = Duration::from_mins(5);

const LISTING: Listing =
    Listing { kind: KIND, items: "authenticators", filters: &[], order: &["created_at"] };

fn parent(user: &str) -> (String, String) {
    (user::KIND.collection.into(), user.into())
}

pub(super) fn start(call: &mut Call<'_>) -> Answer {
    let (user, _) = user::target(call)?;
    let mut challenge = [0; 32];
    call.world.fill(&mut challenge)?;
    let ceremony = call.world.new_id(CEREMONY)?;
    let pending = vec![Transition { at: call.world.now() + PATIENCE, effect: Effect::Delete }];
    let record = Record { parent: Some(parent(&user)), pending, ..Record::default() };
    call.world.store.insert(CEREMONY, &ceremony, record);
    Ok(Reply::ok(json!({
        "ceremony_id": ceremony,
        "challenge": BASE64_STANDARD.encode(challenge),
        "public_key_algorithms": [-7, -257],
        "timeout": format!("{}s", PATIENCE.as_secs()),
        "exclude_credentials": [],
    })))
}

pub(super) fn finish(call: &mut Call<'_>) -> Answer {
    let (user, _) = user::target(call)?;
    let ceremony = call.text("ceremony_id").to_owned();
    if call.find(CEREMONY, &ceremony)?.parent != Some(parent(&user)) {
        return Err(Refusal::not_found(CEREMONY, &ceremony));
    }
    call.world.store.remove(CEREMONY, &ceremony);
    let stamp = call.world.stamp();
    let id = call.world.new_id(KIND)?;
    let body = body! {
        "id": id.as_str(),
        "name": call.text("authenticator_name"),
        "created_at": stamp,
        "last_login_at": Value::Null,
    };
    call.world.store.insert(KIND, &id, Record { parent: Some(parent(&user)), body, ..Record::default() });
    user::changed(call, &user, body! {"mfa": true, "two_factor_enabled": true})?;
    Ok(Reply::ok(json!({"authenticator_id": id})))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let (user, _) = user::target(call)?;
    let parent = Some(parent(&user));
    LISTING.answer_with(call, |one| one.parent == parent, |one| one.body.clone())
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "authenticator_id")?;
    let mut named = schema::create(&[text("authenticator_name").required()], &call.body)?;
    let name = named.remove("authenticator_name").unwrap_or_default();
    if let Some(authenticator) = call.world.store.get_mut(KIND, &id) {
        authenticator.body.insert("name".into(), name);
    }
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "authenticator_id")?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}
