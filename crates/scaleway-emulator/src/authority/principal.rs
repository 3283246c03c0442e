//! Who acts: the bearer of an API key, or anyone where authentication is not strict.

use http::HeaderValue;
use http::request::Parts;

use crate::call::body;
use crate::products::iam;
use crate::refusal::Refusal;
use crate::world::World;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Principal {
    /// Nobody asks who it is.
    Anyone,
    /// The bearer of a key.
    Bearer {
        /// A user's or an application's.
        id: String,
        /// The organisation's owner may do anything.
        is_owner: bool,
        /// The project in which the key acts where a request names none.
        project: String,
    },
}

/// An API key with its secret, for protocols that sign with it.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) secret: String,
    pub(crate) is_expired: bool,
    pub(crate) principal: Principal,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("principal", &self.principal).finish_non_exhaustive()
    }
}

impl Principal {
    /// A user's or an application's id; empty where nobody asked.
    pub(crate) fn bearer(&self) -> &str {
        match self {
            Self::Anyone => "",
            Self::Bearer { id, .. } => id,
        }
    }

    /// The project in which it acts where a request names none, if it has one.
    pub(crate) fn project(&self) -> Option<&str> {
        match self {
            Self::Anyone => None,
            Self::Bearer { project, .. } => Some(project),
        }
    }
}

/// Who sends this request. There must be a token; which one, matters only where authentication is strict.
pub(crate) fn authenticate(world: &World, parts: &Parts) -> Result<Principal, Refusal> {
    let header = |name: &str| parts.headers.get(name).map(HeaderValue::as_bytes);
    if let Some(session) = header("x-session-token").filter(|_| world.settings.strict_auth) {
        let session = std::str::from_utf8(session).unwrap_or_default();
        let user = iam::user_of_session(world, session);
        let user = user.ok_or_else(|| Refusal::denied_authentication("jwt", "not_found"))?;
        return bearer(world, &user, &world.settings.organization);
    }
    match header("x-auth-token") {
        None => Err(Refusal::denied_authentication("api_key", "not_found")),
        Some(token) if token.is_empty() || !token.iter().all(u8::is_ascii_graphic) => {
            Err(Refusal::denied_authentication("api_key", "invalid_argument"))
        }
        Some(token) => world.principal_of_secret(std::str::from_utf8(token).unwrap_or_default()),
    }
}

impl World {
    /// Who bears the key with this secret; anyone where authentication is not strict.
    pub(crate) fn principal_of_secret(&self, secret: &str) -> Result<Principal, Refusal> {
        if !self.settings.strict_auth {
            return Ok(Principal::Anyone);
        }
        let access_key = iam::key_of_secret(self, secret);
        let credential = access_key.map_or(Ok(None), |access_key| self.credential(access_key))?;
        match credential {
            None => Err(Refusal::denied_authentication("api_key", "not_found")),
            Some(credential) if credential.is_expired => {
                Err(Refusal::denied_authentication("api_key", "expired"))
            }
            Some(credential) => Ok(credential.principal),
        }
    }

    /// The key of that name, for who must compare a signature.
    ///
    /// # Errors
    /// When its bearer is locked out.
    pub(crate) fn credential(&self, access_key: &str) -> Result<Option<Credential>, Refusal> {
        let Some(key) = iam::key(self, access_key) else { return Ok(None) };
        let principal = bearer(self, key.bearer, key.default_project)?;
        let secret = key.secret.to_owned();
        Ok(Some(Credential { secret, is_expired: key.is_expired, principal }))
    }
}

fn bearer(world: &World, id: &str, project: &str) -> Result<Principal, Refusal> {
    if iam::is_locked(world, id) {
        return Err(Refusal::denied_authentication("api_key", "locked"));
    }
    Ok(Principal::Bearer { id: id.into(), is_owner: iam::is_owner(world, id), project: project.into() })
}

/// The key of the organisation's owner, with which everything begins: the one that a kept world has, else the given
/// one, else a new one. Access key and secret.
pub(crate) fn ensure_owner_key(
    world: &mut World,
    given: Option<(String, String)>,
) -> Result<(String, String), Refusal> {
    if given.is_none()
        && let Some(found) = iam::owner_key(world)
    {
        return Ok(found);
    }
    let (access_key, secret) = match given {
        Some(given) => given,
        None => (iam::draw_access_key(world)?, world.uuid()?),
    };
    let fields = body! {
        "description": "the emulator's first key",
        "default_project_id": world.settings.organization.as_str(),
        "expires_at": serde_json::Value::Null,
        "user_id": iam::OWNER,
    };
    iam::make_owner_key(world, &access_key, &secret, fields);
    Ok((access_key, secret))
}
