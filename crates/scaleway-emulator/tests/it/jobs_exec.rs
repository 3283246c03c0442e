//! Jobs as processes of this machine.

#![cfg(unix)]

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use scaleway_emulator::{Latency, Server};
use serde_json::{Value, json};

use crate::desk::{Desk, PROJECT};

const JOBS: &str = "/serverless-jobs/v1alpha2/regions/fr-par";

fn desk() -> Desk {
    Desk::with(|builder| builder.exec_jobs(true))
}

fn definition(desk: &Desk, more: Value) -> String {
    let mut body = json!({"project_id": PROJECT, "name": "migrate", "image_uri": "alpine"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    desk.ok("POST", &format!("{JOBS}/job-definitions"), body)["id"].as_str().unwrap().to_owned()
}

fn start(desk: &Desk, definition: &str) -> String {
    let started = desk.ok("POST", &format!("{JOBS}/job-definitions/{definition}/start"), Value::Null);
    started["job_runs"][0]["id"].as_str().unwrap().to_owned()
}

fn look(desk: &Desk, run: &str) -> Value {
    desk.ok("GET", &format!("{JOBS}/job-runs/{run}"), Value::Null)
}

/// Looks until it is so: the process takes its own time.
fn until(desk: &Desk, run: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..5_000_000 {
        let found = look(desk, run);
        if is_so(&found) {
            return found;
        }
        std::thread::yield_now();
    }
    panic!("it never came to that: {}", look(desk, run));
}

fn ended(desk: &Desk, run: &str) -> Value {
    until(desk, run, |run| ["succeeded", "failed", "interrupted"].contains(&run["state"].as_str().unwrap()))
}

/// The end of a run of `sh -c script`.
fn sh(desk: &Desk, script: &str, more: Value) -> Value {
    let mut body = json!({"startup_command": ["sh", "-c"], "args": [script]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ended(desk, &start(desk, &definition(desk, body)))
}

#[test]
fn the_exit_code_is_the_processs() {
    let desk = desk();
    let good = sh(&desk, "true", json!({}));
    assert_eq!((&good["state"], &good["exit_code"]), (&json!("succeeded"), &json!(0)));
    let bad = sh(&desk, "exit 7", json!({}));
    assert_eq!(
        (&bad["state"], &bad["reason"], &bad["exit_code"]),
        (&json!("failed"), &json!("exited_with_error"), &json!(7))
    );
    let killed = sh(&desk, "kill -9 $$", json!({}));
    assert_eq!(killed["exit_code"], 137);
    let line = ended(&desk, &start(&desk, &definition(&desk, json!({"command": "exit 3 # by a shell"}))));
    assert_eq!(line["exit_code"], 3);
    let none =
        ended(&desk, &start(&desk, &definition(&desk, json!({"startup_command": ["/no/such/program"]}))));
    assert_eq!((&none["reason"], none.get("exit_code")), (&json!("application_not_started"), None));
    let image = ended(&desk, &start(&desk, &definition(&desk, json!({}))));
    assert_eq!(image["state"], "succeeded", "without a command it does as its image was declared");
}

#[test]
fn it_has_its_own_variables_and_nothing_of_the_emulators() {
    let desk = desk();
    let script = "test \"$A\" = 1 && test \"$0\" = 1 && test -z \"$CARGO_MANIFEST_DIR\" && test -n \"$PATH\" && \
        test \"$PWD\" = \"$HOME\"";
    let body = json!({"startup_command": ["sh", "-c", script], "args": ["$(A)"],
        "environment_variables": {"A": "1"}});
    assert_eq!(ended(&desk, &start(&desk, &definition(&desk, body)))["exit_code"], 0);
}

thread_local! {
    static HEARD: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What this thread logs while `act` runs. One subscriber listens to the whole process: with one for this thread alone,
/// a line that another test's thread is the first to say would be switched off here, too.
fn logged<T>(act: impl FnOnce() -> T) -> (T, String) {
    struct Log;
    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            HEARD.with_borrow_mut(|heard| heard.write(bytes))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(|| Log);
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    });
    HEARD.take();
    let output = act();
    (output, String::from_utf8(HEARD.take()).unwrap())
}

#[test]
fn secrets_are_variables_and_files_and_never_in_the_log() {
    let desk = desk();
    let secrets = "/secret-manager/v1beta1/regions/fr-par/secrets";
    let secret = desk.ok("POST", secrets, json!({"project_id": PROJECT, "name": "dsn", "type": "opaque"}));
    let secret = secret["id"].as_str().unwrap();
    let data = BASE64_STANDARD.encode("pa55-of-the-database");
    desk.ok("POST", &format!("{secrets}/{secret}/versions"), json!({ "data": data }));
    let script = "test \"$DSN\" = \"$(cat run/dsn)\" && echo \"connects with $DSN\" && echo 'and says' >&2 && \
        printf %s \"$DSN\" | base64";
    let id = definition(&desk, json!({"startup_command": ["sh", "-c", script]}));
    let wanted = json!([{"secret_manager_id": secret, "env_var_name": "DSN"},
        {"secret_manager_id": secret, "secret_manager_version": "1", "path": "/run/dsn"}]);
    desk.ok("POST", &format!("{JOBS}/secrets"), json!({"job_definition_id": id, "secrets": wanted}));
    let (run, log) = logged(|| ended(&desk, &start(&desk, &id)));
    assert_eq!(run["exit_code"], 0, "{log}");
    assert!(log.contains("connects with ***") && log.contains("and says"), "{log}");
    assert!(!log.contains("pa55-of-the-database") && !log.contains(&data), "{log}");
}

#[test]
fn a_time_out_ends_it_with_all_that_it_started() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let script = format!("sleep 1000 & echo $! > {0}.new && mv {0}.new {0} && wait", pid.display());
    let id = definition(&desk, json!({"startup_command": ["sh", "-c", script], "job_timeout": "60s"}));
    let run = start(&desk, &id);
    until(&desk, &run, |_| pid.exists());
    assert_eq!(look(&desk, &run)["state"], "running");
    assert_eq!(desk.ask("DELETE", &format!("{JOBS}/job-definitions/{id}"), Value::Null).0, 403);
    desk.wait(61);
    let late = look(&desk, &run);
    assert_eq!((&late["state"], &late["reason"]), (&json!("failed"), &json!("timeout")));
    let child = std::fs::read_to_string(pid).unwrap();
    until(&desk, &run, |_| !is_alive(child.trim()));
}

fn is_alive(pid: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    state.is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}

#[test]
fn stopping_asks_first_and_insists_after() {
    let desk = desk();
    let stop = |run: &str| desk.ok("POST", &format!("{JOBS}/job-runs/{run}/stop"), json!({}));
    let folder = tempfile::tempdir().unwrap();
    let ready = folder.path().join("ready");
    let polite = format!("trap 'exit 0' TERM; touch {}; while :; do sleep 0.01; done", ready.display());
    let run = start(&desk, &definition(&desk, json!({"startup_command": ["sh", "-c", polite]})));
    until(&desk, &run, |_| ready.exists());
    assert_eq!(stop(&run)["state"], "interrupting");
    let stopped = ended(&desk, &run);
    assert_eq!((&stopped["state"], &stopped["reason"]), (&json!("interrupted"), &json!("cancellation")));

    std::fs::remove_file(&ready).unwrap();
    let deaf = format!("trap '' TERM; touch {}; while :; do sleep 0.01; done", ready.display());
    let run = start(&desk, &definition(&desk, json!({"startup_command": ["sh", "-c", deaf]})));
    until(&desk, &run, |_| ready.exists());
    stop(&run);
    assert_eq!(look(&desk, &run)["state"], "interrupting");
    desk.wait(11);
    assert_eq!(look(&desk, &run)["state"], "interrupted");
}

#[test]
fn a_failed_process_is_tried_again() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let tries = folder.path().join("tries");
    let script = format!("echo x >> {0}; test $(wc -l < {0}) -ge 3", tries.display());
    let run = sh(&desk, &script, json!({"retry_policy": {"max_retries": 5}}));
    assert_eq!((&run["state"], &run["attempts"]), (&json!("succeeded"), &json!(3)));
}

#[test]
fn the_end_of_the_emulator_is_the_end_of_its_jobs_and_the_next_one_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("world");
    let open = || Desk::with(|builder| builder.exec_jobs(true).data_dir(&kept));
    let pid = folder.path().join("pid");
    let script = format!("echo $$ > {0}.new && mv {0}.new {0} && exec sleep 1000", pid.display());
    let desk = open();
    let run = start(&desk, &definition(&desk, json!({"startup_command": ["sh", "-c", script]})));
    until(&desk, &run, |_| pid.exists());
    drop(desk);
    assert!(!is_alive(std::fs::read_to_string(pid).unwrap().trim()));
    let lost = look(&open(), &run);
    assert_eq!((&lost["state"], &lost["reason"]), (&json!("failed"), &json!("technical_error")));
}

