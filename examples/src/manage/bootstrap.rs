//! Makes what a state in a bucket needs, and locks nobody out by it who did not mean to.

use evalap_topology::state::Bootstrap;
use scaleway_core::{Client, Random};
use scaleway_iam::{AccessKey, Iam};

use super::Opened;
use crate::error::Error;
use crate::exit::Exit;
use crate::place::Place;
use crate::text;

/// What a bucket's policy may call somebody.
pub(super) const PRINCIPAL: &str = "user_id:UUID or application_id:UUID";

/// Who is let in, as a bucket's policy calls it. Object Storage takes any text for one, and lets nobody in by it.
pub(super) fn principal(text: &str) -> Result<String, String> {
    let kind_and_id = text.split_once(':');
    match kind_and_id.filter(|(kind, id)| matches!(*kind, "user_id" | "application_id") && is_uuid(id)) {
        Some((kind, id)) => Ok(format!("{kind}:{}", id.to_lowercase())),
        None => Err(format!("expected {PRINCIPAL}, as the console's IAM pages show them")),
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.chars().all(|c| c.is_ascii_hexdigit()))
}

pub(super) async fn bootstrap(place: &Place, client: &Client, allow: &[String]) -> Result<Exit, Error> {
    let Some((storage, bucket)) = place.bucket(client)? else {
        return Err(Error::refused(
            "the definition keeps its state in a folder, which needs no preparation",
            "write [state] bucket = \"…\" into the definition",
        ));
    };
    if !allow.is_empty() {
        refuse_lock_out(client, allow).await?;
    }
    let mut done = Bootstrap::new(storage, bucket.clone()).allow(allow).run().await?;
    if let Some(secret) = place.key_secret(client)?
        && secret.ensure(&Random::system()).await?
    {
        done.push("made a key in Secret Manager".to_owned());
    }
    if !done.is_empty() && place.store(Some(client), client.clock())?.key_in_use().await?.is_some() {
        let (store, key) = Box::pin(place.open(Some(client), client.clock())).await?;
        let mut opened = Opened::new(store, key, &place.name);
        opened.word.detail("bucket", done.join(", "));
        opened.leave("bootstrap", &Ok(Exit::Done)).await;
    }
    if done.is_empty() {
        text::say(format!("The bucket {bucket} is ready already. Nothing was changed."));
    } else {
        for line in &done {
            text::say(format!("  {line}"));
        }
        text::say(format!("The bucket {bucket} is ready, and refuses the second create of one key."));
    }
    Ok(Exit::Done)
}

/// Whoever is not in the policy that is about to be set cannot reach the bucket after it, and cannot take it back.
async fn refuse_lock_out(client: &Client, allow: &[String]) -> Result<(), Error> {
    let name = client.config().required_access_key()?;
    let key: AccessKey =
        name.parse().map_err(|_| Error::refused("the access key is empty", "set SCW_ACCESS_KEY"))?;
    let key = match Iam::new(client).get_api_key(&key).await {
        Ok(key) => key,
        // The right to read IAM is the organisation's: few keys that deploy have it.
        Err(error) if error.is_permission_denied() || error.is_not_found() => {
            text::say(format!(
                "Not checked that {} lets you in, for whose the key {name} is cannot be looked up: {}",
                text::list(allow),
                text::told(&error)
            ));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let application = key.application_id.map(|id| format!("application_id:{id}"));
    let Some(caller) = application.or_else(|| key.user_id.map(|id| format!("user_id:{id}"))) else {
        text::say(format!(
            "Not checked that {} lets you in: IAM does not say whose the key {name} is.",
            text::list(allow)
        ));
        return Ok(());
    };
    if allow.contains(&caller) {
        return Ok(());
    }
    Err(Error::refused(
        format!(
            "{} would lock you out of the bucket: you are {caller} (by the key {name}); nothing was changed",
            text::list(allow)
        ),
        format!("add yourself: --allow {caller}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90";

    #[test]
    fn a_principal_is_a_user_or_an_application_by_its_id() {
        for kind in ["user_id", "application_id"] {
            let written = format!("{kind}:{ID}");
            assert_eq!(principal(&written), Ok(written.clone()));
            assert_eq!(principal(&format!("{kind}:{}", ID.to_uppercase())), Ok(written), "as IAM spells it");
        }
        let [short, odd] = [&ID[1..], &ID.replace('f', "g")];
        for wrong in ["foo", "*", ID, "user_id:", "application_id:xyz", "project_id:x", short, odd] {
            for wrong in [wrong.to_owned(), format!("user_id:{wrong}")] {
                if wrong != format!("user_id:{ID}") {
                    assert!(principal(&wrong).unwrap_err().contains(PRINCIPAL), "{wrong}");
                }
            }
        }
    }
}
