//! Second factors: one-time passwords. Nobody signs in here, so a password is only looked at.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};

use super::user;

/// What the characters of base32 are.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) fn create_otp(call: &mut Call<'_>) -> Answer {
    let (id, _) = user::target(call)?;
    let mut bytes = [0; 32];
    call.world.fill(&mut bytes)?;
    let secret: String = bytes.map(|byte| char::from(BASE32[usize::from(byte % 32)])).iter().collect();
    if let Some(user) = call.world.store.get_mut(user::KIND, &id) {
        user.hidden.insert("otp".into(), secret.as_str().into());
    }
    Ok(Reply::ok(json!({"secret": secret})))
}

/// Takes any six digits.
pub(super) fn validate_otp(call: &mut Call<'_>) -> Answer {
    let (id, user) = user::target(call)?;
    if !user.hidden.get("otp").is_some_and(Value::is_string) {
        return Err(Refusal::precondition_failed("resource_not_usable", "create the user's OTP first"));
    }
    let password = call.text("one_time_password");
    if password.len() != 6 || !password.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Refusal::constraint("one_time_password", "must be six digits"));
    }
    let mut codes = Vec::new();
    for _ in 0..10 {
        codes.push(call.world.uuid()?.replace('-', "")[..10].to_owned());
    }
    user::changed(call, &id, body! {"mfa": true, "two_factor_enabled": true})?;
    Ok(Reply::ok(json!({"recovery_codes": codes})))
}

pub(super) fn delete_otp(call: &mut Call<'_>) -> Answer {
    let (id, _) = user::target(call)?;
    if let Some(user) = call.world.store.get_mut(user::KIND, &id) {
        user.hidden.remove("otp");
    }
    user::changed(call, &id, body! {"mfa": false, "two_factor_enabled": false})?;
    Ok(Reply::empty())
}

/// Nothing is asked of anybody that there could be time left for.
pub(super) fn grace_periods(call: &mut Call<'_>) -> Answer {
    if let Some(id) = call.query("user_id").filter(|id| !id.is_empty()).map(str::to_owned) {
        user::ensure(call.world);
        call.find(user::KIND, &id)?;
    }
    Ok(Reply::ok(json!({"grace_periods": []})))
}
