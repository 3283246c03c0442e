//! What must exist for a definition to be true.

use std::collections::BTreeMap;

use scaleway_cockpit::DataSourceKind;
use scaleway_containers::{Privacy, Probe, ScalingOption};

use crate::address::Address;
use crate::definition::{
    self, Definition, ProbeTarget, Scaling, SecretSource, SecretVariable, Service, Variable,
};
use crate::input::Input;
use crate::kinds::{
    AlertManager, CockpitToken, ContactPoint, Container, ContainerNamespace, DataSource, Database,
    DatabaseAcl, DatabaseInstance, DatabasePrivilege, DatabaseUrl, DatabaseUser, KindName, PrivateNetwork,
    Resource, Secret, SecretRef, SecretUse, SecretVersion, Source, Vpc,
};
use crate::sources::Sources;
use crate::state::StateKey;

/// There is one VPC, one instance, … an environment: this is what it is called.
const MAIN: &str = "main";

/// The resources of a valid definition. What refers to what is in them, and nowhere else.
pub(crate) fn resources(definition: &Definition, sources: &Sources, key: &StateKey) -> Vec<Resource> {
    let mut tags = definition.tags();
    tags.sort();
    let mut translation = Translation {
        definition,
        sources,
        key,
        tags,
        prefix: definition.environment.prefix(),
        resources: Vec::new(),
    };
    translation.network();
    translation.secrets();
    translation.database();
    translation.monitoring();
    translation.services();
    translation.resources
}

struct Translation<'a> {
    definition: &'a Definition,
    sources: &'a Sources,
    key: &'a StateKey,
    tags: Vec<String>,
    prefix: String,
    resources: Vec<Resource>,
}

