//! Functions of series: over a range of time, or of their values.

use promql_parser::parser::{Call, Expr};

use super::evaluate::{
    Evaluated, Found, Sample, Series, Window, evaluate, nameless, unknown, vector, windows,
};
use super::{Labels, logql};

pub(super) fn call(call: &Call, series: &[Series], at: i64) -> Evaluated {
    let name = call.func.name;
    let arguments: Vec<&Expr> = call.args.args.iter().map(AsRef::as_ref).collect();
    if let [Expr::MatrixSelector(selector)] = arguments.as_slice() {
        let of_lines = selector.vs.name.as_deref().is_some_and(logql::is_placeholder);
        let seconds = selector.range.as_secs_f64();
        let of = over_time(name).ok_or_else(|| format!("the emulator does not evaluate {name}"))?;
        let found = windows(selector, series, at)?;
        let samples = found.into_iter().filter_map(|window| {
            let value = match (name, of_lines) {
                #[expect(clippy::cast_precision_loss, reason = "counts are small")]
                ("rate", true) => Some(window.points.len() as f64 / seconds),
                _ => of(&window),
            }?;
            let mut labels = window.labels.clone();
            // The last value is of the metric itself.
            if name != "last_over_time" {
                labels.remove("__name__");
            }
            Some(Sample { labels, value })
        });
        return Ok(Found::Vector(samples.collect()));
    }
    if arguments.iter().any(|argument| matches!(argument, Expr::Subquery(_))) {
        return unknown("subqueries");
    }
    let scalar = |n: usize| match arguments.get(n).map(|argument| evaluate(argument, series, at)) {
        Some(Ok(Found::Scalar(value))) => Ok(value),
        Some(Err(why)) => Err(why),
        _ => Err(format!("{name} takes a number there")),
    };
    let map = |change: fn(f64) -> f64| match arguments.as_slice() {
        [of] => Ok(Found::Vector(vector(of, series, at)?.into_iter().map(|s| nameless(s, change)).collect())),
        _ => unknown(name),
    };
    match (name, arguments.as_slice()) {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
        ("time", []) => Ok(Found::Scalar(at as f64 / 1_000.0)),
        ("vector", [_]) => Ok(Found::Vector(vec![Sample { labels: Labels::new(), value: scalar(0)? }])),
        ("scalar", [of]) => {
            let samples = vector(of, series, at)?;
            Ok(Found::Scalar(if let [only] = samples.as_slice() { only.value } else { f64::NAN }))
        }
        ("absent", [of]) => Ok(Found::Vector(absent(of, &vector(of, series, at)?))),
        ("clamp_min" | "clamp_max", [of, _]) => {
            let bound = scalar(1)?;
            let clamp = |value: f64| if name == "clamp_min" { value.max(bound) } else { value.min(bound) };
            let samples = vector(of, series, at)?.into_iter();
            Ok(Found::Vector(samples.map(|sample| nameless(sample, clamp)).collect()))
        }
        ("abs", _) => map(f64::abs),
        ("ceil", _) => map(f64::ceil),
        ("floor", _) => map(f64::floor),
        ("round", [_]) => map(|value| (value + 0.5).floor()),
        ("sqrt", _) => map(f64::sqrt),
        _ => unknown(name),
    }
}

/// One where there is nothing, with the labels that were asked for by name.
fn absent(of: &Expr, found: &[Sample]) -> Vec<Sample> {
    if !found.is_empty() {
        return Vec::new();
    }
    let matchers = match of {
        Expr::VectorSelector(selector) => selector.matchers.matchers.as_slice(),
        _ => &[],
    };
    let equal = matchers.iter().filter(|matcher| matches!(matcher.op, promql_parser::label::MatchOp::Equal));
    let labels = equal.filter(|m| m.name != "__name__").map(|m| (m.name.clone(), m.value.clone())).collect();
    vec![Sample { labels, value: 1.0 }]
}

type OverTime = fn(&Window<'_>) -> Option<f64>;

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn over_time(name: &str) -> Option<OverTime> {
    let of: OverTime = match name {
        "rate" => |window| Some(extrapolated(window, true)? / seconds(window.end - window.start)),
        "increase" => |window| extrapolated(window, true),
        "delta" => |window| extrapolated(window, false),
        "irate" => instant_rate,
        "count_over_time" => |window| Some(window.points.len() as f64),
        "sum_over_time" => |window| Some(values(window).sum()),
        "avg_over_time" => |window| Some(values(window).sum::<f64>() / window.points.len() as f64),
        "min_over_time" => |window| values(window).reduce(f64::min),
        "max_over_time" => |window| values(window).reduce(f64::max),
        "last_over_time" => |window| values(window).last(),
        "present_over_time" => |_| Some(1.0),
        "changes" => {
            |window| Some(steps(window).filter(|(from, to)| from.total_cmp(to).is_ne()).count() as f64)
        }
        "resets" => |window| Some(steps(window).filter(|(from, to)| to < from).count() as f64),
        _ => return None,
    };
    Some(of)
}

fn values<'w>(window: &'w Window<'_>) -> impl Iterator<Item = f64> + 'w {
    window.points.iter().map(|(_, value)| *value)
}

fn steps<'w>(window: &'w Window<'_>) -> impl Iterator<Item = (f64, f64)> + 'w {
    window.points.windows(2).map(|pair| (pair[0].1, pair[1].1))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a range are small")]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}

/// Of the last two samples.
fn instant_rate(window: &Window<'_>) -> Option<f64> {
    let [.., before, last] = window.points else { return None };
    // After a reset a counter has counted what it says.
    let grown = if last.1 < before.1 { last.1 } else { last.1 - before.1 };
    Some(grown / seconds(last.0 - before.0))
}

/// How much a series grew, from its first to its last sample, and on to the ends of the range where these are as near as
/// samples are to each other; a counter not beyond its own zero. As Prometheus does it.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn extrapolated(window: &Window<'_>, counter: bool) -> Option<f64> {
    let [first, .., last] = window.points else { return None };
    let mut grown = last.1 - first.1;
    if counter {
        grown += steps(window).filter(|(from, to)| to < from).map(|(from, _)| from).sum::<f64>();
    }
    let sampled = seconds(last.0 - first.0);
    let apart = sampled / (window.points.len() - 1) as f64;
    let until = |gap: f64| if gap >= apart * 1.1 { apart / 2.0 } else { gap };
    let mut before = until(seconds(first.0 - window.start));
    if counter && grown > 0.0 && first.1 >= 0.0 {
        before = before.min(sampled * (first.1 / grown));
    }
    Some(grown * (sampled + before + until(seconds(window.end - last.0))) / sampled)
}
