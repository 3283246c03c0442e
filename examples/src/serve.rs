//! The emulator on a loopback port, so that addresses answer and other programs can attach.

use std::net::{Ipv4Addr, SocketAddr};

use evalap_topology::definition::Definition;
use evalap_topology::model::State;
use scaleway_emulator::Server;

use crate::error::Error;
use crate::interrupt::Interrupts;
use crate::smoke::addresses;
use crate::target::{Side, Target};
use crate::text;

/// A port that is taken before anything is deployed.
///
/// # Errors
/// Where the port is in use, or the emulator is not in this process.
pub(crate) async fn bind(target: &Target, port: u16) -> Result<Server, Error> {
    let Side::Embedded(emulator) = &target.side else {
        return Err(Error::refused(
            "--serve: this emulator belongs to another process, which answers already",
            "leave --serve out",
        ));
    };
    Server::bind(emulator.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(|error| {
        let cause = text::causes(&error).get(1).map(|cause| format!(": {cause}")).unwrap_or_default();
        Error::refused(
            format!("--serve: port {port} cannot be listened on{cause}; nothing was changed"),
            "stop who has the port, or take another: --serve=PORT, or --serve for any that is free",
        )
    })
}

/// Says how to reach what is served, and waits for Ctrl-C, or until the terminal is closed.
pub(crate) async fn until_interrupted(
    url: &str,
    port: u16,
    definition: &Definition,
    state: &State,
) -> Result<(), Error> {
    text::say(format!("\nThe API answers on {url}, the services by their names (plain http):"));
    for (_, _, host) in addresses(definition, state) {
        text::say(format!("  curl --resolve {host}:{port}:127.0.0.1 http://{host}:{port}/"));
    }
    text::say("Until Ctrl-C.");
    Interrupts::new()?.next().await;
    Ok(())
}
