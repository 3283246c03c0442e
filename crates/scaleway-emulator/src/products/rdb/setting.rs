//! Settings of instances: what the engine is told.

use serde_json::{Value, json};

use crate::call::{Call, body};
use crate::refusal::{Problem, Refusal};
use crate::reply::{Answer, Reply};
use crate::schema::{self, Field, objects, text, texts};
use crate::store::{Body, Record};

use super::catalogue::{EngineVersion, Setting};
use super::{cluster, instance, pace};

const FIELDS: &[Field] = &[objects("settings", &[text("name").required(), text("value")])];
const NAMES: &[Field] = &[texts("setting_names")];

pub(super) fn add(call: &mut Call<'_>) -> Answer {
    let (id, instance) = instance::ready(call)?;
    let asked = asked(call, &instance)?;
    let mut settings = as_map(instance.body.get("settings"));
    settings.extend(as_map(Some(&asked)));
    configure(call, &id, as_list(&settings));
    Ok(Reply::ok(json!({"settings": as_list(&settings)})))
}

/// Replaces them all. The answer has the request's order, the instance that of the names (recorded).
pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let (id, instance) = instance::ready(call)?;
    let asked = asked(call, &instance)?;
    configure(call, &id, as_list(&as_map(Some(&asked))));
    Ok(Reply::ok(json!({"settings": asked})))
}

/// What the platform sets by itself goes back to that.
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let (id, instance) = instance::ready(call)?;
    let asked = schema::create(NAMES, &call.body)?;
    let mut settings = as_map(instance.body.get("settings"));
    let initial = EngineVersion::find(instance.text("engine")).map(EngineVersion::initial_settings);
    for name in asked["setting_names"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        settings.remove(name);
        if let Some(value) = initial.as_ref().and_then(|initial| initial.get(name)) {
            settings.insert(name.into(), value.clone());
        }
    }
    configure(call, &id, as_list(&settings));
    Ok(Reply::ok(json!({"settings": as_list(&settings)})))
}

fn asked(call: &Call<'_>, instance: &Record) -> Result<Value, Refusal> {
    let asked = schema::create(FIELDS, &call.body)?.remove("settings").unwrap_or_default();
    if let Some(engine) = EngineVersion::find(instance.text("engine")) {
        check(engine, &asked, false, "settings")?;
    }
    Ok(asked)
}

fn configure(call: &mut Call<'_>, id: &str, settings: Value) {
    let instance = call.view(instance::KIND, id);
    let engine = instance.get("engine").and_then(Value::as_str).and_then(EngineVersion::find);
    let (before, after) = (as_map(instance.get("settings")), as_map(Some(&settings)));
    let names = before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name));
    let mut known = names.filter_map(|name| engine?.setting(name, false));
    let cold = known.any(|setting| !setting.hot_configurable);
    call.change(instance::KIND, id, body! {"settings": settings});
    pace::ready_in(call, id, "configuring", call.until_ready(), Body::new());
    if cold {
        cluster::restart(call.world, id);
    } else {
        cluster::reload(call.world, id);
    }
}

/// `[{name, value}, …]` by name.
fn as_map(settings: Option<&Value>) -> Body {
    let settings = settings.and_then(Value::as_array).into_iter().flatten();
    settings
        .filter_map(|setting| Some((setting["name"].as_str()?.to_owned(), setting["value"].clone())))
        .collect()
}

/// `[{name, value}, …]`, in the order of names.
pub(super) fn as_list(settings: &Body) -> Value {
    let mut settings: Vec<_> = settings.iter().collect();
    settings.sort_by_key(|(name, _)| *name);
    settings.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// Whether the engine has these settings and takes these values.
pub(super) fn check(engine: EngineVersion, settings: &Value, init: bool, path: &str) -> Result<(), Refusal> {
    let settings = settings.as_array().into_iter().flatten().enumerate();
    let problems = settings.filter_map(|(n, setting)| {
        let name = setting["name"].as_str().unwrap_or_default();
        match engine.setting(name, init) {
            None => {
                let help = format!("{} has no setting {name:?}", engine.name());
                Some(Problem::constraint(format!("{path}.{n}.name"), help))
            }
            Some(known) => {
                let help = wrong(known, setting["value"].as_str().unwrap_or_default())?;
                Some(Problem::constraint(format!("{path}.{n}.value"), format!("{name} {help}")))
            }
        }
    });
    let problems: Vec<_> = problems.collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::invalid_arguments(&problems)) }
}

/// What is wrong with the value. Texts are checked where the constraint is a plain list of choices.
fn wrong(setting: &Setting, value: &str) -> Option<String> {
    match setting.property_type.as_str() {
        "INT" => match value.parse::<i64>() {
            Err(_) => Some(format!("must be a whole number, is {value:?}")),
            Ok(number) => {
                let (min, max) = (setting.int_min.unwrap_or(i64::MIN), setting.int_max.unwrap_or(i64::MAX));
                (!(min..=max).contains(&number))
                    .then(|| format!("must be between {min} and {max}, is {number}"))
            }
        },
        "FLOAT" => match value.parse::<f64>() {
            Err(_) => Some(format!("must be a number, is {value:?}")),
            Ok(number) => {
                let (min, max) =
                    (setting.float_min.unwrap_or(f64::MIN), setting.float_max.unwrap_or(f64::MAX));
                (!(min..=max).contains(&number))
                    .then(|| format!("must be between {min} and {max}, is {number}"))
            }
        },
        "BOOLEAN" => {
            let known = ["on", "off", "true", "false", "0", "1"];
            (!known.contains(&value.to_ascii_lowercase().as_str()))
                .then(|| format!("must be on or off, is {value:?}"))
        }
        _ => {
            let choices = setting.string_constraint.as_deref()?.strip_prefix("^(")?.strip_suffix(")$")?;
            if choices.contains(|c: char| "()[]{}*+?.\\^$".contains(c)) {
                return None;
            }
            (!choices.split('|').any(|choice| choice == value))
                .then(|| format!("must be one of {choices}, is {value:?}"))
        }
    }
}