impl Translation<'_> {
    fn add(&mut self, name: impl Into<String>, spec: impl Into<crate::kinds::Spec>) -> Address {
        let resource = Resource::new(name, spec);
        let address = resource.address.clone();
        self.resources.push(resource);
        address
    }

    fn network(&mut self) {
        let Some(network) = &self.definition.network else { return };
        let vpc = self.add(MAIN, Vpc::new(&self.prefix, self.tags.clone()));
        let mut private = PrivateNetwork::new(&vpc, &self.prefix, self.tags.clone());
        private.subnet = network.subnets.iter().map(|subnet| subnet.0).find(|subnet| subnet.addr().is_ipv4());
        self.add(MAIN, private);
    }

    fn secrets(&mut self) {
        for (name, secret) in &self.definition.secrets {
            let source = match &secret.source {
                SecretSource::Existing => continue,
                SecretSource::Generate(generate) => {
                    Source::Generated { length: generate.length, special: generate.special }
                }
                SecretSource::FromEnv(_) | SecretSource::FromFile(_) => match self.sources.given(name) {
                    Some(value) => Source::Given { digest: self.key.digest(value).to_string() },
                    None => Source::Generated { length: 32, special: false },
                },
            };
            let kept = Secret {
                name: self.definition.secret_name(name),
                path: secret.path.clone(),
                kind: secret_type(secret.kind),
                description: secret.description.clone().unwrap_or_default(),
                tags: self.tags.clone(),
                protected: secret.protected,
            };
            let kept = self.add(name, kept);
            self.add(name, SecretVersion { secret_id: Secret::id(&kept), source });
        }
    }

    /// The version of a secret that the definition calls `name`: one of its own, a token's, or one that exists already.
    fn secret_ref(&self, name: &str) -> SecretRef {
        if let Some((id, revision)) = self.sources.existing(name) {
            return SecretRef { secret_id: Input::Known(id.clone()), revision: Input::Known(*revision) };
        }
        let token = self.definition.monitoring.tokens.iter().find(|(_, token)| token.secret == name);
        SecretRef::to(&match token {
            Some((token, _)) => Address::new(KindName::CockpitToken, token),
            None => Address::new(KindName::SecretVersion, name),
        })
    }

    fn database(&mut self) {
        let Some(database) = &self.definition.database else { return };
        // The definition is valid: there is exactly one administrator.
        let Some((admin, admin_user)) = database.users.iter().find(|(_, user)| user.admin) else { return };
        let instance = DatabaseInstance {
            name: self.prefix.clone(),
            tags: self.tags.clone(),
            engine: database.engine.clone(),
            node_type: database.node_type.clone(),
            high_availability: database.high_availability,
            volume_type: volume_type(database.volume.kind),
            volume_size: database.volume.size.as_bytes(),
            encryption: database.encryption,
            backup_frequency: u32::try_from(database.backups.every.as_hours()).unwrap_or(u32::MAX),
            backup_retention: u32::try_from(database.backups.keep.as_days()).unwrap_or(u32::MAX),
            backup_same_region: database.backups.same_region,
            settings: database.settings.clone(),
            private_network_id: private_network(database.private_network),
            public_endpoint: database.public_endpoint,
            user_name: admin.clone(),
            password: self.secret_ref(&admin_user.password),
        };
        let instance = self.add(MAIN, instance);
        let instance_id = || DatabaseInstance::id(&instance);
        if database.public_endpoint {
            let rules = database
                .acl
                .iter()
                .map(|(description, range)| (range.0.to_string(), description.clone()))
                .collect();
            self.add(MAIN, DatabaseAcl { instance_id: instance_id(), rules });
        }
        let mut databases = BTreeMap::new();
        for name in &database.databases {
            databases
                .insert(name, self.add(name, Database { instance_id: instance_id(), name: name.clone() }));
        }
        for (name, user) in &database.users {
            let user_name = if name == admin {
                Input::Known(name.clone())
            } else {
                let password = self.secret_ref(&user.password);
                let spec = DatabaseUser {
                    instance_id: instance_id(),
                    name: name.clone(),
                    is_admin: user.admin,
                    password,
                };
                DatabaseUser::name(&self.add(name, spec))
            };
            // What is granted by default, none, is not a grant: nothing tells one from the other.
            for (on, privilege) in user.privileges.iter().filter(|(_, privilege)| grants(**privilege)) {
                let Some(database) = databases.get(on) else { continue };
                let privilege = DatabasePrivilege {
                    instance_id: instance_id(),
                    database: Database::name(database),
                    user: user_name.clone(),
                    permission: permission(*privilege),
                };
                self.add(self::privilege(name, on), privilege);
            }
        }
    }

    fn monitoring(&mut self) {
        let monitoring = &self.definition.monitoring;
        let sources = [
            ("metrics", DataSourceKind::Metrics, &monitoring.metrics),
            ("logs", DataSourceKind::Logs, &monitoring.logs),
            ("traces", DataSourceKind::Traces, &monitoring.traces),
        ];
        for (name, kind, source) in sources {
            if let Some(source) = source {
                let source = DataSource {
                    name: format!("{}-{name}", self.prefix),
                    kind,
                    retention_days: source.retention_days,
                };
                self.add(name, source);
            }
        }
        for (name, token) in &monitoring.tokens {
            let secret = Secret {
                name: self.definition.secret_name(&token.secret),
                path: "/".to_owned(),
                kind: scaleway_secrets::SecretType::Opaque,
                description: format!("Cockpit token {name}"),
                tags: self.tags.clone(),
                protected: false,
            };
            let secret = self.add(&token.secret, secret);
            let scopes = token.scopes.iter().map(|scope| token_scope(*scope)).collect();
            self.add(
                name,
                CockpitToken {
                    name: format!("{}-{name}", self.prefix),
                    scopes,
                    secret_id: Secret::id(&secret),
                },
            );
        }
        if monitoring.contacts.is_empty() && !monitoring.managed_alerts && monitoring.alerts.is_empty() {
            return;
        }
        let rules = monitoring.alerts.clone();
        let manager =
            self.add(MAIN, AlertManager { enabled: true, managed_alerts: monitoring.managed_alerts, rules });
        for email in &monitoring.contacts {
            let alert_manager_enabled = AlertManager::enabled(&manager);
            self.add(
                email,
                ContactPoint {
                    email: email.clone(),
                    send_resolved_notifications: true,
                    alert_manager_enabled,
                },
            );
        }
    }

    fn services(&mut self) {
        if self.definition.services.is_empty() {
            return;
        }
        let description =
            format!("{} {}", self.definition.environment.application, self.definition.environment.name);
        let namespace = self.add(MAIN, ContainerNamespace::new(&self.prefix, description, self.tags.clone()));
        for (name, service) in &self.definition.services {
            let spec = self.container(name, service, &namespace);
            self.add(name, spec);
        }
    }

    fn container(&self, name: &str, service: &Service, namespace: &Address) -> Container {
        Container {
            namespace_id: ContainerNamespace::id(namespace),
            name: name.to_owned(),
            description: service.description.clone().unwrap_or_default(),
            tags: self.tags.clone(),
            image: service.image.clone(),
            port: u32::from(service.port),
            mvcpu_limit: service.cpu,
            memory_limit_bytes: service.memory.as_bytes(),
            local_storage_limit_bytes: service.local_storage.map(definition::Size::as_bytes),
            min_scale: service.min_scale,
            max_scale: service.max_scale,
            scaling_option: scaling(service.scaling),
            timeout: service.timeout.as_secs(),
            privacy: privacy(service.privacy),
            https_connections_only: service.https_only,
            private_network_id: private_network(service.private_network),
            environment_variables: service
                .environment
                .iter()
                .map(|(name, value)| (name.clone(), variable(value)))
                .collect(),
            secret_environment_variables: service
                .secrets
                .iter()
                .map(|(name, value)| (name.clone(), self.secret_use(value)))
                .collect(),
            liveness_probe: service.liveness.as_ref().map(probe),
            startup_probe: service.startup.as_ref().map(probe),
            command: service.command.clone(),
            args: service.args.clone(),
            deadline: service.deadline.as_secs(),
        }
    }

    fn secret_use(&self, value: &SecretVariable) -> SecretUse {
        match value {
            SecretVariable::Secret(name) => SecretUse::Version(self.secret_ref(name)),
            SecretVariable::DatabaseUrl { database_url } => {
                let instance = Address::new(KindName::DatabaseInstance, MAIN);
                let (database, name) = (&database_url.database, &database_url.user);
                let users = self.definition.database.as_ref().map(|database| &database.users);
                let user = users.and_then(|users| users.get(name));
                let password = user.map_or("", |user| user.password.as_str());
                // Whoever starts with the URL needs more than the user: it must be allowed in.
                let granted =
                    user.is_some_and(|user| user.privileges.get(database).copied().is_some_and(grants));
                let user = match user {
                    _ if granted => {
                        let granted = Address::new(KindName::DatabasePrivilege, privilege(name, database));
                        DatabasePrivilege::user(&granted)
                    }
                    Some(user) if user.admin => Input::Known(name.clone()),
                    _ => DatabaseUser::name(&Address::new(KindName::DatabaseUser, name)),
                };
                SecretUse::DatabaseUrl(Box::new(DatabaseUrl {
                    host: DatabaseInstance::host(&instance),
                    port: DatabaseInstance::port(&instance),
                    database: Database::name(&Address::new(KindName::Database, database)),
                    user,
                    password: self.secret_ref(password),
                }))
            }
        }
    }
}

