//! Makes a PostgreSQL with a database, a user and a way to connect, and deletes it again.
//!
//! `cargo run --example database`: on an emulator in this process; with `-- scaleway`, on your account (some minutes, some cents).

use std::error::Error;

use scaleway_core::{Secret, Size};
use scaleway_rdb::{
    ConnectionUrl, CreateDatabase, CreateInstance, CreateUser, EndpointSpec, Password, Permission, Rdb,
    SetPrivilege, VolumeType,
};
use scaleway_vpc::{CreatePrivateNetwork, Vpcs};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scaleway = evalap_examples::scaleway()?; // in your program: scaleway_core::Client::from_env()?
    let (rdb, vpcs) = (Rdb::new(&scaleway), Vpcs::new(&scaleway));

    // Without a private network, a database is open to the internet.
    let network = vpcs.create_private_network(CreatePrivateNetwork::new("newcomer")).await?;
    let create = CreateInstance::new("newcomer", "PostgreSQL-16", "DB-DEV-S")
        .user_name("admin")
        .password(Password::generate(scaleway.random())?)
        .volume_type(VolumeType::Sbs5k)
        .volume_size(Size::gigabytes(10))
        .init_endpoints(vec![EndpointSpec::private_network(network.id.clone())]);
    let id = rdb.create_instance(create).await?.id;
    let waiting = rdb.wait_for_instance(&id);
    let instance =
        waiting.on_progress(|state, waited| println!("{state} for {} s", waited.as_secs())).await?;

    // One after the other: an instance takes one change at a time.
    let password = Secret::from(Password::generate(scaleway.random())?);
    rdb.create_database(&id, CreateDatabase::new("shop")).await?;
    rdb.create_user(&id, CreateUser::new("web", password.clone())).await?;
    rdb.set_privilege(&id, SetPrivilege::new("shop", "web", Permission::All)).await?;

    // A secret prints as one; `url.expose()` is for what connects.
    let endpoint = instance.private_endpoint().ok_or("no private endpoint")?;
    let url: Secret = ConnectionUrl::new(endpoint, "shop", "web", password)?.secret();
    println!("{} is ready: DATABASE_URL={url}", instance.name);

    rdb.delete_instance(&id).await?;
    rdb.wait_until_instance_gone(&id).await?;
    vpcs.delete_private_network(&network.id).await?;
    Ok(())
}
