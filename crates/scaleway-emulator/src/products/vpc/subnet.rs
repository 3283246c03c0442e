//! Subnets.

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::Answer;
use crate::store::{Kind, Record};
use crate::world::World;

use super::private_network;

pub(in crate::products) const KIND: Kind = Kind { collection: "vpc.subnets", resource: "subnet" };

const LISTING: Listing = Listing {
    kind: KIND,
    items: "subnets",
    filters: &["project_id", "organization_id", "vpc_id"],
    order: &["created_at"],
};

/// Makes one of a private network.
pub(super) fn create(
    call: &mut Call<'_>,
    project: &str,
    vpc: &str,
    network: &str,
    range: &str,
) -> Result<(), Refusal> {
    let fields = body! {
        "subnet": range,
        "project_id": project,
        "private_network_id": network,
        "vpc_id": vpc,
        "region": call.region(),
    };
    let mut draft = call.draft(project, fields);
    draft.parent = Some((private_network::KIND.collection.into(), network.into()));
    call.create(KIND, draft).map(drop)
}

/// Those of a private network: of IPv4, then of IPv6.
pub(in crate::products) fn of<'a>(world: &'a World, network: &str) -> Vec<&'a Record> {
    let ids = world.store.children(private_network::KIND, network, KIND);
    let mut subnets: Vec<_> = ids.iter().filter_map(|id| world.store.get(KIND, id)).collect();
    subnets.sort_by_key(|subnet| subnet.order);
    subnets
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let wanted: Vec<_> = call.query_all("subnet_ids").collect();
    LISTING.answer_with(
        call,
        |subnet| wanted.is_empty() || wanted.contains(&subnet.text("id")),
        |subnet| subnet.body.clone(),
    )
}
