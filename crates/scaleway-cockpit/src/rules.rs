//! One's own alert rules on a data source, in the manner of Prometheus and of Loki.

use std::collections::BTreeMap;
use std::time::Duration;

use derive_setters::Setters;
use http::Method;
use scaleway_core::{Error, Result};
use serde::{Deserialize, Serialize, Serializer};

use crate::endpoint::{Ask, Endpoint, RULES, json};

/// How many rules a [`RuleGroup`] can have.
const MOST_RULES: usize = 20;

/// Rules that are evaluated together, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct RuleGroup {
    /// Its name, unique in its namespace.
    #[setters(skip)]
    pub name: String,
    /// How often its rules are evaluated: every minute unless set.
    #[serde(serialize_with = "duration", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// Its rules: 1 to 20.
    #[setters(skip)]
    pub rules: Vec<Rule>,
}

impl RuleGroup {
    /// These rules under this name.
    pub fn new(name: impl Into<String>, rules: impl Into<Vec<Rule>>) -> Self {
        Self { name: name.into(), interval: None, rules: rules.into() }
    }
}

/// A rule: what alerts, or what is recorded as a metric of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct Rule {
    /// The name of the alert, if it is one.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// The name of the metric that is recorded, if one is.
    #[setters(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The condition or the value, in `PromQL` or `LogQL`.
    #[setters(skip)]
    pub expr: String,
    /// How long the condition must hold before the alert fires; at once unless set.
    #[serde(rename = "for", serialize_with = "duration", skip_serializing_if = "Option::is_none")]
    pub hold: Option<Duration>,
    /// Labels to add, which route the notification: `severity`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What the notification says: `summary`, `description`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
}

impl Rule {
    /// An alert of this name while `expr` finds something.
    pub fn alert(name: impl Into<String>, expr: impl Into<String>) -> Self {
        Self { alert: Some(name.into()), ..Self::of(expr) }
    }

    /// A metric of this name that records what `expr` is.
    pub fn record(name: impl Into<String>, expr: impl Into<String>) -> Self {
        Self { record: Some(name.into()), ..Self::of(expr) }
    }

    fn of(expr: impl Into<String>) -> Self {
        Self {
            alert: None,
            record: None,
            expr: expr.into(),
            hold: None,
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
        }
    }

    /// Adds a label.
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Adds an annotation.
    pub fn annotation(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.insert(name.into(), value.into());
        self
    }
}

/// A group of rules as the data source evaluates it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct EvaluatedGroup {
    /// Its name.
    pub name: String,
    /// The namespace it is in.
    #[serde(rename = "file", default)]
    pub namespace: String,
    /// Its rules.
    #[serde(default)]
    pub rules: Vec<EvaluatedRule>,
}

/// A rule as the data source evaluates it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct EvaluatedRule {
    /// The name of the alert or of the recorded metric.
    pub name: String,
    /// The condition or the value.
    #[serde(rename = "query", default)]
    pub expr: String,
    /// `inactive`, `pending` or `firing`, of an alert.
    #[serde(default)]
    pub state: Option<String>,
    /// `ok`, `err` or `unknown`.
    #[serde(default)]
    pub health: String,
    /// Why it cannot be evaluated.
    #[serde(rename = "lastError", default)]
    pub last_error: Option<String>,
    /// The labels that it adds.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What the notification says.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

/// One's own rules on one data source. The alert manager must be [enabled](crate::Cockpit::enable_alert_manager) for
/// somebody to be told.
#[derive(Debug, Clone)]
pub struct OwnRules {
    endpoint: Endpoint,
    root: &'static [&'static str],
}

impl OwnRules {
    pub(crate) fn new(endpoint: Endpoint, root: &'static [&'static str]) -> Self {
        Self { endpoint, root }
    }

    /// Sets a group in `namespace`, in place of the one of its name. (`POST <rules>/<namespace>`.)
    ///
    /// # Errors
    /// [`Error::InvalidRequest`], before anything is sent, where a group has no rule or more than 20, or a name is empty.
    pub async fn set(&self, namespace: &str, group: &RuleGroup) -> Result<()> {
        let operation = "SetRuleGroup";
        check_name(operation, "namespace", namespace)?;
        check_name(operation, "name", &group.name)?;
        let found = group.rules.len();
        if !(1..=MOST_RULES).contains(&found) {
            let problem = format!("{found} in group {}: a group takes 1 to {MOST_RULES}", group.name);
            return Err(Error::InvalidRequest { operation, field: "rules".to_owned(), problem });
        }
        // The API reads YAML, and JSON is YAML.
        let body = Some(("application/yaml", json(operation, group)?));
        self.send(operation, Method::POST, &[namespace], body).await
    }

    /// All groups, with what the data source says of each rule. (`GET /prometheus/api/v1/rules`, of Loki too.)
    pub async fn list(&self) -> Result<Vec<EvaluatedGroup>> {
        #[derive(Deserialize)]
        struct Groups {
            #[serde(default)]
            groups: Vec<EvaluatedGroup>,
        }
        let path = &["prometheus", "api", "v1", "rules"];
        let (operation, method) = ("ListRuleGroups", Method::GET);
        let ask = Ask { operation, method, header: RULES, path, query: Vec::new(), body: None };
        Ok(self.endpoint.read::<Groups>(ask).await?.groups)
    }

    /// Deletes one group. (`DELETE <rules>/<namespace>/<group>`.)
    pub async fn delete_group(&self, namespace: &str, group: &str) -> Result<()> {
        check_name("DeleteRuleGroup", "namespace", namespace)?;
        check_name("DeleteRuleGroup", "group", group)?;
        self.send("DeleteRuleGroup", Method::DELETE, &[namespace, group], None).await
    }

    /// Deletes a namespace and its groups. (`DELETE <rules>/<namespace>`.)
    pub async fn delete_namespace(&self, namespace: &str) -> Result<()> {
        check_name("DeleteRuleNamespace", "namespace", namespace)?;
        self.send("DeleteRuleNamespace", Method::DELETE, &[namespace], None).await
    }

    async fn send(
        &self,
        operation: &'static str,
        method: Method,
        below: &[&str],
        body: Option<(&'static str, bytes::Bytes)>,
    ) -> Result<()> {
        let path = &[self.root, below].concat();
        self.endpoint.send(Ask { operation, method, header: RULES, path, query: Vec::new(), body }).await
    }
}

/// What would make the address another one.
fn check_name(operation: &'static str, field: &str, name: &str) -> Result<()> {
    if name.trim().is_empty() || matches!(name, "." | "..") {
        let problem = format!("{name:?} cannot stand in an address: give a name");
        return Err(Error::InvalidRequest { operation, field: field.to_owned(), problem });
    }
    Ok(())
}

/// As Prometheus spells durations, in whole units: `300s`, `1500ms`.
#[expect(clippy::ref_option, reason = "serde gives it so")]
fn duration<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    match duration {
        Some(duration) if duration.subsec_millis() == 0 => {
            serializer.collect_str(&format_args!("{}s", duration.as_secs()))
        }
        Some(duration) => serializer.collect_str(&format_args!("{}ms", duration.as_millis())),
        None => serializer.serialize_none(),
    }
}
