//! What a plan looks like.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use console::style;
use evalap_topology::kinds::KindName;
use evalap_topology::plan::{Cause, Change, Drift, FieldChange, Plan, PlannedChange};
use serde_json::Value;

use crate::text;

/// Texts that are longer than this are cut.
const LONGEST: usize = 80;

/// As many items of a long list are told, of those that were added, and of those that were taken out.
const ITEMS: usize = 5;

/// The changes, why (unless everything is deleted), what differs, how many, and how long it takes.
pub(crate) fn plan(plan: &Plan) -> String {
    let mut out = String::new();
    for planned in plan.effective() {
        change(&mut out, planned, !plan.basis.destroy);
    }
    let _ = write!(out, "\nPlan: {}.", counts(plan));
    let (seconds, path) = plan.estimate();
    if seconds >= 1.0 {
        let _ = write!(
            out,
            " It takes about {}: {}.",
            text::duration(Duration::from_secs_f64(seconds.round())),
            path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
        );
    }
    let losses = plan.losses();
    if !losses.is_empty() {
        let _ = write!(
            out,
            "\n{} the data of {} is lost for good.",
            style("Careful:").red().bold(),
            text::list(losses)
        );
    }
    out + &warnings(plan)
}

/// What a person should know before applying it, a line each.
pub(crate) fn warnings(plan: &Plan) -> String {
    plan.warnings.iter().fold(String::new(), |mut out, warning| {
        let _ = write!(out, "\n{} {warning}", style("Careful:").red().bold());
        out
    })
}

/// That there is nothing to do.
pub(crate) fn nothing(plan: &Plan) -> &'static str {
    if plan.basis.destroy { "Nothing exists that is ours. No changes." } else { "No changes." }
}

/// What somebody else has changed, and what it shall be.
pub(crate) fn drift(drift: &[Drift<'_>], then: &str) -> String {
    let mut out = String::new();
    if drift.iter().any(|drift| !drift.fields.is_empty()) {
        let _ = writeln!(out, "  What differs, as: what exists → what the definition says");
    }
    for drift in drift {
        let head = format!("  {} {}  {}", style("≠").yellow(), style(drift.address).bold(), drift.what);
        let _ = writeln!(out, "{}", head.trim_end());
        for line in drift.fields.iter().flat_map(|field| differences(drift.address.kind, field)) {
            let _ = writeln!(out, "          {line}");
        }
    }
    let _ = write!(out, "\nDrift: {} of our resources. {then}", drift.len());
    out
}

/// As many of what somebody else has changed are told in one line.
const IN_SHORT: usize = 20;

/// What somebody else has changed, each in some words: how many, then the first of them by their addresses.
pub(crate) fn drift_in_short(drift: &[Drift<'_>]) -> Vec<(String, String)> {
    let count = ("drift".to_owned(), text::count(drift.len(), "resource"));
    let told = |drift: &Drift<'_>| {
        let fields = drift.fields.iter().flat_map(|field| differences(drift.address.kind, field));
        let what = Some(drift.what.to_owned()).filter(|what| !what.is_empty());
        (drift.address.to_string(), what.into_iter().chain(fields).collect::<Vec<_>>().join("; "))
    };
    std::iter::once(count).chain(drift.iter().take(IN_SHORT).map(told)).collect()
}

fn change(out: &mut String, planned: &PlannedChange, why: bool) {
    let symbol = match planned.change {
        Change::Create { .. } => style("+").green(),
        Change::Update { .. } => style("~").yellow(),
        Change::Replace { .. } => style("-/+").red(),
        Change::Delete { .. } => style("-").red(),
        Change::Adopt { .. } => style("@").cyan(),
        _ => style("·").dim(),
    };
    let _ = write!(out, "  {symbol:>3} {}", style(&planned.address).bold());
    if why && !planned.why.is_empty() {
        let _ = write!(out, "  {}", style(&planned.why).dim());
    }
    out.push('\n');
    for field in planned.change.fields() {
        for line in
            differences(planned.address.kind, field).iter().filter(|line| !planned.why.starts_with(*line))
        {
            let _ = writeln!(out, "          {line}{}", cause(field.cause));
        }
    }
    for foreseen in &planned.preflight {
        let _ = writeln!(out, "        {} {foreseen}", style("!").yellow());
    }
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Drift => "  (somebody has changed it since)",
        Cause::Unfinished => "  (an earlier run may not have written it)",
        Cause::Broken => "  (it cannot be used as it is)",
        _ => "",
    }
}

