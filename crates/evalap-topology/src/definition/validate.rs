//! What the schema cannot say of a definition: references, cycles, and values that depend on one another.

use std::collections::BTreeMap;

use super::grammar::names;
use super::problem::{Problem, join};
use super::sensitive::shown;
use super::{Database, Definition, Scaling, Seconds, SecretSource, SecretVariable, Service, Variable};
use crate::graph;

/// Ports that the platform's own processes take in every container.
const TAKEN_PORTS: [u16; 6] = [8008, 8012, 8013, 8022, 9090, 9091];
/// What the database takes for a password.
const PASSWORD_LENGTH: std::ops::RangeInclusive<u16> = 8..=128;

pub(super) fn validate(definition: &Definition) -> Vec<Problem> {
    let mut problems = Vec::new();
    subnets(definition, &mut problems);
    secret_names(definition, &mut problems);
    if let Some(database) = &definition.database {
        self::database(definition, database, &mut problems);
    }
    for (name, service) in &definition.services {
        self::service(definition, &format!("services.{name}"), service, &mut problems);
    }
    cycles(definition, &mut problems);
    problems
}

fn subnets(definition: &Definition, problems: &mut Vec<Problem>) {
    let subnets: Vec<_> = definition.network.iter().flat_map(|network| &network.subnets).collect();
    for (index, subnet) in subnets.iter().enumerate() {
        for other in &subnets[..index] {
            if subnet.overlaps(other) {
                let message = format!("{other} and {subnet} have addresses in common");
                problems
                    .push(Problem::at("network.subnets", message).expected("subnets apart from one another"));
            }
        }
    }
}

/// Two secrets of one name in Secret Manager would be one secret.
fn secret_names(definition: &Definition, problems: &mut Vec<Problem>) {
    let declared =
        definition.secrets.iter().map(|(short, secret)| (format!("secrets.{short}"), &*secret.path, short));
    let tokens = definition.monitoring.tokens.iter();
    let tokens = tokens.map(|(name, token)| (format!("monitoring.tokens.{name}.secret"), "/", &token.secret));
    let mut seen = BTreeMap::new();
    for (place, folder, short) in declared.chain(tokens) {
        if definition.secrets.contains_key(short) && place.starts_with("monitoring.") {
            let message = format!("the secret `{short}` is declared under `secrets` too");
            problems.push(Problem::at(place, message).expected("a name that only this token uses"));
            continue;
        }
        let name = (folder.trim_end_matches('/').to_owned(), definition.secret_name(short));
        if let Some(first) = seen.insert(name.clone(), place.clone()) {
            let message = format!("the name {} in Secret Manager is taken by `{first}`", name.1);
            problems.push(Problem::at(place, message).expected("a name of its own").depends_on([first]));
        }
    }
}

fn database(definition: &Definition, database: &Database, problems: &mut Vec<Problem>) {
    if !database.users.values().any(|user| user.admin) {
        let users = database.users.keys().map(|name| format!("{}.admin", join("database.users", name)));
        let problem = Problem::at("database.users", "no user has `admin = true`").at_key().depends_on(users);
        problems.push(problem.expected("an administrator: the instance is created with it"));
    }
    for (name, user) in &database.users {
        let path = join("database.users", name);
        let place = format!("{path}.password");
        let secrets = &definition.secrets;
        let there = secrets.contains_key(&user.password);
        dangling(problems, &place, "secret", &user.password, there, secrets.keys());
        let made = definition.secrets.get(&user.password).map(|secret| &secret.source);
        if let Some(SecretSource::Generate(generate)) = made {
            let secret = format!("secrets.{}", user.password);
            if !PASSWORD_LENGTH.contains(&generate.length) || !generate.special {
                let message =
                    format!("the secret `{}` makes no password that the database takes", user.password);
                let expected = "a length from 8 to 128, and special characters";
                problems.push(Problem::at(place, message).expected(expected).depends_on([secret]));
            }
        }
        for database_name in user.privileges.keys() {
            let place = join(&format!("{path}.privileges"), database_name);
            let before = problems.len();
            let there = database.databases.contains(database_name);
            dangling(problems, &place, "database", database_name, there, &database.databases);
            problems.iter_mut().skip(before).for_each(|problem| problem.at_key = true);
        }
    }
    if !database.acl.is_empty() && !database.public_endpoint {
        let problem =
            Problem::at("database.acl", "an access list without a public endpoint has no effect").at_key();
        problems.push(problem.expected("`public_endpoint = true`, or no access list"));
    }
    if !database.private_network && !database.public_endpoint {
        let problem =
            Problem::at("database", "neither a private network nor a public endpoint: nobody can reach it");
        problems.push(problem.at_key().expected("`private_network = true`"));
    }
    if database.private_network && definition.network.is_none() {
        let problem =
            Problem::at("database.private_network", "there is no private network: `[network]` is missing");
        problems.push(
            problem.expected("a `[network]`, or `private_network = false`").depends_on(["network".into()]),
        );
    }
    if database.volume.kind == super::VolumeType::Lssd
        && database.node_type.to_uppercase().starts_with("DB-PRO2")
    {
        let problem = Problem::at("database.volume.type", "found lssd, which DB-PRO2 nodes do not have");
        problems.push(problem.expected("sbs_5k or sbs_15k"));
    }
}

