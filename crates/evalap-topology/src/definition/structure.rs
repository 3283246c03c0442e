//! Reads a tree against the JSON Schema, and goes on after each problem.
//!
//! What is wrong is reported and replaced by a harmless value, so that the rest can be decoded and validated too. The
//! paths that were replaced are kept: nothing more is said about them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::grammar::{Schema, allowed, branches, child, expected, names, required, stand_in, text_format};
use super::problem::{Problem, is_within, join};
use super::sensitive::shown;
use super::tree::{Data, Key, Node};

/// A tree that was read: what it says, as far as it can be used, and what is wrong with it.
pub(super) struct Structure {
    pub(super) value: Value,
    pub(super) problems: Vec<Problem>,
    replaced: BTreeSet<String>,
}

impl Structure {
    pub(super) fn read(schema: &Schema, root: &Node<'_>) -> Self {
        let mut reader = Reader { problems: Vec::new(), replaced: BTreeSet::new() };
        let value = reader.read(schema, root, "").unwrap_or_else(|| stand_in(schema));
        Self { value, problems: reader.problems, replaced: reader.replaced }
    }

    /// Whether a problem at this place would only repeat another one.
    pub(super) fn explains(&self, problem: &Problem) -> bool {
        let paths = std::iter::once(&problem.place.path).chain(&problem.depends_on);
        paths.into_iter().any(|path| self.replaced.iter().any(|replaced| is_within(path, replaced)))
    }
}

struct Reader {
    problems: Vec<Problem>,
    replaced: BTreeSet<String>,
}

impl Reader {
    /// The value as far as it is right; none if it must be replaced.
    fn read(&mut self, schema: &Schema, node: &Node<'_>, path: &str) -> Option<Value> {
        match &branches(schema)[..] {
            [] => self.read_one(schema, node, path),
            [only] => self.read_one(only, node, path),
            several => match several.iter().find(|branch| fits(branch, node)) {
                Some(branch) => self.read_one(branch, node, path),
                None => self.refuse(fits_none(schema, several, node, path)),
            },
        }
    }

    fn read_one(&mut self, schema: &Schema, node: &Node<'_>, path: &str) -> Option<Value> {
        let allowed = allowed(schema);
        if !allowed.is_empty() {
            return self.read_choice(schema, &allowed, node, path);
        }
        let wanted = schema.get("type").and_then(Value::as_str);
        if wanted.is_some_and(|wanted| wanted != node.schema_type()) {
            let problem = Problem::at(path, format!("found {}", node.kind())).expected(expected(schema));
            return self.refuse(problem);
        }
        match &node.value {
            Data::Text(text) => self.read_text(schema, text, path),
            Data::Integer(integer) => self.read_integer(schema, *integer, path),
            Data::Boolean(boolean) => Some((*boolean).into()),
            Data::List(items) => self.read_list(schema, items, path),
            Data::Table(entries) => Some(self.read_table(schema, entries, path)),
            Data::Other(_) => None,
        }
    }

    fn read_choice(
        &mut self,
        schema: &Schema,
        allowed: &[&Value],
        node: &Node<'_>,
        path: &str,
    ) -> Option<Value> {
        let found = match &node.value {
            Data::Text(text) => Value::from(*text),
            Data::Integer(integer) => (*integer).into(),
            Data::Boolean(boolean) => (*boolean).into(),
            _ => Value::Null,
        };
        if allowed.contains(&&found) {
            return Some(found);
        }
        let mut problem = match &node.value {
            Data::Text(text) => Problem::at(path, format!("found {}", shown(text))),
            Data::Integer(_) | Data::Boolean(_) => Problem::at(path, format!("found {found}")),
            _ => Problem::at(path, format!("found {}", node.kind())),
        }
        .expected(expected(schema));
        if let Data::Text(text) = &node.value {
            problem = problem.nearest(text, allowed.iter().filter_map(|value| value.as_str()));
        }
        self.refuse(problem)
    }

