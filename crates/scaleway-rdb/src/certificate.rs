//! Certificates: how a client knows that it talks to its instance.

use scaleway_core::{Empty, Result};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Rdb};

/// The certificate of an instance, for `sslrootcert` and `sslmode=verify-full`: it is signed by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Certificate {
    /// The name of the file: `ssl_certificate`.
    #[serde(default)]
    pub name: String,
    /// The type of the file: `application/x-pem-file`.
    #[serde(default)]
    pub content_type: String,
    /// The file: PEM text.
    #[serde(with = "base64_text")]
    pub content: String,
}

/// A text that travels as base64.
mod base64_text {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(text))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        let bytes = STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)?;
        String::from_utf8(bytes).map_err(D::Error::custom)
    }
}

/// # Certificates
impl Rdb {
    /// `GetInstanceCertificate`.
    pub async fn get_instance_certificate(&self, instance: &InstanceId) -> Result<Certificate> {
        let path = ["instances", instance.as_str(), "certificate"];
        self.api.send(self.api.get("GetInstanceCertificate", &path)).await
    }

    /// `RenewInstanceCertificate`: clients that verify it need the new one.
    pub async fn renew_instance_certificate(&self, instance: &InstanceId) -> Result<()> {
        let path = ["instances", instance.as_str(), "renew-certificate"];
        let renew = self.api.post::<Empty>("RenewInstanceCertificate", &path).json(&Empty {});
        self.api.send(renew).await.map(|_| ())
    }
}
