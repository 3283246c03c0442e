//! Plain and secret environment variables.

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::Value;

use crate::builder::HashCost;
use crate::refusal::{Problem, Refusal};
use crate::store::Body;
use crate::world::World;

const PLAIN: &str = "environment_variables";
const SECRET: &str = "secret_environment_variables";
const MOST: usize = 200;
const LONGEST_PLAIN: usize = 1_000;
const LONGEST_SECRET: usize = 65_536;

/// Checks the variables of `body` and puts hashes in the place of secret values. Where an update sends an empty text
/// for a variable that `current` has, that one stays as it is.
pub(super) fn seal(world: &World, body: &mut Body, current: Option<&Body>) -> Result<(), Refusal> {
    check(body, PLAIN, LONGEST_PLAIN)?;
    check(body, SECRET, LONGEST_SECRET)?;
    let Some(Value::Object(secrets)) = body.get_mut(SECRET) else { return Ok(()) };
    let before = current.and_then(|body| body.get(SECRET)).and_then(Value::as_object);
    for (name, value) in secrets.iter_mut() {
        let kept = before.and_then(|before| before.get(name));
        *value = match (value.as_str().unwrap_or_default(), kept) {
            ("", Some(kept)) => kept.clone(),
            (plain, _) => hash(world, plain)?.into(),
        };
    }
    Ok(())
}

fn check(body: &Body, field: &str, longest: usize) -> Result<(), Refusal> {
    let Some(Value::Object(variables)) = body.get(field) else { return Ok(()) };
    if variables.len() > MOST {
        return Err(Refusal::constraint(
            field,
            format!("must have at most {MOST} entries, has {}", variables.len()),
        ));
    }
    let problems = variables.iter().filter_map(|(name, value)| {
        let path = format!("{field}.{name}");
        if name == "PORT" || name.starts_with("SCW_") {
            return Some(Problem::constraint(path, "PORT and SCW_* are reserved"));
        }
        let length = value.as_str().unwrap_or_default().len();
        (length > longest).then(|| Problem::constraint(path, format!("must have at most {longest} bytes")))
    });
    let problems: Vec<_> = problems.collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid_arguments(&problems)) }
}

/// `$argon2id$v=19$m=65536,t=3,p=64$salt$hash`, or the same with cheaper parameters.
fn hash(world: &World, value: &str) -> Result<String, Refusal> {
    let (memory, rounds, lanes) = match world.settings.hash_cost {
        HashCost::Cheap => (8, 1, 1),
        HashCost::Faithful => (65_536, 3, 64),
    };
    let failed = |error: &dyn std::fmt::Display| Refusal::internal(&format!("argon2: {error}"));
    let mut salt = [0; 16];
    world.fill(&mut salt)?;
    let params = Params::new(memory, rounds, lanes, None).map_err(|error| failed(&error))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(value.as_bytes(), &salt).map_err(|error| failed(&error))?;
    Ok(hash.to_string())
}
