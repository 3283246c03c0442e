//! SSH keys of projects.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use md5::{Digest as _, Md5};

use crate::call::{Call, body};
use crate::page::Listing;
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, flag, text};
use crate::store::Kind;

use super::shared;

const KIND: Kind = Kind { collection: "iam.ssh_keys", resource: "ssh_key" };

const FIELDS: &[Field] = &[
    text("name").length(0, 1000),
    text("public_key").length(1, 65_000).required().fixed(),
    text("project_id").required().fixed(),
    flag("disabled"),
];

const LISTING: Listing = Listing {
    kind: KIND,
    items: "ssh_keys",
    filters: &["organization_id", "project_id", "disabled"],
    order: &["created_at", "updated_at", "name"],
};

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let mut fields = schema::create(FIELDS, &call.body)?;
    fields.insert("disabled".into(), false.into());
    let project = call.text("project_id").to_owned();
    let Some(fingerprint) = fingerprint(call.text("public_key")) else {
        let help = "must be a public key as OpenSSH writes it: a type, base64 and a comment";
        return Err(Refusal::invalid_arguments(&[Problem::format("public_key", help)]));
    };
    fields.extend(body! {
        "fingerprint": fingerprint,
        "organization_id": call.world.organization_of(&project),
    });
    let draft = call.draft(&project, fields);
    let id = call.create(KIND, draft)?;
    Ok(Reply::resource(call.view(KIND, &id)))
}

/// As `ssh-keygen -l -E md5` writes it.
fn fingerprint(key: &str) -> Option<String> {
    let mut words = key.split_whitespace();
    let (kind, blob) = (words.next()?, BASE64_STANDARD.decode(words.next()?).ok()?);
    let comment = words.collect::<Vec<_>>().join(" ");
    let comment = if comment.is_empty() { "no comment" } else { &comment };
    // The type stands in the key again, after its length.
    let (length, rest) = blob.split_first_chunk::<4>()?;
    let (inner, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    if inner != kind.as_bytes() {
        return None;
    }
    let (bits, name) = match kind {
        "ssh-ed25519" | "sk-ssh-ed25519@openssh.com" => (256, "ED25519"),
        "ssh-rsa" => (modulus_bits(rest)?, "RSA"),
        "ssh-dss" => (1024, "DSA"),
        _ => (kind.strip_prefix("ecdsa-sha2-nistp")?.parse().ok()?, "ECDSA"),
    };
    let digest = Md5::digest(&blob);
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{bits} MD5:{} {comment} ({name})", pairs.join(":")))
}

/// The length of an RSA modulus, which comes after the exponent.
fn modulus_bits(rest: &[u8]) -> Option<usize> {
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (_, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    let (_, modulus) = rest.split_first_chunk::<4>()?;
    let first = modulus.iter().position(|byte| *byte != 0)?;
    Some((modulus.len() - first) * 8 - modulus[first].leading_zeros() as usize)
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    LISTING.answer_with(call, |key| shared::is_named(call, "name", key), |key| key.body.clone())
}

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    call.show(KIND, "ssh_key_id")
}

pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let (id, key) = call.target(KIND, "ssh_key_id")?;
    let patch = schema::update(FIELDS, &call.body, &key.body)?;
    call.change(KIND, &id, patch);
    Ok(Reply::resource(call.view(KIND, &id)))
}

pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.target_id(KIND, "ssh_key_id")?;
    call.world.store.remove(KIND, &id);
    Ok(Reply::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_as_openssh_writes_it() {
        let blob = [&[0, 0, 0, 11][..], b"ssh-ed25519", &[0, 0, 0, 32], &[7; 32]].concat();
        let key = format!("ssh-ed25519 {} somebody@somewhere", BASE64_STANDARD.encode(&blob));
        let text = fingerprint(&key).unwrap();
        assert!(text.starts_with("256 MD5:") && text.ends_with(" somebody@somewhere (ED25519)"), "{text}");
        assert_eq!(text.matches(':').count(), 16);
        let modulus = [&[0, 0, 1, 1, 0][..], &[0x80; 256]].concat();
        let rsa = [&[0, 0, 0, 7][..], b"ssh-rsa", &[0, 0, 0, 3, 1, 0, 1], &modulus].concat();
        assert!(
            fingerprint(&format!("ssh-rsa {}", BASE64_STANDARD.encode(rsa))).unwrap().starts_with("2048 ")
        );
        for wrong in ["", "ssh-ed25519", "ssh-rsa AAAA", &key.replace("ssh-ed25519", "ssh-rsa")] {
            assert_eq!(fingerprint(wrong), None, "{wrong}");
        }
    }
}
