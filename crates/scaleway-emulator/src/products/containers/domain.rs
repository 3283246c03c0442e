//! Custom domains of containers. The real API looks for a CNAME record first; here there is no DNS to ask.

use serde_json::Value;

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, text, texts};
use crate::store::Kind;
use crate::world::stamp_seconds;

use super::container;

pub(super) const KIND: Kind = Kind { collection: "containers.domains", resource: "domain" };

const FIELDS: &[Field] = &[
    text("container_id").required().fixed(),
    text("hostname").length(1, 253).required().fixed(),
    texts("tags"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "domains",
    filters: &["project_id", "organization_id", "container_id"],
    order: &["created_at", "hostname"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    let parent = call.text("container_id").to_owned();
    let container = call.find(container::KIND, &parent)?;
    let (project, namespace) = (container.project.clone(), container.text("namespace_id").to_owned());
    let hostname = call.text("hostname");
    if !is_hostname(hostname) {
        let help = format!("must be a name of the DNS, as \"www.example.com\", is {hostname:?}");
        return Err(Refusal::invalid_arguments(&[Problem::format("hostname", help)]));
    }
    if let Some((id, _)) = call.world.store.all(KIND).find(|(_, domain)| domain.text("hostname") == hostname)
    {
        return Err(Refusal::already_exists(KIND, id, "hostname is already used"));
    }
    fields.insert("status".into(), "creating".into());
    let mut draft = call.draft(&project, fields);
    draft.parent = Some((container::KIND.collection.into(), parent));
    draft.hidden.insert("namespace_id".into(), namespace.into());
    let id = call.create(KIND, draft)?;
    settle(call, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// Labels of letters, digits and inner hyphens, and more than one of them.
fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// Becomes ready in time.
fn settle(call: &mut Call<'_>, id: &str) {
    let at = stamp_seconds(call.due(call.until_ready()));
    call.becomes(KIND, id, body! {"status": "ready", "error_message": "", "updated_at": at});
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let namespace = call.query("namespace_id").filter(|id| !id.is_empty());
    let in_namespace = |id: Option<&Value>| namespace.is_none_or(|wanted| id.is_some_and(|id| id == wanted));
    LISTING.answer_with(
        call,
        |domain| in_namespace(domain.hidden.get("namespace_id")),
        |domain| domain.body.clone(),
    )
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "domain_id")
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, domain) = call.target(KIND, "domain_id")?;
    call.must_be_settled(KIND, &id, &["ready", "error"])?;
    let patch = schema::update(FIELDS, &call.body, &domain.body)?;
    call.change(KIND, &id, patch);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "domain_id")?;
    call.change(KIND, &id, body! {"error_message": Value::Null});
    call.delete_in_time(KIND, &id);
    Ok(Reply::resource(call.view(KIND, &id)))
}
