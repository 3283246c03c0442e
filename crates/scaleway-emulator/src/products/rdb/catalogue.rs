//! Engines: versions, what they upgrade to, and the settings they take.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::call::Call;
use crate::products::pages;
use crate::refusal::Refusal;
use crate::reply::Answer;
use crate::store::{Body, Kind};

/// The data file.
#[derive(Debug, Default, Deserialize)]
struct Catalogue {
    engines: Vec<Engine>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Engine {
    name: String,
    logo_url: String,
    /// Newest first.
    versions: Vec<Version>,
    settings: Vec<Setting>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Version {
    #[serde(rename = "version")]
    number: String,
    end_of_life: String,
    release_date: String,
    #[serde(default)]
    disabled: bool,
    /// What an upgrade to it names.
    upgrade_id: Option<String>,
    #[serde(rename = "minor_version")]
    minor: Option<String>,
}

/// A setting of some versions.
#[derive(Debug, Deserialize)]
pub(super) struct Setting {
    pub(super) name: String,
    versions: Vec<String>,
    /// Whether it is chosen once, when an instance is made.
    #[serde(default)]
    init: bool,
    default_value: String,
    description: String,
    pub(super) property_type: String,
    pub(super) hot_configurable: bool,
    pub(super) unit: Option<String>,
    pub(super) string_constraint: Option<String>,
    pub(super) int_min: Option<i64>,
    pub(super) int_max: Option<i64>,
    pub(super) float_min: Option<f64>,
    pub(super) float_max: Option<f64>,
}

/// What the platform offers instead, where the world was told so: `engines` as the API lists them, and by the name of an
/// engine's version the `upgrades` that its instances list. A record a region.
const OFFERS: Kind = Kind { collection: "rdb.offers", resource: "offer" };

fn told<'c>(call: &'c Call<'_>, what: &str) -> Option<&'c Value> {
    call.world.store.get(OFFERS, call.region())?.body.get(what)
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../data/rdb-engines.json")).unwrap_or_default()
});

/// An engine in one version, as instances name it: `PostgreSQL-16`.
#[derive(Debug, Clone, Copy)]
pub(super) struct EngineVersion {
    engine: &'static Engine,
    version: &'static Version,
}

impl EngineVersion {
    pub(super) fn find(name: &str) -> Option<Self> {
        let (engine, version) = name.split_once('-')?;
        let engine = CATALOGUE.engines.iter().find(|known| known.name.eq_ignore_ascii_case(engine))?;
        let version = engine.versions.iter().find(|known| known.number == version)?;
        Some(Self { engine, version })
    }

    /// All that are offered.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let versions = CATALOGUE
            .engines
            .iter()
            .flat_map(|engine| engine.versions.iter().map(move |version| Self { engine, version }));
        versions.filter(|it| !it.version.disabled)
    }

    /// One that new instances can have.
    pub(super) fn offered(call: &Call<'_>, name: &str) -> Result<Self, Refusal> {
        let is_offered = |found: &Self| match told(call, "engines") {
            Some(engines) => versions(engines).any(|version| {
                version["name"].as_str().is_some_and(|known| known == found.name())
                    && version["disabled"] != true
            }),
            None => !found.version.disabled,
        };
        Self::find(name).filter(is_offered).ok_or_else(|| {
            Refusal::constraint("engine", format!("{name:?} is no version of an engine that is offered"))
        })
    }

    pub(super) fn name(self) -> String {
        format!("{}-{}", self.engine.name, self.version.number)
    }

    /// The newer versions, oldest first.
    fn newer(self) -> impl Iterator<Item = Self> {
        let newer = self.engine.versions.iter().take_while(move |known| known.number != self.version.number);
        let newer: Vec<_> = newer.filter(|known| !known.disabled && known.upgrade_id.is_some()).collect();
        newer.into_iter().rev().map(move |version| Self { engine: self.engine, version })
    }

    /// As instances list what they can be upgraded to.
    pub(super) fn upgrades(self, call: &Call<'_>) -> Value {
        if let Some(upgrades) = told(call, "upgrades").and_then(|upgrades| upgrades.get(self.name())) {
            return upgrades.clone();
        }
        let upgrade = |to: Self| {
            json!({
                "id": to.version.upgrade_id,
                "name": to.name(),
                "version": to.version.number,
                "minor_version": to.version.minor,
            })
        };
        self.newer().map(upgrade).collect()
    }

