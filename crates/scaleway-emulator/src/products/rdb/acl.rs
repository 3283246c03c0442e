//! ACL rules: who may reach an instance's public endpoint.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::products::pages;
use crate::quota;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, objects, text, texts};
use crate::store::{Body, Record};

use super::{cluster, endpoint, instance, network, pace};

const FIELDS: &[Field] = &[objects("rules", &[text("ip").required(), text("description")])];
const IPS: &[Field] = &[texts("acl_rule_ips")];

/// What a rule without a description is given (recorded).
const DESCRIPTION: &str = "IP allowed";

/// The rules are kept with the instance, in the order in which they came.
const RULES: &str = "acl_rules";

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(instance::KIND, "instance_id")?;
    let rules = shown(call, &id, &rules(call, &id));
    pages::answer(call, "rules", rules)
}

pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let (id, _) = instance::ready(call)?;
    let added = asked(call)?;
    let mut all = rules(call, &id);
    all.retain(|rule| added.iter().all(|added| added["ip"] != rule["ip"]));
    all.extend(added.clone());
    must_be_few(call, &all)?;
    Ok(configure(call, &id, all, &added))
}

/// Replaces them all.
pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let (id, _) = instance::ready(call)?;
    let asked = asked(call)?;
    must_be_few(call, &asked)?;
    Ok(configure(call, &id, asked.clone(), &asked))
}

/// Answers those that are gone (recorded).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, _) = instance::ready(call)?;
    let ips = schema::create(IPS, &call.body)?.remove("acl_rule_ips").unwrap_or_default();
    let ips: Vec<_> = ips.as_array().into_iter().flatten().cloned().collect();
    let (gone, left): (Vec<_>, Vec<_>) =
        rules(call, &id).into_iter().partition(|rule| ips.contains(&rule["ip"]));
    Ok(configure(call, &id, left, &gone))
}

fn must_be_few(call: &Call<'_>, rules: &[Value]) -> Result<(), Refusal> {
    quota::admit(call.world, "rdb.acl_rules", "acl_rule", 0, rules.len() as u64)
}

/// The rules that a new instance has: all of the world.
pub(super) fn open(call: &mut Call<'_>, id: &str) {
    keep(call, id, vec![json!({"ip": "0.0.0.0/0", "description": DESCRIPTION})]);
}

fn asked(call: &Call<'_>) -> Result<Vec<Value>, Refusal> {
    let asked = schema::create(FIELDS, &call.body)?.remove("rules").unwrap_or_default();
    let mut rules: Vec<Value> = Vec::new();
    let mut problems = Vec::new();
    for (n, rule) in asked.as_array().into_iter().flatten().enumerate() {
        let (ip, description) = (rule["ip"].as_str().unwrap_or_default(), rule["description"].as_str());
        let Some(ip) = network::block(ip).map(|block| block.to_string()) else {
            let help = format!("must be an address or a block, as \"1.2.3.4/32\", is {ip:?}");
            problems.push(Problem::constraint(format!("rules.{n}.ip"), help));
            continue;
        };
        rules.retain(|other| other["ip"] != ip);
        let description = description.filter(|text| !text.is_empty()).unwrap_or(DESCRIPTION);
        rules.push(json!({"ip": ip, "description": description}));
    }
    if problems.is_empty() { Ok(rules) } else { Err(Refusal::invalid_arguments(&problems)) }
}

fn configure(call: &mut Call<'_>, id: &str, rules: Vec<Value>, answered: &[Value]) -> Reply {
    keep(call, id, rules);
    cluster::reload(call.world, id);
    pace::ready_in(call, id, "configuring", pace::ACL, Body::new());
    Reply::resource(body! {"rules": shown(call, id, answered)})
}

fn rules(call: &Call<'_>, id: &str) -> Vec<Value> {
    let record = call.world.store.get(instance::KIND, id);
    let rules = record.and_then(|record| record.hidden.get(RULES)).and_then(Value::as_array);
    rules.cloned().unwrap_or_default()
}

/// The blocks that the rules let in.
pub(super) fn addresses(instance: &Record) -> impl Iterator<Item = &str> {
    let rules = instance.hidden.get(RULES).and_then(Value::as_array).into_iter().flatten();
    rules.filter_map(|rule| rule["ip"].as_str())
}

fn keep(call: &mut Call<'_>, id: &str, rules: Vec<Value>) {
    if let Some(record) = call.world.store.get_mut(instance::KIND, id) {
        record.hidden.insert(RULES.into(), rules.into());
    }
}

/// With the port of the public endpoint; 0 where there is none (recorded).
fn shown(call: &Call<'_>, id: &str, rules: &[Value]) -> Vec<Value> {
    let record = call.world.store.get(instance::KIND, id);
    let port = record
        .and_then(|record| endpoint::public(&record.body))
        .map_or(json!(0), |public| public["port"].clone());
    let shown = rules.iter().map(|rule| {
        json!({
            "ip": rule["ip"], "description": rule["description"], "port": port,
            "protocol": "tcp", "direction": "inbound", "action": "allow",
        })
    });
    shown.collect()
}
