//! The table of rules. Each is a function from a definition to the places that break it.

use super::Severity::{self, Error, Info, Warning};
use crate::definition::{
    DataSource, Definition, Privacy, Seconds, SecretVariable, Service, TokenScope, Variable, sensitive,
};

/// A compliance rule.
#[non_exhaustive]
pub struct Rule {
    /// Its id, for waivers and reports.
    pub id: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// What it asks.
    pub sentence: &'static str,
    /// What to do where it is broken.
    pub remedy: &'static str,
    pub(super) check: fn(&Definition) -> Found,
}

/// Where it is broken, and how.
type Found = Vec<(String, String)>;

macro_rules! rules {
    ($($id:literal $severity:ident $sentence:literal, $remedy:literal, $check:ident;)*) => {
        /// Every rule.
        pub const RULES: &[Rule] = &[$(Rule {
            id: $id, severity: $severity, sentence: $sentence, remedy: $remedy, check: $check,
        }),*];
    };
}

#[rustfmt::skip]
rules! {
    "plaintext-secret" Error "No secret is written in a definition.",
        "Declare it under `secrets` and refer to it in the service's `secrets`; then change the secret, since it has been in a file.", plaintext_secret;
    "secret-name" Error "The names of secrets in Secret Manager are `<environment>-<name>`.",
        "Take out the secret's own `name`, or begin it with the environment's.", secret_name;
    "names-carry-environment" Error "What an environment is called agrees with the policy it follows.",
        "Rename the environment, or change its `kind`.", names_carry_environment;
    "production-min-scale" Error "In production every service runs at least 2 instances.",
        "Set `min_scale = 2` or more.", production_min_scale;
    "production-high-availability" Error "The production database is highly available.",
        "Set `high_availability = true`; it cannot be undone.", production_high_availability;
    "backup-retention" Error "Backups are kept 7 days at least, 30 in production.",
        "Set `backups.keep` to `7d` or more, in production to `30d` or more.", backup_retention;
    "backup-frequency" Error "The database is backed up at least daily.",
        "Set `backups.every` to `24h` or less.", backup_frequency;
    "backup-region" Warning "Production backups outlive a region.",
        "Set `backups.same_region = false`.", backup_region;
    "database-private" Error "The database is reached over the private network, or by a narrow access list.",
        "Set `public_endpoint = false`, or list narrow ranges in `database.acl` (/16 or narrower).", database_private;
    "database-encrypted" Error "The database is encrypted at rest.",
        "Set `encryption = true`; it cannot be undone.", database_encrypted;
    "database-least-privilege" Error "Services use the database as a user who does not administer it.",
        "Give the service a user of its own with the privileges it needs.", database_least_privilege;
    "region-eu" Error "Everything is in a region of the European Union.",
        "Take fr-par, nl-ams, pl-waw or it-mil.", region_eu;
    "https-only" Error "Public services answer over HTTPS only.",
        "Set `https_only = true`.", https_only;
    "health-check" Error "Every service has a health check.",
        "Give it a `liveness` probe.", health_check;
    "image-pinned" Error "In production images are pinned by digest; nowhere by a tag that moves.",
        "Write the image as `name@sha256:<digest>`.", image_pinned;
    "image-digest" Info "Images pinned by digest are the only ones that are redeployed when they change.",
        "Write the image as `name@sha256:<digest>`.", image_digest;
    "cpu-memory" Error "The platform takes each service's pair of CPU and memory.",
        "Give 1 to 4 MB of memory for each mvCPU.", cpu_memory;
    "token-least-privilege" Warning "No Cockpit token may do everything.",
        "Give the token only the scopes it is used for; one token for pushing, another for reading.", token_least_privilege;
    "monitored" Error "Metrics, logs and traces are all kept.",
        "Give `monitoring` a data source for each.", monitored;
    "log-retention" Error "Logs are kept 7 days at least, 30 in production.",
        "Raise `monitoring.logs.retention_days`.", log_retention;
    "alerts" Error "Someone is told when something breaks.",
        "List e-mail addresses in `monitoring.contacts` and set `managed_alerts = true`.", alerts;
    "tags" Error "Everything is tagged `project`, `environment` and `managed-by`, with one value each.",
        "Take the tag out: it is added by itself.", tags;
    "secret-protected" Warning "Production secrets cannot be deleted by accident.",
        "Set `protected = true`.", secret_protected;
}

