//! Runs an image as a container, deploys the next version of it, and takes all down again.
//!
//! `cargo run --example container`: on an emulator in this process; with `-- scaleway`, on your account.

use std::error::Error;

use scaleway_containers::{Containers, CreateContainer, CreateNamespace, CreateTrigger, Probe, memory_for};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scaleway = evalap_examples::scaleway()?; // in your program: scaleway_core::Client::from_env()?
    let containers = Containers::new(&scaleway);

    let namespace = containers.create_namespace(CreateNamespace::new("newcomer")).await?;
    let namespace = containers.wait_for_namespace(&namespace.id).await?;

    // 280 thousandths of a CPU go with 280 to 1120 MB.
    let memory = *memory_for(280).start();
    let create = CreateContainer::new(namespace.id.clone(), "web", "docker.io/library/nginx:1.28")
        .mvcpu_limit(280u32)
        .memory_limit_bytes(memory)
        .max_scale(2u32)
        .port(80u32)
        .startup_probe(Probe::http("/"));
    let web = containers.create_container(create).await?;
    let web = containers.wait_for_container(&web.id).await?;
    println!("{} answers at {}", web.image, web.public_endpoint);

    // The next version; the old one answers until the new one has started.
    let web = containers.deploy_image(&web.id, "docker.io/library/nginx:1.29").await?;
    println!("{} answers at {}", web.image, web.public_endpoint);

    let nightly = scaleway_containers::CreateCronConfig::new("0 3 * * *", "Europe/Paris");
    let trigger = containers.create_trigger(CreateTrigger::cron(web.id.clone(), "nightly", nightly)).await?;
    containers.wait_for_trigger(&trigger.id).await?;
    println!("{} calls it every night", trigger.name);

    // A name of your own: set its CNAME record to this first, then `containers.connect_domain(&web, "www.example.org")`.
    println!("CNAME {}", web.dns_target());

    // With all that is in it.
    containers.delete_namespace(&namespace.id).await?;
    containers.wait_until_namespace_gone(&namespace.id).await?;
    Ok(())
}
