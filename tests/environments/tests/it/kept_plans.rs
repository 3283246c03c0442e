//! Plans that are kept in files: shown, carried out, refused.

use crate::office::Office;

fn deploys(office: &Office, arguments: &[&str]) -> String {
    office.says("deploy_staging", 0, &[&["--speed", "max"], arguments].concat())
}

/// What is refused, with 1.
fn refused(office: &Office, arguments: &[&str]) -> String {
    let output =
        office.program("deploy_staging", 0, &[&["--speed", "max"], arguments].concat()).output().unwrap();
    let wrong = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {wrong}");
    wrong
}

fn file(office: &Office, name: &str) -> String {
    office.folder.path().join(name).display().to_string()
}

#[test]
fn a_kept_plan_to_destroy_is_shown_and_destroys() {
    let office = Office::open();
    let kept = file(&office, "destroy.plan");
    let planned = deploys(&office, &["plan", "--destroy", "--out", &kept]);
    assert!(planned.contains("33 to delete") && planned.contains(&format!("`apply {kept}`")), "{planned}");
    let shown = deploys(&office, &["show", &kept]);
    assert!(shown.contains("33 to delete") && shown.contains("the data of"), "{shown}");
    let told: serde_json::Value =
        serde_json::from_str(&deploys(&office, &["show", "--json", &kept])).unwrap();
    assert_eq!(told["basis"]["destroy"], true);
    assert!(deploys(&office, &["plan"]).contains("No changes."), "nothing has happened");
    // What it loses is asked for as ever.
    let wrong = refused(&office, &["apply", &kept]);
    assert!(wrong.contains("--confirm staging"), "{wrong}");
    let said = deploys(&office, &["--confirm", "staging", "apply", &kept]);
    assert!(said.contains("33 changes") && !said.contains("Services"), "{said}");
    for (what, left) in office.desk.left() {
        assert_eq!(left, 0, "{what}");
    }
    let wrong = refused(&office, &["--confirm", "staging", "apply", &kept]);
    assert!(wrong.contains("the state has moved on"), "{wrong}");
    assert!(deploys(&office, &["plan", "--destroy"]).contains("Nothing exists that is ours. No changes."));
}

#[test]
fn a_generated_secret_gets_another_value_where_that_is_asked_for() {
    let office = Office::open();
    let kept = file(&office, "rotate.plan");
    let address = "secret_version.database-password";
    let planned = deploys(&office, &["plan", "--replace", address, "--out", &kept]);
    assert!(planned.contains(&format!("-/+ {address}  it is to be made anew")), "{planned}");
    assert!(
        planned.contains("~ database_user.evalap") && planned.contains("~ container.runners"),
        "{planned}"
    );
    let said = deploys(&office, &["apply", &kept]);
    assert!(said.contains(&format!("{address}: created")), "{said}");
    assert!(deploys(&office, &["plan"]).contains("No changes."), "once is enough");
    // Only what is there can be made anew; and not together with what leaves the cloud as it is.
    let wrong = refused(&office, &["plan", "--replace", "container.runnrs"]);
    assert!(wrong.contains("is container.runners meant?"), "{wrong}");
    let odd = ["plan", "--replace", address, "--refresh-only"];
    let output = office.program("deploy_staging", 0, &odd).output().unwrap();
    assert_eq!(output.status.code(), Some(64));
}

#[test]
fn what_is_no_plan_is_not_shown_for_one() {
    let office = Office::open();
    let kept = office.file("no.plan", "{}");
    let wrong = refused(&office, &["show", &kept]);
    assert!(wrong.contains("no.plan"), "{wrong}");
}
