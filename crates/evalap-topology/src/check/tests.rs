//! Each rule both ways: what breaks it is found where it is, and the same definition mended is not.

use super::*;
use crate::definition::*;

const STAGING: &str = include_str!("../../../../environments/staging.toml");
const PRODUCTION: &str = include_str!("../../../../environments/production.toml");

fn decoded(name: &str, text: &str) -> Decoded {
    Definition::from_toml(name, text).unwrap_or_else(|problems| panic!("{problems}"))
}

fn production() -> Definition {
    decoded("production.toml", PRODUCTION).definition
}

fn staging() -> Definition {
    decoded("staging.toml", STAGING).definition
}

/// Where a rule is broken.
fn places(definition: &Definition, rule: &str) -> Vec<String> {
    assert!(RULES.iter().any(|known| known.id == rule), "{rule}");
    let report = check(definition);
    report.findings().filter(|found| found.rule == rule).map(|found| found.place.path.clone()).collect()
}

#[track_caller]
fn breaks(mut definition: Definition, rule: &str, place: &str, break_it: impl FnOnce(&mut Definition)) {
    assert_eq!(places(&definition, rule), Vec::<String>::new(), "kept before");
    break_it(&mut definition);
    assert_eq!(places(&definition, rule), [place], "broken");
}

fn runners(definition: &mut Definition) -> &mut Service {
    definition.services.get_mut("runners").unwrap()
}

fn database(definition: &mut Definition) -> &mut Database {
    definition.database.as_mut().unwrap()
}

#[test]
fn the_environments_of_the_repository_have_no_error() {
    for (name, text) in [("staging.toml", STAGING), ("production.toml", PRODUCTION)] {
        let Decoded { definition, source, .. } = decoded(name, text);
        let report = check(&definition).locate(&source);
        assert!(report.max_severity() < Some(Severity::Warning), "{report}");
    }
    assert_eq!(check(&production()).findings().count(), 0);
    assert_eq!(check_isolation(&[&staging(), &production()]).findings().count(), 0);
}

#[test]
fn ids_are_unique_and_every_rule_has_its_words() {
    let ids: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
    assert!(RULES.iter().all(|rule| rule.sentence.ends_with('.') && rule.remedy.ends_with(['.', ')'])));
}

#[test]
fn secrets_are_not_in_the_definition_and_not_in_the_finding() {
    let place = "services.runners.environment.OPENAI_API_KEY";
    breaks(production(), "plaintext-secret", place, |definition| {
        runners(definition).environment.insert("OPENAI_API_KEY".into(), "hunter2hunter2".into());
        assert!(!check(definition).to_string().contains("hunter2"));
    });
    breaks(production(), "plaintext-secret", "services.runners.args[0]", |definition| {
        runners(definition).args = vec!["postgresql://u:hunter2@h/d".into()];
    });
    breaks(production(), "plaintext-secret", "database.settings.app.token", |definition| {
        database(definition).settings.insert("app.token".into(), "ghp_0123456789abcdef".into());
    });
}

#[test]
fn names_tell_the_environment() {
    let named = |name: &str| StoredSecret::from_env("X").protected(true).name(name);
    breaks(production(), "secret-name", "secrets.x.name", |d| {
        drop(d.secrets.insert("x".into(), named("staging-x")));
    });
    breaks(production(), "secret-name", "secrets.x.name", |d| {
        d.secrets.insert("y".into(), named("production-y"));
        d.secrets.insert("x".into(), named("production-"));
    });
    breaks(production(), "names-carry-environment", "environment.name", |d| {
        d.environment.name = "staging-2".into();
    });
    breaks(staging(), "names-carry-environment", "environment.name", |d| {
        d.environment.name = "preprod".into();
    });
    breaks(production(), "tags", "environment.tags", |d| {
        d.environment.tags.insert("environment=staging".into());
    });
}

