use scaleway_cockpit::{
    CreateDataSource, DataSourceKind, DataSourceOrigin, ListDataSources, UpdateDataSource,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Behaviour, Claim, Kind, Owner, Profile, Seen, Status, attributes};
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::Unresolved;
use crate::model::Attributes;

/// Where metrics, logs or traces go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataSource {
    /// Its name.
    pub name: String,
    /// Metrics, logs or traces.
    #[serde(rename = "type")]
    pub kind: DataSourceKind,
    /// Days that what it is sent is kept.
    pub retention_days: u32,
}

impl Kind for DataSource {
    const PROFILE: Profile = Profile {
        owner: Owner::Name,
        holds_data: true,
        attributes: &[("type", Behaviour::Replace)],
        typical: (0.5, 0.4, 0.4),
        ..Profile::PLAIN
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.name.clone())
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let list = ListDataSources::default().project_id(cloud.project()).origin(DataSourceOrigin::Custom);
        let sources = cloud.cockpit.list_data_sources(list).all_settled().await?;
        let seen = sources.into_iter().map(|source| Seen {
            claim: Claim::Unmarked,
            status: Status::Ready,
            outputs: attributes([("id", json!(source.id)), ("url", json!(source.url))]),
            id: source.id.to_string(),
            key: source.name.clone(),
            attributes: attributes([
                ("name", json!(source.name)),
                ("type", json!(source.kind)),
                ("retention_days", json!(source.retention_days)),
            ]),
            facts: Some(json!(source.retention_days)),
        });
        Ok(seen.collect())
    }

    fn preflight(&self, facts: Option<&Value>, changed: &[&str]) -> Vec<Result<String, String>> {
        let kept = facts.and_then(Value::as_u64).unwrap_or_default();
        let shortens = changed.contains(&"retention_days") && kept > u64::from(self.retention_days);
        let told = || {
            let days = self.retention_days;
            Ok(format!("retention_days: what is older than {days} days is deleted, and does not come back"))
        };
        shortens.then(told).into_iter().collect()
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let create = CreateDataSource::new(&self.name, self.kind.clone())
            .project_id(cloud.project())
            .retention_days(self.retention_days);
        Ok(cloud.cockpit.create_data_source(create).await?.id.to_string())
    }

    async fn ready(&self, cloud: &Cloud, id: &str) -> Result<Attributes, KindError> {
        let source = cloud.cockpit.get_data_source(&id.parse()?).await?;
        Ok(attributes([("id", json!(id)), ("url", json!(source.url))]))
    }

    async fn update(&self, cloud: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        let update = UpdateDataSource::default().name(&self.name).retention_days(self.retention_days);
        cloud.cockpit.update_data_source(&id.parse()?, update).await?;
        Ok(id.to_owned())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        gone(cloud.cockpit.delete_data_source(&id.parse()?).await)
    }
}
