//! What a `PromQL` expression is at an instant, over series in memory. What is not known here is refused by name.

use promql_parser::label::Matchers;
use promql_parser::parser::{Expr, MatrixSelector, Offset, VectorSelector};

use super::{Labels, function, operator};

/// How old the last sample of a series may be: five minutes.
pub(super) const LOOK_BACK: i64 = 300_000;

/// Values over time, oldest first: milliseconds since 1970.
#[derive(Debug, Clone, Default)]
pub(super) struct Series {
    pub(super) labels: Labels,
    pub(super) points: Vec<(i64, f64)>,
}

/// One value of a series.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sample {
    pub(super) labels: Labels,
    pub(super) value: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Found {
    Scalar(f64),
    Vector(Vec<Sample>),
}

/// A part of a series: what a range selects.
pub(super) struct Window<'a> {
    pub(super) labels: &'a Labels,
    pub(super) points: &'a [(i64, f64)],
    /// Without it.
    pub(super) start: i64,
    /// With it.
    pub(super) end: i64,
}

pub(super) type Evaluated<T = Found> = Result<T, String>;

/// An expression over series at an instant (milliseconds since 1970).
pub(super) fn evaluate(expression: &Expr, series: &[Series], at: i64) -> Evaluated {
    match expression {
        Expr::NumberLiteral(number) => Ok(Found::Scalar(number.val)),
        Expr::Paren(paren) => evaluate(&paren.expr, series, at),
        Expr::Unary(unary) => Ok(match evaluate(&unary.expr, series, at)? {
            Found::Scalar(value) => Found::Scalar(-value),
            Found::Vector(samples) => {
                Found::Vector(samples.into_iter().map(|s| nameless(s, |v| -v)).collect())
            }
        }),
        Expr::VectorSelector(selector) => Ok(Found::Vector(select(selector, series, at)?)),
        Expr::Call(call) => function::call(call, series, at),
        Expr::Aggregate(aggregate) => operator::aggregate(aggregate, series, at),
        Expr::Binary(binary) => operator::binary(binary, series, at),
        Expr::MatrixSelector(_) => Err("a range of time is of use to a function only".into()),
        Expr::Subquery(_) => unknown("subqueries"),
        Expr::StringLiteral(_) => unknown("texts"),
        Expr::Extension(_) => unknown("extensions"),
    }
}

/// The vector that an expression is; a number is refused.
pub(super) fn vector(expression: &Expr, series: &[Series], at: i64) -> Evaluated<Vec<Sample>> {
    match evaluate(expression, series, at)? {
        Found::Vector(samples) => Ok(samples),
        Found::Scalar(_) => Err(format!("{expression} is a number where series are expected")),
    }
}

/// The refusal of what `PromQL` has and this does not.
pub(super) fn unknown<T>(what: &str) -> Evaluated<T> {
    Err(format!("the emulator does not evaluate {what}"))
}

/// A sample of another value: no longer the metric that it was.
pub(super) fn nameless(mut sample: Sample, value: impl FnOnce(f64) -> f64) -> Sample {
    sample.labels.remove("__name__");
    sample.value = value(sample.value);
    sample
}

/// Whether labels are what a selector asks for: by name, and by matchers of which one set must hold.
pub(super) fn matches(matchers: &Matchers, name: Option<&String>, labels: &Labels) -> bool {
    let is = |label: &str| labels.get(label).map_or("", String::as_str);
    name.is_none_or(|name| is("__name__") == name)
        && matchers.matchers.iter().all(|matcher| matcher.is_match(is(&matcher.name)))
        && (matchers.or_matchers.is_empty()
            || matchers.or_matchers.iter().any(|set| set.iter().all(|m| m.is_match(is(&m.name)))))
}

fn moved(selector: &VectorSelector, at: i64) -> Evaluated<i64> {
    if selector.at.is_some() {
        return unknown("@");
    }
    let millis = |by: &std::time::Duration| i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Ok(match &selector.offset {
        None => at,
        Some(Offset::Pos(by)) => at.saturating_sub(millis(by)),
        Some(Offset::Neg(by)) => at.saturating_add(millis(by)),
    })
}

fn select(selector: &VectorSelector, series: &[Series], at: i64) -> Evaluated<Vec<Sample>> {
    let at = moved(selector, at)?;
    let matching = series.iter().filter(|s| matches(&selector.matchers, selector.name.as_ref(), &s.labels));
    let last = matching.filter_map(|series| {
        let value = between(&series.points, at - LOOK_BACK, at).last()?.1;
        Some(Sample { labels: series.labels.clone(), value })
    });
    Ok(last.collect())
}