fn plaintext_secret(definition: &Definition) -> Found {
    let variables = services(definition).flat_map(|(path, service)| {
        service.environment.iter().filter_map(move |(name, value)| match value {
            Variable::Text(text) if sensitive::looks_secret(name, text) => Some((
                format!("{path}.environment.{name}"),
                format!("the value of {name} looks like a secret"),
            )),
            _ => None,
        })
    });
    let settings = definition.database.iter().flat_map(|database| &database.settings);
    let settings = settings.filter(|(name, value)| sensitive::looks_secret(name, value)).map(|(name, _)| {
        (format!("database.settings.{name}"), format!("the value of the setting {name} looks like a secret"))
    });
    let arguments = services(definition).flat_map(|(path, service)| {
        let words = [("command", &service.command), ("args", &service.args)];
        words.into_iter().flat_map(move |(list, words)| {
            let path = path.clone();
            words.iter().enumerate().filter(|(_, word)| sensitive::looks_secret("", word)).map(
                move |(index, _)| {
                    (
                        format!("{path}.{list}[{index}]"),
                        "a word of the command line looks like a secret".to_owned(),
                    )
                },
            )
        })
    });
    variables.chain(settings).chain(arguments).collect()
}

fn secret_name(definition: &Definition) -> Found {
    let prefix = format!("{}-", definition.environment.name);
    let named = definition.secrets.iter().filter_map(|(short, secret)| Some((short, secret.name.as_ref()?)));
    named
        .filter(|(_, name)| !name.starts_with(&prefix) || name.len() == prefix.len())
        .map(|(short, name)| {
            (format!("secrets.{short}.name"), format!("the name `{name}` does not begin with `{prefix}`"))
        })
        .collect()
}

fn names_carry_environment(definition: &Definition) -> Found {
    let environment = &definition.environment;
    let other = if environment.kind.is_production() { "staging" } else { "prod" };
    let misleading = environment.name.contains(other);
    let sentence = format!("`{}` follows the policy of {}", environment.name, environment.kind.as_str());
    when(misleading, "environment.name", sentence)
}

fn production_min_scale(definition: &Definition) -> Found {
    production_services(definition)
        .filter(|(_, service)| service.min_scale < 2)
        .map(|(path, service)| (format!("{path}.min_scale"), format!("min_scale is {}", service.min_scale)))
        .collect()
}

fn production_high_availability(definition: &Definition) -> Found {
    let alone = definition.database.as_ref().is_some_and(|database| !database.high_availability);
    when(production(definition) && alone, "database.high_availability", "the database has one node")
}

fn backup_retention(definition: &Definition) -> Found {
    let least = Seconds::days(if production(definition) { 30 } else { 7 });
    let Some(database) = &definition.database else { return Vec::new() };
    let keep = database.backups.keep;
    when(keep < least, "database.backups.keep", format!("backups are kept {keep}, less than {least}"))
}

fn backup_frequency(definition: &Definition) -> Found {
    let Some(database) = &definition.database else { return Vec::new() };
    let every = database.backups.every;
    when(every > Seconds::hours(24), "database.backups.every", format!("there is a backup every {every}"))
}

fn backup_region(definition: &Definition) -> Found {
    let same = definition.database.as_ref().is_some_and(|database| database.backups.same_region);
    when(
        production(definition) && same,
        "database.backups.same_region",
        "backups are lost with the database's region",
    )
}

fn database_private(definition: &Definition) -> Found {
    let Some(database) = definition.database.as_ref().filter(|database| database.public_endpoint) else {
        return Vec::new();
    };
    if database.acl.is_empty() {
        return when(true, "database.public_endpoint", "the public endpoint has no access list");
    }
    let wide = database.acl.iter().filter(|(_, range)| range.is_wide());
    wide.map(|(who, range)| (format!("database.acl.{who}"), format!("the range {range} is too wide")))
        .collect()
}

fn database_encrypted(definition: &Definition) -> Found {
    let open = definition.database.as_ref().is_some_and(|database| !database.encryption);
    when(open, "database.encryption", "the database is not encrypted at rest")
}

fn database_least_privilege(definition: &Definition) -> Found {
    let Some(database) = &definition.database else { return Vec::new() };
    let administers = |user: &str| database.users.get(user).is_some_and(|user| user.admin);
    services(definition)
        .flat_map(|(path, service)| {
            service.secrets.iter().filter_map(move |(variable, value)| match value {
                SecretVariable::DatabaseUrl { database_url } if administers(&database_url.user) => Some((
                    format!("{path}.secrets.{variable}.database_url.user"),
                    format!("the user `{}` administers the instance", database_url.user),
                )),
                _ => None,
            })
        })
        .collect()
}

fn region_eu(definition: &Definition) -> Found {
    let region = &definition.environment.region;
    let inside = ["fr-par", "nl-ams", "pl-waw", "it-mil"].contains(&region.as_str());
    when(
        !inside,
        "environment.region",
        format!("the region {region} is not known to be in the European Union"),
    )
}

