//! Who asks, by AWS' signature version 4. It is compared only where authentication is strict; a link's time always counts.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use scaleway_core::Timestamp;
use sha2::{Digest, Sha256};

use super::address::Signed;
use super::call::Caller;
use super::refusal::{self, Result};
use super::text::hex;
use crate::authority::Principal;
use crate::world::World;

/// What stays as it is in a path.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A link lives a week at most.
const LONGEST: u64 = 7 * 24 * 60 * 60;

/// A key that names its project acts there and nowhere else; any other key, or none, is taken to be allowed everywhere,
/// and makes its buckets in the organisation's default project. Where authentication is strict a key acts in its own
/// default project unless it names one, and who has none is nobody.
pub(super) fn caller(world: &World, parts: &Parts, body: &[u8]) -> Result<Caller> {
    check_link(world, parts)?;
    let signed = Signed::find(parts);
    let named = signed.and_then(Signed::project).map(str::to_owned);
    if !world.settings.strict_auth {
        let is_bound = named.is_some();
        let project = named.unwrap_or_else(|| world.settings.organization.clone());
        return Ok(Caller { project, is_bound, principal: Some(Principal::Anyone) });
    }
    let Some(signed) = signed else {
        return Ok(Caller { project: String::new(), is_bound: false, principal: None });
    };
    let access_key = signed.access_key.split('@').next().unwrap_or_default();
    let access_key = access_key.split("%40").next().unwrap_or_default();
    let credential = world.credential(access_key).map_err(|_| refusal::ACCESS_DENIED)?;
    let credential = credential
        .filter(|credential| !credential.is_expired)
        .ok_or_else(|| refusal::INVALID_ACCESS_KEY_ID.about("AWSAccessKeyId", access_key))?;
    if signature(parts, body, &credential.secret).is_none() {
        return Err(refusal::SIGNATURE_DOES_NOT_MATCH.about("AWSAccessKeyId", access_key));
    }
    let project = named.or_else(|| credential.principal.project().map(str::to_owned));
    Ok(Caller {
        project: project.unwrap_or_default(),
        is_bound: false,
        principal: Some(credential.principal),
    })
}

/// Refuses a link whose time is over.
fn check_link(world: &World, parts: &Parts) -> Result<()> {
    let query = parts.uri.query().unwrap_or_default();
    let Some(expires) = parameter(query, "X-Amz-Expires") else { return Ok(()) };
    let expires =
        expires.parse().ok().filter(|seconds| *seconds <= LONGEST).ok_or(refusal::AUTHORIZATION_QUERY)?;
    let signed_at = parameter(query, "X-Amz-Date")
        .and_then(|date| read_date(&date))
        .ok_or(refusal::AUTHORIZATION_QUERY)?;
    let until = signed_at + Duration::from_secs(expires);
    if world.now() > until {
        let refusal = refusal::ACCESS_DENIED.because("Request has expired");
        return Err(refusal.field("Expires", super::text::iso(until)));
    }
    Ok(())
}

/// `20260901T080000Z`.
fn read_date(text: &str) -> Option<Timestamp> {
    let (date, time) =
        text.strip_suffix('Z')?.split_once('T').filter(|(d, t)| d.len() == 8 && t.len() == 6)?;
    let part = |text: &str, from: usize, to: usize| text.get(from..to).map(str::to_owned);
    let date = format!("{}-{}-{}", part(date, 0, 4)?, part(date, 4, 6)?, part(date, 6, 8)?);
    format!("{date}T{}:{}:{}Z", part(time, 0, 2)?, part(time, 2, 4)?, part(time, 4, 6)?).parse().ok()
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_decode_str(found).decode_utf8_lossy().into_owned())
}

/// The signature, if it is the one that `secret` makes of this request.
fn signature(parts: &Parts, body: &[u8], secret: &str) -> Option<()> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let query = parts.uri.query().unwrap_or_default();
    let authorization = header("authorization").and_then(|value| value.strip_prefix("AWS4-HMAC-SHA256"));
    let field = |name: &str| match authorization {
        Some(fields) => {
            let mut fields = fields.split(',').map(str::trim);
            fields.find_map(|field| field.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
        }
        None => parameter(query, &format!("X-Amz-{name}")),
    };
    let (credential, names, given) = (field("Credential")?, field("SignedHeaders")?, field("Signature")?);
    let date = header("x-amz-date").map(str::to_owned).or_else(|| parameter(query, "X-Amz-Date"))?;
    let payload = match header("x-amz-content-sha256") {
        None => "UNSIGNED-PAYLOAD",
        Some(digest) if digest.len() == 64 && digest != hex(&Sha256::digest(body)) => return None,
        Some(digest) => digest,
    };
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("X-Amz-Signature="))
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (recoded(name, IN_QUERY), recoded(value, IN_QUERY))
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let headers = names.split(';').map(|name| {
        let host = || parts.uri.authority().map(|host| host.as_str().to_owned());
        let values =
            parts.headers.get_all(name).iter().filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
        let values: Vec<String> =
            values.map(|value| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let value = match name {
            "host" if values.is_empty() => host().unwrap_or_default(),
            _ => values.join(","),
        };
        format!("{name}:{value}\n")
    });
    let canonical = format!(
        "{}\n{}\n{}\n{}\n{names}\n{payload}",
        parts.method,
        recoded(parts.uri.path(), IN_PATH),
        pairs.join("&"),
        headers.collect::<String>(),
    );
    let (_, scope) = credential.split_once('/')?;
    let to_sign =
        format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
    let key = scope.split('/').try_fold(format!("AWS4{secret}").into_bytes(), |key, part| mac(&key, part))?;
    (hex(&mac(&key, &to_sign)?) == given).then_some(())
}

fn mac(key: &[u8], text: &str) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}

/// Percent-encoded in the one way that is signed.
fn recoded(text: &str, plain: &'static AsciiSet) -> String {
    utf8_percent_encode(&percent_decode_str(text).decode_utf8_lossy(), plain).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    /// The example of AWS' documentation.
    #[test]
    fn a_documented_signature_is_found_right() {
        let authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        let request = |path: &str| {
            http::Request::get(path)
                .header("host", "examplebucket.s3.amazonaws.com")
                .header("range", "bytes=0-9")
                .header(
                    "x-amz-content-sha256",
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                )
                .header("x-amz-date", "20130524T000000Z")
                .header("authorization", authorization)
                .body(())
                .unwrap()
                .into_parts()
                .0
        };
        assert!(signature(&request("/test.txt"), b"", SECRET).is_some());
        assert!(signature(&request("/other.txt"), b"", SECRET).is_none());
        assert!(signature(&request("/test.txt"), b"", "another").is_none());
        assert!(signature(&request("/test.txt"), b"another body", SECRET).is_none());
    }

    #[test]
    fn a_documented_link_is_found_right() {
        let link = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let request = http::Request::get(link).header("host", "examplebucket.s3.amazonaws.com");
        let parts = request.body(()).unwrap().into_parts().0;
        assert!(signature(&parts, b"", SECRET).is_some());
        assert_eq!(read_date("20130524T000000Z"), "2013-05-24T00:00:00Z".parse().ok());
    }
}
