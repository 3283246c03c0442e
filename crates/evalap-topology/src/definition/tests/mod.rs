//! The format as a person meets it: what is accepted, and each error where it is.

mod round_trip;
mod schema;

use super::*;

const STAGING: &str = include_str!("../../../../../environments/staging.toml");
const PRODUCTION: &str = include_str!("../../../../../environments/production.toml");

/// A definition that is right and small enough to be read here.
const SMALL: &str = r#"version = 1
[environment]
name = "test"
kind = "staging"
project_id = "11111111-2222-4333-8444-555555555555"
[network]
[database]
node_type = "DB-DEV-S"
databases = ["evalap"]
[database.users.root]
password = "password"
admin = true
privileges = { evalap = "all" }
[secrets.password]
generate = { length = 32 }
[secrets.api-key]
from_env = "API_KEY"
[services.web]
image = "registry/web:1"
cpu = 1000
memory = "2048MB"
environment = { API = { service = "api" } }
[services.api]
image = "registry/api:1"
liveness = { http = "/health" }
[services.api.secrets]
API_KEY = "api-key"
DATABASE_URL = { database_url = { database = "evalap", user = "root" } }
"#;

fn decode(text: &str) -> Definition {
    Definition::from_toml("a.toml", text).unwrap_or_else(|problems| panic!("{problems}")).definition
}

fn problems(text: &str) -> Problems {
    Definition::from_toml("a.toml", text).expect_err("should be refused")
}

/// The only line of error after `from` was replaced by `to` in the small definition.
#[track_caller]
fn error(from: &str, to: &str) -> String {
    assert_eq!(SMALL.matches(from).count(), 1, "{from}");
    let problems = problems(&SMALL.replace(from, to));
    assert_eq!(problems.len(), 1, "{problems}");
    problems.to_string()
}

#[test]
fn the_environments_of_the_repository_decode() {
    for (name, text) in [("staging", STAGING), ("production", PRODUCTION)] {
        let definition = decode(text);
        assert_eq!(definition.environment.name, name);
        assert_eq!(definition.services.len(), 3);
        definition.validate().unwrap();
        assert_eq!(decode(&definition.to_toml().unwrap()), definition);
    }
    decode(SMALL);
}

#[test]
fn each_structural_error_says_where_what_and_what_instead() {
    assert_eq!(
        error("image = \"registry/api:1\"", "imgae = \"registry/api:1\""),
        "a.toml:24:1: services.api.imgae: unknown key `imgae`; did you mean `image`?"
    );
    assert!(
        error("[network]", "[network]\nzzz = 1")
            .starts_with("a.toml:7:1: network.zzz: unknown key `zzz`; expected one of subnets")
    );
    assert_eq!(
        error("cpu = 1000", "cpu = \"1000\""),
        "a.toml:20:7: services.web.cpu: found text; expected an integer from 70 to 6000"
    );
    assert_eq!(
        error("cpu = 1000", "cpu = 1.5"),
        "a.toml:20:7: services.web.cpu: found a number with a fraction; expected an integer from 70 to 6000"
    );
    assert_eq!(
        error("node_type = \"DB-DEV-S\"\n", ""),
        "a.toml:7:2: database.node_type: missing key `node_type`; expected a node type such as DB-DEV-S or DB-PRO2-XXS"
    );
    assert_eq!(
        error("kind = \"staging\"", "kind = \"stagging\""),
        "a.toml:4:8: environment.kind: found \"stagging\"; expected one of staging, production; did you mean `staging`?"
    );
    assert_eq!(
        error("admin = true", "admin = \"yes\"\n"),
        "a.toml:12:9: database.users.root.admin: found text; expected true or false"
    );
    assert_eq!(
        error("databases = [\"evalap\"]", "databases = [\"evalap\", \"evalap\"]"),
        "a.toml:9:24: database.databases[1]: found \"evalap\" a second time"
    );
    assert_eq!(
        error("from_env = \"API_KEY\"", "from_env = \"API_KEY\"\nexisting = true"),
        "a.toml:16:10: secrets.api-key: found from_env, existing; expected exactly one of from_env, from_file, generate, existing"
    );
    assert_eq!(
        error("http = \"/health\"", "interval = \"10s\""),
        "a.toml:25:1: services.api.liveness: found none; expected exactly one of http, tcp"
    );
    assert_eq!(
        error("{ service = \"api\" }", "{ servcie = \"api\" }"),
        "a.toml:22:23: services.web.environment.API: found a table with servcie; expected text of at most 1000 characters, or a table with service; did you mean `service`?"
    );
}

