//! SAML: an identity provider for an organisation. Nobody signs in by it here.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, choice, text};
use crate::store::{Kind, Record};

const KIND: Kind = Kind { collection: "iam.saml", resource: "saml" };
const CERTIFICATE: Kind = Kind { collection: "iam.saml_certificates", resource: "saml_certificate" };

const FIELDS: &[Field] = &[text("entity_id"), text("single_sign_on_url")];
const CERTIFICATE_FIELDS: &[Field] =
    &[choice("type", &["signing", "encryption"]).required(), text("content").required()];

/// An organisation has one or none.
fn of_organization(call: &Call<'_>) -> Option<String> {
    let organization = call.param("organization_id");
    let mut all = call.world.store.all(KIND);
    all.find(|(_, saml)| saml.hidden.get("organization_id").is_some_and(|id| id == organization))
        .map(|(id, _)| id.to_owned())
}

pub(super) fn enable(call: &mut Call<'_>) -> Answer {
    if let Some(id) = of_organization(call) {
        return Err(Refusal::already_exists(KIND, &id, "the organization has an identity provider"));
    }
    let id = call.world.new_id(KIND)?;
    let service = format!("https://api.scaleway.com/iam/v1alpha1/saml/{id}");
    let mut body = schema::create(FIELDS, &crate::store::Body::new())?;
    body.insert("id".into(), id.as_str().into());
    body.insert(
        "service_provider".into(),
        json!({"entity_id": service, "assertion_consumer_service_url": format!("{service}/acs")}),
    );
    let hidden = body! {"organization_id": call.param("organization_id")};
    call.world.store.insert(KIND, &id, Record { body, hidden, ..Record::default() });
    answer(call, &id)
}

/// The status says what is missing first.
fn answer(call: &Call<'_>, id: &str) -> Answer {
    let saml = call.find(KIND, id)?;
    let status = if saml.text("entity_id").is_empty() {
        "missing_entity_id"
    } else if saml.text("single_sign_on_url").is_empty() {
        "missing_single_sign_on_url"
    } else if call.world.store.children(KIND, id, CERTIFICATE).is_empty() {
        "missing_certificate"
    } else {
        "valid"
    };
    let mut view = saml.body.clone();
    view.insert("status".into(), status.into());
    Ok(Reply::resource(view))
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    match of_organization(call) {
        Some(id) => answer(call, &id),
        None => Err(Refusal::not_found(KIND, call.param("organization_id"))),
    }
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, saml) = call.target(KIND, "saml_id")?;
    let patch = schema::update(FIELDS, &call.body, &saml.body)?;
    if let Some(saml) = call.world.store.get_mut(KIND, &id) {
        saml.body.extend(patch);
    }
    answer(call, &id)
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "saml_id")?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

pub(super) fn list_certificates(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "saml_id")?;
    let ids = call.world.store.children(KIND, &id, CERTIFICATE);
    let mut found: Vec<&Record> = ids.iter().filter_map(|id| call.world.store.get(CERTIFICATE, id)).collect();
    found.sort_by_key(|certificate| certificate.order);
    let found: Vec<Value> = found.into_iter().map(|one| one.body.clone().into()).collect();
    Ok(Reply::ok(json!({"certificates": found})))
}

/// The certificate's end is not read out of it.
pub(super) fn add_certificate(call: &mut Call<'_>) -> Answer {
    let saml = call.target_id(KIND, "saml_id")?;
    let mut body = schema::create(CERTIFICATE_FIELDS, &call.body)?;
    let id = call.world.new_id(CERTIFICATE)?;
    body.extend(body! {"id": id.as_str(), "origin": "identity_provider", "expires_at": Value::Null});
    let parent = Some((KIND.collection.into(), saml));
    call.world.store.insert(CERTIFICATE, &id, Record { parent, body, ..Record::default() });
    Ok(Reply::resource(call.view(CERTIFICATE, &id)))
}

pub(super) fn get_certificate(call: &mut Call<'_>) -> Answer {
    call.show(CERTIFICATE, "certificate_id")
}

pub(super) fn delete_certificate(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(CERTIFICATE, "certificate_id")?;
    call.world.store.remove(CERTIFICATE, &id);
    Ok(Reply::empty())
}

/// Reads an identity provider's metadata, which change nothing yet.
pub(super) fn parse_metadata(call: &mut Call<'_>) -> Answer {
    let file = call.body.get("file").and_then(|file| file["content"].as_str()).unwrap_or_default();
    let unreadable = || {
        Refusal::invalid_arguments(&[Problem::format("file", "must be SAML metadata (XML), base64-encoded")])
    };
    let xml = BASE64_STANDARD.decode(file).map_err(|_| unreadable())?;
    let metadata = Metadata::read(&xml).ok_or_else(unreadable)?;
    Ok(Reply::ok(json!({
        "single_sign_on_url": metadata.single_sign_on_url,
        "entity_id": metadata.entity_id,
        "signing_certificates": metadata.certificates,
    })))
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Metadata {
    entity_id: String,
    single_sign_on_url: String,
    certificates: Vec<String>,
}

impl Metadata {
    fn read(xml: &[u8]) -> Option<Self> {
        let mut metadata = Self::default();
        let mut reader = Reader::from_reader(xml);
        let mut in_certificate = false;
        loop {
            match reader.read_event().ok()? {
                Event::Eof => break,
                Event::Start(element) | Event::Empty(element) => {
                    let attribute = |name: &str| {
                        let found = element.try_get_attribute(name).ok().flatten()?;
                        String::from_utf8(found.value.into_owned()).ok()
                    };
                    match element.local_name().as_ref() {
                        b"EntityDescriptor" => metadata.entity_id = attribute("entityID")?,
                        b"SingleSignOnService" if metadata.single_sign_on_url.is_empty() => {
                            metadata.single_sign_on_url = attribute("Location")?;
                        }
                        b"X509Certificate" => in_certificate = true,
                        _ => {}
                    }
                }
                Event::Text(text) if in_certificate => {
                    let text = text.decode().ok()?;
                    metadata.certificates.push(text.split_whitespace().collect());
                }
                Event::End(_) => in_certificate = false,
                _ => {}
            }
        }
        (!metadata.entity_id.is_empty()).then_some(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_are_read_whatever_their_prefixes() {
        let xml =
            br#"<md:EntityDescriptor entityID="https://idp.example"><md:IDPSSODescriptor><ds:X509Certificate>
            AAA
            BBB</ds:X509Certificate><md:SingleSignOnService Binding="x" Location="https://idp.example/sso"/>
            <md:SingleSignOnService Location="https://other"/></md:IDPSSODescriptor></md:EntityDescriptor>"#;
        let expected = Metadata {
            entity_id: "https://idp.example".into(),
            single_sign_on_url: "https://idp.example/sso".into(),
            certificates: vec!["AAABBB".into()],
        };
        assert_eq!(Metadata::read(xml), Some(expected));
        assert_eq!(Metadata::read(b"<html/>"), None);
    }
}
