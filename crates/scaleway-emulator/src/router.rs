//! From verb and path to a product's handler.

use std::sync::LazyLock;

use percent_encoding::percent_decode_str;

use crate::call::Call;
use crate::products;
use crate::reply::Answer;

/// What answers an operation.
pub(crate) type Handler = fn(&mut Call<'_>) -> Answer;

/// One operation of a product.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) verb: &'static str,
    /// With the API's own names of the parameters.
    pub(crate) template: &'static str,
    /// The API's own name.
    pub(crate) operation: &'static str,
    pub(crate) fidelity: Fidelity,
    pub(crate) handler: Handler,
}

/// How far an operation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fidelity {
    /// As recorded or documented, in all that matters to a client.
    Faithful,
    /// It answers and does not lie, but does less than the real one.
    #[allow(dead_code, reason = "for other products")]
    Simple,
}

impl Fidelity {
    /// As the coverage names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Faithful => "faithful",
            Self::Simple => "simple",
        }
    }
}

/// A product of the API: its operations and where it is offered.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) name: &'static str,
    /// Empty for a global API.
    pub(crate) regions: &'static [&'static str],
    pub(crate) routes: &'static [Route],
}

impl Route {
    pub(crate) const fn new(
        verb: &'static str,
        template: &'static str,
        operation: &'static str,
        handler: Handler,
    ) -> Self {
        Self { verb, template, operation, fidelity: Fidelity::Faithful, handler }
    }

    /// Does less than the real operation.
    #[allow(dead_code, reason = "for other products")]
    pub(crate) const fn simple(mut self) -> Self {
        self.fidelity = Fidelity::Simple;
        self
    }
}

/// What a verb and a path lead to.
#[derive(Debug)]
pub(crate) enum Found {
    Route {
        product: &'static Product,
        route: &'static Route,
        params: Vec<(&'static str, String)>,
    },
    /// The path is known with these verbs only; none: it is not known at all.
    Unknown {
        verbs: Vec<&'static str>,
    },
}

/// The routes of all products.
#[derive(Debug, Default)]
pub(crate) struct Router {
    /// One entry a path; parameters are numbered, since two products may name one differently.
    paths: matchit::Router<usize>,
    entries: Vec<Vec<(&'static Product, &'static Route)>>,
    /// Templates that contradict each other; there are none, a test says so.
    broken: Vec<&'static str>,
}

static ROUTER: LazyLock<Router> = LazyLock::new(|| Router::of(products::ALL));

impl Router {
    pub(crate) fn get() -> &'static Self {
        &ROUTER
    }

    fn of(products: &[&'static Product]) -> Self {
        let mut router = Self::default();
        for product in products {
            for route in product.routes {
                let path = numbered(route.template);
                let entry = match router.paths.at(&path) {
                    // A template matches itself, or a more general one that it must not be confused with.
                    Ok(found) if is_same(router.entries[*found.value][0].1.template, route.template) => {
                        *found.value
                    }
                    _ => {
                        if router.paths.insert(path, router.entries.len()).is_err() {
                            router.broken.push(route.template);
                            continue;
                        }
                        router.entries.push(Vec::new());
                        router.entries.len() - 1
                    }
                };
                router.entries[entry].push((product, route));
            }
        }
        router
    }

    pub(crate) fn find(&self, verb: &str, path: &str) -> Found {
        let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        let Ok(found) = self.paths.at(path) else { return Found::Unknown { verbs: Vec::new() } };
        let entry = &self.entries[*found.value];
        let Some((product, route)) = entry.iter().find(|(_, route)| route.verb == verb) else {
            return Found::Unknown { verbs: entry.iter().map(|(_, route)| route.verb).collect() };
        };
        let names = route.template.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'));
        let values = found.params.iter().map(|(_, value)| percent_decode_str(value).decode_utf8_lossy());
        let params = names.zip(values).map(|(name, value)| (name, value.into_owned()));
        Found::Route { product, route, params: params.collect() }
    }
}

fn numbered(template: &str) -> String {
    let segments = template.split('/').enumerate();
    let segments = segments.map(|(n, s)| if s.starts_with('{') { format!("{{p{n}}}") } else { s.to_owned() });
    segments.collect::<Vec<_>>().join("/")
}

fn is_same(a: &str, b: &str) -> bool {
    numbered(a) == numbered(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_its_own_template() {
        let router = Router::get();
        assert_eq!(router.broken, [""; 0]);
        for product in products::ALL {
            for route in product.routes {
                let Found::Route { route: found, params, .. } = router.find(route.verb, route.template)
                else {
                    panic!("{} {} is not found", route.verb, route.template);
                };
                assert_eq!((found.operation, found.template), (route.operation, route.template));
                assert!(params.iter().all(|(name, value)| *value == format!("{{{name}}}")));
            }
        }
    }

    #[test]
    fn parameters_are_decoded() {
        let found = Router::get().find("GET", "/containers/v1/regions/fr-par/namespaces/a%2Fb");
        let Found::Route { params, .. } = found else { panic!("{found:?}") };
        assert_eq!(params[1], ("namespace_id", "a/b".to_owned()));
    }
}
