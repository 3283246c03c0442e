//! Lists: filters, order and pages, the same for every product.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use crate::call::Call;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::store::{Kind, Record};

/// Where the request names no size.
const DEFAULT_PAGE_SIZE: usize = 50;
const MAX_PAGE_SIZE: usize = 100;

/// In a [`Listing`]'s filters: the query's `tags`, of which one is enough.
pub(crate) const ANY_TAG: &str = "any tag";

/// How a kind is listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    pub(crate) kind: Kind,
    /// The name of the list in the answer.
    pub(crate) items: &'static str,
    /// Query parameters that must equal the record's field of that name. `project_id` and `organization_id` are of
    /// the record itself. `tags` must all be there, or with [`ANY_TAG`] one of them.
    pub(crate) filters: &'static [&'static str],
    /// Fields that `order_by` may name, with `_asc` or `_desc`; the first one, ascending, is the order of a list that
    /// has no such parameter.
    pub(crate) order: &'static [&'static str],
}

impl Listing {
    /// The page that the request asks for.
    pub(crate) fn answer(&self, call: &mut Call<'_>) -> Answer {
        let query: Vec<_> =
            call.queries().filter(|(name, _)| !["page", "page_size"].contains(name)).collect();
        let list = format!("{} {} {:?} {query:?}", self.kind.collection, call.region(), call.visible);
        if call.world.store.listed(&list).is_none() {
            let ids = self.sorted(call, |_| true)?.into_iter().map(|(id, _)| id.to_owned()).collect();
            call.world.store.list(list.clone(), ids);
        }
        let (skip, take) = window(call)?;
        let ids = call.world.store.listed(&list).unwrap_or_default();
        let shown = ids.iter().skip(skip).take(take).filter_map(|id| call.world.store.get(self.kind, id));
        Ok(self.page(shown.map(|record| record.body.clone()), ids.len()))
    }

    /// The same with a filter and a view of one's own.
    pub(crate) fn answer_with(
        &self,
        call: &Call<'_>,
        keep: impl Fn(&Record) -> bool,
        view: impl Fn(&Record) -> Map<String, Value>,
    ) -> Answer {
        let found = self.sorted(call, keep)?;
        let (skip, take) = window(call)?;
        let shown = found.iter().skip(skip).take(take).map(|(_, record)| view(record));
        Ok(self.page(shown, found.len()))
    }

    /// All that the request may be shown, with their ids.
    fn sorted<'a>(
        &self,
        call: &'a Call<'_>,
        keep: impl Fn(&Record) -> bool,
    ) -> Result<Vec<(&'a str, &'a Record)>, Refusal> {
        let found = call.world.store.all(self.kind);
        let found = found.filter(|(_, record)| record.region == call.region());
        let found = found.filter(|(_, record)| call.visible.includes(&record.project));
        let found = found.filter(|(_, record)| self.filters.iter().all(|name| matches(call, record, name)));
        let mut found: Vec<_> = found.filter(|(_, record)| keep(record)).collect();
        let (field, descending) = self.order(call)?;
        found.sort_by(|(_, a), (_, b)| {
            let order = compare(a, b, field).then(a.order.cmp(&b.order));
            if descending { order.reverse() } else { order }
        });
        Ok(found)
    }

    fn page(&self, shown: impl Iterator<Item = Map<String, Value>>, total: usize) -> Reply {
        let mut body = Map::new();
        body.insert(self.items.into(), shown.map(Value::Object).collect());
        body.insert("total_count".into(), total.into());
        Reply::resource(body)
    }

    fn order(&self, call: &Call<'_>) -> Result<(&str, bool), Refusal> {
        let Some(order_by) = call.order_by() else {
            return Ok((self.order.first().copied().unwrap_or("created_at"), false));
        };
        let (field, descending) = match order_by.strip_suffix("_desc") {
            Some(field) => (field, true),
            // Some lists have an order by region, which has no direction.
            None => (order_by.strip_suffix("_asc").unwrap_or(order_by), false),
        };
        // Users are ordered by `last_login`, which is `last_login_at`.
        let is_it = |known: &&&str| **known == field || known.strip_suffix("_at") == Some(field);
        let known = self.order.iter().find(is_it).ok_or_else(|| {
            let help = format!("must be one of {} with _asc or _desc", self.order.join(", "));
            Refusal::constraint("order_by", help)
        })?;
        // Some lists say `policy_name` for the name of a policy.
        let own = known.strip_prefix(self.kind.resource).and_then(|field| field.strip_prefix('_'));
        Ok((own.unwrap_or(known), descending))
    }
}

fn matches(call: &Call<'_>, record: &Record, name: &str) -> bool {
    let mut wanted = call.query_all(name).filter(|value| !value.is_empty() && !value.starts_with("unknown_"));
    match name {
        "project_id" => wanted.all(|project| record.project == project),
        "organization_id" if record.project.is_empty() => {
            wanted.all(|id| record.text("organization_id") == id)
        }
        "organization_id" => wanted.all(|id| call.world.organization_of(&record.project) == id),
        "tags" => wanted.all(|tag| is_tagged(record, tag)),
        ANY_TAG => {
            let mut wanted = call.query_all("tags").filter(|tag| !tag.is_empty()).peekable();
            wanted.peek().is_none() || wanted.any(|tag| is_tagged(record, tag))
        }
        name => wanted.all(|value| match record.body.get(name) {
            Some(Value::String(have)) => have == value,
            Some(Value::Bool(have)) => value.parse() == Ok(*have),
            Some(Value::Number(have)) => value.parse().is_ok_and(|value: Number| value == *have),
            _ => false,
        }),
    }
}

fn is_tagged(record: &Record, tag: &str) -> bool {
    let tags = record.body.get("tags").and_then(Value::as_array);
    tags.is_some_and(|tags| tags.iter().any(|have| have == tag))
}

fn compare(a: &Record, b: &Record, field: &str) -> Ordering {
    // The order of creation is exact where timestamps are not.
    if field == "created_at" {
        return a.order.cmp(&b.order);
    }
    match (a.body.get(field), b.body.get(field)) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        _ => a.text(field).cmp(b.text(field)),
    }
}

/// How many to skip, how many to show. 0 is as absent, as protobuf has it.
fn window(call: &Call<'_>) -> Result<(usize, usize), Refusal> {
    let number = |name: &str| match call.query(name) {
        None | Some("") => Ok(0),
        Some(text) => text.parse::<usize>().map_err(|_| Problem::format(name, "must be a whole number")),
    };
    let refused = |problem| Refusal::invalid_arguments(&[problem]);
    let page = number("page").map_err(refused)?.max(1);
    let size = match number("page_size").map_err(refused)? {
        0 => DEFAULT_PAGE_SIZE,
        size if size > MAX_PAGE_SIZE => {
            return Err(Refusal::constraint(
                "page_size",
                format!("must be at most {MAX_PAGE_SIZE}, is {size}"),
            ));
        }
        size => size,
    };
    Ok(((page - 1).saturating_mul(size), size))
}
