//! Node types: which machines there are, and which volumes go with them.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::Call;
use crate::products::pages;
use crate::refusal::Refusal;
use crate::reply::Answer;

const GIGABYTE: u64 = 1_000_000_000;
/// Block volumes: the smallest, and the step by which they grow.
const BLOCK: u64 = 5 * GIGABYTE;

/// A machine, as the data file has it.
#[derive(Debug, Deserialize)]
pub(super) struct NodeType {
    pub(super) name: String,
    vcpus: u32,
    memory_gb: u64,
    range: String,
    generation: String,
    /// The size of its own disk, if it has one.
    #[serde(default)]
    lssd_gb: u64,
    sbs_max_gb: u64,
}

static ALL: LazyLock<Vec<NodeType>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/rdb-node-types.json")).unwrap_or_default()
});

/// The machine of that name, in upper or lower case.
pub(super) fn find(name: &str) -> Result<&'static NodeType, Refusal> {
    ALL.iter()
        .find(|node| node.name.eq_ignore_ascii_case(name))
        .ok_or_else(|| Refusal::constraint("node_type", format!("{name:?} is no node type")))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let region = call.region();
    let nodes = ALL.iter().map(|node| node.describe(region)).collect();
    pages::answer(call, "node_types", nodes)
}

impl NodeType {
    /// Smallest and largest size and step of a volume of this type; none where the machine cannot have it.
    fn limits(&self, volume: &str) -> Option<(u64, u64, u64)> {
        match volume {
            "lssd" if self.lssd_gb > 0 => Some((self.lssd_gb * GIGABYTE, self.lssd_gb * GIGABYTE, BLOCK)),
            "sbs_5k" | "sbs_15k" => Some((BLOCK, self.sbs_max_gb * GIGABYTE, BLOCK)),
            _ => None,
        }
    }

    /// The volume of that type and size; size 0 asks for the smallest.
    pub(super) fn volume(&self, volume: &str, size: u64) -> Result<Value, Refusal> {
        let Some((min, max, step)) = self.limits(volume) else {
            let help = format!("{} cannot have a volume of type {volume}", self.name);
            return Err(Refusal::constraint("volume_type", help));
        };
        let size = if size == 0 { min } else { size };
        if !(min..=max).contains(&size) || !size.is_multiple_of(step) {
            let help = format!("must be between {min} and {max} in steps of {step}, is {size}");
            return Err(Refusal::constraint("volume_size", help));
        }
        Ok(json!({"type": volume, "size": size, "class": class(volume)}))
    }

    fn describe(&self, region: &str) -> Value {
        let volumes = ["lssd", "sbs_5k", "sbs_15k"].into_iter().filter_map(|volume| {
            let (min, max, step) = self.limits(volume)?;
            let description = match volume {
                "lssd" => "Local Storage",
                "sbs_5k" => "Block Storage 5K IOPS",
                _ => "Block Storage 15K IOPS",
            };
            Some(json!({
                "type": volume, "description": description, "class": class(volume),
                "min_size": min, "max_size": max, "chunk_size": step,
            }))
        });
        let own = self.lssd_gb * GIGABYTE;
        json!({
            "name": self.name,
            "stock_status": "available",
            "description": format!("{} vCPU, {} GB", self.vcpus, self.memory_gb),
            "vcpus": self.vcpus,
            "memory": self.memory_gb * GIGABYTE,
            "volume_constraint": {"min_size": own, "max_size": own},
            "is_bssd_compatible": false,
            "disabled": false,
            "beta": false,
            "available_volume_types": volumes.collect::<Vec<_>>(),
            "is_ha_required": false,
            "generation": self.generation,
            "instance_range": self.range,
            "region": region,
        })
    }
}

fn class(volume: &str) -> &str {
    if volume.starts_with("sbs") { "sbs" } else { volume }
}
