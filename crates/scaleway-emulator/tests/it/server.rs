//! The emulator on a port, asked by hand-written HTTP.

use std::future::Future;
use std::net::SocketAddr;

use futures_util::future::join;
use scaleway_core::Clock;
use scaleway_emulator::{Emulator, EmulatorError, Fault, FaultKind, Server};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::desk::{CONTAINERS, PROJECT, start};

/// Serves while `client` runs.
fn with_server<T>(client: impl AsyncFnOnce(SocketAddr, &Emulator) -> T) -> T {
    let clock = Clock::virtual_from(start());
    let emulator = Emulator::builder().clock(clock.clone()).build().unwrap();
    let run = async {
        let server = Server::bind(emulator.clone(), ([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = server.addr();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let client = async {
            let output = client(address, &emulator).await;
            drop(stop);
            output
        };
        join(server.serve(async { drop(stopped.await) }), client).await.1
    };
    clock.block_on(run).unwrap()
}

/// What comes back until the connection closes.
fn ask(address: SocketAddr, verb: &str, path: &str, host: &str, body: &str) -> impl Future<Output = String> {
    let length = body.len();
    let head =
        format!("{verb} {path} HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: any\r\nConnection: close\r\n");
    let request = format!("{head}Content-Length: {length}\r\n\r\n{body}");
    async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }
}

fn body(answer: &str) -> serde_json::Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn the_host_name_tells_the_api_from_what_was_deployed() {
    with_server(async |address, _| {
        let api = format!("127.0.0.1:{}", address.port());
        let request = json!({"project_id": PROJECT, "name": "evalap"}).to_string();
        let made = ask(address, "POST", &format!("{CONTAINERS}/namespaces"), &api, &request).await;
        let namespace = body(&made)["id"].clone();
        let request = json!({"namespace_id": namespace, "name": "api", "image": "evalap/api:1",
            "https_connections_only": true});
        let path = format!("{CONTAINERS}/containers");
        let made = body(&ask(address, "POST", &path, "api.scaleway.com", &request.to_string()).await);
        let host = made["public_endpoint"].as_str().unwrap().strip_prefix("https://").unwrap().to_owned();
        let answer = ask(address, "GET", "/", &format!("{host}:{}", address.port()), "").await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("image evalap/api:1"), "{answer}");
        let lost = ask(address, "GET", "/", "elsewhere.example.org", "").await;
        assert!(lost.starts_with("HTTP/1.1 421"), "{lost}");
    });
}

#[test]
fn the_registry_answers_on_the_port_without_a_name_of_its_own() {
    with_server(async |address, _| {
        let api = format!("127.0.0.1:{}", address.port());
        let request = json!({"project_id": PROJECT, "name": "evalap"}).to_string();
        ask(address, "POST", "/registry/v1/regions/nl-ams/namespaces", &api, &request).await;
        let ping = ask(address, "GET", "/v2/", &api, "").await;
        let realm = format!("realm=\"http://{api}/registry-internal/v1/regions/");
        assert!(ping.starts_with("HTTP/1.1 401") && ping.contains(&realm), "{ping}");
        // `x` in base64, as the token address gives it.
        let with = |path: &str| format!("{path} HTTP/1.1\r\nAuthorization: Bearer eA\r\nX-Rest:");
        let digest = "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
        let upload = with(&format!("/v2/evalap/api/blobs/uploads/?digest={digest}"));
        let made = ask(address, "POST", &upload, &api, "x").await;
        assert!(made.starts_with("HTTP/1.1 201"), "{made}");
        let head = ask(address, "HEAD", &with(&format!("/v2/evalap/api/blobs/{digest}")), &api, "").await;
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-length: 1\r\n"), "{head}");
        assert!(head.ends_with("\r\n\r\n"), "no body: {head}");
    });
}

#[test]
fn a_lost_answer_is_a_broken_connection_and_silence_ends_with_the_server() {
    with_server(async |address, emulator| {
        emulator.inject(Fault::new(FaultKind::LostAnswer));
        let request = json!({"project_id": PROJECT, "name": "evalap"}).to_string();
        let path = format!("{CONTAINERS}/namespaces");
        assert_eq!(ask(address, "POST", &path, "localhost", &request).await, "");
        let list = ask(address, "GET", &path, "localhost", "").await;
        assert_eq!(body(&list)["total_count"], 1);
        emulator.inject(Fault::new(FaultKind::Hang));
        let mut silent = TcpStream::connect(address).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Token: any\r\n\r\n");
        silent.write_all(head.as_bytes()).await.unwrap();
        while emulator.requests().total() < 3 {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn a_port_in_use_is_named() {
    with_server(async |address, emulator| {
        let error = Server::bind(emulator.clone(), address).await.unwrap_err();
        assert!(matches!(error, EmulatorError::Bind { .. }));
        assert!(
            error.to_string().contains(&address.to_string()) && error.to_string().contains("--port"),
            "{error}"
        );
    });
}

#[test]
fn a_clock_is_moved_by_request() {
    with_server(async |address, emulator| {
        let answer = ask(address, "POST", "/_emulator/advance", "localhost", "{\"seconds\": 90}").await;
        assert_eq!(body(&answer)["now"], "2026-09-01T08:01:30.5Z");
        assert_eq!(emulator.clock().now().since(start()).as_secs(), 90);
        let wrong = ask(address, "POST", "/_emulator/advance", "localhost", "{\"seconds\": -1}").await;
        assert!(wrong.starts_with("HTTP/1.1 400"), "{wrong}");
    });
}
