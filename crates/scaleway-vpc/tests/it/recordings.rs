//! What was recorded of the API: every answer is read and written again with nothing lost, every request can be said.

use std::path::{Path, PathBuf};

use scaleway_core::{Page, Timestamp};
use scaleway_vpc as vpc;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads and writes a value as a `T`, or says why that fails.
type Reading = fn(Value) -> Result<Value, serde_json::Error>;

fn reading<T: DeserializeOwned + Serialize>(value: Value) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<T>(value)?)
}

/// How the answer, and the request's body, of an operation is read.
fn operation(verb: &str, path: &str) -> Option<(Reading, Option<Reading>)> {
    let mut segments = path.trim_start_matches('/').split('/');
    let product = (segments.next()?, segments.next()?, segments.next()?);
    let rest: Vec<_> = segments.skip(1).collect();
    let readings: (Reading, Option<Reading>) = match (product.0, verb, rest.as_slice()) {
        ("vpc", "GET", ["vpcs"]) => (reading::<Page<vpc::Vpc>>, None),
        ("vpc", "POST", ["vpcs"]) => (reading::<vpc::Vpc>, Some(reading::<vpc::CreateVpc>)),
        ("vpc", "PATCH", ["vpcs", _]) => (reading::<vpc::Vpc>, Some(reading::<vpc::UpdateVpc>)),
        ("vpc", "GET", ["vpcs", _]) | ("vpc", "POST", ["vpcs", _, _]) => (reading::<vpc::Vpc>, None),
        ("vpc", "GET", ["vpcs", _, "acl-rules"]) => (reading::<vpc::Acl>, None),
        ("vpc", "PUT", ["vpcs", _, "acl-rules"]) => (reading::<vpc::Acl>, Some(reading::<vpc::SetAcl>)),
        ("vpc", "GET", ["private-networks"]) => (reading::<Page<vpc::PrivateNetwork>>, None),
        ("vpc", "POST", ["private-networks"]) => {
            (reading::<vpc::PrivateNetwork>, Some(reading::<vpc::CreatePrivateNetwork>))
        }
        ("vpc", "PATCH", ["private-networks", _]) => {
            (reading::<vpc::PrivateNetwork>, Some(reading::<vpc::UpdatePrivateNetwork>))
        }
        ("vpc", "GET", ["private-networks", _]) => (reading::<vpc::PrivateNetwork>, None),
        ("vpc", "GET", ["subnets"]) => (reading::<Page<vpc::Subnet>>, None),
        ("vpc", "GET", ["routes-with-nexthop"]) => (reading::<Page<vpc::RouteWithNexthop>>, None),
        ("vpc", "POST", ["routes"]) => (reading::<vpc::Route>, Some(reading::<vpc::CreateRoute>)),
        ("vpc", "PATCH", ["routes", _]) => (reading::<vpc::Route>, Some(reading::<vpc::UpdateRoute>)),
        ("vpc", "GET", ["routes", _]) => (reading::<vpc::Route>, None),
        ("vpc", "GET", ["vpc-connectors"]) => (reading::<Page<vpc::Connector>>, None),
        ("vpc", "POST", ["vpc-connectors"]) => {
            (reading::<vpc::Connector>, Some(reading::<vpc::CreateConnector>))
        }
        ("vpc", "PATCH", ["vpc-connectors", _]) => {
            (reading::<vpc::Connector>, Some(reading::<vpc::UpdateConnector>))
        }
        ("vpc", "GET", ["vpc-connectors", _]) => (reading::<vpc::Connector>, None),
        ("vpc", "POST", ["ingress-rules"]) => {
            (reading::<vpc::IngressRule>, Some(reading::<vpc::CreateIngressRule>))
        }
        ("vpc", "PATCH", ["ingress-rules", _]) => {
            (reading::<vpc::IngressRule>, Some(reading::<vpc::UpdateIngressRule>))
        }
        ("vpc", "GET", ["ingress-rules", _]) => (reading::<vpc::IngressRule>, None),
        ("ipam", "GET", ["ips"]) => (reading::<Page<vpc::Ip>>, None),
        ("ipam", "POST", ["ips"]) => (reading::<vpc::Ip>, Some(reading::<vpc::BookIp>)),
        ("ipam", "PATCH", ["ips", _]) => (reading::<vpc::Ip>, Some(reading::<vpc::UpdateIp>)),
        ("ipam", "GET", ["ips", _]) => (reading::<vpc::Ip>, None),
        _ => return None,
    };
    Some(readings)
}

/// The same value without what means nothing: absent and `null` are one, and an instant has many spellings.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, plain(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::String(text) => match text.parse::<Timestamp>() {
            Ok(instant) if text.contains('T') => instant.to_string().into(),
            _ => text.into(),
        },
        other => other,
    }
}

/// Whether a request still says all that was recorded; it may say more, such as an empty list for nothing.
fn says_all(written: &Value, recorded: &Value) -> bool {
    recorded.as_object().unwrap().iter().all(|(name, value)| written.get(name) == Some(value))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn recordings() {
    let wire = std::env::var_os("SCALEWAY_WIRE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/wire"), PathBuf::from);
    if !wire.is_dir() {
        println!("skipped: no recordings at {}", wire.display());
        return;
    }
    let (mut answers, mut requests, mut problems) = (0, 0, Vec::new());
    for file in files(&wire).iter().flat_map(|product| files(product)) {
        if file.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let (verb, path) = (exchange["verb"].as_str().unwrap(), exchange["path"].as_str().unwrap());
            if !path.starts_with("/vpc/") && !path.starts_with("/ipam/") {
                continue;
            }
            let at = format!("{}:{} {verb} {path}", file.display(), number + 1);
            let success = exchange["code"].as_u64().is_some_and(|code| code < 300);
            let Some((answer, request)) = operation(verb, path) else {
                if success && !exchange["response"].is_null() {
                    problems.push(format!("{at}: no type for the answer"));
                }
                continue;
            };
            if success {
                answers += 1;
                let recorded = plain(exchange["response"].clone());
                match answer(recorded.clone()) {
                    Ok(written) if plain(written.clone()) == recorded => {}
                    Ok(written) => problems.push(format!("{at}: {recorded} became {written}")),
                    Err(error) => problems.push(format!("{at}: {error}")),
                }
            }
            if let Some(request) = request {
                requests += 1;
                let recorded = plain(exchange["request"].clone());
                match request(recorded.clone()) {
                    Ok(written) if says_all(&plain(written.clone()), &recorded) => {}
                    Ok(written) => problems.push(format!("{at}: {recorded} became {written}")),
                    Err(error) => problems.push(format!("{at}: {error}")),
                }
            }
        }
    }
    println!("{answers} answers and {requests} requests read and written again");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(answers > 0, "no recording of VPC or IPAM at {}", wire.display());
}
