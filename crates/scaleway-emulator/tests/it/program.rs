//! The emulator as a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use scaleway_core::Random;
use scaleway_emulator::Emulator;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::desk::{CONTAINERS, Desk, PROJECT};

const SECRET: &str = "not-for-any-log";

struct Program {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &std::env::temp_dir())
    }

    /// With this folder for temporary things.
    fn start_with(arguments: &[&str], temporary: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_scaleway-emulator"))
            .args(["--port", "0"])
            .args(arguments)
            .env("TMPDIR", temporary)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    /// Where it answers, from its ready line.
    fn address(&mut self) -> SocketAddr {
        let ready: Value = serde_json::from_str(&self.line()).unwrap();
        address(ready["api_url"].as_str().unwrap())
    }

    /// SIGKILL, and what it had to say.
    fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said
    }
}

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("http://").unwrap().parse().unwrap()
}

fn send(stream: &mut TcpStream, verb: &str, path: &str, body: &str) {
    let head = format!("{verb} {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: {SECRET}\r\n");
    stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
}

/// Status and body of one answer.
fn receive(stream: &TcpStream) -> (u16, String) {
    let mut reader = BufReader::new(stream);
    let (mut status, mut length) = (0, 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(rest) = line.strip_prefix("http/1.1 ") {
            status = rest[..3].parse().unwrap();
        }
        if let Some(rest) = line.strip_prefix("content-length: ") {
            length = rest.parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (status, String::from_utf8(body).unwrap())
}

fn ask(stream: &mut TcpStream, verb: &str, path: &str, body: &Value) -> Value {
    send(stream, verb, path, &body.to_string());
    let (status, body) = receive(stream);
    assert_eq!(status, 200, "{verb} {path}: {body}");
    serde_json::from_str(&body).unwrap()
}

fn data(folder: &Path) -> [&str; 2] {
    ["--data", folder.to_str().unwrap()]
}

#[test]
fn a_clock_that_no_time_fits_is_refused() {
    for clock in ["x1e99", "x1e-99", "x0", "xNaN", "fast"] {
        let output = Command::new(env!("CARGO_BIN_EXE_scaleway-emulator")).args(["--clock", clock]).output();
        let output = output.unwrap();
        let wrong = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{clock}: {wrong}");
        assert!(wrong.contains("a factor from 0.001 to 1000000"), "{clock}: {wrong}");
    }
}

#[test]
fn a_data_folder_that_is_a_file_is_named_as_it_was_given() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for clock in ["real", "x60"] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_scaleway-emulator"));
        let output = program.args(["--clock", clock]).args(data(&file)).output().unwrap();
        let wrong = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{wrong}");
        let named = format!("since {} cannot be read or written", file.display());
        assert!(wrong.contains(&named), "{wrong}");
    }
}

#[cfg(unix)]
#[test]
fn databases_that_a_killed_emulator_left_behind_end_with_the_next_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let temporary = TempDir::new().unwrap();
    // Root's clusters are another user's.
    std::fs::set_permissions(temporary.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut program = Program::start_with(&["--postgres", "auto"], temporary.path());
    let mut stream = TcpStream::connect(program.address()).unwrap();
    let page = ask(&mut stream, "GET", "/_emulator/postgres", &json!({}));
    if page["programs"].as_array().unwrap().is_empty() {
        eprintln!("skipped: PostgreSQL's server programs are not installed");
        program.kill();
        return;
    }
    let body = json!({"project_id": PROJECT, "name": "evalap", "engine": "PostgreSQL-16", "node_type": "db-dev-s",
        "user_name": "admin", "password": "P4ssw0rd-of-admin"});
    let made = ask(&mut stream, "POST", "/rdb/v1/regions/fr-par/instances", &body);
    let one = format!("/rdb/v1/regions/fr-par/instances/{}", made["id"].as_str().unwrap());
    let mut instance = made;
    while instance["status"] != "ready" {
        std::thread::yield_now();
        instance = ask(&mut stream, "GET", &one, &json!({}));
    }
    let port = u16::try_from(instance["endpoints"][0]["port"].as_u64().unwrap()).unwrap();
    let runs = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    let log = ask(&mut stream, "GET", "/_emulator/postgres", &json!({}))["instances"][0]["log"].take();
    let log = Path::new(log.as_str().unwrap()).to_owned();
    program.kill();
    assert!(runs() && log.exists(), "nobody was left to end it");
    let mut next = Program::start_with(&["--postgres", "auto"], temporary.path());
    next.address();
    assert!(!log.exists(), "its folder is gone");
    assert!(!runs(), "and its server");
    next.kill();
}

