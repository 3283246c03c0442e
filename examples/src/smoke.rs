//! Calls of the services' own addresses, as their users make them.

use std::time::Duration;

use console::style;
use evalap_topology::address::Address;
use evalap_topology::definition::{Definition, Privacy, ProbeTarget, Service};
use evalap_topology::kinds::KindName;
use evalap_topology::model::State;
use scaleway_core::Timestamp;
use url::Url;

use crate::target::Target;
use crate::text;

/// A service that has to be woken first takes a while.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_secs(2);

/// For so long services are called again that were changed a moment ago, all of them together.
pub(crate) const SETTLING: Duration = Duration::from_mins(1);

/// A service that does not answer well.
#[derive(Debug)]
pub(crate) struct Silent {
    pub(crate) name: String,
    /// What it answers instead, or why there is no answer.
    pub(crate) why: String,
}

/// The services that have an address, with its host.
pub(crate) fn addresses<'a>(
    definition: &'a Definition,
    state: &State,
) -> impl Iterator<Item = (&'a str, &'a Service, String)> {
    definition.services.iter().filter_map(|(name, service)| {
        let url = state.output(&Address::new(KindName::Container, name), "url")?;
        let url = url.as_str()?;
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        Some((name.as_str(), service, host.unwrap_or_else(|| url.to_owned())))
    })
}

/// Calls each service and says what it answers; one that does not answer well is called again until `settling` is over, by
/// the target's clock. Those that have not answered well by then.
pub(crate) async fn call(
    target: &Target,
    definition: &Definition,
    state: &State,
    settling: Duration,
) -> Vec<Silent> {
    let mut silent = Vec::new();
    let end = target.clock().now() + settling;
    text::say("\nServices");
    for (name, service, host) in addresses(definition, state) {
        let path = match service.liveness.as_ref().map(|probe| &probe.target) {
            Some(ProbeTarget::Http(path)) => path.as_str(),
            _ => "/",
        };
        let address = format!("https://{host}{path}");
        if service.privacy == Privacy::Private {
            text::say(format!("  - {name:<14} {address}  (private: not called)"));
            continue;
        }
        match patiently(target, &host, path, end).await {
            Ok(answer) => text::say(format!("  {} {name:<14} {address}  {answer}", style("✓").green())),
            Err(why) => {
                text::say(format!("  {} {name:<14} {address}  {why}", style("✗").red()));
                silent.push(Silent { name: name.to_owned(), why });
            }
        }
    }
    silent
}

/// What a service answers, called again until `end` while it starts: once at least.
async fn patiently(target: &Target, host: &str, path: &str, end: Timestamp) -> Result<String, String> {
    loop {
        let answer = answer(target, host, path).await;
        if answer.is_ok() || target.clock().now() + PAUSE > end {
            return answer;
        }
        target.clock().sleep(PAUSE).await;
    }
}

/// What a service answers, called once.
async fn answer(target: &Target, host: &str, path: &str) -> Result<String, String> {
    let answer = match target.clock().timeout(PATIENCE, target.get(host, path)).await {
        None => return Err(format!("no answer in {} s", PATIENCE.as_secs())),
        Some(answer) => answer.map_err(|error| text::told(&error))?,
    };
    let body: String = String::from_utf8_lossy(answer.body())
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(90)
        .collect();
    let told = format!("{} {}", answer.status().as_u16(), body.trim()).trim_end().to_owned();
    if answer.status().is_success() { Ok(told) } else { Err(told) }
}
