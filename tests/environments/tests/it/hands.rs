//! Somebody who changes things by hand.

use environments::World;
use scaleway_cockpit as cockpit;
use scaleway_containers as containers;
use scaleway_core::Client;
use scaleway_rdb as rdb;
use scaleway_secrets as secrets;
use scaleway_vpc as vpc;

const PROJECT: &str = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90";

/// Somebody with a console and no patience.
pub(crate) struct Hands {
    client: Client,
}

impl Hands {
    pub(crate) fn in_world(world: &World) -> Self {
        Self { client: world.client() }
    }

    pub(crate) fn project() -> scaleway_core::ProjectId {
        PROJECT.parse().unwrap()
    }

    pub(crate) fn vpcs(&self) -> vpc::Vpcs {
        vpc::Vpcs::new(&self.client)
    }

    pub(crate) fn rdb(&self) -> rdb::Rdb {
        rdb::Rdb::new(&self.client)
    }

    pub(crate) fn secrets(&self) -> secrets::Secrets {
        secrets::Secrets::new(&self.client)
    }

    pub(crate) fn cockpit(&self) -> cockpit::Cockpit {
        cockpit::Cockpit::new(&self.client)
    }

    pub(crate) fn containers(&self) -> containers::Containers {
        containers::Containers::new(&self.client)
    }

    pub(crate) async fn vpc(&self) -> vpc::Vpc {
        let all = self.vpcs().list_vpcs(vpc::ListVpcs::default()).all().await.unwrap();
        all.into_iter().find(|vpc| !vpc.is_default).unwrap()
    }

    pub(crate) async fn network(&self) -> vpc::PrivateNetwork {
        let list = vpc::ListPrivateNetworks::default();
        self.vpcs().list_private_networks(list).all().await.unwrap().remove(0)
    }

    pub(crate) async fn instance(&self) -> rdb::Instance {
        self.rdb().list_instances(rdb::ListInstances::default()).all().await.unwrap().remove(0)
    }

    pub(crate) async fn secret(&self, name: &str) -> secrets::SecretEntry {
        let list = secrets::ListSecrets::default().scheduled_for_deletion(false).name(name);
        self.secrets().list_secrets(list).all().await.unwrap().remove(0)
    }

    pub(crate) async fn source(&self, name: &str) -> cockpit::DataSource {
        let list = cockpit::ListDataSources::default();
        let all = self.cockpit().list_data_sources(list).all().await.unwrap();
        all.into_iter().find(|source| source.name == name).unwrap()
    }

    pub(crate) async fn token(&self, name: &str) -> cockpit::Token {
        let all = self.cockpit().list_tokens(cockpit::ListTokens::default()).all().await.unwrap();
        all.into_iter().find(|token| token.name == name).unwrap()
    }

    pub(crate) async fn namespace(&self) -> containers::Namespace {
        let list = containers::ListNamespaces::default();
        self.containers().list_namespaces(list).all().await.unwrap().remove(0)
    }

    pub(crate) async fn container(&self, name: &str) -> containers::Container {
        let list = containers::ListContainers::default();
        let all = self.containers().list_containers(list).all().await.unwrap();
        all.into_iter().find(|container| container.name == name).unwrap()
    }

    pub(crate) async fn update_container(&self, update: containers::UpdateContainer) {
        let id = self.container("runners").await.id;
        self.containers().update_container(&id, update).await.unwrap();
        self.containers().wait_for_container(&id).await.unwrap();
    }

    pub(crate) async fn update_secret(&self, name: &str, update: secrets::UpdateSecret) {
        let id = self.secret(name).await.id;
        self.secrets().update_secret(&id, update).await.unwrap();
    }
}