    /// The upgrade of that id.
    pub(super) fn upgrade(self, call: &Call<'_>, id: &str) -> Option<Self> {
        let upgrades = self.upgrades(call);
        let chosen = upgrades.as_array()?.iter().find(|upgrade| upgrade["id"] == id)?;
        Self::find(chosen["name"].as_str()?)
    }

    /// The settings that can be changed, or those that are chosen once.
    pub(super) fn setting(self, name: &str, init: bool) -> Option<&'static Setting> {
        self.settings(init).find(|setting| setting.name == name)
    }

    fn settings(self, init: bool) -> impl Iterator<Item = &'static Setting> {
        let fits =
            move |setting: &&Setting| setting.init == init && setting.versions.contains(&self.version.number);
        self.engine.settings.iter().filter(fits)
    }

    /// What the platform sets by itself: recorded of the smallest machines, and so given to all.
    pub(super) fn initial_settings(self) -> Body {
        let settings: &[(&str, &str)] = match self.engine.name.as_str() {
            "PostgreSQL" => &[
                ("effective_cache_size", "1300"),
                ("maintenance_work_mem", "150"),
                ("max_connections", "100"),
                ("max_parallel_workers", "0"),
                ("max_parallel_workers_per_gather", "0"),
                ("work_mem", "4"),
            ],
            _ => &[("max_connections", "100")],
        };
        settings.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
    }

    pub(super) fn port(self) -> u16 {
        if self.engine.name == "MySQL" { 3306 } else { 5432 }
    }

    fn describe(self) -> Value {
        let settings = |init: bool| self.settings(init).map(Setting::describe).collect::<Vec<_>>();
        json!({
            "version": self.version.number,
            "name": self.name(),
            "end_of_life": self.version.end_of_life,
            "release_date": self.version.release_date,
            "available_settings": settings(false),
            "available_init_settings": settings(true),
            "disabled": self.version.disabled,
            "beta": false,
        })
    }
}

impl Setting {
    fn describe(&self) -> Value {
        json!({
            "name": self.name,
            "default_value": self.default_value,
            "description": self.description,
            "property_type": self.property_type,
            "hot_configurable": self.hot_configurable,
            "unit": self.unit,
            "string_constraint": self.string_constraint,
            "int_min": self.int_min,
            "int_max": self.int_max,
            "float_min": self.float_min,
            "float_max": self.float_max,
        })
    }
}

/// The versions of engines as the API lists them.
fn versions(engines: &Value) -> impl Iterator<Item = &Value> {
    let engines = engines.as_array().into_iter().flatten();
    engines.flat_map(|engine| engine["versions"].as_array().into_iter().flatten())
}

/// The engines that the world was told of, as far as the request asks for them.
fn told_engines(call: &Call<'_>, wanted: impl Fn(&str, &str) -> bool) -> Option<Vec<Value>> {
    let text = |value: &Value, field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let engines =
        told(call, "engines")?.as_array()?.iter().filter(|engine| wanted("name", &text(engine, "name")));
    let engines = engines.cloned().filter_map(|mut engine| {
        let versions = engine.get_mut("versions")?.as_array_mut()?;
        versions.retain(|version| wanted("version", &text(version, "version")));
        (!versions.is_empty()).then_some(engine)
    });
    Some(engines.collect())
}

pub(super) fn list_engines(call: &mut Call<'_>) -> Answer {
    let wanted =
        |query: &str, have: &str| call.query(query).is_none_or(|name| name.is_empty() || name == have);
    if let Some(engines) = told_engines(call, wanted) {
        return pages::answer(call, "engines", engines);
    }
    let engines = CATALOGUE.engines.iter().filter(|engine| wanted("name", &engine.name));
    let engines = engines.filter_map(|engine| {
        let versions = engine.versions.iter().filter(|version| wanted("version", &version.number));
        let versions: Vec<_> = versions.map(|version| EngineVersion { engine, version }.describe()).collect();
        (!versions.is_empty()).then(|| {
            json!({
                "name": engine.name,
                "logo_url": engine.logo_url,
                "versions": versions,
                "region": call.region(),
            })
        })
    });
    let engines = engines.collect();
    pages::answer(call, "engines", engines)
}
