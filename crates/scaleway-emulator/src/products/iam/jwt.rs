//! Sessions: tokens of users, which authentication takes in `X-Session-Token`.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text};
use crate::store::{Effect, Kind, Record, Transition};
use crate::world::{World, stamp};

use super::user;

const KIND: Kind = Kind { collection: "iam.jwts", resource: "jwt" };

/// How long a session lasts: seven days.
const LIFE: Duration = Duration::from_hours(7 * 24);

const FIELDS: &[Field] = &[text("user_id").required(), text("referrer")];

const LISTING: Listing =
    Listing { kind: KIND, items: "jwts", filters: &["audience_id"], order: &["created_at", "updated_at"] };

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let request = schema::create(FIELDS, &call.body)?;
    user::ensure(call.world);
    let user = request.get("user_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    call.find(user::KIND, &user)?;
    let jti = call.world.new_id(KIND)?;
    let (now, end) = (call.world.now(), call.world.now() + LIFE);
    let body = body! {
        "jti": jti.as_str(),
        "issuer_id": call.world.settings.organization.as_str(),
        "audience_id": user.as_str(),
        "created_at": stamp(now),
        "updated_at": stamp(now),
        "expires_at": stamp(end),
        "ip": "127.0.0.1",
        "user_agent": call.user_agent(),
    };
    let token = token(call, &jti, &user, end)?;
    let record = Record {
        parent: Some((user::KIND.collection.into(), user)),
        hidden: body! {"token": token.as_str()},
        body: body.clone(),
        // It is seen expired for as long again, then forgotten.
        pending: vec![Transition { at: end + LIFE, effect: Effect::Delete }],
        ..Record::default()
    };
    call.world.store.insert(KIND, &jti, record);
    Ok(Reply::ok(json!({"jwt": body, "token": token, "renew_token": call.world.uuid()?})))
}

/// Three parts, as such a token has; what stands for its signature is random.
fn token(call: &Call<'_>, jti: &str, user: &str, end: Timestamp) -> Result<String, crate::refusal::Refusal> {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let mut signature = [0; 32];
    call.world.fill(&mut signature)?;
    let claims = json!({"jti": jti, "aud": user, "exp": end.as_unix_millis() / 1000});
    let header = part(json!({"alg": "HS256", "typ": "JWT"}));
    Ok(format!("{header}.{}.{}", part(claims), BASE64_URL_SAFE_NO_PAD.encode(signature)))
}

fn is_expired(world: &World, session: &Record) -> bool {
    session.text("expires_at").parse().is_ok_and(|end: Timestamp| end <= world.now())
}

/// The user whom a token that is still good belongs to.
pub(super) fn audience_of(world: &World, token: &str) -> Option<String> {
    let is_it = |session: &Record| session.hidden.get("token").is_some_and(|have| have == token);
    let (_, session) = world.store.all(KIND).find(|(_, session)| is_it(session))?;
    (!is_expired(world, session)).then(|| session.text("audience_id").to_owned())
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let expired = call.query("expired").and_then(|value| value.parse::<bool>().ok());
    LISTING.answer_with(
        call,
        |session| expired.is_none_or(|wanted| wanted == is_expired(call.world, session)),
        |session| session.body.clone(),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "jti")
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "jti")?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}
