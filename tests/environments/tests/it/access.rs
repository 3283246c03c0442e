//! The presets of `scaleway-iam` on an emulator that asks who is there: enough for what each is for, and no more.

use environments::{PRODUCTION, STAGING, World};
use scaleway_account::{Accounts, CreateProject};
use scaleway_containers::{Containers, CreateNamespace, ListNamespaces};
use scaleway_core::{
    Client, Clock, Config, Error, ProjectId, Random, RetryPolicy, Secret, SecretId, Timestamp,
};
use scaleway_emulator::{Emulator, ImageBook, Latency};
use scaleway_iam::{
    ApiKey, CreateApiKey, CreateApplication, CreatePolicy, Iam, ListApiKeys, ListPolicies, Preset, RuleSpec,
    SetRules,
};
use scaleway_rdb::{ListInstances, Rdb};
use scaleway_secrets::{CreateSecret, CreateSecretVersion, ListSecrets, Revision, Secrets};
use scaleway_vpc::{CreateVpc, Vpcs};

const STAGING_PROJECT: &str = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90";
const PRODUCTION_PROJECT: &str = "c93d5e27-71b8-4f6a-8e04-d2a6b90f3c15";

fn project(id: &str) -> ProjectId {
    id.parse().unwrap()
}

/// An organisation whose cloud asks who is there.
struct Organization {
    clock: Clock,
    emulator: Emulator,
}

impl Organization {
    fn run<F: Future>(test: impl FnOnce(Self) -> F) -> F::Output {
        let clock = Clock::virtual_from(Timestamp::from_unix_millis(1_700_000_000_000));
        let emulator = strict(&clock);
        clock.clone().block_on(test(Self { clock, emulator })).unwrap()
    }

    fn client(&self, secret_key: &str, project: ProjectId) -> Client {
        client(&self.emulator, &self.clock, secret_key, project)
    }

    /// Who may do anything.
    fn owner(&self) -> Client {
        self.client(self.emulator.owner_key().unwrap().secret_key.expose(), project(STAGING_PROJECT))
    }

    /// A client with a key of an application with this preset, in this project.
    async fn with(&self, name: &str, preset: Preset, project: ProjectId) -> Client {
        let secret_key = secret_key(&self.owner(), name, preset, project.clone()).await;
        self.client(&secret_key, project)
    }
}

fn strict(clock: &Clock) -> Emulator {
    Emulator::builder().clock(clock.clone()).random(Random::seeded(7)).strict_auth(true).build().unwrap()
}

fn client(emulator: &Emulator, clock: &Clock, secret_key: &str, project: ProjectId) -> Client {
    let config = Config::new(secret_key)
        .with_default_project(project)
        .with_default_organization(emulator.organization().parse().unwrap());
    let client = Client::builder(config, emulator.clone()).clock(clock.clone()).random(Random::seeded(3));
    client.retry(RetryPolicy::never()).build().unwrap()
}

async fn secret_key(owner: &Client, name: &str, preset: Preset, project: ProjectId) -> String {
    let rules = preset.rules([project.clone()], owner.config().default_organization().unwrap());
    key(owner, name, rules, project).await.secret_key.unwrap().expose().to_owned()
}

/// A key of a new application that may do what the rules say, and acts in this project.
pub(crate) async fn key(owner: &Client, name: &str, rules: Vec<RuleSpec>, project: ProjectId) -> ApiKey {
    let iam = Iam::new(owner);
    let application = iam.create_application(CreateApplication::new(name)).await.unwrap().id;
    iam.create_policy(CreatePolicy::for_application(name, application.clone(), rules)).await.unwrap();
    iam.create_api_key(CreateApiKey::for_application(application).default_project_id(project)).await.unwrap()
}

fn refused<T>(what: &str, answer: Result<T, Error>) {
    let told = answer.as_ref().err().map_or_else(|| "it was allowed".to_owned(), ToString::to_string);
    assert!(answer.is_err_and(|error| error.is_permission_denied()), "{what}: {told}");
}

/// A secret with a value.
async fn secret(client: &Client, name: &str) -> SecretId {
    let secrets = Secrets::new(client);
    let id = secrets.create_secret(CreateSecret::new(name)).await.unwrap().id;
    secrets.create_secret_version(&id, CreateSecretVersion::new(Secret::new("s3cr3t"))).await.unwrap();
    id
}

#[test]
fn a_service_cannot_touch_the_api_that_made_it() {
    Organization::run(async |organization| {
        let owner = organization.owner();
        let (staging, secret) = (project(STAGING_PROJECT), secret(&owner, "staging-db").await);
        let service = organization.with("service", Preset::SERVICE, staging).await;
        let (containers, secrets) = (Containers::new(&service), Secrets::new(&service));
        refused("to list containers", containers.list_namespaces(ListNamespaces::default()).all().await);
        refused("to make a namespace", containers.create_namespace(CreateNamespace::new("a")).await);
        refused("to list secrets", secrets.list_secrets(ListSecrets::default()).all().await);
        refused("to read a secret", secrets.access_secret_version(&secret, Revision::Latest).await);
        refused("to list databases", Rdb::new(&service).list_instances(ListInstances::default()).all().await);
        refused("to list keys", Iam::new(&service).list_api_keys(ListApiKeys::default()).all().await);
    });
}