fn service(definition: &Definition, path: &str, service: &Service, problems: &mut Vec<Problem>) {
    let at = |field: &str| format!("{path}.{field}");
    if TAKEN_PORTS.contains(&service.port) {
        let message = format!("found {}, which the platform takes for itself", service.port);
        let taken = TAKEN_PORTS.map(|port| port.to_string());
        let expected = format!("a port other than {}", names(taken.iter().map(String::as_str)));
        problems.push(Problem::at(at("port"), message).expected(expected));
    }
    if !service.cpu_fits_memory() {
        let (least, most) = service.memory_for_cpu();
        let message = format!("{} does not go with {} mvCPU", service.memory, service.cpu);
        let expected = format!("{least} to {most}, about 1 to 4 MB for each mvCPU");
        problems.push(Problem::at(at("memory"), message).expected(expected).depends_on([at("cpu")]));
    }
    if service.min_scale > service.max_scale {
        let message = format!("found {}, more than max_scale {}", service.min_scale, service.max_scale);
        let problem = Problem::at(at("min_scale"), message).depends_on([at("max_scale")]);
        problems.push(problem.expected(format!("0 to {}", service.max_scale)));
    }
    if matches!(service.scaling, Scaling::Cpu(_) | Scaling::Memory(_)) && service.min_scale == 0 {
        let problem = Problem::at(at("scaling"), "scaling by CPU or memory cannot start from 0 instances");
        problems.push(problem.expected("min_scale of 1 or more").depends_on([at("min_scale")]));
    }
    if service.private_network && definition.network.is_none() {
        let problem =
            Problem::at(at("private_network"), "there is no private network: `[network]` is missing");
        problems.push(
            problem.expected("a `[network]`, or `private_network = false`").depends_on(["network".into()]),
        );
    }
    probes(path, service, problems);
    variables(definition, path, service, problems);
}

fn probes(path: &str, service: &Service, problems: &mut Vec<Problem>) {
    for (name, probe) in [("liveness", &service.liveness), ("startup", &service.startup)] {
        let Some(probe) = probe else { continue };
        let at = |field: &str| format!("{path}.{name}.{field}");
        if probe.timeout > probe.interval {
            let message = format!("found {}, longer than the interval {}", probe.timeout, probe.interval);
            let problem =
                Problem::at(at("timeout"), message).depends_on([at("interval"), format!("{path}.{name}")]);
            problems.push(problem.expected(format!("at most {}", probe.interval)));
        }
        let gives_up = Seconds::new(probe.interval.as_secs() * u64::from(probe.failures));
        if gives_up > service.deadline {
            let message =
                format!("gives up after {gives_up}, later than the service's deadline {}", service.deadline);
            let depends =
                [at("failures"), at("interval"), format!("{path}.{name}"), format!("{path}.deadline")];
            let problem = Problem::at(format!("{path}.{name}"), message).at_key().depends_on(depends);
            problems.push(problem.expected("interval × failures within the deadline, or a longer deadline"));
        }
    }
}

