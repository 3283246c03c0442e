//! Connections: users of several organisations who are one person.

use serde_json::{Value, json};

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::world::World;

use super::{shared, user};

/// The hidden field that holds with whom a user is connected.
const CONNECTED: &str = "connected";

fn connected(world: &World, user: &str) -> Vec<String> {
    let user = world.store.get(user::KIND, user);
    let ids = user.map(|user| shared::texts(&user.hidden, CONNECTED)).unwrap_or_default();
    ids.into_iter().map(str::to_owned).collect()
}

fn connect(world: &mut World, user: &str, with: &str, together: bool) {
    let mut ids = connected(world, user);
    ids.retain(|id| id != with);
    if together {
        ids.push(with.into());
    }
    if let Some(user) = world.store.get_mut(user::KIND, user) {
        user.hidden.insert(CONNECTED.into(), ids.into());
    }
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (id, _) = user::target(call)?;
    let users = connected(call.world, &id);
    let users = users.iter().filter_map(|id| call.world.store.get(user::KIND, id));
    let connections: Vec<Value> = users
        .map(|user| {
            json!({
                "organization": {"id": user.text("organization_id"), "name": "default", "locked": false},
                "user": {"id": user.text("id"), "username": user.text("username"), "type": user.text("type")},
            })
        })
        .collect();
    Ok(Reply::ok(json!({"connections": connections})))
}

pub(super) fn initiate(call: &mut Call<'_>) -> Answer {
    let (id, _) = user::target(call)?;
    let token = call.world.uuid()?;
    if let Some(user) = call.world.store.get_mut(user::KIND, &id) {
        user.hidden.insert("connection_token".into(), token.as_str().into());
    }
    Ok(Reply::ok(json!({"token": token})))
}

/// A token is good once.
pub(super) fn join(call: &mut Call<'_>) -> Answer {
    let (id, _) = user::target(call)?;
    let token = Value::from(call.text("token"));
    let mut initiators = call
        .world
        .store
        .all(user::KIND)
        .filter(|(_, user)| user.hidden.get("connection_token") == Some(&token));
    let initiator = initiators.next().map(|(id, _)| id.to_owned()).filter(|initiator| *initiator != id);
    drop(initiators);
    let Some(initiator) = initiator else {
        return Err(Refusal::constraint("token", "must be what another user's initiate-connection answered"));
    };
    if let Some(user) = call.world.store.get_mut(user::KIND, &initiator) {
        user.hidden.remove("connection_token");
    }
    connect(call.world, &id, &initiator, true);
    connect(call.world, &initiator, &id, true);
    Ok(Reply::empty())
}

pub(super) fn remove(call: &mut Call<'_>) -> Answer {
    let (id, _) = user::target(call)?;
    let with = call.text("target_user_id").to_owned();
    if !connected(call.world, &id).contains(&with) {
        return Err(Refusal::not_found(user::KIND, &with));
    }
    connect(call.world, &id, &with, false);
    connect(call.world, &with, &id, false);
    Ok(Reply::empty())
}
