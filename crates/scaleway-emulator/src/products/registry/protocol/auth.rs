//! Who asks: a token, or user and password, where the password is a secret key.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use http::{Method, header};
use serde_json::{Value, json};

use crate::reply::Reply;
use crate::store::Record;

use super::{Denial, Place, Visit};
use crate::products::registry::{image, namespace};

/// Seconds for which a token is said to hold; it is the credential in another form, so nothing ends it.
const LIFETIME: u64 = 3600;

/// What is to be done to an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Pull,
    Push,
    Delete,
}

impl Action {
    fn scope(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "pull,push",
            Self::Delete => "delete",
        }
    }
}

/// The secret key that came with the request; `None` for nobody.
pub(super) fn secret_key(visit: &Visit<'_>) -> Option<String> {
    let text = visit.header(&header::AUTHORIZATION)?;
    let (scheme, value) = text.split_once(' ')?;
    let key = if scheme.eq_ignore_ascii_case("basic") {
        let decoded = BASE64_STANDARD.decode(value.trim()).ok()?;
        String::from_utf8(decoded).ok()?.split_once(':')?.1.to_owned()
    } else if scheme.eq_ignore_ascii_case("bearer") {
        String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(value.trim()).ok()?).ok()?
    } else {
        return None;
    };
    (!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())).then_some(key)
}

/// `GET /registry-internal/v1/regions/{region}/tokens`: a token for who asks, or for nobody.
pub(super) fn token(visit: &mut Visit<'_>) -> Result<Reply, Denial> {
    let key = secret_key(visit);
    if key.is_none() && visit.parts.headers.contains_key(header::AUTHORIZATION) && !is_nobody(visit) {
        return Err(Denial::unauthorized());
    }
    let token = BASE64_URL_SAFE_NO_PAD.encode(key.unwrap_or_default());
    // An empty one would look like none at all to the clients.
    let token = if token.is_empty() { "anonymous".to_owned() } else { token };
    Ok(Reply::ok(json!({"token": token, "access_token": token, "expires_in": LIFETIME})))
}

/// `nologin` with an empty password is how some tools ask for a token that pulls what is public.
fn is_nobody(visit: &Visit<'_>) -> bool {
    let value = visit.header(&header::AUTHORIZATION).and_then(|text| text.split_once(' '));
    let decoded = value.and_then(|(_, value)| BASE64_STANDARD.decode(value.trim()).ok());
    decoded.is_some_and(|decoded| decoded.ends_with(b":"))
}

/// `GET /v2/`: whether one is welcome.
pub(super) fn check(visit: &mut Visit<'_>) -> Result<Reply, Denial> {
    if visit.parts.headers.contains_key(header::AUTHORIZATION) {
        return Ok(Reply::ok(json!({})));
    }
    Err(challenge(visit, None))
}

/// 401, with where to get a token.
pub(super) fn challenge(visit: &Visit<'_>, scope: Option<(&str, Action)>) -> Denial {
    let region = visit.region.as_deref().unwrap_or("fr-par");
    let path = format!("/registry-internal/v1/regions/{region}/tokens");
    // In process the real address is ours, too; on a port it is where the request came to.
    let realm = match (visit.parts.uri.host(), visit.header(&header::HOST)) {
        (None, Some(host)) => format!("http://{host}{path}"),
        _ => format!("https://api.scaleway.com{path}"),
    };
    let scope = scope.map(|(name, action)| format!(",scope=\"repository:{name}:{}\"", action.scope()));
    let value = format!("Bearer realm=\"{realm}\",service=\"registry\"{}", scope.unwrap_or_default());
    Denial::unauthorized().header(header::WWW_AUTHENTICATE, &value)
}

impl Visit<'_> {
    /// The place of that name, where who asks may do this.
    pub(super) fn enter(&self, name: &str, action: Action) -> Result<Place, Denial> {
        let place = self.place(name);
        if secret_key(self).is_some() {
            return place;
        }
        match place {
            Ok(place)
                if action == Action::Pull
                    && self.is_open(&place.namespace_id, &place.namespace, &place.image) =>
            {
                Ok(place)
            }
            // Who is nobody is not told what exists.
            _ => Err(challenge(self, Some((name, action)))),
        }
    }

    /// Whether anyone may pull the image.
    pub(super) fn is_open(&self, namespace_id: &str, namespace: &Record, name: &str) -> bool {
        match image::named(self.world, namespace_id, name) {
            Some((_, image)) => image::is_public(image, namespace),
            None => namespace.body.get("is_public") == Some(&Value::Bool(true)),
        }
    }

    fn place(&self, name: &str) -> Result<Place, Denial> {
        let (first, image) = name.split_once('/').ok_or_else(|| Denial::name_invalid(name))?;
        let is_part = |part: &str| {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            part.starts_with(plain)
                && part.ends_with(plain)
                && part.chars().all(|c| plain(c) || "._-".contains(c))
        };
        if !image.split('/').all(is_part) || name.len() > 255 {
            return Err(Denial::name_invalid(name));
        }
        let found = match &self.region {
            Some(region) => namespace::named(self.world, region, first),
            None => namespace::anywhere(self.world, first),
        };
        let (id, namespace) = found.ok_or_else(|| Denial::name_unknown(name))?;
        if namespace.status() == "deleting" && self.parts.method != Method::GET {
            return Err(Denial::name_unknown(name));
        }
        Ok(Place {
            namespace_id: id.into(),
            namespace: namespace.clone(),
            image: image.into(),
            name: name.into(),
        })
    }
}
