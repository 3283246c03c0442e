//! Calls of the services' own addresses, as their users make them.

use std::time::Duration;

use console::style;
use evalap_topology::address::Address;
use evalap_topology::definition::{Definition, Privacy, ProbeTarget, Service};
use evalap_topology::kinds::KindName;
use evalap_topology::model::State;
use url::Url;

use crate::target::Target;
use crate::text;

/// A service that has to be woken first takes a while.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_secs(2);
const TRIES: u32 = 5;

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

/// Calls each service and says what it answers. Whether all answered well.
pub(crate) async fn call(target: &Target, definition: &Definition, state: &State) -> bool {
    let mut well = true;
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
        match answer(target, &host, path).await {
            Ok(answer) => text::say(format!("  {} {name:<14} {address}  {answer}", style("✓").green())),
            Err(problem) => {
                well = false;
                text::say(format!("  {} {name:<14} {address}  {problem}", style("✗").red()));
            }
        }
    }
    well
}

/// What a service answers, tried again while it starts.
async fn answer(target: &Target, host: &str, path: &str) -> Result<String, String> {
    let mut problem = String::new();
    for attempt in 0..TRIES {
        if attempt > 0 {
            target.clock().sleep(PAUSE).await;
        }
        problem = match target.clock().timeout(PATIENCE, target.get(host, path)).await {
            None => format!("no answer in {} s", PATIENCE.as_secs()),
            Some(Err(error)) => text::told(&error),
            Some(Ok(answer)) => {
                let body: String = String::from_utf8_lossy(answer.body())
                    .chars()
                    .map(|c| if c.is_control() { ' ' } else { c })
                    .take(90)
                    .collect();
                let told = format!("{} {}", answer.status().as_u16(), body.trim());
                if answer.status().is_success() {
                    return Ok(told);
                }
                told
            }
        };
    }
    Err(problem)
}
