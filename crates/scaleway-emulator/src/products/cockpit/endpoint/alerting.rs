//! What becomes of the rules: each is evaluated by the clock, from the group's last change on, as if it had been asked at
//! every interval. Nothing is kept: what was written has its instants, so the past can be asked again.

use std::collections::BTreeMap;

use scaleway_core::Timestamp;
use serde_json::{Value, json};

use crate::reply::{Answer, Reply};
use crate::world::World;

use super::super::data_source;
use super::evaluate::Found;
use super::ingest::number;
use super::query::Question;
use super::rules::{self, Rule};
use super::{Labels, Of, Visit};

/// How far back the beginning of an alert is looked for.
const MOST_EVALUATIONS: i64 = 1_500;

/// One series for which a rule's condition holds.
struct Alert {
    labels: Labels,
    annotations: BTreeMap<String, String>,
    firing: bool,
    /// Milliseconds since 1970.
    since: i64,
    value: f64,
}

impl Alert {
    fn state(&self) -> &'static str {
        if self.firing { "firing" } else { "pending" }
    }

    fn view(&self) -> Value {
        json!({
            "labels": self.labels,
            "annotations": self.annotations,
            "state": self.state(),
            "activeAt": Timestamp::from_unix_millis(self.since),
            "value": format!("{:e}", self.value),
        })
    }
}

/// A rule as it stands.
struct Standing {
    rule: Rule,
    /// `None` before the first evaluation.
    evaluated: Option<i64>,
    /// What holds, or why nothing is known.
    alerts: Result<Vec<Alert>, String>,
}

/// A group as it stands.
struct GroupStanding {
    namespace: String,
    name: String,
    interval: f64,
    rules: Vec<Standing>,
}

impl Standing {
    fn state(&self) -> &'static str {
        match &self.alerts {
            Ok(alerts) if alerts.iter().any(|alert| alert.firing) => "firing",
            Ok(alerts) if !alerts.is_empty() => "pending",
            _ => "inactive",
        }
    }

    fn view(&self) -> Value {
        let never = "0001-01-01T00:00:00Z".to_owned();
        let mut view = json!({
            "name": self.rule.name(),
            "query": self.rule.expr,
            "labels": self.rule.labels,
            "health": match (&self.alerts, self.evaluated) {
                (Err(_), _) => "err",
                (Ok(_), None) => "unknown",
                (Ok(_), Some(_)) => "ok",
            },
            "lastError": self.alerts.as_ref().err().map_or("", String::as_str),
            "type": if self.rule.alert.is_some() { "alerting" } else { "recording" },
            "lastEvaluation": self.evaluated.map_or(never, |at| Timestamp::from_unix_millis(at).to_string()),
            "evaluationTime": 0,
        });
        if self.rule.alert.is_some() {
            view["state"] = self.state().into();
            view["duration"] = self.rule.hold().as_secs_f64().into();
            view["annotations"] = json!(self.rule.annotations);
            view["alerts"] = self.alerts.iter().flatten().map(Alert::view).collect();
        }
        view
    }
}

fn standings(world: &World, of: Of, source: &str) -> Vec<GroupStanding> {
    let now = world.now().as_unix_millis();
    let groups = rules::groups(world, source).into_iter().map(|found| {
        let interval = i64::try_from(found.group.interval().as_millis()).unwrap_or(i64::MAX).max(1);
        let evaluations = (now - found.since) / interval;
        let last = (evaluations > 0).then(|| found.since + evaluations * interval);
        let rules = found.group.rules.iter().map(|rule| Standing {
            evaluated: last,
            alerts: match last {
                None => Ok(Vec::new()),
                Some(last) => stand(world, of, source, rule, (last, interval, evaluations)),
            },
            rule: rule.clone(),
        });
        GroupStanding {
            rules: rules.collect(),
            namespace: found.namespace,
            interval: found.group.interval().as_secs_f64(),
            name: found.group.name,
        }
    });
    groups.collect()
}

