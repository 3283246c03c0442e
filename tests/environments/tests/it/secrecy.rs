//! No secret value is in anything that lasts or is shown, the emulator's own store of secrets excepted.

use environments::{VARIABLES, World};
use scaleway_core::{Client, Clock};
use scaleway_emulator::{Fault, FaultKind};

use crate::desk::Desk;

/// All the ways in which a value could be spelled.
fn spellings(value: &str) -> Vec<String> {
    let hex = data_encoding::HEXLOWER.encode(value.as_bytes());
    let percent: String =
        value
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect();
    let json = serde_json::to_string(value).unwrap();
    let base64 = |text: &str| data_encoding::BASE64.encode(text.as_bytes()).trim_end_matches('=').to_owned();
    // Inside a longer text, base64 depends on where the value begins: the middle of each of three shifts is the same.
    let shifted = (0..3).map(|shift| {
        let encoded = base64(&format!("{}{value}", "x".repeat(shift)));
        encoded[4..encoded.len() - 4].to_owned()
    });
    let mut all = vec![value.to_owned(), hex.to_uppercase(), hex, percent, json.trim_matches('"').to_owned()];
    all.extend(shifted);
    all
}

pub(crate) fn scan(place: &str, bytes: &[u8], values: &[String]) {
    let text = String::from_utf8_lossy(bytes);
    for value in values {
        for spelling in spellings(value) {
            assert!(!text.contains(&spelling), "{place} holds a secret, as {spelling:?}");
        }
    }
}

#[test]
fn state_plan_progress_and_errors_hold_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::staging().state_in(folder.path());
    let plan = world.run(world.plan()).unwrap();
    world.must_apply();
    let mut values: Vec<String> = VARIABLES.iter().map(|(_, value)| (*value).to_owned()).collect();
    values.extend(kept(&world.client(), &world.clock));
    assert!(values.len() >= 8, "{values:?}");
    scan("the plan", format!("{plan:?}{}", serde_json::to_string(&plan).unwrap()).as_bytes(), &values);
    scan("progress", format!("{:?}", world.progress.lock().unwrap()).as_bytes(), &values);
    let engine = world.run(world.open()).unwrap();
    scan("the state, decrypted", serde_json::to_string(engine.state()).unwrap().as_bytes(), &values);
    scan("the engine", format!("{engine:?}").as_bytes(), &values);
    let mut files = 0;
    for entry in walk(folder.path()) {
        scan(&entry.display().to_string(), &std::fs::read(&entry).unwrap(), &values);
        files += 1;
    }
    assert!(files > 3);
}

#[test]
fn the_programs_output_traces_and_folder_hold_no_secret() {
    let (desk, folder) = (Desk::open(), tempfile::tempdir().unwrap());
    let runs: [&[&str]; 5] = [
        &["-vv", "plan", "--json"],
        &["-vv"],
        &["-vv", "plan", "--json"],
        &["-vv", "show", "--json"],
        &["-vv", "apply"],
    ];
    let said: Vec<_> = runs.iter().map(|arguments| (arguments, desk.run(folder.path(), arguments))).collect();
    assert!(said.iter().any(|(_, text)| text.contains("CreateSecretVersion")), "nothing was traced");
    let mut values: Vec<String> = VARIABLES.iter().map(|(_, value)| (*value).to_owned()).collect();
    values.extend(kept(&desk.client(), &Clock::real()));
    assert!(values.len() >= 8, "{}", values.len());
    for (arguments, text) in said {
        scan(&format!("the output of {arguments:?}"), text.as_bytes(), &values);
    }
    for entry in walk(folder.path()) {
        scan(&entry.display().to_string(), &std::fs::read(&entry).unwrap(), &values);
    }
    // What goes wrong is told without them, too: here the cloud refuses every secret's value.
    let folder = tempfile::tempdir().unwrap();
    desk.emulator.inject(Fault::new(FaultKind::ErrorAfter).operation("CreateSecretVersion").times(50));
    let output = desk.program(folder.path(), &["-vv", "apply"]).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert!(!output.status.success());
    scan("a failure", &text, &values);
}

pub(crate) fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// The values that Secret Manager keeps.
pub(crate) fn kept(client: &Client, clock: &Clock) -> Vec<String> {
    use scaleway_secrets::{ListSecrets, Revision, Secrets};
    let secrets = Secrets::new(client);
    let values = async {
        let mut values = Vec::new();
        for secret in secrets.list_secrets(ListSecrets::default()).all().await.unwrap() {
            let version = secrets.access_secret_version(&secret.id, Revision::LatestEnabled).await.unwrap();
            values.push(version.data.as_text().unwrap().to_owned());
        }
        values
    };
    clock.block_on(values).unwrap()
}
