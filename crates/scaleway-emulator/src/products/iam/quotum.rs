//! Quota: how much of a thing an organisation may have. They are those that this emulator keeps to.

use serde_json::{Value, json};

use crate::call::Call;
use crate::products::{account, pages};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};

use super::{api_key, application, group, policy, ssh_key, user};

/// Name, name for people, what is counted, and the limit (documented but for the names).
const QUOTA: [(&str, &str, &str, usize); 7] = [
    ("iam_api_keys", "API keys", "API keys of an organization", api_key::QUOTA),
    ("iam_applications", "Applications", "IAM applications of an organization", application::QUOTA),
    ("iam_groups", "Groups", "IAM groups of an organization", group::QUOTA),
    ("iam_policies", "Policies", "IAM policies of an organization", policy::QUOTA),
    ("iam_ssh_keys", "SSH keys", "SSH keys of an organization", ssh_key::QUOTA),
    ("iam_users", "Users", "IAM users of an organization", user::QUOTA),
    ("projects", "Projects", "projects of an organization", account::PROJECT_QUOTA),
];

fn view((name, pretty_name, description, limit): (&str, &str, &str, usize)) -> Value {
    json!({
        "name": name,
        "pretty_name": pretty_name,
        "unit": "",
        "description": description,
        "locality_type": "global",
        "limit": limit,
        "limits": [{"global": true, "limit": limit}],
    })
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let wanted: Vec<&str> = call.query_all("quotum_names").filter(|name| !name.is_empty()).collect();
    let quota = QUOTA.into_iter().filter(|(name, ..)| wanted.is_empty() || wanted.contains(name));
    let mut quota: Vec<Value> = quota.map(view).collect();
    match call.query("order_by").unwrap_or("name_asc") {
        "name_asc" | "" => {}
        "name_desc" => quota.reverse(),
        _ => return Err(Refusal::constraint("order_by", "must be name_asc or name_desc")),
    }
    pages::answer(call, "quota", quota)
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let name = call.param("quotum_name");
    let found = QUOTA.into_iter().find(|(known, ..)| *known == name);
    found.map(|quotum| Reply::ok(view(quotum))).ok_or_else(|| Refusal::unknown("quotum", name))
}