fn variables(definition: &Definition, path: &str, service: &Service, problems: &mut Vec<Problem>) {
    for (table, name) in service
        .environment
        .keys()
        .map(|name| ("environment", name))
        .chain(service.secrets.keys().map(|name| ("secrets", name)))
    {
        let place = join(&format!("{path}.{table}"), name);
        if name == "PORT" || name.starts_with("SCW_") {
            let problem =
                Problem::at(place, format!("the variable {name} is reserved by the platform")).at_key();
            problems.push(problem.expected("a name other than PORT and SCW_*"));
        } else if table == "secrets" && service.environment.contains_key(name) {
            let problem = Problem::at(place, format!("the variable {name} is in `environment` too")).at_key();
            problems.push(problem.expected("each variable once"));
        }
    }
    for (name, value) in &service.environment {
        if let Variable::ServiceUrl { service } = value {
            let place = format!("{}.service", join(&format!("{path}.environment"), name));
            let services = &definition.services;
            dangling(problems, &place, "service", service, services.contains_key(service), services.keys());
        }
    }
    for (name, value) in &service.secrets {
        let place = join(&format!("{path}.secrets"), name);
        match value {
            SecretVariable::Secret(secret) => {
                let there = definition.secrets.contains_key(secret)
                    || definition.secret_names().any(|name| name == secret);
                dangling(problems, &place, "secret", secret, there, definition.secret_names());
            }
            SecretVariable::DatabaseUrl { database_url } => {
                let place = format!("{place}.database_url");
                let Some(database) = &definition.database else {
                    let problem =
                        Problem::at(place, "there is no database: `[database]` is missing").at_key();
                    problems.push(problem.depends_on(["database".into()]));
                    continue;
                };
                let (at, name) = (format!("{place}.database"), &database_url.database);
                let there = database.databases.contains(name);
                dangling(problems, &at, "database", name, there, &database.databases);
                let (at, name) = (format!("{place}.user"), &database_url.user);
                let there = database.users.contains_key(name);
                dangling(problems, &at, "user", name, there, database.users.keys());
            }
        }
    }
}

/// Services that are each given the address of the next, round to the first: none could be made before the others.
fn cycles(definition: &Definition, problems: &mut Vec<Problem>) {
    let services = &definition.services;
    let edges = services.iter().map(|(name, service)| {
        let called = service.calls().map(|(_, called)| called);
        (name.as_str(), called.collect())
    });
    for circle in graph::circles(&edges.collect()) {
        let [first, ..] = circle[..] else { continue };
        let second = circle.get(1).unwrap_or(&first);
        let variable = services.get(first).and_then(|service| {
            service.calls().find(|(_, called)| called == second).map(|(variable, _)| variable)
        });
        let members = [&circle[..], &[first]].concat().join(" → ");
        let message = format!("the services are given each other's addresses in a circle: {members}");
        let place = join(&format!("services.{first}.environment"), variable.unwrap_or_default());
        problems.push(Problem::at(place, message).expected("one of them to do without"));
    }
}

/// Reports a reference to a name that is not there; `valid` are those that are. Whether it is `there` the caller knows without
/// going through them all.
fn dangling<'a, N: AsRef<str> + ?Sized + 'a>(
    problems: &mut Vec<Problem>,
    place: &str,
    kind: &str,
    name: &str,
    there: bool,
    valid: impl IntoIterator<Item = &'a N>,
) {
    if there {
        return;
    }
    let valid: Vec<&str> = valid.into_iter().map(AsRef::as_ref).collect();
    let problem = Problem::at(place, format!("there is no {kind} {}", shown(name)));
    let problem = problem.nearest(name, valid.iter().copied());
    let list = if valid.is_empty() { "none is declared".to_owned() } else { names(valid) };
    problems.push(problem.expected(format!("the name of a {kind} ({list})")));
}
