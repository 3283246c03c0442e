//! The ACLs of a VPC: one for IPv4, one for IPv6. They are kept and checked; there is no traffic to filter.

use serde_json::{Value, json};

use crate::call::Call;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, flag, number, objects, text};
use crate::store::Body;

use super::{range, vpc};

const RULE: &[Field] = &[
    choice("protocol", &["ANY", "TCP", "UDP", "ICMP"]).or_text("ANY"),
    text("source").required(),
    number("src_port_low", 0, 65_535),
    number("src_port_high", 0, 65_535),
    text("destination").required(),
    number("dst_port_low", 0, 65_535),
    number("dst_port_high", 0, 65_535),
    choice("action", &["accept", "drop"]).required(),
    text("description"),
];

const FIELDS: &[Field] =
    &[objects("rules", RULE), flag("is_ipv6"), choice("default_policy", &["accept", "drop"]).required()];

/// Everything passes until a rule is set.
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, vpc) = call.target(vpc::KIND, "vpc_id")?;
    let place = place(call.query("is_ipv6") == Some("true"));
    let acl = vpc.hidden.get(place).cloned();
    Ok(Reply::ok(acl.unwrap_or_else(|| json!({"rules": [], "default_policy": "accept"}))))
}

/// Replaces all rules. Descriptions come back with the scope that the platform gives them (recorded).
pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(vpc::KIND, "vpc_id")?;
    let fields = schema::create(FIELDS, &call.body)?;
    let mut rules = fields["rules"].clone();
    for (n, rule) in rules.as_array_mut().into_iter().flatten().enumerate() {
        for field in ["source", "destination"] {
            range::require(&format!("rules.{n}.{field}"), rule[field].as_str().unwrap_or_default())?;
        }
        let description = rule["description"].as_str().unwrap_or_default();
        rule["description"] = format!("(Rule scope: client) {description}").trim_end().into();
    }
    let acl = json!({"rules": rules, "default_policy": fields["default_policy"]});
    let place = place(fields["is_ipv6"] == Value::Bool(true));
    if let Some(vpc) = call.world.store.get_mut(vpc::KIND, &id) {
        vpc.hidden.insert(place.into(), acl.clone());
    }
    // Recorded: the VPC counts as updated.
    call.change(vpc::KIND, &id, Body::new());
    Ok(Reply::ok(acl))
}

fn place(is_ipv6: bool) -> &'static str {
    if is_ipv6 { "acl_ipv6" } else { "acl_ipv4" }
}