#[test]
fn production_is_available_and_can_be_restored() {
    breaks(production(), "production-min-scale", "services.runners.min_scale", |d| runners(d).min_scale = 1);
    breaks(production(), "production-high-availability", "database.high_availability", |d| {
        database(d).high_availability = false;
    });
    breaks(production(), "backup-retention", "database.backups.keep", |d| {
        database(d).backups.keep = Seconds::days(29);
    });
    breaks(staging(), "backup-retention", "database.backups.keep", |d| {
        database(d).backups.keep = Seconds::days(6);
    });
    breaks(staging(), "backup-frequency", "database.backups.every", |d| {
        database(d).backups.every = Seconds::hours(25);
    });
    breaks(production(), "backup-region", "database.backups.same_region", |d| {
        database(d).backups.same_region = true;
    });
    breaks(production(), "secret-protected", "secrets.database-password.protected", |d| {
        d.secrets.get_mut("database-password").unwrap().protected = false;
    });
    // Staging may do with less.
    for rule in ["production-min-scale", "production-high-availability", "backup-region", "secret-protected"]
    {
        assert_eq!(places(&staging(), rule), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn the_database_is_closed() {
    breaks(staging(), "database-private", "database.public_endpoint", |d| database(d).public_endpoint = true);
    breaks(staging(), "database-private", "database.acl.anyone", |d| {
        database(d).public_endpoint = true;
        database(d).acl.insert("anyone".into(), "0.0.0.0/0".parse().unwrap());
        database(d).acl.insert("office".into(), "192.0.2.0/24".parse().unwrap());
    });
    breaks(staging(), "database-encrypted", "database.encryption", |d| database(d).encryption = false);
    let place = "services.runners.secrets.DATABASE_URL.database_url.user";
    breaks(staging(), "database-least-privilege", place, |d| {
        runners(d).secrets.insert("DATABASE_URL".into(), DatabaseUrl::new("evalap", "evalap_admin").into());
    });
}

#[test]
fn services_are_safe_to_call_and_known_to_be_well() {
    breaks(staging(), "region-eu", "environment.region", |d| d.environment.region = "us-east".into());
    breaks(staging(), "https-only", "services.runners.https_only", |d| runners(d).https_only = false);
    breaks(staging(), "health-check", "services.runners.liveness", |d| runners(d).liveness = None);
    breaks(staging(), "cpu-memory", "services.runners.memory", |d| runners(d).memory = Size::gigabytes(12));
    breaks(staging(), "image-pinned", "services.runners.image", |d| {
        runners(d).image = "r/runners:latest".into();
    });
    breaks(staging(), "image-pinned", "services.runners.image", |d| {
        runners(d).image = "r:443/runners".into();
    });
    breaks(production(), "image-pinned", "services.runners.image", |d| {
        runners(d).image = "r/runners:1.2".into();
    });
    assert_eq!(places(&staging(), "image-digest").len(), 3);
    assert_eq!(places(&production(), "image-digest").len(), 0);
    // A private service has callers of its own.
    let mut private = staging();
    *runners(&mut private) = Service::new("r/runners:1").privacy(Privacy::Private).https_only(false);
    assert_eq!(places(&private, "https-only"), Vec::<String>::new());
}

#[test]
fn everything_is_watched() {
    breaks(staging(), "monitored", "monitoring.traces", |d| d.monitoring.traces = None);
    breaks(staging(), "log-retention", "monitoring.logs.retention_days", |d| {
        d.monitoring.logs = Some(DataSource::days(6));
    });
    breaks(production(), "log-retention", "monitoring.logs.retention_days", |d| {
        d.monitoring.logs = Some(DataSource::days(29));
    });
    breaks(staging(), "alerts", "monitoring.contacts", |d| d.monitoring.contacts.clear());
    breaks(staging(), "alerts", "monitoring.managed_alerts", |d| d.monitoring.managed_alerts = false);
    breaks(staging(), "token-least-privilege", "monitoring.tokens.push.scopes", |d| {
        d.monitoring.tokens.get_mut("push").unwrap().scopes.insert(TokenScope::ReadOnlyLogs);
    });
}

#[test]
fn a_waiver_lets_pass_what_it_covers_and_shows_why() {
    let mut definition = production();
    runners(&mut definition).min_scale = 1;
    definition.services.get_mut("streamlit").unwrap().min_scale = 1;
    assert!(check(&definition).has_errors());
    let here = Waiver::new("production-min-scale", "One evaluator at a time").place("services.runners");
    definition.waivers.push(here);
    let report = check(&definition);
    assert!(report.has_errors(), "streamlit is not waived");
    assert!(
        report
            .to_string()
            .contains("waived (error)[production-min-scale] production: services.runners.min_scale")
    );
    assert!(report.to_string().contains("because: One evaluator at a time"));

    definition.waivers.push(Waiver::new("production-min-scale", "Closed at night"));
    assert!(!check(&definition).has_errors());
}

#[test]
fn a_waiver_of_no_rule_is_an_error_with_the_nearest() {
    let definition = production().waiver(Waiver::new("image-pined", "it will be all right"));
    let report = check(&definition);
    assert!(report.has_errors());
    assert!(report.to_string().contains("waivers[0].rule") && report.to_string().contains("`image-pinned`"));
}

#[test]
fn findings_from_a_file_have_line_and_column_and_serialise() {
    let text = PRODUCTION.replacen("high_availability = true", "high_availability = false", 1);
    let Decoded { definition, source, .. } = decoded("production.toml", &text);
    let report = check(&definition).locate(&source);
    let line = text.lines().position(|line| line.starts_with("high_availability")).unwrap() + 1;
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json[0]["rule"], "production-high-availability");
    assert_eq!(json[0]["severity"], "error");
    assert_eq!(json[0]["place"]["line"], line);
    assert_eq!(json[0]["place"]["column"], 21);
    assert!(report.to_string().contains(&format!("production.toml:{line}:21: database.high_availability")));
    assert!(report.to_string().ends_with("errors: 1, warnings: 0, info: 0, waived: 0"));
}

#[test]
fn environments_share_nothing() {
    let mut other = staging();
    other.environment.name = "demo".into();
    other.environment.project_id = "0a1b2c3d-0000-4000-8000-000000000000".into();
    let shared = |other: &Definition| -> Vec<String> {
        check_isolation(&[&staging(), other]).findings().map(|found| found.place.path.clone()).collect()
    };
    assert_eq!(shared(&other), ["network.subnets"], "the same range");

    other.network = Some(Network::default());
    assert_eq!(shared(&other), Vec::<String>::new());

    let placed = |mut definition: Definition| {
        definition.state = StatePlace::in_bucket("evalap-state").key(KeySource::FromFile("state.key".into()));
        definition
    };
    let (one, two) = (placed(staging()), placed(other.clone()));
    let found: Vec<_> =
        check_isolation(&[&one, &two]).findings().map(|found| found.place.path.clone()).collect();
    assert_eq!(found, ["state.bucket", "state.key"]);

    other.environment.project_id = staging().environment.project_id;
    other.secrets.insert("mine".into(), StoredSecret::from_env("X").name("staging-openai-api-key"));
    assert_eq!(shared(&other), ["environment.project_id", "secrets.mine"]);
    assert!(shared(&staging()).contains(&"environment.name".to_owned()));
    assert!(shared(&staging()).contains(&"monitoring.tokens".to_owned()));
}
