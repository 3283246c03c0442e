//! Who asks: a token, or user and password, where the password is a secret key.

use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use http::{Method, header};
use serde_json::{Value, json};

use crate::authority::{Permission, Principal};
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::store::Record;

use super::{Denial, Place, Visit};
use crate::products::registry::{image, namespace};

/// The token of who has no key: no base64, so that it is none of a key's.
const NOBODY: &str = "anonymous";

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
fn secret_key(visit: &Visit<'_>) -> Option<String> {
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

/// `GET /registry-internal/v1/regions/{region}/tokens`: a token for who asks, or for nobody. Some tools ask for one that
/// pulls what is public as `nologin` with an empty password.
pub(super) fn token(visit: &mut Visit<'_>) -> Result<Reply, Denial> {
    let key = secret_key(visit);
    visit.who()?;
    let token = key.map(|key| BASE64_URL_SAFE_NO_PAD.encode(key));
    let token = token.unwrap_or_else(|| NOBODY.into());
    Ok(Reply::ok(json!({"token": token, "access_token": token, "expires_in": LIFETIME})))
}

/// `GET /v2/`: whether one is welcome.
pub(super) fn check(visit: &mut Visit<'_>) -> Result<Reply, Denial> {
    visit.must_have_a_token()?;
    Ok(Reply::ok(json!({})))
}

/// 401, with where to get a token.
fn challenge(visit: &Visit<'_>, scope: Option<(&str, Action)>) -> Denial {
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
    /// Who asks; `None` for nobody. A key that is none, or no longer, is refused.
    fn who(&self) -> Result<Option<Principal>, Denial> {
        let key = secret_key(self);
        let principal = key.map(|key| self.world.principal_of_secret(&key)).transpose();
        principal.map_err(|_| challenge(self, None))
    }

    /// Refuses who shows neither key nor token, not even the one for nobody.
    pub(super) fn must_have_a_token(&self) -> Result<(), Denial> {
        if self.parts.headers.contains_key(header::AUTHORIZATION) {
            return self.who().map(drop);
        }
        Err(challenge(self, None))
    }

    /// The place of that name, where who asks may do this.
    pub(super) fn enter(&self, name: &str, action: Action) -> Result<Place, Denial> {
        let place = self.place(name);
        let is_open = |place: &Place| {
            action == Action::Pull && self.is_open(&place.namespace_id, &place.namespace, &place.image)
        };
        match self.who()? {
            Some(principal) => {
                let place = place?;
                if !is_open(&place) {
                    self.authorize(&principal, &place.namespace.project, action)?;
                }
                Ok(place)
            }
            // Who is nobody is not told what exists.
            None => place.ok().filter(is_open).ok_or_else(|| challenge(self, Some((name, action)))),
        }
    }

    /// Refuses with the API's own 403, as the real registry does.
    fn authorize(&self, principal: &Principal, project: &str, action: Action) -> Result<(), Denial> {
        let reads = action == Action::Pull;
        let permission = Permission::of("registry", self.operation, reads);
        let action = if reads { "read" } else { "write" };
        let allowed = self.world.authorize(principal, &permission, project);
        allowed.map_err(|_| Refusal::permissions_denied("api_namespace", action).into())
    }

    /// Whether who asks may pull the image.
    pub(super) fn sees(&self, image: &Record, namespace: &Record) -> bool {
        let known = self.who().ok().flatten();
        let granted = |who: Principal| self.authorize(&who, &namespace.project, Action::Pull).is_ok();
        image::is_public(image, namespace) || known.is_some_and(granted)
    }

    /// Whether anyone may pull the image.
    fn is_open(&self, namespace_id: &str, namespace: &Record, name: &str) -> bool {
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