#[test]
fn malformed_and_out_of_bounds_values_are_refused_where_they_are() {
    let region = "kind = \"staging\"\nregion = \"fr-pra\"";
    assert_eq!(
        error("kind = \"staging\"", region),
        "a.toml:5:10: environment.region: found \"fr-pra\"; expected one of fr-par, nl-ams, pl-waw; did you mean `fr-par`?"
    );
    let cases = [
        ("555555555555\"", "55555555555\"", "environment.project_id", "a UUID"),
        ("\"2048MB\"", "\"2 GiB\"", "services.web.memory", "a decimal unit"),
        ("\"2048MB\"", "\"64MB\"", "services.web.memory", "from 128MB to 12228MB"),
        ("cpu = 1000", "cpu = 69", "services.web.cpu", "from 70 to 6000"),
        ("cpu = 1000", "min_scale = 51", "services.web.min_scale", "from 0 to 50"),
        ("cpu = 1000", "scaling = { concurrency = 81 }", "services.web.scaling.concurrency", "from 1 to 80"),
        ("cpu = 1000", "timeout = \"9s\"", "services.web.timeout", "from 10s to 60m"),
        ("cpu = 1000", "timeout = \"61m\"", "services.web.timeout", "from 10s to 60m"),
        (
            "[network]",
            "[monitoring]\nlogs = { retention_days = 1826 }\n[network]",
            "monitoring.logs.retention_days",
            "from 1 to 1825",
        ),
        ("[network]", "[network]\nsubnets = [\"10.0.0.1/24\"]", "network.subnets[0]", "an address range"),
        ("node_type", "volume = { size = \"12GB\" }\nnode_type", "database.volume.size", "in steps of 5GB"),
        (
            "[secrets.api-key]",
            "[secrets.\"a b\"]\nexisting = true\n[secrets.api-key]",
            "secrets.\"a b\"",
            "letters, digits",
        ),
        ("\"registry/api:1\"", "\"registry/api@sha256:12\"", "services.api.image", "@sha256:<64 digits>"),
    ];
    for (from, to, place, expected) in cases {
        let line = error(from, to);
        assert!(line.contains(&format!(": {place}: ")) && line.contains(expected), "{line}");
    }
    let long = format!("environment = {{ LONG = \"{}\", API", "x ".repeat(501));
    assert!(
        error("environment = { API", &long).contains("services.web.environment.LONG: found 1002 characters")
    );
    let many = (0..200).map(|n| format!("V{n} = \"\"")).collect::<Vec<_>>().join(", ");
    assert!(
        error("environment = { API", &format!("environment = {{ {many}, API"))
            .contains("found 201 entries; expected at most 200")
    );
}

