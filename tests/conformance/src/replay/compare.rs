//! Two answers, side by side: the recorded one, and the emulator's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use scaleway_core::Timestamp;
use serde_json::{Map, Value};

use super::by_kind;
use super::ids::Ids;
use crate::compare::push;

/// Where two timestamps of a body, or the keys of an order, differ by no more than this, their order says nothing.
const SAME_MOMENT: Duration = Duration::from_secs(1);

/// A place where the answers differ.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    pub(super) pointer: String,
    pub(super) expected: Option<Value>,
    pub(super) got: Option<Value>,
}

/// Lists that the recordings show in more than one order: operation and pointer, `*` for a list's index.
pub(super) type Unordered = BTreeSet<(String, String)>;

/// How often something was allowed to differ.
pub(super) type Allowed = BTreeMap<&'static str, u64>;

/// What two answers are compared by.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) operation: &'a str,
    pub(super) order_by: Option<String>,
    pub(super) unordered: &'a Unordered,
    pub(super) ids: &'a mut Ids,
    /// Whether ids that meet for the first time belong together from then on.
    pub(super) learn: bool,
    pub(super) differences: Vec<Difference>,
    pub(super) allowed: Allowed,
    timestamps: Vec<(String, Timestamp, Timestamp)>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        operation: &'a str,
        order_by: Option<String>,
        unordered: &'a Unordered,
        ids: &'a mut Ids,
    ) -> Self {
        Self {
            operation,
            order_by,
            unordered,
            ids,
            learn: true,
            differences: Vec::new(),
            allowed: Allowed::new(),
            timestamps: Vec::new(),
        }
    }

    /// Compares whole bodies.
    pub(super) fn bodies(&mut self, recorded: &Value, own: &Value) {
        self.values("", recorded, own);
        self.order_of_timestamps();
    }

    fn differ(&mut self, pointer: &str, expected: Option<&Value>, got: Option<&Value>) {
        let (expected, got) = (expected.cloned(), got.cloned());
        self.differences.push(Difference { pointer: pointer.to_owned(), expected, got });
    }

    fn allow(&mut self, what: &'static str) {
        *self.allowed.entry(what).or_default() += 1;
    }

    fn values(&mut self, pointer: &str, recorded: &Value, own: &Value) {
        if by_kind::covers(self.operation, pointer) {
            if by_kind::alike(recorded, own) {
                if recorded != own {
                    self.allow("compared by kind");
                }
                return;
            }
            return self.differ(pointer, Some(recorded), Some(own));
        }
        match (recorded, own) {
            (Value::Object(recorded), Value::Object(own)) => self.objects(pointer, recorded, own),
            (Value::Array(recorded), Value::Array(own)) => self.lists(pointer, recorded, own),
            (Value::String(a), Value::String(b)) => {
                if !self.texts(pointer, a, b) {
                    self.differ(pointer, Some(recorded), Some(own));
                }
            }
            (Value::Number(a), Value::Number(b))
                if a.as_f64() == b.as_f64() && (a == b || a.is_f64() || b.is_f64()) => {}
            _ if recorded == own => {}
            _ => self.differ(pointer, Some(recorded), Some(own)),
        }
    }

    fn objects(&mut self, pointer: &str, recorded: &Map<String, Value>, own: &Map<String, Value>) {
        let is_resource = recorded.contains_key("id");
        for name in recorded.keys().chain(own.keys().filter(|name| !recorded.contains_key(*name))) {
            let mut pointer = pointer.to_owned();
            push(&mut pointer, name);
            match (recorded.get(name), own.get(name)) {
                // A resource's own name; what has no id is known by its name, which is a value as any other.
                (Some(Value::String(a)), Some(Value::String(b)))
                    if name == "name"
                        && is_resource
                        && a != b
                        && self.ids.agree_on_name(a, b, self.learn) => {}
                (Some(recorded), Some(own)) => self.values(&pointer, recorded, own),
                (recorded, own) => self.differ(&pointer, recorded, own),
            }
        }
    }

    fn texts(&mut self, pointer: &str, recorded: &str, own: &str) -> bool {
        if let (true, Ok(a), Ok(b)) = (recorded.contains('T'), recorded.parse(), own.parse()) {
            if self.ids.was_said(recorded) {
                return a == b;
            }
            self.timestamps.push((pointer.to_owned(), a, b));
            return true;
        }
        self.ids.agree(recorded, own, self.learn)
    }

    /// In one body, what was clearly earlier is earlier.
    fn order_of_timestamps(&mut self) {
        let mut timestamps = std::mem::take(&mut self.timestamps);
        timestamps.sort_by_key(|(_, recorded, _)| *recorded);
        // Against the latest own time of all that were recorded more than a second before.
        let (mut latest, mut next): (Option<(usize, Timestamp)>, usize) = (None, 0);
        for (n, (pointer, recorded, own)) in timestamps.iter().enumerate() {
            while next < n && recorded.since(timestamps[next].1) > SAME_MOMENT {
                if latest.is_none_or(|(_, time)| timestamps[next].2 > time) {
                    latest = Some((next, timestamps[next].2));
                }
                next += 1;
            }
            if let Some((earlier, time)) = latest
                && time >= *own
            {
                let (expected, got) =
                    (format!("after {}", timestamps[earlier].0), format!("{own}, not after {time}"));
                self.differ(pointer, Some(&expected.into()), Some(&got.into()));
            }
        }
    }

    fn lists(&mut self, pointer: &str, recorded: &[Value], own: &[Value]) {
        let ordered = self.order_by.clone().filter(|_| pointer.matches('/').count() == 1);
        let groups = match ordered.as_deref() {
            Some(order) => ties(recorded, order),
            None if self.unordered.contains(&(self.operation.to_owned(), wild(pointer))) => {
                self.allow("list compared as a set");
                vec![recorded.len()]
            }
            None => vec![1; recorded.len()],
        };
        let mut start = 0;
        for size in groups {
            let end = start + size;
            self.set(
                pointer,
                start,
                &recorded[start..end],
                own.get(start..end.min(own.len())).unwrap_or_default(),
            );
            start = end;
        }
        for (index, own) in own.iter().enumerate().skip(start) {
            self.differ(&format!("{pointer}/{index}"), None, Some(own));
        }
    }

    /// Items in any order, from `start` on.
    fn set(&mut self, pointer: &str, start: usize, recorded: &[Value], own: &[Value]) {
        if let ([recorded], [own]) = (recorded, own) {
            return self.values(&format!("{pointer}/{start}"), recorded, own);
        }
        let mut free: Vec<usize> = (0..own.len()).collect();
        let mut missing = Vec::new();
        // Those that fit are paired first, so that one that does not takes nobody's place.
        for (n, item) in recorded.iter().enumerate() {
            match free.iter().position(|at| self.weight(pointer, item, &own[*at]) == 0) {
                Some(found) => {
                    let at = free.remove(found);
                    self.values(&format!("{pointer}/{}", start + n), item, &own[at]);
                }
                None => missing.push(n),
            }
        }
        for n in missing {
            let place = format!("{pointer}/{}", start + n);
            let best = (0..free.len()).min_by_key(|at| self.weight(pointer, &recorded[n], &own[free[*at]]));
            match best {
                Some(best) => {
                    let at = free.remove(best);
                    self.values(&place, &recorded[n], &own[at]);
                }
                None => self.differ(&place, Some(&recorded[n]), None),
            }
        }
        for at in free {
            self.differ(&format!("{pointer}/{}", start + at), None, Some(&own[at]));
        }
    }

    /// How much two items differ, with nothing learned from it.
    fn weight(&mut self, pointer: &str, recorded: &Value, own: &Value) -> usize {
        let mut trial = Comparison::new(self.operation, None, self.unordered, self.ids);
        trial.learn = false;
        trial.values(&format!("{pointer}/0"), recorded, own);
        trial.differences.len()
    }
}