#[test]
fn ci_of_staging_cannot_touch_production_nor_grant_itself_anything() {
    Organization::run(async |organization| {
        let owner = organization.owner();
        let (staging, production) = (project(STAGING_PROJECT), project(PRODUCTION_PROJECT));
        let ci = organization.with("ci", Preset::CI, staging.clone()).await;
        let (containers, secrets) = (Containers::new(&ci), Secrets::new(&ci));
        let namespace = containers.create_namespace(CreateNamespace::new("staging")).await.unwrap();
        assert_eq!(namespace.project_id, staging);
        let own = secret(&ci, "staging-db").await;
        secrets.access_secret_version(&own, Revision::Latest).await.unwrap();
        Vpcs::new(&ci).create_vpc(CreateVpc::new("staging")).await.unwrap();

        let there = organization.client(owner.config().secret_key().unwrap().expose(), production.clone());
        let theirs = secret(&there, "production-db").await;
        let namespace =
            Containers::new(&there).create_namespace(CreateNamespace::new("production")).await.unwrap();
        let elsewhere = CreateNamespace::new("b").project_id(production.clone());
        refused("to make a namespace there", containers.create_namespace(elsewhere).await);
        refused("to look at a namespace there", containers.get_namespace(&namespace.id).await);
        refused("to delete a namespace there", containers.delete_namespace(&namespace.id).await);
        refused("to read a secret there", secrets.access_secret_version(&theirs, Revision::Latest).await);
        refused("to delete a secret there", secrets.delete_secret(&theirs).await);
        let list = ListSecrets::default().project_id(production.clone());
        refused("to list the secrets there", secrets.list_secrets(list).all().await);
        let seen = containers.list_namespaces(ListNamespaces::default()).all().await.unwrap();
        assert!(seen.iter().all(|namespace| namespace.project_id == staging), "{seen:?}");

        let (iam, mine) = (Iam::new(&ci), Iam::new(&owner));
        let policy = &mine.list_policies(ListPolicies::default()).all().await.unwrap()[0];
        let more = RuleSpec::for_projects(["AllProductsFullAccess".to_owned()], [production]);
        refused("to change its rules", iam.set_rules(SetRules::new(policy.id.clone(), [more.clone()])).await);
        let application = policy.application_id.clone().unwrap();
        let own = CreatePolicy::for_application("more", application.clone(), [more]);
        refused("to give itself a policy", iam.create_policy(own).await);
        refused("to make itself a key", iam.create_api_key(CreateApiKey::for_application(application)).await);
        refused("to make a project", Accounts::new(&ci).create_project(CreateProject::new("mine")).await);
    });
}

#[test]
fn an_operator_makes_projects_and_access_and_reads_no_secret() {
    Organization::run(async |organization| {
        let owner = organization.owner();
        let secret = secret(&owner, "staging-db").await;
        let operator = organization.with("operator", Preset::OPERATOR, project(STAGING_PROJECT)).await;
        let made =
            Accounts::new(&operator).create_project(CreateProject::new("evalap-staging")).await.unwrap();
        let key = secret_key(&operator, "ci", Preset::CI, made.id.clone()).await;
        let ci = organization.client(&key, made.id.clone());
        let namespace = Containers::new(&ci).create_namespace(CreateNamespace::new("a")).await.unwrap();
        assert_eq!(namespace.project_id, made.id, "what the operator granted is granted");

        let (containers, secrets) = (Containers::new(&operator), Secrets::new(&operator));
        containers.list_namespaces(ListNamespaces::default()).all().await.unwrap();
        assert_eq!(secrets.list_secrets(ListSecrets::default()).all().await.unwrap().len(), 1);
        refused("to make a namespace", containers.create_namespace(CreateNamespace::new("b")).await);
        refused("to read a secret", secrets.access_secret_version(&secret, Revision::Latest).await);
    });
}

#[test]
fn ci_can_make_and_keep_whole_environments_and_remove_one() {
    for (definition, id) in [(STAGING, STAGING_PROJECT), (PRODUCTION, PRODUCTION_PROJECT)] {
        let mut world = World::with(definition, Latency::None, ImageBook::new());
        world.emulator = strict(&world.clock);
        let owner = world.emulator.owner_key().unwrap().secret_key.expose().to_owned();
        let owner = client(&world.emulator, &world.clock, &owner, project(id));
        world.secret_key = world.run(secret_key(&owner, "ci", Preset::CI, project(id)));
        world.must_apply();
        assert_eq!(world.changes(), [""; 0]);
        // Production's secrets are protected, and its definition would have to say otherwise first.
        if definition == STAGING {
            let outcome = world.run(world.destroy()).unwrap();
            assert!(outcome.is_complete(), "{:?}", outcome.failed);
        }
    }
}
