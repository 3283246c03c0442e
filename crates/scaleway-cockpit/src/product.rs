//! Products: what of Scaleway writes to Cockpit.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Listed, Page, Pager};
use serde::{Deserialize, Serialize};

use crate::Cockpit;

/// A product of Scaleway that writes metrics or logs to Cockpit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Product {
    /// Its name, for [exporters](crate::CreateExporter).
    pub name: String,
    /// Its name for people.
    #[serde(default)]
    pub display_name: String,
    /// The family of products that this is one of.
    #[serde(default)]
    pub family_name: String,
    /// The kinds of resources whose data it writes.
    #[serde(default)]
    pub resource_types: Vec<String>,
}

impl Listed for Product {
    const FIELD: &'static str = "products_list";

    fn identity(&self) -> Cow<'_, str> {
        self.name.as_str().into()
    }
}

/// The order of [`ListProducts`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ListProductsOrder {
    /// Oldest first.
    CreatedAtAsc,
    /// Newest first.
    CreatedAtDesc,
    /// By name for people.
    DisplayNameAsc,
    /// By name for people, backwards.
    DisplayNameDesc,
    /// By family.
    FamilyNameAsc,
    /// By family, backwards.
    FamilyNameDesc,
    /// An order that came after this version.
    #[serde(untagged)]
    Other(String),
}

/// A request for `ListProducts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListProducts {
    /// The order; oldest first unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_by: Option<ListProductsOrder>,
}

/// # Products
impl Cockpit {
    /// `ListProducts`.
    pub fn list_products(&self, request: ListProducts) -> Pager<Product> {
        let list = self.api.get::<Page<_>>("ListProducts", &["products"]).query(&request);
        Pager::new(&self.api, list)
    }
}
