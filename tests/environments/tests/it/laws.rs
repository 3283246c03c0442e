//! What holds for any definition: applying it and planning again is empty, whatever was there before.

use std::fmt::Write;

use environments::World;
use proptest::prelude::*;
use scaleway_emulator::{ImageBook, Latency};

/// What a definition says, as far as it varies here.
#[derive(Debug, Clone)]
struct Variant {
    services: Vec<(bool, u32, u32)>,
    secrets: usize,
    databases: usize,
    retention: Option<u32>,
    contacts: usize,
    tag: bool,
}

fn variant() -> impl Strategy<Value = Variant> {
    let service = (any::<bool>(), 1u32..5, 0u32..3);
    (
        proptest::collection::vec(service, 0..4),
        0usize..4,
        0usize..3,
        proptest::option::of(1u32..100),
        0usize..3,
        any::<bool>(),
    )
        .prop_map(|(services, secrets, databases, retention, contacts, tag)| Variant {
            services,
            secrets,
            databases,
            retention,
            contacts,
            tag,
        })
}

impl Variant {
    fn toml(&self) -> String {
        let mut text = String::from(
            "version = 1\n[environment]\nname = \"staging\"\nkind = \"staging\"\nproject_id = \"6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90\"\n",
        );
        let mut line = |text_line: String| writeln!(text, "{text_line}").unwrap();
        line(format!("tags = [{}]", if self.tag { "\"team=evalap\"" } else { "" }));
        line("[network]\n[secrets]\npassword = { generate = { length = 24 } }".into());
        (0..self.secrets)
            .for_each(|n| line(format!("secret-{n} = {{ generate = {{ length = 20, special = false }} }}")));
        if self.databases > 0 {
            let names: Vec<_> = (0..self.databases).map(|n| format!("\"db{n}\"")).collect();
            line(format!("[database]\nnode_type = \"DB-DEV-S\"\ndatabases = [{}]", names.join(", ")));
            line("[database.users.boss]\npassword = \"password\"\nadmin = true".into());
            let grants: Vec<_> = (0..self.databases).map(|n| format!("db{n} = \"all\"")).collect();
            line(format!("privileges = {{ {} }}", grants.join(", ")));
        }
        for (n, (previous, scale, secret)) in self.services.iter().enumerate() {
            line(format!(
                "[services.s{n}]\nimage = \"s{n}:{scale}\"\nmax_scale = {scale}\nliveness = {{ http = \"/\" }}"
            ));
            if *previous && n > 0 {
                line(format!("environment = {{ BEFORE = {{ service = \"s{}\" }} }}", n - 1));
            }
            if (*secret as usize) < self.secrets {
                line(format!("secrets = {{ VALUE = \"secret-{secret}\" }}"));
            }
        }
        line("[monitoring]".into());
        if let Some(days) = self.retention {
            line(format!("metrics = {{ retention_days = {days} }}"));
        }
        let contacts: Vec<_> = (0..self.contacts).map(|n| format!("\"c{n}@example.org\"")).collect();
        line(format!("contacts = [{}]", contacts.join(", ")));
        text
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn applied_means_nothing_left_to_do_and_destroyed_means_nothing_left(first in variant(), second in variant()) {
        let mut world = World::with(&first.toml(), Latency::None, ImageBook::new());
        world.must_apply();
        prop_assert_eq!(world.changes(), Vec::<String>::new());
        world.definition = second.toml();
        world.must_apply();
        prop_assert_eq!(world.changes(), Vec::<String>::new());
        let outcome = world.run(world.destroy()).unwrap();
        prop_assert!(outcome.is_complete(), "{:#?}", outcome.failed);
        prop_assert!(world.changes().iter().all(|line| line.starts_with("create ")));
    }
}
