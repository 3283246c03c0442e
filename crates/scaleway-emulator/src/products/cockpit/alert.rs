//! Alerts: the platform's rules, which a project enables one by one, and one's own, which are set at the address of a
//! data source.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::products::pages;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text, texts};
use crate::store::{Body, Kind};

use super::{alert_manager, data_source, endpoint, queried_project, singleton, wanted};

/// What a project did with a rule; a rule without a record is disabled.
const KIND: Kind = Kind { collection: "cockpit.alerts", resource: "alert rule" };

const FIELDS: &[Field] = &[text("project_id").required(), texts("rule_ids")];

/// One of the platform's rules.
#[derive(Debug, Deserialize)]
struct Rule {
    id: String,
    name: String,
    product: String,
    family: String,
    display_name: String,
    display_description: String,
    duration: String,
    expression: String,
    summary: String,
    description: String,
    #[serde(default)]
    dashboard_path: Option<String>,
    /// The days from which on, and until which, it is there: between those of recordings.
    since: Option<String>,
    until: Option<String>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/cockpit-alerts.json")).unwrap_or_default()
});

/// The rules that the platform has.
fn offered(call: &Call<'_>) -> Vec<&'static Rule> {
    RULES.iter().filter(|rule| rule.is_offered(|day| call.world.is_before(day))).collect()
}

impl Rule {
    fn is_offered(&self, is_before: impl Fn(&str) -> bool) -> bool {
        self.since.as_deref().is_none_or(|since| !is_before(since))
            && self.until.as_deref().is_none_or(is_before)
    }

    fn key(&self, call: &Call<'_>, project: &str) -> String {
        format!("{}/{}", singleton(call, project), self.id)
    }

    fn status(&self, call: &Call<'_>, project: &str) -> String {
        let record = call.world.store.get(KIND, &self.key(call, project));
        record.map_or_else(|| "disabled".into(), |record| record.text("rule_status").to_owned())
    }

    fn view(&self, call: &Call<'_>, project: &str) -> Value {
        let mut alert = json!({
            "region": call.region(),
            "preconfigured": true,
            "name": self.name,
            "rule": self.expression,
            "duration": self.duration,
            "rule_status": "disabled",
            "state": "unknown_state",
            "data_source_id": "",
            "annotations": {
                "rule_id": self.id,
                "product": self.product,
                "family": self.family,
                "display_name": self.display_name,
                "display_description": self.display_description,
                "summary": self.summary,
                "description": self.description,
            },
            "preconfigured_data": {
                "preconfigured_rule_id": self.id,
                "display_name": self.display_name,
                "display_description": self.display_description,
                "product_name": self.product,
                "product_family": self.family,
            },
        });
        if let Some(path) = &self.dashboard_path {
            alert["annotations"]["dashboard_path"] = path.as_str().into();
        }
        for (field, value) in call.view(KIND, &self.key(call, project)) {
            alert[field] = value;
        }
        alert
    }
}

/// The rules of the request's body; all of them where it names none.
fn asked(call: &Call<'_>) -> Result<(String, Vec<&'static Rule>), Refusal> {
    let fields = schema::create(FIELDS, &call.body)?;
    let ids: Vec<&str> = fields
        .get("rule_ids")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(unknown) = ids.iter().find(|id| offered(call).iter().all(|rule| rule.id != **id)) {
        return Err(Refusal::not_found(KIND, unknown));
    }
    let rules =
        offered(call).into_iter().filter(|rule| ids.is_empty() || ids.contains(&rule.id.as_str())).collect();
    Ok((call.text("project_id").to_owned(), rules))
}

pub(super) fn enable(call: &mut Call<'_>) -> Answer {
    let (project, rules) = asked(call)?;
    alert_manager::must_be_enabled(call, &project)?;
    let enabled = set(call, &project, &rules, true)?;
    Ok(Reply::ok(json!({ "enabled_rule_ids": enabled })))
}

pub(super) fn disable(call: &mut Call<'_>) -> Answer {
    let (project, rules) = asked(call)?;
    let disabled = set(call, &project, &rules, false)?;
    Ok(Reply::ok(json!({ "disabled_rule_ids": disabled })))
}

/// Enables or disables every rule.
pub(super) fn set_all(call: &mut Call<'_>, project: &str, enabled: bool) -> Result<(), Refusal> {
    set(call, project, &offered(call), enabled).map(drop)
}

/// Answers the ids, sorted, of those that were not so before.
fn set(call: &mut Call<'_>, project: &str, rules: &[&Rule], enabled: bool) -> Result<Vec<String>, Refusal> {
    let mut changed = Vec::new();
    for rule in rules {
        let key = rule.key(call, project);
        match (enabled, rule.status(call, project).as_str()) {
            (true, "disabled" | "disabling") => {
                let source = data_source(call, project)?;
                super::put(
                    call,
                    KIND,
                    &key,
                    project,
                    body! {"rule_status": "enabling", "data_source_id": source},
                );
                call.becomes(KIND, &key, body! {"rule_status": "enabled", "state": "inactive"});
            }
            (false, "enabled" | "enabling") => {
                super::put(
                    call,
                    KIND,
                    &key,
                    project,
                    body! {"rule_status": "disabling", "data_source_id": ""},
                );
                call.becomes(KIND, &key, body! {"rule_status": "disabled", "state": "unknown_state"});
            }
            _ => continue,
        }
        changed.push(rule.id.clone());
    }
    changed.sort();
    Ok(changed)
}

/// The platform's source that the rules of a project and region look at.
fn data_source(call: &Call<'_>, project: &str) -> Result<String, Refusal> {
    let rules = call.world.store.all(KIND).map(|(_, rule)| rule);
    let mut rules = rules.filter(|rule| rule.project == project && rule.region == call.region());
    match rules.find(|rule| !rule.text("data_source_id").is_empty()) {
        Some(rule) => Ok(rule.text("data_source_id").to_owned()),
        None => call.world.uuid(),
    }
}

/// Disables every rule at once.
pub(super) fn forget(call: &mut Call<'_>, project: &str) {
    for rule in RULES.iter() {
        let key = rule.key(call, project);
        call.world.store.remove(KIND, &key);
    }
}

/// How many rules are enabled, or about to be.
pub(super) fn enabled(call: &Call<'_>, project: &str) -> usize {
    let statuses = offered(call).into_iter().map(|rule| rule.status(call, project));
    statuses.filter(|status| status.starts_with("enabl")).count()
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let project = queried_project(call)?;
    let filters = ["rule_status", "state", "data_source_id"];
    let preconfigured = wanted(call, "is_preconfigured").and_then(|wanted| wanted.parse::<bool>().ok());
    let own = wanted(call, "data_source_id").filter(|source| own_sources(call, project).contains(source));
    let own = own.into_iter().flat_map(|source| endpoint::alerts(call.world, call.region(), source));
    let alerts = offered(call).into_iter().map(|rule| rule.view(call, project)).chain(own);
    let alerts = alerts.filter(|alert| preconfigured.is_none_or(|wanted| alert["preconfigured"] == wanted));
    let alerts = alerts.filter(|alert| {
        filters.iter().all(|field| wanted(call, field).is_none_or(|value| alert[*field] == value))
    });
    pages::answer(call, "alerts", alerts.collect())
}

fn own_sources<'c>(call: &'c Call<'_>, project: &str) -> Vec<&'c str> {
    let sources = call.world.store.all(data_source::KIND);
    let own = sources.filter(|(_, source)| source.project == project && source.region == call.region());
    own.map(|(id, _)| id).collect()
}

pub(super) fn count(call: &mut Call<'_>) -> Answer {
    let project = queried_project(call)?;
    let preconfigured = enabled(call, project);
    let by_source = endpoint::rules_by_source(call.world, own_sources(call, project).into_iter());
    let own: usize = by_source.iter().map(|(_, rules)| rules).sum();
    let by_source = by_source.iter().map(|(source, rules)| {
        let record = call.world.store.get(data_source::KIND, source);
        let name = record.map_or("", |record| record.text("name"));
        json!({"data_source_id": source, "data_source_name": name, "rules_count": rules})
    });
    let counts: Body = body! {
        "rules_count_by_datasource": by_source.collect::<Vec<_>>(),
        "preconfigured_rules_count": preconfigured,
        "custom_rules_count": own,
    };
    Ok(Reply::resource(counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_read_and_its_ids_differ() {
        for (day, count) in [("2025-12-01", 21), ("2026-01-01", 22), ("9999", 22)] {
            let rules: Vec<_> = RULES.iter().filter(|rule| rule.is_offered(|than| day < than)).collect();
            let ids: std::collections::BTreeSet<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
            assert_eq!((rules.len(), ids.len()), (count, count), "{day}");
        }
        assert!(RULES.iter().all(|rule| !rule.name.is_empty() && !rule.expression.is_empty()));
    }
}
