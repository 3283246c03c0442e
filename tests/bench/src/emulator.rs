//! The emulator as a server: requests a second and CPU a request beside a bare handler on the same HTTP library that answers
//! the same bytes, its memory after a million requests, and what it covers.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::server::Server;

const CONNECTIONS: u64 = 8;
const MEASURED: u64 = 200_000;
const MANY: u64 = 1_000_000;
const CHURN: u64 = 10_000;
const NAMESPACES: &str = "/containers/v1/regions/fr-par/namespaces";
const SECRETS: &str = "/secret-manager/v1beta1/regions/fr-par/secrets";
const PROJECT: &str = "7a3f4c1e-3d8b-4b0e-9a63-0b6a2c9d1e11";
const CONTAINERS: &str = "/containers/v1/regions/fr-par/containers";

pub(crate) fn run() {
    let own = std::env::current_exe().expect("this program's own path");
    let emulator = Server::emulator(&["--seed", "1"]);
    let path = container(&emulator);
    let body = once(&mut emulator.connect(), "GET", &path, "");
    let bare = Server::start(&own, &["bare", &body]);
    println!(
        "GET of a container of {} bytes, {CONNECTIONS} connections kept alive, {MEASURED} requests:",
        body.len()
    );
    for (name, server) in [("emulator", &emulator), ("bare handler", &bare)] {
        load(server, &path, MEASURED / 10);
        let (cpu, started) = (server.cpu(), Instant::now());
        load(server, &path, MEASURED);
        let (cpu, wall) = (server.cpu() - cpu, started.elapsed().as_secs_f64());
        println!(
            "  {name:<13} {:>8.0} requests/s, {:>6.1} µs of CPU a request: {:>8.0} requests/s and core",
            as_f64(MEASURED) / wall,
            cpu / as_f64(MEASURED) * 1e6,
            as_f64(MEASURED) / cpu
        );
    }
    let before = emulator.memory_megabytes();
    load(&emulator, &path, MANY);
    let after = emulator.memory_megabytes();
    println!("memory: {before:.1} MB before {MANY} more requests, {after:.1} MB after");
    let rounds = [1, 2, 3].map(|round| {
        churn(&emulator, CHURN);
        format!("{:.1} MB after {}", emulator.memory_megabytes(), round * CHURN)
    });
    println!("  secrets with a value made and deleted, one at a time: {}", rounds.join(", "));
    let coverage: Value =
        serde_json::from_str(&once(&mut emulator.connect(), "GET", "/_emulator/coverage", ""))
            .expect("a page");
    let count =
        |fidelity: &str| coverage.as_object().map_or(0, |c| c.values().filter(|v| *v == fidelity).count());
    println!(
        "operations: {} faithful, {} simple, {} answer 501",
        count("faithful"),
        count("simple"),
        count("501")
    );
}

/// Answers every request with `body`, as simply as the HTTP library can.
pub(crate) fn bare(body: &str) {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket that can be told");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        println!("{}", json!({"api_url": format!("http://{}", listener.local_addr().expect("an address"))}));
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let body = body.clone();
            connections.spawn(async move {
                let service = service_fn(|_| {
                    let response = http::Response::builder()
                        .header("content-type", "application/json")
                        .body(Full::new(body.clone()));
                    async move { Ok::<_, Infallible>(response.expect("a response")) }
                });
                let _ = http1::Builder::new()
                    .header_read_timeout(None)
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
}

/// The path of a container that is there.
fn container(emulator: &Server) -> String {
    let mut stream = emulator.connect();
    let mut make = |path: &str, body: &Value| {
        let made = once(&mut stream, "POST", path, &body.to_string());
        let made: Value = serde_json::from_str(&made).expect("an answer in JSON");
        made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
    };
    let namespace = make(NAMESPACES, &json!({"project_id": PROJECT, "name": "bench"}));
    let body = json!({"namespace_id": namespace, "name": "api", "image": "any", "tags": ["a", "b"],
        "environment_variables": {"A": "1", "B": "2"}});
    format!("{CONTAINERS}/{}", make(CONTAINERS, &body))
}

/// Makes a secret with a value and deletes it, `rounds` times.
fn churn(emulator: &Server, rounds: u64) {
    let mut stream = emulator.connect();
    let secret = json!({"name": "churn", "project_id": PROJECT}).to_string();
    let value = json!({"data": "czNjcjN0"}).to_string();
    for _ in 0..rounds {
        let made = once(&mut stream, "POST", SECRETS, &secret);
        let made: Value = serde_json::from_str(&made).expect("an answer in JSON");
        let path = format!("{SECRETS}/{}", made["id"].as_str().expect("an id"));
        once(&mut stream, "POST", &format!("{path}/versions"), &value);
        once(&mut stream, "DELETE", &path, "");
    }
}

/// `count` requests over all connections, each waiting for its answer.
fn load(server: &Server, path: &str, count: u64) {
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut stream = server.connect();
                let length = answer_length(&mut stream, path);
                let request = request("GET", path, "");
                let mut buffer = vec![0; length];
                for _ in 0..count / CONNECTIONS {
                    stream.write_all(request.as_bytes()).expect("a request");
                    stream.read_exact(&mut buffer).expect("an answer");
                }
            });
        }
    });
}

/// How long an answer is, head and all: the same each time.
fn answer_length(stream: &mut TcpStream, path: &str) -> usize {
    stream.write_all(request("GET", path, "").as_bytes()).expect("a request");
    let (head, body) = answer(stream);
    head.len() + body.len()
}

fn once(stream: &mut TcpStream, verb: &str, path: &str, body: &str) -> String {
    stream.write_all(request(verb, path, body).as_bytes()).expect("a request");
    answer(stream).1
}

fn answer(stream: &mut TcpStream) -> (String, String) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).expect("an answer") > 0, "the connection was closed");
    }
    assert!(head.starts_with("HTTP/1.1 20"), "{head}");
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or_default()];
    reader.read_exact(&mut body).expect("a body");
    (head, String::from_utf8(body).expect("text"))
}

fn request(verb: &str, path: &str, body: &str) -> String {
    let head = format!("{verb} {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: any\r\n");
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len())
}

#[allow(clippy::cast_precision_loss, reason = "counts of requests are small")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
