//! ACLs: what a bucket itself grants, beside its policy and IAM.

use std::fmt;

use http::Method;
use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::{BucketName, ObjectStorage, Owner};

/// What a bucket itself grants, and to whom. It is about the bucket: each object has an ACL of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Acl {
    /// Whose bucket it is.
    pub owner: Owner,
    /// The grants. A document without their list is refused: it would read like a private one.
    #[serde(rename = "AccessControlList", with = "list")]
    pub grants: Vec<Grant>,
}

impl Acl {
    /// An ACL of these grants. The owner is the bucket's, as S3 spells it: `<project>:<project>`.
    pub fn new(owner: impl Into<String>, grants: impl IntoIterator<Item = Grant>) -> Self {
        let owner = Owner { id: owner.into(), display_name: None };
        Self { owner, grants: grants.into_iter().collect() }
    }

    /// Whether nobody but the owner is granted anything. Policy and IAM may still let others in.
    pub fn is_private(&self) -> bool {
        self.grants
            .iter()
            .all(|grant| matches!(&grant.grantee, Grantee::User(user) if user.id == self.owner.id))
    }

    /// What is granted to everyone, or to whoever has a key.
    pub fn public_grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| grant.grantee.is_public())
    }
}

/// The list in its element.
mod list {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Grant;

    #[derive(Serialize, Deserialize)]
    struct List {
        #[serde(rename = "Grant", default)]
        grants: Vec<Grant>,
    }

    pub(super) fn serialize<S: Serializer>(grants: &[Grant], serializer: S) -> Result<S::Ok, S::Error> {
        List { grants: grants.to_vec() }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Grant>, D::Error> {
        List::deserialize(deserializer).map(|list| list.grants)
    }
}

/// One thing that is granted to one grantee; as a text, `READ to everyone`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Grant {
    /// To whom.
    pub grantee: Grantee,
    /// What.
    #[serde(deserialize_with = "crate::xml::word")]
    pub permission: Permission,
}

impl Grant {
    /// Grants `permission` to `grantee`.
    pub fn new(grantee: Grantee, permission: Permission) -> Self {
        Self { grantee, permission }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.permission, self.grantee)
    }
}

/// To whom something is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Element", into = "Element")]
#[non_exhaustive]
pub enum Grantee {
    /// A project, in the form of S3 (`CanonicalUser`).
    User(Owner),
    /// All who belong to a group (`Group`).
    Group(Group),
    /// A kind that came after this version. It is read, and cannot be granted anything.
    Other(String),
}

impl Grantee {
    /// A project, as S3 spells it: `<project>:<project>`.
    pub fn user(id: impl Into<String>) -> Self {
        Self::User(Owner { id: id.into(), display_name: None })
    }

    /// Whether they are everyone, or whoever has a key: of any customer, so that it is as good as everyone.
    pub fn is_public(&self) -> bool {
        matches!(self, Self::Group(Group::AllUsers | Group::AuthenticatedUsers))
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => f.write_str(&user.id),
            Self::Group(Group::AllUsers) => f.write_str("everyone"),
            Self::Group(Group::AuthenticatedUsers) => f.write_str("every customer"),
            Self::Group(Group::Other(name)) | Self::Other(name) => f.write_str(name),
        }
    }
}

/// Those to whom something is granted at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Group {
    /// Everyone, without any key.
    #[serde(rename = "http://acs.amazonaws.com/groups/global/AllUsers")]
    AllUsers,
    /// Whoever has a key, of any customer.
    #[serde(rename = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers")]
    AuthenticatedUsers,
    /// A group that came after this version, by its address.
    #[serde(untagged)]
    Other(String),
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Permission {
    /// All of the others.
    FullControl,
    /// To list the objects. To read one, its own ACL must grant it.
    Read,
    /// To create, overwrite and delete objects.
    Write,
    /// To read the ACL.
    ReadAcp,
    /// To set the ACL, and by it to take all of the others.
    WriteAcp,
    /// A permission that came after this version.
    #[serde(untagged)]
    Other(String),
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FullControl => "FULL_CONTROL",
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::ReadAcp => "READ_ACP",
            Self::WriteAcp => "WRITE_ACP",
            Self::Other(name) => name,
        })
    }
}

/// Grants that have a name. They are set by it, and read as an [`Acl`]. In all of them the owner has all permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CannedAcl {
    /// Nobody else has any: how a bucket is made.
    Private,
    /// Everyone may list the objects.
    PublicRead,
    /// Everyone may list, create, overwrite and delete objects.
    PublicReadWrite,
    /// Whoever has a key, of any customer, may list the objects.
    AuthenticatedRead,
}

impl CannedAcl {
    fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::PublicRead => "public-read",
            Self::PublicReadWrite => "public-read-write",
            Self::AuthenticatedRead => "authenticated-read",
        }
    }
}

/// A grantee as it travels.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Element {
    #[serde(rename = "@xmlns:xsi", skip_deserializing)]
    namespace: &'static str,
    // Attributes are read by their local names.
    #[serde(rename(serialize = "@xsi:type", deserialize = "@type"))]
    kind: String,
    #[serde(rename = "ID", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(
        rename = "URI",
        deserialize_with = "crate::xml::optional_word",
        skip_serializing_if = "Option::is_none"
    )]
    uri: Option<Group>,
}

impl From<Element> for Grantee {
    fn from(Element { kind, id, display_name, uri, .. }: Element) -> Self {
        match (uri, id) {
            (Some(group), _) => Self::Group(group),
            (None, Some(id)) => Self::User(Owner { id, display_name }),
            (None, None) => Self::Other(kind),
        }
    }
}

impl From<Grantee> for Element {
    fn from(grantee: Grantee) -> Self {
        let of = |kind: &str| Self {
            namespace: "http://www.w3.org/2001/XMLSchema-instance",
            kind: kind.to_owned(),
            ..Self::default()
        };
        match grantee {
            Grantee::User(Owner { id, display_name }) => {
                Self { id: Some(id), display_name, ..of("CanonicalUser") }
            }
            Grantee::Group(group) => Self { uri: Some(group), ..of("Group") },
            Grantee::Other(kind) => of(&kind),
        }
    }
}

/// # ACLs
impl ObjectStorage {
    /// A bucket's ACL (`GetBucketAcl`). Every bucket has one. "Permission denied" for a key that may not read it: neither
    /// by IAM nor by the bucket's policy (`s3:GetBucketAcl`).
    pub async fn get_bucket_acl(&self, bucket: &BucketName) -> Result<Acl> {
        self.on("GetBucketAcl", Method::GET, bucket).part("acl").read().await
    }

    /// Sets a bucket's whole ACL (`PutBucketAcl`): what is not named is not granted any more.
    pub async fn put_bucket_acl(&self, bucket: &BucketName, acl: Acl) -> Result<()> {
        self.on("PutBucketAcl", Method::PUT, bucket).part("acl").xml("AccessControlPolicy", &acl).send().await
    }

    /// Sets a bucket's whole ACL by a name (`PutBucketAcl`): [`CannedAcl::Private`] takes away what others were granted.
    pub async fn put_bucket_canned_acl(&self, bucket: &BucketName, acl: CannedAcl) -> Result<()> {
        self.on("PutBucketAcl", Method::PUT, bucket)
            .part("acl")
            .header("x-amz-acl", acl.as_str())
            .send()
            .await
    }
}
