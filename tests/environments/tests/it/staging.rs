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