#[test]
fn references_and_pairs_of_values_are_validated() {
    let cases = [
        (
            "API_KEY = \"api-key\"",
            "API_KEY = \"api-kye\"",
            "a.toml:27:11: services.api.secrets.API_KEY: there is no secret \"api-kye\"",
            "did you mean `api-key`?",
        ),
        (
            "password = \"password\"",
            "password = \"passwrod\"",
            "a.toml:11:12: database.users.root.password: there is no secret",
            "did you mean `password`?",
        ),
        (
            "database = \"evalap\",",
            "database = \"evlap\",",
            "a.toml:28:46: services.api.secrets.DATABASE_URL.database_url.database: there is no database \"evlap\"",
            "did you mean `evalap`?",
        ),
        (
            "user = \"root\"",
            "user = \"rot\"",
            "services.api.secrets.DATABASE_URL.database_url.user: there is no user \"rot\"",
            "did you mean `root`?",
        ),
        (
            "{ evalap = \"all\" }",
            "{ evlap = \"all\" }",
            "a.toml:13:16: database.users.root.privileges.evlap: there is no database",
            "did you mean `evalap`?",
        ),
        (
            "{ service = \"api\" }",
            "{ service = \"aip\" }",
            "a.toml:22:35: services.web.environment.API.service: there is no service",
            "did you mean `api`?",
        ),
        (
            "\"2048MB\"",
            "\"6GB\"",
            "a.toml:21:10: services.web.memory: 6GB does not go with 1000 mvCPU",
            "expected 900MB to 4400MB",
        ),
        ("cpu = 1000", "port = 9090", "services.web.port: found 9090, which the platform takes", "8008"),
        (
            "cpu = 1000",
            "min_scale = 3\nmax_scale = 2",
            "services.web.min_scale: found 3, more than max_scale 2",
            "0 to 2",
        ),
        ("cpu = 1000", "scaling = { cpu = 70 }", "services.web.scaling", "min_scale of 1"),
        (
            "API_KEY = \"api-key\"",
            "PORT = \"api-key\"",
            "a.toml:27:1: services.api.secrets.PORT: the variable PORT is reserved",
            "SCW_*",
        ),
        (
            "API_KEY = \"api-key\"",
            "SCW_KEY = \"api-key\"",
            "services.api.secrets.SCW_KEY: the variable SCW_KEY is reserved",
            "SCW_*",
        ),
        ("[network]\n", "", "database.private_network: there is no private network", "[network]"),
        ("admin = true\n", "", "a.toml:10:11: database.users: no user has `admin = true`", "administrator"),
        (
            "{ length = 32 }",
            "{ length = 200 }",
            "a.toml:11:12: database.users.root.password: the secret `password` makes no password",
            "8 to 128",
        ),
        (
            "\"/health\"",
            "\"/health\", failures = 30",
            "a.toml:25:1: services.api.liveness: gives up after 5m",
            "deadline",
        ),
        (
            "[network]\n",
            "[network]\nsubnets = [\"10.0.0.0/8\", \"10.1.0.0/16\"]\n",
            "a.toml:7:11: network.subnets: 10.0.0.0/8 and 10.1.0.0/16",
            "apart",
        ),
        (
            "from_env = \"API_KEY\"",
            "from_env = \"API_KEY\"\nname = \"test-password\"",
            "in Secret Manager is taken by",
            "a name of its own",
        ),
    ];
    for (from, to, found, expected) in cases {
        let line = error(from, to);
        assert!(line.contains(found) && line.contains(expected), "{line}");
    }
}

