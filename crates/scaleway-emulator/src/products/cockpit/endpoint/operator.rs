//! Operators between series, and aggregates of them.

use std::collections::BTreeMap;

use promql_parser::parser::token::{
    T_ADD, T_AVG, T_COUNT, T_DIV, T_EQLC, T_GROUP, T_GTE, T_GTR, T_LAND, T_LOR, T_LSS, T_LTE, T_LUNLESS,
    T_MAX, T_MIN, T_MOD, T_MUL, T_NEQ, T_POW, T_SUB, T_SUM,
};
use promql_parser::parser::{AggregateExpr, BinModifier, BinaryExpr, LabelModifier, VectorMatchCardinality};

use super::Labels;
use super::evaluate::{Evaluated, Found, Sample, Series, evaluate, nameless, unknown, vector};

pub(super) fn aggregate(aggregate: &AggregateExpr, series: &[Series], at: i64) -> Evaluated {
    let op = aggregate.op.id();
    if ![T_SUM, T_AVG, T_MIN, T_MAX, T_COUNT, T_GROUP].contains(&op) {
        return unknown(&aggregate.op.to_string());
    }
    let mut groups: BTreeMap<Labels, Vec<f64>> = BTreeMap::new();
    for sample in vector(&aggregate.expr, series, at)? {
        groups.entry(grouped(aggregate.modifier.as_ref(), &sample.labels)).or_default().push(sample.value);
    }
    let samples = groups.into_iter().map(|(labels, values)| {
        let sum = || values.iter().sum::<f64>();
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let count = values.len() as f64;
        let value = match op {
            T_SUM => sum(),
            T_AVG => sum() / count,
            T_MIN => values.iter().copied().fold(f64::NAN, f64::min),
            T_MAX => values.iter().copied().fold(f64::NAN, f64::max),
            T_COUNT => count,
            _ => 1.0,
        };
        Sample { labels, value }
    });
    Ok(Found::Vector(samples.collect()))
}

fn grouped(modifier: Option<&LabelModifier>, labels: &Labels) -> Labels {
    match modifier {
        None => Labels::new(),
        Some(LabelModifier::Include(by)) => with(labels, |name| by.labels.iter().any(|label| label == name)),
        Some(LabelModifier::Exclude(without)) => {
            with(labels, |name| name != "__name__" && without.labels.iter().all(|label| label != name))
        }
    }
}

