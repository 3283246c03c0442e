//! How values are spelled on the wire, where serde's own spelling is not the API's: for `#[serde(with = "…")]` and
//! `#[serde(serialize_with = "…")]` in the client crates; and how answers are [read](decode).

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::Secret;
pub use crate::request::decode;

/// An optional duration, spelled in seconds: `"300s"`, `"1.5s"`.
pub mod duration {
    use std::borrow::Cow;
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes `300s`, with a fraction where there is one.
    pub fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match duration {
            Some(duration) => serializer.collect_str(&format_args!("{}s", seconds(*duration))),
            None => serializer.serialize_none(),
        }
    }

    /// Reads seconds with an optional fraction.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let text = <Option<Cow<'de, str>> as Deserialize>::deserialize(deserializer)?;
        text.map(|text| {
            parse(&text).ok_or_else(|| D::Error::custom(format!("not a duration like 300s: {text:?}")))
        })
        .transpose()
    }

    fn seconds(duration: Duration) -> String {
        let whole = duration.as_secs();
        match duration.subsec_nanos() {
            0 => whole.to_string(),
            nanos => format!("{whole}.{}", format!("{nanos:09}").trim_end_matches('0')),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Duration> {
        let number = text.strip_suffix('s')?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.len() > 9 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let scale = 10u32.pow(u32::try_from(9 - fraction.len()).ok()?);
        let nanos = if fraction.is_empty() { 0 } else { fraction.parse::<u32>().ok()? * scale };
        Some(Duration::new(whole.parse().ok()?, nanos))
    }
}

/// Writes a secret's value: on a field of a request that must carry it.
pub fn secret<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

/// Writes an optional secret's value.
pub fn optional_secret<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(serializer)
}

/// Writes the values of an optional map of secrets.
pub fn secret_map<S: Serializer>(
    map: &Option<BTreeMap<String, Secret>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match map {
        Some(map) => serializer.collect_map(map.iter().map(|(name, secret)| (name, secret.expose()))),
        None => serializer.serialize_none(),
    }
}

/// A value's spelling on the wire, for messages: `ready` of a status.
pub fn spelled<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Probe {
        #[serde(with = "super::duration", default, skip_serializing_if = "Option::is_none")]
        interval: Option<Duration>,
    }

    #[test]
    fn recorded_spellings_are_read() {
        let read = |text: &str| serde_json::from_str::<Probe>(text).map(|probe| probe.interval);
        assert_eq!(read(r#"{"interval":"300s"}"#).unwrap(), Some(Duration::from_mins(5)));
        assert_eq!(read(r#"{"interval":"15.000000000s"}"#).unwrap(), Some(Duration::from_secs(15)));
        assert_eq!(read(r#"{"interval":null}"#).unwrap(), None);
        assert_eq!(read("{}").unwrap(), None);
        for wrong in ["5m", "s", "1.s2", "-1s", "+1s", "1.0000000001s"] {
            assert!(
                read(&format!("{{\"interval\":{wrong:?}}}")).unwrap_err().to_string().contains("300s"),
                "{wrong}"
            );
        }
    }

    proptest! {
        #[test]
        fn durations_come_back_as_they_were(seconds in 0u64..1 << 40, nanos in 0u32..1_000_000_000) {
            let probe = Probe { interval: Some(Duration::new(seconds, nanos)) };
            let text = serde_json::to_string(&probe).unwrap();
            prop_assert_eq!(serde_json::from_str::<Probe>(&text).unwrap(), probe);
        }
    }
}