#[test]
fn a_circle_of_addresses_names_its_members() {
    let line = error("liveness =", "environment = { WEB = { service = \"web\" } }\nliveness =");
    assert!(line.contains("in a circle: api → web → api"), "{line}");
    let alone = error("{ service = \"api\" }", "{ service = \"web\" }");
    assert!(
        alone.contains("a.toml:22:23: services.web.environment.API: ") && alone.contains("circle: web → web"),
        "{alone}"
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_only_once() {
    let text = SMALL
        .replace("kind = \"staging\"", "kind = \"x\"")
        .replace("[network]", "[netwrok]")
        .replace("cpu = 1000", "cpu = 5")
        .replace("image = \"registry/api:1\"\n", "")
        .replace("generate = { length = 32 }", "generate = { length = \"long\" }")
        .replace("API_KEY = \"api-key\"", "API_KEY = \"nothing-like-it\"")
        .replace("user = \"root\"", "user = \"toor\"");
    let problems = problems(&text);
    let places: Vec<_> = problems.iter().map(|problem| problem.place.path.as_str()).collect();
    assert_eq!(
        places,
        [
            "environment.kind",
            "netwrok",
            "secrets.password.generate.length",
            "services.web.cpu",
            "services.api.image",
            "services.api.secrets.API_KEY",
            "services.api.secrets.DATABASE_URL.database_url.user",
        ],
        "{problems}"
    );
    assert_eq!(problems.to_string().lines().count(), places.len());
}

#[test]
fn malformed_toml_is_the_parsers_error_with_its_position() {
    let problems = problems("version = 1\n[environment\nname = \"x\"\n[network]\nsubnets = [\n");
    let first = problems.iter().next().unwrap();
    assert_eq!((first.place.line, first.place.file.as_deref()), (Some(2), Some("a.toml")), "{problems}");
    assert!(problems.iter().any(|problem| problem.place.line > Some(3)), "all of them: {problems}");

    let twice = error("cpu = 1000", "cpu = 1000\ncpu = 2000");
    assert!(twice.starts_with("a.toml:21:1: ") && twice.contains("duplicate key"), "{twice}");
}

#[test]
fn another_version_is_refused_and_nothing_else_is_said() {
    let line = error("version = 1", "version = 2\nnew_key = true");
    assert_eq!(
        line,
        "a.toml:1:11: version: found version 2 of the format, which this program does not know; expected version = 1"
    );
    assert!(error("version = 1\n", "").contains("missing key `version`; expected 1"));
}

#[test]
fn the_rendering_shows_the_line_and_a_mark_but_no_secret() {
    let text = SMALL
        .replace("cpu = 1000", "cpu = 5")
        .replace("API = { service", "OPENAI_API_KEY = \"sk-live-0123456789abcdef\", APT = { servcie");
    let problems = problems(&text);
    let rendered = problems.render(false);
    assert!(rendered.contains("cpu = 5") && rendered.contains("^ services.web.cpu"), "{rendered}");
    assert!(rendered.contains("a.toml:20:7"), "{rendered}");
    assert!(rendered.contains("OPENAI_API_KEY = ***"), "{rendered}");
    for shown in [&rendered, &problems.to_string(), &format!("{problems:?}")] {
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
    }
    assert!(problems.render(true).contains("\u{1b}["));
}

#[test]
fn a_key_pasted_where_a_name_belongs_is_not_repeated() {
    for (from, to) in [
        ("from_env = \"API_KEY\"", "from_env = \"sk-live-0123456789abcdef\""),
        ("API_KEY = \"api-key\"", "API_KEY = \"sk-live-0123456789abcdef\""),
        ("kind = \"staging\"", "kind = \"sk-live-0123456789abcdef\""),
    ] {
        let line = error(from, to);
        assert!(line.contains("looks like a secret") && !line.contains("0123456789abcdef"), "{line}");
    }
}

#[test]
fn rust_values_pass_the_same_validation_with_paths_for_places() {
    let environment =
        Environment::new("test", EnvironmentKind::Staging, "11111111-2222-4333-8444-555555555555");
    let service = Service::new("registry/runners:1").memory(Size::megabytes(64)).secret("KEY", "kye");
    let definition = Definition::new(environment)
        .secret("key", StoredSecret::from_env("KEY"))
        .service("runners", service)
        .service("web", Service::new("registry/web:1").variable("API", Variable::service("runners")));
    let problems = definition.validate().unwrap_err().to_string();
    assert_eq!(
        problems,
        "services.runners.memory: found 64MB; expected a size with a decimal unit, such as 512MB or 10GB, from 128MB to 12228MB, in steps of 1MB\n\
         services.runners.secrets.KEY: there is no secret \"kye\"; expected the name of a secret (key); did you mean `key`?"
    );
    let mut mended = definition;
    mended.services.insert("runners".into(), Service::new("registry/runners:1").secret("KEY", "key"));
    mended.validate().unwrap();
    assert_eq!(decode(&mended.to_toml().unwrap()), mended);
}

#[test]
fn the_digest_tells_what_is_said_and_not_how() {
    let digest = decode(SMALL).digest().unwrap();
    assert_eq!(digest.len(), 64);
    let (head, api) = SMALL.split_at(SMALL.find("[services.api]").unwrap());
    let (head, web) = head.split_at(head.find("[services.web]").unwrap());
    let otherwise = format!(
        "{head}{api}{}",
        web.replace("cpu = 1000\nmemory = \"2048MB\"", "memory = \"2048000kB\"\ncpu = 1_000")
    );
    assert_eq!(decode(&otherwise).digest().unwrap(), digest);
    assert_ne!(decode(&SMALL.replace("cpu = 1000", "cpu = 1001")).digest().unwrap(), digest);
}

#[test]
fn names_and_tags_follow_from_the_definition() {
    let definition = decode(STAGING);
    assert_eq!(definition.environment.prefix(), "evalap-staging");
    assert_eq!(definition.secret_name("openai-api-key"), "staging-openai-api-key");
    assert_eq!(
        definition.tags(),
        ["project=evalap", "environment=staging", "managed-by=evalap-topology", "team=evalap"]
    );
}