#[test]
fn what_was_answered_survives_a_kill_at_any_request() {
    let folder = TempDir::new().unwrap();
    let random = Random::seeded(5);
    let all = format!("{CONTAINERS}/namespaces");
    let mut kept = Vec::new();
    for round in 0..5 {
        let mut program = Program::start(&data(folder.path()));
        let mut stream = TcpStream::connect(program.address()).unwrap();
        // A project of its own, as one has a hundred namespaces at most.
        let project = format!("7a3f4c1e-3d8b-4b0e-9a63-00000000000{round}");
        // Long enough for the log to be rewritten now and then.
        let description = "x".repeat(30_000);
        for n in 0..=random.below(60) {
            let body =
                json!({"project_id": project, "name": format!("n{round}-{n}"), "description": description});
            let made = ask(&mut stream, "POST", &all, &body);
            let id = made["id"].as_str().unwrap().to_owned();
            let last = format!("last {n}");
            let path = format!("{all}/{id}");
            ask(&mut stream, "PATCH", &path, &json!({ "description": last }));
            kept.push((path, last));
        }
        // This one is not answered: it may have happened or not.
        let body = json!({"project_id": project, "name": format!("n{round}-lost")});
        send(&mut stream, "POST", &all, &body.to_string());
        program.kill();
    }
    let desk = Desk::with(|builder| builder.data_dir(folder.path()));
    for (path, description) in &kept {
        let (status, body) = desk.get(path);
        assert_eq!((status, body["description"].as_str()), (200, Some(description.as_str())), "{path}");
    }
    let total = usize::try_from(desk.get(&all).1["total_count"].as_u64().unwrap()).unwrap();
    assert!((kept.len()..=kept.len() + 5).contains(&total), "{total} of {}", kept.len());
}

#[test]
fn the_shell_and_the_log_are_told_what_they_need_and_no_secret() {
    let folder = TempDir::new().unwrap();
    let faults = folder.path().join("faults.toml");
    std::fs::write(&faults, "[[fault]]\nkind = \"throttled\"\noperation = \"ListNamespaces\"\n").unwrap();
    let mut program = Program::start(&[
        "--print-env",
        "--log",
        "requests",
        "--seed",
        "4",
        "--faults",
        faults.to_str().unwrap(),
    ]);
    let first = program.line();
    let url = first.strip_prefix("export SCW_API_URL='").unwrap().trim_end().strip_suffix('\'').unwrap();
    assert!((0..6).map(|_| program.line()).all(|line| line.starts_with("export SCW_")));
    let mut stream = TcpStream::connect(address(url)).unwrap();
    send(&mut stream, "GET", &format!("{CONTAINERS}/namespaces?name={SECRET}"), "");
    assert_eq!(receive(&stream).0, 429);
    let body = json!({"project_id": PROJECT, "name": "a", "secret_environment_variables": {"KEY": SECRET}});
    let namespace = ask(&mut stream, "POST", &format!("{CONTAINERS}/namespaces"), &body);
    let body = json!({"namespace_id": namespace["id"], "name": "api", "image": "any"});
    ask(&mut stream, "GET", &format!("{CONTAINERS}/namespaces"), &Value::Null);
    let made = ask(&mut stream, "POST", &format!("{CONTAINERS}/containers"), &body);
    let body = json!({"project_id": PROJECT, "name": "s"});
    let secrets = "/secret-manager/v1beta1/regions/fr-par/secrets";
    let secret = ask(&mut stream, "POST", secrets, &body);
    let path = format!("{secrets}/{}/versions", secret["id"].as_str().unwrap());
    ask(&mut stream, "POST", &path, &json!({"data": SECRET.replace('-', "")}));
    let told = ask(&mut stream, "GET", "/_emulator/requests", &Value::Null).to_string();
    let said = program.kill();
    assert!(
        said.contains(" 429 GET /containers/v1/regions/fr-par/namespaces containers.ListNamespaces"),
        "{said}"
    );
    let host = made["public_endpoint"].as_str().unwrap().strip_prefix("https://").unwrap();
    assert!(said.contains(&format!("curl --resolve {host}:{}:127.0.0.1 ", address(url).port())), "{said}");
    for text in [&said, &told] {
        assert!(!text.contains(SECRET) && !text.contains(&SECRET.replace('-', "")), "{text}");
    }
}

#[test]
fn what_cannot_be_started_is_said_with_its_remedy() {
    let folder = TempDir::new().unwrap();
    let faults = folder.path().join("faults.toml");
    std::fs::write(&faults, "[[fault]]\nkind = \"slow\"\n").unwrap();
    let mut program = Program::start(&["--faults", faults.to_str().unwrap()]);
    assert!(!program.child.wait().unwrap().success());
    let said = program.kill();
    assert!(said.contains("fault 1") && said.contains("seconds is required"), "{said}");
    let first = Emulator::builder().data_dir(folder.path().join("world")).build().unwrap();
    let mut program = Program::start(&data(&folder.path().join("world")));
    assert!(!program.child.wait().unwrap().success());
    let said = program.kill();
    assert!(said.contains(&format!("in use by process {}", std::process::id())), "{said}");
    drop(first);
}

#[test]
fn what_a_job_says_is_told_on_standard_error() {
    let mut program = Program::start(&["--jobs", "exec"]);
    let mut stream = TcpStream::connect(program.address()).unwrap();
    let jobs = "/serverless-jobs/v1alpha2/regions/fr-par/job-definitions";
    let body = json!({"project_id": PROJECT, "name": "j", "cpu_limit": 1000, "memory_limit": 2048,
        "image_uri": "any", "startup_command": ["echo"], "args": ["hello"]});
    let job = ask(&mut stream, "POST", jobs, &body);
    ask(&mut stream, "POST", &format!("{jobs}/{}/start", job["id"].as_str().unwrap()), &json!({}));
    let mut said = String::new();
    let mut errors = BufReader::new(program.child.stderr.take().unwrap());
    while !said.contains("a job says") {
        assert!(errors.read_line(&mut said).unwrap() > 0, "{said}");
    }
    assert!(said.contains("hello"), "{said}");
    program.child.kill().unwrap();
    program.child.wait().unwrap();
}