/// Every series that a range selects, with its points there; series without any are left out.
pub(super) fn windows<'a>(
    selector: &MatrixSelector,
    series: &'a [Series],
    at: i64,
) -> Evaluated<Vec<Window<'a>>> {
    let end = moved(&selector.vs, at)?;
    let start = end.saturating_sub(i64::try_from(selector.range.as_millis()).unwrap_or(i64::MAX));
    let wanted =
        series.iter().filter(|s| matches(&selector.vs.matchers, selector.vs.name.as_ref(), &s.labels));
    let windows =
        wanted.map(|s| Window { labels: &s.labels, points: between(&s.points, start, end), start, end });
    Ok(windows.filter(|window| !window.points.is_empty()).collect())
}

/// After `start`, until `end`.
fn between(points: &[(i64, f64)], start: i64, end: i64) -> &[(i64, f64)] {
    let from = points.partition_point(|(at, _)| *at <= start);
    let to = points.partition_point(|(at, _)| *at <= end);
    &points[from.min(to)..to]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counters of two paths, each 15 s for 10 min from 0 on, at 1 and 2 a second.
    fn series() -> Vec<Series> {
        ["a", "b"]
            .into_iter()
            .zip([1.0, 2.0])
            .map(|(path, pace)| Series {
                labels: Labels::from([
                    ("__name__".into(), "requests_total".into()),
                    ("path".into(), path.into()),
                    ("job".into(), "api".into()),
                ]),
                points: (0..=40)
                    .map(|n| (n * 15_000, pace * 15.0 * f64::from(u32::try_from(n).unwrap())))
                    .collect(),
            })
            .collect()
    }

    fn at(expression: &str, at: i64) -> Evaluated {
        evaluate(&promql_parser::parser::parse(expression).unwrap(), &series(), at)
    }

    /// The values of an expression after ten minutes, by the label `path`.
    fn values(expression: &str) -> Vec<(String, f64)> {
        let Found::Vector(samples) = at(expression, 600_000).unwrap() else {
            panic!("{expression} is a number")
        };
        let path = |sample: &Sample| sample.labels.get("path").cloned().unwrap_or_default();
        samples.iter().map(|sample| (path(sample), (sample.value * 1e6).round() / 1e6)).collect()
    }

    fn pair(a: f64, b: f64) -> Vec<(String, f64)> {
        vec![("a".into(), a), ("b".into(), b)]
    }

    #[test]
    fn selectors_take_the_last_sample_that_is_not_too_old() {
        assert_eq!(values("requests_total"), pair(600.0, 1200.0));
        assert_eq!(values(r#"requests_total{path!="a"}"#), [("b".into(), 1200.0)]);
        assert_eq!(values(r#"{__name__=~"req.*",path=~"a|c"}"#), [("a".into(), 600.0)]);
        assert_eq!(values("requests_total offset 5m"), pair(300.0, 600.0));
        assert_eq!(at("requests_total", 899_999).unwrap(), at("requests_total", 600_000).unwrap());
        assert_eq!(at("requests_total", 900_000).unwrap(), Found::Vector(Vec::new()));
    }

    #[test]
    fn rates_are_what_prometheus_says() {
        assert_eq!(values("rate(requests_total[5m])"), pair(1.0, 2.0));
        assert_eq!(values("increase(requests_total[1m])"), pair(60.0, 120.0));
        assert_eq!(values("irate(requests_total[1m])"), pair(1.0, 2.0));
        assert_eq!(values("count_over_time(requests_total[1m])"), pair(4.0, 4.0));
        assert_eq!(
            values("max_over_time(requests_total[1m]) - min_over_time(requests_total[1m])"),
            pair(45.0, 90.0)
        );
    }

    #[test]
    fn aggregates_group_and_binaries_match() {
        assert_eq!(values("sum by (job) (requests_total)"), [(String::new(), 1800.0)]);
        assert_eq!(values("max without (job) (requests_total) / 100"), pair(6.0, 12.0));
        assert_eq!(
            values("requests_total / ignoring(path) group_left sum by (job) (requests_total)"),
            pair(0.333_333, 0.666_667)
        );
        assert_eq!(values("requests_total > 1000"), [("b".into(), 1200.0)]);
        assert_eq!(values("requests_total > bool 1000"), pair(0.0, 1.0));
        assert_eq!(values("requests_total unless requests_total > 1000"), [("a".into(), 600.0)]);
        assert_eq!(values("absent(nothing)"), [(String::new(), 1.0)]);
        assert_eq!(at("1 + 2 * 3 > bool 6", 0).unwrap(), Found::Scalar(1.0));
    }

    #[test]
    fn what_is_not_evaluated_says_so() {
        for (expression, what) in [
            ("topk(1, requests_total)", "topk"),
            ("predict_linear(requests_total[5m], 60)", "predict_linear"),
            ("max_over_time(rate(requests_total[1m])[5m:1m])", "subqueries"),
        ] {
            let why = at(expression, 600_000).unwrap_err();
            assert!(why.contains("the emulator does not evaluate") && why.contains(what), "{why}");
        }
        let many = at("requests_total / on(job) requests_total", 600_000).unwrap_err();
        assert!(many.contains("many"), "{many}");
    }
}
