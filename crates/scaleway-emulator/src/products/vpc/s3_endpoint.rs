//! Endpoints of Object Storage. Which private networks have one is kept; nothing is reached through them.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};

use super::{private_network, vpc};

const FLAG: &str = "has_s3_integration";

pub(super) fn enable(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(vpc::KIND, "vpc_id")?;
    let mut wanted = said(call);
    wanted.extend(call.query_all("private_network_ids").map(str::to_owned));
    for network in &wanted {
        must_be_of(call, &id, network)?;
    }
    for network in &wanted {
        mark(call, network, true);
    }
    call.change(vpc::KIND, &id, body! {"s3_integration_enabled": true});
    vpc::answer(call, &id)
}

pub(super) fn disable(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(vpc::KIND, "vpc_id")?;
    for network in call.world.store.children(vpc::KIND, &id, private_network::KIND) {
        mark(call, &network, false);
    }
    call.change(vpc::KIND, &id, body! {"s3_integration_enabled": false});
    vpc::answer(call, &id)
}

pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(vpc::KIND, "vpc_id")?;
    let network = call.text("private_network_id").to_owned();
    must_be_of(call, &id, &network)?;
    mark(call, &network, true);
    Ok(networks(call, &id))
}

pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(vpc::KIND, "vpc_id")?;
    let wanted = said(call);
    for network in &wanted {
        must_be_of(call, &id, network)?;
    }
    for network in call.world.store.children(vpc::KIND, &id, private_network::KIND) {
        mark(call, &network, wanted.contains(&network));
    }
    Ok(networks(call, &id))
}

pub(super) fn remove(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(vpc::KIND, "vpc_id")?;
    let network = call.param("private_network_id").to_owned();
    must_be_of(call, &id, &network)?;
    mark(call, &network, false);
    Ok(Reply::empty())
}

fn said(call: &Call<'_>) -> Vec<String> {
    let ids = call.body.get("private_network_ids").and_then(Value::as_array);
    ids.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn must_be_of(call: &Call<'_>, vpc: &str, network: &str) -> Result<(), Refusal> {
    let found = call.find(private_network::KIND, network)?;
    if found.text("vpc_id") == vpc {
        return Ok(());
    }
    Err(Refusal::constraint("private_network_id", format!("{network} is not of this VPC")))
}

fn mark(call: &mut Call<'_>, network: &str, flag: bool) {
    let has = call.world.store.get(private_network::KIND, network).and_then(|record| record.body.get(FLAG));
    if has != Some(&flag.into()) {
        call.change(private_network::KIND, network, body! {"has_s3_integration": flag});
    }
}

fn networks(call: &Call<'_>, vpc: &str) -> Reply {
    let all = call.world.store.children(vpc::KIND, vpc, private_network::KIND);
    let has = |id: &String| {
        let network = call.world.store.get(private_network::KIND, id);
        network.is_some_and(|network| network.body.get(FLAG) == Some(&true.into()))
    };
    let ids: Vec<_> = all.into_iter().filter(has).collect();
    Reply::ok(json!({"vpc_id": vpc, "private_network_ids": ids}))
}
