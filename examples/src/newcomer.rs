//! Where the short programs of `products/` go.

use scaleway_core::{Client, Clock, Config};
use scaleway_emulator::{Emulator, Latency};

use crate::error::Error;

/// The emulator takes any key, and knows a default project from the start.
const KEY: &str = "00000000-0000-4000-8000-000000000000";
const ACCESS_KEY: &str = "SCW0000000000EMULATOR";
const PROJECT: &str = "00000000-0000-4000-8000-00000000e0e0";

/// How much faster than ours the emulator's time is: all takes as long there as was recorded.
const SPEED: f64 = 1000.0;

/// A client of an emulator in this process, where time is fast and nothing costs; with the argument `scaleway`, of the
/// account that the environment and the profile file name, which is all that a program of one's own needs:
/// `Client::from_env()?`.
///
/// # Errors
/// Where the account's key is missing.
pub fn scaleway() -> Result<Client, Box<dyn std::error::Error>> {
    if on_scaleway() { Ok(Client::from_env()?) } else { Ok(emulated()?) }
}

/// Whether the program was started with the argument `scaleway`.
pub fn on_scaleway() -> bool {
    std::env::args().nth(1).is_some_and(|target| target == "scaleway")
}

fn emulated() -> Result<Client, Error> {
    let clock = Clock::scaled(SPEED, Clock::real().now());
    let emulator =
        Emulator::builder().clock(clock.clone()).latency(Latency::Recorded).organization(PROJECT).build()?;
    let mut config = Config::new(KEY).with_access_key(ACCESS_KEY);
    if let Ok(project) = PROJECT.parse() {
        config = config.with_default_project(project);
    }
    Ok(Client::builder(config, emulator).clock(clock).build()?)
}
