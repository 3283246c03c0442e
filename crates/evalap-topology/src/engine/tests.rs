use super::*;

/// Programs that do several things at once run their futures on any thread.
fn sent<F: Future + Send>(_: F) {}

#[expect(dead_code, reason = "that it compiles is the test")]
fn everything_can_be_awaited_on_any_thread(
    engine: &mut Engine,
    client: &Client,
    definition: &Definition,
    open: (Sources, Store, StateKey),
    plan: &Plan,
) {
    let (sources, store, key) = open;
    sent(Engine::open(client, definition, sources, store, key, "scaleway"));
    sent(engine.plan());
    sent(engine.plan_destroy());
    sent(engine.apply(plan, Lock::now("test"), &ApplyOptions::default(), |_| {}, &|_| {}));
    sent(engine.free_abandoned(Holder::current("test")));
    sent(engine.session().history());
    sent(engine.session().release(None));
}
