//! Upgrades: one change a call of what an instance runs on.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::Refusal;
use crate::reply::Answer;
use crate::schema::{self, Field, choice, flag, number, object, text};
use crate::store::{Body, Record};

use super::{copy, instance, node, pace};

const FIELDS: &[Field] = &[
    text("node_type").or_absent(),
    flag("enable_ha").or_absent(),
    choice("high_availability_mode", instance::MODES),
    number("volume_size", 1, i64::MAX).or_absent(),
    choice("volume_type", instance::VOLUMES),
    text("upgradable_version_id").or_absent(),
    object("major_upgrade_workflow", &[text("upgradable_version_id").required(), flag("with_endpoints")]),
    flag("enable_encryption").or_absent(),
];

pub(super) fn upgrade(call: &mut Call<'_>) -> Answer {
    let (id, record) = instance::ready(call)?;
    let asked = schema::create(FIELDS, &call.body)?;
    let mut changes = asked.iter();
    let (Some((change, value)), None) = (changes.next(), changes.next()) else {
        let names: Vec<_> = asked.keys().map(String::as_str).collect();
        let help = format!("must name exactly one change, names {} ({})", names.len(), names.join(", "));
        return Err(Refusal::constraint("upgrade", help));
    };
    let text = value.as_str().unwrap_or_default();
    let (patch, after) = match change.as_str() {
        "upgradable_version_id" => return copy::major_upgrade(call, &id, &record, text, false),
        "major_upgrade_workflow" => {
            let version = value["upgradable_version_id"].as_str().unwrap_or_default();
            return copy::major_upgrade(call, &id, &record, version, value["with_endpoints"] == true);
        }
        "node_type" => {
            let machine = node::find(text)?;
            machine.volume(volume(&record, "type").as_str().unwrap_or_default(), size(&record))?;
            (body! {"node_type": machine.name.as_str()}, call.until_ready())
        }
        "volume_size" => {
            let asked = value.as_u64().unwrap_or_default();
            if asked <= size(&record) {
                let help = format!("a volume only grows: must be more than {}, is {asked}", size(&record));
                return Err(Refusal::constraint("volume_size", help));
            }
            let kind = volume(&record, "type");
            let kind = kind.as_str().unwrap_or_default();
            (body! {"volume": node::find(record.text("node_type"))?.volume(kind, asked)?}, pace::VOLUME_SIZE)
        }
        "volume_type" => {
            let volume = node::find(record.text("node_type"))?.volume(text, size(&record))?;
            (body! {"volume": volume}, pace::VOLUME_TYPE)
        }
        "enable_ha" => {
            one_way(
                value == true && record.body["is_ha_cluster"] == false,
                "enable_ha",
                "high availability",
            )?;
            (body! {"is_ha_cluster": true}, pace::STANDBY)
        }
        "high_availability_mode" => {
            let forth = text != "disabled" && record.text("high_availability_mode") != text;
            one_way(forth, "high_availability_mode", "high availability")?;
            (body! {"is_ha_cluster": true, "high_availability_mode": text}, pace::STANDBY)
        }
        _ => {
            one_way(value == true && !encrypted(&record), "enable_encryption", "encryption")?;
            let gigabytes = u32::try_from(size(&record) / 1_000_000_000).unwrap_or(u32::MAX);
            (body! {"encryption": json!({"enabled": true})}, pace::ENCRYPTION_PER_GIGABYTE * gigabytes)
        }
    };
    call.change(instance::KIND, &id, patch);
    pace::ready_in(call, &id, "initializing", after, Body::new());
    instance::answer(call, &id)
}

/// What is switched on stays on, and is switched on once.
fn one_way(forth: bool, field: &str, what: &str) -> Result<(), Refusal> {
    if forth {
        Ok(())
    } else {
        Err(Refusal::constraint(field, format!("{what} can only be switched on, and once")))
    }
}

fn encrypted(record: &Record) -> bool {
    record.body.get("encryption").is_some_and(|encryption| encryption["enabled"] == true)
}

fn volume(record: &Record, field: &str) -> Value {
    record.body.get("volume").map(|volume| volume[field].clone()).unwrap_or_default()
}

fn size(record: &Record) -> u64 {
    volume(record, "size").as_u64().unwrap_or_default()
}
