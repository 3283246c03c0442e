use environments::World;

#[test]
fn staging_comes_up_from_nothing_and_stays_as_it_is() {
    let world = World::staging();
    let created = world.changes();
    assert!(created.iter().all(|line| line.starts_with("create ")), "{created:#?}");
    assert!(created.len() > 28, "{created:#?}");
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
}

#[test]
fn destroying_leaves_nothing() {
    let world = World::staging();
    world.must_apply();
    let outcome = world.run(world.destroy()).unwrap();
    assert!(outcome.is_complete(), "{:#?}", outcome.failed);
    let engine = world.run(world.open()).unwrap();
    assert!(engine.state().resources.is_empty());
    let created = world.changes();
    assert!(created.iter().all(|line| line.starts_with("create ")), "{created:#?}");
}

const SMALL: &str = r#"
version = 1
[environment]
name = "staging"
kind = "staging"
project_id = "6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90"
[network]
[secrets]
api-key = { from_env = "OPENAI_API_KEY" }
other = { generate = { length = 20 } }
[services.api]
image = "api:1"
private_network = true
liveness = { http = "/health" }
secrets = { KEY = "api-key", OTHER = "other" }
[services.web]
image = "web:1"
environment = { API = { service = "api" } }
liveness = { http = "/health" }
"#;

#[test]
fn small() {
    let world = World::with(SMALL, scaleway_emulator::Latency::None, scaleway_emulator::ImageBook::new());
    println!("{:#?}", world.changes());
    world.must_apply();
    assert_eq!(world.changes(), Vec::<String>::new());
    let outcome = world.run(world.destroy()).unwrap();
    assert!(outcome.is_complete(), "{:#?}", outcome.failed);
    println!("{:#?}", world.emulator.requests().by_operation().collect::<Vec<_>>());
}
