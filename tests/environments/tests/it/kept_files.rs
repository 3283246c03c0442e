//! Files that the programs are told to write.

use std::path::Path;

use crate::office::Office;

/// What a program says of a file that it does not write: with these words, and nothing is written.
fn refuses(office: &Office, name: &str, arguments: &[&str], file: &Path, words: &[&str]) {
    let before = std::fs::read(file).ok();
    let file_name = file.display().to_string();
    let arguments: Vec<_> = arguments.iter().copied().chain([&*file_name]).collect();
    let output = office.program(name, 0, &arguments).output().unwrap();
    let wrong = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {wrong}");
    for word in words.iter().chain([&"what to do: name "]) {
        assert!(wrong.contains(word), "{arguments:?}: {word:?} is not in:\n{wrong}");
    }
    assert_eq!(std::fs::read(file).ok(), before, "{arguments:?}");
}

#[test]
fn a_kept_plan_and_an_export_replace_only_their_like() {
    let office = Office::open();
    let path = |name: &str| office.folder.path().join(name);
    let (plan, export) = (path("a.plan").display().to_string(), path("a.json").display().to_string());
    let keep = ["--speed", "max", "plan", "--out"];
    for _ in 0..2 {
        office.says("deploy_staging", 0, &[&keep[..], &[&plan]].concat());
        office.does(&["export", &export]);
    }
    // As `mktemp` makes it.
    office.file("empty", "");
    office.says("deploy_staging", 0, &[&keep[..], &[&path("empty").display().to_string()]].concat());

    office.file("key", &"07".repeat(32));
    for file in ["key", "folder.toml", "a.json"] {
        refuses(&office, "deploy_staging", &keep, &path(file), &["exists already and is no kept plan"]);
    }
    for file in ["key", "folder.toml", "a.plan"] {
        refuses(
            &office,
            "manage_state",
            &["export"],
            &path(file),
            &["exists already and is no exported state"],
        );
    }
    let left = std::fs::read_dir(office.folder.path()).unwrap().count();
    // Three definitions, the data folder, the key, two plans and an export.
    assert_eq!(left, 8, "nothing is left beside them");
}

#[test]
fn nothing_is_written_into_what_the_data_folder_keeps() {
    let office = Office::open();
    let data = office.folder.path().join("data");
    std::os::unix::fs::symlink(data.join("state"), office.folder.path().join("link")).unwrap();
    std::fs::create_dir_all(data.join("keys")).unwrap();
    for file in
        ["data/keys/x", "data/state/staging/log/x", "data/cloud/world.jsonl", "data/refuge/x", "link/x"]
    {
        let file = office.folder.path().join(file);
        let words = ["which holds what the environments live on"];
        refuses(&office, "deploy_staging", &["--speed", "max", "plan", "--out"], &file, &words);
        refuses(&office, "manage_state", &["export"], &file, &words);
    }
    // Beside these it may be kept.
    let file = data.join("a.plan").display().to_string();
    office.says("deploy_staging", 0, &["--speed", "max", "plan", "--out", &file]);
}

#[test]
fn a_plan_that_is_not_there_or_out_of_date_says_how_to_make_one() {
    let office = Office::open();
    let fast = |words: &[&str]| {
        let words: Vec<_> = ["--speed", "max"].iter().chain(words).copied().collect();
        let output = office.program("deploy_staging", 0, &words).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let nowhere = office.folder.path().join("nope.plan").display().to_string();
    for command in ["apply", "show"] {
        let (code, wrong) = fast(&[command, &nowhere]);
        assert_eq!(code, Some(1), "{wrong}");
        assert!(wrong.contains("because: No such file") && wrong.contains("`plan --out FILE`"), "{wrong}");
    }
    let definition = environments::STAGING.replacen("max_scale = 2", "max_scale = 4", 1);
    let plan = office.folder.path().join("a.plan").display().to_string();
    office.file("folder.toml", &definition);
    assert_eq!(fast(&["plan", "--out", &plan]).0, Some(0));
    assert_eq!(fast(&["apply", &plan]), (Some(0), String::new()));
    let (code, wrong) = fast(&["apply", &plan]);
    assert_eq!(code, Some(1), "{wrong}");
    for words in [
        "the plan is out of date",
        "`plan --out FILE`",
        "the apply of this very plan",
        "nothing more is needed",
    ] {
        assert!(wrong.contains(words), "{words:?} is not in:\n{wrong}");
    }
}