fn with(labels: &Labels, keep: impl Fn(&str) -> bool) -> Labels {
    let kept = labels.iter().filter(|(name, _)| keep(name));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What an operator does with two numbers.
enum Operator {
    Calculates(fn(f64, f64) -> f64),
    Compares(fn(f64, f64) -> bool),
}

#[expect(clippy::float_cmp, reason = "that is what == means")]
fn operator(op: u16) -> Option<Operator> {
    use Operator::{Calculates, Compares};
    Some(match op {
        T_ADD => Calculates(|a, b| a + b),
        T_SUB => Calculates(|a, b| a - b),
        T_MUL => Calculates(|a, b| a * b),
        T_DIV => Calculates(|a, b| a / b),
        T_MOD => Calculates(|a, b| a % b),
        T_POW => Calculates(f64::powf),
        T_EQLC => Compares(|a, b| a == b),
        T_NEQ => Compares(|a, b| a != b),
        T_GTR => Compares(|a, b| a > b),
        T_LSS => Compares(|a, b| a < b),
        T_GTE => Compares(|a, b| a >= b),
        T_LTE => Compares(|a, b| a <= b),
        _ => return None,
    })
}

pub(super) fn binary(binary: &BinaryExpr, series: &[Series], at: i64) -> Evaluated {
    let (left, right) = (evaluate(&binary.lhs, series, at)?, evaluate(&binary.rhs, series, at)?);
    let modifier = binary.modifier.clone().unwrap_or_default();
    let truth = binary.return_bool();
    let Some(operator) = operator(binary.op.id()) else {
        return match (left, right) {
            (Found::Vector(left), Found::Vector(right)) => sets(binary.op.id(), left, right, &modifier),
            _ => unknown(&format!("{} of numbers", binary.op)),
        };
    };
    Ok(match (left, right) {
        (Found::Scalar(left), Found::Scalar(right)) => Found::Scalar(match operator {
            Operator::Calculates(calculate) => calculate(left, right),
            Operator::Compares(compare) => f64::from(u8::from(compare(left, right))),
        }),
        (Found::Vector(left), Found::Scalar(right)) => {
            let samples = left.into_iter();
            Found::Vector(samples.filter_map(|s| apply(&operator, truth, s.value, right, s)).collect())
        }
        (Found::Scalar(left), Found::Vector(right)) => {
            let samples = right.into_iter();
            Found::Vector(samples.filter_map(|s| apply(&operator, truth, left, s.value, s)).collect())
        }
        (Found::Vector(left), Found::Vector(right)) => {
            Found::Vector(matched(&operator, truth, left, right, &modifier)?)
        }
    })
}

/// `sample` as the operator leaves it; a comparison that does not hold leaves nothing.
fn apply(operator: &Operator, truth: bool, left: f64, right: f64, sample: Sample) -> Option<Sample> {
    match operator {
        Operator::Calculates(calculate) => Some(nameless(sample, |_| calculate(left, right))),
        Operator::Compares(compare) if truth => {
            Some(nameless(sample, |_| f64::from(u8::from(compare(left, right)))))
        }
        Operator::Compares(compare) => compare(left, right).then_some(sample),
    }
}

/// The labels by which two sides are told to be the same.
fn signature(modifier: &BinModifier, labels: &Labels) -> Labels {
    match &modifier.matching {
        None => with(labels, |name| name != "__name__"),
        by => grouped(by.as_ref(), labels),
    }
}

/// One to one, or many to one where that is said.
fn matched(
    operator: &Operator,
    truth: bool,
    left: Vec<Sample>,
    right: Vec<Sample>,
    modifier: &BinModifier,
) -> Evaluated<Vec<Sample>> {
    if modifier.fill_values.lhs.is_some() || modifier.fill_values.rhs.is_some() {
        return unknown("fill");
    }
    let (many, one, taken, swapped) = match &modifier.card {
        VectorMatchCardinality::OneToMany(labels) => (right, left, Some(labels), true),
        VectorMatchCardinality::ManyToOne(labels) => (left, right, Some(labels), false),
        _ => (left, right, None, false),
    };
    let mut ones: BTreeMap<Labels, Sample> = BTreeMap::new();
    for sample in one {
        if ones.insert(signature(modifier, &sample.labels), sample).is_some() {
            return Err(
                "found duplicate series for the match group: many-to-many matching is not allowed".into()
            );
        }
    }
    let (mut samples, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
    for mut sample in many {
        let signature = signature(modifier, &sample.labels);
        let Some(other) = ones.get(&signature) else { continue };
        if taken.is_none() && !seen.insert(signature.clone()) {
            return Err("multiple matches for labels: many-to-one matching must be explicit".into());
        }
        let (a, b) = if swapped { (other.value, sample.value) } else { (sample.value, other.value) };
        match taken {
            Some(labels) => {
                for label in &labels.labels {
                    match other.labels.get(label) {
                        Some(value) => sample.labels.insert(label.clone(), value.clone()),
                        None => sample.labels.remove(label),
                    };
                }
            }
            // One to one, what makes the sides differ is left out.
            None => match &modifier.matching {
                Some(LabelModifier::Include(_)) => sample.labels = signature,
                Some(LabelModifier::Exclude(ignored)) => {
                    sample.labels.retain(|name, _| !ignored.labels.contains(name));
                }
                None => {}
            },
        }
        samples.extend(apply(operator, truth, a, b, sample));
    }
    Ok(samples)
}

fn sets(op: u16, left: Vec<Sample>, right: Vec<Sample>, modifier: &BinModifier) -> Evaluated {
    let of = |samples: &[Sample]| -> std::collections::BTreeSet<Labels> {
        samples.iter().map(|sample| signature(modifier, &sample.labels)).collect()
    };
    let (lefts, rights) = (of(&left), of(&right));
    let has = |side: &std::collections::BTreeSet<Labels>, s: &Sample| {
        side.contains(&signature(modifier, &s.labels))
    };
    Ok(Found::Vector(match op {
        T_LAND => left.into_iter().filter(|sample| has(&rights, sample)).collect(),
        T_LUNLESS => left.into_iter().filter(|sample| !has(&rights, sample)).collect(),
        T_LOR => {
            let more: Vec<_> = right.into_iter().filter(|sample| !has(&lefts, sample)).collect();
            left.into_iter().chain(more).collect()
        }
        _ => return unknown("this operator"),
    }))
}
