//! What is written is what is read; and nothing that is read makes the decoder panic.

use proptest::prelude::*;

use super::*;

fn any_service() -> impl Strategy<Value = Service> {
    let scaling = prop_oneof![
        (1_u32..=80).prop_map(Scaling::Concurrency),
        (1_u32..=100).prop_map(Scaling::Cpu),
        (1_u32..=100).prop_map(Scaling::Memory)
    ];
    let probe = prop_oneof![
        Just(None),
        Just(Some(Probe::tcp())),
        "/[a-z/\"\\\\#]{0,8}".prop_map(|path| Some(Probe::http(path)))
    ];
    let texts =
        proptest::collection::btree_map("[A-OQ-R][A-Z0-9_]{0,6}", "\\PC{0,20}|[\"'\\\\\n\t#=]{0,8}", 0..4);
    let words = proptest::collection::vec("\\PC{0,10}", 0..3);
    (70_u32..=6000, 1_u32..=25, 0_u32..=25, scaling, probe, texts, words, 10_u64..=3600, any::<[bool; 3]>())
        .prop_map(|(cpu, min, more, scaling, probe, texts, words, timeout, [private, https, network])| {
            let mut service = Service::new("registry/image:1")
                .cpu(cpu)
                .min_scale(min)
                .max_scale(min + more)
                .scaling(scaling)
                .timeout(Seconds::new(timeout))
                .https_only(https)
                .private_network(network)
                .privacy(if private { Privacy::Private } else { Privacy::Public })
                .args(words);
            service.memory = Size::megabytes(u64::from(cpu * 2).clamp(128, 12_228));
            service.liveness = probe;
            service.environment =
                texts.into_iter().map(|(name, text)| (name, Variable::Text(text))).collect();
            service
        })
}

fn any_definition() -> impl Strategy<Value = Definition> {
    let services = proptest::collection::btree_map("[a-z][a-z0-9]{0,8}", any_service(), 0..4);
    let sources = prop_oneof![
        "[A-Z_]{1,9}".prop_map(SecretSource::FromEnv),
        "\\PC{1,9}".prop_map(SecretSource::FromFile),
        (16_u16..=1024, any::<bool>())
            .prop_map(|(length, special)| SecretSource::Generate(Generate { length, special })),
        Just(SecretSource::Existing)
    ];
    let secrets = proptest::collection::btree_map("[a-zA-Z0-9._-]{1,9}", sources, 0..4);
    let settings = proptest::collection::btree_map("[a-z_.]{1,12}", "\\PC{0,9}", 0..3);
    let acl = proptest::collection::btree_map("\\PC{1,12}", (any::<u8>(), 16_u8..=24), 0..3);
    (services, secrets, settings, acl, 1_u64..=100, 1_u64..=365, proptest::option::of(1_u32..=1825)).prop_map(
        |(services, secrets, settings, acl, steps, days, retention)| {
            let environment =
                Environment::new("test", EnvironmentKind::Staging, "11111111-2222-4333-8444-555555555555");
            let mut database = Database::new("DB-DEV-S")
                .volume(Volume { kind: VolumeType::Sbs15k, size: Size::gigabytes(steps * 5) })
                .backups(Backups { keep: Seconds::days(days), ..Backups::default() })
                .settings(settings)
                .database("evalap")
                .user("root", User::new("the-password").admin().privilege("evalap", Privilege::All));
            database.public_endpoint = !acl.is_empty();
            database.acl = acl
                .into_iter()
                .map(|(who, (byte, bits))| (who, format!("10.{byte}.0.0/{bits}").parse().unwrap()))
                .collect();
            let mut definition = Definition::new(environment)
                .network(Network::default())
                .database(database)
                .secret("the-password", StoredSecret::generated());
            definition.services = services;
            definition
                .secrets
                .extend(secrets.into_iter().map(|(name, source)| (name, StoredSecret::new(source))));
            definition.monitoring.logs = retention.map(DataSource::days);
            definition
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(definition in any_definition()) {
        prop_assert_eq!(definition.validate().map_err(|problems| problems.to_string()), Ok(()));
        let text = definition.to_toml().unwrap();
        let decoded = Definition::from_toml("a.toml", &text).map_err(|problems| TestCaseError::fail(problems.to_string()))?;
        prop_assert_eq!(&decoded.definition, &definition);
        prop_assert_eq!(decoded.definition.digest().unwrap(), definition.digest().unwrap());
    }

    #[test]
    fn no_text_whatever_makes_the_decoder_panic(text in "\\PC{0,60}", at in 0_usize..2000, cut in 0_usize..40) {
        let start = STAGING.floor_char_boundary(at);
        let end = STAGING.floor_char_boundary((at + cut).min(STAGING.len())).max(start);
        let broken = format!("{}{text}{}", &STAGING[..start], &STAGING[end..]);
        if let Err(problems) = Definition::from_toml("a.toml", &broken) {
            prop_assert!(problems.iter().all(|problem| problem.place.line.is_some()));
            prop_assert!(!problems.render(false).is_empty());
        }
    }
}
