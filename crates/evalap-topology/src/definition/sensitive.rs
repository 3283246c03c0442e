//! Text that looks like a secret: it is reported by a compliance rule, and printed nowhere.

/// Whether a value, or the name of the plain variable that has it (else ""), suggests that it is a secret. Better one
/// too many than one too few.
pub(crate) fn looks_secret(name: &str, value: &str) -> bool {
    !value.is_empty()
        && (named_secret(name, value) || has_password(value) || has_known_prefix(value) || is_random(value))
}

/// `*_KEY`, `*_TOKEN`, `*PASSWORD*`, `*SECRET*`; but not where the value is plainly a path, a number or a switch.
fn named_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let innocent =
        value.parse::<f64>().is_ok() || matches!(value, "true" | "false") || value.starts_with('/');
    let is_name = |suffix: &str| name == suffix || name.ends_with(&format!("_{suffix}"));
    !innocent
        && (["KEY", "TOKEN", "PASS", "PWD", "CREDENTIALS", "DSN"].iter().any(|suffix| is_name(suffix))
            || ["PASSWORD", "SECRET", "APIKEY"].iter().any(|word| name.contains(word)))
}

/// A URL with a password in it.
fn has_password(value: &str) -> bool {
    value.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority
            .rsplit_once('@')
            .is_some_and(|(user, _)| user.split_once(':').is_some_and(|(_, p)| !p.is_empty()))
    })
}

/// What the issuers of keys begin them with.
fn has_known_prefix(value: &str) -> bool {
    const PREFIXES: [&str; 12] = [
        "sk-",
        "sk_live_",
        "pk_live_",
        "ghp_",
        "gho_",
        "github_pat_",
        "glpat-",
        "hf_",
        "xoxb-",
        "xoxp-",
        "AKIA",
        "eyJ",
    ];
    value.contains("-----BEGIN")
        || (value.len() >= 16 && PREFIXES.iter().any(|prefix| value.starts_with(prefix)))
}

/// One long word of letters of both cases and digits, each character telling much about none of the others.
fn is_random(value: &str) -> bool {
    let word = value.chars().all(|c| c.is_ascii_alphanumeric() || "+/=_-".contains(c));
    let has = |class: fn(&char) -> bool| value.chars().any(|c| class(&c));
    let mixed = has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase) && has(char::is_ascii_digit);
    word && mixed && value.len() >= 20 && entropy(value) >= 3.5
}

/// Shannon's, in bits a character.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

/// A value as an error may show it.
pub(crate) fn shown(value: &str) -> String {
    if looks_secret("", value) {
        "(a value that looks like a secret)".to_owned()
    } else {
        format!("{value:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_plain_values() {
        let secret = [
            ("OPENAI_API_KEY", "hello"),
            ("API_TOKEN", "x"),
            ("DB_PASSWORD", "hunter2"),
            ("CLIENT_SECRET_ID", "x"),
            ("DATABASE_URL", "postgresql://evalap:hunter2@db:5432/evalap"),
            ("ANYTHING", "sk-proj-0123456789abcdef"),
            ("ANYTHING", "q8Zr1LmP0xVt7Ks3Hd9W"),
            ("ANYTHING", "-----BEGIN PRIVATE KEY-----"),
        ];
        let plain = [
            ("LOG_LEVEL", "info"),
            ("PUBLIC_URL", "https://evalap.example.org/path"),
            ("DATABASE_URL", "postgresql://evalap@db:5432/evalap"),
            ("MODEL", "mistralai/Mistral-Small-3.1-24B-Instruct"),
            ("TOKEN_LIMIT", "4096"),
            ("MAX_TOKEN", "4096"),
            ("KEY_FILE_KEY", "/run/keys/one"),
            ("project_id", "11111111-2222-4333-8444-555555555555"),
            ("", "database-password"),
        ];
        for (name, value) in secret {
            assert!(looks_secret(name, value), "{name}={value}");
        }
        for (name, value) in plain {
            assert!(!looks_secret(name, value), "{name}={value}");
        }
    }
}
