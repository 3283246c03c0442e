//! Bucket policies: who may do what with a bucket and its objects, beside IAM.

use std::collections::BTreeMap;

use derive_setters::Setters;
use http::Method;
use scaleway_core::Result;
use serde::{Deserialize, Serialize};

use crate::client::unless_unset;
use crate::{BucketName, ObjectStorage};

/// Who may do what with a bucket and its objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[serde(rename_all = "PascalCase")]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct BucketPolicy {
    /// The version of the language of policies.
    pub version: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What is allowed or denied.
    #[serde(rename = "Statement")]
    #[setters(skip)]
    pub statements: OneOrMany<Statement>,
}

impl BucketPolicy {
    /// A policy of these statements, in the language's version `2023-04-17`, that of Scaleway.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        let statements = OneOrMany::Many(statements.into_iter().collect());
        Self { version: "2023-04-17".into(), id: None, statements }
    }
}

/// One thing, or a list of them: policies spell both, and they are kept as they were spelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum OneOrMany<T> {
    /// One, without a list around it.
    One(T),
    /// A list.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// What there is, however it is spelled.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl<T: Into<String>> From<T> for OneOrMany<String> {
    fn from(one: T) -> Self {
        Self::One(one.into())
    }
}

impl<T: Into<String>> FromIterator<T> for OneOrMany<String> {
    fn from_iter<I: IntoIterator<Item = T>>(many: I) -> Self {
        Self::Many(many.into_iter().map(Into::into).collect())
    }
}

/// One thing that is allowed or denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[serde(rename_all = "PascalCase")]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct Statement {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Whether it allows or denies.
    #[setters(skip)]
    pub effect: Effect,
    /// Who it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<Principal>,
    /// Who it is not for: all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_principal: Option<Principal>,
    /// What they do: `s3:GetObject`, `s3:*`.
    #[serde(rename = "Action", default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<OneOrMany<String>>,
    /// What they do not: all else.
    #[serde(rename = "NotAction", default, skip_serializing_if = "Option::is_none")]
    pub not_actions: Option<OneOrMany<String>>,
    /// With what: `evalap-staging` for the bucket, `evalap-staging/*` for its objects.
    #[serde(rename = "Resource", default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<OneOrMany<String>>,
    /// With what not: all else.
    #[serde(rename = "NotResource", default, skip_serializing_if = "Option::is_none")]
    pub not_resources: Option<OneOrMany<String>>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

/// Values by key by operator: `{"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}`.
pub type Condition = BTreeMap<String, BTreeMap<String, OneOrMany<String>>>;

impl Statement {
    /// Allows `principal` to do `actions` with `resources`.
    pub fn allow(
        principal: Principal,
        actions: impl Into<OneOrMany<String>>,
        resources: impl Into<OneOrMany<String>>,
    ) -> Self {
        Self::new(Effect::Allow, principal, actions.into(), resources.into())
    }

    /// Denies `principal` to do `actions` with `resources`, whatever else allows it.
    pub fn deny(
        principal: Principal,
        actions: impl Into<OneOrMany<String>>,
        resources: impl Into<OneOrMany<String>>,
    ) -> Self {
        Self::new(Effect::Deny, principal, actions.into(), resources.into())
    }

    fn new(
        effect: Effect,
        principal: Principal,
        actions: OneOrMany<String>,
        resources: OneOrMany<String>,
    ) -> Self {
        Self {
            sid: None,
            effect,
            principal: Some(principal),
            not_principal: None,
            actions: Some(actions),
            not_actions: None,
            resources: Some(resources),
            not_resources: None,
            condition: None,
        }
    }
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
    /// A word that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// Who a statement is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Principal {
    /// `"*"`: everyone.
    Text(String),
    /// By kind: `{"SCW": ["application_id:…", "user_id:…"]}`.
    Kinds(BTreeMap<String, OneOrMany<String>>),
}

impl Principal {
    /// Everyone, without any key.
    pub fn everyone() -> Self {
        Self::Text("*".into())
    }

    /// Those of IAM: `application_id:<id>`, `user_id:<id>`.
    pub fn scw<T: Into<String>>(ids: impl IntoIterator<Item = T>) -> Self {
        Self::Kinds(BTreeMap::from([("SCW".to_owned(), ids.into_iter().collect())]))
    }
}

/// # Policies
impl ObjectStorage {
    /// A bucket's policy (`GetBucketPolicy`); `None` where there is none.
    pub async fn get_bucket_policy(&self, bucket: &BucketName) -> Result<Option<BucketPolicy>> {
        let exchange = self.on("GetBucketPolicy", Method::GET, bucket).part("policy");
        let answer = exchange.read_by(|body| serde_json::from_slice(body)).await;
        unless_unset(answer, "NoSuchBucketPolicy")
    }

    /// Sets a bucket's whole policy (`PutBucketPolicy`). It can lock its own author out: allow `s3:*` to those who are to
    /// change it again.
    pub async fn put_bucket_policy(&self, bucket: &BucketName, policy: BucketPolicy) -> Result<()> {
        self.on("PutBucketPolicy", Method::PUT, bucket).part("policy").json(&policy).send().await
    }

    /// Takes a bucket's policy away (`DeleteBucketPolicy`): IAM alone decides then.
    pub async fn delete_bucket_policy(&self, bucket: &BucketName) -> Result<()> {
        self.on("DeleteBucketPolicy", Method::DELETE, bucket).part("policy").send().await
    }
}