/// The sizes of the groups of neighbours that an order does not tell apart.
fn ties(items: &[Value], order: &str) -> Vec<usize> {
    let field = order.trim_end_matches("_asc").trim_end_matches("_desc");
    let tied = |a: &Value, b: &Value| match (a.get(field), b.get(field)) {
        (Some(Value::String(a)), Some(Value::String(b))) => {
            match (a.parse::<Timestamp>(), b.parse::<Timestamp>()) {
                (Ok(a), Ok(b)) => a.since(b).max(b.since(a)) <= SAME_MOMENT,
                _ => a == b,
            }
        }
        (a, b) => a == b && a.is_some(),
    };
    let mut groups = Vec::<usize>::new();
    for (n, item) in items.iter().enumerate() {
        match groups.last_mut() {
            Some(size) if tied(&items[n - 1], item) => *size += 1,
            _ => groups.push(1),
        }
    }
    groups
}

/// A pointer with `*` for each index.
pub(super) fn wild(pointer: &str) -> String {
    let steps = pointer.split('/');
    let steps = steps.map(|s| if !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()) { "*" } else { s });
    steps.collect::<Vec<_>>().join("/")
}

/// Every list below a value, with its pointer.
pub(super) fn each_list<'v>(value: &'v Value, pointer: &str, visit: &mut impl FnMut(String, &'v [Value])) {
    match value {
        Value::Array(items) => {
            visit(wild(pointer), items);
            for (n, item) in items.iter().enumerate() {
                each_list(item, &format!("{pointer}/{n}"), visit);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let mut pointer = pointer.to_owned();
                push(&mut pointer, name);
                each_list(value, &pointer, visit);
            }
        }
        _ => {}
    }
}
