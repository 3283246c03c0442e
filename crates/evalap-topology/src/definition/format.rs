//! The forms that text in a definition has: one table, used by the decoder (the function), by people (the words) and
//! by editors (the pattern, which the JSON Schema carries).

use std::str::FromStr;

use super::units::{Cidr, Seconds, Size};

/// A form of text.
pub(super) struct Format {
    /// What the schema calls it.
    pub(super) name: &'static str,
    /// The same as a regular expression; it may let through what `accepts` refuses, never the other way round.
    pub(super) pattern: &'static str,
    /// In words.
    pub(super) expected: &'static str,
    /// A value of this form.
    pub(super) example: &'static str,
    /// The only values there are, where there is such a list.
    pub(super) known: &'static [&'static str],
    /// Whether a text has this form.
    pub(super) accepts: fn(&str) -> bool,
    /// What is compared with `formatMinimum`, `formatMaximum` and `formatStep`.
    pub(super) measure: fn(&str) -> Option<u64>,
}

/// Where containers, databases, secrets, Cockpit and the registry are all offered.
pub(super) const REGIONS: [&str; 3] = ["fr-par", "nl-ams", "pl-waw"];

macro_rules! formats {
    ($($name:literal: $pattern:literal, $expected:literal, $example:literal, $accepts:expr $(, known $known:expr)? $(, measure $measure:expr)?;)*) => {
        &[$(Format {
            name: $name, pattern: $pattern, expected: $expected, example: $example, accepts: $accepts,
            known: formats!(@or &[] $(, $known)?), measure: formats!(@or |_| None $(, $measure)?),
        }),*]
    };
    (@or $default:expr) => { $default };
    (@or $default:expr, $given:expr) => { $given };
}

#[rustfmt::skip]
pub(super) const FORMATS: &[Format] = formats! {
    "size": "^[0-9]+(B|kB|MB|GB|TB)$", "a size with a decimal unit, such as 512MB or 10GB", "1GB",
        |t| Size::from_str(t).is_ok(), measure |t| t.parse().ok().map(Size::as_bytes);
    "duration": "^[0-9]+[smhd]$", "a duration with one unit, such as 300s, 5m, 24h or 7d", "60s",
        |t| Seconds::from_str(t).is_ok(), measure |t| t.parse().ok().map(Seconds::as_secs);
    "cidr": "^[0-9a-fA-F.:]+/[0-9]{1,3}$", "an address range such as 10.1.0.0/22, no bit set after the prefix", "192.0.2.0/24",
        |t| Cidr::from_str(t).is_ok();
    "uuid": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "a UUID in lower case, such as 11111111-2222-4333-8444-555555555555",
        "00000000-0000-4000-8000-000000000000", uuid;
    "region": "^[a-z]{2}-[a-z]{3}$", "one of fr-par, nl-ams, pl-waw", "fr-par", |t| REGIONS.contains(&t), known &REGIONS;
    "name": "^[a-z][a-z0-9-]{0,29}$", "1 to 30 lower-case letters, digits and hyphens, a letter first and no hyphen last", "a",
        |t| word(t, 30, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') && t.starts_with(|c: char| c.is_ascii_lowercase()) && !t.ends_with('-');
    "service-name": "^[a-z][a-z0-9-]{0,33}$", "1 to 34 lower-case letters, digits and hyphens, a letter first and no hyphen last", "a",
        |t| word(t, 34, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') && t.starts_with(|c: char| c.is_ascii_lowercase()) && !t.ends_with('-');
    "secret-name": "^[A-Za-z0-9._-]{1,255}$", "1 to 255 letters, digits, '.', '_' and '-'", "a",
        |t| word(t, 255, |c| c.is_ascii_alphanumeric() || "._-".contains(c));
    "secret-path": "^/[A-Za-z0-9._/-]*$", "a path such as /evalap, of letters, digits, '.', '_', '-' and '/'", "/",
        |t| t.starts_with('/') && word(t, 255, |c| c.is_ascii_alphanumeric() || "._-/".contains(c)) && !t.contains("//");
    "secret-place": "^/?[A-Za-z0-9._/-]+$", "a secret's path and name, such as /evalap/state-key, of letters, digits, '.', '_', '-' and '/'", "/a",
        |t| word(t, 511, |c| c.is_ascii_alphanumeric() || "._-/".contains(c)) && !t.contains("//") && !t.ends_with('/');
    "bucket": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "a bucket's name: 3 to 63 small letters, digits, hyphens and dots, a letter or a digit at both ends", "abc",
        |t| t.parse::<scaleway_object_storage::BucketName>().is_ok();
    "variable": "^[A-Za-z_][A-Za-z0-9_]{0,254}$", "a variable's name: letters, digits and '_', no digit first", "A",
        |t| word(t, 255, |c| c.is_ascii_alphanumeric() || c == '_') && !t.starts_with(|c: char| c.is_ascii_digit());
    "identifier": "^[A-Za-z_][A-Za-z0-9_-]{0,62}$", "1 to 63 letters, digits, '_' and '-', no digit or hyphen first", "a",
        |t| word(t, 63, |c| c.is_ascii_alphanumeric() || "_-".contains(c)) && t.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    "image": "^[a-z0-9][A-Za-z0-9._/:@-]*$", "an image such as registry/name:tag or registry/name@sha256:<64 digits>", "registry/image:1", image;
    "engine": "^PostgreSQL-[0-9]{2}$", "a PostgreSQL engine with its major version: PostgreSQL-14 to PostgreSQL-17", "PostgreSQL-16",
        |t| ENGINES.contains(&t), known &ENGINES;
    "node-type": "^[A-Za-z0-9-]{4,40}$", "a node type such as DB-DEV-S or DB-PRO2-XXS", "DB-DEV-S",
        |t| word(t, 40, |c| c.is_ascii_alphanumeric() || c == '-') && t.to_ascii_uppercase().starts_with("DB-");
    "email": "^[^@ ]+@[^@ ]+\\.[^@ ]+$", "an e-mail address", "a@example.org", email;
    "url-path": "^/[!-~]*$", "a path that begins with '/'", "/", |t| t.starts_with('/') && word(t, 1000, |c| c.is_ascii_graphic());
    "tag": "^[!-~]{1,128}$", "1 to 128 visible characters without spaces, such as team=evalap", "a", |t| word(t, 128, |c| c.is_ascii_graphic());
};

const ENGINES: [&str; 4] = ["PostgreSQL-14", "PostgreSQL-15", "PostgreSQL-16", "PostgreSQL-17"];

/// The format of this name; none for those that schemars adds (`uint32`).
pub(super) fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// A format in words.
pub(super) fn expected(name: &str) -> &'static str {
    find(name).map_or("text", |format| format.expected)
}

fn word(text: &str, most: usize, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.len() <= most && text.chars().all(allowed)
}

fn uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => matches!(c, '0'..='9' | 'a'..='f'),
        })
}