fn https_only(definition: &Definition) -> Found {
    services(definition)
        .filter(|(_, service)| service.privacy == Privacy::Public && !service.https_only)
        .map(|(path, _)| (format!("{path}.https_only"), "the service answers over plain HTTP".to_owned()))
        .collect()
}

fn health_check(definition: &Definition) -> Found {
    services(definition)
        .filter(|(_, service)| service.liveness.is_none())
        .map(|(path, _)| (format!("{path}.liveness"), "the service has no liveness probe".to_owned()))
        .collect()
}

fn image_pinned(definition: &Definition) -> Found {
    services(definition)
        .filter(|(_, service)| !service.image.contains("@sha256:"))
        .filter(|(_, service)| production(definition) || has_moving_tag(&service.image))
        .map(|(path, service)| {
            (format!("{path}.image"), format!("`{}` can change under its name", service.image))
        })
        .collect()
}

fn image_digest(definition: &Definition) -> Found {
    services(definition)
        .filter(|(_, service)| !service.image.contains("@sha256:"))
        .filter(|(_, service)| !production(definition) && !has_moving_tag(&service.image))
        .map(|(path, service)| (format!("{path}.image"), format!("`{}` is pinned by tag", service.image)))
        .collect()
}

fn cpu_memory(definition: &Definition) -> Found {
    services(definition)
        .filter(|(_, service)| !service.cpu_fits_memory())
        .map(|(path, s)| (format!("{path}.memory"), format!("{} does not go with {} mvCPU", s.memory, s.cpu)))
        .collect()
}

fn token_least_privilege(definition: &Definition) -> Found {
    let may = |scopes: &std::collections::BTreeSet<TokenScope>, word: &str| {
        scopes.iter().any(|scope| scope.as_str().starts_with(word))
    };
    let tokens = definition.monitoring.tokens.iter();
    tokens
        .filter(|(_, token)| {
            may(&token.scopes, "full_access") || may(&token.scopes, "read") && may(&token.scopes, "write")
        })
        .map(|(name, _)| {
            (format!("monitoring.tokens.{name}.scopes"), "the token both reads and changes".to_owned())
        })
        .collect()
}

fn monitored(definition: &Definition) -> Found {
    let monitoring = &definition.monitoring;
    [("metrics", &monitoring.metrics), ("logs", &monitoring.logs), ("traces", &monitoring.traces)]
        .into_iter()
        .filter(|(_, source): &(&str, &Option<DataSource>)| source.is_none())
        .map(|(name, _)| (format!("monitoring.{name}"), format!("no {name} are kept")))
        .collect()
}

fn log_retention(definition: &Definition) -> Found {
    let least = if production(definition) { 30 } else { 7 };
    let Some(logs) = &definition.monitoring.logs else { return Vec::new() };
    let days = logs.retention_days;
    when(
        days < least,
        "monitoring.logs.retention_days",
        format!("logs are kept {days} days, less than {least}"),
    )
}

fn alerts(definition: &Definition) -> Found {
    let monitoring = &definition.monitoring;
    let mut found = when(monitoring.contacts.is_empty(), "monitoring.contacts", "nobody is told of an alert");
    let silent = !monitoring.managed_alerts && monitoring.alerts.is_empty();
    found.extend(when(silent, "monitoring.managed_alerts", "no alert is on"));
    found
}

fn tags(definition: &Definition) -> Found {
    let required = definition.environment.required_tags();
    let own = |tag: &str| required.iter().any(|required| key(required) == key(tag) && required != tag);
    let tags = definition.environment.tags.iter().filter(|tag| own(tag));
    tags.map(|tag| ("environment.tags".to_owned(), format!("`{tag}` contradicts our own tag"))).collect()
}

fn secret_protected(definition: &Definition) -> Found {
    let open = definition.secrets.iter().filter(|(_, secret)| production(definition) && !secret.protected);
    open.map(|(short, _)| (format!("secrets.{short}.protected"), "the secret can be deleted".to_owned()))
        .collect()
}

fn when(broken: bool, path: &str, sentence: impl Into<String>) -> Found {
    if broken { vec![(path.to_owned(), sentence.into())] } else { Vec::new() }
}

fn production(definition: &Definition) -> bool {
    definition.environment.kind.is_production()
}

fn services(definition: &Definition) -> impl Iterator<Item = (String, &Service)> {
    definition.services.iter().map(|(name, service)| (format!("services.{name}"), service))
}

fn production_services(definition: &Definition) -> impl Iterator<Item = (String, &Service)> {
    services(definition).filter(|_| production(definition))
}

fn key(tag: &str) -> &str {
    tag.split_once('=').map_or(tag, |(key, _)| key)
}

/// No tag means `latest`.
fn has_moving_tag(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        Some((_, tag)) => {
            ["latest", "main", "master", "dev", "stable", "staging", "production"].contains(&tag)
        }
        None => true,
    }
}
