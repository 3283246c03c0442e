//! Dashboards: Scaleway's own views of its products in Grafana.

use std::borrow::Cow;

use derive_setters::Setters;
use scaleway_core::{Listed, Page, Pager, ProjectId, Result};
use serde::{Deserialize, Serialize};

use crate::{Cockpit, InProject};

/// A view of a product, made by Scaleway, in a project's Grafana.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProductDashboard {
    /// Its name, to get it by.
    pub name: String,
    /// Its name for people.
    #[serde(default)]
    pub title: String,
    /// Its address, for people.
    #[serde(default)]
    pub url: String,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What can be chosen in it, such as a region.
    #[serde(default)]
    pub variables: Vec<String>,
}

impl Listed for ProductDashboard {
    const FIELD: &'static str = "dashboards";

    fn identity(&self) -> Cow<'_, str> {
        self.name.as_str().into()
    }
}

/// A request for `ListGrafanaProductDashboards`: what is not set does not filter, but for the project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct ListProductDashboards {
    /// Those of this project; of the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// Only those with these tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// # Dashboards
impl Cockpit {
    /// `ListGrafanaProductDashboards`.
    pub fn list_product_dashboards(&self, mut request: ListProductDashboards) -> Pager<ProductDashboard> {
        self.list_project(&mut request.project_id);
        let list =
            self.global.get::<Page<_>>("ListGrafanaProductDashboards", &["grafana", "product-dashboards"]);
        Pager::new(&self.global, list.query(&request))
    }

    /// `GetGrafanaProductDashboard`, by its [name](ProductDashboard::name).
    pub async fn get_product_dashboard(
        &self,
        name: &str,
        project: impl Into<InProject>,
    ) -> Result<ProductDashboard> {
        let project = self.in_project(project)?;
        let get = self.global.get("GetGrafanaProductDashboard", &["grafana", "product-dashboards", name]);
        self.global.send(get.query(&project)).await
    }
}
