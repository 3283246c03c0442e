//! Signatures of contracts. A contract is known by its name; what stands in it is not here.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, flag, text};
use crate::store::{Body, Kind, Record};

const KIND: Kind = Kind { collection: "account.contract_signatures", resource: "contract_signature" };

const TYPES: &[&str] = &[
    "global",
    "k8s",
    "instance",
    "container",
    "baremetal",
    "network",
    "core",
    "vps",
    "storage",
    "transactional_email",
];

const FIELDS: &[Field] = &[
    choice("contract_type", TYPES).or_text("unknown_type"),
    text("contract_name").required(),
    flag("validated"),
    text("organization_id"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "contract_signatures",
    filters: &["organization_id"],
    order: &["signed_at", "expires_at", "name"],
};

/// The request's fields; one that names no organisation is about the emulator's.
fn read(call: &Call<'_>) -> Result<Body, Refusal> {
    let mut fields = schema::create(FIELDS, &call.body)?;
    if fields.get("organization_id").is_none_or(|id| id == "") {
        fields.insert("organization_id".into(), call.world.settings.organization.clone().into());
    }
    Ok(fields)
}

/// The organisation's signature of the contract.
fn of_contract(call: &Call<'_>, fields: &Body) -> Option<(String, Record)> {
    let mut all = call.world.store.all(KIND);
    let found = all.find(|(_, signature)| {
        signature.body.get("organization_id") == fields.get("organization_id")
            && signature.body.get("contract").is_some_and(|contract| {
                Some(&contract["name"]) == fields.get("contract_name")
                    && Some(&contract["type"]) == fields.get("contract_type")
            })
    });
    found.map(|(id, signature)| (id.to_owned(), signature.clone()))
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let fields = read(call)?;
    if let Some((id, _)) = of_contract(call, &fields) {
        return Err(Refusal::already_exists(KIND, &id, "the organization has signed this contract"));
    }
    let stamp = call.world.stamp();
    let id = call.world.new_id(KIND)?;
    let is_signed = fields.get("validated") == Some(&true.into());
    let body = body! {
        "id": id.as_str(),
        "organization_id": fields.get("organization_id").cloned().unwrap_or_default(),
        "created_at": stamp.as_str(),
        "signed_at": if is_signed { stamp.as_str().into() } else { Value::Null },
        "expires_at": Value::Null,
        "contract": json!({
            "id": call.world.uuid()?,
            "type": fields.get("contract_type"),
            "name": fields.get("contract_name"),
            "version": 1,
            "created_at": stamp,
            "updated_at": stamp,
        }),
    };
    call.world.store.insert(KIND, &id, Record { body, ..Record::default() });
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer(call)
}

pub(super) fn check(call: &mut Call<'_>) -> Answer {
    let found = of_contract(call, &read(call)?);
    let is_signed = |(_, signature): &(String, Record)| !signature.text("signed_at").is_empty();
    Ok(Reply::ok(json!({"created": found.is_some(), "validated": found.as_ref().is_some_and(is_signed)})))
}

/// One that is signed stays as it was signed.
pub(super) fn validate(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "contract_signature_id")?;
    let stamp = call.world.stamp();
    if let Some(signature) = call.world.store.get_mut(KIND, &id)
        && signature.text("signed_at").is_empty()
    {
        signature.body.insert("signed_at".into(), stamp.into());
    }
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// A text that says what it stands for.
pub(super) fn download(call: &mut Call<'_>) -> Answer {
    let (_, signature) = call.target(KIND, "contract_signature_id")?;
    let name = signature.body.get("contract").and_then(|contract| contract["name"].as_str());
    let text =
        format!("This stands for the contract {:?}, which the emulator does not have.\n", name.unwrap_or(""));
    Ok(Reply::ok(json!({
        "name": format!("{}.txt", signature.text("id")),
        "content_type": "text/plain",
        "content": BASE64_STANDARD.encode(text),
    })))
}
