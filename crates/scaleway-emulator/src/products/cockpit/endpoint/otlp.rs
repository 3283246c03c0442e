//! Writing metrics as OpenTelemetry does: gauges and sums, as JSON or protobuf.

use prost::Message;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::reply::{Answer, Reply};

use super::ingest::{keep, number};
use super::kept::{Point, Written};
use super::{Labels, Visit, content_type};

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Export {
    #[prost(message, repeated, tag = "1")]
    resource_metrics: Vec<ResourceMetrics>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceMetrics {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_metrics: Vec<ScopeMetrics>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct ScopeMetrics {
    #[prost(message, repeated, tag = "2")]
    metrics: Vec<Metric>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct Metric {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "5")]
    gauge: Option<Points>,
    #[prost(message, optional, tag = "7")]
    sum: Option<Points>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Points {
    #[prost(message, repeated, tag = "1")]
    data_points: Vec<DataPoint>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DataPoint {
    #[prost(fixed64, tag = "3")]
    #[serde(deserialize_with = "whole")]
    time_unix_nano: u64,
    #[prost(double, optional, tag = "4")]
    as_double: Option<f64>,
    #[prost(sfixed64, optional, tag = "6")]
    #[serde(deserialize_with = "maybe_whole")]
    as_int: Option<i64>,
    #[prost(message, repeated, tag = "7")]
    attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
struct Attribute {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of OTLP's JSON")]
struct AnyValue {
    #[prost(string, optional, tag = "1")]
    string_value: Option<String>,
    #[prost(bool, optional, tag = "2")]
    bool_value: Option<bool>,
    #[prost(int64, optional, tag = "3")]
    #[serde(deserialize_with = "maybe_whole")]
    int_value: Option<i64>,
    #[prost(double, optional, tag = "4")]
    double_value: Option<f64>,
}

impl AnyValue {
    fn text(&self) -> String {
        let text = self.string_value.clone().or_else(|| self.bool_value.map(|value| value.to_string()));
        let text = text.or_else(|| self.int_value.map(|value| value.to_string()));
        text.or_else(|| self.double_value.map(number)).unwrap_or_default()
    }
}

/// 64 bits, which protobuf's JSON writes as text.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok());
    number.ok_or_else(|| serde::de::Error::custom(format!("{value} is no whole number")))
}

fn maybe_whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_str().map_or_else(|| value.as_i64(), |text| text.parse().ok());
    number.map(Some).ok_or_else(|| serde::de::Error::custom(format!("{value} is no whole number")))
}

pub(super) fn push(visit: &mut Visit<'_>) -> Answer {
    let read = match content_type(visit.parts) {
        "application/json" => serde_json::from_slice(visit.body).map_err(|error| error.to_string()),
        "application/x-protobuf" => Export::decode(visit.body).map_err(|error| error.to_string()),
        other => {
            Err(format!("Content-Type {other:?} is neither application/json nor application/x-protobuf"))
        }
    };
    let export: Export = read.map_err(|why| visit.bad(why))?;
    let written = export.resource_metrics.iter().flat_map(of_resource).collect::<Result<Vec<_>, _>>();
    let written = written.map_err(|why| visit.bad(why))?.into_iter().flatten().collect();
    keep(visit, written)?;
    Ok(Reply::ok(json!({})))
}

fn of_resource(from: &ResourceMetrics) -> Vec<Result<Written, String>> {
    let attributes = from.resource.iter().flat_map(|resource| &resource.attributes);
    // What a resource says of itself is told by two labels.
    let shared: Labels = attributes
        .filter_map(|attribute| {
            let label = match attribute.key.as_str() {
                "service.name" => "job",
                "service.instance.id" => "instance",
                _ => return None,
            };
            Some((label.to_owned(), attribute.value.as_ref()?.text()))
        })
        .collect();
    let metrics = from.scope_metrics.iter().flat_map(|scope| &scope.metrics);
    metrics.map(|metric| of_metric(metric, &shared)).collect()
}

fn of_metric(metric: &Metric, shared: &Labels) -> Result<Written, String> {
    let Some(points) = metric.gauge.as_ref().or(metric.sum.as_ref()) else {
        let name = &metric.name;
        return Err(format!("metric {name:?} is neither a gauge nor a sum: the emulator keeps nothing else"));
    };
    let written = points.data_points.iter().map(|point| {
        let mut labels = shared.clone();
        let attributes = point.attributes.iter();
        labels.extend(attributes.map(|attribute| {
            (in_prometheus(&attribute.key), attribute.value.as_ref().map(AnyValue::text).unwrap_or_default())
        }));
        labels.insert("__name__".into(), in_prometheus(&metric.name));
        #[expect(clippy::cast_precision_loss, reason = "a sample is a float")]
        let value = point.as_double.or(point.as_int.map(|whole| whole as f64)).unwrap_or_default();
        let at = i64::try_from(point.time_unix_nano).unwrap_or(i64::MAX);
        // Prometheus has milliseconds.
        (labels, vec![Point { at: at - at % 1_000_000, text: number(value) }])
    });
    Ok(written.collect())
}

/// The name that Prometheus gives: letters, digits, `_` and `:`.
fn in_prometheus(name: &str) -> String {
    let legal = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | ':');
    let name: String = name.chars().map(|c| if legal(c) { c } else { '_' }).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}