/// What a user's privilege on a database is called.
fn privilege(user: &str, database: &str) -> String {
    format!("{user}/{database}")
}

/// The environment's private network, where it is wanted.
fn private_network(wanted: bool) -> Option<Input<scaleway_core::PrivateNetworkId>> {
    wanted.then(|| PrivateNetwork::id(&Address::new(KindName::PrivateNetwork, MAIN)))
}

fn variable(value: &Variable) -> Input<String> {
    match value {
        Variable::Text(text) => Input::Known(text.clone()),
        Variable::ServiceUrl { service } => Container::url(&Address::new(KindName::Container, service)),
    }
}

fn probe(probe: &definition::Probe) -> Probe {
    let written = match &probe.target {
        ProbeTarget::Http(path) => Probe::http(path),
        ProbeTarget::Tcp => Probe::tcp(),
    };
    let (interval, timeout) = (probe.interval.as_secs(), probe.timeout.as_secs());
    written
        .failure_threshold(probe.failures)
        .interval(std::time::Duration::from_secs(interval))
        .timeout(std::time::Duration::from_secs(timeout))
}

fn scaling(scaling: Scaling) -> ScalingOption {
    let none = ScalingOption::default();
    match scaling {
        Scaling::Concurrency(requests) => none.concurrent_requests_threshold(requests),
        Scaling::Cpu(percent) => none.cpu_usage_threshold(percent),
        Scaling::Memory(percent) => none.memory_usage_threshold(percent),
    }
}

