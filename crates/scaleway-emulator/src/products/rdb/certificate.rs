//! Certificates of instances: that of its cluster, or DER that parsers read, with a key and a signature that nobody made.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use crate::call::Call;
use crate::reply::{Answer, Reply};

use super::{cluster, endpoint, instance, network};

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let (id, instance) = call.target(instance::KIND, "instance_id")?;
    let named = endpoint::public(&instance.body).or_else(|| network::endpoints(&instance).next());
    let name = named.and_then(|endpoint| endpoint["ip"].as_str()).unwrap_or(&id);
    let serial = instance.hidden.get("certificate").and_then(|serial| serial.as_str()).unwrap_or(&id);
    let pem = cluster::certificate(call.world, &id).unwrap_or_else(|| pem(&certificate(name, serial)));
    Ok(Reply::ok(json!({
        "name": "ssl_certificate",
        "content_type": "application/x-pem-file",
        "content": STANDARD.encode(pem),
    })))
}

pub(super) fn renew(call: &mut Call<'_>) -> Answer {
    let (id, _) = instance::ready(call)?;
    cluster::renew_certificate(call.world, &id)?;
    let serial = instance::certificate_serial(call.world)?;
    if let Some(record) = call.world.store.get_mut(instance::KIND, &id) {
        record.hidden.extend(serial);
    }
    Ok(Reply::empty())
}

// Tags of DER.
const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
const OCTETS: u8 = 0x04;
const UTF8: u8 = 0x0C;
const TIME: u8 = 0x17;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xA0;
const EXTENSIONS: u8 = 0xA3;

// Object identifiers with their tag and length.
const COMMON_NAME: &[u8] = &[0x06, 3, 0x55, 0x04, 0x03];
const ALTERNATIVE_NAMES: &[u8] = &[0x06, 3, 0x55, 0x1D, 0x11];
const RSA: &[u8] = &[0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
const NULL: &[u8] = &[0x05, 0];

/// A certificate for `name`, an address as a rule; another `serial`, another certificate.
fn certificate(name: &str, serial: &str) -> Vec<u8> {
    let algorithm = der(SEQUENCE, &[SHA256_WITH_RSA, NULL]);
    let who = der(SEQUENCE, &[&der(SET, &[&der(SEQUENCE, &[COMMON_NAME, &der(UTF8, &[name.as_bytes()])])])]);
    let valid = der(SEQUENCE, &[&der(TIME, &[b"200101000000Z"]), &der(TIME, &[b"491231235959Z"])]);
    let modulus = [&[0, 0xC1][..], &noise(serial, "key", 254), &[1]].concat();
    let key = der(SEQUENCE, &[&der(INTEGER, &[&modulus]), &der(INTEGER, &[&[1, 0, 1]])]);
    let key = der(SEQUENCE, &[&der(SEQUENCE, &[RSA, NULL]), &der(BITS, &[&[0], &key])]);
    let other_name = match name.parse::<std::net::Ipv4Addr>() {
        Ok(ip) => der(0x87, &[&ip.octets()]),
        Err(_) => der(0x82, &[name.as_bytes()]),
    };
    let names = der(OCTETS, &[&der(SEQUENCE, &[&other_name])]);
    let extensions = der(SEQUENCE, &[&der(SEQUENCE, &[ALTERNATIVE_NAMES, &names])]);
    let number = [&[0x40][..], &noise(serial, "serial", 15)].concat();
    let signed = der(
        SEQUENCE,
        &[
            &der(VERSION, &[&der(INTEGER, &[&[2]])]),
            &der(INTEGER, &[&number]),
            &algorithm,
            &who,
            &valid,
            &who,
            &key,
            &der(EXTENSIONS, &[&extensions]),
        ],
    );
    let signature = der(BITS, &[&[0], &noise(serial, "signature", 256)]);
    der(SEQUENCE, &[&signed, &algorithm, &signature])
}

/// One element.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let short = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    let mut element = vec![tag];
    if content.len() >= 0x80 {
        element.push(0x80 | u8::try_from(short.len()).unwrap_or_default());
    }
    element.extend(short);
    element.extend(content);
    element
}

/// Bytes that look like chance and are always the same.
fn noise(serial: &str, use_: &str, length: usize) -> Vec<u8> {
    let mut state = serial.bytes().chain(use_.bytes()).fold(0xCBF2_9CE4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
}
