//! Logs: what the engine of an instance wrote. Nothing runs here, so there is nothing in them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text};
use crate::store::{Body, Effect, Kind, Record, Transition};
use crate::world::stamp;

use super::instance;

const KIND: Kind = Kind { collection: "rdb.logs", resource: "instance_log" };

const FIELDS: &[Field] = &[text("start_date"), text("end_date")];

/// How long they are kept for download (recorded).
const KEPT: Duration = Duration::from_hours(24);

/// One a node. Their addresses lead nowhere here.
pub(super) fn prepare(call: &mut Call<'_>) -> Answer {
    let (id, instance) = instance::ready(call)?;
    schema::create(FIELDS, &call.body)?;
    let nodes = if instance.body["is_ha_cluster"] == true { 2 } else { 1 };
    let expires_at = call.world.now() + KEPT;
    let mut logs = Vec::new();
    for node in 0..nodes {
        let body = body! {
            "status": "creating",
            "node_name": node_name(&id, node),
            "download_url": Value::Null,
            "expires_at": stamp(expires_at),
            "region": call.region(),
        };
        let mut draft = call.draft(&instance.project, body);
        draft.parent = Some((instance::KIND.collection.into(), id.clone()));
        let log = call.create(KIND, draft)?;
        let url = format!(
            "https://scw-rdb-logs.s3.{}.scw.cloud/{log}?signature={}",
            call.region(),
            call.world.uuid()?
        );
        let ready = body! {"status": "ready", "download_url": url};
        let ready = Effect::Set { body: ready, hidden: Body::new() };
        let ready = Transition { at: call.due(call.until_ready()), effect: ready };
        let gone = Transition { at: expires_at, effect: Effect::Delete };
        call.world.store.schedule(KIND, &log, vec![ready, gone]);
        logs.push(Value::Object(view(call.find(KIND, &log)?)));
    }
    Ok(Reply::ok(json!({"instance_logs": logs})))
}

/// All at once: there are no pages.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(instance::KIND, "instance_id")?;
    let ids = call.world.store.children(instance::KIND, &id, KIND);
    let mut logs: Vec<_> = ids.iter().filter_map(|id| call.world.store.get(KIND, id)).collect();
    logs.sort_by_key(|log| log.order);
    match call.order_by() {
        None | Some("created_at_asc") => (),
        Some("created_at_desc") => logs.reverse(),
        Some(_) => return Err(Refusal::constraint("order_by", "must be created_at_asc or created_at_desc")),
    }
    Ok(Reply::ok(json!({"instance_logs": logs.into_iter().map(view).collect::<Vec<_>>()})))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (_, log) = call.target(KIND, "instance_log_id")?;
    Ok(Reply::resource(view(&log)))
}

pub(super) fn purge(call: &mut Call<'_>) -> Answer {
    instance::ready(call)?;
    Ok(Reply::empty())
}

pub(super) fn details(call: &mut Call<'_>) -> Answer {
    let (_, instance) = call.target(instance::KIND, "instance_id")?;
    let engine = instance.text("engine").split('-').next().unwrap_or_default().to_ascii_lowercase();
    Ok(Reply::ok(json!({"details": [{"log_name": format!("{engine}.log"), "size": 0}]})))
}

/// Eight digits, as the platform's are.
fn node_name(instance: &str, node: u64) -> String {
    let number = u64::from_str_radix(instance.get(..8).unwrap_or_default(), 16).unwrap_or_default();
    format!("{:08}", (number + node) % 100_000_000)
}

fn view(log: &Record) -> Body {
    let mut body = log.body.clone();
    body.remove("updated_at");
    body
}
