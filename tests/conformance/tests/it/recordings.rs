//! The program over recordings: ours, and Scaleway's where present.

use std::process::{Command, Output};
use std::path::Path;

use crate::{fixtures, wire};

fn decode(folder: &Path) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_conformance")).arg("decode").arg(folder).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    (output, text)
}

#[test]
fn nothing_of_the_recordings_is_lost() {
    for folder in [Some(fixtures()), wire()].into_iter().flatten() {
        let (output, text) = decode(&folder);
        let last = text.lines().last().unwrap();
        println!("{}: {last}", folder.display());
        assert!(output.status.success(), "{text}");
        assert!(!last.starts_with("decoded 0/") && last.ends_with("unrouted 0"), "{last}");
    }
}