#[test]
fn nothing_is_run_unless_it_was_asked_for() {
    let desk = Desk::with(|builder| builder.latency(Latency::None));
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let run = sh(&desk, &format!("touch {}", mark.display()), json!({}));
    assert_eq!((&run["state"], mark.exists()), (&json!("succeeded"), false));
}

#[test]
fn a_server_looks_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let desk = desk();
    let script = format!("touch {}", mark.display());
    start(&desk, &definition(&desk, json!({"startup_command": ["sh", "-c", script]})));
    let serve = async {
        let server = Server::bind(desk.emulator.clone(), ([127, 0, 0, 1], 0).into()).await.unwrap();
        // Nobody asks for anything.
        let marked = async {
            while !mark.exists() {
                tokio::task::yield_now().await;
            }
        };
        server.serve(marked).await;
    };
    desk.clock.block_on(serve).unwrap();
}

#[test]
fn a_process_that_begins_late_has_all_of_its_time() {
    let desk = Desk::with(|builder| builder.exec_jobs(true).latency(Latency::Recorded));
    let body = json!({"startup_command": ["sh", "-c", "exit 5"], "job_timeout": "60s"});
    let run = start(&desk, &definition(&desk, body));
    desk.wait(3600);
    let late = ended(&desk, &run);
    assert_eq!((&late["reason"], &late["exit_code"]), (&json!("exited_with_error"), &json!(5)), "{late}");
}