fn privacy(privacy: definition::Privacy) -> Privacy {
    match privacy {
        definition::Privacy::Public => Privacy::Public,
        definition::Privacy::Private => Privacy::Private,
    }
}

fn volume_type(kind: definition::VolumeType) -> scaleway_rdb::VolumeType {
    match kind {
        definition::VolumeType::Lssd => scaleway_rdb::VolumeType::Lssd,
        definition::VolumeType::Bssd => scaleway_rdb::VolumeType::Bssd,
        definition::VolumeType::Sbs5k => scaleway_rdb::VolumeType::Sbs5k,
        definition::VolumeType::Sbs15k => scaleway_rdb::VolumeType::Sbs15k,
    }
}

fn grants(privilege: definition::Privilege) -> bool {
    privilege != definition::Privilege::None
}

fn permission(privilege: definition::Privilege) -> scaleway_rdb::Permission {
    match privilege {
        definition::Privilege::All => scaleway_rdb::Permission::All,
        definition::Privilege::ReadWrite => scaleway_rdb::Permission::Readwrite,
        definition::Privilege::ReadOnly => scaleway_rdb::Permission::Readonly,
        definition::Privilege::None => scaleway_rdb::Permission::None,
    }
}

fn secret_type(kind: definition::SecretType) -> scaleway_secrets::SecretType {
    use scaleway_secrets::SecretType;
    match kind {
        definition::SecretType::Opaque => SecretType::Opaque,
        definition::SecretType::KeyValue => SecretType::KeyValue,
        definition::SecretType::BasicCredentials => SecretType::BasicCredentials,
        definition::SecretType::DatabaseCredentials => SecretType::DatabaseCredentials,
        definition::SecretType::Certificate => SecretType::Certificate,
        definition::SecretType::SshKey => SecretType::SshKey,
    }
}

fn token_scope(scope: definition::TokenScope) -> scaleway_cockpit::TokenScope {
    use scaleway_cockpit::TokenScope;
    match scope {
        definition::TokenScope::ReadOnlyMetrics => TokenScope::ReadOnlyMetrics,
        definition::TokenScope::WriteOnlyMetrics => TokenScope::WriteOnlyMetrics,
        definition::TokenScope::FullAccessMetricsRules => TokenScope::FullAccessMetricsRules,
        definition::TokenScope::ReadOnlyLogs => TokenScope::ReadOnlyLogs,
        definition::TokenScope::WriteOnlyLogs => TokenScope::WriteOnlyLogs,
        definition::TokenScope::FullAccessLogsRules => TokenScope::FullAccessLogsRules,
        definition::TokenScope::FullAccessAlertManager => TokenScope::FullAccessAlertManager,
        definition::TokenScope::ReadOnlyTraces => TokenScope::ReadOnlyTraces,
        definition::TokenScope::WriteOnlyTraces => TokenScope::WriteOnlyTraces,
    }
}
