//! Deploying an image: an update, and the wait for the revision that it starts.

use scaleway_core::{Progress, Result, Waiter, wire};

use super::operations::PACE;
use super::{Container, ContainerId, ContainerStatus, UpdateContainer};
use crate::Containers;

/// # Deploying
impl Containers {
    /// Deploys `image` and waits until that very revision has started, 10 minutes at most. The old revision answers until
    /// then, and goes on (for 24 hours at most) where the new one cannot start: the error then carries the platform's
    /// message.
    ///
    /// An image that the container has already is pulled again, as its tag may have moved. A container that is changing is
    /// waited for first. (`GetContainer`, `UpdateContainer` or `RedeployContainer`.)
    ///
    /// # Errors
    /// [`Error::Never`](crate::Error::Never) where the revision cannot start, and where somebody else deployed another
    /// image meanwhile.
    pub async fn deploy_image(&self, id: &ContainerId, image: impl Into<String>) -> Result<Container> {
        let image = image.into();
        let before = self.wait_until_settled(id).await?;
        let deployed = match self.start_revision(&before, &image).await {
            // Somebody was quicker: after them, then.
            Err(error) if error.is_transient_state() => {
                let before = self.wait_until_settled(id).await?;
                self.start_revision(&before, &image).await?
            }
            deployed => deployed?,
        };
        self.wait_for_revision(deployed).await
    }

    async fn start_revision(&self, before: &Container, image: &str) -> Result<Container> {
        if before.image == image {
            self.redeploy_container(&before.id).await
        } else {
            self.update_container(&before.id, UpdateContainer::default().image(image)).await
        }
    }

    /// Waits until the container takes a change: one in error does, too.
    fn wait_until_settled(&self, id: &ContainerId) -> Waiter<Container> {
        let look = self.get_container_request(id);
        self.api.wait(format!("container {id}"), PACE, look, |container: Container| match container.status {
            ContainerStatus::Error => Progress::Reached(container),
            _ => container.progress(),
        })
    }

    /// Waits for the revision that `deployed`, the answer of the call that started it, is about.
    fn wait_for_revision(&self, deployed: Container) -> Waiter<Container> {
        let what = format!("container {} with image {}", deployed.id, deployed.image);
        let look = self.get_container_request(&deployed.id);
        self.api.wait(what, PACE, look, move |container: Container| container.revision_progress(&deployed))
    }
}

impl Container {
    /// As [`progress`](Self::progress), but believes nothing that is older than `deployed`: right after a change, the API
    /// may still tell how the former revision is. Of a revision that is up, the API tells the time in whole seconds.
    fn revision_progress(self, deployed: &Self) -> Progress<Self> {
        let second = |container: &Self| container.updated_at.map(|at| at.as_unix_millis().div_euclid(1000));
        if second(&self) < second(deployed) {
            return Progress::Changing("not visible yet".to_owned());
        }
        if self.image == deployed.image {
            return self.progress();
        }
        if second(&self) == second(deployed) {
            return Progress::Changing(wire::spelled(&self.status));
        }
        Progress::never("replaced", Some(&format!("{} was deployed meanwhile", self.image)))
    }
}
