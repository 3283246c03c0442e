use derive_setters::Setters;
use scaleway_core::{Api, Client, ProjectId, Region, Result};
use serde::{Deserialize, Serialize};

/// The Cockpit API of one region, and what Cockpit has in no region: Grafana and plans. Cheap to make and to clone.
#[derive(Debug, Clone)]
pub struct Cockpit {
    pub(crate) api: Api,
    pub(crate) global: Api,
}

impl Cockpit {
    /// The API in the client's default region.
    pub fn new(client: &Client) -> Self {
        Self::in_region(client, &client.config().default_region())
    }

    /// The API in `region`.
    pub fn in_region(client: &Client, region: &Region) -> Self {
        Self { api: Api::regional(client, "cockpit/v1", region), global: Api::global(client, "cockpit/v1") }
    }

    /// The default project in place of none.
    pub(crate) fn in_project(&self, project: impl Into<InProject>) -> Result<InProject> {
        let mut project = project.into();
        self.api.fill_project(&mut project.project_id)?;
        Ok(project)
    }

    /// The default project, if there is one, where a list names none: lists are of one project.
    pub(crate) fn list_project(&self, project: &mut Option<ProjectId>) {
        if project.is_none() {
            *project = self.api.client().config().default_project().ok().cloned();
        }
    }
}

/// The project that an operation is about, of those that ask for nothing else. A project's id will do in its place;
/// the default is the client's default project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Setters)]
#[setters(into, strip_option)]
#[must_use]
#[non_exhaustive]
pub struct InProject {
    /// The project; the client's default unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
}

impl From<ProjectId> for InProject {
    fn from(project: ProjectId) -> Self {
        Self { project_id: Some(project) }
    }
}

impl From<&ProjectId> for InProject {
    fn from(project: &ProjectId) -> Self {
        project.clone().into()
    }
}