fn email(text: &str) -> bool {
    let plain = |part: &str| word(part, 253, |c| c.is_ascii_graphic() && c != '@');
    text.split_once('@').is_some_and(|(user, host)| {
        plain(user) && plain(host) && host.split('.').count() > 1 && !host.split('.').any(str::is_empty)
    })
}

/// `[host[:port]/]path[:tag][@sha256:digest]`.
fn image(text: &str) -> bool {
    let (name, digest) = match text.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (text, None),
    };
    let (path, tag) = match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (name, None),
    };
    let hex = |digits: &str| digits.len() == 64 && digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    word(path, 255, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/:".contains(c))
        && path.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !path.ends_with('/')
        && tag.is_none_or(|tag| word(tag, 128, |c| c.is_ascii_alphanumeric() || "._-".contains(c)))
        && digest.is_none_or(|digest| digest.strip_prefix("sha256:").is_some_and(hex))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_lite::Regex;

    use super::*;

    #[test]
    fn each_format_accepts_its_example_and_refuses_what_it_should() {
        for format in FORMATS {
            assert!((format.accepts)(format.example), "{}", format.name);
            assert!(!(format.accepts)(""), "{} accepts nothing", format.name);
            assert!(Regex::new(format.pattern).unwrap().is_match(format.example), "{}", format.name);
        }
        let refused = [
            ("uuid", "11111111-2222-4333-8444-55555555555Z"),
            ("region", "fr-pas"),
            ("name", "Staging"),
            ("name", "staging-"),
            ("service-name", "a-name-that-is-longer-than-thirty-four"),
            ("secret-name", "a/b"),
            ("variable", "1A"),
            ("variable", "A-B"),
            ("image", "registry/image@sha256:abc"),
            ("image", "Registry/Image:1"),
            ("engine", "MySQL-8"),
            ("node-type", "GP1-XS"),
            ("email", "someone@"),
            ("url-path", "health"),
            ("tag", "a b"),
        ];
        for (name, text) in refused {
            assert!(!(find(name).unwrap().accepts)(text), "{name} accepts {text}");
        }
        let digest = format!("rg.fr-par.scw.cloud:443/evalap/runners:1.2@sha256:{}", "0a".repeat(32));
        assert!(image(&digest));
    }

    proptest! {
        #[test]
        fn the_pattern_an_editor_sees_refuses_nothing_that_is_accepted(text in "[a-zA-Z0-9._/:@=-]{1,40}|[0-9]{1,3}[a-zA-Z]{1,2}|/[a-z/.]{0,9}") {
            for format in FORMATS.iter().filter(|format| (format.accepts)(&text)) {
                prop_assert!(Regex::new(format.pattern).unwrap().is_match(&text), "{}: {}", format.name, text);
            }
        }
    }
}
