//! SAML: signing in by the organization's own identity provider.

use derive_setters::Setters;
use scaleway_core::{Empty, Id, OrganizationId, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Iam;

/// The id of a [`Saml`].
pub type SamlId = Id<Saml>;

/// The id of a [`SamlCertificate`].
pub type SamlCertificateId = Id<SamlCertificate>;

/// How an organization's people sign in by its own identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Saml {
    /// Its id.
    pub id: SamlId,
    /// What it still lacks; older answers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<SamlStatus>,
    /// What the identity provider must know of Scaleway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_provider: Option<SamlServiceProvider>,
    /// The identity provider's name.
    #[serde(default)]
    pub entity_id: String,
    /// Where people sign in.
    #[serde(default)]
    pub single_sign_on_url: String,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

/// What SAML still lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SamlStatus {
    /// The API does not say.
    UnknownSamlStatus,
    /// Nothing.
    Valid,
    /// The identity provider's certificate.
    MissingCertificate,
    /// The identity provider's name.
    MissingEntityId,
    /// Where people sign in.
    MissingSingleSignOnUrl,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// What an identity provider must know of Scaleway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamlServiceProvider {
    /// Scaleway's name.
    #[serde(default)]
    pub entity_id: String,
    /// Where the identity provider sends people to.
    #[serde(default)]
    pub assertion_consumer_service_url: String,
}

/// A certificate of one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamlCertificate {
    /// Its id.
    pub id: SamlCertificateId,
    /// What it is for.
    #[serde(rename = "type")]
    pub kind: SamlCertificateType,
    /// Whose it is.
    pub origin: SamlCertificateOrigin,
    /// The certificate, in PEM.
    #[serde(default)]
    pub content: String,
    /// When it stops being valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Its name across all of Scaleway's products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub srn: Option<String>,
}

/// The certificates of both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamlCertificates {
    /// All there are.
    #[serde(default)]
    pub certificates: Vec<SamlCertificate>,
}

/// What a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SamlCertificateType {
    /// The API does not say.
    UnknownCertificateType,
    /// Signing.
    Signing,
    /// Encryption.
    Encryption,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Whose a certificate is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SamlCertificateOrigin {
    /// The API does not say.
    UnknownCertificateOrigin,
    /// Scaleway's.
    Scaleway,
    /// The identity provider's.
    IdentityProvider,
    /// A value that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `UpdateSaml`: what is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct UpdateSaml {
    /// The identity provider's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Where people sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub single_sign_on_url: Option<String>,
}

/// A request for `AddSamlCertificate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct AddSamlCertificate {
    /// What it is for.
    #[serde(rename = "type")]
    pub kind: SamlCertificateType,
    /// The certificate, in PEM.
    pub content: String,
}

impl AddSamlCertificate {
    /// The identity provider's certificate for this.
    pub fn new(kind: SamlCertificateType, content: impl Into<String>) -> Self {
        Self { kind, content: content.into() }
    }
}

/// A request for `ParseSamlMetadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct ParseSamlMetadata {
    /// The metadata of an identity provider.
    pub file: MetadataFile,
}

impl ParseSamlMetadata {
    /// This file.
    pub fn new(file: MetadataFile) -> Self {
        Self { file }
    }
}

/// A file that is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct MetadataFile {
    /// Its name.
    pub name: String,
    /// Its media type: `application/samlmetadata+xml`.
    pub content_type: String,
    /// What is in it, in base64.
    pub content: String,
}

impl MetadataFile {
    /// A file of this name and media type, with this in it, in base64.
    pub fn new(name: impl Into<String>, content_type: impl Into<String>, content: impl Into<String>) -> Self {
        Self { name: name.into(), content_type: content_type.into(), content: content.into() }
    }
}

/// What the metadata of an identity provider say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SamlMetadata {
    /// Where people sign in.
    #[serde(default)]
    pub single_sign_on_url: String,
    /// The identity provider's name.
    #[serde(default)]
    pub entity_id: String,
    /// Its certificates for signing, in PEM.
    #[serde(default)]
    pub signing_certificates: Vec<String>,
}

/// # SAML
impl Iam {
    /// `GetOrganizationSaml`.
    pub async fn get_organization_saml(&self, id: &OrganizationId) -> Result<Saml> {
        self.api.send(self.api.get("GetOrganizationSaml", &["organizations", id.as_str(), "saml"])).await
    }

    /// `EnableOrganizationSaml`: it lacks everything, at first.
    pub async fn enable_organization_saml(&self, id: &OrganizationId) -> Result<Saml> {
        let enable = self.api.post("EnableOrganizationSaml", &["organizations", id.as_str(), "saml"]);
        self.api.send(enable.json(&Empty {})).await
    }

    /// `UpdateSaml`.
    pub async fn update_saml(&self, id: &SamlId, request: UpdateSaml) -> Result<Saml> {
        self.api.send(self.api.patch("UpdateSaml", &["saml", id.as_str()]).json(&request)).await
    }

    /// `DeleteSaml`: nobody signs in by it any more.
    pub async fn delete_saml(&self, id: &SamlId) -> Result<()> {
        self.api.send(self.api.delete("DeleteSaml", &["saml", id.as_str()])).await.map(|Empty {}| ())
    }

    /// `ParseSamlMetadata`: changes nothing.
    pub async fn parse_saml_metadata(&self, request: ParseSamlMetadata) -> Result<SamlMetadata> {
        let parse = self.api.post("ParseSamlMetadata", &["parse-saml-metadata"]).json(&request).repeatable();
        self.api.send(parse).await
    }

    /// `ListSamlCertificates`.
    pub async fn list_saml_certificates(&self, id: &SamlId) -> Result<SamlCertificates> {
        self.api.send(self.api.get("ListSamlCertificates", &["saml", id.as_str(), "certificates"])).await
    }

    /// `AddSamlCertificate`.
    pub async fn add_saml_certificate(
        &self,
        id: &SamlId,
        request: AddSamlCertificate,
    ) -> Result<SamlCertificate> {
        let add = self.api.post("AddSamlCertificate", &["saml", id.as_str(), "certificates"]).json(&request);
        self.api.send(add).await
    }

    /// `GetSamlCertificate`.
    pub async fn get_saml_certificate(&self, id: &SamlCertificateId) -> Result<SamlCertificate> {
        self.api.send(self.api.get("GetSamlCertificate", &["saml-certificates", id.as_str()])).await
    }

    /// `DeleteSamlCertificate`.
    pub async fn delete_saml_certificate(&self, id: &SamlCertificateId) -> Result<()> {
        let delete = self.api.delete("DeleteSamlCertificate", &["saml-certificates", id.as_str()]);
        self.api.send(delete).await.map(|Empty {}| ())
    }
}