/// What holds at the `last` of so many evaluations, and since when without a break.
fn stand(
    world: &World,
    of: Of,
    source: &str,
    rule: &Rule,
    (last, interval, evaluations): (i64, i64, i64),
) -> Result<Vec<Alert>, String> {
    if rule.alert.is_none() {
        return Err("the emulator keeps recording rules, but does not record".into());
    }
    let question = Question::of(world, of, source, &rule.expr)?;
    let holds = |at: i64| -> Result<Vec<(Labels, f64)>, String> {
        Ok(match question.at(at)? {
            Found::Vector(samples) => {
                samples.into_iter().map(|sample| (sample.labels, sample.value)).collect()
            }
            Found::Scalar(_) => Vec::new(),
        })
    };
    let current = holds(last)?;
    let mut since: BTreeMap<Labels, i64> = current.iter().map(|(labels, _)| (labels.clone(), last)).collect();
    let mut unbroken: Vec<Labels> = since.keys().cloned().collect();
    for n in 1..evaluations.min(MOST_EVALUATIONS) {
        if unbroken.is_empty() {
            break;
        }
        let at = last - n * interval;
        let held = holds(at)?;
        unbroken.retain(|labels| held.iter().any(|(other, _)| other == labels));
        for labels in &unbroken {
            since.insert(labels.clone(), at);
        }
    }
    let hold = i64::try_from(rule.hold().as_millis()).unwrap_or(i64::MAX);
    let alerts = current.into_iter().map(|(labels, value)| {
        let since = since.get(&labels).copied().unwrap_or(last);
        let fill = |text: &String| filled(text, &labels, value);
        let annotations = rule.annotations.iter().map(|(name, text)| (name.clone(), fill(text))).collect();
        let own = rule.labels.iter().map(|(name, text)| (name.clone(), fill(text)));
        let mut told = labels.clone();
        told.remove("__name__");
        told.extend(own);
        told.insert("alertname".into(), rule.name().into());
        Alert { labels: told, annotations, firing: last - since >= hold, since, value }
    });
    Ok(alerts.collect())
}

/// A text in which `{{ $labels.name }}` and `{{ $value }}` stand for what they name; other templates stay as they are.
fn filled(text: &str, labels: &Labels, value: f64) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        filled.push_str(before);
        match inside.trim() {
            "$value" => filled.push_str(&number(value)),
            name => match name.strip_prefix("$labels.") {
                Some(label) => filled.push_str(labels.get(label).map_or("", String::as_str)),
                None => filled.extend(["{{", inside, "}}"]),
            },
        }
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[expect(clippy::unnecessary_wraps, reason = "all handlers have one signature")]
pub(super) fn list_rules(visit: &mut Visit<'_>) -> Answer {
    let groups = standings(visit.world, visit.of, &visit.source).into_iter().map(|group| {
        let last = group.rules.first().and_then(|rule| rule.evaluated).unwrap_or_default();
        json!({
            "name": group.name,
            "file": group.namespace,
            "rules": group.rules.iter().map(Standing::view).collect::<Vec<_>>(),
            "interval": group.interval,
            "lastEvaluation": Timestamp::from_unix_millis(last),
            "evaluationTime": 0,
        })
    });
    let data = json!({"groups": groups.collect::<Vec<_>>()});
    Ok(Reply::ok(json!({"status": "success", "data": data, "errorType": "", "error": ""})))
}

#[expect(clippy::unnecessary_wraps, reason = "all handlers have one signature")]
pub(super) fn list_alerts(visit: &mut Visit<'_>) -> Answer {
    let groups = standings(visit.world, visit.of, &visit.source);
    let rules = groups.iter().flat_map(|group| &group.rules);
    let alerts: Vec<Value> = rules.flat_map(|rule| rule.alerts.iter().flatten().map(Alert::view)).collect();
    let data = json!({"alerts": alerts});
    Ok(Reply::ok(json!({"status": "success", "data": data, "errorType": "", "error": ""})))
}

fn of(world: &World, source: &str) -> Option<Of> {
    match world.store.get(data_source::KIND, source)?.text("type") {
        "metrics" => Some(Of::Metrics),
        "logs" => Some(Of::Logs),
        _ => None,
    }
}

/// The alert rules of a data source as Cockpit's own API lists them.
pub(in super::super) fn alerts(world: &World, region: &str, source: &str) -> Vec<Value> {
    let Some(of) = of(world, source) else { return Vec::new() };
    let groups = standings(world, of, source);
    let rules = groups.iter().flat_map(|group| &group.rules).filter(|rule| rule.rule.alert.is_some());
    let alerts = rules.map(|standing| {
        json!({
            "region": region,
            "preconfigured": false,
            "name": standing.rule.name(),
            "rule": standing.rule.expr,
            "duration": format!("{}s", standing.rule.hold().as_secs()),
            "rule_status": "enabled",
            "state": standing.state(),
            "data_source_id": source,
            "annotations": standing.rule.annotations,
            "preconfigured_data": null,
        })
    });
    alerts.collect()
}

/// How many rules data sources have.
pub(in super::super) fn rules_by_source<'a>(
    world: &World,
    sources: impl Iterator<Item = &'a str>,
) -> Vec<(&'a str, usize)> {
    let counted = sources.map(|source| {
        let groups = rules::groups(world, source);
        (source, groups.iter().map(|found| found.group.rules.len()).sum())
    });
    counted.filter(|(_, rules)| *rules > 0).collect()
}
