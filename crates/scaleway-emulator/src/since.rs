//! Since when the API answers what: fields that came later than what is recorded of the time before.
//!
//! A world that is [`dated`](crate::Builder::dated) leaves them out of answers before their day. The day lies between the
//! last recording without the field and the first one with it; where there is none with it, it is when the official SDK had it.

use scaleway_core::Timestamp;
use serde_json::Value;

/// A field that came later.
struct Later {
    product: &'static str,
    /// The field or list that its object stands in; empty where that does not matter.
    within: &'static str,
    field: &'static str,
    day: &'static str,
}

const fn later(product: &'static str, within: &'static str, field: &'static str, day: &'static str) -> Later {
    Later { product, within, field, day }
}

const FIELDS: &[Later] = &[
    later("account", "", "qualification", "2025-03-28"),
    later("account", "", "status", "2026-08-20"),
    later("cockpit", "", "current_month_usage", "2025-12-05"),
    later("cockpit", "", "retention_days", "2024-10-12"),
    later("iam", "", "all_applications", "2026-08-20"),
    later("iam", "", "all_users", "2026-08-20"),
    later("rdb", "versions", "release_date", "2026-07-18"),
    later("rdb", "", "high_availability_mode", "2026-07-20"),
    later("vpc", "", "default_route_propagation_enabled", "2025-04-18"),
    later("vpc", "", "has_s3_integration", "2026-07-11"),
    later("vpc", "", "s3_integration_enabled", "2026-07-12"),
    later("vpc", "", "transitivity_enabled", "2026-06-24"),
    later("vpc", "subnets", "region", "2026-06-08"),
];

/// Takes away what `product` did not answer yet.
pub(crate) fn trim(product: &str, now: Timestamp, answer: &mut Value) {
    let day = now.to_string();
    for later in FIELDS.iter().filter(|later| later.product == product && *day < *later.day) {
        trim_field(later, "", answer);
    }
}

fn trim_field(later: &Later, within: &str, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if later.within.is_empty() || later.within == within {
                fields.remove(later.field);
            }
            for (name, value) in fields {
                trim_field(later, name, value);
            }
        }
        Value::Array(items) => {
            for item in items {
                trim_field(later, within, item);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_came_later_is_not_answered_before() {
        let answer = |day: &str| {
            let subnet = json!({"id": "s", "region": "fr-par"});
            let mut answer = json!({"private_networks": [{"region": "fr-par", "has_s3_integration": false, "subnets": [subnet]}]});
            trim("vpc", day.parse().unwrap(), &mut answer);
            answer["private_networks"][0].clone()
        };
        let (early, late) = (answer("2026-01-01T00:00:00Z"), answer("2026-08-01T00:00:00Z"));
        assert_eq!(early, json!({"region": "fr-par", "subnets": [{"id": "s"}]}));
        assert_eq!(late["subnets"][0]["region"], "fr-par");
        assert_eq!(late["has_s3_integration"], false);
    }
}