    fn read_text(&mut self, schema: &Schema, text: &str, path: &str) -> Option<Value> {
        let length = text.chars().count() as u64;
        let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
        let too_short = bound("minLength").is_some_and(|least| length < least);
        let too_long = bound("maxLength").is_some_and(|most| length > most);
        if too_short || too_long {
            let problem = Problem::at(path, format!("found {length} characters")).expected(expected(schema));
            return self.refuse(problem);
        }
        let Some(format) = text_format(schema) else { return Some(text.into()) };
        if !(format.accepts)(text) {
            let problem = Problem::at(path, format!("found {}", shown(text)));
            let problem = problem.expected(format.expected).nearest(text, format.known.iter().copied());
            return self.refuse(problem);
        }
        let limit = |key: &str| schema.get(key).and_then(Value::as_str).and_then(format.measure);
        let measured = (format.measure)(text);
        let out = measured.is_some_and(|measured| {
            limit("formatMinimum").is_some_and(|least| measured < least)
                || limit("formatMaximum").is_some_and(|most| measured > most)
                || limit("formatStep").is_some_and(|step| measured % step.max(1) != 0)
        });
        if out {
            let problem = Problem::at(path, format!("found {text}")).expected(expected(schema));
            return self.refuse(problem);
        }
        Some(text.into())
    }

    fn read_integer(&mut self, schema: &Schema, integer: i64, path: &str) -> Option<Value> {
        let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
        let out = bound("minimum").is_some_and(|least| integer < least)
            || bound("maximum").is_some_and(|most| integer > most);
        if out {
            let problem = Problem::at(path, format!("found {integer}")).expected(expected(schema));
            return self.refuse(problem);
        }
        Some(integer.into())
    }

    fn read_list(&mut self, schema: &Schema, items: &[Node<'_>], path: &str) -> Option<Value> {
        let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        if (items.len() as u64) < least {
            return self
                .refuse(Problem::at(path, "found an empty list").expected(format!("at least {least}")));
        }
        let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let item_schema = child(schema.get("items"));
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let value = self.read(item_schema, item, &path);
            if unique && value.as_ref().is_some_and(|value| values.contains(value)) {
                let again =
                    value.as_ref().and_then(Value::as_str).map_or_else(|| "the same".to_owned(), shown);
                self.problems.push(Problem::at(path, format!("found {again} a second time")));
                continue;
            }
            values.push(value.unwrap_or_else(|| stand_in(item_schema)));
        }
        Some(values.into())
    }

