//! Lists: an image's tags, the images that one may see, what refers to a manifest.

use http::{HeaderName, StatusCode, header};
use serde_json::{Value, json};

use crate::products::registry::{image, namespace, tag};
use crate::reply::Reply;

use super::auth::Action;
use super::{Denial, Visit, digest, manifest};

const FILTERS: HeaderName = HeaderName::from_static("oci-filters-applied");

/// At most so many at once.
const LARGEST: usize = 1_000;

pub(super) fn tags(visit: &mut Visit<'_>, name: &str) -> Result<Reply, Denial> {
    let place = visit.enter(name, Action::Pull)?;
    let found = image::named(visit.world, &place.namespace_id, &place.image);
    let (image, _) = found.ok_or_else(|| Denial::name_unknown(name))?;
    let tags = tag::of(visit.world, &image).filter(|(_, tag)| tag.status() != "deleting");
    let tags = tags.map(|(_, tag)| tag.text("name").to_owned()).collect();
    page(visit, tags, &format!("/v2/{name}/tags/list"), |tags| json!({"name": name, "tags": tags}))
}

pub(super) fn catalog(visit: &mut Visit<'_>) -> Result<Reply, Denial> {
    visit.must_have_a_token()?;
    let images = visit.world.store.all(image::KIND).filter_map(|(_, image)| {
        let id = image.text("namespace_id");
        let namespace = visit.world.store.get(namespace::KIND, id)?;
        let here = visit.region.as_ref().is_none_or(|region| namespace.region == *region);
        (here && visit.sees(image, namespace))
            .then(|| format!("{}/{}", namespace.text("name"), image.text("name")))
    });
    let names: std::collections::BTreeSet<String> = images.collect();
    page(visit, names.into_iter().collect(), "/v2/_catalog", |names| json!({ "repositories": names }))
}

/// The names in their order, after `last`, at most `n`; with a link to the rest where more follow.
fn page(
    visit: &Visit<'_>,
    mut names: Vec<String>,
    path: &str,
    body: impl FnOnce(Vec<String>) -> Value,
) -> Result<Reply, Denial> {
    names.sort();
    let n = match visit.query("n") {
        None => LARGEST,
        Some(n) => n.parse::<usize>().map_err(|_| Denial::number_invalid())?.min(LARGEST),
    };
    let after = visit.query("last").unwrap_or_default();
    let mut rest = names.into_iter().filter(|name| name.as_str() > after);
    let shown: Vec<String> = rest.by_ref().take(n).collect();
    let last = shown.last().filter(|_| rest.next().is_some()).cloned();
    let reply = Reply::ok(body(shown));
    Ok(match last {
        None => reply,
        Some(last) => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("n", &n.to_string())
                .append_pair("last", &last)
                .finish();
            reply.header(header::LINK, &format!("<{path}?{query}>; rel=\"next\""))
        }
    })
}

/// Manifests whose `subject` is the one with this digest, whether that is there or not.
pub(super) fn referrers(visit: &mut Visit<'_>, name: &str, digest: &str) -> Result<Reply, Denial> {
    let place = visit.enter(name, Action::Pull)?;
    if !digest::is_digest(digest) {
        return Err(Denial::digest_invalid(digest));
    }
    let wanted = visit.query("artifactType").filter(|wanted| !wanted.is_empty());
    let image = image::named(visit.world, &place.namespace_id, &place.image).map(|(id, _)| id);
    let found = image.iter().flat_map(|image| manifest::of(visit.world, image));
    let found = found.filter(|manifest| manifest.text("subject") == digest);
    let found = found.filter(|manifest| wanted.is_none_or(|wanted| manifest.text("artifact_type") == wanted));
    let described = found.map(|manifest| {
        let own = manifest.text("digest");
        let mut described = json!({
            "mediaType": manifest.text("media_type"),
            "digest": own,
            "size": visit.world.blobs.length(&digest::content(own)),
            "artifactType": manifest.body.get("artifact_type"),
        });
        if let Some(annotations) = manifest.body.get("annotations").filter(|value| value.is_object()) {
            described["annotations"] = annotations.clone();
        }
        described
    });
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": described.collect::<Vec<_>>(),
    });
    let bytes = index.to_string().into();
    let reply = Reply::bytes(StatusCode::OK, "application/vnd.oci.image.index.v1+json", bytes);
    Ok(if wanted.is_some() { reply.header(FILTERS, "artifactType") } else { reply })
}
