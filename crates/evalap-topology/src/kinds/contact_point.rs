use scaleway_cockpit::{CreateContactPoint, DeleteContactPoint, ListContactPoints, UpdateContactPoint};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Behaviour, Claim, Kind, Owner, Profile, Seen, Status, attributes};
use crate::cloud::{Cloud, gone};
use crate::error::KindError;
use crate::input::{Input, Unresolved};
use crate::model::Attributes;

/// Whom alerts are sent to. It has no id: its e-mail address tells it from others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactPoint {
    /// The e-mail address.
    pub email: String,
    /// Whether the end of an alert is told, too.
    pub send_resolved_notifications: bool,
    /// That the alert manager is on: there are no contact points without.
    pub alert_manager_enabled: Input<bool>,
}

impl Kind for ContactPoint {
    const PROFILE: Profile = Profile {
        owner: Owner::Name,
        // An alert manager that is made anew has forgotten them.
        attributes: &[("email", Behaviour::Replace), ("alert_manager_enabled", Behaviour::Attached)],
        typical: (0.3, 0.3, 0.3),
        ..Profile::PLAIN
    };

    fn key(&self) -> Result<String, Unresolved> {
        Ok(self.email.clone())
    }

    async fn observe(cloud: &Cloud, _: &[Seen]) -> Result<Vec<Seen>, KindError> {
        let list = ListContactPoints::default().project_id(cloud.project());
        let contacts = match cloud.cockpit.list_contact_points(list).all_settled().await {
            // There is no list where the alert manager is off.
            Err(error) if error.is_not_found() || error.is_precondition_failed() => return Ok(Vec::new()),
            answer => answer?,
        };
        let seen = contacts.into_iter().filter_map(|contact| {
            let email = contact.email?.to;
            Some(Seen {
                id: email.clone(),
                key: email.clone(),
                claim: Claim::Unmarked,
                status: Status::Ready,
                attributes: attributes([
                    ("email", json!(email)),
                    ("send_resolved_notifications", json!(contact.send_resolved_notifications)),
                ]),
                outputs: Attributes::new(),
                facts: None,
            })
        });
        Ok(seen.collect())
    }

    async fn create(&self, cloud: &Cloud) -> Result<String, KindError> {
        let create = CreateContactPoint::new(&self.email)
            .project_id(cloud.project())
            .send_resolved_notifications(self.send_resolved_notifications);
        cloud.cockpit.create_contact_point(create).await?;
        Ok(self.email.clone())
    }

    async fn ready(&self, _: &Cloud, _: &str) -> Result<Attributes, KindError> {
        Ok(Attributes::new())
    }

    async fn update(&self, cloud: &Cloud, id: &str, _: &[String]) -> Result<String, KindError> {
        let update = UpdateContactPoint::new(&self.email)
            .project_id(cloud.project())
            .send_resolved_notifications(self.send_resolved_notifications);
        cloud.cockpit.update_contact_point(update).await?;
        Ok(id.to_owned())
    }

    async fn delete(cloud: &Cloud, id: &str) -> Result<(), KindError> {
        let delete = DeleteContactPoint::new(id).project_id(cloud.project());
        gone(cloud.cockpit.delete_contact_point(delete).await)
    }
}
