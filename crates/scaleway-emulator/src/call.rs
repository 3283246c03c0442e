//! One request on its way through a handler, and what handlers of every product do with it.

use std::time::Duration;

use http::header;
use http::request::Parts;
use scaleway_core::Timestamp;
use serde_json::Value;

use crate::api::{self, Parameter, Parameters};
use crate::authority::{Principal, Visible};
use crate::quota;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::router::{Product, Route};
use crate::store::{Body, Effect, Kind, Record, Transition};
use crate::world::World;

/// A routed request.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) route: &'static Route,
    /// The JSON object that was sent; empty where none was.
    pub(crate) body: Body,
    /// Who asks.
    pub(crate) principal: Principal,
    /// What a list may show.
    pub(crate) visible: Visible,
    parameters: &'static Parameters,
    user_agent: String,
    path: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        world: &'a mut World,
        principal: Principal,
        (product, route): (&Product, &'static Route),
        path: Vec<(&'static str, String)>,
        parts: &Parts,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let query = parts.uri.query().unwrap_or_default();
        let mut query: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let parameters = api::parameters(product.name, route.operation);
        api::check(parameters, &mut query)?;
        let body = match body {
            [] => Body::new(),
            body => match serde_json::from_slice(body) {
                Ok(Value::Object(body)) => body,
                Ok(Value::Null) => Body::new(),
                Ok(_) => return Err(Refusal::not_json("it is JSON of another type")),
                Err(error) => return Err(Refusal::not_json(&error.to_string())),
            },
        };
        let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let user_agent = user_agent.unwrap_or_default().into();
        Ok(Self { world, route, body, principal, visible: Visible::All, parameters, user_agent, path, query })
    }

    /// The program that asks, as it calls itself.
    pub(crate) fn user_agent(&self) -> &str {
        &self.user_agent
    }

    /// All parameters of the path, by name.
    pub(crate) fn path(&self) -> impl Iterator<Item = (&str, &str)> {
        self.path.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// All parameters of the query, by name.
    pub(crate) fn queries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A parameter of the path; empty where the route has none of that name.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.path.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// The region of the path; empty where the API is global.
    pub(crate) fn region(&self) -> &str {
        self.param("region")
    }

    /// The first query parameter of that name.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query_all(name).next()
    }

    /// Every query parameter of that name.
    pub(crate) fn query_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// How a list is ordered: as `order_by` says, or by the first of its values; `None` where it has no such parameter.
    pub(crate) fn order_by(&self) -> Option<&str> {
        let said = self.query("order_by").filter(|order| !order.is_empty());
        said.or_else(|| match self.parameters.get("order_by") {
            Some(Parameter::OneOf(orders)) => orders.first().map(String::as_str),
            _ => None,
        })
    }

    /// A text of the request's body; empty where it is absent.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.body.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// The resource of that id in the request's region, or the API's 404.
    pub(crate) fn find(&self, kind: Kind, id: &str) -> Result<&Record, Refusal> {
        let found = self.world.store.get(kind, id).filter(|record| record.region == self.region());
        found.ok_or_else(|| Refusal::not_found(kind, id))
    }

    /// The resource that the path's parameter names, as the answer.
    pub(crate) fn show(&self, kind: Kind, param: &str) -> Answer {
        let id = self.param(param);
        let found = self.world.store.shared(kind, id).filter(|record| record.region == self.region());
        Ok(Reply::record(found.ok_or_else(|| Refusal::not_found(kind, id))?))
    }

    /// The resource that the path's parameter names.
    pub(crate) fn target(&self, kind: Kind, param: &str) -> Result<(String, Record), Refusal> {
        let id = self.param(param).to_owned();
        let record = self.find(kind, &id)?.clone();
        Ok((id, record))
    }

    /// The same, where its id is all that matters.
    pub(crate) fn target_id(&self, kind: Kind, param: &str) -> Result<String, Refusal> {
        let id = self.param(param).to_owned();
        self.find(kind, &id)?;
        Ok(id)
    }

    /// Refuses with a 409 while the resource's status is none of `settled`.
    pub(crate) fn must_be_settled(&self, kind: Kind, id: &str, settled: &[&str]) -> Result<(), Refusal> {
        let status = self.find(kind, id)?.status();
        if settled.contains(&status)
            || self.world.settings.accepts_changes_in_transit() && status != "deleting"
        {
            return Ok(());
        }
        Err(Refusal::transient_state(kind, id, status))
    }

    /// Refuses with a 409 where a record of the same kind, region and project (and parent, if it has one) has the
    /// same value of `field`.
    pub(crate) fn must_be_unique(&self, kind: Kind, draft: &Record, field: &str) -> Result<(), Refusal> {
        let (store, value) = (&self.world.store, draft.text(field));
        let is_beside = |other: &Record| {
            other.region == draft.region && other.project == draft.project && other.parent == draft.parent
        };
        let taken = match field {
            "name" => store.named(kind, value).find(|(_, other)| is_beside(other)),
            _ => store.all(kind).find(|(_, other)| is_beside(other) && other.text(field) == value),
        };
        match taken {
            Some((id, _)) => {
                let help = format!("{field} {value:?} is already used by another {}", kind.resource);
                Err(Refusal::already_exists(kind, id, &help))
            }
            None => Ok(()),
        }
    }

    /// Refuses with a 403 where there are as many things like `draft` as a quota says; for those who do something before
    /// [`Call::create`], which asks by itself.
    pub(crate) fn must_have_room(&self, kind: Kind, draft: &Record) -> Result<(), Refusal> {
        quota::must_have_room(self.world, kind, draft, 1)
    }

    /// A record that does not exist yet: in the request's region, of `project`.
    pub(crate) fn draft(&self, project: &str, body: Body) -> Record {
        Record { region: self.region().into(), project: project.into(), body, ..Record::default() }
    }

    /// Makes the record: gives it its id and timestamps, and answers the id. `created_at` and `updated_at` are set
    /// unless the body has them as null. Refuses with a 403 where a quota says that there are as many as may be.
    pub(crate) fn create(&mut self, kind: Kind, mut record: Record) -> Result<String, Refusal> {
        self.must_have_room(kind, &record)?;
        let id = self.world.new_id(kind)?;
        let stamp = self.world.stamp();
        record.body.insert("id".into(), id.clone().into());
        for field in ["created_at", "updated_at"] {
            record.body.entry(field).or_insert_with(|| stamp.clone().into());
        }
        self.world.remember_project(&record.project);
        self.world.store.insert(kind, &id, record);
        Ok(id)
    }

    /// Lays `patch` over the resource (null takes a field away) and moves `updated_at`.
    pub(crate) fn change(&mut self, kind: Kind, id: &str, patch: Body) {
        let stamp = self.world.stamp();
        if let Some(record) = self.world.store.get_mut(kind, id) {
            for (field, value) in patch {
                match value {
                    Value::Null => record.body.remove(&field),
                    value => record.body.insert(field, value),
                };
            }
            record.body.insert("updated_at".into(), stamp.into());
        }
    }

    /// How long this operation was recorded to take until its resource is ready or gone.
    pub(crate) fn until_ready(&self) -> Duration {
        self.world.until_ready(self.route.verb, self.route.template)
    }

    /// The instant `after` from now; now itself where the emulator does not take its time.
    pub(crate) fn due(&self, after: Duration) -> Timestamp {
        self.world.due(after)
    }

    /// Lets the resource take `body` (its new status, for example) when this operation's recorded time has passed.
    pub(crate) fn becomes(&mut self, kind: Kind, id: &str, body: Body) {
        let at = self.due(self.until_ready());
        let effect = Effect::Set { body, hidden: Body::new() };
        self.world.store.schedule(kind, id, vec![Transition { at, effect }]);
    }

    /// Gives the resource the status `deleting`, and takes it and all below it away when this operation's recorded
    /// time has passed.
    pub(crate) fn delete_in_time(&mut self, kind: Kind, id: &str) {
        let at = self.due(self.until_ready());
        if let Some(record) = self.world.store.get_mut(kind, id) {
            record.body.insert("status".into(), "deleting".into());
        }
        self.world.store.schedule(kind, id, vec![Transition { at, effect: Effect::Delete }]);
    }

    /// What the API answers about the resource.
    pub(crate) fn view(&self, kind: Kind, id: &str) -> Body {
        self.world.store.get(kind, id).map(|record| record.body.clone()).unwrap_or_default()
    }
}

/// `{field: value, …}` as a body.
macro_rules! body {
    ($($field:literal: $value:expr),* $(,)?) => {{
        let mut body = $crate::store::Body::new();
        $(body.insert($field.into(), serde_json::Value::from($value));)*
        body
    }};
}
pub(crate) use body;
