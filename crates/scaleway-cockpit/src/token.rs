//! Tokens: the keys to data sources and to the alert manager.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Empty, Id, Listed, Page, Pager, ProjectId, Region, Result, Secret, Timestamp, wire};
use serde::{Deserialize, Serialize};

use crate::Cockpit;

/// The id of a [`Token`].
pub type TokenId = Id<Token>;

/// A key to the data sources and the alert manager of a project in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Its name.
    pub name: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// What it opens.
    #[serde(default)]
    pub scopes: Vec<TokenScope>,
    /// What is sent as `X-Token`: answered once, by [`create_token`](Cockpit::create_token). Whoever loses it makes
    /// another token.
    #[serde(default, serialize_with = "wire::optional_secret", skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<Secret>,
    /// Where it is valid.
    pub region: Region,
}

impl Listed for Token {
    const FIELD: &'static str = "tokens";

    fn identity(&self) -> Cow<'_, str> {
        self.id.as_str().into()
    }
}

/// What a [`Token`] opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenScope {
    /// The API does not say.
    UnknownScope,
    /// Querying metrics.
    ReadOnlyMetrics,
    /// Writing metrics.
    WriteOnlyMetrics,
    /// Reading and writing the alert rules on metrics.
    FullAccessMetricsRules,
    /// Querying logs.
    ReadOnlyLogs,
    /// Writing logs.
    WriteOnlyLogs,
    /// Reading and writing the alert rules on logs.
    FullAccessLogsRules,
    /// Reading and writing the configuration of the alert manager.
    FullAccessAlertManager,
    /// Querying traces.
    ReadOnlyTraces,
    /// Writing traces.
    WriteOnlyTraces,
    /// A scope that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `CreateToken`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct CreateToken {
    /// The project to make it in; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Its name. The API takes the same name twice.
    #[setters(skip)]
    pub name: String,
    /// What it opens.
    #[setters(skip)]
    #[serde(rename = "token_scopes", default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<TokenScope>>,
}

impl CreateToken {
    /// A token of this name that opens this; scopes cannot be changed later.
    pub fn new(name: impl Into<String>, scopes: impl Into<Vec<TokenScope>>) -> Self {
        Self { project_id: None, name: name.into(), scopes: Some(scopes.into()) }
    }
}

/// The order of [`ListTokens`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListTokensOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListTokens`: what is not set does not filter, but for the project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListTokens {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListTokensOrder>,
    /// Those of this project; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those with these scopes.
    #[serde(rename = "token_scopes", skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<TokenScope>>,
}

/// # Tokens
impl Cockpit {
    /// `CreateToken`: the only answer with the token's [`secret_key`](Token::secret_key). If that answer is lost, delete
    /// the token and make another one.
    pub async fn create_token(&self, mut request: CreateToken) -> Result<Token> {
        self.api.fill_project(&mut request.project_id)?;
        self.api.send(self.api.post("CreateToken", &["tokens"]).json(&request)).await
    }

    /// `GetToken`.
    pub async fn get_token(&self, id: &TokenId) -> Result<Token> {
        self.api.send(self.api.get("GetToken", &["tokens", id.as_str()])).await
    }

    /// `ListTokens`.
    pub fn list_tokens(&self, mut request: ListTokens) -> Pager<Token> {
        self.list_project(&mut request.project_id);
        let list = self.api.get::<Page<_>>("ListTokens", &["tokens"]).query(&request);
        Pager::new(&self.api, list)
    }

    /// `DeleteToken`: what uses it is refused from now on.
    pub async fn delete_token(&self, id: &TokenId) -> Result<()> {
        let delete = self.api.delete("DeleteToken", &["tokens", id.as_str()]);
        self.api.send(delete).await.map(|Empty {}| ())
    }
}