/// One line for each value that differs inside of a field.
fn differences(kind: KindName, field: &FieldChange) -> Vec<String> {
    let FieldChange { name, from, to, .. } = field;
    if let (Cause::Broken | Cause::Asked, Value::String(sentence)) = (field.cause, to) {
        return vec![sentence.clone()];
    }
    if kind == KindName::SecretVersion && name == "source" {
        return vec!["value: a new one (never shown)".to_owned()];
    }
    match (from, to) {
        // What was written says which value, not what it is: another one was written since.
        _ if from == to => vec![format!("{name}: another value than the last run wrote (never shown)")],
        (Value::Object(before), Value::Object(after)) if !is_reference(to) && !is_reference(from) => {
            let names: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
            let differs = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
            differs
                .map(|key| {
                    let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                    line(&format!("{name}.{key}"), &of(before), &of(after))
                })
                .collect()
        }
        _ => vec![line(name, from, to)],
    }
}

fn line(name: &str, from: &Value, to: &Value) -> String {
    // Where a secret variable comes from says nothing to a person.
    if name.starts_with("secret_environment_variables") {
        return match (from.is_null(), to.is_null()) {
            (true, _) => format!("{name}: added (value never shown)"),
            (_, true) => format!("{name}: removed"),
            _ => format!("{name}: another value (never shown)"),
        };
    }
    let (before, after) = (shown(name, from), shown(name, to));
    let long = [&before, &after].iter().any(|text| text.chars().count() > LONGEST);
    if let (Value::Array(from), Value::Array(to), true) = (from, to, long) {
        return items(name, from, to);
    }
    let (before, after) = text::cut(&before, &after, LONGEST);
    format!("{name}: {before} → {after}")
}

/// Of a long list only what was added and what was taken out.
fn items(name: &str, from: &[Value], to: &[Value]) -> String {
    let (removed, added) = (without(from, to), without(to, from));
    match (&removed[..], &added[..]) {
        ([], []) => format!("{name}: the same in another order"),
        ([before], [after]) => {
            let (before, after) = text::cut(&shown(name, before), &shown(name, after), LONGEST);
            format!("{name}: {before} → {after}, the others as they are")
        }
        (removed, added) => {
            let mut parts = Vec::new();
            for (what, of, others) in [("added", added, removed), ("taken out", removed, added)] {
                if !of.is_empty() {
                    parts.push(format!("{what} {}", some(name, of, others)));
                }
            }
            format!("{name}: {}", parts.join("; "))
        }
    }
}

/// What is in `all` and not in `other`, as often as it is there more.
fn without<'a>(all: &'a [Value], other: &[Value]) -> Vec<&'a Value> {
    let mut other: Vec<_> = other.iter().collect();
    let is_more = |item: &&Value| match other.iter().position(|one| one == item) {
        Some(at) => {
            other.swap_remove(at);
            false
        }
        None => true,
    };
    all.iter().filter(is_more).collect()
}

/// The first of some items, a long one cut where it differs from the one that may have been in its place.
fn some(name: &str, items: &[&Value], others: &[&Value]) -> String {
    let told = items.iter().take(ITEMS).enumerate().map(|(at, item)| {
        let other = others.get(at).map(|other| shown(name, other)).unwrap_or_default();
        text::cut(&shown(name, item), &other, LONGEST).0
    });
    let more = items.len().checked_sub(ITEMS).filter(|more| *more > 0).map(|more| format!("{more} more"));
    text::list(told.chain(more))
}

fn shown(name: &str, value: &Value) -> String {
    const MEGA: u64 = 1_000_000;
    if holds_reference(value) {
        return "(known after apply)".to_owned();
    }
    match value {
        Value::Null => "(none)".to_owned(),
        Value::Number(n) if name.ends_with("_bytes") || name == "volume_size" => match n.as_u64() {
            Some(bytes) if bytes % MEGA == 0 => format!("{} MB", bytes / MEGA),
            _ => n.to_string(),
        },
        other => other.to_string(),
    }
}

