//! Groups of alert rules of one's own: YAML in and out, as the rulers of Mimir and Loki have it.

use std::collections::BTreeMap;
use std::time::Duration;

use http::StatusCode;
use promql_parser::parser;
use promql_parser::util::parse_duration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::body;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::store::{Kind, Record};
use crate::world::World;

use super::super::data_source;
use super::logql::{self, LogQuery};
use super::{Of, Visit};

const KIND: Kind = Kind { collection: "cockpit.rule_groups", resource: "rule group" };

/// The platform's limits.
/// How many segments the path has before a namespace: `prometheus/config/v1/rules`, `loki/api/v1/rules`.
const ROOT: usize = 4;

const MOST_RULES: usize = 20;
const MOST_GROUPS: usize = 70;

const DEFAULT_INTERVAL: Duration = Duration::from_mins(1);

/// Rules that are evaluated together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Group {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(default)]
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) record: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alert: Option<String>,
    #[serde(default)]
    pub(super) expr: String,
    #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
    hold: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

impl Group {
    pub(super) fn interval(&self) -> Duration {
        duration(self.interval.as_ref()).unwrap_or_default().unwrap_or(DEFAULT_INTERVAL)
    }

    /// All that is wrong with it.
    fn check(&self, of: Of) -> Vec<String> {
        let mut problems = Vec::new();
        if self.name.is_empty() {
            problems.push("invalid rules config: rule group name must not be empty".to_owned());
        }
        if self.rules.is_empty() {
            problems.push(format!("invalid rules config: rule group '{}' has no rules", self.name));
        }
        problems.extend(duration(self.interval.as_ref()).err());
        for (n, rule) in self.rules.iter().enumerate() {
            let at = |problem| format!("group {:?}, rule {n}, {:?}: {problem}", self.name, rule.name());
            problems.extend(rule.check(of).into_iter().map(at));
        }
        problems
    }
}

impl Rule {
    /// Of the alert, or of the metric that is recorded.
    pub(super) fn name(&self) -> &str {
        self.alert.as_deref().or(self.record.as_deref()).unwrap_or_default()
    }

    pub(super) fn hold(&self) -> Duration {
        duration(self.hold.as_ref()).unwrap_or_default().unwrap_or_default()
    }

    fn check(&self, of: Of) -> Vec<String> {
        let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
        let mut problems = Vec::new();
        match (said(&self.record), said(&self.alert)) {
            (true, true) => problems.push("only one of 'record' and 'alert' must be set".to_owned()),
            (false, false) => problems.push("one of 'record' or 'alert' must be set".to_owned()),
            (true, false) if said(&self.hold) => {
                problems.push("invalid field 'for' in recording rule".to_owned());
            }
            (true, false) if !self.annotations.is_empty() => {
                problems.push("invalid field 'annotations' in recording rule".to_owned());
            }
            _ => {}
        }
        let read = match of {
            _ if self.expr.trim().is_empty() => Err("field 'expr' must be set in rule".to_owned()),
            Of::Metrics => parser::parse(&self.expr)
                .map(drop)
                .map_err(|why| format!("could not parse expression: {why}")),
            Of::Logs => match logql::parse(&self.expr) {
                Ok(LogQuery::Counted(..)) => Ok(()),
                Ok(LogQuery::Lines(_)) => {
                    Err("could not parse expression: it finds lines, and counts nothing".into())
                }
                Err(why) => Err(format!("could not parse expression: {why}")),
            },
        };
        problems.extend(read.err());
        problems.extend(duration(self.hold.as_ref()).err());
        problems.extend(duration(self.keep_firing_for.as_ref()).err());
        problems
    }
}

fn duration(text: Option<&String>) -> Result<Option<Duration>, String> {
    match text.map(String::as_str) {
        None | Some("" | "0") => Ok(None),
        Some(text) => {
            parse_duration(text).map(Some).map_err(|_| format!("not a valid duration string: {text:?}"))
        }
    }
}

/// A group, and since when it is evaluated as it is.
pub(super) struct Found {
    pub(super) namespace: String,
    pub(super) since: i64,
    pub(super) group: Group,
}

/// The groups of a data source, by namespace, in the order in which they were made.
pub(super) fn groups(world: &World, source: &str) -> Vec<Found> {
    let ids = world.store.children(data_source::KIND, source, KIND);
    let mut records: Vec<&Record> = ids.iter().filter_map(|id| world.store.get(KIND, id)).collect();
    records.sort_by_key(|record| (record.text("namespace").to_owned(), record.order));
    let found = records.into_iter().filter_map(|record| {
        Some(Found {
            namespace: record.text("namespace").to_owned(),
            since: record.body.get("since")?.as_i64()?,
            group: serde_json::from_value(record.body.get("group")?.clone()).ok()?,
        })
    });
    found.collect()
}

