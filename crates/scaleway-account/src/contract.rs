//! Contracts that an organization signs: some products cannot be ordered before.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, OrganizationId, Page, Pager, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Accounts;

/// The id of a [`Contract`].
pub type ContractId = Id<Contract>;

/// The id of a [`ContractSignature`].
pub type ContractSignatureId = Id<ContractSignature>;

/// A contract, as Scaleway offers it to everyone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contract {
    /// Its id.
    pub id: ContractId,
    /// What it is about.
    #[serde(rename = "type")]
    pub contract_type: ContractType,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Which version of it.
    #[serde(default)]
    pub version: u32,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// What a [`Contract`] is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ContractType {
    /// The API does not say.
    UnknownType,
    /// Everything.
    Global,
    /// Kubernetes.
    K8s,
    /// Instances.
    Instance,
    /// Containers.
    Container,
    /// Bare metal servers.
    Baremetal,
    /// Networks.
    Network,
    /// The platform itself.
    Core,
    /// Virtual private servers.
    Vps,
    /// Storage.
    Storage,
    /// Transactional Email.
    TransactionalEmail,
    /// A type that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// The signature of a contract by an organization: asked for first, then given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContractSignature {
    /// Its id.
    pub id: ContractSignatureId,
    /// The organization that signs.
    pub organization_id: OrganizationId,
    /// When it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it was given; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// When it ends; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Contract>,
}

impl Listed for ContractSignature {
    const FIELD: &'static str = "contract_signatures";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// A request for `CreateContractSignature`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateContractSignature {
    /// What the contract is about.
    #[setters(skip)]
    pub contract_type: ContractType,
    /// The contract's name.
    #[setters(skip)]
    pub contract_name: String,
    /// Whether to sign it at once; it waits for [`validate_contract_signature`](Accounts::validate_contract_signature)
    /// unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validated: Option<bool>,
    /// The organization that signs; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
}

impl CreateContractSignature {
    /// A signature, not yet given, of the contract of this type and name.
    pub fn new(contract_type: ContractType, contract_name: impl Into<String>) -> Self {
        Self { contract_type, contract_name: contract_name.into(), validated: None, organization_id: None }
    }
}

/// A request for `CheckContractSignature`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CheckContractSignature {
    /// The organization; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
    /// What the contract is about.
    #[setters(skip)]
    pub contract_type: ContractType,
    /// The contract's name.
    #[setters(skip)]
    pub contract_name: String,
}

impl CheckContractSignature {
    /// Whether the contract of this type and name is signed.
    pub fn new(contract_type: ContractType, contract_name: impl Into<String>) -> Self {
        Self { organization_id: None, contract_type, contract_name: contract_name.into() }
    }
}

/// How far the signature of a contract is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignatureCheck {
    /// Whether it was asked for.
    #[serde(default)]
    pub created: bool,
    /// Whether it was given.
    #[serde(default)]
    pub validated: bool,
}

/// The order of [`ListContractSignatures`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListContractSignaturesOrder {
    /// Signed longest ago first.
    SignedAtAsc,
    /// Last signed first.
    SignedAtDesc,
    /// Soonest to end first.
    ExpiresAtAsc,
    /// Last to end first.
    ExpiresAtDesc,
    /// By the contract's name.
    NameAsc,
    /// By the contract's name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListContractSignatures`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListContractSignatures {
    /// The order; signed longest ago first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListContractSignaturesOrder>,
    /// Those of this organization; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<OrganizationId>,
}

/// A request for `DownloadContractSignature`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct DownloadContractSignature {
    /// The language of the document, such as `fr_FR`; the API's choice unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// The text of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContractDocument {
    /// The name of the file.
    #[serde(default)]
    pub name: String,
    /// The type of the file: `application/pdf`.
    #[serde(default)]
    pub content_type: String,
    /// The file.
    #[serde(with = "base64_bytes")]
    pub content: Vec<u8>,
}

/// Bytes that travel as base64.
mod base64_bytes {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// # Contracts
impl Accounts {
    /// `CreateContractSignature`: asks for a signature, and gives it where the request says so.
    pub async fn create_contract_signature(
        &self,
        mut request: CreateContractSignature,
    ) -> Result<ContractSignature> {
        self.fill_organization(&mut request.organization_id)?;
        let create = self.api.post("CreateContractSignature", &["contract-signatures"]);
        self.api.send(create.json(&request)).await
    }

    /// `ValidateContractSignature`: signs. The organization is bound from then on.
    pub async fn validate_contract_signature(&self, id: &ContractSignatureId) -> Result<ContractSignature> {
        let path = ["contract-signatures", id.as_str(), "validate"];
        self.api.send(self.api.post("ValidateContractSignature", &path).json(&Empty {})).await
    }

    /// `CheckContractSignature`: whether a contract is signed; changes nothing.
    pub async fn check_contract_signature(
        &self,
        mut request: CheckContractSignature,
    ) -> Result<SignatureCheck> {
        self.fill_organization(&mut request.organization_id)?;
        let check = self.api.post("CheckContractSignature", &["contract-signatures", "check"]);
        self.api.send(check.json(&request).repeatable()).await
    }

    /// `ListContractSignatures`.
    pub fn list_contract_signatures(&self, mut request: ListContractSignatures) -> Pager<ContractSignature> {
        self.list_organization(&mut request.organization_id);
        let list = self.api.get::<Page<_>>("ListContractSignatures", &["contract-signatures"]);
        Pager::new(&self.api, list.query(&request))
    }

    /// `DownloadContractSignature`: the text that is signed.
    pub async fn download_contract_signature(
        &self,
        id: &ContractSignatureId,
        request: DownloadContractSignature,
    ) -> Result<ContractDocument> {
        let path = ["contract-signatures", id.as_str(), "download"];
        self.api.send(self.api.get("DownloadContractSignature", &path).query(&request)).await
    }
}
