//! Text to definition, and the validation that every definition passes.

use toml::de::DeTable;

use super::problem::{Place, Problem, Problems};
use super::schema::{VERSION, expanded};
use super::source::Source;
use super::structure::Structure;
use super::tree::{Data, Node};
use super::{Definition, validate};

/// A definition that came from a file, with where in it each value is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decoded {
    /// What the file says.
    pub definition: Definition,
    /// Where it says it; [`crate::check::Report::locate`] uses it.
    pub source: Source,
}

impl Definition {
    /// Decodes and validates a definition in TOML. `name` is the file's, for messages; nothing is read from it.
    ///
    /// # Errors
    /// Everything that is wrong with it, each problem with line and column: the parser's own errors alone if it is no
    /// TOML, an unknown version alone, else unknown and missing keys, wrong types, malformed values, values out of
    /// bounds, dangling and circular references, all at once.
    pub fn from_toml(name: &str, text: &str) -> Result<Decoded, Problems> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let root = Node::from_toml(table.get_ref(), 0..0);
        let source = Source::new(name, text);
        let problems = errors.iter().map(|error| Problem {
            place: Place { span: error.span(), ..Place::default() },
            ..Problem::at("", error.message())
        });
        if let Some(problems) = Problems::collect(problems.collect(), Some(source.clone())) {
            return Err(problems);
        }
        match read(&root) {
            (Some(definition), problems) if problems.is_empty() => Ok(Decoded { definition, source }),
            (_, problems) => Err(Problems::collect(problems, Some(source)).unwrap_or_else(unreadable)),
        }
    }

    /// Validates a definition that was made as Rust values, as one from a file is validated.
    ///
    /// # Errors
    /// Everything that is wrong with it; the places are paths such as `services.runners.memory`.
    pub fn validate(&self) -> Result<(), Problems> {
        let value = serde_json::to_value(self).map_err(|error| Problem::at("", error.to_string()))?;
        let (_, problems) = read(&Node::from(&value));
        Problems::collect(problems, None).map_or(Ok(()), Err)
    }
}

/// What the tree says as far as it can be used, and all that is wrong with it.
fn read(root: &Node<'_>) -> (Option<Definition>, Vec<Problem>) {
    if let Some(problem) = unknown_version(root) {
        return (None, vec![problem]);
    }
    let mut structure = Structure::read(expanded(), root);
    match serde_json::from_value::<Definition>(structure.value.take()) {
        Ok(definition) => {
            let mut more = validate::validate(&definition);
            more.retain(|problem| !structure.explains(problem));
            structure.problems.append(&mut more);
            (Some(definition), structure.problems)
        }
        Err(error) => {
            // The schema has let through what the types refuse. It is still an answer, if one without a position.
            if structure.problems.is_empty() {
                structure.problems.push(Problem::at("", error.to_string()));
            }
            (None, structure.problems)
        }
    }
}

/// Another version may have any keys: nothing else can be said of it.
fn unknown_version(root: &Node<'_>) -> Option<Problem> {
    let Data::Table(entries) = &root.value else { return None };
    let (_, version) = entries.iter().find(|(key, _)| key.name == "version")?;
    match version.value {
        Data::Integer(found) if found != i64::from(VERSION) => {
            let message = format!("found version {found} of the format, which this program does not know");
            Some(Problem::at("version", message).expected(format!("version = {VERSION}")))
        }
        _ => None,
    }
}

fn unreadable() -> Problems {
    Problem::at("", "the definition cannot be read").into()
}
