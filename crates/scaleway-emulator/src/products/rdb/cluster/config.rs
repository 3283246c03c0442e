//! What a cluster is told in files: where it listens, who may come, how it is set, and by what it is known.

use std::fmt::Write as _;
use std::path::Path;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::Value;

use crate::products::rdb::catalogue::EngineVersion;
use crate::products::rdb::{acl, endpoint};
use crate::store::{Effect, Record};

use super::server::Programs;

/// Where it listens: nothing but this machine reaches it.
pub(in crate::products::rdb) const ADDRESS: &str = "127.0.0.1";

/// What a cluster without a public endpoint calls its socket.
const PORT: u16 = 5432;

/// The port of the public endpoint, as it will be once all that is pending has happened. Without one nobody comes in by the
/// network.
fn public_port(instance: &Record) -> Option<u16> {
    let pending = instance.pending.iter().rev().filter_map(|transition| match &transition.effect {
        Effect::Set { body, .. } if body.contains_key("endpoints") => Some(body),
        _ => None,
    });
    let endpoint = endpoint::public(pending.chain([&instance.body]).next()?)?;
    (endpoint["ip"] == ADDRESS).then(|| endpoint["port"].as_u64()?.try_into().ok())?
}

/// The port, which also names the socket.
pub(super) fn port(instance: &Record) -> u16 {
    public_port(instance).unwrap_or(PORT)
}

/// `postgresql.conf`.
pub(super) fn server(instance: &Record, programs: &Programs, folder: &Path, sockets: &Path) -> String {
    let quoted = |path: &Path| quoted(&path.to_string_lossy());
    let listens = if public_port(instance).is_some() { ADDRESS } else { "" };
    let mut text = format!(
        "listen_addresses = '{listens}'\nport = {}\nunix_socket_directories = {}\nhba_file = {}\n\
         ssl = on\nssl_cert_file = {}\nssl_key_file = {}\npassword_encryption = 'scram-sha-256'\n\
         # As the emulator's own data: safe against the end of the process, not of the machine.\nfsync = off\n\
         shared_buffers = '32MB'\n",
        port(instance),
        quoted(sockets),
        quoted(&folder.join("pg_hba.conf")),
        quoted(&folder.join("server.crt")),
        quoted(&folder.join("server.key")),
    );
    let engine = EngineVersion::find(instance.text("engine"));
    for setting in instance.body.get("settings").and_then(Value::as_array).into_iter().flatten() {
        let (Some(name), Some(value)) = (setting["name"].as_str(), setting["value"].as_str()) else {
            continue;
        };
        let unit = engine.and_then(|engine| engine.setting(name, false)?.unit.as_deref()).unwrap_or_default();
        if programs.knows(name) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name} = {}", self::quoted(&format!("{value}{unit}")));
        }
    }
    text
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''").replace(char::is_control, " "))
}

/// `pg_hba.conf`: whoever the rules let in, with TLS and a password.
pub(super) fn admission(instance: &Record) -> String {
    let rules = acl::addresses(instance).map(|block| format!("hostssl all all {block} scram-sha-256\n"));
    ["local all _rdb_superadmin trust\n".to_owned()].into_iter().chain(rules).collect()
}

/// A new key, and the certificate that it signed for itself: `(certificate, key)`. Keys come from the system whatever the seed
/// is: they are not for guessing.
pub(super) fn identity() -> Result<(String, String), rcgen::Error> {
    let mut params = CertificateParams::new(vec![ADDRESS.to_owned(), "localhost".to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, ADDRESS);
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}