fn key(source: &str, namespace: &str, group: &str) -> String {
    json!([source, namespace, group]).to_string()
}

fn yaml(value: &impl Serialize) -> Answer {
    let text = serde_saphyr::to_string(value).map_err(|error| Refusal::internal(&error.to_string()))?;
    Ok(Reply::bytes(StatusCode::OK, "application/yaml", text.into()))
}

fn accepted() -> Reply {
    let body = json!({"status": "success", "data": null, "errorType": "", "error": ""});
    Reply::json(StatusCode::ACCEPTED, body)
}

fn no_group() -> Refusal {
    Refusal::text(StatusCode::NOT_FOUND, "group does not exist")
}

/// All groups, or those of a namespace.
pub(super) fn list(visit: &mut Visit<'_>) -> Answer {
    let namespace = visit.path.get(ROOT).cloned();
    let mut found: BTreeMap<String, Vec<Group>> = BTreeMap::new();
    for Found { namespace: of, group, .. } in groups(visit.world, &visit.source) {
        if namespace.as_ref().is_none_or(|namespace| *namespace == of) {
            found.entry(of).or_default().push(group);
        }
    }
    if found.is_empty() {
        return Err(Refusal::text(StatusCode::NOT_FOUND, "no rule groups found"));
    }
    yaml(&found)
}

pub(super) fn get(visit: &mut Visit<'_>) -> Answer {
    let key = key(&visit.source, visit.segment_from_end(1), visit.segment_from_end(0));
    let record = visit.world.store.get(KIND, &key).ok_or_else(no_group)?;
    let group: Option<Group> =
        record.body.get("group").and_then(|group| serde_json::from_value(group.clone()).ok());
    yaml(&group.ok_or_else(no_group)?)
}

/// In place of the group of its name, if there is one.
pub(super) fn set(visit: &mut Visit<'_>) -> Answer {
    let refuse = |why: String| Refusal::text(StatusCode::BAD_REQUEST, why);
    let namespace = visit.segment_from_end(0).to_owned();
    let text = std::str::from_utf8(visit.body).map_err(|error| refuse(error.to_string()))?;
    let group: Group = serde_saphyr::from_str(text)
        .map_err(|error| refuse(format!("unable to decode rule group: {error}")))?;
    let problems = group.check(visit.of);
    if !problems.is_empty() {
        return Err(refuse(problems.join(", ")));
    }
    let rules = group.rules.len();
    if rules > MOST_RULES {
        let why =
            format!("per-user rules per rule group limit (limit: {MOST_RULES} actual: {rules}) exceeded");
        return Err(refuse(why));
    }
    let key = key(&visit.source, &namespace, &group.name);
    let exists = visit.world.store.get(KIND, &key);
    let groups = visit.world.store.children(data_source::KIND, &visit.source, KIND).len();
    if exists.is_none() && groups >= MOST_GROUPS {
        let why =
            format!("per-user rule groups limit (limit: {MOST_GROUPS} actual: {}) exceeded", groups + 1);
        return Err(refuse(why));
    }
    let group = json!(group);
    // Nothing begins anew where nothing changes.
    if exists.is_none_or(|exists| exists.body.get("group") != Some(&group)) {
        let since = visit.world.now().as_unix_millis();
        let body = body! {"namespace": namespace, "since": since, "group": group};
        if let Some(exists) = visit.world.store.get_mut(KIND, &key) {
            exists.body = body;
        } else {
            let parent = Some((data_source::KIND.collection.to_owned(), visit.source.clone()));
            visit.world.store.insert(KIND, &key, Record { parent, body, ..Record::default() });
        }
    }
    Ok(accepted())
}

pub(super) fn delete(visit: &mut Visit<'_>) -> Answer {
    let key = key(&visit.source, visit.segment_from_end(1), visit.segment_from_end(0));
    visit.world.store.get(KIND, &key).ok_or_else(no_group)?;
    visit.world.store.remove(KIND, &key);
    Ok(accepted())
}

pub(super) fn delete_namespace(visit: &mut Visit<'_>) -> Answer {
    let namespace = visit.segment_from_end(0);
    let ids = visit.world.store.children(data_source::KIND, &visit.source, KIND);
    let is_of = |id: &String| {
        let record = visit.world.store.get(KIND, id);
        record.is_some_and(|record| record.body.get("namespace") == Some(&Value::from(namespace)))
    };
    let ids: Vec<_> = ids.into_iter().filter(is_of).collect();
    if ids.is_empty() {
        return Err(Refusal::text(StatusCode::NOT_FOUND, "no rule groups found"));
    }
    for id in ids {
        visit.world.store.remove(KIND, &id);
    }
    Ok(accepted())
}
