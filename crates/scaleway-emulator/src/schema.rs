//! Request bodies as tables: what a field may be, what it is where it is absent, whether an update may name it.

use serde_json::{Number, Value};

use crate::refusal::{Problem, Refusal};
use crate::store::Body;

/// A field of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    shape: Shape,
    required: bool,
    fixed: bool,
    whole: bool,
    zero_is_unsaid: bool,
    default: Default,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Text { min: usize, max: usize },
    Flag,
    Number { min: i64, max: i64 },
    Choice(&'static [&'static str]),
    Texts,
    Pairs,
    Object(&'static [Field]),
    Objects(&'static [Field]),
    Duration { min: u32, max: u32 },
    Any,
}

/// What stands in the resource where the request says nothing.
#[derive(Debug, Clone, Copy)]
enum Default {
    /// Empty text, false, 0, `[]`, `{}`; nothing for choices, objects and durations.
    Natural,
    Absent,
    Null,
    Text(&'static str),
    Number(i64),
    Flag(bool),
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field {
        name,
        shape,
        required: false,
        fixed: false,
        whole: false,
        zero_is_unsaid: false,
        default: Default::Natural,
    }
}

/// Text of any length.
pub(crate) const fn text(name: &'static str) -> Field {
    field(name, Shape::Text { min: 0, max: usize::MAX })
}

pub(crate) const fn flag(name: &'static str) -> Field {
    field(name, Shape::Flag)
}

/// A whole number; text of digits is taken, too, as protobuf's JSON has it.
pub(crate) const fn number(name: &'static str, min: i64, max: i64) -> Field {
    field(name, Shape::Number { min, max })
}

/// One of these; a value that begins with `unknown` means "not said", as the SDKs send it.
pub(crate) const fn choice(name: &'static str, of: &'static [&'static str]) -> Field {
    field(name, Shape::Choice(of))
}

/// A list of texts, as tags.
pub(crate) const fn texts(name: &'static str) -> Field {
    field(name, Shape::Texts)
}

/// A map of texts, as variables.
pub(crate) const fn pairs(name: &'static str) -> Field {
    field(name, Shape::Pairs)
}

/// An object with fields of its own; in an update those that are present go over those that exist.
pub(crate) const fn object(name: &'static str, fields: &'static [Field]) -> Field {
    field(name, Shape::Object(fields))
}

/// A list of objects.
#[allow(dead_code, reason = "for other products")]
pub(crate) const fn objects(name: &'static str, fields: &'static [Field]) -> Field {
    field(name, Shape::Objects(fields))
}

/// `"30s"`, between whole seconds.
pub(crate) const fn duration(name: &'static str, min: u32, max: u32) -> Field {
    field(name, Shape::Duration { min, max })
}

/// Whatever it is.
#[allow(dead_code, reason = "for other products")]
pub(crate) const fn any(name: &'static str) -> Field {
    field(name, Shape::Any)
}

impl Field {
    /// Absent, null and empty text are refused in a create.
    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// An update does not change it, and ignores it as the API does.
    pub(crate) const fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    /// For objects: an update replaces it instead of laying its fields over those that exist.
    pub(crate) const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// For numbers that are not optional in protobuf, where 0 and absent are the same: clients send it for what nobody said.
    pub(crate) const fn zero_is_unsaid(mut self) -> Self {
        self.zero_is_unsaid = true;
        self
    }

    /// For text: how many characters.
    pub(crate) const fn length(mut self, min: usize, max: usize) -> Self {
        self.shape = Shape::Text { min, max };
        self
    }

    pub(crate) const fn or_text(mut self, text: &'static str) -> Self {
        self.default = Default::Text(text);
        self
    }

    pub(crate) const fn or_number(mut self, number: i64) -> Self {
        self.default = Default::Number(number);
        self
    }

    #[allow(dead_code, reason = "for other products")]
    pub(crate) const fn or_flag(mut self, flag: bool) -> Self {
        self.default = Default::Flag(flag);
        self
    }

    pub(crate) const fn or_null(mut self) -> Self {
        self.default = Default::Null;
        self
    }

    pub(crate) const fn or_absent(mut self) -> Self {
        self.default = Default::Absent;
        self
    }

    fn default_value(&self) -> Option<Value> {
        match self.default {
            Default::Absent => None,
            Default::Null => Some(Value::Null),
            Default::Text(text) => Some(text.into()),
            Default::Number(number) => Some(number.into()),
            Default::Flag(flag) => Some(flag.into()),
            Default::Natural => match self.shape {
                Shape::Text { .. } => Some("".into()),
                Shape::Flag => Some(false.into()),
                Shape::Number { .. } => Some(0.into()),
                Shape::Texts | Shape::Objects(_) => Some(Value::Array(Vec::new())),
                Shape::Pairs => Some(Value::Object(Body::new())),
                Shape::Choice(_) | Shape::Object(_) | Shape::Duration { .. } | Shape::Any => None,
            },
        }
    }
}

/// The fields of a new resource: what the request says, and the defaults.
pub(crate) fn create(fields: &[Field], request: &Body) -> Result<Body, Refusal> {
    let mut problems = Vec::new();
    let body = new_object("", fields, request, &mut problems);
    if problems.is_empty() { Ok(body) } else { Err(Refusal::invalid_arguments(&problems)) }
}

/// The fields that an update names, to be laid over `current`: absent and null ones leave what is there.
pub(crate) fn update(fields: &[Field], request: &Body, current: &Body) -> Result<Body, Refusal> {
    let mut problems = Vec::new();
    let patch = patch_object("", fields, request, current, &mut problems);
    if problems.is_empty() { Ok(patch) } else { Err(Refusal::invalid_arguments(&problems)) }
}

fn new_object(path: &str, fields: &[Field], request: &Body, problems: &mut Vec<Problem>) -> Body {
    let mut body = Body::new();
    for field in fields {
        let path = join(path, field.name);
        let said = request.get(field.name).filter(|value| is_said(field, value));
        if field.required && said.is_none_or(|value| value.as_str() == Some("")) {
            problems.push(Problem::required(path));
            continue;
        }
        let value = match said {
            Some(value) => read(field.shape, &path, value, None, problems),
            None => field.default_value(),
        };
        if let Some(value) = value {
            body.insert(field.name.into(), value);
        }
    }
    body
}

fn patch_object(
    path: &str,
    fields: &[Field],
    request: &Body,
    current: &Body,
    problems: &mut Vec<Problem>,
) -> Body {
    let mut changed = Body::new();
    for field in fields.iter().filter(|field| !field.fixed) {
        let Some(value) = request.get(field.name).filter(|value| is_said(field, value)) else {
            continue;
        };
        let path = join(path, field.name);
        let current = current.get(field.name).filter(|_| !field.whole);
        if let Some(value) = read(field.shape, &path, value, current, problems) {
            changed.insert(field.name.into(), value);
        }
    }
    changed
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}

/// Null is as absent, and so is an enum's "unknown".
fn is_said(field: &Field, value: &Value) -> bool {
    match (field.shape, value) {
        (_, Value::Null) => false,
        (Shape::Number { .. }, value) if field.zero_is_unsaid => value != 0,
        (Shape::Choice(_), Value::String(text)) => !text.starts_with("unknown") && !text.is_empty(),
        _ => true,
    }
}

fn read(
    shape: Shape,
    path: &str,
    value: &Value,
    current: Option<&Value>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let wrong = |problem: Problem, problems: &mut Vec<Problem>| {
        problems.push(problem);
        None
    };
    match (shape, value) {
        (Shape::Any, value) | (Shape::Flag, value @ Value::Bool(_)) => Some(value.clone()),
        (Shape::Text { min, max }, Value::String(text)) => {
            let length = text.chars().count();
            if length > max || (length < min && !text.is_empty()) || (text.is_empty() && min > 0) {
                let help = format!("must have between {min} and {max} characters, has {length}");
                return wrong(Problem::constraint(path, help), problems);
            }
            Some(value.clone())
        }
        (Shape::Number { min, max }, Value::Number(_) | Value::String(_)) => {
            let number = match value {
                Value::String(text) => text.parse().ok(),
                value => value.as_i64(),
            };
            match number {
                Some(number) if (min..=max).contains(&number) => Some(Value::Number(Number::from(number))),
                Some(number) => {
                    let help = format!("must be between {min} and {max}, is {number}");
                    wrong(Problem::constraint(path, help), problems)
                }
                None => wrong(Problem::format(path, "must be a whole number"), problems),
            }
        }
        (Shape::Choice(of), Value::String(text)) if of.contains(&text.as_str()) => Some(value.clone()),
        (Shape::Choice(of), _) => {
            let help = format!("must be one of {}", of.join(", "));
            wrong(Problem::constraint(path, help), problems)
        }
        (Shape::Texts, Value::Array(items)) if items.iter().all(Value::is_string) => Some(value.clone()),
        (Shape::Pairs, Value::Object(items)) if items.values().all(Value::is_string) => Some(value.clone()),
        (Shape::Object(fields), Value::Object(request)) => Some(Value::Object(match current {
            Some(Value::Object(current)) => {
                let mut merged = current.clone();
                merged.extend(patch_object(path, fields, request, current, problems));
                merged
            }
            _ => new_object(path, fields, request, problems),
        })),
        (Shape::Objects(fields), Value::Array(items)) => {
            let read = items.iter().enumerate().map(|(n, item)| {
                let path = format!("{path}.{n}");
                if let Value::Object(item) = item {
                    return Value::Object(new_object(&path, fields, item, problems));
                }
                problems.push(Problem::format(path, "must be an object"));
                Value::Null
            });
            Some(Value::Array(read.collect()))
        }
        (Shape::Duration { min, max }, Value::String(text)) => match seconds(text) {
            Some(seconds) if seconds < f64::from(min) || seconds > f64::from(max) => {
                let help = format!("must be between {min}s and {max}s, is {text}");
                wrong(Problem::constraint(path, help), problems)
            }
            Some(seconds) => Some(format!("{seconds}s").into()),
            None => wrong(Problem::format(path, "must be a duration, as \"30s\""), problems),
        },
        (shape, _) => {
            let expected = match shape {
                Shape::Text { .. } => "text",
                Shape::Flag => "true or false",
                Shape::Number { .. } => "a whole number",
                Shape::Texts => "a list of texts",
                Shape::Pairs => "an object whose values are texts",
                Shape::Object(_) => "an object",
                Shape::Objects(_) => "a list of objects",
                Shape::Duration { .. } => "a duration, as \"30s\"",
                Shape::Choice(_) | Shape::Any => "another value",
            };
            wrong(Problem::format(path, format!("must be {expected}")), problems)
        }
    }
}

/// `"10.500000000s"` → 10.5.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::Reply;
    use serde_json::json;

    const FIELDS: &[Field] = &[
        text("name").length(2, 5).required().fixed(),
        number("port", 1, 65535).or_number(8080),
        choice("privacy", &["public", "private"]).or_text("public"),
        duration("timeout", 10, 3600).or_text("300s"),
        object("probe", &[number("count", 1, 50).or_number(3).zero_is_unsaid(), text("path")]),
        texts("tags"),
    ];

    fn object_of(value: Value) -> Body {
        let Value::Object(body) = value else { panic!("{value} is no object") };
        body
    }

    #[test]
    fn what_is_not_said_has_its_default() {
        let request = object_of(
            json!({"name": "abc", "privacy": "unknown_privacy", "probe": {"count": 0}, "tags": null}),
        );
        let body = create(FIELDS, &request).unwrap();
        let expected = json!({"name": "abc", "port": 8080, "privacy": "public", "timeout": "300s",
            "probe": {"count": 3, "path": ""}, "tags": []});
        assert_eq!(Value::Object(body), expected);
    }

    #[test]
    fn all_problems_come_at_once() {
        let request =
            json!({"port": 0, "privacy": "both", "timeout": "5s", "probe": {"count": "x"}, "tags": [1]});
        let reply = Reply::from(create(FIELDS, &object_of(request)).unwrap_err()).into_response();
        let body: Value = serde_json::from_slice(reply.body()).unwrap();
        let names: Vec<_> =
            body["details"].as_array().unwrap().iter().map(|d| d["argument_name"].clone()).collect();
        assert_eq!(names, ["name", "port", "privacy", "timeout", "probe.count", "tags"]);
        assert_eq!(reply.status(), 400);
    }

    #[test]
    fn an_update_leaves_what_it_does_not_name() {
        let current = object_of(json!({"name": "abc", "port": 1, "probe": {"count": 3, "path": "/a"}}));
        let request = object_of(json!({"name": "other", "port": null, "probe": {"path": "/b"},
            "timeout": "10.000000000s"}));
        let patch = update(FIELDS, &request, &current).unwrap();
        assert_eq!(Value::Object(patch), json!({"probe": {"count": 3, "path": "/b"}, "timeout": "10s"}));
    }
}
