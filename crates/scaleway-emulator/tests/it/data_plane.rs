//! What answers under the addresses of containers.

use std::time::Duration;

use bytes::Bytes;
use scaleway_emulator::{Image, ImageBook, Latency};
use serde_json::{Value, json};

use crate::desk::{CONTAINERS, Desk};

const IMAGE: &str = "rg.fr-par.scw.cloud/evalap/api:1";

/// A desk with one container of that image, ready.
fn deployed(image: Image, more: Value) -> (Desk, Value) {
    let book = ImageBook::new().with(image);
    let desk = Desk::with(|builder| builder.latency(Latency::Recorded).images(book));
    let namespace = desk.namespace("evalap");
    let mut body = json!({"namespace_id": namespace, "name": "api", "image": IMAGE});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = desk.ok("POST", &format!("{CONTAINERS}/containers"), body);
    desk.wait(60);
    let path = format!("{CONTAINERS}/containers/{}", made["id"].as_str().unwrap());
    let container = desk.get(&path).1;
    assert_eq!(container["status"], "ready");
    (desk, container)
}

/// Status, text, `Location` and how long it took.
fn visit(desk: &Desk, address: &str, headers: &[(&str, &str)]) -> (u16, String, Option<String>, Duration) {
    let mut request = http::Request::get(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let before = desk.clock.now();
    let answer = desk.send(request.body(Bytes::new()).unwrap()).unwrap();
    let took = desk.clock.now().since(before);
    let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let text = String::from_utf8(answer.body().to_vec()).unwrap();
    (answer.status().as_u16(), text, location, took)
}

#[test]
fn the_first_request_after_a_quarter_of_an_hour_waits_for_an_instance() {
    let image = || Image::new(IMAGE).starts_in(Duration::from_secs(7)).answers_in(Duration::from_millis(300));
    let (desk, container) = deployed(image(), json!({"min_scale": 0}));
    let address = container["public_endpoint"].as_str().unwrap();
    let took = || visit(&desk, address, &[]).3;
    assert_eq!(took(), Duration::from_millis(300), "the deployment left an instance running");
    desk.wait(14 * 60);
    assert_eq!(took(), Duration::from_millis(300));
    desk.wait(15 * 60 + 1);
    assert_eq!(took(), Duration::from_millis(7_300));
    assert_eq!(took(), Duration::from_millis(300));

    let (desk, container) = deployed(image(), json!({"min_scale": 1}));
    desk.wait(24 * 60 * 60);
    assert_eq!(
        visit(&desk, container["public_endpoint"].as_str().unwrap(), &[]).3,
        Duration::from_millis(300)
    );
}

#[test]
fn an_image_fails_at_its_rate_and_the_same_seed_fails_the_same_requests() {
    let run = || {
        let (desk, container) = deployed(Image::new(IMAGE).error_rate(0.3), json!({"min_scale": 1}));
        let address = container["public_endpoint"].as_str().unwrap().to_owned();
        let statuses: Vec<u16> = (0..500).map(|_| visit(&desk, &address, &[]).0).collect();
        let counted = desk.get("/_emulator/traffic").1[container["id"].as_str().unwrap()].clone();
        (statuses, counted)
    };
    let (statuses, counted) = run();
    let failed = statuses.iter().filter(|status| **status == 500).count();
    assert!((100..200).contains(&failed), "{failed} of 500");
    assert_eq!(counted["by_status"], json!({"200": 500 - failed, "500": failed}));
    assert_eq!(run().0, statuses);
}

#[test]
fn a_private_container_wants_a_token_and_plain_http_is_sent_to_https() {
    let more = json!({"privacy": "private", "https_connections_only": true});
    let (desk, container) = deployed(Image::new(IMAGE), more);
    let address = container["public_endpoint"].as_str().unwrap();
    assert_eq!(visit(&desk, address, &[]).0, 403);
    assert_eq!(visit(&desk, address, &[("X-Auth-Token", "any")]).0, 200);
    let plain = address.replace("https://", "http://");
    let (status, _, location, _) = visit(&desk, &format!("{plain}/a?b=c"), &[]);
    assert_eq!((status, location), (308, Some(format!("{address}/a?b=c"))));
    assert_eq!(visit(&desk, address, &[("X-Forwarded-Proto", "http")]).0, 308, "as a proxy before it says");
}
