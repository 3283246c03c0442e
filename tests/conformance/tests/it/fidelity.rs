//! The emulator against recordings of the real API, and the replay against recordings that are odd.

use conformance::{Pacing, Replayer};

use crate::wire;

/// What each product reaches, in per cent; raised as it improves.
const LEAST: &[(&str, f64)] = &[
    ("account", 99.0),
    ("cockpit", 95.0),
    ("containers", 99.0),
    ("iam", 97.0),
    ("jobs", 99.0),
    ("rdb", 97.0),
    ("registry", 98.0),
    ("secrets", 97.0),
    ("vpc", 97.0),
];

#[test]
fn every_product_answers_as_recorded() {
    let Some(wire) = wire() else { return };
    let replay = Replayer::new().replay(&wire).unwrap();
    println!("{}", replay.summary());
    for (product, least) in LEAST {
        let reached = replay.percentage_of(product);
        assert!(reached >= *least, "{product} reaches {reached:.1} %, not {least} %");
    }
}

fn replay(lines: &str) -> String {
    Replayer::new().replay_all(&[("odd.jsonl".to_owned(), lines.to_owned())]).unwrap().to_string()
}

#[test]
fn odd_recordings_are_told_not_stumbled_over() {
    for (lines, told) in [
        ("", "replayed 0 equal 0 (100.0 %) seeded 0 injected 0"),
        ("no JSON", "odd.jsonl:1: (none) (whole): expected \"an exchange\""),
        (
            r#"{"verb":"GET","path":"/instance/v1/zones/fr-par-1/servers","code":200,"response":{}}"#,
            "out of scope: containers v1beta1 0, other products 1",
        ),
        (
            r#"{"verb":"GET","path":"/vpc/v2/regions/fr-par/nothing","code":404,"response":"gone"}"#,
            "odd.jsonl:1: (unknown) status: expected 404, got \"501",
        ),
        (
            r#"{"verb":"GET","path":"/vpc/v2/regions/fr-par/vpcs/","query":null,"code":404,"response":null}"#,
            "replayed 1",
        ),
        (
            r#"{"verb":"A B","path":"/vpc/v2/regions/fr-par/vpcs/ ","query":"%","request":"text","code":502,"response":"<html>"}"#,
            "replayed 1 equal 0",
        ),
    ] {
        let report = replay(lines);
        assert!(report.contains(told), "{report}");
    }
}

#[test]
fn without_the_recordings_pace_the_medians_count() {
    let Some(wire) = wire() else { return };
    let folder = wire.join("container");
    let recorded = Replayer::new().replay(&folder).unwrap();
    let own = Replayer::new().pacing(Pacing::Own).replay(&folder).unwrap();
    assert!(recorded.timed > 0 && own.timed == 0);
    assert!(own.total().equal <= recorded.total().equal);
}