    fn read_table(&mut self, schema: &Schema, entries: &[(Key<'_>, Node<'_>)], path: &str) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        if let Some(most) = schema.get("maxProperties").and_then(Value::as_u64)
            && entries.len() as u64 > most
        {
            self.problems.push(
                Problem::at(path, format!("found {} entries", entries.len()))
                    .expected(format!("at most {most}")),
            );
        }
        let mut table = Map::new();
        for (key, node) in entries {
            let name = key.name;
            let at = join(path, name);
            let property = properties.and_then(|properties| properties.get(name));
            let Some(child) = property.or(others).and_then(Value::as_object) else {
                let known: Vec<&str> =
                    properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                self.unknown_key(path, name, entries, &known);
                continue;
            };
            self.check_name(schema, name, &at);
            match self.read(child, node, &at) {
                Some(value) => drop(table.insert(name.to_owned(), value)),
                // An entry under a name of the user's own stays, so that what refers to it does not dangle.
                None if property.is_none() => {
                    table.insert(name.to_owned(), stand_in(child));
                }
                None => {}
            }
        }
        self.require(schema, entries, path, &mut table);
        self.require_one(schema, entries, path, &mut table);
        table.into()
    }

    fn unknown_key(&mut self, path: &str, name: &str, entries: &[(Key<'_>, Node<'_>)], known: &[&str]) {
        let at = join(path, name);
        let all = known.iter().copied();
        let absent = all.clone().filter(|known| !entries.iter().any(|(key, _)| key.name == *known));
        let problem = Problem::at(at, format!("unknown key `{name}`")).at_key().nearest(name, absent);
        let problem = match &problem.nearest {
            // The key that was meant is not missing as well.
            Some(meant) => {
                self.replaced.insert(join(path, meant));
                problem
            }
            None => problem.nearest(name, all.clone()).expected(format!("one of {}", names(all))),
        };
        self.problems.push(problem);
    }

    fn check_name(&mut self, schema: &Schema, name: &str, path: &str) {
        let format = schema.get("propertyNames").and_then(Value::as_object).and_then(text_format);
        if let Some(format) = format.filter(|format| !(format.accepts)(name)) {
            let problem = Problem::at(path, format!("found the name {}", shown(name))).at_key();
            self.problems.push(problem.expected(format.expected));
        }
    }

    /// Reports the required keys that are absent, and puts something in the place of those that were or are wrong.
    fn require(
        &mut self,
        schema: &Schema,
        entries: &[(Key<'_>, Node<'_>)],
        path: &str,
        table: &mut Map<String, Value>,
    ) {
        for name in required(schema) {
            if table.contains_key(name) {
                continue;
            }
            let at = join(path, name);
            let child = child(schema.get("properties").and_then(|all| all.get(name)));
            if !entries.iter().any(|(key, _)| key.name == name) && self.replaced.insert(at.clone()) {
                let problem = Problem::at(at, format!("missing key `{name}`"));
                self.problems.push(problem.expected(expected(child)));
            }
            table.insert(name.to_owned(), stand_in(child));
        }
    }

    /// `oneOf` whose branches only require a key each: exactly one of those keys.
    fn require_one(
        &mut self,
        schema: &Schema,
        entries: &[(Key<'_>, Node<'_>)],
        path: &str,
        table: &mut Map<String, Value>,
    ) {
        let group: Vec<&str> = schema
            .get("oneOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|branch| branch.get("required")?.get(0)?.as_str())
            .collect();
        let present: Vec<&str> =
            group.iter().copied().filter(|name| entries.iter().any(|(key, _)| key.name == *name)).collect();
        if group.is_empty() || present.len() == 1 && table.contains_key(present[0]) {
            return;
        }
        // One that is present but wrong, or misspelt, has been reported.
        let meant = group.iter().any(|name| self.replaced.contains(&join(path, name)));
        if present.len() != 1 && !(meant && present.is_empty()) {
            let found = if present.is_empty() { "none".to_owned() } else { names(present.iter().copied()) };
            let expected = format!("exactly one of {}", names(group.iter().copied()));
            self.problems.push(Problem::at(path, format!("found {found}")).expected(expected).at_key());
        }
        table.retain(|name, _| !group.contains(&name.as_str()));
        if let Some(Value::Object(example)) = schema.get("examples").and_then(|examples| examples.get(0)) {
            table.extend(example.clone());
        }
        self.replaced.insert(path.to_owned());
    }

    fn refuse(&mut self, problem: Problem) -> Option<Value> {
        self.replaced.insert(problem.place.path.clone());
        self.problems.push(problem);
        None
    }
}

fn fits_none(schema: &Schema, branches: &[&Schema], node: &Node<'_>, path: &str) -> Problem {
    let problem = |found: &str| Problem::at(path, format!("found {found}")).expected(expected(schema));
    let Data::Table(entries) = &node.value else { return problem(node.kind()) };
    let found = names(entries.iter().map(|(key, _)| key.name));
    match &entries[..] {
        [] => problem("an empty table"),
        [(key, _)] => problem(&format!("a table with {found}"))
            .nearest(key.name, branches.iter().copied().flat_map(required)),
        _ => problem(&format!("a table with {found}")),
    }
}

/// Whether this way is the one that was meant: by its type, and among tables by its first required key.
fn fits(branch: &Schema, node: &Node<'_>) -> bool {
    let same_type = branch.get("type").and_then(Value::as_str) == Some(node.schema_type());
    same_type && required(branch).next().is_none_or(|key| node.has_key(key))
}