fn is_reference(value: &Value) -> bool {
    value.get("$of").is_some()
}

fn holds_reference(value: &Value) -> bool {
    match value {
        Value::Object(map) => is_reference(value) || map.values().any(holds_reference),
        Value::Array(items) => items.iter().any(holds_reference),
        _ => false,
    }
}

/// `34 to create, 1 to change`.
pub(crate) fn counts(plan: &Plan) -> String {
    const ORDER: [(&str, &str); 8] = [
        ("create", "to create"),
        ("adopt", "to adopt"),
        ("update", "to change"),
        ("replace", "to replace"),
        ("delete", "to delete"),
        ("wait for", "to wait for"),
        ("refresh", "to refresh"),
        ("forget", "to forget"),
    ];
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for planned in plan.effective() {
        *counts.entry(planned.change.verb()).or_default() += 1;
    }
    let told = ORDER.iter().filter_map(|(verb, words)| Some(format!("{} {words}", counts.get(verb)?)));
    let told: Vec<_> = told.collect();
    if told.is_empty() { "no changes".to_owned() } else { told.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_shown_as_people_write_them() {
        assert_eq!(
            line("memory_limit_bytes", &json!(1_024_000_000), &json!(2_048_000_000)),
            "memory_limit_bytes: 1024 MB → 2048 MB"
        );
        let reference = json!({"$of": "container.runners", "output": "url"});
        assert_eq!(line("url", &json!("a"), &reference), "url: \"a\" → (known after apply)");
        let told = line("x", &Value::Null, &json!("a".repeat(200)));
        assert_eq!(told.chars().count(), "x: (none) → ".chars().count() + LONGEST);
    }

    #[test]
    fn a_change_at_the_end_of_a_long_value_is_seen() {
        let text = |end: &str| json!(format!("{}{end}", "x".repeat(200)));
        let told = line("args", &text("old"), &text("new"));
        assert_eq!(told, format!("args: …{0}old\" → …{0}new\"", "x".repeat(20)));
    }

    #[test]
    fn of_a_long_list_what_was_added_and_taken_out_is_told() {
        let many = |of: std::ops::Range<u32>| of.map(|n| format!("10.0.0.{n}/32")).collect::<Vec<_>>();
        let told = |from: Vec<String>, to: Vec<String>| line("rules", &json!(from), &json!(to));
        assert_eq!(
            told(many(0..9), many(1..11)),
            "rules: added \"10.0.0.9/32\" and \"10.0.0.10/32\"; taken out \"10.0.0.0/32\""
        );
        assert_eq!(
            told(many(0..9), many(1..10)),
            "rules: \"10.0.0.0/32\" → \"10.0.0.9/32\", the others as they are"
        );
        let reversed = many(0..9).into_iter().rev().collect();
        assert_eq!(told(many(0..9), reversed), "rules: the same in another order");
        let added = told(many(0..1), many(0..30));
        assert!(added.ends_with("\"10.0.0.5/32\" and 24 more"), "{added}");
        // A short one is shown whole.
        assert_eq!(line("x", &json!(["a"]), &json!(["b"])), "x: [\"a\"] → [\"b\"]");
    }

    #[test]
    fn a_secret_that_somebody_else_wrote_is_told_although_nothing_is_seen_to_differ() {
        let same = json!({"KEY": {"version": 1}});
        let field: FieldChange = serde_json::from_value(
            json!({"name": "secret_environment_variables", "from": same, "to": same, "cause": "drift"}),
        )
        .unwrap();
        let [told] = &differences(KindName::Container, &field)[..] else { panic!("one line") };
        assert!(told.contains("secret_environment_variables: another value"), "{told}");
    }

    #[test]
    fn where_secrets_come_from_is_not_shown() {
        let told = line("secret_environment_variables.KEY", &json!({"version": 1}), &json!({"version": 2}));
        assert_eq!(told, "secret_environment_variables.KEY: another value (never shown)");
    }
}
