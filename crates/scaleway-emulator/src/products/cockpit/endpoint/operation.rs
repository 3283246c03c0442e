//! What can be done at a data source's address.

use crate::reply::Answer;
use crate::router::Fidelity;

use super::{Of, Visit, alerting, ingest, otlp, query, rules};

type Handler = fn(&mut Visit<'_>) -> Answer;

/// What can be done at a data source.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Ours: as the request log, faults and the coverage call it.
    pub(crate) name: &'static str,
    pub(crate) fidelity: Fidelity,
    of: Of,
    verbs: &'static [&'static str],
    /// `*` is any segment.
    path: &'static str,
    /// Any of these opens it.
    pub(super) scopes: &'static [&'static str],
    pub(super) handler: Handler,
}

const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
const DELETE: &[&str] = &["DELETE"];
/// What a query can be asked by.
const ASK: &[&str] = &["GET", "POST"];

const WRITE_METRICS: &[&str] = &["write_only_metrics"];
const READ_METRICS: &[&str] = &["read_only_metrics"];
const METRICS_RULES: &[&str] = &["full_access_metrics_rules"];
const SEE_METRICS_RULES: &[&str] = &["full_access_metrics_rules", "read_only_metrics"];
const WRITE_LOGS: &[&str] = &["write_only_logs"];
const READ_LOGS: &[&str] = &["read_only_logs"];
const LOGS_RULES: &[&str] = &["full_access_logs_rules"];
const SEE_LOGS_RULES: &[&str] = &["full_access_logs_rules", "read_only_logs"];

/// `simple` are queries, whose languages are understood in part; OTLP, of which gauges and sums are kept; and groups of rules,
/// whose recording rules do not record.
pub(crate) const OPERATIONS: &[Operation] = &[
    metrics(POST, "api/v1/push", "PushMetrics", WRITE_METRICS, ingest::remote_write),
    metrics(POST, "otlp/v1/metrics", "PushOTLPMetrics", WRITE_METRICS, otlp::push).simple(),
    metrics(ASK, "prometheus/api/v1/query", "QueryMetrics", READ_METRICS, query::instant).simple(),
    metrics(ASK, "prometheus/api/v1/query_range", "QueryMetricsRange", READ_METRICS, query::range).simple(),
    metrics(ASK, "prometheus/api/v1/labels", "ListMetricLabels", READ_METRICS, query::labels),
    metrics(
        GET,
        "prometheus/api/v1/label/*/values",
        "ListMetricLabelValues",
        READ_METRICS,
        query::label_values,
    ),
    metrics(ASK, "prometheus/api/v1/series", "ListMetricSeries", READ_METRICS, query::series),
    metrics(GET, "prometheus/api/v1/rules", "ListMetricsRules", SEE_METRICS_RULES, alerting::list_rules),
    metrics(GET, "prometheus/api/v1/alerts", "ListMetricsAlerts", SEE_METRICS_RULES, alerting::list_alerts),
    metrics(GET, "prometheus/config/v1/rules", "ListMetricsRuleGroups", METRICS_RULES, rules::list),
    metrics(GET, "prometheus/config/v1/rules/*", "ListMetricsRuleGroups", METRICS_RULES, rules::list),
    metrics(GET, "prometheus/config/v1/rules/*/*", "GetMetricsRuleGroup", METRICS_RULES, rules::get),
    metrics(POST, "prometheus/config/v1/rules/*", "SetMetricsRuleGroup", METRICS_RULES, rules::set).simple(),
    metrics(DELETE, "prometheus/config/v1/rules/*/*", "DeleteMetricsRuleGroup", METRICS_RULES, rules::delete),
    metrics(
        DELETE,
        "prometheus/config/v1/rules/*",
        "DeleteMetricsRuleNamespace",
        METRICS_RULES,
        rules::delete_namespace,
    ),
    logs(POST, "loki/api/v1/push", "PushLogs", WRITE_LOGS, ingest::loki),
    logs(ASK, "loki/api/v1/query", "QueryLogs", READ_LOGS, query::instant).simple(),
    logs(ASK, "loki/api/v1/query_range", "QueryLogsRange", READ_LOGS, query::range).simple(),
    logs(ASK, "loki/api/v1/labels", "ListLogLabels", READ_LOGS, query::labels),
    logs(GET, "loki/api/v1/label/*/values", "ListLogLabelValues", READ_LOGS, query::label_values),
    logs(ASK, "loki/api/v1/series", "ListLogSeries", READ_LOGS, query::series),
    logs(GET, "prometheus/api/v1/rules", "ListLogsRules", SEE_LOGS_RULES, alerting::list_rules),
    logs(GET, "prometheus/api/v1/alerts", "ListLogsAlerts", SEE_LOGS_RULES, alerting::list_alerts),
    logs(GET, "loki/api/v1/rules", "ListLogsRuleGroups", LOGS_RULES, rules::list),
    logs(GET, "loki/api/v1/rules/*", "ListLogsRuleGroups", LOGS_RULES, rules::list),
    logs(GET, "loki/api/v1/rules/*/*", "GetLogsRuleGroup", LOGS_RULES, rules::get),
    logs(POST, "loki/api/v1/rules/*", "SetLogsRuleGroup", LOGS_RULES, rules::set).simple(),
    logs(DELETE, "loki/api/v1/rules/*/*", "DeleteLogsRuleGroup", LOGS_RULES, rules::delete),
    logs(DELETE, "loki/api/v1/rules/*", "DeleteLogsRuleNamespace", LOGS_RULES, rules::delete_namespace),
];

const fn metrics(
    verbs: &'static [&'static str],
    path: &'static str,
    name: &'static str,
    scopes: &'static [&'static str],
    handler: Handler,
) -> Operation {
    Operation { name, fidelity: Fidelity::Faithful, of: Of::Metrics, verbs, path, scopes, handler }
}

const fn logs(
    verbs: &'static [&'static str],
    path: &'static str,
    name: &'static str,
    scopes: &'static [&'static str],
    handler: Handler,
) -> Operation {
    Operation { of: Of::Logs, ..metrics(verbs, path, name, scopes, handler) }
}

impl Operation {
    const fn simple(self) -> Self {
        Self { fidelity: Fidelity::Simple, ..self }
    }

    pub(super) fn find(of: Of, verb: &str, path: &[&str]) -> Option<&'static Self> {
        OPERATIONS.iter().find(|it| it.of == of && it.verbs.contains(&verb) && it.is_at(path))
    }

    fn is_at(&self, path: &[&str]) -> bool {
        let mut segments = self.path.split('/');
        path.iter().all(|said| segments.next().is_some_and(|known| known == "*" || known == *said))
            && segments.next().is_none()
    }
}
